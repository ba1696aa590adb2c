/* event/event.h - what was reported, decoded and typed.
 * An event borrows everything from its decoder: it is good until the decoder's next call. What must
 * stay is copied into state by the engine. */
#pragma once
#include "base/hash.h"
#include "base/instant.h"
#include "event/slot.h"

enum toc_mode { TOC_MODE_ACTUAL, TOC_MODE_EXERCISE, TOC_MODE_TEST, TOC_MODE_COUNT };

/* Where a record stands: the Kafka coordinates, or file and line number. */
struct toc_origin {
    struct toc_str topic;
    int32_t partition;
    int64_t offset;
    int64_t stored_ms; /* Kafka timestamp of the record, or TOC_INSTANT_NONE (file). */
};

struct toc_event {
    int64_t at_ms; /* Event time, after correction. */
    int type;      /* Index into the catalogue. */
    enum toc_mode mode;
    bool is_time_corrected; /* Its own time was missing, unreadable or too far ahead. */
    struct toc_str id, source, subject, type_name; /* subject may be empty. */
    struct toc_str sort;         /* Takes the id's place in the order of events; empty: the id. */
    struct toc_hash128 identity; /* Of source and id. */
    uint64_t content; /* Hash of all the rest: same identity, other content = conflict. */
    const struct toc_value *fields; /* One per field of the type, in its order. */
    size_t field_count;
    struct toc_origin origin;
};

#ifdef __cplusplus
extern "C" {
#endif
/* The value in @slot (a field, a part of a place, of the envelope); kind NONE if absent. */
struct toc_value toc_event_value(const struct toc_event *event, int slot);
/* "actual", "exercise", "test": static. */
const char *toc_mode_text(enum toc_mode mode);
bool toc_mode_parse(struct toc_str text, enum toc_mode *out);
#ifdef __cplusplus
}
#endif
