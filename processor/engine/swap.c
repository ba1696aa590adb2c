/* engine/swap.c - other rules from now on.
 *
 * The new rules are built beside the old; then each old rule's keys are handed over, derived anew
 * or ended. What points into the old rule set is bound to the new one: rules by name, types by
 * name, places by kind and name. Costs a step a rule; a step a key only of rules that begin anew or
 * are derived anew, or when types or places have moved. */
#include "base/assert.h"
#include "base/mem.h"
#include "engine/core.h"

struct swap {
    struct toc_engine *engine;
    const struct toc_ruleset *before;
    struct toc_ruled *rules; /* The old ones. */
    size_t *first_part;      /* By old rule: its first in `rules`. */
    size_t rule_count;
    struct toc_group *groups;
    size_t group_count;
    const struct toc_places *places;
    const struct toc_catalogue *catalogue;
    int32_t *place_of; /* By old index: the new one, or -1. NULL: all are where they were. */
    bool is_type_moved;
};

const char *toc_swap_verdict_text(enum toc_swap_verdict verdict)
{
    static const char *const texts[] = {
        [TOC_SWAP_KEPT] = "kept",   [TOC_SWAP_WINDOWS] = "windows", [TOC_SWAP_RESET] = "reset",
        [TOC_SWAP_ADDED] = "added", [TOC_SWAP_REMOVED] = "removed",
    };
    return texts[verdict];
}

/* Entries name aliases by number: they must stand in the same order. */
static bool is_same_order(const struct toc_rule *a, const struct toc_rule *b)
{
    bool is_same = a->alias_count == b->alias_count;

    for (size_t i = 0; is_same && i < a->alias_count; i++) {
        is_same = toc_str_equal(a->aliases[i].name, b->aliases[i].name);
    }
    return is_same;
}

static enum toc_swap_verdict compare(const struct toc_rule *before, const struct toc_rule *after)
{
    if (after == NULL) {
        return TOC_SWAP_REMOVED;
    }
    if (before == NULL) {
        return TOC_SWAP_ADDED;
    }
    if (!is_same_order(before, after) ||
        toc_hash128_compare(before->window_hash, after->window_hash) != 0) {
        return TOC_SWAP_RESET;
    }
    return toc_hash128_compare(before->hash, after->hash) == 0 ? TOC_SWAP_KEPT : TOC_SWAP_WINDOWS;
}

static const struct toc_rule *find_rule(const struct toc_ruleset *rules, struct toc_str name)
{
    int index = toc_ruleset_find(rules, name);
    return index >= 0 ? toc_ruleset_get(rules, (size_t)index) : NULL;
}

/* The same part of the rule of the same name in @rules, or NULL. */
static const struct toc_rule *find_part(const struct toc_ruleset *rules,
                                        const struct toc_rule *part)
{
    const struct toc_rule *rule = find_rule(rules, part->name);

    for (size_t i = 0; rule != NULL && i < toc_rule_part_count(rule); i++) {
        if (toc_str_equal(toc_rule_part(rule, i)->milestone, part->milestone)) {
            return toc_rule_part(rule, i);
        }
    }
    return NULL;
}

/* From when on it is as if it had always been there. What was kept covers the old rule's memory. */
static int64_t exact_from(int64_t now_ms, enum toc_swap_verdict verdict,
                          const struct toc_rule *before, const struct toc_rule *after)
{
    if (verdict == TOC_SWAP_KEPT || verdict == TOC_SWAP_REMOVED || now_ms == TOC_INSTANT_NONE) {
        return TOC_INSTANT_NONE;
    }
    int64_t memory_ms = toc_rule_memory_ms(after);
    if (verdict == TOC_SWAP_WINDOWS) {
        int64_t kept_ms = toc_rule_memory_ms(before);
        memory_ms = memory_ms > kept_ms ? memory_ms - kept_ms : 0;
    }
    return now_ms + memory_ms;
}

