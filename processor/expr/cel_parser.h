/* expr/cel_parser.h - a parse under way: what the parser and its macros share. */
#pragma once
#include "expr/cel_ast.h"
#include "expr/cel_lex.h"

#ifdef __cplusplus
extern "C" {
#endif

struct toc_cel_parser {
    struct toc_cel_report *report;
    struct toc_arena *arena;
    struct toc_cel_lexer lexer;
    struct toc_cel_token now;
    size_t depth, node_count;
};

/* Read the next token into parser->now. */
void toc_cel_parser_advance(struct toc_cel_parser *parser);
static inline struct toc_cel_spot token_spot(const struct toc_cel_token *token)
{
    return (struct toc_cel_spot){.offset = token->from, .from = token->from, .size = token->size};
}
/* Add a finding, unless there is one. NULL. */
struct toc_cel_node *toc_cel_parser_fail(struct toc_cel_parser *parser, struct toc_cel_spot spot,
                                         const char *why);
/* A new node, or NULL: too many. */
struct toc_cel_node *toc_cel_parser_node(struct toc_cel_parser *parser, enum toc_cel_node_kind kind,
                                         struct toc_cel_spot spot);
/* @child becomes the last of @parent, which is given back. NULL if one of them is, or the tree is
 * too high. */
struct toc_cel_node *toc_cel_parser_adopt(struct toc_cel_parser *parser,
                                          struct toc_cel_node *parent, struct toc_cel_node *child);

#ifdef __cplusplus
}
#endif
