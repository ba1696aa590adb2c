/* `near` within `when`: events of which every two lie within a distance. rules/README.md,
 * "Windowed kinds".
 *
 * Every fulfilling clique that is new at an event contains that event, so each event asks, of each
 * neighbour in the window: until when is there a smallest fulfilling clique with both? An event of
 * one colour each fulfils: with `count` every event is a colour of its own, with count_distinct its
 * value, with all_of and any_kinds its alias. Without group_by such cliques join into clusters
 * through events they share; with group_by one life a key is enough.
 * The search is exact and bounded by TOC_MATCH_FUEL tries an event; giving up is counted. */
#include "base/assert.h"
#include "base/mem.h"
#include "match/match.h"

struct search {
    const struct toc_match *match;
    const struct toc_match_state *state;
    size_t need;        /* Colours. */
    const size_t *pool; /* Members near the new event, by time. */
    size_t pool_count;
    uint64_t chosen[TOC_RULE_NEAR_COUNT]; /* seqs */
    size_t chosen_count;
    uint32_t fuel;
};

static const struct toc_entry *entry_of(const struct search *search, uint64_t seq)
{
    return toc_ring_get(&search->match->ring, seq);
}

static bool is_other_colour(const struct search *search, uint64_t a, uint64_t b)
{
    switch (search->match->rule->kind) {
    case TOC_KIND_COUNT:
        return a != b;
    case TOC_KIND_COUNT_DISTINCT:
        return entry_of(search, a)->value != entry_of(search, b)->value;
    default:
        return entry_of(search, a)->alias != entry_of(search, b)->alias;
    }
}

static bool can_join(const struct search *search, uint64_t seq)
{
    for (size_t i = 0; i < search->chosen_count; i++) {
        if (!is_other_colour(search, search->chosen[i], seq) ||
            !toc_match_near(entry_of(search, search->chosen[i]), entry_of(search, seq),
                            search->match->rule->near_mm)) {
            return false;
        }
    }
    return true;
}

/* Complete the chosen ones from the pool's members at @from and later. */
static bool complete(struct search *search, size_t from)
{
    if (search->chosen_count == search->need) {
        return true;
    }
    for (size_t i = from; i < search->pool_count && search->fuel > 0; i++) {
        uint64_t seq = search->state->members[search->pool[i]].seq;
        search->fuel--;
        if (!can_join(search, seq)) {
            continue;
        }
        search->chosen[search->chosen_count++] = seq;
        if (complete(search, i + 1)) {
            return true;
        }
        search->chosen_count--;
    }
    return false;
}

static size_t needed(const struct toc_match *match)
{
    const struct toc_rule *rule = match->rule;

    if (rule->kind == TOC_KIND_ALL_OF) {
        return rule->counted_count;
    }
    return (size_t)(rule->compare == TOC_MORE_THAN ? match->threshold + 1 : match->threshold);
}

static bool is_grouped(const struct toc_rule *rule)
{
    return rule->key_part_count > 0;
}

static void cut_event(struct toc_match *match, struct toc_match_state *state, uint64_t seq)
{
    uint64_t twin, end;

    for (toc_match_twins(match, seq, &twin, &end); twin < end; twin++) {
        toc_ring_get(&match->ring, twin)->marks[state->mark] |= TOC_MARK_CUT;
    }
}

/* Members whose event a line has cut leave. */
static void drop_cut(const struct toc_match *match, struct toc_match_state *state)
{
    size_t left = 0;

    for (size_t i = 0; i < state->member_count; i++) {
        struct toc_entry *entry = toc_ring_get(&match->ring, state->members[i].seq);
        if ((entry->marks[state->mark] & TOC_MARK_CUT) == 0) {
            state->members[left++] = state->members[i];
        } else if (entry->is_stretch && (entry->marks[state->mark] & TOC_MARK_IN) != 0) {
            toc_stretch_leave(state, entry);
        }
    }
    state->member_count = left;
}

/* Until when it is in the window. When an alert is over is looked at when it is: late truth moves
 * it. */
