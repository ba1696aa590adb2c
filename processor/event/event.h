/* event/event.h - what was reported, decoded and typed.
 * An event borrows everything from its decoder: it is good until the decoder's next call. What must
 * stay is copied into state by the engine. */
#pragma once
#include "base/hash.h"
#include "base/instant.h"
#include "event/value.h"

enum toc_mode { TOC_MODE_ACTUAL, TOC_MODE_EXERCISE, TOC_MODE_TEST, TOC_MODE_COUNT };

/* Where a record stands: the Kafka coordinates, or file and line number. */
struct toc_origin {
    struct toc_str topic;
    int32_t partition;
    int64_t offset;
    int64_t stored_ms; /* Kafka timestamp of the record, or TOC_INSTANT_NONE (file). */
};

/* Fields of the envelope, usable in rules like any other: slots below zero. */
enum toc_slot {
    TOC_SLOT_NONE = -1,
    TOC_SLOT_ID = -2,
    TOC_SLOT_SOURCE = -3,
    TOC_SLOT_TYPE = -4,
    TOC_SLOT_TIME = -5,
    TOC_SLOT_SUBJECT = -6,
    TOC_SLOT_MODE = -7,
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

/* The slot called @name for events of a type (@type_field = toc_type_field() of it, or -1):
 * envelope names (id source type time subject mode) come after declared fields. */
#ifdef __cplusplus
extern "C" {
#endif
/* Slot of an envelope field called @name, or TOC_SLOT_NONE. */
int toc_event_envelope_slot(struct toc_str name);
/* The value in @slot (a field index or an envelope slot); kind NONE if absent. */
struct toc_value toc_event_value(const struct toc_event *event, int slot);
/* "actual", "exercise", "test": static. */
const char *toc_mode_text(enum toc_mode mode);
bool toc_mode_parse(struct toc_str text, enum toc_mode *out);
#ifdef __cplusplus
}
#endif
