#include "event/decode_draft.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/assert.h"
#include "base/hash.h"
#include "base/instant.h"

const char *toc_refusal_text(enum toc_refusal reason)
{
    static const char *const texts[] = {
#define TOC_REFUSAL(name, text, words) text,
#include "event/refusal.def"
#undef TOC_REFUSAL
    };

    toc_assert((unsigned)reason < TOC_REFUSAL_COUNT);
    return texts[reason];
}

const char *toc_refusal_words(enum toc_refusal reason)
{
    static const char *const all_words[] = {
#define TOC_REFUSAL(name, text, words) words,
#include "event/refusal.def"
#undef TOC_REFUSAL
    };

    toc_assert((unsigned)reason < TOC_REFUSAL_COUNT);
    return all_words[reason];
}

bool toc_trouble_set(struct toc_trouble *trouble, enum toc_refusal reason, const char *format, ...)
{
    trouble->reason = reason;
    if (trouble->detail != NULL) {
        char words[TOC_DETAIL_SIZE + 1];
        va_list list;

        va_start(list, format);
        (void)vsnprintf(words, sizeof words, format, list);
        va_end(list);
        toc_text_add(trouble->detail, toc_str_of(words));
    }
    return false;
}

/* How many bytes of @text, at most @most, end where a character does. */
static size_t cut(struct toc_str text, size_t most)
{
    size_t size = text.size;

    if (size > most) {
        for (size = most; size > 0 && ((unsigned char)text.data[size] & 0xC0) == 0x80; size--) {
        }
    }
    return size;
}

bool toc_trouble_name(struct toc_trouble *trouble, enum toc_refusal reason, const char *words,
                      struct toc_str name)
{
    trouble->reason = reason;
    if (trouble->detail != NULL) {
        toc_text_add(trouble->detail, toc_str_of(words));
        toc_text_add_char(trouble->detail, ' ');
        name.size = cut(name, TOC_DETAIL_SIZE); /* Enough; it may grow by escapes. */
        toc_text_add_json(trouble->detail, name);
        trouble->detail->size = cut(toc_text_str(trouble->detail), TOC_DETAIL_SIZE);
        trouble->detail->data[trouble->detail->size] = '\0';
    }
    return false;
}

bool toc_trouble_walk(struct toc_trouble *trouble, const struct toc_walk *walk)
{
    if (walk->reason == TOC_REFUSAL_DUPLICATE_NAME) {
        return toc_trouble_name(trouble, walk->reason, "named twice:", walk->name);
    }
    return toc_trouble_set(trouble, walk->reason, "nested deeper than %d", TOC_RECORD_DEPTH);
}

bool toc_draft_field(struct toc_draft *draft, const struct toc_plan *plan, size_t index,
                     enum toc_fit fit, const struct toc_walk *walk, struct toc_trouble *trouble)
{
    const struct toc_field *field = plan->columns[index].field;

    if (fit == TOC_FIT_OK) {
        return true;
    }
    if (fit == TOC_FIT_REFUSED) {
        return toc_trouble_walk(trouble, walk);
    }
    draft->fields[index].kind = TOC_VALUE_NONE;
    if (field->is_required) {
        return fit == TOC_FIT_MISSING
                   ? toc_trouble_name(trouble, TOC_REFUSAL_MISSING_FIELD, "missing:", field->name)
                   : toc_trouble_name(trouble, TOC_REFUSAL_WRONG_FIELD, "wrong:", field->name);
    }
    if (fit == TOC_FIT_WRONG) {
        draft->dropped |= UINT64_C(1) << index;
    }
    return true;
}

/* Bytes gathered, then hashed: the same bytes in the same pieces give the same hash. */
struct digest {
    uint64_t hash;
    size_t size;
    char bytes[512];
};

static void digest_add(struct digest *digest, const void *bytes, size_t size)
{
    if (size > sizeof digest->bytes - digest->size) {
        digest->hash = toc_hash64(digest->bytes, digest->size, digest->hash);
        digest->size = 0;
        if (size > sizeof digest->bytes) {
            digest->hash = toc_hash64(bytes, size, digest->hash);
            return;
        }
    }
    if (size > 0) {
        memcpy(digest->bytes + digest->size, bytes, size);
        digest->size += size;
    }
}

