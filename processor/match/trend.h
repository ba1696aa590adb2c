/* match/trend.h - how many there are against how many there usually are.
 *
 * rules/README.md, "More windowed kinds". The window W(m) slides with time, and so does each window
 * of its baseline: an event goes through each of them once. So every edge of a window is a position
 * in the key's ring that only ever moves on, and each window has its number of events.
 * Cost: a step looks at the edges (two a window; at most 2,000) and moves those that are due; an
 * event moves each edge once, whatever the baseline holds. A value costs O(windows): of `robust_z`
 * from numbers that are kept in order (a change by one never moves more than one of them). Where
 * too few events are in W(m) for the rule to hold, nobody waits for the edges.
 * A line of `clear_when` counts anew: O(events of the baseline).
 * Memory: 48 bytes a window. Threads: one owner. */
#pragma once
#include "match/weighing.h"

struct toc_match;
struct toc_match_state;

struct toc_trend {
    size_t windows;    /* 0 = nothing made yet. */
    uint64_t *at;      /* [2i]: first seq not yet in window i + 1; [2i + 1]: first not yet out. */
    int64_t *due;      /* When that edge moves on; NEVER while no event waits. */
    int64_t *counts;   /* Events in window i + 1. */
    int64_t *in_order; /* robust_z: counts of the valid windows, rising. */
    size_t valid;      /* Windows 1 .. valid begin at or after the begin of the stream. */
    int64_t total;     /* Events in those. */
    size_t busy;       /* Those that have any. */
    int64_t moved_ms;  /* Up to here all edges are where they belong. */
};

void toc_trend_finish(struct toc_trend *trend);
void toc_trend_copy(struct toc_trend *to, const struct toc_trend *from);
/* Move the edges on to @at_ms; state->next says what has been taken in. */
void toc_trend_move(const struct toc_match *match, struct toc_match_state *state, int64_t at_ms);
/* The same, all counted anew: some events count no more. */
void toc_trend_recount(const struct toc_match *match, struct toc_match_state *state, int64_t at_ms);
/* The next ms at which the baseline changes and the rule could hold, or NEVER. */
int64_t toc_trend_next(const struct toc_match *match, const struct toc_match_state *state);
/* The first seq that a window still wants. */
uint64_t toc_trend_first(const struct toc_match *match, const struct toc_match_state *state);
/* What is compared at moved_ms, in 10^-9 (half away from zero). False: nothing holds. */
bool toc_trend_value(const struct toc_match *match, const struct toc_match_state *state,
                     toc_int128 *out);
