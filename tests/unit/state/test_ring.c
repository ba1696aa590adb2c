/* The events of a key, in order whatever the order of arrival. */
#include "events.h"

#include <stdio.h>

#include "state/ring.h"

struct arrival {
    int64_t at_ms;
    const char *source, *id;
    uint8_t alias;
};

struct ring_case {
    const char *name;
    void (*test)(const struct ring_case *c);
    struct arrival in[6];
    const char *order; /* Of what arrived: positions in `in`. */
};

static void is_in_order(const struct ring_case *c)
{
    struct toc_kept_pool pool = {0};
    struct toc_ring ring = {0};
    size_t count = strlen(c->order);

    for (size_t i = 0; i < count; i++) {
        const struct arrival *in = &c->in[i];
        uint64_t seq = toc_ring_add(
            &ring, &(struct toc_entry){.at_ms = in->at_ms,
                                       .alias = in->alias,
                                       .value = (int64_t)i,
                                       .kept = keep(&pool, in->at_ms, in->source, in->id)});
        assert_int_equal(toc_ring_get(&ring, seq)->value, i);
    }
    assert_int_equal(ring.end - ring.first, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(toc_ring_get(&ring, ring.first + i)->value, c->order[i] - '0');
    }
    toc_ring_finish(&ring, &pool);
    assert_int_equal(pool.kept, 0);
    toc_kept_pool_finish(&pool);
}

static void running_numbers_stay_while_it_grows_and_forgets(const struct ring_case *c)
{
    struct toc_kept_pool pool = {0};
    struct toc_ring ring = {0};
    (void)c;

    for (int64_t i = 0; i < 1000; i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "%04d", (int)i);
        uint64_t seq = toc_ring_add(
            &ring, &(struct toc_entry){.at_ms = i, .value = i, .kept = keep(&pool, i, "s", id)});
        assert_int_equal(seq, i);
        if (i % 3 == 2) {
            toc_ring_drop(&ring, &pool);
        }
        for (uint64_t s = ring.first; s < ring.end; s += 7) {
            assert_int_equal(toc_ring_get(&ring, s)->value, s);
        }
    }
    assert_int_equal(ring.first, 333);
    assert_int_equal(pool.kept, 667);
    assert_true((ring.room & (ring.room - 1)) == 0 && ring.room >= 667 && ring.room < 2 * 1000);
    toc_ring_finish(&ring, &pool);
    assert_int_equal(pool.kept, 0);
    toc_kept_pool_finish(&pool);
}

static void numbers_before_a_late_one_stay_those_behind_move_up(const struct ring_case *c)
{
    struct toc_kept_pool pool = {0};
    struct toc_ring ring = {0};
    (void)c;

    for (int64_t i = 0; i < 5; i++) {
        (void)toc_ring_add(&ring, &(struct toc_entry){.at_ms = i * 10,
                                                      .value = i,
                                                      .kept = keep(&pool, i * 10, "s", "x")});
    }
    uint64_t seq = toc_ring_add(
        &ring, &(struct toc_entry){.at_ms = 15, .value = 99, .kept = keep(&pool, 15, "s", "x")});
    static const int64_t expected[] = {0, 1, 99, 2, 3, 4};
    assert_int_equal(seq, 2);
    for (uint64_t s = 0; s < 6; s++) {
        assert_int_equal(toc_ring_get(&ring, s)->value, expected[s]);
    }
    toc_ring_finish(&ring, &pool);
    toc_kept_pool_finish(&pool);
}

