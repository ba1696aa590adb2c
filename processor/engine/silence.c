/* Silences: what people do not want to be disturbed by, for a time. Nothing is swallowed: what is
 * told meanwhile says so (`suppressed_by`), and what is still open when it ends is told again.
 * Meaning: rules/README.md, "What people do, and what the machine holds back". */
#include <stdio.h>

#include "base/assert.h"
#include "base/mem.h"
#include "engine/core.h"

#define DAY_MS    INT64_C(86400000)
#define MINUTE_MS INT64_C(60000)

static void forget(struct toc_engine *engine, size_t index)
{
    toc_mem_free(engine->silences[index].texts);
    engine->silence_count--;
    memmove(&engine->silences[index], &engine->silences[index + 1],
            (engine->silence_count - index) * sizeof *engine->silences);
}

void toc_silence_finish(struct toc_engine *engine)
{
    while (engine->silence_count > 0) {
        forget(engine, engine->silence_count - 1);
    }
    toc_mem_free(engine->silences);
    toc_text_finish(&engine->silence_words);
}

/* Of a day by local time, in ms. */
static int64_t time_of_day(const struct toc_silence *silence, int64_t at_ms)
{
    int64_t local_ms = (at_ms + silence->utc_offset_min * MINUTE_MS) % DAY_MS;
    return local_ms < 0 ? local_ms + DAY_MS : local_ms;
}

static bool is_on(const struct toc_silence *silence, int64_t at_ms)
{
    if (at_ms < silence->from_ms || at_ms >= silence->until_ms) {
        return false;
    }
    if (!silence->is_daily) {
        return true;
    }
    int64_t time_ms = time_of_day(silence, at_ms);
    int64_t from_ms = silence->daily_from_min * MINUTE_MS;
    int64_t to_ms = silence->daily_to_min * MINUTE_MS;
    return from_ms < to_ms ? time_ms >= from_ms && time_ms < to_ms
                           : time_ms >= from_ms || time_ms < to_ms; /* Over midnight. */
}

/* The next moment after @at_ms at which it begins or ends. */
static int64_t next_change(const struct toc_silence *silence, int64_t at_ms)
{
    if (at_ms < silence->from_ms) {
        return silence->from_ms;
    }
    int64_t next_ms = silence->until_ms;
    const int edges[] = {silence->daily_from_min, silence->daily_to_min};
    for (size_t i = 0; silence->is_daily && i < 2; i++) {
        int64_t wait_ms = edges[i] * MINUTE_MS % DAY_MS - time_of_day(silence, at_ms);
        wait_ms += wait_ms <= 0 ? DAY_MS : 0;
        next_ms = at_ms + wait_ms < next_ms ? at_ms + wait_ms : next_ms;
    }
    return next_ms;
}

/* Forget what is over, and find out when the next one begins or ends. */
static void look(struct toc_engine *engine, int64_t at_ms)
{
    engine->silence_due_ms = TOC_INSTANT_NEVER;
    for (size_t i = engine->silence_count; i-- > 0;) {
        if (engine->silences[i].until_ms <= at_ms) {
            forget(engine, i);
            continue;
        }
        int64_t next_ms = next_change(&engine->silences[i], at_ms);
        if (next_ms < engine->silence_due_ms) {
            engine->silence_due_ms = next_ms;
        }
    }
    engine->counts.silences = engine->silence_count;
}

static struct toc_str put(char **at, struct toc_str text)
{
    struct toc_str copy = {.data = *at, .size = text.size};

    if (text.size > 0) {
        memcpy(*at, text.data, text.size);
        *at += text.size;
    }
    return copy;
}

/* Its texts in one block. */
static void hold_texts(struct toc_silence *silence)
{
    struct toc_action_which *which = &silence->which;
    size_t size = which->rule.size + silence->name.size;

    for (size_t i = 0; i < which->key_count; i++) {
        size += which->key[i].name.size + which->key[i].value.size;
    }
    for (size_t i = 0; i < which->tag_count; i++) {
        size += which->tags[i].size;
    }
    char *at = silence->texts = toc_mem_get(size);
    silence->name = put(&at, silence->name);
    which->rule = put(&at, which->rule);
    for (size_t i = 0; i < which->key_count; i++) {
        which->key[i].name = put(&at, which->key[i].name);
        which->key[i].value = put(&at, which->key[i].value);
    }
    for (size_t i = 0; i < which->tag_count; i++) {
        which->tags[i] = put(&at, which->tags[i]);
    }
}

/* One without a name goes by the id of its event. */
static struct toc_str name_of(const struct toc_action *action)
{
    return action->silence.size > 0 ? action->silence : action->id;
}

