/* match/life.h - from raw stretches to episodes: expire_after, for, keep_firing_for.
 *
 *   raw       ____------------______------____        the rule holds for the key
 *   held      ________--------________________        `for` has passed
 *   episode   ________------------------______        keep_firing_for bridges, then it ends
 *
 * rules/README.md, "From raw to episodes". */
#pragma once
#include "state/episode.h"

struct toc_entry;
struct toc_line;
struct toc_match;
struct toc_match_state;

struct toc_life {
    bool is_raw;     /* The rule holds and its evidence is not too old. */
    bool is_held;    /* .. for long enough: the episode is on. */
    bool is_spent;   /* Held until expire_after; waits for newer evidence. */
    int64_t raw_ms;  /* Since when raw. */
    int64_t last_ms; /* Newest evidence while raw. */
    int64_t off_ms;  /* Not held any more, the episode ends then, kept on included. */
    enum toc_ending off_ending;
    uint64_t episode;      /* The episode that is on (or kept on), or 0. */
    uint64_t raw_seq;      /* Evidence of this stretch begins here. */
    uint64_t evidence_seq; /* Evidence of this episode is collected up to here. */
    int32_t place;         /* latest: which place, or -1. */
};

/* At @at_ms the rule holds (@is_raw) or does not. @last_ms: its newest evidence, or NONE. @seq:
 * where evidence of a stretch that begins now lies first. @ending: what ends one that ends now. */
void toc_life_set(const struct toc_match *match, struct toc_match_state *state,
                  struct toc_life *life, int64_t at_ms, bool is_raw, int64_t last_ms, uint64_t seq,
                  enum toc_ending ending);
/* Move on to @at_ms: after toc_life_set of that ms. */
void toc_life_step(const struct toc_match *match, struct toc_match_state *state,
                   struct toc_life *life, int64_t at_ms);
/* At @at_ms @line, which is tied as @as says, ends what is on. True if it ended an episode. */
bool toc_life_line(struct toc_match_state *state, struct toc_life *life, int64_t at_ms,
                   const struct toc_entry *line, const struct toc_line *as);
/* The next change by time alone, or NEVER. */
int64_t toc_life_next(const struct toc_match *match, const struct toc_life *life);
/* The episode that is on, or NULL. */
struct toc_episode *toc_life_episode(const struct toc_match_state *state,
                                     const struct toc_life *life);
