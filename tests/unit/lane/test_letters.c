#include "unit.h"

#include "lane/letters.h"

#include <stdio.h>

static struct toc_letters letters = {
    .open_topic = {.data = "w.alerts.open", .size = 13},
    .dead_topic = {.data = "w.dead", .size = 6},
    .late_topic = {.data = "w.late", .size = 6},
};

static const char *header(const struct toc_letter *letter, const char *name, size_t *out_count)
{
    static char value[256];
    *out_count = 0;
    for (size_t i = 0; i < letter->header_count; i++) {
        if (toc_str_equal(letter->headers[i].name, toc_str_of(name))) {
            (*out_count)++;
            (void)snprintf(value, sizeof value, "%.*s", (int)letter->headers[i].value.size,
                           letter->headers[i].value.data);
        }
    }
    return *out_count > 0 ? value : "(none)";
}

#define ASSERT_HEADER(letter, name, wanted)                                                        \
    do {                                                                                           \
        size_t count_ = 0;                                                                         \
        assert_string_equal(header((letter), (name), &count_), (wanted));                          \
        assert_int_equal(count_, 1);                                                               \
    } while (0)

static const struct toc_rule rule = {.name = {.data = "salvo", .size = 5}};

static struct toc_told told(bool is_open)
{
    return (struct toc_told){.rule = &rule,
                             .is_open = is_open,
                             .topic = TOC_STR("alerts.fire.exercise"),
                             .alert_id = TOC_STR("0123"),
                             .record = TOC_STR("{\"data\":{}}"),
                             .data = TOC_STR("{}")};
}

static void an_alert_goes_to_its_topic(void **state)
{
    (void)state;
    struct toc_told one = told(true);
    struct toc_letter letter;
    toc_letters_alert(&letters, &one, one.topic, 1234, &letter);
    assert_true(toc_str_equal(letter.topic, TOC_STR("alerts.fire.exercise")));
    assert_true(toc_str_equal(letter.key, TOC_STR("0123")));
    assert_true(toc_str_equal(letter.value, TOC_STR("{\"data\":{}}")));
    assert_true(letter.has_key && letter.has_value && !letter.may_lose_value);
    assert_int_equal(letter.stored_ms, 1234);
    ASSERT_HEADER(&letter, "content-type", "application/cloudevents+json");
    ASSERT_HEADER(&letter, "tocsin-rule", "salvo");
}

static void the_picture_holds_what_is_open(void **state)
{
    (void)state;
    struct toc_told one = told(true);
    struct toc_letter letter;
    toc_letters_open(&letters, &one, one.topic, 1234, &letter);
    assert_true(toc_str_equal(letter.topic, TOC_STR("w.alerts.open")));
    assert_true(letter.has_value);
    ASSERT_HEADER(&letter, "tocsin-topic", "alerts.fire.exercise");
}

static void the_end_leaves_a_tombstone(void **state)
{
    (void)state;
    struct toc_told one = told(false);
    struct toc_letter letter;
    toc_letters_open(&letters, &one, one.topic, 1234, &letter);
    assert_true(letter.has_key && !letter.has_value);
}

static void what_ends_with_its_rule_is_told_where_it_was(void **state)
{
    (void)state;
    struct toc_told one = told(false);
    struct toc_letter letter;
    size_t count = 0;
    one.rule = NULL;
    one.topic = TOC_STR("");
    toc_letters_alert(&letters, &one, TOC_STR("alerts.old"), 1234, &letter);
    assert_true(toc_str_equal(letter.topic, TOC_STR("alerts.old")));
    (void)header(&letter, "tocsin-rule", &count);
    assert_int_equal(count, 0);
}

static struct toc_read poison(const struct toc_header *headers, size_t count)
{
    return (struct toc_read){
        .record = {.bytes = TOC_STR("not json"),
                   .origin = {.topic = TOC_STR("radar"),
                              .partition = 3,
                              .offset = INT64_C(12345678901),
                              .stored_ms = 1795305600000},
                   .headers = headers,
                   .header_count = count},
        .key = TOC_STR("k"),
        .has_key = true,
    };
}

