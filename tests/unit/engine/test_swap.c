/* Reload: what is unchanged goes on as if nothing had happened, a threshold edit keeps its windows,
 * anything else begins anew, and whatever no rule holds any more ends and says so. */
#include "feeding.h"

#define EVENTS                                                                                     \
    "a: { type: x.a }, b: { type: x.b }, c: { type: x.c }, d: { type: y.a }, e: { type: y.b }"
#define COUNT(n) "{ count: a, at_least: " #n ", within: 10s, group_by: [subject] }"
#define LATER(s) (100000 + (s)*1000)

static void on_rule(const struct toc_swap_rule *rule, void *context)
{
    struct toc_text *text = context;
    toc_text_addf(text, "%s%.*s %s", text->size > 0 ? "; " : "", (int)rule->name.size,
                  rule->name.data, toc_swap_verdict_text(rule->verdict));
    if (rule->exact_ms != TOC_INSTANT_NONE) {
        toc_text_addf(text, " %lld", (long long)(rule->exact_ms - LATER(0)));
    }
}

/* Swap to @rules, which f owns from here on; what the swap says must be @expected. */
static void swap_to(struct feeding *f, struct toc_ruleset *rules, const char *expected)
{
    struct toc_text compared = {0}, swapped = {0};
    toc_engine_compare(f->engine, rules, on_rule, &compared);
    toc_engine_swap(f->engine, rules, on_rule, &swapped);
    assert_string_equal(compared.data, expected);
    assert_string_equal(swapped.data, expected);
    toc_text_finish(&compared);
    toc_text_finish(&swapped);
    toc_ruleset_destroy(f->rules); /* Nothing may point into it any more. */
    f->rules = rules;
}

static struct toc_ruleset *one_rule(const char *name, const char *when, const char *alert)
{
    struct toc_text rules = {0};
    feeding_rule(&rules, name, EVENTS, when, alert);
    struct toc_ruleset *set = feeding_load(rules.data);
    toc_text_finish(&rules);
    return set;
}

static void feed_a(struct feeding *f, const char *id, int64_t at_ms)
{
    FEED(f, .type = "x.a", .id = id, .subject = "k", .at_ms = at_ms);
}

#define STEP(n) "escalate: [{ when: 'count >= " #n " && subject == \"k\"', level: high }]"

static void a_step_that_is_edited_changes_the_level(void)
{
    struct feeding f;
    feeding_init_one(&f, COUNT(2), STEP(4), NULL, 0);
    feed_a(&f, "1", LATER(0));
    feed_a(&f, "2", LATER(1));
    feed_a(&f, "3", LATER(2));
    assert_says(&f, "new r k 2");
    swap_to(&f, one_rule("r", COUNT(2), STEP(4)), "r kept");
    assert_says(&f, "");
    swap_to(&f, one_rule("r", COUNT(2), STEP(3)), "r windows 2000");
    assert_says(&f, "escalated r k 3");
    feed_a(&f, "4", LATER(3));
    swap_to(&f, one_rule("r", COUNT(2), ""), "r windows 3000");
    assert_string_equal(feeding_text(&f.told[f.count - 1], "state"), "deescalated");
    feeding_finish(&f);
}

static void unchanged_rules_keep_their_state(void)
{
    struct feeding f;
    feeding_init_one(&f, COUNT(2), "update_every: 1s, keep_firing_for: 5s", NULL, 0);
    feed_a(&f, "1", LATER(0));
    swap_to(&f, one_rule("r", COUNT(2), "update_every: 1s, keep_firing_for: 5s"), "r kept");
    feed_a(&f, "2", LATER(1));
    assert_says(&f, "new r k 2");
    swap_to(&f, one_rule("r", COUNT(2), "update_every: 1s, keep_firing_for: 5s"), "r kept");
    assert_says(&f, "");
    feed_a(&f, "3", LATER(5));
    assert_says(&f, "update r k 3");
    feed_a(&f, "0", LATER(-2)); /* Late, before the swap: still in its place. */
    toc_engine_tick(f.engine, LATER(7));
    assert_says(&f, "update r k 4");
    FEED(&f, .type = "x.b", .id = "end", .at_ms = LATER(60));
    assert_says(&f, "expired r k 4 window");
    assert_string_equal(f.told[0].id, f.told[f.count - 1].id);
    feeding_finish(&f);
}

