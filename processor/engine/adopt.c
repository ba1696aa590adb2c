/* engine/adopt.c - taking over what an earlier run has told.
 *
 * A warm-up builds the state muted. Then each alert of `alerts.open` finds its episode: by its id,
 * else by rule, key and shared evidence (the order of arrival may have been another, so another
 * event made it true first). It goes on under its id and seq. What is on and was not told is told
 * now; what was told and is over is ended; of what nobody knows any more nothing says it: it
 * expires. */
#include <jansson.h>

#include "base/assert.h"
#include "base/mem.h"
#include "engine/core.h"

#define SEQ_MOST (INT64_C(1) << 53) /* More is no number of ours. */

static struct toc_str text_of(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    return (struct toc_str){.data = json_string_value(value), .size = json_string_length(value)};
}

/* It counts as open in its incident no more: it goes on as an alert of this run, or is over. */
static void leave_incident(struct toc_adopted *adopted)
{
    if (adopted->incident != NULL) {
        toc_incident_now(adopted->incident)->open--;
        toc_incident_set(&adopted->incident, NULL);
    }
}

static void finish_one(struct toc_adopted *adopted)
{
    leave_incident(adopted);
    json_decref(adopted->record);
    toc_said_destroy(adopted->said);
    *adopted = (struct toc_adopted){0};
}

void toc_adopt_finish(struct toc_engine *engine)
{
    for (size_t i = 0; i < engine->adopted_count; i++) {
        finish_one(&engine->adopted[i]);
    }
    toc_mem_free(engine->adopted);
    toc_mem_free(engine->finals);
    toc_table_finish(&engine->adopted_incidents);
    engine->adopted = NULL;
    engine->finals = NULL;
    engine->adopted_count = engine->adopted_room = 0;
    engine->final_count = engine->final_room = 0;
}

void toc_engine_mute(struct toc_engine *engine)
{
    engine->is_muted = true;
}

/* The incident that the record of @adopted names goes on, one for all that name it. A record of a
 * version that told none is one of its own. */
static void adopt_incident(struct toc_engine *engine, struct toc_adopted *adopted)
{
    struct toc_str name = text_of(adopted->record, "incident");
    struct toc_incident *incident;
    int64_t at_ms;
    size_t at = 0;

    if (name.size != TOC_INCIDENT_ID - 1) {
        name = toc_str_of(adopted->id);
    }
    if (!toc_instant_parse(text_of(adopted->record, "incident_at"), &at_ms) &&
        !toc_instant_parse(text_of(adopted->record, "new_at"), &at_ms)) {
        at_ms = adopted->begin_ms;
    }
    uint64_t hash = toc_hash64(name.data, name.size, 0);
    while ((incident = toc_table_next(&engine->adopted_incidents, hash, &at)) != NULL &&
           memcmp(incident->id, name.data, name.size) != 0) {
    }
    if (incident == NULL) {
        adopted->incident = toc_incident_begin(&engine->pool.incidents, name.data, at_ms);
        toc_table_add(&engine->adopted_incidents, hash, adopted->incident);
    } else {
        toc_incident_set(&adopted->incident, incident);
    }
    adopted->incident->open++;
}

enum toc_status toc_engine_adopt(struct toc_engine *engine, const struct toc_open_alert *open)
{
    enum toc_status status = TOC_E_INVALID;
    json_t *record = json_loadb(open->record.data, open->record.size, JSON_REJECT_DUPLICATES, NULL);
    int64_t begin_ms;
    size_t index;
    json_t *name;

