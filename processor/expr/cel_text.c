/* cel_text.c - functions of texts: searching, cutting, joining. Positions are counted in code
 * points. Source: the CEL specification, "String Functions", and the strings extension of the
 * reference implementation (cel-go, ext/strings). Writing numbers into a text: cel_format.c. */
#include "expr/cel_func.h"
#include "expr/cel_made.h"

/* Texts met here are UTF-8, so a code point ends where the next byte does not continue it. */
static bool is_inside(struct toc_str text, size_t at)
{
    return at < text.size && ((unsigned char)text.data[at] & 0xC0) == 0x80;
}

static size_t step(struct toc_str text, size_t at)
{
    do {
        at++;
    } while (is_inside(text, at));
    return at;
}

/* The byte where code point @position stands; its length stands at the end. False: beyond. */
static bool find_byte(struct toc_str text, int64_t position, size_t *out)
{
    size_t at = 0;

    if (position < 0) {
        return false;
    }
    for (; position > 0; position--) {
        if (at >= text.size) {
            return false;
        }
        at = step(text, at);
    }
    *out = at;
    return true;
}

static struct toc_str part(struct toc_str text, size_t from, size_t to)
{
    return from == to ? TOC_STR("") : (struct toc_str){.data = text.data + from, .size = to - from};
}

static struct toc_cel_value fuel_or(bool is_paid, struct toc_cel_value value)
{
    return is_paid ? value : toc_cel_fail(TOC_CEL_E_FUEL);
}

static bool stands_at(struct toc_str text, size_t at, struct toc_str sought)
{
    return sought.size <= text.size - at &&
           (sought.size == 0 || memcmp(text.data + at, sought.data, sought.size) == 0);
}

enum found { FOUND, NOT_FOUND, NO_FUEL };

/* The first place from @at on where @sought stands. Every comparison is paid for, so a text of many
 * near misses costs what it takes. */
static enum found search(struct toc_cel_scratch *scratch, struct toc_str text, size_t at,
                         struct toc_str sought, size_t *out)
{
    if (!toc_cel_pay_bytes(scratch, text.size - at)) {
        return NO_FUEL;
    }
    for (; sought.size <= text.size - at; at++) {
        if (sought.size > 0) {
            const char *next = memchr(text.data + at, sought.data[0], text.size - at);

            if (next == NULL) {
                return NOT_FOUND;
            }
            at = (size_t)(next - text.data);
            if (!toc_cel_pay_bytes(scratch, sought.size)) {
                return NO_FUEL;
            }
        }
        if (stands_at(text, at, sought)) {
            *out = at;
            return FOUND;
        }
    }
    return NOT_FOUND;
}

/* --- Is it in there? --- */

struct toc_cel_value toc_cel_fn_contains(struct toc_cel_scratch *scratch,
                                         const struct toc_cel_value *args, size_t count)
{
    size_t at;
    enum found found = search(scratch, args[0].text, 0, args[1].text, &at);

    (void)count;
    return fuel_or(found != NO_FUEL, toc_cel_bool(found == FOUND));
}

struct toc_cel_value toc_cel_fn_starts_with(struct toc_cel_scratch *scratch,
                                            const struct toc_cel_value *args, size_t count)
{
    (void)count;
    return fuel_or(toc_cel_pay_bytes(scratch, args[1].text.size),
                   toc_cel_bool(stands_at(args[0].text, 0, args[1].text)));
}

struct toc_cel_value toc_cel_fn_ends_with(struct toc_cel_scratch *scratch,
                                          const struct toc_cel_value *args, size_t count)
{
    struct toc_str text = args[0].text, end = args[1].text;

    (void)count;
    return fuel_or(
        toc_cel_pay_bytes(scratch, end.size),
        toc_cel_bool(end.size <= text.size && stands_at(text, text.size - end.size, end)));
}

/* --- Where is it? --- */

struct toc_cel_value toc_cel_fn_char_at(struct toc_cel_scratch *scratch,
                                        const struct toc_cel_value *args, size_t count)
{
    struct toc_str text = args[0].text;
    size_t at;

    (void)count;
    if (!toc_cel_pay_bytes(scratch, text.size)) {
        return toc_cel_fail(TOC_CEL_E_FUEL);
    }
    if (!find_byte(text, args[1].whole, &at)) {
        return toc_cel_fail(TOC_CEL_E_INDEX);
    }
    return toc_cel_string(at == text.size ? TOC_STR("") : part(text, at, step(text, at)));
}

