/* Windows: what is in one, and whether that is enough. */
#include <inttypes.h>

#include "base/mem.h"
#include "engine/why_core.h"

static bool compares(const struct toc_rule *rule, const struct toc_why_measure *measure)
{
    toc_int128 limit = measure->threshold * measure->parts;

    switch (rule->kind == TOC_KIND_ALL_OF ? TOC_AT_LEAST : rule->compare) {
    case TOC_AT_LEAST:
        return measure->number >= limit;
    case TOC_MORE_THAN:
        return measure->number > limit;
    case TOC_AT_MOST:
        return measure->number <= limit;
    case TOC_LESS_THAN:
        return measure->number < limit;
    }
    return false;
}

static const char *compare_text(const struct toc_rule *rule)
{
    static const char *const texts[] = {[TOC_AT_LEAST] = "at least",
                                        [TOC_MORE_THAN] = "more than",
                                        [TOC_AT_MOST] = "at most",
                                        [TOC_LESS_THAN] = "less than"};
    return texts[rule->kind == TOC_KIND_ALL_OF ? TOC_AT_LEAST : rule->compare];
}

/* --- What is in it ------------------------------------------------------------------------- */

/* Does it lie in the window, by its time? An alert does while it is open. */
static bool is_in_time(const struct toc_why *why, const struct toc_why_event *event, int64_t at_ms)
{
    if (event->is_stretch) {
        return event->at_ms <= at_ms && at_ms < event->end_ms;
    }
    return event->at_ms <= at_ms && at_ms - event->at_ms <= why->rule->within_ms;
}

/* Events that count at at_ms within `within`, oldest first. */
static void fill_window(struct toc_why_raw *raw)
{
    const struct toc_why *why = raw->why;

    raw->window = toc_mem_array(why->count + 1, sizeof(struct toc_why_event *));
    for (size_t i = 0; i < why->count; i++) {
        const struct toc_why_event *event = &why->events[i];
        if ((toc_why_roles(why, event) & TOC_ROLE_COUNTED) != 0 &&
            is_in_time(why, event, raw->at_ms) && toc_why_counts(why, event, raw->at_ms)) {
            raw->window[raw->count++] = event;
        }
    }
}

bool toc_why_is_out(const struct toc_why *why, const struct toc_why_event *event, int64_t at_ms,
                    const char **out_clause, struct toc_text *out_words)
{
    if ((toc_why_roles(why, event) & TOC_ROLE_COUNTED) == 0 || event->at_ms > at_ms) {
        return false;
    }
    if (!toc_why_counts(why, event, at_ms)) {
        *out_clause = "clear_when";
        toc_text_add(out_words, TOC_STR("a line was drawn under it"));
        return true;
    }
    if (is_in_time(why, event, at_ms) || why->rule->kind == TOC_KIND_TREND) {
        return false; /* Of a trend, what has left the window is what is usual. */
    }
    *out_clause = event->is_stretch ? "open" : "within";
    if (event->is_stretch) {
        toc_why_add_open(out_words, event);
    } else {
        toc_text_add(out_words, TOC_STR("in the window until "));
        toc_why_time(out_words, event->at_ms + why->rule->within_ms);
    }
    return true;
}

/* What of it is compared, beside each event. */
static void list_window(struct toc_why_raw *raw)
{
    const struct toc_rule *rule = raw->why->rule;

    for (size_t i = 0; i < raw->count; i++) {
        const struct toc_why_event *event = raw->window[i];
        struct toc_text words = {0};
        if (event->is_stretch) {
            toc_why_add_open(&words, event);
        } else if (toc_rule_is_valued(rule) && rule->kind != TOC_KIND_RATIO &&
                   rule->kind != TOC_KIND_TREND) {
            toc_text_addf(&words, "%.10g", (double)event->value / 1e6);
            if (toc_rule_is_weighing(rule)) {
                toc_text_addf(&words, ", weighs %.6Lg", toc_why_weight(raw, event));
            }
        }
        toc_why_take(raw, event, words.size > 0 ? words.data : "");
        toc_text_finish(&words);
    }
}

/* --- Its clauses --------------------------------------------------------------------------- */

