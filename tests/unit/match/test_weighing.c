/* Fading averages against the sum written out, over long windows and great differences. */
#include "story.h"

#include <math.h>

#include "match/tally.h"

enum { EVENTS = 3000 };

static const struct weighing_case {
    const char *name, *more;
    int64_t most_ms;  /* Between two events. */
    double greatest;  /* Of the values; every 50th is a million times that. */
    int weights;      /* 0 .. this. */
    bool is_half_off; /* Weights of nothing in between. */
} cases[] = {
    {"half-lives shorter than the gaps", ", half_life: 3ms", 20, 10, 0, false},
    {"half-lives of many events", ", half_life: 700ms", 20, 10, 0, false},
    {"half-lives longer than the window", ", half_life: 1h", 20, 10, 0, false},
    {"weights alone", ", weight: w", 20, 10, 9, false},
    {"weights, many of them nothing", ", half_life: 50ms, weight: w", 20, 10, 9, true},
    {"a window of one or two events", ", half_life: 700ms", 3000, 10, 0, false},
};

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return *seed >> 33;
}

/* In 10^-9 over the threshold, by the formula. */
static bool by_hand(const struct toc_match *match, double *out)
{
    const struct toc_match_state *state = &match->newest;
    const struct toc_rule *rule = match->rule;
    long double number = 0, weight = 0;

    for (uint64_t seq = match->ring.first; seq < match->ring.end; seq++) {
        const struct toc_entry *entry = toc_ring_get(&match->ring, seq);
        long double w = rule->has_weight ? (long double)entry->weight : 1;
        if (entry->at_ms < state->now_ms - rule->within_ms) {
            continue;
        }
        if (rule->half_life_ms > 0) {
            w *= exp2l((long double)(entry->at_ms - state->now_ms) /
                       (long double)rule->half_life_ms);
        }
        number += w * (long double)(entry->value - match->threshold);
        weight += w;
    }
    *out = (double)(number / weight * 1000);
    return weight > 0;
}

static void agrees(void **state)
{
    const struct weighing_case *c = *state;
    char when[256];

    (void)snprintf(when, sizeof when,
                   "{ average: { of: a, field: v%s }, less_than: 1.5, within: 1s, "
                   "group_by: [subject] }",
                   c->more);
    struct toc_ruleset *rules = story_rules(when, "");
    struct toc_kept_pool pool = {0};
    struct toc_match match;
    uint64_t seed = 99;
    int64_t at_ms = -5000; /* Over the epoch, too. */
    double value_most = c->greatest * 1e6;
    size_t compared = 0;

    toc_match_init(&match, toc_ruleset_get(rules, 0), &pool, -STORY_END, TOC_INSTANT_NONE);
    for (int i = 0; i < EVENTS; i++) {
        char id[16];
        at_ms += (int64_t)(next_random(&seed) % (uint64_t)c->most_ms);
        (void)snprintf(id, sizeof id, "%d", i);
        struct toc_event event = {
            .at_ms = at_ms,
            .id = toc_str_of(id),
            .source = TOC_STR("s"),
            .identity = toc_decoder_identity(TOC_STR("s"), toc_str_of(id)),
        };
        int64_t value =
            (int64_t)(next_random(&seed) % (uint64_t)(2 * value_most)) - (int64_t)value_most;
        struct toc_entry entry = {
            .at_ms = at_ms,
            .value = i % 50 == 7 ? value * 1000000 : value,
            .kept =
                toc_kept_create(&pool, &event, (struct toc_wish){0}, TOC_STR("in"), TOC_STR("x.a")),
        };
        if (c->weights > 0 && !(c->is_half_off && next_random(&seed) % 2 == 0)) {
            entry.weight = (int64_t)(next_random(&seed) % (uint64_t)(c->weights * 1000000));
        }
        toc_match_put(&match, &entry);
        (void)toc_match_take(&match);
        match.decided_ms = at_ms - 1;
        toc_match_settle(&match, at_ms - 100);

        double expected;
        toc_int128 above;
        bool is_there = by_hand(&match, &expected);
        assert_int_equal(
            toc_weighing_above(&match, &match.newest, &match.newest.tally->weighing, &above),
            is_there);
        if (is_there) { /* Of 10^-9; rounding apart 10^-12 of the greatest value. */
            double most = c->greatest * 1e6 * 1e9 * 1e-12;
            assert_true(fabs((double)above - expected) <= 0.51 + most);
            compared++;
        }
    }
    assert_true(compared > EVENTS / 2);
    toc_match_finish(&match);
    toc_kept_pool_finish(&pool);
    toc_ruleset_destroy(rules);
}

UNIT_TABLE("match/weighing", cases, agrees)
