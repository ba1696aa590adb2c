#include "expr/cel_value.h"

#include <math.h>
#include <stdalign.h>

#include "base/assert.h"

enum { BYTES_A_UNIT = 16, UNIT_ITEMS = 1 };

void *toc_cel_take(struct toc_cel_scratch *scratch, size_t size)
{
    size_t align = alignof(struct toc_cel_value);
    size_t left = scratch->room - scratch->used;
    void *got = scratch->bytes + scratch->used;

    if (size > left) {
        return NULL;
    }
    size = (size + align - 1) / align * align;
    scratch->used += size <= left ? size : left;
    return got;
}

static bool pay(struct toc_cel_scratch *scratch, uint64_t units)
{
    if (scratch->fuel < units) {
        scratch->fuel = 0;
        return false;
    }
    scratch->fuel -= units;
    return true;
}

bool toc_cel_pay_bytes(struct toc_cel_scratch *scratch, size_t bytes)
{
    return pay(scratch, (uint64_t)bytes / BYTES_A_UNIT + 1);
}

bool toc_cel_pay_items(struct toc_cel_scratch *scratch, size_t count)
{
    return pay(scratch, (uint64_t)count * UNIT_ITEMS + 1);
}

struct toc_cel_value toc_cel_timestamp(int64_t s, int32_t ns)
{
    struct toc_cel_value value = {.kind = TOC_CEL_TIMESTAMP, .time = {.s = s, .ns = ns}};

    toc_assert(ns >= 0 && ns <= 999999999);
    return s < TOC_CEL_TIMESTAMP_MIN_S || s > TOC_CEL_TIMESTAMP_MAX_S
               ? toc_cel_fail(TOC_CEL_E_OVERFLOW)
               : value;
}

struct toc_cel_value toc_cel_duration(int64_t s, int32_t ns)
{
    struct toc_cel_value value = {.kind = TOC_CEL_DURATION, .time = {.s = s, .ns = ns}};
    const int64_t low_s = -TOC_CEL_DURATION_MAX_S - 1; /* Of the least one, rounded down. */
    bool is_inside =
        (s > low_s || (s == low_s && ns >= 145224192)) &&
        (s < TOC_CEL_DURATION_MAX_S || (s == TOC_CEL_DURATION_MAX_S && ns <= 854775807));

    toc_assert(ns >= 0 && ns <= 999999999);
    return is_inside ? value : toc_cel_fail(TOC_CEL_E_OVERFLOW);
}

struct toc_cel_value toc_cel_some(struct toc_cel_scratch *scratch, struct toc_cel_value value)
{
    struct toc_cel_value *inner;

    if (value.kind == TOC_CEL_ERROR) {
        return value;
    }
    inner = toc_cel_take(scratch, sizeof *inner);
    if (inner == NULL) {
        return toc_cel_fail(TOC_CEL_E_SPACE);
    }
    *inner = value;
    return (struct toc_cel_value){.kind = TOC_CEL_OPTIONAL, .inner = inner};
}

static int order_double(double a, double b)
{
    return a == b ? 0 : a < b ? -1 : 1;
}

static bool is_number(const struct toc_cel_value *value)
{
    return value->kind == TOC_CEL_INT || value->kind == TOC_CEL_DOUBLE;
}

static bool is_nan(const struct toc_cel_value *value)
{
    return value->kind == TOC_CEL_DOUBLE && isnan(value->number);
}

static int order_whole(int64_t a, int64_t b)
{
    return a == b ? 0 : a < b ? -1 : 1;
}

static double as_double(const struct toc_cel_value *number)
{
    return number->kind == TOC_CEL_INT ? (double)number->whole : number->number;
}

/* Two numbers, neither of them NaN. Of an int and a double the int is rounded to a double, so
 * beyond 2^53 neighbours are equal (conformance: comparisons, ..._lossy_double). */
static int order_numbers(const struct toc_cel_value *a, const struct toc_cel_value *b)
{
    return a->kind == TOC_CEL_INT && b->kind == TOC_CEL_INT
               ? order_whole(a->whole, b->whole)
               : order_double(as_double(a), as_double(b));
}

/* Are an int and a double the same number, exactly? As a key an int is itself and no other. */
static bool is_same_exactly(int64_t whole, double number)
{
    return number >= -9223372036854775808.0 && number < 9223372036854775808.0 &&
           (double)(int64_t)number == number && (int64_t)number == whole;
}