static void a_dead_letter_says_why_and_whence(void **state)
{
    (void)state;
    static const struct toc_header came[] = {
        {{.data = "ce_id", .size = 5}, {.data = "7", .size = 1}},
        {{.data = "tocsin-offset", .size = 13}, {.data = "9", .size = 1}},
        {{.data = "tocsin", .size = 6}, {.data = "x", .size = 1}},
    };
    struct toc_read read = poison(came, 3);
    struct toc_letter letter;
    toc_letters_dead(&letters, &read, TOC_STR("north"), "not_json", TOC_STR("at byte 0"), &letter);
    assert_true(toc_str_equal(letter.topic, TOC_STR("w.dead")));
    assert_true(toc_str_equal(letter.value, TOC_STR("not json")));
    assert_true(toc_str_equal(letter.key, TOC_STR("k")));
    assert_true(letter.may_lose_value);
    ASSERT_HEADER(&letter, "tocsin-reason", "not_json");
    ASSERT_HEADER(&letter, "tocsin-detail", "at byte 0");
    ASSERT_HEADER(&letter, "tocsin-input", "north");
    ASSERT_HEADER(&letter, "tocsin-topic", "radar");
    ASSERT_HEADER(&letter, "tocsin-partition", "3");
    ASSERT_HEADER(&letter, "tocsin-offset", "12345678901"); /* Ours, not the one that came. */
    ASSERT_HEADER(&letter, "tocsin-timestamp", "1795305600000");
    ASSERT_HEADER(&letter, "ce_id", "7");
    ASSERT_HEADER(&letter, "tocsin", "x");
}

static void a_tombstone_stays_one(void **state)
{
    (void)state;
    struct toc_read read = poison(NULL, 0);
    struct toc_letter letter;
    read.record.bytes = (struct toc_str){.data = NULL};
    read.has_key = false;
    read.record.origin.stored_ms = TOC_INSTANT_NONE;
    toc_letters_dead(&letters, &read, TOC_STR("north"), "empty", TOC_STR(""), &letter);
    size_t count = 0;
    assert_false(letter.has_value || letter.has_key);
    (void)header(&letter, "tocsin-detail", &count);
    assert_int_equal(count, 0);
    (void)header(&letter, "tocsin-timestamp", &count);
    assert_int_equal(count, 0);
}

static void a_late_record_is_marked_late(void **state)
{
    (void)state;
    struct toc_read read = poison(NULL, 0);
    struct toc_letter letter;
    toc_letters_late(&letters, &read, TOC_STR("north"), &letter);
    assert_true(toc_str_equal(letter.topic, TOC_STR("w.late")));
    ASSERT_HEADER(&letter, "tocsin-reason", "late");
}

static void as_many_headers_as_a_record_may_have_find_room(void **state)
{
    (void)state;
    static struct toc_header came[TOC_READER_HEADERS_MOST];
    struct toc_letter letter;
    for (size_t i = 0; i < UNIT_COUNT(came); i++) {
        came[i] = (struct toc_header){TOC_STR("name"), TOC_STR("value")};
    }
    struct toc_read read = poison(came, UNIT_COUNT(came));
    toc_letters_dead(&letters, &read, TOC_STR("north"), "envelope", TOC_STR("no id"), &letter);
    size_t count = 0;
    (void)header(&letter, "name", &count);
    assert_int_equal(count, TOC_READER_HEADERS_MOST);
    assert_true(letter.header_count <= TOC_OUTBOX_HEADERS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_alert_goes_to_its_topic),
        cmocka_unit_test(the_picture_holds_what_is_open),
        cmocka_unit_test(the_end_leaves_a_tombstone),
        cmocka_unit_test(what_ends_with_its_rule_is_told_where_it_was),
        cmocka_unit_test(a_dead_letter_says_why_and_whence),
        cmocka_unit_test(a_tombstone_stays_one),
        cmocka_unit_test(a_late_record_is_marked_late),
        cmocka_unit_test(as_many_headers_as_a_record_may_have_find_room),
    };
    return cmocka_run_group_tests_name("lane/letters", tests, NULL, NULL);
}
