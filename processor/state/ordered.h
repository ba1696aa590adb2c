/* state/ordered.h - numbers in order, while some come and some go: which one stands at rank r?
 *
 * A balanced tree that knows its parts' sizes (an AA tree: A. Andersson, "Balanced search trees
 * made simple", 1993). Adding, removing and asking cost O(log n) of the different values. Nodes lie
 * in one array and are used again, so copying is one memcpy and, once warm, nothing comes from the
 * heap. Memory: 32 bytes a different value. Recursion: at most 2 log2(n + 1), below 70. */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct toc_ordered_node {
    int64_t value;
    uint32_t left, right; /* Index; 0 = none. */
    uint32_t level, count;
    uint32_t size; /* Values in this part, each as often as it is there. */
};

struct toc_ordered {
    struct toc_ordered_node *nodes; /* [0] is "none". */
    size_t room, used;
    uint32_t root, free; /* `free`: nodes to use again, linked by `left`. */
};

void toc_ordered_finish(struct toc_ordered *ordered);
void toc_ordered_add(struct toc_ordered *ordered, int64_t value);
/* Take out one @value, which must be there. */
void toc_ordered_remove(struct toc_ordered *ordered, int64_t value);
/* How many there are. */
static inline uint32_t toc_ordered_size(const struct toc_ordered *ordered)
{
    return ordered->root != 0 ? ordered->nodes[ordered->root].size : 0;
}
/* The value at @rank in rising order, from 1 to toc_ordered_size. */
int64_t toc_ordered_at(const struct toc_ordered *ordered, uint32_t rank);
/* Make @to equal to @from, in the room it has if that fits. */
void toc_ordered_copy(struct toc_ordered *to, const struct toc_ordered *from);
