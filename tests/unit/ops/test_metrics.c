#include "unit.h"

#include "ops/metrics.h"

static const struct label_case {
    const char *name, *value, *wanted;
} cases[] = {
    {"plain", "radar-1", "radar-1"},
    {"a quote and a backslash", "a\"b\\c", "a\\\"b\\\\c"},
    {"a line end", "a\nb", "a\\nb"},
    {"nothing", "", ""},
    {"not ASCII", "Kidal-\xc3\xa9", "Kidal-\xc3\xa9"},
};

static void a_label_is_escaped(void **state)
{
    const struct label_case *c = *state;
    struct toc_text out = {.size = 0};
    toc_text_addf(&out, "x");
    toc_metrics_label(toc_str_of(c->value), &out);
    assert_string_equal(out.data + 1, c->wanted);
    toc_text_finish(&out);
}

UNIT_TABLE("ops/metrics", cases, a_label_is_escaped)
