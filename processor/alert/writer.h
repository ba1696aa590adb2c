/* alert/writer.h - what the parts of an alert record share while it is written.
 * Members are appended straight to the caller's text, in one pass. Not for others: alert.h is. */
#pragma once
#include "alert/alert.h"

struct toc_writer {
    struct toc_text *out;
    const struct toc_record_content *content;
    const struct toc_telling *telling;
    /* The newest evidence; the newest that says where, and how high; or NULL. */
    const struct toc_evidence *newest, *located, *high;
    int place;       /* Index, or -1. */
    int moving_part; /* The part of the key that names a place that moves, or -1. */
};

/* writer.c: members of an object. A comma comes before all but the first. */
void toc_writer_name(struct toc_text *out, const char *name);
void toc_writer_text(struct toc_text *out, const char *name, struct toc_str text);
/* Nothing if @text is empty. */
void toc_writer_text_if(struct toc_text *out, const char *name, struct toc_str text);
/* Nothing if @at_ms is no time. */
void toc_writer_instant(struct toc_text *out, const char *name, int64_t at_ms);
/* Nothing without items. */
void toc_writer_list(struct toc_text *out, const char *name, const struct toc_str *items,
                     size_t count);
/* Millionths as a decimal number, without needless zeros. */
void toc_writer_millionths(struct toc_text *out, int64_t value);
/* Field @name of a kept event, envelope included; NULL: not there. */
const struct toc_value *toc_writer_field(const struct toc_writer *writer,
                                         const struct toc_kept *kept, struct toc_str name,
                                         struct toc_value *room);
/* The label of part @index of the key; of `latest` the place is the episode's own. */
struct toc_str toc_writer_key_label(const struct toc_writer *writer, size_t index);

/* wording.c: what is said in words. */
/* Sayable on a radio: three letters of where, and four characters of the id without those that
 * are mistaken for others (Crockford's base 32). */
void toc_wording_ref(const struct toc_writer *writer);
/* Which clause holds, with values and thresholds. */
void toc_wording_explanation(const struct toc_writer *writer);
/* Members `brief` and `summary` in the words of @wording, as far as it gives them. */
void toc_wording_texts(struct toc_writer *writer, const struct toc_wording *wording);

/* whereabouts.c: where and, of what is announced, when. */
void toc_whereabouts_location(const struct toc_writer *writer);
void toc_whereabouts_place(const struct toc_writer *writer);
/* When a round that is announced hits: newest evidence with a field `eta` in seconds. */
void toc_whereabouts_impact(const struct toc_writer *writer);
