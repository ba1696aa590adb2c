/* cli/lines.h - the lines of a file or of standard input, one by one.
 *
 * One buffer, read() in large blocks, a line is a slice of it: no copy, no call to the system and
 * no heap per line. A line longer than TOC_RECORD_SIZE is cut to TOC_RECORD_SIZE + 1 bytes, enough
 * for the decoder to refuse it as too large; its rest is skipped. At least TOC_LINES_PADDING bytes
 * behind a line may be read (their content means nothing).
 * Memory: one fixed buffer, whatever the file. Not mmap: a file that shrinks while mapped is a
 * SIGBUS, a pipe cannot be mapped, and mapped pages count as memory. */
#pragma once
#include <stdint.h>
#include <tocsin/status.h>

#include "base/text.h"
#include "event/decode.h"

enum { TOC_LINES_PADDING = TOC_RECORD_PADDING };

struct toc_lines {
    int fd;
    char *buffer;
    size_t begin, end;               /* What is read and not yet given. */
    int64_t read_bytes;              /* From the file so far. */
    int64_t size_bytes;              /* Of a regular file, else 0. */
    int64_t line;                    /* Number of the line last given, from 1. */
    bool is_over;                    /* End of file seen. */
    bool is_skipping;                /* Within a line that was too long. */
    int error;                       /* errno of a failed read, or 0. */
    void (*on_block)(void *context); /* Before each read(); may be NULL. */
    void *context;
};

/* Open @path, or standard input if it is "-". TOC_E_IO: errno says why, nothing to finish. */
TOC_MUST_CHECK enum toc_status toc_lines_init(struct toc_lines *lines, const char *path);
void toc_lines_finish(struct toc_lines *lines);
/* The next line, without its newline, borrowed until the next call. False: the end, or
 * lines->error. A last line needs no newline. */
bool toc_lines_next(struct toc_lines *lines, struct toc_str *out_line);
