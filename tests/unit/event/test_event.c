#include "unit.h"

#include "event/event.h"

static struct toc_event event_of(void)
{
    static const struct toc_value fields[] = {
        {.kind = TOC_VALUE_NUMBER, .number = 0.5},
        {.kind = TOC_VALUE_NONE},
    };

    return (struct toc_event){.at_ms = 1000,
                              .mode = TOC_MODE_EXERCISE,
                              .id = TOC_STR("e1"),
                              .source = TOC_STR("/radar"),
                              .type_name = TOC_STR("detection.drone"),
                              .fields = fields,
                              .field_count = 2};
}

static void gives_fields(void)
{
    struct toc_event event = event_of();

    assert_int_equal(toc_event_value(&event, 0).kind, TOC_VALUE_NUMBER);
    assert_int_equal(toc_event_value(&event, 1).kind, TOC_VALUE_NONE);
}

static void gives_the_envelope(void)
{
    static const struct {
        const char *name, *text;
    } expected[] = {
        {"id", "e1"}, {"source", "/radar"}, {"type", "detection.drone"}, {"mode", "exercise"}};
    struct toc_event event = event_of();

    for (size_t i = 0; i < UNIT_COUNT(expected); i++) {
        int slot = toc_envelope_slot(toc_str_of(expected[i].name));
        struct toc_value value = toc_event_value(&event, slot);

        assert_true(slot < TOC_SLOT_NONE);
        assert_int_equal(value.kind, TOC_VALUE_TEXT);
        assert_true(toc_str_equal(value.text, toc_str_of(expected[i].text)));
    }
    assert_int_equal(toc_envelope_slot(TOC_STR("time")), TOC_SLOT_TIME);
    assert_int_equal(toc_event_value(&event, TOC_SLOT_TIME).kind, TOC_VALUE_TIME);
    assert_int_equal(toc_event_value(&event, TOC_SLOT_TIME).at_ms, 1000);
}

static void an_empty_subject_is_none(void)
{
    struct toc_event event = event_of();

    assert_int_equal(toc_event_value(&event, TOC_SLOT_SUBJECT).kind, TOC_VALUE_NONE);
    event.subject = TOC_STR("Gao");
    assert_int_equal(toc_event_value(&event, TOC_SLOT_SUBJECT).kind, TOC_VALUE_TEXT);
}

static void other_names_have_no_slot(void)
{
    struct toc_event event = event_of();

    assert_int_equal(toc_envelope_slot(TOC_STR("")), TOC_SLOT_NONE);
    assert_int_equal(toc_envelope_slot(TOC_STR("ID")), TOC_SLOT_NONE);
    assert_int_equal(toc_envelope_slot(TOC_STR("munition")), TOC_SLOT_NONE);
    assert_int_equal(toc_event_value(&event, TOC_SLOT_NONE).kind, TOC_VALUE_NONE);
}

static void modes_have_words(void)
{
    enum toc_mode mode = TOC_MODE_COUNT;

    for (int i = 0; i < TOC_MODE_COUNT; i++) {
        assert_true(toc_mode_parse(toc_str_of(toc_mode_text((enum toc_mode)i)), &mode));
        assert_int_equal(mode, i);
    }
    mode = TOC_MODE_COUNT;
    assert_false(toc_mode_parse(TOC_STR("Actual"), &mode));
    assert_false(toc_mode_parse(TOC_STR(""), &mode));
    assert_false(toc_mode_parse(TOC_STR("live"), &mode));
    assert_int_equal(mode, TOC_MODE_COUNT);
}

static const struct event_case {
    const char *name;
    void (*check)(void);
} cases[] = {
    {"slots from zero are the fields of the type", gives_fields},
    {"the envelope is fields like any other", gives_the_envelope},
    {"an empty subject is no subject", an_empty_subject_is_none},
    {"names outside the envelope have no slot of it", other_names_have_no_slot},
    {"each mode has one word, in small letters", modes_have_words},
};

static void holds(void **state)
{
    ((const struct event_case *)*state)->check();
}

UNIT_TABLE("event/event", cases, holds)
