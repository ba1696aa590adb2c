/* Windowed kinds: what the events of the last `within` add up to. rules/README.md, "Windowed
 * kinds". One addition and one removal an event; nothing depends on how many the window holds. */
#include "match/match.h"
#include "match/tally.h"

static bool is_from_above(const struct toc_rule *rule)
{
    return rule->compare == TOC_AT_MOST || rule->compare == TOC_LESS_THAN;
}

/* Can an event that leaves the window only end what holds, never begin it? */
static bool is_rising(const struct toc_rule *rule)
{
    switch (rule->kind) {
    case TOC_KIND_AVERAGE:
    case TOC_KIND_RATIO:
    case TOC_KIND_PERCENTILE:
    case TOC_KIND_TREND:
        return false;
    case TOC_KIND_SUM:
        return !is_from_above(rule) && rule->is_sum_rising;
    case TOC_KIND_MIN:
        return is_from_above(rule);
    default:
        return !is_from_above(rule);
    }
}

/* Comparisons from above of what an empty window has too wait for a first whole window. */
static bool is_waiting_kind(const struct toc_rule *rule)
{
    return is_from_above(rule) && (rule->kind == TOC_KIND_COUNT || rule->kind == TOC_KIND_SUM ||
                                   rule->kind == TOC_KIND_COUNT_DISTINCT);
}

static bool is_counted(const struct toc_match *match, const struct toc_match_state *state,
                       const struct toc_entry *entry)
{
    return (toc_match_roles(match, entry) & TOC_ROLE_COUNTED) != 0 &&
           toc_match_counts(state, entry);
}

/* Move the lower end past @low. */
static void leave(const struct toc_match *match, struct toc_match_state *state)
{
    const struct toc_entry *entry = toc_ring_get(&match->ring, state->low);

    if (!entry->is_stretch && state->low < state->next && is_counted(match, state, entry)) {
        toc_tally_remove(match, state, state->low);
    }
    state->low++;
}

static void leave_stretch(const struct toc_match *match, struct toc_match_state *state,
                          uint64_t seq)
{
    toc_stretch_leave(state, toc_ring_get(&match->ring, seq));
    toc_tally_remove(match, state, seq);
}

/* Alerts that are over by now. */
static void leave_over(const struct toc_match *match, struct toc_match_state *state, int64_t at_ms)
{
    uint64_t seq;

    while ((seq = toc_stretch_over(match, state, at_ms)) != TOC_STRETCH_NONE) {
        leave_stretch(match, state, seq);
    }
}

/* The event at @seq counts no more, under any alias. True: it was evidence of what is on. */
static bool cut(const struct toc_match *match, struct toc_match_state *state, uint64_t seq)
{
    uint64_t twin, end;
    bool is_evidence = false;

    for (toc_match_twins(match, seq, &twin, &end); twin < end; twin++) {
        struct toc_entry *entry = toc_ring_get(&match->ring, twin);
        if (toc_stretch_is_in(state, entry, twin) && is_counted(match, state, entry)) {
            if (entry->is_stretch) {
                toc_stretch_leave(state, entry);
            }
            toc_tally_remove(match, state, twin);
            if (state->tally != NULL) {
                state->tally->weighing.is_spoilt = true;
            }
        }
        is_evidence |= (entry->marks[state->mark] & TOC_MARK_EVIDENCE) != 0;
        entry->marks[state->mark] |= TOC_MARK_CUT;
    }
    return is_evidence;
}

static void leave_before(const struct toc_match *match, struct toc_match_state *state,
                         int64_t at_ms)
{
    while (state->low < state->next && toc_ring_get(&match->ring, state->low)->at_ms < at_ms) {
        leave(match, state);
    }
}

/* What leaves where nothing can come of it is no change that anybody waits for. */
void toc_window_forget(const struct toc_match *match, struct toc_match_state *state)
{
    leave_before(match, state, state->now_ms - match->rule->within_ms);
    leave_over(match, state, state->now_ms);
    if (match->rule->kind == TOC_KIND_TREND) {
        toc_trend_move(match, state, state->now_ms);
    }
}

/* The first event that counts: of a trend the baseline's, too. */
static uint64_t first_of(const struct toc_match *match, const struct toc_match_state *state)
{
    return match->rule->kind == TOC_KIND_TREND ? toc_trend_first(match, state)
                                               : toc_stretch_first(match, state);
}

