#include "unit.h"

#include <stdio.h>

#include "base/mem.h"
#include "state/incident.h"

static struct toc_incident *begin(struct toc_incident_pool *pool, unsigned number, int64_t at_ms)
{
    char id[TOC_INCIDENT_ID];

    (void)snprintf(id, sizeof id, "%032x", number);
    return toc_incident_begin(pool, id, at_ms);
}

/* @goes becomes part of @stays: what alert/incident.c does with those that have no alerts. */
static void join(struct toc_incident *stays, struct toc_incident *goes)
{
    goes->into = toc_incident_share(stays);
}

static void the_one_told_first_precedes_then_the_lesser_id(void **state)
{
    struct toc_incident_pool pool = {0};
    struct toc_incident *early = begin(&pool, 3, 1000), *late = begin(&pool, 1, 2000),
                        *same = begin(&pool, 2, 2000), *untold = begin(&pool, 0, 0);

    (void)state;
    untold->is_untold = true;
    assert_true(toc_incident_precedes(early, late));
    assert_false(toc_incident_precedes(late, early));
    assert_true(toc_incident_precedes(late, same));
    assert_false(toc_incident_precedes(same, late));
    assert_true(toc_incident_precedes(late, untold));
    assert_false(toc_incident_precedes(untold, late));
    toc_incident_release(early);
    toc_incident_release(late);
    toc_incident_release(same);
    toc_incident_release(untold);
    toc_incident_pool_finish(&pool);
}

static void who_points_to_one_that_joined_finds_what_it_goes_on_as(void **state)
{
    enum { MANY = 100 };
    struct toc_incident_pool pool = {0};
    struct toc_incident *all[MANY], *oldest;

    (void)state;
    for (unsigned i = 0; i < MANY; i++) {
        all[i] = begin(&pool, i, 0);
    }
    for (unsigned i = MANY - 1; i > 0; i--) { /* The longest way there can be. */
        join(all[i - 1], all[i]);
    }
    oldest = all[0];
    for (unsigned i = 0; i + 1 < MANY; i++) {
        toc_incident_release(all[i]); /* Each is held by the one that joined it. */
    }
    assert_int_equal(pool.used, MANY);
    assert_ptr_equal(toc_incident_now(all[MANY - 1]), oldest);
    while (all[MANY - 1]->into != oldest) { /* Halved each time; what nobody points to is free. */
        (void)toc_incident_now(all[MANY - 1]);
    }
    assert_int_equal(pool.used, 2);
    toc_incident_release(all[MANY - 1]);
    assert_int_equal(pool.used, 0);
    toc_incident_pool_finish(&pool);
}

static void what_is_given_back_is_used_again(void **state)
{
    struct toc_incident_pool pool = {0};
    struct toc_incident *slot = NULL, *first = begin(&pool, 1, 0);

    (void)state;
    toc_incident_set(&slot, first);
    toc_incident_release(first);
    assert_int_equal(pool.used, 1);
    toc_incident_set(&slot, NULL);
    assert_int_equal(pool.used, 0);
    struct toc_incident *again = begin(&pool, 2, 0);
    assert_ptr_equal(again, first);
    assert_null(again->into);
    toc_incident_release(again);
    toc_incident_release(NULL);
    toc_incident_pool_finish(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_one_told_first_precedes_then_the_lesser_id),
        cmocka_unit_test(who_points_to_one_that_joined_finds_what_it_goes_on_as),
        cmocka_unit_test(what_is_given_back_is_used_again),
    };
    return cmocka_run_group_tests_name("state/incident", tests, NULL, NULL);
}
