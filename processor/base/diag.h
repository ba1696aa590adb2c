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

enum { TOC_DIAG_MOST = 200 }; /* More errors, or other findings, than that are counted, not kept. */

/* What @code means, from diag.def: static, or NULL for a code that is not there. */
const char *toc_diag_meaning(const char *code);

struct toc_diag *toc_diag_create(void);
void toc_diag_destroy(struct toc_diag *diag);
/* Name a file and hand over (copied) its text; the index is used in marks. */
uint32_t toc_diag_add_file(struct toc_diag *diag, const char *path, struct toc_str text);
/* @suggestion: empty for none. @code must stand in diag.def (asserted). Message and suggestion are
 * cut at 1,000 bytes. */
#if defined(__GNUC__)
__attribute__((format(printf, 6, 7)))
#endif
void toc_diag_add(struct toc_diag *diag, enum toc_severity severity, const char *code,
                  struct toc_mark mark, struct toc_str suggestion, const char *format, ...);
size_t toc_diag_errors(const struct toc_diag *diag);
size_t toc_diag_count(const struct toc_diag *diag);
size_t toc_diag_left_out(const struct toc_diag *diag); /* Findings counted, not kept. */
/* Drop all but errors among the findings from @first (a count before) on; none may have been sorted
 * since. For what is read again, and said its warnings the first time. */
void toc_diag_drop_warnings(struct toc_diag *diag, size_t first);
/* By file, line, column; of one place in the order they were added. */
void toc_diag_sort(struct toc_diag *diag);
/* Borrowed until the next add or sort. */
const struct toc_finding *toc_diag_get(const struct toc_diag *diag, size_t index);
/* How many files were named: their indices are less. */
uint32_t toc_diag_files(const struct toc_diag *diag);
const char *toc_diag_path(const struct toc_diag *diag, uint32_t file);
/* The text of a file, as handed over. Lives as long as the diag. */
struct toc_str toc_diag_text(const struct toc_diag *diag, uint32_t file);
/* The text form above of all findings, sorted first, appended to @out; ANSI colour if @colour. What
 * could steer a terminal is shown as '?', long source lines are shown in part. */
void toc_diag_print(struct toc_diag *diag, bool colour, struct toc_text *out);
/* The nearest of @names to @word within 2 edits (1 for words under 4 bytes), or an empty slice;
 * of equals the first that begins with the same letter, or else the first. */
struct toc_str toc_diag_nearest(struct toc_str word, const struct toc_str names[], size_t count);

#ifdef __cplusplus
}
#endif
