/* cli/schema.c - `tocsin schema`: what rules, events, alerts, topics hold, for other programs. */
#include "cli/schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "cli/rules.h"
#include "cli/setup.h"
#include "cli/terminal.h"

/* Of what the rules directory holds besides rules. NULL: it is wrong, *out_exit says how. */
static json_t *of_words(const struct toc_args *args, bool is_of_rules, enum toc_exit *out_exit)
{
    struct toc_rules_at at = {0};
    struct toc_diag *diag = toc_diag_create();
    struct toc_ruleset *set = NULL;
    struct toc_rule_words words;
    json_t *schema = NULL;

    *out_exit = TOC_EXIT_USAGE;
    if (toc_rules_find(args, NULL, &at)) {
        struct toc_rule_paths paths = toc_rules_paths(&at);
        *out_exit = TOC_EXIT_INVALID;
        if (toc_rule_words_load(&paths, diag, &set, &words)) {
            schema = is_of_rules ? toc_schema_rules(&words) : toc_schema_events(words.catalogue);
        }
    }
    toc_rules_tell(diag, stderr);
    toc_ruleset_destroy(set);
    toc_diag_destroy(diag);
    toc_rules_finish(&at);
    return schema;
}

static json_t *of_topics(const struct toc_args *args, enum toc_exit *out_exit)
{
    struct toc_rules_at at = {0};
    struct toc_setup setup = {0};
    struct toc_ruleset *own = NULL;
    struct toc_topics topics;
    json_t *schema = NULL;

    if (toc_args_has(args, TOC_OPT_CONFIG)) {
        *out_exit = toc_setup_load(&setup, args);
    } else {
        own = toc_rules_load(args, &at, out_exit);
    }
    const struct toc_ruleset *rules = own != NULL ? own : setup.rules;
    if (own != NULL || (setup.config != NULL && *out_exit == TOC_EXIT_OK)) {
        toc_topics_init(&topics, setup.config, rules);
        schema = toc_schema_topics(&topics, toc_ruleset_catalogue(rules));
        toc_topics_finish(&topics);
    }
    toc_ruleset_destroy(own);
    toc_setup_finish(&setup);
    toc_rules_finish(&at);
    return schema;
}

enum toc_exit toc_cli_schema(const struct toc_args *args)
{
    const char *what = args->operands[0];
    enum toc_exit result = TOC_EXIT_OK;
    json_t *schema = NULL;

    if (strcmp(what, "rules") == 0 || strcmp(what, "events") == 0) {
        schema = of_words(args, what[0] == 'r', &result);
    } else if (strcmp(what, "alerts") == 0) {
        schema = toc_schema_alerts();
    } else if (strcmp(what, "topics") == 0) {
        schema = of_topics(args, &result);
    } else {
        toc_terminal_say("there is no schema of \"%s\", but of rules, events, alerts and topics",
                         what);
        return TOC_EXIT_USAGE;
    }
    if (schema == NULL) {
        return result;
    }
    char *text = json_dumps(schema, JSON_INDENT(2));
    toc_assert(text != NULL);
    puts(text);
    free(text);
    json_decref(schema);
    return TOC_EXIT_OK;
}
