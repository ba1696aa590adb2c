/* engine/raised.c - alerts as events: the episodes of a rule, handed up to the rules resting on it.
 *
 * What rules above see is the truth as far as it is derived, not what is told: muting, updates and
 * seqs do not matter. An episode goes up when it has begun for good (is_at_once, or the watermark
 * has passed its begin); whatever changes of it later is, for those above, what a late event is.
 * What was handed up is kept beside the key until nothing can change it, and compared. */
#include "base/assert.h"
#include "base/mem.h"
#include "engine/handed.h"

enum {
    ID = TOC_ALERT_ID - 1,
    VARIANTS = TOC_CHANGE_COUNT * (TOC_LEVEL_CRITICAL + 1),
};

/* --- Who reads what */

static struct toc_variant *variant_of(struct toc_engine *engine, struct toc_ruled *below,
                                      enum toc_change change, enum toc_level level, int type)
{
    for (size_t i = 0; i < below->variant_count; i++) {
        struct toc_variant *variant = &below->variants[i];
        if (variant->change == change && variant->level == level) {
            return variant;
        }
    }
    if (below->variants == NULL) {
        below->variants = toc_arena_array(&engine->config, VARIANTS, sizeof *below->variants);
    }
    struct toc_variant *variant = &below->variants[below->variant_count++];
    *variant = (struct toc_variant){.change = change, .level = level, .type = type};
    return variant;
}

static void add_wake(struct toc_engine *engine, struct toc_variant *variant, struct toc_wake wake)
{
    if (variant->wake_count == variant->wake_room) {
        variant->wake_room = variant->wake_room * 2 + 2;
        struct toc_wake *wakes =
            toc_arena_array(&engine->config, variant->wake_room, sizeof *wakes);
        if (variant->wake_count > 0) {
            memcpy(wakes, variant->wakes, variant->wake_count * sizeof *wakes);
        }
        variant->wakes = wakes;
    }
    variant->wakes[variant->wake_count++] = wake;
}

static void add_reader(struct toc_engine *engine, struct toc_ruled *reader, size_t index)
{
    const struct toc_alias *alias = &reader->rule->aliases[index];

    for (size_t b = 0; b < alias->binding_count; b++) {
        const struct toc_binding *binding = &alias->bindings[b];
        int below = toc_ruleset_find(engine->options.rules, binding->below->name);
        toc_assert(below >= 0);
        for (size_t r = engine->first_part[below]; r < engine->first_part[below + 1]; r++) {
            struct toc_variant *variant =
                variant_of(engine, &engine->rules[r], alias->change,
                           alias->is_any ? alias->level : TOC_LEVEL_INFORMATIONAL, binding->type);
            add_wake(
                engine, variant,
                (struct toc_wake){.ruled = reader, .alias = (uint8_t)index, .binding = binding});
        }
    }
}

void toc_raised_build(struct toc_engine *engine)
{
    for (size_t r = 0; r < engine->rule_count; r++) {
        struct toc_ruled *reader = &engine->rules[r];
        for (size_t a = 0; a < reader->rule->alias_count; a++) {
            if (reader->rule->aliases[a].is_alert && reader->rule->aliases[a].roles != 0) {
                add_reader(engine, reader, a);
            }
        }
    }
}

/* --- What is so */

/* Say that @raised is so, or not any more; @event: it is new. */
static void report(const struct toc_engine *engine, const struct toc_raised *raised,
                   const struct toc_event *event, bool is_gone, int64_t end_ms)
{
    if (engine->options.on_raised != NULL) {
        struct toc_raised_event reported = {
            .event = event,
            .identity = raised->kept->identity,
            .type = raised->variant->type,
            .change = raised->variant->change,
            .level = raised->variant->level,
            .id = raised->kept->id,
            .end_ms = end_ms,
            .is_gone = is_gone,
        };
        engine->options.on_raised(&reported, engine->options.context);
    }
}

/* Who rests on an alert is of one incident with it. */
static void note_incident(const struct toc_raised *raised, const struct toc_handed *handed)
{
    struct toc_incident **of = &raised->kept->incident;
    struct toc_incident *incident = handed->alert != NULL ? handed->alert->incident : NULL;

    if (incident != NULL && (*of == NULL || toc_incident_now(*of)->open == 0)) {
        toc_incident_set(of, toc_incident_now(incident));
    }
}

