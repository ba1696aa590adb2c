/* What is wrong with an expression, where, and what may have been meant. */
#include "compiled.h"

static const struct cel_fault_case {
    const char *name, *text;
    enum toc_cel_fault fault;
    size_t line, column;       /* Where the reference points. */
    const char *words, *meant; /* What is underlined. */
} cases[] = {
    {"nothing", "", TOC_CEL_SYNTAX, 1, 1, "", ""},
    {"half a sum", "1 +", TOC_CEL_SYNTAX, 1, 4, "", ""},
    {"two values", "a b", TOC_CEL_SYNTAX, 1, 3, "b", ""},
    {"one '='", "n = 5", TOC_CEL_SYNTAX, 1, 3, "=", ""},
    {"an open bracket", "(n", TOC_CEL_SYNTAX, 1, 3, "", ""},
    {"an open text", "'abc", TOC_CEL_SYNTAX, 1, 1, "'", ""},
    {"a bad escape", "'\\q'", TOC_CEL_SYNTAX, 1, 1, "'", ""},
    {"half a surrogate", "'\\ud800'", TOC_CEL_SYNTAX, 1, 1, "'\\ud800'", ""},
    {"an int too large", "9223372036854775808", TOC_CEL_SYNTAX, 1, 1, "9223372036854775808", ""},
    {"a double too large", "1e400", TOC_CEL_SYNTAX, 1, 1, "1e400", ""},
    {"a word kept for later", "while", TOC_CEL_SYNTAX, 1, 1, "while", ""},
    {"has of no field", "has(1)", TOC_CEL_SYNTAX, 1, 5, "1", ""},
    {"a loop without a name", "l.all(1, true)", TOC_CEL_SYNTAX, 1, 7, "1", ""},
    {"on the second line, behind wide letters", "'ä' == s &&\n'ö' == x", TOC_CEL_NAME, 2, 8, "x",
     "d"},

    {"a field misspelt", "event.dd > 1.0", TOC_CEL_NAME, 1, 6, "dd", "d"},
    {"a name of a loop misspelt", "l.all(item, itm == 'a')", TOC_CEL_NAME, 1, 13, "itm", "item"},
    {"a name of a loop after it", "l.all(x, true) && x == 'a'", TOC_CEL_NAME, 1, 19, "x", "d"},
    {"has of a name misspelt", "has(dd)", TOC_CEL_NAME, 1, 5, "dd", "d"},
    {"a part of a position misspelt", "p.latt > 1.0", TOC_CEL_PART, 1, 2, "latt", "lat"},

    {"a function misspelt", "s.startWith('a')", TOC_CEL_FUNCTION, 1, 12, "startWith", "startsWith"},
    {"a function of a space misspelt", "math.sing(1)", TOC_CEL_FUNCTION, 1, 10, "math.sing",
     "math.sign"},
    {"a method as a function", "contains(s, 'a')", TOC_CEL_FUNCTION, 1, 9, "contains", ""},

    {"text and number", "s + 1", TOC_CEL_TYPE_FAULT, 1, 3, "+", ""},
    {"text compared with a number", "d > 'high'", TOC_CEL_TYPE_FAULT, 1, 3, ">", ""},
    {"a number as a condition", "n && true", TOC_CEL_TYPE_FAULT, 1, 1, "n", ""},
    {"a function of another type", "n.contains('a')", TOC_CEL_TYPE_FAULT, 1, 11, "contains", ""},
    {"a number is not null", "d == null", TOC_CEL_TYPE_FAULT, 1, 3, "==", ""},
    {"a field of a text", "s.size > 1", TOC_CEL_TYPE_FAULT, 1, 2, "size", ""},
    {"a loop over a number", "n.all(x, true)", TOC_CEL_TYPE_FAULT, 1, 1, "n", ""},
    {"not the type wanted", "n", TOC_CEL_TYPE_FAULT, 1, 1, "n", ""},

    {"a pattern that is none", "s.matches('(')", TOC_CEL_PATTERN, 1, 11, "'('", ""},
    {"a pattern that is not written out", "s.matches(s)", TOC_CEL_PATTERN, 1, 11, "s", ""},
    {"a list that is none", "s.in_list('nine')", TOC_CEL_LIST_NAME, 1, 11, "'nine'", "nice"},
    {"a place that is none", "geo.within(p, 'Gao')", TOC_CEL_PLACE_NAME, 1, 15, "'Gao'", ""},

    {"a word that a field never holds", "kind == 'Mortar'", TOC_CEL_VALUE_FAULT, 1, 9, "'Mortar'",
     "mortar"},
    {"the same on the left", "'x' != kind", TOC_CEL_VALUE_FAULT, 1, 1, "'x'", ""},
    {"the same in a list", "kind in ['rocket', 'mortr']", TOC_CEL_VALUE_FAULT, 1, 20, "'mortr'",
     "mortar"},
    {"the same of an item", "kinds.exists(k, k == 'rockt')", TOC_CEL_VALUE_FAULT, 1, 22, "'rockt'",
     "rocket"},
    {"the same of a list field", "'rockt' in kinds", TOC_CEL_VALUE_FAULT, 1, 1, "'rockt'",
     "rocket"},

    {"uint", "1u == 1u", TOC_CEL_EXCLUDED, 1, 1, "1u", ""},
    {"bytes", "b'a' == b'a'", TOC_CEL_EXCLUDED, 1, 1, "b'a'", ""},
    {"a message", "Msg{}", TOC_CEL_EXCLUDED, 1, 4, "{", ""},
    {"uint()", "uint(1) == 1", TOC_CEL_EXCLUDED, 1, 5, "uint", ""},

    {"a note: numbers mixed", "n + 0.5 > d", TOC_CEL_MIXED, 1, 3, "+", ""},
};

static void finds(void **state)
{
    const struct cel_fault_case *c = *state;
    struct cel cel = {.machine = NULL};
    const struct toc_cel_finding *finding = &cel.findings.items[0];

    cel_compile(&cel, toc_str_of(c->text), &toc_cel_type_bool);
    assert_int_equal(cel.findings.count, 1);
    assert_int_equal(finding->is_note, c->fault == TOC_CEL_MIXED);
    assert_int_equal(cel.program != NULL, finding->is_note);
    assert_int_equal(finding->fault, c->fault);
    assert_int_equal(finding->line, c->line);
    assert_int_equal(finding->column, c->column);
    toc_text_addf(&cel.said, "%.*s", (int)finding->size, c->text + finding->from);
    assert_string_equal(cel.said.data, c->words);
    toc_text_clear(&cel.said);
    toc_text_addf(&cel.said, "%.*s", (int)finding->nearest.size,
                  finding->nearest.size > 0 ? finding->nearest.data : "");
    assert_string_equal(cel.said.data, c->meant);
    cel_finish(&cel);
}

UNIT_TABLE("expr/cel_faults", cases, finds)
