/* cli/check.c - `tocsin check`: is what people wrote right? */
#include "cli/command.h"

#include <stdio.h>

#include "cli/rules.h"
#include "cli/terminal.h"

enum toc_exit toc_cli_check(const struct toc_args *args)
{
    struct toc_rules_at at = {0};
    struct toc_ruleset *rules = NULL;
    struct toc_diag *diag = toc_diag_create();
    enum toc_exit result = TOC_EXIT_OK;

    if (args->operand_count > 0 && toc_args_has(args, TOC_OPT_RULES)) {
        toc_terminal_say("name the rules once, by --rules or as argument");
        result = TOC_EXIT_USAGE;
        goto done;
    }
    if (!toc_rules_find(args, args->operand_count > 0 ? args->operands[0] : NULL, &at)) {
        result = TOC_EXIT_USAGE;
        goto done;
    }
    struct toc_rule_paths paths = toc_rules_paths(&at);
    if (!toc_ruleset_load(&paths, diag, &rules)) {
        result = TOC_EXIT_INVALID;
    }
    toc_rules_tell(diag, stdout);
    size_t errors = toc_diag_errors(diag), warnings = 0;
    for (size_t i = 0; i < toc_diag_count(diag); i++) {
        warnings += toc_diag_get(diag, i)->severity == TOC_SEVERITY_WARNING;
    }
    if (result == TOC_EXIT_OK && warnings > 0 && toc_args_has(args, TOC_OPT_STRICT)) {
        result = TOC_EXIT_FINDINGS;
    }
    if (!toc_args_has(args, TOC_OPT_QUIET)) {
        toc_terminal_say("%s: %zu error%s, %zu warning%s", at.rules.data, errors,
                         errors == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s");
        if (rules != NULL) {
            toc_terminal_say("%zu rules, %zu event types, %zu places", toc_ruleset_count(rules),
                             toc_catalogue_count(toc_ruleset_catalogue(rules)),
                             toc_places_count(toc_ruleset_places(rules)));
        }
    }
done:
    toc_ruleset_destroy(rules);
    toc_diag_destroy(diag);
    toc_rules_finish(&at);
    return result;
}
