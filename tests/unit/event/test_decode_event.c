#include "unit.h"

#include <stdio.h>

#include "decoding.h"

#define HEAD "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\","

static struct toc_event take(struct decoding *d, const char *json)
{
    assert_true(decoding_take(d, toc_str_of(json), NULL, 0, STORED_MS));
    assert_int_equal(d->count, 1);
    return d->events[0];
}

static void assert_text(struct toc_str text, const char *expected)
{
    assert_int_equal(text.size, strlen(expected));
    assert_memory_equal(text.data, expected, text.size);
}

static void gives_typed_values(void **state)
{
    struct decoding d;
    (void)state;

    decoding_begin(&d, NULL, NULL);
    struct toc_event e = take(
        &d, HEAD "\"type\":\"a.hit\",\"subject\":\"Gao\\u0020Nord\",\"mode\":\"test\","
                 "\"time\":\"2026-11-21T11:00:00.5+01:00\",\"data\":{\"impact\":{\"lat\":16.25,"
                 "\"lon\":-1,\"ce\":12.5,\"eta_s\":4},\"munition\":\"ROCKET\",\"confidence\":1e-1,"
                 "\"rounds\":2.0,\"serial\":-9223372036854775808,\"is_confirmed\":false,"
                 "\"seen_at\":\"2026-11-21T09:59:59.9999Z\",\"note\":\"T\xC3\xA9l\\u00e9\","
                 "\"means\":[\"EYES\",\"radar\"]}}");

    assert_int_equal(e.at_ms, STORED_MS + 500);
    assert_false(e.is_time_corrected);
    assert_int_equal(e.mode, TOC_MODE_TEST);
    assert_text(e.id, "1");
    assert_text(e.source, "/s");
    assert_text(e.subject, "Gao Nord");
    assert_text(e.type_name, "a.hit");
    assert_int_equal(e.type, toc_catalogue_find(d.catalogue, TOC_STR("a.hit")));
    assert_int_equal(e.field_count, 12);
    assert_int_equal(e.fields[IMPACT].kind, TOC_VALUE_POINT);
    assert_true(e.fields[IMPACT].point.lat_deg == 16.25 && e.fields[IMPACT].point.lon_deg == -1 &&
                e.fields[IMPACT].point.error_m == 12.5);
    assert_text(e.fields[MUNITION].text, "rocket"); /* As the catalogue spells it. */
    assert_true(e.fields[CONFIDENCE].kind == TOC_VALUE_NUMBER &&
                e.fields[CONFIDENCE].number == 0.1);
    assert_true(e.fields[ROUNDS].kind == TOC_VALUE_INTEGER && e.fields[ROUNDS].integer == 2);
    assert_true(e.fields[SERIAL].integer == INT64_MIN);
    assert_true(e.fields[IS_CONFIRMED].kind == TOC_VALUE_BOOL && !e.fields[IS_CONFIRMED].is_true);
    assert_true(e.fields[SEEN_AT].kind == TOC_VALUE_TIME &&
                e.fields[SEEN_AT].at_ms == STORED_MS - 1); /* Finer digits are cut. */
    assert_text(e.fields[NOTE].text, "T\xC3\xA9l\xC3\xA9");
    assert_int_equal(e.fields[MEANS].list.count, 2);
    assert_text(e.fields[MEANS].list.items[0], "eyes");
    assert_text(e.fields[MEANS].list.items[1], "radar");
    assert_int_equal(e.fields[ALTITUDE].kind, TOC_VALUE_NONE);
    assert_int_equal(e.origin.offset, 77);
    assert_int_equal(e.origin.partition, 3);
    assert_text(e.origin.topic, "radar");
    decoding_end(&d);
}

/* The place of an event whose impact has the members @more. */
static struct toc_event at_height(struct decoding *d, const char *more)
{
    char json[512];

    (void)snprintf(json, sizeof json,
                   HEAD "\"type\":\"a.hit\",\"data\":{\"impact\":{\"lat\":16,\"lon\":0%s}}}", more);
    return take(d, json);
}