/* A comparison from above is judged one `within` after the key was first heard. */
static bool is_known(const struct toc_why_raw *raw, int64_t *out_from_ms)
{
    const struct toc_why *why = raw->why;
    int64_t first_ms = why->is_live ? why->known_ms : toc_why_member_ms(why, raw->at_ms);

    for (size_t i = 0; i < why->count && !why->is_live; i++) {
        const struct toc_why_event *event = &why->events[i];
        if ((toc_why_roles(why, event) & TOC_ROLE_COUNTED) != 0 && event->at_ms <= raw->at_ms &&
            toc_why_counts(why, event, raw->at_ms) &&
            (first_ms == TOC_INSTANT_NONE || event->at_ms < first_ms)) {
            first_ms = event->at_ms;
        }
    }
    *out_from_ms =
        first_ms == TOC_INSTANT_NONE ? TOC_INSTANT_NEVER : first_ms + why->rule->within_ms;
    return raw->at_ms >= *out_from_ms;
}

static bool pass_known(const struct toc_why_raw *raw)
{
    int64_t from_ms;
    bool is_judged = is_known(raw, &from_ms);
    struct toc_text at = {0};

    if (from_ms == TOC_INSTANT_NEVER) {
        (void)toc_why_clause(raw->clauses, "known", false, "this key was never heard");
        return false;
    }
    toc_why_time(&at, from_ms);
    (void)toc_why_clause(raw->clauses, "known", is_judged,
                         "judged from %s on, one window after it was first heard", at.data);
    toc_text_finish(&at);
    return is_judged;
}

static bool pass_warm_up(const struct toc_why_raw *raw)
{
    int64_t from_ms = raw->why->stream_ms + raw->why->rule->trend.warm_up_ms;
    struct toc_text at = {0};

    toc_why_time(&at, from_ms);
    (void)toc_why_clause(raw->clauses, "warm_up", raw->at_ms >= from_ms, "judged from %s on",
                         at.data);
    toc_text_finish(&at);
    return raw->at_ms >= from_ms;
}

static bool pass_least(const struct toc_why_raw *raw, const struct toc_why_measure *measure)
{
    int64_t least = raw->why->rule->least_events;
    bool is_enough = (int64_t)measure->events >= least;

    if (least > 1) {
        json_t *clause =
            toc_why_clause(raw->clauses, "at_least_events", is_enough,
                           "%zu events, at least %" PRId64 " are asked", measure->events, least);
        json_object_set_new(clause, "have", json_integer((json_int_t)measure->events));
    }
    return is_enough;
}

/* How many different values of field @index are there? */
static size_t count_different(const struct toc_why_raw *raw, size_t index)
{
    size_t count = 0;

    for (size_t i = 0; i < raw->count; i++) {
        bool is_known = raw->window[i]->distinct[index] == 0;
        for (size_t k = 0; k < i && !is_known; k++) {
            is_known = raw->window[k]->distinct[index] == raw->window[i]->distinct[index];
        }
        count += !is_known;
    }
    return count;
}

static bool pass_distinct(const struct toc_why_raw *raw)
{
    const struct toc_rule *rule = raw->why->rule;
    bool is_all = true;

    for (size_t i = 0; i < rule->distinct_field_count; i++) {
        struct toc_str name = rule->distinct_fields[i];
        size_t have = count_different(raw, i);
        bool is_enough = (int64_t)have >= rule->distinct_least[i];
        json_t *clause = toc_why_clause(raw->clauses, "min_distinct", is_enough,
                                        "%zu different %.*s, at least %" PRId64 " are asked", have,
                                        (int)name.size, name.data, rule->distinct_least[i]);
        json_object_set_new(clause, "field", json_stringn(name.data, name.size));
        json_object_set_new(clause, "have", json_integer((json_int_t)have));
        is_all = is_all && is_enough;
    }
    return is_all;
}

/* What more there is to say of too few: until when another would do; the nearest that was not near
 * enough. */
static void add_lacking(const struct toc_why_raw *raw, const struct toc_why_measure *measure,
                        struct toc_text *out)
{
    const struct toc_why *why = raw->why;

    if (why->rule->kind == TOC_KIND_COUNT && toc_why_is_from_below(why->rule) && raw->count > 0 &&
        !raw->window[0]->is_stretch) {
        toc_int128 need = measure->threshold + (why->rule->compare == TOC_MORE_THAN ? 1 : 0);
        toc_text_addf(out, "; %" PRId64 " more needed before ", (int64_t)(need - measure->number));
        toc_why_time(out, raw->window[0]->at_ms + why->rule->within_ms + 1);
    }
    toc_why_add_nearest(why, raw->at_ms, out);
}

