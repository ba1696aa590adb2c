/* expr/cel_apply.h - what operators do to values, of whatever kinds. For the machine.
 * An ERROR among the operands is the result: the first one. */
#pragma once
#include "expr/cel_program.h"

#ifdef __cplusplus
extern "C" {
#endif

/* + - * / % of CEL: opcode ADD .. MODULO (the general ones). */
struct toc_cel_value toc_cel_arithmetic(struct toc_cel_scratch *scratch, enum toc_cel_opcode op,
                                        const struct toc_cel_value *a,
                                        const struct toc_cel_value *b);
struct toc_cel_value toc_cel_negate(const struct toc_cel_value *a);
/* EQUAL, UNEQUAL, LESS .. AT_LEAST. */
struct toc_cel_value toc_cel_compare(struct toc_cel_scratch *scratch, enum toc_cel_opcode op,
                                     const struct toc_cel_value *a, const struct toc_cel_value *b);
struct toc_cel_value toc_cel_in(struct toc_cel_scratch *scratch, const struct toc_cel_value *item,
                                const struct toc_cel_value *in);

/* The item of a list, or the value under a key. Of an optional: an optional. */
struct toc_cel_value toc_cel_index(struct toc_cel_scratch *scratch, const struct toc_cel_value *of,
                                   const struct toc_cel_value *key, bool is_optional);
/* The field @name of a map or point. */
struct toc_cel_value toc_cel_select(struct toc_cel_scratch *scratch, const struct toc_cel_value *of,
                                    const struct toc_cel_value *name, bool is_optional);
struct toc_cel_value toc_cel_select_test(struct toc_cel_scratch *scratch,
                                         const struct toc_cel_value *of,
                                         const struct toc_cel_value *name);
/* A list of @items, or a map of key, value, key, value; @optional (may be NULL) says which items or
 * entries are optionals that may be left out. */
struct toc_cel_value toc_cel_make_list(struct toc_cel_scratch *scratch,
                                       const struct toc_cel_value items[], size_t count,
                                       const bool optional[]);
struct toc_cel_value toc_cel_make_map(struct toc_cel_scratch *scratch,
                                      const struct toc_cel_value items[], size_t count,
                                      const bool optional[]);

#ifdef __cplusplus
}
#endif
