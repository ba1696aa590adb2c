/* Levels and milestones through the whole core: which input decides, which key is ended. */
#include "feeding.h"

#define CHAIN                                                                                      \
    "{ absence: { after: a, milestones: { d: 1s, e: 2s }, warn_at: 50% }, group_by: [subject] }"

static const struct toc_str x_types[] = {{"x.*", 3}};
static const struct toc_str d_types[] = {{"y.a", 3}};
static const struct toc_str e_types[] = {{"y.b", 3}};
static const struct toc_input three[] = {
    {.name = {"x", 1},
     .types = x_types,
     .type_count = 1,
     .accept_late_ms = 60000,
     .partition_count = 1},
    {.name = {"d", 1},
     .types = d_types,
     .type_count = 1,
     .accept_late_ms = 60000,
     .partition_count = 1},
    {.name = {"e", 1},
     .types = e_types,
     .type_count = 1,
     .accept_late_ms = 60000,
     .partition_count = 1},
};

static const char *level(const struct feeding *f, size_t index)
{
    return feeding_text(&f->told[index], "level");
}

static void each_milestone_waits_for_its_own_input(void)
{
    struct feeding f;

    feeding_init_one(&f, CHAIN, "expire_after: 1h", three, 3);
    FEED(&f, .input = 0, .type = "x.a", .id = "1", .subject = "k", .at_ms = 0);
    FEED(&f, .input = 1, .type = "y.a", .id = "2", .subject = "other", .at_ms = 501);
    assert_says(&f, "new r k 1");
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(f.told[0].data, "key"), "milestone")),
        "d");
    assert_string_equal(level(&f, 0), "informational");
    FEED(&f, .input = 1, .type = "y.a", .id = "3", .subject = "other", .at_ms = 1000);
    assert_says(&f, "");
    FEED(&f, .input = 1, .type = "y.a", .id = "4", .subject = "other", .at_ms = 1001);
    assert_says(&f, "escalated r k 1");
    assert_string_equal(level(&f, 1), "low");
    FEED(&f, .input = 2, .type = "y.b", .id = "5", .subject = "other", .at_ms = 1001);
    assert_says(&f, "new r k 1");
    assert_string_not_equal(f.told[0].id, f.told[2].id);
    struct toc_rule_counts counts = toc_engine_rule_counts(f.engine, 0);
    assert_int_equal(counts.open, 2);
    assert_int_equal(counts.told_new, 2);
    assert_int_equal(toc_engine_watermark(f.engine, 0), 1001);
    feeding_finish(&f);
}

static void what_ends_it_ends_every_milestone(void)
{
    struct feeding f;

    feeding_init_one(&f, CHAIN, "clear_when: b", three, 3);
    FEED(&f, .input = 0, .type = "x.a", .id = "1", .subject = "k", .at_ms = 0);
    FEED(&f, .input = 1, .type = "y.a", .id = "2", .subject = "other", .at_ms = 1500);
    FEED(&f, .input = 2, .type = "y.b", .id = "3", .subject = "other", .at_ms = 1500);
    assert_says(&f, "new r k 1; escalated r k 1; new r k 1");
    FEED(&f, .input = 0, .type = "x.b", .id = "4", .subject = "k", .at_ms = 1200);
    FEED(&f, .input = 1, .type = "y.a", .id = "5", .subject = "other", .at_ms = 3000);
    FEED(&f, .input = 2, .type = "y.b", .id = "6", .subject = "other", .at_ms = 3000);
    assert_says(&f, "cleared r k 1 clear_when; cleared r k 1 clear_when");
    feeding_finish(&f);
}

