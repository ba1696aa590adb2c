#include "unit.h"

#include "cli/expect.h"

#define AT(m) "\"2026-01-01T00:0" #m ":00.000Z\""
#define NEW_1                                                                                      \
    "{\"state\":\"new\",\"begin\":" AT(                                                            \
        1) ",\"level\":\"high\",\"key\":{\"camp\":\"Gao\"},\"count\":3}"
#define NEW_2                                                                                      \
    "{\"state\":\"new\",\"begin\":" AT(                                                            \
        2) ",\"level\":\"high\",\"key\":{\"camp\":\"Kidal\"},\"count\":1}"
#define UPDATE_3  "{\"state\":\"update\",\"detected_at\":" AT(3) ",\"count\":4}"
#define CLEARED_5 "{\"state\":\"cleared\",\"end\":" AT(5) ",\"detected_at\":" AT(6) "}"

static const struct expect_case {
    const char *name, *expect;
    const char *told[4];    /* NULL ends the list. */
    const char *difference; /* Part of what is said, or NULL: as expected. */
} cases[] = {
    {"nothing expected, nothing told", "[]", {NULL}, NULL},
    {"nothing expected, a new told", "[]", {NEW_1, NULL}, "told, not expected: new at 1m"},
    {"nothing expected, other states may be told", "[]", {UPDATE_3, NULL}, NULL},
    {"a new as expected",
     "[{ time: 1m, state: new, key: { camp: gao }, count: 3 }]",
     {NEW_1},
     NULL},
    {"state is new when left out", "[{ time: 1m }]", {NEW_1}, NULL},
    {"a new expected and not told", "[{ time: 1m }]", {NULL}, "expected, not told: new at 1m"},
    {"the count differs", "[{ time: 1m, count: 4 }]", {NEW_1}, "count: expected 4, told 3"},
    {"the time differs", "[{ time: 2m }]", {NEW_1}, "time: expected 2m, told 1m"},
    {"the key differs", "[{ key: { camp: Ber } }]", {NEW_1}, "key: expected {camp: Ber}"},
    {"a member that is not told",
     "[{ colour: red }]",
     {NEW_1},
     "colour: expected red, told nothing"},
    {"both news in order", "[{ time: 1m }, { time: 2m }]", {NEW_1, NEW_2}, NULL},
    {"both news out of order",
     "[{ time: 2m }, { time: 1m }]",
     {NEW_1, NEW_2},
     "not told: new at 2m"},
    {"one new too many", "[{ time: 2m }]", {NEW_1, NEW_2}, "not expected"},
    {"an update that is listed",
     "[{ time: 1m }, { time: 3m, state: update, count: 4 }]",
     {NEW_1, UPDATE_3},
     NULL},
    {"an update that is not told",
     "[{ time: 1m }, { time: 4m, state: update }]",
     {NEW_1, UPDATE_3},
     "expected, not told: update at 4m"},
    {"an update that need not be listed",
     "[{ time: 1m }, { time: 5m, state: cleared }]",
     {NEW_1, UPDATE_3, CLEARED_5},
     NULL},
    {"an end is timed by its end, not by when it was told",
     "[{ time: 1m }, { time: 6m, state: cleared }]",
     {NEW_1, CLEARED_5},
     "expected, not told: cleared at 6m"},
};

static void compares(void **state)
{
    const struct expect_case *c = *state;
    struct toc_diag *diag = toc_diag_create();
    struct toc_arena arena = {0};
    struct toc_yaml *documents;
    struct toc_text out = {0};
    struct toc_expect_told told[4];
    size_t count = 0;

    uint32_t file = toc_diag_add_file(diag, "expect.yaml", toc_str_of(c->expect));
    assert_true(toc_yaml_parse(toc_str_of(c->expect), file, &arena, diag, &documents));
    for (; count < 4 && c->told[count] != NULL; count++) {
        told[count].record = json_loads(c->told[count], 0, NULL);
        assert_non_null(told[count].record);
    }
    bool is_equal = toc_expect_compare(documents, told, count, &out);
    if (c->difference == NULL) {
        assert_true(is_equal);
        assert_int_equal(out.size, 0);
    } else {
        assert_false(is_equal);
        assert_non_null(strstr(out.data, c->difference));
    }
    for (size_t i = 0; i < count; i++) {
        json_decref(told[i].record);
    }
    toc_text_finish(&out);
    toc_arena_finish(&arena);
    toc_diag_destroy(diag);
}

UNIT_TABLE("cli/expect", cases, compares)
