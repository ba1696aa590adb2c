/* The functions of expressions as C functions: what they make of edges, and that they stop when
 * fuel or memory is gone. What they mean is asked by conformance/cel. */
#include "unit.h"

#include <inttypes.h>
#include <math.h>

#include "base/text.h"
#include "expr/cel_func.h"

enum { ROOM = 4096, FUEL = 100000 };

static _Alignas(struct toc_cel_value) unsigned char room[ROOM];
static struct toc_text said;

static struct toc_cel_scratch scratch_of(size_t size, uint64_t fuel)
{
    return (struct toc_cel_scratch){.bytes = room, .room = size, .fuel = fuel};
}

static struct toc_cel_value text(const char *words)
{
    return toc_cel_string(toc_str_of(words));
}

static const char *say(struct toc_cel_value value)
{
    toc_text_clear(&said);
    switch (value.kind) {
    case TOC_CEL_ERROR:
        toc_text_addf(&said, "error: %s", toc_cel_error_text(value.error.code));
        break;
    case TOC_CEL_STRING:
        toc_text_add(&said, value.text);
        break;
    case TOC_CEL_INT:
        toc_text_addf(&said, "%" PRId64, value.whole);
        break;
    case TOC_CEL_DOUBLE:
        toc_text_addf(&said, "%.17g", value.number);
        break;
    case TOC_CEL_BOOL:
        toc_text_addf(&said, "%s", value.is_true ? "true" : "false");
        break;
    case TOC_CEL_LIST:
        toc_text_addf(&said, "%zu:", value.list.count);
        for (size_t i = 0; i < value.list.count; i++) {
            toc_text_add(&said, TOC_STR("|"));
            toc_text_add(&said, value.list.items[i].text);
        }
        break;
    case TOC_CEL_TIMESTAMP:
    case TOC_CEL_DURATION:
        toc_text_addf(&said, "%" PRId64 " s %" PRId32 " ns", value.time.s, value.time.ns);
        break;
    default:
        toc_text_addf(&said, "kind %d", (int)value.kind);
    }
    return toc_text_str(&said).data;
}

#define CALL(function, ...)                                                                        \
    say(function(&(struct toc_cel_scratch){.bytes = room, .room = ROOM, .fuel = FUEL},             \
                 (struct toc_cel_value[]){__VA_ARGS__},                                            \
                 UNIT_COUNT(((struct toc_cel_value[]){__VA_ARGS__}))))

static void positions_count_code_points(void **state)
{
    (void)state;
    assert_string_equal(CALL(toc_cel_fn_char_at, text("a\xC3\xA9z"), toc_cel_int(1)), "\xC3\xA9");
    assert_string_equal(CALL(toc_cel_fn_char_at, text("a\xC3\xA9z"), toc_cel_int(3)), "");
    assert_string_equal(CALL(toc_cel_fn_char_at, text("a\xC3\xA9z"), toc_cel_int(4)),
                        "error: an index out of range");
    assert_string_equal(CALL(toc_cel_fn_char_at, text(""), toc_cel_int(-1)),
                        "error: an index out of range");
    assert_string_equal(CALL(toc_cel_fn_index_of, text("\xC3\xA9\xC3\xA9z"), text("z")), "2");
    assert_string_equal(CALL(toc_cel_fn_last_index_of, text("abcabc"), text("abc"), toc_cel_int(2)),
                        "0");
    assert_string_equal(CALL(toc_cel_fn_last_index_of, text("ab"), text("abc")), "-1");
    assert_string_equal(
        CALL(toc_cel_fn_substring, text("a\xC3\xA9z"), toc_cel_int(1), toc_cel_int(2)), "\xC3\xA9");
    assert_string_equal(CALL(toc_cel_fn_substring, text("abc"), toc_cel_int(2), toc_cel_int(1)),
                        "error: an index out of range");
    assert_string_equal(CALL(toc_cel_fn_reverse, text("a\xC3\xA9\xF0\x9F\x98\x80")),
                        "\xF0\x9F\x98\x80\xC3\xA9\x61");
}