static void a_late_answer_takes_the_rise_back(void)
{
    struct feeding f;

    feeding_init_one(&f, CHAIN, "expire_after: 1h", three, 3);
    FEED(&f, .input = 0, .type = "x.a", .id = "1", .subject = "k", .at_ms = 0);
    FEED(&f, .input = 1, .type = "y.a", .id = "2", .subject = "other", .at_ms = 5000);
    assert_says(&f, "new r k 1; escalated r k 1");
    FEED(&f, .input = 1, .type = "y.a", .id = "3", .subject = "k", .at_ms = 700);
    assert_int_equal(f.count, 4);
    assert_string_equal(level(&f, 2), "informational");
    assert_string_equal(feeding_text(&f.told[2], "state"), "deescalated");
    assert_string_equal(feeding_text(&f.told[3], "state"), "cleared");
    assert_string_equal(level(&f, 3), "informational");
    assert_null(json_object_get(f.told[3].data, "levels"));
    feeding_finish(&f);
}

/* Adopted at the level it was told last: what has risen meanwhile is told under its name. */
static void a_rise_while_it_was_down_is_told_after_a_restart(void)
{
    struct feeding f;

    feeding_init_one(&f, CHAIN, "expire_after: 1h", three, 3);
    FEED(&f, .input = 0, .type = "x.a", .id = "1", .subject = "k", .at_ms = 0);
    FEED(&f, .input = 1, .type = "y.a", .id = "2", .subject = "other", .at_ms = 600);
    assert_says(&f, "new r k 1");
    char *record = json_dumps(f.told[0].data, JSON_COMPACT);
    char id[TOC_ALERT_ID];
    memcpy(id, f.told[0].id, sizeof id);

    toc_engine_destroy(f.engine);
    feeding_begin(&f, three, 3, 0);
    toc_engine_mute(f.engine);
    FEED(&f, .input = 0, .type = "x.a", .id = "1", .subject = "k", .at_ms = 0);
    FEED(&f, .input = 1, .type = "y.a", .id = "2", .subject = "other", .at_ms = 1200);
    feeding_adopt(&f, id, record);
    toc_engine_unmute(f.engine);
    assert_says(&f, "escalated r k 1");
    assert_string_equal(f.told[1].id, id);
    assert_int_equal(f.told[1].seq, 2);
    assert_string_equal(feeding_text(&f.told[1], "previous_level"), "informational");
    free(record);
    feeding_finish(&f);
}

/* A cap of two in ten seconds: the third `new` is told all the same, but says so, and again when
 * there is room. */
static void a_cap_mutes_what_is_too_much_until_there_is_room(void)
{
    static const char *const subjects[] = {"k1", "k2", "k3", "k4"};
    struct feeding f;

    feeding_init_one(&f, "{ count: a, at_least: 1, within: 1h, group_by: [subject] }",
                     "cap: { at_most: 2, within: 10s }", NULL, 0);
    for (int i = 0; i < 4; i++) {
        FEED(&f, .type = "x.a", .id = subjects[i], .subject = subjects[i], .at_ms = 1000 * i);
    }
    assert_says(&f, "new r k1 1; new r k2 1; new r k3 1; new r k4 1");
    assert_string_equal(feeding_text(&f.told[1], "suppressed_by"), "");
    assert_string_equal(feeding_text(&f.told[2], "suppressed_by"), "cap");
    assert_string_equal(feeding_text(&f.told[3], "suppressed_by"), "cap");
    toc_engine_tick(f.engine, 10000);
    assert_says(&f, "");
    toc_engine_tick(f.engine, 10001);
    assert_says(&f, "update r k3 1");
    assert_string_equal(feeding_text(&f.told[4], "suppressed_by"), "");
    toc_engine_tick(f.engine, 11000);
    assert_says(&f, "");
    toc_engine_tick(f.engine, 11001);
    assert_says(&f, "update r k4 1");
    feeding_finish(&f);
}

