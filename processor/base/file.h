/* base/file.h - reading the files a loader asks for: whole, bounded, in a fixed order.
 * Threads: any. */
#pragma once
#include "base/arena.h"
#include <tocsin/status.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { TOC_FILE_LIST_MOST = 10000 };

/* The bytes of the regular file @path, appended to @out. TOC_E_NOT_FOUND, TOC_E_IO (errno says why;
 * also of what is no regular file), or TOC_E_LIMIT beyond @most bytes; @out is then as it was. */
TOC_MUST_CHECK enum toc_status toc_file_read(const char *path, size_t most, struct toc_text *out);

/* Paths ("@directory/NAME") of the entries whose name ends in @suffix and does not begin with a
 * dot, in byte order; in @arena. TOC_E_NOT_FOUND, TOC_E_IO, or TOC_E_LIMIT beyond
 * TOC_FILE_LIST_MOST. */
TOC_MUST_CHECK enum toc_status toc_file_list(const char *directory, const char *suffix,
                                             struct toc_arena *arena, const char *const **out_paths,
                                             size_t *out_count);

#ifdef __cplusplus
}
#endif
