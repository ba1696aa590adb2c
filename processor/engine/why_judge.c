#include <inttypes.h>
#include <math.h>

#include "base/mem.h"
#include "engine/core.h"
#include "engine/why_core.h"

static void add_value(struct toc_text *out, const struct toc_value *value)
{
    char text[TOC_INSTANT_TEXT];

    switch (value->kind) {
    case TOC_VALUE_NONE:
        toc_text_add(out, TOC_STR("missing"));
        break;
    case TOC_VALUE_TEXT:
        toc_text_addf(out, "\"%.*s\"", (int)value->text.size, value->text.data);
        break;
    case TOC_VALUE_NUMBER:
        toc_text_addf(out, "%.10g", value->number);
        break;
    case TOC_VALUE_INTEGER:
        toc_text_addf(out, "%" PRId64, value->integer);
        break;
    case TOC_VALUE_BOOL:
        toc_text_add(out, value->is_true ? TOC_STR("true") : TOC_STR("false"));
        break;
    case TOC_VALUE_TIME:
        toc_instant_format(value->at_ms, text);
        toc_text_add(out, toc_str_of(text));
        break;
    case TOC_VALUE_POINT:
        toc_text_addf(out, "%.5f %.5f", value->point.lat_deg, value->point.lon_deg);
        break;
    case TOC_VALUE_LIST:
        for (size_t i = 0; i < value->list.count; i++) {
            toc_text_addf(out, "%s%.*s", i > 0 ? ", " : "", (int)value->list.items[i].size,
                          value->list.items[i].data);
        }
        break;
    }
}

/* "confidence|gte" */
static void add_test(struct toc_text *out, const struct toc_type *type, const struct toc_test *test)
{
    static const char *const words[] = {
        [TOC_TEST_EQUAL] = "",
        [TOC_TEST_MORE_THAN] = "|gt",
        [TOC_TEST_AT_LEAST] = "|gte",
        [TOC_TEST_LESS_THAN] = "|lt",
        [TOC_TEST_AT_MOST] = "|lte",
        [TOC_TEST_CONTAINS] = "|contains",
        [TOC_TEST_STARTS_WITH] = "|startswith",
        [TOC_TEST_ENDS_WITH] = "|endswith",
        [TOC_TEST_PATTERN] = "|re",
        [TOC_TEST_EXISTS] = "|exists",
    };
    struct toc_str name = toc_type_slot_name(type, test->slot);

    toc_text_addf(out, "%.*s%s%s%s%s:", (int)name.size, name.data, words[test->op],
                  test->is_all ? "|all" : "", test->is_cased ? "|cased" : "",
                  test->is_negated ? "|not" : "");
    for (size_t i = 0; i < test->operand_count && i < 4; i++) {
        toc_text_add(out, i > 0 ? TOC_STR(", ") : TOC_STR(" "));
        add_value(out, &test->operands[i]);
    }
    toc_text_add(out, test->operand_count > 4 ? TOC_STR(", ..") : TOC_STR(""));
}

static struct toc_why_rejected *reject(struct toc_why *why, const struct toc_event *event,
                                       int alias, const char *clause)
{
    if (why->rejected_count == why->rejected_room) {
        why->rejected_room = why->rejected_room * 2 + 16;
        why->rejected = toc_mem_resize(why->rejected, why->rejected_room, sizeof *why->rejected);
    }
    struct toc_why_rejected *made = &why->rejected[why->rejected_count++];
    *made = (struct toc_why_rejected){
        .at_ms = event->at_ms,
        .alias = alias,
        .source = toc_arena_str(&why->arena, event->source),
        .id = toc_arena_str(&why->arena, event->id),
        .clause = toc_str_of(clause),
        .words = toc_arena_str(&why->arena, toc_text_str(&why->words)),
        .away_mm = -1,
    };
    return made;
}

