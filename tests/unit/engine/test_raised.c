/* Alerts as events: rules over the alerts of other rules. */
#include "unit.h"

#include "engine/action.h"
#include "feeding.h"

static void above(struct toc_text *rules, const char *name, const char *events, const char *when,
                  const char *alert)
{
    feeding_rule(rules, name, events, when, alert);
}

static void counts_while_it_is_open(void **state)
{
    struct feeding f;
    struct toc_text rules = {0};

    (void)state;
    feeding_rule(&rules, "low", "a: { type: x.a }",
                 "{ count: a, at_least: 2, within: 1s, group_by: [s] }", "");
    above(&rules, "up", "l: { alert: low }, b: { type: x.b }",
          "{ all_of: [l, b], within: 10ms, group_by: [s] }", "");
    feeding_init(&f, rules.data, NULL, 0);
    FEED(&f, .type = "x.a", .id = "1", .at_ms = 100000, .s = "k");
    FEED(&f, .type = "x.a", .id = "2", .at_ms = 100500, .s = "k");
    assert_says(&f, "new low k 2");
    FEED(&f, .type = "x.b", .id = "3", .at_ms = 101000, .s = "k"); /* Its last millisecond. */
    assert_says(&f, "new up k 2");
    const json_t *parents = json_object_get(f.told[1].data, "parents");
    assert_int_equal(json_array_size(parents), 1);
    assert_string_equal(json_string_value(json_array_get(parents, 0)), f.told[0].id);
    FEED(&f, .type = "x.b", .id = "4", .at_ms = 101500, .s = "k"); /* It is over. */
    assert_says(&f, "expired low k 2 window; expired up k 2 window");
    feeding_finish(&f);
    toc_text_finish(&rules);
}

/* It has no subject: so it counts for each that another alias gives. */
static void counts_for_every_subject(void **state)
{
    struct feeding f;
    struct toc_text rules = {0};

    (void)state;
    feeding_rule(&rules, "low", "a: { type: x.a }",
                 "{ count: a, at_least: 1, within: 1s, group_by: [s] }", "");
    above(&rules, "up", "l: { alert: low }, b: { type: x.b }",
          "{ all_of: [l, b], within: 10ms, group_by: [subject] }", "");
    feeding_init(&f, rules.data, NULL, 0);
    FEED(&f, .type = "x.a", .id = "1", .at_ms = 100000, .s = "k");
    FEED(&f, .type = "x.b", .id = "2", .at_ms = 100500, .s = "k"); /* Of none. */
    assert_says(&f, "new low k 1");
    FEED(&f, .type = "x.b", .id = "3", .at_ms = 100600, .s = "k", .subject = "u");
    FEED(&f, .type = "x.b", .id = "4", .at_ms = 100700, .s = "k", .subject = "w");
    assert_says(&f, "new up u 2; expired up u 2 window; new up w 2");
    feeding_finish(&f);
    toc_text_finish(&rules);
}

/* By the name of its rule and by `any` it is read twice, and is one event. */
static void is_one_step_only(void **state)
{
    struct feeding f;
    struct toc_text rules = {0};

    (void)state;
    feeding_rule(&rules, "low", "a: { type: x.a }",
                 "{ count: a, at_least: 1, within: 1s, group_by: [s] }", "");
    above(&rules, "up", "l: { alert: low }, n: { alert: any, level: low }",
          "{ sequence: [l, n], within: 10s }", "expire_after: 10s");
    feeding_init(&f, rules.data, NULL, 0);
    FEED(&f, .type = "x.a", .id = "1", .at_ms = 100000, .s = "k");
    FEED(&f, .type = "x.c", .id = "2", .at_ms = 100100);
    assert_says(&f, "new low k 1");
    FEED(&f, .type = "x.a", .id = "3", .at_ms = 100500, .s = "l");
    FEED(&f, .type = "x.c", .id = "4", .at_ms = 100600);
    assert_says(&f, "new low l 1; new up 2");
    feeding_finish(&f);
    toc_text_finish(&rules);
}

