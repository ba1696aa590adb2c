/* state/distinct.h - how many different values there are, while some come and some go.
 * Values are 64-bit hashes, counted in an open table. Adding and removing cost constant time.
 * Memory: 16 bytes a slot, at most 70 % full, halved when values left; none while empty. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct toc_distinct_slot {
    uint64_t value;
    uint32_t count;
    bool is_used;
};

struct toc_distinct {
    struct toc_distinct_slot *slots;
    size_t room, used; /* Slots taken, those of values that left included. */
    size_t count;      /* Different values now. */
};

void toc_distinct_finish(struct toc_distinct *distinct);
void toc_distinct_add(struct toc_distinct *distinct, uint64_t value);
/* Take out one @value, which must be there. */
void toc_distinct_remove(struct toc_distinct *distinct, uint64_t value);
/* Make @to equal to @from, in the room it has if that fits. */
void toc_distinct_copy(struct toc_distinct *to, const struct toc_distinct *from);