    toc_assert(engine->is_muted);
    if (!json_is_object(record) || open->alert_id.size != TOC_ALERT_ID - 1 ||
        !toc_str_equal(text_of(record, "alert_id"), open->alert_id) ||
        !json_is_integer(json_object_get(record, "seq")) ||
        json_integer_value(json_object_get(record, "seq")) < 1 ||
        json_integer_value(json_object_get(record, "seq")) > SEQ_MOST ||
        !json_is_object(json_object_get(record, "key")) ||
        !toc_instant_parse(text_of(record, "begin"), &begin_ms)) {
        goto done;
    }
    if (engine->adopted_count == engine->adopted_room) {
        engine->adopted_room = engine->adopted_room == 0 ? 16 : engine->adopted_room * 2;
        engine->adopted =
            toc_mem_resize(engine->adopted, engine->adopted_room, sizeof *engine->adopted);
    }
    struct toc_adopted *adopted = &engine->adopted[engine->adopted_count++];
    int rule = toc_ruleset_find(engine->options.rules, text_of(record, "rule"));
    *adopted = (struct toc_adopted){
        .record = record,
        .said = toc_adopt_said(record),
        .ruled = rule >= 0 ? &engine->rules[engine->first_part[rule]] : NULL,
        .begin_ms = begin_ms,
        .seq = (uint64_t)json_integer_value(json_object_get(record, "seq")),
    };
    memcpy(adopted->id, open->alert_id.data, open->alert_id.size);
    adopt_incident(engine, adopted);
    json_array_foreach(json_object_get(record, "blind"), index, name)
    {
        toc_sight_adopt(engine, toc_str_of(json_string_value(name)));
    }
    record = NULL; /* Moved. */
    status = TOC_OK;
done:
    json_decref(record);
    return status;
}

static bool is_same_key(const struct toc_adopted *adopted, const struct toc_keyed *keyed,
                        const struct toc_alert *alert, const struct toc_engine *engine)
{
    const struct toc_rule *rule = keyed->ruled->rule;
    const json_t *key = json_object_get(adopted->record, "key");

    if (!toc_str_equal(text_of(adopted->record, "mode"),
                       toc_str_of(toc_mode_text(keyed->key.mode))) ||
        json_object_size(key) != rule->key_part_count) {
        return false;
    }
    for (size_t i = 0; i < rule->key_part_count; i++) {
        struct toc_str label = keyed->key.values[i].label;
        if (rule->key_parts[i].is_place && alert->place >= 0) {
            label = toc_places_get(engine->places, (size_t)alert->place)->name;
        }
        if (!toc_record_key_says(key, rule->key_parts[i].name, label,
                                 rule->key_parts[i].is_place)) {
            return false;
        }
    }
    return true;
}

struct toc_adopted *toc_adopt_find(struct toc_engine *engine, const char *id)
{
    for (size_t i = 0; i < engine->adopted_count; i++) {
        if (!engine->adopted[i].is_used && strcmp(engine->adopted[i].id, id) == 0) {
            return &engine->adopted[i];
        }
    }
    return NULL;
}

/* Does the record quote an event that is evidence of @episode? Without any evidence on both sides
 * (a member never heard) the begin decides. */
static bool is_same_evidence(const struct toc_adopted *adopted, const struct toc_episode *episode)
{
    const json_t *quoted = json_object_get(adopted->record, "evidence");
    size_t index;
    json_t *entry;

    if (json_array_size(quoted) == 0 && episode->evidence_count == 0) {
        return adopted->begin_ms == episode->begin_ms;
    }
    json_array_foreach(quoted, index, entry)
    {
        for (size_t i = 0; i < episode->evidence_count; i++) {
            const struct toc_kept *kept = episode->evidence[i].kept;
            if (toc_str_equal(text_of(entry, "id"), kept->id) &&
                toc_str_equal(text_of(entry, "source"), kept->source)) {
                return true;
            }
        }
    }
    return false;
}

/* By rule, key and shared evidence: told before under the id of another event that made it true. */
static struct toc_adopted *find_by_evidence(struct toc_engine *engine,
                                            const struct toc_keyed *keyed,
                                            const struct toc_alert *alert,
                                            const struct toc_episode *episode)
{
    for (size_t i = 0; i < engine->adopted_count; i++) {
        struct toc_adopted *adopted = &engine->adopted[i];
        if (!adopted->is_used && adopted->ruled != NULL &&
            adopted->ruled->index == keyed->ruled->index && !episode->is_anchored &&
            adopted->begin_ms < episode->end_ms && is_same_key(adopted, keyed, alert, engine) &&
            is_same_evidence(adopted, episode)) {
            return adopted;
        }
    }
    return NULL;
}

