#include "base/assert.h"
#include "base/mem.h"
#include "base/number.h"
#include "engine/core.h"
#include "expr/cel_field.h"

bool toc_key_agrees(const struct toc_key *a, const struct toc_key *b, unsigned mask)
{
    if (a->mode != b->mode) {
        return false;
    }
    for (size_t i = 0; i < TOC_RULE_KEY_PARTS; i++) {
        if ((mask >> i & 1) != 0 && !toc_str_equal(a->values[i].folded, b->values[i].folded)) {
            return false;
        }
    }
    return true;
}

static uint64_t key_hash(const struct toc_key *key)
{
    uint64_t hash = (uint64_t)key->mode;

    for (size_t i = 0; i < key->count; i++) {
        hash = toc_hash64(key->values[i].folded.data, key->values[i].folded.size, hash);
    }
    return hash;
}

/* A copy of @key with its texts in one block. */
static char *copy_key(struct toc_key *copy, const struct toc_key *key)
{
    size_t size = 0;

    *copy = *key;
    for (size_t i = 0; i < key->count; i++) {
        size += key->values[i].folded.size + key->values[i].label.size;
    }
    char *texts = toc_mem_get(size), *at = texts;
    for (size_t i = 0; i < key->count; i++) {
        struct toc_str *parts[] = {&copy->values[i].folded, &copy->values[i].label};
        for (size_t j = 0; j < 2; j++) {
            if (parts[j]->size > 0) {
                memcpy(at, parts[j]->data, parts[j]->size);
            }
            parts[j]->data = at;
            at += parts[j]->size;
        }
    }
    return texts;
}

static bool is_moment(const struct toc_rule *rule, const struct toc_entry *entry)
{
    return !entry->is_stretch && (rule->aliases[entry->alias].roles & TOC_ROLE_COUNTED) != 0;
}

int64_t toc_partial_last_ms(const struct toc_rule *rule, const struct toc_partial *partial)
{
    const struct toc_entry *entry = &partial->entry;

    if (is_moment(rule, entry)) {
        return entry->at_ms + rule->within_ms;
    }
    return entry->is_stretch ? entry->end_ms : entry->at_ms;
}

/* A key that is new at @now_ms begins before what is still in its window by then. */
static int64_t begin_before(const struct toc_ruled *ruled, const struct toc_key *key,
                            int64_t now_ms)
{
    int64_t begin_ms = now_ms;

    for (size_t i = 0; i < ruled->partial_count; i++) {
        const struct toc_partial *partial = &ruled->partials[i];
        if (is_moment(ruled->rule, &partial->entry) && partial->entry.at_ms <= begin_ms &&
            toc_partial_last_ms(ruled->rule, partial) > now_ms &&
            toc_key_agrees(&partial->key, key, partial->mask)) {
            begin_ms = partial->entry.at_ms - 1;
        }
    }
    return begin_ms;
}

/* What came before for part of this key. */
static void put_partials(struct toc_keyed *keyed)
{
    const struct toc_ruled *ruled = keyed->ruled;

    for (size_t i = 0; i < ruled->partial_count; i++) {
        const struct toc_partial *partial = &ruled->partials[i];
        bool is_past = is_moment(ruled->rule, &partial->entry) &&
                       partial->entry.at_ms <= keyed->match.settled.now_ms;
        if (!is_past && toc_key_agrees(&partial->key, &keyed->key, partial->mask)) {
            struct toc_entry entry = partial->entry;
            toc_kept_share(entry.kept);
            toc_match_put(&keyed->match, &entry);
        }
    }
}

/* A part of the key as expressions see it. */
static struct toc_cel_value key_value(const struct toc_key_value *part, enum toc_value_kind kind)
{
    struct toc_value value = {.kind = kind};
    bool ok = true;

