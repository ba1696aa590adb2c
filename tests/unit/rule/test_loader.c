/* Scalars of rules: both sides of each boundary. */
#include "unit.h"

#include "rule/loader.h"

enum reader { DECIMAL_0, DECIMAL_6, DISTANCE, DISTANCE_NOT_0, SPAN };

static const struct loader_case {
    const char *name;
    enum reader reader;
    const char *text;
    bool ok;
    int64_t value;
} cases[] = {
    {"a whole number", DECIMAL_0, "12", true, 12},
    {"zero", DECIMAL_0, "0", true, 0},
    {"a negative one", DECIMAL_0, "-3", true, -3},
    {"a fraction is not whole", DECIMAL_0, "1.5", false, 0},
    {"unless it is nothing", DECIMAL_0, "2.0", true, 2},
    {"no digits", DECIMAL_0, "-", false, 0},
    {"an exponent is no decimal", DECIMAL_0, "1e3", false, 0},
    {"a sign of plus", DECIMAL_0, "+1", false, 0},
    {"the most", DECIMAL_0, "9000000000000000000", true, INT64_C(9000000000000000000)},
    {"one more", DECIMAL_0, "9000000000000000001", false, 0},
    {"far more", DECIMAL_0, "99999999999999999999999", false, 0},
    {"six decimals", DECIMAL_6, "0.123456", true, 123456},
    {"seven", DECIMAL_6, "0.1234567", false, 0},
    {"seven, the last nothing", DECIMAL_6, "0.1234560", true, 123456},
    {"one decimal", DECIMAL_6, "-0.4", true, -400000},
    {"the most of six decimals", DECIMAL_6, "9000000000000", true, INT64_C(9000000000000000000)},
    {"more than that", DECIMAL_6, "9000000000000.000001", false, 0},
    {"a point without digits before", DECIMAL_6, ".5", false, 0},
    {"a point without digits behind", DECIMAL_6, "5.", false, 0},
    {"two points", DECIMAL_6, "1.2.3", false, 0},
    {"metres", DISTANCE, "300 m", true, 300000},
    {"metres without a blank", DISTANCE, "300m", true, 300000},
    {"kilometres", DISTANCE, "2.5 km", true, 2500000},
    {"a millimetre", DISTANCE, "0.001 m", true, 1},
    {"less than that", DISTANCE, "0.0001 m", false, 0},
    {"nothing, where it is allowed", DISTANCE, "0 m", true, 0},
    {"nothing, where it is not", DISTANCE_NOT_0, "0 m", false, 0},
    {"half way round the Earth", DISTANCE, "20040 km", true, INT64_C(20040000000)},
    {"beyond", DISTANCE, "20040.000001 km", false, 0},
    {"no unit", DISTANCE, "300", false, 0},
    {"another unit", DISTANCE, "3 mi", false, 0},
    {"a unit alone", DISTANCE, "km", false, 0},
    {"a negative distance", DISTANCE, "-3 m", false, 0},
    {"a duration", SPAN, "1h30m", true, 5400000},
    {"a millisecond", SPAN, "1ms", true, 1},
    {"no time at all", SPAN, "0s", false, 0},
    {"a leap year", SPAN, "366d", true, INT64_C(31622400000)},
    {"a millisecond more", SPAN, "366d1ms", false, 0},
    {"a number alone", SPAN, "10", false, 0},
};

static void reads(void **state)
{
    const struct loader_case *c = *state;
    struct toc_diag *diag = toc_diag_create();
    struct toc_arena arena = {0};
    struct toc_loader loader = {.arena = &arena, .diag = diag};
    struct toc_yaml node = {.kind = TOC_YAML_SCALAR, .text = toc_str_of(c->text)};
    int64_t value = 77;
    bool ok;

    node.mark.file = toc_diag_add_file(diag, "a.yaml", node.text);
    switch (c->reader) {
    case DECIMAL_0:
    case DECIMAL_6:
        ok = toc_loader_decimal(node.text, c->reader == DECIMAL_6 ? 6 : 0, &value);
        break;
    case SPAN:
        ok = toc_loader_span(&loader, &node, "within", &value);
        assert_int_equal(toc_diag_errors(diag), ok ? 0 : 1);
        break;
    default:
        ok = toc_loader_distance(&loader, &node, c->reader == DISTANCE, &value);
        assert_int_equal(toc_diag_errors(diag), ok ? 0 : 1);
        break;
    }
    assert_int_equal(ok, c->ok);
    assert_int_equal(value, c->ok ? c->value : 77); /* Untouched when refused. */
    toc_diag_destroy(diag);
    toc_arena_finish(&arena);
}

UNIT_TABLE("rule/loader", cases, reads)
