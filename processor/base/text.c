#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>

#include <utf8proc.h>

#include "base/assert.h"
#include "base/mem.h"

enum {
    FOLD_CHUNK = 256, /* Bytes folded at a time. */
    FOLD_MOST = 8,    /* Code points one may become (Unicode 15: full folding 3, NFD 4). */
    EDITS_SIZE = 64,  /* Longest text compared by toc_text_edits. */
};

int toc_str_compare(struct toc_str a, struct toc_str b)
{
    size_t size = a.size < b.size ? a.size : b.size;
    int order = size > 0 ? memcmp(a.data, b.data, size) : 0;

    if (order != 0) {
        return order;
    }
    return a.size == b.size ? 0 : a.size < b.size ? -1 : 1;
}

void toc_text_finish(struct toc_text *text)
{
    toc_mem_free(text->data);
    *text = (struct toc_text){0};
}

void toc_text_clear(struct toc_text *text)
{
    text->size = 0;
    if (text->data != NULL) {
        text->data[0] = '\0';
    }
}

/* Room for @more bytes and the NUL. */
static void make_room(struct toc_text *text, size_t more)
{
    size_t room = text->room < 32 ? 32 : text->room;

    toc_assert(more < SIZE_MAX / 4 && text->size < SIZE_MAX / 4);
    while (room < text->size + more + 1) {
        room *= 2;
    }
    if (room != text->room) {
        text->data = toc_mem_resize(text->data, room, 1);
        text->room = room;
    }
}

void toc_text_add(struct toc_text *text, struct toc_str more)
{
    make_room(text, more.size);
    if (more.size > 0) {
        memcpy(text->data + text->size, more.data, more.size);
    }
    text->size += more.size;
    text->data[text->size] = '\0';
}

void toc_text_add_char(struct toc_text *text, char more)
{
    toc_text_add(text, (struct toc_str){.data = &more, .size = 1});
}

void toc_text_addf(struct toc_text *text, const char *format, ...)
{
    va_list args, again;
    int size;

    va_start(args, format);
    va_copy(again, args);
    size = vsnprintf(NULL, 0, format, args);
    toc_assert(size >= 0);
    make_room(text, (size_t)size);
    (void)vsnprintf(text->data + text->size, (size_t)size + 1, format, again);
    text->size += (size_t)size;
    va_end(again);
    va_end(args);
}

void toc_text_add_json(struct toc_text *text, struct toc_str more)
{
    size_t from = 0;

    toc_text_add_char(text, '"');
    for (size_t at = 0; at < more.size; at++) {
        unsigned char byte = (unsigned char)more.data[at];

        if (byte >= 0x20 && byte != '"' && byte != '\\') {
            continue;
        }
        toc_text_add(text, (struct toc_str){.data = more.data + from, .size = at - from});
        from = at + 1;
        switch (byte) {
        case '"':
            toc_text_add(text, TOC_STR("\\\""));
            break;
        case '\\':
            toc_text_add(text, TOC_STR("\\\\"));
            break;
        case '\n':
            toc_text_add(text, TOC_STR("\\n"));
            break;
        case '\r':
            toc_text_add(text, TOC_STR("\\r"));
            break;
        case '\t':
            toc_text_add(text, TOC_STR("\\t"));
            break;
        default:
            toc_text_addf(text, "\\u%04x", byte);
            break;
        }
    }
    if (from < more.size) {
        toc_text_add(text, (struct toc_str){.data = more.data + from, .size = more.size - from});
    }
    toc_text_add_char(text, '"');
}

struct toc_str toc_text_str(const struct toc_text *text)
{
    return (struct toc_str){.data = text->data, .size = text->size};
}

bool toc_text_is_folded_ascii(struct toc_str text)
{
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.data[i];

        if (byte > 127 || (byte >= 'A' && byte <= 'Z')) {
            return false;
        }
    }
    return true;
}

/* Bytes of the sound UTF-8 sequence at the front, or 0. */
static size_t sequence_size(struct toc_str text)
{
    utf8proc_int32_t point;
    utf8proc_ssize_t size =
        utf8proc_iterate((const utf8proc_uint8_t *)text.data, (utf8proc_ssize_t)text.size, &point);

    return size > 0 ? (size_t)size : 0;
}

/* The character at the front, and its bytes; one that is broken is one byte of U+FFFD. */
static utf8proc_int32_t next_point(struct toc_str text, size_t at, size_t *out_size)
{
    utf8proc_int32_t point;
    utf8proc_ssize_t size = utf8proc_iterate((const utf8proc_uint8_t *)text.data + at,
                                             (utf8proc_ssize_t)(text.size - at), &point);

    *out_size = size > 0 ? (size_t)size : 1;
    return size > 0 ? point : 0xFFFD;
}

bool toc_text_is_right_to_left(struct toc_str text)
{
    for (size_t at = 0, size; at < text.size; at += size) {
        size = 1;
        if ((unsigned char)text.data[at] < 0xD6) { /* U+0590 is the first that can be. */
            continue;
        }
        int bidi = utf8proc_get_property(next_point(text, at, &size))->bidi_class;
        if (bidi == UTF8PROC_BIDI_CLASS_R || bidi == UTF8PROC_BIDI_CLASS_AL) {
            return true;
        }
    }
    return false;
}

struct toc_str toc_text_cut(struct toc_str text, size_t most)
{
    utf8proc_int32_t before = 0, state = 0;
    size_t whole = 0, whole_count = 0, count = 0, at = 0, size;

