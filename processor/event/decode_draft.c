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

    if (fit == TOC_FIT_OK || fit == TOC_FIT_PARTLY) {
        draft->dropped |= (uint64_t)(fit == TOC_FIT_PARTLY) << index;
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

static void digest_flush(struct digest *digest)
{
    digest->hash = toc_hash64(digest->bytes, digest->size, digest->hash);
    digest->size = 0;
}

/* One word about what follows, then @size bytes (at most 24). */
static void digest_fixed(struct digest *digest, uint64_t head, const void *bytes, size_t size)
{
    if (digest->size > sizeof digest->bytes - 32) {
        digest_flush(digest);
    }
    memcpy(digest->bytes + digest->size, &head, sizeof head);
    memcpy(digest->bytes + digest->size + sizeof head, bytes, size);
    digest->size += sizeof head + size;
}

static void digest_text(struct digest *digest, uint64_t head, struct toc_str text)
{
    uint64_t size = text.size;

    digest_fixed(digest, head, &size, sizeof size);
    if (size > sizeof digest->bytes - digest->size) {
        digest_flush(digest);
        if (size > sizeof digest->bytes) {
            digest->hash = toc_hash64(text.data, text.size, digest->hash);
            return;
        }
    }
    if (size > 0) {
        memcpy(digest->bytes + digest->size, text.data, text.size);
        digest->size += text.size;
    }
}

static void digest_value(struct digest *digest, size_t index, const struct toc_value *value)
{
    uint64_t head = (uint64_t)index << 8 | (uint64_t)value->kind;
    double numbers[3];
    int64_t integer;

    switch (value->kind) {
    case TOC_VALUE_NONE:
        return;
    case TOC_VALUE_BOOL:
        integer = value->is_true;
        digest_fixed(digest, head, &integer, sizeof integer);
        return;
    case TOC_VALUE_INTEGER:
        digest_fixed(digest, head, &value->integer, sizeof value->integer);
        return;
    case TOC_VALUE_NUMBER:
        numbers[0] = value->number + 0.0; /* -0 is 0. */
        digest_fixed(digest, head, numbers, sizeof numbers[0]);
        return;
    case TOC_VALUE_TEXT:
        digest_text(digest, head, value->text);
        return;
    case TOC_VALUE_TIME:
        digest_fixed(digest, head, &value->at_ms, sizeof value->at_ms);
        return;
    case TOC_VALUE_POINT:
        numbers[0] = value->point.lat_deg + 0.0;
        numbers[1] = value->point.lon_deg + 0.0;
        numbers[2] = value->point.error_m + 0.0;
        digest_fixed(digest, head, numbers, sizeof numbers);
        if (value->point.has_alt) { /* Without one the hash is what it was before there were any. */
            integer = value->point.alt_mm;
            digest_fixed(digest, head, &integer, sizeof integer);
        }
        return;
    case TOC_VALUE_LIST:
        integer = (int64_t)value->list.count;
        digest_fixed(digest, head, &integer, sizeof integer);
        for (size_t i = 0; i < value->list.count; i++) {
            digest_text(digest, i, value->list.items[i]);
        }
        return;
    }
}

static uint64_t content(const struct toc_draft *draft, const struct toc_plan *plan)
{
    struct digest digest;

    digest.hash = 0; /* The bytes need no zeroes. */
    digest.size = 0;
    digest_fixed(&digest, (uint64_t)draft->mode, &draft->own_ms, sizeof draft->own_ms);
    digest_text(&digest, 0, plan->type->name);
    digest_text(&digest, 0, draft->subject);
    for (size_t i = 0; i < plan->type->field_count; i++) {
        digest_value(&digest, i, &draft->fields[i]);
    }
    digest_flush(&digest);
    return digest.hash;
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
