/* cel_time.c - timestamps and durations: reading, telling, and their parts. Arithmetic of them is
 * the machine's. Source: the CEL specification, "Date/Time Functions", "Timezones"; RFC 3339.
 *
 * Zones are "UTC" and fixed offsets. Names such as "Africa/Bamako" are not taken: their rules are
 * data that differs from machine to machine and changes, and a rule must say the same of the same
 * events wherever and whenever it runs. */
#include "base/instant.h"
#include "expr/cel_func.h"
#include "expr/cel_made.h"

enum { MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400, SECOND_NS = 1000000000, MS_NS = 1000000 };

static bool is_digit(struct toc_str text, size_t at)
{
    return at < text.size && text.data[at] >= '0' && text.data[at] <= '9';
}

/* --- Timestamps --- */

/* The digits of the fraction as nanoseconds, those from the tenth on cut. A leap second is the last
 * nanosecond of its minute (base/instant.h says the same in milliseconds). */
static int32_t nanoseconds_of(struct toc_str text)
{
    const size_t second_at = sizeof "2026-11-21T10:00:" - 1;
    int32_t ns = 0, weight = SECOND_NS / 10;
    size_t at = second_at + 3;

    if (text.data[second_at] == '6') {
        return SECOND_NS - 1;
    }
    if (at - 1 < text.size && text.data[at - 1] == '.') {
        for (; weight > 0 && is_digit(text, at); at++) {
            ns += (text.data[at] - '0') * weight;
            weight /= 10;
        }
    }
    return ns;
}

struct toc_cel_value toc_cel_fn_timestamp_of_string(struct toc_cel_scratch *scratch,
                                                    const struct toc_cel_value *args, size_t count)
{
    int64_t at_ms;

    (void)count;
    if (!toc_cel_pay_bytes(scratch, args[0].text.size)) {
        return toc_cel_fail(TOC_CEL_E_FUEL);
    }
    if (!toc_instant_parse(args[0].text, &at_ms)) {
        return toc_cel_fail(TOC_CEL_E_CONVERT);
    }
    return toc_cel_timestamp((at_ms - (at_ms < 0 ? 999 : 0)) / 1000, nanoseconds_of(args[0].text));
}

struct toc_cel_value toc_cel_fn_timestamp_of_int(struct toc_cel_scratch *scratch,
                                                 const struct toc_cel_value *args, size_t count)
{
    (void)scratch;
    (void)count;
    return toc_cel_timestamp(args[0].whole, 0);
}

struct toc_cel_value toc_cel_fn_string_of_timestamp(struct toc_cel_scratch *scratch,
                                                    const struct toc_cel_value *args, size_t count)
{
    struct toc_cel_made made = toc_cel_made_begin(scratch);

    (void)count;
    toc_cel_made_timestamp(&made, args[0].time);
    return toc_cel_made_finish(&made);
}

struct toc_cel_value toc_cel_fn_int_of_timestamp(struct toc_cel_scratch *scratch,
                                                 const struct toc_cel_value *args, size_t count)
{
    (void)scratch;
    (void)count;
    return toc_cel_int(args[0].time.s);
}

/* --- Durations --- */

struct unit {
    const char *name;
    uint64_t ns;
};

/* The unit at *at; longer names first, since "m" begins "ms". NULL: none. */
static const struct unit *take_unit(struct toc_str text, size_t *at)
{
    static const struct unit units[] = {
        {"ns", 1},
        {"us", 1000},
        {"\xC2\xB5s", 1000}, /* The micro sign, */
        {"\xCE\xBCs", 1000}, /* the Greek letter. */
        {"ms", MS_NS},
        {"s", SECOND_NS},
        {"m", UINT64_C(60000000000)},
        {"h", UINT64_C(3600000000000)},
    };

    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t size = strlen(units[i].name);

        if (size <= text.size - *at && memcmp(text.data + *at, units[i].name, size) == 0) {
            *at += size;
            return &units[i];
        }
    }
    return NULL;
}