static void draw_line(const struct toc_match *match, struct toc_match_state *state,
                      const struct toc_entry *line, int64_t at_ms, uint64_t end)
{
    struct toc_line as = toc_match_line(match, line);
    struct toc_tie tie = as.tie;

    if (as.reach == TOC_LINE_KEY) {
        while (state->low < end && toc_ring_get(&match->ring, state->low)->at_ms <= line->value) {
            leave(match, state);
        }
        for (uint64_t seq = match->ring.first; state->stretches > 0 && seq < state->next; seq++) {
            const struct toc_entry *entry = toc_ring_get(&match->ring, seq);
            if (toc_stretch_is_in(state, entry, seq) && entry->is_stretch &&
                entry->at_ms <= line->value) {
                leave_stretch(match, state, seq);
            }
        }
        if (line->value > state->cut_ms) {
            state->cut_ms = line->value;
        }
        state->is_known = state->is_known && state->count > 0;
        if (state->newest_ms <= line->value) {
            state->newest_ms = TOC_INSTANT_NONE;
        }
        (void)toc_life_line(state, &state->life, at_ms, line, &as);
        return;
    }
    const struct toc_episode *episode = toc_life_episode(state, &state->life);
    bool is_touching = episode != NULL && toc_match_touches(episode, line, &as);
    uint64_t first = first_of(match, state);
    if (state->life.is_raw && !state->life.is_held && state->life.raw_seq < first) {
        first = state->life.raw_seq; /* What has left while `for` waits may be evidence yet. */
    }
    for (uint64_t seq = first; seq < end; seq++) {
        const struct toc_entry *entry = toc_ring_get(&match->ring, seq);
        if (entry->alias == tie.alias && entry->at_ms <= line->value &&
            (entry->marks[state->mark] & TOC_MARK_CUT) == 0 &&
            toc_match_near(line, entry, tie.distance_mm)) {
            is_touching |= cut(match, state, seq);
        }
    }
    for (uint64_t seq = state->next; seq > first; seq--) { /* What is the newest now? */
        const struct toc_entry *entry = toc_ring_get(&match->ring, seq - 1);
        if (is_counted(match, state, entry) &&
            (seq > state->low || toc_stretch_is_in(state, entry, seq - 1))) {
            state->newest_ms = entry->at_ms;
            break;
        }
    }
    if (is_touching && toc_life_line(state, &state->life, at_ms, line, &as)) {
        for (uint64_t seq = first; seq < end; seq++) {
            if ((toc_ring_get(&match->ring, seq)->marks[state->mark] &
                 (TOC_MARK_CUT | TOC_MARK_EVIDENCE)) == TOC_MARK_EVIDENCE) {
                (void)cut(match, state, seq);
            }
        }
    }
}

/* The newest evidence: of what is in the window, since an alert can be over before what began
 * earlier; of an empty window the newest that counts. */
static int64_t newest_ms(const struct toc_match *match, const struct toc_match_state *state)
{
    uint64_t first = toc_stretch_first(match, state);

    for (uint64_t seq = state->next; match->rule->alert.expire_after_ms > 0 && seq > first; seq--) {
        const struct toc_entry *entry = toc_ring_get(&match->ring, seq - 1);
        if (is_counted(match, state, entry) && toc_stretch_is_in(state, entry, seq - 1)) {
            return entry->at_ms;
        }
    }
    return state->newest_ms;
}

static bool holds(const struct toc_match *match, const struct toc_match_state *state, int64_t at_ms)
{
    const struct toc_rule *rule = match->rule;

    if (is_waiting_kind(rule) && (!state->is_known || at_ms < state->known_ms + rule->within_ms)) {
        return false;
    }
    return !match->is_mute && toc_tally_holds(match, state);
}

bool toc_window_value(const struct toc_match *match, const struct toc_match_state *state,
                      double *out)
{
    int64_t value;

    if (match->rule->kind == TOC_KIND_COUNT) {
        *out = (double)state->count;
        return true;
    }
    if (match->rule->kind == TOC_KIND_ANY_KINDS) {
        *out = (double)toc_tally_kinds(match->rule, state);
        return true;
    }
    if (!toc_tally_value(match, state, &value)) {
        return false;
    }
    *out = (double)value / 1e6;
    return true;
}

static void add_evidence(struct toc_match *match, struct toc_match_state *state,
                         struct toc_episode *episode, uint64_t seq)
{
    struct toc_evidence evidence = toc_match_evidence(match, seq);
    struct toc_entry *entry = toc_ring_get(&match->ring, seq);
    /* Alerts that are open come by again, also where the episode has ceased to keep them. */
    bool is_known = entry->is_stretch && (entry->marks[state->mark] & TOC_MARK_EVIDENCE) != 0;

    (is_known ? toc_episode_see : toc_episode_add)(episode, &evidence, match->pool);
    entry->marks[state->mark] |= TOC_MARK_EVIDENCE;
}

