/* A second run takes over what the first has told: under the same names, and ends what is over. */
#include "feeding.h"

#define COUNT2   "{ count: a, at_least: 2, within: 10s, group_by: [subject] }"
#define BEGIN_MS 100000 /* ms */

static void feed_a(struct feeding *f, const char *id, int64_t at_ms)
{
    FEED(f, .type = "x.a", .id = id, .subject = "k", .at_ms = at_ms);
}

/* What the first run told last; from the caller to free. */
static char *first_run(struct feeding *f, char id[TOC_ALERT_ID])
{
    feeding_init_one(f, COUNT2, "update_every: 1s", NULL, 0);
    feed_a(f, "1", BEGIN_MS);
    feed_a(f, "2", BEGIN_MS + 1000);
    assert_says(f, "new r k 2");
    memcpy(id, f->told[0].id, TOC_ALERT_ID);
    char *record = json_dumps(f->told[0].data, JSON_COMPACT);
    toc_engine_destroy(f->engine);
    feeding_forget_told(f);
    feeding_begin(f, NULL, 0, 0);
    toc_engine_mute(f->engine);
    return record;
}

static enum toc_status adopt(struct feeding *f, const char *id, const char *record)
{
    return toc_engine_adopt(f->engine, &(struct toc_open_alert){.alert_id = toc_str_of(id),
                                                                .rule = TOC_STR("r"),
                                                                .record = toc_str_of(record)});
}

static void it_goes_on_under_its_id_and_seq(void)
{
    struct feeding f;
    char id[TOC_ALERT_ID], *record = first_run(&f, id);

    assert_int_equal(adopt(&f, id, record), TOC_OK);
    feed_a(&f, "1", BEGIN_MS);
    feed_a(&f, "2", BEGIN_MS + 1000);
    toc_engine_unmute(f.engine);
    assert_says(&f, "");
    feed_a(&f, "3", BEGIN_MS + 3000);
    assert_says(&f, "update r k 3");
    assert_string_equal(f.told[0].id, id);
    assert_int_equal(f.told[0].seq, 2);
    toc_engine_disown(f.engine);
    assert_says(&f, "");
    free(record);
    feeding_finish(&f);
}

static void what_came_meanwhile_is_told(void)
{
    struct feeding f;
    char id[TOC_ALERT_ID], *record = first_run(&f, id);

    assert_int_equal(adopt(&f, id, record), TOC_OK);
    feed_a(&f, "1", BEGIN_MS);
    feed_a(&f, "2", BEGIN_MS + 1000);
    feed_a(&f, "3", BEGIN_MS + 5000);
    toc_engine_unmute(f.engine);
    toc_engine_tick(f.engine, BEGIN_MS + 6000);
    assert_says(&f, "update r k 3");
    assert_string_equal(f.told[0].id, id);
    assert_int_equal(f.told[0].seq, 2);
    free(record);
    feeding_finish(&f);
}

static void what_ended_meanwhile_is_ended(void)
{
    static const int64_t silence_ms[] = {15000, 1000000}; /* It can still change; for good. */

    for (size_t i = 0; i < UNIT_COUNT(silence_ms); i++) {
        struct feeding f;
        char id[TOC_ALERT_ID], *record = first_run(&f, id);
        assert_int_equal(adopt(&f, id, record), TOC_OK);
        feed_a(&f, "1", BEGIN_MS);
        feed_a(&f, "2", BEGIN_MS + 1000);
        FEED(&f, .type = "x.b", .id = "3", .at_ms = BEGIN_MS + silence_ms[i]);
        assert_int_equal(f.count, 0);
        toc_engine_unmute(f.engine);
        assert_says(&f, "expired r k 2 window");
        assert_string_equal(f.told[0].id, id);
        assert_int_equal(f.told[0].seq, 2);
        assert_string_equal(feeding_text(&f.told[0], "end"), "1970-01-01T00:01:50.001Z");
        free(record);
        feeding_finish(&f);
    }
}

static void what_was_not_told_is_told(void)
{
    struct feeding f;
    char id[TOC_ALERT_ID], *record = first_run(&f, id);

    feed_a(&f, "1", BEGIN_MS);
    feed_a(&f, "2", BEGIN_MS + 1000);
    FEED(&f, .type = "x.a", .id = "3", .subject = "over", .at_ms = BEGIN_MS + 1000);
    assert_says(&f, "");
    assert_int_equal(toc_engine_counts(f.engine).told[TOC_ALERT_NEW], 0);
    toc_engine_unmute(f.engine);
    assert_says(&f, "new r k 2");
    assert_string_equal(f.told[0].id, id);
    assert_int_equal(f.told[0].seq, 1);
    free(record);
    feeding_finish(&f);
}