static void a_threshold_edit_keeps_its_windows(void)
{
    struct feeding f;
    feeding_init_one(&f, COUNT(3), "", NULL, 0);
    feed_a(&f, "1", LATER(0));
    feed_a(&f, "2", LATER(1));
    swap_to(&f, one_rule("r", COUNT(2), ""), "r windows 1000");
    assert_says(&f, "new r k 2"); /* It holds under the new rule. */
    assert_string_equal(feeding_text(&f.told[0], "begin"), "1970-01-01T00:01:41.000Z");
    feeding_finish(&f);
}

static void an_open_alert_goes_on_where_the_new_threshold_holds(void)
{
    struct feeding f;
    feeding_init_one(&f, COUNT(2), "update_every: 1s", NULL, 0);
    feed_a(&f, "1", LATER(0));
    feed_a(&f, "2", LATER(1));
    feed_a(&f, "3", LATER(2));
    assert_says(&f, "new r k 2; update r k 3");
    swap_to(&f, one_rule("r", COUNT(3), "update_every: 1s"), "r windows 2000");
    assert_says(&f, "");
    feed_a(&f, "4", LATER(4));
    assert_says(&f, "update r k 4");
    assert_string_equal(f.told[0].id, f.told[2].id);
    assert_int_equal(f.told[2].seq, 3);
    assert_string_equal(feeding_text(&f.told[2], "begin"), feeding_text(&f.told[0], "begin"));
    assert_int_equal(toc_engine_rule_counts(f.engine, 0).open, 1);
    feeding_finish(&f);
}

static void an_open_alert_the_new_threshold_does_not_hold_ends(void)
{
    struct feeding f;
    feeding_init_one(&f, COUNT(2), "", NULL, 0);
    feed_a(&f, "1", LATER(0));
    feed_a(&f, "2", LATER(1));
    assert_says(&f, "new r k 2");
    swap_to(&f, one_rule("r", COUNT(4), ""), "r windows 1000");
    assert_says(&f, "expired r k 2 rule");
    assert_int_equal(toc_engine_rule_counts(f.engine, 0).open, 0);
    feed_a(&f, "3", LATER(2));
    feed_a(&f, "4", LATER(3));
    assert_says(&f, "new r k 4");
    feeding_finish(&f);
}

static void what_has_ended_is_not_corrected(void)
{
    struct feeding f;
    feeding_init_one(&f, COUNT(2), "", NULL, 0);
    feed_a(&f, "1", LATER(0));
    feed_a(&f, "2", LATER(1));
    feed_a(&f, "4", LATER(25));
    assert_says(&f, "new r k 2; expired r k 2 window");
    swap_to(&f, one_rule("r", COUNT(3), ""), "r windows 25000");
    assert_says(&f, "");
    feed_a(&f, "5", LATER(26));
    feed_a(&f, "6", LATER(27));
    assert_says(&f, "new r k 3");
    feeding_finish(&f);
}

static void another_window_begins_anew_and_ends_what_was_open(void)
{
    struct feeding f;
    feeding_init_one(&f, COUNT(2), "", NULL, 0);
    feed_a(&f, "1", LATER(0));
    feed_a(&f, "2", LATER(1));
    assert_says(&f, "new r k 2");
    swap_to(&f, one_rule("r", "{ count: a, at_least: 2, within: 20s, group_by: [subject] }", ""),
            "r reset 21000");
    assert_says(&f, "expired r k 2 rule");
    feed_a(&f, "3", LATER(2));
    assert_says(&f, "");
    feed_a(&f, "4", LATER(3));
    assert_says(&f, "new r k 2");
    feeding_finish(&f);
}

