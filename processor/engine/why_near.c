/* Pairwise near: the largest group of events that lie near each other. */
#include "engine/why_core.h"

enum { CLIQUE_MOST = 16 };

/* How many choices a smallest fulfilling clique takes. */
static size_t clique_size(const struct toc_why *why)
{
    const struct toc_rule *rule = why->rule;

    if (rule->kind == TOC_KIND_ALL_OF) {
        return rule->counted_count;
    }
    return (size_t)why->threshold + (rule->compare == TOC_MORE_THAN ? 1 : 0);
}

struct clique {
    const struct toc_why_event *best[CLIQUE_MOST], *now[CLIQUE_MOST];
    size_t best_count, count;
};

/* Can only one of them count? By what is counted: the same event, value or kind. An event of two
 * kinds may serve as both. */
static bool is_same(const struct toc_rule *rule, const struct toc_why_event *a,
                    const struct toc_why_event *b)
{
    return rule->kind == TOC_KIND_COUNT_DISTINCT ? a->value == b->value
           : rule->kind == TOC_KIND_COUNT        ? a->number == b->number
                                                 : a->alias == b->alias;
}

static bool may_join(const struct toc_why_raw *raw, const struct clique *clique,
                     const struct toc_why_event *event)
{
    const struct toc_rule *rule = raw->why->rule;

    for (size_t i = 0; i < clique->count; i++) {
        if (is_same(rule, clique->now[i], event) ||
            !toc_why_is_near(clique->now[i], event, rule->near_mm)) {
            return false;
        }
    }
    return event->has_point;
}

static void grow(struct toc_why_raw *raw, struct clique *clique, size_t from, size_t need)
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

/* The newest event that is in a fulfilling group, NONE: there is none. @clique: the largest. */
static int64_t search(struct toc_why_raw *raw, struct clique *clique, size_t need)
{
    for (size_t i = raw->count; i-- > 0;) {
        clique->count = 0;
        if (may_join(raw, clique, raw->window[i])) {
            clique->now[clique->count++] = raw->window[i];
            grow(raw, clique, 0, need);
        }
        if (clique->best_count >= need) {
            return raw->window[i]->at_ms;
        }
    }
    return TOC_INSTANT_NONE;
}

/* How far is the event that comes nearest to joining the largest group? INT64_MAX: nobody would. */
static int64_t nearest(const struct toc_why_raw *raw, const struct clique *clique)
{
    const struct toc_rule *rule = raw->why->rule;
    int64_t nearest_mm = INT64_MAX;

    for (size_t i = 0; i < raw->count; i++) {
        const struct toc_why_event *event = raw->window[i];
        int64_t farthest_mm = 0;
        bool is_other = event->has_point;
        for (size_t k = 0; k < clique->best_count && is_other; k++) {
            int64_t mm = toc_geo_distance_mm(clique->best[k]->point, event->point);
            farthest_mm = mm > farthest_mm ? mm : farthest_mm;
            is_other = !is_same(rule, clique->best[k], event);
        }
        if (is_other && farthest_mm > rule->near_mm && farthest_mm < nearest_mm) {
            nearest_mm = farthest_mm;
        }
    }
    return nearest_mm;
}

bool toc_why_hold_near(struct toc_why_raw *raw)
{
    const struct toc_rule *rule = raw->why->rule;
    struct clique clique = {.count = 0};
    size_t need = clique_size(raw->why);
    int64_t newest_ms = search(raw, &clique, need);
    bool holds = clique.best_count >= need && !raw->why->is_mute;

    for (size_t i = 0; i < clique.best_count; i++) {
        toc_why_take(raw, clique.best[i], "of the largest group");
    }
    raw->newest_ms = newest_ms;
    if (raw->clauses == NULL) {
        return holds;
    }
    int64_t nearest_mm = holds ? INT64_MAX : nearest(raw, &clique);
    struct toc_text more = {0};
    toc_why_distance(&more, rule->near_mm);
    toc_text_add(&more, TOC_STR(" of each other"));
    if (raw->why->is_mute) {
        toc_text_add(&more, TOC_STR("; this key has no threshold of its own"));
    } else if (nearest_mm != INT64_MAX) {
        toc_text_add(&more, TOC_STR("; nearest candidate "));
        toc_why_beyond(&more, nearest_mm, rule->near_mm);
    } else if (!holds) {
        toc_why_add_nearest(raw->why, raw->at_ms, &more);
    }
    json_t *clause = toc_why_clause(raw->clauses, "near", holds, "%zu of %zu lie within %s",
                                    clique.best_count, need, more.data);
    json_object_set_new(clause, "have", json_integer((json_int_t)clique.best_count));
    json_object_set_new(clause, "need", json_integer((json_int_t)need));
    if (nearest_mm != INT64_MAX) {
        json_object_set_new(clause, "nearest_m", json_real((double)nearest_mm / 1000));
    }
    toc_text_finish(&more);
    return holds;
}