static int64_t leaves_ms(const struct toc_match *match, const struct toc_entry *entry)
{
    return entry->is_stretch ? TOC_INSTANT_NEVER : entry->at_ms + match->rule->within_ms + 1;
}

static int64_t alive_of(const struct toc_match *match, const struct toc_match_state *state,
                        size_t member)
{
    return leaves_ms(match, toc_ring_get(&match->ring, state->members[member].seq));
}

static int64_t later(int64_t at_ms, int64_t span_ms)
{
    return at_ms == TOC_INSTANT_NEVER ? at_ms : at_ms + span_ms;
}

/* The end of a cluster as it is known, from the last clique's end and its newest evidence. */
static void set_end(const struct toc_match *match, struct toc_episode *episode)
{
    const struct toc_alert_spec *spec = &match->rule->alert;
    int64_t expiry_ms =
        spec->expire_after_ms > 0 ? episode->last_ms + spec->expire_after_ms : TOC_INSTANT_NEVER;
    int64_t held_ms = episode->alive_ms < expiry_ms ? episode->alive_ms : expiry_ms;

    if (held_ms <= episode->begin_ms) { /* `for` has not passed: none yet. */
        episode->end_ms = episode->begin_ms;
        return;
    }
    episode->end_ms = later(episode->alive_ms, spec->keep_firing_ms);
    episode->ending = TOC_ENDING_WINDOW;
    if (expiry_ms < episode->end_ms) {
        episode->end_ms = expiry_ms;
        episode->ending = TOC_ENDING_EXPIRED;
    }
}

/* Does the stretch beginning at @at_ms touch the episode @member belongs to? */
static struct toc_episode *touched(const struct toc_match *match,
                                   const struct toc_match_state *state, size_t member,
                                   int64_t at_ms)
{
    const struct toc_member *of = &state->members[member];
    const struct toc_alert_spec *spec = &match->rule->alert;
    struct toc_episode *episode =
        of->episode != 0 ? toc_episodes_find(&state->episodes, of->episode) : NULL;

    if (episode == NULL || episode->is_closed ||
        at_ms > later(of->alive_ms, spec->keep_firing_ms) ||
        (spec->expire_after_ms > 0 && at_ms > episode->last_ms + spec->expire_after_ms)) {
        return NULL;
    }
    return episode;
}

/* For the rules above it was there until now. */
static void end_merged(struct toc_match *match, struct toc_episode *from, int64_t at_ms)
{
    from->end_ms = from->begin_ms;
    from->is_closed = from->is_merged = true;
    from->merged_ms = at_ms;
    from->digest = 0;
    toc_episode_place(from, match->pool);
}

static void join(struct toc_match *match, struct toc_match_state *state, int64_t at_ms,
                 uint64_t into_id, uint64_t from_id)
{
    struct toc_episode *into = toc_episodes_find(&state->episodes, into_id);
    struct toc_episode *from = toc_episodes_find(&state->episodes, from_id);

    toc_assert(into != NULL && from != NULL);
    if (from->begin_ms < into->begin_ms) {
        into->begin_ms = from->begin_ms;
    }
    if (from->alive_ms > into->alive_ms) {
        into->alive_ms = from->alive_ms;
    }
    toc_episode_join(into, from, match->pool);
    for (size_t i = 0; i < state->member_count; i++) {
        if (state->members[i].episode == from_id) {
            state->members[i].episode = into_id;
        }
    }
    if (match->is_raised && from->begin_ms < at_ms && from->end_ms > from->begin_ms) {
        end_merged(match, from, at_ms);
    } else {
        toc_episodes_remove(&state->episodes, (size_t)(from - state->episodes.items), match->pool);
    }
    state->is_joined = true;
}

