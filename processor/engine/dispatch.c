/* engine/dispatch.c - one event to the rules it can wake: conditions, places, keys. */
#include <math.h>
#include <stdio.h>

#include "base/assert.h"
#include "base/mem.h"
#include "engine/core.h"
#include "event/sun.h"

enum {
    NEAR_MOST = 64, /* Places of one kind that one event can be near. */
};

#define VALUE_MOST 9e12 /* Magnitude of a value that sums, averages, .. take. */

struct work { /* One event being dispatched. */
    struct toc_delivery way;
    const struct toc_event *event;
    struct toc_kept *kept; /* Made when the first rule wants it. */
    /* A place that moves is near now, or is not any more: nothing else of the event changes. */
    const struct toc_track *only;
    bool is_told_alone, was_told_alone; /* It makes a rule fire alone: now; within 7 days before. */
};

static struct toc_str intern_topic(struct toc_engine *engine, struct toc_str topic)
{
    for (size_t i = 0; i < engine->topic_count; i++) {
        if (toc_str_equal(engine->topics[i], topic)) {
            return engine->topics[i];
        }
    }
    if (engine->topic_count == TOC_TOPICS_MOST) {
        return TOC_STR("");
    }
    return engine->topics[engine->topic_count++] = toc_arena_str(&engine->arena, topic);
}

static struct toc_kept *keep(struct work *work)
{
    if (work->kept == NULL) {
        struct toc_engine *engine = work->way.engine;
        const struct toc_event *event = work->event;
        work->kept = toc_kept_create(&engine->pool, event, engine->wakes[event->type].wish,
                                     intern_topic(engine, event->origin.topic),
                                     engine->type_names[event->type]);
        work->kept->is_late = work->way.is_late;
    }
    return work->kept;
}

bool toc_key_text(struct toc_value value, char room[TOC_BARE_TEXT], struct toc_str *out,
                  bool *out_bare)
{
    *out_bare = value.kind != TOC_VALUE_TEXT && value.kind != TOC_VALUE_TIME;
    switch (value.kind) {
    case TOC_VALUE_TEXT:
        *out = value.text;
        return true;
    case TOC_VALUE_BOOL:
        *out = value.is_true ? TOC_STR("true") : TOC_STR("false");
        return true;
    case TOC_VALUE_INTEGER:
        snprintf(room, TOC_BARE_TEXT, "%lld", (long long)value.integer);
        break;
    case TOC_VALUE_NUMBER:
        if (value.number == floor(value.number) && fabs(value.number) < 1e15) {
            snprintf(room, TOC_BARE_TEXT, "%.0f", value.number == 0 ? 0.0 : value.number);
        } else {
            snprintf(room, TOC_BARE_TEXT, "%.17g", value.number);
        }
        break;
    case TOC_VALUE_TIME:
        toc_instant_format(value.at_ms, room);
        break;
    case TOC_VALUE_NONE:
    case TOC_VALUE_POINT:
    case TOC_VALUE_LIST:
        return false;
    }
    *out = toc_str_of(room);
    return true;
}

