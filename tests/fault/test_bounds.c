/* Each bound is filled: what gives way is counted, the rest goes on. */
#include "engine/feeding.h"

enum { CAMPS = 70, NEAR_MOST = 64 };

/* Camps 0.1 degrees apart around 0 N 0 E. */
static struct toc_ruleset *many_camps(const char *when, const char *alert)
{
    struct toc_text places = {0}, rules = {0};

    toc_text_addf(&places, "{\"type\": \"FeatureCollection\", \"features\": [");
    for (int i = 0; i < CAMPS; i++) {
        toc_text_addf(
            &places,
            "%s{\"type\": \"Feature\", \"properties\": {\"kind\": \"camp\", \"name\": "
            "\"C%02d\"}, \"geometry\": {\"type\": \"Point\", \"coordinates\": [%d.%d, 0]}}",
            i > 0 ? "," : "", i, i / 10, i % 10);
    }
    toc_text_addf(&places, "]}");
    feeding_rule(&rules, "r", "a: { type: x.a }", when, alert);
    struct toc_ruleset *set = loaded_rules(
        "type: x.a\ntitle: A\nlocation: at\nfields: { v: { type: number }, s: { type: text },"
        " since: { type: time }, at: { type: place } }\n",
        places.data, rules.data);
    toc_text_finish(&places);
    toc_text_finish(&rules);
    return set;
}

static void near_more_places_than_one_event_can_be(void)
{
    static const struct {
        const char *when;
        size_t told, budget;
    } near[] = {
        /* 63 camps beside the first lie within 63 * 11.132 km. */
        {"{ count: a, at_least: 1, within: 1s, near: { place: camp, distance: 702 km } }", 64, 0},
        {"{ count: a, at_least: 1, within: 1s, near: { place: camp, distance: 713 km } }", 64, 1},
        {"{ count: a, at_least: 1, within: 1s, near: { place: camp, distance: 5000 km } }", 64, 1},
    };

    for (size_t i = 0; i < UNIT_COUNT(near); i++) {
        struct feeding f = {.rules = many_camps(near[i].when, "")};
        feeding_begin(&f, NULL, 0, 0);
        FEED(&f, .type = "x.a", .id = "1", .at_ms = 1, .has_at = true);
        assert_int_equal(f.count, near[i].told);
        assert_int_equal(toc_engine_rule_counts(f.engine, 0).budget, near[i].budget);
        feeding_finish(&f);
    }
}

static void a_series_at_more_places_than_fit(void)
{
    static const struct {
        const char *when;
        size_t told;
        bool is_budget;
    } near[] = {
        {"{ latest: a, near: { place: camp, distance: 56 km }, group_by: [subject] }", 6, false},
        {"{ latest: a, near: { place: camp, distance: 67 km }, group_by: [subject] }", 6, true},
    };

    for (size_t i = 0; i < UNIT_COUNT(near); i++) {
        struct feeding f = {.rules = many_camps(near[i].when, "expire_after: 1h")};
        feeding_begin(&f, NULL, 0, 0);
        FEED(&f, .type = "x.a", .id = "1", .subject = "k", .at_ms = 1, .has_at = true);
        assert_int_equal(f.count, near[i].told);
        assert_int_equal(toc_engine_rule_counts(f.engine, 0).budget > 0, near[i].is_budget);
        feeding_finish(&f);
    }
}

/* The 256 first input topics are quoted, those beyond are not. */
static void from_more_topics_than_are_known(void)
{
    struct feeding f;
    char topic[16];

    feeding_init_one(&f, "{ event: a }", "expire_after: 1s", NULL, 0);
    for (int i = 0; i < 300; i++) {
        (void)snprintf(topic, sizeof topic, "in-%d", i);
        FEED(&f, .type = "x.a", .id = topic, .topic = topic, .at_ms = 1);
        assert_int_equal(f.count, i + 1);
        const json_t *evidence = json_array_get(json_object_get(f.told[i].data, "evidence"), 0);
        const char *told = json_string_value(json_object_get(evidence, "topic"));
        if (i < 256) {
            assert_string_equal(told, topic);
        } else {
            assert_null(told);
        }
    }
    feeding_finish(&f);
}

