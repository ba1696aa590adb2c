/* expr/cel_type.h - static types, and whether one fits where another is wanted.
 * Type parameters are found by substitution, as the reference checker does it (cel-spec langdef.md,
 * "Gradual type checking"): a parameter is free until something binds it; what a failed attempt
 * bound is undone. Memory: the arena of the compilation. Threads: one owner. */
#pragma once
#include "expr/cel.h"

#ifdef __cplusplus
extern "C" {
#endif

enum toc_cel_shape {
    TOC_CEL_S_DYN, /* Also of what has an error: no second finding follows from it. */
    TOC_CEL_S_PARAMETER,
    TOC_CEL_S_NUMBER, /* int or double: of parameters of functions only. */
    TOC_CEL_S_PLAIN,  /* A kind of values without more. */
    TOC_CEL_S_LIST,   /* of a */
    TOC_CEL_S_MAP,    /* a to b */
    TOC_CEL_S_OPTIONAL,
    TOC_CEL_S_TYPE,
};

struct toc_cel_type {
    enum toc_cel_shape shape;
    enum toc_cel_kind kind; /* PLAIN */
    const struct toc_cel_type *a, *b;
    const struct toc_cel_type *bound; /* PARAMETER: what it stands for, or NULL. */
};

/* Bindings of parameters, in order, so that they can be undone. */
struct toc_cel_bindings {
    struct toc_arena *arena;
    struct toc_cel_undo {
        struct toc_cel_type *parameter;
        const struct toc_cel_type *before;
    } * undo;
    size_t count, room;
};

const struct toc_cel_type *toc_cel_type_parameter(struct toc_arena *arena);
const struct toc_cel_type *toc_cel_type_plain(enum toc_cel_kind kind);
/* Through bindings at the top; never NULL. */
const struct toc_cel_type *toc_cel_type_now(const struct toc_cel_type *type);
/* Through all bindings; free parameters become dyn. A copy in @arena where needed. */
const struct toc_cel_type *toc_cel_type_final(struct toc_arena *arena,
                                              const struct toc_cel_type *type);
bool toc_cel_type_is(const struct toc_cel_type *type, enum toc_cel_kind kind);
bool toc_cel_type_is_dyn(const struct toc_cel_type *type);
/* int, double? */
bool toc_cel_type_is_number(const struct toc_cel_type *type);

/* Can a value of type @from stand where @to is wanted? Binds parameters; undone if not. */
bool toc_cel_type_fits(struct toc_cel_bindings *bindings, const struct toc_cel_type *from,
                       const struct toc_cel_type *to);
/* Undo all bindings after the first @count. */
void toc_cel_type_undo(struct toc_cel_bindings *bindings, size_t count);
/* The type of items of which some are @a and some @b: the more general, or dyn. */
const struct toc_cel_type *toc_cel_type_join(struct toc_cel_bindings *bindings,
                                             const struct toc_cel_type *a,
                                             const struct toc_cel_type *b);
/* "list(A), int..." as types; A and B are fresh parameters for each reading. Returns how many.
 * *out_repeats: the last may be repeated. The text is a row's: asserted. */
struct toc_cel_signature {
    const struct toc_cel_type *parameters[8];
    size_t count;
    bool repeats;
    const struct toc_cel_type *result;
};
void toc_cel_type_read(struct toc_arena *arena, const char *parameters, const char *result,
                       struct toc_cel_signature *out);

#ifdef __cplusplus
}
#endif
