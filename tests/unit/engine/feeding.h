/* feeding.h - an engine, events made by hand, and what it tells as a line.
 *
 * Types x.a x.b x.c and y.a y.b, all with the fields v (number), s (text), since (time), at
 * (place), and z.p, which says where a car called s is (10 m/s, kept 10 s); camps North (16 N 0 E,
 * 1 km) and South (15 N 0 E, 1 km).
 * What was told: "new r gao 2; expired r gao 2": state, rule, the first value of the key, count;
 * then the mode if not actual, "late" if so marked, and the reason of an end. */
#pragma once
#include "loaded.h"

#include <jansson.h>

#include "base/mem.h"
#include "engine/engine.h"
#include "event/decode.h"

enum { FEEDING_TOLD = 512 };

struct fed {
    size_t input;
    uint32_t partition;
    const char *type, *id, *source, *subject, *topic;
    int64_t at_ms;
    enum toc_mode mode;
    bool has_v, has_at, has_since;
    double v;
    const char *s;
    struct toc_point at;
    int64_t since_ms;
    uint64_t content;
    int64_t stored_ms; /* 0 = none. */
};

struct feeding_told {
    char id[TOC_ALERT_ID];
    char topic[64];
    uint64_t seq;
    enum toc_alert_state state;
    bool is_open;
    json_t *data;
};

struct feeding {
    struct toc_ruleset *rules;
    struct toc_engine *engine;
    struct toc_text line;    /* Since it was last looked at. */
    struct toc_text records; /* All, byte for byte, if is_recording. */
    struct feeding_told *told;
    size_t count;
    bool is_clocked; /* The test says what time it is; else the newest event does. */
    bool is_counting_only, is_recording;
};

static inline const char *feeding_text(const struct feeding_told *told, const char *name)
{
    const json_t *value = json_object_get(told->data, name);
    return json_is_string(value) ? json_string_value(value) : "";
}

/* An earlier run told of it: alerts.open holds @record of rule "r". */
static inline void feeding_adopt(struct feeding *f, const char *id, const char *record)
{
    assert_int_equal(
        toc_engine_adopt(f->engine, &(struct toc_open_alert){.alert_id = toc_str_of(id),
                                                             .rule = TOC_STR("r"),
                                                             .record = toc_str_of(record)}),
        TOC_OK);
}

