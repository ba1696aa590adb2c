/* expr/cel_ast.h - an expression as a tree, from parser to emitter.
 * Macros are nodes of their own: a loop keeps what the author wrote, so that findings point there.
 * Memory: the arena of the compilation. */
#pragma once
#include "expr/cel_program.h"
#include "expr/cel_report.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Operators: expr/cel_operator.def. */
enum toc_cel_operator {
#define TOC_CEL_OPERATOR(name, sign) TOC_CEL_##name,
#include "expr/cel_operator.def"
#undef TOC_CEL_OPERATOR
    TOC_CEL_OPERATOR_COUNT,
};

enum toc_cel_node_kind {
    TOC_CEL_N_LITERAL,
    TOC_CEL_N_NAME,
    TOC_CEL_N_SELECT, /* child .name; is_optional: .?; is_test: has() */
    TOC_CEL_N_OPERATOR,
    TOC_CEL_N_AND, /* Two or more children. */
    TOC_CEL_N_OR,
    TOC_CEL_N_CHOOSE, /* a ? b : c */
    TOC_CEL_N_CALL,   /* name(children); is_method: the first child stands before the dot. */
    TOC_CEL_N_LIST,
    TOC_CEL_N_MAP,  /* Children: key, value, key, value. */
    TOC_CEL_N_LOOP, /* Children: range, then `map` with three arguments: filter, then body. */
    TOC_CEL_N_OPTIONAL_MAP, /* Children: optional, body; is_flat: optFlatMap. */
    TOC_CEL_N_TEST_NAME,    /* has(name): ours. */
};

struct toc_cel_node {
    enum toc_cel_node_kind kind;
    enum toc_cel_operator op;
    enum toc_cel_macro macro;
    bool is_optional, is_test, is_method, is_flat;
    bool is_quoted;           /* A select by `name`. */
    struct toc_cel_spot spot; /* `from, size`: the operator, name or literal. */
    struct toc_str name;      /* NAME, SELECT, CALL; LOOP, OPTIONAL_MAP: the variable. */
    struct toc_cel_value literal;
    struct toc_cel_node *first, *last, *next; /* Children; the next sibling. */
    uint32_t count;
    uint32_t height;        /* Of the tree below, 1 = a leaf. */
    bool is_entry_optional; /* As an item of a list, or key of a map: [?a], {?k: v}. */

    /* Found by the checker. */
    const struct toc_cel_type *type;
    int variable;    /* Index in the world's variables, or -1; of a NAME or SELECT. */
    int local;       /* Depth of the loop whose variable it is, or -1. */
    int type_name;   /* A NAME or SELECT that names a type: enum toc_cel_kind, or -1. */
    uint16_t opcode; /* Of an operator or special call. */
    uint16_t first_row, row_count; /* Of a CALL: rows that may serve, from toc_cel_rows. */
    uint32_t operand;              /* What special calls refer to: place, pattern, list. */
    const void *pointer;
    bool is_promoted; /* To become a double where it stands. */
    bool is_failing;  /* Unchecked: there is no such name or function. */
};

/* The whole of a text. NULL: a finding was added. */
struct toc_cel_node *toc_cel_parse(struct toc_cel_report *report, struct toc_arena *arena);

#ifdef __cplusplus
}
#endif