static void report(const struct toc_engine *engine, const struct toc_ruleset *before,
                   const struct toc_ruleset *after, toc_swap_fn *on_rule, void *context)
{
    for (size_t i = 0; i < toc_ruleset_count(after); i++) {
        const struct toc_rule *now = toc_ruleset_get(after, i), *old = find_rule(before, now->name);
        enum toc_swap_verdict verdict = compare(old, now);
        on_rule(&(struct toc_swap_rule){.name = now->name,
                                        .verdict = verdict,
                                        .exact_ms = exact_from(engine->now_ms, verdict, old, now)},
                context);
    }
    for (size_t i = 0; i < toc_ruleset_count(before); i++) {
        struct toc_str name = toc_ruleset_get(before, i)->name;
        if (toc_ruleset_find(after, name) < 0) {
            on_rule(&(struct toc_swap_rule){.name = name,
                                            .verdict = TOC_SWAP_REMOVED,
                                            .exact_ms = TOC_INSTANT_NONE},
                    context);
        }
    }
}

void toc_engine_compare(const struct toc_engine *engine, const struct toc_ruleset *rules,
                        toc_swap_fn *on_rule, void *context)
{
    report(engine, engine->options.rules, rules, on_rule, context);
}

/* --- Types and places that moved ------------------------------------------------------------ */

static void map_places(struct swap *swap)
{
    size_t count = toc_places_count(swap->places);
    const struct toc_places *now = swap->engine->places;
    bool is_moved = false;

    swap->place_of = toc_mem_array(count, sizeof *swap->place_of);
    for (size_t i = 0; i < count; i++) {
        const struct toc_place *place = toc_places_get(swap->places, i);
        int index = toc_places_find(now, place->kind, place->name);
        /* By its own name: an alias of another place is another place. */
        if (index >= 0 && !toc_str_equal(toc_places_get(now, (size_t)index)->id, place->id)) {
            index = -1;
        }
        swap->place_of[i] = index;
        is_moved |= index != (int)i;
    }
    if (!is_moved) {
        toc_mem_free(swap->place_of);
        swap->place_of = NULL;
    }
}

/* The lists of fields that kept events hold name fields by number. */
static void map_fields(struct swap *swap, const struct toc_catalogue *now)
{

    for (size_t i = 0; i < toc_catalogue_all(swap->catalogue); i++) {
        const struct toc_type *type = toc_catalogue_type(swap->catalogue, i);
        int index = toc_catalogue_find_any(now, type->name);
        swap->is_type_moved |= index != (int)i;
        for (size_t w = 0; w < swap->engine->wished_count; w++) {
            struct toc_wished *wished = &swap->engine->wished[w];
            if (!toc_str_equal(wished->type, type->name)) {
                continue;
            }
            for (size_t s = 0; s < wished->count; s++) {
                if (wished->slots[s] >= 0 && index >= 0) {
                    wished->slots[s] =
                        toc_type_slot(toc_catalogue_type(now, (size_t)index),
                                      toc_type_slot_field(type, wished->slots[s])->name);
                } else if (wished->slots[s] >= 0) {
                    wished->slots[s] = TOC_SLOT_NONE;
                }
                if (wished->slots[s] == -1) { /* No such field any more. */
                    wished->slots[s] = TOC_SLOT_NONE;
                }
            }
        }
    }
}

static int32_t moved(const struct swap *swap, int32_t place)
{
    return place >= 0 && swap->place_of != NULL ? swap->place_of[place] : place;
}

/* Twice does no harm: many entries share a kept event. A type that is gone is never asked about. */
static void move_kept(const struct swap *swap, struct toc_kept *kept)
{
    int index = toc_catalogue_find_any(swap->engine->catalogue, kept->type_name);
    kept->type = index >= 0 ? index : 0;
}

