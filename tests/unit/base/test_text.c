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

static const struct text_case {
    const char *name;
    void (*check)(void);
} cases[] = {
    {"no code point folds to more than three times its bytes", every_code_point_fits},
    {"a megabyte of marks is folded at once", marks_cost_no_square},
    {"a text grows", builds},
    {"slices order by bytes, then by length", compares},
    {"what does not fit is measured", small_room},
};

static void holds(void **state)
{
    ((const struct text_case *)*state)->check();
}

UNIT_TABLE("base/text", cases, holds)
