/* What becomes of an event: repeats, late ones, keys, modes, places, members. */
#include "feeding.h"

#define COUNT2 "{ count: a, at_least: 2, within: 10s, group_by: [subject] }"
#define EVENT  "{ event: a, group_by: [subject] }"
#define ABSENT "{ absence: { after: a, expected: b, deadline: 1s }, group_by: [subject] }"
#define FAR    1000000

/* --- Repeats -------------------------------------------------------------------------------- */

static void a_repeat_counts_once(void)
{
    struct feeding f;

    feeding_init_one(&f, COUNT2, "", NULL, 0);
    assert_int_equal(FEED(&f, .type = "x.a", .id = "1", .subject = "k", .at_ms = 10),
                     TOC_FEED_TAKEN);
    assert_int_equal(FEED(&f, .type = "x.a", .id = "1", .subject = "k", .at_ms = 10),
                     TOC_FEED_REPEAT);
    assert_says(&f, "");
    assert_int_equal(FEED(&f, .type = "x.a", .id = "1", .source = "t", .subject = "k", .at_ms = 11),
                     TOC_FEED_TAKEN); /* Of another source: another event. */
    assert_says(&f, "new r k 2");
    struct toc_engine_counts counts = toc_engine_counts(f.engine);
    assert_int_equal(counts.events, 3);
    assert_int_equal(counts.repeats, 1);
    assert_int_equal(counts.conflicts, 0);
    assert_int_equal(counts.told[TOC_ALERT_NEW], 1);
    feeding_finish(&f);
}

static void of_a_conflict_the_first_stands(void)
{
    struct feeding f;

    feeding_init_one(&f, COUNT2, "", NULL, 0);
    FEED(&f, .type = "x.a", .id = "1", .subject = "k", .at_ms = 10, .content = 1);
    assert_int_equal(FEED(&f, .type = "x.a", .id = "1", .subject = "l", .at_ms = 20, .content = 2),
                     TOC_FEED_CONFLICT);
    FEED(&f, .type = "x.a", .id = "2", .subject = "l", .at_ms = 30);
    assert_says(&f, "");
    FEED(&f, .type = "x.a", .id = "3", .subject = "k", .at_ms = 30);
    assert_says(&f, "new r k 2");
    assert_int_equal(toc_engine_counts(f.engine).conflicts, 1);
    feeding_finish(&f);
}

static void a_repeat_of_an_event_that_fires_alone_is_known_for_days(void)
{
    const int64_t day_ms = 86400000;
    struct feeding f;

    feeding_init_one(&f, EVENT, "expire_after: 1s", NULL, 0);
    FEED(&f, .type = "x.a", .id = "1", .subject = "k", .at_ms = 0);
    for (int64_t day = 1; day <= 6; day++) {
        char id[] = {'d', (char)('0' + day), '\0'};
        FEED(&f, .type = "x.b", .id = id, .subject = "k", .at_ms = day * day_ms);
    }
    assert_says(&f, "new r k 1; expired r k 1 expire_after");
    FEED(&f, .type = "x.a", .id = "1", .subject = "k", .at_ms = 0);
    assert_says(&f, "");
    feeding_finish(&f);
}

/* --- Late truth and later ------------------------------------------------------------------- */

static void a_late_event_completes(void)
{
    struct feeding f;

    feeding_init_one(&f, COUNT2, "update_every: 1ms", NULL, 0);
    FEED(&f, .type = "x.a", .id = "1", .subject = "k", .at_ms = FAR);
    FEED(&f, .type = "x.b", .id = "2", .subject = "k", .at_ms = FAR + 9000);
    FEED(&f, .type = "x.a", .id = "3", .subject = "k", .at_ms = FAR - 1000);
    assert_says(&f, "new r k 2");
    assert_string_equal(feeding_text(&f.told[0], "begin"), "1970-01-01T00:16:40.000Z");
    FEED(&f, .type = "x.a", .id = "4", .subject = "k", .at_ms = FAR - 500);
    FEED(&f, .type = "x.b", .id = "5", .subject = "k", .at_ms = FAR + 9001);
    assert_says(&f, "update r k 3"); /* It begins earlier, and counts more. */
    assert_string_equal(feeding_text(&f.told[1], "begin"), "1970-01-01T00:16:39.500Z");
    assert_string_equal(f.told[1].id, f.told[0].id);
    feeding_finish(&f);
}