/* Does the event carry this key, as far as it carries one? A missing field is told. */
static bool is_of_key(struct toc_why *why, const struct toc_event *event, int alias,
                      const struct toc_binding *binding, bool *out_missing)
{
    const struct toc_rule *rule = why->rule;
    bool is_same = event->mode == why->key.mode;
    struct toc_str missing = {0};

    *out_missing = false;
    for (size_t i = 0; i < rule->key_part_count && is_same; i++) {
        int slot = binding->key_slots[i];
        if (slot == TOC_SLOT_NONE || slot == TOC_SLOT_PLACE || slot == TOC_SLOT_MILESTONE) {
            continue;
        }
        struct toc_text folded = {0};
        struct toc_str text = {0};
        char room[TOC_BARE_TEXT];
        bool is_bare;
        if (!toc_key_text(toc_event_value(event, slot), room, &text, &is_bare)) {
            *out_missing = true;
            missing = rule->key_parts[i].name;
        }
        if (rule->key_parts[i].is_place) {
            int place =
                toc_places_find(toc_ruleset_places(why->rules), rule->key_parts[i].name, text);
            if (place >= 0) {
                toc_text_add(&folded,
                             toc_places_get(toc_ruleset_places(why->rules), (size_t)place)->id);
            } else {
                toc_text_fold_name(&folded, text);
            }
        } else {
            toc_text_fold(&folded, text);
        }
        is_same = *out_missing || toc_str_equal(toc_text_str(&folded), why->key.values[i].folded);
        toc_text_finish(&folded);
    }
    if (is_same && *out_missing) {
        toc_text_clear(&why->words);
        toc_text_addf(&why->words, "its %.*s is missing", (int)missing.size, missing.data);
        (void)reject(why, event, alias, "group_by");
    }
    return is_same && !*out_missing;
}

/* Every test of `match`; the first that fails is told. */
static enum toc_verdict judge_match(struct toc_why *why, const struct toc_event *event,
                                    const struct toc_type *type, const struct toc_binding *binding)
{
    enum toc_verdict all = toc_condition_judge(&binding->condition, event, why->machine, NULL);

    toc_text_clear(&why->words);
    for (size_t i = 0; i < binding->condition.count && all != TOC_VERDICT_YES; i++) {
        struct toc_condition one = {.tests = &binding->condition.tests[i], .count = 1};
        if (toc_condition_judge(&one, event, NULL, NULL) == TOC_VERDICT_YES) {
            continue;
        }
        struct toc_value value = toc_event_value(event, one.tests[0].slot);
        add_test(&why->words, type, one.tests);
        toc_text_add(&why->words, TOC_STR("; it is "));
        add_value(&why->words, &value);
        return all;
    }
    if (all != TOC_VERDICT_YES) {
        toc_text_addf(&why->words, "where: %s",
                      all == TOC_VERDICT_NO        ? "it is false"
                      : all == TOC_VERDICT_UNKNOWN ? "a field it needs is missing"
                      : all == TOC_VERDICT_FAILED  ? "it ended in an error"
                                                   : "it used up its budget");
    }
    return all;
}

/* The same for values that are the same: text without case. */
static uint64_t hash_of(struct toc_value value)
{
    struct toc_text folded = {0};
    struct toc_str text = {0};
    char room[TOC_BARE_TEXT];
    bool is_bare;

    (void)toc_key_text(value, room, &text, &is_bare);
    toc_text_fold(&folded, text);
    uint64_t hash = toc_hash64(folded.data, folded.size, 0);
    toc_text_finish(&folded);
    return hash;
}

/* What min_distinct and `weight` look at. */
static bool take_measures(struct toc_why *why, const struct toc_event *event,
                          const struct toc_binding *binding, struct toc_why_event *out)
{
    for (size_t i = 0; i < why->rule->distinct_field_count; i++) {
        struct toc_value value = toc_event_value(event, binding->distinct_slots[i]);
        uint64_t hash = value.kind != TOC_VALUE_NONE ? hash_of(value) : 0;
        out->distinct[i] = value.kind != TOC_VALUE_NONE && hash == 0 ? 1 : hash;
    }
    if (!why->rule->has_weight) {
        return true;
    }
    struct toc_value weight = toc_event_value(event, binding->weight_slot);
    bool is_negative = weight.kind == TOC_VALUE_NUMBER && weight.number < 0;
    bool is_fit = toc_key_millionths(weight, &out->weight);
    toc_text_clear(&why->words);
    toc_text_add(&why->words, TOC_STR("its weight is "));
    add_value(&why->words, &weight);
    return is_fit && !is_negative && out->weight >= 0;
}