/* It was cleared for this subject, and the alert it was cleared of goes on. */
static void stays_cleared_while_it_is_open(void **state)
{
    struct feeding f;
    struct toc_text rules = {0};

    (void)state;
    feeding_rule(&rules, "low", "a: { type: x.a }",
                 "{ count: a, at_least: 1, within: 1h, group_by: [s] }", "");
    above(&rules, "up", "l: { alert: low }, b: { type: x.b }, c: { type: x.c }",
          "{ all_of: [l, b], within: 1s, group_by: [subject] }", "clear_when: c");
    feeding_init(&f, rules.data, NULL, 0);
    FEED(&f, .type = "x.a", .id = "1", .at_ms = 100000, .s = "k");
    FEED(&f, .type = "x.b", .id = "2", .at_ms = 100500, .subject = "u");
    FEED(&f, .type = "x.c", .id = "3", .at_ms = 100600, .subject = "u");
    FEED(&f, .type = "y.a", .id = "4", .at_ms = 200000); /* All before has settled. */
    assert_says(&f, "new low k 1; new up u 2; cleared up u 2 clear_when");
    FEED(&f, .type = "x.b", .id = "5", .at_ms = 200500, .subject = "u");
    FEED(&f, .type = "x.b", .id = "6", .at_ms = 200500, .subject = "w");
    assert_says(&f, "new up w 2");
    feeding_finish(&f);
    toc_text_finish(&rules);
}

/* A change of an alert that every subject takes is taken at its time by one that is new. */
static void lies_at_its_time_for_a_new_subject(void **state)
{
    struct feeding f;
    struct toc_text rules = {0};

    (void)state;
    feeding_rule(&rules, "low", "a: { type: x.a }",
                 "{ count: a, at_least: 1, within: 1s, group_by: [s] }", "");
    above(&rules, "up", "l: { alert: low, state: expired }, b: { type: x.b }",
          "{ all_of: [l, b], within: 8s, group_by: [subject] }", "");
    feeding_init(&f, rules.data, NULL, 0);                         /* Events may come 10 s late. */
    FEED(&f, .type = "x.a", .id = "1", .at_ms = 100000, .s = "k"); /* Over at 101001. */
    FEED(&f, .type = "y.a", .id = "2", .at_ms = 115000);
    FEED(&f, .type = "x.b", .id = "3", .at_ms = 109002, .subject = "u"); /* One ms too late. */
    assert_says(&f, "new low k 1; expired low k 1 window");
    FEED(&f, .type = "x.b", .id = "4", .at_ms = 109001, .subject = "w");
    assert_says(&f, "new up w 2; expired up w 2 window");
    feeding_finish(&f);
    toc_text_finish(&rules);
}

/* Of two that were open, the newer is over: what is left is too old. */
static void is_as_new_as_what_is_still_open(void **state)
{
    struct feeding f;
    struct toc_text rules = {0};

    (void)state;
    feeding_rule(&rules, "low", "a: { type: x.a }",
                 "{ count: a, at_least: 1, within: 4s, group_by: [s] }", "");
    above(&rules, "up", "l: { alert: low }", "{ count: l, less_than: 2, within: 1s }",
          "expire_after: 5s");
    feeding_init(&f, rules.data, NULL, 0);
    FEED(&f, .type = "x.a", .id = "1", .at_ms = 100000, .s = "k"); /* Until 113000. */
    FEED(&f, .type = "x.a", .id = "2", .at_ms = 103000, .s = "k");
    FEED(&f, .type = "x.a", .id = "3", .at_ms = 104000, .s = "l"); /* Until 108000. */
    assert_says(&f, "new low k 1; new up 1; new low l 1");
    FEED(&f, .type = "x.a", .id = "4", .at_ms = 106000, .s = "k");
    FEED(&f, .type = "x.a", .id = "5", .at_ms = 109000, .s = "k");
    assert_says(&f, "cleared up 1 newest_event; expired low l 1 window");
    feeding_finish(&f);
    toc_text_finish(&rules);
}