static void reads_heights(void **state)
{
    struct decoding d;
    (void)state;

    decoding_begin(&d, NULL, NULL);
    struct toc_event e = at_height(&d, "");
    uint64_t without = e.content;
    assert_false(e.fields[IMPACT].point.has_alt);
    assert_int_equal(toc_event_value(&e, IMPACT + TOC_SLOT_PART * TOC_PART_ALT).kind,
                     TOC_VALUE_NONE);
    assert_true(toc_event_value(&e, IMPACT + TOC_SLOT_PART * TOC_PART_LAT).number == 16);

    e = at_height(&d, ",\"alt_m\":120.3004");
    uint64_t with = e.content;
    assert_true(e.fields[IMPACT].point.has_alt);
    assert_true(toc_event_value(&e, IMPACT + TOC_SLOT_PART * TOC_PART_ALT).number == 120.3);
    assert_true(with != without); /* A repeat with another height is a conflict. */
    e = at_height(&d, ",\"hae\":120.3");
    assert_true(e.content == with);
    e = at_height(&d, ",\"hae\":7,\"alt_m\":120.3"); /* Ours comes first, as with error_m and ce. */
    assert_true(e.content == with);
    e = at_height(&d, ",\"alt_m\":0");
    assert_true(e.fields[IMPACT].point.has_alt && e.content != without && e.content != with);
    e = at_height(&d, ",\"alt_m\":-0.0006");
    assert_int_equal(e.fields[IMPACT].point.alt_mm, -1);
    e = at_height(&d, ",\"alt_m\":100001"); /* Wrong: as if there were none. */
    assert_true(e.content == without);
    decoding_end(&d);
}

static void reads_mgrs(void **state)
{
    struct decoding d;
    struct toc_point expected;
    (void)state;

    decoding_begin(&d, NULL, NULL);
    struct toc_event e =
        take(&d, HEAD "\"type\":\"a.hit\",\"data\":{\"impact\":\"30QYD 12345 67890\"}}");
    assert_true(toc_geo_parse_mgrs(TOC_STR("30QYD1234567890"), &expected));
    assert_memory_equal(&e.fields[IMPACT].point, &expected, sizeof expected);
    decoding_end(&d);
}

/* The order of members, and how well it is foreseen, changes nothing. */
static void finds_fields_in_any_order(void **state)
{
    static const char *const orders[] = {
        "{\"data\":{\"level\":2,\"case\":\"c\"},\"type\":\"a.need\",\"source\":\"/s\",\"id\":\"1\","
        "\"specversion\":\"1.0\"}",
        "{\"id\":\"1\",\"x\":[{}],\"specversion\":\"1.0\",\"source\":\"/s\",\"type\":\"a.need\","
        "\"data\":{\"q\":1,\"case\":\"c\",\"r\":{},\"level\":2}}",
        "{\"id\":\"1\",\"specversion\":\"1.0\",\"source\":\"/s\",\"type\":\"a.need\","
        "\"data\":{\"case\":\"c\",\"level\":2}}",
    };
    struct decoding d;
    uint64_t content = 0;
    (void)state;

    decoding_begin(&d, NULL, NULL);
    for (size_t i = 0; i < 4 * UNIT_COUNT(orders); i++) {
        struct toc_event e = take(&d, orders[i % UNIT_COUNT(orders)]);

        assert_text(e.fields[0].text, "c");
        assert_int_equal(e.fields[1].integer, 2);
        assert_true(i == 0 || e.content == content);
        content = e.content;
    }
    decoding_end(&d);
}

/* More names than a set learns, all different, then one of them again. */
static void finds_repeats_among_many(void **state)
{
    static const size_t counts[] = {2, 62, 63, 64, 65, 66, 200, 5000};
    struct decoding d;
    struct toc_text json = {0};
    (void)state;

    decoding_begin(&d, NULL, NULL);
    for (size_t i = 0; i < UNIT_COUNT(counts); i++) {
        for (size_t repeat = 0; repeat <= counts[i]; repeat += 1 + counts[i] / 7) {
            toc_text_clear(&json);
            toc_text_addf(&json, HEAD "\"type\":\"a.need\",\"data\":{\"case\":\"c\"");
            for (size_t n = 0; n < counts[i]; n++) {
                toc_text_addf(&json, ",\"n%zu\":%zu", n * 7919 % counts[i], n);
            }
            toc_text_addf(&json, ",\"level\":3");
            if (repeat < counts[i]) {
                toc_text_addf(&json, ",\"n%zu\":0", repeat);
            }
            toc_text_addf(&json, "}}");
            bool is_taken = decoding_take(&d, toc_text_str(&json), NULL, 0, STORED_MS);

            if (repeat < counts[i]) {
                assert_false(is_taken);
                assert_int_equal(d.reason, TOC_REFUSAL_DUPLICATE_NAME);
            } else {
                assert_true(is_taken);
                assert_int_equal(d.events[0].fields[1].integer, 3);
            }
        }
    }
    toc_text_finish(&json);
    decoding_end(&d);
}

