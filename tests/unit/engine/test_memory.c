/* What the engine takes and gives back; and that two runs tell the same bytes.
 * toc_mem_* are wrapped by the linker: every request is counted. */
#include "feeding.h"

#include "counted.h"

static uint64_t draw(uint64_t *seed)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return *seed * UINT64_C(2685821657736338717) >> 16;
}

/* Event @i at @at_ms, of one of ten keys (in turn, or drawn), within 11 km of 0 N 0 E. */
static enum toc_feed feed_key(struct feeding *f, const char *type, uint64_t i, int64_t at_ms,
                              uint64_t key, uint64_t *seed)
{
    char id[24], subject[24];

    (void)snprintf(id, sizeof id, "%llu", (unsigned long long)i);
    (void)snprintf(subject, sizeof subject, "k%llu", (unsigned long long)key);
    return FEED(f, .type = type, .id = id, .subject = subject, .at_ms = at_ms, .s = subject,
                .has_v = true, .v = (double)(draw(seed) % 100) - 50, .has_at = true,
                .at = {.lat_deg = (double)(draw(seed) % 100) / 1000.0});
}

static enum toc_feed feed(struct feeding *f, const char *type, uint64_t i, int64_t at_ms,
                          uint64_t *seed)
{
    return feed_key(f, type, i, at_ms, draw(seed) % 10, seed);
}

/* --- Nothing from the heap ------------------------------------------------------------------- */

static void takes_nothing(const char *when, const char *alert)
{
    struct feeding f;
    uint64_t seed = 1, i = 0;

    feeding_init_one(&f, when, alert, NULL, 0);
    f.is_counting_only = true;
    for (; i < 3000; i++) { /* Three minutes: longer than repeats are known. */
        feed_key(&f, "x.a", i, (int64_t)i * 100, i % 10, &seed);
    }
    uint64_t before = requests;
    for (; i < 6000; i++) {
        feed_key(&f, "x.a", i, (int64_t)i * 100, i % 10, &seed);
    }
    assert_int_equal(requests - before, 0);
    feeding_finish(&f);
}

static void a_count_that_stays_below(void)
{
    takes_nothing("{ count: a, at_least: 1000, within: 10s, group_by: [subject] }", "");
}

static void a_count_that_stays_on(void)
{
    takes_nothing("{ count: a, at_least: 2, within: 1m, group_by: [subject] }", "");
}

static void a_sum_and_distinct_values(void)
{
    takes_nothing(
        "{ sum: { of: a, field: v }, at_least: 100000000, within: 10s, group_by: [subject] }", "");
    takes_nothing(
        "{ count_distinct: { of: a, field: s }, at_least: 100, within: 10s, group_by: [subject] }",
        "");
}

static void cliques(void)
{
    takes_nothing("{ count: a, at_least: 12, within: 2s, near: { distance: 1 km } }", "");
    takes_nothing("{ count: a, at_least: 12, within: 10s, near: { distance: 1 km }, "
                  "group_by: [subject] }",
                  "");
}

static void a_sequence_that_waits(void)
{
    takes_nothing("{ sequence: [a, b], within: 1m, group_by: [subject] }", "expire_after: 1m");
}

static void feed_moving(struct feeding *f, uint64_t i, uint64_t *seed)
{
    feed_key(f, i % 3 == 0 ? "x.a" : "z.p", i, (int64_t)i * 100, i / 3 % 10, seed);
}

static void places_that_move(void)
{
    struct feeding f;
    uint64_t seed = 1, i = 0;

    feeding_init_one(
        &f, "{ count: a, at_least: 1000, within: 10s, near: { place: car, distance: 1 km } }", "",
        NULL, 0);
    f.is_counting_only = true;
    for (; i < 6000; i++) {
        feed_moving(&f, i, &seed);
    }
    uint64_t before = requests;
    for (; i < 12000; i++) {
        feed_moving(&f, i, &seed);
    }
    assert_int_equal(requests - before, 0);
    feeding_finish(&f);
}

/* --- Given back ------------------------------------------------------------------------------ */