/* The parts of the key the event carries itself, places aside. False: one is missing. */
static bool build_key(struct work *work, const struct toc_ruled *ruled,
                      const struct toc_binding *binding, struct toc_key *key, unsigned *out_mask,
                      char rooms[TOC_RULE_KEY_PARTS][TOC_BARE_TEXT])
{
    const struct toc_rule *rule = ruled->rule;
    struct toc_text *folded = &work->way.engine->folded;
    size_t starts[TOC_RULE_KEY_PARTS] = {0};

    *key = (struct toc_key){.mode = work->event->mode, .count = rule->key_part_count};
    *out_mask = 0;
    toc_text_clear(folded);
    for (size_t i = 0; i < rule->key_part_count; i++) {
        int slot = binding->key_slots[i];
        key->values[i].place = -1;
        if (slot == TOC_SLOT_NONE || slot == TOC_SLOT_PLACE) {
            continue;
        }
        struct toc_key_value *value = &key->values[i];
        if (slot == TOC_SLOT_MILESTONE) {
            value->label = rule->milestone;
        } else if (!toc_key_text(toc_event_value(work->event, slot), rooms[i], &value->label,
                                 &value->is_bare)) {
            return false;
        }
        starts[i] = folded->size;
        if (rule->key_parts[i].is_place) { /* A field that names a place: by any of its names. */
            int place =
                toc_places_find(work->way.engine->places, rule->key_parts[i].name, value->label);
            value->place = place;
            if (place >= 0) {
                const struct toc_place *found =
                    toc_places_get(work->way.engine->places, (size_t)place);
                value->label = found->name;
                toc_text_add(folded, found->id);
            } else {
                toc_text_fold_name(folded, value->label);
            }
        } else {
            toc_text_fold(folded, value->label);
        }
        value->folded.size = folded->size - starts[i];
        *out_mask |= 1u << i;
    }
    for (size_t i = 0; i < rule->key_part_count; i++) {
        key->values[i].folded.data = folded->data != NULL ? folded->data + starts[i] : "";
    }
    return true;
}

static void set_track(struct toc_key *key, size_t part, const struct toc_track *track)
{
    key->values[part] =
        (struct toc_key_value){.folded = track->id, .label = track->label, .place = -1};
}

static void set_place(const struct toc_engine *engine, struct toc_key *key, size_t part,
                      uint32_t index)
{
    const struct toc_place *place = toc_places_get(engine->places, index);

    key->values[part] =
        (struct toc_key_value){.folded = place->id, .label = place->name, .place = (int32_t)index};
}

bool toc_key_millionths(struct toc_value value, int64_t *out)
{
    double number;

    if (value.kind == TOC_VALUE_INTEGER) {
        if (value.integer > (int64_t)VALUE_MOST || value.integer < -(int64_t)VALUE_MOST) {
            return false;
        }
        *out = value.integer * 1000000;
        return true;
    }
    if (value.kind != TOC_VALUE_NUMBER) {
        return false;
    }
    number = value.number;
    if (!(fabs(number) <= VALUE_MOST)) {
        return false;
    }
    *out = (int64_t)llround(number * 1e6);
    return true;
}

/* The same for values that are the same: text without case. False: missing. */
static bool hash_value(struct work *work, struct toc_value value, uint64_t *out)
{
    char room[TOC_BARE_TEXT];
    struct toc_str text;
    bool is_bare;

    if (!toc_key_text(value, room, &text, &is_bare)) {
        return false;
    }
    struct toc_text *scratch = &work->way.engine->topic;
    toc_text_clear(scratch);
    toc_text_fold(scratch, text);
    *out = toc_hash64(scratch->data, scratch->size, 0);
    return true;
}

static bool entry_value(struct work *work, const struct toc_rule *rule,
                        const struct toc_alias *alias, const struct toc_binding *binding,
                        int64_t *out)
{
    *out = work->event->at_ms;
    if ((alias->roles & TOC_ROLE_AFTER) != 0 && binding->from_slot != TOC_SLOT_NONE) {
        struct toc_value from = toc_event_value(work->event, binding->from_slot);
        if (from.kind == TOC_VALUE_TIME) {
            *out = from.at_ms;
        }
    }
    if ((alias->roles & TOC_ROLE_COUNTED) == 0 || binding->value_slot == TOC_SLOT_NONE) {
        return true;
    }
    struct toc_value value = toc_event_value(work->event, binding->value_slot);
    if (rule->kind != TOC_KIND_COUNT_DISTINCT) {
        return toc_key_millionths(value, out);
    }
    return hash_value(work, value, (uint64_t *)out);
}

