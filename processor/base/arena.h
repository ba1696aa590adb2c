/* base/arena.h - many small things with one end.
 * Blocks are kept on reset, so a scratch arena stops taking memory after warm-up.
 * Threads: one owner. */
#pragma once
#include <stddef.h>

#include "base/text.h"

#ifdef __cplusplus
extern "C" {
#endif

struct toc_arena_block;
struct toc_arena {
    struct toc_arena_block *first, *now;
    size_t used; /* Bytes of the block `now`. */
};

void toc_arena_finish(struct toc_arena *arena); /* A zeroed arena may be finished. */
void toc_arena_reset(struct toc_arena *arena);  /* All given out is void; blocks kept. */
void *toc_arena_get(struct toc_arena *arena, size_t size_bytes); /* Zeroed, aligned for any type. */
void *toc_arena_array(struct toc_arena *arena, size_t count, size_t size_bytes);
struct toc_str toc_arena_str(struct toc_arena *arena,
                             struct toc_str text); /* Copy, NUL after it. */

#ifdef __cplusplus
}
#endif
