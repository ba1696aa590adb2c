/* What is told at once, and what a matcher keeps. */
#include "story.h"

#define COUNT(compare) "{ count: a, " compare ", within: 1s, group_by: [subject] }"
#define OF(kind, field, compare)                                                                   \
    "{ " kind ": { of: a, field: " field " }, " compare ", within: 1s, group_by: [subject] }"

struct match_case {
    const char *name;
    void (*test)(const struct match_case *c);
    const char *when, *alert;
    bool is_at_once;
};

static void is_told_at_once(const struct match_case *c)
{
    struct toc_ruleset *rules = story_rules(c->when, c->alert);

    assert_int_equal(toc_match_is_at_once(toc_ruleset_get(rules, 0)), c->is_at_once);
    toc_ruleset_destroy(rules);
}

/* A count of two within 1 s; the horizon follows 10 s behind. */
static void what_is_behind_the_horizon_is_forgotten(const struct match_case *c)
{
    struct toc_ruleset *rules = story_rules(COUNT("at_least: 2"), "");
    struct story_run run = {.rule = toc_ruleset_get(rules, 0)};
    struct toc_match match;
    (void)c;

    story_read(&run, "a1@0 a2@5000 a3@10000 a4@15000");
    toc_match_init(&match, run.rule, &run.pool, -1, TOC_INSTANT_NONE);
    assert_true(toc_match_is_idle(&match));
    for (size_t i = 0; i < run.count; i++) {
        story_put(&match, &run.events[i]);
        assert_false(toc_match_take(&match)); /* In order: nothing is derived anew. */
    }
    assert_false(toc_match_is_idle(&match));
    static const struct {
        int64_t horizon_ms;
        uint64_t entries;
    } steps[] = {{0, 4},    {1001, 4},  {1002, 3},  {1000, 3}, {6001, 3},
                 {6002, 2}, {15000, 1}, {16001, 1}, {16002, 0}};
    for (size_t i = 0; i < UNIT_COUNT(steps); i++) {
        toc_match_settle(&match, steps[i].horizon_ms);
        assert_int_equal(match.ring.end - match.ring.first, steps[i].entries);
    }
    assert_true(toc_match_is_idle(&match));
    toc_match_finish(&match);
    for (size_t i = 0; i < run.count; i++) {
        toc_kept_release(&run.pool, run.events[i].kept);
    }
    toc_kept_pool_finish(&run.pool);
    toc_ruleset_destroy(rules);
}

static void out_of_order_it_is_derived_anew(const struct match_case *c)
{
    struct toc_ruleset *rules = story_rules(COUNT("at_least: 2"), "");
    struct story_run run = {.rule = toc_ruleset_get(rules, 0)};
    struct toc_match match;
    (void)c;

    story_read(&run, "a1@1000 a2@1500 a3@999");
    toc_match_init(&match, run.rule, &run.pool, -1, TOC_INSTANT_NONE);
    story_put(&match, &run.events[0]);
    assert_false(toc_match_take(&match));
    assert_int_equal(toc_match_next(&match), TOC_INSTANT_NEVER); /* Nothing can come of one. */
    story_put(&match, &run.events[1]);
    assert_false(toc_match_take(&match));
    assert_int_equal(toc_match_next(&match), 2001);
    story_put(&match, &run.events[2]);
    assert_true(toc_match_take(&match));
    assert_false(toc_match_take(&match)); /* Nothing was put. */
    assert_int_equal(match.newest.episodes.count, 1);
    assert_int_equal(match.newest.episodes.items[0].begin_ms, 1000);
    assert_int_equal(match.newest.episodes.items[0].count, 3);
    toc_match_finish(&match);
    for (size_t i = 0; i < run.count; i++) {
        toc_kept_release(&run.pool, run.events[i].kept);
    }
    toc_kept_pool_finish(&run.pool);
    toc_ruleset_destroy(rules);
}

#define LONG "expire_after: 1h"

static const struct match_case cases[] = {
    {"one event is told at once", is_told_at_once, "{ event: a }", LONG, true},
    {"a sequence is", is_told_at_once, "{ sequence: [a, b], within: 1s }", LONG, true},
    {"latest is", is_told_at_once, "{ latest: a, group_by: [subject] }", LONG, true},
    {"latest with for is not", is_told_at_once, "{ latest: a, group_by: [subject] }",
     "for: 1s, " LONG, false},
    {"a count from below is", is_told_at_once, COUNT("at_least: 2"), "", true},
    {"a count more than is", is_told_at_once, COUNT("more_than: 2"), "", true},
    {"a count from above is not", is_told_at_once, COUNT("at_most: 2"), "", false},
    {"a count less than is not", is_told_at_once, COUNT("less_than: 2"), "", false},
    {"a count with for is not", is_told_at_once, COUNT("at_least: 2"), "for: 1s", false},
    {"all kinds are", is_told_at_once, "{ all_of: [a, b], within: 1s, group_by: [subject] }", "",
     true},
    {"distinct values from below are", is_told_at_once, OF("count_distinct", "s", "at_least: 2"),
     "", true},
    {"a sum that can fall is not", is_told_at_once, OF("sum", "v", "at_least: 2"), "", false},
    {"a sum that can only rise is", is_told_at_once, OF("sum", "w", "at_least: 2"), "", true},
    {"a sum that can only rise, from above, is not", is_told_at_once, OF("sum", "w", "at_most: 2"),
     "", false},
    {"an average is not", is_told_at_once, OF("average", "w", "at_least: 2"), "", false},
    {"a greatest from below is", is_told_at_once, OF("max", "v", "at_least: 2"), "", true},
    {"a greatest from above is not", is_told_at_once, OF("max", "v", "at_most: 2"), "", false},
    {"a least from above is", is_told_at_once, OF("min", "v", "at_most: 2"), "", true},
    {"a least from below is not", is_told_at_once, OF("min", "v", "at_least: 2"), "", false},
    {"an absence is not", is_told_at_once,
     "{ absence: { after: a, expected: b, deadline: 1s }, group_by: [subject] }", LONG, false},
    {"a silence is not", is_told_at_once,
     "{ absence: { expected: a, every: 1s }, group_by: [subject] }", LONG, false},
    {.name = "what is behind the horizon and its window is forgotten",
     .test = what_is_behind_the_horizon_is_forgotten},
    {.name = "out of order it is derived anew", .test = out_of_order_it_is_derived_anew},
};

static void runs(void **state)
{
    const struct match_case *c = *state;
    c->test(c);
}

UNIT_TABLE("match/match", cases, runs)
