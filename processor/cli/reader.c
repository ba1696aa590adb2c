#include "cli/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "event/decode.h"

enum {
    BLOCK = 1 << 18,                     /* Of one read(). */
    ROOM = TOC_RECORD_SIZE + 1 + BLOCK,  /* The longest rest of a line, and a block. */
};

enum toc_status toc_reader_init(struct toc_reader *reader, const char *path)
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
    *reader = (struct toc_reader){
        .fd = fd,
        .buffer = toc_mem_get(ROOM + TOC_READER_PADDING),
        .size_bytes = S_ISREG(about.st_mode) ? (int64_t)about.st_size : 0,
    };
    return TOC_OK;
}

void toc_reader_finish(struct toc_reader *reader)
{
    if (reader->buffer != NULL && reader->fd != STDIN_FILENO) {
        close(reader->fd);
    }
    toc_mem_free(reader->buffer);
    reader->buffer = NULL;
}

/* Read one block behind what is there. False: nothing more came. */
static bool fill(struct toc_reader *reader)
{
    if (reader->is_over) {
        return false;
    }
    memmove(reader->buffer, reader->buffer + reader->begin, reader->end - reader->begin);
    reader->end -= reader->begin;
    reader->begin = 0;
    if (reader->on_block != NULL) {
        reader->on_block(reader->context);
    }
    ssize_t got;
    do {
        got = read(reader->fd, reader->buffer + reader->end, BLOCK);
    } while (got < 0 && errno == EINTR);
    if (got <= 0) {
        reader->is_over = true;
        reader->error = got < 0 ? errno : 0;
        return false;
    }
    reader->end += (size_t)got;
    reader->read_bytes += got;
    return true;
}

bool toc_reader_next(struct toc_reader *reader, struct toc_str *out_line)
{
    size_t seen = 0; /* Bytes already searched for a newline. */
    for (;;) {
        char *from = reader->buffer + reader->begin;
        size_t size = reader->end - reader->begin;
        char *newline = size > seen ? memchr(from + seen, '\n', size - seen) : NULL;
        if (newline != NULL) {
            size_t length = (size_t)(newline - from);
            reader->begin += length + 1;
            if (reader->is_skipping) {
                reader->is_skipping = false;
                seen = 0;
                continue;
            }
            *out_line = (struct toc_str){.data = from, .size = length};
            reader->line++;
            return true;
        }
        if (reader->is_skipping) {
            reader->begin = reader->end;
            size = 0;
        } else if (size > TOC_RECORD_SIZE) {
            *out_line = (struct toc_str){.data = from, .size = TOC_RECORD_SIZE + 1};
            reader->begin = reader->end;
            reader->is_skipping = true;
            reader->line++;
            return true;
        }
        seen = size;
        if (!fill(reader)) {
            if (size == 0 || reader->error != 0) {
                return false;
            }
            *out_line = (struct toc_str){.data = reader->buffer + reader->begin, .size = size};
            reader->begin = reader->end;
            reader->line++;
            return true;
        }
    }
}
