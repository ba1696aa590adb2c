/* Silence that never reads as safety: inputs that go blind. rules/README.md, "What people do, and
 * what the machine holds back". `radar` carries x.*, silent for more than 60 s it is blind;
 * `reports` y.*, never blind. */
#include "acting.h"

#define AT 100000 /* ms */

static const struct toc_str x_types[] = {{"x.*", 3}}, y_types[] = {{"y.*", 3}};
static const struct toc_input inputs[] = {
    {.name = {"radar", 5},
     .types = x_types,
     .type_count = 1,
     .accept_late_ms = 1000,
     .max_age_ms = 60000,
     .partition_count = 1},
    {.name = {"reports", 7},
     .types = y_types,
     .type_count = 1,
     .accept_late_ms = 10000,
     .partition_count = 1},
};
/* Alias a is of both inputs, c (clear_when) of the reports. */
#define EVENTS "a: { type: [x.a, y.a] }, b: { type: x.b }, c: { type: y.b }"
#define COUNT2 "{ count: a, at_least: 2, within: 30s, group_by: [subject] }"

static void begin(struct feeding *f, const char *when, const char *alert)
{
    struct toc_text rules = {0};

    feeding_rule(&rules, "r", EVENTS, when, alert);
    feeding_init(f, rules.data, inputs, 2);
    toc_text_finish(&rules);
    f->is_clocked = true;
    toc_engine_tick(f->engine, AT);
    toc_engine_idle(f->engine, 1, 0, true); /* Nobody reports: that holds nothing back. */
}

static void radar(struct feeding *f, const char *id, const char *subject, int64_t at_ms)
{
    FEED(f, .input = 0, .type = "x.a", .id = id, .subject = subject, .at_ms = at_ms);
}

static void report(struct feeding *f, const char *type, const char *id, const char *subject,
                   int64_t at_ms)
{
    FEED(f, .input = 1, .type = type, .id = id, .subject = subject, .at_ms = at_ms);
}

/* Two hits of the radar at AT and AT + 1000: an alert whose window is empty from AT + 30001 on.
 * Then the radar says nothing more; the broker has nothing of it. */
static void cut(struct feeding *f)
{
    radar(f, "1", "k", AT);
    toc_engine_tick(f->engine, AT + 1000);
    radar(f, "2", "k", AT + 1000);
    assert_says(f, "new r k 2");
    toc_engine_idle(f->engine, 0, 0, true);
}

static const char *blind(const struct feeding *f)
{
    const json_t *list = json_object_get(f->told[f->count - 1].data, "blind");
    const char *first = json_string_value(json_array_get(list, 0));
    return first != NULL ? first : "";
}

static void a_window_that_empties_before_it_is_blind_ends(void)
{
    struct feeding f;

    begin(&f, COUNT2, "");
    cut(&f);
    toc_engine_tick(f.engine, AT + 40000);
    assert_says(&f, "expired r k 2 window");
    assert_string_equal(blind(&f), "");
    toc_engine_tick(f.engine, AT + 500000); /* Blind by now: what ended has ended. */
    assert_true(toc_engine_is_blind(f.engine, 0));
    assert_says(&f, "");
    feeding_finish(&f);
}

static void blindness_begins_a_millisecond_after_max_age(void)
{
    struct feeding f;

    begin(&f, COUNT2, "");
    cut(&f);
    assert_int_equal(toc_engine_due(f.engine), AT + 30002);
    toc_engine_tick(f.engine, AT + 61000);
    assert_false(toc_engine_is_blind(f.engine, 0));
    toc_engine_tick(f.engine, AT + 61001);
    assert_true(toc_engine_is_blind(f.engine, 0));
    assert_false(toc_engine_is_blind(f.engine, 1));
    feeding_finish(&f);
}

/* The silence rule. */
static void an_emptying_window_ends_nothing(void)
{
    struct feeding f;

    begin(&f, COUNT2, "keep_firing_for: 1m");
    cut(&f);
    toc_engine_tick(f.engine, AT + 90001);
    assert_says(&f, "");
    toc_engine_tick(f.engine, AT + 90002); /* The window and a minute more are over. */
    assert_says(&f, "update r k 2");
    assert_true(f.told[f.count - 1].is_open);
    assert_string_equal(blind(&f), "radar");
    for (int64_t at_ms = AT + 100000; at_ms < AT + 10000000; at_ms += 100000) {
        toc_engine_tick(f.engine, at_ms);
    }
    assert_says(&f, ""); /* It stays, however long. */
    assert_int_equal(toc_engine_rule_counts(f.engine, 0).open, 1);
    radar(&f, "3", "other", AT + 10000000);
    assert_says(&f, "expired r k 2 window");
    assert_string_equal(feeding_text(&f.told[f.count - 1], "end"), "1970-01-01T00:03:10.001Z");
    assert_string_equal(blind(&f), "");
    feeding_finish(&f);
}

