/* events.h - events to keep, made without a decoder. */
#pragma once
#include "unit.h"

#include "event/decode.h"
#include "state/kept.h"

static inline struct toc_event event_of(int64_t at_ms, const char *source, const char *id)
{
    return (struct toc_event){
        .at_ms = at_ms,
        .id = toc_str_of(id),
        .source = toc_str_of(source),
        .identity = toc_decoder_identity(toc_str_of(source), toc_str_of(id)),
        .origin = {.topic = TOC_STR("in"), .partition = 3, .offset = 17},
    };
}

/* With no fields. */
static inline struct toc_kept *keep(struct toc_kept_pool *pool, int64_t at_ms, const char *source,
                                    const char *id)
{
    struct toc_event event = event_of(at_ms, source, id);

    return toc_kept_create(pool, &event, (struct toc_wish){0}, TOC_STR("in"), TOC_STR("x.a"));
}

/* xorshift64*, so that every run draws the same. */
static inline uint64_t draw(uint64_t *seed)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return *seed * UINT64_C(2685821657736338717) >> 16;
}
