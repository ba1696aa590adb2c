/* What the machine notices of itself, as events of types `tocsin.*` that rules can count on: an
 * input that falls silent, a source whose clock is wrong, a store that is full. Dated by the lane
 * clock, so that a replay makes the same; of a catalogue without these types nothing comes. Nothing
 * that follows from such an event makes another. */
#include <stdio.h>

#include "base/mem.h"
#include "engine/core.h"
#include "event/decode.h"

enum { FIELDS = 64, AGAIN_MS = 60000, FULL_TENTHS = 9 };

struct said { /* One field of an event of our own. */
    const char *name;
    struct toc_str text;
};

/* An event of @type at @at_ms about @what, which is its first field. */
static void say(struct toc_engine *engine, const char *type_name, int64_t at_ms,
                const struct said fields[], size_t count)
{
    int type = toc_catalogue_find(engine->catalogue, toc_str_of(type_name));
    struct toc_value values[FIELDS] = {{.kind = TOC_VALUE_NONE}};
    struct toc_text id = {0};

    if (type < 0 || engine->wakes[type].count == 0) {
        return;
    }
    const struct toc_type *of = toc_catalogue_type(engine->catalogue, (size_t)type);
    for (size_t i = 0; i < count; i++) {
        int slot = toc_type_field(of, toc_str_of(fields[i].name));
        toc_text_add(&id, fields[i].text);
        toc_text_add_char(&id, '/');
        if (slot >= 0 && slot < FIELDS) {
            values[slot] = (struct toc_value){.kind = TOC_VALUE_TEXT, .text = fields[i].text};
        }
    }
    toc_text_addf(&id, "%lld", (long long)at_ms);
    struct toc_event event = {
        .at_ms = at_ms,
        .type = type,
        .id = toc_text_str(&id),
        .source = engine->options.source,
        .type_name = engine->type_names[type],
        .identity = toc_decoder_identity(engine->options.source, toc_text_str(&id)),
        .fields = values,
        .field_count = of->field_count,
        .origin = {.partition = -1, .offset = -1, .stored_ms = TOC_INSTANT_NONE},
    };
    engine->is_own = true;
    toc_dispatch(engine, &event, false);
    engine->is_own = false;
    toc_text_finish(&id);
}

void toc_own_input(struct toc_engine *engine, size_t input, int64_t at_ms)
{
    const struct toc_engine_input *of = &engine->inputs[input];
    const struct said fields[] = {
        {"input", of->spec.name},
        {"state", of->is_blind ? TOC_STR("blind") : TOC_STR("seen")},
    };

    say(engine, "tocsin.input", at_ms, fields, 2);
}

/* At most once a minute of each source, as far as there is room to remember them. */
void toc_own_clock(struct toc_engine *engine, size_t input, const struct toc_event *event)
{
    uint64_t hash = toc_hash64(event->source.data, event->source.size, 0);
    struct toc_wrong_clock *told = &engine->wrong_clocks[hash % TOC_WRONG_CLOCKS];
    const struct said fields[] = {{"clock", event->source},
                                  {"input", engine->inputs[input].spec.name}};

    if (engine->now_ms == TOC_INSTANT_NONE ||
        (told->hash == hash && told->at_ms > engine->now_ms - AGAIN_MS)) {
        return;
    }
    *told = (struct toc_wrong_clock){.hash = hash, .at_ms = engine->now_ms};
    say(engine, "tocsin.clock", engine->now_ms, fields, 2);
}

void toc_own_full(struct toc_engine *engine)
{
    if (engine->full_rule.size > 0 && engine->now_ms != TOC_INSTANT_NONE) {
        const struct said fields[] = {{"rule", engine->full_rule}};
        engine->full_rule = (struct toc_str){0};
        engine->is_full = true;
        say(engine, "tocsin.full", engine->now_ms, fields, 1);
    } else if (engine->is_full &&
               engine->key_count < engine->options.keys_most / 10 * FULL_TENTHS) {
        engine->is_full = false; /* There is room again: the next time is told again. */
    }
}