/* What comes back may begin with what was not delivered: it is over when heard up to its end. */
static void it_is_over_when_heard_up_to_its_end(void)
{
    struct feeding f;

    begin(&f, COUNT2, "keep_firing_for: 1m, update_every: 1s");
    radar(&f, "1", "k", AT);
    toc_engine_tick(f.engine, AT + 1000);
    radar(&f, "2", "k", AT + 1000);
    assert_says(&f, "new r k 2");
    toc_engine_tick(f.engine, AT + 200000); /* Not idle: the broker cannot be reached. */
    assert_says(&f, "update r k 2");
    toc_engine_tick(f.engine, AT + 202000);
    radar(&f, "3", "k", AT + 20000);
    assert_false(toc_engine_is_blind(f.engine, 0));
    assert_says(&f, "update r k 3");
    radar(&f, "4", "other", AT + 40000);
    assert_says(&f, "");
    toc_engine_tick(f.engine, AT + 204000);
    radar(&f, "5", "k", AT + 45000); /* With the one at 20 s: it goes on. */
    assert_says(&f, "update r k 4");
    radar(&f, "6", "other", AT + 110000);
    assert_says(&f, "");
    radar(&f, "7", "third", AT + 110001); /* 20 s and 30 s, and the minute. */
    assert_says(&f, "expired r k 4 window");
    feeding_finish(&f);
}

static void what_clears_it_clears_it(void)
{
    struct feeding f;

    begin(&f, COUNT2, "keep_firing_for: 1m, clear_when: c");
    cut(&f);
    toc_engine_tick(f.engine, AT + 300000);
    assert_says(&f, "update r k 2");
    report(&f, "y.b", "c1", "k", AT + 299000);
    toc_engine_tick(f.engine, AT + 310000);
    assert_says(&f, "cleared r k 2 clear_when");
    assert_string_equal(feeding_text(&f.told[f.count - 1], "end"), "1970-01-01T00:06:39.000Z");
    radar(&f, "3", "k", AT + 310000);
    assert_says(&f, "");
    feeding_finish(&f);
}

static void expire_after_ends_it_blind_or_not(void)
{
    struct feeding f;

    begin(&f, COUNT2, "keep_firing_for: 1m, expire_after: 5m");
    cut(&f);
    toc_engine_tick(f.engine, AT + 200000);
    assert_says(&f, "update r k 2");
    toc_engine_tick(f.engine, AT + 301000);
    assert_says(&f, "");
    toc_engine_tick(f.engine, AT + 301001);
    assert_says(&f, "expired r k 2 expire_after");
    assert_string_equal(feeding_text(&f.told[f.count - 1], "end"), "1970-01-01T00:06:41.000Z");
    assert_string_equal(blind(&f), "radar");
    radar(&f, "3", "other", AT + 301001);
    assert_says(&f, "");
    feeding_finish(&f);
}

static void people_can_end_it(void)
{
    struct feeding f;

    begin(&f, COUNT2, "keep_firing_for: 1m");
    cut(&f);
    toc_engine_tick(f.engine, AT + 300000);
    assert_says(&f, "update r k 2");
    assert_string_equal(acting_on(&f, "all_clear", f.told[0].id, "", AT + 300000), "taken");
    assert_says(&f, "cleared r k 2 all_clear");
    radar(&f, "3", "other", AT + 310000);
    assert_says(&f, "");
    feeding_finish(&f);
}

/* Another input of the same rule goes on, out of order too: the first alert stays until the radar
 * is heard; the second is one of its own. */
static void it_stays_while_the_key_is_derived_anew(void)
{
    struct feeding f;

    begin(&f, COUNT2, "keep_firing_for: 1m, update_every: 1s");
    cut(&f);
    toc_engine_tick(f.engine, AT + 300000);
    assert_says(&f, "update r k 2");
    report(&f, "y.a", "3", "k", AT + 300000);
    toc_engine_tick(f.engine, AT + 302000);
    report(&f, "y.a", "4", "k", AT + 302000);
    assert_says(&f, "new r k 2");
    assert_string_equal(blind(&f), "radar");
    toc_engine_tick(f.engine, AT + 304000);
    report(&f, "y.a", "5", "k", AT + 301000); /* Late. */
    assert_says(&f, "update r k 3");
    assert_int_equal(toc_engine_rule_counts(f.engine, 0).open, 2);
    radar(&f, "6", "other", AT + 304000);
    assert_says(&f, "expired r k 2 window");
    assert_string_equal(f.told[f.count - 1].id, f.told[0].id);
    feeding_finish(&f);
}