    if (text.size <= most) {
        return text;
    }
    for (; at < text.size; at += size, count++) {
        utf8proc_int32_t point = next_point(text, at, &size);
        if (count == 0 || utf8proc_grapheme_break_stateful(before, point, &state)) {
            whole = at;
            whole_count = count;
        }
        if (count == most) {
            break;
        }
        before = point;
    }
    if (at < text.size) {
        text.size = count - whole_count < TOC_TEXT_CLUSTER ? whole : at;
    }
    return text;
}

/* How much of @text to fold in one piece: sound UTF-8, at most FOLD_CHUNK bytes, cut before an
 * ASCII byte if there is one, as nothing composes across that. utf8proc sorts combining marks by
 * insertion, so without a bound a long run of them would cost its square; such a run is cut
 * wherever the chunk ends, for operands and events alike (UAX #15, 13 does so at 30 marks). */
static size_t chunk_size(struct toc_str text)
{
    size_t size = 0, ascii_at = 0;

    while (size < text.size && size < FOLD_CHUNK) {
        size_t step =
            sequence_size((struct toc_str){.data = text.data + size, .size = text.size - size});

        if (step == 0) {
            return size;
        }
        if (size + step > FOLD_CHUNK) {
            break;
        }
        if (step == 1) {
            ascii_at = size;
        }
        size += step;
    }
    return size == text.size || ascii_at == 0 ? size : ascii_at;
}

static void put(char *out, size_t room, size_t *size, const void *bytes, size_t count)
{
    if (*size <= room && count <= room - *size) {
        memcpy(out + *size, bytes, count);
    }
    *size += count;
}

static size_t fold(struct toc_str text, utf8proc_option_t options, size_t room, char *out)
{
    utf8proc_int32_t points[FOLD_CHUNK * FOLD_MOST + 1];
    size_t size = 0;

    while (text.size > 0) {
        size_t chunk = chunk_size(text);

        if (chunk == 0) { /* Not UTF-8: the byte as it is. */
            put(out, room, &size, text.data, 1);
            chunk = 1;
        } else {
            utf8proc_ssize_t count =
                utf8proc_decompose((const utf8proc_uint8_t *)text.data, (utf8proc_ssize_t)chunk,
                                   points, (utf8proc_ssize_t)(FOLD_CHUNK * FOLD_MOST), options);

            toc_assert(count >= 0 && count <= FOLD_CHUNK * FOLD_MOST);
            count = utf8proc_reencode(points, count, options); /* UTF-8, in place. */
            toc_assert(count >= 0);
            put(out, room, &size, points, (size_t)count);
        }
        text.data += chunk;
        text.size -= chunk;
    }
    return size;
}

static size_t fold_ascii(struct toc_str text, size_t room, char *out)
{
    size_t i = 0;

    for (; i < text.size && i < room && (unsigned char)text.data[i] < 128; i++) {
        char byte = text.data[i];

        out[i] = (char)(byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte);
    }
    return i;
}

size_t toc_text_fold_into(struct toc_str text, size_t room, char *out)
{
    if (fold_ascii(text, room, out) == text.size) {
        return text.size;
    }
    return fold(text, (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_CASEFOLD | UTF8PROC_COMPOSE),
                room, out);
}

void toc_text_fold(struct toc_text *out, struct toc_str text)
{
    toc_assert(text.size < SIZE_MAX / 16);
    make_room(out, text.size * 3);
    out->size += toc_text_fold_into(text, text.size * 3, out->data + out->size);
    toc_assert(out->size < out->room);
    out->data[out->size] = '\0';
}

size_t toc_text_fold_name_into(struct toc_str text, size_t room, char *out)
{
    if (fold_ascii(text, room, out) == text.size) {
        return text.size;
    }
    return fold(text,
                (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_CASEFOLD | UTF8PROC_DECOMPOSE |
                                    UTF8PROC_STRIPMARK),
                room, out);
}

void toc_text_fold_name(struct toc_text *out, struct toc_str text)
{
    toc_assert(text.size < SIZE_MAX / 16);
    make_room(out, text.size * 3);
    out->size += toc_text_fold_name_into(text, text.size * 3, out->data + out->size);
    toc_assert(out->size < out->room);
    out->data[out->size] = '\0';
}

bool toc_text_is_same(struct toc_str a, struct toc_str b,
                      void (*by)(struct toc_text *, struct toc_str))
{
    struct toc_text left = {0}, right = {0};

    by(&left, a);
    by(&right, b);
    bool is_same = toc_str_equal(toc_text_str(&left), toc_text_str(&right));
    toc_text_finish(&left);
    toc_text_finish(&right);
    return is_same;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static char lower(char byte)
{
    return (char)(byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte);
}

unsigned toc_text_edits(struct toc_str a, struct toc_str b, unsigned most)
{
    unsigned rows[3][EDITS_SIZE + 1]; /* Of the row before last, the last, this one. */
    unsigned *older = rows[0], *old = rows[1], *now = rows[2];

    if (a.size > EDITS_SIZE || b.size > EDITS_SIZE) {
        return most + 1;
    }
    for (size_t j = 0; j <= b.size; j++) {
        old[j] = (unsigned)j;
    }
    for (size_t i = 1; i <= a.size; i++) {
        unsigned *reused = older;

        now[0] = (unsigned)i;
        for (size_t j = 1; j <= b.size; j++) {
            char left = lower(a.data[i - 1]), right = lower(b.data[j - 1]);

            now[j] = least(least(old[j], now[j - 1]) + 1, old[j - 1] + (left != right));
            if (i > 1 && j > 1 && left == lower(b.data[j - 2]) && right == lower(a.data[i - 2])) {
                now[j] = least(now[j], older[j - 2] + 1);
            }
        }
        older = old;
        old = now;
        now = reused;
    }
    return least(old[b.size], most + 1);
}