/* What else a windowed kind wants of the event. False: it does not count without. */
static bool entry_measures(struct work *work, const struct toc_rule *rule,
                           const struct toc_binding *binding, struct toc_entry *entry)
{
    if (rule->has_weight) {
        struct toc_value weight = toc_event_value(work->event, binding->weight_slot);
        bool is_negative = weight.kind == TOC_VALUE_NUMBER && weight.number < 0;
        if (is_negative || !toc_key_millionths(weight, &entry->weight) || entry->weight < 0) {
            return false;
        }
    }
    for (size_t i = 0; i < rule->distinct_field_count; i++) {
        struct toc_value value = toc_event_value(work->event, binding->distinct_slots[i]);
        if (hash_value(work, value, &entry->distinct[i]) && entry->distinct[i] == 0) {
            entry->distinct[i] = 1; /* 0 stands for none. */
        }
    }
    return true;
}

/* What an event older than accept_late may still do: end what is open, or fire on its own. */
static bool is_heard_late(const struct toc_rule *rule, unsigned roles)
{
    return (roles & (TOC_ROLE_CLEAR | TOC_ROLE_EXPECTED)) != 0 ||
           (rule->kind == TOC_KIND_EVENT && (roles & TOC_ROLE_COUNTED) != 0);
}

/* An event alone makes a rule fire however late it is, but once: was it taken before, on time or
 * late? Only such events are remembered for so long. */
static bool was_told_alone(struct work *work)
{
    if (!work->is_told_alone) {
        work->is_told_alone = true;
        work->was_told_alone =
            toc_seen_note(&work->way.engine->seen_long, work->event->identity, work->event->content,
                          work->way.engine->newest_ms) != TOC_SEEN_FIRST;
    }
    return work->way.is_late && work->was_told_alone;
}

/* Does it come at the hours that @alias asks for, by the sun where it was or by one clock for all?
 * By the clock of a place: is_open_there. */
static enum toc_verdict judge_hours(const struct toc_alias *alias, int64_t at_ms,
                                    struct toc_value point)
{
    const struct toc_hours *hours = &alias->hours;
    bool is_in = true;

    if (hours->kind == TOC_HOURS_DAY || hours->kind == TOC_HOURS_NIGHT) {
        if (point.kind != TOC_VALUE_POINT) {
            return TOC_VERDICT_UNKNOWN;
        }
        bool is_day = toc_sun_elevation_udeg(point.point, at_ms) >= TOC_SUN_RISEN_UDEG;
        is_in = is_day == (hours->kind == TOC_HOURS_DAY);
    } else if (hours->kind == TOC_HOURS_CLOCK && hours->has_offset) {
        is_in = toc_hours_is_in(hours, hours->offset_min, at_ms);
    }
    return is_in ? TOC_VERDICT_YES : TOC_VERDICT_NO;
}

static bool is_open_there(const struct toc_engine *engine, const struct toc_alias *alias,
                          uint32_t place, int64_t at_ms)
{
    return alias->hours.kind != TOC_HOURS_CLOCK || alias->hours.has_offset ||
           toc_hours_is_in(&alias->hours, toc_places_get(engine->places, place)->offset_min, at_ms);
}

/* The places an event was found near: of one kind, that stay or that move. */
struct found {
    size_t count;
    uint32_t places[NEAR_MOST];
    const struct toc_track *tracks[NEAR_MOST];
};

static bool names_place(const struct toc_binding *binding)
{
    for (size_t i = 0; i < TOC_RULE_KEY_PARTS; i++) {
        if (binding->key_slots[i] == TOC_SLOT_PLACE) {
            return true;
        }
    }
    return false;
}

static void find_moving(struct work *work, const struct toc_wake *to, struct toc_point point,
                        struct found *out)
{
    const struct toc_near_place *near = &to->ruled->rule->aliases[to->alias].near;

