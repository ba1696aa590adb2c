/* event/decode_draft.h - an event being put together, whatever format it comes in.
 * A format (the CloudEvents envelope, a mapping) fills a draft and its fields; toc_draft_finish
 * makes the event of it: time, identity and content are decided in that one place. */
#pragma once
#include "event/decode.h"
#include "event/decode_value.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What reads an event type: its columns, in the order of its fields, and its names. */
struct toc_plan {
    const struct toc_type *type;
    struct toc_column *columns;
    struct toc_names *names;
};

enum { TOC_DETAIL_SIZE = 200 };

struct toc_draft {
    struct toc_str id, source, subject;
    enum toc_mode mode;
    int type;                 /* Index into the catalogue, and into plans. */
    int64_t own_ms;           /* The time it gives itself, or TOC_INSTANT_NONE. */
    struct toc_value *fields; /* One for each field of the type: fields[i].kind is set for all. */
    uint64_t dropped; /* Bit i: the field i was there and wrong (TOC_FIT_PARTLY: in part). */
};

/* Why a draft came to nothing: the reason, and what the sentence says of this record. */
struct toc_trouble {
    enum toc_refusal reason;
    struct toc_text *detail; /* May be NULL. */
};
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
/* Note @reason and append the words, always false. Text from the record goes in by toc_trouble_name
 * only, as it may hold anything. */
bool toc_trouble_set(struct toc_trouble *trouble, enum toc_refusal reason, const char *format, ...);
/* toc_trouble_set with @name between quotes behind @words; cut to fit. */
bool toc_trouble_name(struct toc_trouble *trouble, enum toc_refusal reason, const char *words,
                      struct toc_str name);
/* The reason why a walk failed. */
bool toc_trouble_walk(struct toc_trouble *trouble, const struct toc_walk *walk);

/* Take what reading the field @index gave: false if it refuses the draft. */
bool toc_draft_field(struct toc_draft *draft, const struct toc_plan *plan, size_t index,
                     enum toc_fit fit, const struct toc_walk *walk, struct toc_trouble *trouble);

/* Make *out_event of @draft and @origin. */
bool toc_draft_finish(const struct toc_draft *draft, const struct toc_plan *plan,
                      const struct toc_origin *origin, int64_t clamp_ms,
                      struct toc_event *out_event, struct toc_trouble *trouble);

#ifdef __cplusplus
}
#endif
