/* What people do about alerts: rules/README.md, "What people do, and what the machine holds back".
 * accept_late is 10 s, max_disorder 0; times in ms. */
#include "acting.h"

#define COUNT2 "{ count: a, at_least: 2, within: 60s, group_by: [subject] }"
#define AT     100000

static void feed_a(struct feeding *f, const char *id, const char *subject, int64_t at_ms)
{
    FEED(f, .type = "x.a", .id = id, .subject = subject, .at_ms = at_ms);
}

/* One open alert of `k`, begun at AT + 1000. */
static void open_one(struct feeding *f, const char *when, const char *alert)
{
    feeding_init_one(f, when, alert, NULL, 0);
    feed_a(f, "1", "k", AT);
    feed_a(f, "2", "k", AT + 1000);
    assert_says(f, "new r k 2");
}

static const char *member(const struct feeding *f, const char *list, size_t index, const char *name)
{
    const json_t *item = json_object_get(f->told[f->count - 1].data, list);

    item = json_is_array(item) ? json_array_get(item, index) : item;
    const char *text = json_string_value(json_object_get(item, name));
    return text != NULL ? text : "";
}

static const json_t *last(const struct feeding *f, const char *name)
{
    return json_object_get(f->told[f->count - 1].data, name);
}

static void an_ack_is_told_once_and_stays(void)
{
    struct feeding f;

    open_one(&f, COUNT2, "update_every: 1s");
    const char *id = f.told[0].id;
    toc_engine_tick(f.engine, AT + 3000);
    assert_string_equal(
        acting_on(&f, "ack", id, ",'post':'TOC Gao','note':'on the way'", AT + 2500), "taken");
    assert_says(&f, "acked r k 2");
    assert_int_equal(f.told[1].seq, 2);
    assert_true(f.told[1].is_open);
    assert_string_equal(member(&f, "acks", 0, "who"), "Traore");
    assert_string_equal(member(&f, "acks", 0, "post"), "TOC Gao");
    assert_string_equal(member(&f, "acks", 0, "note"), "on the way");
    assert_string_equal(member(&f, "acks", 0, "when"), "1970-01-01T00:01:42.500Z");
    assert_string_equal(acting_on(&f, "ack", id, ",'post':'TOC Gao'", AT + 2900), "repeat");
    assert_string_equal(acting_on(&f, "ack", id, ",'post':'Camp'", AT + 2900), "taken");
    assert_says(&f, "acked r k 2");
    assert_int_equal(json_array_size(last(&f, "acks")), 2);
    feed_a(&f, "3", "k", AT + 9000);
    assert_says(&f, "update r k 3");
    assert_int_equal(json_array_size(last(&f, "acks")), 2);
    feed_a(&f, "4", "other", AT + 200000);
    assert_says(&f, "expired r k 3 window");
    assert_int_equal(json_array_size(last(&f, "acks")), 2);
    assert_int_equal(toc_engine_counts(f.engine).told[TOC_ALERT_ACKED], 2);
    feeding_finish(&f);
}

static void a_take_over_is_an_ack_too_and_the_last_has_it(void)
{
    struct feeding f;

    open_one(&f, COUNT2, "");
    assert_string_equal(acting_on(&f, "take_over", f.told[0].id, "", AT + 500), "taken");
    assert_says(&f, "acked r k 2");
    assert_string_equal(member(&f, "taken_by", 0, "who"), "Traore");
    assert_null(last(&f, "acks"));
    assert_string_equal(acting_on(&f, "take_over", f.told[0].id, "", AT + 600), "repeat");
    assert_string_equal(acting_on(&f, "take_over", f.told[0].id, ",'post':'B'", AT + 700), "taken");
    assert_string_equal(member(&f, "taken_by", 0, "post"), "B");
    assert_says(&f, "acked r k 2");
    feeding_finish(&f);
}

