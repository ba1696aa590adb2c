/* cli/reader.h - the lines of a file or of standard input, one by one.
 *
 * One buffer, read() in large blocks, a line is a slice of it: no copy, no call to the system and
 * no heap per line. A line longer than TOC_RECORD_SIZE is cut to TOC_RECORD_SIZE + 1 bytes, enough
 * for the decoder to refuse it as too large; its rest is skipped. At least TOC_READER_PADDING bytes
 * behind a line may be read (their content means nothing).
 * Memory: one fixed buffer, whatever the file. Not mmap: a file that shrinks while mapped is a
 * SIGBUS, a pipe cannot be mapped, and mapped pages count as memory. */
#pragma once
#include <stdint.h>
#include <tocsin/status.h>

#include "base/text.h"

enum { TOC_READER_PADDING = 64 };

struct toc_reader {
    int fd;
    char *buffer;
    size_t begin, end;      /* What is read and not yet given. */
    int64_t read_bytes;     /* From the file so far. */
    int64_t size_bytes;     /* Of a regular file, else 0. */
    int64_t line;           /* Number of the line last given, from 1. */
    bool is_over;           /* End of file seen. */
    bool is_skipping;       /* Within a line that was too long. */
    int error;              /* errno of a failed read, or 0. */
    void (*on_block)(void *context); /* Before each read(); may be NULL. */
    void *context;
};

/* Open @path, or standard input if it is "-". TOC_E_IO: errno says why, nothing to finish. */
TOC_MUST_CHECK enum toc_status toc_reader_init(struct toc_reader *reader, const char *path);
void toc_reader_finish(struct toc_reader *reader);
/* The next line, without its newline, borrowed until the next call. False: the end, or
 * reader->error. A last line needs no newline. */
bool toc_reader_next(struct toc_reader *reader, struct toc_str *out_line);