/* Which steps of `escalate` have acted, and since when their clock runs. */
static void restore_steps(const struct toc_adopted *adopted, struct toc_alert *alert)
{
    const json_t *steps = json_object_get(adopted->record, "escalations");
    const struct toc_rule *rule = adopted->ruled->rule;
    size_t index;
    json_t *step;

    if (!toc_instant_parse(text_of(adopted->record, "new_at"), &alert->new_ms)) {
        (void)toc_instant_parse(text_of(adopted->record, "detected_at"), &alert->new_ms);
    }
    alert->acted = 0;
    json_array_foreach(steps, index, step)
    {
        int64_t after_ms, at_ms;
        if (!toc_span_parse(text_of(step, "after"), &after_ms) ||
            !toc_instant_parse(text_of(step, "at"), &at_ms)) {
            continue;
        }
        for (size_t i = 0; i < rule->alert.escalation_count; i++) {
            const struct toc_escalation *of = &rule->alert.escalations[i];
            if (of->when == NULL && of->after_ms == after_ms &&
                toc_str_equal(of->topic, text_of(step, "topic"))) {
                alert->acted |= 1u << i;
                alert->acted_ms[i] = at_ms;
            }
        }
    }
}

/* What was said of it goes on with it. */
static void hand_over(struct toc_engine *engine, struct toc_adopted *adopted,
                      struct toc_alert *alert)
{
    struct toc_said *read_back = alert->said; /* From the actions of the warm-up. */
    struct toc_telling telling = toc_keyed_telling(engine, alert->owner);

    adopted->is_used = true;
    toc_alert_go_on_in(alert, adopted->incident, &telling);
    leave_incident(adopted);
    alert->seq = adopted->seq;
    alert->is_capped = toc_str_equal(text_of(adopted->record, "suppressed_by"), TOC_STR("cap"));
    if (adopted->ruled != NULL) {
        restore_steps(adopted, alert);
    }
    if (adopted->said == NULL) {
        return;
    }
    alert->said = adopted->said;
    adopted->said = NULL;
    if (read_back != NULL) {
        toc_said_join(alert->said, read_back);
        if (read_back->ended != TOC_ENDING_NONE) {
            toc_said_end(alert->said, read_back->ended, &read_back->ended_by, read_back->line_ms);
        }
        toc_said_destroy(read_back);
    }
    alert->is_acked = toc_said_is_acked(alert->said);
}

void toc_adopt_claim(struct toc_alert *alert, void *context)
{
    struct toc_adopted *adopted = toc_adopt_find(context, alert->id);

    if (adopted != NULL) {
        hand_over(context, adopted, alert);
    }
}

/* How an alert of this run is found to be one of the run before, in this order; all before the
 * world hears of what is new, so that it hears the incidents' names. */
enum step { BY_ID, BY_EVIDENCE, NEW };

static void take_over(struct toc_engine *engine, struct toc_keyed *keyed,
                      struct toc_episode *episode, enum step step)
{
    struct toc_alert *alert = episode->alert;
    struct toc_telling telling = toc_keyed_telling(engine, keyed);
    struct toc_adopted *adopted = step == BY_ID ? toc_adopt_find(engine, alert->id)
                                  : step == BY_EVIDENCE
                                      ? find_by_evidence(engine, keyed, alert, episode)
                                      : NULL;

