#include "unit.h"

#include <stdio.h>

#include "decoding.h"

struct mapped {
    struct toc_diag *diag;
    struct toc_catalogue *catalogue;
    struct toc_arena arena;
    struct toc_mapping *mapping;
    struct toc_text findings;
};

/* Read @yaml; what was found wrong stands in m->findings. */
static bool mapped_begin(struct mapped *m, const char *yaml)
{
    struct toc_arena tree = {0}; /* The mapping keeps nothing of it. */
    struct toc_yaml *node;
    struct toc_text copy = {0};

    *m = (struct mapped){.diag = toc_diag_create()};
    assert_true(
        toc_catalogue_parse("types.yaml", toc_str_of(catalogue_text), m->diag, &m->catalogue));
    toc_text_add(&copy, toc_str_of(yaml));
    uint32_t file = toc_diag_add_file(m->diag, "tocsin.yaml", toc_text_str(&copy));

    assert_true(toc_yaml_parse(toc_text_str(&copy), file, &tree, m->diag, &node));
    bool is_read = toc_mapping_parse(node, m->catalogue, &m->arena, m->diag, &m->mapping);

    assert_int_equal(is_read, toc_diag_errors(m->diag) == 0);
    assert_int_equal(is_read, m->mapping != NULL);
    toc_diag_print(m->diag, false, &m->findings);
    if (!is_read && m->findings.data == NULL) {
        fail();
    }
    toc_arena_finish(&tree);
    toc_text_finish(&copy);
    return is_read;
}

static void mapped_end(struct mapped *m)
{
    toc_catalogue_destroy(m->catalogue);
    toc_arena_finish(&m->arena);
    toc_diag_destroy(m->diag);
    toc_text_finish(&m->findings);
}

/* A decoder that follows the mapping; it takes over the catalogue. */
static void decode_with(struct decoding *d, struct mapped *m, const char *yaml)
{
    if (!mapped_begin(m, yaml)) {
        print_error("%s", m->findings.data);
        fail();
    }
    decoding_begin(d, m->mapping, m->catalogue);
    m->catalogue = NULL;
}

static void end(struct decoding *d, struct mapped *m)
{
    decoding_end(d);
    mapped_end(m);
}

static bool take(struct decoding *d, const char *json)
{
    return decoding_take(d, toc_str_of(json), NULL, 0, STORED_MS);
}

static void assert_text(struct toc_str text, const char *expected)
{
    assert_int_equal(text.size, strlen(expected));
    assert_memory_equal(text.data, expected, text.size);
}

static void maps_heights(void **state)
{
    static const struct {
        const char *how, *given;
        int32_t alt_mm; /* INT32_MIN: none. */
        const char *dropped;
    } heights[] = {
        {"h", "120.5", 120500, ""},
        {"h", "\"120.5\"", 120500, ""},
        {"h", "null", INT32_MIN, ""},
        {"h", "\"high\"", INT32_MIN, "impact "},
        {"{ path: h, unit: ft }", "1000", 304800, ""},
        {"{ path: h, unit: ft }", "328083.989", 100000000, ""},
        {"{ path: h, unit: ft }", "328084.0", INT32_MIN, "impact "}, /* 100,000.003 m */
        {"{ path: h, scale: 0.01, offset: 25 }", "-2500", 0, ""},
        {"{ path: h, unit: m }", "-500", -500000, ""},
    };
    (void)state;

    for (size_t i = 0; i < UNIT_COUNT(heights); i++) {
        char yaml[256], json[128];
        struct decoding d;
        struct mapped m;

        (void)snprintf(yaml, sizeof yaml,
                       "type: { value: a.hit }\nsource: { value: /s }\n"
                       "fields:\n  impact: { lat: lat, lon: lon, alt_m: %s }\n",
                       heights[i].how);
        (void)snprintf(json, sizeof json, "{\"lat\":1,\"lon\":2,\"h\":%s}", heights[i].given);
        decode_with(&d, &m, yaml);
        assert_true(take(&d, json));
        assert_string_equal(d.dropped, heights[i].dropped);
        assert_true(d.events[0].fields[IMPACT].point.lat_deg == 1);
        assert_int_equal(d.events[0].fields[IMPACT].point.has_alt, heights[i].alt_mm != INT32_MIN);
        if (heights[i].alt_mm != INT32_MIN) {
            assert_int_equal(d.events[0].fields[IMPACT].point.alt_mm, heights[i].alt_mm);
        }
        end(&d, &m);
    }
}

