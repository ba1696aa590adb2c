/* state/episode.h - a stretch of time in which a rule holds, with its evidence.
 * What matchers derive and alerts are told of. Evidence is ordered by (time, source, id), the
 * first TOC_EVIDENCE_MOST are kept, all are counted. Holds references on kept events. */
#pragma once
#include "state/kept.h"

enum {
    TOC_EVIDENCE_MOST = 100,
    TOC_EPISODE_ALIASES = 16,
    TOC_EPISODE_LEVELS = 64, /* What it began with, and the newest changes, decided or not. */
};

enum toc_ending {
    TOC_ENDING_NONE,        /* Still on. */
    TOC_ENDING_LINE,        /* clear_when */
    TOC_ENDING_SAID,        /* The newest event says so. */
    TOC_ENDING_ANSWER,      /* absence: what was expected came. */
    TOC_ENDING_WINDOW,      /* Nothing says it any more. */
    TOC_ENDING_EXPIRED,     /* expire_after */
    TOC_ENDING_LATE,        /* An ending event older than accept_late. */
    TOC_ENDING_ALL_CLEAR,   /* What was told, not what is true: people said that it is over, */
    TOC_ENDING_FALSE_ALARM, /* or that it never was. In truth a line ends it. */
    TOC_ENDING_RULE,        /* No rule in force holds it any more. */
};

struct toc_evidence {
    struct toc_kept *kept;
    int64_t since_ms; /* From this ms on it is evidence. */
    uint8_t alias;
    uint16_t aliases; /* All it qualified for: bits. */
    struct toc_position position;
};

/* How bad it is from this ms on: enum toc_level, greater is worse. */
struct toc_level_since {
    int64_t since_ms;
    uint8_t level;
};

struct toc_alert;

struct toc_episode {
    uint64_t id; /* Within its key's state; grows. */
    int64_t begin_ms;
    int64_t end_ms; /* TOC_INSTANT_NEVER while nothing known ends it. */
    enum toc_ending ending;
    int64_t first_ms, last_ms; /* Of the evidence; TOC_INSTANT_NONE without. */
    int64_t renewed_ms;        /* absence: the newest missed deadline, for expire_after; NONE. */
    struct toc_hash128 anchor; /* once_per onset, each event: the event it stands for. */
    bool is_anchored;
    bool is_late;     /* Rests on an event older than accept_late. */
    bool is_closed;   /* Nothing more joins it. */
    int64_t line_ms;  /* The first line that touches it after its window ran out; NONE. */
    bool is_withheld; /* Over, and told as if it were not: see toc_episodes_copy. */
    int32_t place;    /* latest: the place its key ends with; else -1. */
    int64_t value;    /* What was compared, millionths; sums and the like. */
    bool has_value;
    int64_t alive_ms; /* Clusters: the first ms without a living clique. */
    /* The level it began with, then each change by rising time; empty where a rule has but one. */
    struct toc_level_since levels[TOC_EPISODE_LEVELS];
    size_t level_count;
    uint64_t leveled;  /* What the last level was judged by. */
    bool is_unleveled; /* Evidence came in before its last level: to be found anew. */
    int64_t due_ms;    /* absence with warn_at: when a deadline itself passed; NEVER. */
    uint64_t count;
    uint64_t digest; /* Of the set of evidence: two that differ, differ here. */
    struct toc_evidence *evidence;
    size_t evidence_count, evidence_room;
    struct toc_evidence newest[TOC_EPISODE_ALIASES]; /* Newest evidence by alias, for texts. */
    struct toc_alert *alert;                         /* What was told of it, or NULL. Not copied. */
    /* For the rules above: */
    struct toc_hash128 origin;    /* Clusters: the event that made it. */
    struct toc_position position; /* Of the newest evidence it had at its begin that says where. */
    bool is_placed;               /* Its begin is over: that stays. */
    struct toc_kept *located;     /* Which evidence that is, until it is placed; or NULL. */
    bool is_merged; /* It went into another at merged_ms; no episode of its own any more. */
    int64_t merged_ms;
};

/* From when on nothing of it matters any more. */
static inline int64_t toc_episode_over_ms(const struct toc_episode *episode)
{
    return episode->is_merged ? episode->merged_ms : episode->end_ms;
}

struct toc_episodes {
    struct toc_episode *items;
    size_t count, room;
    uint64_t next_id;
};

void toc_episodes_finish(struct toc_episodes *list, struct toc_kept_pool *pool);
/* Make @to equal to @from (alert links excepted). But what @to withholds and what ended up to
 * @keep_ms, so that nobody will derive it again, stays, without an id. */
void toc_episodes_copy(struct toc_episodes *to, const struct toc_episodes *from, int64_t keep_ms,
                       struct toc_kept_pool *pool);
/* A new one at the end; borrowed until the next add or remove. */
struct toc_episode *toc_episodes_add(struct toc_episodes *list, int64_t begin_ms);
struct toc_episode *toc_episodes_find(const struct toc_episodes *list, uint64_t id); /* Or NULL. */
void toc_episodes_remove(struct toc_episodes *list, size_t index, struct toc_kept_pool *pool);
/* Add evidence in its order; a kept event that is there already is not counted again. */
void toc_episode_add(struct toc_episode *episode, const struct toc_evidence *evidence,
                     struct toc_kept_pool *pool);
/* It is known to be there, though it may not be kept: only the newest and the place can change. */
void toc_episode_see(struct toc_episode *episode, const struct toc_evidence *evidence,
                     struct toc_kept_pool *pool);
/* It begins at @begin_ms, whatever was thought of before: its levels with it. */
void toc_episode_begin(struct toc_episode *episode, int64_t begin_ms);
/* From @since_ms on, no earlier than the last change, it stands at @level. */
void toc_episode_level(struct toc_episode *episode, int64_t since_ms, uint8_t level);
/* Its begin is over: where it is stays. */
void toc_episode_place(struct toc_episode *episode, struct toc_kept_pool *pool);
/* What @kept adds to the digest of an episode. */
static inline uint64_t toc_episode_digest_of(const struct toc_kept *kept)
{
    return kept->identity.low ^ kept->identity.high << 1;
}
/* Is the event of this identity among the evidence that is kept? */
bool toc_episode_has(const struct toc_episode *episode, struct toc_hash128 identity);
/* Move all evidence of @from into @into. @from keeps none. */
void toc_episode_join(struct toc_episode *into, struct toc_episode *from,
                      struct toc_kept_pool *pool);
