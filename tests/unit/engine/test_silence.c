/* Silences: what people do not want to be disturbed by, for a time. Times in ms. */
#include "acting.h"

#define COUNT2 "{ count: a, at_least: 2, within: 60s, group_by: [subject] }"
#define AT     100000

static void feed_a(struct feeding *f, const char *id, const char *subject, int64_t at_ms)
{
    FEED(f, .type = "x.a", .id = id, .subject = subject, .at_ms = at_ms);
}

static const char *suppressed_by(const struct feeding *f)
{
    return feeding_text(&f->told[f->count - 1], "suppressed_by");
}

static void a_silence_marks_and_its_end_tells_again(void)
{
    struct feeding f;

    feeding_init_one(&f, COUNT2, "update_every: 1s", NULL, 0);
    toc_engine_tick(f.engine, AT - 1000);
    assert_string_equal(acting_do(&f,
                                  "'action':'silence','by':'T','silence':'works','rule':'r',"
                                  "'key':{'subject':'K'},'until':'1970-01-01T00:01:50Z'",
                                  AT - 1000),
                        "taken");
    feed_a(&f, "1", "k", AT);
    feed_a(&f, "2", "k", AT + 1000);
    assert_says(&f, "new r k 2");
    assert_string_equal(suppressed_by(&f), "silence/works");
    feed_a(&f, "3", "other", AT + 1000);
    feed_a(&f, "4", "other", AT + 2000);
    assert_says(&f, "new r other 2");
    assert_string_equal(suppressed_by(&f), "");
    assert_int_equal(toc_engine_due(f.engine), AT + 10000);
    toc_engine_tick(f.engine, AT + 9999);
    assert_says(&f, "");
    toc_engine_tick(f.engine, AT + 10000);
    assert_says(&f, "update r k 2");
    assert_string_equal(suppressed_by(&f), "");
    assert_int_equal(toc_engine_counts(f.engine).silences, 0);
    feeding_finish(&f);
}

static void an_unsilence_ends_it_at_once(void)
{
    struct feeding f;

    feeding_init_one(&f, COUNT2, "", NULL, 0);
    toc_engine_tick(f.engine, AT);
    assert_string_equal(acting_do(&f,
                                  "'action':'silence','by':'T','silence':'works','rule':'r',"
                                  "'until':'1970-01-02T00:00:00Z'",
                                  AT),
                        "taken");
    feed_a(&f, "1", "k", AT);
    feed_a(&f, "2", "k", AT + 1000);
    assert_string_equal(suppressed_by(&f), "silence/works");
    toc_text_clear(&f.line);
    assert_string_equal(acting_do(&f, "'action':'unsilence','by':'T','silence':'other'", AT + 2000),
                        "unknown_silence");
    assert_string_equal(acting_do(&f, "'action':'unsilence','by':'T','silence':'works'", AT + 2000),
                        "taken");
    assert_says(&f, "update r k 2");
    assert_string_equal(suppressed_by(&f), "");
    feeding_finish(&f);
}

#define MINUTE 60000
/* Of a silence 00:05-00:10 by a clock two hours ahead of UTC, from the first minute of 1970 on. */
static const struct daily_case {
    const char *name, *daily;
    int64_t at_ms;
    bool is_on;
} daily_cases[] = {
    {"daily: a millisecond before", "'00:05-00:10','utc_offset':'+00:00'", 5 * MINUTE - 1, false},
    {"daily: at its begin", "'00:05-00:10'", 5 * MINUTE, true},
    {"daily: a millisecond before its end", "'00:05-00:10'", 10 * MINUTE - 1, true},
    {"daily: at its end", "'00:05-00:10'", 10 * MINUTE, false},
    {"daily: the next day", "'00:05-00:10'", 1445 * MINUTE, true},
    {"daily: over midnight, before it", "'23:00-01:00'", 1380 * MINUTE, true},
    {"daily: over midnight, after it", "'23:00-01:00'", 59 * MINUTE, true},
    {"daily: over midnight, in between", "'23:00-01:00'", 60 * MINUTE, false},
    {"daily: east of Greenwich", "'02:05-02:10','utc_offset':'+02:00'", 5 * MINUTE, true},
    {"daily: west of it", "'23:05-23:10','utc_offset':'-01:00'", 5 * MINUTE, true},
    {"daily: to the end of the day", "'23:00-24:00'", 1440 * MINUTE - 1, true},
};

