#include "unit.h"

#include <stdio.h>

#include "decoding.h"

/* Up to eight headers, "name=value". */
static const struct binary_case {
    const char *name;
    const char *headers[9];
    const char *json;
    int expected; /* TAKEN or a reason. */
} cases[] = {
#define TAKEN TOC_REFUSAL_COUNT
#define PLAIN "ce_specversion=1.0", "ce_id=1", "ce_source=/s"
#define NEED  PLAIN, "ce_type=a.need"
#define DATA  "{\"case\":\"c\",\"level\":1}"
#define WHOLE                                                                                      \
    "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"a.need\",\"data\":" DATA "}"
    {"attributes in headers, data in the value", {NEED}, DATA, TAKEN},
    {"header names have no case",
     {"CE_SpecVersion=1.0", "Ce_Id=1", "cE_source=/s", "ce_TYPE=a.need"},
     DATA,
     TAKEN},
    {"a content type of JSON", {NEED, "content-type=application/json; charset=utf-8"}, DATA, TAKEN},
    {"a content type of something else",
     {NEED, "Content-Type=application/avro"},
     DATA,
     TOC_REFUSAL_ENVELOPE},
    {"a content type of CloudEvents means structured",
     {NEED, "Content-Type=Application/CloudEvents+json"},
     DATA,
     TOC_REFUSAL_ENVELOPE},
    {"and then the value has it all, whatever the headers",
     {"ce_specversion=9", "content-type=application/cloudevents+json; charset=UTF-8"},
     WHOLE,
     TAKEN},
    {"no headers mean structured", {NULL}, WHOLE, TAKEN},
    {"headers of others mean structured",
     {"traceparent=00-1", "content-type=application/json"},
     WHOLE,
     TAKEN},
    {"ce_id without ce_specversion means structured", {"ce_id=7"}, WHOLE, TAKEN},
    {"a missing ce_id",
     {"ce_specversion=1.0", "ce_source=/s", "ce_type=a.need"},
     DATA,
     TOC_REFUSAL_ENVELOPE},
    {"an empty ce_id",
     {"ce_specversion=1.0", "ce_id=", "ce_source=/s", "ce_type=a.need"},
     DATA,
     TOC_REFUSAL_ENVELOPE},
    {"another version",
     {"ce_specversion=0.3", "ce_id=1", "ce_source=/s", "ce_type=a.need"},
     DATA,
     TOC_REFUSAL_ENVELOPE},
    {"an empty version",
     {"ce_specversion=", "ce_id=1", "ce_source=/s", "ce_type=a.need"},
     DATA,
     TOC_REFUSAL_ENVELOPE},
    {"an attribute twice", {NEED, "CE_ID=2"}, DATA, TOC_REFUSAL_ENVELOPE},
    {"an empty attribute twice", {NEED, "ce_subject=", "ce_subject=x"}, DATA, TOC_REFUSAL_ENVELOPE},
    {"an attribute that is not UTF-8", {NEED, "ce_subject=\xFF"}, DATA, TOC_REFUSAL_ENVELOPE},
    {"an attribute with a noncharacter",
     {NEED, "ce_subject=\xEF\xBF\xBF"},
     DATA,
     TOC_REFUSAL_ENVELOPE},
    {"an attribute that nobody knows", {NEED, "ce_traceparent=\xFF", "ce_data=x"}, DATA, TAKEN},
    {"a mode", {NEED, "ce_mode=exercise"}, DATA, TAKEN},
    {"a mode that is none", {NEED, "ce_mode=Exercise"}, DATA, TOC_REFUSAL_ENVELOPE},
    {"an unknown type", {PLAIN, "ce_type=a.nead"}, DATA, TOC_REFUSAL_UNKNOWN_TYPE},
    {"a time that is none", {NEED, "ce_time=now"}, DATA, TAKEN},
    {"no value", {NEED}, "", TOC_REFUSAL_EMPTY},
    {"a value that is an array", {NEED}, "[]", TOC_REFUSAL_NOT_OBJECT},
    {"a value with an envelope's names has fields of those names",
     {NEED},
     "{\"id\":5,\"case\":\"c\",\"level\":1,\"type\":\"a.hit\"}",
     TAKEN},
    {"a name twice in the value",
     {NEED},
     "{\"case\":\"c\",\"level\":1,\"case\":\"c\"}",
     TOC_REFUSAL_DUPLICATE_NAME},
    {"a required field missing", {NEED}, "{}", TOC_REFUSAL_MISSING_FIELD},
};

static size_t split(const char *const texts[], struct toc_header headers[])
{
    size_t count = 0;

    for (; texts[count] != NULL; count++) {
        const char *equals = strchr(texts[count], '=');

        headers[count].name = (struct toc_str){texts[count], (size_t)(equals - texts[count])};
        headers[count].value = toc_str_of(equals + 1);
    }
    return count;
}

static void takes_or_refuses(void **state)
{
    const struct binary_case *c = *state;
    struct toc_header headers[8];
    struct decoding d;
    size_t count = split(c->headers, headers);

    decoding_begin(&d, NULL, NULL);
    bool is_taken =
        decoding_take(&d, toc_str_of(c->json), count > 0 ? headers : NULL, count, STORED_MS);

    assert_string_equal(is_taken ? "taken" : toc_refusal_text(d.reason),
                        c->expected == TAKEN ? "taken"
                                             : toc_refusal_text((enum toc_refusal)c->expected));
    if (is_taken) {
        assert_true(toc_str_equal(d.events[0].type_name, TOC_STR("a.need")));
        assert_true(toc_str_equal(d.events[0].fields[0].text, TOC_STR("c")));
    }
    decoding_end(&d);
}

/* The same event either way is the same event: identity and content. */
static void is_the_same_either_way(void **state)
{
    static const char *const texts[] = {NEED, "ce_subject=50%25 caf\xC3\xA9", "ce_mode=test",
                                        "ce_time=2026-11-21T10:00:00.5Z", NULL};
    struct toc_header headers[8];
    struct decoding d;
    (void)state;

    decoding_begin(&d, NULL, NULL);
    assert_true(decoding_take(&d, TOC_STR(DATA), headers, split(texts, headers), STORED_MS));
    struct toc_event one = d.events[0];

    assert_true(toc_str_equal(one.subject, TOC_STR("50%25 caf\xC3\xA9"))); /* As it came. */
    assert_int_equal(one.mode, TOC_MODE_TEST);
    assert_int_equal(one.at_ms, STORED_MS + 500);
    assert_true(decoding_take(
        &d,
        TOC_STR(
            "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"a.need\",\"mode\":"
            "\"test\",\"subject\":\"50%25 caf\\u00e9\",\"time\":\"2026-11-21T11:00:00.5+01:00\","
            "\"data\":" DATA "}"),
        NULL, 0, STORED_MS));
    assert_int_equal(toc_hash128_compare(one.identity, d.events[0].identity), 0);
    assert_true(one.content == d.events[0].content);
    decoding_end(&d);
}

int main(void)
{
    struct CMUnitTest tests[UNIT_COUNT(cases) + 1] = {cmocka_unit_test(is_the_same_either_way)};

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        union {
            const void *in;
            void *out;
        } row = {.in = &cases[i]};

        tests[i + 1] = (struct CMUnitTest){
            .name = cases[i].name, .test_func = takes_or_refuses, .initial_state = row.out};
    }
    return cmocka_run_group_tests_name("event/decode_binary", tests, NULL, NULL);
}
