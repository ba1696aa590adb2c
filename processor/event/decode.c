#include "event/decode.h"

#include "base/assert.h"
#include "base/instant.h"
#include "base/mem.h"
#include "event/decode_pick.h"

/* CloudEvents attributes we read, as they are called. */
enum attribute {
    SPECVERSION,
    ID,
    SOURCE,
    TYPE,
    TIME,
    SUBJECT,
    CONTENT_TYPE,
    DATA,
    DATA_BASE64,
    MODE,
    ATTRIBUTE_COUNT
};
static const struct toc_str attribute_names[ATTRIBUTE_COUNT] = {
    [SPECVERSION] = {"specversion", 11},
    [ID] = {"id", 2},
    [SOURCE] = {"source", 6},
    [TYPE] = {"type", 4},
    [TIME] = {"time", 4},
    [SUBJECT] = {"subject", 7},
    [CONTENT_TYPE] = {"datacontenttype", 15},
    [DATA] = {"data", 4},
    [DATA_BASE64] = {"data_base64", 11},
    [MODE] = {"mode", 4},
};

/* The attributes of one event: data NULL = not given. `data` and `data_base64` only say so. */
struct envelope {
    struct toc_str attributes[ATTRIBUTE_COUNT];
    uint32_t data_at;    /* Where data stands on the tape; 0: there is none. */
    unsigned data_depth; /* How deep it nests. */
};

struct toc_decoder {
    struct toc_decoder_options options;
    struct toc_json_parser *parser;
    struct toc_json json;
    struct toc_names *envelope;
    struct toc_plan *plans; /* One for each type of the catalogue. */
    struct toc_arena fixed; /* Plans. */
    struct toc_arena scratch;
    struct toc_reader reader;
    struct toc_value fields[TOC_FIELDS_MOST];
    struct toc_event event;
    const struct toc_event *events; /* Of the last record: &event, or in the scratch arena. */
    size_t event_count, refused_parts;
};

struct toc_decoder *toc_decoder_create(const struct toc_decoder_options *options)
{
    struct toc_decoder *decoder = toc_mem_get(sizeof *decoder);
    size_t count = toc_catalogue_count(options->catalogue);

    decoder->options = *options;
    decoder->parser = toc_json_create();
    decoder->envelope = toc_names_create(attribute_names, ATTRIBUTE_COUNT);
    toc_reader_init(&decoder->reader, &decoder->scratch);
    decoder->reader.walk.json = &decoder->json;
    decoder->plans = toc_arena_array(&decoder->fixed, count, sizeof *decoder->plans);
    for (size_t i = 0; i < count; i++) {
        const struct toc_type *type = toc_catalogue_type(options->catalogue, i);
        struct toc_plan *plan = &decoder->plans[i];
        struct toc_str names[TOC_FIELDS_MOST];

        toc_assert(type->field_count <= TOC_FIELDS_MOST);
        plan->type = type;
        plan->columns = toc_arena_array(&decoder->fixed, type->field_count, sizeof *plan->columns);
        for (size_t j = 0; j < type->field_count; j++) {
            plan->columns[j] = toc_column_of(&type->fields[j], &decoder->fixed);
            names[j] = type->fields[j].name;
        }
        plan->names = toc_names_create(names, type->field_count);
    }
    return decoder;
}

