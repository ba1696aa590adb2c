/* cel_convert.c - functions of all kinds of values: size, and conversions between bool, int, double
 * and string. Those of times: cel_time.c. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/number.h"
#include "expr/cel_func.h"
#include "expr/cel_made.h"

struct toc_cel_value toc_cel_fn_size(struct toc_cel_scratch *scratch,
                                     const struct toc_cel_value *args, size_t count)
{
    (void)count;
    switch (args[0].kind) {
    case TOC_CEL_STRING:
        if (!toc_cel_pay_bytes(scratch, args[0].text.size)) {
            return toc_cel_fail(TOC_CEL_E_FUEL);
        }
        return toc_cel_int((int64_t)toc_cel_length(args[0].text));
    case TOC_CEL_LIST:
        return toc_cel_int((int64_t)args[0].list.count);
    default:
        return toc_cel_int((int64_t)args[0].map.count);
    }
}

struct toc_cel_value toc_cel_fn_same(struct toc_cel_scratch *scratch,
                                     const struct toc_cel_value *args, size_t count)
{
    (void)scratch;
    (void)count;
    return args[0];
}

struct toc_cel_value toc_cel_fn_int_of_double(struct toc_cel_scratch *scratch,
                                              const struct toc_cel_value *args, size_t count)
{
    double number = args[0].number;

    (void)scratch;
    (void)count;
    /* The reference refuses the ends too, which no double near them can tell from its neighbours.
     */
    if (!(number > -9223372036854775808.0 && number < 9223372036854775808.0)) {
        return toc_cel_fail(TOC_CEL_E_OVERFLOW);
    }
    return toc_cel_int((int64_t)number);
}

struct toc_cel_value toc_cel_fn_int_of_string(struct toc_cel_scratch *scratch,
                                              const struct toc_cel_value *args, size_t count)
{
    int64_t whole;

    (void)count;
    if (!toc_cel_pay_bytes(scratch, args[0].text.size)) {
        return toc_cel_fail(TOC_CEL_E_FUEL);
    }
    return toc_number_parse_integer(args[0].text, &whole) ? toc_cel_int(whole)
                                                          : toc_cel_fail(TOC_CEL_E_CONVERT);
}

struct toc_cel_value toc_cel_fn_double_of_int(struct toc_cel_scratch *scratch,
                                              const struct toc_cel_value *args, size_t count)
{
    (void)scratch;
    (void)count;
    return toc_cel_double((double)args[0].whole);
}

static bool is_word(struct toc_str text, const char *word)
{
    return toc_str_equal(text, toc_str_of(word));
}

/* ".5", "-.5e3", as a literal of CEL may be written. */
static bool parse_without_zero(struct toc_str text, double *out)
{
    char whole[64];
    size_t sign = text.size > 0 && (text.data[0] == '-' || text.data[0] == '+');

    if (text.size < sign + 2 || text.size >= sizeof whole || text.data[sign] != '.') {
        return false;
    }
    memcpy(whole, text.data, sign);
    whole[sign] = '0';
    memcpy(whole + sign + 1, text.data + sign, text.size - sign);
    return toc_number_parse((struct toc_str){.data = whole, .size = text.size + 1}, out);
}

struct toc_cel_value toc_cel_fn_double_of_string(struct toc_cel_scratch *scratch,
                                                 const struct toc_cel_value *args, size_t count)
{
    static const struct {
        const char *word;
        double number;
    } words[] = {{"NaN", NAN},
                 {"Infinity", INFINITY},
                 {"+Infinity", INFINITY},
                 {"-Infinity", -INFINITY},
                 {"Inf", INFINITY},
                 {"+Inf", INFINITY},
                 {"-Inf", -INFINITY}};
    struct toc_str text = args[0].text;
    double number;

    (void)count;
    if (!toc_cel_pay_bytes(scratch, text.size)) {
        return toc_cel_fail(TOC_CEL_E_FUEL);
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (is_word(text, words[i].word)) {
            return toc_cel_double(words[i].number);
        }
    }
    if (toc_number_parse(text, &number) || parse_without_zero(text, &number)) {
        return toc_cel_double(number);
    }
    return toc_cel_fail(TOC_CEL_E_CONVERT);
}

struct toc_cel_value toc_cel_fn_bool_of_string(struct toc_cel_scratch *scratch,
                                               const struct toc_cel_value *args, size_t count)
{
    /* The spellings the reference takes (cel-spec, conversions/bool). */
    static const char *const yes[] = {"1", "t", "T", "TRUE", "true", "True"};
    static const char *const no[] = {"0", "f", "F", "FALSE", "false", "False"};

    (void)scratch;
    (void)count;
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) {
        if (is_word(args[0].text, yes[i])) {
            return toc_cel_bool(true);
        }
        if (is_word(args[0].text, no[i])) {
            return toc_cel_bool(false);
        }
    }
    return toc_cel_fail(TOC_CEL_E_CONVERT);
}

static struct toc_cel_value copied(struct toc_cel_scratch *scratch, const char *bytes, size_t size)
{
    char *copy = toc_cel_take(scratch, size);

    if (copy == NULL) {
        return toc_cel_fail(TOC_CEL_E_SPACE);
    }
    memcpy(copy, bytes, size);
    return toc_cel_string((struct toc_str){.data = copy, .size = size});
}

struct toc_cel_value toc_cel_fn_string_of_bool(struct toc_cel_scratch *scratch,
                                               const struct toc_cel_value *args, size_t count)
{
    (void)scratch;
    (void)count;
    return toc_cel_string(args[0].is_true ? TOC_STR("true") : TOC_STR("false"));
}

struct toc_cel_value toc_cel_fn_string_of_int(struct toc_cel_scratch *scratch,
                                              const struct toc_cel_value *args, size_t count)
{
    char digits[24];
    int size = snprintf(digits, sizeof digits, "%" PRId64, args[0].whole);

    (void)count;
    return copied(scratch, digits, (size_t)size);
}

struct toc_cel_value toc_cel_fn_string_of_double(struct toc_cel_scratch *scratch,
                                                 const struct toc_cel_value *args, size_t count)
{
    double number = args[0].number;
    struct toc_cel_made made;

    (void)count;
    if (isnan(number)) {
        return toc_cel_string(TOC_STR("NaN"));
    }
    if (isinf(number)) {
        return toc_cel_string(number > 0 ? TOC_STR("+Inf") : TOC_STR("-Inf"));
    }
    made = toc_cel_made_begin(scratch);
    toc_cel_made_double(&made, number, false);
    return toc_cel_made_finish(&made);
}
