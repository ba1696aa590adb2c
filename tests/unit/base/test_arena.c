#include "unit.h"

#include <stdalign.h>

#include "base/arena.h"

static void gives_zeroed_aligned(void)
{
    struct toc_arena arena = {0};

    for (size_t size = 0; size < 3000; size += 7) {
        unsigned char *bytes = toc_arena_get(&arena, size);

        assert_int_equal((uintptr_t)bytes % alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++) {
            assert_int_equal(bytes[i], 0);
            bytes[i] = 0xFF;
        }
    }
    toc_arena_finish(&arena);
}

static void does_not_overlap(void)
{
    struct toc_arena arena = {0};
    uint32_t *numbers[5000];

    for (uint32_t i = 0; i < 5000; i++) {
        numbers[i] = toc_arena_array(&arena, i % 9 + 1, sizeof(uint32_t));
        numbers[i][0] = i;
        numbers[i][i % 9] = i;
    }
    for (uint32_t i = 0; i < 5000; i++) {
        assert_int_equal(numbers[i][0], i);
        assert_int_equal(numbers[i][i % 9], i);
    }
    toc_arena_finish(&arena);
}

static void reuses_blocks(void)
{
    struct toc_arena arena = {0};
    void *first = toc_arena_get(&arena, 100), *big = toc_arena_get(&arena, 100000);

    memset(big, 1, 100000);
    toc_arena_reset(&arena);
    assert_ptr_equal(toc_arena_get(&arena, 100), first);
    assert_ptr_equal(toc_arena_get(&arena, 100000), big);
    assert_int_equal(((unsigned char *)big)[99999], 0);
    toc_arena_finish(&arena);
}

static void larger_after_reset(void)
{
    struct toc_arena arena = {0};
    unsigned char *big;

    (void)toc_arena_get(&arena, 10);
    (void)toc_arena_get(&arena, 5000); /* A second block, too small for what comes. */
    toc_arena_reset(&arena);
    (void)toc_arena_get(&arena, 10);
    big = toc_arena_get(&arena, 3 << 20);
    memset(big, 1, 3 << 20);
    (void)toc_arena_get(&arena, 5000);
    toc_arena_finish(&arena);
}

static void copies_text(void)
{
    struct toc_arena arena = {0};
    struct toc_str copy = toc_arena_str(&arena, TOC_STR("camp"));
    struct toc_str empty = toc_arena_str(&arena, (struct toc_str){0});

    assert_string_equal(copy.data, "camp");
    assert_string_equal(empty.data, "");
    assert_int_equal(empty.size, 0);
    toc_arena_finish(&arena);
    toc_arena_finish(&arena); /* Finished is zeroed. */
}

static const struct arena_case {
    const char *name;
    void (*check)(void);
} cases[] = {
    {"what it gives is zeroed and aligned", gives_zeroed_aligned},
    {"what it gives does not overlap", does_not_overlap},
    {"after a reset the same blocks serve again, zeroed", reuses_blocks},
    {"something larger than any block kept gets one of its own", larger_after_reset},
    {"a text copied ends in NUL", copies_text},
};

static void holds(void **state)
{
    ((const struct arena_case *)*state)->check();
}

UNIT_TABLE("base/arena", cases, holds)
