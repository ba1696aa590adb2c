/* absence: what should have come and did not. rules/README.md, "absence".
 * An answer serves every clock of the key that has started, so all pending clocks lie behind the
 * newest answer. Silence (`every`) is the same with one clock, started by each heartbeat. With
 * `warn_at` a clock opens the alert before its deadline, one level lower. */
#include "base/assert.h"
#include "match/match.h"

static bool is_pending(const struct toc_match *match, const struct toc_match_state *state,
                       const struct toc_entry *entry)
{
    return (toc_match_roles(match, entry) & TOC_ROLE_AFTER) != 0 &&
           (entry->marks[state->mark] & (TOC_MARK_DONE | TOC_MARK_CUT)) == 0;
}

static void draw_line(struct toc_match *match, struct toc_match_state *state,
                      const struct toc_entry *line, int64_t at_ms, uint64_t end)
{
    struct toc_line as = toc_match_line(match, line);
    struct toc_tie tie = as.tie;
    bool is_touching = as.reach == TOC_LINE_KEY;

    for (uint64_t seq = match->ring.first; seq < end; seq++) {
        struct toc_entry *entry = toc_ring_get(&match->ring, seq);
        if (is_pending(match, state, entry) && entry->kept->at_ms <= line->value &&
            (tie.alias < 0 ||
             (entry->alias == tie.alias && toc_match_near(line, entry, tie.distance_mm)))) {
            is_touching |= (entry->marks[state->mark] & TOC_MARK_EVIDENCE) != 0;
            entry->marks[state->mark] |= TOC_MARK_CUT;
        }
    }
    if (tie.alias < 0 && line->value > state->cut_ms) {
        state->cut_ms = line->value;
    }
    if (!is_touching) {
        return;
    }
    bool is_ended = toc_life_line(state, &state->life, at_ms, line, &as);
    for (uint64_t seq = match->ring.first; is_ended && seq < end; seq++) {
        struct toc_entry *entry = toc_ring_get(&match->ring, seq);
        if ((entry->marks[state->mark] & TOC_MARK_EVIDENCE) != 0) {
            entry->marks[state->mark] |= TOC_MARK_CUT;
        }
    }
    if (match->rule->kind == TOC_KIND_SILENCE && state->is_watched &&
        state->watched_ms <= line->value) {
        state->is_watched = false;
        state->pending = state->next;
    }
}

/* The first answer dated from @from_ms on, up to @end; NEVER if none is known. */
static int64_t answered_ms(const struct toc_match *match, const struct toc_match_state *state,
                           int64_t from_ms, uint64_t end)
{
    for (uint64_t seq = toc_ring_seek(&match->ring, from_ms); seq < end; seq++) {
        const struct toc_entry *entry = toc_ring_get(&match->ring, seq);
        if ((toc_match_roles(match, entry) & TOC_ROLE_EXPECTED) != 0) {
            return entry->at_ms;
        }
    }
    /* Answers older than what is kept: when the first came is not known, that one came is. */
    return state->answer_ms >= from_ms ? state->answer_ms : TOC_INSTANT_NEVER;
}

/* A clock that was missed and answered before it was reported: an episode of the past. */
static void tell_past(struct toc_match *match, struct toc_match_state *state, uint64_t seq,
                      int64_t begin_ms, int64_t end_ms)
{
    struct toc_evidence evidence = toc_match_evidence(match, seq);
    int64_t due_ms = toc_ring_get(&match->ring, seq)->value + match->rule->deadline_ms;
    struct toc_episode *into = NULL;

    evidence.since_ms = begin_ms;

    for (size_t i = 0; i < state->episodes.count; i++) {
        struct toc_episode *episode = &state->episodes.items[i];
        if (episode->begin_ms <= end_ms && begin_ms <= episode->end_ms) {
            into = episode;
        }
    }
    if (into == NULL) {
        into = toc_episodes_add(&state->episodes, begin_ms);
        into->end_ms = end_ms;
        into->ending = TOC_ENDING_ANSWER;
        into->is_closed = true;
    }
    if (begin_ms < into->begin_ms) {
        into->begin_ms = begin_ms;
    }
    if (into->is_closed && end_ms > into->end_ms) {
        into->end_ms = end_ms;
    }
    toc_episode_add(into, &evidence, match->pool);
    if (due_ms < end_ms && due_ms < into->due_ms) {
        into->due_ms = due_ms;
    }
    into->is_unleveled = true;
    if (into->is_closed) {
        toc_level_note(match, state, into, into->end_ms - 1);
    }
}

