/* cel_format.c - text.format([values]) and strings.quote. Source: the strings extension of the
 * reference implementation, cel-go ext/formatting, and the conformance cases string_ext. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "expr/cel_func.h"
#include "expr/cel_made.h"

enum { PRECISION_USUAL = 6, PRECISION_MOST = 100, KEY_SIZE = 24 };

static void add_value(struct toc_cel_made *made, const struct toc_cel_value *value);

/* NaN and the infinities in words; false: it is neither. */
static bool add_special(struct toc_cel_made *made, double number)
{
    if (isfinite(number)) {
        return false;
    }
    toc_cel_made_add(made, isnan(number)  ? TOC_STR("NaN")
                           : number > 0.0 ? TOC_STR("Infinity")
                                          : TOC_STR("-Infinity"));
    return true;
}

static void add_double(struct toc_cel_made *made, double number)
{
    if (!add_special(made, number)) {
        toc_cel_made_double(made, number, true);
    }
}

static void add_list(struct toc_cel_made *made, const struct toc_cel_value *list)
{
    toc_cel_made_add(made, TOC_STR("["));
    for (size_t i = 0; i < list->list.count && !made->is_broken; i++) {
        toc_cel_made_add(made, i > 0 ? TOC_STR(", ") : TOC_STR(""));
        add_value(made, &list->list.items[i]);
    }
    toc_cel_made_add(made, TOC_STR("]"));
}

/* The key as it is written; of one that is no text, in @room. */
static struct toc_str key_text(const struct toc_cel_value *key, char room[KEY_SIZE])
{
    if (key->kind == TOC_CEL_STRING) {
        return key->text;
    }
    if (key->kind == TOC_CEL_BOOL) {
        return key->is_true ? TOC_STR("true") : TOC_STR("false");
    }
    return (struct toc_str){
        .data = room,
        .size = (size_t)snprintf(room, KEY_SIZE, "%" PRId64, key->whole),
    };
}

/* Which of two entries is written first: by its key's text, and of equal texts (1 and "1") the one
 * given first. */
static bool is_before(const struct toc_cel_value *map, size_t a, size_t b)
{
    char room_a[KEY_SIZE], room_b[KEY_SIZE];
    int order = toc_str_compare(key_text(&map->map.entries[a].key, room_a),
                                key_text(&map->map.entries[b].key, room_b));

    return order < 0 || (order == 0 && a < b);
}

/* In the order of their keys; found anew for each, since there is nowhere to keep it. */
static void add_map(struct toc_cel_made *made, const struct toc_cel_value *map)
{
    size_t count = map->map.count, last = count;

    toc_cel_made_add(made, TOC_STR("{"));
    for (size_t written = 0; written < count && !made->is_broken; written++) {
        size_t next = count;
        char room[KEY_SIZE];

        if (!toc_cel_pay_items(made->scratch, count)) {
            toc_cel_made_fail(made, TOC_CEL_E_FUEL);
            return;
        }
        for (size_t i = 0; i < count; i++) {
            if ((last == count || is_before(map, last, i)) &&
                (next == count || is_before(map, i, next))) {
                next = i;
            }
        }
        toc_cel_made_add(made, written > 0 ? TOC_STR(", ") : TOC_STR(""));
        toc_cel_made_add(made, key_text(&map->map.entries[next].key, room));
        toc_cel_made_add(made, TOC_STR(": "));
        add_value(made, &map->map.entries[next].value);
        last = next;
    }
    toc_cel_made_add(made, TOC_STR("}"));
}

/* %s */
static void add_value(struct toc_cel_made *made, const struct toc_cel_value *value)
{
    switch (value->kind) {
    case TOC_CEL_NULL:
        toc_cel_made_add(made, TOC_STR("null"));
        return;
    case TOC_CEL_BOOL:
        toc_cel_made_add(made, value->is_true ? TOC_STR("true") : TOC_STR("false"));
        return;
    case TOC_CEL_INT:
        toc_cel_made_addf(made, "%" PRId64, value->whole);
        return;
    case TOC_CEL_DOUBLE:
        add_double(made, value->number);
        return;
    case TOC_CEL_STRING:
        toc_cel_made_add(made, value->text);
        return;
    case TOC_CEL_TIMESTAMP:
        toc_cel_made_timestamp(made, value->time);
        return;
    case TOC_CEL_DURATION:
        toc_cel_made_duration(made, value->time);
        return;
    case TOC_CEL_LIST:
        add_list(made, value);
        return;
    case TOC_CEL_MAP:
        add_map(made, value);
        return;
    case TOC_CEL_TYPE:
        toc_cel_made_add(made, toc_str_of(toc_cel_kind_text(value->type)));
        return;
    default:
        toc_cel_made_fail(made, TOC_CEL_E_ARGUMENT);
    }
}

/* %d */
static void add_decimal(struct toc_cel_made *made, const struct toc_cel_value *value)
{
    if (value->kind == TOC_CEL_INT || value->kind == TOC_CEL_DOUBLE) {
        add_value(made, value);
    } else {
        toc_cel_made_fail(made, TOC_CEL_E_ARGUMENT);
    }
}

/* %f, %e */
static void add_rounded(struct toc_cel_made *made, const struct toc_cel_value *value, char verb,
                        int precision)
{
    double number = value->kind == TOC_CEL_INT ? (double)value->whole : value->number;

    if (value->kind != TOC_CEL_INT && value->kind != TOC_CEL_DOUBLE) {
        toc_cel_made_fail(made, TOC_CEL_E_ARGUMENT);
    } else if (!add_special(made, number)) {
        if (verb == 'f') {
            toc_cel_made_addf(made, "%.*f", precision, number);
        } else {
            toc_cel_made_addf(made, "%.*e", precision, number);
        }
    }
}

