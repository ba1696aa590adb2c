/* lane/lane.h - one deterministic state machine: inputs in, engine, records out, positions kept.
 *
 *   standby  -> the group gives the lane to another
 *   looking  -> the worker asks the broker where to begin (lane/plan.h); asks again when it is away
 *   warming  -> sink shut; inputs are read back to the committed positions over the rules' memory
 *   live     -> a batch: tick, feed what one drain gave, tell; committed when all it told is stored
 *   stopping -> nothing more is read; what was told is stored, positions committed, the group left
 *   stopped
 *
 * At least once: a crash repeats from the last commit, and alert ids and `seq` repeat with it.
 * Backpressure: while the outbox is full, or too many batches are in flight, no input is read; the
 * group, the outbox and HTTP go on being served.
 * Idle: a partition is silent when the broker itself said, a moment ago, that nothing lies behind
 * our position, and nothing came for idle_after. An unreachable one is never silent.
 * Threads: the loop's; one worker thread of its own. Clock: the caller's. */
#pragma once
#include "engine/engine.h"
#include "lane/clock.h"
#include "lane/log.h"
#include "sink/outbox.h"
#include "source/reader.h"

#include <uv.h>

struct toc_lane_input {
    struct toc_input input; /* partition_count is found out. */
    const char *const *topics;
    size_t topic_count;
    int64_t idle_after_ms, clamp_ms;
    enum toc_mode mode;
    const struct toc_mapping *mapping; /* NULL = CloudEvents. */
};

enum toc_lane_state {
    TOC_LANE_STANDBY,
    TOC_LANE_LOOKING,
    TOC_LANE_WARMING,
    TOC_LANE_LIVE,
    TOC_LANE_STOPPING,
    TOC_LANE_STOPPED,
};
const char *toc_lane_state_text(enum toc_lane_state state);

struct toc_lane_options {
    uv_loop_t *loop;
    struct toc_clock clock;
    struct toc_log *log;
    rd_kafka_t *reader, *group; /* Borrowed; outlive the lane. */
    /* Make and unmake the producer; NULL: it cannot be made. On any thread, may block. */
    rd_kafka_t *(*make_producer)(void *context);
    void (*unmake)(rd_kafka_t *producer);
    const struct toc_ruleset *rules;
    const struct toc_lane_input *inputs; /* Borrowed, as all below. */
    size_t input_count;
    const char
        *actions; /* Topic of what people do (engine/action.h), read like an input; or NULL. */
    const char *app;
    bool is_alone;              /* No lease: nobody else runs this <app> (a demo). */
    const char *const *outputs; /* Topics that must exist. */
    size_t output_count;
    int64_t read_back_ms;
    size_t outbox_most;
    void (*on_told)(const struct toc_told *told, void *context); /* May be NULL. */
    void (*on_live)(void *context);                              /* May be NULL. */
    /* It has stopped: asked to (TOC_OK), or because it cannot go on. */
    void (*on_stopped)(enum toc_status status, void *context);
    void *context;
};

/* What the metrics page shows. */
struct toc_lane_input_counts {
    uint64_t records, events, taken, repeats, conflicts, late, corrected, dropped_fields, gaps;
    uint64_t refused[TOC_REFUSAL_COUNT];
    uint64_t warmed; /* Records read back. */
};
struct toc_lane_acting_counts { /* Since it is live. */
    uint64_t taken, repeats;
    uint64_t refused[TOC_ACTION_REFUSAL_COUNT];
};
struct toc_lane_counts {
    struct toc_lane_acting_counts actions;
    enum toc_lane_state state;
    uint64_t batches, commits, commit_failures, wakes, adopted, held_back, renewals;
    int64_t committed_clock_ms, live_since_ms; /* TOC_INSTANT_NONE: not yet. */
    size_t in_flight;
    struct toc_outbox_counts outbox;
    struct toc_engine_counts engine;
};
struct toc_lane_part_status {
    const char *topic;
    int32_t partition;
    size_t input;               /* One beyond the inputs: the actions. */
    int64_t next, end, time_ms; /* end: as last heard, -1 unknown. time: NONE of the actions. */
    bool is_idle;
};

struct toc_lane;

/* NULL: the producer cannot be made. */
struct toc_lane *toc_lane_create(const struct toc_lane_options *options);
/* After on_stopped, and once the loop has run out. */
void toc_lane_destroy(struct toc_lane *lane);
/* Stop cleanly within about ten seconds; on_stopped follows. Twice does nothing. */
void toc_lane_stop(struct toc_lane *lane);

/* Other rules from now on, between two batches: see toc_engine_swap. @rules and @inputs (the same
 * inputs with mappings that fit the new types) are borrowed from here on, those before are free
 * then. False: it is not live, or waits for the broker; nothing has changed, ask again. */
bool toc_lane_swap(struct toc_lane *lane, const struct toc_ruleset *rules,
                   const struct toc_lane_input *inputs, toc_swap_fn *on_rule, void *context);

struct toc_lane_counts toc_lane_counts(const struct toc_lane *lane);
const struct toc_lane_input_counts *toc_lane_input_counts(const struct toc_lane *lane,
                                                          size_t input);
size_t toc_lane_parts(const struct toc_lane *lane);
struct toc_lane_part_status toc_lane_part(const struct toc_lane *lane, size_t part);
const struct toc_engine *toc_lane_engine(const struct toc_lane *lane); /* NULL before warm-up. */
/* The engine to be asked (toc_engine_why); NULL while not live. */
struct toc_engine *toc_lane_ask(struct toc_lane *lane);
/* The loop came round within the last seconds: what /livez asks. */
bool toc_lane_is_alive(const struct toc_lane *lane, int64_t steady_ms);
