/* engine/moving.c - events near places that move.
 *
 * Where those are is in tracks (track.h), one set a kind that a rule reads. What an event of such a
 * rule may be near can change as long as a position may still come that is dated up to it: so the
 * rule watches these events. A position that comes says where its place is from its time until the
 * next one: whatever of the watched events lies in between is judged against this place as it was
 * known before and as it is now, and taken out of keys or put in. Nothing else can change. */
#include "base/mem.h"
#include "engine/core.h"

enum { WATCHED_MOST = 1000000 }; /* Events a rule watches. */

static struct toc_moving *find(const struct toc_engine *engine, struct toc_str kind)
{
    for (size_t i = 0; i < engine->moving_count; i++) {
        if (toc_str_equal(engine->moving[i].tracks.kind, kind)) {
            return &engine->moving[i];
        }
    }
    return NULL;
}

static void add_reader(struct toc_engine *engine, struct toc_ruled *ruled, struct toc_str kind)
{
    struct toc_moving *moving = find(engine, kind);

    if (moving == NULL) {
        engine->moving =
            toc_mem_resize(engine->moving, engine->moving_count + 1, sizeof *engine->moving);
        moving = &engine->moving[engine->moving_count++];
        *moving = (struct toc_moving){0};
        toc_tracks_init(&moving->tracks, toc_arena_str(&engine->arena, kind), &engine->pool);
    }
    if (moving->readers == NULL) {
        moving->readers =
            toc_arena_array(&engine->config, engine->rule_count, sizeof(struct toc_ruled *));
    }
    if (moving->reader_count == 0 || moving->readers[moving->reader_count - 1] != ruled) {
        moving->readers[moving->reader_count++] = ruled;
    }
}

void toc_moving_build(struct toc_engine *engine)
{
    for (size_t i = 0; i < engine->moving_count; i++) {
        engine->moving[i].readers = NULL;
        engine->moving[i].reader_count = 0;
    }
    for (size_t r = 0; r < engine->rule_count; r++) {
        const struct toc_rule *rule = engine->rules[r].rule;
        for (size_t a = 0; a < rule->alias_count; a++) {
            if (rule->aliases[a].near.is_moving && rule->aliases[a].roles != 0) {
                add_reader(engine, &engine->rules[r], rule->aliases[a].near.kind);
            }
        }
    }
    for (size_t i = 0; i < engine->moving_count; i++) { /* What nobody reads any more. */
        struct toc_tracks *tracks = &engine->moving[i].tracks;
        if (engine->moving[i].reader_count == 0) {
            struct toc_str kind = tracks->kind;
            toc_tracks_finish(tracks);
            toc_tracks_init(tracks, kind, &engine->pool);
        }
    }
}

void toc_moving_finish(struct toc_engine *engine)
{
    for (size_t i = 0; i < engine->moving_count; i++) {
        toc_tracks_finish(&engine->moving[i].tracks);
    }
    toc_mem_free(engine->moving);
}

void toc_watches_finish(struct toc_engine *engine, struct toc_watches *watches)
{
    for (size_t i = watches->first; i < watches->end; i++) {
        toc_kept_release(&engine->pool, watches->items[i].kept);
    }
    toc_mem_free(watches->items);
    *watches = (struct toc_watches){0};
}

/* --- Who is near */

/* The folded name of the place of @kind that @event itself tells of; empty: it tells of none. */
static struct toc_str own_name(struct toc_engine *engine, const struct toc_event *event,
                               struct toc_str kind)
{
    const struct toc_mover *mover =
        &toc_catalogue_type(engine->catalogue, (size_t)event->type)->mover;
    struct toc_value name = {.kind = TOC_VALUE_NONE};

    if (toc_str_equal(mover->kind, kind)) {
        name = toc_event_value(event, mover->name);
    }
    toc_text_clear(&engine->folded);
    if (name.kind == TOC_VALUE_TEXT) {
        toc_text_fold_name(&engine->folded, name.text);
    }
    return toc_text_str(&engine->folded);
}

size_t toc_moving_near(struct toc_engine *engine, const struct toc_near_place *near,
                       const struct toc_event *event, struct toc_point point,
                       const struct toc_track *but, size_t room, const struct toc_track *out[])
{
    const struct toc_moving *moving = find(engine, near->kind);
    struct toc_str own = own_name(engine, event, near->kind);
    size_t count = 0;

    for (size_t i = 0; moving != NULL && i < moving->tracks.count; i++) {
        const struct toc_track *track = moving->tracks.items[i];
        if (track->mode != event->mode || track == but || toc_str_equal(track->id, own) ||
            !toc_fix_is_near(toc_track_at(track, event->at_ms), event->at_ms, point,
                             near->distance_mm)) {
            continue;
        }
        if (count < room) {
            out[count] = track;
        }
        count++;
    }
    return count;
}

