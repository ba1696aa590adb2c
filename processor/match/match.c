#include "match/match.h"

#include "base/assert.h"
#include "base/mem.h"
#include "match/tally.h"

static const struct {
    toc_match_step_fn *step;
    toc_match_next_fn *next;
} kinds[] = {
    [TOC_KIND_EVENT] = {toc_sequence_step, toc_sequence_next},
    [TOC_KIND_SEQUENCE] = {toc_sequence_step, toc_sequence_next},
    [TOC_KIND_LATEST] = {toc_latest_step, toc_latest_next},
    [TOC_KIND_COUNT] = {toc_window_step, toc_window_next},
    [TOC_KIND_COUNT_DISTINCT] = {toc_window_step, toc_window_next},
    [TOC_KIND_SUM] = {toc_window_step, toc_window_next},
    [TOC_KIND_AVERAGE] = {toc_window_step, toc_window_next},
    [TOC_KIND_MIN] = {toc_window_step, toc_window_next},
    [TOC_KIND_MAX] = {toc_window_step, toc_window_next},
    [TOC_KIND_ALL_OF] = {toc_window_step, toc_window_next},
    [TOC_KIND_ANY_KINDS] = {toc_window_step, toc_window_next},
    [TOC_KIND_ABSENCE] = {toc_absence_step, toc_absence_next},
    [TOC_KIND_SILENCE] = {toc_absence_step, toc_absence_next},
    [TOC_KIND_RATIO] = {toc_window_step, toc_window_next},
    [TOC_KIND_PERCENTILE] = {toc_window_step, toc_window_next},
    [TOC_KIND_TREND] = {toc_window_step, toc_window_next},
};
_Static_assert(sizeof kinds / sizeof kinds[0] == TOC_KIND_TREND + 1, "a kind has no matcher");

static void step(struct toc_match *match, struct toc_match_state *state, int64_t at_ms,
                 uint64_t end)
{
    match->at_ms = at_ms;
    (match->rule->has_near ? toc_cluster_step : kinds[match->rule->kind].step)(match, state, at_ms,
                                                                               end);
}

/* A line ends also what has run out before and still stands as told, since an input is blind. */
static void mark_ended(const struct toc_match *match, struct toc_match_state *state, int64_t at_ms,
                       uint64_t begin, uint64_t end)
{
    for (uint64_t seq = begin; seq < end; seq++) {
        const struct toc_entry *entry = toc_ring_get(&match->ring, seq);
        if ((toc_match_roles(match, entry) & TOC_ROLE_CLEAR) == 0) {
            continue;
        }
        struct toc_line as = toc_match_line(match, entry);
        for (size_t i = 0; i < state->episodes.count; i++) {
            struct toc_episode *episode = &state->episodes.items[i];
            if (episode->ending == TOC_ENDING_WINDOW && episode->end_ms < at_ms &&
                episode->line_ms == TOC_INSTANT_NONE && episode->last_ms <= entry->value &&
                toc_match_touches(episode, entry, &as)) {
                episode->line_ms = at_ms;
            }
        }
    }
}

static int64_t next_change(const struct toc_match *match, const struct toc_match_state *state)
{
    return (match->rule->has_near ? toc_cluster_next : kinds[match->rule->kind].next)(match, state);
}

static void begin_at(struct toc_match_state *state, int64_t now_ms, int mark)
{
    *state = (struct toc_match_state){
        .now_ms = now_ms,
        .mark = mark,
        .cut_ms = TOC_INSTANT_NONE,
        .answer_ms = TOC_INSTANT_NONE,
        .due_ms = TOC_INSTANT_NEVER,
        .alive_ms = TOC_INSTANT_NONE,
        .newest_ms = TOC_INSTANT_NONE,
        .stretch_end_ms = TOC_INSTANT_NEVER,
        .life = {.place = -1, .last_ms = TOC_INSTANT_NONE},
    };
}

static void know_from(struct toc_match_state *state, int64_t begin_ms)
{
    state->is_known = state->is_watched = true;
    state->known_ms = state->watched_ms = begin_ms;
}