static void a_late_line_cancels(void)
{
    struct feeding f;

    feeding_init_one(&f, COUNT2, "clear_when: c", NULL, 0);
    FEED(&f, .type = "x.a", .id = "1", .subject = "k", .at_ms = FAR);
    FEED(&f, .type = "x.a", .id = "2", .subject = "k", .at_ms = FAR + 2000);
    assert_says(&f, "new r k 2");
    FEED(&f, .type = "x.c", .id = "3", .subject = "k", .at_ms = FAR + 1000);
    assert_says(&f, "cancelled r k 2");
    assert_false(f.told[1].is_open);
    FEED(&f, .type = "x.a", .id = "4", .subject = "k", .at_ms = FAR + 1500);
    assert_says(&f, "update r k 2"); /* True again, under its name. */
    assert_true(f.told[2].is_open);
    assert_int_equal(f.told[2].seq, 3);
    assert_string_equal(f.told[2].id, f.told[0].id);
    feeding_finish(&f);
}

static void a_line_behind_the_horizon_ends_what_is_open(void)
{
    struct feeding f;

    feeding_init_one(&f, EVENT, "clear_when: c", NULL, 0);
    FEED(&f, .type = "x.a", .id = "1", .subject = "k", .at_ms = FAR);
    FEED(&f, .type = "x.a", .id = "2", .subject = "l", .at_ms = FAR + 5000);
    FEED(&f, .type = "x.b", .id = "3", .subject = "m", .at_ms = FAR + 100000);
    assert_says(&f, "new r k 1; new r l 1");
    assert_int_equal(FEED(&f, .type = "x.c", .id = "4", .subject = "l", .at_ms = FAR + 4999),
                     TOC_FEED_LATE);
    FEED(&f, .type = "x.b", .id = "5", .subject = "m", .at_ms = FAR + 200000);
    assert_says(&f, ""); /* Its evidence is newer than that line. */
    assert_int_equal(FEED(&f, .type = "x.c", .id = "6", .subject = "k", .at_ms = FAR),
                     TOC_FEED_LATE);
    FEED(&f, .type = "x.b", .id = "7", .subject = "m", .at_ms = FAR + 300000);
    assert_says(&f, "cleared r k 1 late");
    assert_int_equal(toc_engine_counts(f.engine).late, 2);
    feeding_finish(&f);
}

static void an_event_behind_the_horizon_fires_alone_once(void)
{
    struct feeding f;

    feeding_init_one(&f, EVENT, "expire_after: 1h", NULL, 0);
    FEED(&f, .type = "x.b", .id = "1", .subject = "k", .at_ms = FAR);
    assert_int_equal(FEED(&f, .type = "x.a", .id = "2", .subject = "k", .at_ms = FAR - 10001),
                     TOC_FEED_LATE);
    assert_says(&f, "new r k 1 late");
    assert_int_equal(FEED(&f, .type = "x.a", .id = "2", .subject = "k", .at_ms = FAR - 10001),
                     TOC_FEED_REPEAT);
    assert_says(&f, "");
    feeding_finish(&f);
}