/* Texts as long as a record may hold, in every place a text can stand. */
static void texts_of_a_megabyte(void)
{
    const size_t size = (size_t)1 << 20;
    char *text = toc_mem_get(size + 1);
    struct feeding f;

    memset(text, '"', size);
    struct toc_text rules = {0};
    feeding_rule(&rules, "r", "a: { type: x.a }",
                 "{ count: a, at_least: 1, within: 1s, group_by: [subject, s] }",
                 "brief: '{a.s} {subject}', summary: '{a.s} {subject} {s}'");
    feeding_init(&f, rules.data, NULL, 0);
    toc_text_finish(&rules);
    FEED(&f, .type = "x.a", .id = "1", .subject = text, .s = text, .at_ms = 1);
    assert_int_equal(f.count, 1);
    const json_t *data = f.told[0].data;
    assert_int_equal(json_string_length(json_object_get(data, "brief")), 160);
    assert_int_equal(json_string_length(json_object_get(data, "summary")), 1000);
    FEED(&f, .type = "x.b", .id = "2", .at_ms = 1000000);
    assert_int_equal(f.count, 2);
    assert_int_equal(toc_engine_counts(f.engine).kept_events, 0);
    feeding_finish(&f);
    toc_mem_free(text);
}

/* Lines with part of a key wait for keys to come, no longer than an event can be late. */
static void lines_for_keys_that_never_come(void)
{
    struct toc_text rules = {0};
    struct feeding f;
    char id[16];

    feeding_rule(&rules, "r",
                 "a: { type: x.a, near: { place: camp, distance: 1 km } }, c: { type: x.c }",
                 "{ event: a, group_by: [camp, subject] }", "clear_when: c");
    feeding_init(&f, rules.data, NULL, 0);
    toc_text_finish(&rules);
    for (int i = 0; i < 2000; i++) {
        (void)snprintf(id, sizeof id, "%d", i);
        FEED(&f, .type = "x.c", .id = id, .subject = id, .at_ms = i * 100);
        assert_int_equal(toc_engine_counts(f.engine).kept_events,
                         i < 100 ? i + 1 : 101); /* 10 s. */
    }
    assert_int_equal(toc_engine_counts(f.engine).keys, 0);
    FEED(&f, .type = "x.a", .id = "late", .subject = "1998", .at_ms = 199750, .has_at = true,
         .at = {.lat_deg = 16});
    assert_says(&f, "new r North 1; cleared r North 1 clear_when"); /* The line came before it. */
    feeding_finish(&f);
}

/* Sixty reports within a kilometre of each other hold more cliques of twelve than can be tried. */
static void a_crowd_of_reports_at_one_spot(void)
{
    struct feeding f;
    char id[16];

    feeding_init_one(&f, "{ count: a, at_least: 12, within: 1h, near: { distance: 1 km } }", "",
                     NULL, 0);
    f.is_counting_only = true;
    for (int i = 0; i < 60; i++) {
        (void)snprintf(id, sizeof id, "%d", i);
        FEED(&f, .type = "x.a", .id = id, .at_ms = i, .has_at = true,
             .at = {.lat_deg = i % 8 * 0.001});
        assert_int_equal(f.count > 0, i >= 11);
    }
    feeding_finish(&f);
}

static const struct bounds_case {
    const char *name;
    void (*test)(void);
} cases[] = {
    {"near more places than one event can be near", near_more_places_than_one_event_can_be},
    {"a series at more places than fit", a_series_at_more_places_than_fit},
    {"from more topics than are known", from_more_topics_than_are_known},
    {"texts of a megabyte in every place", texts_of_a_megabyte},
    {"lines for keys that never come", lines_for_keys_that_never_come},
    {"a crowd of reports at one spot", a_crowd_of_reports_at_one_spot},
};

static void runs(void **state)
{
    const struct bounds_case *c = *state;
    c->test();
}

UNIT_TABLE("fault/bounds", cases, runs)
