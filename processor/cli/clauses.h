/* cli/clauses.h - the parts of a rule that a test can show to matter, and rules without them.
 *
 * A clause is one side of something the author wrote: a step, a `without`, "at least 3" as against
 * 2. It comes with changes to the rule that would take it away, from crude to fine; if no test's
 * result changes under one of them, no test looks at the clause. Which parts there are stands in
 * clauses.def. Changes are made to the document, so the loader judges them like anything written.
 * Memory: one arena; nodes are borrowed from the rule set. Pure. */
#pragma once
#include "base/arena.h"
#include "base/yaml.h"

enum { TOC_CLAUSE_DEPTH = 12, TOC_CLAUSE_CHANGES = 2, TOC_CLAUSE_EDITS = 8 };

/* One edit of the document: where (the places of children, from the root), and what. */
struct toc_clause_edit {
    size_t path[TOC_CLAUSE_DEPTH], depth;
    struct toc_str key;  /* Not empty: this key is added to the mapping there, */
    struct toc_str text; /* with this; key empty: it becomes this text; */
    bool is_gone;        /* or it is left out; */
    bool is_never;       /* or, an event of the rule, nothing qualifies for it. */
};

/* The rule as it would be: all edits at once; if the loader refuses that, the second way. */
struct toc_clause_change {
    struct toc_str words; /* "without it", "with 2": what was changed. */
    struct toc_clause_edit edits[TOC_CLAUSE_EDITS], others[TOC_CLAUSE_EDITS];
    size_t edit_count, other_count; /* other_count 0: there is no second way. */
};

struct toc_clause {
    struct toc_str words; /* "without: over" */
    struct toc_mark mark;
    struct toc_clause_change changes[TOC_CLAUSE_CHANGES]; /* From crude to fine. */
    size_t change_count;
};

struct toc_clauses {
    struct toc_arena arena;
    struct toc_clause *items;
    size_t count, room;
};

/* Every clause of the rule @document, in the order it is written. Finish @out. */
void toc_clauses_init(struct toc_clauses *out, const struct toc_yaml *document);
void toc_clauses_finish(struct toc_clauses *clauses);

/* Make @edits in @document, which reads like the one the clauses are of; nodes come from @arena. */
void toc_clause_apply(const struct toc_clause_edit edits[], size_t count, struct toc_yaml *document,
                      struct toc_arena *arena);
