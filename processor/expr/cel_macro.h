/* expr/cel_macro.h - has, all, exists, exists_one, filter, map, optMap, optFlatMap: calls that are
 * no calls. Source: cel-spec langdef.md, "Macros". */
#pragma once
#include "expr/cel_parser.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What @call (its arguments read) is: a macro as its own node, or the call itself. NULL: told. */
struct toc_cel_node *toc_cel_macro_expand(struct toc_cel_parser *parser, struct toc_cel_node *call);

#ifdef __cplusplus
}
#endif
