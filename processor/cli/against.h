/* cli/against.h - rules beside what they were: a meaning that changed asks for a higher version. */
#pragma once
#include "cli/command.h"
#include "rule/load.h"

/* Load the rules that --against names and add W0601 to @diag for each rule of @rules whose semantic
 * hash is another and whose version is no higher. Rules that are new or gone are no findings. If
 * the old ones cannot be loaded, E0602 says so. */
void toc_against_check(const struct toc_args *args, const struct toc_ruleset *rules,
                       struct toc_diag *diag);
