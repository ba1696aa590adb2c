/* expr/cel_emit.h - a checked tree into a program. */
#pragma once
#include "expr/cel_ast.h"
#include "expr/cel_program.h"

#ifdef __cplusplus
extern "C" {
#endif

/* NULL: a finding was added (it would need more stack than there is). @scratch: of the compilation;
 * @arena keeps the program. */
struct toc_cel_program *toc_cel_emit(struct toc_cel_report *report,
                                     const struct toc_cel_world *world,
                                     const struct toc_cel_node *root, struct toc_arena *scratch,
                                     struct toc_arena *arena);

#ifdef __cplusplus
}
#endif
