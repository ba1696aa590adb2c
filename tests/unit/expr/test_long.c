#include "unit.h"

#include "expr/condition_build.h"
#include "fields.h"

/* A text of @count times @each, then @last: does the test @key of "note" with @words hold? */
static const struct long_case {
    const char *name, *key, *words, *each;
    size_t count;
    const char *last;
    int verdict;
} cases[] = {
    {"a long text of ASCII ends with", "note|endswith", "end", "ab ", 100000, "END",
     TOC_VERDICT_YES},
    {"a long text of ASCII contains", "note|contains", "end", "ab ", 100000, "END",
     TOC_VERDICT_YES},
    {"a long text of ASCII is none of many", "note", "a,b,c,d,e,f,g,h,i,j", "a", 2000, "",
     TOC_VERDICT_NO},
    {"a long text beyond ASCII ends with", "note|endswith", "éend", "É", 100000, "END",
     TOC_VERDICT_YES},
    {"a long text beyond ASCII contains", "note|contains", "éend", "É", 100000, "END",
     TOC_VERDICT_YES},
    {"and does not contain", "note|contains", "éends", "É", 100000, "END", TOC_VERDICT_NO},
    {"a long text beyond ASCII is none of many", "note", "a,b,c,d,e,f,g,h,i,j", "É", 2000, "",
     TOC_VERDICT_NO},
    {"a text that just fits the scratch", "note|endswith", "é!", "É", 511, "!", TOC_VERDICT_YES},
    {"a text that just fills the scratch", "note|endswith", "é!!", "É", 511, "!!", TOC_VERDICT_YES},
    {"a text that just does not fit", "note|endswith", "é!!!", "É", 511, "!!!", TOC_VERDICT_YES},
};

static void judges(void **state)
{
    const struct long_case *c = *state;
    struct toc_catalogue *catalogue = fields_catalogue();
    const struct toc_type *type = toc_catalogue_type(catalogue, 0);
    int slot = toc_type_field(type, TOC_STR("note"));
    struct toc_value fields[TOC_FIELDS_MOST] = {{0}};
    struct toc_event event = {.fields = fields, .field_count = type->field_count};
    struct toc_patterns patterns = {0};
    struct toc_arena arena = {0};
    struct toc_text text = {0}, error = {0};
    struct toc_str words[16], bad;
    struct toc_test_key key;
    struct toc_test test;
    struct toc_condition condition = {.tests = &test, .count = 1};
    size_t word;

    for (size_t i = 0; i < c->count; i++) {
        toc_text_add(&text, toc_str_of(c->each));
    }
    toc_text_add(&text, toc_str_of(c->last));
    fields[slot] = (struct toc_value){.kind = TOC_VALUE_TEXT, .text = toc_text_str(&text)};
    assert_true(toc_test_parse_key(toc_str_of(c->key), &key, &bad, &error));
    assert_true(toc_test_build(&arena, &patterns, &type->fields[slot], slot, &key, words,
                               split(c->words, words, UNIT_COUNT(words)), &test, &word, &bad,
                               &error));
    assert_int_equal(toc_condition_judge(&condition, &event, NULL, NULL), c->verdict);
    toc_text_finish(&text);
    toc_text_finish(&error);
    toc_arena_finish(&arena);
    toc_catalogue_destroy(catalogue);
}

UNIT_TABLE("expr/long", cases, judges)
