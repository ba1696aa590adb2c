/* Does a rule hold raw, by brute force over the events of its key: one function a kind. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "engine/why_core.h"

enum { FUEL = 2000000, CLIQUE_MOST = 16, WINDOW_MOST = 100000 };

struct raw { /* One question. */
    const struct toc_why *why;
    int64_t at_ms;
    json_t *clauses, *events; /* May be NULL. */
    int64_t newest_ms;
    const struct toc_why_event **window;
    size_t count;
    int fuel;
};

static bool is_near(const struct toc_why_event *a, const struct toc_why_event *b, int64_t limit_mm)
{
    return a->has_point && b->has_point && toc_geo_is_within(a->point, b->point, limit_mm);
}

static unsigned roles(const struct toc_why *why, const struct toc_why_event *event)
{
    return why->rule->aliases[event->alias].roles;
}

/* Does a line dated up to @at_ms touch @event? */
bool toc_why_counts(const struct toc_why *why, const struct toc_why_event *event, int64_t at_ms)
{
    for (size_t i = 0; i < why->count; i++) {
        const struct toc_why_event *line = &why->events[i];
        struct toc_tie tie = why->rule->aliases[line->alias].clear_tie;
        if ((roles(why, line) & TOC_ROLE_CLEAR) != 0 && line->at_ms <= at_ms &&
            event->at_ms <= line->at_ms &&
            (tie.alias < 0 ||
             (event->alias == tie.alias && is_near(event, line, tie.distance_mm)))) {
            return false;
        }
    }
    return true;
}

static void take(struct raw *raw, const struct toc_why_event *event, const char *words)
{
    raw->newest_ms = event->at_ms > raw->newest_ms ? event->at_ms : raw->newest_ms;
    toc_why_list(raw->events, raw->why, event, words);
}

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

/* --- Windows ------------------------------------------------------------------------------- */

/* Events that count at at_ms within `within`, oldest first. */
static void fill_window(struct raw *raw)
{
    const struct toc_why *why = raw->why;

    raw->window = toc_mem_array(why->count + 1, sizeof(struct toc_why_event *));
    for (size_t i = 0; i < why->count; i++) {
        const struct toc_why_event *event = &why->events[i];
        if ((roles(why, event) & TOC_ROLE_COUNTED) != 0 && event->at_ms <= raw->at_ms &&
            raw->at_ms - event->at_ms <= why->rule->within_ms &&
            toc_why_counts(why, event, raw->at_ms)) {
            raw->window[raw->count++] = event;
        }
    }
}

static size_t count_events(const struct raw *raw)
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

static size_t count_values(const struct raw *raw)
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

static size_t count_kinds(const struct raw *raw, size_t *out_missing)
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

/* How many choices a smallest fulfilling clique takes. */
static size_t clique_size(const struct toc_rule *rule)
{
    if (rule->kind == TOC_KIND_ALL_OF) {
        return rule->counted_count;
    }
    return (size_t)rule->threshold + (rule->compare == TOC_MORE_THAN ? 1 : 0);
}

struct clique {
    const struct toc_why_event *best[CLIQUE_MOST], *now[CLIQUE_MOST];
    size_t best_count, count;
};

/* May @event stand beside those chosen: another event, value or kind, by what is counted? An event
 * of two kinds may serve as both. */
static bool may_join(const struct raw *raw, const struct clique *clique,
                     const struct toc_why_event *event)
{
    const struct toc_rule *rule = raw->why->rule;

    for (size_t i = 0; i < clique->count; i++) {
        const struct toc_why_event *other = clique->now[i];
        bool is_same = rule->kind == TOC_KIND_COUNT_DISTINCT ? other->value == event->value
                       : rule->kind == TOC_KIND_COUNT        ? other->number == event->number
                                                             : other->alias == event->alias;
        if (is_same || !is_near(other, event, rule->near_mm)) {
            return false;
        }
    }
    return event->has_point;
}

static void grow(struct raw *raw, struct clique *clique, size_t from, size_t need)
{
    if (clique->count > clique->best_count) {
        clique->best_count = clique->count;
        memcpy(clique->best, clique->now, sizeof clique->now);
    }
    for (size_t i = from; i < raw->count && clique->best_count < need && raw->fuel-- > 0; i++) {
        if (clique->count + (raw->count - i) <= clique->best_count) {
            return; /* Cannot be larger any more. */
        }
        if (may_join(raw, clique, raw->window[i])) {
            clique->now[clique->count++] = raw->window[i];
            grow(raw, clique, i + 1, need);
            clique->count--;
        }
    }
}

