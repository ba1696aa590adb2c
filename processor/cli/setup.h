/* cli/setup.h - a configuration and the rules it names, checked together.
 * `run`, `topics` and `check -c` go through here, so what one refuses all refuse. */
#pragma once
#include <tocsin/status.h>

#include "cli/command.h"
#include "ops/config.h"

struct toc_setup {
    struct toc_diag *diag; /* Of both; marks point into it. */
    struct toc_config *config;
    struct toc_ruleset *rules;
};

/* Load --config and its rules and hold them against each other. False: errors are in setup->diag.
 * Finish @out either way. */
bool toc_setup_init(struct toc_setup *out, const char *path);
void toc_setup_finish(struct toc_setup *setup);

/* The same for a command that cannot go on without: findings go to stderr; a missing --config is
 * told as wrong usage. TOC_EXIT_OK, or what to end with. */
enum toc_exit toc_setup_load(struct toc_setup *out, const struct toc_args *args);

/* What a process that got @status ends with. */
enum toc_exit toc_setup_exit(enum toc_status status);