/* Of each kind that may meet an event again: the hundred that are kept do not decide. */
static void counts_each_once_beyond_what_is_kept(void **state)
{
    enum { EVENTS = 130 };
    static const struct {
        const char *events, *when;
    } kinds[] = {{"a: { type: x.a }, b: { type: x.a }",
                  "{ sequence: [a, b], within: 150ms, once_per: key }"},
                 {"l: { alert: low }", "{ count: l, at_least: 1, within: 1s }"}};

    (void)state;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        struct feeding f;
        struct toc_text rules = {0};
        feeding_rule(&rules, "low", "a: { type: x.a }", "{ event: a }", "expire_after: 1h");
        above(&rules, "up", kinds[k].events, kinds[k].when, "expire_after: 1h");
        feeding_init(&f, rules.data, NULL, 0);
        for (int i = 0; i < EVENTS; i++) {
            char id[16];
            snprintf(id, sizeof id, "%d", i);
            FEED(&f, .type = "x.a", .id = id, .at_ms = 100000 + i * INT64_C(100));
        }
        FEED(&f, .type = "x.c", .id = "c", .at_ms = 200000); /* What was held back is told. */
        const json_t *last = f.told[f.count - 1].data;
        assert_string_equal(json_string_value(json_object_get(last, "rule")), "up");
        assert_int_equal(json_integer_value(json_object_get(last, "count")), EVENTS);
        feeding_finish(&f);
        toc_text_finish(&rules);
    }
}

static void is_cancelled_with_what_it_rests_on(void **state)
{
    struct feeding f;
    struct toc_text rules = {0};

    (void)state;
    feeding_rule(&rules, "low", "a: { type: x.a }, b: { type: x.b }, c: { type: x.c }",
                 "{ sequence: [a, b], without: c, within: 5s, group_by: [s] }", "expire_after: 5s");
    above(&rules, "up", "l: { alert: low }, d: { type: y.a }",
          "{ all_of: [l, d], within: 5s, group_by: [s] }", "");
    feeding_init(&f, rules.data, NULL, 0);
    FEED(&f, .type = "x.a", .id = "1", .at_ms = 100000, .s = "k");
    FEED(&f, .type = "x.b", .id = "2", .at_ms = 102000, .s = "k");
    FEED(&f, .type = "y.a", .id = "3", .at_ms = 103000, .s = "k");
    assert_says(&f, "new low k 2; new up k 2");
    FEED(&f, .type = "x.c", .id = "4", .at_ms = 101000, .s = "k");
    assert_says(&f, "cancelled low k 2; cancelled up k 2");
    feeding_finish(&f);
    toc_text_finish(&rules);
}

/* Of what was told of the alert nothing is left, another goes on in its place: who rests on it says
 * so. */
static void names_the_alert_that_goes_on(void **state)
{
    struct feeding f;
    struct toc_text rules = {0};
    const char *low = NULL, *parent = NULL;

    (void)state;
    feeding_rule(&rules, "low", "a: { type: x.a }, c: { type: x.c }",
                 "{ count: a, at_least: 2, within: 5s, group_by: [s] }", "clear_when: c");
    above(&rules, "up", "l: { alert: low }, b: { type: x.b }",
          "{ absence: { after: l, expected: b, deadline: 1s }, group_by: [s] }",
          "expire_after: 1h, update_every: 1ms");
    feeding_init(&f, rules.data, NULL, 0);
    FEED(&f, .type = "x.a", .id = "1", .at_ms = 200000, .s = "k");
    FEED(&f, .type = "x.a", .id = "2", .at_ms = 200000, .s = "k");
    FEED(&f, .type = "x.a", .id = "3", .at_ms = 195999, .s = "k");
    FEED(&f, .type = "x.a", .id = "4", .at_ms = 198500, .s = "k"); /* It began earlier. */
    FEED(&f, .type = "x.c", .id = "5", .at_ms = 200000, .s = "k"); /* Nothing of then counts. */
    FEED(&f, .type = "y.a", .id = "6", .at_ms = 201000);
    for (size_t i = 0; i < f.count; i++) {
        const json_t *data = f.told[i].data, *parents = json_object_get(data, "parents");
        if (json_array_size(parents) > 0) {
            parent = json_string_value(json_array_get(parents, 0));
        } else if (strcmp(json_string_value(json_object_get(data, "state")), "new") == 0) {
            low = f.told[i].id;
        }
    }
    assert_non_null(parent);
    assert_string_equal(parent, low);
    assert_string_not_equal(f.told[0].id, low);
    feeding_finish(&f);
    toc_text_finish(&rules);
}

