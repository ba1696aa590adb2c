#include "unit.h"

#include <stdio.h>

#include "expr/condition_build.h"
#include "fields.h"

/* A key and its operands (separated by ','), and what is said of them: "" if they make a test; else
 * a part of the sentence, the operand at fault (-1: the test as a whole) and what may have been
 * meant. */
static const struct build_case {
    const char *name, *key, *words, *error;
    int word;
    const char *nearest;
} cases[] = {
    {"a text equals", "munition", "rocket", "", 0, ""},
    {"any of several", "munition", "rocket,mortar", "", 0, ""},
    {"a value in other letters", "munition", "ROCKET", "", 0, ""},
    {"a value that the list does not have", "munition", "rocket,mortr",
     "\"mortr\" is no value of \"munition\"", 1, "mortar"},
    {"a value like none", "munition", "bicycle", "is no value", 0, ""},
    {"an open text takes anything", "note", "bicycle", "", 0, ""},
    {"an open text takes nothing", "note", "", "", 0, ""},
    {"a part of a closed list's value", "munition|contains", "ock", "", 0, ""},
    {"an item of a list", "weapons", "rpg", "", 0, ""},
    {"an item the list does not have", "weapons|contains", "rgp", "is no value", 0, "rpg"},
    {"every item", "weapons|all", "rpg,rifle", "", 0, ""},
    {"every item of a text", "note|all", "a", "\"all\" goes with a list", -1, ""},
    {"with case", "note|cased", "IED", "", 0, ""},
    {"a number with case", "confidence|cased", "1", "\"cased\" does not go with", -1, ""},
    {"an empty start", "note|startswith", "", "stands in every text", 0, ""},
    {"an empty part", "note|contains", "a,", "stands in every text", 1, ""},
    {"a pattern", "note|re", "^a+$", "", 0, ""},
    {"a broken pattern", "note|re", "(", "is no pattern: missing", 0, ""},
    {"a pattern for a number", "crowd|re", "1", "\"re\" does not go with a field of type integer",
     -1, ""},

    {"a number at least", "confidence|gte", "0.7", "", 0, ""},
    {"at the end of its range", "confidence|lte", "1", "", 0, ""},
    {"beyond its range", "confidence|gte", "1.01",
     "1.01 lies outside the range of \"confidence\", 0 to 1", 0, ""},
    {"a percentage", "confidence|gte", "70%", "is no number", 0, ""},
    {"a word for a number", "crowd", "many", "\"many\" is no number", 0, ""},
    {"a fraction equals no integer", "crowd", "1.5", "is no whole number", 0, ""},
    {"a fraction bounds an integer", "crowd|gt", "1.5", "", 0, ""},
    {"a whole number written with a point", "crowd", "15.0", "", 0, ""},
    {"far beyond the integers", "crowd", "1e300", "is no whole number", 0, ""},
    {"a comparison with two", "crowd|gt", "1,2", "\"gt\" takes one value", -1, ""},
    {"several numbers", "crowd", "1,2", "", 0, ""},
    {"a comparison of texts", "note|gt", "a", "\"gt\" does not go with a field of type text", -1,
     ""},

    {"true", "armed", "true", "", 0, ""},
    {"yes", "armed", "yes", "\"yes\" is neither true nor false", 0, ""},
    {"a time", "eta|lt", "2026-01-31T08:00:00Z", "", 0, ""},
    {"no time", "eta|lt", "tomorrow", "is no time such as", 0, ""},
    {"a place equals nothing", "impact", "Gao", "a place is compared by `near`", -1, ""},
    {"a place exists", "impact|exists", "true", "", 0, ""},
    {"exists maybe", "note|exists", "maybe", "neither true nor false", 0, ""},
    {"exists twice", "note|exists", "true,false", "\"exists\" takes one value", -1, ""},

    {"the envelope's subject", "subject", "site-1", "", 0, ""},
    {"the envelope's time", "time|gte", "2026-01-31T08:00:00Z", "", 0, ""},
    {"the envelope's mode", "mode", "exercise", "", 0, ""},
    {"a mode there is not", "mode", "exercize", "\"exercize\" is no value of \"mode\"", 0,
     "exercise"},
    {"the envelope's time as text", "time|contains", "2026",
     "does not go with a field of type time", -1, ""},

    {"an unknown modifier", "note|contain", "a", "there is no modifier \"contain\"", -2, "contain"},
    {"a modifier twice", "note|not|not", "a", "\"not\" stands twice", -2, "not"},
    {"two comparisons", "crowd|gt|lt", "1", "\"lt\" does not go with \"gt\"", -2, "lt"},
    {"an empty modifier", "note|", "a", "there is no modifier \"\"", -2, ""},
    {"no field", "|not", "a", "the name of a field is missing", -2, ""},
    {"not exists", "note|exists|not", "true", "\"exists\" goes with no other", -2, "exists"},
    {"not exists, the other way about", "note|not|exists", "true", "\"exists\" goes with no other",
     -2, "exists"},
    {"modifiers in capitals", "note|NOT", "a", "there is no modifier", -2, "NOT"},
};

static void builds_or_tells(void **state)
{
    const struct build_case *c = *state;
    struct toc_catalogue *catalogue = fields_catalogue();
    const struct toc_type *type = toc_catalogue_type(catalogue, 0);
    struct toc_patterns patterns = {0};
    struct toc_arena arena = {0};
    struct toc_text error = {0};
    struct toc_test_key key;
    struct toc_test test = {.slot = 42};
    struct toc_str words[4], nearest = {0};
    size_t count = split(c->words, words, UNIT_COUNT(words)), word;

    if (!toc_test_parse_key(toc_str_of(c->key), &key, &nearest, &error)) {
        assert_int_equal(c->word, -2);
    } else {
        int slot = toc_type_field(type, key.name);
        bool is_envelope = slot < 0;
        bool is_made = toc_test_build(&arena, &patterns, is_envelope ? NULL : &type->fields[slot],
                                      is_envelope ? toc_envelope_slot(key.name) : slot, &key, words,
                                      count, &test, &word, &nearest, &error);

        assert_int_not_equal(c->word, -2);
        assert_int_equal(is_made, c->error[0] == '\0');
        assert_int_equal(test.slot, !is_made      ? 42
                                    : is_envelope ? toc_envelope_slot(key.name)
                                                  : slot);
        assert_int_equal(word, is_made || c->word < 0 ? count : (size_t)c->word);
    }
    if (strstr(error.data != NULL ? error.data : "", c->error) == NULL) {
        fail_msg("\"%s\"", error.data);
    }
    assert_true(toc_str_equal(nearest, toc_str_of(c->nearest)));
    toc_text_finish(&error);
    toc_arena_finish(&arena);
    toc_patterns_finish(&patterns);
    toc_catalogue_destroy(catalogue);
}

UNIT_TABLE("expr/build", cases, builds_or_tells)
