/* cli/check.c - `tocsin check`: is what people wrote right? */
#include "cli/command.h"

#include <stdio.h>
#include <string.h>

#include "cli/against.h"
#include "cli/findings.h"
#include "cli/rules.h"
#include "cli/setup.h"
#include "cli/terminal.h"
#include "cli/trial.h"
#include "rule/lint.h"

/* Everything found, as data; how it ends. */
static enum toc_exit tell(const struct toc_args *args, struct toc_diag *diag, const char *what,
                          const struct toc_ruleset *rules)
{
    const char *format = args->values[TOC_OPT_FORMAT];
    size_t errors = toc_diag_errors(diag), warnings = 0;
    for (size_t i = 0; i < toc_diag_count(diag); i++) {
        warnings += toc_diag_get(diag, i)->severity == TOC_SEVERITY_WARNING;
    }
    if (format == NULL || strcmp(format, "text") == 0) {
        toc_rules_tell(diag, stdout);
    } else {
        struct toc_text text = {0};
        if (strcmp(format, "json") == 0) {
            toc_findings_json(diag, rules != NULL ? toc_ruleset_bundle(rules) : "", &text);
        } else {
            toc_findings_sarif(diag, &text);
        }
        fwrite(text.data, 1, text.size, stdout);
        toc_text_finish(&text);
    }
    if (!toc_args_has(args, TOC_OPT_QUIET)) {
        fflush(stdout);
        toc_terminal_say("%s: %zu error%s, %zu warning%s", what, errors, errors == 1 ? "" : "s",
                         warnings, warnings == 1 ? "" : "s");
        if (rules != NULL) {
            toc_terminal_say("%zu rules, %zu event types, %zu places", toc_ruleset_count(rules),
                             toc_catalogue_count(toc_ruleset_catalogue(rules)),
                             toc_places_count(toc_ruleset_places(rules)));
            toc_terminal_say("bundle %s", toc_ruleset_bundle(rules));
        }
    }
    if (errors > 0) {
        return TOC_EXIT_INVALID;
    }
    return warnings > 0 && toc_args_has(args, TOC_OPT_STRICT) ? TOC_EXIT_FINDINGS : TOC_EXIT_OK;
}

/* What the loader leaves to others: what is hardly meant, the values of inline tests, versions. */
static void check_more(const struct toc_args *args, const struct toc_rule_paths *paths,
                       const struct toc_ruleset *rules, struct toc_diag *diag)
{
    struct toc_trial_world world = {.paths = *paths, .rules = rules};

    toc_lint_ruleset(rules, diag);
    for (size_t i = 0; i < toc_ruleset_count(rules); i++) {
        const struct toc_yaml *tests = toc_ruleset_get(rules, i)->tests;
        for (const struct toc_yaml *test = tests != NULL ? tests->first : NULL; test != NULL;
             test = test->next) {
            (void)toc_trial_check(&world, test, diag);
        }
    }
    if (toc_args_has(args, TOC_OPT_AGAINST)) {
        toc_against_check(args, rules, diag);
    }
}

static enum toc_exit check_config(const struct toc_args *args)
{
    const char *path = args->values[TOC_OPT_CONFIG];
    struct toc_setup setup;
    (void)toc_setup_init(&setup, path);
    if (setup.rules != NULL) {
        struct toc_rule_paths paths = toc_config_rule_paths(setup.config);
        check_more(args, &paths, setup.rules, setup.diag);
    }
    enum toc_exit result = tell(args, setup.diag, path, setup.rules);
    toc_setup_finish(&setup);
    return result;
}

static enum toc_exit check_rules(const struct toc_args *args)
{
    struct toc_rules_at at = {0};
    struct toc_ruleset *rules = NULL;
    struct toc_diag *diag = toc_diag_create();
    enum toc_exit result = TOC_EXIT_USAGE;

    if (toc_rules_find(args, args->operand_count > 0 ? args->operands[0] : NULL, &at)) {
        struct toc_rule_paths paths = toc_rules_paths(&at);
        if (toc_ruleset_load(&paths, diag, &rules)) {
            check_more(args, &paths, rules, diag);
        }
        result = tell(args, diag, at.rules.data, rules);
    }
    toc_ruleset_destroy(rules);
    toc_diag_destroy(diag);
    toc_rules_finish(&at);
    return result;
}

enum toc_exit toc_cli_check(const struct toc_args *args)
{
    bool has_config = toc_args_has(args, TOC_OPT_CONFIG);
    if (has_config + (args->operand_count > 0) + toc_args_has(args, TOC_OPT_RULES) > 1) {
        toc_terminal_say("name one thing to check: --config, --rules or RULES");
        return TOC_EXIT_USAGE;
    }
    if (has_config && (toc_args_has(args, TOC_OPT_TYPES) || toc_args_has(args, TOC_OPT_PLACES))) {
        toc_terminal_say("the configuration says where types and places are");
        return TOC_EXIT_USAGE;
    }
    return has_config ? check_config(args) : check_rules(args);
}