static void what_a_late_event_told_is_not_told_again(void)
{
    struct feeding f;

    feeding_init_one(&f, EVENT, "expire_after: 1s", NULL, 0);
    FEED(&f, .type = "x.b", .id = "1", .subject = "m", .at_ms = FAR);
    FEED(&f, .type = "x.a", .id = "2", .subject = "k", .at_ms = FAR - 90000);
    assert_says(&f, "new r k 1 late; expired r k 1 late expire_after");
    FEED(&f, .type = "x.a", .id = "3", .subject = "k", .at_ms = FAR - 2000); /* In time. */
    assert_says(&f, "new r k 1; expired r k 1 expire_after");
    FEED(&f, .type = "x.a", .id = "4", .subject = "k", .at_ms = FAR - 4000); /* Derived anew. */
    assert_says(&f, "new r k 1; expired r k 1 expire_after");
    FEED(&f, .type = "x.b", .id = "5", .subject = "m", .at_ms = FAR + 100000);
    FEED(&f, .type = "x.a", .id = "6", .subject = "k", .at_ms = FAR + 98000);
    assert_says(&f, "new r k 1; expired r k 1 expire_after"); /* Settled: nor cancelled. */
    feeding_finish(&f);
}

static void an_event_behind_the_horizon_counts_for_nothing_else(void)
{
    struct feeding f;

    feeding_init_one(&f, COUNT2, "", NULL, 0);
    FEED(&f, .type = "x.b", .id = "1", .subject = "k", .at_ms = FAR);
    FEED(&f, .type = "x.a", .id = "2", .subject = "k", .at_ms = FAR - 10000);
    FEED(&f, .type = "x.a", .id = "3", .subject = "k", .at_ms = FAR - 10001);
    assert_says(&f, "");
    FEED(&f, .type = "x.a", .id = "4", .subject = "k", .at_ms = FAR - 10000);
    assert_says(&f, "new r k 2");
    feeding_finish(&f);
}

static void an_answer_behind_the_horizon_ends_an_absence(void)
{
    struct feeding f;

    feeding_init_one(&f, ABSENT, "expire_after: 1h", NULL, 0);
    FEED(&f, .type = "x.a", .id = "1", .subject = "k", .at_ms = FAR);
    FEED(&f, .type = "x.c", .id = "2", .subject = "m", .at_ms = FAR + 50000);
    FEED(&f, .type = "x.b", .id = "3", .subject = "m", .at_ms = FAR + 50001);
    assert_says(&f, "new r k 1");
    assert_int_equal(FEED(&f, .type = "x.b", .id = "4", .subject = "k", .at_ms = FAR + 500),
                     TOC_FEED_LATE);
    FEED(&f, .type = "x.b", .id = "5", .subject = "m", .at_ms = FAR + 100000);
    assert_says(&f, "cleared r k 1 late");
    feeding_finish(&f);
}

/* --- Keys ----------------------------------------------------------------------------------- */

static void text_keys_have_no_case(void)
{
    struct feeding f;

    feeding_init_one(&f, COUNT2, "", NULL, 0);
    FEED(&f, .type = "x.a", .id = "1",
         .subject = "Stra\xc3\x9f"
                    "e",
         .at_ms = 1);
    FEED(&f, .type = "x.a", .id = "2", .subject = "STRASSE", .at_ms = 2);
    assert_says(&f, "new r Stra\xc3\x9f"
                    "e 2"); /* As first written. */
    feeding_finish(&f);
}

static void number_keys_are_numbers(void)
{
    struct feeding f;

    feeding_init_one(&f, "{ count: a, at_least: 2, within: 10s, group_by: [v] }", "", NULL, 0);
    FEED(&f, .type = "x.a", .id = "1", .has_v = true, .v = -0.0, .at_ms = 1);
    FEED(&f, .type = "x.a", .id = "2", .has_v = true, .v = 0.0, .at_ms = 2);
    FEED(&f, .type = "x.a", .id = "3", .has_v = true, .v = 0.1, .at_ms = 3);
    FEED(&f, .type = "x.a", .id = "4", .has_v = true, .v = 0.1, .at_ms = 4);
    assert_int_equal(f.count, 2);
    const json_t *key = json_object_get(f.told[0].data, "key");
    assert_true(json_is_integer(json_object_get(key, "v")));
    key = json_object_get(f.told[1].data, "key");
    assert_true(json_is_real(json_object_get(key, "v")) &&
                json_real_value(json_object_get(key, "v")) == 0.1);
    feeding_finish(&f);
}