void toc_decoder_destroy(struct toc_decoder *decoder)
{
    if (decoder == NULL) {
        return;
    }
    for (size_t i = 0; i < toc_catalogue_count(decoder->options.catalogue); i++) {
        toc_names_destroy(decoder->plans[i].names);
    }
    toc_reader_finish(&decoder->reader);
    toc_names_destroy(decoder->envelope);
    toc_json_destroy(decoder->parser);
    toc_arena_finish(&decoder->scratch);
    toc_arena_finish(&decoder->fixed);
    toc_mem_free(decoder);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* Does @text begin with @start (lower case), whatever its case? */
static bool begins(struct toc_str text, struct toc_str start)
{
    if (text.size < start.size) {
        return false;
    }
    for (size_t i = 0; i < start.size; i++) {
        if (lower(text.data[i]) != start.data[i]) {
            return false;
        }
    }
    return true;
}

/* Is @text a media type of JSON: type/json or type/subtype+json, parameters allowed? */
static bool is_json_type(struct toc_str text)
{
    const char *end = text.size > 0 ? memchr(text.data, ';', text.size) : NULL;
    size_t size = end != NULL ? (size_t)(end - text.data) : text.size;

    while (size > 0 && (text.data[size - 1] == ' ' || text.data[size - 1] == '\t')) {
        size--;
    }
    return size > 5 && (text.data[size - 5] == '/' || text.data[size - 5] == '+') &&
           begins((struct toc_str){text.data + size - 4, 4}, TOC_STR("json"));
}

/* Fill @envelope from the object at the root of the document. */
static bool read_structured(struct toc_decoder *decoder, struct envelope *envelope,
                            struct toc_trouble *trouble)
{
    const struct toc_json *json = &decoder->json;
    uint32_t at[ATTRIBUTE_COUNT];

    if (!toc_names_walk(decoder->envelope, &decoder->reader.walk, TOC_JSON_ROOT, 1, at)) {
        return toc_trouble_walk(trouble, &decoder->reader.walk);
    }
    for (size_t i = 0; i < ATTRIBUTE_COUNT; i++) {
        if (at[i] == 0) {
            continue;
        }
        char tag = toc_json_tag(json, at[i]);

        if (tag == '"' && i != DATA) {
            envelope->attributes[i] = toc_json_text(json, at[i]);
        } else if (tag == 'n') {
            continue;
        } else if (i == DATA) {
            if (tag != '{') {
                return toc_trouble_set(trouble, TOC_REFUSAL_ENVELOPE, "data is not an object");
            }
            envelope->data_at = at[i];
            envelope->data_depth = 2;
        } else if (i != TIME) { /* A wrong clock refuses no warning. */
            return toc_trouble_name(trouble, TOC_REFUSAL_ENVELOPE,
                                    "not a text:", attribute_names[i]);
        } else if (!toc_walk_value(&decoder->reader.walk, at[i], 2)) {
            return toc_trouble_walk(trouble, &decoder->reader.walk);
        }
    }
    return true;
}

/* Which attribute the header @name gives, or ATTRIBUTE_COUNT. */
static enum attribute header_attribute(struct toc_str name)
{
    if (name.size == 12 && begins(name, TOC_STR("content-type"))) {
        return CONTENT_TYPE;
    }
    if (begins(name, TOC_STR("ce_"))) {
        struct toc_str rest = {name.data + 3, name.size - 3};

        for (enum attribute i = 0; i < ATTRIBUTE_COUNT; i++) {
            if (i != DATA && i != DATA_BASE64 && i != CONTENT_TYPE &&
                rest.size == attribute_names[i].size && begins(rest, attribute_names[i])) {
                return i;
            }
        }
    }
    return ATTRIBUTE_COUNT;
}

static bool is_binary(const struct toc_record *record)
{
    bool has_version = false;

    for (size_t i = 0; i < record->header_count; i++) {
        enum attribute attribute = header_attribute(record->headers[i].name);

        if (attribute == CONTENT_TYPE &&
            begins(record->headers[i].value, TOC_STR("application/cloudevents"))) {
            return false;
        }
        has_version |= attribute == SPECVERSION;
    }
    return has_version;
}

static bool read_binary(const struct toc_record *record, struct envelope *envelope,
                        struct toc_trouble *trouble)
{
    for (size_t i = 0; i < record->header_count; i++) {
        const struct toc_header *header = &record->headers[i];
        enum attribute attribute = header_attribute(header->name);

        if (attribute == ATTRIBUTE_COUNT) {
            continue;
        }
        if (envelope->attributes[attribute].data != NULL) {
            return toc_trouble_name(trouble, TOC_REFUSAL_ENVELOPE,
                                    "two headers:", attribute_names[attribute]);
        }
        if (header->value.size > 0 &&
            (!toc_json_is_utf8(header->value) || toc_json_has_noncharacter(header->value))) {
            return toc_trouble_name(trouble, TOC_REFUSAL_ENVELOPE,
                                    "not UTF-8:", attribute_names[attribute]);
        }
        envelope->attributes[attribute] = header->value;
        if (header->value.data == NULL) { /* Given all the same. */
            envelope->attributes[attribute] = TOC_STR("");
        }
    }
    envelope->data_at = TOC_JSON_ROOT;
    envelope->data_depth = 1;
    return true;
}

/* The envelope's own rules; fills all of @draft but its fields. */
static bool check_envelope(struct toc_decoder *decoder, const struct envelope *envelope,
                           struct toc_draft *draft, struct toc_trouble *trouble)
{
    const struct toc_str *attributes = envelope->attributes;
    static const enum attribute compulsory[] = {SPECVERSION, ID, SOURCE, TYPE};

    if (attributes[DATA_BASE64].data != NULL) {
        return toc_trouble_set(trouble, TOC_REFUSAL_ENVELOPE, "data_base64 is not JSON");
    }
    for (size_t i = 0; i < sizeof compulsory / sizeof compulsory[0]; i++) {
        if (attributes[compulsory[i]].size == 0) {
            return toc_trouble_name(trouble, TOC_REFUSAL_ENVELOPE,
                                    "missing or empty:", attribute_names[compulsory[i]]);
        }
    }
    for (enum attribute i = ID; i <= SUBJECT; i++) {
        if (i != TIME && attributes[i].size > TOC_ID_SIZE) {
            return toc_trouble_name(trouble, TOC_REFUSAL_ENVELOPE,
                                    "longer than 256 bytes:", attribute_names[i]);
        }
    }
    if (!toc_str_equal(attributes[SPECVERSION], TOC_STR("1.0"))) {
        return toc_trouble_name(trouble, TOC_REFUSAL_ENVELOPE, "specversion is not 1.0 but",
                                attributes[SPECVERSION]);
    }
    if (attributes[CONTENT_TYPE].data != NULL && !is_json_type(attributes[CONTENT_TYPE])) {
        return toc_trouble_name(trouble, TOC_REFUSAL_ENVELOPE, "datacontenttype is not JSON but",
                                attributes[CONTENT_TYPE]);
    }
    draft->mode = decoder->options.mode;
    if (attributes[MODE].data != NULL && !toc_mode_parse(attributes[MODE], &draft->mode)) {
        return toc_trouble_name(trouble, TOC_REFUSAL_ENVELOPE,
                                "mode is not actual, exercise or test but", attributes[MODE]);
    }
    draft->type = toc_catalogue_find(decoder->options.catalogue, attributes[TYPE]);
    if (draft->type < 0) {
        return toc_trouble_name(trouble, TOC_REFUSAL_UNKNOWN_TYPE,
                                "not in the catalogue:", attributes[TYPE]);
    }
    draft->id = attributes[ID];
    draft->source = attributes[SOURCE];
    draft->subject = attributes[SUBJECT];
    if (attributes[TIME].data == NULL ||
        !toc_reader_time(&decoder->reader, attributes[TIME], &draft->own_ms)) {
        draft->own_ms = TOC_INSTANT_NONE;
    }
    return true;
}

/* Read the fields out of the object `data`. */
static bool read_data(struct toc_decoder *decoder, const struct envelope *envelope,
                      struct toc_draft *draft, struct toc_trouble *trouble)
{
    const struct toc_plan *plan = &decoder->plans[draft->type];
    struct toc_reader *reader = &decoder->reader;
    uint32_t at[TOC_FIELDS_MOST];

    if (envelope->data_at == 0) {
        memset(at, 0, sizeof at);
    } else if (!toc_names_walk(plan->names, &reader->walk, envelope->data_at, envelope->data_depth,
                               at)) {
        return toc_trouble_walk(trouble, &reader->walk);
    }
    for (size_t i = 0; i < plan->type->field_count; i++) {
        enum toc_fit fit = TOC_FIT_MISSING;

        if (at[i] != 0) {
            fit = toc_reader_value(reader, &plan->columns[i], at[i], envelope->data_depth + 1,
                                   &draft->fields[i]);
        }
        if (fit != TOC_FIT_OK && !toc_draft_field(draft, plan, i, fit, &reader->walk, trouble)) {
            return false;
        }
    }
    return true;
}

static void tell_dropped(const struct toc_decoder *decoder, uint64_t dropped,
                         const struct toc_event *event)
{
    if (decoder->options.on_dropped == NULL) {
        return;
    }
    for (size_t i = 0; dropped >> i != 0 && i < event->field_count; i++) {
        if ((dropped >> i & 1) != 0) {
            decoder->options.on_dropped(event, decoder->plans[event->type].columns[i].field,
                                        decoder->options.context);
        }
    }
}

static bool decode_cloudevent(struct toc_decoder *decoder, const struct toc_record *record,
                              struct toc_trouble *trouble)
{
    bool is_in_headers = is_binary(record);
    struct envelope envelope = {.data_at = 0};
    struct toc_draft draft = {.fields = decoder->fields};

    if (!(is_in_headers ? read_binary(record, &envelope, trouble)
                        : read_structured(decoder, &envelope, trouble)) ||
        !check_envelope(decoder, &envelope, &draft, trouble) ||
        !read_data(decoder, &envelope, &draft, trouble) ||
        !toc_draft_finish(&draft, &decoder->plans[draft.type], &record->origin,
                          decoder->options.clamp_ms, &decoder->event, trouble)) {
        return false;
    }
    tell_dropped(decoder, draft.dropped, &decoder->event);
    decoder->events = &decoder->event;
    decoder->event_count = 1;
    return true;
}

static bool decode_mapped(struct toc_decoder *decoder, const struct toc_record *record,
                          struct toc_trouble *trouble)
{
    const struct toc_decoder_options *options = &decoder->options;
    struct toc_mapped_events made;

    if (!toc_mapping_apply(options->mapping, &decoder->reader, decoder->plans, record,
                           options->mode, options->clamp_ms, &made, trouble)) {
        return false;
    }
    for (size_t i = 0; i < made.count; i++) {
        tell_dropped(decoder, made.dropped[i], &made.events[i]);
    }
    decoder->events = made.events;
    decoder->event_count = made.count;
    decoder->refused_parts = made.refused;
    return true;
}

/* Bytes to a document whose value is an object. */
static bool parse(struct toc_decoder *decoder, const struct toc_record *record,
                  struct toc_trouble *trouble)
{
    if (record->bytes.size == 0) {
        return toc_trouble_set(trouble, TOC_REFUSAL_EMPTY, "0 bytes");
    }
    if (record->bytes.size > TOC_RECORD_SIZE) {
        return toc_trouble_set(trouble, TOC_REFUSAL_TOO_LARGE, "%zu bytes", record->bytes.size);
    }
    if (!toc_json_parse(decoder->parser, record->bytes, record->is_padded, &decoder->json,
                        &trouble->reason)) {
        return false;
    }
    decoder->reader.walk.odd_count = 0;
    return toc_json_tag(&decoder->json, TOC_JSON_ROOT) == '{' ||
           toc_trouble_set(trouble, TOC_REFUSAL_NOT_OBJECT, "the value is no object");
}

enum toc_status toc_decoder_decode(struct toc_decoder *decoder, const struct toc_record *record,
                                   const struct toc_event **out_events, size_t *out_count,
                                   enum toc_refusal *out_reason, struct toc_text *out_detail)
{
    struct toc_trouble trouble = {.detail = out_detail};

    if (out_detail != NULL) {
        toc_text_clear(out_detail);
    }
    toc_arena_reset(&decoder->scratch);
    decoder->refused_parts = 0;
    if (!parse(decoder, record, &trouble) ||
        !(decoder->options.mapping != NULL ? decode_mapped(decoder, record, &trouble)
                                           : decode_cloudevent(decoder, record, &trouble))) {
        *out_reason = trouble.reason;
        return TOC_E_REFUSED;
    }
    if (decoder->refused_parts > 0) {
        *out_reason = trouble.reason;
    }
    *out_events = decoder->events;
    *out_count = decoder->event_count;
    return TOC_OK;
}

size_t toc_decoder_refused_parts(const struct toc_decoder *decoder)
{
    return decoder->refused_parts;
}
