/* cli/junit.h - results of tests as the XML that build servers read (the format of Apache Ant's
 * JUnit task: testsuites, testsuite, testcase, failure). One suite a rule. */
#pragma once
#include "base/text.h"

struct toc_junit {
    struct toc_text suites, cases; /* Finished suites; cases of the one that is open. */
    size_t tests, failures, errors;
    size_t suite_tests, suite_failures, suite_errors;
};

enum toc_junit_result { TOC_JUNIT_PASSED, TOC_JUNIT_FAILED, TOC_JUNIT_BROKEN };

/* One test of @rule, called @name, at @path:@line; @detail says what differed. */
void toc_junit_add(struct toc_junit *junit, struct toc_str rule, struct toc_str name,
                   const char *path, unsigned long line, enum toc_junit_result result,
                   struct toc_str detail);
/* The tests of @rule are all in. */
void toc_junit_close(struct toc_junit *junit, struct toc_str rule);
/* The whole document, appended. */
void toc_junit_write(const struct toc_junit *junit, struct toc_text *out);
void toc_junit_finish(struct toc_junit *junit);
