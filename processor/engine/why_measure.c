/* What a window compares: plainly, from all that is in it. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "engine/why_core.h"

enum { MILLION = 1000000, BILLION = 1000000000 };

bool toc_why_is_from_below(const struct toc_rule *rule)
{
    return rule->compare == TOC_AT_LEAST || rule->compare == TOC_MORE_THAN;
}

/* Different events; one that qualifies for two of the aliases is one. */
size_t toc_why_count(const struct toc_why_raw *raw, unsigned aliases)
{
    size_t count = 0;

    for (size_t i = 0; i < raw->count; i++) {
        bool is_known = (aliases >> raw->window[i]->alias & 1) == 0;
        for (size_t k = 0; k < i && !is_known; k++) {
            is_known = raw->window[k]->number == raw->window[i]->number &&
                       (aliases >> raw->window[k]->alias & 1) != 0;
        }
        count += !is_known;
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

static size_t count_kinds(const struct toc_why_raw *raw)
{
    const struct toc_rule *rule = raw->why->rule;
    size_t count = 0;

    for (size_t k = 0; k < rule->counted_count; k++) {
        bool is_there = false;
        for (size_t i = 0; i < raw->count && !is_there; i++) {
            is_there = raw->window[i]->alias == rule->counted[k];
        }
        count += is_there;
    }
    return count;
}

static int by_value(const void *a, const void *b)
{
    const int64_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

/* By nearest rank: of @count values in rising order the one at ceil(P * count / 100). */
static void measure_percentile(const struct toc_why_raw *raw, struct toc_why_measure *out)
{
    int64_t *values = toc_mem_array(raw->count + 1, sizeof *values);
    size_t whole = (size_t)raw->why->rule->percent * raw->count;
    size_t rank = whole / 100000 + (whole % 100000 != 0);

    for (size_t i = 0; i < raw->count; i++) {
        values[i] = raw->window[i]->value;
    }
    qsort(values, raw->count, sizeof *values, by_value);
    if (rank > 0) {
        out->number = values[rank - 1];
        toc_text_addf(&out->words, "number %zu of %zu values is ", rank, raw->count);
    }
    json_object_set_new(out->values, "rank", json_integer((json_int_t)rank));
    toc_mem_free(values);
}

static void measure_ratio(const struct toc_why_raw *raw, struct toc_why_measure *out)
{
    const struct toc_rule *rule = raw->why->rule;
    size_t of = toc_why_count(raw, rule->ratio_of), to = toc_why_count(raw, rule->ratio_to);

    out->events = to;
    out->is_there = to > 0;
    out->number = (toc_int128)of * MILLION;
    out->parts = to > 0 ? (toc_int128)to : 1;
    toc_text_addf(&out->words, "%zu of %zu = ", of, to);
    json_object_set_new(out->values, "of", json_integer((json_int_t)of));
    json_object_set_new(out->values, "to", json_integer((json_int_t)to));
}

long double toc_why_weight(const struct toc_why_raw *raw, const struct toc_why_event *event)
{
    const struct toc_rule *rule = raw->why->rule;
    long double weight = rule->has_weight ? (long double)event->weight / MILLION : 1;

    if (rule->half_life_ms > 0) {
        weight *= exp2l((long double)(event->at_ms - raw->at_ms) / (long double)rule->half_life_ms);
    }
    return weight;
}

static void measure_weighted(const struct toc_why_raw *raw, struct toc_why_measure *out)
{
    long double weights = 0, sum = 0;

    for (size_t i = 0; i < raw->count; i++) {
        long double weight = toc_why_weight(raw, raw->window[i]);
        weights += weight;
        sum += weight * (long double)raw->window[i]->value;
    }
    out->is_there = weights > 0;
    out->scale = BILLION;
    out->threshold = (toc_int128)raw->why->threshold * (BILLION / MILLION);
    if (out->is_there) { /* Rounded to 10^-9, half away from zero. */
        out->number = (toc_int128)roundl(sum / weights * (BILLION / MILLION));
        toc_text_addf(&out->words, "%.6Lg / %.6Lg = ", sum / MILLION, weights);
    }
    json_object_set_new(out->values, "weight", json_real((double)weights));
}

static void measure_values(const struct toc_why_raw *raw, struct toc_why_measure *out)
{
    const struct toc_rule *rule = raw->why->rule;

    for (size_t i = 0; i < raw->count; i++) {
        toc_int128 one = raw->window[i]->value;
        bool is_better = i == 0 || (rule->kind == TOC_KIND_MIN   ? one < out->number
                                    : rule->kind == TOC_KIND_MAX ? one > out->number
                                                                 : false);
        if (rule->kind == TOC_KIND_SUM || rule->kind == TOC_KIND_AVERAGE) {
            out->number += one;
        } else if (is_better) {
            out->number = one;
        }
    }
    if (rule->kind == TOC_KIND_AVERAGE && raw->count > 0) {
        out->parts = (toc_int128)raw->count;
        toc_text_addf(&out->words, "%.10g / %zu = ", (double)out->number / MILLION, raw->count);
    }
}

void toc_why_measure(struct toc_why_raw *raw, struct toc_why_measure *out)
{
    const struct toc_rule *rule = raw->why->rule;
    bool is_counting = !toc_rule_is_valued(rule);

    *out = (struct toc_why_measure){
        .parts = 1,
        .threshold = raw->why->threshold,
        .scale = is_counting ? 1 : MILLION,
        .events = toc_why_count(raw, ~0u),
        .values = json_object(),
    };
    out->is_there = out->events > 0;
    switch (rule->kind) {
    case TOC_KIND_COUNT:
        out->number = (toc_int128)out->events;
        break;
    case TOC_KIND_COUNT_DISTINCT:
        out->number = (toc_int128)count_values(raw);
        break;
    case TOC_KIND_ALL_OF:
        out->threshold = (toc_int128)rule->counted_count;
        out->number = (toc_int128)count_kinds(raw);
        break;
    case TOC_KIND_ANY_KINDS:
        out->number = (toc_int128)count_kinds(raw);
        break;
    case TOC_KIND_RATIO:
        measure_ratio(raw, out);
        break;
    case TOC_KIND_PERCENTILE:
        measure_percentile(raw, out);
        break;
    case TOC_KIND_TREND:
        toc_why_trend(raw, out);
        break;
    case TOC_KIND_AVERAGE:
        if (toc_rule_is_weighing(rule)) {
            measure_weighted(raw, out);
            break;
        }
        measure_values(raw, out);
        break;
    default:
        measure_values(raw, out);
        break;
    }
    bool is_of_none = rule->kind == TOC_KIND_COUNT || rule->kind == TOC_KIND_COUNT_DISTINCT ||
                      rule->kind == TOC_KIND_SUM;
    out->is_there |= is_of_none && !toc_why_is_from_below(rule); /* Nothing is little. */
    json_object_set_new(out->values, "events", json_integer((json_int_t)out->events));
}
