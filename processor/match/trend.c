#include "match/trend.h"

#include <math.h>

#include "base/assert.h"
#include "base/mem.h"
#include "match/match.h"
#include "match/tally.h"

/* All arrays are one block, that of `at`. */
static void make(struct toc_trend *trend, size_t windows)
{
    char *block = toc_mem_array(windows, 6 * sizeof(int64_t));

    *trend = (struct toc_trend){.windows = windows, .moved_ms = TOC_INSTANT_NONE};
    trend->at = (uint64_t *)(void *)block;
    trend->due = (int64_t *)(void *)block + 2 * windows;
    trend->counts = trend->due + 2 * windows;
    trend->in_order = trend->counts + windows;
}

void toc_trend_finish(struct toc_trend *trend)
{
    toc_mem_free(trend->at);
    *trend = (struct toc_trend){0};
}

void toc_trend_copy(struct toc_trend *to, const struct toc_trend *from)
{
    if (from->windows == 0) {
        toc_trend_finish(to);
        return;
    }
    if (to->windows == 0) {
        make(to, from->windows);
    }
    toc_assert(to->windows == from->windows);
    memcpy(to->at, from->at, from->windows * 6 * sizeof(int64_t));
    to->valid = from->valid;
    to->total = from->total;
    to->busy = from->busy;
    to->moved_ms = from->moved_ms;
}

static struct toc_trend *trend_of(const struct toc_match_state *state)
{
    return &state->tally->trend;
}

/* An event at t is beyond edge @edge at m if t < m - this. */
static int64_t offset_ms(const struct toc_rule *rule, size_t edge)
{
    int64_t back_ms = (int64_t)(edge / 2 + 1) * rule->trend.step_ms;

    return edge % 2 == 0 ? back_ms - 1 : back_ms + rule->within_ms;
}

