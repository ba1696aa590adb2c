/* expr/cel_spell.h - a tree in one spelling, for semantic hashes: brackets everywhere, texts as
 * JSON, loop variables by their nesting. Only what the author's spelling cannot change is told. */
#pragma once
#include "expr/cel_ast.h"

#ifdef __cplusplus
extern "C" {
#endif

void toc_cel_spell(const struct toc_cel_node *root, struct toc_text *out); /* Appended. */

#ifdef __cplusplus
}
#endif
