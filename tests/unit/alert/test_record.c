/* The record: JSON whatever is quoted, the documented fields, and texts of a length. */
#include "telling.h"

#define BRIEF                                                                                      \
    "brief: 'Near {subject}: {a.s}', summary: '{count}/{value} {a.l} {a.v} {place} {a.id}'"
#define HEAD "owner: jmac\ntags: [threat.fire]\nresponse: [Take \"cover\", 'Call\tagain']\n"

static int slots[] = {0, 1, 2, 3};
static const struct toc_wish all = {slots, 4};

/* One event with these fields as evidence, told. */
static void tell_one(struct fixture *f, const char *text, double eta)
{
    struct toc_str list[] = {TOC_STR("rpg"), toc_str_of(text)};
    struct toc_value fields[] = {
        {.kind = TOC_VALUE_NUMBER, .number = 0.5},
        {.kind = TOC_VALUE_TEXT, .text = toc_str_of(text)},
        {.kind = TOC_VALUE_LIST, .list = {list, 2}},
        {.kind = TOC_VALUE_NUMBER, .number = eta},
        {.kind = TOC_VALUE_NONE},
    };
    struct toc_point point = {.lat_deg = 16.25, .lon_deg = -0.05};
    struct toc_event event = {
        .at_ms = 2000,
        .id = toc_str_of(text),
        .source = toc_str_of(text),
        .identity = {1, 2},
        .is_time_corrected = true,
        .fields = fields,
        .field_count = 5,
        .origin = {.topic = TOC_STR("in"), .partition = 2, .offset = 77},
    };
    (void)toc_episodes_add(&f->episodes, 2000);
    fixture_evidence(f, 0, &event, all, &point);
    (void)fixture_tell(f, false);
    assert_int_equal(f->count, 1);
}

static void has_the_documented_fields(void)
{
    static const struct {
        const char *name, *text;
    } texts[] = {
        {"state", "new"},
        {"mode", "actual"},
        {"rule", "r"},
        {"title", "T"},
        {"owner", "jmac"},
        {"level", "high"},
        {"brief", "Near Gao: uh"},
        {"begin", "1970-01-01T00:00:02.000Z"},
        {"onset", "1970-01-01T00:00:02.000Z"},
        {"first_event_time", "1970-01-01T00:00:02.000Z"},
        {"last_event_time", "1970-01-01T00:00:02.000Z"},
        {"detected_at", "1970-01-01T00:16:40.000Z"},
        {"impact_at", "1970-01-01T00:00:14.500Z"},
        {"expires_at", "1970-01-01T01:00:02.000Z"},
    };
    struct fixture f;

    fixture_init(&f, HEAD, BRIEF ", urgent: true, recipients: [qrf, joc], expire_after: 1h");
    tell_one(&f, "uh", 12.5);
    const json_t *data = f.told[0].data;
    char mgrs[TOC_MGRS_TEXT], summary[128];
    toc_geo_format_mgrs((struct toc_point){.lat_deg = 16.25, .lon_deg = -0.05}, mgrs);
    (void)snprintf(summary, sizeof summary, "1/1 rpg, uh 0.5 %s uh", mgrs);
    for (size_t i = 0; i < UNIT_COUNT(texts); i++) {
        assert_string_equal(told_text(&f, 0, texts[i].name), texts[i].text);
    }
    assert_string_equal(told_text(&f, 0, "summary"), summary);
    assert_int_equal(json_integer_value(json_object_get(data, "rule_version")), 4);
    assert_int_equal(strlen(told_text(&f, 0, "rule_hash")), 32);
    assert_true(json_is_true(json_object_get(data, "urgent")));
    assert_int_equal(json_integer_value(json_object_get(data, "count")), 1);
    assert_int_equal(strlen(told_text(&f, 0, "ref")), 8);
    assert_memory_equal(told_text(&f, 0, "ref"), "GAO-", 4);
    assert_true(strlen(told_text(&f, 0, "explanation")) > 20);

    json_t *expected = json_pack("{s:{s:s}, s:[s], s:[s, s], s:[s, s], s:[s]}", "key", "subject",
                                 "Gao", "tags", "threat.fire", "response", "Take \"cover\"",
                                 "Call\tagain", "recipients", "qrf", "joc", "sources", "uh");
    const char *name;
    json_t *value;
    json_object_foreach(expected, name, value)
    {
        assert_true(json_equal(json_object_get(data, name), value));
    }
    json_decref(expected);

    const json_t *evidence = json_array_get(json_object_get(data, "evidence"), 0);
    expected = json_pack("{s:s, s:i, s:i, s:s, s:s, s:s, s:s, s:s, s:b}", "topic", "in",
                         "partition", 2, "offset", 77, "id", "uh", "source", "uh", "type", "x.a",
                         "time", "1970-01-01T00:00:02.000Z", "step", "a", "time_corrected", 1);
    assert_true(json_equal(evidence, expected));
    json_decref(expected);
    const json_t *location = json_object_get(data, "location");
    assert_true(json_number_value(json_object_get(location, "lat")) == 16.25);
    assert_true(json_number_value(json_object_get(location, "lon")) == -0.05);
    assert_int_equal(json_integer_value(json_object_get(location, "radius_m")), 0);
    assert_null(json_object_get(location, "alt_m"));
    static const char *const left_out[] = {"end", "end_reason", "merged_into", "late", "place"};
    for (size_t i = 0; i < UNIT_COUNT(left_out); i++) {
        assert_null(json_object_get(data, left_out[i]));
    }
    fixture_finish(&f);
}

