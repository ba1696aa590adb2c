#include "base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn static void give_up(size_t count, size_t size_bytes)
{
    fprintf(stderr, "tocsin: out of memory (%zu times %zu bytes)\n", count, size_bytes);
    abort();
}

void *toc_mem_array(size_t count, size_t size_bytes)
{
    void *got;

    if (count == 0 || size_bytes == 0) {
        count = size_bytes = 1;
    }
    got = calloc(count, size_bytes); /* Checks the product (C17, 7.22.3.2). */
    if (got == NULL) {
        give_up(count, size_bytes);
    }
    return got;
}

void *toc_mem_get(size_t size_bytes)
{
    return toc_mem_array(1, size_bytes);
}

void *toc_mem_resize(void *old, size_t count, size_t size_bytes)
{
    void *got;

    if (count == 0 || size_bytes == 0) {
        count = size_bytes = 1;
    }
    if (size_bytes > SIZE_MAX / count) {
        give_up(count, size_bytes);
    }
    got = realloc(old, count * size_bytes);
    if (got == NULL) {
        give_up(count, size_bytes);
    }
    return got;
}

char *toc_mem_copy(const char *bytes, size_t size_bytes)
{
    char *copy;

    if (size_bytes == SIZE_MAX) {
        give_up(1, size_bytes);
    }
    copy = toc_mem_get(size_bytes + 1);
    if (size_bytes > 0) {
        memcpy(copy, bytes, size_bytes);
    }
    return copy;
}

void toc_mem_free(void *old)
{
    free(old);
}