static void empty_texts_have_their_places(void **state)
{
    (void)state;
    assert_string_equal(CALL(toc_cel_fn_contains, toc_cel_string((struct toc_str){0}), text("")),
                        "true");
    assert_string_equal(CALL(toc_cel_fn_contains, text(""), text("a")), "false");
    assert_string_equal(CALL(toc_cel_fn_ends_with, text("a"), text("ba")), "false");
    assert_string_equal(CALL(toc_cel_fn_replace, text("ab"), text(""), text("-")), "-a-b-");
    assert_string_equal(CALL(toc_cel_fn_replace, text(""), text(""), text("-")), "-");
    assert_string_equal(CALL(toc_cel_fn_replace, text("ab"), text(""), text("-"), toc_cel_int(1)),
                        "-ab");
    assert_string_equal(CALL(toc_cel_fn_replace, text("aaa"), text("aa"), text("b")), "ba");
    assert_string_equal(CALL(toc_cel_fn_split, text(""), text("")), "0:");
    assert_string_equal(CALL(toc_cel_fn_split, text(""), text(",")), "1:|");
    assert_string_equal(CALL(toc_cel_fn_split, text("a,,b,"), text(",")), "4:|a||b|");
    assert_string_equal(CALL(toc_cel_fn_split, text("a,b,c"), text(","), toc_cel_int(2)),
                        "2:|a|b,c");
    assert_string_equal(CALL(toc_cel_fn_split, text("a\xC3\xA9"), text("")), "2:|a|\xC3\xA9");
    assert_string_equal(CALL(toc_cel_fn_trim, text(" \t\xC2\xA0 ")), "");
    assert_string_equal(CALL(toc_cel_fn_trim, text("\xE2\x80\x8Bx ")), "\xE2\x80\x8Bx");
}

static void doubles_are_told_in_the_fewest_digits(void **state)
{
    static const struct {
        double number;
        const char *told;
    } rows[] = {{0.1, "0.1"},
                {100000.0, "100000"},
                {120000.0, "120000"},
                {999999.5, "999999.5"},
                {1000000.0, "1e+06"},
                {123456789.0, "1.23456789e+08"},
                {0.0001, "0.0001"},
                {0.00001, "1e-05"},
                {-0.0, "-0"},
                {5e-324, "5e-324"},
                {1.7976931348623157e308, "1.7976931348623157e+308"},
                {INFINITY, "+Inf"},
                {-INFINITY, "-Inf"},
                {NAN, "NaN"}};

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
        assert_string_equal(CALL(toc_cel_fn_string_of_double, toc_cel_double(rows[i].number)),
                            rows[i].told);
    }
}

static struct toc_cel_value list_of(struct toc_cel_value *items, size_t count)
{
    struct toc_cel_value list = {.kind = TOC_CEL_LIST};

    list.list.items = items;
    list.list.count = count;
    return list;
}

static void format_takes_each_value_once(void **state)
{
    struct toc_cel_value values[] = {toc_cel_int(-255), toc_cel_double(2.5), text("\xC3\xA9")};

    (void)state;
    assert_string_equal(CALL(toc_cel_fn_format, text("%x %.0f %X%%"), list_of(values, 3)),
                        "-ff 2 C3A9%");
    assert_string_equal(CALL(toc_cel_fn_format, text("%x"), list_of(values, 2)),
                        "error: an argument out of range");
    assert_string_equal(CALL(toc_cel_fn_format, text("%x %f %s %s"), list_of(values, 3)),
                        "error: an index out of range");
    assert_string_equal(CALL(toc_cel_fn_format, text("%"), list_of(values, 0)),
                        "error: an argument out of range");
    assert_string_equal(CALL(toc_cel_fn_format, text("%.f"), list_of(values + 1, 1)),
                        "error: an argument out of range");
    assert_string_equal(CALL(toc_cel_fn_format, text("%.101f"), list_of(values + 1, 1)),
                        "error: an argument out of range");
    values[0] = toc_cel_int(INT64_MIN);
    assert_string_equal(CALL(toc_cel_fn_format, text("%x"), list_of(values, 1)),
                        "-8000000000000000");
    values[0] = toc_cel_double(1.7976931348623157e308);
    assert_int_equal(strlen(CALL(toc_cel_fn_format, text("%.100f"), list_of(values, 1))), 410);
}

