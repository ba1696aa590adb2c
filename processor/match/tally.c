#include "match/tally.h"

#include "base/assert.h"
#include "base/mem.h"
#include "match/match.h"

_Static_assert(TOC_RULE_MIN_DISTINCT == (int)TOC_ENTRY_DISTINCT, "an entry has room for them all");

bool toc_tally_is_needed(const struct toc_rule *rule)
{
    return rule->kind == TOC_KIND_RATIO || rule->kind == TOC_KIND_PERCENTILE ||
           rule->kind == TOC_KIND_TREND || rule->distinct_field_count > 0 ||
           toc_rule_is_weighing(rule);
}

void toc_tally_finish(struct toc_tally *tally)
{
    if (tally == NULL) {
        return;
    }
    for (size_t i = 0; i < TOC_RULE_MIN_DISTINCT; i++) {
        toc_distinct_finish(&tally->fields[i]);
    }
    toc_ordered_finish(&tally->ordered);
    toc_weighing_finish(&tally->weighing);
    toc_trend_finish(&tally->trend);
    toc_mem_free(tally);
}

void toc_tally_copy(struct toc_tally *to, const struct toc_tally *from)
{
    for (size_t i = 0; i < TOC_RULE_MIN_DISTINCT; i++) {
        toc_distinct_copy(&to->fields[i], &from->fields[i]);
    }
    to->of = from->of;
    to->to = from->to;
    toc_ordered_copy(&to->ordered, &from->ordered);
    toc_weighing_copy(&to->weighing, &from->weighing);
    toc_trend_copy(&to->trend, &from->trend);
}

static bool is_from_above(const struct toc_rule *rule)
{
    return rule->compare == TOC_AT_MOST || rule->compare == TOC_LESS_THAN;
}