const struct toc_kept *toc_raised_next(const struct toc_telling *telling,
                                       const struct toc_alert *alert, size_t *at)
{
    const struct toc_keyed *keyed = telling->owner;

    while (*at < keyed->raised_count) {
        const struct toc_kept *kept = keyed->raised[(*at)++].kept;
        if (memcmp(kept->id.data, alert->id, ID) == 0) {
            return kept;
        }
    }
    return NULL;
}

static void add(struct toc_engine *engine, const struct toc_handed *handed)
{
    struct toc_keyed *keyed = handed->keyed;
    struct toc_making making;

    toc_handed_make(engine, handed, &making);
    if (keyed->raised_count == keyed->raised_room) {
        keyed->raised_room = keyed->raised_room * 2 + 2;
        keyed->raised = toc_mem_resize(keyed->raised, keyed->raised_room, sizeof *keyed->raised);
    }
    struct toc_raised *raised = &keyed->raised[keyed->raised_count++];
    *raised = (struct toc_raised){
        .variant = handed->variant,
        .kept = toc_kept_create(&engine->pool, &making.event, engine->wakes[making.event.type].wish,
                                TOC_STR(""), making.event.type_name),
        .begin_ms = handed->begin_ms,
        .end_ms = handed->end_ms,
        .episode_ms = handed->episode_ms,
        .place = handed->place,
        .origin = handed->origin,
        .position = handed->position,
        .is_seen = true,
    };
    report(engine, raised, &making.event, false, handed->end_ms);
    note_incident(raised, handed);
    toc_dispatch_raised(engine, &making.event, raised, false);
    toc_handed_finish(&making);
}

/* --- What changes of it */

enum edit {
    TAKEN_OUT, /* It was not so. */
    END_MOVED,
    RENAMED, /* Another alert goes on in its place. */
};

/* What waits for keys still to come. @end_ms: the new end. */
static void change_partials(struct toc_engine *engine, struct toc_ruled *ruled,
                            const struct toc_kept *kept, enum edit edit, int64_t end_ms)
{
    size_t left = 0;

    for (size_t i = 0; i < ruled->partial_count; i++) {
        struct toc_partial *partial = &ruled->partials[i];
        if (partial->entry.kept == kept && edit == TAKEN_OUT) {
            toc_partial_finish(engine, partial);
            continue;
        }
        if (partial->entry.kept == kept && edit == END_MOVED) {
            partial->entry.end_ms = end_ms;
        }
        ruled->partials[left++] = *partial;
    }
    ruled->partial_count = left;
}

/* Alerts that were told with the old name are told again. */
static void rename_in_key(struct toc_engine *engine, struct toc_keyed *keyed,
                          const struct toc_kept *kept)
{
    struct toc_episodes *episodes = &keyed->match.newest.episodes;

    for (size_t i = 0; i < episodes->count; i++) {
        struct toc_alert *alert = episodes->items[i].alert;
        if (alert != NULL && toc_episode_has(&episodes->items[i], kept->identity)) {
            alert->is_misnamed = true;
            toc_keyed_touch(engine, keyed);
        }
    }
}

static void change_key(struct toc_engine *engine, struct toc_keyed *keyed,
                       const struct toc_kept *kept, enum edit edit, int64_t end_ms)
{
    if (edit == RENAMED) {
        rename_in_key(engine, keyed, kept);
        return;
    }
    toc_keyed_touch(engine, keyed);
    if (edit == TAKEN_OUT) {
        (void)toc_match_remove(&keyed->match, kept, TOC_ALIAS_ANY);
    } else {
        (void)toc_match_move_end(&keyed->match, kept, end_ms);
    }
}

static void change(struct toc_engine *engine, const struct toc_raised *raised, enum edit edit,
                   int64_t end_ms)
{
    report(engine, raised, NULL, edit == TAKEN_OUT, end_ms);
    for (size_t i = 0; i < raised->landing_count; i++) {
        const struct toc_landing *landing = &raised->landings[i];
        if (landing->order == 0) {
            change_partials(engine, landing->ruled, raised->kept, edit, end_ms);
            for (struct toc_keyed *keyed = landing->ruled->first; keyed != NULL;
                 keyed = keyed->next) {
                change_key(engine, keyed, raised->kept, edit, end_ms);
            }
            continue;
        }
        struct toc_keyed *keyed = toc_keyed_get(landing->ruled, landing->hash, landing->order);
        if (keyed != NULL) {
            change_key(engine, keyed, raised->kept, edit, end_ms);
        }
    }
}

