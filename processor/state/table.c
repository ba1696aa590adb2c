#include "state/table.h"

#include "base/assert.h"
#include "base/mem.h"

void toc_table_finish(struct toc_table *table)
{
    toc_mem_free(table->slots);
    *table = (struct toc_table){0};
}

void *toc_table_next(const struct toc_table *table, uint64_t hash, size_t *at)
{
    if (table->room == 0) {
        return NULL;
    }
    for (;;) {
        const struct toc_table_slot *slot = &table->slots[(hash + *at) & (table->room - 1)];
        ++*at;
        if (slot->item == NULL) {
            return NULL;
        }
        if (slot->hash == hash) {
            return slot->item;
        }
    }
}

static void put(struct toc_table *table, uint64_t hash, void *item)
{
    size_t at = hash & (table->room - 1);

    while (table->slots[at].item != NULL) {
        at = (at + 1) & (table->room - 1);
    }
    table->slots[at] = (struct toc_table_slot){.hash = hash, .item = item};
}

void toc_table_add(struct toc_table *table, uint64_t hash, void *item)
{
    if ((table->count + 1) * 10 > table->room * 7) {
        struct toc_table old = *table;
        table->room = old.room == 0 ? 16 : old.room * 2;
        table->slots = toc_mem_array(table->room, sizeof *table->slots);
        for (size_t i = 0; i < old.room; i++) {
            if (old.slots[i].item != NULL) {
                put(table, old.slots[i].hash, old.slots[i].item);
            }
        }
        toc_mem_free(old.slots);
    }
    put(table, hash, item);
    table->count++;
}

void toc_table_remove(struct toc_table *table, uint64_t hash, const void *item)
{
    toc_assert(table->room > 0);
    size_t mask = table->room - 1;
    size_t at = hash & mask;

    while (table->slots[at].item != item) {
        toc_assert(table->slots[at].item != NULL);
        at = (at + 1) & mask;
    }
    /* Close the gap: pull back what probing had pushed past it (Knuth vol. 3, 6.4, algorithm R). */
    for (size_t next = (at + 1) & mask; table->slots[next].item != NULL; next = (next + 1) & mask) {
        size_t home = table->slots[next].hash & mask;
        if (((next - home) & mask) >= ((next - at) & mask)) {
            table->slots[at] = table->slots[next];
            at = next;
        }
    }
    table->slots[at] = (struct toc_table_slot){0};
    table->count--;
}
