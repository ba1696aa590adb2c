/* telling.h - episodes made by hand, and the records they are told in. */
#pragma once
#include "loaded.h"

#include <jansson.h>

#include "alert/alert.h"
#include "event/decode.h"

enum { TOLD_MOST = 64 };

struct told {
    enum toc_alert_state state;
    bool is_open;
    uint64_t seq;
    char id[TOC_ALERT_ID];
    json_t *data;
};

struct fixture {
    struct toc_ruleset *rules;
    struct toc_kept_pool pool;
    struct toc_episodes episodes;
    struct toc_alerts alerts;
    struct toc_key key;
    struct toc_text record, topic;
    struct toc_telling telling;
    uint64_t open; /* Alerts open now. */
    struct told told[TOLD_MOST];
    size_t count;
    size_t finals;
};

static inline void fixture_on_record(const struct toc_alert *alert,
                                     const struct toc_telling *telling, struct toc_str data,
                                     void *context)
{
    struct fixture *f = context;
    json_error_t error;
    json_t *record =
        json_loadb(telling->record->data, telling->record->size, JSON_REJECT_DUPLICATES, &error);

    if (record == NULL) {
        fail_msg("%s: %s", error.text, telling->record->data);
    }
    assert_true(f->count < TOLD_MOST);
    struct told *told = &f->told[f->count++];
    *told = (struct told){.state = alert->state, .is_open = alert->is_open, .seq = alert->seq};
    memcpy(told->id, alert->id, sizeof told->id);
    told->data = json_loadb(data.data, data.size, JSON_REJECT_DUPLICATES, &error);
    assert_non_null(told->data);
    assert_true(json_equal(told->data, json_object_get(record, "data")));
    assert_null(memchr(telling->record->data, '\n', telling->record->size));
    json_decref(record);
}

static inline void fixture_on_final(const struct toc_alert *alert,
                                    const struct toc_telling *telling, void *context)
{
    struct fixture *f = context;
    (void)alert;
    (void)telling;
    f->finals++;
}

/* A count of x.a by subject; @alert: more words of `alert`. Told at once, at 1,000,000 ms. */
static inline void fixture_init_titled(struct fixture *f, const char *title, const char *head,
                                       const char *alert)
{
    static const char *const types =
        "type: x.a\ntitle: A\nlocation: at\nfields: { v: { type: number }, s: { type: text },"
        " l: { type: list }, eta: { type: number, unit: s }, at: { type: place } }\n";
    char text[2048];

    (void)snprintf(text, sizeof text,
                   "rule: r\ntitle: %s\nversion: 4\nstatus: experimental\nlevel: high\n%s"
                   "events: { a: { type: x.a } }\n"
                   "when: { count: a, at_least: 2, within: 10m, group_by: [subject] }\n"
                   "alert: { topic: alerts.t%s%s }\n",
                   title, head, alert[0] != '\0' ? ", " : "", alert);
    *f = (struct fixture){
        .rules = loaded_rules(types, NULL, text),
        .key = {.count = 1,
                .values = {{.folded = TOC_STR("gao"), .label = TOC_STR("Gao"), .place = -1}}},
    };
    f->telling = (struct toc_telling){
        .open = &f->open,
        .rule = toc_ruleset_get(f->rules, 0),
        .catalogue = toc_ruleset_catalogue(f->rules),
        .places = toc_ruleset_places(f->rules),
        .key = &f->key,
        .is_at_once = true,
        .watermark_ms = TOC_INSTANT_NONE,
        .settled_ms = TOC_INSTANT_NONE,
        .now_ms = 1000000,
        .source = TOC_STR("/tocsin/test"),
        .record = &f->record,
        .topic = &f->topic,
        .incidents = &f->pool.incidents,
        .on_record = fixture_on_record,
        .on_final = fixture_on_final,
        .context = f,
    };
}

