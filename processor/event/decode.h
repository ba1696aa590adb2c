/* event/decode.h - bytes in, events or a reason out.
 *
 * A record is accepted exactly if it is valid I-JSON (RFC 7493; what that means is in decode_json.h
 * and decode_names.h) of its declared type within the limits below: CloudEvents 1.0, or
 * `format: json` with a mapping (decode_mapping.h). simdjson behind.
 *
 * CloudEvents (spec 1.0.2, its JSON format, its Kafka binding): a `content-type` header that begins
 * with application/cloudevents, or no ce_specversion header, is structured mode (the value is the
 * envelope with `data` in it); else binary mode (attributes in ce_* headers, names without regard
 * to case, values taken as they are: that binding, unlike the one for HTTP, has no
 * percent-encoding; the value is `data`). specversion is "1.0"; id, source and type are compulsory
 * and not empty; subject, time and datacontenttype (JSON, if given) are not; the extension `mode`
 * (actual, exercise, test) stands above the input's. data is an object; none or null has no fields;
 * data_base64 is refused. Attributes and members of data that nobody knows are ignored, as is an
 * attribute that is null. What a field's value may look like is in decode_value.h.
 *
 * A wrong or missing required field refuses the record; a wrong optional one is dropped, counted
 * and told by on_dropped. A time missing, unreadable, or more than clamp_ms ahead of the record's
 * Kafka timestamp becomes that timestamp (is_time_corrected); a file record without a time is
 * refused, as a file has no clock.
 *
 * event.content is a hash of type, mode, subject, the time as given and the typed fields: it does
 * not see white space, escapes, the order of members, members nobody knows, nor a corrected time.
 * Threads: one owner each. Memory: some 20 MiB of address space, touched only as far as records are
 * large; after warm-up nothing from the heap. */
#pragma once
#include "event/catalogue.h"
#include "event/decode_refusal.h"
#include "event/event.h"
#include <tocsin/status.h>

#ifdef __cplusplus
extern "C" {
#endif

struct toc_header {
    struct toc_str name, value;
};

struct toc_record {
    struct toc_str bytes;
    bool is_padded; /* TOC_RECORD_PADDING more bytes behind them can be read: saves a copy. */
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
    /* A wrong optional field of @event, which is whole but for it, was dropped. May be NULL. */
    void (*on_dropped)(const struct toc_event *event, const struct toc_field *field, void *context);
    void *context;
};

struct toc_decoder;
struct toc_decoder *toc_decoder_create(const struct toc_decoder_options *options);
void toc_decoder_destroy(struct toc_decoder *decoder);

/* Decode one record. TOC_OK: *out_events (borrowed until the next call, as are @record's bytes and
 * headers by them) holds *out_count events: one, or those of a mapped array, which may be empty.
 * TOC_E_REFUSED: *out_reason says why, and @out_detail (may be NULL; cleared first) the particulars
 * (which field, what was found), at most 200 bytes of valid UTF-8. */
TOC_MUST_CHECK enum toc_status toc_decoder_decode(struct toc_decoder *decoder,
                                                  const struct toc_record *record,
                                                  const struct toc_event **out_events,
                                                  size_t *out_count, enum toc_refusal *out_reason,
                                                  struct toc_text *out_detail);

/* How many elements of the last record's array were refused while others were taken: that record
 * belongs both to the engine and to the dead letters. Then, with TOC_OK, *out_reason and
 * @out_detail tell of the first. 0 for CloudEvents: there it is all or nothing. */
size_t toc_decoder_refused_parts(const struct toc_decoder *decoder);

/* What event.identity is: also for those who make events without a decoder. @id and @source have at
 * most TOC_ID_SIZE bytes each. */
struct toc_hash128 toc_decoder_identity(struct toc_str source, struct toc_str id);

#ifdef __cplusplus
}
#endif
