/* expr/cel_check.h - names to variables, operands to types, calls to functions.
 * Source: cel-spec langdef.md, "Type Checking"; where the reference implementation decides more, it
 * is followed, but int and double may meet (cel_builtin.def). */
#pragma once
#include "expr/cel_ast.h"
#include "expr/cel_func.h"
#include "expr/cel_program.h"
#include "expr/cel_type.h"

#ifdef __cplusplus
extern "C" {
#endif

struct toc_cel_check {
    struct toc_cel_report *report;
    const struct toc_cel_world *world;
    struct toc_arena *arena; /* Of the compilation. */
    struct toc_arena *kept;  /* Of the program: sets. */
    struct toc_patterns *patterns;
    struct toc_cel_bindings bindings;
    bool is_lenient; /* Types are not checked: what does not fit fails when it runs. */
    struct {
        struct toc_str name;
        const struct toc_cel_type *type;
        const struct toc_cel_variable *closed; /* It stands for its items, which are of a few. */
    } locals[TOC_CEL_NESTED];
    int local_count;
};

/* Annotate the tree. False: findings were added. */
bool toc_cel_check_tree(struct toc_cel_check *check, struct toc_cel_node *root);

/* cel_resolve.c: the children have their types: find what @form @name takes them, set the node's
 * opcode or rows, and its type. */
enum toc_cel_builtin_form {
    TOC_CEL_B_OPERATOR,
    TOC_CEL_B_GLOBAL,
    TOC_CEL_B_METHOD,
};
void toc_cel_resolve(struct toc_cel_check *check, struct toc_cel_node *node,
                     enum toc_cel_builtin_form form, struct toc_str name);
/* Is there a function called so at all? */
bool toc_cel_resolve_knows(enum toc_cel_builtin_form form, struct toc_str name);
/* Does any global function's name begin with @space and a dot? */
bool toc_cel_resolve_knows_space(struct toc_str space);

/* cel_closed.c: `node`, an operator whose operands are checked, may compare what can only be some
 * texts with another: tell. */
void toc_cel_closed_check(struct toc_cel_check *check, const struct toc_cel_node *node);
/* The variable @node is, or is an item of, if its texts are of a few; or NULL. */
const struct toc_cel_variable *toc_cel_closed_of(const struct toc_cel_check *check,
                                                 const struct toc_cel_node *node);

/* Built-ins as rows, for the manual. */
struct toc_cel_builtin {
    enum toc_cel_builtin_form form;
    const char *name, *parameters, *result;
    uint8_t opcode;
    bool is_mixed;
    const char *help;
};
extern const struct toc_cel_builtin toc_cel_builtins[];
extern const size_t toc_cel_builtin_count;

#ifdef __cplusplus
}
#endif
