/* lane/plan.h - where a lane begins: positions, clock, how far to read back, what is open.
 *
 * Asked once at each start, on the worker's thread, as every question to the broker blocks:
 *   - positions: what the group has committed; a topic of which it has committed nothing begins at
 *     its end; a partition that a known topic has gained begins at its beginning;
 *   - clock: the one committed with them, else now;
 *   - starts: the first record stored within the rules' memory before that clock;
 *   - open alerts: what <app>.alerts.open holds.
 * Memory: the plan's own. Threads: whoever holds it. */
#pragma once
#include "source/broker.h"

#include "base/instant.h"
#include "event/event.h"

struct toc_plan_input {
    const char *const *topics;
    size_t topic_count;
    int64_t memory_ms; /* Of this input alone, if longer than that of all; or 0. */
};

struct toc_plan_options {
    rd_kafka_t *reader, *producer;
    const struct toc_plan_input *inputs;
    size_t input_count;
    const char *const *outputs; /* Must exist. */
    size_t output_count;
    const char *open_topic;
    int64_t memory_ms; /* How far before its clock a lane has to look. */
    int64_t now_ms;
    int timeout_ms; /* Of each question. */
};

struct toc_plan_part {
    size_t input;
    uint32_t index; /* Within the input. */
    const char *topic;
    int32_t partition;
    int64_t start, position; /* Read muted from the one to the other. */
    bool was_idle;           /* At its end and silent when that was committed. */
};

struct toc_plan_row {
    struct toc_str alert_id, record; /* The record as written: a CloudEvent. */
    struct toc_str topic;            /* Where it was told; empty: unknown, or that topic is gone. */
};

struct toc_plan {
    struct toc_plan_part *parts; /* By input, topic, partition. */
    size_t part_count;
    int64_t clock_ms;
    bool is_first;             /* Nothing was committed: the ends, and now. */
    struct toc_plan_row *rows; /* By alert_id. */
    size_t row_count;
};

/* Do all topics exist? The first question, before there is a lease to be had. */
TOC_MUST_CHECK enum toc_status toc_plan_check(const struct toc_plan_options *options,
                                              struct toc_text *out_words);
/* Statuses as in source/broker.h; @plan (zeroed before) may be finished after either. */
TOC_MUST_CHECK enum toc_status toc_plan_make(const struct toc_plan_options *options,
                                             struct toc_plan *plan, struct toc_text *out_words);
void toc_plan_finish(struct toc_plan *plan);
/* Where the open alert was told; empty: it is not among the rows, or its topic is gone. */
struct toc_str toc_plan_topic(const struct toc_plan *plan, struct toc_str alert_id);

/* The text committed with a position, and back. False: it is none of ours. */
void toc_plan_note(int64_t clock_ms, bool is_idle, char out[TOC_SPOT_NOTE]);
bool toc_plan_note_parse(const char *note, int64_t *out_clock_ms, bool *out_is_idle);
