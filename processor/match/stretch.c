/* Alerts as events in windows: they count from their begin to their end, whatever `within`. In the
 * ring they stand at their begin; what of them is still wanted moves up when the entries around it
 * are forgotten, so that an alert that is open for days keeps nothing else. */
#include "base/assert.h"
#include "match/match.h"

void toc_stretch_enter(struct toc_match_state *state, struct toc_entry *entry)
{
    entry->marks[state->mark] |= TOC_MARK_IN;
    state->stretches++;
    state->is_stretch_new = true;
    if (entry->end_ms < state->stretch_end_ms) {
        state->stretch_end_ms = entry->end_ms;
    }
}

void toc_stretch_leave(struct toc_match_state *state, struct toc_entry *entry)
{
    toc_assert(state->stretches > 0);
    entry->marks[state->mark] &= (uint8_t)~TOC_MARK_IN;
    state->stretches--;
}

/* When the first is over, and which. */
static uint64_t find_first(const struct toc_match *match, struct toc_match_state *state)
{
    uint64_t found = TOC_STRETCH_NONE;

    state->stretch_end_ms = TOC_INSTANT_NEVER;
    for (uint64_t seq = match->ring.first; state->stretches > 0 && seq < state->next; seq++) {
        const struct toc_entry *entry = toc_ring_get(&match->ring, seq);
        if (entry->is_stretch && (entry->marks[state->mark] & TOC_MARK_IN) != 0 &&
            entry->end_ms < state->stretch_end_ms) {
            state->stretch_end_ms = entry->end_ms;
            found = seq;
        }
    }
    return found;
}

uint64_t toc_stretch_over(const struct toc_match *match, struct toc_match_state *state,
                          int64_t at_ms)
{
    if (state->stretches == 0 || state->stretch_end_ms > at_ms) {
        return TOC_STRETCH_NONE;
    }
    uint64_t seq = find_first(match, state);
    return state->stretch_end_ms <= at_ms ? seq : TOC_STRETCH_NONE;
}

static bool is_wanted(const struct toc_match *match, const struct toc_entry *entry)
{
    const struct toc_match_state *settled = &match->settled;
    /* `for` has not passed yet: it is evidence, if it does. */
    bool is_awaited =
        settled->life.is_raw && !settled->life.is_held && entry->end_ms > settled->life.raw_ms;
    bool is_in = ((entry->marks[0] | entry->marks[1]) & TOC_MARK_IN) != 0;

    return entry->is_stretch && (is_in || is_awaited || entry->end_ms > settled->now_ms);
}

static void move_member(struct toc_match_state *state, uint64_t from, uint64_t to)
{
    for (size_t i = 0; i < state->member_count; i++) {
        if (state->members[i].seq == from) {
            state->members[i].seq = to;
        }
    }
}

void toc_stretch_drop(struct toc_match *match, uint64_t wanted)
{
    struct toc_ring *ring = &match->ring;
    uint64_t to = wanted;

    for (uint64_t seq = wanted; seq > ring->first; seq--) {
        if (is_wanted(match, toc_ring_get(ring, seq - 1))) {
            if (--to != seq - 1) {
                struct toc_entry entry = *toc_ring_get(ring, to);
                *toc_ring_get(ring, to) = *toc_ring_get(ring, seq - 1);
                *toc_ring_get(ring, seq - 1) = entry;
                move_member(&match->settled, seq - 1, to);
                move_member(&match->newest, seq - 1, to);
            }
        }
    }
    while (ring->first < to) {
        toc_ring_drop(ring, match->pool);
    }
}

/* The first ms of newest that is derived anew. */
static void derive_from(struct toc_match *match, int64_t at_ms)
{
    if (match->put_first_ms == TOC_INSTANT_NONE || at_ms < match->put_first_ms) {
        match->put_first_ms = at_ms;
    }
}

static void end_entry(struct toc_match *match, struct toc_entry *entry, int64_t end_ms)
{
    /* What has settled stays; upstream has promised that it never comes to this. */
    int64_t least_ms = match->settled.now_ms + 1;
    int64_t old_ms = entry->end_ms;

    entry->end_ms = end_ms < least_ms ? least_ms : end_ms;
    derive_from(match, old_ms < entry->end_ms ? old_ms : entry->end_ms);
}

bool toc_match_remove(struct toc_match *match, const struct toc_kept *kept, int alias)
{
    struct toc_ring *ring = &match->ring;
    bool is_found = false;

    for (uint64_t seq = ring->end; seq-- > ring->first;) {
        struct toc_entry *entry = toc_ring_get(ring, seq);
        if (entry->kept != kept || (alias != TOC_ALIAS_ANY && entry->alias != alias)) {
            continue;
        }
        is_found = true;
        if (seq < match->settled.next) {
            if (entry->is_stretch && entry->end_ms > match->settled.now_ms) {
                end_entry(match, entry, match->settled.now_ms + 1);
            }
            continue;
        }
        derive_from(match, entry->at_ms);
        toc_ring_remove(ring, seq, match->pool);
        if (seq < match->newest.next) {
            match->newest.next--; /* It is derived anew, from before. */
        }
    }
    (void)find_first(match, &match->settled);
    return is_found;
}

bool toc_match_move_end(struct toc_match *match, const struct toc_kept *kept, int64_t end_ms)
{
    bool is_found = false;

    for (uint64_t seq = match->ring.first; seq < match->ring.end; seq++) {
        struct toc_entry *entry = toc_ring_get(&match->ring, seq);
        if (entry->kept == kept && entry->is_stretch) {
            is_found = true;
            end_entry(match, entry, end_ms);
        }
    }
    (void)find_first(match, &match->settled);
    (void)find_first(match, &match->newest);
    return is_found;
}
