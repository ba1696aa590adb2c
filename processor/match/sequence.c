/* event and sequence: ordered steps with negation. rules/README.md, "event and sequence".
 * A new last step looks back over `within` for the earliest choice that fits; the search gives up
 * after TOC_MATCH_FUEL tries, counted. */
#include "base/assert.h"
#include "match/match.h"

struct choice {
    const struct toc_match *match;
    const struct toc_match_state *state;
    uint64_t end;                  /* Entries before this seq may be chosen. */
    uint64_t seqs[TOC_RULE_STEPS]; /* Chosen, by step. */
    uint32_t fuel;
};

static const struct toc_entry *chosen(const struct choice *choice, size_t step)
{
    return toc_ring_get(&choice->match->ring, choice->seqs[step]);
}

static const struct toc_entry *chosen_alias(const struct choice *choice, size_t steps, int alias)
{
    for (size_t i = 0; i < steps; i++) {
        if (choice->match->rule->steps[i].alias == alias) {
            return chosen(choice, i);
        }
    }
    return NULL;
}

/* An alert read by its rule's name and by `any` is kept twice, and is one event where it begins as
 * both at once. */
static bool is_same(const struct toc_kept *a, const struct toc_kept *b)
{
    return a == b || toc_hash128_compare(a->identity, b->identity) == 0;
}

/* May the entry at @seq be step @step, given the steps before it? */
static bool fits(const struct choice *choice, size_t step, uint64_t seq)
{
    const struct toc_entry *entry = toc_ring_get(&choice->match->ring, seq);
    const struct toc_step *want = &choice->match->rule->steps[step];

    if (entry->alias != want->alias || !toc_match_counts(choice->state, entry)) {
        return false;
    }
    for (size_t i = 0; i < step; i++) {
        if (is_same(chosen(choice, i)->kept, entry->kept)) {
            return false; /* Different events. */
        }
    }
    if (want->tie.alias < 0) {
        return true;
    }
    const struct toc_entry *other = chosen_alias(choice, step, want->tie.alias);
    return other != NULL && toc_match_near(other, entry, want->tie.distance_mm);
}

/* Does a `without` event lie strictly between first and last that is tied to the choice? */
static bool is_broken(const struct choice *choice)
{
    const struct toc_match *match = choice->match;
    size_t steps = match->rule->step_count;
    int64_t first_ms = chosen(choice, 0)->at_ms;
    int64_t last_ms = chosen(choice, steps - 1)->at_ms;

    for (uint64_t seq = toc_ring_seek(&match->ring, first_ms + 1); seq < choice->end; seq++) {
        const struct toc_entry *entry = toc_ring_get(&match->ring, seq);
        if (entry->at_ms >= last_ms) {
            break;
        }
        if ((toc_match_roles(match, entry) & TOC_ROLE_WITHOUT) == 0) {
            continue;
        }
        struct toc_tie tie = match->rule->aliases[entry->alias].without_tie;
        if (tie.alias < 0) {
            return true;
        }
        const struct toc_entry *tied = chosen_alias(choice, steps, tie.alias);
        if (tied != NULL && toc_match_near(tied, entry, tie.distance_mm)) {
            return true;
        }
    }
    return false;
}

/* Choose steps @step .. last-1, the smallest first; first and last may be fixed already. */
static bool choose(struct choice *choice, size_t step)
{
    const struct toc_match *match = choice->match;
    const struct toc_rule *rule = match->rule;
    size_t last = rule->step_count - 1;
    const struct toc_entry *closing = chosen(choice, last);

    if (step == last) {
        return fits(choice, last, choice->seqs[last]) && !is_broken(choice);
    }
    int64_t from_ms =
        step == 0 ? closing->at_ms - rule->within_ms : chosen(choice, step - 1)->at_ms;
    for (uint64_t seq = toc_ring_seek(&match->ring, from_ms); seq < choice->end; seq++) {
        if (toc_ring_get(&match->ring, seq)->at_ms > closing->at_ms || choice->fuel == 0) {
            break;
        }
        choice->fuel--;
        choice->seqs[step] = seq;
        if (seq != choice->seqs[last] && fits(choice, step, seq) && choose(choice, step + 1)) {
            return true;
        }
    }
    return false;
}

/* One event may close a choice and open a later one: the marks know, where the episode has ceased
 * to keep its evidence. */
static void add_once(struct toc_match *match, struct toc_match_state *state,
                     struct toc_episode *episode, const struct toc_evidence *evidence, uint64_t seq)
{
    bool is_of_key = episode->id == state->life.episode;
    uint64_t twin, end;

