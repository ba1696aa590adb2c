#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>

#include "base/assert.h"
#include "base/mem.h"

enum { FIRST_BLOCK = 4096, LARGEST_BLOCK = 1 << 20 };

struct toc_arena_block {
    struct toc_arena_block *next;
    size_t room;
    alignas(max_align_t) unsigned char bytes[];
};

void toc_arena_finish(struct toc_arena *arena)
{
    struct toc_arena_block *block = arena->first;

    while (block != NULL) {
        struct toc_arena_block *next = block->next;

        toc_mem_free(block);
        block = next;
    }
    *arena = (struct toc_arena){0};
}

void toc_arena_reset(struct toc_arena *arena)
{
    arena->now = arena->first;
    arena->used = 0;
}

/* Make `now` a block with room for @size: the next large enough kept from before a reset,
 * or a new one. Those too small are given back, or requests that grow a little each time would pile
 * them up without end. */
static void move_on(struct toc_arena *arena, size_t size)
{
    struct toc_arena_block **link = arena->now != NULL ? &arena->now->next : &arena->first;

    while (*link != NULL && (*link)->room < size) {
        struct toc_arena_block *small = *link;

        *link = small->next;
        toc_mem_free(small);
    }
    if (*link == NULL) {
        size_t room = arena->now == NULL ? FIRST_BLOCK : arena->now->room * 2;
        struct toc_arena_block *block;

        room = room > LARGEST_BLOCK ? LARGEST_BLOCK : room;
        room = room < size ? size : room;
        toc_assert(room <= SIZE_MAX - sizeof *block);
        block = toc_mem_get(sizeof *block + room);
        block->room = room;
        block->next = NULL;
        *link = block;
    }
    arena->now = *link;
    arena->used = 0;
}

void *toc_arena_get(struct toc_arena *arena, size_t size_bytes)
{
    size_t align = alignof(max_align_t);
    void *got;

    toc_assert(size_bytes <= SIZE_MAX - align);
    size_bytes = (size_bytes + align - 1) / align * align;
    size_bytes = size_bytes == 0 ? align : size_bytes;
    if (arena->now == NULL || arena->now->room - arena->used < size_bytes) {
        move_on(arena, size_bytes);
    }
    got = arena->now->bytes + arena->used;
    arena->used += size_bytes;
    return memset(got, 0, size_bytes); /* It may have been used before a reset. */
}

void *toc_arena_array(struct toc_arena *arena, size_t count, size_t size_bytes)
{
    toc_assert(size_bytes == 0 || count <= SIZE_MAX / size_bytes);
    return toc_arena_get(arena, count * size_bytes);
}

struct toc_str toc_arena_str(struct toc_arena *arena, struct toc_str text)
{
    char *copy;

    toc_assert(text.size < SIZE_MAX);
    copy = toc_arena_get(arena, text.size + 1);
    if (text.size > 0) {
        memcpy(copy, text.data, text.size);
    }
    return (struct toc_str){.data = copy, .size = text.size};
}
