/* Pairwise near: the largest group of events that lie near each other. */
#include "engine/why_core.h"

enum { CLIQUE_MOST = 16 };

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
static bool may_join(const struct toc_why_raw *raw, const struct clique *clique,
                     const struct toc_why_event *event)
{
    const struct toc_rule *rule = raw->why->rule;

    for (size_t i = 0; i < clique->count; i++) {
        const struct toc_why_event *other = clique->now[i];
        bool is_same = rule->kind == TOC_KIND_COUNT_DISTINCT ? other->value == event->value
                       : rule->kind == TOC_KIND_COUNT        ? other->number == event->number
                                                             : other->alias == event->alias;
        if (is_same || !toc_why_is_near(other, event, rule->near_mm)) {
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

bool toc_why_hold_near(struct toc_why_raw *raw)
{
    const struct toc_rule *rule = raw->why->rule;
    struct clique clique = {.count = 0};
    size_t need = clique_size(rule);
    int64_t nearest_mm = INT64_MAX;

    grow(raw, &clique, 0, need);
    bool holds = clique.best_count >= need;
    for (size_t i = 0; i < clique.best_count; i++) {
        toc_why_take(raw, clique.best[i], "of the largest group");
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
