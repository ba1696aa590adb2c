#include "unit.h"

#include "cli/show.h"

#define RECORD(state)                                                                              \
    "{\"state\":\"" state "\",\"level\":\"critical\",\"ref\":\"GAO-7KQF\",\"title\":\"Rockets\","  \
    "\"brief\":\"INCOMING Gao\",\"response\":[\"Take cover\",\"Stay\"],"                           \
    "\"begin\":\"2026-06-12T07:12:00.000Z\",\"end\":\"2026-06-12T07:40:01.500Z\","                 \
    "\"last_event_time\":\"2026-06-12T07:12:04.000Z\"}"

static const struct show_case {
    const char *name, *record;
    bool is_coloured;
    const char *expected;
} cases[] = {
    {"new: how bad, what, what to do", RECORD("new"), false,
     "07:12:00  CRITICAL  GAO-7KQF  INCOMING Gao\n"
     "                              > Take cover\n"},
    {"the same in colour", RECORD("new"), true,
     "07:12:00  \033[1;97;41mCRITICAL\033[0m  GAO-7KQF  \033[1mINCOMING Gao\033[0m\n"
     "                              > Take cover\n"},
    {"an update has the time of its newest event", RECORD("update"), false,
     "07:12:04  update    GAO-7KQF  INCOMING Gao\n"},
    {"cleared has the time it ended", RECORD("cleared"), false,
     "07:40:01  CLEARED   GAO-7KQF  Rockets: it is over\n"},
    {"expired is no all-clear", RECORD("expired"), false,
     "07:40:01  EXPIRED   GAO-7KQF  Rockets: no longer reported; this is no all-clear\n"},
    {"a terminal is not to obey what others wrote",
     "{\"state\":\"update\",\"brief\":\"a\\u001b[2Jb\\u007fc\\u009bd\\ne\\u00e9\"}", false,
     "--:--:--  update      a[2Jbcde\xC3\xA9\n"},
    {"what is missing is left out", "{\"state\":\"new\"}", false, "--:--:--  INFO        \n"},
};

static void shows(void **state)
{
    const struct show_case *c = *state;
    struct toc_text out = {0};
    json_t *record = json_loads(c->record, 0, NULL);
    assert_non_null(record);
    toc_show_alert(record, c->is_coloured, &out);
    assert_string_equal(out.data, c->expected);
    toc_text_finish(&out);
    json_decref(record);
}

UNIT_TABLE("cli/show", cases, shows)