static inline void fixture_init(struct fixture *f, const char *head, const char *alert)
{
    fixture_init_titled(f, "T", head, alert);
}

static inline void fixture_finish(struct fixture *f)
{
    for (size_t i = 0; i < f->count; i++) {
        json_decref(f->told[i].data);
    }
    toc_alerts_finish(&f->alerts);
    toc_episodes_finish(&f->episodes, &f->pool);
    toc_kept_pool_finish(&f->pool);
    toc_text_finish(&f->record);
    toc_text_finish(&f->topic);
    toc_ruleset_destroy(f->rules);
}

static inline struct toc_alerts_due fixture_tell(struct fixture *f, bool is_again)
{
    return toc_alerts_tell(&f->alerts, &f->episodes, is_again, &f->pool, &f->telling);
}

static inline void fixture_evidence(struct fixture *f, size_t index, const struct toc_event *event,
                                    struct toc_wish wish, const struct toc_point *point)
{
    struct toc_kept *kept = toc_kept_create(&f->pool, event, wish, TOC_STR("in"), TOC_STR("x.a"));
    struct toc_position position = {0};

    if (point != NULL) {
        position = (struct toc_position){point->lat_deg, point->lon_deg, point->alt_mm, true,
                                         point->has_alt};
    }
    toc_episode_add(&f->episodes.items[index],
                    &(struct toc_evidence){.kept = kept, .aliases = 1, .position = position},
                    &f->pool);
    toc_kept_release(&f->pool, kept);
}

/* An event of its own name, at its own time, as evidence of episode @index. */
static inline void fixture_add(struct fixture *f, size_t index, int64_t at_ms)
{
    char id[32];

    (void)snprintf(id, sizeof id, "e%lld", (long long)at_ms);
    struct toc_event event = {
        .at_ms = at_ms,
        .id = toc_str_of(id),
        .source = TOC_STR("s"),
        .identity = toc_decoder_identity(TOC_STR("s"), toc_str_of(id)),
        .origin = {.topic = TOC_STR("in"), .partition = 2, .offset = at_ms},
    };
    fixture_evidence(f, index, &event, (struct toc_wish){0}, NULL);
}

/* An episode with one event at its begin. */
static inline struct toc_episode *fixture_episode(struct fixture *f, int64_t begin_ms,
                                                  int64_t end_ms, enum toc_ending ending)
{
    size_t index = f->episodes.count;

    (void)toc_episodes_add(&f->episodes, begin_ms);
    fixture_add(f, index, begin_ms);
    struct toc_episode *episode = &f->episodes.items[index];
    episode->end_ms = end_ms;
    episode->ending = ending;
    return episode;
}

/* As after a late event: all episodes anew. */
static inline void fixture_anew(struct fixture *f)
{
    while (f->episodes.count > 0) {
        toc_episodes_remove(&f->episodes, f->episodes.count - 1, &f->pool);
    }
}

static inline void assert_told(const struct fixture *f, size_t index, enum toc_alert_state state,
                               uint64_t seq, bool is_open)
{
    if (index >= f->count) {
        fail_msg("only %zu records", f->count);
    }
    const struct told *told = &f->told[index];
    assert_string_equal(toc_alert_state_text(told->state), toc_alert_state_text(state));
    assert_int_equal(told->seq, seq);
    assert_int_equal(told->is_open, is_open);
    assert_string_equal(json_string_value(json_object_get(told->data, "state")),
                        toc_alert_state_text(state));
    assert_int_equal(json_integer_value(json_object_get(told->data, "seq")), seq);
    assert_int_equal(json_is_true(json_object_get(told->data, "open")), is_open);
    assert_string_equal(json_string_value(json_object_get(told->data, "alert_id")), told->id);
}

static inline const char *told_text(const struct fixture *f, size_t index, const char *name)
{
    const json_t *value = json_object_get(f->told[index].data, name);
    return json_is_string(value) ? json_string_value(value) : "(none)";
}
