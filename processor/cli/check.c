/* cli/check.c - `tocsin check`: is what people wrote right? */
#include "cli/command.h"

#include <stdio.h>

#include "cli/rules.h"
#include "cli/setup.h"
#include "cli/terminal.h"

/* Everything found, as data; how it ends. */
static enum toc_exit tell(const struct toc_args *args, struct toc_diag *diag, const char *what,
                          bool is_right, const struct toc_ruleset *rules)
{
    size_t errors = toc_diag_errors(diag), warnings = 0;
    for (size_t i = 0; i < toc_diag_count(diag); i++) {
        warnings += toc_diag_get(diag, i)->severity == TOC_SEVERITY_WARNING;
    }
    toc_rules_tell(diag, stdout);
    if (!toc_args_has(args, TOC_OPT_QUIET)) {
        fflush(stdout);
        toc_terminal_say("%s: %zu error%s, %zu warning%s", what, errors, errors == 1 ? "" : "s",
                         warnings, warnings == 1 ? "" : "s");
        if (rules != NULL) {
            toc_terminal_say("%zu rules, %zu event types, %zu places", toc_ruleset_count(rules),
                             toc_catalogue_count(toc_ruleset_catalogue(rules)),
                             toc_places_count(toc_ruleset_places(rules)));
        }
    }
    if (!is_right) {
        return TOC_EXIT_INVALID;
    }
    return warnings > 0 && toc_args_has(args, TOC_OPT_STRICT) ? TOC_EXIT_FINDINGS : TOC_EXIT_OK;
}

static enum toc_exit check_config(const struct toc_args *args)
{
    const char *path = args->values[TOC_OPT_CONFIG];
    struct toc_setup setup;
    bool is_right = toc_setup_init(&setup, path);
    enum toc_exit result = tell(args, setup.diag, path, is_right, setup.rules);
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
        bool is_right = toc_ruleset_load(&paths, diag, &rules);
        result = tell(args, diag, at.rules.data, is_right, rules);
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
