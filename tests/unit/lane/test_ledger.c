#include "unit.h"

#include "lane/ledger.h"

static struct toc_ledger *two_parts(void)
{
    struct toc_ledger *ledger = toc_ledger_create();
    toc_ledger_place(ledger, 0, 100);
    toc_ledger_place(ledger, 1, 200);
    return ledger;
}

static void nothing_is_done_before_the_first_batch(void **state)
{
    (void)state;
    struct toc_ledger *ledger = two_parts();
    assert_int_equal(toc_ledger_position(ledger, 0), 100);
    assert_true(toc_ledger_clock(ledger) == INT64_MIN);
    assert_int_equal(toc_ledger_progress(ledger), 0);
    toc_ledger_destroy(ledger);
}

static void a_batch_that_told_nothing_is_done_at_once(void **state)
{
    (void)state;
    struct toc_ledger *ledger = two_parts();
    (void)toc_ledger_open(ledger, 1000);
    toc_ledger_read(ledger, 0, 101);
    toc_ledger_read(ledger, 0, 102);
    assert_int_equal(toc_ledger_position(ledger, 0), 100); /* Open: it may still tell. */
    toc_ledger_close(ledger);
    assert_int_equal(toc_ledger_position(ledger, 0), 102);
    assert_int_equal(toc_ledger_position(ledger, 1), 200);
    assert_int_equal(toc_ledger_clock(ledger), 1000);
    assert_int_equal(toc_ledger_progress(ledger), 1);
    toc_ledger_destroy(ledger);
}

static void positions_wait_for_the_last_record_told(void **state)
{
    (void)state;
    struct toc_ledger *ledger = two_parts();
    uint64_t ticket = toc_ledger_open(ledger, 1000);
    toc_ledger_read(ledger, 1, 201);
    toc_ledger_told(ledger);
    toc_ledger_told(ledger);
    toc_ledger_close(ledger);
    toc_ledger_stored(ledger, ticket);
    assert_int_equal(toc_ledger_position(ledger, 1), 200);
    assert_int_equal(toc_ledger_in_flight(ledger), 1);
    toc_ledger_stored(ledger, ticket);
    assert_int_equal(toc_ledger_position(ledger, 1), 201);
    assert_int_equal(toc_ledger_in_flight(ledger), 0);
    toc_ledger_destroy(ledger);
}

static void a_later_batch_waits_for_an_earlier_one(void **state)
{
    (void)state;
    struct toc_ledger *ledger = two_parts();
    uint64_t first = toc_ledger_open(ledger, 1000);
    toc_ledger_read(ledger, 0, 101);
    toc_ledger_told(ledger);
    toc_ledger_close(ledger);
    uint64_t second = toc_ledger_open(ledger, 2000);
    toc_ledger_read(ledger, 0, 102);
    toc_ledger_told(ledger);
    toc_ledger_close(ledger);
    toc_ledger_stored(ledger, second);
    assert_int_equal(toc_ledger_position(ledger, 0), 100);
    assert_true(toc_ledger_clock(ledger) == INT64_MIN);
    toc_ledger_stored(ledger, first);
    assert_int_equal(toc_ledger_position(ledger, 0), 102);
    assert_int_equal(toc_ledger_clock(ledger), 2000);
    toc_ledger_destroy(ledger);
}

static void what_is_stored_while_the_batch_is_open_does_not_end_it(void **state)
{
    (void)state;
    struct toc_ledger *ledger = two_parts();
    uint64_t ticket = toc_ledger_open(ledger, 1000);
    toc_ledger_read(ledger, 0, 101);
    toc_ledger_told(ledger);
    toc_ledger_stored(ledger, ticket);
    assert_int_equal(toc_ledger_position(ledger, 0), 100);
    toc_ledger_close(ledger);
    assert_int_equal(toc_ledger_position(ledger, 0), 101);
    toc_ledger_destroy(ledger);
}

static void the_ring_is_bounded_and_time_alone_takes_no_room(void **state)
{
    (void)state;
    struct toc_ledger *ledger = two_parts();
    uint64_t first = toc_ledger_open(ledger, 1);
    toc_ledger_told(ledger);
    toc_ledger_close(ledger);
    for (int i = 0; i < 10 * TOC_LEDGER_MOST; i++) { /* Ticks during an outage. */
        assert_true(toc_ledger_has_room(ledger));
        (void)toc_ledger_open(ledger, 2 + i);
        toc_ledger_close(ledger);
    }
    assert_int_equal(toc_ledger_in_flight(ledger), 1);
    for (int i = 1; i < TOC_LEDGER_MOST; i++) {
        assert_true(toc_ledger_has_room(ledger));
        (void)toc_ledger_open(ledger, 10000 + i);
        toc_ledger_read(ledger, 0, 100 + i);
        toc_ledger_close(ledger);
    }
    assert_false(toc_ledger_has_room(ledger));
    toc_ledger_stored(ledger, first);
    assert_true(toc_ledger_has_room(ledger));
    assert_int_equal(toc_ledger_in_flight(ledger), 0);
    assert_int_equal(toc_ledger_position(ledger, 0), 99 + TOC_LEDGER_MOST);
    toc_ledger_destroy(ledger);
}

static void many_partitions_in_one_batch(void **state)
{
    (void)state;
    struct toc_ledger *ledger = toc_ledger_create();
    for (size_t i = 0; i < 100; i++) {
        toc_ledger_place(ledger, i, 0);
    }
    (void)toc_ledger_open(ledger, 1);
    for (size_t i = 0; i < 1000; i++) {
        toc_ledger_read(ledger, i % 100, (int64_t)i + 1);
    }
    toc_ledger_close(ledger);
    for (size_t i = 0; i < 100; i++) {
        assert_int_equal(toc_ledger_position(ledger, i), 901 + i);
    }
    toc_ledger_destroy(ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_done_before_the_first_batch),
        cmocka_unit_test(a_batch_that_told_nothing_is_done_at_once),
        cmocka_unit_test(positions_wait_for_the_last_record_told),
        cmocka_unit_test(a_later_batch_waits_for_an_earlier_one),
        cmocka_unit_test(what_is_stored_while_the_batch_is_open_does_not_end_it),
        cmocka_unit_test(the_ring_is_bounded_and_time_alone_takes_no_room),
        cmocka_unit_test(many_partitions_in_one_batch),
    };
    return cmocka_run_group_tests_name("lane/ledger", tests, NULL, NULL);
}