static void move_entry(const struct swap *swap, struct toc_entry *entry)
{
    uint8_t count = 0;

    for (uint8_t i = 0; i < entry->place_count; i++) {
        int32_t place = moved(swap, (int32_t)entry->places[i]);
        if (place >= 0) {
            entry->places[count++] = (uint32_t)place;
        }
    }
    entry->place_count = count;
    move_kept(swap, entry->kept);
}

static void move_state(const struct swap *swap, struct toc_match_state *state)
{
    for (size_t i = 0; i < state->life_count; i++) {
        state->lives[i].place = moved(swap, state->lives[i].place);
    }
    for (size_t i = 0; i < state->episodes.count; i++) {
        struct toc_episode *episode = &state->episodes.items[i];
        episode->place = moved(swap, episode->place);
        for (size_t e = 0; e < episode->evidence_count; e++) {
            move_kept(swap, episode->evidence[e].kept);
        }
        for (size_t e = 0; e < TOC_EPISODE_ALIASES; e++) {
            if (episode->newest[e].kept != NULL) {
                move_kept(swap, episode->newest[e].kept);
            }
        }
    }
}

static void move_key(const struct swap *swap, struct toc_key *key)
{
    for (size_t i = 0; i < key->count; i++) {
        key->values[i].place = moved(swap, key->values[i].place);
    }
}

static void move_keyed(const struct swap *swap, struct toc_keyed *keyed)
{
    move_key(swap, &keyed->key);
    for (uint64_t seq = keyed->match.ring.first; seq < keyed->match.ring.end; seq++) {
        move_entry(swap, toc_ring_get(&keyed->match.ring, seq));
    }
    move_state(swap, &keyed->match.settled);
    move_state(swap, &keyed->match.newest);
    for (size_t i = 0; i < keyed->alerts.count; i++) {
        keyed->alerts.items[i]->place = moved(swap, keyed->alerts.items[i]->place);
    }
}

/* --- Handing over --------------------------------------------------------------------------- */

/* End @alert, whose rule does not hold it any more. */
static void end_alert(struct toc_engine *engine, struct toc_keyed *keyed, struct toc_alert *alert)
{
    struct toc_telling telling = toc_keyed_telling(engine, keyed);
    struct toc_episodes *episodes = &keyed->match.newest.episodes;
    struct toc_episode ended = {.begin_ms = alert->begin_ms,
                                .first_ms = TOC_INSTANT_NONE,
                                .last_ms = TOC_INSTANT_NONE,
                                .place = alert->place};

    for (size_t i = 0; i < episodes->count; i++) {
        if (episodes->items[i].alert == alert) {
            ended = episodes->items[i];
        }
    }
    ended.end_ms = engine->now_ms > ended.begin_ms ? engine->now_ms : ended.begin_ms + 1;
    ended.ending = TOC_ENDING_RULE;
    toc_alert_tell(alert, &ended, TOC_ALERT_EXPIRED, false, &telling);
}

static void end_rule(struct toc_engine *engine, struct toc_ruled *ruled)
{
    while (ruled->first != NULL) {
        struct toc_keyed *keyed = ruled->first;
        for (size_t i = 0; i < keyed->alerts.count; i++) {
            if (keyed->alerts.items[i]->is_open) {
                end_alert(engine, keyed, keyed->alerts.items[i]);
            }
        }
        toc_keyed_destroy(engine, keyed);
    }
    toc_engine_drop_rule(engine, ruled);
}

static void move_due(struct toc_due_heap *from, struct toc_due_heap *to, struct toc_due *due)
{
    if (due->place != 0) {
        int64_t at_ms = due->at_ms;
        toc_due_remove(from, due);
        toc_due_set(to, due, at_ms);
    }
}

/* The old state of the rule that @after goes on with, or NULL. */
static struct toc_ruled *find_before(const struct swap *swap, const struct toc_ruled *after)
{
    int index = toc_ruleset_find(swap->before, after->rule->name);

