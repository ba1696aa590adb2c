/* event/decode_json.h - a JSON text as a tape of words, by simdjson's DOM parser.
 *
 * The parser checks the whole text (RFC 8259, UTF-8 included) and writes one word, or two for a
 * number, for each value in document order; text is unescaped into one buffer, each with its size
 * before and a NUL after it (simdjson, doc/tape.md). We read that tape directly: no copy, no heap,
 * one pass.
 *
 * Of what I-JSON (RFC 7493) adds to RFC 8259, checked here:
 * - texts and names hold no unpaired surrogate and no noncharacter, escaped or not (2.1: MUST NOT);
 * - numbers can be represented (2.2): one written without fraction and exponent lies within
 *   -2^63..2^64-1, any other rounds to a finite double. Integers beyond 2^53 are kept exactly,
 * which the RFC allows (SHOULD NOT be sent); a fraction too small for a double is 0. That names are
 * not repeated (2.3) is checked by decode_names.h, which walks the objects anyway. Memory: some 14
 * MiB of address space for each parser, touched only as far as records are large. Threads: one
 * owner each. */
#pragma once
#include <stdint.h>

#include "base/text.h"
#include "event/decode_refusal.h"

#ifdef __cplusplus
extern "C" {
#endif

struct toc_json {
    const uint64_t *tape; /* tape[1] is the document's value; borrowed until the next parse. */
    const char *strings;  /* At least 16 bytes are readable from the begin of each text. */
};

enum { TOC_JSON_ROOT = 1 }; /* Where the document's value stands on the tape. */

struct toc_json_parser;
struct toc_json_parser *toc_json_create(void);
void toc_json_destroy(struct toc_json_parser *parser);

/* Parse @text (1 to TOC_RECORD_SIZE bytes). Unless @is_padded, it is copied first into a buffer of
 * the parser's; otherwise TOC_RECORD_PADDING more bytes are readable behind it. False: *out_reason
 * is NOT_UTF8, NOT_JSON, TOO_DEEP (some cases only; the walk counts exactly) or NOT_IJSON. */
bool toc_json_parse(struct toc_json_parser *parser, struct toc_str text, bool is_padded,
                    struct toc_json *out_json, enum toc_refusal *out_reason);
bool toc_json_is_utf8(struct toc_str text);
/* Does @text (valid UTF-8) hold a code point that Unicode calls a noncharacter? */
bool toc_json_has_noncharacter(struct toc_str text);

/* Why a text that breaks no rule of structure was refused for its numbers or its escapes:
 * TOC_REFUSAL_NOT_IJSON if it is JSON all the same (a number outside the range, an unpaired
 * surrogate), else TOC_REFUSAL_NOT_JSON. Slow: for what is refused already. */
enum toc_refusal toc_json_why_number(struct toc_str text);
enum toc_refusal toc_json_why_string(struct toc_str text);

/* '{' '[' '"' 'l' (int64) 'u' (uint64 beyond int64) 'd' (double) 't' 'f' 'n'; '}' ']' end. */
static inline char toc_json_tag(const struct toc_json *json, uint32_t at)
{
    return (char)(json->tape[at] >> 56);
}

/* Where the value after the one at @at stands. */
static inline uint32_t toc_json_after(const struct toc_json *json, uint32_t at)
{
    char tag = toc_json_tag(json, at);

    if (tag == '{' || tag == '[') {
        return (uint32_t)json->tape[at];
    }
    return at + 1 + (uint32_t)((tag == 'l') | (tag == 'u') | (tag == 'd'));
}

/* The size (4 bytes, as the host has them) and then the bytes of the text at @at. */
static inline const char *toc_json_sized(const struct toc_json *json, uint32_t at)
{
    return json->strings + (json->tape[at] & UINT64_C(0x00FFFFFFFFFFFFFF));
}

static inline struct toc_str toc_json_text(const struct toc_json *json, uint32_t at)
{
    struct toc_str text = {toc_json_sized(json, at), 0};
    uint32_t size;

    memcpy(&size, text.data, sizeof size);
    text.data += sizeof size;
    text.size = size;
    return text;
}

static inline int64_t toc_json_integer(const struct toc_json *json, uint32_t at)
{
    return (int64_t)json->tape[at + 1];
}

/* Any of 'l', 'u', 'd' as a double. */
static inline double toc_json_number(const struct toc_json *json, uint32_t at)
{
    double number;

    switch (toc_json_tag(json, at)) {
    case 'l':
        return (double)(int64_t)json->tape[at + 1];
    case 'u':
        return (double)json->tape[at + 1];
    default:
        memcpy(&number, &json->tape[at + 1], sizeof number);
        return number;
    }
}

#ifdef __cplusplus
}
#endif