/* Minutes of events, then a day of silence: nothing is kept. Three times. */
static void gives_back(const char *when, const char *alert)
{
    bool is_moving = strstr(when, "place: car") != NULL;
    const char *const types[] = {"x.a", "x.a", is_moving ? "z.p" : "x.b", "x.c"};
    struct feeding f;
    uint64_t seed = 1, i = 0;

    feeding_init_one(&f, when, alert, NULL, 0);
    f.is_counting_only = true;
    for (int64_t day = 1; day <= 3; day++) {
        int64_t at_ms = day * 86400000;
        for (int event = 0; event < 250; event++) {
            at_ms += (int64_t)(draw(&seed) % 1000);
            feed(&f, types[draw(&seed) % 4], i++, at_ms - (int64_t)(draw(&seed) % 9000), &seed);
        }
        assert_true(toc_engine_counts(f.engine).keys > 0);
        FEED(&f, .type = "y.b",
             .id = day == 1   ? "1"
                   : day == 2 ? "2"
                              : "3",
             .source = "end", .at_ms = at_ms + 40000000);
        FEED(&f, .type = "y.b",
             .id = day == 1   ? "4"
                   : day == 2 ? "5"
                              : "6",
             .source = "end", .at_ms = at_ms + 80000000);
        struct toc_engine_counts counts = toc_engine_counts(f.engine);
        assert_int_equal(counts.keys, 0);
        assert_int_equal(counts.kept_events, 0);
        assert_int_equal(toc_engine_rule_counts(f.engine, 0).open, 0);
    }
    feeding_finish(&f);
}

static void of_counts(void)
{
    gives_back("{ count: a, at_least: 2, within: 1m, group_by: [subject] }", "");
    gives_back("{ count: a, at_least: 900, within: 1m, group_by: [subject] }", "");
    gives_back("{ count: a, at_least: 2, within: 1m, group_by: [subject] }",
               "for: 10s, keep_firing_for: 10m, expire_after: 1h, clear_when: c");
}

static void of_values(void)
{
    gives_back("{ sum: { of: a, field: v }, at_least: 10, within: 1m, group_by: [subject] }", "");
    gives_back("{ average: { of: a, field: v }, less_than: 0, within: 1m, group_by: [subject] }",
               "");
    gives_back("{ max: { of: a, field: v }, at_most: 20, within: 1m, group_by: [subject] }", "");
    gives_back(
        "{ count_distinct: { of: a, field: v }, at_least: 2, within: 1m, group_by: [subject] }",
        "");
}

static void of_places_that_move(void)
{
    gives_back("{ count: a, at_least: 2, within: 1m, near: { place: car, distance: 5 km } }", "");
}

static void of_kinds(void)
{
    gives_back("{ all_of: [a, b, c], within: 1m, group_by: [subject] }", "");
    gives_back("{ any_kinds: [a, b, c], at_least: 2, within: 1m, group_by: [subject] }", "");
}

static void of_clusters(void)
{
    gives_back("{ count: a, at_least: 3, within: 1m, near: { distance: 1 km } }", "");
    gives_back(
        "{ count: a, at_least: 3, within: 1m, near: { distance: 1 km }, group_by: [subject] }", "");
    gives_back("{ all_of: [a, b], within: 1m, near: { distance: 1 km } }", "expire_after: 30s");
}

static void of_sequences(void)
{
    gives_back("{ sequence: [a, b], without: c, within: 1m, group_by: [subject] }",
               "expire_after: 1m");
    gives_back("{ sequence: [a, b], within: 1m, once_per: onset, group_by: [subject] }",
               "expire_after: 1m");
    gives_back("{ event: a, group_by: [subject] }", "expire_after: 1m");
    gives_back("{ event: a }", "expire_after: 1m");
}

static void of_latest(void)
{
    gives_back("{ latest: a, group_by: [subject] }", "expire_after: 1m");
    gives_back("{ latest: a, near: { place: camp, distance: 5000 km }, group_by: [subject] }",
               "expire_after: 1m");
}

static void of_absences(void)
{
    gives_back("{ absence: { after: a, expected: b, deadline: 10s }, group_by: [subject] }",
               "expire_after: 1m");
    gives_back("{ absence: { after: a, expected: b, deadline: 10s }, group_by: [subject] }",
               "expire_after: 1m, clear_when: c");
}