static void seek_finds_the_first_not_before(const struct ring_case *c)
{
    static const struct {
        int64_t at_ms;
        uint64_t seq;
    } sought[] = {
        {TOC_INSTANT_NONE, 2},  {19, 2}, {20, 2}, {21, 3}, {30, 3}, {31, 5}, {40, 5}, {41, 6},
        {TOC_INSTANT_NEVER, 6},
    };
    struct toc_kept_pool pool = {0};
    struct toc_ring ring = {0};
    (void)c;

    assert_int_equal(toc_ring_seek(&ring, 0), 0); /* Empty: its end. */
    static const int64_t times[] = {0, 10, 20, 30, 30, 40};
    for (size_t i = 0; i < UNIT_COUNT(times); i++) {
        char id[] = {(char)('a' + i), '\0'};
        (void)toc_ring_add(
            &ring, &(struct toc_entry){.at_ms = times[i], .kept = keep(&pool, times[i], "s", id)});
    }
    toc_ring_drop(&ring, &pool);
    toc_ring_drop(&ring, &pool);
    for (size_t i = 0; i < UNIT_COUNT(sought); i++) {
        assert_int_equal(toc_ring_seek(&ring, sought[i].at_ms), sought[i].seq);
    }
    toc_ring_finish(&ring, &pool);
    toc_kept_pool_finish(&pool);
}

static void any_order_of_arrival_gives_one_order(const struct ring_case *c)
{
    enum { COUNT = 300 };
    struct toc_kept_pool pool = {0};
    uint64_t seed = 42;
    (void)c;

    for (int round = 0; round < 5; round++) {
        struct toc_ring ring = {0};
        for (int i = 0; i < COUNT; i++) {
            char id[16];
            (void)snprintf(id, sizeof id, "%d", i);
            int64_t at_ms = (int64_t)(draw(&seed) % 50);
            struct toc_entry entry = {.at_ms = at_ms,
                                      .kept = keep(&pool, at_ms, i % 2 == 0 ? "s" : "t", id)};
            (void)toc_ring_add(&ring, &entry);
            if (draw(&seed) % 4 == 0) {
                toc_ring_drop(&ring, &pool);
            }
        }
        for (uint64_t s = ring.first + 1; s < ring.end; s++) {
            assert_true(toc_kept_compare(toc_ring_get(&ring, s - 1)->kept,
                                         toc_ring_get(&ring, s)->kept) < 0);
        }
        toc_ring_finish(&ring, &pool);
    }
    assert_int_equal(pool.kept, 0);
    toc_kept_pool_finish(&pool);
}

static const struct ring_case cases[] = {
    {"in order it stays in order",
     is_in_order,
     {{1, "s", "a", 0}, {2, "s", "b", 0}, {3, "s", "c", 0}},
     "012"},
    {"a late one finds its place",
     is_in_order,
     {{1, "s", "a", 0}, {3, "s", "c", 0}, {2, "s", "b", 0}},
     "021"},
    {"the latest first is turned round",
     is_in_order,
     {{5, "s", "a", 0}, {4, "s", "b", 0}, {3, "s", "c", 0}, {2, "s", "d", 0}, {1, "s", "e", 0}},
     "43210"},
    {"of equal times the source decides", is_in_order, {{1, "t", "a", 0}, {1, "s", "b", 0}}, "10"},
    {"of one source the id does", is_in_order, {{1, "s", "b", 0}, {1, "s", "a", 0}}, "10"},
    {"before the id comes the source", is_in_order, {{1, "b", "a", 0}, {1, "a", "b", 0}}, "10"},
    {"of one event the alias does",
     is_in_order,
     {{1, "s", "a", 2}, {1, "s", "a", 0}, {1, "s", "a", 1}},
     "120"},
    {"times before 1970 come first",
     is_in_order,
     {{0, "s", "a", 0}, {-1, "s", "b", 0}, {1, "s", "c", 0}},
     "102"},
    {.name = "running numbers stay while it grows and forgets",
     .test = running_numbers_stay_while_it_grows_and_forgets},
    {.name = "numbers before a late one stay, those behind it move up",
     .test = numbers_before_a_late_one_stay_those_behind_move_up},
    {.name = "seek finds the first that is not before", .test = seek_finds_the_first_not_before},
    {.name = "any order of arrival gives one order", .test = any_order_of_arrival_gives_one_order},
};

static void runs(void **state)
{
    const struct ring_case *c = *state;
    c->test(c);
}

UNIT_TABLE("state/ring", cases, runs)