static void release(struct toc_engine *engine, struct toc_raised *raised)
{
    toc_kept_release(&engine->pool, raised->kept);
    toc_mem_free(raised->landings);
    *raised = (struct toc_raised){0};
}

void toc_raised_finish(struct toc_engine *engine, struct toc_keyed *keyed)
{
    for (size_t i = 0; i < keyed->raised_count; i++) {
        release(engine, &keyed->raised[i]);
    }
    toc_mem_free(keyed->raised);
    keyed->raised = NULL;
    keyed->raised_count = keyed->raised_room = 0;
}

/* --- Episodes and what was handed up of them */

static int64_t reaches_ms(const struct toc_rule *rule, const struct toc_episode *episode,
                          enum toc_level level)
{
    if (episode->level_count == 0) {
        return rule->level >= level ? episode->begin_ms : TOC_INSTANT_NEVER;
    }
    for (size_t i = 0; i < episode->level_count; i++) {
        if (episode->levels[i].level >= level) {
            return i == 0 ? episode->begin_ms : episode->levels[i].since_ms;
        }
    }
    return TOC_INSTANT_NEVER;
}

static bool is_cleared(const struct toc_episode *episode)
{
    return episode->ending != TOC_ENDING_WINDOW && episode->ending != TOC_ENDING_EXPIRED;
}

/* What @variant's readers see of @episode now: the @index-th of its changes of level, or, of what
 * there is but one, the first. False: nothing (yet). */
static bool see(struct toc_keyed *keyed, const struct toc_variant *variant,
                const struct toc_episode *episode, size_t index, struct toc_handed *out)
{
    const struct toc_ruled *ruled = keyed->ruled;
    int64_t watermark_ms = ruled->group->watermark_ms;
    int64_t end_ms = toc_episode_over_ms(episode);
    bool is_over = !episode->is_merged && end_ms != TOC_INSTANT_NEVER && watermark_ms > end_ms;

    *out = (struct toc_handed){
        .keyed = keyed,
        .variant = variant,
        .begin_ms = reaches_ms(ruled->rule, episode, variant->level),
        .end_ms = end_ms,
        .episode_ms = episode->begin_ms,
        .place = episode->place,
        .origin = episode->is_anchored ? episode->anchor : episode->origin,
        .position = episode->position,
        .id = episode->alert != NULL ? episode->alert->id : NULL,
        .alert = episode->alert,
    };
    switch (variant->change) {
    case TOC_CHANGE_NONE:
        return out->begin_ms < end_ms && (ruled->is_at_once || watermark_ms > out->begin_ms);
    case TOC_CHANGE_CLEARED:
    case TOC_CHANGE_EXPIRED:
        out->begin_ms = end_ms;
        return is_over && is_cleared(episode) == (variant->change == TOC_CHANGE_CLEARED);
    case TOC_CHANGE_ESCALATED:
    case TOC_CHANGE_DEESCALATED: {
        if (index + 1 >= episode->level_count) {
            return false;
        }
        const struct toc_level_since *before = &episode->levels[index], *now = before + 1;
        bool is_rise = now->level > before->level;
        out->begin_ms = out->end_ms = now->since_ms;
        return is_rise == (variant->change == TOC_CHANGE_ESCALATED) &&
               ((is_rise && ruled->is_at_once) || watermark_ms > now->since_ms);
    }
    default: /* As told: toc_raised_told. */
        return false;
    }
}

static size_t changes_of(const struct toc_variant *variant, const struct toc_episode *episode)
{
    bool is_level =
        variant->change == TOC_CHANGE_ESCALATED || variant->change == TOC_CHANGE_DEESCALATED;

    return is_level && episode->level_count > 1 ? episode->level_count - 1 : 1;
}

/* What was handed up of it before, at @*from or, if not, anywhere. */
static struct toc_raised *find(const struct toc_keyed *keyed, const struct toc_handed *handed,
                               size_t *from)
{
    for (size_t i = 0; i < keyed->raised_count; i++) {
        size_t at = (*from + i) % keyed->raised_count;
        struct toc_raised *raised = &keyed->raised[at];
        if (raised->variant == handed->variant && raised->begin_ms == handed->begin_ms &&
            raised->episode_ms == handed->episode_ms && raised->place == handed->place &&
            raised->origin.high == handed->origin.high &&
            raised->origin.low == handed->origin.low) {
            *from = at + 1;
            return raised;
        }
    }
    return NULL;
}

