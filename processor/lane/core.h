/* lane/core.h - what the files of a running lane share. Private to the folder.
 *
 *   lane.c    life, the turn of the loop, stopping        start.c   where to begin, warm-up
 *   drain.c   one batch: time, records                    intake.c  one record
 *   watch.c   ends, new partitions, a new producer        hold.c    the group: lease, commits
 *   acting.c  one record of what people do */
#pragma once
#include "lane/lane.h"
#include "lane/ledger.h"
#include "lane/letters.h"
#include "lane/plan.h"
#include "lane/waker.h"
#include "lane/worker.h"
#include "source/group.h"

enum {
    TOC_LANE_BEAT_MS = 1000,     /* The slowest step of the loop; also the safety timer. */
    TOC_LANE_QUESTION_MS = 5000, /* How long a question to the broker may take. */
};

/* What the lane knows of a partition, beside the reader. */
struct toc_lane_slot {
    int64_t heard_ms;  /* Lane clock when a record last came. */
    int64_t end;       /* As the broker last said, -1 = never. */
    int64_t first_end; /* As it first said since the lane is live, -1 = not yet. */
    int64_t proven_ms; /* Steady clock when that was asked. */
    bool is_idle;
    bool was_idle; /* When the position was committed. */
};

/* One input: its decoder and its counters. */
struct toc_intake {
    const struct toc_lane_input *of;
    struct toc_decoder *decoder;
    bool *types; /* By catalogue index: declared? NULL = all. */
    struct toc_lane_input_counts counts;
};

/* The question where to begin, and its answer. A job of the worker. */
struct toc_look {
    struct toc_lane *lane;
    bool is_check; /* Only whether the topics exist. */
    struct toc_plan_options options;
    struct toc_plan plan;
    enum toc_status status;
    struct toc_text words;
};

struct toc_lane {
    struct toc_lane_options options;
    rd_kafka_t *producer; /* NULL while the worker makes another. */
    enum toc_lane_state state;
    enum toc_status result;
    char *open_topic, *dead_topic, *late_topic;
    struct toc_intake *inputs;    /* And behind them, if there is one, that of the actions. */
    size_t intake_count;          /* Those of both. */
    struct toc_lane_input acting; /* What the intake of the actions is `of`. */
    struct toc_lane_slot *parts;
    size_t part_count;
    struct toc_plan_input *plan_inputs;

    struct toc_waker reading, control;
    uv_timer_t beat;
    struct toc_worker *worker;
    struct toc_reader *reader;
    struct toc_group *group;
    struct toc_outbox *outbox;
    struct toc_ledger *ledger;
    struct toc_engine *engine;
    struct toc_letters letters;
    struct toc_look *look; /* Holds the plan until all adopted is settled. */
    struct toc_spot *commit_spots;

    uint64_t ticket;    /* Of the open batch. */
    bool has_caught_up; /* All was read that lay there when the lane went live. */
    bool is_feeding, is_probing, is_surveying, is_looking, is_lost;
    int64_t clock_ms; /* The lane clock: never goes back. */
    int64_t plan_clock_ms;
    int64_t steady_ms; /* When the loop last came round. */
    int64_t look_at_ms, probe_at_ms, survey_at_ms, commit_at_ms, stop_by_ms; /* Steady clock. */
    int64_t commit_clock_ms; /* Lane clock in the commit under way. */
    uint64_t commit_progress, committed_progress;
    int not_found; /* How often in a row a topic was not there. */
    bool has_committed, is_last_commit, is_leaving;
    struct toc_text detail, record;
    struct toc_lane_counts counts;
};

/* lane.c */
int64_t toc_core_steady_ms(const struct toc_lane *lane); /* The loop's steady clock, never 0. */
int64_t toc_core_wall_ms(const struct toc_lane *lane);
/* Serve group, outbox and questions, and set the timer for what comes next. */
void toc_core_turn(struct toc_lane *lane);

/* intake.c */
void toc_intake_open(struct toc_lane *lane, size_t index);
/* Between these two the engine may tell: what it tells belongs to the batch. */
void toc_intake_begin(struct toc_lane *lane);
void toc_intake_end(struct toc_lane *lane);
void toc_intake_on_told(const struct toc_told *told, void *lane);
void toc_intake_feed(struct toc_lane *lane, const struct toc_read *read);
/* A letter of the open batch. */
void toc_intake_put(struct toc_lane *lane, const struct toc_letter *letter);
void toc_intake_set_idle(struct toc_lane *lane, size_t number, bool is_idle);

/* acting.c */
#define TOC_ACTING_BACK_MS                                                                         \
    (TOC_SILENCE_MOST_MS + INT64_C(3600000)) /* So far back silences reach. */
void toc_acting_open(struct toc_lane *lane);
/* Does partition @number hold actions? The engine knows nothing of such partitions. */
bool toc_acting_is_of(const struct toc_lane *lane, size_t number);
void toc_acting_feed(struct toc_lane *lane, const struct toc_read *read);

/* drain.c: take a piece of what was read. True: more is left. */
bool toc_drain_warming(struct toc_lane *lane);
bool toc_drain_live(struct toc_lane *lane);
bool toc_drain_may_read(const struct toc_lane *lane);
void toc_drain_move_clock(struct toc_lane *lane);

/* start.c */
void toc_start_look(struct toc_lane *lane);
bool toc_start_is_warm(const struct toc_lane *lane);
void toc_start_go_live(struct toc_lane *lane);
/* The plan is no longer needed: all that was adopted goes on, or has ended. */
void toc_start_forget(struct toc_lane *lane);
void toc_start_add_part(struct toc_lane *lane, const struct toc_plan_part *plan, int64_t start,
                        int64_t stop);

/* watch.c: questions for the worker. */
void toc_watch_probe(struct toc_lane *lane);
void toc_watch_survey(struct toc_lane *lane);
void toc_watch_renew(struct toc_lane *lane);

/* hold.c */
void toc_hold_join(struct toc_lane *lane);
bool toc_hold_is_commit_due(const struct toc_lane *lane);
void toc_hold_commit(struct toc_lane *lane);
