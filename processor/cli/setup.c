#include "cli/setup.h"

#include "cli/rules.h"
#include "cli/terminal.h"

bool toc_setup_init(struct toc_setup *out, const char *path)
{
    *out = (struct toc_setup){.diag = toc_diag_create()};
    if (!toc_config_load(path, out->diag, &out->config)) {
        return false;
    }
    struct toc_rule_paths paths = toc_config_rule_paths(out->config);
    return toc_ruleset_load(&paths, out->diag, &out->rules) &&
           toc_config_check(out->config, out->rules, out->diag);
}

void toc_setup_finish(struct toc_setup *setup)
{
    toc_ruleset_destroy(setup->rules);
    if (setup->config != NULL) {
        toc_config_destroy(setup->config);
    }
    toc_diag_destroy(setup->diag);
    *setup = (struct toc_setup){0};
}

enum toc_exit toc_setup_load(struct toc_setup *out, const struct toc_args *args)
{
    const char *path = args->values[TOC_OPT_CONFIG];

    *out = (struct toc_setup){0};
    if (path == NULL) {
        toc_terminal_say("%s needs a configuration: --config FILE", args->command->name);
        return TOC_EXIT_USAGE;
    }
    bool is_right = toc_setup_init(out, path);
    toc_rules_tell(out->diag, stderr);
    if (!is_right) {
        toc_terminal_say("%s: the configuration or its rules are wrong, nothing was done", path);
        return TOC_EXIT_INVALID;
    }
    return TOC_EXIT_OK;
}

enum toc_exit toc_setup_exit(enum toc_status status)
{
    switch (status) {
    case TOC_OK:
        return TOC_EXIT_OK;
    case TOC_E_INVALID:
    case TOC_E_RANGE:
    case TOC_E_LIMIT:
        return TOC_EXIT_INVALID;
    case TOC_E_NOT_FOUND:
    case TOC_E_IO:
    case TOC_E_BROKER:
        return TOC_EXIT_IO;
    case TOC_E_REFUSED:
    case TOC_E_INTERNAL:
        break;
    }
    return TOC_EXIT_INTERNAL;
}