    switch (kind) {
    case TOC_VALUE_INTEGER:
        ok = toc_number_parse_integer(part->label, &value.integer);
        break;
    case TOC_VALUE_NUMBER:
        ok = toc_number_parse(part->label, &value.number);
        break;
    case TOC_VALUE_BOOL:
        value.is_true = toc_str_equal(part->label, TOC_STR("true"));
        break;
    case TOC_VALUE_TIME:
        ok = toc_instant_parse(part->label, &value.at_ms);
        break;
    default: /* Folded, so that who was first to write it does not matter; a place by its name. */
        return toc_cel_string(part->place >= 0 ? part->label : part->folded);
    }
    return ok ? toc_cel_field_value(&value, 0, NULL) : toc_cel_missing(0);
}

void toc_keyed_bind_levels(struct toc_engine *engine, struct toc_keyed *keyed)
{
    const struct toc_rule *rule = keyed->ruled->rule;

    toc_mem_free(keyed->level_room);
    keyed->level_room = NULL;
    keyed->match.level_room = NULL;
    if (!rule->alert.has_when) {
        return;
    }
    keyed->level_room = toc_mem_get(sizeof *keyed->level_room);
    keyed->level_room->machine = engine->machine;
    keyed->level_room->places = &engine->places;
    for (size_t i = 0; i < rule->key_part_count; i++) {
        keyed->level_room->key[i] = key_value(&keyed->key.values[i], rule->alert.key_kinds[i]);
    }
    keyed->match.level_room = keyed->level_room;
}

void toc_keyed_bind_threshold(struct toc_keyed *keyed)
{
    const struct toc_rule *rule = keyed->ruled->rule;

    keyed->match.threshold = rule->threshold;
    keyed->match.is_mute = rule->has_own;
    for (size_t i = 0; i < rule->own_count; i++) {
        const struct toc_own_threshold *own = &rule->own[i];
        bool is_so = true;
        for (size_t part = 0; part < rule->key_part_count && is_so; part++) {
            is_so = (own->mask >> part & 1) == 0 ||
                    toc_str_equal(own->values[part], keyed->key.values[part].folded);
        }
        if (is_so) {
            keyed->match.threshold = own->threshold;
            keyed->match.is_mute = false;
            return;
        }
    }
}

struct toc_keyed *toc_keyed_find(struct toc_engine *engine, struct toc_ruled *ruled,
                                 const struct toc_key *key, bool may_create, int64_t begin_ms)
{
    uint64_t hash = key_hash(key);
    struct toc_keyed *keyed;
    size_t at = 0;

    while ((keyed = toc_table_next(&ruled->keys, hash, &at)) != NULL) {
        if (toc_key_agrees(&keyed->key, key, ruled->key_mask)) {
            return keyed;
        }
    }
    if (!may_create) {
        return NULL;
    }
    if (engine->key_count >= engine->options.keys_most && !engine->is_own) {
        engine->counts.keys_refused++;
        if (!engine->is_full) {
            engine->full_rule = ruled->rule->name;
        }
        return NULL;
    }
    engine->key_count++;
    keyed = toc_mem_get(sizeof *keyed);
    keyed->ruled = ruled;
    keyed->hash = hash;
    keyed->texts = copy_key(&keyed->key, key);
    keyed->telling.order = keyed->settling.order = keyed->pacing.order = ++engine->order;
    int64_t horizon_ms = ruled->group->horizon_ms;
    int64_t now_ms = horizon_ms == TOC_INSTANT_NONE ? TOC_INSTANT_MIN : horizon_ms - 1;
    if (begin_ms != TOC_INSTANT_NONE && now_ms >= begin_ms) {
        now_ms = begin_ms - 1;
    }
    now_ms = begin_before(ruled, key, now_ms);
    toc_match_init(&keyed->match, ruled->rule, &engine->pool, now_ms, begin_ms);
    toc_keyed_bind_levels(engine, keyed);
    toc_keyed_bind_threshold(keyed);
    keyed->match.is_raised = ruled->variant_count > 0;
    keyed->match.stream_ms =
        ruled->since_ms > engine->begin_ms ? ruled->since_ms : engine->begin_ms;
    toc_table_add(&ruled->keys, hash, keyed);
    keyed->previous = ruled->last;
    *(ruled->last != NULL ? &ruled->last->next : &ruled->first) = keyed;
    ruled->last = keyed;
    put_partials(keyed);
    return keyed;
}

