/* From a byte of a scalar back to the file: in the text the word WRONG is looked for, and is to be
 * found at the same word of the source. */
#include "unit.h"

#include "base/yaml.h"

static const struct mark_case {
    const char *name, *source;
    uint32_t line, column, width;
} cases[] = {
    {"plain", "a: some WRONG thing\n", 1, 9, 5},
    {"at the begin", "a: WRONG\n", 1, 4, 5},
    {"in a flow mapping", "{ a: some WRONG, b: c }\n", 1, 11, 5},
    {"plain over lines", "a: some\n  more\n\n   and WRONG\n", 4, 8, 5},
    {"behind wide letters", "a: größe über WRONG\n", 1, 15, 5},
    {"single quotes", "a: 'some WRONG'\n", 1, 10, 5},
    {"behind a doubled quote", "a: 'it''s '' WRONG'\n", 1, 14, 5},
    {"single quotes over lines", "a: 'some\n  ''\n\n  WRONG'\n", 4, 3, 5},
    {"double quotes", "a: \"some WRONG\"\n", 1, 10, 5},
    {"behind escapes", "a: \"\\t\\n\\x41\\u00e9\\U0001F600\\\\\\\" WRONG\"\n", 1, 34, 5},
    {"behind escaped blanks", "a: \"\\x20\\ \\u0020WRONG\"\n", 1, 17, 5},
    {"behind named characters", "a: \"\\N\\_\\L\\P\\e WRONG\"\n", 1, 16, 5},
    {"a line that goes on", "a: \"some \\\n   WRONG\"\n", 2, 4, 5},
    {"a literal", "a: |\n  some\n    WRONG\n", 3, 5, 5},
    {"a literal with a header and a comment", "a: |2- # why\n   some\n  WRONG\n", 3, 3, 5},
    {"folded", "a: >-\n  some\n  more\n\n    indented\n\n  WRONG\n", 7, 3, 5},
    {"folded in a sequence", "- x\n- >\n some\n WRONG\n", 4, 2, 5},
    {"lines that end in CR LF", "a: |\r\n  some\r\n  WRONG\r\n", 3, 3, 5},
    {"behind a byte order mark",
     "\xEF\xBB\xBF"
     "a: WRONG\n",
     1, 4, 5},
    {"an escape within is as wide as it is written", "a: \"WR\\x4fNG\"\n", 1, 5, 8},
};

static const struct toc_yaml *find_scalar(const struct toc_yaml *node)
{
    const struct toc_yaml *found = NULL;

    for (; node != NULL && found == NULL; node = node->next) {
        if (node->kind != TOC_YAML_SCALAR) {
            found = find_scalar(node->first);
        } else if (node->text.size >= 5 && strstr(node->text.data, "WRONG") != NULL) {
            found = node;
        }
    }
    return found;
}

static void points(void **state)
{
    const struct mark_case *c = *state;
    struct toc_diag *diag = toc_diag_create();
    struct toc_str source = toc_str_of(c->source);
    uint32_t file = toc_diag_add_file(diag, "t.yaml", source);
    struct toc_arena arena = {0};
    struct toc_yaml *documents;

    assert_true(toc_yaml_parse(source, file, &arena, diag, &documents));
    const struct toc_yaml *node = find_scalar(documents);
    assert_non_null(node);
    size_t at = (size_t)(strstr(node->text.data, "WRONG") - node->text.data);
    struct toc_str text = toc_diag_text(diag, file);
    struct toc_mark mark = toc_yaml_mark_in(node, text, at, 5);
    assert_int_equal(mark.line, c->line);
    assert_int_equal(mark.column, c->column);
    assert_int_equal(mark.width, c->width);
    /* One character of it; behind it; all of the text stays on its first line. */
    mark = toc_yaml_mark_in(node, text, at, 1);
    assert_int_equal(mark.column, c->column);
    assert_int_equal(mark.width, 1);
    mark = toc_yaml_mark_in(node, text, at + 5, 0);
    assert_int_equal(mark.line, c->line);
    assert_int_equal(mark.column, c->column + c->width);
    mark = toc_yaml_mark_in(node, text, 0, node->text.size);
    assert_true(mark.line < c->line || mark.column + mark.width >= c->column + c->width);
    toc_arena_finish(&arena);
    toc_diag_destroy(diag);
}

UNIT_TABLE("base/yaml_mark", cases, points)