static bool compare(const struct toc_rule *rule, toc_int128 value, toc_int128 threshold)
{
    switch (rule->compare) {
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

/* min and max need no order of values: it is enough to count how many reach the threshold. */
static bool is_fulfilling(const struct toc_match *match, int64_t value)
{
    const struct toc_rule *rule = match->rule;

    if (rule->kind == TOC_KIND_MAX) {
        return rule->compare == TOC_AT_LEAST || rule->compare == TOC_LESS_THAN
                   ? value >= match->threshold
                   : value > match->threshold;
    }
    return rule->compare == TOC_AT_MOST || rule->compare == TOC_MORE_THAN
               ? value <= match->threshold
               : value < match->threshold;
}

/* Is the entry at @seq the first of its event with an alias of @side? An event counts once. */
static bool is_first_of(const struct toc_match *match, uint64_t seq, unsigned side)
{
    const struct toc_entry *entry = toc_ring_get(&match->ring, seq);

    if ((side >> entry->alias & 1) == 0) {
        return false;
    }
    while (seq > match->ring.first) {
        const struct toc_entry *before = toc_ring_get(&match->ring, --seq);
        if (before->kept != entry->kept || before->alias == TOC_ALIAS_PEOPLE) {
            break;
        }
        if ((side >> before->alias & 1) != 0) {
            return false;
        }
    }
    return true;
}

void toc_tally_add(const struct toc_match *match, struct toc_match_state *state, uint64_t seq)
{
    const struct toc_entry *entry = toc_ring_get(&match->ring, seq);
    const struct toc_rule *rule = match->rule;
    struct toc_tally *tally = state->tally;

    state->count++;
    state->sum += entry->value;
    state->by_alias[entry->alias]++;
    switch (rule->kind) {
    case TOC_KIND_COUNT_DISTINCT:
        toc_distinct_add(&state->distinct, (uint64_t)entry->value);
        break;
    case TOC_KIND_MIN:
    case TOC_KIND_MAX:
        state->fulfilling += is_fulfilling(match, entry->value);
        break;
    case TOC_KIND_PERCENTILE:
        toc_ordered_add(&tally->ordered, entry->value);
        break;
    case TOC_KIND_RATIO:
        tally->of += is_first_of(match, seq, rule->ratio_of);
        tally->to += is_first_of(match, seq, rule->ratio_to);
        break;
    default:
        if (toc_rule_is_weighing(rule)) {
            toc_weighing_add(match, &tally->weighing, entry);
        }
        break;
    }
    for (size_t i = 0; i < rule->distinct_field_count; i++) {
        if (entry->distinct[i] != 0) {
            toc_distinct_add(&tally->fields[i], entry->distinct[i]);
        }
    }
}

void toc_tally_remove(const struct toc_match *match, struct toc_match_state *state, uint64_t seq)
{
    const struct toc_entry *entry = toc_ring_get(&match->ring, seq);
    const struct toc_rule *rule = match->rule;
    struct toc_tally *tally = state->tally;

    toc_assert(state->count > 0);
    state->count--;
    state->sum -= entry->value;
    state->by_alias[entry->alias]--;
    switch (rule->kind) {
    case TOC_KIND_COUNT_DISTINCT:
        toc_distinct_remove(&state->distinct, (uint64_t)entry->value);
        break;
    case TOC_KIND_MIN:
    case TOC_KIND_MAX:
        state->fulfilling -= is_fulfilling(match, entry->value);
        break;
    case TOC_KIND_PERCENTILE:
        toc_ordered_remove(&tally->ordered, entry->value);
        break;
    case TOC_KIND_RATIO:
        tally->of -= is_first_of(match, seq, rule->ratio_of);
        tally->to -= is_first_of(match, seq, rule->ratio_to);
        break;
    default: /* toc_weighing_above sees for itself what left. */
        break;
    }
    for (size_t i = 0; i < rule->distinct_field_count; i++) {
        if (entry->distinct[i] != 0) {
            toc_distinct_remove(&tally->fields[i], entry->distinct[i]);
        }
    }
}

int64_t toc_tally_kinds(const struct toc_rule *rule, const struct toc_match_state *state)
{
    int64_t kinds = 0;

    for (size_t i = 0; i < rule->counted_count; i++) {
        kinds += state->by_alias[rule->counted[i]] > 0;
    }
    return kinds;
}

/* The value at rank ceil(P * n / 100), counted from 1. */
static int64_t percentile(const struct toc_rule *rule, const struct toc_tally *tally)
{
    uint64_t n = toc_ordered_size(&tally->ordered);

    return toc_ordered_at(&tally->ordered,
                          (uint32_t)(((uint64_t)rule->percent * n + 99999) / 100000));
}

/* at_least_events, min_distinct: is there enough to say anything at all? */
static bool is_enough(const struct toc_rule *rule, const struct toc_match_state *state)
{
    uint64_t events = rule->kind == TOC_KIND_RATIO ? state->tally->to : state->count;

    if (events < (uint64_t)rule->least_events) {
        return false;
    }
    for (size_t i = 0; i < rule->distinct_field_count; i++) {
        if (state->tally->fields[i].count < (uint64_t)rule->distinct_least[i]) {
            return false;
        }
    }
    return true;
}

bool toc_tally_holds(const struct toc_match *match, const struct toc_match_state *state)
{
    const struct toc_rule *rule = match->rule;
    toc_int128 above;

    if (!is_enough(rule, state)) {
        return false;
    }
    switch (rule->kind) {
    case TOC_KIND_COUNT:
        return compare(rule, (toc_int128)state->count, match->threshold);
    case TOC_KIND_COUNT_DISTINCT:
        return compare(rule, (toc_int128)state->distinct.count, match->threshold);
    case TOC_KIND_SUM:
        return compare(rule, state->sum, match->threshold);
    case TOC_KIND_AVERAGE: /* Of whole numbers, without a division. */
        if (toc_rule_is_weighing(rule)) {
            return toc_weighing_above(match, state, &state->tally->weighing, &above) &&
                   compare(rule, above, 0);
        }
        return state->count > 0 &&
               compare(rule, state->sum, (toc_int128)match->threshold * (toc_int128)state->count);
    case TOC_KIND_MAX:
        return state->count > 0 &&
               (is_from_above(rule) ? state->fulfilling == 0 : state->fulfilling > 0);
    case TOC_KIND_MIN:
        return state->count > 0 &&
               (is_from_above(rule) ? state->fulfilling > 0 : state->fulfilling == 0);
    case TOC_KIND_PERCENTILE:
        return state->count > 0 && compare(rule, percentile(rule, state->tally), match->threshold);
    case TOC_KIND_RATIO:
        return state->tally->to > 0 &&
               compare(rule, (toc_int128)state->tally->of * 1000000,
                       (toc_int128)match->threshold * (toc_int128)state->tally->to);
    case TOC_KIND_TREND:
        return toc_trend_value(match, state, &above) &&
               compare(rule, above, (toc_int128)match->threshold * 1000);
    case TOC_KIND_ALL_OF:
        return toc_tally_kinds(rule, state) == (int64_t)rule->counted_count;
    case TOC_KIND_ANY_KINDS:
        return compare(rule, toc_tally_kinds(rule, state), match->threshold);
    default:
        break;
    }
    toc_assert(rule->kind != rule->kind); /* No windowed kind. */
    return false;
}

static int64_t within_int64(toc_int128 value)
{
    const toc_int128 most = INT64_MAX;

    return (int64_t)(value > most ? most : value < -most ? -most : value);
}

/* Half away from zero. */
static toc_int128 divide(toc_int128 value, toc_int128 by)
{
    return value < 0 ? -((by / 2 - value) / by) : (value + by / 2) / by;
}

/* Only looked up while an episode is on. */
static int64_t extreme(const struct toc_match *match, const struct toc_match_state *state)
{
    bool is_first = true;
    int64_t value = 0;

    for (uint64_t seq = toc_stretch_first(match, state); seq < state->next; seq++) {
        const struct toc_entry *entry = toc_ring_get(&match->ring, seq);
        bool is_counted = (toc_match_roles(match, entry) & TOC_ROLE_COUNTED) != 0 &&
                          toc_match_counts(state, entry) && toc_stretch_is_in(state, entry, seq);
        if (is_counted &&
            (is_first ||
             (match->rule->kind == TOC_KIND_MIN ? entry->value < value : entry->value > value))) {
            value = entry->value;
            is_first = false;
        }
    }
    return value;
}

bool toc_tally_value(const struct toc_match *match, const struct toc_match_state *state,
                     int64_t *out)
{
    const struct toc_rule *rule = match->rule;
    toc_int128 above;

    switch (rule->kind) {
    case TOC_KIND_COUNT_DISTINCT:
        *out = (int64_t)state->distinct.count * 1000000;
        return true;
    case TOC_KIND_SUM:
        *out = within_int64(state->sum);
        return true;
    case TOC_KIND_AVERAGE:
        if (!toc_rule_is_weighing(rule)) {
            *out = within_int64(state->count == 0 ? state->sum
                                                  : divide(state->sum, (toc_int128)state->count));
            return true;
        }
        if (!toc_weighing_above(match, state, &state->tally->weighing, &above)) {
            return false;
        }
        *out = within_int64(divide((toc_int128)match->threshold * 1000 + above, 1000));
        return true;
    case TOC_KIND_MIN:
    case TOC_KIND_MAX:
        *out = extreme(match, state);
        return true;
    case TOC_KIND_PERCENTILE:
        *out = state->count > 0 ? percentile(rule, state->tally) : 0;
        return state->count > 0;
    case TOC_KIND_TREND:
        if (!toc_trend_value(match, state, &above)) {
            return false;
        }
        *out = within_int64(divide(above, 1000));
        return true;
    case TOC_KIND_RATIO:
        if (state->tally->to == 0) {
            return false;
        }
        *out = within_int64(
            divide((toc_int128)state->tally->of * 1000000, (toc_int128)state->tally->to));
        return true;
    default:
        return false;
    }
}
