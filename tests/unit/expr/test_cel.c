/* Expressions as rules write them: what they give, and how errors travel. That the whole language
 * is as the specification has it, conformance/cel asks; here is what is ours, and the edges. */
#include "compiled.h"

static const struct cel_case {
    const char *name, *text, *gives;
} cases[] = {
    {"a field", "d > 0.7 && s in ['rocket', 'mortar']", "true"},
    {"the same under event", "event.d == d", "true"},
    {"a name with dots: the longest", "a.b.c + '!'", "'deep!'"},
    {"a word of a closed list", "kind == 'mortar' && kind in ['rocket', s] && kind != s + 'x'",
     "true"},
    {"text compares exactly", "s == 'Mortar'", "false"},
    {"an envelope text has a size in code points", "'größe'.size()", "5"},

    {"a missing field is an error", "m > 1.0", "error: a field is missing"},
    {"has: it is there", "has(d) && has(event.d)", "true"},
    {"has: it is missing", "has(m) || has(event.m)", "false"},
    {"an optional field that is missing", "event.?m", "none"},
    {"an optional field that is there", "event.?d", "some 0.80000000000000004d"},
    {"a value instead, made a double", "event.?m.orValue(7) / 2.0", "3.5d"},
    {"a value not needed is not looked at", "event.?d.orValue(1 / 0 + 0.5)",
     "0.80000000000000004d"},
    {"optMap leaves none", "event.?m.optMap(x, x + 1.0)", "none"},
    {"optMap of a value", "optional.of(3).optMap(x, x + 1)", "some 4"},
    {"optFlatMap", "optional.of(3).optFlatMap(x, optional.ofNonZeroValue(x - 3))", "none"},
    {"or takes the first that holds", "optional.none().or(optional.of(1)).or(optional.of(2))",
     "some 1"},
    {"none has no value", "optional.none().value()", "error: no such key"},

    {"|| absorbs an error on the left", "m > 1.0 || n == 5", "true"},
    {"|| absorbs an error on the right", "n == 5 || m > 1.0", "true"},
    {"|| of an error and false is the error", "m > 1.0 || n == 4", "error: a field is missing"},
    {"&& absorbs an error on the left", "m > 1.0 && n == 4", "false"},
    {"&& of an error and true is the error", "n == 5 && m > 1.0", "error: a field is missing"},
    {"a chain ends at the first that decides", "n == 4 || n == 5 || 1 / 0 == 1", "true"},
    {"exists absorbs errors", "[0, 1].exists(x, 1 / x == 1)", "true"},
    {"exists without a true one gives the error", "[0, 2].exists(x, 1 / x == 1)",
     "error: divide by zero"},
    {"all absorbs errors", "[0, 2].all(x, 1 / x == 1)", "false"},
    {"exists_one does not", "[0, 1].exists_one(x, 1 / x == 1)", "error: divide by zero"},
    {"a choice takes one side only", "n == 5 ? 1 : 1 / 0", "1"},
    {"a choice by an error is the error", "m > 1.0 ? 1 : 2", "error: a field is missing"},
    {"nothing at all is true of nothing", "[].exists(x, true) || ![].all(x, false)", "false"},

    {"int and double mix", "n / 2.0", "2.5d"},
    {"the int of a choice becomes a double", "(n == 4 ? 0.5 : 7) / 2.0", "3.5d"},
    {"mixed while running", "dyn(n) + 0.5", "5.5d"},
    {"int and double compare", "n > 4.9 && n == 5.0 && 1 in [0.5, 1.0]", "true"},
    {"whole numbers divide to whole ones", "7 / 2 == 3 && -7 / 2 == -3 && -7 % 2 == -1", "true"},
    {"the largest int", "9223372036854775807", "9223372036854775807"},
    {"beyond it", "9223372036854775807 + 1", "error: a result out of range"},
    {"the least int", "-9223372036854775808", "-9223372036854775808"},
    {"beyond it, too", "-9223372036854775808 - 1", "error: a result out of range"},
    {"its negative", "-(-9223372036854775808)", "error: a result out of range"},
    {"divided by -1", "-9223372036854775808 / -1", "error: a result out of range"},
    {"multiplied", "4611686018427387904 * 2", "error: a result out of range"},
    {"divided by zero", "1 / 0", "error: divide by zero"},
    {"a double divided by zero", "1.0 / 0.0", "infd"},
    {"NaN is nothing", "0.0 / 0.0 == 0.0 / 0.0 || 0.0 / 0.0 < 1.0 || 0.0 / 0.0 >= 1.0", "false"},

    {"a list's items", "l.map(x, x + x)", "['aa', 'bb']"},
    {"map with a filter", "[1, 2, 3].map(x, x != 2, x * 10)", "[10, 30]"},
    {"filter", "[1, 2, 3].filter(x, x != 2)", "[1, 3]"},
    {"loops within loops", "[1, 2].map(x, [10, 20].map(y, x + y))", "[[11, 21], [12, 22]]"},
    {"the inner name hides the outer", "[1].map(n, [2].map(n, n))", "[[2]]"},
    {"a map's keys", "{'a': 1, 'b': 2}.map(k, k)", "['a', 'b']"},
    {"an entry", "{'a': 1}.a + {'a': 1}['a']", "2"},
    {"no entry", "{'a': 1}.b", "error: no such key"},
    {"an entry, if any", "{'a': 1}.?b.orValue(9)", "9"},
    {"beyond a list", "[1][1]", "error: an index out of range"},
    {"before a list", "[1][-1]", "error: an index out of range"},
    {"optional items", "[?optional.none(), ?optional.of(1), 2]", "[1, 2]"},
    {"optional entries", "{?'a': optional.none(), ?'b': optional.of(1)}", "{'b': 1}"},
    {"a key twice", "{n: 1, 5: 2}", "error: a map with a repeated key"},
    {"values of different types are unequal", "dyn(1) == 'a'", "false"},

    {"parts of a position", "p.lat + p.lon + p.error_m", "35d"},
    {"metres between two positions", "geo.distance(p, p)", "0d"},
    {"the time of day", "t.getHours() == 8 && t.getHours('+02:00') == 10", "true"},
    {"time passes", "t + duration('90s') - t == duration('1m30s')", "true"},
    {"a list by name, without case", "'OK'.in_list('nice') && 'GRÖSSE'.in_list('nice')", "true"},
    {"not in it", "s.in_list('nice') || l.in_list('nice')", "false"},
    {"any item of a list in it", "['x', 'Ok'].in_list('nice')", "true"},
    {"a pattern, anywhere", "s.matches('or.a') && matches(s, '^m')", "true"},
    {"with case, unless it says so", "s.matches('^M') || !s.matches('(?i)^M')", "false"},
    {"types", "type(d) == double && type(type(1)) == type", "true"},

    {"comments and lines", "n // five\n == 5", "true"},
    {"raw text, triple quotes", "r'\\d' + '''a'b'''", "'\\da'b'"},
    {"escapes", "'\\u00e9\\x41\\101\\n'.size()", "4"},
    {"a name in backquotes", "{'a-b': 1}.`a-b`", "1"},
};

static void gives(void **state)
{
    const struct cel_case *c = *state;
    struct cel cel = {.machine = toc_cel_machine_create(TOC_CEL_SCRATCH)};

    cel_compile(&cel, toc_str_of(c->text), NULL);
    for (size_t i = 0; i < cel.findings.count; i++) {
        if (!cel.findings.items[i].is_note) {
            fail_msg("%zu: %.*s", cel.findings.items[i].column,
                     (int)cel.findings.items[i].text.size, cel.findings.items[i].text.data);
        }
    }
    assert_non_null(cel.program);
    for (int again = 0; again < 2; again++) { /* The machine is as new each time. */
        struct toc_cel_value value =
            toc_cel_eval(cel.program, cel.machine, cel_bind, NULL, TOC_CEL_FUEL);

        toc_text_clear(&cel.said);
        cel_say(&value, &cel.said);
        assert_string_equal(cel.said.data, c->gives);
        if (value.kind == TOC_CEL_ERROR && value.error.code == TOC_CEL_E_MISSING) {
            assert_int_equal(value.error.variable, CEL_M);
        }
    }
    cel_finish(&cel);
}

UNIT_TABLE("expr/cel", cases, gives)