static void comments_are_updates_and_bounded(void)
{
    struct feeding f;

    open_one(&f, COUNT2, "");
    for (int i = 0; i < TOC_SAID_MOST; i++) {
        assert_string_equal(acting_on(&f, "comment", f.told[0].id, ",'note':'x'", AT + i), "taken");
    }
    assert_string_equal(acting_on(&f, "comment", f.told[0].id, ",'note':'x'", AT), "repeat");
    assert_string_equal(acting_on(&f, "comment", f.told[0].id, ",'note':'x'", AT + 999),
                        "too_many");
    assert_int_equal(json_array_size(last(&f, "comments")), TOC_SAID_MOST);
    assert_int_equal(f.told[f.count - 1].state, TOC_ALERT_UPDATE);
    assert_string_equal(acting_on(&f, "ack", f.told[0].id, "", AT + 999), "taken");
    feeding_finish(&f);
}

static void what_nobody_knows_or_is_over_is_refused(void)
{
    struct feeding f;

    open_one(&f, COUNT2, "");
    assert_string_equal(acting_on(&f, "ack", "00000000000000000000000000000000", "", AT),
                        "unknown_alert");
    feed_a(&f, "3", "other", AT + 70000);
    assert_says(&f, "expired r k 2 window");
    assert_string_equal(acting_on(&f, "ack", f.told[0].id, "", AT + 70000), "over");
    assert_string_equal(acting_on(&f, "all_clear", f.told[0].id, "", AT + 70000), "over");
    feed_a(&f, "4", "other", AT + 200000); /* Long over: forgotten. */
    assert_string_equal(acting_on(&f, "ack", f.told[0].id, "", AT + 70000), "unknown_alert");
    assert_says(&f, "");
    feeding_finish(&f);
}

/* The line is kept through whatever comes late: what is dated up to it counts no more, what is
 * dated after it does. */
static void an_all_clear_ends_at_once_and_stays_a_line(void)
{
    struct feeding f;

    open_one(&f, COUNT2, "keep_firing_for: 5m");
    feed_a(&f, "o", "other", AT + 6000);
    assert_string_equal(acting_on(&f, "all_clear", f.told[0].id, ",'post':'EOD'", AT + 5000),
                        "taken");
    assert_says(&f, "cleared r k 2 all_clear");
    assert_false(f.told[1].is_open);
    assert_string_equal(feeding_text(&f.told[1], "end"), "1970-01-01T00:01:45.000Z");
    assert_string_equal(member(&f, "by", 0, "post"), "EOD");
    feed_a(&f, "3", "k", AT + 4000); /* Late, before the line: evidence of what is over. */
    assert_says(&f, "update r k 3 all_clear");
    feed_a(&f, "4", "k", AT + 5000); /* At the line. */
    assert_says(&f, "");
    feed_a(&f, "5", "k", AT + 5001); /* After it: one of two. */
    assert_says(&f, "");
    feed_a(&f, "6", "k", AT + 6000);
    assert_says(&f, "new r k 2");
    assert_string_not_equal(f.told[3].id, f.told[0].id);
    feed_a(&f, "0", "k", AT + 500); /* Derived anew once more. */
    assert_says(&f, "update r k 4 all_clear");
    feeding_finish(&f);
}

static void a_false_alarm_is_cancelled_and_stays_it(void)
{
    struct feeding f;

    open_one(&f, COUNT2, "keep_firing_for: 5m");
    assert_string_equal(acting_on(&f, "false_alarm", f.told[0].id, ",'note':'drill'", AT + 5000),
                        "taken");
    assert_int_equal(f.told[1].state, TOC_ALERT_CANCELLED);
    assert_string_equal(feeding_text(&f.told[1], "end_reason"), "false_alarm");
    assert_string_equal(member(&f, "by", 0, "note"), "drill");
    assert_string_equal(acting_on(&f, "ack", f.told[0].id, "", AT + 5000), "over");
    toc_text_clear(&f.line);
    feed_a(&f, "3", "k", AT + 900); /* Late; and derived anew. */
    feed_a(&f, "4", "k", AT + 2000);
    assert_says(&f, "");
    feed_a(&f, "5", "k", AT + 7000);
    feed_a(&f, "6", "k", AT + 8000);
    assert_says(&f, "new r k 2");
    feeding_finish(&f);
}

