/* state/due.h - what is due next: an indexed binary heap of instants.
 * The node lies in the thing that waits, so a thing is moved or taken out in O(log n).
 * Equal instants come in order of `order`, so that two runs agree. */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct toc_due {
    int64_t at_ms;
    uint64_t order; /* Set once by the owner; unique. */
    size_t place;   /* 0 = not waiting; else its index in the heap + 1. */
};

struct toc_due_heap {
    struct toc_due **items;
    size_t count, room;
};

void toc_due_finish(struct toc_due_heap *heap);
/* Wait until @at_ms, whether it waited before or not. */
void toc_due_set(struct toc_due_heap *heap, struct toc_due *due, int64_t at_ms);
/* Wait no more; nothing if it does not wait. */
void toc_due_remove(struct toc_due_heap *heap, struct toc_due *due);
/* The earliest, or NULL. */
static inline struct toc_due *toc_due_first(const struct toc_due_heap *heap)
{
    return heap->count > 0 ? heap->items[0] : NULL;
}
