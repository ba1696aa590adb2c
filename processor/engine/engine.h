/* engine/engine.h - the whole core: events and time in, alert records out.
 *
 * Pure: no clock, no socket, no thread, no log. The caller hands in events with the input and
 * partition they came from, and the lane clock by ticks; the engine calls on_told for every alert
 * record, within the call that caused it. Same calls, same records, byte for byte.
 * Meaning: rules/README.md, "Meaning"; time: processor/README.md.
 * Threads: one owner. Memory: bounded by options.keys_most and the rules' windows. */
#pragma once
#include <tocsin/status.h>

#include "alert/alert.h"
#include "engine/action.h"
#include "rule/load.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { TOC_INPUTS_MOST = 64, TOC_PARTITIONS_MOST = 1024 };

struct toc_input {
    struct toc_str name;         /* "radar"; borrowed for the engine's life. */
    const struct toc_str *types; /* Types or patterns it declares; NULL = all. */
    size_t type_count;
    int64_t max_disorder_ms;  /* How long what rests on silence waits for it. */
    int64_t accept_late_ms;   /* How far behind its partition's time a record still counts. */
    int64_t max_age_ms;       /* Silent for longer it is blind; 0 = never. */
    uint32_t partition_count; /* >= 1 */
};

/* One alert record being told. Everything is borrowed for the length of the call. */
struct toc_told {
    const struct toc_rule *rule; /* NULL: it ends since its rule is no more; topic is empty then. */
    enum toc_alert_state state;
    bool is_open;
    enum toc_mode mode;
    struct toc_str topic;       /* Alert topic, ".exercise" or ".test" added by mode; shadow for
                                experimental rules ("<topic>.shadow"). */
    const struct toc_str *also; /* More topics that hear the same record: steps of `escalate`. */
    size_t also_count;
    struct toc_str alert_id; /* The record's key. */
    struct toc_str record;   /* The CloudEvent, JSON, one line, no newline. */
    struct toc_str data;     /* The alert record within it (its `data`). */
    uint64_t seq;
};

/* An alert as the rules above it take it: handed up (@event), or changed since. Everything is
 * borrowed for the length of the call. */
struct toc_raised_event {
    const struct toc_event *event; /* NULL: handed up before; the next four say which. */
    struct toc_hash128 identity;
    int type; /* Of these alerts, in the catalogue. */
    enum toc_change change;
    enum toc_level level; /* From when it is reached: of `any`, else informational. */
    struct toc_str id;
    int64_t end_ms; /* TOC_INSTANT_NEVER while it is open; of one change its time. */
    bool is_gone;   /* It was not so. */
};

struct toc_engine_options {
    const struct toc_ruleset *rules; /* Borrowed for the engine's life. */
    const struct toc_input *inputs;  /* Copied. */
    size_t input_count;
    size_t keys_most;      /* Keys kept at once, all rules together; 0 = 1,000,000. */
    struct toc_str source; /* CloudEvents `source` of alerts: "/tocsin/<app>". */
    void (*on_told)(const struct toc_told *told, void *context);
    /* What rules hand up to the rules resting on them, if anybody wants to know; may be NULL. */
    void (*on_raised)(const struct toc_raised_event *raised, void *context);
    void *context;
};

enum toc_feed {
    TOC_FEED_TAKEN,    /* On time (or within accept_late): it counts. */
    TOC_FEED_REPEAT,   /* Same source and id as one before: dropped. */
    TOC_FEED_CONFLICT, /* The same, with other content: dropped; the first stands. */
    TOC_FEED_LATE,     /* Older than accept_late: to the late topic. */
};

struct toc_engine;
struct toc_engine *toc_engine_create(const struct toc_engine_options *options);
void toc_engine_destroy(struct toc_engine *engine);

/* Feed one event of @input's @partition. The event is borrowed for the call. */
enum toc_feed toc_engine_feed(struct toc_engine *engine, size_t input, uint32_t partition,
                              const struct toc_event *event);
/* The lane clock is @now_ms (an earlier one is ignored). Lets time pass: ends, absences, paced
 * updates. Under Kafka one precedes every drained batch; in a file it is the newest event time. */
void toc_engine_tick(struct toc_engine *engine, int64_t now_ms);
/* This partition has been read to its end and is silent (true), or not (false). While silent its
 * time is the lane clock. */
void toc_engine_idle(struct toc_engine *engine, size_t input, uint32_t partition, bool is_idle);
/* The input has @count partitions now (never fewer). New ones start unread. */
void toc_engine_partitions(struct toc_engine *engine, size_t input, uint32_t count);
/* A file has ended: settle all up to the newest event time, whatever max_disorder. */
void toc_engine_settle(struct toc_engine *engine);

/* What somebody does, at the lane clock or when it was sent (action->at_ms), whichever is earlier.
 * TOC_ACT_REFUSED: nothing changed, *out_reason (untouched otherwise) says why. While muted, what
 * was done before is done again: refusals mean nothing then. */