static void reads_an_array_of_detections(void **state)
{
    struct decoding d;
    struct mapped m;
    (void)state;

    decode_with(&d, &m,
                "each: report.detections\n"
                "type: { path: class, codes: { 1: a.hit, 7: a.open } }\n"
                "source: { value: /radar/north }\n"
                "id: uid\n"
                "time: { path: $.report.sent, format: epoch_ms }\n"
                "subject: track\n"
                "mode: { path: drill, codes: { true: exercise, false: actual } }\n"
                "fields:\n"
                "  impact: { lat: pos.0, lon: pos.1, error_m: pos.2 }\n"
                "  altitude: { path: alt, unit: ft }\n"
                "  speed: { path: v, scale: 0.5, offset: 1 }\n"
                "  warmth: { path: temp, unit: degF }\n"
                "  munition: { path: kind, codes: { R: rocket, M: mortar }, else: Drohne }\n"
                "  seen_at: { path: t0, format: epoch_s }\n"
                "  note: { value: from the radar }\n"
                "  serial: n\n"
                "  means: means\n"
                "  rounds: { path: rounds }\n");
    assert_true(take(&d, "{\"report\":{\"sent\":1795255200250,\"detections\":["
                         "{\"class\":1,\"uid\":\"a\",\"track\":17,\"drill\":true,"
                         "\"pos\":[16.5,\"-0.25\",30],\"alt\":1000,\"v\":\"10\",\"temp\":212,"
                         "\"kind\":\"M\",\"t0\":1795255199.999,\"n\":9007199254740993,"
                         "\"means\":[\"EYES\"],\"rounds\":\"3\"},"
                         "{\"class\":\"7\",\"uid\":4}]}}"));
    assert_int_equal(d.count, 2);
    assert_int_equal(toc_decoder_refused_parts(d.decoder), 0);
    const struct toc_event *e = &d.events[0];

    assert_text(e->type_name, "a.hit");
    assert_text(e->id, "a");
    assert_text(e->source, "/radar/north");
    assert_text(e->subject, "17");
    assert_int_equal(e->mode, TOC_MODE_EXERCISE);
    assert_int_equal(e->at_ms, STORED_MS + 250);
    assert_true(e->fields[IMPACT].point.lat_deg == 16.5 &&
                e->fields[IMPACT].point.lon_deg == -0.25 && e->fields[IMPACT].point.error_m == 30);
    assert_float_equal(e->fields[ALTITUDE].number, 304.8, 1e-9);
    assert_float_equal(e->fields[SPEED].number, 6, 0);
    assert_float_equal(e->fields[WARMTH].number, 100, 1e-9);
    assert_text(e->fields[MUNITION].text, "mortar");
    assert_int_equal(e->fields[SEEN_AT].at_ms, STORED_MS - 1);
    assert_text(e->fields[NOTE].text, "from the radar");
    assert_true(e->fields[SERIAL].integer == INT64_C(9007199254740993));
    assert_text(e->fields[MEANS].list.items[0], "eyes");
    assert_int_equal(e->fields[ROUNDS].integer, 3);
    e = &d.events[1];
    assert_text(e->type_name, "a.open");
    assert_text(e->id, "4");
    assert_int_equal(e->mode, TOC_MODE_ACTUAL);
    assert_int_equal(e->field_count, 0);
    assert_int_not_equal(toc_hash128_compare(d.events[0].identity, e->identity), 0);
    end(&d, &m);
}