/* The new event and the members with alive_ms in @alive (NONE: not in a clique) are one cluster. */
static void cluster(struct toc_match *match, struct toc_match_state *state, int64_t at_ms,
                    uint64_t seq, const int64_t *alive)
{
    uint64_t id = 0;

    for (size_t i = 0; i < state->member_count; i++) {
        if (alive[i] == TOC_INSTANT_NONE) {
            continue;
        }
        const struct toc_episode *episode = touched(match, state, i, at_ms);
        if (episode == NULL || episode->id == id) {
            continue;
        }
        uint64_t other = episode->id;
        if (id == 0) {
            id = other;
        } else if (other < id) {
            join(match, state, at_ms, other, id);
            id = other;
        } else {
            join(match, state, at_ms, id, other);
        }
    }
    if (id == 0) {
        struct toc_episode *added =
            toc_episodes_add(&state->episodes, at_ms + match->rule->alert.for_ms);
        added->origin = toc_ring_get(&match->ring, seq)->kept->identity;
        id = added->id;
    }
    struct toc_episode *episode = toc_episodes_find(&state->episodes, id);
    for (size_t i = 0; i < state->member_count; i++) {
        struct toc_member *member = &state->members[i];
        if (alive[i] == TOC_INSTANT_NONE) {
            continue;
        }
        if (member->episode != id) {
            struct toc_evidence evidence = toc_match_evidence(match, member->seq);
            toc_episode_add(episode, &evidence, match->pool);
            member->episode = id;
            member->alive_ms = alive[i];
        } else if (alive[i] > member->alive_ms) {
            member->alive_ms = alive[i];
        }
        if (alive[i] > episode->alive_ms) {
            episode->alive_ms = alive[i];
        }
    }
    set_end(match, episode);
    toc_level_note(match, state, episode, at_ms);
}

/* Take the event at @seq in; fill match->alive, one a member (the new one last). True: it is in a
 * clique. */
static bool find_cliques(struct toc_match *match, struct toc_match_state *state, uint64_t seq)
{
    if (match->work_room < state->member_count) {
        match->work_room = state->member_room;
        match->alive = toc_mem_resize(match->alive, match->work_room, sizeof *match->alive);
        match->near = toc_mem_resize(match->near, match->work_room, sizeof *match->near);
    }
    int64_t *alive = match->alive;
    size_t *pool = match->near;
    struct search search = {.match = match,
                            .state = state,
                            .need = needed(match),
                            .pool = pool,
                            .fuel = TOC_MATCH_FUEL};
    const struct toc_entry *entry = toc_ring_get(&match->ring, seq);
    size_t own = state->member_count - 1;
    int64_t own_ms = leaves_ms(match, entry);

    for (size_t i = 0; i < state->member_count; i++) {
        alive[i] = TOC_INSTANT_NONE;
        const struct toc_entry *other = toc_ring_get(&match->ring, state->members[i].seq);
        if (i != own && !other->is_stretch && toc_match_near(entry, other, match->rule->near_mm)) {
            pool[search.pool_count++] = i;
        }
    }
    for (size_t i = 0; i < state->member_count && state->stretches > 0; i++) { /* By leaving. */
        const struct toc_entry *other = toc_ring_get(&match->ring, state->members[i].seq);
        if (i != own && other->is_stretch && toc_match_near(entry, other, match->rule->near_mm)) {
            pool[search.pool_count++] = i;
        }
    }
    if (search.need <= 1) {
        alive[own] = own_ms;
        return true;
    }
    /* The oldest member of a clique decides how long it lives: try the newest as oldest first. */
    for (size_t oldest = search.pool_count; oldest-- > 0;) {
        for (size_t with = oldest; with < search.pool_count; with++) {
            size_t member = pool[with];
            if (alive[member] != TOC_INSTANT_NONE) {
                continue;
            }
            search.chosen[0] = seq;
            search.chosen_count = 1;
            if (!can_join(&search, state->members[pool[oldest]].seq)) {
                break;
            }
            search.chosen[search.chosen_count++] = state->members[pool[oldest]].seq;
            if (with != oldest) {
                if (search.need < 3 || !can_join(&search, state->members[member].seq)) {
                    continue;
                }
                search.chosen[search.chosen_count++] = state->members[member].seq;
            }
            if (complete(&search, oldest + 1)) {
                int64_t alive_ms = alive_of(match, state, pool[oldest]);
                alive_ms = own_ms < alive_ms ? own_ms : alive_ms;
                alive[member] = alive_ms;
                alive[own] = alive_ms > alive[own] ? alive_ms : alive[own];
            } else if (with == oldest) {
                break; /* In no clique as the oldest. */
            }
        }
    }
    match->over_fuel += search.fuel == 0;
    return alive[own] != TOC_INSTANT_NONE;
}