static void an_absence_that_fires_says_so(void)
{
    struct feeding f;

    begin(&f, "{ absence: { expected: b, every: 10s }, group_by: [subject] }", "");
    FEED(&f, .input = 0, .type = "x.b", .id = "1", .subject = "k", .at_ms = AT);
    toc_engine_tick(f.engine, AT + 60000); /* Not idle: not known to be silent. */
    assert_says(&f, "");
    toc_engine_tick(f.engine, AT + 60002);
    assert_says(&f, "new r k 1");
    assert_string_equal(blind(&f), "radar");
    toc_engine_tick(f.engine, AT + 70000);
    FEED(&f, .input = 0, .type = "x.b", .id = "2", .subject = "k", .at_ms = AT + 70000);
    FEED(&f, .input = 0, .type = "x.b", .id = "3", .subject = "k", .at_ms = AT + 70001);
    toc_engine_tick(f.engine, AT + 70001);
    FEED(&f, .input = 0, .type = "x.b", .id = "4", .subject = "k", .at_ms = AT + 70001);
    assert_says(&f, "cleared r k 1 answered");
    assert_string_equal(blind(&f), "");
    feeding_finish(&f);
}

static void an_input_never_heard_is_blind_after_max_age(void)
{
    struct feeding f;

    begin(&f, COUNT2, "");
    toc_engine_tick(f.engine, AT + 60000);
    assert_false(toc_engine_is_blind(f.engine, 0));
    toc_engine_tick(f.engine, AT + 60001);
    assert_true(toc_engine_is_blind(f.engine, 0));
    feeding_finish(&f);
}

/* What came before the restart is too old to be read back: the alert is known by its record. */
static void a_restart_ends_nothing_that_is_blind(void)
{
    struct feeding f;
    char id[TOC_ALERT_ID];

    begin(&f, COUNT2, "keep_firing_for: 1m");
    cut(&f);
    toc_engine_tick(f.engine, AT + 300000);
    assert_says(&f, "update r k 2");
    memcpy(id, f.told[0].id, sizeof id);
    char *record = json_dumps(f.told[f.count - 1].data, JSON_COMPACT);
    toc_engine_destroy(f.engine);
    feeding_forget_told(&f);
    feeding_begin(&f, inputs, 2, 0);
    toc_engine_mute(f.engine);
    toc_engine_tick(f.engine, AT + 300000);
    feeding_adopt(&f, id, record);
    toc_engine_unmute(f.engine);
    assert_true(toc_engine_is_blind(f.engine, 0));
    toc_engine_tick(f.engine, AT + 400000);
    toc_engine_disown(f.engine);
    assert_says(&f, "");
    radar(&f, "3", "other", AT + 400000);
    assert_says(&f, "expired r k 2 restart");
    toc_engine_disown(f.engine);
    assert_says(&f, "");
    free(record);
    feeding_finish(&f);
}

static const struct sight_case {
    const char *name;
    void (*test)(void);
} cases[] = {
    {"a window that empties before it is blind ends",
     a_window_that_empties_before_it_is_blind_ends},
    {"blindness begins a millisecond after max age", blindness_begins_a_millisecond_after_max_age},
    {"an emptying window ends nothing", an_emptying_window_ends_nothing},
    {"it is over when heard up to its end", it_is_over_when_heard_up_to_its_end},
    {"what clears it clears it", what_clears_it_clears_it},
    {"expire after ends it blind or not", expire_after_ends_it_blind_or_not},
    {"people can end it", people_can_end_it},
    {"it stays while the key is derived anew", it_stays_while_the_key_is_derived_anew},
    {"an absence that fires says so", an_absence_that_fires_says_so},
    {"an input never heard is blind after max age", an_input_never_heard_is_blind_after_max_age},
    {"a restart ends nothing that is blind", a_restart_ends_nothing_that_is_blind},
};

static void runs(void **state)
{
    const struct sight_case *c = *state;
    c->test();
}

UNIT_TABLE("engine/sight", cases, runs)
