#include "unit.h"

#include <stdio.h>

#include "base/diag.h"

static struct toc_diag *diag;

static void add(uint32_t file, uint32_t line, uint32_t column, const char *what)
{
    toc_diag_add(diag, TOC_SEVERITY_ERROR, "E0203",
                 (struct toc_mark){.file = file, .line = line, .column = column}, TOC_STR(""), "%s",
                 what);
}

static void sorts(void)
{
    static const char *const order[] = {"a1", "a2", "b", "c", "d", "e"};

    (void)toc_diag_add_file(diag, "one", TOC_STR(""));
    (void)toc_diag_add_file(diag, "two", TOC_STR(""));
    add(1, 1, 1, "e");
    add(0, 2, 2, "d");
    add(0, 2, 1, "c");
    add(0, 1, 9, "b");
    add(0, 1, 3, "a1");
    add(0, 1, 3, "a2");
    toc_diag_sort(diag);
    for (size_t i = 0; i < UNIT_COUNT(order); i++) {
        assert_string_equal(toc_diag_get(diag, i)->message.data, order[i]);
    }
    assert_string_equal(toc_diag_path(diag, 1), "two");
}

static void keeps_a_bounded_number(void)
{
    struct toc_text out = {0};

    (void)toc_diag_add_file(diag, "one", TOC_STR(""));
    for (uint32_t i = 0; i < TOC_DIAG_MOST; i++) {
        add(0, 0, 0, "wrong");
    }
    toc_diag_print(diag, false, &out);
    assert_null(strstr(out.data, "more"));
    add(0, 0, 0, "wrong");
    for (uint32_t i = 0; i < TOC_DIAG_MOST + 2; i++) { /* Warnings do not push errors out. */
        toc_diag_add(diag, TOC_SEVERITY_WARNING, "E0203", (struct toc_mark){0}, TOC_STR(""), "odd");
    }
    assert_int_equal(toc_diag_errors(diag), TOC_DIAG_MOST + 1);
    assert_int_equal(toc_diag_count(diag), 2 * TOC_DIAG_MOST);
    toc_text_clear(&out);
    toc_diag_print(diag, true, &out);
    assert_non_null(strstr(out.data, "and 3 more\n"));
    toc_text_finish(&out);
}

static void cuts_long_messages(void)
{
    char longest[2001];

    for (size_t i = 0; i < 2000; i += 2) {
        memcpy(longest + i, "é", 2);
    }
    longest[2000] = '\0';
    (void)toc_diag_add_file(diag, "one", TOC_STR(""));
    add(0, 0, 0, longest);
    add(0, 0, 0, longest + 1); /* Begins inside a letter: cut before one all the same. */
    assert_int_equal(toc_diag_get(diag, 0)->message.size, 1000);
    assert_int_equal(toc_diag_get(diag, 1)->message.size, 999);
}

static void shows_part_of_a_long_line(void)
{
    struct toc_text line = {0}, out = {0};

    for (int i = 0; i < 1000; i++) {
        toc_text_add(&line, TOC_STR("é"));
    }
    line.data[1000] = 'X';
    line.data[1001] = 'Y';
    (void)toc_diag_add_file(diag, "one", toc_text_str(&line));
    add(0, 1, 501, "here");
    toc_diag_print(diag, false, &out);
    assert_true(out.size < 1000);
    assert_non_null(strstr(out.data, "XYé"));
    assert_non_null(strstr(out.data, "é...\n"));
    toc_text_finish(&out);
    toc_text_finish(&line);
}

static void suggests_the_nearest(void)
{
    const struct toc_str names[] = {TOC_STR("at"), TOC_STR("near"), TOC_STR("match"),
                                    TOC_STR("watch")};
    size_t count = UNIT_COUNT(names);

    assert_string_equal(toc_diag_nearest(TOC_STR("macth"), names, count).data, "match");
    assert_string_equal(toc_diag_nearest(TOC_STR("hatch"), names, count).data, "match");
    assert_string_equal(toc_diag_nearest(TOC_STR("wacth"), names, count).data, "watch");
    assert_string_equal(toc_diag_nearest(TOC_STR("it"), names, count).data, "at");
    assert_int_equal(toc_diag_nearest(TOC_STR("xy"), names, count).size, 0); /* 2 of 2 letters. */
    assert_int_equal(toc_diag_nearest(TOC_STR("within"), names, count).size, 0);
    assert_int_equal(toc_diag_nearest(TOC_STR("a"), NULL, 0).size, 0);
}

static void knows_its_codes(void)
{
    static const char *const codes[] = {
#define TOC_CODE(code, meaning) #code,
#include "base/diag.def"
#undef TOC_CODE
    };

    assert_string_equal(toc_diag_meaning("E0101"), "the text is not valid YAML");
    assert_null(toc_diag_meaning("E9999"));
    for (size_t i = 0; i < UNIT_COUNT(codes); i++) {
        assert_int_equal(strlen(codes[i]), 5);
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(codes[i], codes[j]);
        }
    }
}

static const struct findings_case {
    const char *name;
    void (*check)(void);
} cases[] = {
    {"findings sort by file, line, column, then as they came", sorts},
    {"more than 200 errors are counted, not kept", keeps_a_bounded_number},
    {"a long message is cut between characters", cuts_long_messages},
    {"of a long line the part around the mark is shown", shows_part_of_a_long_line},
    {"the nearest name is suggested, of equals the first", suggests_the_nearest},
    {"every code is one of its kind", knows_its_codes},
};

static void holds(void **state)
{
    diag = toc_diag_create();
    ((const struct findings_case *)*state)->check();
    toc_diag_destroy(diag);
}

UNIT_TABLE("base/findings", cases, holds)
