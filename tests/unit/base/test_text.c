#include "unit.h"

#include <utf8proc.h>

#include "base/text.h"

/* No code point folds to more than three times its bytes, and folding again changes nothing. */
static void every_code_point_fits(void)
{
    for (utf8proc_int32_t point = 1; point < 0x110000; point++) {
        char bytes[4], once[64], twice[64];
        struct toc_str text = {.data = bytes};
        size_t size;

        if (point >= 0xD800 && point < 0xE000) {
            continue;
        }
        text.size = (size_t)utf8proc_encode_char(point, (utf8proc_uint8_t *)bytes);
        size = toc_text_fold_into(text, sizeof once, once);
        assert_true(size <= text.size * 3);
        assert_int_equal(toc_text_fold_into((struct toc_str){once, size}, sizeof twice, twice),
                         size);
        assert_memory_equal(once, twice, size);
        assert_true(toc_text_fold_name_into(text, sizeof once, once) <= text.size * 3);
    }
}

/* A megabyte of combining marks, whose sorting would cost its square. */
static void marks_cost_no_square(void)
{
    struct toc_text marks = {0}, folded = {0};

    for (int i = 0; i < 250000; i++) {
        toc_text_add(&marks, i % 2 == 0 ? TOC_STR("\xCC\x81") : TOC_STR("\xCC\xA3"));
    }
    toc_text_fold(&folded, toc_text_str(&marks));
    assert_int_equal(folded.size, marks.size);
    toc_text_finish(&marks);
    toc_text_finish(&folded);
}

static void builds(void)
{
    struct toc_text text = {0};

    for (int i = 0; i < 1000; i++) {
        toc_text_addf(&text, "%d,", i);
    }
    assert_int_equal(text.size, 3890);
    assert_int_equal(strlen(text.data), text.size);
    toc_text_clear(&text);
    assert_string_equal(text.data, "");
    toc_text_add_char(&text, 'x');
    assert_string_equal(text.data, "x");
    toc_text_finish(&text);
    toc_text_finish(&text);
}

static void compares(void)
{
    assert_true(toc_str_compare(TOC_STR("a"), TOC_STR("b")) < 0);
    assert_true(toc_str_compare(TOC_STR("a"), TOC_STR("ab")) < 0);
    assert_true(toc_str_compare(TOC_STR("\x80"), TOC_STR("z")) > 0);
    assert_int_equal(toc_str_compare(TOC_STR(""), (struct toc_str){0}), 0);
    assert_true(toc_str_equal(TOC_STR(""), (struct toc_str){0}));
    assert_int_equal(toc_str_of(NULL).size, 0);
}

static void small_room(void)
{
    char room[4];

    assert_int_equal(toc_text_fold_into(TOC_STR("Timbuktu"), sizeof room, room), 8);
    assert_int_equal(toc_text_fold_into(TOC_STR("ÉÉÉ"), sizeof room, room), 6);
    assert_true(toc_text_is_folded_ascii(TOC_STR("a-1")));
    assert_false(toc_text_is_folded_ascii(TOC_STR("A")));
    assert_false(toc_text_is_folded_ascii(TOC_STR("é")));
}

/* --- Cutting --------------------------------------------------------------------------------- */

static void cuts_to(const char *text, size_t most, const char *expected)
{
    struct toc_str cut = toc_text_cut(toc_str_of(text), most);
    assert_int_equal(cut.size, strlen(expected));
    assert_memory_equal(cut.data, expected, cut.size);
}

static void cut_at_characters(void)
{
    cuts_to("", 1, "");
    cuts_to("abc", 4, "abc");
    cuts_to("abc", 3, "abc");
    cuts_to("abc", 2, "ab");
    cuts_to("\xc3\xa9\xc3\xa9\xc3\xa9", 3, "\xc3\xa9\xc3\xa9\xc3\xa9");
    cuts_to("\xc3\xa9\xc3\xa9\xc3\xa9", 2, "\xc3\xa9\xc3\xa9");
    cuts_to("\xf0\x9f\x92\xa5\xf0\x9f\x92\xa5", 1, "\xf0\x9f\x92\xa5");
    cuts_to("\xff\xfe\xfd", 2, "\xff\xfe"); /* Broken bytes are one each. */
}

static void cut_before_the_letter_of_a_mark(void)
{
    cuts_to("abe\xcc\x81", 4, "abe\xcc\x81"); /* e, acute */
    cuts_to("abe\xcc\x81", 3, "ab");
    cuts_to("abe\xcc\x81\xcc\xa3", 4, "ab");
    cuts_to("abe\xcc\x81"
            "c",
            4, "abe\xcc\x81");
    cuts_to("\xd9\x81\xd9\x88\xd8\xb1\xd8\xa7\xd9\x8b", 4,
            "\xd9\x81\xd9\x88\xd8\xb1");                  /* alef, tanwin */
    cuts_to("a\xf0\x9f\x87\xab\xf0\x9f\x87\xb7", 2, "a"); /* The two letters of a flag. */
}

static void a_heap_of_marks_is_cut_within(void)
{
    struct toc_text heap = {0};

    for (int marks = 30; marks < 34; marks++) {
        toc_text_clear(&heap);
        toc_text_add(&heap, TOC_STR("xa"));
        for (int i = 0; i < marks; i++) {
            toc_text_add(&heap, TOC_STR("\xcc\x81"));
        }
        size_t most = (size_t)marks + 1; /* One mark too many. */
        size_t size = toc_text_cut(toc_text_str(&heap), most).size;
        assert_int_equal(size, marks < TOC_TEXT_CLUSTER ? 1 : 2 + 2 * ((size_t)marks - 1));
    }
    toc_text_finish(&heap);
}

static void knows_what_runs_from_right_to_left(void)
{
    static const char *const right_to_left[] = {
        "\xd7\x90" /* alef */, "Gao \xd8\xba\xd8\xa7\xd9\x88", "\xdf\x8a" /* N'Ko */,
        "\xf0\x9e\xa4\x80" /* Adlam */, "\xe2\x80\x8f" /* the mark itself */};
    static const char *const others[] = {"",
                                         "Gao",
                                         "\xc3\x89",
                                         "\xd0\x9a",
                                         "\xd9\xa3" /* an Arabic digit, a number */,
                                         "\xe4\xb8\xad",
                                         "\xf0\x9f\x92\xa5",
                                         "\xff",
                                         "\xd8"};

    for (size_t i = 0; i < UNIT_COUNT(right_to_left); i++) {
        assert_true(toc_text_is_right_to_left(toc_str_of(right_to_left[i])));
    }
    for (size_t i = 0; i < UNIT_COUNT(others); i++) {
        assert_false(toc_text_is_right_to_left(toc_str_of(others[i])));
    }
}

static const struct text_case {
    const char *name;
    void (*check)(void);
} cases[] = {
    {"no code point folds to more than three times its bytes", every_code_point_fits},
    {"a megabyte of marks is folded at once", marks_cost_no_square},
    {"a text grows", builds},
    {"slices order by bytes, then by length", compares},
    {"what does not fit is measured", small_room},
    {"cut between characters", cut_at_characters},
    {"a mark is not cut from its letter", cut_before_the_letter_of_a_mark},
    {"of more than 32 marks some are cut", a_heap_of_marks_is_cut_within},
    {"what runs from right to left", knows_what_runs_from_right_to_left},
};

static void holds(void **state)
{
    ((const struct text_case *)*state)->check();
}

UNIT_TABLE("base/text", cases, holds)
