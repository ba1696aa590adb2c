/* Events near places that move: positions that come late put them near, or take them away; what
 * is watched goes over a reload, and is given back. Metres are so many east of 0 N 0 E, on the
 * equator: a degree is 111,319.491 m. */
#include "feeding.h"

#define NEAR      "a: { type: x.a, near: { place: car, distance: 100 m } }"
#define LATER(ms) (100000 + (ms))
#define EAST(m)                                                                                    \
    {                                                                                              \
        .lon_deg = (m) / 111319.4908                                                               \
    }

static void begin(struct feeding *f, const char *events, const char *when, const char *alert)
{
    struct toc_text rules = {0};
    feeding_rule(&rules, "r", events, when, alert);
    feeding_init(f, rules.data, NULL, 0);
    toc_text_finish(&rules);
}

static void shot(struct feeding *f, const char *id, int64_t ms, double east_m)
{
    FEED(f, .type = "x.a", .id = id, .at_ms = LATER(ms), .subject = "k", .has_at = true,
         .at = EAST(east_m));
}

static void car(struct feeding *f, const char *id, int64_t ms, const char *name, double east_m)
{
    FEED(f, .type = "z.p", .id = id, .at_ms = LATER(ms), .s = name, .has_at = true,
         .at = EAST(east_m));
}

static void begin_by_car(struct feeding *f)
{
    begin(f, NEAR, "{ count: a, at_least: 1, within: 60s, group_by: [car] }", "");
}

static void a_position_read_late_brings_it_near(void)
{
    struct feeding f;
    begin_by_car(&f);
    shot(&f, "1", 1000, 0);
    shot(&f, "2", 2000, 111);
    assert_says(&f, "");
    car(&f, "p", 0, "Mike", 0); /* 10 m on after a second, 20 after two. */
    assert_says(&f, "new r Mike 2");
    feeding_finish(&f);
}

static void a_position_read_late_takes_it_away(void)
{
    struct feeding f;
    begin_by_car(&f);
    car(&f, "p", 0, "Mike", 0);
    shot(&f, "1", 1000, 0);
    shot(&f, "2", 3000, 0);
    assert_says(&f, "new r Mike 1");
    car(&f, "q", 2000, "mike", 500); /* Its name without case. */
    toc_engine_tick(f.engine, LATER(20000));
    assert_says(&f, "");
    car(&f, "r", 500, "MIKE", 500);
    assert_says(&f, "cancelled r Mike 1");
    feeding_finish(&f);
}

static void it_goes_from_one_to_the_other(void)
{
    struct feeding f;
    begin_by_car(&f);
    car(&f, "p", 0, "Mike", 0);
    car(&f, "q", 0, "Tango", 500);
    shot(&f, "1", 1000, 0);
    assert_says(&f, "new r Mike 1");
    car(&f, "r", 900, "Tango", 0); /* Near both. */
    assert_says(&f, "new r Tango 1");
    car(&f, "s", 950, "Mike", 500);
    assert_says(&f, "cancelled r Mike 1");
    feeding_finish(&f);
}

static void without_its_name_in_the_key_one_that_is_near_is_enough(void)
{
    struct feeding f;
    begin(&f, NEAR, "{ count: a, at_least: 1, within: 60s, group_by: [subject] }", "");
    car(&f, "p", 0, "Mike", 0);
    car(&f, "q", 0, "Tango", 0);
    shot(&f, "1", 1000, 0);
    assert_says(&f, "new r k 1");
    car(&f, "r", 500, "Mike", 500); /* Tango is still there. */
    assert_says(&f, "");
    car(&f, "s", 500, "Tango", 500);
    assert_says(&f, "cancelled r k 1");
    car(&f, "t", 600, "Tango", 0);
    assert_int_equal(f.told[f.count - 1].state, TOC_ALERT_UPDATE); /* Again, under its id. */
    assert_string_equal(f.told[f.count - 1].id, f.told[0].id);
    assert_true(f.told[f.count - 1].is_open);
    feeding_finish(&f);
}

