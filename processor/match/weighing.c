#include "match/weighing.h"

#include <math.h>

#include "base/mem.h"
#include "match/match.h"

void toc_weighing_finish(struct toc_weighing *weighing)
{
    toc_mem_free(weighing->older);
    *weighing = (struct toc_weighing){0};
}

void toc_weighing_copy(struct toc_weighing *to, const struct toc_weighing *from)
{
    struct toc_weighing_sum *older = to->older;
    size_t room = to->older_room, used = (size_t)(from->middle - from->first);

    if (room < used) {
        toc_mem_free(older);
        room = from->older_room;
        older = toc_mem_array(room, sizeof *older);
    }
    if (used > 0) {
        memcpy(older, from->older, used * sizeof *older);
    }
    *to = *from;
    to->older = older;
    to->older_room = room;
}

/* @sum += @term, and what that lost into @rest. */
static void add_exactly(double *sum, double *rest, double term)
{
    double total = *sum + term;

    *rest += fabs(*sum) >= fabs(term) ? (*sum - total) + term : (term - total) + *sum;
    *sum = total;
}

static double scaled(double value, int64_t by)
{
    return by < -5000 ? 0 : ldexp(value, (int)by);
}

static struct toc_weighing_sum term_of(const struct toc_match *match, const struct toc_entry *entry)
{
    int64_t half_ms = match->rule->half_life_ms;
    struct toc_weighing_sum term = {.weight = match->rule->has_weight ? (double)entry->weight : 1};

    if (half_ms > 0) {
        int64_t rest_ms = entry->at_ms % half_ms;
        rest_ms += rest_ms < 0 ? half_ms : 0;
        term.exponent = (entry->at_ms - rest_ms) / half_ms;
        term.weight *= exp2((double)rest_ms / (double)half_ms);
    }
    term.number = term.weight * (double)((toc_int128)entry->value - match->threshold);
    return term;
}

static void forget_newer(struct toc_weighing *weighing)
{
    weighing->newer = (struct toc_weighing_sum){0};
    weighing->number_rest = weighing->weight_rest = 0;
}

/* @newer += @term, which may lie on either side of it. */
static void add_term(struct toc_weighing *weighing, struct toc_weighing_sum term)
{
    struct toc_weighing_sum *sum = &weighing->newer;

    if (!(term.weight > 0)) {
        return;
    }
    if (!(sum->weight > 0)) {
        forget_newer(weighing);
        sum->exponent = term.exponent;
    }
    if (term.exponent > sum->exponent) {
        int64_t by = sum->exponent - term.exponent;
        sum->number = scaled(sum->number, by);
        sum->weight = scaled(sum->weight, by);
        weighing->number_rest = scaled(weighing->number_rest, by);
        weighing->weight_rest = scaled(weighing->weight_rest, by);
        sum->exponent = term.exponent;
    }
    int64_t by = term.exponent - sum->exponent;
    add_exactly(&sum->number, &weighing->number_rest, scaled(term.number, by));
    add_exactly(&sum->weight, &weighing->weight_rest, scaled(term.weight, by));
}

static struct toc_weighing_sum newer_of(const struct toc_weighing *weighing)
{
    struct toc_weighing_sum sum = weighing->newer;

    sum.number += weighing->number_rest;
    sum.weight += weighing->weight_rest;
    return sum;
}

/* All of the window becomes the older part. */
static void turn(const struct toc_match *match, const struct toc_match_state *state,
                 struct toc_weighing *weighing)
{
    size_t count = (size_t)(state->next - state->low);

    if (weighing->older_room < count) {
        weighing->older_room = count * 2;
        toc_mem_free(weighing->older);
        weighing->older = toc_mem_array(weighing->older_room, sizeof *weighing->older);
    }
    weighing->first = state->low;
    weighing->middle = state->next;
    weighing->is_spoilt = false;
    forget_newer(weighing);
    for (size_t i = count; i-- > 0;) {
        const struct toc_entry *entry = toc_ring_get(&match->ring, state->low + i);
        if ((toc_match_roles(match, entry) & TOC_ROLE_COUNTED) != 0 &&
            toc_match_counts(state, entry)) {
            add_term(weighing, term_of(match, entry));
        }
        weighing->older[i] = newer_of(weighing);
    }
    forget_newer(weighing);
}

void toc_weighing_add(const struct toc_match *match, struct toc_weighing *weighing,
                      const struct toc_entry *entry)
{
    add_term(weighing, term_of(match, entry));
}

bool toc_weighing_above(const struct toc_match *match, const struct toc_match_state *state,
                        struct toc_weighing *weighing, toc_int128 *out_above)
{
    if (weighing->is_spoilt || (state->low >= weighing->middle && state->low < state->next)) {
        turn(match, state, weighing);
    }
    struct toc_weighing_sum newer = newer_of(weighing), older = {0};
    if (state->low >= weighing->first && state->low < weighing->middle) {
        older = weighing->older[state->low - weighing->first];
    }
    if (state->low >= state->next || !(newer.weight > 0 || older.weight > 0)) {
        return false;
    }
    if (!(newer.weight > 0)) {
        newer = (struct toc_weighing_sum){.exponent = older.exponent};
    }
    int64_t by = older.weight > 0 ? older.exponent - newer.exponent : 0;
    double number = newer.number + scaled(older.number, by);
    double weight = newer.weight + scaled(older.weight, by);
    double above = number / weight * 1000; /* 10^-9 */
    toc_int128 threshold = (toc_int128)match->threshold * 1000;
    bool is_negative = (double)threshold + above < 0;
    *out_above = (toc_int128)(is_negative ? ceil(above - 0.5) : floor(above + 0.5));
    return true;
}
