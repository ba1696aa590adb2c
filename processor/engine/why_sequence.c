/* Sequences: the choice of events that goes farthest. */
#include "engine/why_core.h"

struct walk {
    struct toc_why_raw *raw;
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

static void go(struct walk *walk, size_t step)
{
    struct toc_why_raw *raw = walk->raw;
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

bool toc_why_hold_sequence(struct toc_why_raw *raw)
{
    const struct toc_rule *rule = raw->why->rule;
    struct walk walk = {.raw = raw};

    go(&walk, 0);
    bool holds = walk.newest != NULL;
    for (size_t s = 0; s < walk.best_count; s++) {
        toc_why_take(raw, walk.best[s], "");
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