/* Evidence of a keyed stretch: all that was in a living clique since it began, `for` included. */
static void collect(struct toc_match *match, struct toc_match_state *state, bool is_new,
                    int64_t at_ms)
{
    struct toc_ring *ring = &match->ring;
    uint8_t forgotten = is_new ? TOC_MARK_EVIDENCE : 0;

    if (!state->life.is_raw) {
        return;
    }
    struct toc_episode *episode =
        state->life.is_held ? toc_life_episode(state, &state->life) : NULL;
    if (episode != NULL && episode->count == 0) {
        forgotten |= TOC_MARK_DONE; /* Told of an earlier one. */
    }
    for (uint64_t seq = ring->first; forgotten != 0 && seq < state->next; seq++) {
        toc_ring_get(ring, seq)->marks[state->mark] &= (uint8_t)~forgotten;
    }
    for (size_t i = 0; i < state->member_count; i++) {
        if (state->members[i].alive_ms > state->life.raw_ms) {
            toc_ring_get(ring, state->members[i].seq)->marks[state->mark] |= TOC_MARK_EVIDENCE;
        }
    }
    for (uint64_t seq = ring->first; episode != NULL && seq < state->next; seq++) {
        struct toc_entry *entry = toc_ring_get(ring, seq);
        if ((entry->marks[state->mark] & (TOC_MARK_EVIDENCE | TOC_MARK_DONE)) ==
                TOC_MARK_EVIDENCE &&
            toc_match_counts(state, entry)) { /* Not what was cut while `for` waited. */
            struct toc_evidence evidence = toc_match_evidence(match, seq);
            entry->marks[state->mark] |= TOC_MARK_DONE;
            toc_episode_add(episode, &evidence, match->pool);
        }
    }
    if (episode != NULL) {
        toc_level_note(match, state, episode, at_ms);
    }
}

/* With group_by: what match->alive says of the members and of the stretch they make together. */
static void prolong(const struct toc_match *match, struct toc_match_state *state)
{
    const int64_t *alive = match->alive;
    int64_t own_ms = alive[state->member_count - 1];

    for (size_t i = 0; i < state->member_count; i++) {
        if (alive[i] > state->members[i].alive_ms) {
            state->members[i].alive_ms = alive[i];
        }
    }
    state->alive_ms = own_ms > state->alive_ms ? own_ms : state->alive_ms;
}

static void add(struct toc_match *match, struct toc_match_state *state, uint64_t seq, int64_t at_ms)
{
    if (state->member_count == state->member_room) {
        state->member_room = state->member_room == 0 ? 8 : state->member_room * 2;
        state->members = toc_mem_resize(state->members, state->member_room, sizeof *state->members);
    }
    state->members[state->member_count++] =
        (struct toc_member){.seq = seq, .alive_ms = TOC_INSTANT_NONE};
    if (!toc_ring_get(&match->ring, seq)->position.has_point) {
        return;
    }
    if (find_cliques(match, state, seq)) {
        if (is_grouped(match->rule)) {
            prolong(match, state);
        } else {
            cluster(match, state, at_ms, seq, match->alive);
        }
    }
}

static void forget_cliques(struct toc_match_state *state)
{
    state->alive_ms = TOC_INSTANT_NONE;
    for (size_t i = 0; i < state->member_count; i++) {
        state->members[i].alive_ms = TOC_INSTANT_NONE;
    }
}

