/* fuzz_decode - can any bytes crash the decoder, or make it say two things of one record?
 * The first byte chooses what the record is: structured, binary (headers from its first line), or
 * mapped JSON. Each record is decoded twice by one decoder, with and without padding: what it
 * learnt from the first may not change the second. */
#include <stdint.h>
#include <stdlib.h>

#include "base/assert.h"
#include "base/instant.h"
#include "base/mem.h"
#include "event/decode.h"
#include "event/decode_mapping.h"

enum { HEADERS = 6 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char types[] = "type: a.open\ntitle: Anything\n"
                            "---\n"
                            "type: a.hit\ntitle: Each kind\nlocation: impact\nfields:\n"
                            "  impact: { type: place, required: true }\n"
                            "  munition: { type: text, values: [rocket, mortar] }\n"
                            "  confidence: { type: number, range: [0, 1] }\n"
                            "  rounds: { type: integer }\n"
                            "  is_confirmed: { type: bool }\n"
                            "  seen_at: { type: time }\n"
                            "  note: { type: text }\n"
                            "  means: { type: list, values: [radar, eyes] }\n"
                            "  altitude: { type: number, unit: m }\n";

static const char mapping_text[] = "each: d\n"
                                   "type: { path: k, codes: { 1: a.hit }, else: a.open }\n"
                                   "source: { value: /s }\n"
                                   "id: $.id\n"
                                   "time: { path: t, format: epoch_s }\n"
                                   "subject: s\n"
                                   "mode: { path: m, codes: { true: exercise, false: actual } }\n"
                                   "fields:\n"
                                   "  impact: { lat: p.0, lon: p.1, error_m: p.2 }\n"
                                   "  munition: { path: w, codes: { R: rocket }, else: mortar }\n"
                                   "  confidence: { path: c, scale: 0.01 }\n"
                                   "  rounds: r\n"
                                   "  is_confirmed: ok\n"
                                   "  seen_at: { path: at, format: epoch_ms }\n"
                                   "  note: n\n"
                                   "  means: by\n"
                                   "  altitude: { path: alt, unit: ft }\n";

static struct toc_catalogue *catalogue;
static struct toc_decoder *cloudevents, *mapped;
static struct toc_text detail;

static void begin(void)
{
    static struct toc_arena arena;
    struct toc_diag *diag = toc_diag_create();
    struct toc_mapping *mapping;
    struct toc_yaml *node;

    toc_assert(toc_catalogue_parse("types", toc_str_of(types), diag, &catalogue));
    toc_assert(toc_yaml_parse(toc_str_of(mapping_text),
                              toc_diag_add_file(diag, "mapping", toc_str_of(mapping_text)), &arena,
                              diag, &node));
    toc_assert(toc_mapping_parse(node, catalogue, &arena, diag, &mapping));
    struct toc_decoder_options options = {.catalogue = catalogue, .clamp_ms = 5000};

    cloudevents = toc_decoder_create(&options);
    options.mapping = mapping;
    mapped = toc_decoder_create(&options);
    toc_diag_destroy(diag);
}

/* Headers out of the first line, "name=value" between '|'; returns the rest. */
static struct toc_str split(struct toc_str text, struct toc_header headers[HEADERS], size_t *count)
{
    *count = 0;
    while (text.size > 0 && text.data[0] != '\n' && *count < HEADERS) {
        struct toc_header *header = &headers[(*count)++];
        size_t size = 0, equals;

        while (size < text.size && text.data[size] != '|' && text.data[size] != '\n') {
            size++;
        }
        for (equals = 0; equals < size && text.data[equals] != '='; equals++) {
        }
        header->name = (struct toc_str){text.data, equals};
        equals += equals < size;
        header->value = (struct toc_str){text.data + equals, size - equals};
        size += size < text.size && text.data[size] == '|';
        text = (struct toc_str){text.data + size, text.size - size};
    }
    return text;
}

/* All that an event gives can be read. */
static uint64_t touch(const struct toc_event *event)
{
    uint64_t sum = event->content ^ event->identity.low ^ (uint64_t)event->at_ms ^
                   toc_hash64(event->id.data, event->id.size, 0) ^
                   toc_hash64(event->subject.data, event->subject.size, 1);

    for (size_t i = 0; i < event->field_count; i++) {
        const struct toc_value *value = &event->fields[i];

        if (value->kind == TOC_VALUE_TEXT) {
            sum ^= toc_hash64(value->text.data, value->text.size, i);
        } else if (value->kind == TOC_VALUE_POINT) {
            toc_assert(value->point.lat_deg >= -90 && value->point.lat_deg <= 90);
        } else if (value->kind == TOC_VALUE_LIST) {
            for (size_t j = 0; j < value->list.count; j++) {
                sum ^= toc_hash64(value->list.items[j].data, value->list.items[j].size, i + j);
            }
        }
    }
    return sum;
}

static uint64_t decode(struct toc_decoder *decoder, const struct toc_record *record)
{
    const struct toc_event *events;
    enum toc_refusal reason;
    uint64_t sum = 0;
    size_t count;

    if (toc_decoder_decode(decoder, record, &events, &count, &reason, &detail) != TOC_OK) {
        toc_assert(toc_refusal_text(reason) != NULL && detail.size <= 200);
        return (uint64_t)reason;
    }
    for (size_t i = 0; i < count; i++) {
        toc_assert(events[i].at_ms >= TOC_INSTANT_MIN && events[i].at_ms <= TOC_INSTANT_MAX);
        sum = sum * 31 + touch(&events[i]);
    }
    return sum + 1000 + count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct toc_header headers[HEADERS];
    struct toc_record record = {.origin = {.topic = TOC_STR("t"), .stored_ms = 1795255200000}};
    size_t header_count = 0;

    if (size == 0) {
        return 0;
    }
    if (catalogue == NULL) {
        begin();
    }
    struct toc_str rest = {(const char *)data + 1, size - 1};

    if (data[0] == 'b') {
        rest = split(rest, headers, &header_count);
        record.headers = headers;
        record.header_count = header_count;
    }
    struct toc_decoder *decoder = data[0] == 'm' ? mapped : cloudevents;
    char *padded = toc_mem_get(rest.size + TOC_RECORD_PADDING);

    record.bytes = rest;
    uint64_t first = decode(decoder, &record);

    if (rest.size > 0) {
        memcpy(padded, rest.data, rest.size);
    }
    memset(padded + rest.size, '1', TOC_RECORD_PADDING);
    record.bytes.data = padded;
    record.is_padded = true;
    toc_assert(decode(decoder, &record) == first);
    toc_mem_free(padded);
    return 0;
}