static bool pass_value(const struct toc_why_raw *raw, const struct toc_why_measure *measure)
{
    const struct toc_rule *rule = raw->why->rule;
    bool is_passed = measure->is_there && compares(rule, measure);
    double value = (double)measure->number / (double)measure->parts / measure->scale;
    double threshold = (double)measure->threshold / measure->scale;
    struct toc_text within = {0}, more = {0};

    if (raw->clauses == NULL) {
        return is_passed;
    }
    toc_span_format(rule->within_ms, &within);
    toc_text_add(&more, TOC_STR(""));
    if (!is_passed) {
        add_lacking(raw, measure, &more);
    }
    json_t *clause;
    if (raw->why->is_mute) {
        clause = toc_why_clause(raw->clauses, toc_rule_kind_text(rule->kind), false,
                                "this key has no threshold of its own, so nothing ever holds");
    } else if (!measure->is_there && toc_rule_is_valued(rule)) {
        clause = toc_why_clause(raw->clauses, toc_rule_kind_text(rule->kind), false,
                                "there is nothing to compare in %s%s", within.data, more.data);
    } else {
        clause = toc_why_clause(raw->clauses, toc_rule_kind_text(rule->kind), is_passed,
                                "%s%.10g, %s %.10g is asked, in %s%s",
                                measure->words.size > 0 ? measure->words.data : "", value,
                                compare_text(rule), threshold, within.data, more.data);
    }
    if (measure->is_there || !toc_rule_is_valued(rule)) {
        json_object_set_new(clause, "value", json_real(value));
    }
    json_object_set_new(clause, "threshold", json_real(threshold));
    json_object_update(clause, measure->values);
    toc_text_finish(&within);
    toc_text_finish(&more);
    return is_passed && !raw->why->is_mute;
}

/* Of which kind is there none? Of alerts: that none is open. */
static void tell_missing(const struct toc_why_raw *raw)
{
    const struct toc_rule *rule = raw->why->rule;
    bool is_of_kinds = rule->kind == TOC_KIND_ALL_OF || rule->kind == TOC_KIND_ANY_KINDS;
    struct toc_text words = {0};

    for (size_t k = 0; k < rule->counted_count && raw->clauses != NULL; k++) {
        const struct toc_alias *alias = &rule->aliases[rule->counted[k]];
        bool is_there = false;
        for (size_t i = 0; i < raw->count && !is_there; i++) {
            is_there = raw->window[i]->alias == rule->counted[k];
        }
        if (!is_there && (is_of_kinds || alias->is_stretch)) {
            toc_text_clear(&words);
            toc_why_add_none(&words, alias);
            json_t *clause = toc_why_clause(raw->clauses, alias->is_stretch ? "open" : "kind",
                                            false, "%s", words.data);
            json_object_set_new(clause, "event", json_stringn(alias->name.data, alias->name.size));
        }
    }
    toc_text_finish(&words);
}

/* An empty window rests on the newest event of the key. */
static void find_newest(struct toc_why_raw *raw)
{
    const struct toc_why *why = raw->why;

    for (size_t i = 0; i < why->count && raw->count == 0; i++) {
        const struct toc_why_event *event = &why->events[i];
        if ((toc_why_roles(why, event) & TOC_ROLE_COUNTED) != 0 && event->at_ms <= raw->at_ms &&
            event->at_ms > raw->newest_ms && toc_why_counts(why, event, raw->at_ms)) {
            raw->newest_ms = event->at_ms;
        }
    }
}

bool toc_why_hold_window(struct toc_why_raw *raw)
{
    const struct toc_rule *rule = raw->why->rule;
    struct toc_why_measure measure;
    bool is_judged = true;

    fill_window(raw);
    if (rule->has_near) {
        bool holds = toc_why_hold_near(raw);
        if (!holds) {
            tell_missing(raw);
        }
        return holds;
    }
    list_window(raw);
    find_newest(raw);
    if (rule->kind == TOC_KIND_TREND) {
        is_judged = pass_warm_up(raw);
    }
    toc_why_measure(raw, &measure);
    bool is_passed = pass_value(raw, &measure);
    if (!is_passed && (toc_why_is_from_below(rule) || rule->kind == TOC_KIND_ALL_OF)) {
        tell_missing(raw);
    }
    bool is_counting = rule->kind == TOC_KIND_COUNT || rule->kind == TOC_KIND_COUNT_DISTINCT ||
                       rule->kind == TOC_KIND_SUM;
    if (is_counting && !toc_why_is_from_below(rule)) {
        is_judged = pass_known(raw) && is_judged;
    }
    is_judged = pass_least(raw, &measure) && is_judged;
    is_judged = pass_distinct(raw) && is_judged;
    toc_text_finish(&measure.words);
    json_decref(measure.values);
    return is_passed && is_judged;
}
