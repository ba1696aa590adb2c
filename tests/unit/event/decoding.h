/* decoding.h - a small catalogue and one call that decodes, for the decoder's tests. */
#pragma once
#include "base/instant.h"
#include "base/mem.h"
#include "event/decode.h"
#include "event/decode_mapping.h"

/* Kafka says that records were stored at this instant, 2026-11-21T10:00:00Z. */
#define STORED_MS INT64_C(1795255200000)

static const char catalogue_text[] =
    "type: a.open\n"
    "title: Anything goes\n"
    "---\n"
    "type: a.hit\n"
    "title: One of each kind\n"
    "location: impact\n"
    "fields:\n"
    "  impact: { type: place, required: true }\n"
    "  munition: { type: text, values: [rocket, mortar, 155 mm, \"Drohne\"] }\n"
    "  confidence: { type: number, range: [0, 1] }\n"
    "  rounds: { type: integer, range: [0, 100] }\n"
    "  serial: { type: integer }\n"
    "  is_confirmed: { type: bool }\n"
    "  seen_at: { type: time }\n"
    "  note: { type: text }\n"
    "  means: { type: list, values: [radar, eyes] }\n"
    "  altitude: { type: number, unit: m }\n"
    "  speed: { type: number, unit: m/s }\n"
    "  warmth: { type: number, unit: degC }\n"
    "---\n"
    "type: a.need\n"
    "title: Two that are required\n"
    "fields:\n"
    "  case: { type: text, required: true }\n"
    "  level: { type: integer, required: true, range: [1, 3] }\n";

enum {
    IMPACT,
    MUNITION,
    CONFIDENCE,
    ROUNDS,
    SERIAL,
    IS_CONFIRMED,
    SEEN_AT,
    NOTE,
    MEANS,
    ALTITUDE,
    SPEED,
    WARMTH
};

struct decoding {
    struct toc_diag *diag;
    struct toc_catalogue *catalogue;
    struct toc_decoder *decoder;
    struct toc_text detail;
    const struct toc_event *events;
    size_t count;
    enum toc_refusal reason;
    char dropped[256]; /* Names told by on_dropped, each with a space behind. */
};

static inline void on_dropped(const struct toc_event *event, const struct toc_field *field,
                              void *context)
{
    struct decoding *d = context;
    size_t used = strlen(d->dropped);

    assert_true(event->id.size > 0); /* It is whole by now. */
    (void)snprintf(d->dropped + used, sizeof d->dropped - used, "%.*s ", (int)field->name.size,
                   field->name.data);
}

static inline void decoding_begin(struct decoding *d, const struct toc_mapping *mapping,
                                  struct toc_catalogue *catalogue)
{
    *d = (struct decoding){.diag = toc_diag_create(), .catalogue = catalogue};
    if (catalogue == NULL) {
        struct toc_text errors = {0};

        if (!toc_catalogue_parse("types.yaml", toc_str_of(catalogue_text), d->diag,
                                 &d->catalogue)) {
            toc_diag_print(d->diag, false, &errors);
            print_error("%s", errors.data);
            fail();
        }
    }
    d->decoder = toc_decoder_create(&(struct toc_decoder_options){
        .catalogue = d->catalogue,
        .mode = TOC_MODE_ACTUAL,
        .clamp_ms = 5000,
        .mapping = mapping,
        .on_dropped = on_dropped,
        .context = d,
    });
}

static inline void decoding_end(struct decoding *d)
{
    toc_decoder_destroy(d->decoder);
    toc_catalogue_destroy(d->catalogue);
    toc_diag_destroy(d->diag);
    toc_text_finish(&d->detail);
}

/* Decode @bytes, copied to the end of a block of its own so that a read beyond it is seen. */
static inline bool decoding_take(struct decoding *d, struct toc_str bytes,
                                 const struct toc_header *headers, size_t header_count,
                                 int64_t stored_ms)
{
    char *copy = toc_mem_get(bytes.size);
    struct toc_record record = {
        .bytes = {copy, bytes.size},
        .origin = {.topic = TOC_STR("radar"), .partition = 3, .offset = 77, .stored_ms = stored_ms},
        .headers = headers,
        .header_count = header_count,
    };

    if (bytes.size > 0) {
        memcpy(copy, bytes.data, bytes.size);
    }
    d->dropped[0] = '\0';
    bool is_taken = toc_decoder_decode(d->decoder, &record, &d->events, &d->count, &d->reason,
                                       &d->detail) == TOC_OK;
    toc_mem_free(copy); /* Nothing is borrowed from it: it was not padded. */
    assert_true(d->detail.size <= 200);
    return is_taken;
}