static bool take_value(struct toc_why *why, const struct toc_event *event,
                       const struct toc_alias *alias, const struct toc_binding *binding,
                       struct toc_why_event *out)
{
    out->start_ms = event->at_ms;
    if ((alias->roles & TOC_ROLE_AFTER) != 0 && binding->from_slot != TOC_SLOT_NONE) {
        struct toc_value from = toc_event_value(event, binding->from_slot);
        out->start_ms = from.kind == TOC_VALUE_TIME ? from.at_ms : event->at_ms;
    }
    if ((alias->roles & TOC_ROLE_COUNTED) == 0 || binding->value_slot == TOC_SLOT_NONE) {
        return true;
    }
    struct toc_value value = toc_event_value(event, binding->value_slot);
    toc_text_clear(&why->words);
    if (value.kind == TOC_VALUE_NONE) {
        toc_text_addf(&why->words, "the field that is compared is missing");
        return false;
    }
    if (why->rule->kind == TOC_KIND_COUNT_DISTINCT) {
        out->value = (int64_t)hash_of(value);
        return true;
    }
    if (!toc_key_millionths(value, &out->value)) {
        add_value(&why->words, &value);
        toc_text_add(&why->words, TOC_STR(" is too large to count"));
        return false;
    }
    return true;
}

void toc_why_keep(struct toc_why *why, const struct toc_why_event *event)
{
    if (why->count == why->room) {
        why->room = why->room * 2 + 64;
        why->events = toc_mem_resize(why->events, why->room, sizeof *why->events);
    }
    why->events[why->count++] = *event;
    why->is_sorted = false;
}

void toc_why_judge(struct toc_why *why, const struct toc_event *event, int index,
                   const struct toc_binding *binding, bool is_late, int64_t end_ms)
{
    const struct toc_rule *rule = why->rule;
    const struct toc_alias *alias = &rule->aliases[index];
    const struct toc_type *type =
        toc_catalogue_type(toc_ruleset_catalogue(why->rules), (size_t)binding->type);
    bool is_counted = (alias->roles & TOC_ROLE_COUNTED) != 0, is_missing;
    bool is_series = rule->kind == TOC_KIND_LATEST && is_counted;

    if (!is_of_key(why, event, index, binding, &is_missing)) {
        return;
    }
    if (is_late) {
        toc_text_clear(&why->words);
        toc_text_addf(&why->words, "older than accept_late when it came");
        (void)reject(why, event, index, "accept_late");
        return;
    }
    enum toc_verdict verdict = judge_match(why, event, type, binding);
    if (verdict != TOC_VERDICT_YES) {
        (void)reject(why, event, index, "match");
    }
    struct toc_value point = toc_event_value(event, binding->at_slot);
    if (verdict != TOC_VERDICT_NO) { /* A test that fails decides, whatever is missing. */
        enum toc_verdict open = toc_why_judge_hours(why, event, alias, point);
        if (open != TOC_VERDICT_YES && verdict == TOC_VERDICT_YES) {
            (void)reject(why, event, index, "hours");
        }
        verdict = open != TOC_VERDICT_YES ? open : verdict;
    }
    if (verdict != TOC_VERDICT_YES && (!is_series || verdict == TOC_VERDICT_UNKNOWN)) {
        return;
    }
    const char *clause;
    int64_t away_mm;
    bool is_near = toc_why_judge_near(why, event, alias, binding, &clause, &away_mm);
    if (!is_near && verdict == TOC_VERDICT_YES) {
        struct toc_why_rejected *made = reject(why, event, index, clause);
        made->away_mm = away_mm;
        made->limit_mm = alias->near.distance_mm;
    }
    if (!is_near && (!is_series || (verdict == TOC_VERDICT_YES && point.kind != TOC_VALUE_POINT))) {
        return; /* Of a series: no location, it cannot be judged. */
    }
    struct toc_why_event own = {
        .at_ms = event->at_ms,
        .number = why->numbers,
        .alias = index,
        .has_point = point.kind == TOC_VALUE_POINT,
        .is_meeting = verdict == TOC_VERDICT_YES && is_near,
        .end_ms = end_ms,
        .is_stretch = end_ms != TOC_INSTANT_NONE && alias->is_stretch && is_counted,
    };
    if (!take_value(why, event, alias, binding, &own) ||
        (is_counted && !take_measures(why, event, binding, &own))) {
        (void)reject(why, event, index, "field");
        return;
    }
    if (rule->has_near && is_counted && !own.has_point) {
        toc_text_clear(&why->words);
        toc_text_addf(&why->words, "it has no location");
        (void)reject(why, event, index, "near");
        return;
    }
    if (own.has_point) {
        own.point = point.point;
    }
    own.source = toc_arena_str(&why->arena, event->source);
    own.id = toc_arena_str(&why->arena, event->id);
    own.sort = event->sort.size > 0 ? toc_arena_str(&why->arena, event->sort) : own.id;
    own.below = binding->below != NULL ? binding->below->name : TOC_STR("");
    toc_why_keep(why, &own);
}
