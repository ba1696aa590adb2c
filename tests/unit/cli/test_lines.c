#include "unit.h"

#include <stdio.h>
#include <unistd.h>

#include "cli/lines.h"
#include "event/decode.h"

/* A file of @text (repeated @times), open as lines. */
static struct toc_lines open_lines(const char *text, size_t times)
{
    char path[] = "/tmp/tocsin-lines-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    FILE *file = fdopen(fd, "w");
    for (size_t i = 0; i < times; i++) {
        assert_true(fputs(text, file) >= 0);
    }
    assert_int_equal(fclose(file), 0);
    struct toc_lines lines;
    assert_int_equal(toc_lines_init(&lines, path), TOC_OK);
    unlink(path);
    return lines;
}

static const struct lines_case {
    const char *name, *text;
    const char *expected[4]; /* NULL ends the list. */
} cases[] = {
    {"an empty file has no lines", "", {NULL}},
    {"a newline ends a line", "a\nbb\n", {"a", "bb", NULL}},
    {"the last line needs no newline", "a\nbb", {"a", "bb", NULL}},
    {"an empty line is a line", "a\n\nb\n", {"a", "", "b", NULL}},
    {"a file of one newline has one empty line", "\n", {"", NULL}},
};

static void gives_lines(void **state)
{
    const struct lines_case *c = *state;
    struct toc_lines lines = open_lines(c->text, 1);
    struct toc_str line;
    size_t count = 0;
    while (toc_lines_next(&lines, &line)) {
        assert_non_null(c->expected[count]);
        assert_int_equal(line.size, strlen(c->expected[count]));
        assert_memory_equal(line.data, c->expected[count], line.size);
        count++;
        assert_int_equal(lines.line, count);
    }
    assert_null(c->expected[count]);
    assert_int_equal(lines.error, 0);
    toc_lines_finish(&lines);
}

static void lines_cross_blocks(void **state)
{
    (void)state;
    struct toc_lines lines = open_lines("0123456789012345678901234567890123456\n", 50000);
    struct toc_str line;
    while (toc_lines_next(&lines, &line)) {
        assert_int_equal(line.size, 37);
        assert_memory_equal(line.data, "0123456789012345678901234567890123456", 37);
    }
    assert_int_equal(lines.line, 50000);
    assert_int_equal(lines.read_bytes, 50000 * 38);
    toc_lines_finish(&lines);
}

/* One line of @size 'x', then "after". */
static void long_line(size_t size, size_t expected)
{
    char *text = malloc(size + 8);
    memset(text, 'x', size);
    memcpy(text + size, "\nafter\n", 8);
    struct toc_lines lines = open_lines(text, 1);
    struct toc_str line;
    assert_true(toc_lines_next(&lines, &line));
    if (expected == size) {
        assert_int_equal(line.size, expected);
    } else {
        assert_true(line.size >= expected); /* Enough to be refused. */
    }
    assert_true(toc_lines_next(&lines, &line));
    assert_int_equal(line.size, 5);
    assert_memory_equal(line.data, "after", 5);
    assert_int_equal(lines.line, 2);
    assert_false(toc_lines_next(&lines, &line));
    toc_lines_finish(&lines);
    free(text);
}

static void the_longest_record_is_whole(void **state)
{
    (void)state;
    long_line(TOC_RECORD_SIZE, TOC_RECORD_SIZE);
}

static void a_longer_line_is_cut_and_the_next_is_whole(void **state)
{
    (void)state;
    long_line(TOC_RECORD_SIZE + 1, TOC_RECORD_SIZE + 1);
    long_line(5 * TOC_RECORD_SIZE, TOC_RECORD_SIZE + 1);
}

static void a_missing_file_is_told(void **state)
{
    (void)state;
    struct toc_lines lines;
    assert_int_equal(toc_lines_init(&lines, "/nonexistent/file"), TOC_E_IO);
    assert_int_equal(toc_lines_init(&lines, "/"), TOC_E_IO);
}

int main(void)
{
    struct CMUnitTest tests[UNIT_COUNT(cases) + 4] = {
        cmocka_unit_test(lines_cross_blocks),
        cmocka_unit_test(the_longest_record_is_whole),
        cmocka_unit_test(a_longer_line_is_cut_and_the_next_is_whole),
        cmocka_unit_test(a_missing_file_is_told),
    };
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        union {
            const void *in;
            void *out;
        } row = {.in = &cases[i]};
        tests[4 + i] = (struct CMUnitTest){cases[i].name, gives_lines, NULL, NULL, row.out};
    }
    return cmocka_run_group_tests_name("cli/lines", tests, NULL, NULL);
}
