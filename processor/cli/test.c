/* cli/test.c - `tocsin test`: the inline tests of rules, on a clock that nobody waits for. */
#include "cli/command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/coverage.h"
#include "cli/junit.h"
#include "cli/rules.h"
#include "cli/terminal.h"
#include "cli/trial.h"

struct suite {
    const struct toc_args *args;
    struct toc_rules_at at;
    struct toc_diag *diag;
    struct toc_ruleset *rules;
    struct toc_text report;
    struct toc_junit junit;
    struct toc_coverage coverage;
    size_t passed, failed, broken, untested;
};

static void report(struct suite *suite, const struct toc_rule *rule, const struct toc_yaml *test,
                   bool is_passed, const struct toc_text *difference)
{
    const struct toc_yaml *name = toc_yaml_find(test, "name");
    struct toc_str words = name != NULL ? name->text : TOC_STR("(a test without a name)");
    bool is_coloured = toc_terminal_colour(stdout);

    if (is_passed && !toc_args_has(suite->args, TOC_OPT_VERBOSE)) {
        return;
    }
    printf("%s%s%s %s:%u: %.*s: %.*s\n",
           !is_coloured ? ""
           : is_passed  ? "\033[32m"
                        : "\033[31m",
           is_passed ? "ok  " : "FAIL", is_coloured ? "\033[0m" : "",
           toc_diag_path(suite->diag, test->mark.file), (unsigned)test->mark.line,
           (int)rule->name.size, rule->name.data, (int)words.size, words.data);
    fwrite(difference->data != NULL ? difference->data : "", 1, difference->size, stdout);
}

static void run_test(struct suite *suite, const struct toc_rule *rule, const struct toc_yaml *test)
{
    struct toc_trial_world world = {.paths = toc_rules_paths(&suite->at), .rules = suite->rules};
    struct toc_trial trial;

    toc_text_clear(&suite->report);
    toc_trial_run(&trial, &world, rule->name, test, suite->diag);
    enum toc_junit_result result = TOC_JUNIT_BROKEN;
    if (trial.is_broken) {
        suite->broken++;
    } else {
        bool is_passed = toc_expect_compare(toc_yaml_find(test, "expect"), trial.told,
                                            trial.told_count, &suite->report);
        if (!trial.rests) {
            toc_text_add(&suite->report, TOC_STR("    it never comes to rest\n"));
        }
        is_passed = is_passed && trial.rests;
        suite->passed += is_passed;
        suite->failed += !is_passed;
        result = is_passed ? TOC_JUNIT_PASSED : TOC_JUNIT_FAILED;
        report(suite, rule, test, is_passed, &suite->report);
    }
    const struct toc_yaml *name = toc_yaml_find(test, "name");
    toc_junit_add(&suite->junit, rule->name, name != NULL ? name->text : TOC_STR("?"),
                  toc_diag_path(suite->diag, test->mark.file), test->mark.line, result,
                  toc_text_str(&suite->report));
    toc_trial_finish(&trial);
}

static void run_rule(struct suite *suite, const struct toc_rule *rule)
{
    if (rule->tests == NULL || rule->tests->first == NULL) {
        suite->untested++;
        return;
    }
    for (const struct toc_yaml *test = rule->tests->first; test != NULL; test = test->next) {
        run_test(suite, rule, test);
    }
    toc_junit_close(&suite->junit, rule->name);
    if (toc_args_has(suite->args, TOC_OPT_COVERAGE)) {
        struct toc_trial_world world = {.paths = toc_rules_paths(&suite->at),
                                        .rules = suite->rules};
        toc_coverage_try(&suite->coverage, &world, rule, suite->diag);
    }
}

/* Write what --junit asks for. False: it cannot be, and has been told. */
static bool write_junit(const struct suite *suite)
{
    const char *path = suite->args->values[TOC_OPT_JUNIT];
    struct toc_text text = {0};

    if (path == NULL) {
        return true;
    }
    FILE *file = fopen(path, "w");
    toc_junit_write(&suite->junit, &text);
    bool is_written = file != NULL && fwrite(text.data, 1, text.size, file) == text.size;
    is_written = (file == NULL || fclose(file) == 0) && is_written;
    if (!is_written) {
        toc_terminal_say("%s: %s", path, strerror(errno));
    }
    toc_text_finish(&text);
    return is_written;
}

/* What no test shows to matter, as data. */
static void tell_coverage(const struct suite *suite)
{
    const struct toc_coverage *coverage = &suite->coverage;

    fwrite(coverage->report.data != NULL ? coverage->report.data : "", 1, coverage->report.size,
           stdout);
    if (!toc_args_has(suite->args, TOC_OPT_QUIET)) {
        fflush(stdout);
        toc_terminal_say("%zu clauses are tested, %zu are not; of %zu what differs is not looked "
                         "at, %zu could not be tried",
                         coverage->tested, coverage->untested, coverage->unseen,
                         coverage->not_tried);
    }
}

static enum toc_exit run_suite(struct suite *suite, size_t first_name)
{
    size_t operand_count = suite->args->operand_count;
    if (!toc_rules_are_there(suite->args, first_name, suite->rules)) {
        return TOC_EXIT_USAGE;
    }
    for (size_t i = first_name; i < operand_count; i++) {
        int index = toc_ruleset_find(suite->rules, toc_str_of(suite->args->operands[i]));
        run_rule(suite, toc_ruleset_get(suite->rules, (size_t)index));
    }
    for (size_t i = 0; first_name == operand_count && i < toc_ruleset_count(suite->rules); i++) {
        run_rule(suite, toc_ruleset_get(suite->rules, i));
    }
    if (toc_diag_errors(suite->diag) > 0) {
        fflush(stdout);
        toc_rules_tell(suite->diag, stderr);
    }
    if (toc_args_has(suite->args, TOC_OPT_COVERAGE)) {
        tell_coverage(suite);
    }
    if (!toc_args_has(suite->args, TOC_OPT_QUIET)) {
        toc_terminal_say("%zu tests passed, %zu failed, %zu are wrong; %zu rules have none",
                         suite->passed, suite->failed, suite->broken, suite->untested);
    }
    if (!write_junit(suite)) {
        return TOC_EXIT_IO;
    }
    bool is_short = toc_args_has(suite->args, TOC_OPT_STRICT) &&
                    suite->coverage.untested + suite->coverage.unseen > 0;
    return suite->broken > 0               ? TOC_EXIT_INVALID
           : suite->failed > 0 || is_short ? TOC_EXIT_FINDINGS
                                           : TOC_EXIT_OK;
}

enum toc_exit toc_cli_test(const struct toc_args *args)
{
    struct suite suite = {.args = args, .diag = toc_diag_create()};
    enum toc_exit result = TOC_EXIT_INVALID;
    size_t first = toc_rules_operands(args);

    if (!toc_rules_find(args, first > 0 ? args->operands[0] : NULL, &suite.at)) {
        result = TOC_EXIT_USAGE;
        goto done;
    }
    struct toc_rule_paths paths = toc_rules_paths(&suite.at);
    if (!toc_ruleset_load(&paths, suite.diag, &suite.rules)) {
        toc_rules_tell(suite.diag, stderr);
        toc_terminal_say("the rules in %s are wrong, no test was run", suite.at.rules.data);
        goto done;
    }
    result = run_suite(&suite, first);
done:
    toc_ruleset_destroy(suite.rules);
    toc_diag_destroy(suite.diag);
    toc_rules_finish(&suite.at);
    toc_text_finish(&suite.report);
    toc_junit_finish(&suite.junit);
    toc_coverage_finish(&suite.coverage);
    return result;
}