static bool hold_near(struct raw *raw)
{
    const struct toc_rule *rule = raw->why->rule;
    struct clique clique = {.count = 0};
    size_t need = clique_size(rule);
    int64_t nearest_mm = INT64_MAX;

    grow(raw, &clique, 0, need);
    bool holds = clique.best_count >= need;
    for (size_t i = 0; i < clique.best_count; i++) {
        take(raw, clique.best[i], "of the largest group");
    }
    for (size_t i = 0; i < raw->count && !holds; i++) { /* Who comes nearest to joining it? */
        int64_t farthest_mm = 0;
        bool is_member = false;
        for (size_t k = 0; k < clique.best_count; k++) {
            is_member |= clique.best[k]->number == raw->window[i]->number;
            if (raw->window[i]->has_point) {
                int64_t mm = toc_geo_distance_mm(clique.best[k]->point, raw->window[i]->point);
                farthest_mm = mm > farthest_mm ? mm : farthest_mm;
            }
        }
        if (!is_member && raw->window[i]->has_point && farthest_mm > rule->near_mm &&
            farthest_mm < nearest_mm) {
            nearest_mm = farthest_mm;
        }
    }
    json_t *clause =
        toc_why_clause(raw->clauses, "near", holds, "%zu of %zu lie within %.0f m of each other",
                       clique.best_count, need, (double)rule->near_mm / 1000);
    if (clause != NULL) {
        json_object_set_new(clause, "have", json_integer((json_int_t)clique.best_count));
        json_object_set_new(clause, "need", json_integer((json_int_t)need));
        if (nearest_mm != INT64_MAX) {
            json_object_set_new(clause, "nearest_m", json_real((double)nearest_mm / 1000));
        }
    }
    return holds;
}

/* A comparison from above is judged one `within` after the key was first heard. */
static bool is_known(const struct raw *raw, int64_t *out_from_ms)
{
    const struct toc_why *why = raw->why;
    int64_t first_ms = why->is_member ? why->stream_ms : TOC_INSTANT_NONE;

    for (size_t i = 0; i < why->count; i++) {
        const struct toc_why_event *event = &why->events[i];
        if ((roles(why, event) & TOC_ROLE_COUNTED) != 0 && event->at_ms <= raw->at_ms &&
            toc_why_counts(why, event, raw->at_ms) &&
            (first_ms == TOC_INSTANT_NONE || event->at_ms < first_ms)) {
            first_ms = event->at_ms;
        }
    }
    *out_from_ms =
        first_ms == TOC_INSTANT_NONE ? TOC_INSTANT_NEVER : first_ms + why->rule->within_ms;
    return raw->at_ms >= *out_from_ms;
}