    if (work->only == NULL) {
        out->count = toc_moving_near(work->way.engine, near, work->event, point, NULL, NEAR_MOST,
                                     out->tracks);
        if (!work->way.is_late) {
            toc_moving_watch(work->way.engine, to->ruled, keep(work), to->alias);
        }
        return;
    }
    /* Without the place in its key it counts once, whatever it is near besides. */
    if (names_place(to->binding) ||
        toc_moving_near(work->way.engine, near, work->event, point, work->only, 0, NULL) == 0) {
        out->tracks[out->count++] = work->only;
    }
}

static void find_near(struct work *work, const struct toc_wake *to, struct toc_point point,
                      struct found *out)
{
    const struct toc_engine *engine = work->way.engine;
    const struct toc_alias *alias = &to->ruled->rule->aliases[to->alias];
    size_t open_count = 0;

    out->count = 0;
    if (alias->near.is_moving) {
        find_moving(work, to, point, out);
    } else {
        out->count = toc_places_near(engine->places, alias->near.kind, alias->near.only, point,
                                     alias->near.distance_mm, NEAR_MOST, out->places);
    }
    if (out->count > NEAR_MOST) {
        out->count = NEAR_MOST;
        to->ruled->counts.budget++;
    }
    for (size_t i = 0; i < out->count && !alias->near.is_moving; i++) {
        if (is_open_there(engine, alias, out->places[i], work->event->at_ms)) {
            out->places[open_count++] = out->places[i];
        }
    }
    out->count = alias->near.is_moving ? out->count : open_count;
}

static void wake(struct work *work, const struct toc_wake *to)
{
    struct toc_engine *engine = work->way.engine;
    struct toc_ruled *ruled = to->ruled;
    const struct toc_rule *rule = ruled->rule;
    const struct toc_alias *alias = &rule->aliases[to->alias];
    const struct toc_binding *binding = to->binding;
    bool is_series = rule->kind == TOC_KIND_LATEST && (alias->roles & TOC_ROLE_COUNTED) != 0;
    int missing = TOC_SLOT_NONE;

    if (work->way.is_late && !is_heard_late(rule, alias->roles)) {
        return;
    }
    enum toc_verdict verdict =
        toc_condition_judge(&binding->condition, work->event, engine->machine, &missing);
    ruled->counts.missing_field += verdict == TOC_VERDICT_UNKNOWN;
    ruled->counts.where_failed += verdict == TOC_VERDICT_FAILED;
    ruled->counts.where_budget += verdict == TOC_VERDICT_BUDGET;
    if (verdict != TOC_VERDICT_YES && !is_series) {
        return;
    }
    struct toc_value point = toc_event_value(work->event, binding->at_slot);
    bool has_point = point.kind == TOC_VALUE_POINT;
    if (alias->hours.kind != TOC_HOURS_ANY && verdict != TOC_VERDICT_NO) {
        enum toc_verdict open = judge_hours(alias, work->event->at_ms, point);
        ruled->counts.missing_field += open == TOC_VERDICT_UNKNOWN;
        verdict = open != TOC_VERDICT_YES ? open : verdict;
        if (verdict != TOC_VERDICT_YES && !is_series) {
            return;
        }
    }
    struct found near = {.count = 0};
    if (alias->near.is_set) {
        if (has_point) {
            find_near(work, to, point.point, &near);
        }
        if (near.count == 0 && !is_series) {
            ruled->counts.missing_field += !has_point;
            return;
        }
    }
    struct toc_key key;
    unsigned mask;
    char rooms[TOC_RULE_KEY_PARTS][TOC_BARE_TEXT];
    struct toc_entry entry = {
        .at_ms = work->event->at_ms,
        .alias = to->alias,
        .is_late = work->way.is_late,
    };
    if (has_point) {
        entry.position = (struct toc_position){point.point.lat_deg, point.point.lon_deg,
                                               point.point.alt_mm, true, point.point.has_alt};
    }
    if (work->way.raised != NULL && alias->is_stretch && (alias->roles & TOC_ROLE_COUNTED) != 0) {
        entry.is_stretch = true;
        entry.end_ms = work->way.raised->end_ms;
    }
    if (!build_key(work, ruled, binding, &key, &mask, rooms)) {
        ruled->counts.missing_key++;
        return;
    }
    bool is_counted = (alias->roles & TOC_ROLE_COUNTED) != 0;
    if (!entry_value(work, rule, alias, binding, &entry.value) ||
        (is_counted && !entry_measures(work, rule, binding, &entry))) {
        ruled->counts.missing_field++;
        return;
    }
    if ((alias->roles & TOC_ROLE_AFTER) != 0) {
        entry.at_ms = entry.value; /* The clock starts then. */
    }
    if ((alias->roles & TOC_ROLE_CLEAR) != 0 && (alias->roles & TOC_ROLE_AFTER) == 0 &&
        binding->value_slot == TOC_SLOT_NONE) {
        entry.value = work->event->at_ms;
    }
    if (rule->kind == TOC_KIND_EVENT && (alias->roles & TOC_ROLE_COUNTED) != 0 &&
        was_told_alone(work)) {
        return;
    }
    entry.kept = keep(work);
    int place_part = -1;
    for (size_t i = 0; i < rule->key_part_count; i++) {
        if (binding->key_slots[i] == TOC_SLOT_PLACE) {
            place_part = (int)i;
        }
    }
    if (rule->kind == TOC_KIND_LATEST) {
        entry.is_judged = is_series && verdict != TOC_VERDICT_UNKNOWN &&
                          (verdict != TOC_VERDICT_YES || !alias->near.is_set || has_point);
        entry.is_meeting =
            is_series && verdict == TOC_VERDICT_YES && (!alias->near.is_set || near.count > 0);
        for (size_t i = 0; place_part >= 0 && i < near.count; i++) {
            if (entry.place_count == TOC_ENTRY_PLACES) {
                ruled->counts.budget++;
                break;
            }
            entry.places[entry.place_count++] = near.places[i];
        }
        toc_deliver(&work->way, ruled, &entry, &key, mask);
        return;
    }
    if (place_part < 0) {
        toc_deliver(&work->way, ruled, &entry, &key, mask);
        return;
    }
    for (size_t i = 0; i < near.count; i++) { /* At two camps it counts for both. */
        if (alias->near.is_moving) {
            set_track(&key, (size_t)place_part, near.tracks[i]);
        } else {
            set_place(engine, &key, (size_t)place_part, near.places[i]);
        }
        toc_deliver(&work->way, ruled, &entry, &key, mask | 1u << place_part);
    }
}