    for (uint64_t old = match->ring.first; is_of_key && episode->count == 0 && old < state->next;
         old++) { /* Marks of an earlier episode. */
        toc_ring_get(&match->ring, old)->marks[state->mark] &= (uint8_t)~TOC_MARK_EVIDENCE;
    }
    bool is_known =
        is_of_key && (toc_ring_get(&match->ring, seq)->marks[state->mark] & TOC_MARK_EVIDENCE) != 0;
    (is_known ? toc_episode_see : toc_episode_add)(episode, evidence, match->pool);
    for (toc_match_twins(match, seq, &twin, &end); is_of_key && twin < end; twin++) {
        toc_ring_get(&match->ring, twin)->marks[state->mark] |= TOC_MARK_EVIDENCE;
    }
}

static void add_evidence(struct toc_match *match, struct toc_match_state *state,
                         struct toc_episode *episode, const struct choice *choice)
{
    const struct toc_entry *closing = chosen(choice, match->rule->step_count - 1);
    /* One older than accept_late counts from its own time on. */
    int64_t since_ms = closing->is_late ? closing->kept->at_ms : closing->at_ms;

    for (size_t i = 0; i < match->rule->step_count; i++) {
        struct toc_entry *entry = toc_ring_get(&match->ring, choice->seqs[i]);
        struct toc_evidence evidence = toc_match_evidence(match, choice->seqs[i]);
        evidence.since_ms = since_ms;
        episode->is_unleveled |= since_ms < match->at_ms;
        add_once(match, state, episode, &evidence, choice->seqs[i]);
        episode->is_late |= entry->is_late;
    }
}

/* An episode of its own, for one event or onset. */
static void tell_own(struct toc_match *match, struct toc_match_state *state,
                     const struct choice *choice, size_t anchor)
{
    const struct toc_rule *rule = match->rule;
    const struct toc_entry *closing = chosen(choice, rule->step_count - 1);
    int64_t begin_ms = closing->is_late ? closing->kept->at_ms : closing->at_ms;
    struct toc_episode *episode = toc_episodes_add(&state->episodes, begin_ms);

    episode->is_anchored = true;
    episode->anchor = chosen(choice, anchor)->kept->identity;
    if (rule->alert.expire_after_ms > 0) {
        episode->end_ms = begin_ms + rule->alert.expire_after_ms;
        episode->ending = TOC_ENDING_EXPIRED;
    }
    add_evidence(match, state, episode, choice);
    toc_level_note(match, state, episode, begin_ms);
}

static struct choice choice_of(const struct toc_match *match, const struct toc_match_state *state,
                               uint64_t end)
{
    return (struct choice){.match = match, .state = state, .end = end, .fuel = TOC_MATCH_FUEL};
}

/* Onsets that the closing events of this ms complete, each by the earliest of them. */
static void complete_onsets(struct toc_match *match, struct toc_match_state *state, int64_t at_ms,
                            uint64_t begin, uint64_t end)
{
    const struct toc_rule *rule = match->rule;
    int first = rule->steps[0].alias;
    size_t last = rule->step_count - 1;
    struct choice choice = choice_of(match, state, end);

    for (uint64_t onset = toc_ring_seek(&match->ring, at_ms - rule->within_ms); onset < end;
         onset++) {
        struct toc_entry *entry = toc_ring_get(&match->ring, onset);
        if (entry->alias != first || (entry->marks[state->mark] & TOC_MARK_DONE) != 0) {
            continue;
        }
        choice.seqs[0] = onset;
        for (uint64_t closing = begin; closing < end; closing++) {
            choice.seqs[last] = closing;
            if (closing == onset ||
                toc_ring_get(&match->ring, closing)->alias != rule->steps[last].alias ||
                !fits(&choice, 0, onset) || !choose(&choice, 1)) {
                continue;
            }
            entry->marks[state->mark] |= TOC_MARK_DONE;
            tell_own(match, state, &choice, 0);
            break;
        }
    }
    match->over_fuel += choice.fuel == 0;
}

