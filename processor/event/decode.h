/* event/decode.h - bytes in, events or a reason out.
 *
 * A record is accepted exactly if it is valid I-JSON (RFC 7493) of its declared type within the
 * limits below. CloudEvents 1.0: structured mode (JSON with the envelope), binary mode (ce_* headers,
 * data in the value), or `format: json` with a mapping (decode_mapping.h). simdjson behind.
 * A wrong or missing required field refuses the record; a wrong optional one is dropped, counted
 * and told by on_dropped. A time missing, unreadable, or more than clamp_ms ahead of the record's
 * Kafka timestamp becomes that timestamp (is_time_corrected); a file record without a time is
 * refused, as a file has no clock.
 * Threads: one owner each. Memory: bounded by TOC_RECORD_SIZE; nothing from the heap after warm-up. */
#pragma once
#include "event/catalogue.h"
#include "event/event.h"
#include <tocsin/status.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    TOC_RECORD_SIZE = 1 << 20, /* Bytes of a record. */
    TOC_RECORD_DEPTH = 32,     /* Nested arrays and objects. */
    TOC_ID_SIZE = 256,         /* Bytes of id, source, subject, type each. */
    TOC_BATCH_MOST = 4096,     /* Events in one record (mapped arrays). */
};

/* Why a record was refused: one code a cause; the text is stable, for headers and counters. */
enum toc_refusal {
#define TOC_REFUSAL(name, text, words) TOC_REFUSAL_##name,
#include "event/refusal.def"
#undef TOC_REFUSAL
    TOC_REFUSAL_COUNT
};
const char *toc_refusal_text(enum toc_refusal reason);  /* "not_json" */
const char *toc_refusal_words(enum toc_refusal reason); /* A sentence. */

struct toc_header {
    struct toc_str name, value;
};

struct toc_record {
    struct toc_str bytes; /* TOC_RECORD_PADDING more readable bytes are NOT required behind. */
    struct toc_origin origin;
    const struct toc_header *headers; /* NULL from a file. */
    size_t header_count;
};

struct toc_mapping; /* decode_mapping.h: a `format: json` input's mapping. */

struct toc_decoder_options {
    const struct toc_catalogue *catalogue; /* Borrowed. */
    enum toc_mode mode;                    /* What an event without a mode of its own gets. */
    int64_t clamp_ms;                      /* How far ahead of its Kafka timestamp a time may be. */
    const struct toc_mapping *mapping;     /* Borrowed; NULL = CloudEvents. */
    /* A wrong optional field was dropped. May be NULL. */
    void (*on_dropped)(const struct toc_event *event, const struct toc_field *field, void *context);
    void *context;
};

struct toc_decoder;
struct toc_decoder *toc_decoder_create(const struct toc_decoder_options *options);
void toc_decoder_destroy(struct toc_decoder *decoder);

/* Decode one record. TOC_OK: *out_events (borrowed until the next call) holds *out_count >= 1
 * events. TOC_E_REFUSED: *out_reason says why, and @out_detail (may be NULL; cleared first) the
 * particulars (which field, what was found), at most 200 bytes. */
TOC_MUST_CHECK enum toc_status toc_decoder_decode(struct toc_decoder *decoder,
                                                  const struct toc_record *record,
                                                  const struct toc_event **out_events,
                                                  size_t *out_count,
                                                  enum toc_refusal *out_reason,
                                                  struct toc_text *out_detail);

#ifdef __cplusplus
}
#endif
