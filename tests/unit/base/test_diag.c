#include "unit.h"

#include <stdio.h>

#include "base/diag.h"

/* One finding in a file, and the text it gives. */
static const struct diag_case {
    const char *name, *text;
    struct toc_mark mark;
    enum toc_severity severity;
    const char *message, *suggestion, *printed;
} cases[] = {
    {"a finding shows its line, a caret and a suggestion",
     "rule: ied\n  devise: ied\n",
     {0, 2, 3, 6},
     TOC_SEVERITY_ERROR,
     "unknown field",
     "device",
     "r.yaml:2:3: error[E0202]: unknown field\n"
     "     2 |   devise: ied\n"
     "       |   ^~~~~~\n"
     "     did you mean \"device\"?\n"},
    {"no width is one character",
     "abc",
     {0, 1, 2, 0},
     TOC_SEVERITY_WARNING,
     "odd",
     "",
     "r.yaml:1:2: warning[E0202]: odd\n     1 | abc\n       |  ^\n"},
    {"line 0 is the file as a whole",
     "abc",
     {0, 0, 0, 0},
     TOC_SEVERITY_NOTE,
     "so",
     "",
     "r.yaml: note[E0202]: so\n"},
    {"a line that is not there is not shown",
     "abc",
     {0, 2, 1, 0},
     TOC_SEVERITY_ERROR,
     "so",
     "",
     "r.yaml:2:1: error[E0202]: so\n"},
    {"columns count characters",
     "é: ù x",
     {0, 1, 6, 1},
     TOC_SEVERITY_ERROR,
     "so",
     "",
     "r.yaml:1:6: error[E0202]: so\n     1 | é: ù x\n       |      ^\n"},
    {"a tab stays a tab under it",
     "\tx",
     {0, 1, 2, 1},
     TOC_SEVERITY_ERROR,
     "so",
     "",
     "r.yaml:1:2: error[E0202]: so\n     1 | \tx\n       | \t^\n"},
    {"CR LF ends a line",
     "a\r\nb\r\n",
     {0, 2, 1, 1},
     TOC_SEVERITY_ERROR,
     "so",
     "",
     "r.yaml:2:1: error[E0202]: so\n     2 | b\n       | ^\n"},
    {"a byte order mark has no column",
     "\xEF\xBB\xBFxy",
     {0, 1, 2, 1},
     TOC_SEVERITY_ERROR,
     "so",
     "",
     "r.yaml:1:2: error[E0202]: so\n     1 | xy\n       |  ^\n"},
    {"what steers a terminal is not printed",
     "a\033[2J\xC2\x9B\xE2\x80\xAE\x9Bz",
     {0, 1, 1, 1},
     TOC_SEVERITY_ERROR,
     "m\033\n\x7F",
     "s\r",
     "r.yaml:1:1: error[E0202]: m???\n     1 | a?[2J???z\n       | ^\n     did you mean \"s?\"?\n"},
    {"a caret behind the end of the line",
     "ab",
     {0, 1, 3, 1},
     TOC_SEVERITY_ERROR,
     "so",
     "",
     "r.yaml:1:3: error[E0202]: so\n     1 | ab\n       |   ^\n"},
    {"a width beyond the line is cut",
     "ab",
     {0, 1, 1, 4000000000},
     TOC_SEVERITY_ERROR,
     "so",
     "",
     "r.yaml:1:1: error[E0202]: so\n     1 | ab\n       | ^~\n"},
};

static void prints(void **state)
{
    const struct diag_case *c = *state;
    struct toc_diag *diag = toc_diag_create();
    struct toc_text out = {0};

    assert_int_equal(toc_diag_add_file(diag, "r.yaml", toc_str_of(c->text)), 0);
    toc_diag_add(diag, c->severity, "E0202", c->mark, toc_str_of(c->suggestion), "%s", c->message);
    toc_diag_print(diag, false, &out);
    assert_string_equal(out.data, c->printed);
    assert_int_equal(toc_diag_errors(diag), c->severity == TOC_SEVERITY_ERROR);
    assert_int_equal(toc_diag_count(diag), 1);
    toc_text_finish(&out);
    toc_diag_destroy(diag);
}

UNIT_TABLE("base/diag", cases, prints)
