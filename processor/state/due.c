#include "state/due.h"

#include <stdbool.h>

#include "base/mem.h"

void toc_due_finish(struct toc_due_heap *heap)
{
    toc_mem_free(heap->items);
    *heap = (struct toc_due_heap){0};
}

static bool is_before(const struct toc_due *a, const struct toc_due *b)
{
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

static void put(struct toc_due_heap *heap, size_t index, struct toc_due *due)
{
    heap->items[index] = due;
    due->place = index + 1;
}

static void sift(struct toc_due_heap *heap, size_t index)
{
    struct toc_due *due = heap->items[index];

    while (index > 0 && is_before(due, heap->items[(index - 1) / 2])) {
        put(heap, index, heap->items[(index - 1) / 2]);
        index = (index - 1) / 2;
    }
    for (;;) {
        size_t child = 2 * index + 1;
        if (child >= heap->count) {
            break;
        }
        if (child + 1 < heap->count && is_before(heap->items[child + 1], heap->items[child])) {
            child++;
        }
        if (!is_before(heap->items[child], due)) {
            break;
        }
        put(heap, index, heap->items[child]);
        index = child;
    }
    put(heap, index, due);
}

void toc_due_set(struct toc_due_heap *heap, struct toc_due *due, int64_t at_ms)
{
    if (due->place != 0 && due->at_ms == at_ms) {
        return;
    }
    due->at_ms = at_ms;
    if (due->place == 0) {
        if (heap->count == heap->room) {
            heap->room = heap->room == 0 ? 64 : heap->room * 2;
            heap->items = toc_mem_resize(heap->items, heap->room, sizeof *heap->items);
        }
        put(heap, heap->count++, due);
    }
    sift(heap, due->place - 1);
}

void toc_due_remove(struct toc_due_heap *heap, struct toc_due *due)
{
    if (due->place == 0) {
        return;
    }
    size_t index = due->place - 1;
    struct toc_due *last = heap->items[--heap->count];

    due->place = 0;
    if (last != due) {
        put(heap, index, last);
        sift(heap, index);
    }
}