static void start_clock(struct toc_match *match, struct toc_match_state *state, uint64_t seq,
                        uint64_t end)
{
    struct toc_entry *entry = toc_ring_get(&match->ring, seq);
    int64_t deadline_ms = entry->value + match->rule->warn_ms;

    if (entry->kept->at_ms <= state->cut_ms) {
        entry->marks[state->mark] |= TOC_MARK_CUT;
        return;
    }
    int64_t answer_ms = answered_ms(match, state, entry->value, end);
    if (answer_ms == TOC_INSTANT_NEVER) {
        return;
    }
    entry->marks[state->mark] |= TOC_MARK_DONE;
    if (answer_ms > deadline_ms) {
        tell_past(match, state, seq, deadline_ms, answer_ms);
    }
}

/* An answer dated at the deadline is in time, so that ms is decided when it has passed. */
static bool is_missed(const struct toc_match *match, int64_t deadline_ms, int64_t at_ms)
{
    return deadline_ms < at_ms || (deadline_ms == at_ms && at_ms <= match->passed_ms);
}

/* What is missed by @at_ms; the next deadline goes to due_ms. Returns the newest missed deadline
 * or NONE, and the first not told of yet through @out_first_ms. */
static int64_t look(struct toc_match *match, struct toc_match_state *state, int64_t at_ms,
                    int64_t *out_first_ms)
{
    int64_t missed_ms = TOC_INSTANT_NONE;
    bool is_first = true;

    state->due_ms = TOC_INSTANT_NEVER;
    *out_first_ms = TOC_INSTANT_NONE;
    if (match->rule->kind == TOC_KIND_SILENCE) {
        int64_t deadline_ms = state->watched_ms + match->rule->warn_ms;
        if (!state->is_watched) {
            return TOC_INSTANT_NONE;
        }
        if (!is_missed(match, deadline_ms, at_ms)) {
            state->due_ms = deadline_ms;
            return TOC_INSTANT_NONE;
        }
        *out_first_ms = deadline_ms;
        return deadline_ms;
    }
    for (uint64_t seq = state->pending > match->ring.first ? state->pending : match->ring.first;
         seq < state->next; seq++) {
        const struct toc_entry *entry = toc_ring_get(&match->ring, seq);
        if (!is_pending(match, state, entry)) {
            continue;
        }
        if (is_first) {
            state->pending = seq;
            is_first = false;
        }
        int64_t deadline_ms = entry->value + match->rule->warn_ms;
        if (!is_missed(match, deadline_ms, at_ms)) {
            state->due_ms = deadline_ms < state->due_ms ? deadline_ms : state->due_ms;
            continue;
        }
        missed_ms = deadline_ms > missed_ms ? deadline_ms : missed_ms;
        int64_t rise_ms = entry->value + match->rule->deadline_ms;
        if (!is_missed(match, rise_ms, at_ms) && rise_ms < state->due_ms) {
            state->due_ms = rise_ms; /* Warned of; the deadline itself is still to come. */
        }
        if ((entry->marks[state->mark] & TOC_MARK_MISSED) == 0 &&
            (*out_first_ms == TOC_INSTANT_NONE || deadline_ms < *out_first_ms)) {
            *out_first_ms = deadline_ms;
        }
    }
    if (is_first) {
        state->pending = state->next;
    }
    return missed_ms;
}

/* expire_after has ended what was missed: its clocks are over with it. */
static void end_clocks(struct toc_match *match, struct toc_match_state *state, int64_t at_ms)
{
    int64_t first_ms;

    for (uint64_t seq = state->pending; seq < state->next; seq++) {
        struct toc_entry *entry = toc_ring_get(&match->ring, seq);
        if (is_pending(match, state, entry) &&
            is_missed(match, entry->value + match->rule->warn_ms, at_ms)) {
            entry->marks[state->mark] |= TOC_MARK_DONE;
        }
    }
    state->life.is_spent = false;
    (void)look(match, state, at_ms, &first_ms);
}

static void collect(struct toc_match *match, struct toc_match_state *state, int64_t at_ms)
{
    struct toc_episode *episode = toc_life_episode(state, &state->life);
    bool is_silence = match->rule->kind == TOC_KIND_SILENCE;

    if (episode == NULL || !state->life.is_held) {
        return;
    }
    for (uint64_t seq = state->pending; episode->count == 0 && seq < state->next; seq++) {
        toc_ring_get(&match->ring, seq)->marks[state->mark] &= (uint8_t)~TOC_MARK_EVIDENCE;
    }
    for (uint64_t seq = state->pending; seq < state->next; seq++) {
        struct toc_entry *entry = toc_ring_get(&match->ring, seq);
        bool is_wanted = is_silence
                             ? (toc_match_roles(match, entry) & TOC_ROLE_EXPECTED) != 0 &&
                                   entry->at_ms == state->watched_ms
                             : is_pending(match, state, entry) &&
                                   is_missed(match, entry->value + match->rule->warn_ms, at_ms);
        if (!is_wanted) {
            continue;
        }
        if ((entry->marks[state->mark] & TOC_MARK_EVIDENCE) == 0) {
            struct toc_evidence evidence = toc_match_evidence(match, seq);
            if (!is_silence) {
                evidence.since_ms = entry->value + match->rule->warn_ms;
                episode->is_unleveled |= evidence.since_ms < at_ms;
            }
            entry->marks[state->mark] |= TOC_MARK_EVIDENCE | TOC_MARK_MISSED;
            toc_episode_add(episode, &evidence, match->pool);
        }
        int64_t opened_ms = entry->value + match->rule->warn_ms;
        episode->renewed_ms = opened_ms > episode->renewed_ms ? opened_ms : episode->renewed_ms;
        int64_t due_ms = entry->value + match->rule->deadline_ms;
        if (!is_silence && is_missed(match, due_ms, at_ms) && due_ms < episode->due_ms) {
            episode->due_ms = due_ms;
            episode->is_unleveled |= due_ms < at_ms;
        }
    }
    toc_level_note(match, state, episode, at_ms);
}