/* "1.5h" at *at, added to *ns (at most 2^63); false: none there, or too much. */
static bool take_amount(struct toc_str text, size_t *at, uint64_t *ns)
{
    const uint64_t most = UINT64_C(1) << 63;
    uint64_t whole = 0, fraction = 0, more;
    double scale = 1.0;
    bool is_number = false;
    const struct unit *unit;

    for (; is_digit(text, *at); (*at)++) {
        if (whole > most / 10) {
            return false;
        }
        whole = whole * 10 + (uint64_t)(text.data[*at] - '0');
        is_number = true;
    }
    if (*at < text.size && text.data[*at] == '.') {
        for ((*at)++; is_digit(text, *at); (*at)++) {
            is_number = true;
            if (fraction <= (most - 9) / 10) { /* Digits further on say nothing. */
                fraction = fraction * 10 + (uint64_t)(text.data[*at] - '0');
                scale *= 10.0;
            }
        }
    }
    unit = is_number ? take_unit(text, at) : NULL;
    if (unit == NULL || whole > most / unit->ns) {
        return false;
    }
    more = whole * unit->ns + (uint64_t)((double)fraction * ((double)unit->ns / scale));
    if (more > most - *ns) {
        return false;
    }
    *ns += more;
    return true;
}

struct toc_cel_value toc_cel_fn_duration_of_string(struct toc_cel_scratch *scratch,
                                                   const struct toc_cel_value *args, size_t count)
{
    struct toc_str text = args[0].text;
    bool is_signed = text.size > 0 && (text.data[0] == '-' || text.data[0] == '+');
    bool is_negative = is_signed && text.data[0] == '-';
    size_t at = is_signed;
    uint64_t ns = 0;
    int64_t s;

    (void)count;
    if (!toc_cel_pay_bytes(scratch, text.size)) {
        return toc_cel_fail(TOC_CEL_E_FUEL);
    }
    if (at == text.size) {
        return toc_cel_fail(TOC_CEL_E_CONVERT);
    }
    if (text.size - at == 1 && text.data[at] == '0') {
        return toc_cel_duration(0, 0);
    }
    while (at < text.size) {
        if (!take_amount(text, &at, &ns)) {
            return toc_cel_fail(TOC_CEL_E_CONVERT);
        }
    }
    s = (int64_t)(ns / SECOND_NS);
    ns %= SECOND_NS;
    if (is_negative) {
        s = -s - (ns > 0);
        ns = ns > 0 ? SECOND_NS - ns : 0;
    }
    return toc_cel_duration(s, (int32_t)ns);
}

struct toc_cel_value toc_cel_fn_string_of_duration(struct toc_cel_scratch *scratch,
                                                   const struct toc_cel_value *args, size_t count)
{
    struct toc_cel_made made = toc_cel_made_begin(scratch);

    (void)count;
    toc_cel_made_duration(&made, args[0].time);
    return toc_cel_made_finish(&made);
}

/* Whole @unit_s in it, towards zero. */
static struct toc_cel_value whole_units(struct toc_cel_time span, int64_t unit_s)
{
    int64_t s = span.s + (span.s < 0 && span.ns > 0);

    return toc_cel_int(s / unit_s);
}

/* --- Parts of a timestamp, in a zone --- */

/* "+05:30", "-3:00", "02:00": seconds east of Greenwich. */
static bool read_zone(struct toc_str zone, int64_t *out_s)
{
    bool is_signed = zone.size > 0 && (zone.data[0] == '-' || zone.data[0] == '+');
    size_t at = is_signed;
    int64_t parts[2] = {0, 0};

    if (zone.size == 0 || toc_str_equal(zone, TOC_STR("UTC"))) {
        *out_s = 0;
        return true;
    }
    for (size_t i = 0; i < 2; i++) {
        size_t from = at;

        for (; is_digit(zone, at) && at - from < 2; at++) {
            parts[i] = parts[i] * 10 + (zone.data[at] - '0');
        }
        if (at == from || (i == 0 && (at >= zone.size || zone.data[at++] != ':'))) {
            return false;
        }
    }
    *out_s = (parts[0] * HOUR_S + parts[1] * MINUTE_S) * (zone.data[0] == '-' ? -1 : 1);
    return at == zone.size && parts[0] <= 23 && parts[1] <= 59;
}

