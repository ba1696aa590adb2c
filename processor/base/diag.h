/* base/diag.h - what is wrong in what a person wrote: file:line:column, a caret, a stable code, a
 * suggestion. All errors of a run are gathered, then printed or refused together.
 *
 * Text form, one finding:
 *   rules/ied.yaml:12:5: error[E0301]: unknown field "devise" of report.ordnance
 *      12 |     match: { devise: ied }
 *         |              ^~~~~~
 *      did you mean "device"? */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

#ifdef __cplusplus
extern "C" {
#endif

struct toc_mark {
    uint32_t file;   /* Index of the file in the diag. */
    uint32_t line;   /* From 1; 0 = the file as a whole. */
    uint32_t column; /* From 1, in characters. */
    uint32_t width;  /* Characters to underline; 0 counts as 1. */
};

enum toc_severity { TOC_SEVERITY_NOTE, TOC_SEVERITY_WARNING, TOC_SEVERITY_ERROR };

struct toc_finding {
    enum toc_severity severity;
    const char *code; /* Static: "E0301". Listed in diag.def with a sentence each. */
    struct toc_mark mark;
    struct toc_str message;    /* Owned by the diag. */
    struct toc_str suggestion; /* Empty, or the text to write instead; owned by the diag. */
};

struct toc_diag; /* Findings and the files they point into. */

enum { TOC_DIAG_MOST = 200 }; /* More errors than that are counted, not kept. */

struct toc_diag *toc_diag_create(void);
void toc_diag_destroy(struct toc_diag *diag);
/* Name a file and hand over (copied) its text; the index is used in marks. */
uint32_t toc_diag_add_file(struct toc_diag *diag, const char *path, struct toc_str text);
#if defined(__GNUC__)
__attribute__((format(printf, 6, 7)))
#endif
/* @suggestion: empty for none. */
void toc_diag_add(struct toc_diag *diag, enum toc_severity severity, const char *code,
                  struct toc_mark mark, struct toc_str suggestion, const char *format, ...);
size_t toc_diag_errors(const struct toc_diag *diag);
size_t toc_diag_count(const struct toc_diag *diag);
/* Ordered by file, line, column after toc_diag_sort; borrowed until the next add. */
void toc_diag_sort(struct toc_diag *diag);
const struct toc_finding *toc_diag_get(const struct toc_diag *diag, size_t index);
const char *toc_diag_path(const struct toc_diag *diag, uint32_t file);
/* The text form above of all findings, sorted, appended to @out; ANSI colour if @colour. */
void toc_diag_print(struct toc_diag *diag, bool colour, struct toc_text *out);
/* The nearest of @names to @word within 2 edits (1 for words under 4 bytes), or an empty slice;
 * ties go to the first. */
struct toc_str toc_diag_nearest(struct toc_str word, const struct toc_str names[], size_t count);

#ifdef __cplusplus
}
#endif