static void collect(struct toc_match *match, struct toc_match_state *state, int64_t at_ms)
{
    struct toc_life *life = &state->life;

    if (!life->is_raw || !life->is_held) {
        return;
    }
    struct toc_episode *episode = toc_life_episode(state, life);
    if (episode->count == 0) { /* A new one: marks of an earlier one mean nothing any more. */
        uint64_t first = match->rule->kind == TOC_KIND_TREND
                             ? (match->is_line_tied ? toc_trend_first(match, state) : state->low)
                             : match->ring.first; /* A stretch may come back to it. */
        for (uint64_t seq = first; seq < state->next; seq++) {
            toc_ring_get(&match->ring, seq)->marks[state->mark] &= (uint8_t)~TOC_MARK_EVIDENCE;
        }
    }
    for (; life->evidence_seq < state->next; life->evidence_seq++) {
        const struct toc_entry *entry = toc_ring_get(&match->ring, life->evidence_seq);
        if (is_counted(match, state, entry) && !entry->is_stretch) {
            add_evidence(match, state, episode, life->evidence_seq);
        }
    }
    /* Alerts that were open in this stretch, wherever they lie. */
    for (uint64_t seq = match->ring.first; state->is_stretch_new && seq < state->next; seq++) {
        const struct toc_entry *entry = toc_ring_get(&match->ring, seq);
        if (entry->is_stretch && is_counted(match, state, entry) && entry->end_ms > life->raw_ms) {
            add_evidence(match, state, episode, seq);
        }
    }
    state->is_stretch_new = false;
    episode->has_value = toc_tally_value(match, state, &episode->value);
    toc_level_note(match, state, episode, at_ms);
}

void toc_window_step(struct toc_match *match, struct toc_match_state *state, int64_t at_ms,
                     uint64_t end)
{
    const struct toc_rule *rule = match->rule;
    bool is_said = false, is_lined = false;

    for (uint64_t seq = state->next; seq < end; seq++) {
        const struct toc_entry *entry = toc_ring_get(&match->ring, seq);
        if ((toc_match_roles(match, entry) & TOC_ROLE_CLEAR) != 0) {
            draw_line(match, state, entry, at_ms, end);
            is_lined = true;
        }
    }
    leave_before(match, state, at_ms - rule->within_ms);
    leave_over(match, state, at_ms);
    for (; state->next < end; state->next++) {
        struct toc_entry *entry = toc_ring_get(&match->ring, state->next);
        if (state->next >= state->low && is_counted(match, state, entry)) {
            if (entry->is_stretch) {
                toc_stretch_enter(state, entry);
            }
            toc_tally_add(match, state, state->next);
            is_said = true;
            state->newest_ms = at_ms;
            if (is_waiting_kind(rule) && !state->is_known) {
                state->is_known = true;
                state->known_ms = at_ms;
            }
        }
    }
    if (rule->kind == TOC_KIND_TREND) {
        (is_lined ? toc_trend_recount : toc_trend_move)(match, state, at_ms);
    }
    /* What is told at once can only run out; all else can be ended by what an event says. */
    enum toc_ending ending = is_said && !is_rising(rule) ? TOC_ENDING_SAID : TOC_ENDING_WINDOW;
    bool was_raw = state->life.is_raw;
    toc_life_set(match, state, &state->life, at_ms, holds(match, state, at_ms),
                 newest_ms(match, state), state->low, ending);
    state->is_stretch_new |= !was_raw && state->life.is_raw;
    toc_life_step(match, state, &state->life, at_ms);
    collect(match, state, at_ms);
}

int64_t toc_window_next(const struct toc_match *match, const struct toc_match_state *state)
{
    const struct toc_rule *rule = match->rule;
    int64_t next_ms = toc_life_next(match, &state->life);

    if (state->low < state->next && (state->life.is_raw || !is_rising(rule))) {
        int64_t leave_ms = toc_ring_get(&match->ring, state->low)->at_ms + rule->within_ms + 1;
        next_ms = leave_ms < next_ms ? leave_ms : next_ms;
    }
    if (state->stretches > 0 && (state->life.is_raw || !is_rising(rule)) &&
        state->stretch_end_ms < next_ms) {
        next_ms = state->stretch_end_ms;
    }
    if (rule->kind == TOC_KIND_TREND) {
        int64_t change_ms = toc_trend_next(match, state);
        next_ms = change_ms < next_ms ? change_ms : next_ms;
    }
    if (is_waiting_kind(rule) && state->is_known &&
        state->now_ms < state->known_ms + rule->within_ms) {
        int64_t known_ms = state->known_ms + rule->within_ms;
        next_ms = known_ms < next_ms ? known_ms : next_ms;
    }
    return next_ms;
}