static void holds_at(const struct daily_case *c)
{
    char data[256];
    struct feeding f;

    feeding_init_one(&f, "{ event: a, group_by: [subject] }", "expire_after: 1s", NULL, 0);
    f.is_clocked = true;
    toc_engine_tick(f.engine, 0);
    (void)snprintf(data, sizeof data,
                   "'action':'silence','by':'T','rule':'r','until':'1970-01-30T00:00:00Z',"
                   "'daily':%s",
                   c->daily);
    assert_string_equal(acting_do(&f, data, 0), "taken");
    toc_engine_tick(f.engine, c->at_ms);
    feed_a(&f, "1", "k", c->at_ms);
    if ((suppressed_by(&f)[0] != '\0') != c->is_on) {
        fail_msg("%s", c->name);
    }
    feeding_finish(&f);
}

static void it_holds_at_its_hours(void)
{
    for (size_t i = 0; i < UNIT_COUNT(daily_cases); i++) {
        holds_at(&daily_cases[i]);
    }
}

static const struct end_case {
    const char *name, *data, *says;
} end_cases[] = {
    {"30 days are allowed", "'rule':'r','until':'1970-01-31T00:00:00Z'", "taken"},
    {"a millisecond more is not", "'rule':'r','until':'1970-01-31T00:00:00.001Z'", "bad_silence"},
    {"nor does a later begin help",
     "'rule':'r','from':'1970-01-20T00:00:00Z','until':'1970-02-01T00:00:00Z'", "bad_silence"},
    {"it ends after it begins",
     "'rule':'r','from':'1970-01-02T00:00:00Z','until':'1970-01-02T00:00:00Z'", "bad_silence"},
    {"it is not over yet", "'rule':'r','until':'1970-01-01T00:00:00Z'", "bad_silence"},
};

static void is_judged(const struct end_case *c)
{
    char data[256];
    struct feeding f;

    feeding_init_one(&f, COUNT2, "", NULL, 0);
    toc_engine_tick(f.engine, 0);
    (void)snprintf(data, sizeof data, "'action':'silence','by':'T',%s", c->data);
    const char *says = acting_do(&f, data, 0);
    if (strcmp(says, c->says) != 0) {
        fail_msg("%s: %s", c->name, says);
    }
    feeding_finish(&f);
}

static void it_has_an_end_within_30_days(void)
{
    for (size_t i = 0; i < UNIT_COUNT(end_cases); i++) {
        is_judged(&end_cases[i]);
    }
}

static void silences_have_a_bound(void)
{
    struct feeding f;
    char data[256];

    feeding_init_one(&f, COUNT2, "", NULL, 0);
    toc_engine_tick(f.engine, 0);
    for (int i = 0; i <= 1000; i++) {
        (void)snprintf(data, sizeof data,
                       "'action':'silence','by':'T','silence':'%d','tags':['x'],"
                       "'until':'1970-01-02T00:00:00Z'",
                       i);
        assert_string_equal(acting_do(&f, data, 0), i < 1000 ? "taken" : "too_many");
    }
    assert_int_equal(toc_engine_counts(f.engine).silences, 1000);
    feeding_finish(&f);
}

static void a_silence_that_ended_while_nobody_ran(void)
{
    struct feeding f;
    char id[TOC_ALERT_ID];

    feeding_init_one(&f, COUNT2, "", NULL, 0);
    toc_engine_tick(f.engine, AT);
    (void)acting_do(&f, "'action':'silence','by':'T','rule':'r','until':'1970-01-01T00:01:50Z'",
                    AT);
    feed_a(&f, "1", "k", AT);
    feed_a(&f, "2", "k", AT + 1000);
    assert_string_not_equal(suppressed_by(&f), "");
    memcpy(id, f.told[0].id, sizeof id);
    char *record = json_dumps(f.told[0].data, JSON_COMPACT);
    toc_engine_destroy(f.engine);
    feeding_forget_told(&f);
    feeding_begin(&f, NULL, 0, 0);
    toc_engine_mute(f.engine);
    feeding_adopt(&f, id, record);
    toc_text_clear(&f.line);
    feed_a(&f, "1", "k", AT);
    feed_a(&f, "2", "k", AT + 1000);
    toc_engine_tick(f.engine, AT + 20000);
    toc_engine_unmute(f.engine);
    assert_says(&f, "update r k 2");
    assert_string_equal(suppressed_by(&f), "");
    free(record);
    feeding_finish(&f);
}

static const struct silence_case {
    const char *name;
    void (*test)(void);
} cases[] = {
    {"a silence marks and its end tells again", a_silence_marks_and_its_end_tells_again},
    {"an unsilence ends it at once", an_unsilence_ends_it_at_once},
    {"it holds at its hours", it_holds_at_its_hours},
    {"it has an end within 30 days", it_has_an_end_within_30_days},
    {"silences have a bound", silences_have_a_bound},
    {"a silence that ended while nobody ran", a_silence_that_ended_while_nobody_ran},
};

static void runs(void **state)
{
    const struct silence_case *c = *state;
    c->test();
}

UNIT_TABLE("engine/silence", cases, runs)
