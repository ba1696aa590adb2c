/* `match` and `where` together, and fields of an event as an expression has them. */
#include "unit.h"

#include "expr/cel_event.h"
#include "expr/condition.h"

#define YES     TOC_VERDICT_YES
#define NO      TOC_VERDICT_NO
#define UNKNOWN TOC_VERDICT_UNKNOWN
#define FAILED  TOC_VERDICT_FAILED
#define BUDGET  TOC_VERDICT_BUDGET

/* An event of type x.y at 2026-01-31T08:00:00.250Z with a = 2.5, n = 7, s = "North", ok = true,
 * at = 1969-12-31T23:59:59.999Z, l = [u, v], p at 1 N 2 E; gone and gone_too are missing, and so is
 * its subject. */
static const struct where_case {
    const char *name, *where;
    enum toc_verdict verdict;
    const char *missing; /* On UNKNOWN. */
} cases[] = {
    {"a number is a double", "a == 2.5 && type(a) == double", YES, NULL},
    {"an integer is an int", "n / 2 == 3", YES, NULL},
    {"text", "s == 'North' && s != 'north'", YES, NULL},
    {"a bool", "ok && !!ok", YES, NULL},
    {"a time is a timestamp", "at == timestamp('1969-12-31T23:59:59.999Z')", YES, NULL},
    {"a list", "l == ['u', 'v'] && l.size() == 2", YES, NULL},
    {"a place is a point", "p.lat == 1.0 && p.lon == 2.0 && p.error_m == 0.0", YES, NULL},
    {"a place with a height", "h.alt_m == 120.3 && has(h.alt_m) && has(h.lat)", YES, NULL},
    {"a place without", "!has(p.alt_m) && !has(event.p.alt_m)", YES, NULL},
    {"the height of no place", "!has(away.alt_m)", YES, NULL},
    {"a height made on the way", "[p, h].exists(q, q.alt_m > 120.0)", YES, NULL},
    {"has of one made on the way", "[p, h].map(q, has(q.alt_m)) == [false, true]", YES, NULL},
    {"a height makes another place", "[h].all(q, q == h) && ![p].exists(q, q == h)", YES, NULL},
    {"the time of the event", "time == timestamp('2026-01-31T08:00:00.25Z')", YES, NULL},
    {"the envelope", "type == 'x.y' && id == '1' && source == 'q' && mode == 'actual'", YES, NULL},
    {"the type of a value, beside the field `type`", "type(s) == string", YES, NULL},
    {"false", "a > 3.0", NO, NULL},

    {"a missing field", "gone > 1.0", UNKNOWN, "gone"},
    {"a missing height", "p.alt_m > 1.0", UNKNOWN, "p.alt_m"},
    {"a missing height under event", "event.p.alt_m > 1.0", UNKNOWN, "p.alt_m"},
    {"a missing height but not needed", "p.lat == 1.0 || p.alt_m > 1.0", YES, NULL},
    {"the same under event", "event.gone > 1.0", UNKNOWN, "gone"},
    {"the first that decides", "gone > 1.0 || gone_too > 1.0", UNKNOWN, "gone"},
    {"missing but not needed", "a > 2.0 || gone > 1.0", YES, NULL},
    {"missing and false", "a > 3.0 && gone > 1.0", NO, NULL},
    {"the subject, missing", "subject == 'x'", UNKNOWN, "subject"},
    {"has, and a default", "!has(gone) && event.?gone.orValue(4) == 4.0", YES, NULL},
    {"another error", "n / (n - 7) == 1", FAILED, NULL},
    {"a budget used up",
     "[1,2,3,4,5,6,7,8,9].all(a, [1,2,3,4,5,6,7,8,9].all(b, "
     "[1,2,3,4,5,6,7,8,9].all(c, [1,2,3,4,5,6,7,8,9].all(d, d > 0))))",
     BUDGET, NULL},
};

static struct toc_catalogue *catalogue(void)
{
    struct toc_diag *diag = toc_diag_create();
    struct toc_catalogue *made;

