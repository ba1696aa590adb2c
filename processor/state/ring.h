/* state/ring.h - the events one key still needs, in order of (time, source, id).
 *
 * Entries have running numbers (`seq`) that never change while nothing is put in before them, so
 * a state can remember positions. Adding at the end is constant time; putting a late one in its
 * place moves the entries behind it. Memory: one array of a power of two, doubled when full,
 * halved never: it is freed with its key. Holds a reference on each kept event. */
#pragma once
#include "state/kept.h"

enum {
    TOC_ENTRY_PLACES = 6,
    TOC_ENTRY_DISTINCT = 4,
    TOC_ALIAS_PEOPLE = 255, /* A line that people draw (all_clear, false_alarm): no event's. */
};

/* Marks of an entry, one set for each of a matcher's two states. */
enum toc_mark_bit {
    TOC_MARK_DONE = 1,     /* An onset that completed. */
    TOC_MARK_CUT = 2,      /* A line of clear_when touches it: it counts no more. */
    TOC_MARK_EVIDENCE = 4, /* Evidence of the episode that is on. */
    TOC_MARK_MISSED = 8,   /* A clock whose deadline has passed. */
    TOC_MARK_IN = 16,      /* A stretch that is in the window now. */
};

struct toc_entry {
    int64_t at_ms;  /* When it acts; mostly the event's time. */
    int64_t end_ms; /* Of a stretch: the first ms in which it is over; NEVER while it is open. */
    int64_t value;  /* Number in millionths, hash of a distinct value, start of a clock, or the
                      date up to which a line cuts: by role. */
    struct toc_kept *kept;
    struct toc_position position;
    union {
        uint32_t places[TOC_ENTRY_PLACES];         /* latest: places it met. */
        struct {                                   /* Windowed kinds. */
            int64_t weight;                        /* average: millionths. */
            uint64_t distinct[TOC_ENTRY_DISTINCT]; /* min_distinct: hash of each value; 0 = none. */
        };
    };
    uint8_t place_count;
    uint8_t alias;
    uint8_t marks[2];           /* enum toc_mark_bit; [0] settled state, [1] newest. */
    bool is_judged, is_meeting; /* latest. */
    bool is_late;               /* Older than accept_late: see rules/README.md. */
    /* A line of people that touches one alert only, by its evidence: the one that the event
     * kept->identity made true. */
    bool is_by_evidence;
    bool is_stretch; /* An alert: it counts from at_ms until end_ms. */
    bool is_shared;  /* .. for every key, whether or not it has anything else. */
};

struct toc_ring {
    struct toc_entry *items;
    size_t room;         /* A power of two, or 0. */
    uint64_t first, end; /* seqs: [first, end) */
};

void toc_ring_finish(struct toc_ring *ring, struct toc_kept_pool *pool);
static inline struct toc_entry *toc_ring_get(const struct toc_ring *ring, uint64_t seq)
{
    return &ring->items[seq & (ring->room - 1)];
}
/* Put @entry (its reference moves in) in its place; returns its seq. Entries behind move up. */
uint64_t toc_ring_add(struct toc_ring *ring, const struct toc_entry *entry);
/* Take the entry at @seq out; those behind move down. */
void toc_ring_remove(struct toc_ring *ring, uint64_t seq, struct toc_kept_pool *pool);
/* Forget the first entry. */
void toc_ring_drop(struct toc_ring *ring, struct toc_kept_pool *pool);
/* The first seq whose time is >= @at_ms (end if none). */
uint64_t toc_ring_seek(const struct toc_ring *ring, int64_t at_ms);
