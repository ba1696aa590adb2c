/* rule/words.h - what rules may name, without any rule: for editors, whose rules are not right yet.
 * Memory: everything lives in the rule set that is given with it. */
#pragma once
#include "rule/load.h"
#include "rule/loader.h"

struct toc_rule_words {
    const struct toc_catalogue *catalogue;
    struct toc_names places;                   /* Kinds first, then names. */
    struct toc_names tags, topics, recipients; /* Closed, or open: any word goes. */
    struct toc_names lists;
};

/* Load types, places, lists and closed lists of @paths; rules are not read. False: errors in @diag,
 * *out_set NULL. */
bool toc_rule_words_load(const struct toc_rule_paths *paths, struct toc_diag *diag,
                         struct toc_ruleset **out_set, struct toc_rule_words *out);

/* The kinds of `when`, in the order of their table: the word of the @index-th, NULL behind the
 * last; and whether @key may stand beside it (keys of which nothing is said there go with all). */
const char *toc_when_kind_word(size_t index);
bool toc_when_kind_takes(size_t index, const char *key);