static void one_wrong_element_does_not_take_the_others_along(void **state)
{
    struct decoding d;
    struct mapped m;
    (void)state;

    decode_with(&d, &m,
                "each: all\ntype: kind\nsource: { value: /s }\n"
                "fields: { case: c, level: l, impact: place, rounds: r }\n");
    assert_true(
        take(&d, "{\"all\":[{\"kind\":\"a.need\",\"c\":7,\"l\":2},{\"kind\":\"a.need\",\"c\":1},"
                 "{\"kind\":\"a.nead\"},{\"kind\":\"a.hit\",\"place\":\"30QYD1234567890\","
                 "\"r\":-1},5]}"));
    assert_int_equal(d.count, 2);
    assert_int_equal(toc_decoder_refused_parts(d.decoder), 3);
    assert_int_equal(d.reason, TOC_REFUSAL_MISSING_FIELD);
    assert_string_equal(d.detail.data, "missing: \"level\" (element 1)");
    assert_text(d.events[0].fields[0].text, "7");
    assert_text(d.events[0].id, "radar/3/77#0");
    assert_text(d.events[1].id, "radar/3/77#3");
    assert_string_equal(d.dropped, "rounds ");

    assert_false(take(&d, "{\"all\":[{\"kind\":\"a.need\",\"c\":1}]}")); /* None is left. */
    assert_int_equal(d.reason, TOC_REFUSAL_MISSING_FIELD);
    assert_true(take(&d, "{\"all\":[]}")); /* Nothing seen is a report, too. */
    assert_int_equal(d.count, 0);
    assert_int_equal(toc_decoder_refused_parts(d.decoder), 0);
    assert_false(take(&d, "{\"all\":{}}"));
    assert_int_equal(d.reason, TOC_REFUSAL_MAPPING);
    assert_false(take(&d, "{}"));
    assert_int_equal(d.reason, TOC_REFUSAL_MAPPING);
    assert_false(take(&d, "{\"all\":[],\"x\":{\"a\":1,\"a\":2}}"));
    assert_int_equal(d.reason, TOC_REFUSAL_DUPLICATE_NAME);
    end(&d, &m);
}

static void bounds_the_array(void **state)
{
    struct decoding d;
    struct mapped m;
    struct toc_text json = {0};
    (void)state;

    decode_with(&d, &m, "each: e\ntype: { value: a.open }\nsource: { value: /s }\n");
    for (int more = 0; more < 2; more++) {
        toc_text_clear(&json);
        toc_text_addf(&json, "{\"e\":[{}");
        for (int i = 1; i < TOC_BATCH_MOST + more; i++) {
            toc_text_addf(&json, ",{}");
        }
        toc_text_addf(&json, "]}");
        assert_int_equal(take(&d, json.data), more == 0);
    }
    assert_int_equal(d.reason, TOC_REFUSAL_TOO_MANY);
    toc_text_finish(&json);
    end(&d, &m);
}

static void makes_ids(void **state)
{
    static const struct {
        const char *yaml, *json, *id; /* id NULL: refused. */
    } cases[] = {
        {"id: a", "{\"a\":\"x\"}", "x"},
        {"id: a", "{\"a\":18446744073709551615}", "18446744073709551615"},
        {"id: a", "{\"a\":-5}", "-5"},
        {"id: a", "{\"a\":1.5}", NULL},
        {"id: a", "{\"a\":null}", NULL},
        {"id: a", "{\"a\":\"\"}", NULL},
        {"id: a", "{\"b\":1}", NULL},
        {"id: 'a.b\\.c.1'", "{\"a\":{\"b.c\":[0,\"y\"]}}", "y"},
        {"id: a.2", "{\"a\":[0,1]}", NULL},
        {"id: a.x", "{\"a\":[0,1]}", NULL},
        {"id: $.a\neach: e", "{\"a\":\"x\",\"e\":[{}]}", "x#0"},
        {"id: a\neach: e", "{\"a\":\"x\",\"e\":[{\"a\":\"z\"}]}", "z"},
        {"subject: q", "{}", "radar/3/77"},
    };
    (void)state;

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct decoding d;
        struct mapped m;
        char yaml[200];

        (void)snprintf(yaml, sizeof yaml, "type: { value: a.open }\nsource: { value: /s }\n%s\n",
                       cases[i].yaml);
        decode_with(&d, &m, yaml);
        bool is_taken = take(&d, cases[i].json);

        assert_int_equal(is_taken, cases[i].id != NULL);
        if (is_taken) {
            assert_text(d.events[0].id, cases[i].id);
        } else {
            assert_int_equal(d.reason, TOC_REFUSAL_MAPPING);
        }
        end(&d, &m);
    }
}

