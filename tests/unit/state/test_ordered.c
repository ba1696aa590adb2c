/* Numbers in order, against a plain sorted array. */
#include "unit.h"

#include <stdbool.h>
#include <stdlib.h>

#include "state/ordered.h"

static void one_and_the_same_value_has_many_ranks(void **state)
{
    struct toc_ordered ordered = {0};

    (void)state;
    for (int i = 0; i < 3; i++) {
        toc_ordered_add(&ordered, 5);
    }
    toc_ordered_add(&ordered, -1);
    toc_ordered_add(&ordered, 9);
    assert_int_equal(toc_ordered_size(&ordered), 5);
    assert_int_equal(toc_ordered_at(&ordered, 1), -1);
    assert_int_equal(toc_ordered_at(&ordered, 2), 5);
    assert_int_equal(toc_ordered_at(&ordered, 4), 5);
    assert_int_equal(toc_ordered_at(&ordered, 5), 9);
    toc_ordered_remove(&ordered, 5);
    assert_int_equal(toc_ordered_at(&ordered, 3), 5);
    assert_int_equal(toc_ordered_at(&ordered, 4), 9);
    toc_ordered_finish(&ordered);
}

static int by_value(const void *a, const void *b)
{
    const int64_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

/* The depth below @at; fails if sizes or levels are not what an AA tree has. */
static unsigned depth(const struct toc_ordered *ordered, uint32_t at)
{
    if (at == 0) {
        return 0;
    }
    const struct toc_ordered_node *nodes = ordered->nodes, *node = &nodes[at];
    unsigned left = depth(ordered, node->left), right = depth(ordered, node->right);

    assert_int_equal(node->size, nodes[node->left].size + nodes[node->right].size + node->count);
    assert_int_equal(nodes[node->left].level + 1, node->level);
    assert_true(nodes[node->right].level == node->level ||
                nodes[node->right].level + 1 == node->level);
    assert_true(node->right == 0 || nodes[nodes[node->right].right].level < node->level);
    return 1 + (left > right ? left : right);
}

static void agrees_with_a_sorted_array(void **state)
{
    enum { MOST = 400, STEPS = 20000 };
    struct toc_ordered ordered = {0}, copy = {0};
    int64_t values[MOST], sorted[MOST];
    size_t count = 0;
    uint64_t random = 12345;

    (void)state;
    for (int step = 0; step < STEPS; step++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        bool is_growing = (step / 2000) % 2 == 0; /* In waves: full, empty, full. */
        unsigned dice = (unsigned)(random >> 33) % 10;
        if (count < MOST && (count == 0 || (dice < 7) == is_growing)) {
            values[count] = (int64_t)((random >> 40) % 300) - 150;
            toc_ordered_add(&ordered, values[count++]);
        } else {
            size_t at = (random >> 35) % count;
            toc_ordered_remove(&ordered, values[at]);
            values[at] = values[--count];
        }
        assert_int_equal(toc_ordered_size(&ordered), count);
        if (count == 0 || step % 7 != 0) {
            continue;
        }
        memcpy(sorted, values, count * sizeof sorted[0]);
        qsort(sorted, count, sizeof sorted[0], by_value);
        toc_ordered_copy(&copy, &ordered);
        for (uint32_t rank = 1; rank <= count; rank++) {
            assert_int_equal(toc_ordered_at(&ordered, rank), sorted[rank - 1]);
            assert_int_equal(toc_ordered_at(&copy, rank), sorted[rank - 1]);
        }
        assert_true(depth(&ordered, ordered.root) <= 20);
    }
    toc_ordered_finish(&copy);
    toc_ordered_finish(&ordered);
}

static void rising_values_do_not_make_it_deep(void **state)
{
    enum { MOST = 100000 };
    struct toc_ordered ordered = {0};

    (void)state;
    for (int64_t i = 0; i < MOST; i++) {
        toc_ordered_add(&ordered, i);
    }
    assert_true(depth(&ordered, ordered.root) <= 34); /* 2 log2(100,001) */
    for (int64_t i = 0; i < MOST; i += 2) {
        toc_ordered_remove(&ordered, i);
    }
    assert_true(depth(&ordered, ordered.root) <= 32);
    assert_int_equal(toc_ordered_at(&ordered, 10), 19);
    toc_ordered_finish(&ordered);
}

static void room_is_used_again(void **state)
{
    struct toc_ordered ordered = {0};

    (void)state;
    for (int64_t i = 0; i < 100000; i++) {
        toc_ordered_add(&ordered, i);
        if (i >= 10) {
            toc_ordered_remove(&ordered, i - 10);
        }
    }
    assert_true(ordered.room <= 16);
    toc_ordered_finish(&ordered);
}

static void a_copy_of_nothing_is_empty_and_takes_more(void **state)
{
    struct toc_ordered empty = {0}, ordered = {0};

    (void)state;
    toc_ordered_add(&ordered, 1);
    toc_ordered_copy(&ordered, &empty);
    assert_int_equal(toc_ordered_size(&ordered), 0);
    toc_ordered_add(&ordered, 7);
    assert_int_equal(toc_ordered_size(&ordered), 1);
    assert_int_equal(toc_ordered_at(&ordered, 1), 7);
    toc_ordered_finish(&ordered);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_and_the_same_value_has_many_ranks),
        cmocka_unit_test(agrees_with_a_sorted_array),
        cmocka_unit_test(rising_values_do_not_make_it_deep),
        cmocka_unit_test(room_is_used_again),
        cmocka_unit_test(a_copy_of_nothing_is_empty_and_takes_more),
    };
    return cmocka_run_group_tests_name("state/ordered", tests, NULL, NULL);
}
