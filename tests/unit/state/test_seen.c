/* Which events were taken before. A span of 10 s; -1 ends a list. */
#include "events.h"

#include "state/seen.h"

struct seen_case {
    const char *name;
    void (*test)(const struct seen_case *c);
    int64_t noted_ms[6];           /* When one identity is noted. */
    enum toc_seen_verdict verdict; /* Of the last time. */
};

static void says(const struct seen_case *c)
{
    enum toc_seen_verdict verdict = TOC_SEEN_CONFLICT;
    struct toc_seen seen;

    toc_seen_init(&seen, 10000);
    for (const int64_t *at_ms = c->noted_ms; *at_ms >= 0; at_ms++) {
        verdict = toc_seen_note(&seen, (struct toc_hash128){1, 2}, 77, *at_ms);
    }
    assert_int_equal(verdict, c->verdict);
    toc_seen_finish(&seen);
}

/* Whatever is noted when: known for a span, forgotten after two. The identities fill
 * it beyond its first room. */
static void keeps_its_promise_over_a_long_time(const struct seen_case *c)
{
    enum { IDENTITIES = 2000 };
    static int64_t first_ms[IDENTITIES];
    struct toc_seen seen;
    uint64_t seed = 5;
    int64_t now_ms = 1000000;
    size_t known = 0, forgotten = 0;
    (void)c;

    toc_seen_init(&seen, 10000);
    memset(first_ms, 0, sizeof first_ms);
    for (int step = 0; step < 60000; step++) {
        uint64_t i = draw(&seed) % IDENTITIES;
        now_ms += (int64_t)(draw(&seed) % 12);
        struct toc_hash128 identity = {.low = i * UINT64_C(0x9e3779b97f4a7c15), .high = i};
        enum toc_seen_verdict verdict = toc_seen_note(&seen, identity, i, now_ms);
        if (first_ms[i] == 0) {
            assert_int_equal(verdict, TOC_SEEN_FIRST);
        } else if (now_ms - first_ms[i] <= 10000) {
            assert_int_equal(verdict, TOC_SEEN_REPEAT);
            known++;
        } else if (now_ms - first_ms[i] > 20024) { /* Two spans, and two steps. */
            assert_int_equal(verdict, TOC_SEEN_FIRST);
            forgotten++;
        }
        if (verdict == TOC_SEEN_FIRST) {
            first_ms[i] = now_ms;
        }
    }
    assert_true(known > 1000 && forgotten > 1000);
    assert_true(seen.now.room <= 8192 && seen.before.room <= 8192); /* It does not grow for ever. */
    toc_seen_finish(&seen);
}

static void other_content_is_a_conflict_and_the_first_stands(const struct seen_case *c)
{
    struct toc_hash128 identity = {1, 2};
    struct toc_seen seen;
    (void)c;

    toc_seen_init(&seen, 10000);
    assert_int_equal(toc_seen_note(&seen, identity, 7, 0), TOC_SEEN_FIRST);
    assert_int_equal(toc_seen_note(&seen, identity, 8, 1), TOC_SEEN_CONFLICT);
    assert_int_equal(toc_seen_note(&seen, identity, 7, 2), TOC_SEEN_REPEAT);
    assert_int_equal(toc_seen_note(&seen, identity, 8, 11000), TOC_SEEN_CONFLICT);
    toc_seen_finish(&seen);
}

static void the_identity_that_marks_a_free_slot_is_one_like_any_other(const struct seen_case *c)
{
    struct toc_hash128 none = {0, 0};
    struct toc_seen seen;
    (void)c;

    toc_seen_init(&seen, 10000);
    assert_int_equal(toc_seen_note(&seen, none, 7, 0), TOC_SEEN_FIRST);
    assert_int_equal(toc_seen_note(&seen, none, 7, 0), TOC_SEEN_REPEAT);
    assert_int_equal(toc_seen_note(&seen, none, 8, 0), TOC_SEEN_CONFLICT);
    toc_seen_finish(&seen);
}

static void half_an_identity_is_another(const struct seen_case *c)
{
    struct toc_seen seen;
    (void)c;

    toc_seen_init(&seen, 10000);
    assert_int_equal(toc_seen_note(&seen, (struct toc_hash128){1, 0}, 0, 0), TOC_SEEN_FIRST);
    assert_int_equal(toc_seen_note(&seen, (struct toc_hash128){2, 0}, 0, 0), TOC_SEEN_FIRST);
    assert_int_equal(toc_seen_note(&seen, (struct toc_hash128){0, 1}, 0, 0), TOC_SEEN_FIRST);
    assert_int_equal(toc_seen_note(&seen, (struct toc_hash128){1, 1}, 0, 0), TOC_SEEN_FIRST);
    toc_seen_finish(&seen);
}

static const struct seen_case cases[] = {
    {"the first time it is new", says, {0, -1}, TOC_SEEN_FIRST},
    {"the second time it is a repeat", says, {0, 0, -1}, TOC_SEEN_REPEAT},
    {"at the end of the span it still is", says, {0, 10000, -1}, TOC_SEEN_REPEAT},
    {"a span after any note it is known", says, {5000, 15000, -1}, TOC_SEEN_REPEAT},
    {"beyond two spans it is forgotten", says, {0, 20001, -1}, TOC_SEEN_FIRST},
    {"after a long silence it is forgotten", says, {0, 9000000, -1}, TOC_SEEN_FIRST},
    {"forgotten and noted again it is known again", says, {0, 20001, 20002, -1}, TOC_SEEN_REPEAT},
    {.name = "keeps its promise over a long time", .test = keeps_its_promise_over_a_long_time},
    {.name = "other content is a conflict and the first stands",
     .test = other_content_is_a_conflict_and_the_first_stands},
    {.name = "the identity that marks a free slot is one like any other",
     .test = the_identity_that_marks_a_free_slot_is_one_like_any_other},
    {.name = "half an identity is another", .test = half_an_identity_is_another},
};

static void runs(void **state)
{
    const struct seen_case *c = *state;
    c->test(c);
}

UNIT_TABLE("state/seen", cases, runs)
