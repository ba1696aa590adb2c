#include "cli/against.h"

#include <inttypes.h>
#include <stdio.h>

#include "cli/rules.h"

static void compare(const struct toc_rule *was, const struct toc_rule *is, struct toc_diag *diag)
{
    const struct toc_yaml *version = toc_yaml_find(is->source, "version");
    char next[32];

    if (toc_hash128_compare(was->hash, is->hash) == 0 || is->version > was->version) {
        return;
    }
    (void)snprintf(next, sizeof next, "%" PRId64, was->version + 1);
    toc_diag_add(diag, TOC_SEVERITY_WARNING, "W0601", version != NULL ? version->mark : is->mark,
                 version != NULL ? toc_str_of(next) : (struct toc_str){0},
                 "the meaning of \"%.*s\" is no longer that of version %" PRId64
                 ": write `version: %" PRId64 "`",
                 (int)is->name.size, is->name.data, was->version, was->version + 1);
}

void toc_against_check(const struct toc_args *args, const struct toc_ruleset *rules,
                       struct toc_diag *diag)
{
    const char *path = args->values[TOC_OPT_AGAINST];
    struct toc_args plain = {.command = args->command}; /* Types and places are those of old. */
    struct toc_rules_at at = {0};
    struct toc_diag *old_diag = toc_diag_create();
    struct toc_ruleset *old = NULL;

    (void)toc_rules_find(&plain, path, &at);
    struct toc_rule_paths paths = toc_rules_paths(&at);
    if (!toc_ruleset_load(&paths, old_diag, &old)) {
        struct toc_mark mark = {.file = toc_diag_add_file(diag, path, TOC_STR(""))};
        toc_diag_sort(old_diag);
        const struct toc_finding *first = toc_diag_get(old_diag, 0);
        for (size_t i = 1; first->severity != TOC_SEVERITY_ERROR; i++) {
            first = toc_diag_get(old_diag, i);
        }
        toc_diag_add(diag, TOC_SEVERITY_ERROR, "E0602", mark, (struct toc_str){0},
                     "%zu errors in the rules to compare with, the first at %s:%lu: %.*s",
                     toc_diag_errors(old_diag), toc_diag_path(old_diag, first->mark.file),
                     (unsigned long)first->mark.line, (int)first->message.size,
                     first->message.data);
    }
    for (size_t i = 0; old != NULL && i < toc_ruleset_count(rules); i++) {
        const struct toc_rule *is = toc_ruleset_get(rules, i);
        int index = toc_ruleset_find(old, is->name);
        if (index >= 0) {
            compare(toc_ruleset_get(old, (size_t)index), is, diag);
        }
    }
    toc_ruleset_destroy(old);
    toc_diag_destroy(old_diag);
    toc_rules_finish(&at);
}