static void complete(struct toc_match *match, struct toc_match_state *state, int64_t at_ms,
                     uint64_t closing, uint64_t end)
{
    const struct toc_rule *rule = match->rule;
    size_t last = rule->step_count - 1;
    struct choice choice = choice_of(match, state, end);

    choice.seqs[last] = closing;
    bool is_complete = choose(&choice, 0);
    match->over_fuel += choice.fuel == 0;
    if (!is_complete) {
        return;
    }
    if (rule->once != TOC_ONCE_KEY) {
        tell_own(match, state, &choice, last);
        return;
    }
    struct toc_entry *entry = toc_ring_get(&match->ring, closing);
    toc_life_set(match, state, &state->life, at_ms, true, at_ms, closing, TOC_ENDING_NONE);
    toc_life_step(match, state, &state->life, at_ms);
    struct toc_episode *episode = toc_life_episode(state, &state->life);
    toc_assert(episode != NULL);
    if (entry->is_late && entry->kept->at_ms < episode->begin_ms) {
        episode->begin_ms = entry->kept->at_ms;
    }
    add_evidence(match, state, episode, &choice);
    toc_level_note(match, state, episode, at_ms);
}

static bool is_evidence(const struct toc_episode *episode, const struct toc_kept *kept)
{
    for (size_t i = 0; i < episode->evidence_count; i++) {
        if (episode->evidence[i].kept == kept) {
            return true;
        }
    }
    return false;
}

static void cut_evidence(struct toc_match *match, struct toc_match_state *state,
                         const struct toc_episode *episode, uint64_t end)
{
    for (uint64_t seq = match->ring.first; seq < end; seq++) {
        struct toc_entry *entry = toc_ring_get(&match->ring, seq);
        if (is_evidence(episode, entry->kept)) {
            entry->marks[state->mark] |= TOC_MARK_CUT;
        }
    }
}

static void draw_line(struct toc_match *match, struct toc_match_state *state,
                      const struct toc_entry *line, int64_t at_ms, uint64_t end)
{
    struct toc_line as = toc_match_line(match, line);
    bool is_by_key = as.reach == TOC_LINE_KEY;

    if (is_by_key && line->value > state->cut_ms) {
        state->cut_ms = line->value;
    }
    for (uint64_t seq = match->ring.first; as.reach == TOC_LINE_DISTANCE && seq < end; seq++) {
        const struct toc_entry *entry = toc_ring_get(&match->ring, seq);
        if (entry->alias == as.tie.alias && entry->at_ms <= line->value &&
            toc_match_near(line, entry, as.tie.distance_mm)) {
            uint64_t twin, twins_end; /* It counts no more under any alias. */
            for (toc_match_twins(match, seq, &twin, &twins_end); twin < twins_end; twin++) {
                toc_ring_get(&match->ring, twin)->marks[state->mark] |= TOC_MARK_CUT;
            }
        }
    }
    for (size_t i = 0; i < state->episodes.count; i++) {
        struct toc_episode *episode = &state->episodes.items[i];
        bool is_on = !episode->is_closed && episode->end_ms >= at_ms;
        /* What people speak of may be over in truth and still stand as told. */
        if ((!is_on && as.reach != TOC_LINE_EVIDENCE) || episode->last_ms > line->value ||
            !toc_match_touches(episode, line, &as)) {
            continue;
        }
        if (is_on && episode->id == state->life.episode) {
            (void)toc_life_line(state, &state->life, at_ms, line, &as);
        } else if (is_on) {
            (void)toc_match_end(episode, at_ms, as.ending);
        }
        if (!is_by_key) {
            cut_evidence(match, state, episode, end);
        }
    }
}

void toc_sequence_step(struct toc_match *match, struct toc_match_state *state, int64_t at_ms,
                       uint64_t end)
{
    const struct toc_rule *rule = match->rule;
    int last = rule->steps[rule->step_count - 1].alias;
    uint64_t begin = state->next;
    bool is_closing = false;

    for (uint64_t seq = begin; seq < end; seq++) {
        const struct toc_entry *entry = toc_ring_get(&match->ring, seq);
        if ((toc_match_roles(match, entry) & TOC_ROLE_CLEAR) != 0) {
            draw_line(match, state, entry, at_ms, end);
        }
        is_closing |= entry->alias == last;
    }
    state->next = end;
    if (is_closing && rule->once == TOC_ONCE_ONSET && rule->step_count > 1) {
        complete_onsets(match, state, at_ms, begin, end);
    } else if (is_closing) {
        for (uint64_t seq = begin; seq < end; seq++) {
            const struct toc_entry *entry = toc_ring_get(&match->ring, seq);
            if (entry->alias == last && toc_match_counts(state, entry)) {
                complete(match, state, at_ms, seq, end);
            }
        }
    }
    toc_life_step(match, state, &state->life, at_ms);
}

int64_t toc_sequence_next(const struct toc_match *match, const struct toc_match_state *state)
{
    return toc_life_next(match, &state->life);
}
