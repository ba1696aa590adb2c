/* How many different values, as they come and go. */
#include "unit.h"

#include "state/distinct.h"

static void counts_values_not_times(void **state)
{
    struct toc_distinct distinct = {0};

    (void)state;
    toc_distinct_add(&distinct, 7);
    toc_distinct_add(&distinct, 7);
    toc_distinct_add(&distinct, 9);
    assert_int_equal(distinct.count, 2);
    toc_distinct_remove(&distinct, 7);
    assert_int_equal(distinct.count, 2); /* One 7 is left. */
    toc_distinct_remove(&distinct, 7);
    assert_int_equal(distinct.count, 1);
    toc_distinct_finish(&distinct);
}

static void zero_is_a_value(void **state)
{
    struct toc_distinct distinct = {0};

    (void)state;
    toc_distinct_add(&distinct, 0);
    assert_int_equal(distinct.count, 1);
    toc_distinct_remove(&distinct, 0);
    assert_int_equal(distinct.count, 0);
    toc_distinct_finish(&distinct);
}

static void stays_small_while_values_change(void **state)
{
    struct toc_distinct distinct = {0};

    (void)state;
    for (uint64_t i = 0; i < 100000; i++) { /* Five at a time. */
        toc_distinct_add(&distinct, i * 8);
        if (i >= 5) {
            toc_distinct_remove(&distinct, (i - 5) * 8);
        }
    }
    assert_int_equal(distinct.count, 5);
    assert_true(distinct.room <= 64);
    toc_distinct_finish(&distinct);
}

static void a_copy_goes_its_own_way(void **state)
{
    struct toc_distinct from = {0}, to = {0};

    (void)state;
    for (uint64_t i = 0; i < 20; i++) {
        toc_distinct_add(&from, i);
    }
    toc_distinct_add(&to, 1000);
    toc_distinct_copy(&to, &from);
    assert_int_equal(to.count, 20);
    toc_distinct_remove(&to, 3);
    assert_int_equal(to.count, 19);
    assert_int_equal(from.count, 20);
    toc_distinct_finish(&from);
    toc_distinct_copy(&to, &from); /* Of nothing. */
    assert_int_equal(to.count, 0);
    toc_distinct_finish(&to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_values_not_times),
        cmocka_unit_test(zero_is_a_value),
        cmocka_unit_test(stays_small_while_values_change),
        cmocka_unit_test(a_copy_goes_its_own_way),
    };
    return cmocka_run_group_tests_name("state/distinct", tests, NULL, NULL);
}
