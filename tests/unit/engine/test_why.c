/* Why, from a running engine: what is reasoned from its state is what is reasoned from all events,
 * whatever the kind of rule. (That the latter is right: tests/oracle/explain.py.) */
#include "unit.h"

#include "engine/why.h"
#include "feeding.h"

enum { ROUNDS = 400, STEP_MS = 250, BEGIN_MS = 1000000 };

static const struct why_case {
    const char *name;
    const char *events, *when, *alert;
    const char *clause; /* That has to be told of, passing and failing. */
    bool is_forgetful;  /* What is over is not kept: less is told of it. */
} cases[] = {
    {"a count", "a: { type: x.a }", "{ count: a, at_least: 3, within: 2s, group_by: [s] }", "",
     "count", false},
    {"a count from above", "a: { type: x.a }", "{ count: a, less_than: 2, within: 2s }", "",
     "known", false},
    {"different values", "a: { type: x.a }",
     "{ count_distinct: { of: a, field: v }, at_least: 3, within: 2s, group_by: [s] }", "",
     "count_distinct", false},
    {"a ratio", "a: { type: x.a }, b: { type: x.b }",
     "{ ratio: { of: a, to: [a, b] }, at_least: 0.5, at_least_events: 5, within: 2s }", "",
     "at_least_events", false},
    {"a percentile", "a: { type: x.a }",
     "{ percentile: { of: a, field: v, p: 50 }, at_least: 4, within: 2s, group_by: [s] }", "",
     "percentile", false},
    {"an average that fades and weighs", "a: { type: x.a }",
     "{ average: { of: a, field: v, half_life: 1s, weight: v }, at_least: 5, within: 2s, "
     "min_distinct: { v: 3 } }",
     "", "min_distinct", false},
    {"a trend", "a: { type: x.a }",
     "{ trend: { count: a }, within: 1s, baseline: { last: 5s, method: robust_z }, more_than: 1 }",
     "", "trend", false},
    {"events near each other", "a: { type: x.a }",
     "{ count: a, at_least: 2, within: 1s, near: { distance: 10 m } }", "", "near", false},
    {"a sequence", "a: { type: x.a }, b: { type: x.b }, c: { type: x.c }",
     "{ sequence: [a, b], without: c, within: 1s, group_by: [s] }", "expire_after: 1s", "sequence",
     true},
    {"the newest of a series", "a: { type: x.a, match: { v|gte: 4 } }",
     "{ latest: a, group_by: [s] }", "expire_after: 9s", "latest", true},
    {"a deadline", "a: { type: x.a }, b: { type: x.b }",
     "{ absence: { after: a, expected: b, deadline: 1s }, group_by: [s] }", "expire_after: 9s",
     "deadline", true},
    {"alerts while they are open", "l: { alert: low }, b: { type: x.b }",
     "{ all_of: [l, b], within: 1s, group_by: [s] }", "", "all_of", false},
    {"how many alerts are open", "l: { alert: low }", "{ count: l, at_least: 2, within: 1s }", "",
     "open", false},
    {"a sequence with an alert", "l: { alert: low }, b: { type: x.b }",
     "{ sequence: [l, b], within: 1s }", "expire_after: 1s", "sequence", true},
};

struct told { /* An event as it was fed. */
    struct toc_event event;
    struct toc_value fields[4];
    char id[8];
};

struct asking {
    struct toc_ruleset *rules;
    struct toc_engine *engine;
    struct toc_why_alerts *alerts;
    struct told told[ROUNDS];
    size_t count;
    size_t passed, failed; /* Of the clause that has to be told of. */
};

static void on_told(const struct toc_told *told, void *context)
{
    (void)told;
    (void)context;
}

static void on_raised(const struct toc_raised_event *raised, void *context)
{
    const struct asking *asking = context;
    toc_why_alerts_note(asking->alerts, raised);
}

static uint32_t some(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525 + 1013904223;
    return (*seed >> 16) % below;
}

static void feed(struct asking *asking, uint32_t *seed, int64_t at_ms)
{
    static const char *const types[] = {"x.a", "x.a", "x.a", "x.b", "x.b", "x.c"};
    static const char *const keys[] = {"k", "K", "l"};
    struct told *told = &asking->told[asking->count];
    struct toc_str type = toc_str_of(types[some(seed, 6)]);

    (void)snprintf(told->id, sizeof told->id, "e%zu", asking->count);
    told->fields[0] = (struct toc_value){.kind = TOC_VALUE_NUMBER, .number = some(seed, 8)};
    told->fields[1] =
        (struct toc_value){.kind = TOC_VALUE_TEXT, .text = toc_str_of(keys[some(seed, 3)])};
    told->fields[3] = (struct toc_value){
        .kind = TOC_VALUE_POINT, .point = {.lat_deg = 10 + 0.00008 * some(seed, 4), .lon_deg = 5}};
    told->event = (struct toc_event){
        .at_ms = at_ms,
        .type = toc_catalogue_find(toc_ruleset_catalogue(asking->rules), type),
        .id = toc_str_of(told->id),
        .source = TOC_STR("s"),
        .type_name = type,
        .identity = toc_decoder_identity(TOC_STR("s"), toc_str_of(told->id)),
        .fields = told->fields,
        .field_count = 4,
        .origin = {.topic = TOC_STR("in"), .offset = 1, .stored_ms = TOC_INSTANT_NONE},
    };
    toc_engine_tick(asking->engine, at_ms);
    assert_int_equal(toc_engine_feed(asking->engine, 0, 0, &told->event), TOC_FEED_TAKEN);
    asking->count++;
}