static void a_position_older_than_accept_late_changes_nothing(void)
{
    struct feeding f;
    begin_by_car(&f);
    shot(&f, "1", 1000, 0);
    FEED(&f, .type = "x.b", .id = "2", .at_ms = LATER(10500));
    car(&f, "p", 499, "Mike", 0);
    assert_says(&f, "");
    car(&f, "q", 500, "Mike", 0);
    assert_says(&f, "new r Mike 1");
    feeding_finish(&f);
}

static void only_the_event_as_that_alias_is_taken_out(void)
{
    struct feeding f;
    begin(&f, NEAR ", b: { type: x.a, as: { car: subject } }",
          "{ any_kinds: [a, b], at_least: 1, within: 60s, group_by: [car] }", "");
    car(&f, "p", 0, "K", 0);
    shot(&f, "1", 1000, 0); /* Near K, and it names it. */
    assert_says(&f, "new r K 1");
    car(&f, "q", 500, "K", 500);
    assert_says(&f, "");
    FEED(&f, .type = "x.b", .id = "end", .at_ms = LATER(90000));
    assert_says(&f, "expired r K 1 window");
    feeding_finish(&f);
}

static void what_waits_for_keys_to_come_is_taken_out_too(void)
{
    struct feeding f;
    begin(&f,
          "a: { type: x.a, near: { place: car, distance: 100 m }, as: { who: subject } }, "
          "over: { type: x.b, near: { place: car, distance: 100 m } }",
          "{ count: a, at_least: 1, within: 60s, group_by: [car, who] }", "clear_when: over");
    car(&f, "p", 0, "Mike", 0);
    FEED(&f, .type = "x.b", .id = "1", .at_ms = LATER(2000), .has_at = true, .at = EAST(0));
    car(&f, "q", 1900, "Mike", 500); /* It was not near: nothing is over. */
    car(&f, "r", 900, "Mike", 0);
    shot(&f, "2", 1000, 0);
    assert_says(&f, "new r Mike 1");
    FEED(&f, .type = "x.c", .id = "3", .at_ms = LATER(3000));
    assert_says(&f, "");
    car(&f, "s", 1950, "Mike", 0); /* It was. */
    assert_says(&f, "cleared r Mike 1 clear_when");
    feeding_finish(&f);
}

static void the_record_says_how_far_from_where_it_last_was(void)
{
    struct feeding f;
    begin_by_car(&f);
    car(&f, "p", 0, "Mike", 0);
    shot(&f, "1", 1000, 50);
    const json_t *place = json_object_get(f.told[0].data, "place");
    assert_string_equal(json_string_value(json_object_get(place, "kind")), "car");
    assert_string_equal(json_string_value(json_object_get(place, "name")), "Mike");
    assert_int_equal(json_integer_value(json_object_get(place, "distance_m")), 50);
    assert_int_equal(json_integer_value(json_object_get(place, "bearing_deg")), 90);
    feeding_finish(&f);
}

/* A position's input holds back what rests on silence, and its horizon counts. */
static void it_waits_for_positions(void)
{
    static const struct toc_str xs[] = {{"x.*", 3}}, zs[] = {{"z.*", 3}};
    static const struct toc_input inputs[] = {
        {.name = {"x", 1}, .types = xs, .type_count = 1, .partition_count = 1},
        {.name = {"z", 1},
         .types = zs,
         .type_count = 1,
         .accept_late_ms = 10000,
         .partition_count = 1},
    };
    struct feeding f;
    struct toc_text rules = {0};
    feeding_rule(&rules, "r", NEAR, "{ count: a, at_least: 1, within: 1s, group_by: [car] }", "");
    feeding_init(&f, rules.data, inputs, 2);
    toc_text_finish(&rules);
    FEED(&f, .input = 1, .type = "z.p", .id = "p", .at_ms = LATER(0), .s = "Mike", .has_at = true,
         .at = EAST(0));
    shot(&f, "1", 1000, 0);
    assert_says(&f, "new r Mike 1");
    shot(&f, "2", 9000, 900);
    assert_says(&f, ""); /* Who knows where Mike was meanwhile? */
    FEED(&f, .input = 1, .type = "z.p", .id = "q", .at_ms = LATER(9000), .s = "Mike",
         .has_at = true, .at = EAST(900));
    assert_string_equal(feeding_text(&f.told[1], "state"), "expired");
    FEED(&f, .input = 1, .type = "z.p", .id = "r", .at_ms = LATER(999), .s = "Mike", .has_at = true,
         .at = EAST(900));
    assert_string_equal(feeding_text(&f.told[f.count - 1], "state"), "cancelled");
    feeding_finish(&f);
}

