#include "unit.h"

#include "base/instant.h"

static const struct span_case {
    const char *name, *text;
    int64_t span_ms;     /* -1: not a span. */
    const char *written; /* NULL: as @text. */
} cases[] = {
    {"seconds", "90s", 90000, NULL},
    {"minutes", "10m", 600000, NULL},
    {"hours and minutes, shortest as minutes", "1h30m", 5400000, "90m"},
    {"days", "7d", 604800000, NULL},
    {"milliseconds", "250ms", 250, NULL},
    {"a day and five minutes is shortest so", "1d5m", 86700000, NULL},
    {"a second and five milliseconds", "1s5ms", 1005, NULL},
    {"a second and 250 milliseconds is shorter as milliseconds", "1s250ms", 1250, "1250ms"},
    {"zero", "0s", 0, NULL},
    {"zero of another unit", "0d", 0, "0s"},
    {"every unit", "1d2h3m4s5ms", 93784005, "93784s5ms"},
    {"more of a unit than fits the next", "90m", 5400000, NULL},
    {"the longest", "366000d", TOC_SPAN_MAX, NULL},
    {"one millisecond longer", "366000d1ms", -1, NULL},
    {"far too long", "99999999999999999999d", -1, NULL},
    {"a number that would overflow with its unit", "31622400000000d", -1, NULL},
    {"rising units", "30m1h", -1, NULL},
    {"a unit twice", "1h1h", -1, NULL},
    {"no unit", "10", -1, NULL},
    {"no number", "m", -1, NULL},
    {"a trailing number", "1h30", -1, NULL},
    {"an unknown unit", "1w", -1, NULL},
    {"a unit spelled out", "10min", -1, NULL},
    {"a fraction", "1.5h", -1, NULL},
    {"a sign", "-1h", -1, NULL},
    {"a space", "10 m", -1, NULL},
    {"capitals", "10M", -1, NULL},
    {"nothing", "", -1, NULL},
};

static void reads_and_writes(void **state)
{
    const struct span_case *c = *state;
    struct toc_text written = {0};
    int64_t span_ms = 42;

    assert_int_equal(toc_span_parse(toc_str_of(c->text), &span_ms), c->span_ms >= 0);
    assert_true(span_ms == (c->span_ms >= 0 ? c->span_ms : 42));
    if (c->span_ms >= 0) {
        toc_span_format(span_ms, &written);
        assert_string_equal(written.data, c->written != NULL ? c->written : c->text);
        toc_text_finish(&written);
    }
}

UNIT_TABLE("base/span", cases, reads_and_writes)