/* An alert can stand as told though its end is known and not yet decided. */
static void an_all_clear_of_what_has_run_out_meanwhile(void)
{
    static const struct toc_input slow = {.name = {"all", 3},
                                          .max_disorder_ms = 300000,
                                          .accept_late_ms = 300000,
                                          .partition_count = 1};
    struct feeding f;

    feeding_init_one(&f, COUNT2, "", &slow, 1);
    feed_a(&f, "1", "k", AT);
    feed_a(&f, "2", "k", AT + 1000);
    feed_a(&f, "3", "o", AT + 90000);
    assert_says(&f, "new r k 2");
    assert_string_equal(acting_on(&f, "all_clear", f.told[0].id, "", AT + 80000), "taken");
    assert_says(&f, "cleared r k 2 all_clear");
    feed_a(&f, "4", "k", AT + 1500); /* It goes on until AT + 61501, still before the line. */
    assert_says(&f, "update r k 3 all_clear");
    feeding_finish(&f);
}

/* Sent at AT + 2000, read when more has come: what came after it was sent is not cleared. */
static void an_all_clear_speaks_of_what_was_known_when_it_was_sent(void)
{
    struct feeding f;

    open_one(&f, COUNT2, "");
    feed_a(&f, "3", "k", AT + 3000);
    feed_a(&f, "4", "k", AT + 4000);
    assert_string_equal(acting_on(&f, "all_clear", f.told[0].id, "", AT + 2000), "taken");
    assert_says(&f, "cleared r k 2 all_clear; new r k 2");
    feeding_finish(&f);
}

/* Older than all that can still change: it ends what rests on nothing newer, else it is refused. */
static void an_all_clear_older_than_the_horizon(void)
{
    struct feeding f;

    open_one(&f, COUNT2, "keep_firing_for: 1h");
    feed_a(&f, "3", "o", AT + 50000);
    assert_string_equal(acting_on(&f, "all_clear", f.told[0].id, "", AT + 500), "newer_evidence");
    assert_says(&f, "");
    assert_string_equal(acting_on(&f, "all_clear", f.told[0].id, "", AT + 1000), "taken");
    assert_says(&f, "cleared r k 2 all_clear");
    feed_a(&f, "4", "k", AT + 55000); /* The window of 60 s knows the first two no more. */
    assert_says(&f, "");
    feed_a(&f, "5", "k", AT + 56000);
    assert_says(&f, "new r k 2");
    feeding_finish(&f);
}

/* A sensor's clock runs ahead: people clear what they were told, whatever its date. */
static void evidence_of_the_future_is_cleared_with_the_rest(void)
{
    struct feeding f;

    feeding_init_one(&f, "{ event: a, group_by: [subject] }", "expire_after: 1h", NULL, 0);
    f.is_clocked = true;
    toc_engine_tick(f.engine, AT);
    feed_a(&f, "1", "k", AT + 3000);
    assert_says(&f, "new r k 1");
    toc_engine_tick(f.engine, AT + 1000);
    assert_string_equal(acting_on(&f, "all_clear", f.told[0].id, "", AT + 1000), "taken");
    assert_says(&f, "cleared r k 1 all_clear");
    toc_engine_tick(f.engine, AT + 60000);
    assert_says(&f, "");
    feeding_finish(&f);
}

/* Kinds: what an all-clear of one alert ends, and what it leaves alone. */
static const struct kind_case {
    const char *when;
    bool has_second;         /* An alert of its own for the second event. */
    const char *before_line; /* Told of: an event dated before the line that comes after it. */
} kind_cases[] = {
    {"{ event: a, once_per: onset, group_by: [subject] }", true, "new r k 1"},
    {"{ event: a, group_by: [subject] }", false, "update r k 2 all_clear"},
};

static void ends_what_is_its_own(const struct kind_case *c)
{
    struct feeding f;

    feeding_init_one(&f, c->when, "expire_after: 1h", NULL, 0);
    feed_a(&f, "1", "k", AT);
    assert_says(&f, "new r k 1");
    if (c->has_second) {
        feed_a(&f, "2", "k", AT + 100);
        assert_says(&f, "new r k 1");
    }
    assert_string_equal(acting_on(&f, "all_clear", f.told[0].id, "", AT + 5000), "taken");
    assert_says(&f, "cleared r k 1 all_clear");
    feed_a(&f, "3", "k", AT + 50); /* Late. */
    assert_says(&f, c->before_line);
    feed_a(&f, "4", "k", AT + 6000);
    assert_says(&f, "new r k 1");
    feeding_finish(&f);
}

