/* rule/load.h - rule files in, a checked rule set or diagnostics out. All errors in one run;
 * nothing loads unless everything loads. */
#pragma once
#include "base/yaml.h"
#include "rule/rule.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where things lie. NULL members take the default named; `rules` is searched recursively for
 * *.yaml, leaving out its types/, places/, lists/ folders and the closed lists below. */
struct toc_rule_paths {
    const char *rules;  /* A directory, or one file: then <rules> below is the nearest directory
                           above it that holds types/, or else its own. */
    const char *types;  /* Default: <rules>/types */
    const char *places; /* Default: <rules>/places */
};
/* Closed lists, each a YAML sequence of texts, in the rules directory; an absent list is open:
 * tags.yaml, topics.yaml, recipients.yaml. Lists for `match` and `members`: lists/NAME.yaml, a
 * sequence of texts, or of mappings (members with several key fields). */

struct toc_ruleset;

/* False: errors in @diag, *out NULL. With no error there may still be warnings in @diag. */
bool toc_ruleset_load(const struct toc_rule_paths *paths, struct toc_diag *diag,
                      struct toc_ruleset **out);
/* Like toc_ruleset_load, with lists replaced: the YAML mapping @lists (name -> sequence) stands in
 * for files of that name. For inline tests. @lists may be NULL. */
bool toc_ruleset_load_with(const struct toc_rule_paths *paths, const struct toc_yaml *lists,
                           struct toc_diag *diag, struct toc_ruleset **out);
/* What to change between reading a rule and checking it, for `tocsin test --coverage`. */
struct toc_ruleset_edit {
    /* Change @document as you like, with nodes and texts of @arena. False: leave it out. */
    bool (*on_document)(struct toc_yaml *document, struct toc_arena *arena, void *context);
    void *context;
};
/* Like toc_ruleset_load_with, each document changed by @edit (NULL: none) first. */
bool toc_ruleset_load_edited(const struct toc_rule_paths *paths, const struct toc_yaml *lists,
                             const struct toc_ruleset_edit *edit, struct toc_diag *diag,
                             struct toc_ruleset **out);
void toc_ruleset_destroy(struct toc_ruleset *set); /* Frees catalogue and places too. */

size_t toc_ruleset_count(const struct toc_ruleset *set);
const struct toc_rule *toc_ruleset_get(const struct toc_ruleset *set, size_t index);
int toc_ruleset_find(const struct toc_ruleset *set, struct toc_str name);
const struct toc_catalogue *toc_ruleset_catalogue(const struct toc_ruleset *set);
const struct toc_places *toc_ruleset_places(const struct toc_ruleset *set);
/* The name of all files it was read from (rule/bundle.h); empty if lists or rules were changed. */
const char *toc_ruleset_bundle(const struct toc_ruleset *set);

#ifdef __cplusplus
}
#endif
