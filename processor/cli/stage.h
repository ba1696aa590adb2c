/* cli/stage.h - one rule set with an engine of its own, fed record by record; `replay --diff` has
 * two of them, and both hear the same.
 * Memory: the engine's, and one book entry an alert where that is wanted. Clock: the caller's. */
#pragma once
#include "cli/book.h"
#include "engine/engine.h"
#include "event/decode.h"
#include "ops/config.h"

struct toc_stage_input {
    struct toc_decoder *decoder;
    bool *types; /* By type of the catalogue: which it declares; NULL = all. */
};

struct toc_stage_tally {
    uint64_t told_new, cancelled;
};

struct toc_stage {
    struct toc_ruleset *rules; /* Its own. */
    struct toc_engine *engine; /* NULL: not opened. */
    struct toc_stage_input *inputs;
    size_t input_count;
    struct toc_stage_tally *tallies; /* One a rule. */
    struct toc_book book;
    struct toc_arena arena;    /* Mappings. */
    int64_t clock_ms;          /* TOC_INSTANT_NONE before the first tick. */
    bool is_booked, is_silent; /* Alerts are noted in the book; are not written. */
};

struct toc_stage_options {
    const struct toc_input *inputs; /* Copied. */
    /* The same of the configuration, for mapping and mode; NULL: CloudEvents. */
    const struct toc_config_input *const *configs;
    size_t input_count;
    void (*on_dropped)(const struct toc_event *event, const struct toc_field *field, void *context);
    void *context;
    struct toc_diag *diag; /* For mappings that do not fit the rules' types; or NULL. */
};

/* Make the engine for stage->rules. False: a mapping does not fit, the diag says why. */
bool toc_stage_open(struct toc_stage *stage, const struct toc_stage_options *options);
void toc_stage_finish(struct toc_stage *stage); /* A zeroed stage may be finished. */

/* The clock is @now_ms, if that is later. */
void toc_stage_tick(struct toc_stage *stage, int64_t now_ms);
/* Decode @record and feed what it holds; @is_by_event: after moving the clock to the time of each
 * event. False: it, or some of it, was refused for *out_reason; @detail says more. */
bool toc_stage_feed(struct toc_stage *stage, size_t input, uint32_t partition,
                    const struct toc_record *record, bool is_by_event, enum toc_refusal *out_reason,
                    struct toc_text *detail);