static void a_removed_rule_ends_and_an_added_one_begins(void)
{
    struct feeding f;
    feeding_init_one(&f, COUNT(2), "", NULL, 0);
    feed_a(&f, "1", LATER(0));
    feed_a(&f, "2", LATER(1));
    assert_says(&f, "new r k 2");
    swap_to(&f, one_rule("other", COUNT(2), ""), "other added 11000; r removed");
    assert_says(&f, "expired r k 2 rule");
    feed_a(&f, "3", LATER(2));
    feed_a(&f, "4", LATER(3));
    assert_says(&f, "new other k 2");
    feeding_finish(&f);
}

/* A feed that a new rule has not yet waited for is not missed from before it was there. */
static void members_are_awaited_from_the_swap_on(void)
{
    struct feeding f;
    const char *silence =
        "{ absence: { expected: b, every: 10s }, group_by: [subject], members: [s1] }";
    feeding_init_one(&f, COUNT(2), "", NULL, 0);
    feed_a(&f, "1", LATER(0));
    feed_a(&f, "2", LATER(60));
    swap_to(&f, one_rule("silent", silence, ""), "silent added 70000; r removed");
    assert_says(&f, "");
    FEED(&f, .type = "x.b", .id = "x", .subject = "other", .at_ms = LATER(70));
    assert_says(&f, "");
    FEED(&f, .type = "x.b", .id = "y", .subject = "other", .at_ms = LATER(71));
    assert_says(&f, "new silent s1 0");
    feeding_finish(&f);
}

static void deadlines_go_on(void)
{
    struct feeding f;
    const char *ten = "{ absence: { after: a, expected: b, deadline: 10s }, group_by: [subject] }";
    const char *five = "{ absence: { after: a, expected: b, deadline: 5s }, group_by: [subject] }";
    feeding_init_one(&f, ten, "expire_after: 1h", NULL, 0);
    feed_a(&f, "1", LATER(0));
    swap_to(&f, one_rule("r", ten, "expire_after: 1h"), "r kept");
    FEED(&f, .type = "x.b", .id = "x", .subject = "other", .at_ms = LATER(11));
    assert_says(&f, "new r k 1");
    feed_a(&f, "2", LATER(12));
    swap_to(&f, one_rule("r", five, "expire_after: 1h"), "r windows 12000");
    assert_says(&f, "");
    FEED(&f, .type = "x.b", .id = "y", .subject = "other", .at_ms = LATER(18));
    toc_engine_tick(f.engine, LATER(40));
    assert_says(&f, "update r k 2");
    FEED(&f, .type = "x.b", .id = "z", .subject = "k", .at_ms = LATER(41));
    FEED(&f, .type = "x.b", .id = "w", .subject = "other", .at_ms = LATER(42));
    assert_says(&f, "cleared r k 2 answered");
    feeding_finish(&f);
}

/* Types and places that stand elsewhere in the new files are found again. */
static void types_and_places_may_move(void)
{
    static const char *const types =
        "type: a.new\ntitle: N\nfields: { n: { type: number } }\n---\n"
        "type: x.a\ntitle: A\nlocation: at\nfields: { more: { type: text }, s: { type: text }, "
        "v: { type: number }, since: { type: time }, at: { type: place } }\n";
    static const char *const places =
        "{\"type\": \"FeatureCollection\", \"features\": [" FEEDING_CAMP(
            "East", "17") "," FEEDING_CAMP("North", "16") "]}";
    struct toc_text rule = {0};
    struct feeding f;
    feeding_rule(&rule, "r", "a: { type: x.a, near: { place: camp, distance: 1 km } }",
                 "{ count: a, at_least: 2, within: 10s, group_by: [camp] }",
                 "brief: '{a.s} {camp} {place}', update_every: 1s");
    feeding_init(&f, rule.data, NULL, 0);
    for (int i = 0; i < 2; i++) {
        FEED(&f, .type = "x.a", .id = i == 0 ? "1" : "2", .s = "hello", .has_at = true,
             .at = {.lat_deg = 16}, .at_ms = LATER(i));
    }
    assert_says(&f, "new r North 2");
    swap_to(&f, loaded_rules(types, places, rule.data), "r kept");
    struct toc_value fields[5] = {[1] = {.kind = TOC_VALUE_TEXT, .text = TOC_STR("again")},
                                  [4] = {.kind = TOC_VALUE_POINT, .point = {.lat_deg = 16}}};
    struct toc_event event = {.at_ms = LATER(4),
                              .type = 1,
                              .id = TOC_STR("3"),
                              .source = TOC_STR("s"),
                              .type_name = TOC_STR("x.a"),
                              .identity = toc_decoder_identity(TOC_STR("s"), TOC_STR("3")),
                              .fields = fields,
                              .field_count = 5,
                              .origin = {.topic = TOC_STR("in"), .stored_ms = TOC_INSTANT_NONE}};
    toc_engine_tick(f.engine, LATER(4));
    toc_engine_feed(f.engine, 0, 0, &event);
    assert_says(&f, "update r North 3");
    assert_string_equal(feeding_text(&f.told[1], "brief"), "again North North");
    assert_string_equal(f.told[0].id, f.told[1].id);

    toc_text_finish(&rule);
    feeding_finish(&f);
}