/* %b, %o, %x, %X of a whole number: its sign, and the digits of its size. */
static void add_to_base(struct toc_cel_made *made, int64_t whole, unsigned base, const char *digits)
{
    uint64_t left = whole < 0 ? 0 - (uint64_t)whole : (uint64_t)whole;
    char text[65];
    size_t at = sizeof text;

    do {
        text[--at] = digits[left % base];
        left /= base;
    } while (left > 0);
    if (whole < 0) {
        text[--at] = '-';
    }
    toc_cel_made_add(made, (struct toc_str){.data = text + at, .size = sizeof text - at});
}

static void add_bytes(struct toc_cel_made *made, struct toc_str text, const char *digits)
{
    for (size_t i = 0; i < text.size && !made->is_broken; i++) {
        char two[] = {digits[(unsigned char)text.data[i] >> 4],
                      digits[(unsigned char)text.data[i] & 15]};

        toc_cel_made_add(made, (struct toc_str){.data = two, .size = sizeof two});
    }
}

static void add_by_verb(struct toc_cel_made *made, char verb, int precision,
                        const struct toc_cel_value *value)
{
    const char *digits = verb == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    unsigned base = verb == 'b' ? 2 : verb == 'o' ? 8 : 16;

    switch (verb) {
    case 's':
        add_value(made, value);
        return;
    case 'd':
        add_decimal(made, value);
        return;
    case 'f':
    case 'e':
        add_rounded(made, value, verb, precision);
        return;
    case 'b':
    case 'o':
    case 'x':
    case 'X':
        if (value->kind == TOC_CEL_INT) {
            add_to_base(made, value->whole, base, digits);
        } else if (value->kind == TOC_CEL_BOOL && verb == 'b') {
            toc_cel_made_add(made, value->is_true ? TOC_STR("1") : TOC_STR("0"));
        } else if (value->kind == TOC_CEL_STRING && base == 16) {
            add_bytes(made, value->text, digits);
        } else {
            toc_cel_made_fail(made, TOC_CEL_E_ARGUMENT);
        }
        return;
    default:
        toc_cel_made_fail(made, TOC_CEL_E_ARGUMENT);
    }
}

/* ".3" at *at, or nothing: *out. False: a point without digits, or more than is given. */
static bool take_precision(struct toc_str format, size_t *at, int *out)
{
    size_t from;

    *out = PRECISION_USUAL;
    if (*at >= format.size || format.data[*at] != '.') {
        return true;
    }
    from = ++*at;
    for (*out = 0; *at < format.size && format.data[*at] >= '0' && format.data[*at] <= '9'; ++*at) {
        *out = *out * 10 + (format.data[*at] - '0');
        if (*out > PRECISION_MOST) {
            return false;
        }
    }
    return *at > from;
}

struct toc_cel_value toc_cel_fn_format(struct toc_cel_scratch *scratch,
                                       const struct toc_cel_value *args, size_t count)
{
    struct toc_cel_made made = toc_cel_made_begin(scratch);
    struct toc_str format = args[0].text;
    size_t given = 0, from = 0;

    (void)count;
    for (size_t at = 0; at < format.size && !made.is_broken; from = at) {
        const char *sign = memchr(format.data + at, '%', format.size - at);
        int precision;

        at = sign == NULL ? format.size : (size_t)(sign - format.data);
        toc_cel_made_add(&made, (struct toc_str){.data = format.data + from, .size = at - from});
        if (sign == NULL) {
            break;
        }
        at++;
        if (at < format.size && format.data[at] == '%') {
            toc_cel_made_add(&made, TOC_STR("%"));
            at++;
        } else if (!take_precision(format, &at, &precision) || at >= format.size) {
            toc_cel_made_fail(&made, TOC_CEL_E_ARGUMENT);
        } else if (given >= args[1].list.count) {
            toc_cel_made_fail(&made, TOC_CEL_E_INDEX);
        } else {
            add_by_verb(&made, format.data[at++], precision, &args[1].list.items[given++]);
        }
    }
    if (given < args[1].list.count) { /* A value nobody wrote down is a mistake. */
        toc_cel_made_fail(&made, TOC_CEL_E_ARGUMENT);
    }
    return toc_cel_made_finish(&made);
}

struct toc_cel_value toc_cel_fn_quote(struct toc_cel_scratch *scratch,
                                      const struct toc_cel_value *args, size_t count)
{
    static const char plain[] = "\a\b\f\n\r\t\v\\\"", escaped[] = "abfnrtv\\\"";
    struct toc_cel_made made = toc_cel_made_begin(scratch);
    struct toc_str text = args[0].text;

    (void)count;
    toc_cel_made_add(&made, TOC_STR("\""));
    for (size_t i = 0; i < text.size && !made.is_broken; i++) {
        const char *found = text.data[i] == '\0' ? NULL : strchr(plain, text.data[i]);

        if (found != NULL) {
            toc_cel_made_add(&made, TOC_STR("\\"));
        }
        toc_cel_made_add(&made, (struct toc_str){
                                    .data = found == NULL ? text.data + i : &escaped[found - plain],
                                    .size = 1,
                                });
    }
    toc_cel_made_add(&made, TOC_STR("\""));
    return toc_cel_made_finish(&made);
}
