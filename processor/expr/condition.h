/* expr/condition.h - is this condition true of this event?
 * The tests of `match:`, and then the expression of `where:`; both must hold.
 * Text compares folded (Unicode case) unless `cased`; numbers as doubles, integers exactly;
 * a list field matches when any item does, or with `|all` when every one does (and there is one).
 * Memory: immutable, in the rule set's arena; made by expr/condition_build.h. Judging takes no
 * heap, except for a while for a text that is not ASCII and over 1 KiB when folded. Threads: any.
 * Source of `re`: RE2 syntax, search not full match (expr/pattern.h). */
#pragma once
#include "base/arena.h"
#include "event/event.h"

#ifdef __cplusplus
extern "C" {
#endif

enum toc_test_op {
    TOC_TEST_EQUAL, /* Any of the operands. */
    TOC_TEST_MORE_THAN,
    TOC_TEST_AT_LEAST,
    TOC_TEST_LESS_THAN,
    TOC_TEST_AT_MOST,
    TOC_TEST_CONTAINS, /* Substring; of a list field: an item equal to it. */
    TOC_TEST_STARTS_WITH,
    TOC_TEST_ENDS_WITH,
    TOC_TEST_PATTERN,
    TOC_TEST_EXISTS, /* Operand: true or false. */
};

struct toc_pattern;     /* A compiled RE2. */
struct toc_cel_program; /* `where:` (expr/cel.h). */
struct toc_cel_machine;

struct toc_test {
    int slot; /* Field index or enum toc_slot. */
    enum toc_test_op op;
    bool is_negated; /* |not: holds when the positive test fails or the field is missing. */
    bool is_all;     /* |all */
    bool is_cased;   /* |cased */
    const struct toc_value *operands; /* TEXT operands are folded already unless is_cased. */
    size_t operand_count;
    const uint32_t *operand_index; /* Hash table over many text operands, or NULL. */
    size_t operand_index_size;
    struct toc_pattern *const *patterns; /* For PATTERN, one per operand. */
};

struct toc_condition {
    const struct toc_test *tests; /* All must hold. */
    size_t count;
    const struct toc_cel_program *where; /* It must give true; or NULL. */
};

enum toc_verdict {
    TOC_VERDICT_NO,
    TOC_VERDICT_YES,
    TOC_VERDICT_UNKNOWN, /* A field it needs is missing, and nothing that could be judged fails. */
    TOC_VERDICT_FAILED,  /* `where` ended in another error (a division by zero, ...): no match. */
    TOC_VERDICT_BUDGET,  /* `where` used up its fuel or memory: no match. */
};

/* Judge @event. On UNKNOWN, *out_slot (may be NULL) is the first slot that was missing. @machine
 * runs `where`; NULL will do if there is none. */
enum toc_verdict toc_condition_judge(const struct toc_condition *condition,
                                     const struct toc_event *event, struct toc_cel_machine *machine,
                                     int *out_slot);

#ifdef __cplusplus
}
#endif
