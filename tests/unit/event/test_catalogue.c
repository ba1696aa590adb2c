#include "unit.h"

#include <stdio.h>

#include "event/catalogue.h"

/* What is wrong in a file of types: the one finding it gives, as "code@line:column suggestion", or
 * "" if it loads. */
static const struct catalogue_case {
    const char *name, *text, *finding;
} cases[] = {
    {"the least type", "type: a\n", ""},
    {"every kind of field",
     "type: a.b-c_9\ntitle: T\ndescription: D\nlocation: p\nfields:\n"
     "  t: { type: text, values: [x, Y], required: true, description: d }\n"
     "  n: { type: number, unit: m, range: [-1.5, 1e3] }\n  i: { type: integer, range: [0, 5] }\n"
     "  b: { type: bool, required: false }\n  z: { type: time }\n  p: { type: place }\n"
     "  l: { type: list, values: [1, no] }\n",
     ""},
    {"two documents, an empty one between", "type: a\n---\n---\ntype: b\n", ""},
    {"fields without a value", "type: a\nfields:\n", "E0203@2:8 "},
    {"no fields", "type: a\nfields: {}\n", ""},

    {"an unknown key of a type", "type: a\ntitel: x\n", "E0202@2:1 title"},
    {"an unknown key of a field", "type: a\nfields: { x: { type: text, requird: true } }\n",
     "E0202@2:28 required"},
    {"a document that is no mapping", "- type: a\n", "E0203@1:1 "},
    {"no name", "title: x\n", "E0204@1:1 "},
    {"an empty name", "type: ''\n", "E0206@1:7 "},
    {"a name with a space", "type: a b\n", "E0206@1:7 "},
    {"a name with a star", "type: a.*\n", "E0206@1:7 "},
    {"a name of 128 bytes",
     "type: "
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
     ""},
    {"a name of 129 bytes",
     "type: "
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
     "E0206@1:7 "},
    {"a type twice", "type: a\n---\ntype: b\n---\ntype: a\n", "E0205@5:7 "},
    {"a title that is a list", "type: a\ntitle: [x]\n", "E0203@2:8 "},
    {"a title without a value", "type: a\ntitle:\n", "E0203@2:7 "},

    {"fields that are a list", "type: a\nfields: [x]\n", "E0203@2:9 "},
    {"a field that is a word", "type: a\nfields: { x: text }\n", "E0203@2:14 "},
    {"a field without a type", "type: a\nfields: { x: { unit: m } }\n", "E0204@2:11 "},
    {"an unknown type of field", "type: a\nfields: { x: { type: numbr } }\n", "E0207@2:22 number"},
    {"a type of field that is a list", "type: a\nfields: { x: { type: [text] } }\n", "E0203@2:22 "},
    {"no field has no type", "type: a\nfields: { x: { type: none } }\n", "E0207@2:22 "},
    {"a name of a field that begins with a digit", "type: a\nfields: { 1x: { type: text } }\n",
     "E0206@2:11 "},
    {"a name of a field with a hyphen", "type: a\nfields: { x-y: { type: text } }\n",
     "E0206@2:11 "},
    {"a field twice", "type: a\nfields: { x: { type: text }, x: { type: text } }\n", "E0106@2:30 "},
    {"required is a word", "type: a\nfields: { x: { type: text, required: yes } }\n",
     "E0203@2:38 "},

    {"a range of one number", "type: a\nfields: { x: { type: number, range: [1] } }\n",
     "E0203@2:37 "},
    {"a range of three", "type: a\nfields: { x: { type: number, range: [1, 2, 3] } }\n",
     "E0203@2:37 "},
    {"a range of words", "type: a\nfields: { x: { type: number, range: [a, 2] } }\n",
     "E0203@2:38 "},
    {"a range of one value", "type: a\nfields: { x: { type: number, range: [2, 2] } }\n", ""},
    {"an empty range", "type: a\nfields: { x: { type: number, range: [3, 2] } }\n", "E0208@2:37 "},
    {"a fraction bounds an integer", "type: a\nfields: { x: { type: integer, range: [0, 1.5] } }\n",
     "E0208@2:42 "},
    {"a bound beyond 2^53",
     "type: a\nfields: { x: { type: integer, range: [0, 9007199254740993] } }\n", "E0208@2:42 "},
    {"a bound of 2^53", "type: a\nfields: { x: { type: integer, range: [0, 9007199254740992] } }\n",
     ""},
    {"a range of a text", "type: a\nfields: { x: { type: text, range: [0, 1] } }\n", "E0208@2:28 "},
    {"a unit of a text", "type: a\nfields: { x: { type: text, unit: m } }\n", "E0208@2:28 "},
    {"values of a number", "type: a\nfields: { x: { type: number, values: [1] } }\n",
     "E0208@2:30 "},
    {"no values", "type: a\nfields: { x: { type: text, values: [] } }\n", "E0203@2:36 "},
    {"values that are a word", "type: a\nfields: { x: { type: text, values: y } }\n",
     "E0203@2:36 "},
    {"an empty value", "type: a\nfields: { x: { type: text, values: [''] } }\n", "E0203@2:37 "},
    {"a value twice but for case", "type: a\nfields: { x: { type: text, values: [IED, ied] } }\n",
     "E0205@2:42 "},

    {"a location that is no field", "type: a\nlocation: here\nfields: { hera: { type: place } }\n",
     "E0209@2:11 hera"},
    {"a location that is no place", "type: a\nlocation: x\nfields: { x: { type: text } }\n",
     "E0209@2:11 "},
    {"a place that moves",
     "type: a\nplace: { kind: unit, name: n, speed: 15 m/s, keep: 30m }\n"
     "fields: { n: { type: text, required: true }, o: { type: text }, p: { type: place, required: "
     "true } }\n",
     ""},
    {"as fast as can be, kept as long as can be",
     "type: a\nplace: { kind: unit_2, name: n, speed: 3600 km/h, keep: 7d }\n"
     "fields: { n: { type: text, required: true }, o: { type: text }, p: { type: place, required: "
     "true } }\n",
     ""},
    {"one that stands",
     "type: a\nplace: { kind: unit, name: n, speed: 0 km/h, keep: 1ms }\n"
     "fields: { n: { type: text, required: true }, o: { type: text }, p: { type: place, required: "
     "true } }\n",
     ""},
    {"a place that is a word",
     "type: a\nplace: unit\n"
     "fields: { n: { type: text, required: true }, o: { type: text }, p: { type: place, required: "
     "true } }\n",
     "E0203@2:8 "},
    {"a place without a name",
     "type: a\nplace: { kind: unit, speed: 15 m/s, keep: 30m }\n"
     "fields: { n: { type: text, required: true }, o: { type: text }, p: { type: place, required: "
     "true } }\n",
     "E0204@2:1 "},
    {"an unknown key of a place",
     "type: a\nplace: { kind: unit, name: n, speed: 15 m/s, keeep: 1m, keep: 30m }\n"
     "fields: { n: { type: text, required: true }, o: { type: text }, p: { type: place, required: "
     "true } }\n",
     "E0202@2:46 keep"},
    {"a kind with capitals",
     "type: a\nplace: { kind: Unit, name: n, speed: 15 m/s, keep: 30m }\n"
     "fields: { n: { type: text, required: true }, o: { type: text }, p: { type: place, required: "
     "true } }\n",
     "E0206@2:16 "},
    {"a name that is no field",
     "type: a\nplace: { kind: unit, name: nn, speed: 15 m/s, keep: 30m }\n"
     "fields: { n: { type: text, required: true }, o: { type: text }, p: { type: place, required: "
     "true } }\n",
     "E0211@2:28 n"},
    {"a name that may be missing",
     "type: a\nplace: { kind: unit, name: o, speed: 15 m/s, keep: 30m }\n"
     "fields: { n: { type: text, required: true }, o: { type: text }, p: { type: place, required: "
     "true } }\n",
     "E0211@2:28 "},
    {"a name that is a location",
     "type: a\nplace: { kind: unit, name: p, speed: 15 m/s, keep: 30m }\n"
     "fields: { n: { type: text, required: true }, o: { type: text }, p: { type: place, required: "
     "true } }\n",
     "E0211@2:28 "},
    {"a speed without a unit",
     "type: a\nplace: { kind: unit, name: n, speed: 15, keep: 30m }\n"
     "fields: { n: { type: text, required: true }, o: { type: text }, p: { type: place, required: "
     "true } }\n",
     "E0203@2:38 "},
    {"a speed in knots",
     "type: a\nplace: { kind: unit, name: n, speed: 15 kn, keep: 30m }\n"
     "fields: { n: { type: text, required: true }, o: { type: text }, p: { type: place, required: "
     "true } }\n",
     "E0203@2:38 "},
    {"a speed that is a word",
     "type: a\nplace: { kind: unit, name: n, speed: fast, keep: 30m }\n"
     "fields: { n: { type: text, required: true }, o: { type: text }, p: { type: place, required: "
     "true } }\n",
     "E0203@2:38 "},
    {"a speed below nothing",
     "type: a\nplace: { kind: unit, name: n, speed: -1 m/s, keep: 30m }\n"
     "fields: { n: { type: text, required: true }, o: { type: text }, p: { type: place, required: "
     "true } }\n",
     "E0211@2:38 "},
    {"too fast",
     "type: a\nplace: { kind: unit, name: n, speed: 1000.1 m/s, keep: 30m }\n"
     "fields: { n: { type: text, required: true }, o: { type: text }, p: { type: place, required: "
     "true } }\n",
     "E0211@2:38 "},
    {"kept for no time",
     "type: a\nplace: { kind: unit, name: n, speed: 15 m/s, keep: 0s }\n"
     "fields: { n: { type: text, required: true }, o: { type: text }, p: { type: place, required: "
     "true } }\n",
     "E0211@2:52 "},
    {"kept too long",
     "type: a\nplace: { kind: unit, name: n, speed: 15 m/s, keep: 7d1ms }\n"
     "fields: { n: { type: text, required: true }, o: { type: text }, p: { type: place, required: "
     "true } }\n",
     "E0211@2:52 "},
    {"kept for a word",
     "type: a\nplace: { kind: unit, name: n, speed: 15 m/s, keep: long }\n"
     "fields: { n: { type: text, required: true }, o: { type: text }, p: { type: place, required: "
     "true } }\n",
     "E0203@2:52 "},
    {"a location that may be missing",
     "type: a\nplace: { kind: unit, name: n, speed: 15 m/s, keep: 30m }\n"
     "fields: { n: { type: text, required: true }, p: { type: place } }\n",
     "E0211@2:1 "},
    {"two locations and none the usual one",
     "type: a\nplace: { kind: unit, name: n, speed: 15 m/s, keep: 30m }\n"
     "fields: { n: { type: text, required: true }, p: { type: place, required: true }, q: { type: "
     "place } }\n",
     "E0211@2:1 "},
    {"bad YAML", "type: [\n", "E0101@2:1 "},
};

static void loads_or_tells(void **state)
{
    const struct catalogue_case *c = *state;
    struct toc_diag *diag = toc_diag_create();
    struct toc_catalogue *catalogue = (void *)diag; /* Must be made NULL by a failure. */
    char found[200] = "";
    bool is_sound = toc_catalogue_parse("t.yaml", toc_str_of(c->text), diag, &catalogue);

    if (toc_diag_count(diag) > 0) {
        const struct toc_finding *finding = toc_diag_get(diag, 0);

        assert_int_equal(toc_diag_count(diag), 1);
        (void)snprintf(found, sizeof found, "%s@%lu:%lu %s", finding->code,
                       (unsigned long)finding->mark.line, (unsigned long)finding->mark.column,
                       finding->suggestion.data);
    }
    assert_string_equal(found, c->finding);
    assert_int_equal(is_sound, c->finding[0] == '\0');
    assert_int_equal(catalogue != NULL, is_sound);
    toc_catalogue_destroy(catalogue);
    toc_diag_destroy(diag);
}

UNIT_TABLE("event/catalogue", cases, loads_or_tells)