void toc_keyed_destroy(struct toc_engine *engine, struct toc_keyed *keyed)
{
    struct toc_ruled *ruled = keyed->ruled;

    toc_due_remove(&ruled->group->telling, &keyed->telling);
    toc_due_remove(&ruled->group->settling, &keyed->settling);
    toc_due_remove(&engine->pacing, &keyed->pacing);
    toc_table_remove(&ruled->keys, keyed->hash, keyed);
    *(keyed->previous != NULL ? &keyed->previous->next : &ruled->first) = keyed->next;
    *(keyed->next != NULL ? &keyed->next->previous : &ruled->last) = keyed->previous;
    for (size_t i = 0; i < keyed->alerts.count; i++) {
        toc_act_forget(engine, keyed->alerts.items[i]);
    }
    toc_raised_finish(engine, keyed);
    toc_match_finish(&keyed->match);
    toc_alerts_finish(&keyed->alerts);
    toc_mem_free(keyed->level_room);
    toc_mem_free(keyed->texts);
    toc_mem_free(keyed);
    engine->key_count--;
}

/* @topic with what mode and status of @rule add to it: appended. */
static void add_topic(const struct toc_rule *rule, struct toc_str topic, enum toc_mode mode,
                      struct toc_text *out)
{
    toc_text_add(out, topic);
    if (rule->status == TOC_RULE_EXPERIMENTAL) {
        toc_text_add(out, TOC_STR(".shadow"));
    }
    if (mode != TOC_MODE_ACTUAL) {
        toc_text_addf(out, ".%s", toc_mode_text(mode));
    }
}

void toc_keyed_name_topic(const struct toc_rule *rule, enum toc_mode mode, struct toc_text *out)
{
    toc_text_clear(out);
    add_topic(rule, rule->alert.topic, mode, out);
}

/* The topics of steps that have acted, into @out; their texts lie in engine->also. */
static size_t also_told_on(struct toc_engine *engine, const struct toc_alert *alert,
                           const struct toc_telling *telling,
                           struct toc_str out[TOC_RULE_ESCALATIONS])
{
    const struct toc_rule *rule = telling->rule;
    size_t starts[TOC_RULE_ESCALATIONS + 1] = {0};
    size_t count = 0;

    toc_text_clear(&engine->also);
    for (size_t i = 0; i < rule->alert.escalation_count; i++) {
        const struct toc_escalation *step = &rule->alert.escalations[i];
        if ((alert->acted >> i & 1) == 0 || step->topic.size == 0) {
            continue;
        }
        add_topic(rule, step->topic, telling->key->mode, &engine->also);
        starts[++count] = engine->also.size;
        bool is_there = false;
        for (size_t j = 0; j + 1 < count && !is_there; j++) {
            is_there = starts[j + 1] - starts[j] == starts[count] - starts[count - 1] &&
                       memcmp(engine->also.data + starts[j], engine->also.data + starts[count - 1],
                              starts[count] - starts[count - 1]) == 0;
        }
        if (is_there) {
            engine->also.size = starts[--count];
        }
    }
    for (size_t i = 0; i < count; i++) {
        out[i] = (struct toc_str){.data = engine->also.data + starts[i],
                                  .size = starts[i + 1] - starts[i]};
    }
    return count;
}