static bool has_tied_line(const struct toc_rule *rule)
{
    for (size_t i = 0; i < rule->alias_count; i++) {
        if ((rule->aliases[i].roles & TOC_ROLE_CLEAR) != 0 &&
            rule->aliases[i].clear_tie.alias >= 0) {
            return true;
        }
    }
    return false;
}

void toc_match_init(struct toc_match *match, const struct toc_rule *rule,
                    struct toc_kept_pool *pool, int64_t now_ms, int64_t begin_ms)
{
    *match = (struct toc_match){.rule = rule,
                                .threshold = rule->threshold,
                                .stream_ms = TOC_INSTANT_NONE,
                                .is_line_tied = has_tied_line(rule),
                                .pool = pool,
                                .lag_ms = toc_rule_lag_ms(rule),
                                .is_at_once = toc_match_is_at_once(rule),
                                .put_first_ms = TOC_INSTANT_NONE,
                                .put_last_ms = TOC_INSTANT_NONE,
                                .decided_ms = TOC_INSTANT_NONE};
    now_ms = now_ms > TOC_INSTANT_MIN + match->lag_ms ? now_ms - match->lag_ms : TOC_INSTANT_MIN;
    begin_at(&match->settled, now_ms, 0);
    begin_at(&match->newest, now_ms, 1);
    if (toc_tally_is_needed(rule)) {
        match->settled.tally = toc_mem_get(sizeof *match->settled.tally);
        match->newest.tally = toc_mem_get(sizeof *match->newest.tally);
    }
    if (begin_ms != TOC_INSTANT_NONE) {
        know_from(&match->settled, begin_ms);
        know_from(&match->newest, begin_ms);
    }
}

static void state_finish(struct toc_match_state *state, struct toc_kept_pool *pool)
{
    toc_episodes_finish(&state->episodes, pool);
    toc_distinct_finish(&state->distinct);
    toc_tally_finish(state->tally);
    toc_mem_free(state->lives);
    toc_mem_free(state->members);
}

void toc_match_finish(struct toc_match *match)
{
    state_finish(&match->settled, match->pool);
    state_finish(&match->newest, match->pool);
    toc_ring_finish(&match->ring, match->pool);
    toc_mem_free(match->alive);
    toc_mem_free(match->near);
}

static void *copy_items(void *old, size_t old_room, const void *from, size_t from_room,
                        size_t size_bytes)
{
    if (old_room != from_room) {
        toc_mem_free(old);
        old = from_room > 0 ? toc_mem_array(from_room, size_bytes) : NULL;
    }
    if (from_room > 0) {
        memcpy(old, from, from_room * size_bytes);
    }
    return old;
}

/* Make the newest state equal to the settled one. Episodes that had ended for good before the
 * horizon are not derived again; the caller of toc_match_add keeps what it was told of them. */
static void rewind_newest(struct toc_match *match)
{
    struct toc_match_state *to = &match->newest;
    const struct toc_match_state *from = &match->settled;
    struct toc_match_state old = *to;

    *to = *from;
    to->mark = 1;
    to->is_joined = true;
    to->distinct = old.distinct;
    toc_distinct_copy(&to->distinct, &from->distinct);
    to->tally = old.tally;
    if (to->tally != NULL) {
        toc_tally_copy(to->tally, from->tally);
    }
    to->lives =
        copy_items(old.lives, old.life_room, from->lives, from->life_room, sizeof *to->lives);
    to->members = copy_items(old.members, old.member_room, from->members, from->member_room,
                             sizeof *to->members);
    to->episodes = old.episodes;
    toc_episodes_copy(&to->episodes, &from->episodes, from->now_ms, match->pool);
    /* A trend keeps long what only a line by distance could mark. */
    bool is_long = match->rule->kind == TOC_KIND_TREND && !match->is_line_tied;
    uint64_t first = is_long ? from->low : match->ring.first;
    for (uint64_t seq = first; seq < match->ring.end; seq++) {
        struct toc_entry *entry = toc_ring_get(&match->ring, seq);
        entry->marks[1] = entry->marks[0];
    }
}

