#include "unit.h"

#include <stdio.h>

#include "event/catalogue.h"

static struct toc_catalogue *parse(const char *text)
{
    struct toc_diag *diag = toc_diag_create();
    struct toc_catalogue *catalogue;

    assert_true(toc_catalogue_parse("t.yaml", toc_str_of(text), diag, &catalogue));
    toc_diag_destroy(diag);
    return catalogue;
}

static void keeps_what_is_declared(void)
{
    struct toc_catalogue *catalogue =
        parse("type: a\ntitle: T\ndescription: D\nfields:\n"
              "  t: { type: text, values: [x, Y], required: true, description: d }\n"
              "  n: { type: number, unit: m, range: [-1.5, 1e3] }\n");
    const struct toc_type *type = toc_catalogue_type(catalogue, 0);
    const struct toc_field *t = &type->fields[0], *n = &type->fields[1];

    assert_int_equal(toc_catalogue_count(catalogue), 1);
    assert_string_equal(type->name.data, "a");
    assert_string_equal(type->title.data, "T");
    assert_string_equal(type->description.data, "D");
    assert_int_equal(type->field_count, 2);
    assert_string_equal(t->name.data, "t");
    assert_int_equal(t->kind, TOC_VALUE_TEXT);
    assert_true(t->is_required);
    assert_string_equal(t->description.data, "d");
    assert_int_equal(t->value_count, 2);
    assert_string_equal(t->values[1].data, "Y");
    assert_false(t->has_range);
    assert_int_equal(n->kind, TOC_VALUE_NUMBER);
    assert_false(n->is_required);
    assert_true(n->has_range && n->least == -1.5 && n->most == 1000);
    assert_string_equal(n->unit.data, "m");
    assert_null(n->values);
    toc_catalogue_destroy(catalogue);
}

static void finds_types_and_fields(void)
{
    struct toc_text text = {0};
    struct toc_catalogue *catalogue;
    char name[16];

    for (int type = 0; type < 40; type++) {
        toc_text_addf(&text, "---\ntype: t%d\nfields:\n", type);
        for (int field = 0; field <= type; field++) {
            toc_text_addf(&text, "  f%d: { type: text }\n", field);
        }
    }
    catalogue = parse(text.data);
    for (int type = 0; type < 40; type++) {
        (void)snprintf(name, sizeof name, "t%d", type);
        assert_int_equal(toc_catalogue_find(catalogue, toc_str_of(name)), type);
        for (int field = 0; field < 45; field++) {
            (void)snprintf(name, sizeof name, "f%d", field);
            assert_int_equal(
                toc_type_field(toc_catalogue_type(catalogue, (size_t)type), toc_str_of(name)),
                field <= type ? field : -1);
        }
    }
    assert_int_equal(toc_catalogue_find(catalogue, TOC_STR("t40")), -1);
    assert_int_equal(toc_catalogue_find(catalogue, TOC_STR("T1")), -1);
    assert_int_equal(toc_catalogue_find(catalogue, TOC_STR("")), -1);
    toc_catalogue_destroy(catalogue);
    toc_text_finish(&text);
}

static int location_of(const char *text)
{
    struct toc_catalogue *catalogue = parse(text);
    int location = toc_catalogue_type(catalogue, 0)->location;

    toc_catalogue_destroy(catalogue);
    return location;
}

static void chooses_the_location(void)
{
    assert_int_equal(location_of("type: a\n"), -1);
    assert_int_equal(location_of("type: a\nfields: { x: { type: text } }"), -1);
    assert_int_equal(location_of("type: a\nfields: { x: { type: text }, p: { type: place } }"), 1);
    assert_int_equal(location_of("type: a\nfields: { p: { type: place }, q: { type: place } }"),
                     -1);
    assert_int_equal(
        location_of("type: a\nlocation: q\nfields: { p: { type: place }, q: { type: place } }"), 1);
}

static void compares_values_without_case(void)
{
    struct toc_catalogue *catalogue =
        parse("type: a\nfields: { x: { type: text, values: [Rocket, ÉTÉ] }, y: { type: text } }");
    const struct toc_field *x = &toc_catalogue_type(catalogue, 0)->fields[0];
    char longest[2000];

    memset(longest, 'r', sizeof longest);
    assert_int_equal(toc_field_value(x, TOC_STR("rocket")), 0);
    assert_int_equal(toc_field_value(x, TOC_STR("ROCKET")), 0);
    assert_int_equal(toc_field_value(x, TOC_STR("e\xCC\x81t\xC3\x89")), 1);
    assert_int_equal(toc_field_value(x, TOC_STR("ete")), -1);
    assert_int_equal(toc_field_value(x, TOC_STR("rockets")), -1);
    assert_int_equal(toc_field_value(x, TOC_STR("")), -1);
    assert_int_equal(toc_field_value(x, (struct toc_str){longest, sizeof longest}), -1);
    assert_int_equal(toc_field_value(x + 1, TOC_STR("rocket")), -1);
    toc_catalogue_destroy(catalogue);
}