static void instants_are_read_to_the_nanosecond(void **state)
{
    static const struct {
        const char *words, *told;
    } rows[] = {
        {"1970-01-01T00:00:00Z", "0 s 0 ns"},
        {"1969-12-31T23:59:59.25Z", "-1 s 250000000 ns"},
        {"1970-01-01T00:00:00.1234567899Z", "0 s 123456789 ns"},
        {"1970-01-01T02:00:00+02:00", "0 s 0 ns"},
        {"0001-01-01T00:00:00Z", "-62135596800 s 0 ns"},
        {"9999-12-31T23:59:59.999999999Z", "253402300799 s 999999999 ns"},
        {"2016-12-31T23:59:60Z", "1483228799 s 999999999 ns"},
        {"0001-01-01T00:00:00+00:01", "error: a value that cannot be converted"},
        {"2023-02-29T00:00:00Z", "error: a value that cannot be converted"},
        {"2023-02-28T00:00:00", "error: a value that cannot be converted"},
        {"", "error: a value that cannot be converted"},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
        assert_string_equal(CALL(toc_cel_fn_timestamp_of_string, text(rows[i].words)),
                            rows[i].told);
    }
}

static void spans_are_read_up_to_292_years(void **state)
{
    static const struct {
        const char *words, *told;
    } rows[] = {
        {"1h30m", "5400 s 0 ns"},
        {"-1.5s", "-2 s 500000000 ns"},
        {"+.5h", "1800 s 0 ns"},
        {"1m1ms", "60 s 1000000 ns"},
        {"2\xC2\xB5s", "0 s 2000 ns"},
        {"0", "0 s 0 ns"},
        {"-0", "0 s 0 ns"},
        {"9223372036854775807ns", "9223372036 s 854775807 ns"},
        {"-9223372036854775808ns", "-9223372037 s 145224192 ns"},
        {"9223372036854775808ns", "error: a result out of range"},
        {"9223372037s", "error: a value that cannot be converted"},
        {"99999999999999999999999999h", "error: a value that cannot be converted"},
        {"1", "error: a value that cannot be converted"},
        {"1d", "error: a value that cannot be converted"},
        {".s", "error: a value that cannot be converted"},
        {"1h-1m", "error: a value that cannot be converted"},
        {"-", "error: a value that cannot be converted"},
        {"", "error: a value that cannot be converted"},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
        assert_string_equal(CALL(toc_cel_fn_duration_of_string, text(rows[i].words)), rows[i].told);
    }
}

static void zones_are_utc_and_offsets(void **state)
{
    struct toc_cel_value at = toc_cel_timestamp(-1, 999000000); /* The last second of 1969. */

    (void)state;
    assert_string_equal(CALL(toc_cel_fn_full_year, at), "1969");
    assert_string_equal(CALL(toc_cel_fn_full_year, at, text("+00:01")), "1970");
    assert_string_equal(CALL(toc_cel_fn_day_of_week, at), "3");
    assert_string_equal(CALL(toc_cel_fn_day_of_year, at), "364");
    assert_string_equal(CALL(toc_cel_fn_hours, at, text("-3:30")), "20");
    assert_string_equal(CALL(toc_cel_fn_minutes, at, text("UTC")), "59");
    assert_string_equal(CALL(toc_cel_fn_milliseconds, at), "999");
    assert_string_equal(CALL(toc_cel_fn_day_of_week, toc_cel_timestamp(TOC_CEL_TIMESTAMP_MIN_S, 0)),
                        "1");
    static const char *const wrong[] = {"Africa/Bamako", "+24:00", "+00:60", "+1",
                                        "+:30",          "+01:00 "};
    for (size_t i = 0; i < UNIT_COUNT(wrong); i++) {
        assert_string_equal(CALL(toc_cel_fn_hours, at, text(wrong[i])),
                            "error: an argument out of range");
    }
    assert_string_equal(CALL(toc_cel_fn_seconds, toc_cel_duration(-2, 500000000)), "-1");
    assert_string_equal(CALL(toc_cel_fn_milliseconds, toc_cel_duration(-2, 500000000)), "-500");
    assert_string_equal(CALL(toc_cel_fn_string_of_duration, toc_cel_duration(-2, 500000000)),
                        "-1.5s");
    assert_string_equal(CALL(toc_cel_fn_string_of_timestamp, at), "1969-12-31T23:59:59.999Z");
}