static void another_order_of_arrival_is_the_same_alert(void)
{
    struct feeding f;
    char id[TOC_ALERT_ID], *record = first_run(&f, id);

    assert_int_equal(adopt(&f, id, record), TOC_OK);
    feed_a(&f, "0", BEGIN_MS + 500);
    feed_a(&f, "2", BEGIN_MS + 1000);
    feed_a(&f, "1", BEGIN_MS);
    toc_engine_unmute(f.engine);
    toc_engine_tick(f.engine, BEGIN_MS + 2000);
    assert_says(&f, "update r k 3");
    assert_string_equal(f.told[0].id, id);
    assert_int_equal(f.told[0].seq, 2);
    free(record);
    feeding_finish(&f);
}

static void another_key_or_evidence_is_another_alert(void)
{
    struct feeding f;
    char id[TOC_ALERT_ID], *record = first_run(&f, id);

    assert_int_equal(adopt(&f, id, record), TOC_OK);
    FEED(&f, .type = "x.a", .id = "1", .subject = "l", .at_ms = BEGIN_MS);
    FEED(&f, .type = "x.a", .id = "2", .subject = "l", .at_ms = BEGIN_MS + 1000);
    feed_a(&f, "8", BEGIN_MS + 900);
    feed_a(&f, "9", BEGIN_MS + 1000);
    toc_engine_unmute(f.engine);
    assert_says(&f, "new r l 2; new r k 2");
    toc_engine_disown(f.engine);
    assert_says(&f, "expired r k 2 restart");
    assert_string_equal(f.told[2].id, id);
    free(record);
    feeding_finish(&f);
}

static void of_a_rule_that_is_no_more_it_ends(void)
{
    struct feeding f;
    char id[TOC_ALERT_ID], *record = first_run(&f, id);
    char *rule = strstr(record, "\"rule\":\"r\"");

    assert_non_null(rule);
    rule[8] = 'q';
    assert_int_equal(adopt(&f, id, record), TOC_OK);
    toc_engine_tick(f.engine, BEGIN_MS + 5000);
    toc_engine_unmute(f.engine);
    assert_says(&f, "expired q k 2 rule");
    assert_string_equal(f.told[0].topic, "");
    assert_int_equal(f.told[0].seq, 2);
    assert_string_equal(feeding_text(&f.told[0], "end"), "1970-01-01T00:01:45.000Z");
    free(record);
    feeding_finish(&f);
}

static void what_nobody_knows_waits_until_it_is_disowned(void)
{
    struct feeding f;
    char id[TOC_ALERT_ID], *record = first_run(&f, id);

    assert_int_equal(adopt(&f, id, record), TOC_OK);
    toc_engine_tick(f.engine, BEGIN_MS + 5000);
    toc_engine_unmute(f.engine);
    assert_says(&f, "");
    toc_engine_disown(f.engine);
    assert_says(&f, "expired r k 2 restart");
    assert_string_equal(f.told[0].id, id);
    assert_string_equal(f.told[0].topic, "alerts.t");
    assert_int_equal(f.told[0].seq, 2);
    toc_engine_disown(f.engine);
    assert_says(&f, "");
    free(record);
    feeding_finish(&f);
}

static void true_again_before_that_it_goes_on(void)
{
    struct feeding f;
    char id[TOC_ALERT_ID], *record = first_run(&f, id);

    assert_int_equal(adopt(&f, id, record), TOC_OK);
    toc_engine_unmute(f.engine);
    feed_a(&f, "1", BEGIN_MS);
    feed_a(&f, "2", BEGIN_MS + 1000);
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].id, id);
    assert_int_equal(f.told[0].seq, 2);
    assert_true(f.told[0].is_open);
    toc_text_clear(&f.line);
    toc_engine_disown(f.engine);
    assert_says(&f, "");
    free(record);
    feeding_finish(&f);
}

