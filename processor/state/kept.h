/* state/kept.h - what stays of an event once the decoder moves on.
 *
 * One copy serves every rule and key that counts the event: it is shared, counted by references.
 * It holds the envelope, the origin and those fields that some rule's texts quote (the wish list
 * of its type). Memory: from a pool of size classes, so that after warm-up keeping an event takes
 * nothing from the heap. Threads: one owner of the pool and all it gave. */
#pragma once
#include "event/event.h"
#include "state/incident.h"

enum { TOC_KEPT_CLASS = 64, TOC_KEPT_CLASSES = 32 }; /* Blocks of 64, 128, .. 2,048 bytes. */

struct toc_kept {
    uint32_t refs;
    uint32_t size_bytes;
    int64_t at_ms; /* Event time. */
    struct toc_hash128 identity;
    int type;
    enum toc_mode mode;
    bool is_time_corrected, is_late;
    int32_t partition;
    int64_t offset;
    struct toc_str topic, type_name; /* Borrowed from the engine, which interns them. */
    struct toc_str id, source;
    struct toc_str sort; /* What orders it among those of one time and source: mostly the id. */
    struct toc_incident *incident; /* It is evidence of; NULL: of none told. A reference. */
    const int *slots; /* Which fields were kept: borrowed wish list, field_count of them. */
    size_t field_count;
    struct toc_value fields[]; /* Texts lie behind. */
};

struct toc_wish { /* The slots to keep of one event type. Borrowed. */
    const int *slots;
    size_t count;
};

struct toc_kept_pool {
    void *free[TOC_KEPT_CLASSES];
    void *blocks;
    size_t used_bytes, room_bytes;      /* Of the newest block. */
    uint64_t kept;                      /* Events kept now. */
    struct toc_incident_pool incidents; /* Of those kept, and of alerts. */
};

void toc_kept_pool_finish(struct toc_kept_pool *pool);

/* A copy of @event with one reference. @topic and @type_name outlive it. */
struct toc_kept *toc_kept_create(struct toc_kept_pool *pool, const struct toc_event *event,
                                 struct toc_wish wish, struct toc_str topic,
                                 struct toc_str type_name);
static inline struct toc_kept *toc_kept_share(struct toc_kept *kept)
{
    kept->refs++;
    return kept;
}
void toc_kept_release(struct toc_kept_pool *pool, struct toc_kept *kept);

/* Field in @slot, or NULL if it was not kept or is missing. */
const struct toc_value *toc_kept_field(const struct toc_kept *kept, int slot);

/* An alert goes by another name now: @id, of as many bytes as the old one. */
void toc_kept_rename(struct toc_kept *kept, struct toc_str id);

/* Order of evidence: time, source, id. <0, 0, >0. */
int toc_kept_compare(const struct toc_kept *a, const struct toc_kept *b);
