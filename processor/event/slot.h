/* event/slot.h - where a field of an event lies: a declared field at its index, a field of the
 * envelope below zero. Rules name both alike; a declared field of the same name comes first. A part
 * of a place ("location.alt_m") is named like a field: its slot is that of the place +
 * TOC_SLOT_PART * the part. */
#pragma once
#include "event/value.h"

#ifdef __cplusplus
extern "C" {
#endif

enum toc_slot {
    TOC_SLOT_NONE = -1,
    TOC_SLOT_ID = -2,
    TOC_SLOT_SOURCE = -3,
    TOC_SLOT_TYPE = -4,
    TOC_SLOT_TIME = -5,
    TOC_SLOT_SUBJECT = -6,
    TOC_SLOT_MODE = -7,
};

enum toc_place_part { TOC_PART_LAT = 1, TOC_PART_LON, TOC_PART_ERROR, TOC_PART_ALT, TOC_PART_END };
enum { TOC_SLOT_PART = 64 }; /* A type has no more fields than that. */

struct toc_envelope_field {
    struct toc_str name;
    int slot;
    enum toc_value_kind kind;
};
enum { TOC_ENVELOPE_FIELDS = 6 };
extern const struct toc_envelope_field toc_envelope[TOC_ENVELOPE_FIELDS];

/* Slot of an envelope field called @name, or TOC_SLOT_NONE. */
int toc_envelope_slot(struct toc_str name);

struct toc_type;
struct toc_field;
/* The slot called @name of events of @type, or TOC_SLOT_NONE. */
int toc_type_slot(const struct toc_type *type, struct toc_str name);
/* The field in @slot; of a part of a place a description with its whole name; NULL: none. */
const struct toc_field *toc_type_slot_field(const struct toc_type *type, int slot);
/* What lies in @slot of @type, and what it is called; of what no event carries (the place or the
 * milestone of a key): text, and "". */
enum toc_value_kind toc_type_slot_kind(const struct toc_type *type, int slot);
struct toc_str toc_type_slot_name(const struct toc_type *type, int slot);

#ifdef __cplusplus
}
#endif
