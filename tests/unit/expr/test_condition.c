#include "unit.h"

#include <stdio.h>

#include "expr/condition_build.h"
#include "fields.h"

enum { NO = TOC_VERDICT_NO, YES = TOC_VERDICT_YES, UNKNOWN = TOC_VERDICT_UNKNOWN };

#define TEXT(words)                                                                                \
    {                                                                                              \
        .kind = TOC_VALUE_TEXT, .text = {("" words), sizeof(words) - 1 }                           \
    }
#define NUMBER(value)                                                                              \
    {                                                                                              \
        .kind = TOC_VALUE_NUMBER, .number = (value)                                                \
    }
#define INTEGER(value)                                                                             \
    {                                                                                              \
        .kind = TOC_VALUE_INTEGER, .integer = (value)                                              \
    }
#define NONE                                                                                       \
    {                                                                                              \
        .kind = TOC_VALUE_NONE                                                                     \
    }
#define TIME(value)                                                                                \
    {                                                                                              \
        .kind = TOC_VALUE_TIME, .at_ms = (value)                                                   \
    }
#define BOOL(value)                                                                                \
    {                                                                                              \
        .kind = TOC_VALUE_BOOL, .is_true = (value)                                                 \
    }
#define POINT                                                                                      \
    {                                                                                              \
        .kind = TOC_VALUE_POINT, .point = {.lat_deg = 1 }                                          \
    }
#define HIGH(mm)                                                                                   \
    {                                                                                              \
        .kind = TOC_VALUE_POINT, .point = {                                                        \
            .lat_deg = 16,                                                                         \
            .error_m = 5,                                                                          \
            .alt_mm = (mm),                                                                        \
            .has_alt = true                                                                        \
        }                                                                                          \
    }
#define LIST(n, ...)                                                                               \
    {                                                                                              \
        .kind = TOC_VALUE_LIST, .list = {(const struct toc_str[]){__VA_ARGS__}, n }                \
    }
#define ITEM(words)                                                                                \
    {                                                                                              \
        ("" words), sizeof(words) - 1                                                              \
    }