static bool is_there(const struct toc_raised *raised, const struct toc_handed *handed)
{
    const struct toc_position *a = &raised->position, *b = &handed->position;

    return a->has_point == b->has_point &&
           (!a->has_point || (a->lat_deg == b->lat_deg && a->lon_deg == b->lon_deg &&
                              a->has_alt == b->has_alt && a->alt_mm == b->alt_mm));
}

static bool is_of_truth(const struct toc_variant *variant)
{
    return variant->change != TOC_CHANGE_NEW && variant->change != TOC_CHANGE_ACKED;
}

static void compare_one(struct toc_engine *engine, const struct toc_handed *handed, bool is_told,
                        size_t *from)
{
    struct toc_keyed *keyed = handed->keyed;
    struct toc_raised *raised = find(keyed, handed, from);

    if (raised == NULL) {
        if (is_told) {
            add(engine, handed);
        }
        return;
    }
    if (!is_there(raised, handed) && is_told) { /* Somewhere else: for those above another. */
        change(engine, raised, TAKEN_OUT, 0);
        release(engine, raised);
        *raised = keyed->raised[--keyed->raised_count];
        add(engine, handed);
        return;
    }
    raised->is_seen = true;
    note_incident(raised, handed);
    if (raised->end_ms != handed->end_ms) {
        raised->end_ms = handed->end_ms;
        change(engine, raised, END_MOVED, handed->end_ms);
    }
    if (handed->id != NULL && memcmp(raised->kept->id.data, handed->id, ID) != 0) {
        toc_kept_rename(raised->kept, toc_str_of(handed->id));
        change(engine, raised, RENAMED, raised->end_ms);
    }
}

/* Each episode against what is known of it above. What is late is no truth. */
static void compare(struct toc_engine *engine, struct toc_keyed *keyed, bool is_told)
{
    const struct toc_ruled *ruled = keyed->ruled;
    const struct toc_episodes *episodes = &keyed->match.newest.episodes;
    size_t from = 0;

    for (size_t e = 0; e < episodes->count; e++) {
        const struct toc_episode *episode = &episodes->items[e];
        for (size_t v = 0; v < ruled->variant_count && !episode->is_late; v++) {
            const struct toc_variant *variant = &ruled->variants[v];
            for (size_t i = 0; i < changes_of(variant, episode); i++) {
                struct toc_handed handed;
                if (see(keyed, variant, episode, i, &handed)) {
                    compare_one(engine, &handed, is_told, &from);
                }
            }
        }
    }
}

void toc_raised_note(struct toc_engine *engine, struct toc_keyed *keyed)
{
    if (keyed->raised_count > 0) {
        compare(engine, keyed, false);
    }
}

void toc_raised_hand(struct toc_engine *engine, struct toc_keyed *keyed)
{
    size_t left = 0;

    if (keyed->ruled->variant_count == 0) {
        return;
    }
    for (size_t i = 0; i < keyed->raised_count; i++) {
        keyed->raised[i].is_seen = false;
    }
    compare(engine, keyed, true);
    for (size_t i = 0; i < keyed->raised_count; i++) {
        struct toc_raised *raised = &keyed->raised[i];
        /* An episode that ended before the settled time is not derived again: it stays. */
        bool is_final = raised->end_ms <= keyed->match.settled.now_ms;
        if (raised->is_seen || (!is_final && !is_of_truth(raised->variant))) {
            if (left != i) {
                keyed->raised[left] = *raised;
            }
            left++;
            continue;
        }
        if (!is_final) {
            change(engine, raised, TAKEN_OUT, 0);
        }
        release(engine, raised);
    }
    keyed->raised_count = left;
}

/* What @alert told above as it was told: at most once each; or, cancelled, takes back. */
static bool take_back(struct toc_engine *engine, struct toc_keyed *keyed,
                      const struct toc_alert *alert, const struct toc_variant *variant)
{
    bool is_there = false;

    for (size_t i = keyed->raised_count; i-- > 0;) {
        struct toc_raised *raised = &keyed->raised[i];
        if (is_of_truth(raised->variant) || memcmp(raised->kept->id.data, alert->id, ID) != 0) {
            continue;
        }
        is_there |= raised->variant == variant && variant->change == TOC_CHANGE_NEW;
        if (alert->state == TOC_ALERT_CANCELLED) {
            change(engine, raised, TAKEN_OUT, 0);
            release(engine, raised);
            *raised = keyed->raised[--keyed->raised_count];
        }
    }
    return is_there;
}