static void no_cap_holds_back_what_is_urgent_or_critical(void)
{
    struct feeding f;

    feeding_init_one(&f, "{ count: a, at_least: 1, within: 1h, group_by: [subject] }",
                     "urgent: true, cap: { at_most: 1, within: 1h }", NULL, 0);
    FEED(&f, .type = "x.a", .id = "1", .subject = "k1", .at_ms = 0);
    FEED(&f, .type = "x.a", .id = "2", .subject = "k2", .at_ms = 1);
    assert_string_equal(feeding_text(&f.told[1], "suppressed_by"), "");
    feeding_finish(&f);
    feeding_init_one(&f, "{ count: a, at_least: 1, within: 1h, group_by: [subject] }",
                     "cap: { at_most: 1, within: 1h }, "
                     "escalate: [{ when: 'subject == \"k3\"', level: critical }]",
                     NULL, 0);
    FEED(&f, .type = "x.a", .id = "1", .subject = "k1", .at_ms = 0);
    FEED(&f, .type = "x.a", .id = "2", .subject = "k2", .at_ms = 1);
    FEED(&f, .type = "x.a", .id = "3", .subject = "k3", .at_ms = 2);
    assert_string_equal(feeding_text(&f.told[1], "suppressed_by"), "cap");
    assert_string_equal(feeding_text(&f.told[2], "suppressed_by"), "");
    toc_engine_settle(f.engine); /* It comes to an end, whatever still waits. */
    feeding_finish(&f);
}

/* What has acted before a restart does not act again, and the clock of the rest goes on. */
static void steps_go_on_after_a_restart(void)
{
    struct feeding f;

    feeding_init_one(&f, "{ count: a, at_least: 1, within: 1h, group_by: [subject] }",
                     "escalate: [{ after: 1s, level: high, topic: alerts.u }, { after: 5s, level: "
                     "critical }]",
                     NULL, 0);
    FEED(&f, .type = "x.a", .id = "1", .subject = "k", .at_ms = 1000);
    toc_engine_tick(f.engine, 2500);
    assert_says(&f, "new r k 1; escalated r k 1");
    char *record = json_dumps(f.told[1].data, JSON_COMPACT);
    char id[TOC_ALERT_ID];
    memcpy(id, f.told[0].id, sizeof id);

    toc_engine_destroy(f.engine);
    feeding_begin(&f, NULL, 0, 0);
    toc_engine_mute(f.engine);
    FEED(&f, .type = "x.a", .id = "1", .subject = "k", .at_ms = 1000);
    feeding_adopt(&f, id, record);
    toc_engine_unmute(f.engine);
    toc_engine_tick(f.engine, 5999);
    assert_says(&f, "");
    toc_engine_tick(f.engine, 6000);
    assert_says(&f, "escalated r k 1");
    assert_string_equal(level(&f, 2), "critical");
    assert_string_equal(feeding_text(&f.told[2], "previous_level"), "high");
    free(record);
    feeding_finish(&f);
}

static void what_is_not_decided_takes_the_place_of_no_change(void)
{
    struct feeding f;

    feeding_init_one(&f, "{ count: a, at_least: 1, within: 1h }",
                     "for: 500ms, escalate: [{ when: \"count % 2 == 0\", level: high }]", NULL, 0);
    for (int64_t i = 0; i < 30; i++) { /* The last change is not decided yet. */
        char id[8];
        snprintf(id, sizeof id, "%d", (int)i);
        FEED(&f, .type = "x.a", .id = id, .at_ms = i * 1000);
    }
    const json_t *levels = json_object_get(f.told[f.count - 1].data, "levels");
    assert_int_equal(json_array_size(levels), 21);
    feeding_finish(&f);
}

static const struct levels_case {
    const char *name;
    void (*run)(void);
} cases[] = {
    {"each milestone waits for its own input", each_milestone_waits_for_its_own_input},
    {"what ends it ends every milestone", what_ends_it_ends_every_milestone},
    {"a late answer takes the rise back", a_late_answer_takes_the_rise_back},
    {"a cap mutes what is too much until there is room",
     a_cap_mutes_what_is_too_much_until_there_is_room},
    {"no cap holds back what is urgent or critical", no_cap_holds_back_what_is_urgent_or_critical},
    {"steps go on after a restart", steps_go_on_after_a_restart},
    {"a rise while it was down is told after a restart",
     a_rise_while_it_was_down_is_told_after_a_restart},
    {"what is not decided takes the place of no change",
     what_is_not_decided_takes_the_place_of_no_change},
};

static void holds(void **state)
{
    const struct levels_case *c = *state;

    c->run();
}

UNIT_TABLE("engine/levels", cases, holds)
