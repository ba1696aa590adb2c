/* match/tally.h - what a window adds up to, and whether that is enough.
 *
 * Events are added as they come and taken out as they go; one of each costs the same whatever the
 * window holds: constant time, O(log n) of a percentile. rules/README.md, "Windowed kinds", "More
 * windowed kinds". Memory: see struct toc_tally. Threads: one owner. */
#pragma once
#include "match/trend.h"
#include "match/weighing.h"
#include "state/distinct.h"
#include "state/ordered.h"

struct toc_match;
struct toc_match_state;

struct toc_tally { /* What only some kinds need. */
    struct toc_distinct fields[TOC_RULE_MIN_DISTINCT];
    uint64_t of, to;            /* ratio */
    struct toc_ordered ordered; /* percentile */
    struct toc_weighing weighing;
    struct toc_trend trend;
};

/* Does a rule of this kind need one? */
bool toc_tally_is_needed(const struct toc_rule *rule);
void toc_tally_finish(struct toc_tally *tally); /* NULL does nothing. */
void toc_tally_copy(struct toc_tally *to, const struct toc_tally *from);

/* The counted entry at @seq comes, goes. */
void toc_tally_add(const struct toc_match *match, struct toc_match_state *state, uint64_t seq);
void toc_tally_remove(const struct toc_match *match, struct toc_match_state *state, uint64_t seq);
/* Does what there is compare as the rule asks? */
bool toc_tally_holds(const struct toc_match *match, const struct toc_match_state *state);
/* any_kinds: how many of the kinds there are. */
int64_t toc_tally_kinds(const struct toc_rule *rule, const struct toc_match_state *state);
/* What was compared, in millionths, for texts; a mean or ratio rounded. False: nothing to tell. */
bool toc_tally_value(const struct toc_match *match, const struct toc_match_state *state,
                     int64_t *out);