static void of_lines_with_part_of_a_key(void)
{
    struct toc_text rules = {0};
    struct feeding f;
    uint64_t seed = 1;

    feeding_rule(&rules, "r",
                 "a: { type: x.a, near: { place: camp, distance: 5000 km } }, c: { type: x.c }",
                 "{ event: a, group_by: [camp, subject] }", "clear_when: c, expire_after: 1m");
    feeding_init(&f, rules.data, NULL, 0);
    toc_text_finish(&rules);
    f.is_counting_only = true;
    for (uint64_t i = 0; i < 600; i++) {
        feed(&f, i % 3 == 0 ? "x.c" : "x.a", i, (int64_t)i * 100, &seed);
    }
    feed(&f, "x.c", 1000, 40000000, &seed);
    feed(&f, "x.c", 1001, 80000000, &seed);
    feed(&f, "x.c", 1002, 99000000, &seed);
    assert_true(toc_engine_counts(f.engine).kept_events <= 3); /* The last lines. */
    feeding_finish(&f);
}

/* --- Two runs -------------------------------------------------------------------------------- */

static void run(struct toc_text *out, uint64_t seed)
{
    static const char *const types[] = {"x.a", "x.b", "x.c"};
    struct toc_text rules = {0};
    struct feeding f;
#define ALIASES "a: { type: x.a }, b: { type: x.b }, c: { type: x.c }"

    feeding_rule(&rules, "count", ALIASES,
                 "{ count: a, at_least: 3, within: 10s, group_by: [subject] }", "clear_when: c");
    feeding_rule(&rules, "cluster", ALIASES,
                 "{ count: a, at_least: 3, within: 20s, near: { distance: 2 km } }",
                 "brief: '{a.subject} {a.s} {count}'");
    feeding_rule(&rules, "sequence", ALIASES,
                 "{ sequence: [a, b], within: 5s, group_by: [subject] }", "expire_after: 10s");
    feeding_rule(&rules, "absence", ALIASES,
                 "{ absence: { after: a, expected: b, deadline: 5s }, group_by: [subject] }",
                 "expire_after: 10s, update_every: 1s");
    feeding_rule(&rules, "average", ALIASES,
                 "{ average: { of: a, field: v }, less_than: 0, within: 10s, group_by: [subject] }",
                 "for: 1s");
    feeding_init(&f, rules.data, NULL, 0);
    toc_text_finish(&rules);
    f.is_counting_only = f.is_recording = true;
    for (uint64_t i = 0; i < 700; i++) {
        int64_t at_ms = (int64_t)(i * 100) - (int64_t)(draw(&seed) % 8000);
        feed(&f, types[draw(&seed) % 3], draw(&seed) % 3000, at_ms, &seed);
        if (draw(&seed) % 10 == 0) {
            toc_engine_idle(f.engine, 0, 0, draw(&seed) % 2 == 0);
            toc_engine_tick(f.engine, (int64_t)i * 100 + 50);
        }
    }
    toc_engine_settle(f.engine);
    assert_true(f.count > 50);
    *out = f.records;
    f.records = (struct toc_text){0};
    feeding_finish(&f);
}

static void two_runs_tell_the_same_bytes(void)
{
    struct toc_text first, second, other;

    run(&first, 7);
    run(&second, 7);
    run(&other, 8);
    assert_int_equal(first.size, second.size);
    assert_memory_equal(first.data, second.data, first.size);
    assert_true(other.size != first.size || memcmp(other.data, first.data, first.size) != 0);
    toc_text_finish(&first);
    toc_text_finish(&second);
    toc_text_finish(&other);
}

static const struct memory_case {
    const char *name;
    void (*test)(void);
} cases[] = {
    {"a count that stays below takes nothing from the heap", a_count_that_stays_below},
    {"a count that stays on takes nothing from the heap", a_count_that_stays_on},
    {"sums and distinct values take nothing from the heap", a_sum_and_distinct_values},
    {"cliques take nothing from the heap", cliques},
    {"a sequence that waits takes nothing from the heap", a_sequence_that_waits},
    {"events near places that move take nothing from the heap", places_that_move},
    {"counts give back all", of_counts},
    {"values give back all", of_values},
    {"kinds give back all", of_kinds},
    {"places that move give back all", of_places_that_move},
    {"clusters give back all", of_clusters},
    {"sequences and events give back all", of_sequences},
    {"latest gives back all", of_latest},
    {"absences give back all", of_absences},
    {"lines with part of a key give back all", of_lines_with_part_of_a_key},
    {"two runs tell the same bytes", two_runs_tell_the_same_bytes},
};

static void runs(void **state)
{
    const struct memory_case *c = *state;
    c->test();
}

UNIT_TABLE("engine/memory", cases, runs)