/* Whatever an event says: the record stays JSON (the fixture parses it) and says the same. */
static void says(const char *text)
{
    struct fixture f;
    char brief[1024];

    fixture_init(&f, HEAD, BRIEF);
    f.key.values[0].label = toc_str_of(text);
    tell_one(&f, text, 1);
    const json_t *evidence = json_array_get(json_object_get(f.told[0].data, "evidence"), 0);
    assert_string_equal(json_string_value(json_object_get(evidence, "id")), text);
    assert_string_equal(json_string_value(json_object_get(evidence, "source")), text);
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(f.told[0].data, "key"), "subject")),
        text);
    (void)snprintf(brief, sizeof brief, "Near %s: %s", text, text);
    assert_string_equal(told_text(&f, 0, "brief"), brief);
    fixture_finish(&f);
}

static void quotes(void)
{
    says("\"},{\"state\":\"cleared\",\"x\":\"");
}
static void backslashes(void)
{
    says("\\\\\" \\u0000 \\");
}
static void control_characters(void)
{
    says("\x01\x02\x1b[2J\x1f\x7f\b\f\n\r\t");
}
static void line_separators_and_beyond_the_first_plane(void)
{
    says("\xe2\x80\xa8\xe2\x80\xa9 \xef\xbb\xbf \xf0\x9f\x92\xa5");
}
static void braces_and_percent_signs(void)
{
    says("{count} %s %n {{}}");
}

/* --- Lengths -------------------------------------------------------------------------------- */

static size_t characters(const char *text)
{
    size_t count = 0;

    for (; *text != '\0'; text++) {
        count += ((unsigned char)*text & 0xC0) != 0x80;
    }
    return count;
}

/* @count times @character where the brief has room for 150. */
static void brief_of(const char *character, size_t count, size_t expected)
{
    struct toc_text text = {0};
    struct fixture f;

    for (size_t i = 0; i < count; i++) {
        toc_text_add(&text, toc_str_of(character));
    }
    fixture_init(&f, "", "brief: '0123456789{a.s}', summary: '0123456789{a.s}'");
    tell_one(&f, text.data, 1);
    const char *brief = told_text(&f, 0, "brief"); /* jansson would refuse half a character. */
    assert_int_equal(characters(brief), expected);
    assert_memory_equal(brief + 10, text.data, strlen(brief) - 10);
    size_t whole = count + 10 < 1000 ? count + 10 : 1000;
    assert_int_equal(characters(told_text(&f, 0, "summary")), whole);
    fixture_finish(&f);
    toc_text_finish(&text);
}

