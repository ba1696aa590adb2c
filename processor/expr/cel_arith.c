/* cel_arith.c - arithmetic and comparison. Source: cel-spec langdef.md, "Numeric values",
 * "Overflow"; int and double mixed are ours: the int becomes a double. */
#include <math.h>

#include "base/assert.h"
#include "expr/cel_apply.h"

enum { NS = 1000000000 };

static struct toc_cel_value whole(enum toc_cel_opcode op, int64_t a, int64_t b)
{
    int64_t result = 0;
    bool is_over;

    switch (op) {
    case TOC_CEL_OP_ADD:
        is_over = __builtin_add_overflow(a, b, &result);
        break;
    case TOC_CEL_OP_SUBTRACT:
        is_over = __builtin_sub_overflow(a, b, &result);
        break;
    case TOC_CEL_OP_MULTIPLY:
        is_over = __builtin_mul_overflow(a, b, &result);
        break;
    default:
        if (b == 0) {
            return toc_cel_fail(TOC_CEL_E_DIVIDE);
        }
        is_over = a == INT64_MIN && b == -1;
        if (!is_over) {
            result = op == TOC_CEL_OP_DIVIDE ? a / b : a % b;
        }
        break;
    }
    return is_over ? toc_cel_fail(TOC_CEL_E_OVERFLOW) : toc_cel_int(result);
}

static struct toc_cel_value number(enum toc_cel_opcode op, double a, double b)
{
    switch (op) {
    case TOC_CEL_OP_ADD:
        return toc_cel_double(a + b);
    case TOC_CEL_OP_SUBTRACT:
        return toc_cel_double(a - b);
    case TOC_CEL_OP_MULTIPLY:
        return toc_cel_double(a * b);
    case TOC_CEL_OP_DIVIDE: /* By IEEE 754: of 0 an infinity or NaN. */
        if (b == 0.0) {
            return toc_cel_double(a == 0.0 || isnan(a)           ? NAN
                                  : (a > 0) == (signbit(b) == 0) ? INFINITY
                                                                 : -INFINITY);
        }
        return toc_cel_double(a / b);
    default:
        return toc_cel_fail(TOC_CEL_E_OVERLOAD);
    }
}

static struct toc_cel_time add_times(struct toc_cel_time a, struct toc_cel_time b, bool is_minus)
{
    /* Within the bounds of both kinds no sum leaves int64. */
    struct toc_cel_time sum = {.s = is_minus ? a.s - b.s : a.s + b.s,
                               .ns = is_minus ? a.ns - b.ns : a.ns + b.ns};

    if (sum.ns < 0) {
        sum.ns += NS;
        sum.s--;
    } else if (sum.ns >= NS) {
        sum.ns -= NS;
        sum.s++;
    }
    return sum;
}

static struct toc_cel_value times(enum toc_cel_opcode op, const struct toc_cel_value *a,
                                  const struct toc_cel_value *b)
{
    bool is_instant = a->kind == TOC_CEL_TIMESTAMP, of_instant = b->kind == TOC_CEL_TIMESTAMP;
    struct toc_cel_time sum;

    if (op == TOC_CEL_OP_ADD && !(is_instant && of_instant)) {
        sum = add_times(a->time, b->time, false);
        return is_instant || of_instant ? toc_cel_timestamp(sum.s, sum.ns)
                                        : toc_cel_duration(sum.s, sum.ns);
    }
    if (op == TOC_CEL_OP_SUBTRACT && (is_instant || !of_instant)) {
        sum = add_times(a->time, b->time, true);
        return is_instant == of_instant ? toc_cel_duration(sum.s, sum.ns)
                                        : toc_cel_timestamp(sum.s, sum.ns);
    }
    return toc_cel_fail(TOC_CEL_E_OVERLOAD);
}

static struct toc_cel_value joined_text(struct toc_cel_scratch *scratch, struct toc_str a,
                                        struct toc_str b)
{
    char *text;

    if (!toc_cel_pay_bytes(scratch, a.size + b.size)) {
        return toc_cel_fail(TOC_CEL_E_FUEL);
    }
    text = toc_cel_take(scratch, a.size + b.size);
    if (text == NULL) {
        return toc_cel_fail(TOC_CEL_E_SPACE);
    }
    if (a.size > 0) {
        memcpy(text, a.data, a.size);
    }
    if (b.size > 0) {
        memcpy(text + a.size, b.data, b.size);
    }
    return toc_cel_string((struct toc_str){.data = text, .size = a.size + b.size});
}

