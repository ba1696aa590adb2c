#include "unit.h"

#include <locale.h>
#include <math.h>

#include "base/number.h"

#define NOT NAN /* Not a number, or not a whole one. */

static const struct number_case {
    const char *name, *text;
    double number;
    int64_t whole; /* INT64_MIN + 1: not a whole number. */
} cases[] = {
    {"zero", "0", 0, 0},
    {"a whole number", "42", 42, 42},
    {"a sign in front", "+7", 7, 7},
    {"a negative number", "-7", -7, -7},
    {"a fraction", "0.7", 0.7, INT64_MIN + 1},
    {"an exponent", "1e3", 1000, INT64_MIN + 1},
    {"a signed exponent", "25E-1", 2.5, INT64_MIN + 1},
    {"the largest whole number", "9223372036854775807", 9223372036854775807.0, INT64_MAX},
    {"one more", "9223372036854775808", 9223372036854775808.0, INT64_MIN + 1},
    {"the least whole number", "-9223372036854775808", -9223372036854775808.0, INT64_MIN},
    {"one less", "-9223372036854775809", -9223372036854775809.0, INT64_MIN + 1},
    {"leading zeros are digits of a whole number only", "007", NOT, 7},
    {"beyond the doubles", "1e309", NOT, INT64_MIN + 1},
    {"within the doubles", "1e308", 1e308, INT64_MIN + 1},
    {"a point without digits behind", "1.", NOT, INT64_MIN + 1},
    {"a point without digits before", ".5", NOT, INT64_MIN + 1},
    {"an exponent without digits", "1e", NOT, INT64_MIN + 1},
    {"a sign alone", "-", NOT, INT64_MIN + 1},
    {"nothing", "", NOT, INT64_MIN + 1},
    {"hexadecimal", "0x10", NOT, INT64_MIN + 1},
    {"infinity", "inf", NOT, INT64_MIN + 1},
    {"not a number", "nan", NOT, INT64_MIN + 1},
    {"a comma", "0,7", NOT, INT64_MIN + 1},
    {"a space in front", " 1", NOT, INT64_MIN + 1},
    {"a space behind", "1 ", NOT, INT64_MIN + 1},
    {"a word", "ten", NOT, INT64_MIN + 1},
    {"1_000", "1_000", NOT, INT64_MIN + 1},
};

static void reads_it(void **state)
{
    const struct number_case *c = *state;
    struct toc_str text = toc_str_of(c->text);
    double number = 0.25;
    int64_t whole = 5;

    (void)setlocale(LC_ALL, "de_DE.UTF-8"); /* Where installed: a comma for a point. */
    assert_int_equal(toc_number_parse(text, &number), !isnan(c->number));
    assert_true(number == (isnan(c->number) ? 0.25 : c->number));
    assert_int_equal(toc_number_parse_integer(text, &whole), c->whole != INT64_MIN + 1);
    assert_true(whole == (c->whole == INT64_MIN + 1 ? 5 : c->whole));
}

UNIT_TABLE("base/number", cases, reads_it)
