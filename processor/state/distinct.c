#include "state/distinct.h"

#include <string.h>

#include "base/assert.h"
#include "base/mem.h"

void toc_distinct_finish(struct toc_distinct *distinct)
{
    toc_mem_free(distinct->slots);
    *distinct = (struct toc_distinct){0};
}

static struct toc_distinct_slot *find(const struct toc_distinct *distinct, uint64_t value)
{
    size_t at = value & (distinct->room - 1);

    while (distinct->slots[at].is_used && distinct->slots[at].value != value) {
        at = (at + 1) & (distinct->room - 1);
    }
    return &distinct->slots[at];
}

void toc_distinct_add(struct toc_distinct *distinct, uint64_t value)
{
    if ((distinct->used + 1) * 10 > distinct->room * 7) {
        struct toc_distinct old = *distinct;
        /* Values that left stand as zero until here; only those that are there move on. */
        distinct->room = 8;
        while (distinct->room < (distinct->count + 1) * 4) {
            distinct->room *= 2;
        }
        distinct->slots = toc_mem_array(distinct->room, sizeof *distinct->slots);
        distinct->used = distinct->count;
        for (size_t i = 0; i < old.room; i++) {
            if (old.slots[i].is_used && old.slots[i].count > 0) {
                *find(distinct, old.slots[i].value) = old.slots[i];
            }
        }
        toc_mem_free(old.slots);
    }
    struct toc_distinct_slot *slot = find(distinct, value);
    if (!slot->is_used) {
        *slot = (struct toc_distinct_slot){.value = value, .is_used = true};
        distinct->used++;
    }
    if (slot->count++ == 0) {
        distinct->count++;
    }
}

void toc_distinct_remove(struct toc_distinct *distinct, uint64_t value)
{
    toc_assert(distinct->room > 0);
    struct toc_distinct_slot *slot = find(distinct, value);

    toc_assert(slot->is_used && slot->count > 0);
    if (--slot->count == 0) {
        distinct->count--;
    }
}

void toc_distinct_copy(struct toc_distinct *to, const struct toc_distinct *from)
{
    struct toc_distinct_slot *slots = to->slots;

    if (to->room != from->room) {
        toc_mem_free(slots);
        slots = from->room > 0 ? toc_mem_array(from->room, sizeof *slots) : NULL;
    }
    if (from->room > 0) {
        memcpy(slots, from->slots, from->room * sizeof *slots);
    }
    *to = *from;
    to->slots = slots;
}