static void draw_line(struct toc_match *match, struct toc_match_state *state,
                      const struct toc_entry *line, int64_t at_ms)
{
    struct toc_line as = toc_match_line(match, line);
    struct toc_tie tie = as.tie;
    bool is_by_key = as.reach == TOC_LINE_KEY;

    if (is_by_key && line->value > state->cut_ms) {
        state->cut_ms = line->value;
    }
    for (size_t e = 0; e < state->episodes.count; e++) {
        struct toc_episode *episode = &state->episodes.items[e];
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
        for (size_t i = 0; i < state->member_count; i++) {
            if (state->members[i].episode == episode->id) {
                cut_event(match, state, state->members[i].seq);
            }
        }
        for (uint64_t seq = match->ring.first; is_grouped(match->rule) && seq < state->next;
             seq++) {
            if ((toc_ring_get(&match->ring, seq)->marks[state->mark] & TOC_MARK_DONE) != 0) {
                cut_event(match, state, seq);
            }
        }
    }
    for (size_t i = 0; i < state->member_count; i++) {
        const struct toc_entry *entry = toc_ring_get(&match->ring, state->members[i].seq);
        if (entry->at_ms <= line->value &&
            (is_by_key ||
             (entry->alias == tie.alias && toc_match_near(line, entry, tie.distance_mm)))) {
            cut_event(match, state, state->members[i].seq);
        }
    }
    drop_cut(match, state);
    if (is_grouped(match->rule)) { /* Who is left decides how long it lasts. */
        forget_cliques(state);
    }
}

/* After a line by distance in a keyed rule: the cliques that are left, found anew. */
static void find_anew(struct toc_match *match, struct toc_match_state *state)
{
    size_t count = state->member_count;

    for (state->member_count = 1; state->member_count <= count; state->member_count++) {
        uint64_t seq = state->members[state->member_count - 1].seq;
        if (toc_ring_get(&match->ring, seq)->position.has_point &&
            find_cliques(match, state, seq)) {
            prolong(match, state);
        }
    }
    state->member_count = count;
}

/* An alert was over at @at_ms: clusters that lived on live as long as the cliques left. They
 * were all found when they were new, so nothing joins. */
