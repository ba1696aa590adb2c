/* engine/track.h - where the places of one kind that move were, and when.
 *
 * A place is known by mode and folded name; its positions lie in order of (time, source, id), so
 * that what is found is a function of their set. At an instant it stands where its newest position
 * up to then says, if that is not older than its type's `keep` (event/mover.h): a disc of the
 * position's circular error and of the way it may have come since. Positions that no event from the
 * horizon on can ask for are forgotten as others come.
 * Memory: bounded, see below; positions are kept events, from the pool. Threads: one owner. */
#pragma once
#include "event/catalogue.h"
#include "state/kept.h"
#include "state/table.h"

enum {
    TOC_TRACKS_MOST = 10000,      /* Places of a kind, all modes together. */
    TOC_POSITIONS_MOST = 1000000, /* Of all of them. */
};

struct toc_fix {           /* A position. */
    struct toc_kept *kept; /* When, and its order among those of that time. */
    struct toc_point point;
    int64_t speed_mm_h, keep_ms; /* As its type said when it came. */
};

struct toc_track { /* One place. */
    enum toc_mode mode;
    struct toc_str id, label; /* Folded, and as first written; owned. */
    uint64_t hash;
    struct toc_fix *items;
    size_t first, end, room; /* [first, end) of items. */
};

struct toc_tracks {
    struct toc_str kind; /* Borrowed. */
    struct toc_table by_name;
    struct toc_track **items; /* In no order that matters. */
    size_t count, room, positions;
    size_t swept; /* The next to look at for what can be forgotten. */
    struct toc_kept_pool *pool;
};

void toc_tracks_init(struct toc_tracks *tracks, struct toc_str kind, struct toc_kept_pool *pool);
void toc_tracks_finish(struct toc_tracks *tracks);

/* The place called @id (folded) in @mode, or NULL. */
struct toc_track *toc_tracks_find(const struct toc_tracks *tracks, enum toc_mode mode,
                                  struct toc_str id);
/* .. taken up if it is new. NULL: there are as many as can be. */
struct toc_track *toc_tracks_get(struct toc_tracks *tracks, enum toc_mode mode, struct toc_str id,
                                 struct toc_str label);

/* Put @position (its reference moves in) in its place. False: the oldest of the place gave way. */
bool toc_tracks_add(struct toc_tracks *tracks, struct toc_track *track,
                    const struct toc_fix *position);
/* Until when @position, not yet added, will be the newest: the last ms at which it says where the
 * place is; before its own time if it never is. */
int64_t toc_track_until_ms(const struct toc_track *track, const struct toc_fix *position);
/* No event before @horizon_ms asks any more: forget what only those could ask for, of a few places
 * or (@is_all) of all. TOC_INSTANT_NONE: not known. */
void toc_tracks_forget(struct toc_tracks *tracks, int64_t horizon_ms, bool is_all);

/* Where it is said to be at @at_ms: the newest position up to then, or NULL: not known, too old. */
const struct toc_fix *toc_track_at(const struct toc_track *track, int64_t at_ms);
/* Is the disc that @position (may be NULL) says for @at_ms within @limit_mm of @point, whose
 * circular error is taken off? */
bool toc_fix_is_near(const struct toc_fix *position, int64_t at_ms, struct toc_point point,
                     int64_t limit_mm);