static void reads_times(void **state)
{
    static const struct {
        const char *format, *json;
        int64_t after_ms;
        bool is_corrected;
    } cases[] = {
        {"rfc3339", "\"2026-11-21T09:59:59Z\"", -1000, false},
        {"rfc3339", "1795255199", 0, true},
        {"epoch_s", "1795255199", -1000, false},
        {"epoch_s", "\"1795255199.5\"", -500, false},
        {"epoch_s", "1795255199.0019", -999, false}, /* Finer digits are cut. */
        {"epoch_s", "-1", -STORED_MS - 1000, false},
        {"epoch_s", "1e300", 0, true},
        {"epoch_s", "\"soon\"", 0, true},
        {"epoch_ms", "1795255199999", -1, false},
        {"epoch_ms", "1795255199999.9", -1, false},
        {"epoch_ms", "1795255206000", 0, true}, /* Beyond the clamp. */
        {"epoch_ms", "null", 0, true},
    };
    (void)state;

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct decoding d;
        struct mapped m;
        char text[200];

        (void)snprintf(text, sizeof text,
                       "type: { value: a.open }\nsource: { value: /s }\n"
                       "time: { path: t, format: %s }\n",
                       cases[i].format);
        decode_with(&d, &m, text);
        (void)snprintf(text, sizeof text, "{\"t\":%s}", cases[i].json);
        assert_true(take(&d, text));
        assert_int_equal(d.events[0].at_ms - STORED_MS, cases[i].after_ms);
        assert_int_equal(d.events[0].is_time_corrected, cases[i].is_corrected);
        end(&d, &m);
    }
}

static void refuses_what_does_not_fit(void **state)
{
    static const struct {
        const char *yaml, *json;
        enum toc_refusal reason;
    } cases[] = {
        {"type: t\nsource: { value: /s }", "{\"t\":\"a.other\"}", TOC_REFUSAL_UNKNOWN_TYPE},
        {"type: t\nsource: { value: /s }", "{}", TOC_REFUSAL_UNKNOWN_TYPE},
        {"type: { path: t, codes: { 1: a.open } }\nsource: { value: /s }", "{\"t\":2}",
         TOC_REFUSAL_UNKNOWN_TYPE},
        {"type: { value: a.open }\nsource: s", "{\"t\":2}", TOC_REFUSAL_MAPPING},
        {"type: { value: a.open }\nsource: s", "{\"s\":{}}", TOC_REFUSAL_MAPPING},
        {"type: { value: a.open }\nsource: { value: /s }\nmode: m", "{\"m\":\"drill\"}",
         TOC_REFUSAL_MAPPING},
        {"type: { value: a.need }\nsource: { value: /s }\nfields: { case: c, level: l }",
         "{\"c\":\"x\",\"l\":4}", TOC_REFUSAL_WRONG_FIELD},
        {"type: { value: a.need }\nsource: { value: /s }\nfields: { case: { path: c, codes: { a: b "
         "} },"
         " level: l }",
         "{\"c\":\"x\",\"l\":3}", TOC_REFUSAL_WRONG_FIELD},
        {"type: { value: a.hit }\nsource: { value: /s }\nfields: { impact: { lat: a, lon: b } }",
         "{\"a\":91,\"b\":0}", TOC_REFUSAL_WRONG_FIELD},
        {"type: { value: a.hit }\nsource: { value: /s }\nfields: { impact: { lat: a, lon: b } }",
         "{\"a\":1}", TOC_REFUSAL_WRONG_FIELD},
        {"type: { value: a.hit }\nsource: { value: /s }\nfields: { impact: { lat: a, lon: b } }",
         "{}", TOC_REFUSAL_MISSING_FIELD},
        {"type: { value: a.open }\nsource: { value: /s }", "[]", TOC_REFUSAL_NOT_OBJECT},
    };
    (void)state;

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct decoding d;
        struct mapped m;

        decode_with(&d, &m, cases[i].yaml);
        assert_false(take(&d, cases[i].json));
        assert_string_equal(toc_refusal_text(d.reason), toc_refusal_text(cases[i].reason));
        end(&d, &m);
    }
}

