#include "base/instant.h"

#include <stdio.h>

#include "base/assert.h"

enum { DAY_MS = 86400000, MINUTE_MS = 60000 };

/* Days from 1970-01-01 to a day of the proleptic Gregorian calendar. Source: H. Hinnant,
 * "chrono-Compatible Low-Level Date Algorithms", days_from_civil. */
int64_t toc_instant_days(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t of_era = y - era * 400;
    int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* The way back: civil_from_days, same source. */
void toc_instant_date(int64_t days, int *out_year, int *out_month, int *out_day)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t day = z - era * 146097;
    int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    int64_t of_year = day - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153;

    *out_day = (int)(of_year - (153 * month + 2) / 5 + 1);
    *out_month = (int)(month < 10 ? month + 3 : month - 9);
    *out_year = (int)(year + era * 400 + (*out_month <= 2));
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && is_leap ? 29 : days[month - 1];
}

/* Exactly @count digits at *at, a number of @least to @most. */
static bool take_digits(struct toc_str text, size_t *at, int count, int least, int most, int *out)
{
    int value = 0;

    for (int i = 0; i < count; i++, (*at)++) {
        if (*at >= text.size || text.data[*at] < '0' || text.data[*at] > '9') {
            return false;
        }
        value = value * 10 + (text.data[*at] - '0');
    }
    *out = value;
    return value >= least && value <= most;
}

static bool take_any(struct toc_str text, size_t *at, const char *bytes)
{
    if (*at >= text.size || text.data[*at] == '\0' || strchr(bytes, text.data[*at]) == NULL) {
        return false;
    }
    (*at)++;
    return true;
}

/* "Z" or "+hh:mm": minutes east of Greenwich. */
static bool take_offset(struct toc_str text, size_t *at, int *out_minutes)
{
    bool is_west = *at < text.size && text.data[*at] == '-';
    int hours, minutes;

    if (take_any(text, at, "Zz")) {
        *out_minutes = 0;
        return true;
    }
    if (!take_any(text, at, "+-") || !take_digits(text, at, 2, 0, 23, &hours) ||
        !take_any(text, at, ":") || !take_digits(text, at, 2, 0, 59, &minutes)) {
        return false;
    }
    *out_minutes = (hours * 60 + minutes) * (is_west ? -1 : 1);
    return true;
}

bool toc_instant_parse(struct toc_str text, int64_t *out_ms)
{
    int year, month, day, hour, minute, second, millis = 0, offset;
    int64_t at_ms;
    size_t at = 0;

    if (!take_digits(text, &at, 4, 0, 9999, &year) || !take_any(text, &at, "-") ||
        !take_digits(text, &at, 2, 1, 12, &month) || !take_any(text, &at, "-") ||
        !take_digits(text, &at, 2, 1, days_in_month(year, month), &day) ||
        !take_any(text, &at, "Tt ") || !take_digits(text, &at, 2, 0, 23, &hour) ||
        !take_any(text, &at, ":") || !take_digits(text, &at, 2, 0, 59, &minute) ||
        !take_any(text, &at, ":") || !take_digits(text, &at, 2, 0, 60, &second)) {
        return false;
    }
    if (take_any(text, &at, ".")) {
        int digit, weight = 100;

        if (!take_digits(text, &at, 1, 0, 9, &digit)) {
            return false;
        }
        do {
            millis += digit * weight;
            weight /= 10; /* From the fourth digit on 0: cut. */
        } while (take_digits(text, &at, 1, 0, 9, &digit));
    }
    if (!take_offset(text, &at, &offset) || at != text.size) {
        return false;
    }
    if (second == 60) { /* RFC 3339, 5.6: a leap second; POSIX time has none. */
        second = 59;
        millis = 999;
    }
    at_ms = toc_instant_days(year, month, day) * DAY_MS +
            ((hour * 60 + minute) * 60 + second) * INT64_C(1000) + millis -
            (int64_t)offset * MINUTE_MS;
    if (at_ms < TOC_INSTANT_MIN || at_ms > TOC_INSTANT_MAX) {
        return false;
    }
    *out_ms = at_ms;
    return true;
}

void toc_instant_format(int64_t at_ms, char out[TOC_INSTANT_TEXT])
{
    int64_t days, rest;
    int year, month, day;
    char text[96]; /* Room for what the compiler must fear of seven ints. */

    toc_assert(at_ms >= TOC_INSTANT_MIN && at_ms <= TOC_INSTANT_MAX);
    rest = at_ms % DAY_MS;
    rest = rest < 0 ? rest + DAY_MS : rest;
    days = (at_ms - rest) / DAY_MS;
    toc_instant_date(days, &year, &month, &day);
    (void)snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", year, month, day,
                   (int)(rest / 3600000), (int)(rest / MINUTE_MS % 60), (int)(rest / 1000 % 60),
                   (int)(rest % 1000));
    memcpy(out, text, TOC_INSTANT_TEXT);
}

enum { UNITS = 5 };
static const struct unit {
    const char *name;
    int64_t span_ms;
} units[UNITS] = {{"d", DAY_MS}, {"h", 3600000}, {"m", MINUTE_MS}, {"s", 1000}, {"ms", 1}};

bool toc_span_parse(struct toc_str text, int64_t *out_ms)
{
    int64_t sum_ms = 0;
    size_t at = 0;
    int unit = 0; /* The largest that may still come. */

    if (text.size == 0) {
        return false;
    }
    while (at < text.size) {
        int64_t number = 0;
        size_t from = at, name_size;

        for (; at < text.size && text.data[at] >= '0' && text.data[at] <= '9'; at++) {
            number = number * 10 + (text.data[at] - '0');
            if (number > TOC_SPAN_MAX) {
                return false;
            }
        }
        if (at == from) {
            return false;
        }
        for (from = at; at < text.size && (text.data[at] < '0' || text.data[at] > '9');) {
            at++;
        }
        name_size = at - from;
        while (unit < UNITS && (strlen(units[unit].name) != name_size ||
                                memcmp(units[unit].name, text.data + from, name_size) != 0)) {
            unit++;
        }
        if (unit == UNITS || number > (TOC_SPAN_MAX - sum_ms) / units[unit].span_ms) {
            return false;
        }
        sum_ms += number * units[unit++].span_ms;
    }
    *out_ms = sum_ms;
    return true;
}

/* @span_ms in the units whose bits are set in @mask, or false if that leaves a rest. */
static bool spell(int64_t span_ms, unsigned mask, char out[96])
{
    size_t size = 0;

    for (int i = 0; i < UNITS; i++) {
        int64_t number = span_ms / units[i].span_ms;

        if ((mask >> i & 1U) != 0 && number > 0) {
            size +=
                (size_t)snprintf(out + size, 96 - size, "%lld%s", (long long)number, units[i].name);
            span_ms %= units[i].span_ms;
        }
    }
    return span_ms == 0;
}

void toc_span_format(int64_t span_ms, struct toc_text *out)
{
    char best[96] = "", text[96];

    toc_assert(span_ms >= 0 && span_ms <= TOC_SPAN_MAX);
    if (span_ms == 0) {
        toc_text_add(out, TOC_STR("0s"));
        return;
    }
    for (unsigned mask = 1; mask < 1U << UNITS; mask++) {
        if (spell(span_ms, mask, text) && (best[0] == '\0' || strlen(text) < strlen(best))) {
            memcpy(best, text, sizeof best);
        }
    }
    toc_text_add(out, toc_str_of(best));
}