    for (size_t r = index >= 0 ? swap->first_part[index] : 0;
         index >= 0 && r < swap->first_part[index + 1]; r++) {
        if (toc_str_equal(swap->rules[r].rule->milestone, after->rule->milestone)) {
            return &swap->rules[r];
        }
    }
    return NULL;
}

/* The rule that goes on for @before, or NULL. */
static struct toc_ruled *find_after(const struct toc_ruled *before, const void *context)
{
    const struct swap *swap = context;
    struct toc_engine *engine = swap->engine;
    int index = toc_ruleset_find(engine->options.rules, before->rule->name);

    for (size_t r = index >= 0 ? engine->first_part[index] : 0;
         index >= 0 && r < engine->first_part[index + 1]; r++) {
        if (toc_str_equal(engine->rules[r].rule->milestone, before->rule->milestone)) {
            return engine->rules[r].is_fresh ? NULL : &engine->rules[r];
        }
    }
    return NULL;
}

static struct toc_group *find_group(struct toc_engine *engine, const struct toc_group *like)
{
    for (size_t g = 0; g < engine->group_count; g++) {
        if (toc_clock_is_same(&engine->groups[g], like)) {
            return &engine->groups[g];
        }
    }
    return NULL;
}

/* A group that is in the new rules too goes on with its time and, as only rules that are handed
 * over have keys by now, with its timers. */
static void move_groups(struct swap *swap)
{
    for (size_t g = 0; g < swap->group_count; g++) {
        struct toc_group *before = &swap->groups[g], *after = find_group(swap->engine, before);
        if (after != NULL) {
            *after = *before;
            before->telling = before->settling = (struct toc_due_heap){0};
        }
    }
}

/* The keys of @before become those of @after. Timers move with them, one by one where the group is
 * another. */
static void hand_over(const struct swap *swap, struct toc_ruled *before, struct toc_ruled *after)
{
    after->keys = before->keys;
    after->first = before->first;
    after->last = before->last;
    after->partials = before->partials;
    after->partial_count = before->partial_count;
    after->partial_room = before->partial_room;
    after->counts = before->counts;
    after->watches = before->watches;
    if (before->rule->alert.cap_most == after->rule->alert.cap_most) {
        after->loud_ms = before->loud_ms;
        after->loud_next = before->loud_next;
        after->loud_count = before->loud_count;
    } else {
        toc_mem_free(before->loud_ms);
    }
    after->since_ms = before->since_ms;
    struct toc_group *from = find_group(swap->engine, before->group); /* Took its timers over. */
    from = from != NULL ? from : before->group;
    for (struct toc_keyed *keyed = after->first; keyed != NULL; keyed = keyed->next) {
        keyed->ruled = after;
        keyed->match.rule = after->rule;
        for (size_t i = 0; i < keyed->alerts.count; i++) {
            toc_alert_keep_steps(keyed->alerts.items[i], before->rule, after->rule);
        }
        if (from != after->group) {
            move_due(&from->telling, &after->group->telling, &keyed->telling);
            move_due(&from->settling, &after->group->settling, &keyed->settling);
        }
        if (swap->place_of != NULL || swap->is_type_moved) {
            move_keyed(swap, keyed);
        }
        toc_keyed_bind_levels(swap->engine, keyed);
    }
    for (size_t i = 0; i < after->partial_count; i++) {
        move_key(swap, &after->partials[i].key);
        move_entry(swap, &after->partials[i].entry);
    }
    for (size_t i = after->watches.first; i < after->watches.end; i++) {
        move_kept(swap, after->watches.items[i].kept);
    }
}

/* Open before and after: the same alert, under its id, with what was told of it. */
static struct toc_alert *find_successor(const struct toc_alert *before, struct toc_keyed *keyed)
{
    const struct toc_episodes *episodes = &keyed->match.newest.episodes;
    bool is_clustered = toc_keyed_is_clustered(keyed);