/* --- What may still change */

static void drop_first(struct toc_engine *engine, struct toc_watches *watches)
{
    toc_kept_release(&engine->pool, watches->items[watches->first++].kept);
    if (watches->first == watches->end) {
        watches->first = watches->end = 0;
    }
}

/* What no position can change any more. */
static void forget_watched(struct toc_engine *engine, struct toc_ruled *ruled)
{
    struct toc_watches *watches = &ruled->watches;

    while (watches->first < watches->end &&
           watches->items[watches->first].kept->at_ms < ruled->group->horizon_ms) {
        drop_first(engine, watches);
    }
}

static void make_room(struct toc_watches *watches)
{
    if (watches->first > watches->room / 2) {
        memmove(watches->items, &watches->items[watches->first],
                (watches->end - watches->first) * sizeof *watches->items);
        watches->end -= watches->first;
        watches->first = 0;
    } else {
        watches->room = watches->room * 2 + 16;
        watches->items = toc_mem_resize(watches->items, watches->room, sizeof *watches->items);
    }
}

void toc_moving_watch(struct toc_engine *engine, struct toc_ruled *ruled, struct toc_kept *kept,
                      uint8_t alias)
{
    struct toc_watches *watches = &ruled->watches;

    if (watches->end - watches->first == WATCHED_MOST) {
        ruled->counts.budget++;
        drop_first(engine, watches);
    }
    if (watches->end == watches->room) {
        make_room(watches);
    }
    size_t at = watches->end++;
    for (; at > watches->first && watches->items[at - 1].kept->at_ms > kept->at_ms; at--) {
        watches->items[at] = watches->items[at - 1];
    }
    watches->items[at] = (struct toc_watch){.kept = toc_kept_share(kept), .alias = alias};
}

