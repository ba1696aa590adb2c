/* state/seen.h - which events were taken before: identities for a while.
 *
 * Two generations: an identity is remembered for at least `span_ms` of the time handed in and at
 * most twice that. Memory: 32 bytes an identity at up to 70 % load. */
#pragma once
#include <stdbool.h>

#include "base/hash.h"

struct toc_seen_slot {
    struct toc_hash128 identity; /* 0/0 = free. */
    uint64_t content;
};
struct toc_seen_set {
    struct toc_seen_slot *slots;
    size_t room, count;
};
struct toc_seen {
    struct toc_seen_set now, before;
    int64_t span_ms, turned_ms;
};

enum toc_seen_verdict { TOC_SEEN_FIRST, TOC_SEEN_REPEAT, TOC_SEEN_CONFLICT };

void toc_seen_init(struct toc_seen *seen, int64_t span_ms);
void toc_seen_finish(struct toc_seen *seen);
/* Note @identity, at @now_ms (which never goes back). */
enum toc_seen_verdict toc_seen_note(struct toc_seen *seen, struct toc_hash128 identity,
                                    uint64_t content, int64_t now_ms);
