#include "unit.h"

#include "expr/pattern.h"

static struct toc_text error;

static bool found(const char *pattern, bool is_cased, const char *text)
{
    struct toc_pattern *compiled = toc_pattern_create(toc_str_of(pattern), is_cased, &error);
    bool is_found;

    assert_non_null(compiled);
    assert_int_equal(error.size, 0);
    is_found = toc_pattern_search(compiled, toc_str_of(text));
    toc_pattern_destroy(compiled);
    return is_found;
}

static void searches(void)
{
    assert_true(found("ied", false, "an IED was found"));
    assert_true(found("^ied$", false, "IED"));
    assert_false(found("^ied$", false, "an IED"));
    assert_true(found("é+", false, "ÉÉ"));
    assert_true(found("^.$", false, "é")); /* A character, not a byte. */
    assert_true(found("x?", false, ""));
}

static void minds_case_if_asked(void)
{
    assert_false(found("ied", true, "IED"));
    assert_true(found("IED", true, "IED"));
    assert_true(found("(?i)ied", true, "IED"));
}

static void refuses(void)
{
    static const char *const wrong[] = {"", "(", "[a", "*", "a{2000}", "(?=a)", "\\1", "\\xFF\xFF"};
    char longest[TOC_PATTERN_SIZE + 1];

    for (size_t i = 0; i < UNIT_COUNT(wrong); i++) {
        assert_null(toc_pattern_create(toc_str_of(wrong[i]), false, &error));
        assert_true(error.size > 0);
    }
    memset(longest, 'a', sizeof longest);
    assert_null(toc_pattern_create((struct toc_str){longest, TOC_PATTERN_SIZE + 1}, false, &error));
    toc_pattern_destroy(
        toc_pattern_create((struct toc_str){longest, TOC_PATTERN_SIZE}, false, &error));
    assert_int_equal(error.size, 0);
}

/* Small to write, large to run: refused by the bound on memory, not by the machine. */
static void refuses_what_explodes(void)
{
    assert_null(toc_pattern_create(TOC_STR("((((a{100}){100}){100}){100}){100}"), false, &error));
    assert_true(error.size > 0);
}

static void is_linear(void)
{
    size_t size = 1 << 20;
    struct toc_text text = {0};
    struct toc_pattern *evil = toc_pattern_create(TOC_STR("(a|aa)+$"), false, &error);

    for (size_t i = 0; i < size; i++) {
        toc_text_add_char(&text, 'a');
    }
    toc_text_add_char(&text, 'b');
    assert_non_null(evil);
    assert_false(toc_pattern_search(evil, toc_text_str(&text)));
    toc_pattern_destroy(evil);
    toc_text_finish(&text);
}

static void a_list_shares(void)
{
    struct toc_patterns patterns = {0};
    struct toc_pattern *a = toc_patterns_get(&patterns, TOC_STR("a+"), false, &error);

    assert_non_null(a);
    assert_ptr_equal(toc_patterns_get(&patterns, TOC_STR("a+"), false, &error), a);
    assert_ptr_not_equal(toc_patterns_get(&patterns, TOC_STR("a+"), true, &error), a);
    assert_ptr_not_equal(toc_patterns_get(&patterns, TOC_STR("a"), false, &error), a);
    assert_null(toc_patterns_get(&patterns, TOC_STR("("), false, &error));
    toc_patterns_finish(&patterns);
    assert_null(patterns.first);
    toc_patterns_finish(&patterns);
    toc_pattern_destroy(NULL);
}

static const struct pattern_case {
    const char *name;
    void (*check)(void);
} cases[] = {
    {"a pattern is searched for, without case", searches},
    {"case counts if it is asked for", minds_case_if_asked},
    {"what is no pattern, or too long, is refused with a reason", refuses},
    {"a pattern that would take much memory is refused", refuses_what_explodes},
    {"no text makes a search slow", is_linear},
    {"equal patterns of a rule set are one", a_list_shares},
};

static void holds(void **state)
{
    ((const struct pattern_case *)*state)->check();
    toc_text_finish(&error);
}

UNIT_TABLE("expr/pattern", cases, holds)
