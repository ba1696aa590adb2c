/* event/catalogue.h - which event types there are and what their fields mean.
 * Read from the YAML files of rules/types/. From it come the decoder's checks, the rule checker's
 * "did you mean", the JSON Schema.
 *
 * One type a document, `---` between documents:
 *
 *   type: detection.indirect_fire # compulsory: letters, digits, '.', '_', '-', at most 128
 *   title: Rocket or mortar fire  # one line for people
 *   description: A radar saw it.
 *   location: impact              # the usual one; default: the place field, if there is just one
 *   place: { .. }                 # its events say where something is: event/mover.h
 *   fields:
 *     munition:                   # a letter or '_', then letters, digits, '_', at most 64
 *       type: text                # compulsory: text, number, integer, bool, time, place, list
 *       values: [rocket, mortar]  # of a text or list: closed list, compared without case
 *       description: What it was.
 *     confidence:
 *       type: number              # `integer` takes whole numbers only
 *       range: [0, 1]             # of a number or integer: least and most, both allowed
 *       unit: ratio               # of a number or integer: for people
 *       required: true            # default false; an event without it is refused
 *     impact: { type: place }
 *     weapons: { type: list }     # of texts
 *
 * Memory: one arena, freed whole by toc_catalogue_destroy. Immutable once the rules are loaded. */
#pragma once
#include "base/diag.h"
#include "event/mover.h"
#include "event/slot.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    TOC_TYPES_MOST = 1024,
    TOC_FIELDS_MOST = TOC_SLOT_PART, /* Of a type. */
    TOC_VALUES_MOST = 256,           /* In a closed list. */
    TOC_TYPE_SIZE = 128,             /* Bytes of a type's name, */
    TOC_FIELD_SIZE = 64,             /* of a field's name, */
    TOC_VALUE_SIZE = 256,            /* of a value in a closed list. */
};

struct toc_field {
    struct toc_str name;
    enum toc_value_kind kind; /* INTEGER accepts whole numbers only, NUMBER any. */
    bool is_required;
    bool has_range;
    double least, most;           /* Of a number, integer. */
    const struct toc_str *values; /* Closed list of a text or list, as written; NULL = open. */
    const struct toc_str *folded_values; /* The same, folded: see toc_field_value. */
    size_t value_count;
    struct toc_str unit; /* "m", "s", "m/s", ... or empty. */
    struct toc_str description;
    struct toc_str place_kind; /* Its values name places of this kind; empty: they name none. */
    /* Of a place: what each part of it is like, numbers called "location.lat" and so on, by enum
     * toc_place_part less one. Made by the catalogue; NULL of other fields. */
    const struct toc_field *parts;
};

struct toc_type {
    struct toc_str name; /* "detection.indirect_fire" */
    struct toc_str title, description;
    struct toc_field *fields;
    size_t field_count;
    int location;           /* Index of the field that is its usual location, or -1. */
    struct toc_mover mover; /* The places that move it tells of. */
    uint32_t *index;        /* Hash table of field names: see toc_type_field. */
    size_t index_size;
    bool is_alert; /* Alerts of one rule: see toc_catalogue_add_alerts. */
};

struct toc_catalogue;

/* Load every *.yaml of @directory (sorted by name; at least one type). False: errors were added to
 * @diag, *out is NULL. */
bool toc_catalogue_load(const char *directory, struct toc_diag *diag, struct toc_catalogue **out);
/* The same from one text, for tests: @path is what diagnostics say. */
bool toc_catalogue_parse(const char *path, struct toc_str text, struct toc_diag *diag,
                         struct toc_catalogue **out);
void toc_catalogue_destroy(struct toc_catalogue *catalogue);

/* Declared types; alerts come behind them and are not counted. */
size_t toc_catalogue_count(const struct toc_catalogue *catalogue);
const struct toc_type *toc_catalogue_type(const struct toc_catalogue *catalogue, size_t index);
/* Alerts as events: the fields of one rule's alerts as one more type, which no record can be of and
 * no pattern covers. @fields are copied but for their texts, which outlive the catalogue. Returns
 * its index; toc_catalogue_all counts it. */
int toc_catalogue_add_alerts(struct toc_catalogue *catalogue, struct toc_str name,
                             const struct toc_field *fields, size_t field_count, int location);
size_t toc_catalogue_all(const struct toc_catalogue *catalogue);
/* Index of the type, alerts too ("alert RULE"), or -1. */
int toc_catalogue_find_any(const struct toc_catalogue *catalogue, struct toc_str name);
/* Index of the type, or -1. */
int toc_catalogue_find(const struct toc_catalogue *catalogue, struct toc_str name);
/* Does @pattern ("detection.*", "*" or a whole name) cover @name? '*' only at the end. */
bool toc_catalogue_covers(struct toc_str pattern, struct toc_str name);
/* By type: is it covered by one of @patterns? Owned by the caller. */
bool *toc_catalogue_covered(const struct toc_catalogue *catalogue, const struct toc_str *patterns,
                            size_t count);
/* Is it a type of what the machine notices of itself ("tocsin.input")? */
bool toc_type_is_own(struct toc_str name);
/* Do events of some type say where places of @kind (folded) are? The first such type, or NULL. */
const struct toc_type *toc_catalogue_mover(const struct toc_catalogue *catalogue,
                                           struct toc_str kind);
/* Index of the field, or -1. */
int toc_type_field(const struct toc_type *type, struct toc_str name);
/* Index in the closed list of @field of @text, compared without case, or -1 (also of an open list).
 * No heap. */
int toc_field_value(const struct toc_field *field, struct toc_str text);
/* What the type of a field is called in type files: "text", "number", ...; static. */
const char *toc_value_kind_text(enum toc_value_kind kind);

#ifdef __cplusplus
}
#endif
