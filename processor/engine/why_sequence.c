/* Sequences: the choice of events that goes farthest. */
#include "engine/why_core.h"

struct walk {
    struct toc_why_raw *raw;
    const struct toc_why_event *chosen[TOC_RULE_STEPS];
    const struct toc_why_event *best[TOC_RULE_STEPS]; /* The longest way. */
    size_t best_count;
    bool is_best_open; /* It can still be gone on with. */
    const struct toc_why_event *blocked_by;
    const struct toc_why_event *lined;  /* It completed, and a line was drawn since. */
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
        if ((toc_why_roles(why, event) & TOC_ROLE_WITHOUT) == 0 || event->at_ms <= first_ms ||
            event->at_ms >= last_ms) {
            continue;
        }
        bool is_tied = tie.alias < 0;
        for (size_t s = 0; s < count && !is_tied; s++) {
            is_tied = why->rule->steps[s].alias == tie.alias &&
                      toc_why_is_near(walk->chosen[s], event, tie.distance_mm);
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
            !toc_why_is_near(walk->chosen[s], event, tie.distance_mm)) {
            return false;
        }
    }
    return step == 0 || (event->at_ms >= walk->chosen[step - 1]->at_ms &&
                         (rule->kind == TOC_KIND_EVENT ||
                          event->at_ms - walk->chosen[0]->at_ms <= rule->within_ms));
}

/* Do the events chosen for the first @count steps count at @at_ms? */
static bool do_count(const struct walk *walk, size_t count, int64_t at_ms)
{
    for (size_t s = 0; s < count; s++) {
        if (!toc_why_counts(walk->raw->why, walk->chosen[s], at_ms)) {
            return false;
        }
    }
    return true;
}

static void go(struct walk *walk, size_t step)
{
    struct toc_why_raw *raw = walk->raw;
    const struct toc_why *why = raw->why;
    const struct toc_rule *rule = why->rule;

    if (step > 0 && step == rule->step_count) {
        const struct toc_why_event *last = walk->chosen[step - 1];
        const struct toc_why_event *without = find_without(walk, step);
        bool is_lined = !toc_why_counts(why, last, raw->at_ms);
        if (!do_count(walk, step, last->at_ms)) {
            return;
        }
        if (without != NULL) {
            walk->blocked_by = without;
        } else if (!is_lined && (walk->newest == NULL || last->at_ms > walk->newest->at_ms)) {
            walk->newest = last;
            memcpy(walk->best, walk->chosen, sizeof walk->chosen);
            walk->best_count = step;
        } else if (is_lined) {
            walk->lined = last;
        }
        return;
    }
    if (walk->newest == NULL && step > 0 && do_count(walk, step, raw->at_ms)) {
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

/* Of what is awaited next: those that only the distance keeps out. INT64_MAX: there is none. */
static int64_t nearest(const struct walk *walk, size_t step)
{
    const struct toc_why *why = walk->raw->why;
    const struct toc_step *awaited = &why->rule->steps[step];
    int64_t nearest_mm = INT64_MAX;
    size_t to = 0;

    while (to < step && why->rule->steps[to].alias != awaited->tie.alias) {
        to++;
    }
    for (size_t i = 0; i < why->count && to < step; i++) {
        const struct toc_why_event *event = &why->events[i];
        if (event->alias == awaited->alias && event->at_ms <= walk->raw->at_ms &&
            event->at_ms >= walk->best[step - 1]->at_ms &&
            event->at_ms - walk->best[0]->at_ms <= why->rule->within_ms && event->has_point &&
            walk->best[to]->has_point) {
            int64_t mm = toc_geo_distance_mm(walk->best[to]->point, event->point);
            nearest_mm = mm > awaited->tie.distance_mm && mm < nearest_mm ? mm : nearest_mm;
        }
    }
    return nearest_mm;
}

/* Which clause fails, and what is awaited. */
static json_t *tell_failing(const struct walk *walk)
{
    const struct toc_rule *rule = walk->raw->why->rule;
    const char *kind = toc_rule_kind_text(rule->kind);
    struct toc_text words = {0};

    if (walk->lined != NULL) {
        toc_text_addf(&words, "it was complete with %.*s, and a line was drawn since",
                      (int)walk->lined->id.size, walk->lined->id.data);
        kind = "clear_when";
    } else if (walk->blocked_by != NULL) {
        struct toc_str name = rule->aliases[walk->blocked_by->alias].name;
        toc_text_addf(&words, "%.*s %.*s at ", (int)name.size, name.data,
                      (int)walk->blocked_by->id.size, walk->blocked_by->id.data);
        toc_why_time(&words, walk->blocked_by->at_ms);
        toc_text_add(&words, TOC_STR(" lies between"));
        kind = "without";
    } else if (walk->best_count == 0) {
        toc_why_add_none(&words, &rule->aliases[rule->steps[0].alias]);
        toc_why_add_nearest(walk->raw->why, walk->raw->at_ms, &words);
    } else {
        const struct toc_alias *next = &rule->aliases[rule->steps[walk->best_count].alias];
        toc_text_addf(&words, "%zu of %zu steps; %.*s %s ", walk->best_count, rule->step_count,
                      (int)next->name.size, next->name.data,
                      walk->is_best_open ? "is awaited until" : "did not come until");
        toc_why_time(&words, walk->best[0]->at_ms + rule->within_ms);
        int64_t nearest_mm = nearest(walk, walk->best_count);
        if (nearest_mm != INT64_MAX) {
            toc_text_add(&words, TOC_STR("; nearest candidate "));
            toc_why_beyond(&words, nearest_mm, rule->steps[walk->best_count].tie.distance_mm);
        } else {
            toc_why_add_nearest(walk->raw->why, walk->raw->at_ms, &words);
        }
    }
    json_t *clause = toc_why_clause(walk->raw->clauses, kind, false, "%s", words.data);
    toc_text_finish(&words);
    return clause;
}

bool toc_why_hold_sequence(struct toc_why_raw *raw)
{
    const struct toc_rule *rule = raw->why->rule;
    struct walk walk = {.raw = raw};

    go(&walk, 0);
    bool holds = walk.newest != NULL;
    for (size_t s = 0; s < walk.best_count; s++) {
        struct toc_text words = {0};
        toc_text_add(&words, TOC_STR(""));
        if (walk.best[s]->below.size > 0) {
            toc_text_addf(&words, "alert of %.*s", (int)walk.best[s]->below.size,
                          walk.best[s]->below.data);
        }
        toc_why_take(raw, walk.best[s], words.data != NULL ? words.data : "");
        toc_text_finish(&words);
    }
    if (holds) {
        raw->newest_ms = walk.newest->at_ms;
    }
    if (raw->clauses != NULL) {
        json_t *clause =
            holds ? toc_why_clause(raw->clauses, toc_rule_kind_text(rule->kind), true,
                                   "%zu of %zu steps", rule->step_count, rule->step_count)
                  : tell_failing(&walk);
        json_object_set_new(clause, "steps", json_integer((json_int_t)walk.best_count));
    }
    return holds;
}