    for (size_t i = 0; i < episodes->count; i++) {
        const struct toc_episode *episode = &episodes->items[i];
        struct toc_alert *alert = episode->alert;
        if (alert == NULL || !alert->is_open || alert->is_adopted ||
            alert->place != before->place) {
            continue;
        }
        if (episode->is_anchored ? toc_hash128_compare(episode->anchor, before->anchor) == 0
                                 : !is_clustered || toc_episode_has(episode, before->anchor)) {
            return alert; /* Both are open now, so they overlap. */
        }
    }
    return NULL;
}

static void set_begin(struct toc_match_state *state, int64_t from_ms, int64_t to_ms)
{
    for (size_t i = 0; i < state->episodes.count; i++) {
        if (state->episodes.items[i].begin_ms == from_ms &&
            state->episodes.items[i].end_ms == TOC_INSTANT_NEVER) {
            toc_episode_begin(&state->episodes.items[i], to_ms);
        }
    }
}

/* Derive @keyed anew under its new rule from the events it has. What was over stays as it was
 * told: from here on nothing before now is derived again. */
static void derive_again(struct toc_engine *engine, struct toc_keyed *keyed)
{
    struct toc_match before = keyed->match;
    struct toc_alerts alerts = keyed->alerts;
    int64_t newest_ms = before.newest.now_ms;
    int64_t first_ms = before.ring.first < before.ring.end
                           ? toc_ring_get(&before.ring, before.ring.first)->at_ms
                           : newest_ms + 1;
    int64_t known_ms = before.newest.is_known     ? before.newest.known_ms
                       : before.newest.is_watched ? before.newest.watched_ms
                                                  : TOC_INSTANT_NONE;

    toc_match_init(&keyed->match, keyed->ruled->rule, &engine->pool, first_ms - 1, known_ms);
    toc_keyed_bind_levels(engine, keyed);
    toc_keyed_bind_threshold(keyed);
    keyed->match.is_raised = keyed->ruled->variant_count > 0;
    keyed->match.stream_ms = before.stream_ms;
    keyed->alerts = (struct toc_alerts){0};
    for (uint64_t seq = before.ring.first; seq < before.ring.end; seq++) {
        struct toc_entry entry = *toc_ring_get(&before.ring, seq);
        entry.marks[0] = entry.marks[1] = 0;
        toc_kept_share(entry.kept);
        toc_match_put(&keyed->match, &entry);
    }
    (void)toc_match_take(&keyed->match);
    toc_match_settle(&keyed->match, newest_ms + 1);
    uint64_t told_new = keyed->ruled->counts.told_new;
    engine->is_muted = true;
    toc_keyed_tell(engine, keyed, true);
    engine->is_muted = false;
    engine->final_count = 0; /* Nobody was told of those. */
    keyed->ruled->counts.told_new = told_new;

    for (size_t i = 0; i < alerts.count; i++) {
        struct toc_alert *old = alerts.items[i];
        toc_act_forget(engine, old);
        struct toc_alert *alert = old->is_open ? find_successor(old, keyed) : NULL;
        if (alert != NULL) {
            set_begin(&keyed->match.settled, alert->begin_ms, old->begin_ms);
            set_begin(&keyed->match.newest, alert->begin_ms, old->begin_ms);
            struct toc_telling telling = toc_keyed_telling(engine, keyed);
            toc_act_forget(engine, alert);
            toc_alert_succeed(alert, old, &telling);
            alert->is_linked = old->is_linked;
            alert->is_adopted = true;
            alert->derived_ms = old->derived_ms;
            toc_act_index(engine, alert);
            keyed->ruled->counts.open--; /* Counted twice. */
        } else if (old->is_open) {
            struct toc_match derived = keyed->match; /* The record quotes the old evidence. */
            keyed->match = before;
            end_alert(engine, keyed, old);
            toc_act_forget(engine, old);
            keyed->match = derived;
        }
    }
    for (size_t i = 0; i < keyed->match.newest.episodes.count; i++) {
        struct toc_episode *episode = &keyed->match.newest.episodes.items[i];
        struct toc_alert *alert = episode->alert;
        if (alert != NULL && alert->is_open && !alert->is_adopted) {
            struct toc_telling telling = toc_keyed_telling(engine, keyed);
            alert->seq = 0;
            keyed->ruled->counts.told_new++;
            toc_alert_tell(alert, episode, TOC_ALERT_NEW, true, &telling);
        }
    }
    toc_alerts_finish(&alerts);
    toc_match_finish(&before);
    toc_keyed_tell(engine, keyed, false);
}

