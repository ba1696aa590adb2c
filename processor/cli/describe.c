/* cli/describe.c - `tocsin describe`: a rule read back in plain English. */
#include "cli/command.h"

#include <stdio.h>

#include "cli/rules.h"
#include "cli/terminal.h"
#include "rule/sentence.h"

static void describe(const struct toc_rule *rule, bool is_named)
{
    struct toc_text text = {0};

    if (is_named) {
        toc_text_addf(&text, "%.*s: ", (int)rule->name.size, rule->name.data);
    }
    toc_sentence_write(rule, &text);
    toc_text_add_char(&text, '\n');
    fwrite(text.data, 1, text.size, stdout);
    toc_text_finish(&text);
}

enum toc_exit toc_cli_describe(const struct toc_args *args)
{
    size_t first = toc_rules_operands(args);
    struct toc_rules_at at = {0};
    struct toc_diag *diag = toc_diag_create();
    struct toc_ruleset *rules = NULL;
    enum toc_exit result = TOC_EXIT_USAGE;

    if (!toc_rules_find(args, first > 0 ? args->operands[0] : NULL, &at)) {
        goto done;
    }
    struct toc_rule_paths paths = toc_rules_paths(&at);
    result = TOC_EXIT_INVALID;
    if (!toc_ruleset_load(&paths, diag, &rules)) {
        toc_rules_tell(diag, stderr);
        toc_terminal_say("the rules in %s are wrong, nothing was described", at.rules.data);
        goto done;
    }
    result = TOC_EXIT_USAGE;
    if (!toc_rules_are_there(args, first, rules)) {
        goto done;
    }
    bool is_one = args->operand_count - first == 1 || toc_ruleset_count(rules) == 1;
    for (size_t i = first; i < args->operand_count; i++) {
        int index = toc_ruleset_find(rules, toc_str_of(args->operands[i]));
        describe(toc_ruleset_get(rules, (size_t)index), !is_one);
    }
    for (size_t i = 0; first == args->operand_count && i < toc_ruleset_count(rules); i++) {
        describe(toc_ruleset_get(rules, i), !is_one);
    }
    result = TOC_EXIT_OK;
done:
    toc_ruleset_destroy(rules);
    toc_diag_destroy(diag);
    toc_rules_finish(&at);
    return result;
}