/* A rule and its parts have one cap. */
static bool has_room(const struct toc_telling *telling, bool is_taken, int64_t *out_free_ms,
                     void *context)
{
    struct toc_engine *engine = context;
    const struct toc_keyed *keyed = telling->owner;
    struct toc_ruled *ruled = &engine->rules[engine->first_part[keyed->ruled->index]];
    size_t most = ruled->rule->alert.cap_most;

    if (ruled->loud_ms == NULL) {
        ruled->loud_ms = toc_mem_array(most, sizeof *ruled->loud_ms);
    }
    int64_t oldest_ms = ruled->loud_ms[ruled->loud_next]; /* Of a full ring. */
    if (ruled->loud_count == most &&
        telling->now_ms - oldest_ms <= ruled->rule->alert.cap_within_ms) {
        *out_free_ms = oldest_ms + ruled->rule->alert.cap_within_ms + 1;
        return false;
    }
    if (is_taken) {
        ruled->loud_ms[ruled->loud_next] = telling->now_ms;
        ruled->loud_next = (ruled->loud_next + 1) % most;
        ruled->loud_count += ruled->loud_count < most;
    }
    return true;
}

static void on_record(const struct toc_alert *alert, const struct toc_telling *telling,
                      struct toc_str data, void *context)
{
    struct toc_engine *engine = context;
    const struct toc_rule *rule = telling->rule;

    toc_act_index(engine, alert);
    toc_raised_told(engine, alert->owner, alert);
    if (engine->is_muted) {
        return;
    }
    struct toc_text *topic = telling->topic; /* Free again: the record is written. */
    toc_keyed_name_topic(rule, telling->key->mode, topic);
    engine->counts.told[alert->state]++;
    struct toc_str also[TOC_RULE_ESCALATIONS];
    size_t also_count = also_told_on(engine, alert, telling, also);
    struct toc_told told = {
        .also = also,
        .also_count = also_count,
        .rule = rule,
        .state = alert->state,
        .is_open = alert->is_open,
        .mode = telling->key->mode,
        .topic = toc_text_str(topic),
        .alert_id = toc_str_of(alert->id),
        .record = toc_text_str(telling->record),
        .data = data,
        .seq = alert->seq,
    };
    engine->options.on_told(&told, engine->options.context);
}

/* Look at its key again, at once if update_every lets it. */
static void on_renamed(struct toc_alert *alert, void *context)
{
    struct toc_engine *engine = context;
    struct toc_keyed *keyed = alert->owner;

    keyed->is_renamed = true;
    if (keyed->pacing.place == 0 || keyed->pacing.at_ms > engine->now_ms) {
        toc_due_set(&engine->pacing, &keyed->pacing, engine->now_ms);
    }
}

/* While muted: remember what ended for good, for alerts.open may still hold it. */
static void on_final(const struct toc_alert *alert, const struct toc_telling *telling,
                     void *context)
{
    struct toc_engine *engine = context;

    (void)telling;
    toc_act_forget(engine, alert);
    if (!engine->is_muted || alert->state == TOC_ALERT_CANCELLED) {
        return;
    }
    if (engine->final_count == engine->final_room) {
        engine->final_room = engine->final_room == 0 ? 64 : engine->final_room * 2;
        engine->finals = toc_mem_resize(engine->finals, engine->final_room, sizeof *engine->finals);
    }
    struct toc_final *final = &engine->finals[engine->final_count++];
    *final = (struct toc_final){
        .end_ms = alert->end_ms,
        .state = alert->state == TOC_ALERT_UPDATE ? TOC_ALERT_EXPIRED : alert->state,
    };
    memcpy(final->id, alert->id, sizeof final->id);
}

static bool where_is(const struct toc_telling *telling, size_t part, int64_t at_ms,
                     struct toc_point *out, void *context)
{
    return toc_moving_where(context, telling->rule->key_parts[part].name, telling->key->mode,
                            telling->key->values[part].folded, at_ms, out);
}

bool toc_keyed_is_clustered(const struct toc_keyed *keyed)
{
    const struct toc_rule *rule = keyed->ruled->rule;
    return rule->has_near && rule->key_part_count == 0;
}

