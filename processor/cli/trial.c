#include "cli/trial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/mem.h"
#include "cli/given.h"
#include "engine/action.h"
#include "engine/engine.h"
#include "event/decode.h"

enum {
    ACCEPT_LATE_MS = 600000,
    KEYS_MOST = 100000,
    TICKS_MOST = 100000, /* After the last event: a rule that never rests is wrong. */
};

/* A trial under way. */
struct run {
    struct toc_trial *trial;
    struct toc_str rule;
    struct toc_diag *diag;
    const struct toc_ruleset *rules;
    struct toc_engine *engine; /* NULL: values are read, nothing is lived. */
    struct toc_decoder *decoder;
    const struct toc_yaml *event; /* The one being fed. */
    json_t *open;                 /* Alerts of all rules that are open: by id, their records. */
    struct toc_text line, detail;
};

static void on_told(const struct toc_told *told, void *context)
{
    struct run *run = context;
    struct toc_trial *trial = run->trial;
    json_t *record = json_loadb(told->data.data, told->data.size, 0, NULL);
    if (record == NULL) {
        return;
    }
    char id[TOC_ALERT_ID];
    snprintf(id, sizeof id, "%.*s", (int)told->alert_id.size, told->alert_id.data);
    if (!told->is_open) {
        (void)json_object_del(run->open, id);
    } else if (json_object_set(run->open, id, record) != 0) {
        trial->is_broken = true; /* Cannot be: it is a text and an object. */
    }
    if (!toc_str_equal(told->rule->name, run->rule)) {
        json_decref(record);
        return;
    }
    if (trial->told_count == trial->told_room) {
        trial->told_room = trial->told_room * 2 + 16;
        trial->told = toc_mem_resize(trial->told, trial->told_room, sizeof *trial->told);
    }
    trial->told[trial->told_count++].record = record;
}

static void on_dropped(const struct toc_event *event, const struct toc_field *field, void *context)
{
    struct run *run = context;
    char name[256];
    (void)event;
    snprintf(name, sizeof name, "%.*s", (int)field->name.size, field->name.data);
    const struct toc_yaml *node = toc_yaml_find(run->event, name);
    struct toc_str word = node != NULL ? node->text : (struct toc_str){0};
    toc_diag_add(run->diag, TOC_SEVERITY_ERROR, "E0503",
                 node != NULL ? node->mark : run->event->mark,
                 toc_diag_nearest(word, field->values, field->value_count),
                 "%s does not have this form or value in the event type", name);
    run->trial->is_broken = true;
}

/* The field that the decoder's words name in quotes, as far as the event gives it. */
static const struct toc_yaml *find_refused(const struct run *run)
{
    for (const struct toc_yaml *field = run->event->first; field != NULL; field = field->next) {
        struct toc_text quoted = {0};
        toc_text_add_json(&quoted, field->key);
        bool is_named = run->detail.size > 0 && strstr(run->detail.data, quoted.data) != NULL;
        toc_text_finish(&quoted);
        if (is_named) {
            return field;
        }
    }
    return NULL;
}

static void tell_refused(struct run *run, enum toc_refusal reason)
{
    const struct toc_yaml *type_name = toc_yaml_find(run->event, "type");
    const struct toc_catalogue *catalogue = toc_ruleset_catalogue(run->rules);
    const struct toc_yaml *node = find_refused(run);
    struct toc_str meant = {0};

    if (node != NULL && type_name != NULL && node->kind == TOC_YAML_SCALAR) {
        int type = toc_catalogue_find(catalogue, type_name->text);
        int slot =
            type >= 0 ? toc_type_field(toc_catalogue_type(catalogue, (size_t)type), node->key) : -1;
        if (slot >= 0) {
            const struct toc_field *field =
                &toc_catalogue_type(catalogue, (size_t)type)->fields[slot];
            meant = toc_diag_nearest(node->text, field->values, field->value_count);
        }
    }
    toc_diag_add(run->diag, TOC_SEVERITY_ERROR, "E0504",
                 node != NULL ? node->mark : run->event->mark, meant, "%s: %.*s",
                 toc_refusal_words(reason), (int)run->detail.size,
                 run->detail.size > 0 ? run->detail.data : "");
    run->trial->is_broken = true;
}

