#include "cli/junit.h"

/* Text within XML 1.0: what it cannot hold becomes '?'. */
static void add_xml(struct toc_text *out, struct toc_str text)
{
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        switch (c) {
        case '&':
            toc_text_add(out, TOC_STR("&amp;"));
            break;
        case '<':
            toc_text_add(out, TOC_STR("&lt;"));
            break;
        case '>':
            toc_text_add(out, TOC_STR("&gt;"));
            break;
        case '"':
            toc_text_add(out, TOC_STR("&quot;"));
            break;
        case '\n':
            toc_text_add(out, TOC_STR("&#10;"));
            break;
        default:
            toc_text_add_char(out, c < 0x20 && c != '\t' ? '?' : (char)c);
            break;
        }
    }
}

void toc_junit_add(struct toc_junit *junit, struct toc_str rule, struct toc_str name,
                   const char *path, unsigned long line, enum toc_junit_result result,
                   struct toc_str detail)
{
    struct toc_text *out = &junit->cases;

    junit->suite_tests++;
    junit->suite_failures += result == TOC_JUNIT_FAILED;
    junit->suite_errors += result == TOC_JUNIT_BROKEN;
    toc_text_add(out, TOC_STR("    <testcase classname=\""));
    add_xml(out, rule);
    toc_text_add(out, TOC_STR("\" name=\""));
    add_xml(out, name);
    toc_text_add(out, TOC_STR("\" file=\""));
    add_xml(out, toc_str_of(path));
    toc_text_addf(out, "\" line=\"%lu\"", line);
    if (result == TOC_JUNIT_PASSED) {
        toc_text_add(out, TOC_STR("/>\n"));
        return;
    }
    const char *element = result == TOC_JUNIT_FAILED ? "failure" : "error";
    toc_text_addf(out, ">\n      <%s message=\"%s\">", element,
                  result == TOC_JUNIT_FAILED ? "told otherwise than expected"
                                             : "a value of the test is wrong");
    add_xml(out, detail);
    toc_text_addf(out, "</%s>\n    </testcase>\n", element);
}

void toc_junit_close(struct toc_junit *junit, struct toc_str rule)
{
    struct toc_text *out = &junit->suites;

    toc_text_add(out, TOC_STR("  <testsuite name=\""));
    add_xml(out, rule);
    toc_text_addf(out, "\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\">\n", junit->suite_tests,
                  junit->suite_failures, junit->suite_errors);
    toc_text_add(out, toc_text_str(&junit->cases));
    toc_text_add(out, TOC_STR("  </testsuite>\n"));
    toc_text_clear(&junit->cases);
    junit->tests += junit->suite_tests;
    junit->failures += junit->suite_failures;
    junit->errors += junit->suite_errors;
    junit->suite_tests = junit->suite_failures = junit->suite_errors = 0;
}

void toc_junit_write(const struct toc_junit *junit, struct toc_text *out)
{
    toc_text_add(out, TOC_STR("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"));
    toc_text_addf(out,
                  "<testsuites name=\"tocsin\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\">\n",
                  junit->tests, junit->failures, junit->errors);
    toc_text_add(out, toc_text_str(&junit->suites));
    toc_text_add(out, TOC_STR("</testsuites>\n"));
}

void toc_junit_finish(struct toc_junit *junit)
{
    toc_text_finish(&junit->suites);
    toc_text_finish(&junit->cases);
    *junit = (struct toc_junit){0};
}