static void numbers_at_their_ends(void **state)
{
    (void)state;
    assert_string_equal(CALL(toc_cel_fn_abs_of_int, toc_cel_int(INT64_MIN)),
                        "error: a result out of range");
    assert_string_equal(CALL(toc_cel_fn_shift_left, toc_cel_int(1), toc_cel_int(63)),
                        "-9223372036854775808");
    assert_string_equal(CALL(toc_cel_fn_shift_left, toc_cel_int(1), toc_cel_int(64)), "0");
    assert_string_equal(CALL(toc_cel_fn_shift_right, toc_cel_int(-1), toc_cel_int(63)), "1");
    assert_string_equal(CALL(toc_cel_fn_shift_right, toc_cel_int(-1), toc_cel_int(-1)),
                        "error: an argument out of range");
    assert_string_equal(CALL(toc_cel_fn_greatest, toc_cel_int(1), toc_cel_double(1.0)), "1");
    assert_string_equal(CALL(toc_cel_fn_greatest, toc_cel_int(1), toc_cel_double(NAN)),
                        "error: an argument out of range");
    assert_string_equal(CALL(toc_cel_fn_least, toc_cel_int(INT64_MAX), toc_cel_double(9.3e18)),
                        "9223372036854775807");
}

/* Every function, given much to do: with little fuel it says so, with little memory too, and with
 * enough of both neither. */
static void stop_when_fuel_or_memory_is_gone(void **state)
{
    static char many[2001];
    struct toc_cel_value values[] = {{.kind = TOC_CEL_NULL}};
    struct {
        toc_cel_function function;
        struct toc_cel_value args[3];
        size_t count;
    } rows[] = {
        {toc_cel_fn_contains, {text(many), text("ab")}, 2},
        {toc_cel_fn_replace, {text(many), text("a"), text("aa")}, 3},
        {toc_cel_fn_split, {text(many), text("")}, 2},
        {toc_cel_fn_upper_ascii, {text(many)}, 1},
        {toc_cel_fn_reverse, {text(many)}, 1},
        {toc_cel_fn_quote, {text(many)}, 1},
        {toc_cel_fn_format, {text("%x"), list_of(values, 1)}, 2},
    };

    (void)state;
    memset(many, 'a', sizeof many - 1);
    values[0] = text(many);
    for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
        struct toc_cel_scratch scratch = scratch_of(ROOM, 20);

        rows[i].args[0] = i + 1 < UNIT_COUNT(rows) ? text(many) : rows[i].args[0];
        assert_string_equal(say(rows[i].function(&scratch, rows[i].args, rows[i].count)),
                            "error: the budget is used up");
        scratch = scratch_of(1000, FUEL);
        if (i > 0) { /* The first needs no memory. */
            assert_string_equal(say(rows[i].function(&scratch, rows[i].args, rows[i].count)),
                                "error: the working memory is full");
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(positions_count_code_points),
        cmocka_unit_test(empty_texts_have_their_places),
        cmocka_unit_test(doubles_are_told_in_the_fewest_digits),
        cmocka_unit_test(format_takes_each_value_once),
        cmocka_unit_test(instants_are_read_to_the_nanosecond),
        cmocka_unit_test(spans_are_read_up_to_292_years),
        cmocka_unit_test(zones_are_utc_and_offsets),
        cmocka_unit_test(numbers_at_their_ends),
        cmocka_unit_test(stop_when_fuel_or_memory_is_gone),
    };
    int failed = cmocka_run_group_tests_name("expr/cel_functions", tests, NULL, NULL);

    toc_text_finish(&said);
    return failed;
}
