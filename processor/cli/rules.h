/* cli/rules.h - which rules a command works on, and loading them or saying why not. */
#pragma once
#include <stdio.h>

#include "cli/command.h"
#include "rule/load.h"

/* Where rules, types and places lie; empty types or places: the loader's default. */
struct toc_rules_at {
    struct toc_text rules, types, places;
    bool is_guessed; /* Nobody named the rules: ./rules or those that came with tocsin. */
};

/* From --rules (or @operand, which may be NULL), --types, --places. Rules nobody named are, the
 * first that is there: ./rules, `rules` or `share/tocsin/rules` beside or above this program, the
 * installed ones. Types and places nobody named lie in the rules directory or, when that is
 * a pack or a file, one or two above it. False: nobody named rules and there are none, stderr says
 * where was looked; finish @out all the same. Whether named ones can be read is for the loader to
 * say. */
bool toc_rules_find(const struct toc_args *args, const char *operand, struct toc_rules_at *out);
void toc_rules_finish(struct toc_rules_at *at);

/* Borrowed from @at. */
struct toc_rule_paths toc_rules_paths(const struct toc_rules_at *at);

/* Find and load, findings to stderr. NULL: it could not be, *out_exit says what that means.
 * @at is the caller's to finish either way. */
struct toc_ruleset *toc_rules_load(const struct toc_args *args, struct toc_rules_at *at,
                                   enum toc_exit *out_exit);

/* Of the operands [RULES] [RULE...]: how many come before the names. The first one is the rules if
 * it has a '/' or names something that is there, unless --rules names them. */
size_t toc_rules_operands(const struct toc_args *args);
/* Are the operands from @first on names of rules? If not, stderr says so, and what was meant. */
bool toc_rules_are_there(const struct toc_args *args, size_t first,
                         const struct toc_ruleset *rules);

/* Every finding of @diag to @stream, coloured if that is a terminal. */
void toc_rules_tell(struct toc_diag *diag, FILE *stream);