    assert_true(toc_catalogue_parse("t.yaml",
                                    TOC_STR("type: x.y\nfields:\n  a: { type: number }\n"
                                            "  n: { type: integer }\n  s: { type: text }\n"
                                            "  ok: { type: bool }\n  at: { type: time }\n"
                                            "  l: { type: list }\n  p: { type: place }\n"
                                            "  gone: { type: number }\n"
                                            "  gone_too: { type: number }\n"
                                            "  h: { type: place }\n"
                                            "  away: { type: place }\n"),
                                    diag, &made));
    toc_diag_destroy(diag);
    return made;
}

static void judges(void **state)
{
    const struct where_case *c = *state;
    static const struct toc_str items[] = {{"u", 1}, {"v", 1}};
    static const struct toc_str rocket = {"Rocket", 6};
    const struct toc_value fields[] = {
        {.kind = TOC_VALUE_NUMBER, .number = 2.5},
        {.kind = TOC_VALUE_INTEGER, .integer = 7},
        {.kind = TOC_VALUE_TEXT, .text = TOC_STR("North")},
        {.kind = TOC_VALUE_BOOL, .is_true = true},
        {.kind = TOC_VALUE_TIME, .at_ms = -1},
        {.kind = TOC_VALUE_LIST, .list = {.items = items, .count = 2}},
        {.kind = TOC_VALUE_POINT, .point = {.lat_deg = 1, .lon_deg = 2}},
        {.kind = TOC_VALUE_NONE},
        {.kind = TOC_VALUE_NONE},
        {.kind = TOC_VALUE_POINT,
         .point = {.lat_deg = 1, .lon_deg = 2, .alt_mm = 120300, .has_alt = true}},
        {.kind = TOC_VALUE_NONE},
    };
    const struct toc_event event = {.at_ms = INT64_C(1769846400250),
                                    .id = TOC_STR("1"),
                                    .source = TOC_STR("q"),
                                    .type_name = TOC_STR("x.y"),
                                    .fields = fields,
                                    .field_count = UNIT_COUNT(fields)};
    struct toc_catalogue *types = catalogue();
    const struct toc_type *type = toc_catalogue_type(types, 0);
    struct toc_cel_machine *machine = toc_cel_machine_create(TOC_CEL_SCRATCH);
    struct toc_patterns patterns = {0};
    struct toc_arena arena = {0};
    struct toc_cel_findings findings;
    struct toc_cel_world world = {0};
    int slot = -99;

    world.variable_count = toc_cel_event_declare(type, &arena, &world.variables);
    struct toc_condition condition = {.where = toc_cel_compile(toc_str_of(c->where), &world,
                                                               &toc_cel_type_bool, &arena,
                                                               &patterns, &findings)};
    assert_non_null(condition.where);
    assert_int_equal(toc_condition_judge(&condition, &event, machine, &slot), c->verdict);
    if (c->missing != NULL) {
        assert_int_equal(slot, toc_type_slot(type, toc_str_of(c->missing)));
    } else {
        assert_int_equal(slot, -99);
    }

    /* With a test of `match` that fails: that decides. That lacks its field: unknown, unless
     * `where` says more. */
    struct toc_value operand = {.kind = TOC_VALUE_TEXT, .text = rocket};
    struct toc_test test = {.slot = toc_type_field(type, TOC_STR("s")),
                            .op = TOC_TEST_EQUAL,
                            .is_cased = true,
                            .operands = &operand,
                            .operand_count = 1};
    condition.tests = &test;
    condition.count = 1;
    assert_int_equal(toc_condition_judge(&condition, &event, machine, NULL), NO);
    test.slot = toc_type_field(type, TOC_STR("gone_too"));
    assert_int_equal(toc_condition_judge(&condition, &event, machine, &slot),
                     c->verdict == YES ? UNKNOWN : c->verdict);
    if (c->verdict == YES || c->verdict == UNKNOWN) {
        assert_int_equal(slot, test.slot);
    }
    toc_cel_machine_destroy(machine);
    toc_patterns_finish(&patterns);
    toc_arena_finish(&arena);
    toc_catalogue_destroy(types);
}

UNIT_TABLE("expr/where", cases, judges)