static void an_answer_of_people_prevents(void **state)
{
    struct feeding f;
    struct toc_text rules = {0};

    (void)state;
    feeding_rule(&rules, "low", "a: { type: x.a }", "{ event: a }", "expire_after: 1h");
    above(&rules, "up", "n: { alert: any }, t: { alert: any, state: acked }",
          "{ absence: { after: n, expected: t, deadline: 2s }, group_by: [alert_id] }",
          "expire_after: 1h");
    for (int is_acked = 0; is_acked <= 1; is_acked++) {
        feeding_init(&f, rules.data, NULL, 0);
        FEED(&f, .type = "x.a", .id = "1", .at_ms = 100000);
        assert_says(&f, "new low 1");
        struct toc_action action = {.kind = TOC_ACTION_ACK,
                                    .at_ms = TOC_INSTANT_NONE,
                                    .id = TOC_STR("1"),
                                    .source = TOC_STR("ops"),
                                    .alert_id = toc_str_of(f.told[0].id),
                                    .by = TOC_STR("Lt T")};
        enum toc_action_refusal reason;
        toc_engine_tick(f.engine, 102000); /* The last moment. */
        if (is_acked) {
            assert_int_equal(toc_engine_act(f.engine, &action, &reason), TOC_ACT_TAKEN);
            assert_says(&f, "acked low 1");
        }
        toc_engine_tick(f.engine, 102001);
        assert_int_equal(f.line.size > 0, !is_acked);
        feeding_finish(&f);
    }
    toc_text_finish(&rules);
}

/* --- Order of arrival ------------------------------------------------------------------------- */

enum { EVENTS = 24, ROUNDS = 60, ORDERS = 6 };

static unsigned next(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(*seed >> 33);
}

struct random_event {
    const char *type, *s;
    char id[8];
    int64_t at_ms;
    struct toc_point at;
    unsigned order;
};

