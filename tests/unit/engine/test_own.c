/* What the machine notices of itself, as events that rules count on. accept_late 10 s; max_age of
 * the radar 60 s. */
#include "feeding.h"

#define AT 100000 /* ms */

static const struct toc_str x_types[] = {{"x.*", 3}};
static const struct toc_input radar[] = {{.name = {"radar", 5},
                                          .types = x_types,
                                          .type_count = 1,
                                          .accept_late_ms = 10000,
                                          .max_age_ms = 60000,
                                          .partition_count = 1}};

static void begin(struct feeding *f, const char *rule, size_t keys_most)
{
    static const char *const types =
        "type: x.a\ntitle: A\nfields: { s: { type: text } }\n"
        "---\ntype: tocsin.input\ntitle: I\nfields: { input: { type: text }, state: { type: text } "
        "}\n"
        "---\ntype: tocsin.clock\ntitle: C\nfields: { clock: { type: text } }\n"
        "---\ntype: tocsin.full\ntitle: F\nfields: { rule: { type: text } }\n";

    *f = (struct feeding){.rules = loaded_rules(types, NULL, rule), .is_clocked = true};
    feeding_begin(f, radar, 1, keys_most);
    toc_engine_tick(f->engine, AT);
}

static void feed(struct feeding *f, const char *id, const char *subject, int64_t at_ms, bool is_odd)
{
    const struct toc_catalogue *catalogue = toc_ruleset_catalogue(f->rules);
    struct toc_value none = {.kind = TOC_VALUE_NONE};
    struct toc_event event = {
        .at_ms = at_ms,
        .type = toc_catalogue_find(catalogue, TOC_STR("x.a")),
        .id = toc_str_of(id),
        .source = TOC_STR("/radar/1"),
        .subject = toc_str_of(subject),
        .type_name = TOC_STR("x.a"),
        .identity = toc_decoder_identity(TOC_STR("/radar/1"), toc_str_of(id)),
        .is_time_corrected = is_odd,
        .fields = &none,
        .field_count = 1,
        .origin = {.topic = TOC_STR("in"), .stored_ms = TOC_INSTANT_NONE},
    };
    (void)toc_engine_feed(f->engine, 0, 0, &event);
}

static void a_feed_that_is_silent_raises_an_alert_until_it_is_heard(void **state)
{
    struct feeding f;

    (void)state;
    begin(&f,
          "rule: r\ntitle: T\nstatus: deprecated\nlevel: low\n"
          "events: { blind: { type: tocsin.input, match: { state: blind } }, "
          "seen: { type: tocsin.input, match: { state: seen } } }\n"
          "when: { event: blind, group_by: [input] }\n"
          "alert: { topic: alerts.t, clear_when: seen }\n",
          0);
    toc_engine_tick(f.engine, AT + 60000);
    assert_says(&f, "");
    toc_engine_tick(f.engine, AT + 61000);
    assert_says(&f, "new r radar 1");
    assert_string_equal(feeding_text(&f.told[0], "begin"), "1970-01-01T00:02:40.001Z");
    toc_engine_tick(f.engine, AT + 500000); /* Once. */
    assert_says(&f, "");
    feed(&f, "1", "k", AT + 500000, false);
    toc_engine_tick(f.engine, AT + 500001);
    assert_says(&f, "cleared r radar 1 clear_when");
    toc_engine_tick(f.engine, AT + 560002);
    assert_says(&f, "new r radar 1"); /* And again. */
    feeding_finish(&f);
}

static void a_wrong_clock_is_said_once_a_minute(void **state)
{
    struct feeding f;

    (void)state;
    begin(&f,
          "rule: r\ntitle: T\nstatus: deprecated\nlevel: low\n"
          "events: { wrong: { type: tocsin.clock } }\n"
          "when: { count: wrong, at_least: 2, within: 10m, group_by: [clock] }\n"
          "alert: { topic: alerts.t }\n",
          0);
    feed(&f, "1", "k", AT, false);
    feed(&f, "2", "k", AT, true);
    feed(&f, "3", "k", AT, true);
    toc_engine_tick(f.engine, AT + 59999);
    feed(&f, "4", "k", AT + 59999, true);
    assert_says(&f, "");
    toc_engine_tick(f.engine, AT + 60000);
    feed(&f, "5", "k", AT + 60000, true);
    assert_says(&f, "new r /radar/1 2");
    feeding_finish(&f);
}

static void a_full_store_is_said_once_and_has_room_for_that(void **state)
{
    struct feeding f;

    (void)state;
    begin(&f,
          "rule: r\ntitle: T\nstatus: deprecated\nlevel: low\nevents: { full: { type: tocsin.full "
          "} }\n"
          "when: { event: full, group_by: [rule] }\nalert: { topic: alerts.t, expire_after: 1h }\n"
          "---\nrule: s\ntitle: T\nstatus: deprecated\nlevel: low\nevents: { a: { type: x.a } }\n"
          "when: { count: a, at_least: 9, within: 1h, group_by: [subject] }\n"
          "alert: { topic: alerts.t }\n",
          2);
    feed(&f, "1", "a", AT, false);
    feed(&f, "2", "b", AT, false);
    assert_says(&f, "");
    feed(&f, "3", "c", AT, false);
    assert_says(&f, "new r s 1");
    feed(&f, "4", "d", AT, false);
    assert_says(&f, "");
    assert_int_equal(toc_engine_counts(f.engine).keys_refused, 2);
    feeding_finish(&f);
}

static void nobody_asked_nothing_happens(void **state)
{
    struct feeding f;

    (void)state;
    begin(&f,
          "rule: s\ntitle: T\nstatus: deprecated\nlevel: low\nevents: { a: { type: x.a } }\n"
          "when: { count: a, at_least: 9, within: 1h, group_by: [subject] }\n"
          "alert: { topic: alerts.t }\n",
          1);
    feed(&f, "1", "a", AT, true);
    feed(&f, "2", "b", AT, true);
    toc_engine_tick(f.engine, AT + 500000);
    assert_int_equal(toc_engine_counts(f.engine).kept_events, 1);
    assert_says(&f, "");
    feeding_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_feed_that_is_silent_raises_an_alert_until_it_is_heard),
        cmocka_unit_test(a_wrong_clock_is_said_once_a_minute),
        cmocka_unit_test(a_full_store_is_said_once_and_has_room_for_that),
        cmocka_unit_test(nobody_asked_nothing_happens),
    };

    return cmocka_run_group_tests_name("engine/own", tests, NULL, NULL);
}