    if (adopted != NULL) {
        alert->is_adopted = true;
        toc_act_forget(engine, alert);
        memcpy(alert->id, adopted->id, sizeof alert->id);
        toc_act_index(engine, alert);
        hand_over(engine, adopted, alert);
        alert->is_suppressed = json_object_get(adopted->record, "suppressed_by") != NULL;
        if (alert->is_open) {
            (void)toc_level_parse(text_of(adopted->record, "level"), &alert->level);
            alert->count = (uint64_t)json_integer_value(json_object_get(adopted->record, "count"));
            alert->begin_ms = adopted->begin_ms;
        } else {
            toc_alert_tell(alert, episode, toc_alert_end_state(alert, episode), false, &telling);
        }
    } else if (step == NEW && alert->is_open) {
        alert->seq = 0;
        toc_alert_tell(alert, episode, TOC_ALERT_NEW, true, &telling);
    }
}

/* First whoever is known by its id, then by time among those left. */
static void each_episode(struct toc_engine *engine, enum step step)
{
    for (size_t r = 0; r < engine->rule_count; r++) {
        for (struct toc_keyed *keyed = engine->rules[r].first; keyed != NULL; keyed = keyed->next) {
            struct toc_episodes *episodes = &keyed->match.newest.episodes;
            for (size_t i = 0; i < episodes->count; i++) {
                const struct toc_alert *alert = episodes->items[i].alert;
                if (alert != NULL && !alert->is_adopted) {
                    take_over(engine, keyed, &episodes->items[i], step);
                }
            }
        }
    }
}

static const struct toc_final *find_final(const struct toc_engine *engine, const char *id)
{
    for (size_t i = 0; i < engine->final_count; i++) {
        if (strcmp(engine->finals[i].id, id) == 0) {
            return &engine->finals[i];
        }
    }
    return NULL;
}

/* Under which name its incident goes by now, if it goes on without it. */
static void tell_incident(struct toc_adopted *adopted)
{
    const struct toc_incident *incident = toc_incident_now(adopted->incident);
    json_t *record = adopted->record, *was = json_object_get(record, "incident");
    char at[TOC_INSTANT_TEXT];

    json_object_del(record, "incident_was");
    if (was != NULL && strcmp(json_string_value(was), incident->id) != 0) {
        json_object_set(record, "incident_was", was);
    }
    toc_instant_format(incident->first_ms, at);
    json_object_set_new(record, "incident", json_string(incident->id));
    json_object_set_new(record, "incident_at", json_string(at));
    leave_incident(adopted);
}

/* End an alert whose episode is gone: the record last told, with an end. */
static void end_adopted(struct toc_engine *engine, struct toc_adopted *adopted)
{
    const struct toc_final *final = find_final(engine, adopted->id);
    char end[TOC_INSTANT_TEXT], detected[TOC_INSTANT_TEXT];
    enum toc_mode mode = TOC_MODE_ACTUAL;

    enum toc_alert_state state = final != NULL ? final->state : TOC_ALERT_EXPIRED;
    toc_instant_format(engine->now_ms, detected);
    toc_instant_format(final != NULL ? final->end_ms : engine->now_ms, end);
    json_t *record = adopted->record;
    (void)toc_mode_parse(text_of(record, "mode"), &mode);
    json_object_set_new(record, "seq", json_integer((json_int_t)adopted->seq + 1));
    json_object_set_new(record, "state", json_string(toc_alert_state_text(state)));
    json_object_set_new(record, "open", json_false());
    json_object_set_new(record, "end", json_string(end));
    json_object_set_new(record, "detected_at", json_string(detected));
    tell_incident(adopted);
    json_object_set_new(record, "end_reason",
                        json_string(final != NULL            ? "window"
                                    : adopted->ruled == NULL ? "rule"
                                                             : "restart"));
    json_object_del(record, "expires_at");
    char *data = json_dumps(record, JSON_COMPACT);
    struct toc_text *out = &engine->record;
    toc_text_clear(out);
    toc_text_addf(out, "{\"specversion\":\"1.0\",\"id\":\"%s-%llu\",\"source\":", adopted->id,
                  (unsigned long long)adopted->seq + 1);
    toc_text_add_json(out, engine->options.source);
    toc_text_addf(out, ",\"type\":\"tocsin.alert.%s\",\"time\":\"%s\",\"subject\":",
                  toc_alert_state_text(state), detected);
    toc_text_add_json(out, text_of(record, "rule"));
    toc_text_add(out, TOC_STR(",\"datacontenttype\":\"application/json\",\"data\":"));
    size_t begin = out->size;
    toc_text_add(out, toc_str_of(data));
    struct toc_str told_data = {.data = out->data + begin, .size = out->size - begin};
    toc_text_add_char(out, '}');
    free(data);
    struct toc_text *topic = &engine->topic;
    toc_text_clear(topic);
    if (adopted->ruled != NULL) {
        toc_keyed_name_topic(adopted->ruled->rule, mode, topic);
    }
    engine->counts.told[state]++;
    struct toc_told told = {
        .rule = adopted->ruled != NULL ? adopted->ruled->rule : NULL,
        .state = state,
        .mode = mode,
        .topic = toc_text_str(topic),
        .alert_id = toc_str_of(adopted->id),
        .record = toc_text_str(out),
        .data = told_data,
        .seq = adopted->seq + 1,
    };
    engine->options.on_told(&told, engine->options.context);
}