static size_t find(const struct toc_engine *engine, struct toc_str name)
{
    size_t i = 0;

    while (i < engine->silence_count && !toc_str_equal(engine->silences[i].name, name)) {
        i++;
    }
    return i;
}

/* Tell again what this key has open, if it was silent and is not any more. */
static void tell_again(struct toc_engine *engine, struct toc_keyed *keyed)
{
    struct toc_episodes *episodes = &keyed->match.newest.episodes;

    for (size_t i = 0; i < episodes->count; i++) {
        struct toc_alert *alert = episodes->items[i].alert;
        if (alert == NULL || !alert->is_open || !alert->is_suppressed) {
            continue;
        }
        struct toc_telling telling = toc_keyed_telling(engine, keyed);
        if (toc_alert_suppressed_by(alert, &telling).size == 0) {
            toc_alert_tell(alert, &episodes->items[i], TOC_ALERT_UPDATE, true, &telling);
        }
    }
}

/* The silences are as they are at @at_ms from now on. */
static void turn(struct toc_engine *engine, int64_t at_ms)
{
    look(engine, at_ms);
    for (size_t r = 0; r < engine->rule_count; r++) {
        for (struct toc_keyed *keyed = engine->rules[r].first; keyed != NULL; keyed = keyed->next) {
            if (keyed->alerts.count > 0) {
                tell_again(engine, keyed);
            }
        }
    }
}

enum toc_act toc_silence_act(struct toc_engine *engine, const struct toc_action *action,
                             int64_t at_ms, enum toc_action_refusal *out_reason)
{
    size_t index = find(engine, name_of(action));
    int64_t now_ms = engine->now_ms != TOC_INSTANT_NONE ? engine->now_ms : at_ms;
    bool is_known = index < engine->silence_count;

    if (action->kind == TOC_ACTION_UNSILENCE) {
        if (!is_known) {
            *out_reason = TOC_ACTION_REFUSAL_UNKNOWN_SILENCE;
            return TOC_ACT_REFUSED;
        }
        forget(engine, index);
        turn(engine, now_ms);
        return TOC_ACT_TAKEN;
    }
    struct toc_silence silence = {
        .which = action->which,
        .name = name_of(action),
        .from_ms = action->from_ms != TOC_INSTANT_NONE ? action->from_ms : at_ms,
        .until_ms = action->until_ms,
        .is_daily = action->is_daily,
        .daily_from_min = action->daily_from_min,
        .daily_to_min = action->daily_to_min,
        .utc_offset_min = action->utc_offset_min,
    };
    if (silence.until_ms <= silence.from_ms || silence.until_ms <= now_ms ||
        silence.until_ms - at_ms > TOC_SILENCE_MOST_MS ||
        silence.until_ms - silence.from_ms > TOC_SILENCE_MOST_MS) {
        *out_reason = TOC_ACTION_REFUSAL_BAD_SILENCE;
        return TOC_ACT_REFUSED;
    }
    if (!is_known && engine->silence_count == TOC_SILENCES_MOST) {
        *out_reason = TOC_ACTION_REFUSAL_TOO_MANY;
        return TOC_ACT_REFUSED;
    }
    hold_texts(&silence);
    if (is_known) { /* The same name again: as it says now. */
        toc_mem_free(engine->silences[index].texts);
        engine->silences[index] = silence;
    } else {
        if (engine->silence_count == engine->silence_room) {
            engine->silence_room = engine->silence_room == 0 ? 8 : engine->silence_room * 2;
            engine->silences =
                toc_mem_resize(engine->silences, engine->silence_room, sizeof *engine->silences);
        }
        engine->silences[engine->silence_count++] = silence;
    }
    turn(engine, now_ms);
    return TOC_ACT_TAKEN;
}

struct toc_str toc_silence_of(const struct toc_alert *alert, const struct toc_telling *telling,
                              void *context)
{
    struct toc_engine *engine = context;

    for (size_t i = 0; i < engine->silence_count; i++) {
        const struct toc_silence *silence = &engine->silences[i];
        if (is_on(silence, telling->now_ms) &&
            toc_which_agrees(engine, &silence->which, telling->rule, telling->key, alert->place)) {
            struct toc_text *words = &engine->silence_words;
            toc_text_clear(words);
            toc_text_add(words, TOC_STR("silence/"));
            toc_text_add(words, silence->name);
            return toc_text_str(words);
        }
    }
    return (struct toc_str){0};
}

void toc_silence_turn(struct toc_engine *engine)
{
    if (engine->now_ms != TOC_INSTANT_NONE) {
        turn(engine, engine->now_ms);
    }
}