/* Does the key of @record have every part of @key, written so? */
static bool has_key(const json_t *record, const struct toc_yaml *key)
{
    for (const struct toc_yaml *part = key != NULL ? key->first : NULL; part != NULL;
         part = part->next) {
        if (!toc_record_key_says(json_object_get(record, "key"), part->key, part->text, false)) {
            return false;
        }
    }
    return true;
}

/* { time, alert: RULE, state: acked, key }: somebody acknowledges the alert that is open then. */
static void acknowledge(struct run *run, int64_t at_ms)
{
    const struct toc_yaml *rule = toc_yaml_find(run->event, "alert");
    const char *id, *found = NULL;
    json_t *record;

    if (run->engine == NULL) {
        return;
    }
    json_object_foreach(run->open, id, record)
    {
        const char *name = json_string_value(json_object_get(record, "rule"));
        if (found == NULL && toc_str_equal(toc_str_of(name), rule->text) &&
            has_key(record, toc_yaml_find(run->event, "key"))) {
            found = id;
        }
    }
    struct toc_action action = {
        .kind = TOC_ACTION_ACK,
        .at_ms = at_ms,
        .id = TOC_STR("given"),
        .source = TOC_STR("/test"),
        .by = TOC_STR("test"),
    };
    char own[TOC_ALERT_ID] = "";
    enum toc_action_refusal reason;
    if (found != NULL) {
        memcpy(own, found, sizeof own);
        action.alert_id = toc_str_of(own);
    }
    if (found == NULL || toc_engine_act(run->engine, &action, &reason) == TOC_ACT_REFUSED) {
        toc_diag_add(run->diag, TOC_SEVERITY_ERROR, "E0505", rule->mark, (struct toc_str){0},
                     "no alert of %.*s with this key is open then", (int)rule->text.size,
                     rule->text.data);
        run->trial->is_broken = true;
    }
}

/* Feed the given events, or, without an engine, only read them. */
static void feed_given(struct run *run, const struct toc_yaml *given)
{
    struct toc_record record = {
        .origin = {.topic = TOC_STR("given"), .stored_ms = TOC_INSTANT_NONE},
    };
    size_t number = 0;
    int64_t newest_ms = TOC_INSTANT_NONE, offset_ms;
    const struct toc_yaml *first = given != NULL ? given->first : NULL;
    const struct toc_yaml *first_time = toc_yaml_find(first, "time");

    /* The stream begins at offset 0, or, told in full times, with its first event. */
    if (run->engine != NULL &&
        (first_time == NULL || toc_span_parse(first_time->text, &offset_ms))) {
        newest_ms = TOC_GIVEN_BEGIN;
        toc_engine_tick(run->engine, newest_ms);
    }
    for (run->event = first; run->event != NULL; run->event = run->event->next) {
        const struct toc_event *events;
        size_t count;
        enum toc_refusal reason;
        int64_t at_ms;
        if (toc_yaml_find(run->event, "alert") != NULL) {
            const struct toc_yaml *time = toc_yaml_find(run->event, "time");
            if (time != NULL && toc_given_instant(time->text, &at_ms)) {
                if (at_ms > newest_ms && run->engine != NULL) {
                    newest_ms = at_ms;
                    toc_engine_tick(run->engine, newest_ms);
                }
                acknowledge(run, at_ms);
            }
            continue;
        }
        if (!toc_given_event(run->event, ++number, toc_ruleset_catalogue(run->rules),
                             toc_ruleset_places(run->rules), run->diag, &run->line)) {
            run->trial->is_broken = true;
            continue;
        }
        record.bytes = toc_text_str(&run->line);
        record.origin.offset = (int64_t)number;
        if (toc_decoder_decode(run->decoder, &record, &events, &count, &reason, &run->detail) !=
            TOC_OK) {
            tell_refused(run, reason);
            continue;
        }
        for (size_t i = 0; i < count && run->engine != NULL; i++) {
            if (events[i].at_ms > newest_ms) {
                newest_ms = events[i].at_ms;
                toc_engine_tick(run->engine, newest_ms);
            }
            (void)toc_engine_feed(run->engine, 0, 0, &events[i]);
        }
    }
}

