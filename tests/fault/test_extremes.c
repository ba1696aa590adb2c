/* Events at the ends of time, of the Earth and of the numbers, for every kind of rule: nothing
 * overflows (UBSan looks), every record is JSON, no key stays behind the engine. */
#include "engine/feeding.h"

#define MIN TOC_INSTANT_MIN
#define MAX TOC_INSTANT_MAX

static const struct kind {
    const char *when, *alert;
} kinds[] = {
    {"{ event: a, group_by: [subject] }", "expire_after: 366d"},
    {"{ event: a }", "expire_after: 1ms"},
    {"{ sequence: [a, b], without: c, within: 366d, group_by: [subject] }", "expire_after: 366d"},
    {"{ sequence: [a, b], within: 1ms, once_per: onset, group_by: [subject] }", "clear_when: c"},
    {"{ latest: a, group_by: [subject] }", "expire_after: 366d, for: 366d"},
    {"{ latest: a, near: { place: camp, distance: 5000 km }, group_by: [subject] }",
     "expire_after: 1s, keep_firing_for: 366d"},
    {"{ count: a, at_least: 1, within: 366d, group_by: [subject] }",
     "for: 366d, keep_firing_for: 366d, expire_after: 366d, update_every: 366d"},
    {"{ count: a, at_most: 1, within: 366d, group_by: [subject] }", "clear_when: c"},
    {"{ count_distinct: { of: a, field: v }, at_least: 2, within: 366d, group_by: [subject] }", ""},
    {"{ sum: { of: a, field: v }, at_least: 1, within: 366d, group_by: [subject] }", ""},
    {"{ average: { of: a, field: v }, less_than: 0, within: 366d, group_by: [subject] }", ""},
    {"{ min: { of: a, field: v }, less_than: 0, within: 366d, group_by: [subject] }", ""},
    {"{ max: { of: a, field: v }, at_least: 1, within: 366d, group_by: [subject] }", ""},
    {"{ all_of: [a, b], within: 366d, group_by: [subject] }", "clear_when: c"},
    {"{ any_kinds: [a, b, c], at_least: 2, within: 366d, near: { distance: 1 km } }",
     "keep_firing_for: 366d"},
    {"{ count: a, at_least: 2, within: 366d, near: { distance: 1 km }, group_by: [subject] }",
     "for: 1s"},
    {"{ absence: { after: a, expected: b, deadline: 366d }, group_by: [subject] }",
     "expire_after: 366d"},
    {"{ absence: { after: a, expected: b, from: since, deadline: 1ms }, group_by: [subject] }",
     "expire_after: 366d, clear_when: c"},
    {"{ absence: { expected: a, every: 366d }, group_by: [subject], members: [k, l] }",
     "expire_after: 366d"},
};

static const struct extreme {
    const char *name;
    int64_t at_ms[7]; /* In order of arrival; 0 ends them. */
} cases[] = {
    {"at the beginning of time", {MIN, MIN, MIN + 1, MIN + 86400000, 0}},
    {"at the end of time", {MAX - 86400000, MAX - 1, MAX, MAX, 0}},
    {"from the beginning to the end", {MIN, 1, MAX, 0}},
    {"from the end to the beginning", {MAX, 1, MIN, MAX, MIN, 0}},
    {"around 1970", {-1, 1, -86400000, 86400000, -2, 2, 0}},
};

static const struct toc_point points[] = {
    {90, 0, 0, 0, false},
    {-90, 180, 0, 0, false},
    {0, 180, 0, 0, false},
    {0, -180, 1e7, 0, false},
    {89.999999, -179.999999, 0, 0, false},
};
static const double values[] = {9e12, -9e12, 1e300, -1e300, 5e-324, 0.0000005};

static void feed_all(struct feeding *f, const struct extreme *c, bool is_clocked)
{
    static const char *const types[] = {"x.a", "x.b", "x.c"};
    char id[16];
    int number = 0;

    for (const int64_t *at_ms = c->at_ms; *at_ms != 0; at_ms++) {
        for (size_t i = 0; i < 6; i++, number++) {
            (void)snprintf(id, sizeof id, "%d", number);
            if (is_clocked) {
                toc_engine_tick(f->engine, i % 2 == 0 ? MIN : MAX);
                toc_engine_idle(f->engine, 0, 0, i % 3 == 0);
            }
            FEED(f, .type = types[i % 3], .id = id, .subject = i % 2 == 0 ? "k" : "l",
                 .at_ms = *at_ms, .has_v = true, .v = values[number % 6], .has_at = true,
                 .at = points[number % 5], .has_since = i < 4,
                 .since_ms = number % 2 == 0 ? MIN : MAX, .stored_ms = i == 5 ? MAX : 0);
        }
    }
    toc_engine_tick(f->engine, MAX);
    (void)toc_engine_due(f->engine);
    toc_engine_settle(f->engine);
}

static void overflows_nothing(void **state)
{
    static const int64_t late_ms[] = {0, 10000, TOC_SPAN_MAX};
    const struct extreme *c = *state;

    for (size_t k = 0; k < UNIT_COUNT(kinds); k++) {
        struct feeding f;
        feeding_init_one(&f, kinds[k].when, kinds[k].alert, NULL, 0);
        for (size_t i = 0; i < UNIT_COUNT(late_ms); i++) {
            struct toc_input input = {.name = TOC_STR("in"),
                                      .max_disorder_ms = late_ms[i],
                                      .accept_late_ms = late_ms[i],
                                      .partition_count = 1};
            for (int is_clocked = 0; is_clocked <= 1; is_clocked++) {
                toc_engine_destroy(f.engine);
                feeding_forget_told(&f);
                feeding_begin(&f, &input, 1, 0);
                f.is_clocked = is_clocked != 0;
                feed_all(&f, c, f.is_clocked);
                struct toc_engine_counts counts = toc_engine_counts(f.engine);
                assert_int_equal(counts.repeats + counts.conflicts, 0);
                assert_true(counts.keys <= 2 + counts.events);
            }
        }
        feeding_finish(&f);
    }
}

UNIT_TABLE("fault/extremes", cases, overflows_nothing)