/* A test (its operands separated by ',') of one field with @value, and the verdict. */
static const struct condition_case {
    const char *name, *key, *words;
    struct toc_value value;
    int verdict;
} cases[] = {
    {"text equals without case", "note", "ied", TEXT("IED"), YES},
    {"and beyond ASCII", "note", "Éclair",
     TEXT("e\xCC\x81"
          "CLAIR"),
     YES},
    {"a text that is longer does not equal", "note", "ied", TEXT("ieds"), NO},
    {"a text that is shorter does not equal", "note", "ied", TEXT("ie"), NO},
    {"any operand serves", "note", "a,b,ied", TEXT("IED"), YES},
    {"one of many operands, by hash", "note", "a,b,c,d,e,f,g,h,i,J", TEXT("J"), YES},
    {"one of many, beyond ASCII", "note", "a,b,c,d,e,f,g,h,i,É", TEXT("é"), YES},
    {"none of many", "note", "a,b,c,d,e,f,g,h,i,j", TEXT("k"), NO},
    {"one of many, with case", "note|cased", "a,b,c,d,e,f,g,h,i,J", TEXT("J"), YES},
    {"none of many, with case", "note|cased", "a,b,c,d,e,f,g,h,i,J", TEXT("j"), NO},
    {"with case the same letters equal", "note|cased", "IED", TEXT("IED"), YES},
    {"with case others do not", "note|cased", "IED", TEXT("ied"), NO},
    {"an empty text equals an empty one", "note", "", TEXT(""), YES},
    {"an empty text equals no other", "note", "a", TEXT(""), NO},
    {"a Kelvin sign is a k", "note", "k", TEXT("\xE2\x84\xAA"), YES},

    {"a text contains", "note|contains", "plan", TEXT("The PLAN is off"), YES},
    {"at its beginning", "note|contains", "the", TEXT("The plan"), YES},
    {"at its end", "note|contains", "off", TEXT("is OFF"), YES},
    {"a text does not contain", "note|contains", "plane", TEXT("The plan"), NO},
    {"what is longer is not contained", "note|contains", "the plan is off", TEXT("The plan"), NO},
    {"contained beyond ASCII", "note|contains", "ÉTÉ", TEXT("un \xC3\xA9t\xC3\xA9 long"), YES},
    {"a text starts with", "note|startswith", "the", TEXT("The plan"), YES},
    {"a text does not start with its end", "note|startswith", "plan", TEXT("The plan"), NO},
    {"a text ends with", "note|endswith", "PLAN", TEXT("The plan"), YES},
    {"a text does not end with its start", "note|endswith", "the", TEXT("The plan"), NO},
    {"a short text does not start with a long one", "note|startswith", "the plan", TEXT("the"), NO},
    {"a pattern is searched for", "note|re", "pl.n", TEXT("The PLAN"), YES},
    {"any pattern serves", "note|re", "x,^the", TEXT("The PLAN"), YES},
    {"a pattern with case", "note|re|cased", "pl.n", TEXT("The PLAN"), NO},

    {"a number at the threshold is at least it", "height|gte", "0.7", NUMBER(0.7), YES},
    {"a number below is not", "height|gte", "0.7", NUMBER(0.69999999999999984), NO},
    {"at the threshold is not more", "height|gt", "0.7", NUMBER(0.7), NO},
    {"above is more", "height|gt", "0.7", NUMBER(0.70000000000000007), YES},
    {"at the threshold is at most it", "height|lte", "-3", NUMBER(-3), YES},
    {"above is not at most", "height|lte", "-3", NUMBER(-2.9), NO},
    {"at the threshold is not less", "height|lt", "5", NUMBER(5), NO},
    {"below is less", "height|lt", "5", NUMBER(4.9), YES},
    {"a number equals", "height", "1,2.5", NUMBER(2.5), YES},
    {"a number equals none", "height", "1,2.5", NUMBER(2), NO},
    {"zero is minus zero", "height", "0", NUMBER(-0.0), YES},

    {"an integer equals", "crowd", "5", INTEGER(5), YES},
    {"an integer equals it written with a point", "crowd", "5.0", INTEGER(5), YES},
    {"beyond 2^53 neighbours differ", "crowd", "9007199254740993", INTEGER(9007199254740992), NO},
    {"and equal themselves", "crowd", "9007199254740993", INTEGER(9007199254740993), YES},
    {"a double between two integers", "crowd|gt", "4.5", INTEGER(5), YES},
    {"a double above the integer", "crowd|gt", "5.5", INTEGER(5), NO},
    {"a negative double", "crowd|lt", "-5.5", INTEGER(-6), YES},
    {"a negative double below", "crowd|lt", "-5.5", INTEGER(-5), NO},
    {"a double beyond all integers", "crowd|lt", "1e19", INTEGER(INT64_MAX), YES},
    {"a double below all integers", "crowd|gt", "-1e19", INTEGER(INT64_MIN), YES},
    {"an integer threshold of a number", "height|gte", "9007199254740993",
     NUMBER(9007199254740992.0), NO},

    {"a bool equals", "armed", "true", BOOL(true), YES},
    {"a bool does not equal", "armed", "true", BOOL(false), NO},
    {"a time before", "eta|lt", "1970-01-01T00:00:01Z", TIME(999), YES},
    {"a time at", "eta|lt", "1970-01-01T00:00:01Z", TIME(1000), NO},

    {"a list has the item", "weapons", "rpg", LIST(2, ITEM("rifle"), ITEM("RPG")), YES},
    {"a list contains the item", "weapons|contains", "rpg", LIST(1, ITEM("RPG")), YES},
    {"a list contains items whole", "tags|contains", "rp", LIST(1, ITEM("rpg")), NO},
    {"a list has no such item", "weapons", "knife", LIST(2, ITEM("rifle"), ITEM("rpg")), NO},
    {"an item starts with", "tags|startswith", "ri", LIST(2, ITEM("rpg"), ITEM("Rifle")), YES},
    {"a pattern of items", "tags|re", "^r.g$", LIST(2, ITEM("rifle"), ITEM("rpg")), YES},
    {"an empty list has no item", "tags", "a", {.kind = TOC_VALUE_LIST}, NO},
    {"every item is among them", "weapons|all", "rifle,rpg", LIST(2, ITEM("rpg"), ITEM("rifle")),
     YES},
    {"one is not", "weapons|all", "rifle,rpg", LIST(2, ITEM("rpg"), ITEM("knife")), NO},
    {"all of none do not hold", "weapons|all", "rifle", {.kind = TOC_VALUE_LIST}, NO},
    {"not all", "weapons|not|all", "rifle", LIST(2, ITEM("rifle"), ITEM("rpg")), YES},
    {"not any", "weapons|not", "rifle", LIST(2, ITEM("rifle"), ITEM("rpg")), NO},

    {"a missing field is unknown", "note", "a", NONE, UNKNOWN},
    {"a missing number is unknown", "height|gt", "1", NONE, UNKNOWN},
    {"not holds of what is missing", "note|not", "a", NONE, YES},
    {"not holds of another", "note|not", "a", TEXT("b"), YES},
    {"not does not hold of itself", "note|not", "a", TEXT("A"), NO},
    {"not of several is none of them", "note|not", "a,b", TEXT("b"), NO},
    {"not of a comparison", "height|not|gt", "5", NUMBER(5), YES},
    {"what is there exists", "note|exists", "true", TEXT(""), YES},
    {"what is missing does not", "note|exists", "true", NONE, NO},
    {"what is missing does not exist", "note|exists", "false", NONE, YES},
    {"what is there does", "note|exists", "false", TEXT("x"), NO},
    {"a place exists", "impact|exists", "true", POINT, YES},
    {"below a height", "impact.alt_m|lt", "120", HIGH(119999), YES},
    {"at that height", "impact.alt_m|lt", "120", HIGH(120000), NO},
    {"a height is the double next to it", "impact.alt_m", "120.3", HIGH(120300), YES},
    {"a place without a height", "impact.alt_m|lt", "120", POINT, UNKNOWN},
    {"no place at all", "impact.alt_m|lt", "120", NONE, UNKNOWN},
    {"not above, for all that is known", "impact.alt_m|gt|not", "120", POINT, YES},
    {"not above, and that is known", "impact.alt_m|gt|not", "120", HIGH(120001), NO},
    {"a height exists", "impact.alt_m|exists", "true", HIGH(0), YES},
    {"a place without one", "impact.alt_m|exists", "true", POINT, NO},
    {"a latitude", "impact.lat|gte", "16", HIGH(0), YES},
    {"a longitude", "impact.lon|gt", "0", HIGH(0), NO},
    {"an error", "impact.error_m", "5", HIGH(0), YES},
};