/* Whatever the kind, a swap to the same rules is as if it had not been. */
static void a_swap_to_the_same_changes_no_byte(void)
{
    static const char *const whens[] = {
        COUNT(2),
        "{ count: a, less_than: 2, within: 10s, group_by: [subject] }",
        "{ sum: { of: a, field: v }, more_than: 3, within: 10s, group_by: [subject] }",
        "{ max: { of: a, field: v }, at_least: 2, within: 10s, group_by: [subject] }",
        "{ count_distinct: { of: a, field: s }, at_least: 2, within: 10s, group_by: [subject] }",
        "{ all_of: [a, b], within: 10s, group_by: [subject] }",
        "{ count: a, at_least: 2, within: 10s, near: { distance: 2 km } }",
        "{ sequence: [a, b], within: 10s, group_by: [subject] }",
        "{ sequence: [a, b], within: 10s }",
        "{ absence: { after: a, expected: b, deadline: 5s }, group_by: [subject] }",
        "{ absence: { expected: a, every: 5s }, group_by: [subject] }",
        "{ latest: a, group_by: [subject] }",
        "{ ratio: { of: a, to: [a, b] }, at_least: 0.6, at_least_events: 3, within: 10s, "
        "group_by: [subject] }",
        "{ trend: { count: a }, baseline: { last: 20s }, warm_up: 1s, at_least: 1, within: 5s, "
        "group_by: [subject] }",
        "{ percentile: { of: a, field: v, p: 60 }, at_least: 2, within: 10s, group_by: [subject] }",
        "{ average: { of: a, field: v, half_life: 3s, weight: v }, at_least: 2, "
        "min_distinct: { s: 2 }, within: 10s, group_by: [subject] }",
    };
    for (size_t w = 0; w < UNIT_COUNT(whens); w++) {
        bool needs_end = strstr(whens[w], "sequence") != NULL ||
                         strstr(whens[w], "after") != NULL || strstr(whens[w], "latest") != NULL;
        const char *alert = needs_end ? "expire_after: 20s, update_every: 1s" : "update_every: 1s";
        struct toc_text once = {0};
        for (int is_swapped = 0; is_swapped < 2; is_swapped++) {
            struct feeding f;
            feeding_init_one(&f, whens[w], alert, NULL, 0);
            f.is_counting_only = f.is_recording = true;
            for (int i = 0; i < 60; i++) {
                char id[16];
                snprintf(id, sizeof id, "%d", i);
                FEED(&f, .type = i % 3 == 0 ? "x.b" : "x.a", .id = id,
                     .subject = i % 2 == 0 ? "k" : "l", .has_v = true, .v = i % 4,
                     .s = i % 5 < 2 ? "p" : "q", .has_at = true,
                     .at = {.lat_deg = 16 + 0.01 * (i % 7)},
                     .at_ms = LATER(i * 3 / 2 + (i / 20) * 15 - (i % 4 == 1 ? 4 : 0)));
                if (is_swapped == 1) {
                    struct toc_ruleset *same = one_rule("r", whens[w], alert);
                    swap_to(&f, same, "r kept");
                }
            }
            toc_engine_settle(f.engine);
            if (is_swapped == 0) {
                assert_true(f.count > 2);
                toc_text_add(&once, toc_text_str(&f.records));
            } else {
                assert_string_equal(f.records.data, once.data);
            }
            feeding_finish(&f);
        }
        toc_text_finish(&once);
    }
}

