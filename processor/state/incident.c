#include "state/incident.h"

#include <string.h>

#include "base/assert.h"
#include "base/mem.h"

enum { BLOCK_COUNT = 256 };

struct block { /* Chains the blocks for the end. */
    struct block *next;
    struct toc_incident items[BLOCK_COUNT];
};

void toc_incident_pool_finish(struct toc_incident_pool *pool)
{
    toc_assert(pool->used == 0);
    for (struct block *block = pool->blocks; block != NULL;) {
        struct block *next = block->next;
        toc_mem_free(block);
        block = next;
    }
    *pool = (struct toc_incident_pool){0};
}

static void grow(struct toc_incident_pool *pool)
{
    struct block *block = toc_mem_get(sizeof *block);

    block->next = pool->blocks;
    pool->blocks = block;
    for (size_t i = BLOCK_COUNT; i-- > 0;) {
        block->items[i].into = pool->free;
        pool->free = &block->items[i];
    }
}

struct toc_incident *toc_incident_begin(struct toc_incident_pool *pool, const char *id,
                                        int64_t at_ms)
{
    if (pool->free == NULL) {
        grow(pool);
    }
    struct toc_incident *incident = pool->free;
    pool->free = incident->into;
    pool->used++;
    *incident = (struct toc_incident){.pool = pool, .refs = 1, .first_ms = at_ms};
    memcpy(incident->id, id, TOC_INCIDENT_ID - 1);
    return incident;
}

void toc_incident_release(struct toc_incident *incident)
{
    while (incident != NULL) {
        toc_assert(incident->refs > 0);
        if (--incident->refs > 0) {
            return;
        }
        toc_assert(incident->open == 0);
        struct toc_incident_pool *pool = incident->pool;
        struct toc_incident *into = incident->into;
        incident->into = pool->free;
        pool->free = incident;
        pool->used--;
        incident = into;
    }
}

struct toc_incident *toc_incident_now(struct toc_incident *incident)
{
    while (incident->into != NULL) {
        if (incident->into->into != NULL) { /* Halve the way for who comes next. */
            toc_incident_set(&incident->into, incident->into->into);
        }
        incident = incident->into;
    }
    return incident;
}

void toc_incident_set(struct toc_incident **slot, struct toc_incident *incident)
{
    struct toc_incident *before = *slot;

    if (before != incident) {
        *slot = incident != NULL ? toc_incident_share(incident) : NULL;
        toc_incident_release(before);
    }
}

bool toc_incident_precedes(const struct toc_incident *a, const struct toc_incident *b)
{
    if (a->is_untold != b->is_untold) {
        return b->is_untold;
    }
    if (a->first_ms != b->first_ms) {
        return a->first_ms < b->first_ms;
    }
    return memcmp(a->id, b->id, TOC_INCIDENT_ID) < 0;
}
