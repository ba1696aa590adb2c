/* cel_math.c - the math extension. Source: the reference implementation, cel-go ext/math; what two
 * shifts and signs of special numbers give is in the conformance cases, math_ext. */
#include <math.h>

#include "expr/cel_func.h"

enum { BITS = 64 };

/* The greatest (or least) of numbers, the first of equal ones. NaN has no place among them. */
static struct toc_cel_value outermost(struct toc_cel_scratch *scratch,
                                      const struct toc_cel_value *numbers, size_t count,
                                      int direction)
{
    struct toc_cel_value best;

    if (!toc_cel_pay_items(scratch, count)) {
        return toc_cel_fail(TOC_CEL_E_FUEL);
    }
    if (count == 0) {
        return toc_cel_fail(TOC_CEL_E_ARGUMENT);
    }
    best = numbers[0];
    for (size_t i = 0; i < count; i++) {
        int order;

        if (numbers[i].kind != TOC_CEL_INT && numbers[i].kind != TOC_CEL_DOUBLE) {
            return toc_cel_fail(TOC_CEL_E_OVERLOAD);
        }
        if (!toc_cel_order(&numbers[i], &best, &order) || order == 2) {
            return toc_cel_fail(TOC_CEL_E_ARGUMENT);
        }
        if (order == direction) {
            best = numbers[i];
        }
    }
    return best;
}

struct toc_cel_value toc_cel_fn_greatest(struct toc_cel_scratch *scratch,
                                         const struct toc_cel_value *args, size_t count)
{
    return outermost(scratch, args, count, 1);
}

struct toc_cel_value toc_cel_fn_greatest_of(struct toc_cel_scratch *scratch,
                                            const struct toc_cel_value *args, size_t count)
{
    (void)count;
    return outermost(scratch, args[0].list.items, args[0].list.count, 1);
}

struct toc_cel_value toc_cel_fn_least(struct toc_cel_scratch *scratch,
                                      const struct toc_cel_value *args, size_t count)
{
    return outermost(scratch, args, count, -1);
}

struct toc_cel_value toc_cel_fn_least_of(struct toc_cel_scratch *scratch,
                                         const struct toc_cel_value *args, size_t count)
{
    (void)count;
    return outermost(scratch, args[0].list.items, args[0].list.count, -1);
}

/* A function that is one expression of its arguments. */
#define FUNCTION(name, result)                                                                     \
    struct toc_cel_value toc_cel_fn_##name(struct toc_cel_scratch *scratch,                        \
                                           const struct toc_cel_value *args, size_t count)         \
    {                                                                                              \
        (void)scratch;                                                                             \
        (void)count;                                                                               \
        return result;                                                                             \
    }

FUNCTION(ceil, toc_cel_double(ceil(args[0].number)))
FUNCTION(floor, toc_cel_double(floor(args[0].number)))
FUNCTION(round, toc_cel_double(round(args[0].number)))
FUNCTION(trunc, toc_cel_double(trunc(args[0].number)))
FUNCTION(sqrt,
         toc_cel_double(sqrt(args[0].kind == TOC_CEL_INT ? (double)args[0].whole : args[0].number)))

struct toc_cel_value toc_cel_fn_abs_of_int(struct toc_cel_scratch *scratch,
                                           const struct toc_cel_value *args, size_t count)
{
    int64_t whole = args[0].whole;

    (void)scratch;
    (void)count;
    if (whole == INT64_MIN) {
        return toc_cel_fail(TOC_CEL_E_OVERFLOW);
    }
    return toc_cel_int(whole < 0 ? -whole : whole);
}

FUNCTION(abs_of_double, toc_cel_double(fabs(args[0].number)))
FUNCTION(sign_of_int, toc_cel_int((args[0].whole > 0) - (args[0].whole < 0)))

struct toc_cel_value toc_cel_fn_sign_of_double(struct toc_cel_scratch *scratch,
                                               const struct toc_cel_value *args, size_t count)
{
    double number = args[0].number;

    (void)scratch;
    (void)count;
    return toc_cel_double(isnan(number) ? number : (double)((number > 0) - (number < 0)));
}

FUNCTION(is_nan, toc_cel_bool(isnan(args[0].number) != 0))
FUNCTION(is_inf, toc_cel_bool(isinf(args[0].number) != 0))
FUNCTION(is_finite, toc_cel_bool(isfinite(args[0].number) != 0))

/* Bits are those of two's complement. */
static struct toc_cel_value of_bits(uint64_t bits)
{
    int64_t whole;

    memcpy(&whole, &bits, sizeof whole);
    return toc_cel_int(whole);
}

FUNCTION(bit_and, of_bits((uint64_t)args[0].whole &(uint64_t)args[1].whole))
FUNCTION(bit_or, of_bits((uint64_t)args[0].whole | (uint64_t)args[1].whole))
FUNCTION(bit_xor, of_bits((uint64_t)args[0].whole ^ (uint64_t)args[1].whole))
FUNCTION(bit_not, of_bits(~(uint64_t)args[0].whole))

/* Whoever shifts by all bits or more has none left; zeros come in from either side. */
struct toc_cel_value toc_cel_fn_shift_left(struct toc_cel_scratch *scratch,
                                           const struct toc_cel_value *args, size_t count)
{
    int64_t by = args[1].whole;

    (void)scratch;
    (void)count;
    if (by < 0) {
        return toc_cel_fail(TOC_CEL_E_ARGUMENT);
    }
    return of_bits(by >= BITS ? 0 : (uint64_t)args[0].whole << by);
}

struct toc_cel_value toc_cel_fn_shift_right(struct toc_cel_scratch *scratch,
                                            const struct toc_cel_value *args, size_t count)
{
    int64_t by = args[1].whole;

    (void)scratch;
    (void)count;
    if (by < 0) {
        return toc_cel_fail(TOC_CEL_E_ARGUMENT);
    }
    return of_bits(by >= BITS ? 0 : (uint64_t)args[0].whole >> by);
}
