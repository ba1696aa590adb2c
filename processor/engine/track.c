#include "engine/track.h"

#include "base/assert.h"
#include "base/instant.h"
#include "base/mem.h"
#include "event/place.h"

enum { SWEPT = 8 }; /* Places looked at for what can be forgotten, each time. */

void toc_tracks_init(struct toc_tracks *tracks, struct toc_str kind, struct toc_kept_pool *pool)
{
    *tracks = (struct toc_tracks){.kind = kind, .pool = pool};
}

static void drop_first(struct toc_tracks *tracks, struct toc_track *track)
{
    toc_kept_release(tracks->pool, track->items[track->first++].kept);
    tracks->positions--;
    if (track->first == track->end) {
        track->first = track->end = 0;
    }
}

static void destroy(struct toc_tracks *tracks, struct toc_track *track)
{
    while (track->first < track->end) {
        drop_first(tracks, track);
    }
    toc_table_remove(&tracks->by_name, track->hash, track);
    toc_mem_free(track->items);
    toc_mem_free(track);
}

void toc_tracks_finish(struct toc_tracks *tracks)
{
    for (size_t i = 0; i < tracks->count; i++) {
        destroy(tracks, tracks->items[i]);
    }
    toc_table_finish(&tracks->by_name);
    toc_mem_free(tracks->items);
    *tracks = (struct toc_tracks){0};
}

static uint64_t hash_of(enum toc_mode mode, struct toc_str id)
{
    return toc_hash64(id.data, id.size, (uint64_t)mode);
}

struct toc_track *toc_tracks_find(const struct toc_tracks *tracks, enum toc_mode mode,
                                  struct toc_str id)
{
    struct toc_track *track;
    size_t at = 0;

    while ((track = toc_table_next(&tracks->by_name, hash_of(mode, id), &at)) != NULL) {
        if (track->mode == mode && toc_str_equal(track->id, id)) {
            return track;
        }
    }
    return NULL;
}

struct toc_track *toc_tracks_get(struct toc_tracks *tracks, enum toc_mode mode, struct toc_str id,
                                 struct toc_str label)
{
    struct toc_track *track = toc_tracks_find(tracks, mode, id);

    if (track != NULL || tracks->count == TOC_TRACKS_MOST) {
        return track;
    }
    char *texts = toc_mem_get(sizeof *track + id.size + label.size);
    track = (struct toc_track *)(void *)texts;
    texts += sizeof *track;
    memcpy(texts, id.data, id.size);
    memcpy(texts + id.size, label.data, label.size);
    *track = (struct toc_track){
        .mode = mode,
        .id = {.data = texts, .size = id.size},
        .label = {.data = texts + id.size, .size = label.size},
        .hash = hash_of(mode, id),
    };
    toc_table_add(&tracks->by_name, track->hash, track);
    if (tracks->count == tracks->room) {
        tracks->room = tracks->room * 2 + 16;
        tracks->items = toc_mem_resize(tracks->items, tracks->room, sizeof(struct toc_track *));
    }
    return tracks->items[tracks->count++] = track;
}

/* The first position behind those up to @at_ms. */
static size_t seek(const struct toc_track *track, int64_t at_ms)
{
    size_t low = track->first, high = track->end;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (track->items[middle].kept->at_ms <= at_ms) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Where @position belongs. */
static size_t place_of(const struct toc_track *track, const struct toc_fix *position)
{
    size_t at = seek(track, position->kept->at_ms);

    while (at > track->first && toc_kept_compare(position->kept, track->items[at - 1].kept) < 0) {
        at--;
    }
    return at;
}

static void make_room(struct toc_track *track)
{
    if (track->first > 0 && track->first >= track->end / 2) {
        memmove(track->items, &track->items[track->first],
                (track->end - track->first) * sizeof *track->items);
        track->end -= track->first;
        track->first = 0;
    } else if (track->end == track->room) {
        track->room = track->room * 2 + 4;
        track->items = toc_mem_resize(track->items, track->room, sizeof *track->items);
    }
}

bool toc_tracks_add(struct toc_tracks *tracks, struct toc_track *track,
                    const struct toc_fix *position)
{
    bool is_full = tracks->positions >= TOC_POSITIONS_MOST;

    if (is_full && track->first < track->end) {
        drop_first(tracks, track);
    }
    if (track->end == track->room) {
        make_room(track);
    }
    size_t at = place_of(track, position);
    memmove(&track->items[at + 1], &track->items[at], (track->end - at) * sizeof *track->items);
    track->items[at] = *position;
    track->end++;
    tracks->positions++;
    return !is_full;
}

int64_t toc_track_until_ms(const struct toc_track *track, const struct toc_fix *position)
{
    size_t at = place_of(track, position);
    int64_t until_ms = position->kept->at_ms + position->keep_ms;

    if (at < track->end && track->items[at].kept->at_ms <= until_ms) {
        until_ms = track->items[at].kept->at_ms - 1;
    }
    return until_ms;
}

/* True: nothing is left of it. */
static bool forget(struct toc_tracks *tracks, struct toc_track *track, int64_t horizon_ms)
{
    while (track->first < track->end) {
        const struct toc_fix *oldest = &track->items[track->first];
        bool is_passed = track->end - track->first > 1 && oldest[1].kept->at_ms <= horizon_ms;
        if (!is_passed && oldest->kept->at_ms + oldest->keep_ms >= horizon_ms) {
            return false;
        }
        drop_first(tracks, track);
    }
    return true;
}

void toc_tracks_forget(struct toc_tracks *tracks, int64_t horizon_ms, bool is_all)
{
    size_t left = is_all || tracks->count < SWEPT ? tracks->count : SWEPT;

    if (horizon_ms == TOC_INSTANT_NONE) {
        return;
    }
    for (; left > 0; left--) {
        tracks->swept = tracks->swept < tracks->count ? tracks->swept : 0;
        struct toc_track *track = tracks->items[tracks->swept];
        if (forget(tracks, track, horizon_ms)) {
            destroy(tracks, track);
            tracks->items[tracks->swept] = tracks->items[--tracks->count];
        } else {
            tracks->swept++;
        }
    }
}

const struct toc_fix *toc_track_at(const struct toc_track *track, int64_t at_ms)
{
    size_t behind = seek(track, at_ms);

    if (behind == track->first) {
        return NULL;
    }
    const struct toc_fix *newest = &track->items[behind - 1];
    return at_ms - newest->kept->at_ms <= newest->keep_ms ? newest : NULL;
}

bool toc_fix_is_near(const struct toc_fix *position, int64_t at_ms, struct toc_point point,
                     int64_t limit_mm)
{
    if (position == NULL) {
        return false;
    }
    int64_t reach_mm = limit_mm + toc_places_error_mm(point) +
                       toc_places_error_mm(position->point) +
                       toc_mover_reach_mm(position->speed_mm_h, at_ms - position->kept->at_ms);
    return toc_geo_is_within(position->point, point, reach_mm);
}