static void a_single_events_alert_leaves_others_of_its_key(void)
{
    ends_what_is_its_own(&kind_cases[0]);
}

static void an_alert_a_key_takes_all_of_its_key(void)
{
    ends_what_is_its_own(&kind_cases[1]);
}

static void feed_at(struct feeding *f, const char *id, double north_m, int64_t at_ms)
{
    FEED(f, .type = "x.a", .id = id, .at_ms = at_ms, .has_at = true,
         .at = {.lat_deg = 16 + north_m / 110600, .lon_deg = 0});
}

/* A cluster is ended by its evidence: the one beside it stays, and its events count no more. */
static void a_cluster_is_ended_by_its_evidence(void)
{
    struct feeding f;

    feeding_init_one(&f, "{ count: a, at_least: 2, within: 60s, near: { distance: 1 km } }", "",
                     NULL, 0);
    feed_at(&f, "1", 0, AT);
    feed_at(&f, "2", 500, AT + 100);
    assert_says(&f, "new r 2");
    feed_at(&f, "3", 9000, AT + 200);
    feed_at(&f, "4", 9500, AT + 300);
    assert_says(&f, "new r 2");
    assert_string_equal(acting_on(&f, "all_clear", f.told[0].id, "", AT + 400), "taken");
    assert_says(&f, "cleared r 2 all_clear");
    feed_at(&f, "5", 600, AT + 500); /* Near both that count no more: alone. */
    assert_says(&f, "");
    feed_at(&f, "6", 9600, AT + 600);
    assert_says(&f, "");
    feed_at(&f, "7", 700, AT + 700);
    assert_says(&f, "new r 2");
    feed_at(&f, "0", 100, AT + 50); /* Late, evidence of what was cleared: it stays cut. */
    assert_says(&f, "update r 3 all_clear");
    feeding_finish(&f);
}

static void a_sequence_that_was_cleared_begins_anew(void)
{
    struct feeding f;

    feeding_init_one(&f, "{ sequence: [a, b], within: 60s, group_by: [subject] }",
                     "expire_after: 1h", NULL, 0);
    feed_a(&f, "1", "k", AT);
    FEED(&f, .type = "x.b", .id = "2", .subject = "k", .at_ms = AT + 100);
    assert_says(&f, "new r k 2");
    assert_string_equal(acting_on(&f, "all_clear", f.told[0].id, "", AT + 200), "taken");
    assert_says(&f, "cleared r k 2 all_clear");
    FEED(&f, .type = "x.b", .id = "3", .subject = "k", .at_ms = AT + 300);
    assert_says(&f, "");
    feed_a(&f, "4", "k", AT + 400);
    FEED(&f, .type = "x.b", .id = "5", .subject = "k", .at_ms = AT + 500);
    assert_says(&f, "new r k 2");
    feeding_finish(&f);
}

static void a_deadline_that_was_cleared_is_over(void)
{
    struct feeding f;

    feeding_init_one(&f,
                     "{ absence: { after: a, expected: b, deadline: 10s }, group_by: [subject] }",
                     "expire_after: 1h", NULL, 0);
    feed_a(&f, "1", "k", AT);
    feed_a(&f, "2", "o", AT + 10001);
    assert_says(&f, "new r k 1");
    assert_string_equal(acting_on(&f, "all_clear", f.told[0].id, "", AT + 10001), "taken");
    assert_says(&f, "cleared r k 1 all_clear");
    feed_a(&f, "3", "k", AT + 12000);
    feed_a(&f, "4", "o", AT + 22001);
    assert_says(&f, "new r o 1; new r k 1");
    feeding_finish(&f);
}