static struct toc_cel_value joined_list(struct toc_cel_scratch *scratch,
                                        const struct toc_cel_value *a,
                                        const struct toc_cel_value *b)
{
    struct toc_cel_value list = {.kind = TOC_CEL_LIST};
    size_t count = a->list.count + b->list.count;
    struct toc_cel_value *items;

    if (a->list.count == 0 || b->list.count == 0) {
        return a->list.count == 0 ? *b : *a;
    }
    if (!toc_cel_pay_items(scratch, count)) {
        return toc_cel_fail(TOC_CEL_E_FUEL);
    }
    items = toc_cel_take(scratch, count * sizeof *items);
    if (items == NULL) {
        return toc_cel_fail(TOC_CEL_E_SPACE);
    }
    memcpy(items, a->list.items, a->list.count * sizeof *items);
    memcpy(items + a->list.count, b->list.items, b->list.count * sizeof *items);
    list.list.items = items;
    list.list.count = count;
    return list;
}

static bool is_number(const struct toc_cel_value *value)
{
    return value->kind == TOC_CEL_INT || value->kind == TOC_CEL_DOUBLE;
}

static bool is_time(const struct toc_cel_value *value)
{
    return value->kind == TOC_CEL_TIMESTAMP || value->kind == TOC_CEL_DURATION;
}

static double as_double(const struct toc_cel_value *value)
{
    return value->kind == TOC_CEL_INT ? (double)value->whole : value->number;
}

struct toc_cel_value toc_cel_arithmetic(struct toc_cel_scratch *scratch, enum toc_cel_opcode op,
                                        const struct toc_cel_value *a,
                                        const struct toc_cel_value *b)
{
    if (a->kind == TOC_CEL_ERROR || b->kind == TOC_CEL_ERROR) {
        return a->kind == TOC_CEL_ERROR ? *a : *b;
    }
    if (a->kind == TOC_CEL_INT && b->kind == TOC_CEL_INT) {
        return whole(op, a->whole, b->whole);
    }
    if (is_number(a) && is_number(b)) {
        return number(op, as_double(a), as_double(b));
    }
    if (is_time(a) && is_time(b)) {
        return times(op, a, b);
    }
    if (op == TOC_CEL_OP_ADD && a->kind == TOC_CEL_STRING && b->kind == TOC_CEL_STRING) {
        return joined_text(scratch, a->text, b->text);
    }
    if (op == TOC_CEL_OP_ADD && a->kind == TOC_CEL_LIST && b->kind == TOC_CEL_LIST) {
        return joined_list(scratch, a, b);
    }
    return toc_cel_fail(TOC_CEL_E_OVERLOAD);
}

struct toc_cel_value toc_cel_negate(const struct toc_cel_value *a)
{
    switch (a->kind) {
    case TOC_CEL_ERROR:
        return *a;
    case TOC_CEL_INT:
        return a->whole == INT64_MIN ? toc_cel_fail(TOC_CEL_E_OVERFLOW) : toc_cel_int(-a->whole);
    case TOC_CEL_DOUBLE:
        return toc_cel_double(-a->number);
    default:
        return toc_cel_fail(TOC_CEL_E_OVERLOAD);
    }
}

struct toc_cel_value toc_cel_compare(struct toc_cel_scratch *scratch, enum toc_cel_opcode op,
                                     const struct toc_cel_value *a, const struct toc_cel_value *b)
{
    int order = 0;

    if (a->kind == TOC_CEL_ERROR || b->kind == TOC_CEL_ERROR) {
        return a->kind == TOC_CEL_ERROR ? *a : *b;
    }
    if (op == TOC_CEL_OP_EQUAL || op == TOC_CEL_OP_UNEQUAL) {
        struct toc_cel_value equal = toc_cel_equal(scratch, a, b);

        if (equal.kind == TOC_CEL_BOOL && op == TOC_CEL_OP_UNEQUAL) {
            equal.is_true = !equal.is_true;
        }
        return equal;
    }
    if (a->kind == TOC_CEL_STRING && !toc_cel_pay_bytes(scratch, a->text.size)) {
        return toc_cel_fail(TOC_CEL_E_FUEL);
    }
    if (!toc_cel_order(a, b, &order)) {
        return toc_cel_fail(TOC_CEL_E_OVERLOAD);
    }
    switch (op) { /* 2: NaN, of which nothing holds. */
    case TOC_CEL_OP_LESS:
        return toc_cel_bool(order == -1);
    case TOC_CEL_OP_AT_MOST:
        return toc_cel_bool(order == -1 || order == 0);
    case TOC_CEL_OP_MORE:
        return toc_cel_bool(order == 1);
    default:
        toc_assert(op == TOC_CEL_OP_AT_LEAST);
        return toc_cel_bool(order == 1 || order == 0);
    }
}