static int by_order(const void *a, const void *b)
{
    const struct random_event *left = a, *right = b;
    return left->order < right->order ? -1 : left->order > right->order;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* What is true in the end: rule, key, begin, end and count of each alert that was not cancelled. */
static char *truth(const struct feeding *f)
{
    char *lines[FEEDING_TOLD];
    size_t count = 0, size = 1;

    for (size_t i = 0; i < f->count; i++) {
        bool is_last = f->told[i].state != TOC_ALERT_CANCELLED;
        for (size_t j = i + 1; j < f->count && is_last; j++) {
            is_last = strcmp(f->told[i].id, f->told[j].id) != 0;
        }
        if (is_last) {
            char *key = json_dumps(json_object_get(f->told[i].data, "key"), JSON_SORT_KEYS);
            char line[256];
            snprintf(line, sizeof line, "%s %s %s %s %lld\n", feeding_text(&f->told[i], "rule"),
                     key, feeding_text(&f->told[i], "begin"), feeding_text(&f->told[i], "end"),
                     (long long)json_integer_value(json_object_get(f->told[i].data, "count")));
            free(key);
            lines[count++] = toc_mem_copy(line, strlen(line) + 1);
            size += strlen(line);
        }
    }
    qsort(lines, count, sizeof *lines, by_text);
    char *all = toc_mem_get(size);
    for (size_t i = 0; i < count; i++) {
        strcat(all, lines[i]);
        toc_mem_free(lines[i]);
    }
    return all;
}

static char *live(const char *rules, const struct random_event *events)
{
    struct feeding f;

    feeding_init(&f, rules, NULL, 0);
    for (size_t i = 0; i < EVENTS; i++) {
        FEED(&f, .type = events[i].type, .id = events[i].id, .at_ms = events[i].at_ms,
             .s = events[i].s, .has_at = true, .at = events[i].at);
    }
    toc_engine_settle(f.engine);
    char *all = truth(&f);
    feeding_finish(&f);
    return all;
}

static void order_of_arrival_changes_nothing(void **state)
{
    static const char *const types[] = {"x.a", "x.a", "x.b", "x.c", "y.a"};
    struct toc_text rules = {0};
    size_t told = 0;

    (void)state;
    feeding_rule(&rules, "pairs", "a: { type: x.a }",
                 "{ count: a, at_least: 2, within: 1s, near: { distance: 1 km } }",
                 "keep_firing_for: 500ms");
    feeding_rule(&rules, "often", "a: { type: x.a }",
                 "{ count: a, at_least: 2, within: 1s, group_by: [s] }", "");
    feeding_rule(&rules, "after", "a: { type: x.a }, b: { type: x.b }, c: { type: x.c }",
                 "{ sequence: [a, b], without: c, within: 2s, group_by: [s] }", "expire_after: 2s");
    feeding_rule(&rules, "missed", "a: { type: x.c }, b: { type: x.b }",
                 "{ absence: { after: a, expected: b, deadline: 700ms }, group_by: [s] }",
                 "expire_after: 2s");
    feeding_rule(&rules, "near", "l: { alert: pairs }, b: { type: x.b }",
                 "{ all_of: [l, b], within: 500ms, near: { distance: 1 km }, group_by: [s] }", "");
    feeding_rule(&rules, "both", "l: { alert: often }, m: { alert: after }, n: { alert: missed }",
                 "{ any_kinds: [l, m, n], at_least: 2, within: 1s, group_by: [s] }", "");
    feeding_rule(&rules, "few", "l: { alert: often }",
                 "{ count: l, less_than: 1, within: 1s, group_by: [s] }", "for: 300ms");
    feeding_rule(&rules, "then", "l: { alert: both }, e: { alert: often, state: expired }",
                 "{ sequence: [l, e], within: 4s, group_by: [s] }", "expire_after: 1s");
    feeding_rule(&rules, "knot", "l: { alert: near }, m: { alert: after }",
                 "{ any_kinds: [l, m], at_least: 2, within: 1s, near: { distance: 1 km } }", "");
    for (uint64_t round = 0; round < ROUNDS; round++) {
        struct random_event events[EVENTS];
        uint64_t seed = round;
        for (size_t i = 0; i < EVENTS; i++) {
            struct random_event *event = &events[i];
            *event = (struct random_event){
                .type = types[next(&seed) % 5],
                .s = next(&seed) % 3 == 0 ? "k" : "l",
                .at_ms = 100000 + next(&seed) % 90 * 100,
                .at = {.lat_deg = 10 + next(&seed) % 4 * 0.006, .lon_deg = 20},
            };
            event->order = (unsigned)event->at_ms;
            snprintf(event->id, sizeof event->id, "%zu", i);
        }
        qsort(events, EVENTS, sizeof *events, by_order);
        char *in_order = live(rules.data, events);
        told += strlen(in_order);
        for (int order = 0; order < ORDERS; order++) {
            for (size_t i = 0; i < EVENTS; i++) {
                /* Up to 9 s late: all is accepted. */
                events[i].order =
                    (unsigned)events[i].at_ms + next(&seed) % ((unsigned)order * 1800 + 100);
            }
            qsort(events, EVENTS, sizeof *events, by_order);
            char *shuffled = live(rules.data, events);
            assert_string_equal(shuffled, in_order);
            toc_mem_free(shuffled);
        }
        toc_mem_free(in_order);
    }
    assert_true(told > (size_t)ROUNDS * 200); /* Something was there to differ. */
    toc_text_finish(&rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_while_it_is_open),
        cmocka_unit_test(counts_for_every_subject),
        cmocka_unit_test(is_one_step_only),
        cmocka_unit_test(stays_cleared_while_it_is_open),
        cmocka_unit_test(lies_at_its_time_for_a_new_subject),
        cmocka_unit_test(is_as_new_as_what_is_still_open),
        cmocka_unit_test(counts_each_once_beyond_what_is_kept),
        cmocka_unit_test(is_cancelled_with_what_it_rests_on),
        cmocka_unit_test(names_the_alert_that_goes_on),
        cmocka_unit_test(an_answer_of_people_prevents),
        cmocka_unit_test(order_of_arrival_changes_nothing),
    };
    return cmocka_run_group_tests_name("engine/raised", tests, NULL, NULL);
}
