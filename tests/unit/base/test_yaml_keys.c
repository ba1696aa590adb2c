#include "unit.h"

#include "base/yaml.h"

static void holds_nul(struct toc_arena *arena, struct toc_diag *diag)
{
    struct toc_yaml *documents;

    assert_false(toc_yaml_parse((struct toc_str){"a: b\0c\n", 7},
                                toc_diag_add_file(diag, "x", TOC_STR("")), arena, diag,
                                &documents));
    assert_string_equal(toc_diag_get(diag, 0)->code, "E0108");
    assert_int_equal(toc_diag_get(diag, 0)->mark.column, 5);
}

static void takes_no_bytes(struct toc_arena *arena, struct toc_diag *diag)
{
    struct toc_yaml *documents;

    assert_true(toc_yaml_parse((struct toc_str){0}, toc_diag_add_file(diag, "x", TOC_STR("")),
                               arena, diag, &documents));
    assert_null(documents);
}

static void finds_and_checks(struct toc_arena *arena, struct toc_diag *diag)
{
    static const char *const keys[] = {"type", "title", "fields", NULL};
    const char *text = "type: x\ntitel: y\nnothing like it: z\n";
    struct toc_yaml *map;

    assert_true(toc_yaml_parse(toc_str_of(text), toc_diag_add_file(diag, "x", TOC_STR("")), arena,
                               diag, &map));
    assert_string_equal(toc_yaml_find(map, "type")->text.data, "x");
    assert_null(toc_yaml_find(map, "title"));
    assert_null(toc_yaml_find(NULL, "type"));
    assert_null(toc_yaml_find(toc_yaml_find(map, "type"), "type"));
    toc_yaml_check_keys(map, keys, "an event type", "E0202", diag);
    toc_yaml_check_keys(toc_yaml_find(map, "type"), keys, "a scalar has no keys", "E0202", diag);
    assert_int_equal(toc_diag_count(diag), 2);
    assert_string_equal(toc_diag_get(diag, 0)->message.data, "an event type has no key \"titel\"");
    assert_string_equal(toc_diag_get(diag, 0)->suggestion.data, "title");
    assert_int_equal(toc_diag_get(diag, 0)->mark.line, 2);
    assert_int_equal(toc_diag_get(diag, 0)->mark.width, 5);
    assert_int_equal(toc_diag_get(diag, 1)->suggestion.size, 0);
}

static void marks_values(struct toc_arena *arena, struct toc_diag *diag)
{
    struct toc_yaml *map, *value;

    assert_true(toc_yaml_parse(TOC_STR("é: 'àb'\n"), toc_diag_add_file(diag, "x", TOC_STR("")),
                               arena, diag, &map));
    value = map->first;
    assert_int_equal(value->mark.line, 1);
    assert_int_equal(value->mark.column, 4);
    assert_int_equal(value->mark.width, 4); /* With its quotes. */
    assert_int_equal(value->key_mark.width, 1);
}

static const struct keys_case {
    const char *name;
    void (*check)(struct toc_arena *arena, struct toc_diag *diag);
} cases[] = {
    {"NUL is refused where it stands", holds_nul},
    {"an empty slice has no documents", takes_no_bytes},
    {"a key is found, an unknown one has a suggestion", finds_and_checks},
    {"marks of values count characters and include quotes", marks_values},
};

static void holds(void **state)
{
    struct toc_diag *diag = toc_diag_create();
    struct toc_arena arena = {0};

    ((const struct keys_case *)*state)->check(&arena, diag);
    toc_arena_finish(&arena);
    toc_diag_destroy(diag);
}

UNIT_TABLE("base/yaml_keys", cases, holds)