static void what_is_not_ours_changes_nothing(void)
{
#define ID    "0123456789abcdef0123456789abcdef"
#define BEGIN "\"key\":{},\"begin\":\"2026-01-01T00:00:00.000Z\""
    static const char *const records[] = {
        "",
        "no JSON",
        "[]",
        "null",
        "{}",
        "{\"alert_id\":\"" ID "\"," BEGIN "}",
        "{\"alert_id\":\"" ID "\",\"seq\":0," BEGIN "}",
        "{\"alert_id\":\"" ID "\",\"seq\":\"1\"," BEGIN "}",
        "{\"alert_id\":\"" ID "\",\"seq\":1.5," BEGIN "}",
        "{\"alert_id\":\"f" ID "\",\"seq\":1," BEGIN "}",
        "{\"alert_id\":7,\"seq\":1," BEGIN "}",
        "{\"alert_id\":\"" ID "\",\"seq\":1,\"key\":[],\"begin\":\"2026-01-01T00:00:00Z\"}",
        "{\"alert_id\":\"" ID "\",\"seq\":1,\"key\":{},\"begin\":\"2026-01-01\"}",
        "{\"alert_id\":\"" ID "\",\"seq\":1,\"key\":{}}",
        "{\"alert_id\":\"" ID "\",\"seq\":1,\"seq\":2," BEGIN "}",
        "{\"alert_id\":\"" ID "\",\"seq\":1," BEGIN "} {",
    };
    struct feeding f;

    feeding_init_one(&f, COUNT2, "", NULL, 0);
    toc_engine_mute(f.engine);
    for (size_t i = 0; i < UNIT_COUNT(records); i++) {
        assert_int_equal(adopt(&f, ID, records[i]), TOC_E_INVALID);
    }
    assert_int_equal(adopt(&f, "0123", "{\"alert_id\":\"0123\",\"seq\":1," BEGIN "}"),
                     TOC_E_INVALID);
    toc_engine_unmute(f.engine);
    toc_engine_disown(f.engine);
    assert_says(&f, "");
    feeding_finish(&f);
}

/* The least that is ours: no rule, no mode, no evidence in it. */
static void what_lacks_all_that_is_not_asked_for_is_ended(void)
{
    struct feeding f;

    feeding_init_one(&f, COUNT2, "", NULL, 0);
    toc_engine_mute(f.engine);
    assert_int_equal(adopt(&f, ID, "{\"alert_id\":\"" ID "\",\"seq\":1," BEGIN "}"), TOC_OK);
    feed_a(&f, "1", BEGIN_MS);
    feed_a(&f, "2", BEGIN_MS);
    toc_engine_unmute(f.engine);
    toc_engine_disown(f.engine);
    assert_says(&f, "new r k 2; expired  0 rule");
    feeding_finish(&f);
}

/* --- Incidents ------------------------------------------------------------------------------ */

#define FORMER "00000000000000000000000000000abc" /* Its first alert has ended long ago. */
#define OTHER  "00000000000000000000000000000def"

/* Rules `one`, `two`, both of x.a, and `all`, of x.a and x.b. */
static void load_three(struct feeding *f)
{
    struct toc_text rules = {0};

    feeding_rule(&rules, "one", "a: { type: x.a }",
                 "{ count: a, at_least: 1, within: 10s, group_by: [subject] }", "update_every: 1s");
    feeding_rule(&rules, "two", "a: { type: x.a }",
                 "{ count: a, at_least: 2, within: 10s, group_by: [subject] }", "update_every: 1s");
    feeding_rule(&rules, "all", "a: { type: x.a }, b: { type: x.b }",
                 "{ all_of: [a, b], within: 10s, group_by: [subject] }", "update_every: 1s");
    feeding_init(f, rules.data, NULL, 0);
    toc_text_finish(&rules);
}

static const char *incident_of(const struct feeding *f, size_t index)
{
    return feeding_text(&f->told[index], "incident");
}

/* One run tells of `one` and `two`; another adopts both, as of @incidents if not NULL, and reads
 * all again. */
static void restart(struct feeding *f, const char *const incidents[2], char ids[2][TOC_ALERT_ID])
{
    char *records[2];

    load_three(f);
    feed_a(f, "1", BEGIN_MS);
    feed_a(f, "2", BEGIN_MS + 500);
    assert_says(f, "new one k 1; new two k 2");
    for (size_t i = 0; i < 2; i++) {
        memcpy(ids[i], f->told[i].id, TOC_ALERT_ID);
        if (incidents != NULL) {
            json_object_set_new(f->told[i].data, "incident", json_string(incidents[i]));
            json_object_set_new(
                f->told[i].data, "incident_at",
                json_string(i == 0 ? "1970-01-01T00:01:00.000Z" : "1970-01-01T00:00:50.000Z"));
        }
        records[i] = json_dumps(f->told[i].data, JSON_COMPACT);
    }
    toc_engine_destroy(f->engine);
    feeding_forget_told(f);
    feeding_begin(f, NULL, 0, 0);
    toc_engine_mute(f->engine);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(adopt(f, ids[i], records[i]), TOC_OK);
        free(records[i]);
    }
}

static void its_incident_goes_on(void)
{
    struct feeding f;
    char ids[2][TOC_ALERT_ID];

    restart(&f, NULL, ids);
    feed_a(&f, "1", BEGIN_MS);
    feed_a(&f, "2", BEGIN_MS + 500);
    toc_engine_unmute(f.engine);
    assert_says(&f, "");
    FEED(&f, .type = "x.b", .id = "3", .subject = "k", .at_ms = BEGIN_MS + 600);
    feed_a(&f, "4", BEGIN_MS + 3000);
    assert_says(&f, "new all k 3; update one k 2; update two k 3; update all k 4");
    for (size_t i = 0; i < f.count; i++) {
        assert_string_equal(incident_of(&f, i), ids[0]);
    }
    feeding_finish(&f);
}

