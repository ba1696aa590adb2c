/* Windows: what is in one, and what is compared. */
#include <inttypes.h>

#include "base/mem.h"
#include "engine/why_core.h"

static bool compares(enum toc_compare compare, double value, double threshold)
{
    switch (compare) {
    case TOC_AT_LEAST:
        return value >= threshold;
    case TOC_MORE_THAN:
        return value > threshold;
    case TOC_AT_MOST:
        return value <= threshold;
    case TOC_LESS_THAN:
        return value < threshold;
    }
    return false;
}

static const char *compare_text(enum toc_compare compare)
{
    static const char *const texts[] = {[TOC_AT_LEAST] = "at least",
                                        [TOC_MORE_THAN] = "more than",
                                        [TOC_AT_MOST] = "at most",
                                        [TOC_LESS_THAN] = "less than"};
    return texts[compare];
}

static bool is_from_below(const struct toc_rule *rule)
{
    return rule->compare == TOC_AT_LEAST || rule->compare == TOC_MORE_THAN;
}

/* Events that count at at_ms within `within`, oldest first. */
static void fill_window(struct toc_why_raw *raw)
{
    const struct toc_why *why = raw->why;

    raw->window = toc_mem_array(why->count + 1, sizeof(struct toc_why_event *));
    for (size_t i = 0; i < why->count; i++) {
        const struct toc_why_event *event = &why->events[i];
        if ((toc_why_roles(why, event) & TOC_ROLE_COUNTED) != 0 && event->at_ms <= raw->at_ms &&
            raw->at_ms - event->at_ms <= why->rule->within_ms &&
            toc_why_counts(why, event, raw->at_ms)) {
            raw->window[raw->count++] = event;
        }
    }
}

static size_t count_events(const struct toc_why_raw *raw)
{
    size_t count = 0;

    for (size_t i = 0; i < raw->count; i++) {
        bool is_twin = false;
        for (size_t k = 0; k < i && !is_twin; k++) {
            is_twin = raw->window[k]->number == raw->window[i]->number;
        }
        count += !is_twin;
    }
    return count;
}

static size_t count_values(const struct toc_why_raw *raw)
{
    size_t count = 0;

    for (size_t i = 0; i < raw->count; i++) {
        bool is_known = false;
        for (size_t k = 0; k < i && !is_known; k++) {
            is_known = raw->window[k]->value == raw->window[i]->value;
        }
        count += !is_known;
    }
    return count;
}

static size_t count_kinds(const struct toc_why_raw *raw, size_t *out_missing)
{
    const struct toc_rule *rule = raw->why->rule;
    size_t count = 0;

    for (size_t k = 0; k < rule->counted_count; k++) {
        bool is_there = false;
        for (size_t i = 0; i < raw->count && !is_there; i++) {
            is_there = raw->window[i]->alias == rule->counted[k];
        }
        count += is_there;
        if (!is_there) {
            *out_missing = k;
        }
    }
    return count;
}

/* A comparison from above is judged one `within` after the key was first heard. */
static bool is_known(const struct toc_why_raw *raw, int64_t *out_from_ms)
{
    const struct toc_why *why = raw->why;
    int64_t first_ms = why->is_member ? why->stream_ms : TOC_INSTANT_NONE;

    for (size_t i = 0; i < why->count; i++) {
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

bool toc_why_hold_window(struct toc_why_raw *raw)
{
    const struct toc_rule *rule = raw->why->rule;
    double value = 0, threshold = (double)rule->threshold;
    size_t missing = SIZE_MAX, n;
    bool is_empty_ok = false;

    fill_window(raw);
    n = count_events(raw);
    if (rule->has_near) {
        return toc_why_hold_near(raw);
    }
    for (size_t i = 0; i < raw->count; i++) {
        toc_why_take(raw, raw->window[i], "");
    }
    switch (rule->kind) {
    case TOC_KIND_COUNT:
        value = (double)n;
        is_empty_ok = true;
        break;
    case TOC_KIND_COUNT_DISTINCT:
        value = (double)count_values(raw);
        is_empty_ok = true;
        break;
    case TOC_KIND_ALL_OF:
        value = (double)count_kinds(raw, &missing);
        threshold = (double)rule->counted_count;
        break;
    case TOC_KIND_ANY_KINDS:
        value = (double)count_kinds(raw, &missing);
        break;
    default:
        is_empty_ok = rule->kind == TOC_KIND_SUM;
        for (size_t i = 0; i < raw->count; i++) {
            double one = (double)raw->window[i]->value;
            bool is_first = i == 0;
            if (rule->kind == TOC_KIND_MIN) {
                value = is_first || one < value ? one : value;
            } else if (rule->kind == TOC_KIND_MAX) {
                value = is_first || one > value ? one : value;
            } else {
                value += one;
            }
        }
        if (rule->kind == TOC_KIND_AVERAGE) {
            threshold *= (double)raw->count; /* As the engine: sum with threshold times n. */
        }
        break;
    }
    enum toc_compare compare = rule->kind == TOC_KIND_ALL_OF ? TOC_AT_LEAST : rule->compare;
    bool is_compared = compares(compare, value, threshold) &&
                       (raw->count > 0 || (is_empty_ok && (!is_from_below(rule) || value >= 0)));
    if (raw->count == 0 && is_from_below(rule)) {
        is_compared = false;
    }
    bool is_scaled = rule->kind == TOC_KIND_SUM || rule->kind == TOC_KIND_AVERAGE ||
                     rule->kind == TOC_KIND_MIN || rule->kind == TOC_KIND_MAX;
    double scale = is_scaled ? 1e6 : 1;
    if (rule->kind == TOC_KIND_AVERAGE && raw->count > 0) {
        scale *= (double)raw->count;
    }
    struct toc_text within = {0};
    toc_span_format(rule->within_ms, &within);
    json_t *clause = toc_why_clause(raw->clauses, toc_rule_kind_text(rule->kind), is_compared,
                                    "%.10g, %s %.10g is asked, in %s", value / scale,
                                    compare_text(compare), threshold / scale, within.data);
    toc_text_finish(&within);
    if (clause != NULL) {
        json_object_set_new(clause, "value", json_real(value / scale));
        json_object_set_new(clause, "threshold", json_real(threshold / scale));
        json_object_set_new(clause, "events", json_integer((json_int_t)n));
    }
    if (missing != SIZE_MAX && !is_compared) {
        struct toc_str name = rule->aliases[rule->counted[missing]].name;
        (void)toc_why_clause(raw->clauses, "kind", false, "no %.*s", (int)name.size, name.data);
    }
    bool is_judged = true;
    if (!is_from_below(rule) && is_empty_ok && rule->kind != TOC_KIND_ALL_OF) {
        int64_t from_ms;
        is_judged = is_known(raw, &from_ms);
        if (from_ms == TOC_INSTANT_NEVER) {
            (void)toc_why_clause(raw->clauses, "known", false, "this key was never heard");
        } else {
            struct toc_text at = {0};
            toc_why_time(&at, from_ms);
            (void)toc_why_clause(raw->clauses, "known", is_judged,
                                 "judged from %s on, one window after it was first heard", at.data);
            toc_text_finish(&at);
        }
    }
    if (rule->least_events > 1) {
        bool is_enough = (int64_t)n >= rule->least_events;
        (void)toc_why_clause(raw->clauses, "at_least_events", is_enough, "%zu events of %" PRId64,
                             n, rule->least_events);
        is_judged = is_judged && is_enough;
    }
    return is_compared && is_judged;
}
