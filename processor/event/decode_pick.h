/* event/decode_pick.h - what a mapping says, once read: for decode_mapping.c, which reads it from
 * YAML, and decode_mapped.c, which follows it. */
#pragma once
#include "event/decode_draft.h"
#include "event/decode_mapping.h"

enum { TOC_PATH_MOST = 16 }; /* Steps of a path. */

struct toc_path {
    bool is_from_record;
    size_t count;
    const struct toc_str *steps;
};

enum toc_time_format { TOC_TIME_RFC3339, TOC_TIME_EPOCH_S, TOC_TIME_EPOCH_MS };

/* Where one part of an event comes from. */
struct toc_pick {
    enum { TOC_PICK_NONE, TOC_PICK_PATH, TOC_PICK_CONSTANT, TOC_PICK_POINT } kind;
    struct toc_path path;            /* PATH; the latitude of a POINT */
    struct toc_path lon, error, alt; /* POINT; no error, no height: count 0 */
    double alt_scale, alt_offset;
    struct toc_str constant;                /* CONSTANT */
    const struct toc_str *codes, *meanings; /* PATH; codes[i] stands for meanings[i]. */
    size_t code_count;                      /* 0: no table. */
    struct toc_str other; /* The meaning of all other codes; data NULL: they have none. */
    bool is_scaled;
    double scale, offset;
    enum toc_time_format format;
};

/* One field of one type. */
struct toc_entry {
    size_t field; /* Index in the type. */
    const struct toc_pick *pick;
    struct toc_value constant;        /* CONSTANT, and what `else` gives. */
    const struct toc_value *meanings; /* As the pick's, typed. */
    bool is_scaled;
    double scale, offset;
};

struct toc_mapped_type {
    bool is_made;
    size_t count;
    const struct toc_entry *entries;
};

struct toc_mapping {
    const struct toc_catalogue *catalogue;
    bool has_each;
    struct toc_path each;
    struct toc_pick type, source, id, time, subject, mode;
    const struct toc_mapped_type *types; /* One for each type of the catalogue. */
};

struct toc_mapped_events {
    struct toc_event *events; /* In the reader's arena. */
    uint64_t *dropped;        /* One for each: as in the draft. */
    size_t count;
    size_t refused; /* Elements that came to nothing; the trouble is that of the first. */
};

/* Make the events of the document in @reader->walk. False: the record as a whole is refused. */
bool toc_mapping_apply(const struct toc_mapping *mapping, struct toc_reader *reader,
                       const struct toc_plan plans[], const struct toc_record *record,
                       enum toc_mode mode, int64_t clamp_ms, struct toc_mapped_events *out_events,
                       struct toc_trouble *trouble);
