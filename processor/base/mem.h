/* base/mem.h - memory that is there, or the process is not.
 *
 * Running out of memory is answered like a broken assertion: say so and abort. A half-done update
 * of a window could tell a wrong alert, whereas a restart warms up again from Kafka (README,
 * "Memory"). So no caller checks for NULL. Bounds on what arrives keep it from happening.
 * Threads: any. */
#pragma once
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* @size_bytes of zeroed memory (0 counts as 1). Release with toc_mem_free. */
void *toc_mem_get(size_t size_bytes);

/* An array of @count times @size_bytes, zeroed; a product beyond SIZE_MAX aborts. */
void *toc_mem_array(size_t count, size_t size_bytes);

/* Grow or shrink @old (NULL is a new block) to @count times @size_bytes; what is new is not zeroed.
 */
void *toc_mem_resize(void *old, size_t count, size_t size_bytes);

/* A NUL-terminated copy of @size_bytes bytes at @bytes. */
char *toc_mem_copy(const char *bytes, size_t size_bytes);

/* Give back; NULL does nothing. */
void toc_mem_free(void *old);

#ifdef __cplusplus
}
#endif