/* Where an episode is, rules above know from the evidence it has at its begin. */
static void place_episodes(const struct toc_match *match, struct toc_match_state *state,
                           int64_t at_ms)
{
    for (size_t i = match->is_raised ? state->episodes.count : 0; i-- > 0;) {
        struct toc_episode *episode = &state->episodes.items[i];
        if (episode->is_placed) {
            break; /* And so are those before it. */
        }
        if (episode->begin_ms < at_ms) {
            toc_episode_place(episode, match->pool);
        }
    }
}

static void sweep(struct toc_match *match, struct toc_match_state *state, int64_t to_ms)
{
    bool is_stepped = false; /* The ms `now` was stepped to in this sweep. */

    match->passed_ms = to_ms - 1 > match->decided_ms ? to_ms - 1 : match->decided_ms;

    for (;;) {
        int64_t entry_ms = state->next < match->ring.end
                               ? toc_ring_get(&match->ring, state->next)->at_ms
                               : TOC_INSTANT_NEVER;
        int64_t at_ms = next_change(match, state);
        if (at_ms <= state->now_ms) { /* Due already: now that it is decided, else at the next. */
            at_ms = is_stepped ? state->now_ms + 1 : state->now_ms;
        }
        if (entry_ms < at_ms) {
            at_ms = entry_ms;
        }
        if (at_ms > to_ms) {
            break;
        }
        uint64_t end = state->next;
        while (end < match->ring.end && toc_ring_get(&match->ring, end)->at_ms == at_ms) {
            end++;
        }
        uint64_t begin = state->next;
        place_episodes(match, state, at_ms);
        step(match, state, at_ms, end);
        mark_ended(match, state, at_ms, begin, end);
        state->next = end;
        state->now_ms = at_ms;
        is_stepped = true;
    }
    if (to_ms > state->now_ms) {
        state->now_ms = to_ms;
    }
}

void toc_match_put(struct toc_match *match, const struct toc_entry *entry)
{
    struct toc_entry own = *entry;

    if (own.at_ms <= match->settled.now_ms) {
        own.at_ms = match->settled.now_ms + 1;
    }
    if (own.is_stretch && own.end_ms <= own.at_ms) { /* Over before this key is known. */
        toc_kept_release(match->pool, own.kept);
        return;
    }
    (void)toc_ring_add(&match->ring, &own);
    if (match->put_first_ms == TOC_INSTANT_NONE || own.at_ms < match->put_first_ms) {
        match->put_first_ms = own.at_ms;
    }
    /* A clock (`from`) may start before or after its event; what is known is known up to that. */
    int64_t known_ms =
        own.is_late || own.kept->at_ms <= match->settled.now_ms ? own.at_ms : own.kept->at_ms;
    if (known_ms > match->put_last_ms) {
        match->put_last_ms = known_ms;
    }
}

bool toc_match_take(struct toc_match *match)
{
    if (match->put_first_ms == TOC_INSTANT_NONE) {
        return false;
    }
    bool is_again = match->put_first_ms <= match->newest.now_ms;
    int64_t to_ms =
        match->put_last_ms > match->newest.now_ms ? match->put_last_ms : match->newest.now_ms;
    if (is_again) {
        rewind_newest(match);
    }
    match->put_first_ms = match->put_last_ms = TOC_INSTANT_NONE;
    sweep(match, &match->newest, to_ms);
    return is_again;
}

void toc_match_advance(struct toc_match *match, int64_t to_ms)
{
    sweep(match, &match->newest, to_ms);
}

void toc_match_begin(struct toc_match *match, int64_t begin_ms)
{
    struct toc_match_state *settled = &match->settled;

    if (begin_ms < settled->known_ms && settled->is_known) {
        settled->known_ms = begin_ms;
    }
    if (begin_ms < settled->watched_ms && settled->is_watched) {
        settled->watched_ms = begin_ms;
    }
    if (begin_ms <= settled->now_ms) {
        settled->now_ms = begin_ms - 1;
    }
    int64_t to_ms = match->newest.now_ms;
    rewind_newest(match);
    sweep(match, &match->newest, to_ms);
}

void toc_match_stream(struct toc_match *match, int64_t begin_ms)
{
    int64_t to_ms = match->newest.now_ms;

    match->stream_ms = begin_ms;
    rewind_newest(match);
    sweep(match, &match->newest, to_ms);
}