static void patterns_cover(void)
{
    static const struct {
        const char *pattern, *name;
        bool is_covered;
    } rows[] = {
        {"*", "a.b", true},   {"a.*", "a.b", true},  {"a.*", "a.", true},    {"a.*", "a", false},
        {"a.*", "ab", false}, {"a.b", "a.b", true},  {"a.b", "a.bc", false}, {"a.b", "a", false},
        {"", "a", false},     {"a*c", "abc", false}, {"A.*", "a.b", false},
    };

    for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
        assert_int_equal(
            toc_catalogue_covers(toc_str_of(rows[i].pattern), toc_str_of(rows[i].name)),
            rows[i].is_covered);
    }
}

/* @count things made by @format, each with its number, between @before and @after: does it load? */
static bool loads(const char *before, const char *each, int count, const char *after)
{
    struct toc_diag *diag = toc_diag_create();
    struct toc_catalogue *catalogue;
    struct toc_text text = {0};
    bool is_sound;

    toc_text_add(&text, toc_str_of(before));
    for (int i = 0; i < count; i++) {
        toc_text_addf(&text, "%s%d%s", each, i, after);
    }
    is_sound = toc_catalogue_parse("t.yaml", toc_text_str(&text), diag, &catalogue);
    if (!is_sound) {
        assert_string_equal(toc_diag_get(diag, 0)->code, "E0210");
    }
    toc_catalogue_destroy(catalogue);
    toc_text_finish(&text);
    toc_diag_destroy(diag);
    return is_sound;
}

static void bounds_hold(void)
{
    const char *values = "type: a\nfields:\n x:\n  type: list\n  values:\n";

    assert_true(loads("", "---\ntype: t", TOC_TYPES_MOST, "\n"));
    assert_false(loads("", "---\ntype: t", TOC_TYPES_MOST + 1, "\n"));
    assert_true(loads("type: a\nfields:\n", "  f", TOC_FIELDS_MOST, ": { type: text }\n"));
    assert_false(loads("type: a\nfields:\n", "  f", TOC_FIELDS_MOST + 1, ": { type: text }\n"));
    assert_true(loads(values, "  - v", TOC_VALUES_MOST, "\n"));
    assert_false(loads(values, "  - v", TOC_VALUES_MOST + 1, "\n"));
}

static void the_shipped_types_load(void)
{
    const char *source = getenv("TOCSIN_SOURCE_DIR");
    struct toc_diag *diag = toc_diag_create();
    struct toc_catalogue *catalogue;
    char path[1000];

    assert_non_null(source);
    (void)snprintf(path, sizeof path, "%s/rules/types", source);
    assert_true(toc_catalogue_load(path, diag, &catalogue));
    assert_true(toc_catalogue_find(catalogue, TOC_STR("detection.indirect_fire")) >= 0);
    assert_true(toc_catalogue_find(catalogue, TOC_STR("report.ordnance")) >= 0);
    toc_catalogue_destroy(catalogue);

    (void)snprintf(path, sizeof path, "%s/rules/no such folder", source);
    assert_false(toc_catalogue_load(path, diag, &catalogue));
    assert_null(catalogue);
    assert_string_equal(toc_diag_get(diag, 0)->code, "E0201");
    (void)snprintf(path, sizeof path, "%s/rules/places", source); /* No *.yaml there. */
    assert_false(toc_catalogue_load(path, diag, &catalogue));
    assert_string_equal(toc_diag_get(diag, 1)->code, "E0204");
    toc_diag_destroy(diag);
}

static const struct types_case {
    const char *name;
    void (*check)(void);
} cases[] = {
    {"what is declared is kept", keeps_what_is_declared},
    {"types and fields are found by name, as written", finds_types_and_fields},
    {"the location is the one named, else the only place", chooses_the_location},
    {"a closed list is compared without case", compares_values_without_case},
    {"a star at the end of a pattern stands for any end", patterns_cover},
    {"as many types, fields and values as stated, not one more", bounds_hold},
    {"the types we ship load, a folder without any does not", the_shipped_types_load},
};

static void holds(void **state)
{
    ((const struct types_case *)*state)->check();
}

UNIT_TABLE("event/types", cases, holds)
