#include "unit.h"

#include "lane/log.h"

static int64_t clock_ms;

static int64_t now_ms(void)
{
    return clock_ms;
}

/* What @write made the log write, NUL-terminated; the caller frees it. */
static char *written(void (*write)(struct toc_log *log), enum toc_log_level least)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    clock_ms = INT64_C(1795305600000);
    struct toc_log *log = toc_log_create(out, least, now_ms);
    write(log);
    toc_log_destroy(log);
    fclose(out);
    return text;
}

static void write_fields(struct toc_log *log)
{
    TOC_LOG(log, WARNING, "kafka.gap", toc_log_words("topic", "radar"),
            toc_log_number("partition", 3), toc_log_number("from", -120));
}

static void a_line_has_time_level_event_and_fields(void **state)
{
    (void)state;
    char *text = written(write_fields, TOC_LOG_LEVEL_DEBUG);
    assert_string_equal(
        text, "2026-11-22T00:00:00.000Z warning kafka.gap topic=radar partition=3 from=-120\n");
    free(text);
}

static void write_awkward(struct toc_log *log)
{
    TOC_LOG(log, ERROR, "a.b", toc_log_words("blank", "two words"), toc_log_words("none", ""),
            toc_log_words("quote", "say \"no\"\\"), toc_log_words("equal", "a=b"),
            toc_log_words("lines", "one\ntwo\t\x7f"), toc_log_words("utf8", "Kidal-é"));
}

static void awkward_values_are_quoted(void **state)
{
    (void)state;
    char *text = written(write_awkward, TOC_LOG_LEVEL_DEBUG);
    assert_string_equal(text, "2026-11-22T00:00:00.000Z error a.b blank=\"two words\" none=\"\" "
                              "quote=\"say \\\"no\\\"\\\\\" equal=\"a=b\" "
                              "lines=\"one\\ntwo\\x09\\x7f\" utf8=Kidal-é\n");
    free(text);
}

static void write_levels(struct toc_log *log)
{
    TOC_LOG(log, DEBUG, "a.debug", toc_log_number("n", 1));
    TOC_LOG(log, INFO, "a.info", toc_log_number("n", 1));
    TOC_LOG(log, WARNING, "a.warning", toc_log_number("n", 1));
}

static void lower_levels_are_left_out(void **state)
{
    (void)state;
    char *text = written(write_levels, TOC_LOG_LEVEL_WARNING);
    assert_null(strstr(text, "a.debug"));
    assert_null(strstr(text, "a.info"));
    assert_non_null(strstr(text, "a.warning"));
    free(text);
}

static void write_long(struct toc_log *log)
{
    char words[2 * TOC_LOG_LINE];
    memset(words, 'x', sizeof words - 1);
    words[sizeof words - 1] = '\0';
    TOC_LOG(log, INFO, "a.long", toc_log_words("words", words));
}

static void a_line_too_long_is_cut_and_still_a_line(void **state)
{
    (void)state;
    char *text = written(write_long, TOC_LOG_LEVEL_DEBUG);
    assert_int_equal(strlen(text), TOC_LOG_LINE);
    assert_int_equal(text[TOC_LOG_LINE - 1], '\n');
    free(text);
}

static size_t count_lines(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++) {
        count += *text == '\n';
    }
    return count;
}

static void write_storm(struct toc_log *log)
{
    for (int i = 0; i < 100; i++) {
        TOC_LOG(log, INFO, "a.storm", toc_log_number("i", i));
    }
    TOC_LOG(log, INFO, "a.other", toc_log_number("i", 0)); /* Has an allowance of its own. */
    clock_ms += 999;
    TOC_LOG(log, INFO, "a.storm", toc_log_number("i", 100));
    clock_ms += 1;
    TOC_LOG(log, INFO, "a.storm", toc_log_number("i", 101));
    TOC_LOG(log, INFO, "a.storm", toc_log_number("i", 102));
}

static void a_storm_of_one_event_is_counted_not_written(void **state)
{
    (void)state;
    char *text = written(write_storm, TOC_LOG_LEVEL_DEBUG);
    assert_int_equal(count_lines(text), TOC_LOG_BURST + 2);
    assert_non_null(strstr(text, "a.storm i=9\n"));
    assert_null(strstr(text, "a.storm i=10\n"));
    assert_non_null(strstr(text, "a.other"));
    assert_non_null(strstr(text, "a.storm i=101 suppressed=91\n"));
    assert_null(strstr(text, "i=102"));
    free(text);
}

static void write_many_names(struct toc_log *log)
{
    char name[32];
    for (int i = 0; i < 3 * TOC_LOG_NAMES; i++) {
        (void)snprintf(name, sizeof name, "event.n%d", i);
        toc_log_write(log, TOC_LOG_LEVEL_INFO, name, NULL, 0);
    }
}

static void names_beyond_the_table_share_one_allowance(void **state)
{
    (void)state;
    char *text = written(write_many_names, TOC_LOG_LEVEL_DEBUG);
    assert_int_equal(count_lines(text), TOC_LOG_NAMES - 1 + TOC_LOG_BURST);
    free(text);
}

static void write_back_in_time(struct toc_log *log)
{
    for (int i = 0; i < 20; i++) {
        TOC_LOG(log, INFO, "a.storm", toc_log_number("i", i));
    }
    clock_ms -= 3600000;
    TOC_LOG(log, INFO, "a.storm", toc_log_number("i", 20));
    clock_ms += 1000;
    TOC_LOG(log, INFO, "a.storm", toc_log_number("i", 21));
}

static void a_clock_that_steps_back_silences_nothing_for_long(void **state)
{
    (void)state;
    char *text = written(write_back_in_time, TOC_LOG_LEVEL_DEBUG);
    assert_non_null(strstr(text, "i=21"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_has_time_level_event_and_fields),
        cmocka_unit_test(awkward_values_are_quoted),
        cmocka_unit_test(lower_levels_are_left_out),
        cmocka_unit_test(a_line_too_long_is_cut_and_still_a_line),
        cmocka_unit_test(a_storm_of_one_event_is_counted_not_written),
        cmocka_unit_test(names_beyond_the_table_share_one_allowance),
        cmocka_unit_test(a_clock_that_steps_back_silences_nothing_for_long),
    };
    return cmocka_run_group_tests_name("lane/log", tests, NULL, NULL);
}