void toc_absence_step(struct toc_match *match, struct toc_match_state *state, int64_t at_ms,
                      uint64_t end)
{
    uint64_t begin = state->next;
    uint64_t answer = end; /* The last answer of this ms, by source and id. */

    state->next = end;
    for (uint64_t seq = begin; seq < end; seq++) {
        const struct toc_entry *entry = toc_ring_get(&match->ring, seq);
        if ((toc_match_roles(match, entry) & TOC_ROLE_AFTER) != 0) {
            start_clock(match, state, seq, end);
        }
        if ((toc_match_roles(match, entry) & TOC_ROLE_EXPECTED) != 0) {
            answer = seq;
        }
    }
    for (uint64_t seq = begin; seq < end; seq++) {
        const struct toc_entry *entry = toc_ring_get(&match->ring, seq);
        if ((toc_match_roles(match, entry) & TOC_ROLE_CLEAR) != 0) {
            draw_line(match, state, entry, at_ms, end);
        }
    }
    if (answer < end) {
        const struct toc_entry *entry = toc_ring_get(&match->ring, answer);
        enum toc_ending ending = entry->is_late ? TOC_ENDING_LATE : TOC_ENDING_ANSWER;
        /* A late answer serves the clocks that had started by its own date. */
        for (uint64_t seq = state->pending; seq < end; seq++) {
            struct toc_entry *clock = toc_ring_get(&match->ring, seq);
            if (is_pending(match, state, clock) && clock->value <= entry->value) {
                clock->marks[state->mark] |= TOC_MARK_DONE;
            }
        }
        if (entry->value > state->answer_ms) {
            state->answer_ms = entry->value;
        }
        if (match->rule->kind == TOC_KIND_SILENCE &&
            (!state->is_watched || entry->value >= state->watched_ms) &&
            entry->value > state->cut_ms) {
            state->is_watched = true;
            state->watched_ms = entry->value;
            state->pending = answer;
        }
        int64_t first_ms;
        if (look(match, state, at_ms, &first_ms) == TOC_INSTANT_NONE) {
            toc_life_set(match, state, &state->life, at_ms, false, TOC_INSTANT_NONE, begin, ending);
        }
    }
    int64_t first_ms;
    int64_t missed_ms = look(match, state, at_ms, &first_ms);
    bool was_raw = state->life.is_raw;
    toc_life_set(match, state, &state->life, at_ms, missed_ms != TOC_INSTANT_NONE, missed_ms, begin,
                 TOC_ENDING_ANSWER);
    if (!was_raw && state->life.is_raw && first_ms != TOC_INSTANT_NONE && first_ms < at_ms) {
        state->life.raw_ms = first_ms; /* Known only now, missed before. */
    }
    toc_life_step(match, state, &state->life, at_ms);
    if (state->life.is_spent && match->rule->kind == TOC_KIND_ABSENCE) {
        end_clocks(match, state, at_ms);
    }
    struct toc_episode *episode = toc_life_episode(state, &state->life);
    if (episode != NULL && state->life.is_held && was_raw && first_ms != TOC_INSTANT_NONE &&
        first_ms < episode->begin_ms && match->rule->alert.expire_after_ms == 0) {
        episode->begin_ms = first_ms; /* A clock reported late began earlier. */
        episode->is_unleveled = true;
    }
    collect(match, state, at_ms);
}

int64_t toc_absence_next(const struct toc_match *match, const struct toc_match_state *state)
{
    int64_t next_ms = toc_life_next(match, &state->life);
    int64_t due_ms = state->due_ms;

    if (match->rule->kind == TOC_KIND_SILENCE && state->is_watched && !state->life.is_raw &&
        !state->life.is_spent) {
        due_ms = state->watched_ms + match->rule->warn_ms; /* From `members`: no step yet. */
    }
    return due_ms < next_ms ? due_ms : next_ms;
}
