#include "state/seen.h"

#include "base/instant.h"
#include "base/mem.h"

void toc_seen_init(struct toc_seen *seen, int64_t span_ms)
{
    *seen = (struct toc_seen){.span_ms = span_ms, .turned_ms = TOC_INSTANT_NONE};
}

void toc_seen_finish(struct toc_seen *seen)
{
    toc_mem_free(seen->now.slots);
    toc_mem_free(seen->before.slots);
    *seen = (struct toc_seen){0};
}

/* The slot of @identity, or the free one where it belongs; NULL if the set has no room at all. */
static struct toc_seen_slot *find(const struct toc_seen_set *set, struct toc_hash128 identity)
{
    if (set->room == 0) {
        return NULL;
    }
    for (size_t at = identity.low & (set->room - 1);; at = (at + 1) & (set->room - 1)) {
        struct toc_seen_slot *slot = &set->slots[at];
        if ((slot->identity.high == identity.high && slot->identity.low == identity.low) ||
            (slot->identity.high == 0 && slot->identity.low == 0)) {
            return slot;
        }
    }
}

static void grow(struct toc_seen_set *set)
{
    struct toc_seen_set old = *set;

    set->room = old.room == 0 ? 1024 : old.room * 2;
    set->slots = toc_mem_array(set->room, sizeof *set->slots);
    for (size_t i = 0; i < old.room; i++) {
        if (old.slots[i].identity.high != 0 || old.slots[i].identity.low != 0) {
            *find(set, old.slots[i].identity) = old.slots[i];
        }
    }
    toc_mem_free(old.slots);
}

enum toc_seen_verdict toc_seen_note(struct toc_seen *seen, struct toc_hash128 identity,
                                    uint64_t content, int64_t now_ms)
{
    if (identity.high == 0 && identity.low == 0) {
        identity.low = 1; /* 0/0 marks a free slot. */
    }
    if (seen->turned_ms == TOC_INSTANT_NONE) {
        seen->turned_ms = now_ms;
    } else if (now_ms - seen->turned_ms > seen->span_ms) {
        struct toc_seen_set old = seen->before;
        seen->before = seen->now;
        if (now_ms - seen->turned_ms > 2 * seen->span_ms && seen->before.room > 0) {
            memset(seen->before.slots, 0, seen->before.room * sizeof *seen->before.slots);
            seen->before.count = 0;
        }
        if (old.room > 0) { /* Its room serves again. */
            memset(old.slots, 0, old.room * sizeof *old.slots);
            old.count = 0;
        }
        seen->now = old;
        seen->turned_ms = now_ms;
    }
    const struct toc_seen_slot *slot = find(&seen->before, identity);
    if (slot == NULL || (slot->identity.high == 0 && slot->identity.low == 0)) {
        if ((seen->now.count + 1) * 10 > seen->now.room * 7) {
            grow(&seen->now);
        }
        struct toc_seen_slot *own = find(&seen->now, identity);
        if (own->identity.high == 0 && own->identity.low == 0) {
            *own = (struct toc_seen_slot){.identity = identity, .content = content};
            seen->now.count++;
            return TOC_SEEN_FIRST;
        }
        slot = own;
    }
    return slot->content == content ? TOC_SEEN_REPEAT : TOC_SEEN_CONFLICT;
}