static int order_times(struct toc_cel_time a, struct toc_cel_time b)
{
    return a.s != b.s ? order_whole(a.s, b.s) : order_whole(a.ns, b.ns);
}

bool toc_cel_order(const struct toc_cel_value *a, const struct toc_cel_value *b, int *out)
{
    if (is_number(a) && is_number(b)) {
        *out = is_nan(a) || is_nan(b) ? 2 : order_numbers(a, b);
        return true;
    }
    if (a->kind != b->kind) {
        return false;
    }
    switch (a->kind) {
    case TOC_CEL_BOOL:
        *out = order_whole(a->is_true, b->is_true);
        return true;
    case TOC_CEL_STRING: { /* The order of UTF-8 bytes is that of code points. */
        int order = toc_str_compare(a->text, b->text);

        *out = order < 0 ? -1 : order > 0;
        return true;
    }
    case TOC_CEL_TIMESTAMP:
    case TOC_CEL_DURATION:
        *out = order_times(a->time, b->time);
        return true;
    default:
        return false;
    }
}

static bool is_same_key(const struct toc_cel_value *a, const struct toc_cel_value *b)
{
    int order = 1;

    if (a->kind == TOC_CEL_INT && b->kind == TOC_CEL_DOUBLE) {
        return is_same_exactly(a->whole, b->number);
    }
    if (a->kind == TOC_CEL_DOUBLE && b->kind == TOC_CEL_INT) {
        return is_same_exactly(b->whole, a->number);
    }
    return toc_cel_order(a, b, &order) && order == 0;
}

const struct toc_cel_value *toc_cel_map_find(const struct toc_cel_value *map,
                                             const struct toc_cel_value *key)
{
    for (size_t i = 0; i < map->map.count; i++) {
        if (is_same_key(&map->map.entries[i].key, key)) {
            return &map->map.entries[i].value;
        }
    }
    return NULL;
}

static struct toc_cel_value equal_lists(struct toc_cel_scratch *scratch,
                                        const struct toc_cel_value *a,
                                        const struct toc_cel_value *b)
{
    if (a->list.count != b->list.count) {
        return toc_cel_bool(false);
    }
    for (size_t i = 0; i < a->list.count; i++) {
        struct toc_cel_value one = toc_cel_equal(scratch, &a->list.items[i], &b->list.items[i]);

        if (one.kind != TOC_CEL_BOOL || !one.is_true) {
            return one;
        }
    }
    return toc_cel_bool(true);
}

static struct toc_cel_value equal_maps(struct toc_cel_scratch *scratch,
                                       const struct toc_cel_value *a, const struct toc_cel_value *b)
{
    if (a->map.count != b->map.count) {
        return toc_cel_bool(false);
    }
    for (size_t i = 0; i < a->map.count; i++) {
        const struct toc_cel_value *other = NULL;

        if (!toc_cel_pay_items(scratch, b->map.count)) {
            return toc_cel_fail(TOC_CEL_E_FUEL);
        }
        other = toc_cel_map_find(b, &a->map.entries[i].key);
        if (other == NULL) {
            return toc_cel_bool(false);
        }
        struct toc_cel_value one = toc_cel_equal(scratch, &a->map.entries[i].value, other);
        if (one.kind != TOC_CEL_BOOL || !one.is_true) {
            return one;
        }
    }
    return toc_cel_bool(true);
}

static bool equal_points(const struct toc_point *a, const struct toc_point *b)
{
    return a->lat_deg == b->lat_deg && a->lon_deg == b->lon_deg && a->error_m == b->error_m &&
           a->has_alt == b->has_alt && a->alt_mm == b->alt_mm;
}