static inline void feeding_on_told(const struct toc_told *told, void *context)
{
    struct feeding *f = context;

    if (f->is_counting_only) {
        f->count++;
        if (f->is_recording) {
            toc_text_add(&f->records, told->record);
        }
        return;
    }
    assert_true(f->count < FEEDING_TOLD);
    struct feeding_told *own = &f->told[f->count++];
    *own = (struct feeding_told){.seq = told->seq, .state = told->state, .is_open = told->is_open};
    assert_int_equal(told->alert_id.size, TOC_ALERT_ID - 1);
    memcpy(own->id, told->alert_id.data, told->alert_id.size);
    assert_true(told->topic.size < sizeof own->topic);
    if (told->topic.size > 0) {
        memcpy(own->topic, told->topic.data, told->topic.size);
    }
    own->data = json_loadb(told->data.data, told->data.size, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(own->data);

    const json_t *key = json_object_get(own->data, "key");
    void *first = json_object_iter((json_t *)(uintptr_t)key);
    struct toc_text *line = &f->line;
    toc_text_addf(line, "%s%s %s", line->size > 0 ? "; " : "", toc_alert_state_text(told->state),
                  feeding_text(own, "rule"));
    if (first != NULL) {
        char *value = json_dumps(json_object_iter_value(first), JSON_ENCODE_ANY);
        size_t quote = value[0] == '"' ? 1 : 0;
        toc_text_addf(line, " %.*s", (int)(strlen(value) - 2 * quote), value + quote);
        free(value);
    }
    toc_text_addf(line, " %lld",
                  (long long)json_integer_value(json_object_get(own->data, "count")));
    if (told->mode != TOC_MODE_ACTUAL) {
        toc_text_addf(line, " %s", toc_mode_text(told->mode));
    }
    if (json_is_true(json_object_get(own->data, "late"))) {
        toc_text_addf(line, " late");
    }
    if (!told->is_open && told->state != TOC_ALERT_CANCELLED) {
        toc_text_addf(line, " %s", feeding_text(own, "end_reason"));
    }
    if (feeding_text(own, "merged_into")[0] != '\0') {
        toc_text_addf(line, " merged");
    }
}

/* One rule called @name; @when and @alert as in a rule file. Aliases a b c of x.*, d e of y.*. */
static inline void feeding_rule(struct toc_text *rules, const char *name, const char *events,
                                const char *when, const char *alert)
{
    toc_text_addf(rules, "%srule: %s\ntitle: T\nstatus: deprecated\nlevel: low\nevents: { %s }\n",
                  rules->size > 0 ? "---\n" : "", name, events);
    toc_text_addf(rules, "when: %s\nalert: { topic: alerts.t%s%s }\n", when,
                  alert[0] != '\0' ? ", " : "", alert);
}

static inline struct toc_ruleset *feeding_load(const char *rules)
{
#define FEEDING_FIELDS                                                                             \
    "location: at\nfields: { v: { type: number, range: [-1000000000000, 1000000000000] }, "        \
    "s: { type: text }, since: { type: time }, at: { type: place } }\n"
    static const char *const types =
        "type: x.a\ntitle: A\n" FEEDING_FIELDS "---\ntype: x.b\ntitle: B\n" FEEDING_FIELDS
        "---\ntype: x.c\ntitle: C\n" FEEDING_FIELDS "---\ntype: y.a\ntitle: A\n" FEEDING_FIELDS
        "---\ntype: y.b\ntitle: B\n" FEEDING_FIELDS
        "---\ntype: z.p\ntitle: P\nplace: { kind: car, name: s, speed: 10 m/s, keep: 10s }\n"
        "fields: { v: { type: number }, s: { type: text, required: true }, "
        "since: { type: time }, at: { type: place, required: true } }\n";
#define FEEDING_CAMP(name, lat)                                                                    \
    "{\"type\": \"Feature\", \"properties\": {\"kind\": \"camp\", \"name\": \"" name               \
    "\", \"radius_m\": 1000}, \"geometry\": {\"type\": \"Point\", \"coordinates\": [0, " lat "]}}"
    static const char *const places =
        "{\"type\": \"FeatureCollection\", \"features\": [" FEEDING_CAMP(
            "North", "16") "," FEEDING_CAMP("South", "15") "]}";

    return loaded_rules(types, places, rules);
}

/* @inputs: NULL for one of all types, one partition, accept_late 10 s, max_disorder 0. */
static inline void feeding_begin(struct feeding *f, const struct toc_input *inputs,
                                 size_t input_count, size_t keys_most)
{
    static const struct toc_input one = {
        .name = {"all", 3}, .accept_late_ms = 10000, .partition_count = 1};

    if (f->told == NULL) {
        f->told = toc_mem_array(FEEDING_TOLD, sizeof *f->told);
    }
    f->engine = toc_engine_create(&(struct toc_engine_options){
        .rules = f->rules,
        .inputs = inputs != NULL ? inputs : &one,
        .input_count = inputs != NULL ? input_count : 1,
        .keys_most = keys_most,
        .source = TOC_STR("/tocsin/test"),
        .on_told = feeding_on_told,
        .context = f,
    });
}

static inline void feeding_init(struct feeding *f, const char *rules,
                                const struct toc_input *inputs, size_t input_count)
{
    *f = (struct feeding){.rules = feeding_load(rules)};
    feeding_begin(f, inputs, input_count, 0);
}

/* One rule "r" over a: x.a, b: x.b, c: x.c, d: y.a, e: y.b. */
static inline void feeding_init_one(struct feeding *f, const char *when, const char *alert,
                                    const struct toc_input *inputs, size_t input_count)
{
    struct toc_text rules = {0};

    feeding_rule(&rules, "r",
                 "a: { type: x.a }, b: { type: x.b }, c: { type: x.c }, d: { type: y.a }, "
                 "e: { type: y.b }",
                 when, alert);
    feeding_init(f, rules.data, inputs, input_count);
    toc_text_finish(&rules);
}

static inline void feeding_forget_told(struct feeding *f)
{
    for (size_t i = 0; i < f->count && !f->is_counting_only; i++) {
        json_decref(f->told[i].data);
    }
    f->count = 0;
    toc_text_clear(&f->line);
}

static inline void feeding_finish(struct feeding *f)
{
    toc_engine_destroy(f->engine);
    feeding_forget_told(f);
    toc_mem_free(f->told);
    toc_text_finish(&f->line);
    toc_text_finish(&f->records);
    toc_ruleset_destroy(f->rules);
}

static inline enum toc_feed feeding_feed(struct feeding *f, struct fed fed)
{
    const struct toc_catalogue *catalogue = toc_ruleset_catalogue(f->rules);
    struct toc_value fields[4] = {{.kind = TOC_VALUE_NONE}};
    struct toc_str source = toc_str_of(fed.source != NULL ? fed.source : "s");
    int type = toc_catalogue_find(catalogue, toc_str_of(fed.type));

    assert_true(type >= 0);
    if (fed.has_v) {
        fields[0] = (struct toc_value){.kind = TOC_VALUE_NUMBER, .number = fed.v};
    }
    if (fed.s != NULL) {
        fields[1] = (struct toc_value){.kind = TOC_VALUE_TEXT, .text = toc_str_of(fed.s)};
    }
    if (fed.has_since) {
        fields[2] = (struct toc_value){.kind = TOC_VALUE_TIME, .at_ms = fed.since_ms};
    }
    if (fed.has_at) {
        fields[3] = (struct toc_value){.kind = TOC_VALUE_POINT, .point = fed.at};
    }
    struct toc_event event = {
        .at_ms = fed.at_ms,
        .type = type,
        .mode = fed.mode,
        .id = toc_str_of(fed.id),
        .source = source,
        .subject = toc_str_of(fed.subject),
        .type_name = toc_str_of(fed.type),
        .identity = toc_decoder_identity(source, toc_str_of(fed.id)),
        .content = fed.content,
        .fields = fields,
        .field_count = 4,
        .origin = {.topic = toc_str_of(fed.topic != NULL ? fed.topic : "in"),
                   .partition = (int32_t)fed.partition,
                   .offset = 1,
                   .stored_ms = fed.stored_ms != 0 ? fed.stored_ms : TOC_INSTANT_NONE},
    };
    if (!f->is_clocked) {
        toc_engine_tick(f->engine, fed.at_ms);
    }
    return toc_engine_feed(f->engine, fed.input, fed.partition, &event);
}

#define FEED(f, ...) feeding_feed((f), (struct fed){__VA_ARGS__})

/* What was told since the last time it was asked. */
static inline void assert_says(struct feeding *f, const char *expected)
{
    assert_string_equal(f->line.data != NULL ? f->line.data : "", expected);
    toc_text_clear(&f->line);
}