static bool hold_window(struct raw *raw)
{
    const struct toc_rule *rule = raw->why->rule;
    double value = 0, threshold = (double)rule->threshold;
    size_t missing = SIZE_MAX, n;
    bool is_empty_ok = false;

    fill_window(raw);
    n = count_events(raw);
    if (rule->has_near) {
        return hold_near(raw);
    }
    for (size_t i = 0; i < raw->count; i++) {
        take(raw, raw->window[i], "");
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

/* --- Sequences ----------------------------------------------------------------------------- */

struct walk {
    struct raw *raw;
    const struct toc_why_event *chosen[TOC_RULE_STEPS];
    const struct toc_why_event *best[TOC_RULE_STEPS]; /* The longest way. */
    size_t best_count;
    bool is_best_open; /* It can still be gone on with. */
    const struct toc_why_event *blocked_by;
    const struct toc_why_event *newest; /* Newest that completes. */
};

/* A `without` event strictly between that is tied to the chosen ones, or NULL. */
static const struct toc_why_event *find_without(const struct walk *walk, size_t count)
{
    const struct toc_why *why = walk->raw->why;
    int64_t first_ms = walk->chosen[0]->at_ms, last_ms = walk->chosen[count - 1]->at_ms;

    for (size_t i = 0; i < why->count; i++) {
        const struct toc_why_event *event = &why->events[i];
        struct toc_tie tie = why->rule->aliases[event->alias].without_tie;
        if ((roles(why, event) & TOC_ROLE_WITHOUT) == 0 || event->at_ms <= first_ms ||
            event->at_ms >= last_ms) {
            continue;
        }
        bool is_tied = tie.alias < 0;
        for (size_t s = 0; s < count && !is_tied; s++) {
            is_tied = why->rule->steps[s].alias == tie.alias &&
                      is_near(walk->chosen[s], event, tie.distance_mm);
        }
        if (is_tied) {
            return event;
        }
    }
    return NULL;
}

static bool fits(const struct walk *walk, size_t step, const struct toc_why_event *event)
{
    const struct toc_rule *rule = walk->raw->why->rule;
    const struct toc_tie tie = rule->steps[step].tie;

    if (event->alias != rule->steps[step].alias || event->at_ms > walk->raw->at_ms) {
        return false;
    }
    for (size_t s = 0; s < step; s++) {
        if (walk->chosen[s]->number == event->number) {
            return false;
        }
        if (tie.alias >= 0 && rule->steps[s].alias == tie.alias &&
            !is_near(walk->chosen[s], event, tie.distance_mm)) {
            return false;
        }
    }
    return step == 0 || (event->at_ms >= walk->chosen[step - 1]->at_ms &&
                         (rule->kind == TOC_KIND_EVENT ||
                          event->at_ms - walk->chosen[0]->at_ms <= rule->within_ms));
}

static void go(struct walk *walk, size_t step)
{
    struct raw *raw = walk->raw;
    const struct toc_why *why = raw->why;
    const struct toc_rule *rule = why->rule;

    if (step > 0 && step == rule->step_count) {
        const struct toc_why_event *last = walk->chosen[step - 1];
        const struct toc_why_event *without = find_without(walk, step);
        bool counts = true;
        for (size_t s = 0; s < step && counts; s++) {
            counts = toc_why_counts(why, walk->chosen[s], last->at_ms) &&
                     toc_why_counts(why, last, raw->at_ms);
        }
        if (without != NULL) {
            walk->blocked_by = without;
        } else if (counts && (walk->newest == NULL || last->at_ms > walk->newest->at_ms)) {
            walk->newest = last;
            memcpy(walk->best, walk->chosen, sizeof walk->chosen);
            walk->best_count = step;
        }
        return;
    }
    if (walk->newest == NULL && step > 0) {
        bool is_open = raw->at_ms - walk->chosen[0]->at_ms <= rule->within_ms;
        if (step > walk->best_count || (step == walk->best_count && is_open)) {
            walk->best_count = step;
            walk->is_best_open = is_open;
            memcpy(walk->best, walk->chosen, sizeof walk->chosen);
        }
    }
    for (size_t i = 0; i < why->count && raw->fuel-- > 0; i++) {
        if (fits(walk, step, &why->events[i])) {
            walk->chosen[step] = &why->events[i];
            go(walk, step + 1);
        }
    }
}

static bool hold_sequence(struct raw *raw)
{
    const struct toc_rule *rule = raw->why->rule;
    struct walk walk = {.raw = raw};

    go(&walk, 0);
    bool holds = walk.newest != NULL;
    for (size_t s = 0; s < walk.best_count; s++) {
        take(raw, walk.best[s], "");
    }
    if (holds) {
        raw->newest_ms = walk.newest->at_ms;
        (void)toc_why_clause(raw->clauses, "sequence", true, "%zu of %zu steps", rule->step_count,
                             rule->step_count);
        return true;
    }
    bool is_blocked = walk.blocked_by != NULL;
    size_t next = walk.best_count < rule->step_count ? walk.best_count : rule->step_count - 1;
    struct toc_str name = rule->aliases[rule->steps[next].alias].name;
    struct toc_text until = {0};
    if (walk.best_count > 0) {
        toc_why_time(&until, walk.best[0]->at_ms + rule->within_ms);
    }
    json_t *clause = NULL;
    if (is_blocked) {
        struct toc_text at = {0};
        toc_why_time(&at, walk.blocked_by->at_ms);
        clause = toc_why_clause(raw->clauses, "without", false, "%.*s %.*s at %s lies between",
                                (int)rule->aliases[walk.blocked_by->alias].name.size,
                                rule->aliases[walk.blocked_by->alias].name.data,
                                (int)walk.blocked_by->id.size, walk.blocked_by->id.data, at.data);
        toc_text_finish(&at);
    } else if (walk.best_count == 0) {
        clause =
            toc_why_clause(raw->clauses, "sequence", false, "no %.*s", (int)name.size, name.data);
    } else if (rule->kind == TOC_KIND_EVENT || walk.best_count == rule->step_count) {
        clause = toc_why_clause(raw->clauses, "line", false, "a line was drawn under it");
    } else {
        clause = toc_why_clause(raw->clauses, "sequence", false, "%zu of %zu steps; %.*s %s %s",
                                walk.best_count, rule->step_count, (int)name.size, name.data,
                                walk.is_best_open ? "is awaited until" : "did not come until",
                                until.data);
    }
    if (clause != NULL) {
        json_object_set_new(clause, "steps", json_integer((json_int_t)walk.best_count));
    }
    toc_text_finish(&until);
    return false;
}

/* --- Latest -------------------------------------------------------------------------------- */

static bool hold_latest(struct raw *raw)
{
    const struct toc_why *why = raw->why;
    const struct toc_why_event *newest = NULL;
    bool holds = false;

    for (size_t i = 0; i < why->count; i++) {
        const struct toc_why_event *event = &why->events[i];
        if ((roles(why, event) & TOC_ROLE_COUNTED) == 0 || event->at_ms > raw->at_ms) {
            continue;
        }
        if (newest == NULL || event->at_ms > newest->at_ms) {
            holds = false;
        }
        newest = event;
        holds = holds || (event->is_meeting && toc_why_counts(why, event, raw->at_ms));
    }
    if (newest == NULL) {
        (void)toc_why_clause(raw->clauses, "latest", false, "none has come");
        return false;
    }
    take(raw, newest, holds ? "" : "the newest");
    (void)toc_why_clause(raw->clauses, "latest", holds,
                         holds ? "the newest meets the conditions"
                               : "the newest does not meet the conditions, or a line is drawn");
    return holds;
}

/* --- Absence ------------------------------------------------------------------------------- */

/* The first answer dated from @from_ms on (or later than it), or NULL. */
static const struct toc_why_event *find_answer(const struct toc_why *why, int64_t from_ms)
{
    for (size_t i = 0; i < why->count; i++) {
        if ((roles(why, &why->events[i]) & TOC_ROLE_EXPECTED) != 0 &&
            why->events[i].at_ms >= from_ms) {
            return &why->events[i];
        }
    }
    return NULL;
}

/* A line that touches @event, dated from it up to @until_ms. */
static bool is_lined(const struct toc_why *why, const struct toc_why_event *event, int64_t until_ms)
{
    return !toc_why_counts(why, event, until_ms);
}

static bool hold_absence(struct raw *raw)
{
    const struct toc_why *why = raw->why;
    const struct toc_rule *rule = why->rule;
    bool holds = false;
    size_t clocks = 0;

    for (size_t i = 0; i < why->count; i++) {
        const struct toc_why_event *event = &why->events[i];
        if ((roles(why, event) & TOC_ROLE_AFTER) == 0 || event->start_ms > raw->at_ms) {
            continue;
        }
        int64_t open_ms = event->start_ms + rule->warn_ms;
        const struct toc_why_event *answer = find_answer(why, event->start_ms);
        bool is_lined_out = is_lined(why, event, raw->at_ms);
        bool is_missed = raw->at_ms >= open_ms && !is_lined_out &&
                         (answer == NULL || answer->at_ms > raw->at_ms);
        struct toc_text words = {0};
        clocks++;
        toc_text_addf(&words, "deadline ");
        toc_why_time(&words, open_ms);
        if (answer != NULL && answer->at_ms <= raw->at_ms) {
            toc_text_addf(&words, ", answered by %.*s at ", (int)answer->id.size, answer->id.data);
            toc_why_time(&words, answer->at_ms);
        } else if (is_lined_out) {
            toc_text_add(&words, TOC_STR(", a line was drawn under it"));
        } else {
            toc_text_add(&words, is_missed ? TOC_STR(", missed") : TOC_STR(", not passed yet"));
        }
        if (is_missed) {
            raw->newest_ms = open_ms > raw->newest_ms ? open_ms : raw->newest_ms;
        }
        toc_why_list(raw->events, why, event, words.data);
        toc_text_finish(&words);
        holds = holds || is_missed;
    }
    (void)toc_why_clause(raw->clauses, "deadline", holds,
                         clocks == 0 ? "no clock runs: nothing has started one"
                         : holds     ? "a deadline was missed"
                                     : "no deadline was missed and is open");
    return holds;
}

static bool hold_silence(struct raw *raw)
{
    const struct toc_why *why = raw->why;
    int64_t last_ms = why->is_member ? why->stream_ms : TOC_INSTANT_NONE;

    for (size_t i = 0; i < why->count; i++) {
        const struct toc_why_event *event = &why->events[i];
        if ((roles(why, event) & TOC_ROLE_EXPECTED) != 0 && event->at_ms <= raw->at_ms &&
            toc_why_counts(why, event, raw->at_ms) && event->at_ms >= last_ms) {
            last_ms = event->at_ms;
            raw->newest_ms = event->at_ms;
        }
    }
    if (last_ms == TOC_INSTANT_NONE || last_ms > raw->at_ms) {
        (void)toc_why_clause(raw->clauses, "every", false, "this key was never heard");
        return false;
    }
    bool holds = raw->at_ms >= last_ms + why->rule->deadline_ms;
    struct toc_text at = {0}, due = {0};
    toc_why_time(&at, last_ms);
    toc_why_time(&due, last_ms + why->rule->deadline_ms);
    (void)toc_why_clause(raw->clauses, "every", holds, "last heard %s, the next was due until %s",
                         at.data, due.data);
    toc_text_finish(&at);
    toc_text_finish(&due);
    raw->newest_ms = last_ms;
    return holds;
}

bool toc_why_is_plain(const struct toc_rule *rule)
{
    bool is_plain = rule->kind != TOC_KIND_RATIO && rule->kind != TOC_KIND_PERCENTILE &&
                    rule->kind != TOC_KIND_TREND && rule->half_life_ms == 0 && !rule->has_weight &&
                    rule->distinct_field_count == 0;

    for (size_t a = 0; a < rule->alias_count; a++) {
        is_plain =
            is_plain && !rule->aliases[a].is_alert && rule->aliases[a].hours.kind == TOC_HOURS_ANY;
    }
    return is_plain;
}

/* --- All ----------------------------------------------------------------------------------- */

bool toc_why_raw(const struct toc_why *why, int64_t at_ms, json_t *out, json_t *out_events,
                 int64_t *out_newest_ms)
{
    struct raw raw = {.why = why,
                      .at_ms = at_ms,
                      .clauses = out,
                      .events = out_events,
                      .newest_ms = TOC_INSTANT_NONE,
                      .fuel = FUEL};
    bool holds = false;

    if (!toc_why_is_plain(why->rule)) {
        *out_newest_ms = TOC_INSTANT_NONE;
        return false;
    }
    switch (why->rule->kind) {
    case TOC_KIND_EVENT:
    case TOC_KIND_SEQUENCE:
        holds = hold_sequence(&raw);
        break;
    case TOC_KIND_LATEST:
        holds = hold_latest(&raw);
        break;
    case TOC_KIND_ABSENCE:
        holds = hold_absence(&raw);
        break;
    case TOC_KIND_SILENCE:
        holds = hold_silence(&raw);
        break;
    default:
        holds = hold_window(&raw);
        break;
    }
    toc_mem_free(raw.window);
    *out_newest_ms = raw.newest_ms;
    return holds;
}

static void consider(int64_t candidate_ms, int64_t at_ms, int64_t *best_ms)
{
    if (candidate_ms <= at_ms && candidate_ms > *best_ms) {
        *best_ms = candidate_ms;
    }
}

int64_t toc_why_change(const struct toc_why *why, int64_t at_ms)
{
    int64_t best_ms = TOC_INSTANT_NONE;

    for (size_t i = 0; i < why->count; i++) {
        const struct toc_why_event *event = &why->events[i];
        consider(event->at_ms, at_ms, &best_ms);
        consider(event->at_ms + why->rule->within_ms, at_ms, &best_ms);
        consider(event->at_ms + why->rule->within_ms + 1, at_ms, &best_ms);
        consider(event->start_ms + why->rule->warn_ms, at_ms, &best_ms);
        consider(event->at_ms + why->rule->deadline_ms, at_ms, &best_ms);
    }
    if (why->is_member) {
        consider(why->stream_ms + why->rule->within_ms, at_ms, &best_ms);
        consider(why->stream_ms + why->rule->deadline_ms, at_ms, &best_ms);
    }
    return best_ms;
}
