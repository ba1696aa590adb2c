/* state/table.h - things found by a hash: open addressing, linear probing, tombstone-free.
 * Holds pointers; the caller compares keys, as two keys may share a hash. Memory: 16 bytes a slot,
 * at most 70 % full. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct toc_table_slot {
    uint64_t hash;
    void *item; /* NULL = free. */
};
struct toc_table {
    struct toc_table_slot *slots;
    size_t room, count; /* room is a power of two, or 0. */
};

void toc_table_finish(struct toc_table *table);
/* Walk the items under @hash: start with *at = 0; NULL at the end. */
void *toc_table_next(const struct toc_table *table, uint64_t hash, size_t *at);
void toc_table_add(struct toc_table *table, uint64_t hash, void *item);
/* Take @item, which must be there, out. */
void toc_table_remove(struct toc_table *table, uint64_t hash, const void *item);