/* --- Reload ---------------------------------------------------------------------------------- */

static void swap_to(struct feeding *f, struct toc_ruleset *rules)
{
    toc_engine_swap(f->engine, rules, NULL, NULL);
    toc_ruleset_destroy(f->rules); /* Nothing may point into it any more. */
    f->rules = rules;
}

static struct toc_ruleset *with_threshold(const char *events, int at_least)
{
    struct toc_text rules = {0}, when = {0};
    toc_text_addf(&when, "{ count: a, at_least: %d, within: 60s, group_by: [car] }", at_least);
    feeding_rule(&rules, "r", events, when.data, "");
    struct toc_ruleset *set = feeding_load(rules.data);
    toc_text_finish(&rules);
    toc_text_finish(&when);
    return set;
}

static void positions_and_what_is_watched_go_over_a_reload(void)
{
    struct feeding f;
    begin_by_car(&f);
    car(&f, "p", 0, "Mike", 0);
    shot(&f, "1", 1000, 0);
    shot(&f, "2", 1500, 500);
    assert_says(&f, "new r Mike 1");
    swap_to(&f, with_threshold(NEAR, 1));
    car(&f, "q", 1400, "Mike", 500); /* Late, and what it changes came before the reload. */
    swap_to(&f, with_threshold(NEAR, 3));
    shot(&f, "3", 2000, 500);
    assert_int_equal(json_integer_value(json_object_get(f.told[f.count - 1].data, "count")), 3);
    assert_true(f.told[f.count - 1].is_open);
    feeding_finish(&f);
}

static void what_nobody_reads_any_more_is_given_back(void)
{
    struct feeding f;
    begin_by_car(&f);
    car(&f, "p", 0, "Mike", 0);
    shot(&f, "1", 1000, 900);
    assert_int_equal(toc_engine_counts(f.engine).kept_events, 2);
    swap_to(&f, with_threshold("a: { type: x.a, as: { car: s } }", 1));
    assert_int_equal(toc_engine_counts(f.engine).kept_events, 0);
    car(&f, "q", 2000, "Mike", 0);
    assert_int_equal(toc_engine_counts(f.engine).kept_events, 0);
    feeding_finish(&f);
}

static const struct moving_case {
    const char *name;
    void (*test)(void);
} cases[] = {
    {"a position read late brings it near", a_position_read_late_brings_it_near},
    {"a position read late takes it away", a_position_read_late_takes_it_away},
    {"it goes from one to the other", it_goes_from_one_to_the_other},
    {"without its name in the key one that is near is enough",
     without_its_name_in_the_key_one_that_is_near_is_enough},
    {"a position older than accept late changes nothing",
     a_position_older_than_accept_late_changes_nothing},
    {"only the event as that alias is taken out", only_the_event_as_that_alias_is_taken_out},
    {"what waits for keys to come is taken out too", what_waits_for_keys_to_come_is_taken_out_too},
    {"the record says how far from where it last was",
     the_record_says_how_far_from_where_it_last_was},
    {"it waits for positions", it_waits_for_positions},
    {"positions and what is watched go over a reload",
     positions_and_what_is_watched_go_over_a_reload},
    {"what nobody reads any more is given back", what_nobody_reads_any_more_is_given_back},
};

static void runs(void **state)
{
    const struct moving_case *c = *state;
    c->test();
}

UNIT_TABLE("engine/moving", cases, runs)