static int64_t instant_of(const json_t *answer, const char *name)
{
    const char *text = json_string_value(json_object_get(answer, name));
    int64_t at_ms = TOC_INSTANT_NEVER;
    (void)toc_instant_parse(toc_str_of(text), &at_ms);
    return at_ms;
}

static void tally(struct asking *asking, const json_t *answer, const char *wanted)
{
    size_t i;
    json_t *clause;

    json_array_foreach(json_object_get(answer, "clauses"), i, clause)
    {
        if (strcmp(json_string_value(json_object_get(clause, "clause")), wanted) == 0) {
            bool is_passed = json_is_true(json_object_get(clause, "pass"));
            asking->passed += is_passed;
            asking->failed += !is_passed;
        }
    }
}

/* Does all that @part lists stand in @whole? */
static bool is_within(const json_t *part, const json_t *whole)
{
    size_t i, k;
    json_t *one, *other;

    json_array_foreach(part, i, one)
    {
        bool is_there = false;
        json_array_foreach(whole, k, other)
        {
            is_there |= json_equal(one, other);
        }
        if (!is_there) {
            return false;
        }
    }
    return true;
}

static bool is_expired(const json_t *answer)
{
    const json_t *clauses = json_object_get(answer, "clauses");
    const json_t *last = json_array_get(clauses, json_array_size(clauses) - 1);

    return strcmp(json_string_value(json_object_get(last, "clause")), "expire_after") == 0;
}

static void compare(struct asking *asking, const struct why_case *c)
{
    const struct toc_rule *rule =
        toc_ruleset_get(asking->rules, (size_t)toc_ruleset_find(asking->rules, TOC_STR("r")));
    const struct toc_why_part part = {.name = TOC_STR("s"), .value = TOC_STR("k")};
    struct toc_text words = {0};
    json_t *live = toc_engine_why(asking->engine, TOC_STR("r"), &part, rule->key_part_count,
                                  TOC_MODE_ACTUAL, &words);
    assert_non_null(live);
    struct toc_why *why =
        toc_why_create(asking->rules, rule, &part, rule->key_part_count, TOC_MODE_ACTUAL, &words);
    for (size_t i = 0; i < asking->count; i++) {
        toc_why_add(why, &asking->told[i].event, false);
    }
    toc_why_add_alerts(why, asking->alerts);
    const struct toc_why_verdict verdict = {
        .holds = json_is_true(json_object_get(live, "holds")),
        .begin_ms = instant_of(live, "begin"),
        .end_ms = instant_of(live, "end"),
        .stream_ms = BEGIN_MS,
    };
    json_t *anew = toc_why_answer(why, instant_of(live, "at"), &verdict);
    const json_t *events = json_object_get(live, "events");
    const json_t *all = json_object_get(anew, "events");
    bool is_same = json_equal(json_object_get(live, "clauses"), json_object_get(anew, "clauses")) &&
                   json_equal(events, all);
    if (c->is_forgetful) {
        is_same = is_same || is_expired(anew) ||
                  (json_array_size(events) < json_array_size(all) && is_within(events, all));
    }
    if (!is_same) {
        toc_why_print(live, &words);
        toc_text_add(&words, TOC_STR("--- from all events:\n"));
        toc_why_print(anew, &words);
        fail_msg("%s", words.data);
    }
    tally(asking, live, c->clause);
    json_decref(live);
    json_decref(anew);
    toc_why_destroy(why);
    toc_text_finish(&words);
}

static void says_the_same_of_its_state(void **state)
{
    const struct why_case *c = *state;
    static const struct toc_input input = {
        .name = {"all", 3}, .accept_late_ms = 1000, .partition_count = 1};
    struct toc_text rules = {0};
    uint32_t seed = 7;

    feeding_rule(&rules, "low", "a: { type: x.a }",
                 "{ count: a, at_least: 2, within: 1s, group_by: [s] }", "");
    feeding_rule(&rules, "r", c->events, c->when, c->alert);
    struct asking *asking = toc_mem_get(sizeof *asking);
    asking->rules = feeding_load(rules.data);
    asking->alerts = toc_why_alerts_create();
    asking->engine = toc_engine_create(&(struct toc_engine_options){
        .rules = asking->rules,
        .inputs = &input,
        .input_count = 1,
        .source = TOC_STR("/tocsin/test"),
        .on_told = on_told,
        .on_raised = on_raised,
        .context = asking,
    });
    for (int64_t at_ms = BEGIN_MS; asking->count < ROUNDS; at_ms += STEP_MS * some(&seed, 4)) {
        feed(asking, &seed, at_ms);
        compare(asking, c);
    }
    assert_true(asking->failed > 0);
    assert_true(asking->passed > 0 ||
                strcmp(c->clause, "open") == 0); /* Told when there is none. */
    toc_engine_destroy(asking->engine);
    toc_why_alerts_destroy(asking->alerts);
    toc_ruleset_destroy(asking->rules);
    toc_mem_free(asking);
    toc_text_finish(&rules);
}

UNIT_TABLE("engine/why", cases, says_the_same_of_its_state)