static size_t seek(const struct toc_watches *watches, int64_t at_ms)
{
    size_t low = watches->first, high = watches->end;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (watches->items[middle].kept->at_ms < at_ms) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* A kept event as it came: rules that watch events have them kept with all fields. */
static struct toc_event remake(const struct toc_engine *engine, const struct toc_kept *kept,
                               struct toc_value fields[TOC_FIELDS_MOST])
{
    const struct toc_type *type = toc_catalogue_type(engine->catalogue, (size_t)kept->type);
    const struct toc_value *subject = toc_kept_field(kept, TOC_SLOT_SUBJECT);

    for (size_t i = 0; i < type->field_count; i++) {
        const struct toc_value *field = toc_kept_field(kept, (int)i);
        fields[i] = field != NULL ? *field : (struct toc_value){.kind = TOC_VALUE_NONE};
    }
    return (struct toc_event){
        .at_ms = kept->at_ms,
        .type = kept->type,
        .mode = kept->mode,
        .is_time_corrected = kept->is_time_corrected,
        .id = kept->id,
        .source = kept->source,
        .subject = subject != NULL ? subject->text : (struct toc_str){0},
        .type_name = kept->type_name,
        .sort = kept->sort,
        .identity = kept->identity,
        .fields = fields,
        .field_count = type->field_count,
        .origin = {.topic = kept->topic,
                   .partition = kept->partition,
                   .offset = kept->offset,
                   .stored_ms = TOC_INSTANT_NONE},
    };
}

static const struct toc_binding *binding_of(const struct toc_alias *alias, int type)
{
    for (size_t b = 0; b < alias->binding_count; b++) {
        if (alias->bindings[b].type == type) {
            return &alias->bindings[b];
        }
    }
    return NULL;
}

/* @position, not yet among those of @track, is the newest from its time on until @until_ms. */
static void revise(struct toc_engine *engine, struct toc_ruled *ruled, struct toc_str kind,
                   const struct toc_track *track, const struct toc_fix *position, int64_t until_ms)
{
    const struct toc_watches *watches = &ruled->watches;

    for (size_t i = seek(watches, position->kept->at_ms);
         i < watches->end && watches->items[i].kept->at_ms <= until_ms; i++) {
        struct toc_kept *kept = watches->items[i].kept;
        const struct toc_alias *alias = &ruled->rule->aliases[watches->items[i].alias];
        const struct toc_binding *binding = binding_of(alias, kept->type);
        if (kept->mode != track->mode || binding == NULL ||
            !toc_str_equal(alias->near.kind, kind)) {
            continue;
        }
        struct toc_value fields[TOC_FIELDS_MOST];
        struct toc_event event = remake(engine, kept, fields);
        struct toc_value point = toc_event_value(&event, binding->at_slot);
        if (point.kind != TOC_VALUE_POINT ||
            toc_str_equal(own_name(engine, &event, kind), track->id)) {
            continue;
        }
        int64_t limit_mm = alias->near.distance_mm;
        bool was =
            toc_fix_is_near(toc_track_at(track, kept->at_ms), kept->at_ms, point.point, limit_mm);
        bool is = toc_fix_is_near(position, kept->at_ms, point.point, limit_mm);
        if (was != is) {
            struct toc_wake wake = {
                .ruled = ruled, .alias = watches->items[i].alias, .binding = binding};
            toc_dispatch_moved(engine, &event, kept, &wake, track, is);
        }
    }
}

/* --- A position */

static int64_t horizon_of(const struct toc_moving *moving)
{
    int64_t least_ms = TOC_INSTANT_NEVER;

    for (size_t i = 0; i < moving->reader_count; i++) {
        int64_t at_ms = moving->readers[i]->group->horizon_ms; /* NONE is the least of all. */
        least_ms = at_ms < least_ms ? at_ms : least_ms;
    }
    return least_ms;
}

static void give_way(const struct toc_moving *moving)
{
    for (size_t i = 0; i < moving->reader_count; i++) {
        moving->readers[i]->counts.budget++;
    }
}

/* @event says where @id, a place of @moving, is. */
static void note(struct toc_engine *engine, struct toc_moving *moving, const struct toc_type *type,
                 const struct toc_event *event, struct toc_str id)
{
    struct toc_tracks *tracks = &moving->tracks;
    struct toc_value name = toc_event_value(event, type->mover.name);
    struct toc_value point = toc_event_value(event, type->location);

    if (id.size == 0 || point.kind != TOC_VALUE_POINT) {
        return;
    }
    if (tracks->count == TOC_TRACKS_MOST && toc_tracks_find(tracks, event->mode, id) == NULL) {
        toc_tracks_forget(tracks, horizon_of(moving), true);
    }
    struct toc_track *track = toc_tracks_get(tracks, event->mode, id, name.text);
    if (track == NULL) {
        give_way(moving);
        return;
    }
    struct toc_fix position = {
        .kept = toc_kept_create(&engine->pool, event, (struct toc_wish){0}, TOC_STR(""),
                                engine->type_names[event->type]),
        .point = point.point,
        .speed_mm_h = type->mover.speed_mm_h,
        .keep_ms = type->mover.keep_ms,
    };
    int64_t until_ms = toc_track_until_ms(track, &position);
    for (size_t i = 0; i < moving->reader_count; i++) {
        revise(engine, moving->readers[i], tracks->kind, track, &position, until_ms);
    }
    if (!toc_tracks_add(tracks, track, &position)) {
        give_way(moving);
    }
}

void toc_moving_note(struct toc_engine *engine, const struct toc_event *event, bool is_late)
{
    const struct toc_type *type = toc_catalogue_type(engine->catalogue, (size_t)event->type);

    for (size_t i = 0; i < engine->moving_count; i++) {
        struct toc_moving *moving = &engine->moving[i];
        struct toc_str kind = moving->tracks.kind;
        if (moving->reader_count == 0) {
            continue;
        }
        toc_tracks_forget(&moving->tracks, horizon_of(moving), false);
        for (size_t r = 0; r < moving->reader_count; r++) {
            forget_watched(engine, moving->readers[r]);
        }
        if (!is_late && toc_str_equal(type->mover.kind, kind)) {
            note(engine, moving, type, event, own_name(engine, event, kind));
        }
    }
}

bool toc_moving_where(const struct toc_engine *engine, struct toc_str kind, enum toc_mode mode,
                      struct toc_str id, int64_t at_ms, struct toc_point *out)
{
    const struct toc_moving *moving = find(engine, kind);
    const struct toc_track *track =
        moving != NULL ? toc_tracks_find(&moving->tracks, mode, id) : NULL;
    const struct toc_fix *position = track != NULL ? toc_track_at(track, at_ms) : NULL;

    if (position != NULL) {
        *out = position->point;
    }
    return position != NULL;
}