static void the_newest_of_a_series_at_one_place_is_cleared_there(void)
{
    struct toc_text rules = {0};
    struct feeding f;

    feeding_rule(&rules, "r", "a: { type: x.a, near: { place: camp, distance: 200 km } }",
                 "{ latest: a, group_by: [camp] }", "expire_after: 1h");
    feeding_init(&f, rules.data, NULL, 0);
    toc_text_finish(&rules);
    FEED(&f, .type = "x.a", .id = "1", .at_ms = AT, .has_at = true,
         .at = {.lat_deg = 15.5, .lon_deg = 0});
    assert_int_equal(f.count, 2); /* Near both camps. */
    toc_text_clear(&f.line);
    assert_string_equal(acting_on(&f, "all_clear", f.told[0].id, "", AT + 100), "taken");
    assert_int_equal(f.count, 3);
    assert_string_equal(f.told[2].id, f.told[0].id);
    toc_text_clear(&f.line);
    FEED(&f, .type = "x.a", .id = "2", .at_ms = AT + 200, .has_at = true,
         .at = {.lat_deg = 15.5, .lon_deg = 0});
    assert_int_equal(f.count, 4); /* It is there again; of the other, no news yet. */
    assert_int_equal(f.told[3].state, TOC_ALERT_NEW);
    feeding_finish(&f);
}

/* Of two that become one, the one told first stays, and who knew of the other knows of it. */
static void acks_go_with_what_an_alert_merges_into(void)
{
    struct feeding f;

    feeding_init_one(&f, "{ count: a, at_least: 2, within: 3s, group_by: [subject] }",
                     "update_every: 1s, keep_firing_for: 200ms", NULL, 0);
    feed_a(&f, "1", "k", AT);
    feed_a(&f, "2", "k", AT + 1000);
    feed_a(&f, "3", "k", AT + 4100);
    feed_a(&f, "4", "k", AT + 4500);
    assert_says(&f, "new r k 2; expired r k 2 window; new r k 2");
    assert_string_equal(acting_on(&f, "ack", f.told[2].id, "", AT + 4500), "taken");
    assert_says(&f, "acked r k 2");
    feed_a(&f, "5", "k", AT + 2500);
    toc_engine_tick(f.engine, AT + 9000);
    assert_says(&f, "cancelled r k 2 merged; update r k 5");
    assert_string_equal(member(&f, "acks", 0, "who"), "Traore");
    feeding_finish(&f);
}

/* ---- A restart ---- */

static char *told_last(const struct feeding *f, char id[TOC_ALERT_ID])
{
    memcpy(id, f->told[f->count - 1].id, TOC_ALERT_ID);
    return json_dumps(f->told[f->count - 1].data, JSON_COMPACT);
}

static void restart(struct feeding *f)
{
    toc_engine_destroy(f->engine);
    feeding_forget_told(f);
    feeding_begin(f, NULL, 0, 0);
    toc_engine_mute(f->engine);
}

static void acks_survive_a_restart(void)
{
    struct feeding f;
    char id[TOC_ALERT_ID];

    open_one(&f, COUNT2, "update_every: 1s");
    (void)acting_on(&f, "ack", f.told[0].id, ",'post':'A'", AT + 1000);
    (void)acting_on(&f, "comment", f.told[0].id, ",'note':'n'", AT + 1000);
    (void)acting_on(&f, "take_over", f.told[0].id, ",'post':'B'", AT + 1000);
    char *record = told_last(&f, id);
    restart(&f);
    feeding_adopt(&f, id, record);
    feed_a(&f, "1", "k", AT);
    feed_a(&f, "2", "k", AT + 1000);
    (void)acting_on(&f, "ack", id, ",'post':'A'", AT + 1000); /* Read back from its topic. */
    toc_engine_unmute(f.engine);
    assert_says(&f, "");
    assert_string_equal(acting_on(&f, "ack", id, ",'post':'A'", AT + 1000), "repeat");
    feed_a(&f, "3", "k", AT + 3000);
    assert_says(&f, "update r k 3");
    assert_int_equal(f.told[0].seq, 5);
    assert_string_equal(member(&f, "acks", 0, "post"), "A");
    assert_string_equal(member(&f, "comments", 0, "note"), "n");
    assert_string_equal(member(&f, "taken_by", 0, "post"), "B");
    assert_string_equal(member(&f, "acks", 0, "when"), "1970-01-01T00:01:41.000Z");
    free(record);
    feeding_finish(&f);
}