static struct toc_test test_of(const struct toc_type *type, struct toc_arena *arena,
                               struct toc_patterns *patterns, const char *key_text,
                               const char *words)
{
    struct toc_str operands[16], bad;
    struct toc_text error = {0};
    struct toc_test_key key;
    struct toc_test test;
    size_t word;
    int slot;

    assert_true(toc_test_parse_key(toc_str_of(key_text), &key, &bad, &error));
    slot = toc_type_slot(type, key.name);
    assert_true(toc_test_build(arena, patterns, toc_type_slot_field(type, slot), slot, &key,
                               operands, split(words, operands, UNIT_COUNT(operands)), &test, &word,
                               &bad, &error));
    toc_text_finish(&error);
    return test;
}

/* Alone; then with a second test of a field that is there and fails, is there and holds, is
 * missing. */
static void judges(void **state)
{
    const struct condition_case *c = *state;
    struct toc_catalogue *catalogue = fields_catalogue();
    const struct toc_type *type = toc_catalogue_type(catalogue, 0);
    int munition = toc_type_field(type, TOC_STR("munition"));
    struct toc_patterns patterns = {0};
    struct toc_arena arena = {0};
    struct toc_value fields[TOC_FIELDS_MOST] = {{0}};
    struct toc_event event = {.fields = fields, .field_count = type->field_count};
    struct toc_test tests[2];
    struct toc_condition condition = {.tests = tests, .count = 1};
    int slot = -99;

    tests[0] = test_of(type, &arena, &patterns, c->key, c->words);
    tests[1] = test_of(type, &arena, &patterns, "munition", "rocket");
    fields[tests[0].slot % TOC_SLOT_PART] = c->value;
    assert_int_equal(toc_condition_judge(&condition, &event, NULL, &slot), c->verdict);
    assert_int_equal(slot, c->verdict == UNKNOWN ? tests[0].slot : -99);
    condition.count = 2;
    fields[munition] = (struct toc_value)TEXT("mortar");
    assert_int_equal(toc_condition_judge(&condition, &event, NULL, NULL), NO);
    fields[munition] = (struct toc_value)TEXT("Rocket");
    assert_int_equal(toc_condition_judge(&condition, &event, NULL, NULL), c->verdict);
    fields[munition] = (struct toc_value)NONE;
    assert_int_equal(toc_condition_judge(&condition, &event, NULL, &slot),
                     c->verdict == NO ? NO : UNKNOWN);
    if (c->verdict == YES) {
        assert_int_equal(slot, munition);
    }
    condition.count = 0;
    assert_int_equal(toc_condition_judge(&condition, &event, NULL, NULL), YES);
    toc_arena_finish(&arena);
    toc_patterns_finish(&patterns);
    toc_catalogue_destroy(catalogue);
}

UNIT_TABLE("expr/condition", cases, judges)
