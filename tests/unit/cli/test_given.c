#include "unit.h"

#include "cli/given.h"

static const char types[] = "type: report.x\n"
                            "title: X\n"
                            "location: where\n"
                            "fields:\n"
                            "  case: { type: text, required: true }\n"
                            "  kind: { type: text, values: [a, b], required: true }\n"
                            "  size: { type: integer, range: [3, 9], required: true }\n"
                            "  share: { type: number }\n"
                            "  seen: { type: time }\n"
                            "  sure: { type: bool }\n"
                            "  tags: { type: list }\n"
                            "  where: { type: place }\n";

static const char places[] =
    "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":"
    "{\"kind\":\"camp\",\"name\":\"Gao\",\"radius_m\":500},\"geometry\":"
    "{\"type\":\"Point\",\"coordinates\":[-0.25,16.5]}}]}";

static const struct given_case {
    const char *name, *yaml;
    const char *expected; /* Whole text, or NULL: it is refused. */
} cases[] = {
    {"what is left out is stated", "{ time: 1m, type: report.x }",
     "{\"specversion\":\"1.0\",\"id\":\"given-1\",\"source\":\"/test\",\"type\":\"report.x\","
     "\"time\":\"2026-01-01T00:01:00.000Z\","
     "\"data\":{\"case\":\"unknown\",\"kind\":\"a\",\"size\":3}}"},
    {"values take the form of their fields",
     "{ time: 0s, type: report.x, case: 007, kind: b, size: 4, share: 0.5, seen: 2m, sure: true, "
     "tags: [NO, on], where: camp.gao }",
     "{\"specversion\":\"1.0\",\"id\":\"given-1\",\"source\":\"/test\",\"type\":\"report.x\","
     "\"time\":\"2026-01-01T00:00:00.000Z\","
     "\"data\":{\"case\":\"007\",\"kind\":\"b\",\"size\":4,\"share\":0.5,"
     "\"seen\":\"2026-01-01T00:02:00.000Z\",\"sure\":true,\"tags\":[\"NO\",\"on\"],"
     "\"where\":{\"lat\":16.5,\"lon\":-0.25}}}"},
    {"the envelope may be given, and a full time",
     "{ time: 2021-05-01T10:00:00+02:00, type: report.x, id: i, source: s, subject: u, mode: test, "
     "case: c, kind: b, size: 4, where: { lat: 1, lon: 2, error_m: 3 } }",
     "{\"specversion\":\"1.0\",\"id\":\"i\",\"source\":\"s\",\"type\":\"report.x\","
     "\"subject\":\"u\",\"mode\":\"test\",\"time\":\"2021-05-01T08:00:00.000Z\","
     "\"data\":{\"case\":\"c\",\"kind\":\"b\",\"size\":4,"
     "\"where\":{\"lat\":1,\"lon\":2,\"error_m\":3}}}"},
    {"what is no number is left to the decoder", "{ time: 0s, type: report.x, size: many }",
     "{\"specversion\":\"1.0\",\"id\":\"given-1\",\"source\":\"/test\",\"type\":\"report.x\","
     "\"time\":\"2026-01-01T00:00:00.000Z\","
     "\"data\":{\"size\":\"many\",\"case\":\"unknown\",\"kind\":\"a\"}}"},
    {"no time is refused", "{ type: report.x }", NULL},
    {"a time in other words is refused", "{ time: soon, type: report.x }", NULL},
    {"an unknown type is refused", "{ time: 0s, type: report.y }", NULL},
    {"an unknown field is refused", "{ time: 0s, type: report.x, sise: 3 }", NULL},
};

static void writes_events(void **state)
{
    const struct given_case *c = *state;
    struct toc_diag *diag = toc_diag_create();
    struct toc_catalogue *catalogue;
    struct toc_places *known;
    struct toc_arena arena = {0};
    struct toc_yaml *documents;
    struct toc_text out = {0};

    assert_true(toc_catalogue_parse("types.yaml", toc_str_of(types), diag, &catalogue));
    assert_true(toc_places_parse("places.geojson", toc_str_of(places), diag, &known));
    uint32_t file = toc_diag_add_file(diag, "given.yaml", toc_str_of(c->yaml));
    assert_true(toc_yaml_parse(toc_str_of(c->yaml), file, &arena, diag, &documents));
    bool is_right = toc_given_event(documents, 1, catalogue, known, diag, &out);
    assert_int_equal(is_right, c->expected != NULL);
    assert_int_equal(toc_diag_errors(diag) > 0, c->expected == NULL);
    if (c->expected != NULL) {
        assert_string_equal(out.data, c->expected);
    }
    toc_text_finish(&out);
    toc_arena_finish(&arena);
    toc_places_destroy(known);
    toc_catalogue_destroy(catalogue);
    toc_diag_destroy(diag);
}

UNIT_TABLE("cli/given", cases, writes_events)