static void keeps_to_the_size(void **state)
{
    struct decoding d;
    struct toc_text json = {0};
    (void)state;

    decoding_begin(&d, NULL, NULL);
    for (int more = 0; more < 2; more++) {
        toc_text_clear(&json);
        toc_text_addf(&json, HEAD "\"type\":\"a.open\"}");
        while (json.size < TOC_RECORD_SIZE) {
            toc_text_add_char(&json, ' ');
        }
        if (more != 0) {
            toc_text_add_char(&json, ' ');
        }
        assert_int_equal(decoding_take(&d, toc_text_str(&json), NULL, 0, STORED_MS), more == 0);
        assert_true(more == 0 || d.reason == TOC_REFUSAL_TOO_LARGE);
    }
    /* The most members that fit, each once; then as many empty lists. */
    toc_text_clear(&json);
    toc_text_addf(&json, HEAD "\"type\":\"a.open\",\"data\":{\"a\":0");
    for (unsigned i = 0; json.size < TOC_RECORD_SIZE - 16; i++) {
        toc_text_addf(&json, ",\"%x\":0", i + 16);
    }
    toc_text_addf(&json, "}}");
    assert_true(decoding_take(&d, toc_text_str(&json), NULL, 0, STORED_MS));
    toc_text_clear(&json);
    toc_text_addf(&json, HEAD "\"type\":\"a.open\",\"data\":{\"a\":[0");
    while (json.size < TOC_RECORD_SIZE - 8) {
        toc_text_addf(&json, ",[]");
    }
    toc_text_addf(&json, "]}}");
    assert_true(decoding_take(&d, toc_text_str(&json), NULL, 0, STORED_MS));
    toc_text_finish(&json);
    decoding_end(&d);
}

static const char at_format[] = HEAD "\"type\":\"a.open\",\"time\":%s}";

static void corrects_the_clock(void **state)
{
    static const struct {
        const char *time;
        int64_t after_ms; /* Of STORED_MS. */
        bool is_corrected;
    } times[] = {
        {"\"2026-11-21T10:00:05Z\"", 5000, false}, /* clamp_ms is 5 s. */
        {"\"2026-11-21T10:00:05.001Z\"", 0, true},
        {"\"9999-12-31T23:59:59Z\"", 0, true},
        {"\"2026-11-21T09:00:00Z\"", -3600000, false},
        {"\"0001-01-01T00:00:00Z\"", INT64_C(-62135596800000) - STORED_MS, false},
        {"\"yesterday\"", 0, true},
        {"\"2026-11-21T10:00:0aZ\"", 0, true},
        {"\"2026-11-21T09:59:59.99aZ\"", 0, true},
        {"\"2026-11-21T09:59:60.500Z\"", -1, false}, /* A leap second: the minute's last ms. */
        {"\"2026-11-21T09:59:59.123Z\"", -877, false},
        {"\"2026-11-21T09:59:00.000Z\"", -60000, false},
        {"\"2026-11-21T09:59:61.000Z\"", 0, true},
        {"\"2026-13-21T09:59:00.000Z\"", 0, true},
        {"\"\"", 0, true},
        {"null", 0, true},
        {"1795255200", 0, true},
    };
    struct decoding d;
    char json[256];
    (void)state;

    decoding_begin(&d, NULL, NULL);
    for (size_t i = 0; i < 2 * UNIT_COUNT(times); i++) { /* Twice: a minute is remembered. */
        (void)snprintf(json, sizeof json, at_format, times[i % UNIT_COUNT(times)].time);
        struct toc_event e = take(&d, json);

        assert_int_equal(e.at_ms - STORED_MS, times[i % UNIT_COUNT(times)].after_ms);
        assert_int_equal(e.is_time_corrected, times[i % UNIT_COUNT(times)].is_corrected);
    }
    struct toc_event e = take(&d, HEAD "\"type\":\"a.open\"}");

    assert_true(e.is_time_corrected && e.at_ms == STORED_MS);
    decoding_end(&d);
}