static void it_goes_on_though_what_it_is_named_after_is_gone(void)
{
    struct feeding f;
    char ids[2][TOC_ALERT_ID];

    restart(&f, (const char *const[]){FORMER, FORMER}, ids);
    feed_a(&f, "1", BEGIN_MS); /* Not enough for `two`. */
    toc_engine_unmute(f.engine);
    FEED(&f, .type = "x.b", .id = "3", .subject = "k", .at_ms = BEGIN_MS + 600);
    assert_says(&f, "new all k 2");
    assert_string_equal(incident_of(&f, 0), FORMER);
    assert_string_equal(feeding_text(&f.told[0], "incident_at"), "1970-01-01T00:01:00.000Z");
    toc_engine_disown(f.engine); /* `two` was of it too, and is known to nobody. */
    assert_says(&f, "expired two k 2 restart");
    assert_string_equal(incident_of(&f, 1), FORMER);
    feeding_finish(&f);
}

static void two_incidents_that_share_now_are_one(void)
{
    struct feeding f;
    char ids[2][TOC_ALERT_ID];

    restart(&f, (const char *const[]){FORMER, OTHER}, ids);
    feed_a(&f, "1", BEGIN_MS);
    feed_a(&f, "2", BEGIN_MS + 500);
    toc_engine_unmute(f.engine);
    toc_engine_tick(f.engine, BEGIN_MS + 2000);
    assert_says(&f, "update one k 2"); /* OTHER was told first. */
    assert_string_equal(incident_of(&f, 0), OTHER);
    assert_string_equal(feeding_text(&f.told[0], "incident_was"), FORMER);
    feeding_finish(&f);
}

static void what_is_told_first_after_it_names_its_own(void)
{
    struct feeding f;

    load_three(&f);
    toc_engine_mute(f.engine);
    feed_a(&f, "1", BEGIN_MS);
    feed_a(&f, "2", BEGIN_MS + 500);
    toc_engine_unmute(f.engine);
    assert_says(&f, "new one k 2; new two k 2");
    assert_string_equal(incident_of(&f, 0), f.told[0].id);
    assert_string_equal(incident_of(&f, 1), f.told[0].id);
    assert_string_equal(feeding_text(&f.told[1], "incident_was"), "");
    assert_string_equal(feeding_text(&f.told[1], "incident_at"), "1970-01-01T00:01:40.500Z");
    feeding_finish(&f);
}

static void true_again_it_is_of_its_incident(void)
{
    struct feeding f;
    char ids[2][TOC_ALERT_ID];

    restart(&f, (const char *const[]){FORMER, FORMER}, ids);
    toc_engine_unmute(f.engine);
    feed_a(&f, "1", BEGIN_MS); /* What was told before a crash is read again only now. */
    assert_says(&f, "update one k 1");
    assert_string_equal(incident_of(&f, 0), FORMER);
    assert_string_equal(feeding_text(&f.told[0], "incident_was"), "");
    feeding_finish(&f);
}

static const struct adopt_case {
    const char *name;
    void (*test)(void);
} cases[] = {
    {"it goes on under its id and seq", it_goes_on_under_its_id_and_seq},
    {"what came meanwhile is told", what_came_meanwhile_is_told},
    {"what ended meanwhile is ended", what_ended_meanwhile_is_ended},
    {"what was not told is told", what_was_not_told_is_told},
    {"another order of arrival is the same alert", another_order_of_arrival_is_the_same_alert},
    {"another key or evidence is another alert", another_key_or_evidence_is_another_alert},
    {"of a rule that is no more it ends", of_a_rule_that_is_no_more_it_ends},
    {"what nobody knows waits until it is disowned", what_nobody_knows_waits_until_it_is_disowned},
    {"true again before that it goes on", true_again_before_that_it_goes_on},
    {"what is not ours changes nothing", what_is_not_ours_changes_nothing},
    {"its incident goes on", its_incident_goes_on},
    {"it goes on though what it is named after is gone",
     it_goes_on_though_what_it_is_named_after_is_gone},
    {"two incidents that share now are one", two_incidents_that_share_now_are_one},
    {"what is told first after it names its own", what_is_told_first_after_it_names_its_own},
    {"true again it is of its incident", true_again_it_is_of_its_incident},
    {"what lacks all that is not asked for is ended",
     what_lacks_all_that_is_not_asked_for_is_ended},
};

static void runs(void **state)
{
    const struct adopt_case *c = *state;
    c->test();
}

UNIT_TABLE("engine/adopt", cases, runs)