#define OK_HEAD "type: { value: a.hit }\nsource: { value: /s }\n"

static void says_what_is_wrong_in_a_mapping(void **state)
{
    static const struct {
        const char *yaml, *place, *words; /* words: NULL or what must stand there too. */
    } cases[] = {
        {"plain", "1:1: error[E0452]", NULL},
        {"type: { value: a.open }", "1:1: error[E0451]", "needs `source`"},
        {"source: { value: /s }", "1:1: error[E0451]", "needs `type`"},
        {"type: { value: a.open }\nsource: { value: /s }\nsubjekt: x", "3:1: error[E0450]",
         "did you mean \"subject\"?"},
        {"type: { value: a.opem }\nsource: { value: /s }", "1:16: error[E0453]",
         "did you mean \"a.open\"?"},
        {"type: a.open\nsource: { value: /s }", "1:7: error[E0452]", "{ value: a.open }"},
        {"type: { path: t, codes: { 1: a.nead } }\nsource: { value: /s }", "1:30: error[E0453]",
         "did you mean \"a.need\"?"},
        {"type: { path: t, codes: {} }\nsource: { value: /s }", "1:25: error[E0452]", NULL},
        {"type: { value: a.need }\nsource: { value: /s }\nfields: { case: c }", "error[E0451]",
         "\"level\""},
        {OK_HEAD "fields: { impact: p, munitoin: q }", "3:22: error[E0454]",
         "did you mean \"munition\"?"},
        {OK_HEAD "fields: { impact: p, munition: { value: stone } }", "3:41: error[E0455]", NULL},
        {OK_HEAD "fields: { impact: p, munition: { path: k, codes: { R: roket } } }",
         "3:55: error[E0455]", "did you mean \"rocket\"?"},
        {OK_HEAD "fields: { impact: p, munition: { path: k, codes: { R: rocket }, else: x } }",
         "3:71: error[E0455]", NULL},
        {OK_HEAD "fields: { impact: p, rounds: { value: 101 } }", "3:39: error[E0455]", NULL},
        {OK_HEAD "fields: { impact: p, altitude: { path: a, unit: fet } }", "3:49: error[E0456]",
         NULL},
        {OK_HEAD "fields: { impact: p, altitude: { path: a, unit: kn } }", "3:49: error[E0456]",
         "\"m\""},
        {OK_HEAD "fields: { impact: p, confidence: { path: a, unit: m } }", "3:51: error[E0456]",
         "use `scale`"},
        {OK_HEAD "fields: { impact: p, altitude: { path: a, unit: ft, scale: 2 } }", "error[E0457]",
         NULL},
        {OK_HEAD "fields: { impact: p, altitude: { path: a, scale: 0 } }", "error[E0452]", NULL},
        {OK_HEAD "fields: { impact: p, altitude: { path: a, scale: two } }", "error[E0452]",
         "needs a number"},
        {OK_HEAD "fields: { impact: p, note: { path: a, unit: ft } }", "3:28: error[E0457]", NULL},
        {OK_HEAD "fields: { impact: { lat: a } }", "3:19: error[E0457]", "`lat` with `lon`"},
        {OK_HEAD "fields: { impact: { lat: a, lon: b, alt_m: { path: h, unit: kn } } }",
         "error[E0456]", "\"m\", the unit of alt_m"},
        {OK_HEAD "fields: { impact: { lat: a, lon: b, alt_m: { lat: a, lon: b } } }",
         "error[E0457]", NULL},
        {OK_HEAD "fields: { impact: { lat: a, lon: b, alt_m: { value: 7 } } }", "error[E0457]",
         NULL},
        {OK_HEAD "fields: { impact: { path: a, alt_m: h } }", "error[E0457]", NULL},
        {OK_HEAD "fields: { impact: { lat: a, lon: b, alt: h } }", "error[E0450]",
         "did you mean \"alt_m\"?"},
        {OK_HEAD "fields: { impact: { lat: a, lan: b } }", "3:29: error[E0450]",
         "did you mean \"lat\"?"},
        {OK_HEAD "fields: { impact: p, note: { lat: a, lon: b } }", "error[E0457]", NULL},
        {OK_HEAD "fields: { impact: p, note: { path: a, format: epoch_s } }", "error[E0457]", NULL},
        {OK_HEAD "fields: { impact: p, seen_at: { path: a, format: epoch_sec } }", "error[E0452]",
         "did you mean \"epoch_s\"?"},
        {OK_HEAD "fields: { impact: p, note: { path: a, value: b } }", "error[E0457]", NULL},
        {OK_HEAD "fields: { impact: p, note: { path: a, else: b } }", "error[E0457]", NULL},
        {OK_HEAD "fields: { impact: p, note: [a] }", "error[E0452]", NULL},
        {OK_HEAD "fields: { impact: p, note: a..b }", "3:28: error[E0452]", "not a path"},
        {OK_HEAD "fields: { impact: p, note: a. }", "error[E0452]", "not a path"},
        {OK_HEAD "fields: { impact: p, note: 1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17 }",
         "error[E0452]", "not a path"},
        {OK_HEAD "fields: { impact: p }\ntime: { value: 2026-11-21T10:00:00Z }",
         "4:7: error[E0457]", NULL},
        {OK_HEAD "fields: { impact: p }\nid: { value: 1 }", "4:5: error[E0457]", NULL},
        {OK_HEAD "fields: { impact: p }\nmode: { value: exercice }", "4:16: error[E0455]",
         "did you mean \"exercise\"?"},
        {OK_HEAD "fields: { impact: p }\neach: {}", "4:7: error[E0452]", NULL},
        {OK_HEAD "fields: [impact]", "3:9: error[E0452]", NULL},
    };
    (void)state;

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mapped m;

        assert_false(mapped_begin(&m, cases[i].yaml));
        if (strstr(m.findings.data, cases[i].place) == NULL ||
            (cases[i].words != NULL && strstr(m.findings.data, cases[i].words) == NULL)) {
            print_error("%s\nwanted %s %s, found\n%s", cases[i].yaml, cases[i].place,
                        cases[i].words != NULL ? cases[i].words : "", m.findings.data);
            fail();
        }
        mapped_end(&m);
    }
}

static void knows_what_it_makes(void **state)
{
    struct mapped m;
    (void)state;

    assert_true(mapped_begin(&m, "type: { path: t, codes: { 1: a.open }, else: a.need }\n"
                                 "source: s\nfields: { case: c, level: l }\n"));
    for (size_t i = 0; i < 3; i++) {
        struct toc_str name = toc_catalogue_type(m.catalogue, i)->name;

        assert_int_equal(toc_mapping_makes(m.mapping, i), !toc_str_equal(name, TOC_STR("a.hit")));
    }
    mapped_end(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(maps_heights),
        cmocka_unit_test(reads_an_array_of_detections),
        cmocka_unit_test(one_wrong_element_does_not_take_the_others_along),
        cmocka_unit_test(bounds_the_array),
        cmocka_unit_test(makes_ids),
        cmocka_unit_test(reads_times),
        cmocka_unit_test(refuses_what_does_not_fit),
        cmocka_unit_test(says_what_is_wrong_in_a_mapping),
        cmocka_unit_test(knows_what_it_makes),
    };

    return cmocka_run_group_tests_name("event/decode_mapping", tests, NULL, NULL);
}