static void without_its_key_it_does_not_count(void)
{
    struct feeding f;

    feeding_init_one(&f, "{ count: a, at_least: 1, within: 10s, group_by: [s] }", "", NULL, 0);
    FEED(&f, .type = "x.a", .id = "1", .at_ms = 1);
    assert_says(&f, "");
    struct toc_rule_counts counts = toc_engine_rule_counts(f.engine, 0);
    assert_int_equal(counts.missing_key, 1);
    assert_int_equal(counts.matched, 0);
    FEED(&f, .type = "x.a", .id = "2", .s = "k", .at_ms = 1);
    counts = toc_engine_rule_counts(f.engine, 0);
    assert_int_equal(counts.matched, 1);
    assert_int_equal(counts.told_new, 1);
    assert_int_equal(counts.open, 1);
    feeding_finish(&f);
}

static void part_of_a_key_ends_every_key_that_agrees(void)
{
    struct toc_text rules = {0};
    struct feeding f;

    feeding_rule(&rules, "r", "a: { type: x.a }, c: { type: x.c, as: { who: source } }",
                 "{ event: a, group_by: [subject, who] }", "clear_when: c");
    toc_text_finish(&rules);
    feeding_rule(&rules, "r",
                 "a: { type: x.a, as: { who: s } }, c: { type: x.c, as: { who: s, subject: id } }",
                 "{ event: a, group_by: [who] }", "clear_when: c");
    feeding_init(&f, rules.data, NULL, 0);
    FEED(&f, .type = "x.a", .id = "1", .s = "k", .at_ms = 1);
    FEED(&f, .type = "x.c", .id = "2", .s = "K", .at_ms = 2);
    FEED(&f, .type = "x.b", .id = "3", .at_ms = 100);
    assert_says(&f, "new r k 1; cleared r k 1 clear_when");
    toc_text_finish(&rules);
    feeding_finish(&f);
}

static void at_two_camps_it_counts_for_both(void)
{
    static const struct {
        double lat_deg;
        const char *says;
    } where[] = {
        {16.0, "new r North 1"},
        {15.0, "new r South 1"},
        {15.5, "new r North 1; new r South 1"}, /* Some 55 km from either. */
        {20.0, ""},
    };
    struct feeding f;

    for (size_t i = 0; i < UNIT_COUNT(where); i++) {
        feeding_init_one(&f,
                         "{ count: a, at_least: 1, within: 10s, "
                         "near: { place: camp, distance: 60 km } }",
                         "", NULL, 0);
        FEED(&f, .type = "x.a", .id = "1", .at_ms = 1, .has_at = true,
             .at = {.lat_deg = where[i].lat_deg});
        assert_says(&f, where[i].says);
        feeding_finish(&f);
    }
}

static void too_many_keys_are_refused_and_counted(void)
{
    struct feeding f = {0};
    char key[16];

    feeding_init_one(&f, COUNT2, "", NULL, 0);
    toc_engine_destroy(f.engine);
    feeding_begin(&f, NULL, 0, 3);
    for (int i = 0; i < 5; i++) {
        (void)snprintf(key, sizeof key, "k%d", i);
        FEED(&f, .type = "x.a", .id = key, .subject = key, .at_ms = 1);
    }
    struct toc_engine_counts counts = toc_engine_counts(f.engine);
    assert_int_equal(counts.keys, 3);
    assert_int_equal(counts.keys_refused, 2);
    FEED(&f, .type = "x.a", .id = "x", .subject = "k0", .at_ms = 2); /* Those known go on. */
    FEED(&f, .type = "x.a", .id = "y", .subject = "k4", .at_ms = 2);
    assert_says(&f, "new r k0 2");
    FEED(&f, .type = "x.b", .id = "z", .at_ms = 100000); /* All is over: there is room again. */
    assert_says(&f, "expired r k0 2 window");
    assert_int_equal(toc_engine_counts(f.engine).keys, 0);
    FEED(&f, .type = "x.a", .id = "v", .subject = "k4", .at_ms = 100001);
    FEED(&f, .type = "x.a", .id = "w", .subject = "k4", .at_ms = 100002);
    assert_says(&f, "new r k4 2");
    feeding_finish(&f);
}