struct parts {
    int64_t days;   /* Since 1970-01-01. */
    int64_t second; /* Of the day. */
    int year, month, day;
};

/* The parts of args[0] in the zone args[1], if there is one. */
static bool take_parts(const struct toc_cel_value *args, size_t count, struct parts *out)
{
    int64_t zone_s = 0, s;

    if (count > 1 && !read_zone(args[1].text, &zone_s)) {
        return false;
    }
    s = args[0].time.s + zone_s;
    out->days = (s - (s < 0 ? DAY_S - 1 : 0)) / DAY_S;
    out->second = s - out->days * DAY_S;
    toc_instant_date(out->days, &out->year, &out->month, &out->day);
    return true;
}

/* A selector of an instant, which lies in `parts`. */
#define SELECTOR(name, part)                                                                       \
    struct toc_cel_value toc_cel_fn_##name(struct toc_cel_scratch *scratch,                        \
                                           const struct toc_cel_value *args, size_t count)         \
    {                                                                                              \
        struct parts parts;                                                                        \
                                                                                                   \
        (void)scratch;                                                                             \
        return take_parts(args, count, &parts) ? toc_cel_int(part)                                 \
                                               : toc_cel_fail(TOC_CEL_E_ARGUMENT);                 \
    }

SELECTOR(full_year, parts.year)
SELECTOR(month, parts.month - 1)
SELECTOR(date, parts.day)
SELECTOR(day_of_month, parts.day - 1)
/* 1970-01-01 was a Thursday, 4; days go back to some -719,200. */
SELECTOR(day_of_week, (parts.days + 4 + 7 * 200000) % 7)
SELECTOR(day_of_year, parts.days - toc_instant_days(parts.year, 1, 1))

/* The same of an instant; of a duration all that are in it. */
#define UNIT(name, length_s, part)                                                                 \
    struct toc_cel_value toc_cel_fn_##name(struct toc_cel_scratch *scratch,                        \
                                           const struct toc_cel_value *args, size_t count)         \
    {                                                                                              \
        struct parts parts;                                                                        \
                                                                                                   \
        (void)scratch;                                                                             \
        if (args[0].kind == TOC_CEL_DURATION) {                                                    \
            return whole_units(args[0].time, length_s);                                            \
        }                                                                                          \
        return take_parts(args, count, &parts) ? toc_cel_int(part)                                 \
                                               : toc_cel_fail(TOC_CEL_E_ARGUMENT);                 \
    }

UNIT(hours, HOUR_S, parts.second / HOUR_S)
UNIT(minutes, MINUTE_S, parts.second / MINUTE_S % 60)
UNIT(seconds, 1, parts.second % MINUTE_S)

/* Of a duration those beyond its whole seconds, with its sign (conformance: get_milliseconds). */
struct toc_cel_value toc_cel_fn_milliseconds(struct toc_cel_scratch *scratch,
                                             const struct toc_cel_value *args, size_t count)
{
    int32_t ns = args[0].time.ns;
    struct parts parts;

    (void)scratch;
    if (args[0].kind == TOC_CEL_DURATION && args[0].time.s < 0 && ns > 0) {
        return toc_cel_int(-((SECOND_NS - ns) / MS_NS));
    }
    if (args[0].kind == TOC_CEL_TIMESTAMP && !take_parts(args, count, &parts)) {
        return toc_cel_fail(TOC_CEL_E_ARGUMENT);
    }
    return toc_cel_int(ns / MS_NS);
}
