/* latest: the newest event of a series speaks for it. rules/README.md, "latest".
 * The matcher's key is the series; with a place kind in the key there is one life a place. */
#include "base/assert.h"
#include "base/mem.h"
#include "match/match.h"

static bool has_place(const struct toc_entry *entry, int32_t place)
{
    for (size_t i = 0; i < entry->place_count; i++) {
        if (entry->places[i] == (uint32_t)place) {
            return true;
        }
    }
    return false;
}

/* Does @entry meet the conditions at @place (-1: the series has no place in its key)? */
static bool is_met_at(const struct toc_entry *entry, int32_t place)
{
    return entry->is_judged && entry->is_meeting && (place < 0 || has_place(entry, place));
}

static struct toc_life *life_at(struct toc_match_state *state, int32_t place)
{
    for (size_t i = 0; i < state->life_count; i++) {
        if (state->lives[i].place == place) {
            return &state->lives[i];
        }
    }
    if (state->life_count == state->life_room) {
        state->life_room = state->life_room == 0 ? 2 : state->life_room * 2;
        state->lives = toc_mem_resize(state->lives, state->life_room, sizeof *state->lives);
    }
    struct toc_life *life = &state->lives[state->life_count++];
    *life = (struct toc_life){.place = place, .last_ms = TOC_INSTANT_NONE};
    return life;
}

static bool is_by_place(const struct toc_rule *rule)
{
    for (size_t i = 0; i < rule->key_part_count; i++) {
        if (rule->key_parts[i].is_place) {
            return true;
        }
    }
    return false;
}

/* Does the line end what is on at this life's place? By distance it cuts what it touches first. */
static bool is_touching(struct toc_match *match, struct toc_match_state *state,
                        const struct toc_entry *line, const struct toc_life *life, uint64_t end)
{
    struct toc_line as = toc_match_line(match, line);
    struct toc_tie tie = as.tie;

    if (line->place_count > 0 && life->place >= 0 && !has_place(line, life->place)) {
        return false;
    }
    if (tie.alias < 0) {
        return true;
    }
    for (uint64_t seq = match->ring.first; seq < end; seq++) {
        struct toc_entry *entry = toc_ring_get(&match->ring, seq);
        if (entry->alias == tie.alias && is_met_at(entry, life->place) &&
            entry->at_ms <= line->value && toc_match_near(line, entry, tie.distance_mm)) {
            entry->marks[state->mark] |= TOC_MARK_CUT;
        }
    }
    const struct toc_episode *episode = toc_life_episode(state, life);
    return episode != NULL && toc_match_touches(episode, line, &as);
}

/* Is what the life rests on, the newest judged, still not cut? */
static bool is_standing(const struct toc_match *match, const struct toc_match_state *state,
                        const struct toc_life *life)
{
    for (uint64_t seq = toc_ring_seek(&match->ring, life->last_ms); seq < state->next; seq++) {
        const struct toc_entry *entry = toc_ring_get(&match->ring, seq);
        if (entry->at_ms == life->last_ms && is_met_at(entry, life->place) &&
            toc_match_counts(state, entry)) {
            return true;
        }
    }
    return false;
}

static void collect(struct toc_match *match, struct toc_match_state *state, struct toc_life *life,
                    int64_t at_ms)
{
    if (!life->is_raw || !life->is_held) {
        return;
    }
    struct toc_episode *episode = toc_life_episode(state, life);
    for (; life->evidence_seq < state->next; life->evidence_seq++) {
        const struct toc_entry *entry = toc_ring_get(&match->ring, life->evidence_seq);
        if (is_met_at(entry, life->place) && toc_match_counts(state, entry)) {
            struct toc_evidence evidence = toc_match_evidence(match, life->evidence_seq);
            toc_episode_add(episode, &evidence, match->pool);
        }
    }
    toc_level_note(match, state, episode, at_ms);
}

void toc_latest_step(struct toc_match *match, struct toc_match_state *state, int64_t at_ms,
                     uint64_t end)
{
    bool is_placed = is_by_place(match->rule);
    bool is_judged = false;
    uint64_t begin = state->next;

    for (uint64_t seq = begin; seq < end; seq++) { /* Lives this ms may wake. */
        const struct toc_entry *entry = toc_ring_get(&match->ring, seq);
        if (!entry->is_judged) {
            continue;
        }
        is_judged = true;
        for (size_t i = 0; entry->is_meeting && is_placed && i < entry->place_count; i++) {
            (void)life_at(state, (int32_t)entry->places[i]);
        }
        if (entry->is_meeting && !is_placed) {
            (void)life_at(state, -1);
        }
    }
    state->next = end;
    for (size_t i = 0; i < state->life_count; i++) {
        struct toc_life *life = &state->lives[i];
        bool is_cut = false, is_line = false, is_met = false;
        for (uint64_t seq = begin; seq < end; seq++) {
            const struct toc_entry *entry = toc_ring_get(&match->ring, seq);
            if ((toc_match_roles(match, entry) & TOC_ROLE_CLEAR) == 0) {
                continue;
            }
            is_line = true;
            if (is_touching(match, state, entry, life, end)) {
                struct toc_line as = toc_match_line(match, entry);
                is_cut |= !entry->is_late && as.reach == TOC_LINE_KEY;
                (void)toc_life_line(state, life, at_ms, entry, &as);
            }
        }
        for (uint64_t seq = begin; seq < end; seq++) {
            const struct toc_entry *entry = toc_ring_get(&match->ring, seq);
            is_met |= is_met_at(entry, life->place) && toc_match_counts(state, entry);
        }
        if (is_judged && !is_cut) { /* What is dated up to the line counts no more. */
            toc_life_set(match, state, life, at_ms, is_met, at_ms, begin, TOC_ENDING_SAID);
        } else if (is_line && life->is_raw && !is_standing(match, state, life)) {
            toc_life_set(match, state, life, at_ms, false, at_ms, begin, TOC_ENDING_WINDOW);
        }
        toc_life_step(match, state, life, at_ms);
        collect(match, state, life, at_ms);
    }
    for (size_t i = state->life_count; i-- > 0;) {
        struct toc_life *life = &state->lives[i];
        if (!life->is_raw && life->episode == 0) { /* Spent or not: a newer event begins anew. */
            *life = state->lives[--state->life_count];
        }
    }
}

int64_t toc_latest_next(const struct toc_match *match, const struct toc_match_state *state)
{
    int64_t next_ms = TOC_INSTANT_NEVER;

    for (size_t i = 0; i < state->life_count; i++) {
        int64_t life_ms = toc_life_next(match, &state->lives[i]);
        next_ms = life_ms < next_ms ? life_ms : next_ms;
    }
    return next_ms;
}
