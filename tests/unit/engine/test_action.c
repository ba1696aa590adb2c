/* The form of an action on the wire: what reads, and why the rest is refused. */
#include "unit.h"

#include <stdio.h>

#include "base/mem.h"
#include "engine/action.h"

#define ID "0123456789abcdef0123456789abcdef"
/* @data within an envelope that is right. */
#define IN(data)                                                                                   \
    "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/ops\",\"type\":\"tocsin.action\","        \
    "\"data\":" data "}"
#define ACK(more) IN("{\"action\":\"ack\",\"alert_id\":\"" ID "\",\"by\":\"T\"" more "}")
#define MUTE(more)                                                                                 \
    IN("{\"action\":\"silence\",\"by\":\"T\",\"until\":\"2026-01-01T00:00:00Z\"" more "}")

static const struct action_case {
    const char *name, *text;
    const char *says, *detail; /* NULL: it reads. detail NULL: any. */
} cases[] = {
    {"the least of an ack", ACK(""), NULL, NULL},
    {"post, note and where it stood",
     ACK(",\"post\":\"P\",\"note\":\"two\\nlines\",\"rule\":\"r\",\"key\":{\"camp\":\"Gao\",\"n\":"
         "5}"),
     NULL, NULL},
    {"an envelope with more than is asked for",
     "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/ops\",\"type\":\"tocsin.action\","
     "\"time\":\"2026-01-01T00:00:00Z\",\"datacontenttype\":\"application/json\",\"traceid\":\"x\","
     "\"data\":{\"action\":\"ack\",\"alert_id\":\"" ID "\",\"by\":\"T\"}}",
     NULL, NULL},
    {"a silence by rule, at hours",
     MUTE(",\"rule\":\"r\",\"daily\":\"22:00-06:00\",\"utc_offset\":\"-03:30\""), NULL, NULL},
    {"a silence by tags", MUTE(",\"tags\":[\"a\",\"b\"]"), NULL, NULL},
    {"nothing", "", "not_json", NULL},
    {"no JSON", "{", "not_json", NULL},
    {"not an object", "[]", "not_json", NULL},
    {"two of them", ACK("") ACK(""), "not_json", NULL},
    {"a member twice", ACK(",\"by\":\"U\""), "not_json", NULL},
    {"bytes that are no UTF-8", ACK(",\"note\":\"\xff\""), "not_json", NULL},
    {"NUL in a text", ACK(",\"note\":\"a\\u0000\""), "not_json", NULL},
    {"half a surrogate", ACK(",\"note\":\"\\ud800\""), "not_json", NULL},
    {"another type",
     "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/ops\",\"type\":\"x.a\",\"data\":{}}",
     "envelope", "type"},
    {"another version",
     "{\"specversion\":\"0.3\",\"id\":\"1\",\"source\":\"/"
     "ops\",\"type\":\"tocsin.action\",\"data\":{}}",
     "envelope", NULL},
    {"no id",
     "{\"specversion\":\"1.0\",\"source\":\"/ops\",\"type\":\"tocsin.action\",\"data\":{}}",
     "envelope", "id"},
    {"no data",
     "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/o\",\"type\":\"tocsin.action\"}",
     "envelope", "data"},
    {"no action", IN("{\"by\":\"T\"}"), "missing_field", "action"},
    {"an action nobody knows", IN("{\"action\":\"shout\",\"by\":\"T\"}"), "unknown_action",
     "shout"},
    {"nobody", IN("{\"action\":\"ack\",\"alert_id\":\"" ID "\"}"), "missing_field", "by"},
    {"nobody by an empty name", IN("{\"action\":\"ack\",\"alert_id\":\"" ID "\",\"by\":\"\"}"),
     "wrong_field", "by"},
    {"a name that is a number", IN("{\"action\":\"ack\",\"alert_id\":\"" ID "\",\"by\":7}"),
     "wrong_field", "by"},
    {"a name with a line end", IN("{\"action\":\"ack\",\"alert_id\":\"" ID "\",\"by\":\"a\\nb\"}"),
     "wrong_field", "by"},
    {"a terminal's escape", ACK(",\"note\":\"\\u001b[2J\""), "wrong_field", "note"},
    {"no alert", IN("{\"action\":\"ack\",\"by\":\"T\"}"), "missing_field", "alert_id"},
    {"an alert by half its id", IN("{\"action\":\"ack\",\"alert_id\":\"0123\",\"by\":\"T\"}"),
     "wrong_field", "alert_id"},
    {"an id in capitals",
     IN("{\"action\":\"ack\",\"alert_id\":\"0123456789ABCDEF0123456789abcdef\",\"by\":\"T\"}"),
     "wrong_field", "alert_id"},
    {"a member of no action", ACK(",\"colour\":\"red\""), "unknown_field", "colour"},
    {"a member of another action", ACK(",\"until\":\"2026-01-01T00:00:00Z\""), "unknown_field",
     "until"},
    {"a comment without a note",
     IN("{\"action\":\"comment\",\"alert_id\":\"" ID "\",\"by\":\"T\"}"), "missing_field", "note"},
    {"a key that is a list", ACK(",\"key\":[1]"), "wrong_field", "key"},
    {"a key of five parts", ACK(",\"key\":{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5}"),
     "wrong_field", "key"},
    {"a key within a key", ACK(",\"key\":{\"a\":{}}"), "wrong_field", "key"},
    {"a silence without an end", IN("{\"action\":\"silence\",\"by\":\"T\",\"rule\":\"r\"}"),
     "missing_field", "until"},
    {"a silence of everything", MUTE(""), "bad_silence", NULL},
    {"hours that are none", MUTE(",\"rule\":\"r\",\"daily\":\"8-18\""), "wrong_field", "daily"},
    {"an hour too many", MUTE(",\"rule\":\"r\",\"daily\":\"08:00-24:01\""), "wrong_field", "daily"},
    {"no hours between", MUTE(",\"rule\":\"r\",\"daily\":\"08:00-08:00\""), "wrong_field", "daily"},
    {"an offset without hours", MUTE(",\"rule\":\"r\",\"utc_offset\":\"+01:00\""), "missing_field",
     "daily"},
    {"an offset beyond all",
     MUTE(",\"rule\":\"r\",\"daily\":\"08:00-09:00\",\"utc_offset\":\"+18:01\""), "wrong_field",
     "utc_offset"},
    {"nine tags", MUTE(",\"tags\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\"]"),
     "wrong_field", "tags"},
    {"no silence by name", IN("{\"action\":\"unsilence\",\"by\":\"T\"}"), "missing_field",
     "silence"},
};

