#include "base/number.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>

enum { NUMBER_SIZE = 400 }; /* Longer ones say nothing a double could hold. */

static size_t skip_digits(struct toc_str text, size_t at)
{
    while (at < text.size && text.data[at] >= '0' && text.data[at] <= '9') {
        at++;
    }
    return at;
}

/* RFC 8259, 6, with '+' allowed in front. */
static bool is_number(struct toc_str text)
{
    size_t at = 0, from;

    if (at < text.size && (text.data[at] == '-' || text.data[at] == '+')) {
        at++;
    }
    from = at;
    at = skip_digits(text, at);
    if (at == from || (at > from + 1 && text.data[from] == '0')) {
        return false;
    }
    if (at < text.size && text.data[at] == '.') {
        from = ++at;
        at = skip_digits(text, at);
        if (at == from) {
            return false;
        }
    }
    if (at < text.size && (text.data[at] == 'e' || text.data[at] == 'E')) {
        at++;
        if (at < text.size && (text.data[at] == '-' || text.data[at] == '+')) {
            at++;
        }
        from = at;
        at = skip_digits(text, at);
        if (at == from) {
            return false;
        }
    }
    return at == text.size;
}

bool toc_number_parse(struct toc_str text, double *out)
{
    char copy[NUMBER_SIZE + 1];
    locale_t plain, before;
    double value;

    if (text.size == 0 || text.size > NUMBER_SIZE || !is_number(text)) {
        return false;
    }
    memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    /* strtod follows the locale of a program that embeds us: "0.7" must not become 0. */
    plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    before = plain != (locale_t)0 ? uselocale(plain) : (locale_t)0;
    value = strtod(copy, NULL);
    if (plain != (locale_t)0) {
        uselocale(before);
        freelocale(plain);
    }
    if (!isfinite(value)) {
        return false;
    }
    *out = value;
    return true;
}

bool toc_number_parse_integer(struct toc_str text, int64_t *out)
{
    size_t at = 0;
    bool is_negative = false;
    int64_t value = 0;

    if (text.size > 0 && (text.data[0] == '-' || text.data[0] == '+')) {
        is_negative = text.data[0] == '-';
        at = 1;
    }
    if (at == text.size || skip_digits(text, at) != text.size) {
        return false;
    }
    for (; at < text.size; at++) { /* Downwards: INT64_MIN has no positive twin. */
        int digit = text.data[at] - '0';

        if (value < (INT64_MIN + digit) / 10) {
            return false;
        }
        value = value * 10 - digit;
    }
    if (!is_negative && value == INT64_MIN) {
        return false;
    }
    *out = is_negative ? value : -value;
    return true;
}