/* `one`: one x.a; `two`: @least of them within @within. */
static struct toc_ruleset *one_and_two(const char *least, const char *within)
{
    struct toc_text rules = {0};
    char when[128];

    (void)snprintf(when, sizeof when, "{ count: a, at_least: %s, within: %s, group_by: [subject] }",
                   least, within);
    feeding_rule(&rules, "one", EVENTS, COUNT(1), "update_every: 1s");
    feeding_rule(&rules, "two", EVENTS, when, "update_every: 1s");
    struct toc_ruleset *set = feeding_load(rules.data);
    toc_text_finish(&rules);
    return set;
}

static void assert_one_incident(const struct feeding *f)
{
    for (size_t i = 0; i < f->count; i++) {
        assert_string_equal(feeding_text(&f->told[i], "incident"), f->told[0].id);
        assert_string_equal(feeding_text(&f->told[i], "incident_was"), "");
    }
}

static void an_incident_goes_on(void)
{
    struct feeding f = {.rules = one_and_two("2", "10s")};
    feeding_begin(&f, NULL, 0, 0);
    feed_a(&f, "1", LATER(0));
    feed_a(&f, "2", LATER(1));
    feed_a(&f, "3", LATER(2));
    assert_says(&f, "new one k 1; update one k 2; new two k 2; update one k 3; update two k 3");
    swap_to(&f, one_and_two("2", "10s"), "one kept; two kept");
    swap_to(&f, one_and_two("3", "10s"), "one kept; two windows 2000"); /* Derived anew. */
    feed_a(&f, "4", LATER(4));
    assert_says(&f, "update one k 4; update two k 4");
    swap_to(&f, one_and_two("2", "11s"), "one kept; two reset 15000"); /* Ended, begun anew. */
    assert_says(&f, "expired two k 4 rule");
    feed_a(&f, "5", LATER(6));
    feed_a(&f, "6", LATER(7));
    assert_says(&f, "update one k 5; update one k 6; new two k 2");
    assert_one_incident(&f);
    feeding_finish(&f);
}

static void what_a_threshold_edit_begins_is_of_the_incident(void)
{
    struct feeding f = {.rules = one_and_two("9", "10s")};
    feeding_begin(&f, NULL, 0, 0);
    feed_a(&f, "1", LATER(0));
    feed_a(&f, "2", LATER(1));
    swap_to(&f, one_and_two("2", "10s"), "one kept; two windows 1000");
    assert_says(&f, "new one k 1; update one k 2; new two k 2");
    assert_one_incident(&f);
    feeding_finish(&f);
}

static const struct swap_case {
    const char *name;
    void (*test)(void);
} cases[] = {
    {"unchanged rules keep their state", unchanged_rules_keep_their_state},
    {"a step that is edited changes the level", a_step_that_is_edited_changes_the_level},
    {"a threshold edit keeps its windows", a_threshold_edit_keeps_its_windows},
    {"an open alert goes on where the new threshold holds",
     an_open_alert_goes_on_where_the_new_threshold_holds},
    {"an open alert the new threshold does not hold ends",
     an_open_alert_the_new_threshold_does_not_hold_ends},
    {"what has ended is not corrected", what_has_ended_is_not_corrected},
    {"another window begins anew and ends what was open",
     another_window_begins_anew_and_ends_what_was_open},
    {"a removed rule ends and an added one begins", a_removed_rule_ends_and_an_added_one_begins},
    {"members are awaited from the swap on", members_are_awaited_from_the_swap_on},
    {"deadlines go on", deadlines_go_on},
    {"types and places may move", types_and_places_may_move},
    {"an incident goes on", an_incident_goes_on},
    {"what a threshold edit begins is of the incident",
     what_a_threshold_edit_begins_is_of_the_incident},
    {"a swap to the same changes no byte", a_swap_to_the_same_changes_no_byte},
};

static void runs(void **state)
{
    const struct swap_case *c = *state;
    c->test();
}

UNIT_TABLE("engine/swap", cases, runs)