static void reads_or_says_why_not(void **state)
{
    const struct action_case *c = *state;
    struct toc_action action;
    struct toc_text detail = {0};
    enum toc_action_refusal reason = TOC_ACTION_REFUSAL_COUNT;

    enum toc_status status = toc_action_decode(toc_str_of(c->text), 5, &action, &reason, &detail);
    if (c->says == NULL) {
        assert_int_equal(status, TOC_OK);
        assert_int_equal(action.at_ms, 5);
        assert_true(toc_action_is_one(toc_str_of(c->text)));
        toc_action_finish(&action);
    } else {
        assert_int_equal(status, TOC_E_INVALID);
        assert_string_equal(toc_action_refusal_text(reason), c->says);
        assert_true(toc_action_refusal_words(reason)[0] != '\0');
        if (c->detail != NULL) {
            assert_string_equal(detail.data, c->detail);
        }
    }
    toc_text_finish(&detail);
}

static void size_is_bounded(void **state)
{
    struct toc_action action;
    struct toc_text text = {0}, detail = {0};
    enum toc_action_refusal reason = TOC_ACTION_REFUSAL_COUNT;

    (void)state;
    toc_text_add(&text, toc_str_of(ACK("")));
    while (text.size < TOC_ACTION_SIZE) {
        toc_text_add_char(&text, ' ');
    }
    assert_int_equal(
        toc_action_decode(toc_text_str(&text), TOC_INSTANT_NONE, &action, &reason, &detail),
        TOC_OK);
    assert_int_equal(action.at_ms, TOC_INSTANT_NONE);
    toc_action_finish(&action);
    toc_text_add_char(&text, ' ');
    assert_int_equal(
        toc_action_decode(toc_text_str(&text), TOC_INSTANT_NONE, &action, &reason, &detail),
        TOC_E_INVALID);
    assert_string_equal(toc_action_refusal_text(reason), "too_large");
    toc_text_finish(&text);
    toc_text_finish(&detail);
}

/* Every text has its bound, and a text at the bound reads. */
static void texts_are_bounded(void **state)
{
    static const struct {
        const char *name;
        size_t most;
    } texts[] = {{"post", TOC_ACTION_NAME}, {"note", TOC_ACTION_NOTE}, {"rule", TOC_ACTION_NAME}};

    (void)state;
    for (size_t i = 0; i < 2 * UNIT_COUNT(texts); i++) {
        struct toc_action action;
        struct toc_text text = {0}, detail = {0};
        enum toc_action_refusal reason = TOC_ACTION_REFUSAL_COUNT;
        size_t size = texts[i / 2].most + i % 2;
        char *filler = toc_mem_get(size + 1);
        memset(filler, 'x', size);
        toc_text_addf(&text, ACK(",\"%s\":\"%s\""), texts[i / 2].name, filler);
        enum toc_status status =
            toc_action_decode(toc_text_str(&text), TOC_INSTANT_NONE, &action, &reason, &detail);
        assert_int_equal(status, i % 2 == 0 ? TOC_OK : TOC_E_INVALID);
        if (status == TOC_OK) {
            toc_action_finish(&action);
        }
        toc_mem_free(filler);
        toc_text_finish(&text);
        toc_text_finish(&detail);
    }
}

static void an_event_is_no_action(void **state)
{
    (void)state;
    assert_false(toc_action_is_one(TOC_STR("")));
    assert_false(toc_action_is_one(TOC_STR("{\"type\":\"x.a\",\"id\":\"tocsin.action\"}")));
    assert_false(toc_action_is_one(TOC_STR("{\"type\":\"tocsin.action")));
    assert_true(toc_action_is_one(TOC_STR("{\"a\":\"\",\"type\":\"tocsin.action\"}")));
}

int main(void)
{
    struct CMUnitTest tests[UNIT_COUNT(cases) + 3] = {
        cmocka_unit_test(size_is_bounded),
        cmocka_unit_test(texts_are_bounded),
        cmocka_unit_test(an_event_is_no_action),
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        tests[3 + i] = (struct CMUnitTest){.name = cases[i].name,
                                           .test_func = reads_or_says_why_not,
                                           .initial_state = (void *)(uintptr_t)&cases[i]};
    }
    return cmocka_run_group_tests_name("engine/action", tests, NULL, NULL);
}
