/* event/decode_value.h - a JSON value as the typed value of a field.
 *
 *   bool     true, false
 *   integer  a whole number within int64, written 5 or 5.0 or 5e0 (a double only up to 2^53)
 *   number   any number
 *   text     a text; of a closed list: one of its values in any spelling, given in the catalogue's
 *   time     a text, RFC 3339
 *   place    {"lat": -90..90, "lon": -180..180, "error_m" or "ce": >= 0, optional; "alt_m" or "hae":
 *            metres above the ellipsoid, optional; other members are ignored}, or an MGRS text
 *   list     an array of texts; of a closed list: as for text
 * null is missing. A number outside the field's range, a text outside its list, an error below 0
 * are wrong. A wrong height is left out and the place stands without it: TOC_FIT_PARTLY.
 * Memory: texts are borrowed from the document or the catalogue, lists live in the arena.
 * Threads: one owner. */
#pragma once
#include "base/arena.h"
#include "event/decode_names.h"

#ifdef __cplusplus
extern "C" {
#endif

enum toc_fit {
    TOC_FIT_OK,
    TOC_FIT_PARTLY, /* All right but for the height of a place, which is left out. */
    TOC_FIT_MISSING,
    TOC_FIT_WRONG,   /* The out_value is untouched. */
    TOC_FIT_REFUSED, /* The document is: walk->reason says why. */
};

/* What reading values needs besides the field; one for each decoder. */
struct toc_reader {
    struct toc_walk walk;
    struct toc_names *place; /* Of the members of a place. */
    struct toc_arena *arena; /* For lists; reset by its owner. */
    char minute[16];         /* "2026-11-21T10:00", the minute read last, */
    int64_t minute_ms;       /* and when it began; TOC_INSTANT_NONE before the first. */
};
void toc_reader_init(struct toc_reader *reader, struct toc_arena *arena);
void toc_reader_finish(struct toc_reader *reader); /* A zeroed reader may be finished. */

/* toc_instant_parse, faster for the form "2026-11-21T10:00:00.000Z". */
bool toc_reader_time(struct toc_reader *reader, struct toc_str text, int64_t *out_ms);

/* A field, and its closed list folded (same order; NULL if it has none). */
struct toc_column {
    const struct toc_field *field;
    struct toc_str *folded;
};
struct toc_column toc_column_of(const struct toc_field *field, struct toc_arena *arena);

/* The value at @at of the document in @reader->walk, nested @depth deep, as one of @column. */
enum toc_fit toc_reader_value(struct toc_reader *reader, const struct toc_column *column,
                              uint32_t at, unsigned depth, struct toc_value *out_value);
/* The same from a text or a number that came another way (a code table, a unit, a constant). */
enum toc_fit toc_reader_text(struct toc_reader *reader, const struct toc_column *column,
                             struct toc_str text, struct toc_value *out_value);
enum toc_fit toc_reader_number(const struct toc_column *column, double number,
                               struct toc_value *out_value);
/* The value that the text @constant, written by a person, stands for: as toc_reader_text, and for
 * bool, integer, number what toc_number_parse reads; a list has it as its only item. */
bool toc_column_constant(const struct toc_column *column, struct toc_str constant,
                         struct toc_arena *arena, struct toc_value *out_value);
/* A point within the ranges above. */
bool toc_point_is_valid(const struct toc_point *point);

#ifdef __cplusplus
}
#endif