void toc_engine_unmute(struct toc_engine *engine)
{
    toc_assert(engine->is_muted);
    engine->is_muted = false;
    if (engine->now_ms == TOC_INSTANT_NONE) {
        engine->now_ms = engine->newest_ms != TOC_INSTANT_NONE ? engine->newest_ms : 0;
    }
    toc_table_finish(&engine->adopted_incidents); /* Its pointers are good up to here. */
    each_episode(engine, BY_ID);
    each_episode(engine, BY_EVIDENCE);
    each_episode(engine, NEW);
    for (size_t i = 0; i < engine->adopted_count; i++) {
        struct toc_adopted *adopted = &engine->adopted[i];
        if (!adopted->is_used &&
            (adopted->ruled == NULL || find_final(engine, adopted->id) != NULL)) {
            adopted->is_used = true;
            end_adopted(engine, adopted);
        }
    }
    toc_mem_free(engine->finals);
    engine->finals = NULL;
    engine->final_count = engine->final_room = 0;
    for (size_t r = 0; r < engine->rule_count; r++) {
        for (struct toc_keyed *keyed = engine->rules[r].first; keyed != NULL; keyed = keyed->next) {
            toc_keyed_tell(engine, keyed, false); /* Counts that moved on meanwhile. */
        }
    }
    toc_silence_turn(engine); /* A silence may have ended while nobody ran. */
    toc_keyed_take(engine);
}

/* Was an input blind when it was told last, and is still? Then nobody can say that it is over. */
static bool is_unseen(const struct toc_engine *engine, const struct toc_adopted *adopted)
{
    size_t index;
    json_t *name;

    json_array_foreach(json_object_get(adopted->record, "blind"), index, name)
    {
        if (adopted->ruled != NULL &&
            toc_sight_is_blind(engine, toc_str_of(json_string_value(name)))) {
            return true;
        }
    }
    return false;
}

void toc_engine_disown(struct toc_engine *engine)
{
    size_t left = 0;

    toc_assert(!engine->is_muted);
    engine->is_disowned = true;
    for (size_t i = 0; i < engine->adopted_count; i++) {
        struct toc_adopted *adopted = &engine->adopted[i];
        if (!adopted->is_used && is_unseen(engine, adopted)) {
            struct toc_adopted kept = *adopted; /* It waits until its input is heard again. */
            *adopted = engine->adopted[left];
            engine->adopted[left++] = kept;
        } else if (!adopted->is_used) {
            end_adopted(engine, adopted);
            adopted->is_used = true;
        }
    }
    for (size_t i = left; i < engine->adopted_count; i++) {
        finish_one(&engine->adopted[i]);
    }
    engine->adopted_count = left;
    if (left == 0) {
        toc_adopt_finish(engine);
    }
}