/* Where @value stands among the first @count: before all others that are equal, or behind. */
static size_t place_of(const int64_t *in_order, size_t count, int64_t value, bool is_behind)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (in_order[middle] < value || (is_behind && in_order[middle] == value)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* One event more (@by 1) or less (-1) in window @index + 1. */
static void change(const struct toc_rule *rule, struct toc_trend *trend, size_t index, int64_t by)
{
    int64_t old = trend->counts[index];

    trend->counts[index] = old + by;
    toc_assert(trend->counts[index] >= 0);
    if (index >= trend->valid) {
        return;
    }
    trend->total += by;
    trend->busy += by > 0 && old == 0;
    trend->busy -= by < 0 && old == 1;
    if (rule->trend.method == TOC_TREND_ROBUST_Z) { /* The last, the first, of equal ones moves. */
        size_t at = by > 0 ? place_of(trend->in_order, trend->valid, old, true) - 1
                           : place_of(trend->in_order, trend->valid, old, false);
        toc_assert(trend->in_order[at] == old);
        trend->in_order[at] += by;
    }
}

/* Windows that begin at or after the begin of the stream: more and more as time passes. */
static void validate(const struct toc_match *match, struct toc_trend *trend, int64_t at_ms)
{
    const struct toc_rule *rule = match->rule;
    size_t valid = 0;

    if (match->stream_ms != TOC_INSTANT_NONE && at_ms - rule->within_ms >= match->stream_ms) {
        int64_t steps = (at_ms - rule->within_ms - match->stream_ms) / rule->trend.step_ms;
        valid = steps < (int64_t)trend->windows ? (size_t)steps : trend->windows;
    }
    for (; trend->valid < valid; trend->valid++) {
        int64_t count = trend->counts[trend->valid];
        size_t at = place_of(trend->in_order, trend->valid, count, true);
        if (rule->trend.method == TOC_TREND_ROBUST_Z) {
            memmove(trend->in_order + at + 1, trend->in_order + at,
                    (trend->valid - at) * sizeof trend->in_order[0]);
            trend->in_order[at] = count;
        }
        trend->total += count;
        trend->busy += count > 0;
    }
}

static bool is_counted(const struct toc_match *match, const struct toc_match_state *state,
                       const struct toc_entry *entry)
{
    return (toc_match_roles(match, entry) & TOC_ROLE_COUNTED) != 0 &&
           toc_match_counts(state, entry);
}

static int64_t due_of(const struct toc_match *match, const struct toc_match_state *state,
                      const struct toc_trend *trend, size_t edge)
{
    return trend->at[edge] < state->next ? toc_ring_get(&match->ring, trend->at[edge])->at_ms +
                                               offset_ms(match->rule, edge) + 1
                                         : TOC_INSTANT_NEVER;
}

static void begin(const struct toc_match *match, const struct toc_match_state *state)
{
    struct toc_trend *trend = trend_of(state);

    if (trend->windows == 0) {
        make(trend, match->rule->trend.windows);
        for (size_t edge = 0; edge < 2 * trend->windows; edge++) {
            trend->at[edge] = match->ring.first;
            trend->due[edge] = TOC_INSTANT_NEVER;
        }
    }
}

void toc_trend_move(const struct toc_match *match, struct toc_match_state *state, int64_t at_ms)
{
    struct toc_trend *trend = trend_of(state);

    begin(match, state);
    /* In before out, so that no window ever has less than none. */
    for (size_t edge = 0; edge < 2 * trend->windows; edge++) {
        if (trend->due[edge] == TOC_INSTANT_NEVER) {
            trend->due[edge] = due_of(match, state, trend, edge);
        }
        while (trend->due[edge] <= at_ms) {
            if (is_counted(match, state, toc_ring_get(&match->ring, trend->at[edge]))) {
                change(match->rule, trend, edge / 2, edge % 2 == 0 ? 1 : -1);
            }
            trend->at[edge]++;
            trend->due[edge] = due_of(match, state, trend, edge);
        }
    }
    validate(match, trend, at_ms);
    trend->moved_ms = at_ms;
}

void toc_trend_recount(const struct toc_match *match, struct toc_match_state *state, int64_t at_ms)
{
    struct toc_trend *trend = trend_of(state);

    begin(match, state);
    trend->valid = trend->busy = 0;
    trend->total = 0;
    for (size_t edge = 0; edge < 2 * trend->windows; edge++) {
        uint64_t seq = toc_ring_seek(&match->ring, at_ms - offset_ms(match->rule, edge));
        trend->at[edge] = seq < state->next ? seq : state->next;
        trend->due[edge] = due_of(match, state, trend, edge);
    }
    for (size_t i = 0; i < trend->windows; i++) {
        trend->counts[i] = 0;
        for (uint64_t seq = trend->at[2 * i + 1]; seq < trend->at[2 * i]; seq++) {
            trend->counts[i] += is_counted(match, state, toc_ring_get(&match->ring, seq));
        }
    }
    validate(match, trend, at_ms);
    trend->moved_ms = at_ms;
}

int64_t toc_trend_next(const struct toc_match *match, const struct toc_match_state *state)
{
    const struct toc_rule *rule = match->rule;
    const struct toc_trend *trend = trend_of(state);
    int64_t next_ms = TOC_INSTANT_NEVER;

    if (match->stream_ms == TOC_INSTANT_NONE || trend->windows == 0 ||
        state->count < (uint64_t)rule->least_events) {
        return next_ms;
    }
    int64_t warm_ms = match->stream_ms + rule->trend.warm_up_ms;
    if (state->now_ms < warm_ms) {
        next_ms = warm_ms;
    }
    if (trend->valid < trend->windows) {
        int64_t valid_ms =
            match->stream_ms + rule->within_ms + (int64_t)(trend->valid + 1) * rule->trend.step_ms;
        next_ms = valid_ms < next_ms ? valid_ms : next_ms;
    }
    for (size_t edge = 0; edge < 2 * trend->windows; edge++) {
        next_ms = trend->due[edge] < next_ms ? trend->due[edge] : next_ms;
    }
    return next_ms;
}

uint64_t toc_trend_first(const struct toc_match *match, const struct toc_match_state *state)
{
    const struct toc_trend *trend = trend_of(state);
    uint64_t first = trend->windows > 0 ? trend->at[2 * trend->windows - 1] : match->ring.first;

    return first < state->low ? first : state->low;
}

static toc_int128 divide(toc_int128 value, toc_int128 by)
{
    return value < 0 ? -((by / 2 - value) / by) : (value + by / 2) / by;
}

static toc_int128 by_mean(const struct toc_rule *rule, const struct toc_trend *trend, toc_int128 x)
{
    toc_int128 valid = (toc_int128)trend->valid, total = trend->total;

    return total * 1000000 >= rule->trend.floor * valid
               ? divide(x * valid * 1000000000, total)
               : divide(x * 1000000000 * 1000000, rule->trend.floor);
}

/* Four times the median of |b - median|, @twice being twice that median. From the middle outwards
 * the nearer of two neighbours is the next. */
static toc_int128 deviation(const struct toc_trend *trend, int64_t twice)
{
    const int64_t *b = trend->in_order;
    size_t right = place_of(b, trend->valid, twice / 2, true), left = right;
    int64_t distance = 0, before = 0;

    for (size_t k = 0; k <= trend->valid / 2; k++) {
        int64_t lower = left > 0 ? twice - 2 * b[left - 1] : INT64_MAX;
        int64_t upper = right < trend->valid ? 2 * b[right] - twice : INT64_MAX;
        before = distance;
        distance = lower <= upper ? lower : upper;
        left -= lower <= upper;
        right += lower > upper;
    }
    return trend->valid % 2 == 1 ? 2 * (toc_int128)distance : (toc_int128)distance + before;
}

static toc_int128 by_robust_z(const struct toc_rule *rule, const struct toc_trend *trend,
                              toc_int128 x)
{
    size_t middle = trend->valid / 2;
    int64_t twice = trend->valid % 2 == 1 ? 2 * trend->in_order[middle]
                                          : trend->in_order[middle - 1] + trend->in_order[middle];
    toc_int128 mad4 = deviation(trend, twice); /* 1.4826 * MAD = 14826 * mad4 / 40000 */

    return 14826 * mad4 * 25 >= rule->trend.floor
               ? divide((2 * x - twice) * 20000 * 1000000000, 14826 * mad4)
               : divide((2 * x - twice) * 1000000000 * 1000000, 2 * (toc_int128)rule->trend.floor);
}

static toc_int128 by_ewma(const struct toc_rule *rule, const struct toc_trend *trend, double x)
{
    double alpha = (double)rule->trend.alpha / 1e6, floor_at = (double)rule->trend.floor / 1e6;
    double mean = (double)trend->counts[trend->valid - 1], square = 0;

    for (size_t i = trend->valid - 1; i-- > 0;) {
        double d = (double)trend->counts[i] - mean;
        mean = mean + alpha * d;
        square = (1 - alpha) * (square + alpha * d * d);
    }
    double spread = sqrt(square);
    double value = (x - mean) / (spread > floor_at ? spread : floor_at) * 1e9;
    return (toc_int128)(value < 0 ? ceil(value - 0.5) : floor(value + 0.5));
}

bool toc_trend_value(const struct toc_match *match, const struct toc_match_state *state,
                     toc_int128 *out)
{
    const struct toc_rule *rule = match->rule;
    const struct toc_trend *trend = trend_of(state);
    bool is_from_above = rule->compare == TOC_AT_MOST || rule->compare == TOC_LESS_THAN;

    if (trend->valid == 0 || (is_from_above && trend->busy == 0) ||
        trend->moved_ms < match->stream_ms + rule->trend.warm_up_ms) {
        return false;
    }
    switch (rule->trend.method) {
    case TOC_TREND_RATIO:
        *out = by_mean(rule, trend, (toc_int128)state->count);
        break;
    case TOC_TREND_ROBUST_Z:
        *out = by_robust_z(rule, trend, (toc_int128)state->count);
        break;
    case TOC_TREND_EWMA:
        *out = by_ewma(rule, trend, (double)state->count);
        break;
    }
    return true;
}