/* --- Modes and topics ----------------------------------------------------------------------- */

static void modes_do_not_mix(void)
{
    struct feeding f;

    feeding_init_one(&f, COUNT2, "", NULL, 0);
    FEED(&f, .type = "x.a", .id = "1", .subject = "k", .at_ms = 1);
    FEED(&f, .type = "x.a", .id = "2", .subject = "k", .at_ms = 2, .mode = TOC_MODE_EXERCISE);
    FEED(&f, .type = "x.a", .id = "3", .subject = "k", .at_ms = 3, .mode = TOC_MODE_TEST);
    assert_says(&f, "");
    FEED(&f, .type = "x.a", .id = "4", .subject = "k", .at_ms = 4, .mode = TOC_MODE_EXERCISE);
    FEED(&f, .type = "x.a", .id = "5", .subject = "k", .at_ms = 5, .mode = TOC_MODE_TEST);
    FEED(&f, .type = "x.a", .id = "6", .subject = "k", .at_ms = 6);
    assert_says(&f, "new r k 2 exercise; new r k 2 test; new r k 2");
    assert_string_equal(f.told[0].topic, "alerts.t.exercise");
    assert_string_equal(f.told[1].topic, "alerts.t.test");
    assert_string_equal(f.told[2].topic, "alerts.t");
    assert_string_not_equal(f.told[0].id, f.told[1].id);
    assert_string_not_equal(f.told[0].id, f.told[2].id);
    feeding_finish(&f);
}

static void an_experimental_rule_is_told_in_the_shadow(void)
{
    struct feeding f;

    feeding_init(&f,
                 "rule: r\ntitle: T\nstatus: experimental\nlevel: low\n"
                 "events: { a: { type: x.a } }\nwhen: { event: a, group_by: [subject] }\n"
                 "alert: { topic: alerts.t, expire_after: 1h }\n",
                 NULL, 0);
    FEED(&f, .type = "x.a", .id = "1", .subject = "k", .at_ms = 1);
    FEED(&f, .type = "x.a", .id = "2", .subject = "k", .at_ms = 2, .mode = TOC_MODE_EXERCISE);
    assert_string_equal(f.told[0].topic, "alerts.t.shadow");
    assert_string_equal(f.told[1].topic, "alerts.t.shadow.exercise");
    feeding_finish(&f);
}

/* --- Silence and members -------------------------------------------------------------------- */

static void silence(struct feeding *f)
{
    struct toc_text rules = {0};

    feeding_rule(
        &rules, "r", "a: { type: x.a }",
        "{ absence: { expected: a, every: 1m }, group_by: [subject], members: [One, two] }",
        "expire_after: 24h");
    feeding_init(f, rules.data, NULL, 0);
    toc_text_finish(&rules);
}

static void members_never_heard_are_missed(void)
{
    struct feeding f;

    silence(&f);
    FEED(&f, .type = "x.b", .id = "1", .at_ms = 1000); /* The stream begins. */
    FEED(&f, .type = "x.a", .id = "2", .subject = "ONE", .at_ms = 31000);
    FEED(&f, .type = "x.b", .id = "3", .at_ms = 61000); /* Still in time for two. */
    assert_says(&f, "");
    FEED(&f, .type = "x.b", .id = "4", .at_ms = 61001);
    assert_says(&f, "new r two 0");
    FEED(&f, .type = "x.a", .id = "5", .subject = "two", .at_ms = 70000);
    FEED(&f, .type = "x.b", .id = "6", .at_ms = 91001);
    assert_says(&f, "cleared r two 0 answered; new r One 1");
    assert_string_equal(feeding_text(&f.told[2], "begin"), "1970-01-01T00:01:31.000Z");
    feeding_finish(&f);
}

