#include "cli/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "event/decode.h"

enum {
    BLOCK = 1 << 18,                    /* Of one read(). */
    ROOM = TOC_RECORD_SIZE + 1 + BLOCK, /* The longest rest of a line, and a block. */
};

enum toc_status toc_lines_init(struct toc_lines *lines, const char *path)
{
    bool is_stdin = strcmp(path, "-") == 0;
    int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    struct stat about;
    if (fd < 0) {
        return TOC_E_IO;
    }
    if (fstat(fd, &about) != 0 || S_ISDIR(about.st_mode)) {
        int why = S_ISDIR(about.st_mode) ? EISDIR : errno;
        if (!is_stdin) {
            close(fd);
        }
        errno = why;
        return TOC_E_IO;
    }
    *lines = (struct toc_lines){
        .fd = fd,
        .buffer = toc_mem_get(ROOM + TOC_LINES_PADDING),
        .size_bytes = S_ISREG(about.st_mode) ? (int64_t)about.st_size : 0,
    };
    return TOC_OK;
}

void toc_lines_finish(struct toc_lines *lines)
{
    if (lines->buffer != NULL && lines->fd != STDIN_FILENO) {
        close(lines->fd);
    }
    toc_mem_free(lines->buffer);
    lines->buffer = NULL;
}

/* Read one block behind what is there. False: nothing more came. */
static bool fill(struct toc_lines *lines)
{
    if (lines->is_over) {
        return false;
    }
    memmove(lines->buffer, lines->buffer + lines->begin, lines->end - lines->begin);
    lines->end -= lines->begin;
    lines->begin = 0;
    if (lines->on_block != NULL) {
        lines->on_block(lines->context);
    }
    ssize_t got;
    do {
        got = read(lines->fd, lines->buffer + lines->end, BLOCK);
    } while (got < 0 && errno == EINTR);
    if (got <= 0) {
        lines->is_over = true;
        lines->error = got < 0 ? errno : 0;
        return false;
    }
    lines->end += (size_t)got;
    lines->read_bytes += got;
    return true;
}

bool toc_lines_next(struct toc_lines *lines, struct toc_str *out_line)
{
    size_t seen = 0; /* Bytes already searched for a newline. */
    for (;;) {
        char *from = lines->buffer + lines->begin;
        size_t size = lines->end - lines->begin;
        char *newline = size > seen ? memchr(from + seen, '\n', size - seen) : NULL;
        if (newline != NULL) {
            size_t length = (size_t)(newline - from);
            lines->begin += length + 1;
            if (lines->is_skipping) {
                lines->is_skipping = false;
                seen = 0;
                continue;
            }
            *out_line = (struct toc_str){.data = from, .size = length};
            lines->line++;
            return true;
        }
        if (lines->is_skipping) {
            lines->begin = lines->end;
            size = 0;
        } else if (size > TOC_RECORD_SIZE) {
            *out_line = (struct toc_str){.data = from, .size = TOC_RECORD_SIZE + 1};
            lines->begin = lines->end;
            lines->is_skipping = true;
            lines->line++;
            return true;
        }
        seen = size;
        if (!fill(lines)) {
            if (size == 0 || lines->error != 0) {
                return false;
            }
            *out_line = (struct toc_str){.data = lines->buffer + lines->begin, .size = size};
            lines->begin = lines->end;
            lines->line++;
            return true;
        }
    }
}
