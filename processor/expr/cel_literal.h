/* expr/cel_literal.h - numbers as they are written, and words that are no names. For the parser. */
#pragma once
#include "expr/cel_parser.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The number that parser->now is, as a node; NULL: beyond int or double, told. */
struct toc_cel_node *toc_cel_literal_int(struct toc_cel_parser *parser, bool is_negative);
struct toc_cel_node *toc_cel_literal_double(struct toc_cel_parser *parser, bool is_negative);
/* A word that CEL keeps for itself: "while", "for", ... */
bool toc_cel_literal_is_reserved(struct toc_str name);

#ifdef __cplusplus
}
#endif