struct toc_cel_value toc_cel_fn_index_of(struct toc_cel_scratch *scratch,
                                         const struct toc_cel_value *args, size_t count)
{
    struct toc_str text = args[0].text;
    size_t at = 0;

    if (!toc_cel_pay_bytes(scratch, text.size)) {
        return toc_cel_fail(TOC_CEL_E_FUEL);
    }
    if (count > 2 && !find_byte(text, args[2].whole, &at)) {
        return toc_cel_fail(TOC_CEL_E_INDEX);
    }
    switch (search(scratch, text, at, args[1].text, &at)) {
    case FOUND:
        return toc_cel_int((int64_t)toc_cel_length(part(text, 0, at)));
    case NOT_FOUND:
        return toc_cel_int(-1);
    default:
        return toc_cel_fail(TOC_CEL_E_FUEL);
    }
}

struct toc_cel_value toc_cel_fn_last_index_of(struct toc_cel_scratch *scratch,
                                              const struct toc_cel_value *args, size_t count)
{
    struct toc_str text = args[0].text, sought = args[1].text;
    size_t at = text.size;

    if (!toc_cel_pay_bytes(scratch, text.size)) {
        return toc_cel_fail(TOC_CEL_E_FUEL);
    }
    if (count > 2 && !find_byte(text, args[2].whole, &at)) {
        return toc_cel_fail(TOC_CEL_E_INDEX);
    }
    if (sought.size > text.size) {
        return toc_cel_int(-1);
    }
    at = at <= text.size - sought.size ? at : text.size - sought.size;
    for (size_t tried = at + 1; tried > 0; tried--) {
        if (sought.size > 0 && text.data[tried - 1] != sought.data[0]) {
            continue;
        }
        if (!toc_cel_pay_bytes(scratch, sought.size)) {
            return toc_cel_fail(TOC_CEL_E_FUEL);
        }
        if (stands_at(text, tried - 1, sought)) {
            return toc_cel_int((int64_t)toc_cel_length(part(text, 0, tried - 1)));
        }
    }
    return toc_cel_int(-1);
}

struct toc_cel_value toc_cel_fn_substring(struct toc_cel_scratch *scratch,
                                          const struct toc_cel_value *args, size_t count)
{
    struct toc_str text = args[0].text;
    size_t from, to = text.size;

    if (!toc_cel_pay_bytes(scratch, text.size)) {
        return toc_cel_fail(TOC_CEL_E_FUEL);
    }
    if (!find_byte(text, args[1].whole, &from) ||
        (count > 2 && !find_byte(text, args[2].whole, &to)) || from > to) {
        return toc_cel_fail(TOC_CEL_E_INDEX);
    }
    return toc_cel_string(part(text, from, to));
}

/* --- A text made of another --- */

struct toc_cel_value toc_cel_fn_replace(struct toc_cel_scratch *scratch,
                                        const struct toc_cel_value *args, size_t count)
{
    struct toc_str text = args[0].text, old = args[1].text, with = args[2].text;
    int64_t left = count > 3 && args[3].whole >= 0 ? args[3].whole : INT64_MAX;
    struct toc_cel_made made = toc_cel_made_begin(scratch);
    size_t from = 0, at;

    while (left > 0 && !made.is_broken) {
        enum found found = search(scratch, text, from, old, &at);

        if (found == NO_FUEL) {
            return toc_cel_fail(TOC_CEL_E_FUEL);
        }
        if (found == NOT_FOUND) {
            break;
        }
        toc_cel_made_add(&made, part(text, from, at));
        toc_cel_made_add(&made, with);
        from = at + old.size;
        left--;
        if (old.size == 0) { /* Nothing stands before each code point and at the end. */
            if (from == text.size) {
                break;
            }
            at = step(text, from);
            toc_cel_made_add(&made, part(text, from, at));
            from = at;
        }
    }
    toc_cel_made_add(&made, part(text, from, text.size));
    return toc_cel_made_finish(&made);
}

static struct toc_cel_value with_ascii(struct toc_cel_scratch *scratch, struct toc_str text,
                                       char first, char last, int change)
{
    char *copy;

    if (!toc_cel_pay_bytes(scratch, text.size)) {
        return toc_cel_fail(TOC_CEL_E_FUEL);
    }
    copy = toc_cel_take(scratch, text.size);
    if (copy == NULL) {
        return toc_cel_fail(TOC_CEL_E_SPACE);
    }
    for (size_t i = 0; i < text.size; i++) {
        char byte = text.data[i];

        copy[i] = (char)(byte >= first && byte <= last ? byte + change : byte);
    }
    return toc_cel_string((struct toc_str){.data = copy, .size = text.size});
}

struct toc_cel_value toc_cel_fn_lower_ascii(struct toc_cel_scratch *scratch,
                                            const struct toc_cel_value *args, size_t count)
{
    (void)count;
    return with_ascii(scratch, args[0].text, 'A', 'Z', 'a' - 'A');
}

struct toc_cel_value toc_cel_fn_upper_ascii(struct toc_cel_scratch *scratch,
                                            const struct toc_cel_value *args, size_t count)
{
    (void)count;
    return with_ascii(scratch, args[0].text, 'a', 'z', 'A' - 'a');
}