/* Cleared in the run before: read back, the line stands again, and nothing is told of it. */
static void an_all_clear_is_drawn_again_after_a_restart(void)
{
    static const char *const ids[] = {NULL, "0123456789abcdef0123456789abcdef"};

    for (size_t i = 0; i < 2; i++) {
        struct feeding f;
        char id[TOC_ALERT_ID];
        open_one(&f, COUNT2, "keep_firing_for: 1h");
        char *record = told_last(&f, id);
        free(record);
        restart(&f);
        feed_a(&f, "1", "k", AT);
        feed_a(&f, "2", "k", AT + 1000);
        /* By its id, or by where it stood, if it was told under another. */
        assert_string_equal(acting_on(&f, "all_clear", ids[i] != NULL ? ids[i] : id,
                                      ",'rule':'r','key':{'subject':'k'}", AT + 2000),
                            "taken");
        feed_a(&f, "3", "k", AT + 1500);
        toc_engine_unmute(f.engine);
        assert_says(&f, "");
        assert_string_equal(acting_on(&f, "ack", ids[1], ",'rule':'r','key':{'subject':'k'}", AT),
                            "unknown_alert");
        feed_a(&f, "4", "k", AT + 3000);
        assert_says(&f, "");
        feed_a(&f, "5", "k", AT + 4000);
        assert_says(&f, "new r k 2");
        feeding_finish(&f);
    }
}

static void what_is_not_known_again_yet_is_refused_with_that_word(void)
{
    struct feeding f;
    char id[TOC_ALERT_ID];

    open_one(&f, COUNT2, "");
    char *record = told_last(&f, id);
    restart(&f);
    feeding_adopt(&f, id, record);
    toc_engine_unmute(f.engine);
    toc_engine_tick(f.engine, AT + 1000);
    assert_string_equal(acting_on(&f, "ack", id, "", AT + 1000), "not_yet");
    feed_a(&f, "1", "k", AT);
    feed_a(&f, "2", "k", AT + 1000);
    assert_says(&f, "update r k 2");
    assert_string_equal(acting_on(&f, "ack", id, "", AT + 1000), "taken");
    free(record);
    feeding_finish(&f);
}

static const struct act_case {
    const char *name;
    void (*test)(void);
} cases[] = {
    {"an ack is told once and stays", an_ack_is_told_once_and_stays},
    {"a take over is an ack too and the last has it",
     a_take_over_is_an_ack_too_and_the_last_has_it},
    {"comments are updates and bounded", comments_are_updates_and_bounded},
    {"what nobody knows or is over is refused", what_nobody_knows_or_is_over_is_refused},
    {"an all clear ends at once and stays a line", an_all_clear_ends_at_once_and_stays_a_line},
    {"a false alarm is cancelled and stays it", a_false_alarm_is_cancelled_and_stays_it},
    {"an all clear of what has run out meanwhile", an_all_clear_of_what_has_run_out_meanwhile},
    {"an all clear speaks of what was known when it was sent",
     an_all_clear_speaks_of_what_was_known_when_it_was_sent},
    {"an all clear older than the horizon", an_all_clear_older_than_the_horizon},
    {"evidence of the future is cleared with the rest",
     evidence_of_the_future_is_cleared_with_the_rest},
    {"a single events alert leaves others of its key",
     a_single_events_alert_leaves_others_of_its_key},
    {"an alert a key takes all of its key", an_alert_a_key_takes_all_of_its_key},
    {"a cluster is ended by its evidence", a_cluster_is_ended_by_its_evidence},
    {"a sequence that was cleared begins anew", a_sequence_that_was_cleared_begins_anew},
    {"a deadline that was cleared is over", a_deadline_that_was_cleared_is_over},
    {"the newest of a series at one place is cleared there",
     the_newest_of_a_series_at_one_place_is_cleared_there},
    {"acks go with what an alert merges into", acks_go_with_what_an_alert_merges_into},
    {"acks survive a restart", acks_survive_a_restart},
    {"an all clear is drawn again after a restart", an_all_clear_is_drawn_again_after_a_restart},
    {"what is not known again yet is refused with that word",
     what_is_not_known_again_yet_is_refused_with_that_word},
};

static void runs(void **state)
{
    const struct act_case *c = *state;
    c->test();
}

UNIT_TABLE("engine/act", cases, runs)