static void a_file_has_no_clock(void **state)
{
    struct decoding d;
    (void)state;

    decoding_begin(&d, NULL, NULL);
    assert_true(
        decoding_take(&d, TOC_STR(HEAD "\"type\":\"a.open\",\"time\":\"9999-01-01T00:00:00Z\"}"),
                      NULL, 0, TOC_INSTANT_NONE));
    assert_false(d.events[0].is_time_corrected); /* There is nothing to hold it against. */
    assert_false(
        decoding_take(&d, TOC_STR(HEAD "\"type\":\"a.open\"}"), NULL, 0, TOC_INSTANT_NONE));
    assert_int_equal(d.reason, TOC_REFUSAL_NO_TIME);
    /* A Kafka timestamp that is no instant is none. */
    assert_false(decoding_take(&d, TOC_STR(HEAD "\"type\":\"a.open\"}"), NULL, 0, INT64_MAX));
    assert_int_equal(d.reason, TOC_REFUSAL_NO_TIME);
    decoding_end(&d);
}

static void tells_identity_and_content(void **state)
{
    static const char *const same[] = {
        HEAD "\"type\":\"a.need\",\"data\":{\"case\":\"c\",\"level\":2}}",
        HEAD "\"type\":\"a.need\", \"data\": {\"level\":2.0,\"case\":\"\\u0063\"}}",
        HEAD
        "\"type\":\"a.need\",\"data\":{\"case\":\"c\",\"level\":2,\"extra\":1},\"trace\":\"x\"}",
    };
    static const char *const other[] = {
        HEAD "\"type\":\"a.need\",\"data\":{\"case\":\"c\",\"level\":3}}",
        HEAD "\"type\":\"a.need\",\"data\":{\"case\":\"d\",\"level\":2}}",
        HEAD "\"type\":\"a.need\",\"subject\":\"c\",\"data\":{\"case\":\"c\",\"level\":2}}",
        HEAD "\"type\":\"a.need\",\"mode\":\"test\",\"data\":{\"case\":\"c\",\"level\":2}}",
        HEAD "\"type\":\"a.need\",\"time\":\"2026-11-21T10:00:00Z\",\"data\":{\"case\":\"c\","
             "\"level\":2}}",
        HEAD "\"type\":\"a.open\",\"data\":{\"case\":\"c\",\"level\":2}}",
    };
    struct decoding d;
    (void)state;

    decoding_begin(&d, NULL, NULL);
    struct toc_event first = take(&d, same[0]);
    struct toc_hash128 expected = toc_decoder_identity(TOC_STR("/s"), TOC_STR("1"));

    assert_int_equal(toc_hash128_compare(first.identity, expected), 0);
    for (size_t i = 1; i < UNIT_COUNT(same); i++) {
        assert_true(take(&d, same[i]).content == first.content);
    }
    for (size_t i = 0; i < UNIT_COUNT(other); i++) {
        struct toc_event e = take(&d, other[i]);

        assert_int_equal(toc_hash128_compare(e.identity, expected), 0);
        assert_false(e.content == first.content);
    }
    /* A repeat that was stored later is the same, though its clock was corrected to another time.
     */
    assert_true(decoding_take(&d, toc_str_of(same[0]), NULL, 0, STORED_MS + 777));
    assert_true(d.events[0].content == first.content && d.events[0].at_ms == STORED_MS + 777);
    expected = toc_decoder_identity(TOC_STR("/s1"), TOC_STR(""));
    assert_int_not_equal(toc_hash128_compare(first.identity, expected), 0);
    decoding_end(&d);
}