/* The code points with the property White_Space (Unicode 15, PropList.txt), as UTF-8. */
static size_t white_space_at(struct toc_str text, size_t at)
{
    static const char *const wide[] = {
        "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81",
        "\xE2\x80\x82", "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86",
        "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8",
        "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80"};

    if (text.data[at] == ' ' || (text.data[at] >= '\t' && text.data[at] <= '\r')) {
        return 1;
    }
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++) {
        struct toc_str space = toc_str_of(wide[i]);

        if (stands_at(text, at, space)) {
            return space.size;
        }
    }
    return 0;
}

struct toc_cel_value toc_cel_fn_trim(struct toc_cel_scratch *scratch,
                                     const struct toc_cel_value *args, size_t count)
{
    struct toc_str text = args[0].text;
    size_t from = 0, to = text.size, size;

    (void)count;
    if (!toc_cel_pay_bytes(scratch, text.size)) {
        return toc_cel_fail(TOC_CEL_E_FUEL);
    }
    while (from < to && (size = white_space_at(text, from)) > 0) {
        from += size;
    }
    while (to > from) {
        size_t last = to - 1;

        while (last > from && is_inside(text, last)) {
            last--;
        }
        if (white_space_at(text, last) != to - last) {
            break;
        }
        to = last;
    }
    return toc_cel_string(part(text, from, to));
}

struct toc_cel_value toc_cel_fn_reverse(struct toc_cel_scratch *scratch,
                                        const struct toc_cel_value *args, size_t count)
{
    struct toc_str text = args[0].text;
    char *copy;

    (void)count;
    if (!toc_cel_pay_bytes(scratch, text.size)) {
        return toc_cel_fail(TOC_CEL_E_FUEL);
    }
    copy = toc_cel_take(scratch, text.size);
    if (copy == NULL) {
        return toc_cel_fail(TOC_CEL_E_SPACE);
    }
    for (size_t at = 0; at < text.size;) {
        size_t next = step(text, at);

        memcpy(copy + text.size - next, text.data + at, next - at);
        at = next;
    }
    return toc_cel_string((struct toc_str){.data = copy, .size = text.size});
}

/* --- Lists of texts --- */

struct toc_cel_value toc_cel_fn_join(struct toc_cel_scratch *scratch,
                                     const struct toc_cel_value *args, size_t count)
{
    struct toc_cel_made made = toc_cel_made_begin(scratch);

    if (!toc_cel_pay_items(scratch, args[0].list.count)) {
        return toc_cel_fail(TOC_CEL_E_FUEL);
    }
    for (size_t i = 0; i < args[0].list.count; i++) {
        if (args[0].list.items[i].kind != TOC_CEL_STRING) {
            return toc_cel_fail(TOC_CEL_E_OVERLOAD);
        }
        if (i > 0 && count > 1) {
            toc_cel_made_add(&made, args[1].text);
        }
        toc_cel_made_add(&made, args[0].list.items[i].text);
    }
    return toc_cel_made_finish(&made);
}

/* Where the piece that begins at @from ends, and the next one begins; false: it is the last. An
 * empty separator cuts behind each code point. */
static enum found next_cut(struct toc_cel_scratch *scratch, struct toc_str text, size_t from,
                           struct toc_str separator, size_t *out_end, size_t *out_next)
{
    enum found found;

    if (separator.size == 0) {
        *out_end = *out_next = from < text.size ? step(text, from) : text.size;
        return *out_end < text.size ? FOUND : NOT_FOUND;
    }
    found = search(scratch, text, from, separator, out_end);
    *out_next = *out_end + (found == FOUND ? separator.size : 0);
    return found;
}

struct toc_cel_value toc_cel_fn_split(struct toc_cel_scratch *scratch,
                                      const struct toc_cel_value *args, size_t count)
{
    struct toc_cel_value list = {.kind = TOC_CEL_LIST};
    struct toc_str text = args[0].text;
    int64_t most = count > 2 ? args[2].whole : -1;
    size_t from = 0, end = 0, next = 0;
    bool is_last = most == 0 || (text.size == 0 && args[1].text.size == 0);

    while (!is_last) {
        struct toc_cel_value *item = toc_cel_take(scratch, sizeof *item);
        enum found found = (int64_t)list.list.count + 1 == most
                               ? NOT_FOUND
                               : next_cut(scratch, text, from, args[1].text, &end, &next);

        if (found == NO_FUEL || !toc_cel_pay_items(scratch, 1)) {
            return toc_cel_fail(TOC_CEL_E_FUEL);
        }
        if (item == NULL) {
            return toc_cel_fail(TOC_CEL_E_SPACE);
        }
        is_last = found != FOUND;
        *item = toc_cel_string(part(text, from, is_last ? text.size : end));
        /* One item takes exactly its size, so they lie behind one another. */
        list.list.items = list.list.count == 0 ? item : list.list.items;
        list.list.count++;
        from = next;
    }
    return list;
}