static void of_150_letters(void)
{
    brief_of("x", 150, 160);
}
static void of_151_letters(void)
{
    brief_of("x", 151, 160);
}
static void of_149_letters(void)
{
    brief_of("x", 149, 159);
}
static void of_two_bytes_each(void)
{
    brief_of("\xc3\xa9", 500, 160);
}
static void of_four_bytes_each(void)
{
    brief_of("\xf0\x9f\x92\xa5", 2000, 160);
}
static void of_escaped_characters(void)
{
    brief_of("\"", 500, 160);
}

/* --- Languages ------------------------------------------------------------------------------- */

static const char *in_language(const struct fixture *f, const char *language, const char *member)
{
    const json_t *texts = json_object_get(f->told[0].data, "texts");
    return json_string_value(json_object_get(json_object_get(texts, language), member));
}

static void plain_texts_state_none(void)
{
    struct fixture f;

    fixture_init(&f, HEAD, BRIEF);
    tell_one(&f, "uh", 1);
    assert_null(json_object_get(f.told[0].data, "language"));
    assert_null(json_object_get(f.told[0].data, "texts"));
    fixture_finish(&f);
}

static void one_language_is_stated(void)
{
    struct fixture f;

    fixture_init(&f, "", "brief: { pt-br: 'Perto de {subject}' }");
    tell_one(&f, "uh", 1);
    assert_string_equal(told_text(&f, 0, "language"), "pt-BR");
    assert_string_equal(told_text(&f, 0, "brief"), "Perto de Gao");
    assert_null(json_object_get(f.told[0].data, "texts"));
    fixture_finish(&f);
}

static void each_language_tells_what_it_gives(void)
{
    struct fixture f;

    fixture_init(&f, "response: { en: [Run, Hide], fr: [Courez], sw: Kimbia }\n",
                 "brief: { en: 'Near {subject}: {a.s} {a.l}', fr: 'Vers {subject} : {a.s}' }, "
                 "summary: { en: '{count} in all', ar: 'x {count}' }");
    tell_one(&f, "uh", 1);
    json_t *expected =
        json_pack("{s:{s:s, s:[s]}, s:{s:[s]}, s:{s:s}}", "fr", "brief", "Vers Gao : uh",
                  "response", "Courez", "sw", "response", "Kimbia", "ar", "summary", "x 1");
    assert_true(json_equal(json_object_get(f.told[0].data, "texts"), expected));
    assert_string_equal(told_text(&f, 0, "language"), "en");
    assert_string_equal(told_text(&f, 0, "brief"), "Near Gao: uh rpg, uh");
    assert_string_equal(told_text(&f, 0, "summary"), "1 in all");
    json_decref(expected);
    fixture_finish(&f);
}

static void a_title_makes_a_brief_where_the_rule_has_none(void)
{
    struct fixture f;

    fixture_init(&f, "description: x\n", "summary: { en: x, fr: y }");
    tell_one(&f, "uh", 1);
    assert_string_equal(told_text(&f, 0, "brief"), "T: Gao");
    assert_null(in_language(&f, "fr", "brief"));
    fixture_finish(&f);
    fixture_init_titled(&f, "{ en: Fire, fr: Tir }", "", "");
    tell_one(&f, "uh", 1);
    assert_string_equal(told_text(&f, 0, "brief"), "Fire: Gao");
    assert_string_equal(in_language(&f, "fr", "brief"), "Tir: Gao");
    fixture_finish(&f);
    fixture_init_titled(&f, "{ en: Fire, fr: Tir }", "", "brief: { en: 'Fire {subject}' }");
    tell_one(&f, "uh", 1);
    assert_null(in_language(&f, "fr", "brief")); /* A reader falls back on the main one. */
    fixture_finish(&f);
}