struct toc_cel_value toc_cel_equal(struct toc_cel_scratch *scratch, const struct toc_cel_value *a,
                                   const struct toc_cel_value *b)
{
    toc_assert(a->kind != TOC_CEL_ERROR && b->kind != TOC_CEL_ERROR);
    if (!pay(scratch, 1)) {
        return toc_cel_fail(TOC_CEL_E_FUEL);
    }
    if (is_number(a) && is_number(b)) {
        return toc_cel_bool(!is_nan(a) && !is_nan(b) && order_numbers(a, b) == 0);
    }
    if (a->kind != b->kind) {
        return toc_cel_bool(false);
    }
    switch (a->kind) {
    case TOC_CEL_NULL:
        return toc_cel_bool(true);
    case TOC_CEL_STRING:
        if (a->text.size == b->text.size && !toc_cel_pay_bytes(scratch, a->text.size)) {
            return toc_cel_fail(TOC_CEL_E_FUEL);
        }
        return toc_cel_bool(toc_str_equal(a->text, b->text));
    case TOC_CEL_LIST:
        return equal_lists(scratch, a, b);
    case TOC_CEL_MAP:
        return equal_maps(scratch, a, b);
    case TOC_CEL_TYPE:
        return toc_cel_bool(a->type == b->type);
    case TOC_CEL_OPTIONAL:
        return a->inner == NULL || b->inner == NULL ? toc_cel_bool(a->inner == b->inner)
                                                    : toc_cel_equal(scratch, a->inner, b->inner);
    case TOC_CEL_POINT:
        return toc_cel_bool(equal_points(a->point, b->point));
    default: { /* bool, timestamp, duration */
        int order = 1;

        return toc_cel_bool(toc_cel_order(a, b, &order) && order == 0);
    }
    }
}

bool toc_cel_is_zero(const struct toc_cel_value *value)
{
    switch (value->kind) {
    case TOC_CEL_NULL:
        return true;
    case TOC_CEL_BOOL:
        return !value->is_true;
    case TOC_CEL_INT:
        return value->whole == 0;
    case TOC_CEL_DOUBLE:
        return value->number == 0.0;
    case TOC_CEL_STRING:
        return value->text.size == 0;
    case TOC_CEL_TIMESTAMP:
    case TOC_CEL_DURATION:
        return value->time.s == 0 && value->time.ns == 0;
    case TOC_CEL_LIST:
        return value->list.count == 0;
    case TOC_CEL_MAP:
        return value->map.count == 0;
    case TOC_CEL_OPTIONAL:
        return value->inner == NULL;
    default:
        return false;
    }
}

size_t toc_cel_length(struct toc_str text)
{
    size_t length = 0;

    for (size_t i = 0; i < text.size; i++) {
        length += ((unsigned char)text.data[i] & 0xC0) != 0x80;
    }
    return length;
}

const char *toc_cel_kind_text(enum toc_cel_kind kind)
{
    static const char *const texts[TOC_CEL_KINDS] = {
        [TOC_CEL_ERROR] = "error",
        [TOC_CEL_NULL] = "null_type",
        [TOC_CEL_BOOL] = "bool",
        [TOC_CEL_INT] = "int",
        [TOC_CEL_DOUBLE] = "double",
        [TOC_CEL_STRING] = "string",
        [TOC_CEL_TIMESTAMP] = "google.protobuf.Timestamp",
        [TOC_CEL_DURATION] = "google.protobuf.Duration",
        [TOC_CEL_LIST] = "list",
        [TOC_CEL_MAP] = "map",
        [TOC_CEL_TYPE] = "type",
        [TOC_CEL_OPTIONAL] = "optional_type",
        [TOC_CEL_POINT] = "point",
    };

    toc_assert(kind < TOC_CEL_KINDS);
    return texts[kind];
}

const char *toc_cel_error_text(enum toc_cel_error code)
{
    static const char *const texts[] = {
        [TOC_CEL_E_MISSING] = "a field is missing",
        [TOC_CEL_E_OVERLOAD] = "no such overload: the types do not go together",
        [TOC_CEL_E_OVERFLOW] = "a result out of range",
        [TOC_CEL_E_DIVIDE] = "divide by zero",
        [TOC_CEL_E_KEY] = "no such key",
        [TOC_CEL_E_INDEX] = "an index out of range",
        [TOC_CEL_E_REPEATED] = "a map with a repeated key",
        [TOC_CEL_E_CONVERT] = "a value that cannot be converted",
        [TOC_CEL_E_ARGUMENT] = "an argument out of range",
        [TOC_CEL_E_FUEL] = "the budget is used up",
        [TOC_CEL_E_SPACE] = "the working memory is full",
    };

    toc_assert((size_t)code < sizeof texts / sizeof texts[0]);
    return texts[code];
}
