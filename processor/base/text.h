/* base/text.h - text as a slice, and text being built.
 * A slice borrows: it says where the bytes lie and how many, they need no NUL. A text owns its
 * bytes, grows as it needs and is always NUL-terminated. UTF-8 throughout. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

struct toc_str {
    const char *data; /* Borrowed; NULL only when size is 0. */
    size_t size;      /* Bytes. */
};

#ifdef __cplusplus
#define TOC_STR(literal) (toc_str{("" literal), sizeof(literal) - 1})
#else
#define TOC_STR(literal) ((struct toc_str){.data = ("" literal), .size = sizeof(literal) - 1})
#endif

static inline struct toc_str toc_str_of(const char *text) /* NULL gives an empty slice. */
{
    struct toc_str str = {text, text != NULL ? strlen(text) : 0};

    return str;
}
static inline bool toc_str_equal(struct toc_str a, struct toc_str b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}
/* Order by bytes, then by length: <0, 0, >0. */
int toc_str_compare(struct toc_str a, struct toc_str b);

struct toc_text {
    char *data;
    size_t size; /* Bytes without the NUL. */
    size_t room;
};

void toc_text_finish(struct toc_text *text); /* A zeroed text may be finished. */
void toc_text_clear(struct toc_text *text);  /* Empty, room kept. */
void toc_text_add(struct toc_text *text, struct toc_str more);
void toc_text_add_char(struct toc_text *text, char more);
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void toc_text_addf(struct toc_text *text, const char *format, ...);
/* The same bytes as a JSON string with its quotes (RFC 8259, 7; only what must be is escaped). */
void toc_text_add_json(struct toc_text *text, struct toc_str more);
struct toc_str toc_text_str(const struct toc_text *text); /* Borrowed until the next change. */

/* Case folding for comparison: full Unicode case folding, NFC. Appends to @out.
 * toc_text_fold_name also strips accents (NFD, marks dropped): for names of places.
 * Bytes that are not UTF-8 are taken as they are. */
void toc_text_fold(struct toc_text *out, struct toc_str text);
void toc_text_fold_name(struct toc_text *out, struct toc_str text);
/* toc_text_fold into @room bytes at @out, no heap; returns the size of the whole, at most three
 * times that of @text (if it exceeds @room, nothing useful was written). */
size_t toc_text_fold_into(struct toc_str text, size_t room, char *out);
size_t toc_text_fold_name_into(struct toc_str text, size_t room, char *out); /* Likewise. */
/* Are @a and @b the same once @by, one of these two, has had them? */
bool toc_text_is_same(struct toc_str a, struct toc_str b,
                      void (*by)(struct toc_text *, struct toc_str));
/* No byte above 127 and no upper case: folding would change nothing. */
bool toc_text_is_folded_ascii(struct toc_str text);

/* Does a character of it run from right to left (Unicode bidirectional class R or AL)? */
bool toc_text_is_right_to_left(struct toc_str text);
/* The longest beginning of at most @most characters (code points) that ends between two of what a
 * reader takes for characters (UAX #29: no mark without its letter); but if one of these is longer
 * than TOC_TEXT_CLUSTER, it is cut within. */
struct toc_str toc_text_cut(struct toc_str text, size_t most);
enum { TOC_TEXT_CLUSTER = 32 };

/* Damerau-Levenshtein distance (optimal string alignment) of two short texts in bytes, without
 * case; gives up and returns @most + 1 beyond @most. For "did you mean". */
unsigned toc_text_edits(struct toc_str a, struct toc_str b, unsigned most);

#ifdef __cplusplus
}
#endif
