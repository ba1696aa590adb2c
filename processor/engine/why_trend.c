/* A trend: how many there are against how many there usually are, counted anew window by window. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "engine/why_core.h"

enum { MILLION = 1000000, BILLION = 1000000000 };

/* Events that count now and lie within [from, to]. */
static size_t count_between(const struct toc_why_raw *raw, int64_t from_ms, int64_t to_ms)
{
    const struct toc_why *why = raw->why;
    size_t count = 0;

    for (size_t i = 0; i < why->count; i++) {
        const struct toc_why_event *event = &why->events[i];
        count += (toc_why_roles(why, event) & TOC_ROLE_COUNTED) != 0 && event->at_ms >= from_ms &&
                 event->at_ms <= to_ms && event->at_ms <= raw->at_ms &&
                 toc_why_counts(why, event, raw->at_ms);
    }
    return count;
}

/* The numbers of the windows before, from the newest, that begin within the stream. */
static size_t fill_usual(const struct toc_why_raw *raw, double usual[])
{
    const struct toc_rule *rule = raw->why->rule;
    size_t count = 0;

    for (size_t i = 1; i <= rule->trend.windows; i++) {
        int64_t to_ms = raw->at_ms - (int64_t)i * rule->trend.step_ms;
        if (to_ms - rule->within_ms >= raw->why->stream_ms) {
            usual[count++] = (double)count_between(raw, to_ms - rule->within_ms, to_ms);
        }
    }
    return count;
}

static int by_number(const void *a, const void *b)
{
    const double *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static long double median(double values[], size_t count)
{
    qsort(values, count, sizeof *values, by_number);
    return count % 2 == 1 ? values[count / 2]
                          : ((long double)values[count / 2 - 1] + values[count / 2]) / 2;
}

struct usual {
    long double middle, spread; /* What is usual, and by how much it varies. */
};

static struct usual mean_of(const double counts[], size_t count)
{
    long double sum = 0;

    for (size_t i = 0; i < count; i++) {
        sum += counts[i];
    }
    return (struct usual){.middle = sum / (long double)count};
}

static struct usual median_of(double counts[], size_t count)
{
    struct usual usual = {.middle = median(counts, count)};

    for (size_t i = 0; i < count; i++) {
        counts[i] = fabs(counts[i] - (double)usual.middle); /* Halves: exact. */
    }
    usual.spread = 1.4826L * median(counts, count);
    return usual;
}

static struct usual moving_of(const double counts[], size_t count, long double alpha)
{
    struct usual usual = {.middle = counts[count - 1]};
    long double square = 0;

    for (size_t i = count - 1; i-- > 0;) { /* Towards the newest. */
        long double d = counts[i] - usual.middle;
        usual.middle += alpha * d;
        square = (1 - alpha) * (square + alpha * d * d);
    }
    usual.spread = sqrtl(square);
    return usual;
}

void toc_why_trend(struct toc_why_raw *raw, struct toc_why_measure *out)
{
    const struct toc_rule *rule = raw->why->rule;
    long double floor_at = (long double)rule->trend.floor / MILLION, value;
    double *counts = toc_mem_array(rule->trend.windows + 1, sizeof *counts);
    size_t windows = fill_usual(raw, counts), busy = 0;
    struct usual usual = {0};

    for (size_t i = 0; i < windows; i++) {
        busy += counts[i] > 0;
    }
    bool is_busy = toc_why_is_from_below(rule) || busy > 0;
    if (raw->clauses != NULL && (windows == 0 || !is_busy)) {
        (void)toc_why_clause(raw->clauses, "baseline", false,
                             windows == 0 ? "no earlier window lies within the stream"
                                          : "there was none in any of %zu earlier windows",
                             windows);
    }
    out->is_there = (raw->count > 0 || rule->least_events == 0) && windows > 0 && is_busy;
    out->scale = BILLION;
    out->threshold = (toc_int128)raw->why->threshold * (BILLION / MILLION);
    json_object_set_new(out->values, "windows", json_integer((json_int_t)windows));
    if (windows > 0) {
        long double x = (long double)raw->count;
        switch (rule->trend.method) {
        case TOC_TREND_RATIO:
            usual = mean_of(counts, windows);
            break;
        case TOC_TREND_ROBUST_Z:
            usual = median_of(counts, windows);
            break;
        case TOC_TREND_EWMA:
            usual = moving_of(counts, windows, (long double)rule->trend.alpha / MILLION);
            break;
        }
        bool is_ratio = rule->trend.method == TOC_TREND_RATIO;
        long double by = is_ratio ? usual.middle : usual.spread;
        bool is_floor = by < floor_at;
        by = is_floor ? floor_at : by;
        value = (is_ratio ? x : x - usual.middle) / by;
        out->number = (toc_int128)roundl(value * BILLION);
        toc_text_addf(&out->words, "now %zu, usual %.6Lg in %zu window%s, ", raw->count,
                      usual.middle, windows, windows == 1 ? "" : "s");
        if (is_ratio) {
            toc_text_addf(&out->words, "%zu / %.6Lg", raw->count, by);
        } else {
            toc_text_addf(&out->words, "(%zu - %.6Lg) / %.6Lg", raw->count, usual.middle, by);
        }
        toc_text_add(&out->words, is_floor ? TOC_STR(" (the floor) = ") : TOC_STR(" = "));
        json_object_set_new(out->values, "usual", json_real((double)usual.middle));
        json_object_set_new(out->values, "divisor", json_real((double)by));
    }
    toc_mem_free(counts);
}