/* The first seq the settled state can still want. */
static uint64_t first_wanted(const struct toc_match *match)
{
    const struct toc_match_state *state = &match->settled;
    const struct toc_rule *rule = match->rule;
    uint64_t seq = state->next;

    switch (rule->kind) {
    case TOC_KIND_EVENT:
    case TOC_KIND_SEQUENCE:
        seq = toc_ring_seek(&match->ring, state->now_ms - rule->within_ms);
        break;
    case TOC_KIND_LATEST:
        for (size_t i = 0; i < state->life_count; i++) {
            if (state->lives[i].is_raw && state->lives[i].raw_seq < seq) {
                seq = state->lives[i].raw_seq; /* Evidence of what is on since. */
            }
        }
        break;
    case TOC_KIND_ABSENCE:
    case TOC_KIND_SILENCE:
        seq = toc_ring_seek(&match->ring, state->now_ms - rule->deadline_ms);
        seq = state->pending < seq ? state->pending : seq;
        break;
    default:
        seq = rule->kind == TOC_KIND_TREND ? toc_trend_first(match, state) : state->low;
        if (state->life.is_raw && !state->life.is_held && state->life.raw_seq < seq) {
            seq = state->life.raw_seq;
        }
        break;
    }
    return seq < state->next ? seq : state->next;
}

static void forget(const struct toc_match *match, struct toc_match_state *state)
{
    if (match->rule->has_near) {
        toc_cluster_forget(match, state);
    } else if (kinds[match->rule->kind].step == toc_window_step) {
        toc_window_forget(match, state);
    }
}

void toc_match_settle(struct toc_match *match, int64_t horizon_ms)
{
    struct toc_match_state *settled = &match->settled;

    if (horizon_ms == TOC_INSTANT_NONE || horizon_ms - match->lag_ms - 1 <= settled->now_ms) {
        return;
    }
    if (horizon_ms - 1 > match->decided_ms) {
        match->decided_ms = horizon_ms - 1; /* The watermark is never behind the horizon. */
    }
    sweep(match, settled, horizon_ms - match->lag_ms - 1);
    if (match->newest.now_ms < settled->now_ms) {
        sweep(match, &match->newest, settled->now_ms);
    }
    for (size_t i = settled->episodes.count; i-- > 0;) {
        if (toc_episode_over_ms(&settled->episodes.items[i]) <= settled->now_ms) {
            toc_episodes_remove(&settled->episodes, i, match->pool);
        }
    }
    forget(match, settled);
    forget(match, &match->newest);
    toc_stretch_drop(match, first_wanted(match));
}

int64_t toc_match_next(const struct toc_match *match)
{
    int64_t next_ms = next_change(match, &match->newest);

    if (match->newest.next < match->ring.end) {
        int64_t entry_ms = toc_ring_get(&match->ring, match->newest.next)->at_ms;
        next_ms = entry_ms < next_ms ? entry_ms : next_ms;
    }
    return next_ms;
}

bool toc_match_is_idle(const struct toc_match *match)
{
    const struct toc_match_state *state = &match->newest;

    for (uint64_t seq = match->ring.first; seq < match->ring.end; seq++) {
        const struct toc_entry *entry = toc_ring_get(&match->ring, seq);
        if (!entry->is_shared || !toc_match_counts(&match->settled, entry)) {
            return false; /* Made anew, the key would not know that a line has touched it. */
        }
    }
    return state->episodes.count == 0 && match->settled.episodes.count == 0 && !state->is_known &&
           !state->is_watched && !match->settled.is_known && !match->settled.is_watched &&
           state->life_count == 0;
}