struct toc_telling toc_keyed_telling(struct toc_engine *engine, struct toc_keyed *keyed)
{
    const struct toc_ruled *ruled = keyed->ruled;
    const struct toc_sight *sights;
    size_t sight_count = toc_sight_of(engine, ruled->group, &sights);

    return (struct toc_telling){
        .rule = ruled->rule,
        .catalogue = engine->catalogue,
        .places = engine->places,
        .key = &keyed->key,
        .is_at_once = ruled->is_at_once,
        .threshold = keyed->match.threshold,
        .is_clustered = toc_keyed_is_clustered(keyed),
        .watermark_ms = ruled->group->watermark_ms,
        .settled_ms = keyed->match.settled.now_ms,
        .now_ms = engine->now_ms,
        .open = &keyed->ruled->counts.open,
        .is_flushing = engine->is_flushing,
        .is_muted = engine->is_muted,
        .incidents = &engine->pool.incidents,
        .source = engine->options.source,
        .record = &engine->record,
        .topic = &engine->topic,
        .on_record = on_record,
        .on_renamed = on_renamed,
        .next_above = toc_raised_next,
        .on_final = on_final,
        .on_named = engine->adopted_count > 0 && !engine->is_muted ? toc_adopt_claim : NULL,
        .suppressed_by = engine->silence_count > 0 ? toc_silence_of : NULL,
        .sights = sights,
        .sight_count = sight_count,
        .has_room = ruled->rule->alert.cap_most > 0 && !engine->is_muted ? has_room : NULL,
        .where_is = where_is,
        .owner = keyed,
        .context = engine,
    };
}

void toc_keyed_tell(struct toc_engine *engine, struct toc_keyed *keyed, bool is_again)
{
    struct toc_ruled *ruled = keyed->ruled;
    struct toc_group *group = ruled->group;
    struct toc_match_state *newest = &keyed->match.newest;

    if (group->watermark_ms != TOC_INSTANT_NONE) {
        keyed->match.decided_ms = group->watermark_ms - 1;
        toc_match_advance(&keyed->match, group->watermark_ms - 1);
    }
    toc_raised_note(engine, keyed);
    bool is_joined = newest->is_joined;
    newest->is_joined = false;
    int64_t change_ms = toc_match_next(&keyed->match);
    int64_t telling_ms = change_ms == TOC_INSTANT_NEVER ? change_ms : change_ms + 1;
    if (newest->episodes.count > 0 || keyed->alerts.count > 0) {
        struct toc_telling telling = toc_keyed_telling(engine, keyed);
        size_t before = keyed->alerts.count;
        keyed->is_renamed = false;
        struct toc_alerts_due due = toc_alerts_tell(&keyed->alerts, &newest->episodes,
                                                    is_again || is_joined, &engine->pool, &telling);
        ruled->counts.told_new += keyed->alerts.count > before ? keyed->alerts.count - before : 0;
        telling_ms = due.watermark_ms < telling_ms ? due.watermark_ms : telling_ms;
        if (due.heard_ms != TOC_INSTANT_NEVER) {
            toc_sight_wait(engine, group, due.heard_ms);
        }
        if (keyed->is_renamed) { /* An alert that was looked at before another joined the two. */
            due.clock_ms = engine->now_ms;
        }
        if (due.clock_ms != TOC_INSTANT_NEVER) {
            toc_due_set(&engine->pacing, &keyed->pacing, due.clock_ms);
        } else {
            toc_due_remove(&engine->pacing, &keyed->pacing);
        }
    }
    toc_raised_hand(engine, keyed);
    if (telling_ms != TOC_INSTANT_NEVER) {
        if (telling_ms <= group->watermark_ms) {
            telling_ms = group->watermark_ms + 1; /* Looked at already: at the next ms. */
        }
        toc_due_set(&group->telling, &keyed->telling, telling_ms);
    } else {
        toc_due_remove(&group->telling, &keyed->telling);
    }
    if (keyed->settling.place == 0) {
        /* When all it knows now is behind the horizon; a key that is only watched need not. */
        const struct toc_ring *ring = &keyed->match.ring;
        bool is_fading = ring->first < ring->end || newest->episodes.count > 0 ||
                         keyed->alerts.count > 0 || !(newest->is_known || newest->is_watched);
        int64_t memory_ms = toc_rule_memory_ms(ruled->rule);
        int64_t from_ms = newest->now_ms > group->horizon_ms ? newest->now_ms : group->horizon_ms;
        if (is_fading) {
            toc_due_set(&group->settling, &keyed->settling,
                        from_ms + (memory_ms > 1000 ? memory_ms : 1000) + 1);
        }
    }
    ruled->counts.budget += keyed->match.over_fuel;
    keyed->match.over_fuel = 0;
}