void toc_dispatch(struct toc_engine *engine, const struct toc_event *event, bool is_late)
{
    struct work work = {.way = {.engine = engine, .is_late = is_late}, .event = event};
    const struct toc_wakes *wakes = &engine->wakes[event->type];

    for (size_t i = 0; i < wakes->count; i++) {
        wake(&work, &wakes->items[i]);
    }
    toc_keyed_take(engine);
    if (work.kept != NULL) {
        toc_kept_release(&engine->pool, work.kept);
    }
}

void toc_dispatch_moved(struct toc_engine *engine, const struct toc_event *event,
                        struct toc_kept *kept, const struct toc_wake *to,
                        const struct toc_track *only, bool is_in)
{
    struct work work = {.way = {.engine = engine, .is_taken_out = !is_in},
                        .event = event,
                        .kept = kept,
                        .only = only,
                        .is_told_alone = !is_in};

    wake(&work, to);
}

void toc_dispatch_raised(struct toc_engine *engine, const struct toc_event *event,
                         struct toc_raised *raised, bool is_for_fresh)
{
    struct work work = {.way = {.engine = engine, .raised = raised},
                        .event = event,
                        .kept = raised->kept,
                        .is_told_alone = true};

    for (size_t i = 0; i < raised->variant->wake_count; i++) {
        if (!is_for_fresh || raised->variant->wakes[i].ruled->is_fresh) {
            wake(&work, &raised->variant->wakes[i]);
        }
    }
}
