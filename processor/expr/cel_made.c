#include "expr/cel_made.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/assert.h"
#include "base/instant.h"

enum { FORMATTED = 600, DIGITS = 17, DAY_S = 86400 };

struct toc_cel_made toc_cel_made_begin(struct toc_cel_scratch *scratch)
{
    return (struct toc_cel_made){.scratch = scratch, .bytes = toc_cel_take(scratch, 0)};
}

void toc_cel_made_fail(struct toc_cel_made *made, enum toc_cel_error error)
{
    if (!made->is_broken) {
        made->is_broken = true;
        made->error = error;
    }
}

void toc_cel_made_add(struct toc_cel_made *made, struct toc_str more)
{
    size_t left = made->scratch->room - made->scratch->used - made->size;

    if (made->is_broken) {
        return;
    }
    if (!toc_cel_pay_bytes(made->scratch, more.size)) {
        toc_cel_made_fail(made, TOC_CEL_E_FUEL);
    } else if (more.size > left) {
        toc_cel_made_fail(made, TOC_CEL_E_SPACE);
    } else if (more.size > 0) {
        memcpy(made->bytes + made->size, more.data, more.size);
        made->size += more.size;
    }
}

void toc_cel_made_addf(struct toc_cel_made *made, const char *format, ...)
{
    char text[FORMATTED];
    va_list rest;
    int size;

    va_start(rest, format);
    size = vsnprintf(text, sizeof text, format, rest);
    va_end(rest);
    toc_assert(size >= 0 && (size_t)size < sizeof text);
    toc_cel_made_add(made, (struct toc_str){.data = text, .size = (size_t)size});
}

struct toc_cel_value toc_cel_made_finish(struct toc_cel_made *made)
{
    if (made->is_broken) {
        return toc_cel_fail(made->error);
    }
    made->bytes = toc_cel_take(made->scratch, made->size);
    toc_assert(made->bytes != NULL);
    return toc_cel_string((struct toc_str){.data = made->bytes, .size = made->size});
}

/* The fewest digits of a finite number that read back to it, and where its point stands: 0.digits
 * times ten to the *out_point. Returns how many. */
static int shortest_digits(double number, char digits[DIGITS + 1], int *out_point)
{
    char text[40];
    int count = 0;

    for (int precision = 0; precision < DIGITS; precision++) {
        (void)snprintf(text, sizeof text, "%.*e", precision, number);
        if (strtod(text, NULL) == number) {
            break;
        }
    }
    for (const char *at = text; *at != 'e'; at++) {
        if (*at >= '0' && *at <= '9') {
            digits[count++] = *at;
        }
    }
    digits[count] = '\0';
    *out_point = (int)strtol(strchr(text, 'e') + 1, NULL, 10) + 1;
    return count;
}

void toc_cel_made_double(struct toc_cel_made *made, double number, bool is_plain)
{
    char digits[DIGITS + 1];
    int point, count = shortest_digits(number, digits, &point);

    if (number < 0 || (number == 0 && 1 / number < 0)) {
        toc_cel_made_add(made, TOC_STR("-"));
    }
    if (!is_plain && number != 0 && (point <= -4 || point > 6)) {
        toc_cel_made_addf(made, "%c%s%se%+03d", digits[0], count > 1 ? "." : "", digits + 1,
                          point - 1);
    } else if (point <= 0) {
        toc_cel_made_add(made, TOC_STR("0."));
        for (int i = point; i < 0; i++) {
            toc_cel_made_add(made, TOC_STR("0"));
        }
        toc_cel_made_addf(made, "%s", digits);
    } else if (count <= point) {
        toc_cel_made_addf(made, "%s", digits);
        for (int i = count; i < point; i++) {
            toc_cel_made_add(made, TOC_STR("0"));
        }
    } else {
        toc_cel_made_addf(made, "%.*s.%s", point, digits, digits + point);
    }
}

static void add_fraction(struct toc_cel_made *made, int32_t ns)
{
    char digits[12];
    int size = snprintf(digits, sizeof digits, ".%09" PRId32, ns);

    while (size > 1 && digits[size - 1] == '0') {
        size--;
    }
    if (size > 1) {
        toc_cel_made_add(made, (struct toc_str){.data = digits, .size = (size_t)size});
    }
}

void toc_cel_made_timestamp(struct toc_cel_made *made, struct toc_cel_time at)
{
    int64_t days = (at.s - (at.s < 0 ? DAY_S - 1 : 0)) / DAY_S;
    int second = (int)(at.s - days * DAY_S);
    int year, month, day;

    toc_instant_date(days, &year, &month, &day);
    toc_cel_made_addf(made, "%04d-%02d-%02dT%02d:%02d:%02d", year, month, day, second / 3600,
                      second / 60 % 60, second % 60);
    add_fraction(made, at.ns);
    toc_cel_made_add(made, TOC_STR("Z"));
}

void toc_cel_made_duration(struct toc_cel_made *made, struct toc_cel_time span)
{
    if (span.s < 0) {
        toc_cel_made_add(made, TOC_STR("-"));
        span.s = -span.s - (span.ns > 0);
        span.ns = span.ns > 0 ? 1000000000 - span.ns : 0;
    }
    toc_cel_made_addf(made, "%" PRId64, span.s);
    add_fraction(made, span.ns);
    toc_cel_made_add(made, TOC_STR("s"));
}