struct toc_keyed *toc_keyed_get(struct toc_ruled *ruled, uint64_t hash, uint64_t order)
{
    struct toc_keyed *keyed;
    size_t at = 0;

    while ((keyed = toc_table_next(&ruled->keys, hash, &at)) != NULL) {
        if (keyed->telling.order == order) {
            return keyed;
        }
    }
    return NULL;
}

void toc_keyed_touch(struct toc_engine *engine, struct toc_keyed *keyed)
{
    if (!keyed->is_touched) {
        if (keyed->ruled->group->watermark_ms != TOC_INSTANT_NONE) {
            keyed->match.decided_ms = keyed->ruled->group->watermark_ms - 1;
        }
        toc_match_settle(&keyed->match, keyed->ruled->group->horizon_ms);
        keyed->is_touched = true;
        if (engine->touched_count == engine->touched_room) {
            engine->touched_room = engine->touched_room == 0 ? 16 : engine->touched_room * 2;
            engine->touched =
                toc_mem_resize(engine->touched, engine->touched_room, sizeof(struct toc_keyed *));
        }
        engine->touched[engine->touched_count++] = keyed;
    }
}

void toc_keyed_add(struct toc_engine *engine, struct toc_keyed *keyed,
                   const struct toc_entry *entry)
{
    struct toc_entry own = *entry;

    if (keyed->match.is_mute && keyed->ruled->rule->has_near) {
        return; /* No number of them would do. */
    }
    toc_keyed_touch(engine, keyed);
    toc_kept_share(own.kept);
    toc_match_put(&keyed->match, &own);
    keyed->ruled->counts.matched++;
}

/* @keyed sees what is new. Its open alerts claim that for their incident before anybody is told:
 * so what another rule tells of it first has the right name from the beginning. */
static void take(struct toc_engine *engine, struct toc_keyed *keyed, unsigned rank, bool is_shared)
{
    if (!keyed->is_touched || keyed->ruled->rule->rank != rank) {
        return;
    }
    keyed->is_touched = false;
    keyed->is_taken = true;
    keyed->is_again = toc_match_take(&keyed->match);
    if (is_shared && !keyed->is_again && keyed->alerts.count > 0) {
        struct toc_telling telling = toc_keyed_telling(engine, keyed);
        toc_alerts_join(&keyed->match.newest.episodes, &telling);
    }
}

void toc_keyed_take(struct toc_engine *engine)
{
    /* Those below first: what they hand up touches those above. */
    for (unsigned rank = 0; rank <= engine->rank_most && engine->touched_count > 0; rank++) {
        for (size_t from = 0, end; from < engine->touched_count; from = end) {
            end = engine->touched_count;
            for (size_t i = from; i < end; i++) {
                take(engine, engine->touched[i], rank, end - from > 1);
            }
            for (size_t i = from; i < end; i++) {
                struct toc_keyed *keyed = engine->touched[i];
                if (keyed->is_taken) {
                    keyed->is_taken = false;
                    toc_keyed_tell(engine, keyed, keyed->is_again);
                }
            }
        }
    }
    engine->touched_count = 0;
}