enum toc_act {
    TOC_ACT_TAKEN,
    TOC_ACT_REPEAT, /* It was so already: nothing told. */
    TOC_ACT_REFUSED,
};
enum toc_act toc_engine_act(struct toc_engine *engine, const struct toc_action *action,
                            enum toc_action_refusal *out_reason);

/* Warm-up. Between mute and unmute nothing is told, state is built. adopt: an alert that
 * `alerts.open` holds; may be called before unmute only. unmute compares: what is open and not
 * adopted is told `new`; what was adopted and is over is ended; the rest goes on under its id and
 * seq. What was adopted and is not known yet may rest on events told of before a crash and not read
 * again yet: it goes on when it comes true again, and ends with toc_engine_disown, which the owner
 * calls once all inputs were read to where they ended at the start. */
struct toc_open_alert {
    struct toc_str alert_id, rule, record; /* record: the `data` object last told, JSON. */
};
void toc_engine_mute(struct toc_engine *engine);
/* TOC_E_INVALID: @open's record is not one of ours; nothing changed. */
TOC_MUST_CHECK enum toc_status toc_engine_adopt(struct toc_engine *engine,
                                                const struct toc_open_alert *open);
void toc_engine_unmute(struct toc_engine *engine);
void toc_engine_disown(struct toc_engine *engine); /* After unmute; again does nothing. */

/* Reload: other rules from now on, between two events. A rule whose semantic hash (and its
 * aliases' order) is unchanged keeps its state as it is. One whose window hash is unchanged
 * (another threshold, level, pace) keeps its events and is derived anew from them: its open alerts
 * go on where it still holds. Any other begins anew. An open alert that no rule in force holds any
 * more ends `expired`, end_reason `rule`; what has ended is not corrected. Types and places may be
 * others as well; input declarations stay. */
enum toc_swap_verdict {
    TOC_SWAP_KEPT,
    TOC_SWAP_WINDOWS, /* Events kept, derived anew. */
    TOC_SWAP_RESET,
    TOC_SWAP_ADDED,
    TOC_SWAP_REMOVED,
};
const char *toc_swap_verdict_text(enum toc_swap_verdict verdict);
struct toc_swap_rule {
    struct toc_str name; /* Borrowed for the call. */
    enum toc_swap_verdict verdict;
    int64_t exact_ms; /* From then on it tells what it would have told had it always run;
                         TOC_INSTANT_NONE: it does now. */
};
typedef void toc_swap_fn(const struct toc_swap_rule *rule, void *context);
/* What a swap to @rules would do, rule by rule; nothing changes. */
void toc_engine_compare(const struct toc_engine *engine, const struct toc_ruleset *rules,
                        toc_swap_fn *on_rule, void *context);
/* Do it. @rules is borrowed from here on, the rules before may be destroyed afterwards. Alerts
 * that end or move are told within the call. @on_rule may be NULL. Not while muted. */
void toc_engine_swap(struct toc_engine *engine, const struct toc_ruleset *rules,
                     toc_swap_fn *on_rule, void *context);

/* The lane clock. TOC_INSTANT_NONE before the first tick or event. */
int64_t toc_engine_now(const struct toc_engine *engine);
/* Earliest lane-clock instant at which a tick could tell something, or TOC_INSTANT_NEVER. */
int64_t toc_engine_due(const struct toc_engine *engine);

/* Does member @name of @key, the `key` of a record, say @text, spelled as keys are compared?
 * @is_place: as names of places are. */
bool toc_record_key_says(const struct json_t *key, struct toc_str name, struct toc_str text,
                         bool is_place);

/* Counters since creation. */
struct toc_engine_counts {
    uint64_t events, repeats, conflicts, late;
    uint64_t told[TOC_ALERT_STATES]; /* By state. */
    uint64_t keys, kept_events;      /* Now. */
    uint64_t keys_refused;           /* Events not counted since keys_most was reached. */
    uint64_t silences;               /* Kept now: on, or still to come. */
};
struct toc_engine_counts toc_engine_counts(const struct toc_engine *engine);
struct toc_rule_counts {
    uint64_t matched;       /* Events that counted for the rule. */
    uint64_t missing_key;   /* Not counted: a group_by field was missing. */
    uint64_t missing_field; /* Condition not judged: a field was missing. */
    uint64_t where_failed;  /* No match: `where` ended in another error, */
    uint64_t where_budget;  /* or used up its budget. */
    uint64_t told_new, open;
    uint64_t budget; /* Times a budget made its horizon come nearer. */
};
struct toc_rule_counts toc_engine_rule_counts(const struct toc_engine *engine, size_t rule);
/* A partition's time / a rule's watermark and horizon, TOC_INSTANT_NONE while unknown. */
int64_t toc_engine_partition_time(const struct toc_engine *engine, size_t input,
                                  uint32_t partition);
int64_t toc_engine_watermark(const struct toc_engine *engine, size_t rule);
/* Was nothing read from the input for longer than its max_age? */
bool toc_engine_is_blind(const struct toc_engine *engine, size_t input);

#ifdef __cplusplus
}
#endif