/* Let time pass until nothing is pending. False: it never rests. */
static bool let_time_pass(struct toc_engine *engine)
{
    toc_engine_idle(engine, 0, 0, true);
    for (int ticks = 0; ticks < TICKS_MOST; ticks++) {
        int64_t due_ms = toc_engine_due(engine);
        if (due_ms >= TOC_INSTANT_MAX) {
            return true;
        }
        int64_t now_ms = toc_engine_now(engine);
        toc_engine_tick(engine, due_ms > now_ms ? due_ms : now_ms + 1);
    }
    return false;
}

static void live(struct toc_trial *trial, const struct toc_trial_world *world, struct toc_str rule,
                 const struct toc_yaml *test, bool is_lived, struct toc_diag *diag)
{
    const struct toc_yaml *lists = toc_yaml_find(test, "lists");
    struct toc_ruleset *replaced = NULL;
    struct run run = {.trial = trial, .rule = rule, .diag = diag, .rules = world->rules};

    *trial = (struct toc_trial){0};
    run.open = json_object();
    if (lists != NULL) {
        size_t findings = toc_diag_count(diag);
        trial->is_broken =
            !toc_ruleset_load_edited(&world->paths, lists, world->edit, diag, &replaced);
        toc_diag_drop_warnings(diag, findings); /* They were said when the rules were read. */
        if (trial->is_broken) {
            json_decref(run.open);
            return;
        }
        run.rules = replaced;
    }
    struct toc_input input = {
        .name = TOC_STR("given"),
        .accept_late_ms = ACCEPT_LATE_MS,
        .partition_count = 1,
    };
    run.engine = !is_lived ? NULL
                           : toc_engine_create(&(struct toc_engine_options){
                                 .rules = run.rules,
                                 .inputs = &input,
                                 .input_count = 1,
                                 .keys_most = KEYS_MOST,
                                 .source = TOC_STR("/tocsin/test"),
                                 .on_told = on_told,
                                 .context = &run,
                             });
    run.decoder = toc_decoder_create(&(struct toc_decoder_options){
        .catalogue = toc_ruleset_catalogue(run.rules),
        .mode = TOC_MODE_ACTUAL,
        .on_dropped = on_dropped,
        .context = &run,
    });
    feed_given(&run, toc_yaml_find(test, "given"));
    if (is_lived && !trial->is_broken) {
        trial->rests = let_time_pass(run.engine);
    }
    toc_decoder_destroy(run.decoder);
    if (run.engine != NULL) {
        toc_engine_destroy(run.engine);
    }
    json_decref(run.open);
    toc_text_finish(&run.line);
    toc_text_finish(&run.detail);
    toc_ruleset_destroy(replaced);
}

void toc_trial_run(struct toc_trial *out, const struct toc_trial_world *world, struct toc_str rule,
                   const struct toc_yaml *test, struct toc_diag *diag)
{
    live(out, world, rule, test, true, diag);
}

void toc_trial_finish(struct toc_trial *trial)
{
    for (size_t i = 0; i < trial->told_count; i++) {
        json_decref(trial->told[i].record);
    }
    toc_mem_free(trial->told);
    *trial = (struct toc_trial){0};
}

bool toc_trial_check(const struct toc_trial_world *world, const struct toc_yaml *test,
                     struct toc_diag *diag)
{
    struct toc_trial trial;
    live(&trial, world, TOC_STR(""), test, false, diag);
    bool is_right = !trial.is_broken;
    toc_trial_finish(&trial);
    return is_right;
}
