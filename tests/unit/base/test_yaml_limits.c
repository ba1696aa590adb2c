#include "unit.h"

#include "base/yaml.h"

/* A text of @before, @count times @middle, @after; the error it gives, or NULL for none. */
static const struct limit_case {
    const char *name, *before, *middle;
    size_t count;
    const char *after, *code;
} cases[] = {
    {"32 levels are read", "", "[", 31, "a", "E0101"}, /* Unclosed, but not too deep. */
    {"33 are too deep", "", "[", 33, "", "E0103"},
    {"a million brackets are too deep, not a crash", "", "[", 1000000, "", "E0103"},
    {"a million braces are too deep", "", "{a: ", 200000, "", "E0103"},
    {"a million dashes are too deep", "", "- ", 500000, "a", "E0103"},
    {"a million question marks are refused", "", "? ", 500000, "a", "E0107"},
    {"a file of 1 MiB is read", "#", "x", (1 << 20) - 1, "", NULL},
    {"a file of a byte more is not", "#", "x", 1 << 20, "", "E0102"},
    {"200,000 nodes are read", "[", "a,", 199999, "]", NULL},
    {"one more is too many", "[", "a,", 200000, "]", "E0102"},
    {"a long scalar is read", "a: ", "x", 1000000, "", NULL},
    {"many documents are read", "", "--- a\n", 150000, "", NULL},
    {"many equal keys end in the bound of errors", "{", "a: 1,", 90000, "}", "E0106"},
    {"a long run of anchors", "[", "&a x,", 90000, "]", "E0104"},
};

static void bounds(void **state)
{
    const struct limit_case *c = *state;
    struct toc_diag *diag = toc_diag_create();
    struct toc_arena arena = {0};
    struct toc_text text = {0};
    struct toc_yaml *documents;
    bool is_sound;

    toc_text_add(&text, toc_str_of(c->before));
    for (size_t i = 0; i < c->count; i++) {
        toc_text_add(&text, toc_str_of(c->middle));
    }
    toc_text_add(&text, toc_str_of(c->after));
    is_sound = toc_yaml_parse(toc_text_str(&text), toc_diag_add_file(diag, "x", TOC_STR("")),
                              &arena, diag, &documents);
    assert_int_equal(is_sound, c->code == NULL);
    if (c->code != NULL) {
        assert_string_equal(toc_diag_get(diag, 0)->code, c->code);
    }
    toc_text_finish(&text);
    toc_arena_finish(&arena);
    toc_diag_destroy(diag);
}

UNIT_TABLE("base/yaml_limits", cases, bounds)