bool toc_match_is_at_once(const struct toc_rule *rule)
{
    bool is_from_below = rule->compare == TOC_AT_LEAST || rule->compare == TOC_MORE_THAN;

    if (rule->alert.for_ms > 0) {
        return false;
    }
    switch (rule->kind) {
    case TOC_KIND_EVENT:
    case TOC_KIND_SEQUENCE:
    case TOC_KIND_LATEST:
    case TOC_KIND_ALL_OF:
        return true;
    case TOC_KIND_COUNT:
    case TOC_KIND_COUNT_DISTINCT:
    case TOC_KIND_ANY_KINDS:
    case TOC_KIND_MAX:
        return is_from_below;
    case TOC_KIND_SUM:
        return is_from_below && rule->is_sum_rising;
    case TOC_KIND_MIN:
        return !is_from_below;
    case TOC_KIND_AVERAGE:
    case TOC_KIND_RATIO:
    case TOC_KIND_PERCENTILE:
    case TOC_KIND_TREND:
    case TOC_KIND_ABSENCE:
    case TOC_KIND_SILENCE:
        break;
    }
    return false;
}

struct toc_evidence toc_match_evidence(const struct toc_match *match, uint64_t seq)
{
    const struct toc_entry *entry = toc_ring_get(&match->ring, seq);
    struct toc_evidence evidence = {.kept = entry->kept,
                                    .since_ms = match->at_ms,
                                    .alias = entry->alias,
                                    .position = entry->position};
    uint64_t twin, end;

    for (toc_match_twins(match, seq, &twin, &end); twin < end; twin++) {
        evidence.aliases |= (uint16_t)(1u << toc_ring_get(&match->ring, twin)->alias);
    }
    return evidence;
}

struct toc_line toc_match_line(const struct toc_match *match, const struct toc_entry *line)
{
    struct toc_line as = {.tie = {.alias = -1},
                          .ending = line->is_late ? TOC_ENDING_LATE : TOC_ENDING_LINE};

    if (line->alias == TOC_ALIAS_PEOPLE) {
        as.reach = line->is_by_evidence ? TOC_LINE_EVIDENCE : TOC_LINE_KEY;
    } else if (match->rule->aliases[line->alias].clear_tie.alias >= 0) {
        as.reach = TOC_LINE_DISTANCE;
        as.tie = match->rule->aliases[line->alias].clear_tie;
    }
    return as;
}

static bool is_made_true_by(const struct toc_episode *episode, struct toc_hash128 identity)
{
    return episode->is_anchored ? toc_hash128_compare(episode->anchor, identity) == 0
                                : toc_episode_has(episode, identity);
}

bool toc_match_touches(const struct toc_episode *episode, const struct toc_entry *line,
                       const struct toc_line *as)
{
    struct toc_tie tie = as->tie;

    if (as->reach == TOC_LINE_EVIDENCE) {
        return is_made_true_by(episode, line->kept->identity);
    }
    if (as->reach == TOC_LINE_KEY) {
        return true;
    }
    for (size_t i = 0; i < episode->evidence_count; i++) {
        const struct toc_evidence *evidence = &episode->evidence[i];
        struct toc_entry at = {.position = evidence->position};
        if ((evidence->aliases >> tie.alias & 1) != 0 && evidence->kept->at_ms <= line->value &&
            toc_match_near(line, &at, tie.distance_mm)) {
            return true;
        }
    }
    return false;
}

bool toc_match_near(const struct toc_entry *a, const struct toc_entry *b, int64_t limit_mm)
{
    return a->position.has_point && b->position.has_point &&
           toc_geo_is_within(toc_position_point(&a->position), toc_position_point(&b->position),
                             limit_mm);
}

void toc_match_twins(const struct toc_match *match, uint64_t seq, uint64_t *out_begin,
                     uint64_t *out_end)
{
    const struct toc_kept *kept = toc_ring_get(&match->ring, seq)->kept;

    *out_begin = seq;
    while (*out_begin > match->ring.first &&
           toc_ring_get(&match->ring, *out_begin - 1)->kept == kept) {
        --*out_begin;
    }
    *out_end = seq + 1;
    while (*out_end < match->ring.end && toc_ring_get(&match->ring, *out_end)->kept == kept) {
        ++*out_end;
    }
}

bool toc_match_end(struct toc_episode *episode, int64_t at_ms, enum toc_ending ending)
{
    if (episode->end_ms < at_ms) { /* Open just before: a line beats what ends by itself. */
        return false;
    }
    episode->end_ms = at_ms;
    episode->ending = ending;
    episode->is_closed = true;
    return true;
}