void toc_raised_told(struct toc_engine *engine, struct toc_keyed *keyed,
                     const struct toc_alert *alert)
{
    const struct toc_ruled *ruled = keyed->ruled;
    const struct toc_episodes *episodes = &keyed->match.newest.episodes;
    const struct toc_episode *episode = NULL;
    enum toc_change told = alert->state == TOC_ALERT_NEW     ? TOC_CHANGE_NEW
                           : alert->state == TOC_ALERT_ACKED ? TOC_CHANGE_ACKED
                                                             : TOC_CHANGE_NONE;

    for (size_t i = 0; i < episodes->count && episode == NULL && ruled->variant_count > 0; i++) {
        episode = episodes->items[i].alert == alert ? &episodes->items[i] : NULL;
    }
    for (size_t v = 0; v < ruled->variant_count; v++) {
        const struct toc_variant *variant = &ruled->variants[v];
        struct toc_handed handed;
        if (take_back(engine, keyed, alert, variant) || variant->change != told ||
            told == TOC_CHANGE_NONE || episode == NULL ||
            reaches_ms(ruled->rule, episode, variant->level) == TOC_INSTANT_NEVER) {
            continue;
        }
        (void)see(keyed, variant, episode, 0, &handed);
        handed.begin_ms = handed.end_ms = engine->now_ms;
        handed.id = alert->id;
        add(engine, &handed);
    }
}

/* --- Other rules */

static const struct toc_variant *same_variant(const struct toc_ruled *ruled,
                                              const struct toc_variant *old)
{
    for (size_t i = 0; i < ruled->variant_count; i++) {
        if (ruled->variants[i].change == old->change && ruled->variants[i].level == old->level) {
            return &ruled->variants[i];
        }
    }
    return NULL;
}

/* To readers that begin anew. */
static void hand_again(struct toc_engine *engine, struct toc_keyed *keyed,
                       struct toc_raised *raised)
{
    struct toc_handed handed = {
        .keyed = keyed,
        .variant = raised->variant,
        .begin_ms = raised->begin_ms,
        .end_ms = raised->end_ms,
        .episode_ms = raised->episode_ms,
        .place = raised->place,
        .origin = raised->origin,
        .position = raised->position,
        .id = raised->kept->id.data,
    };
    struct toc_making making;
    char id[TOC_ALERT_ID] = {0};

    memcpy(id, raised->kept->id.data, ID);
    handed.id = id;
    toc_handed_make(engine, &handed, &making);
    toc_dispatch_raised(engine, &making.event, raised, true);
    toc_handed_finish(&making);
}

static void rebind_key(struct toc_engine *engine, struct toc_keyed *keyed, toc_raised_now_fn *now,
                       const void *context)
{
    size_t left = 0;

    keyed->match.is_raised = keyed->ruled->variant_count > 0;
    for (size_t i = 0; i < keyed->raised_count; i++) {
        struct toc_raised raised = keyed->raised[i];
        raised.variant = same_variant(keyed->ruled, raised.variant);
        if (raised.variant == NULL) { /* Nobody reads it any more. */
            release(engine, &raised);
            continue;
        }
        raised.kept->type = raised.variant->type;
        size_t landings = 0;
        for (size_t l = 0; l < raised.landing_count; l++) {
            struct toc_landing landing = raised.landings[l];
            landing.ruled = now(landing.ruled, context);
            if (landing.ruled != NULL) {
                raised.landings[landings++] = landing;
            }
        }
        raised.landing_count = landings;
        hand_again(engine, keyed, &raised);
        keyed->raised[left++] = raised;
    }
    keyed->raised_count = left;
    toc_raised_hand(engine, keyed);
}

void toc_raised_rebind(struct toc_engine *engine, toc_raised_now_fn *now, const void *context)
{
    for (unsigned rank = 0; rank < engine->rank_most; rank++) {
        for (size_t r = 0; r < engine->rule_count; r++) {
            struct toc_ruled *ruled = &engine->rules[r];
            for (struct toc_keyed *keyed = ruled->first; ruled->rule->rank == rank && keyed != NULL;
                 keyed = keyed->next) {
                rebind_key(engine, keyed, now, context);
            }
        }
        toc_keyed_take(engine);
    }
    for (size_t r = 0; r < engine->rule_count; r++) {
        engine->rules[r].is_fresh = false;
    }
}
