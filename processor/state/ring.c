#include "state/ring.h"

#include "base/assert.h"
#include "base/mem.h"

void toc_ring_finish(struct toc_ring *ring, struct toc_kept_pool *pool)
{
    while (ring->first < ring->end) {
        toc_ring_drop(ring, pool);
    }
    toc_mem_free(ring->items);
    *ring = (struct toc_ring){0};
}

static void grow(struct toc_ring *ring)
{
    size_t room = ring->room == 0 ? 4 : ring->room * 2;
    struct toc_entry *items = toc_mem_array(room, sizeof *items);

    for (uint64_t seq = ring->first; seq < ring->end; seq++) {
        items[seq & (room - 1)] = *toc_ring_get(ring, seq);
    }
    toc_mem_free(ring->items);
    ring->items = items;
    ring->room = room;
}

static bool is_before(const struct toc_entry *a, const struct toc_entry *b)
{
    if (a->at_ms != b->at_ms) {
        return a->at_ms < b->at_ms;
    }
    int order = a->kept == b->kept ? 0 : toc_kept_compare(a->kept, b->kept);
    return order != 0 ? order < 0 : a->alias < b->alias;
}

uint64_t toc_ring_add(struct toc_ring *ring, const struct toc_entry *entry)
{
    if (ring->end - ring->first == ring->room) {
        grow(ring);
    }
    uint64_t seq = ring->end++;
    while (seq > ring->first && is_before(entry, toc_ring_get(ring, seq - 1))) {
        *toc_ring_get(ring, seq) = *toc_ring_get(ring, seq - 1);
        seq--;
    }
    *toc_ring_get(ring, seq) = *entry;
    return seq;
}

void toc_ring_remove(struct toc_ring *ring, uint64_t seq, struct toc_kept_pool *pool)
{
    toc_assert(seq >= ring->first && seq < ring->end);
    toc_kept_release(pool, toc_ring_get(ring, seq)->kept);
    for (; seq + 1 < ring->end; seq++) {
        *toc_ring_get(ring, seq) = *toc_ring_get(ring, seq + 1);
    }
    ring->end--;
}

void toc_ring_drop(struct toc_ring *ring, struct toc_kept_pool *pool)
{
    toc_assert(ring->first < ring->end);
    toc_kept_release(pool, toc_ring_get(ring, ring->first)->kept);
    ring->first++;
}

uint64_t toc_ring_seek(const struct toc_ring *ring, int64_t at_ms)
{
    uint64_t low = ring->first, high = ring->end;

    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (toc_ring_get(ring, middle)->at_ms < at_ms) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}
