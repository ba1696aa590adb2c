/* expr/cel_lex.h - the words of an expression. Source: cel-spec langdef.md, "Syntax". */
#pragma once
#include "expr/cel_report.h"

#ifdef __cplusplus
extern "C" {
#endif

enum toc_cel_token_kind {
    TOC_CEL_T_END,
    TOC_CEL_T_BAD, /* Told already. */
    TOC_CEL_T_NAME,
    TOC_CEL_T_QUOTED_NAME, /* `a-b`: text without the backquotes. */
    TOC_CEL_T_INT,         /* Digits as written, without a sign. */
    TOC_CEL_T_UINT,
    TOC_CEL_T_DOUBLE,
    TOC_CEL_T_STRING, /* text: what it says, escapes resolved. */
    TOC_CEL_T_BYTES,
    TOC_CEL_T_TRUE,
    TOC_CEL_T_FALSE,
    TOC_CEL_T_NULL,
    TOC_CEL_T_IN,
    TOC_CEL_T_PUNCTUATION, /* text: one or two characters. */
};

struct toc_cel_token {
    enum toc_cel_token_kind kind;
    uint32_t from, size; /* Bytes of the source. */
    struct toc_str text;
};

struct toc_cel_lexer {
    struct toc_cel_report *report;
    struct toc_arena *arena; /* Gets the texts with escapes. */
    size_t at;
};

struct toc_cel_token toc_cel_lex(struct toc_cel_lexer *lexer);

#ifdef __cplusplus
}
#endif