static void digest_text(struct digest *digest, struct toc_str text)
{
    uint32_t size = (uint32_t)text.size;

    digest_add(digest, &size, sizeof size);
    digest_add(digest, text.data, text.size);
}

static void digest_value(struct digest *digest, uint8_t index, const struct toc_value *value)
{
    const uint8_t head[2] = {index, (uint8_t)value->kind};

    digest_add(digest, head, sizeof head);
    switch (value->kind) {
    case TOC_VALUE_NONE:
        break;
    case TOC_VALUE_BOOL:
        digest_add(digest, &value->is_true, sizeof value->is_true);
        break;
    case TOC_VALUE_INTEGER:
        digest_add(digest, &value->integer, sizeof value->integer);
        break;
    case TOC_VALUE_NUMBER: {
        double number = value->number + 0.0; /* -0 is 0. */
        digest_add(digest, &number, sizeof number);
        break;
    }
    case TOC_VALUE_TEXT:
        digest_text(digest, value->text);
        break;
    case TOC_VALUE_TIME:
        digest_add(digest, &value->at_ms, sizeof value->at_ms);
        break;
    case TOC_VALUE_POINT: {
        const double point[3] = {value->point.lat_deg + 0.0, value->point.lon_deg + 0.0,
                                 value->point.error_m + 0.0};
        digest_add(digest, point, sizeof point);
        break;
    }
    case TOC_VALUE_LIST:
        for (size_t i = 0; i < value->list.count; i++) {
            digest_text(digest, value->list.items[i]);
        }
        break;
    }
}

static uint64_t content(const struct toc_draft *draft, const struct toc_plan *plan)
{
    struct digest digest;

    digest.hash = (uint64_t)draft->mode; /* The bytes need no zeroes. */
    digest.size = 0;
    digest_add(&digest, &draft->own_ms, sizeof draft->own_ms);
    digest_text(&digest, plan->type->name);
    digest_text(&digest, draft->subject);
    for (size_t i = 0; i < plan->type->field_count; i++) {
        if (draft->fields[i].kind != TOC_VALUE_NONE) {
            digest_value(&digest, (uint8_t)i, &draft->fields[i]);
        }
    }
    return toc_hash64(digest.bytes, digest.size, digest.hash);
}

struct toc_hash128 toc_decoder_identity(struct toc_str source, struct toc_str id)
{
    char bytes[2 + 2 * TOC_ID_SIZE];

    toc_assert(source.size <= TOC_ID_SIZE && id.size <= TOC_ID_SIZE);
    bytes[0] = (char)(source.size & 0xFF); /* So that no two pairs share their bytes. */
    bytes[1] = (char)(source.size >> 8);
    if (source.size > 0) {
        memcpy(bytes + 2, source.data, source.size);
    }
    if (id.size > 0) {
        memcpy(bytes + 2 + source.size, id.data, id.size);
    }
    return toc_hash128(bytes, 2 + source.size + id.size);
}

bool toc_draft_finish(const struct toc_draft *draft, const struct toc_plan *plan,
                      const struct toc_origin *origin, int64_t clamp_ms,
                      struct toc_event *out_event, struct toc_trouble *trouble)
{
    int64_t at_ms = draft->own_ms, stored_ms = origin->stored_ms;

    if (stored_ms < TOC_INSTANT_MIN || stored_ms > TOC_INSTANT_MAX) { /* A producer may set it. */
        if (at_ms == TOC_INSTANT_NONE) {
            return toc_trouble_set(trouble, TOC_REFUSAL_NO_TIME, "no readable time");
        }
    } else if (at_ms == TOC_INSTANT_NONE || at_ms - stored_ms > clamp_ms) {
        at_ms = stored_ms;
    }
    *out_event = (struct toc_event){
        .at_ms = at_ms,
        .type = draft->type,
        .mode = draft->mode,
        .is_time_corrected = at_ms != draft->own_ms,
        .id = draft->id,
        .source = draft->source,
        .subject = draft->subject,
        .type_name = plan->type->name,
        .identity = toc_decoder_identity(draft->source, draft->id),
        .content = content(draft, plan),
        .fields = draft->fields,
        .field_count = plan->type->field_count,
        .origin = *origin,
    };
    return true;
}
