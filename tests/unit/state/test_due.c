/* What is due next, against a list that is searched from end to end. */
#include "events.h"

#include "state/due.h"

enum { THINGS = 64 };

static void holds_its_order(const struct toc_due_heap *heap)
{
    for (size_t i = 0; i < heap->count; i++) {
        const struct toc_due *due = heap->items[i];
        assert_int_equal(due->place, i + 1);
        if (i > 0) {
            const struct toc_due *above = heap->items[(i - 1) / 2];
            assert_true(above->at_ms < due->at_ms ||
                        (above->at_ms == due->at_ms && above->order < due->order));
        }
    }
}

static const struct toc_due *earliest(const struct toc_due things[THINGS])
{
    const struct toc_due *first = NULL;

    for (size_t i = 0; i < THINGS; i++) {
        const struct toc_due *due = &things[i];
        if (due->place != 0 && (first == NULL || due->at_ms < first->at_ms ||
                                (due->at_ms == first->at_ms && due->order < first->order))) {
            first = due;
        }
    }
    return first;
}

static void random_changes_agree_with_a_search(void)
{
    struct toc_due things[THINGS] = {0};
    struct toc_due_heap heap = {0};
    uint64_t seed = 7;
    size_t waiting = 0;

    for (size_t i = 0; i < THINGS; i++) {
        things[i].order = THINGS - i;
    }
    for (int step = 0; step < 20000; step++) {
        struct toc_due *due = &things[draw(&seed) % THINGS];
        waiting -= due->place != 0;
        if (draw(&seed) % 3 == 0) {
            toc_due_remove(&heap, due);
            assert_int_equal(due->place, 0);
        } else { /* Few instants, so that many are equal. */
            toc_due_set(&heap, due, (int64_t)(draw(&seed) % 20) - 10);
            waiting++;
        }
        assert_int_equal(heap.count, waiting);
        assert_ptr_equal(toc_due_first(&heap), earliest(things));
        if (step % 16 == 0) {
            holds_its_order(&heap);
        }
    }
    toc_due_finish(&heap);
}

static void comes_out_sorted(void)
{
    static struct toc_due things[1000];
    struct toc_due_heap heap = {0};
    uint64_t seed = 3;
    const struct toc_due *last = NULL;

    for (size_t i = 0; i < 1000; i++) {
        things[i].order = i;
        toc_due_set(&heap, &things[i], (int64_t)(draw(&seed) % 100));
    }
    for (size_t i = 0; i < 1000; i++) {
        struct toc_due *due = toc_due_first(&heap);
        assert_true(last == NULL || last->at_ms < due->at_ms ||
                    (last->at_ms == due->at_ms && last->order < due->order));
        last = due;
        toc_due_remove(&heap, due);
    }
    assert_null(toc_due_first(&heap));
    toc_due_finish(&heap);
}

static void one_that_does_not_wait_is_no_trouble(void)
{
    struct toc_due due = {.order = 1};
    struct toc_due_heap heap = {0};

    assert_null(toc_due_first(&heap));
    toc_due_remove(&heap, &due);
    toc_due_set(&heap, &due, INT64_MAX);
    toc_due_remove(&heap, &due);
    toc_due_remove(&heap, &due);
    assert_int_equal(heap.count, 0);
    toc_due_finish(&heap);
}

static void moved_it_waits_once(void)
{
    struct toc_due a = {.order = 1}, b = {.order = 2};
    struct toc_due_heap heap = {0};

    toc_due_set(&heap, &a, 5);
    toc_due_set(&heap, &b, 6);
    toc_due_set(&heap, &a, 7);
    assert_int_equal(heap.count, 2);
    assert_ptr_equal(toc_due_first(&heap), &b);
    toc_due_set(&heap, &a, 6);
    assert_ptr_equal(toc_due_first(&heap), &a); /* Equal instants: by order. */
    toc_due_set(&heap, &a, 6);
    assert_int_equal(heap.count, 2);
    toc_due_finish(&heap);
}

static const struct due_case {
    const char *name;
    void (*test)(void);
} cases[] = {
    {"random changes agree with a search of all", random_changes_agree_with_a_search},
    {"a thousand come out sorted, equal instants by order", comes_out_sorted},
    {"one that does not wait is taken out without harm", one_that_does_not_wait_is_no_trouble},
    {"set anew it moves, and waits once", moved_it_waits_once},
};

static void runs(void **state)
{
    const struct due_case *c = *state;
    c->test();
}

UNIT_TABLE("state/due", cases, runs)