static void what_is_not_known_is_a_sign_in_other_languages(void)
{
    struct fixture f;

    fixture_init(&f, "", "brief: { en-GB: '{a.at}', fr: '{a.at} {place}', enm: '{a.at}' }");
    f.key.values[0].label = TOC_STR("Gao");
    (void)fixture_episode(&f, 1, TOC_INSTANT_NEVER, TOC_ENDING_NONE);
    (void)fixture_tell(&f, false);
    assert_string_equal(told_text(&f, 0, "brief"), "unknown");
    assert_string_equal(in_language(&f, "fr", "brief"), "? ?");
    assert_string_equal(in_language(&f, "enm", "brief"), "?");
    fixture_finish(&f);
}

#define FSI  "\xe2\x81\xa8"
#define PDI  "\xe2\x81\xa9"
#define ALEF "\xd8\xa7"

static void values_in_arabic_are_isolated(void)
{
    struct fixture f;

    fixture_init_titled(&f, "{ en: Fire, ar: " ALEF " }", "",
                        "brief: { en: '{subject} {a.s}', ar: '" ALEF " {subject}: {count}' }");
    tell_one(&f, "uh", 1);
    assert_string_equal(told_text(&f, 0, "brief"), "Gao uh");
    assert_string_equal(in_language(&f, "ar", "brief"), ALEF " " FSI "Gao" PDI ": " FSI "1" PDI);
    fixture_finish(&f);
    fixture_init_titled(&f, "{ en: Fire, ar: " ALEF " }", "", "");
    tell_one(&f, "uh", 1);
    assert_string_equal(in_language(&f, "ar", "brief"), ALEF ": " FSI "Gao" PDI);
    fixture_finish(&f);
}

static void an_arabic_value_is_isolated_anywhere(void)
{
    struct fixture f;

    fixture_init(&f, "", "brief: 'Near {a.s}: {count}'");
    tell_one(&f, ALEF, 1);
    assert_string_equal(told_text(&f, 0, "brief"), "Near " FSI ALEF PDI ": 1");
    fixture_finish(&f);
}

/* An Arabic brief of 10 characters and a value of @count, isolated. */
static void isolated_brief_of(size_t count, size_t expected)
{
    struct toc_text text = {0};
    struct fixture f;

    for (size_t i = 0; i < count; i++) {
        toc_text_add_char(&text, 'x');
    }
    fixture_init(&f, "", "brief: '123456789" ALEF "{a.s}'");
    tell_one(&f, text.data, 1);
    const char *brief = told_text(&f, 0, "brief");
    assert_int_equal(characters(brief), expected);
    assert_string_equal(brief + strlen(brief) - 3, PDI);
    fixture_finish(&f);
    toc_text_finish(&text);
}

static void an_isolate_that_is_cut_is_closed(void)
{
    isolated_brief_of(147, 159);
    isolated_brief_of(148, 160);
    isolated_brief_of(149, 160);
    isolated_brief_of(1000, 160);
}

/* --- Evidence ------------------------------------------------------------------------------- */

static void tells_the_first_hundred_and_counts_all(void)
{
    struct fixture f;

    fixture_init(&f, "", "");
    (void)fixture_episode(&f, 1, TOC_INSTANT_NEVER, TOC_ENDING_NONE);
    for (int64_t i = 2; i <= 250; i++) {
        fixture_add(&f, 0, i);
    }
    (void)fixture_tell(&f, false);
    const json_t *evidence = json_object_get(f.told[0].data, "evidence");
    assert_int_equal(json_integer_value(json_object_get(f.told[0].data, "count")), 250);
    assert_int_equal(json_array_size(evidence), 100);
    assert_string_equal(json_string_value(json_object_get(json_array_get(evidence, 99), "id")),
                        "e100");
    assert_string_equal(told_text(&f, 0, "last_event_time"), "1970-01-01T00:00:00.250Z");
    fixture_finish(&f);
}

