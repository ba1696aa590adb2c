/* match/weighing.h - an average in which an event counts less the older it is, or as its weight
 * says.
 *
 * sum(d w x) / sum(d w), d = 2^((t - m) / H). As d falls alike for all, only the differences of
 * the times count, and the value changes only when an event comes or goes.
 *   - Sums are never subtracted from: what leaves a window could be a million times what stays.
 *     The window is cut in two: of the newer part one sum is kept, of the older part one from each
 *     event to its end, made anew when the older part is used up (the queue of two stacks). So an
 *     event costs constant time, amortized, and each sum has only ever been added to.
 *   - d is 2^k times a factor of [1, 2): scaling by powers of two is exact, and a sum holds its k,
 *     so no window is too long for its half-life.
 *   - Sums are of (x - threshold), exact as whole numbers: what stands at the threshold gives 0.
 *   - Additions are compensated (A. Neumaier 1974). The relative error of each sum of n terms of
 *     one sign stays below 10 * 2^-53, far below the 10^-9 that is compared.
 * Memory: 24 bytes an event of the older part. Threads: one owner. */
#pragma once
#include "rule/rule.h"
#include "state/ring.h"

__extension__ typedef __int128 toc_int128; /* Sums of millionths cannot overflow it. */

struct toc_weighing_sum {
    int64_t exponent;
    double number, weight; /* Times 2^exponent. weight 0 = of nothing. */
};

struct toc_weighing {
    struct toc_weighing_sum newer;
    double number_rest, weight_rest; /* Of `newer`: what its additions lost. */
    struct toc_weighing_sum *older;  /* [i]: from seq first + i to middle. */
    size_t older_room;
    uint64_t first, middle; /* seqs; `newer` is of middle and what follows. */
    bool is_spoilt;         /* An event within it counts no more: to be made anew. */
};

struct toc_match;
struct toc_match_state;

void toc_weighing_finish(struct toc_weighing *weighing);
void toc_weighing_copy(struct toc_weighing *to, const struct toc_weighing *from);
/* The newest event of the window is @entry. */
void toc_weighing_add(const struct toc_match *match, struct toc_weighing *weighing,
                      const struct toc_entry *entry);
/* How far the average of the window lies from match->threshold, in 10^-9, the average rounded half
 * away from zero. False: nothing in it has any weight. */
bool toc_weighing_above(const struct toc_match *match, const struct toc_match_state *state,
                        struct toc_weighing *weighing, toc_int128 *out_above);