void toc_engine_swap(struct toc_engine *engine, const struct toc_ruleset *rules,
                     toc_swap_fn *on_rule, void *context)
{
    struct swap swap = {.engine = engine,
                        .before = engine->options.rules,
                        .rules = engine->rules,
                        .first_part = engine->first_part,
                        .rule_count = engine->rule_count,
                        .groups = engine->groups,
                        .group_count = engine->group_count,
                        .places = engine->places,
                        .catalogue = engine->catalogue};
    struct toc_arena config = engine->config;

    toc_assert(!engine->is_muted && engine->touched_count == 0);
    if (on_rule != NULL) {
        report(engine, engine->options.rules, rules, on_rule, context);
    }
    /* While the old rules are in force: what they alone held is over. */
    for (size_t r = 0; r < swap.rule_count; r++) {
        struct toc_ruled *ruled = &swap.rules[r];
        enum toc_swap_verdict verdict = compare(ruled->rule, find_part(rules, ruled->rule));
        if (verdict == TOC_SWAP_RESET || verdict == TOC_SWAP_REMOVED) {
            end_rule(engine, ruled);
        }
    }
    map_fields(&swap, toc_ruleset_catalogue(rules));
    engine->options.rules = rules;
    engine->config = (struct toc_arena){0};
    toc_engine_build(engine);
    map_places(&swap);
    move_groups(&swap);
    for (size_t i = 0; i < engine->adopted_count; i++) {
        struct toc_adopted *adopted = &engine->adopted[i];
        int index =
            adopted->ruled != NULL ? toc_ruleset_find(rules, adopted->ruled->rule->name) : -1;
        adopted->ruled = index >= 0 ? &engine->rules[engine->first_part[index]] : NULL;
    }
    for (size_t r = 0; r < engine->rule_count; r++) {
        struct toc_ruled *after = &engine->rules[r];
        struct toc_ruled *before = find_before(&swap, after);
        enum toc_swap_verdict verdict = compare(before != NULL ? before->rule : NULL, after->rule);
        if (verdict != TOC_SWAP_KEPT && verdict != TOC_SWAP_WINDOWS) {
            after->since_ms = engine->now_ms;
            after->is_fresh = true;
            continue;
        }
        hand_over(&swap, before, after);
        for (struct toc_keyed *keyed = after->first; verdict == TOC_SWAP_WINDOWS && keyed != NULL;
             keyed = keyed->next) {
            derive_again(engine, keyed);
        }
    }
    for (size_t i = 0; i < engine->options.input_count; i++) {
        toc_clock_move(engine, i); /* Groups that are new learn their time. */
    }
    toc_raised_rebind(engine, find_after, &swap);
    for (size_t r = 0; r < engine->rule_count; r++) {
        struct toc_ruled *after = &engine->rules[r];
        if (after->since_ms != TOC_INSTANT_NONE && after->since_ms == engine->now_ms &&
            after->first == NULL) {
            toc_members_begin_of(engine, after);
        }
    }
    for (size_t g = 0; g < swap.group_count; g++) {
        toc_due_finish(&swap.groups[g].telling);
        toc_due_finish(&swap.groups[g].settling);
    }
    toc_mem_free(swap.place_of);
    toc_arena_finish(&config);
}
