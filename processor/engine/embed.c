/* The public face of the core: tocsin/tocsin.h. One input, one partition. */
#include <stdlib.h>

#include <tocsin/tocsin.h>

#include "base/mem.h"
#include "engine/engine.h"
#include "event/decode.h"

struct tocsin {
    struct tocsin_options options;
    struct toc_ruleset *rules;
    struct toc_decoder *decoder;
    struct toc_engine *engine;
    int64_t line; /* Number of the record, for evidence. */
};

static void on_told(const struct toc_told *told, void *context)
{
    const struct tocsin *tocsin = context;
    struct tocsin_alert alert = {
        .topic = told->topic.data, /* The engine ends these with NUL. */
        .alert_id = told->alert_id.data,
        .state = toc_alert_state_text(told->state),
        .is_open = told->is_open,
        .record = told->record.data,
        .record_size = told->record.size,
    };

    tocsin->options.on_alert(&alert, tocsin->options.context);
    for (size_t i = 0; i < told->also_count; i++) {
        struct toc_text topic = {0};
        toc_text_add(&topic, told->also[i]);
        alert.topic = topic.data;
        tocsin->options.on_alert(&alert, tocsin->options.context);
        toc_text_finish(&topic);
    }
}

struct tocsin *tocsin_create(const struct tocsin_options *options, char **out_errors)
{
    struct toc_diag *diag = toc_diag_create();
    struct toc_rule_paths paths = {
        .rules = options->rules, .types = options->types, .places = options->places};
    struct toc_ruleset *rules = NULL;
    struct tocsin *tocsin = NULL;

    if (toc_ruleset_load(&paths, diag, &rules)) {
        struct toc_input input = {
            .name = TOC_STR("input"),
            .max_disorder_ms = options->max_disorder_ms,
            .accept_late_ms = options->accept_late_ms,
            .partition_count = 1,
        };
        tocsin = toc_mem_get(sizeof *tocsin);
        tocsin->options = *options;
        tocsin->rules = rules;
        struct toc_decoder_options decoding = {.catalogue = toc_ruleset_catalogue(rules)};
        tocsin->decoder = toc_decoder_create(&decoding);
        struct toc_engine_options engine = {
            .rules = rules,
            .inputs = &input,
            .input_count = 1,
            .source = TOC_STR("/tocsin"),
            .on_told = on_told,
            .context = tocsin,
        };
        tocsin->engine = toc_engine_create(&engine);
    } else if (out_errors != NULL) {
        struct toc_text text = {0};
        toc_diag_print(diag, false, &text);
        *out_errors = malloc(text.size + 1); /* The caller frees it with free(). */
        if (*out_errors != NULL) {
            memcpy(*out_errors, text.data, text.size);
            (*out_errors)[text.size] = '\0';
        }
        toc_text_finish(&text);
    }
    toc_diag_destroy(diag);
    return tocsin;
}

void tocsin_destroy(struct tocsin *tocsin)
{
    if (tocsin != NULL) {
        toc_engine_destroy(tocsin->engine);
        toc_decoder_destroy(tocsin->decoder);
        toc_ruleset_destroy(tocsin->rules);
        toc_mem_free(tocsin);
    }
}

enum tocsin_fed tocsin_feed(struct tocsin *tocsin, const void *bytes, size_t size_bytes,
                            int64_t now_ms, const char **out_reason)
{
    struct toc_record record = {
        .bytes = {.data = bytes, .size = size_bytes},
        .origin = {.offset = tocsin->line++, .stored_ms = TOC_INSTANT_NONE},
    };
    const struct toc_event *events;
    size_t count;
    enum toc_refusal reason;

    toc_engine_tick(tocsin->engine, now_ms);
    if (toc_decoder_decode(tocsin->decoder, &record, &events, &count, &reason, NULL) != TOC_OK) {
        if (out_reason != NULL) {
            *out_reason = toc_refusal_text(reason);
        }
        return TOCSIN_REFUSED;
    }
    switch (toc_engine_feed(tocsin->engine, 0, 0, events)) { /* CloudEvents: one event a record. */
    case TOC_FEED_TAKEN:
        return TOCSIN_TAKEN;
    case TOC_FEED_LATE:
        return TOCSIN_LATE;
    case TOC_FEED_REPEAT:
    case TOC_FEED_CONFLICT:
        break;
    }
    return TOCSIN_REPEAT;
}

void tocsin_tick(struct tocsin *tocsin, int64_t now_ms, bool is_idle)
{
    toc_engine_tick(tocsin->engine, now_ms);
    toc_engine_idle(tocsin->engine, 0, 0, is_idle);
}

void tocsin_settle(struct tocsin *tocsin)
{
    toc_engine_settle(tocsin->engine);
}