/* Where is what the newest evidence says that says where; how high, the newest that says so. */
static void each_is_of_the_newest_that_says_it(void)
{
    static const struct toc_point points[] = {
        {.lat_deg = 1, .alt_mm = 7000, .has_alt = true},
        {.lat_deg = 2, .alt_mm = -118250, .has_alt = true},
        {.lat_deg = 3},
    };
    struct fixture f;

    fixture_init(&f, "", "");
    (void)toc_episodes_add(&f.episodes, 1);
    for (size_t i = 0; i < 4; i++) {
        struct toc_event event = {.at_ms = (int64_t)i + 1,
                                  .id = TOC_STR("e"),
                                  .source = TOC_STR("s"),
                                  .identity = {.low = i + 1}};
        fixture_evidence(&f, 0, &event, (struct toc_wish){0}, i < 3 ? &points[i] : NULL);
    }
    (void)fixture_tell(&f, false);
    const json_t *location = json_object_get(f.told[0].data, "location");
    assert_true(json_number_value(json_object_get(location, "lat")) == 3);
    assert_true(json_number_value(json_object_get(location, "alt_m")) == -118.25);
    fixture_finish(&f);
}

static void a_silence_has_no_evidence(void)
{
    struct fixture f;

    fixture_init(&f, "", "");
    (void)toc_episodes_add(&f.episodes, 5);
    (void)fixture_tell(&f, false);
    assert_int_equal(json_array_size(json_object_get(f.told[0].data, "evidence")), 0);
    assert_string_equal(told_text(&f, 0, "onset"), "1970-01-01T00:00:00.005Z");
    assert_null(json_object_get(f.told[0].data, "location"));
    assert_null(json_object_get(f.told[0].data, "first_event_time"));
    fixture_finish(&f);
}

static void the_same_call_writes_the_same_bytes(void)
{
    struct toc_text first = {0};
    struct fixture f;

    fixture_init(&f, HEAD, BRIEF);
    tell_one(&f, "uh", 1);
    toc_text_add(&first, toc_text_str(&f.record));
    f.alerts.items[0]->seq = 0;
    toc_alert_tell(f.alerts.items[0], &f.episodes.items[0], TOC_ALERT_NEW, true, &f.telling);
    assert_string_equal(first.data, f.record.data);
    toc_text_finish(&first);
    fixture_finish(&f);
}

static const struct record_case {
    const char *name;
    void (*test)(void);
} cases[] = {
    {"it has the documented fields, and only what applies", has_the_documented_fields},
    {"quotes are escaped", quotes},
    {"backslashes are escaped", backslashes},
    {"control characters are escaped", control_characters},
    {"line separators and characters beyond the first plane",
     line_separators_and_beyond_the_first_plane},
    {"braces and percent signs mean nothing in what is quoted", braces_and_percent_signs},
    {"a brief of 159 characters", of_149_letters},
    {"a brief of 160 characters stays whole", of_150_letters},
    {"a brief of 161 characters is cut to 160", of_151_letters},
    {"cut between characters of two bytes", of_two_bytes_each},
    {"cut between characters of four bytes", of_four_bytes_each},
    {"cut before it is escaped", of_escaped_characters},
    {"plain texts state no language", plain_texts_state_none},
    {"one language is stated", one_language_is_stated},
    {"each language tells what it gives, in the order of the rule",
     each_language_tells_what_it_gives},
    {"a title makes a brief where the rule has none",
     a_title_makes_a_brief_where_the_rule_has_none},
    {"what is not known is a sign in other languages than English",
     what_is_not_known_is_a_sign_in_other_languages},
    {"values in Arabic text are isolated", values_in_arabic_are_isolated},
    {"an Arabic value is isolated in any text", an_arabic_value_is_isolated_anywhere},
    {"an isolate that is cut is closed", an_isolate_that_is_cut_is_closed},
    {"the first hundred of the evidence are told, all are counted",
     tells_the_first_hundred_and_counts_all},
    {"each is of the newest that says it", each_is_of_the_newest_that_says_it},
    {"a silence has no evidence", a_silence_has_no_evidence},
    {"the same call writes the same bytes", the_same_call_writes_the_same_bytes},
};

static void runs(void **state)
{
    const struct record_case *c = *state;
    c->test();
}

UNIT_TABLE("alert/record", cases, runs)