static void content_sees_long_texts(void **state)
{
    struct decoding d;
    struct toc_text json = {0};
    uint64_t last = 0;
    (void)state;

    decoding_begin(&d, NULL, NULL);
    for (size_t size = 400; size < 700; size++) { /* Around the size of the digest's buffer. */
        for (int end = 0; end < 2; end++) {
            toc_text_clear(&json);
            toc_text_addf(&json, HEAD "\"type\":\"a.need\",\"data\":{\"level\":1,\"case\":\"");
            for (size_t i = 0; i < size; i++) {
                toc_text_add_char(&json, i + 1 == size && end != 0 ? 'y' : 'x');
            }
            toc_text_addf(&json, "\"}}");
            uint64_t content = take(&d, json.data).content;

            assert_true(content != last);
            last = content;
        }
    }
    toc_text_finish(&json);
    decoding_end(&d);
}

static void takes_padded_records(void **state)
{
    static const char json[] = HEAD "\"type\":\"a.open\",\"data\":{\"a\":12}}";
    struct decoding d;
    char *padded = toc_mem_get(sizeof json - 1 + TOC_RECORD_PADDING);
    struct toc_record record = {
        .bytes = {padded, sizeof json - 1}, .is_padded = true, .origin = {.stored_ms = STORED_MS}};
    (void)state;

    decoding_begin(&d, NULL, NULL);
    memcpy(padded, json, sizeof json - 1);
    memset(padded + sizeof json - 1, '9', TOC_RECORD_PADDING); /* It is not looked at. */
    assert_int_equal(toc_decoder_decode(d.decoder, &record, &d.events, &d.count, &d.reason, NULL),
                     TOC_OK);
    assert_int_equal(d.count, 1);
    toc_mem_free(padded);
    decoding_end(&d);
}

static void has_words_for_each_reason(void **state)
{
    (void)state;
    for (int i = 0; i < TOC_REFUSAL_COUNT; i++) {
        assert_true(strlen(toc_refusal_words((enum toc_refusal)i)) > 10);
        for (int j = 0; j < i; j++) {
            assert_string_not_equal(toc_refusal_text((enum toc_refusal)i),
                                    toc_refusal_text((enum toc_refusal)j));
        }
    }
}

/* What is told of a record is bounded and valid, whatever the record holds. */
static void tells_particulars(void **state)
{
    struct decoding d;
    struct toc_text json = {0};
    (void)state;

    decoding_begin(&d, NULL, NULL);
    assert_false(decoding_take(&d, TOC_STR(HEAD "\"type\":\"a.need\",\"data\":{\"case\":\"1\"}}"),
                               NULL, 0, STORED_MS));
    assert_string_equal(d.detail.data, "missing: \"level\"");
    for (int i = 0; i < 3; i++) {
        static const char *const letters[] = {"\\u0001", "\xC3\xA9", "\xF0\x9F\x98\x80"};

        toc_text_clear(&json);
        toc_text_addf(&json, "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"");
        for (int n = 0; n < 60; n++) {
            toc_text_addf(&json, "%s", letters[i]);
        }
        toc_text_addf(&json, "\"}");
        assert_false(decoding_take(&d, toc_text_str(&json), NULL, 0, STORED_MS));
        assert_int_equal(d.reason, TOC_REFUSAL_UNKNOWN_TYPE);
        assert_true(d.detail.size > 130 && d.detail.data[d.detail.size] == '\0');
        assert_true((d.detail.data[d.detail.size - 1] & 0xC0) != 0xC0);
    }
    toc_text_finish(&json);
    decoding_end(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_typed_values),
        cmocka_unit_test(reads_heights),
        cmocka_unit_test(reads_mgrs),
        cmocka_unit_test(finds_fields_in_any_order),
        cmocka_unit_test(finds_repeats_among_many),
        cmocka_unit_test(keeps_to_the_size),
        cmocka_unit_test(corrects_the_clock),
        cmocka_unit_test(a_file_has_no_clock),
        cmocka_unit_test(tells_identity_and_content),
        cmocka_unit_test(content_sees_long_texts),
        cmocka_unit_test(takes_padded_records),
        cmocka_unit_test(has_words_for_each_reason),
        cmocka_unit_test(tells_particulars),
    };

    return cmocka_run_group_tests_name("event/decode_event", tests, NULL, NULL);
}