static void renew_clusters(struct toc_match *match, struct toc_match_state *state, int64_t at_ms)
{
    size_t count = state->member_count;

    for (size_t e = 0; e < state->episodes.count; e++) {
        struct toc_episode *episode = &state->episodes.items[e];
        if (!episode->is_closed && episode->alive_ms > at_ms) {
            episode->alive_ms = at_ms;
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (state->members[i].alive_ms > at_ms) {
            state->members[i].alive_ms = at_ms;
        }
    }
    for (state->member_count = 1; state->member_count <= count; state->member_count++) {
        const struct toc_member *own = &state->members[state->member_count - 1];
        struct toc_episode *episode =
            own->episode != 0 ? toc_episodes_find(&state->episodes, own->episode) : NULL;
        if (episode == NULL || !find_cliques(match, state, own->seq)) {
            continue;
        }
        int64_t own_ms = match->alive[state->member_count - 1];
        prolong(match, state);
        if (!episode->is_closed && own_ms > episode->alive_ms) {
            episode->alive_ms = own_ms;
        }
    }
    state->member_count = count;
    for (size_t e = 0; e < state->episodes.count; e++) {
        struct toc_episode *episode = &state->episodes.items[e];
        if (!episode->is_closed) {
            set_end(match, episode);
        }
    }
}

static void drop_members(const struct toc_match *match, struct toc_match_state *state,
                         int64_t at_ms)
{
    size_t left = 0;

    if (state->member_count == 0 || (state->stretches == 0 && alive_of(match, state, 0) > at_ms)) {
        return; /* By time: the first leaves first. */
    }
    for (size_t i = 0; i < state->member_count; i++) {
        if (alive_of(match, state, i) > at_ms) {
            state->members[left++] = state->members[i];
        }
    }
    state->member_count = left;
}

/* Alerts that are over leave, and with them the cliques they were in. True: one did. */
static bool drop_over(const struct toc_match *match, struct toc_match_state *state, int64_t at_ms)
{
    bool is_one = false;
    uint64_t seq;

    while ((seq = toc_stretch_over(match, state, at_ms)) != TOC_STRETCH_NONE) {
        size_t left = 0;
        toc_stretch_leave(state, toc_ring_get(&match->ring, seq));
        for (size_t i = 0; i < state->member_count; i++) {
            if (state->members[i].seq != seq) {
                state->members[left++] = state->members[i];
            }
        }
        state->member_count = left;
        is_one = true;
    }
    return is_one;
}

static uint64_t low_of(const struct toc_match *match, const struct toc_match_state *state)
{
    for (size_t i = 0; i < state->member_count; i++) {
        if (!toc_ring_get(&match->ring, state->members[i].seq)->is_stretch) {
            return state->members[i].seq;
        }
    }
    return state->next;
}

void toc_cluster_forget(const struct toc_match *match, struct toc_match_state *state)
{
    drop_members(match, state, state->now_ms);
    (void)drop_over(match, state, state->now_ms); /* Those of no clique: others had their step. */
    state->low = low_of(match, state);
}

void toc_cluster_step(struct toc_match *match, struct toc_match_state *state, int64_t at_ms,
                      uint64_t end)
{
    const struct toc_rule *rule = match->rule;
    bool is_line = false;
    int64_t newest_ms = TOC_INSTANT_NONE;

    drop_members(match, state, at_ms);
    if (drop_over(match, state, at_ms)) {
        if (is_grouped(rule)) {
            forget_cliques(state);
            is_line = true;
        } else {
            renew_clusters(match, state, at_ms);
        }
    }
    for (uint64_t seq = state->next; seq < end; seq++) {
        struct toc_entry *line = toc_ring_get(&match->ring, seq);
        if ((toc_match_roles(match, line) & TOC_ROLE_CLEAR) == 0) {
            continue;
        }
        draw_line(match, state, line, at_ms);
        is_line = true;
        struct toc_tie tie = toc_match_line(match, line).tie;
        for (uint64_t other = state->next; tie.alias >= 0 && other < end; other++) {
            const struct toc_entry *entry = toc_ring_get(&match->ring, other);
            if (entry->alias == tie.alias && entry->at_ms <= line->value &&
                toc_match_near(line, entry, tie.distance_mm)) {
                cut_event(match, state, other);
            }
        }
    }
    if (is_line && is_grouped(rule)) {
        find_anew(match, state);
    }
    for (; state->next < end; state->next++) {
        struct toc_entry *entry = toc_ring_get(&match->ring, state->next);
        if ((toc_match_roles(match, entry) & TOC_ROLE_COUNTED) != 0 &&
            toc_match_counts(state, entry)) {
            if (entry->is_stretch) {
                toc_stretch_enter(state, entry);
            }
            add(match, state, state->next, at_ms);
        }
    }
    state->low = low_of(match, state);
    if (!is_grouped(rule)) {
        return;
    }
    for (size_t i = state->member_count; i-- > 0 && newest_ms == TOC_INSTANT_NONE;) {
        if (state->members[i].alive_ms > at_ms) { /* The newest in a living clique. */
            newest_ms = toc_ring_get(&match->ring, state->members[i].seq)->at_ms;
        }
    }
    bool was_raw = state->life.is_raw;
    toc_life_set(match, state, &state->life, at_ms, at_ms < state->alive_ms, newest_ms, state->low,
                 TOC_ENDING_WINDOW);
    toc_life_step(match, state, &state->life, at_ms);
    collect(match, state, !was_raw, at_ms);
}

int64_t toc_cluster_next(const struct toc_match *match, const struct toc_match_state *state)
{
    int64_t next_ms = toc_life_next(match, &state->life);

    if (is_grouped(match->rule) && state->life.is_raw && state->alive_ms < next_ms) {
        next_ms = state->alive_ms;
    }
    if (state->stretches > 0 && (!is_grouped(match->rule) || state->now_ms < state->alive_ms) &&
        state->stretch_end_ms < next_ms) {
        next_ms = state->stretch_end_ms;
    }
    return next_ms;
}
