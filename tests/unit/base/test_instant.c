#include "unit.h"

#include "base/instant.h"

#define NONE TOC_INSTANT_NONE /* Not a time. */

static const struct instant_case {
    const char *name, *text;
    int64_t at_ms;
    const char *written; /* NULL: as format writes it, @text. */
} cases[] = {
    {"the epoch is zero", "1970-01-01T00:00:00.000Z", 0, NULL},
    {"a millisecond before the epoch", "1969-12-31T23:59:59.999Z", -1, NULL},
    {"the first instant", "0001-01-01T00:00:00.000Z", TOC_INSTANT_MIN, NULL},
    {"a millisecond before the first instant", "0000-12-31T23:59:59.999Z", NONE, NULL},
    {"the last instant", "9999-12-31T23:59:59.999Z", TOC_INSTANT_MAX, NULL},
    {"an offset leads beyond the last instant", "9999-12-31T23:59:59.999-00:01", NONE, NULL},
    {"an offset leads before the first instant", "0001-01-01T00:00:00Z+00:01", NONE, NULL},
    {"an offset leads into the range", "0000-12-31T23:59:00-00:01", TOC_INSTANT_MIN,
     "0001-01-01T00:00:00.000Z"},
    {"no fraction", "2026-11-21T10:00:00Z", 1795255200000, "2026-11-21T10:00:00.000Z"},
    {"one digit of a fraction", "2026-11-21T10:00:00.5Z", 1795255200500,
     "2026-11-21T10:00:00.500Z"},
    {"finer digits are cut, not rounded", "2026-11-21T10:00:00.9999999999Z", 1795255200999,
     "2026-11-21T10:00:00.999Z"},
    {"small t and z", "2026-11-21t10:00:00z", 1795255200000, "2026-11-21T10:00:00.000Z"},
    {"a space instead of T", "2026-11-21 10:00:00Z", 1795255200000, "2026-11-21T10:00:00.000Z"},
    {"east of Greenwich is earlier", "2026-11-21T15:30:00+05:30", 1795255200000,
     "2026-11-21T10:00:00.000Z"},
    {"west of Greenwich is later", "2026-11-21T06:30:00-03:30", 1795255200000,
     "2026-11-21T10:00:00.000Z"},
    {"the largest offset", "2026-11-22T09:59:00+23:59", 1795255200000, "2026-11-21T10:00:00.000Z"},
    {"an offset of 24 hours", "2026-11-22T10:00:00+24:00", NONE, NULL},
    {"an offset of 60 minutes", "2026-11-21T10:00:00+00:60", NONE, NULL},
    {"an unknown local offset", "2026-11-21T10:00:00-00:00", 1795255200000,
     "2026-11-21T10:00:00.000Z"},
    {"a leap second is the last millisecond of its minute", "2016-12-31T23:59:60.5Z", 1483228799999,
     "2016-12-31T23:59:59.999Z"},
    {"second 61", "2016-12-31T23:59:61Z", NONE, NULL},
    {"February 29 of a leap year", "2024-02-29T00:00:00Z", 1709164800000,
     "2024-02-29T00:00:00.000Z"},
    {"February 29 of a common year", "2023-02-29T00:00:00Z", NONE, NULL},
    {"1900 was no leap year", "1900-02-29T00:00:00Z", NONE, NULL},
    {"2000 was one", "2000-02-29T00:00:00Z", 951782400000, "2000-02-29T00:00:00.000Z"},
    {"April 31", "2026-04-31T00:00:00Z", NONE, NULL},
    {"day zero", "2026-04-00T00:00:00Z", NONE, NULL},
    {"month zero", "2026-00-01T00:00:00Z", NONE, NULL},
    {"month 13", "2026-13-01T00:00:00Z", NONE, NULL},
    {"hour 24", "2026-11-21T24:00:00Z", NONE, NULL},
    {"minute 60", "2026-11-21T10:60:00Z", NONE, NULL},
    {"no offset", "2026-11-21T10:00:00", NONE, NULL},
    {"no seconds", "2026-11-21T10:00Z", NONE, NULL},
    {"a point without digits", "2026-11-21T10:00:00.Z", NONE, NULL},
    {"a comma", "2026-11-21T10:00:00,5Z", NONE, NULL},
    {"something behind", "2026-11-21T10:00:00Zx", NONE, NULL},
    {"a space in front", " 2026-11-21T10:00:00Z", NONE, NULL},
    {"a year of five digits", "12026-11-21T10:00:00Z", NONE, NULL},
    {"a sign", "-026-11-21T10:00:00Z", NONE, NULL},
    {"nothing", "", NONE, NULL},
    {"only a date", "2026-11-21", NONE, NULL},
};

static void reads_and_writes(void **state)
{
    const struct instant_case *c = *state;
    struct toc_str text = toc_str_of(c->text);
    char written[TOC_INSTANT_TEXT];
    int64_t at_ms = 42;

    if (c->at_ms == NONE) {
        assert_false(toc_instant_parse(text, &at_ms));
        assert_int_equal(at_ms, 42);
        return;
    }
    assert_true(toc_instant_parse(text, &at_ms));
    assert_true(at_ms == c->at_ms);
    toc_instant_format(at_ms, written);
    assert_string_equal(written, c->written != NULL ? c->written : c->text);
    for (size_t size = 0; size < text.size; size++) { /* No beginning of a time is one. */
        struct toc_str part = {.data = text.data, .size = size};

        assert_false(toc_instant_parse(part, &at_ms));
    }
    for (int64_t day = -1000000; day < 2900000; day += 997) { /* Both ways over the range. */
        int64_t back, there = day * 86400000 + 12345678;

        if (there >= TOC_INSTANT_MIN && there <= TOC_INSTANT_MAX) {
            toc_instant_format(there, written);
            assert_true(toc_instant_parse(toc_str_of(written), &back));
            assert_true(back == there);
        }
    }
}

UNIT_TABLE("base/instant", cases, reads_and_writes)