static void an_older_event_begins_the_stream_earlier(void)
{
    struct feeding f;

    silence(&f);
    FEED(&f, .type = "x.b", .id = "1", .at_ms = 100000);
    FEED(&f, .type = "x.b", .id = "2", .at_ms = 95000);
    FEED(&f, .type = "x.b", .id = "3", .at_ms = 155001);
    assert_int_equal(f.count, 2);
    assert_string_equal(feeding_text(&f.told[0], "begin"), "1970-01-01T00:02:35.000Z");
    feeding_finish(&f);
}

static void the_clock_begins_the_stream_without_events(void)
{
    struct feeding f;

    silence(&f);
    f.is_clocked = true;
    toc_engine_tick(f.engine, 100000);
    toc_engine_idle(f.engine, 0, 0, true);
    toc_engine_tick(f.engine, 160000);
    assert_says(&f, "");
    toc_engine_tick(f.engine, 160001);
    assert_says(&f, "new r One 0; new r two 0");
    feeding_finish(&f);
}

static void who_is_no_member_is_known_from_its_first_event(void)
{
    struct feeding f;

    feeding_init_one(&f, "{ absence: { expected: a, every: 1m }, group_by: [subject] }",
                     "expire_after: 24h", NULL, 0);
    FEED(&f, .type = "x.a", .id = "1", .subject = "k", .at_ms = 1000);
    FEED(&f, .type = "x.b", .id = "2", .at_ms = 61000);
    assert_says(&f, "");
    FEED(&f, .type = "x.b", .id = "3", .at_ms = 61001);
    assert_says(&f, "new r k 1");
    feeding_finish(&f);
}

static const struct feed_case {
    const char *name;
    void (*test)(void);
} cases[] = {
    {"a repeat counts once", a_repeat_counts_once},
    {"of a conflict the first stands", of_a_conflict_the_first_stands},
    {"a repeat of an event that fires alone is known for days",
     a_repeat_of_an_event_that_fires_alone_is_known_for_days},
    {"a late event completes, and moves the begin", a_late_event_completes},
    {"a late line cancels, and true again it goes on", a_late_line_cancels},
    {"a line behind the horizon ends what is open and not newer",
     a_line_behind_the_horizon_ends_what_is_open},
    {"an answer behind the horizon ends an absence", an_answer_behind_the_horizon_ends_an_absence},
    {"an event behind the horizon fires alone, once", an_event_behind_the_horizon_fires_alone_once},
    {"what a late event told is not told again", what_a_late_event_told_is_not_told_again},
    {"an event behind the horizon counts for nothing else",
     an_event_behind_the_horizon_counts_for_nothing_else},
    {"text keys have no case", text_keys_have_no_case},
    {"number keys are numbers", number_keys_are_numbers},
    {"without its key an event does not count", without_its_key_it_does_not_count},
    {"a line carries the key by another name", part_of_a_key_ends_every_key_that_agrees},
    {"at two camps it counts for both", at_two_camps_it_counts_for_both},
    {"too many keys are refused and counted, until there is room",
     too_many_keys_are_refused_and_counted},
    {"modes do not mix, and have topics of their own", modes_do_not_mix},
    {"an experimental rule is told in the shadow", an_experimental_rule_is_told_in_the_shadow},
    {"members never heard are missed", members_never_heard_are_missed},
    {"an older event begins the stream earlier", an_older_event_begins_the_stream_earlier},
    {"the clock begins the stream without events", the_clock_begins_the_stream_without_events},
    {"who is no member is known from its first event",
     who_is_no_member_is_known_from_its_first_event},
};

static void runs(void **state)
{
    const struct feed_case *c = *state;
    c->test();
}

UNIT_TABLE("engine/feed", cases, runs)
