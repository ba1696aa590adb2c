/* Things found by a hash, against an array that is searched. */
#include "events.h"

#include "state/table.h"

enum { THINGS = 500 };

struct thing {
    uint64_t hash;
    bool is_in;
};

static size_t found(const struct toc_table *table, uint64_t hash, const struct thing *thing)
{
    size_t at = 0, count = 0;

    for (const struct thing *next; (next = toc_table_next(table, hash, &at)) != NULL;) {
        assert_int_equal(next->hash, hash);
        count += next == thing;
    }
    return count;
}

/* @hashes: how many different ones; their low bits collide all the more. */
static void random_changes_agree(uint64_t hashes, uint64_t spread)
{
    static struct thing things[THINGS];
    struct toc_table table = {0};
    uint64_t seed = 11;
    size_t in = 0;

    for (size_t i = 0; i < THINGS; i++) {
        things[i] = (struct thing){.hash = draw(&seed) % hashes * spread};
    }
    for (int step = 0; step < 10000; step++) {
        struct thing *thing = &things[draw(&seed) % THINGS];
        if (thing->is_in) {
            toc_table_remove(&table, thing->hash, thing);
            in--;
        } else {
            toc_table_add(&table, thing->hash, thing);
            in++;
        }
        thing->is_in = !thing->is_in;
        assert_int_equal(table.count, in);
        assert_true(table.count * 10 <= table.room * 7);
        if (step % 500 == 0) {
            for (size_t i = 0; i < THINGS; i++) {
                assert_int_equal(found(&table, things[i].hash, &things[i]), things[i].is_in);
            }
        }
        assert_int_equal(found(&table, thing->hash, thing), thing->is_in);
    }
    toc_table_finish(&table);
}

static void different_hashes(void)
{
    random_changes_agree(UINT64_MAX, 1);
}

static void few_hashes(void)
{
    random_changes_agree(7, 1);
}

static void hashes_that_meet_in_one_slot(void)
{
    random_changes_agree(1000, UINT64_C(1) << 32);
}

static void hashes_at_the_end_of_the_room(void)
{
    struct toc_table table = {0};
    struct thing things[5] = {{14, 0}, {15, 0}, {15, 0}, {15, 0}, {0, 0}};

    for (size_t i = 0; i < 5; i++) { /* Room for 16: the last ones wrap to slots 0, 1, 2. */
        toc_table_add(&table, things[i].hash, &things[i]);
    }
    assert_int_equal(table.room, 16);
    toc_table_remove(&table, 15, &things[1]);
    toc_table_remove(&table, 14, &things[0]);
    assert_int_equal(found(&table, 15, &things[2]), 1);
    assert_int_equal(found(&table, 15, &things[3]), 1);
    assert_int_equal(found(&table, 0, &things[4]), 1);
    assert_int_equal(found(&table, 14, &things[0]), 0);
    toc_table_finish(&table);
}

static void empty(void)
{
    struct toc_table table = {0};
    size_t at = 0;

    assert_null(toc_table_next(&table, 0, &at));
    toc_table_finish(&table);
}

static const struct table_case {
    const char *name;
    void (*test)(void);
} cases[] = {
    {"an empty one finds nothing", empty},
    {"random changes under different hashes", different_hashes},
    {"random changes under seven hashes", few_hashes},
    {"random changes where all meet in one slot", hashes_that_meet_in_one_slot},
    {"gaps close across the end of the room", hashes_at_the_end_of_the_room},
};

static void runs(void **state)
{
    const struct table_case *c = *state;
    c->test();
}

UNIT_TABLE("state/table", cases, runs)
