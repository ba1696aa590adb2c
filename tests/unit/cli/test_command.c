#include "unit.h"

#include <stdio.h>

#include "cli/command.h"

static bool parse(const char *words, struct toc_args *out)
{
    static char text[256];
    static char *argv[16];
    int argc = 0;
    snprintf(text, sizeof text, "%s", words);
    for (char *word = strtok(text, " "); word != NULL; word = strtok(NULL, " ")) {
        argv[argc++] = word;
    }
    argv[argc] = NULL;
    const struct toc_command *command = toc_command_find(argv[0]);
    assert_non_null(command);
    return toc_args_parse(command, argc, argv, out);
}

static const struct parse_case {
    const char *name, *words;
    bool is_right;
} cases[] = {
    {"one file is replayed", "replay file", true},
    {"so are topics", "replay -c tocsin.yaml --topic a --topic b --since 30d", true},
    {"a topic needs a name", "replay -c tocsin.yaml --topic", false},
    {"two files are not", "replay a b", false},
    {"help needs no file", "replay --help", true},
    {"a span is read", "replay --disorder 10m f", true},
    {"a number is no span", "replay --disorder 10 f", false},
    {"of spans, 0 alone needs no unit", "replay --accept-late 0 f", true},
    {"an option may come last", "replay f --disorder=1s", true},
    {"its argument may not be missing", "replay f --disorder", false},
    {"an option of another command is none here", "check --disorder 1s", false},
    {"a flag takes no argument", "check --strict=yes", false},
    {"a letter stands for its option", "check -r dir -q", true},
    {"an unknown letter is refused", "check -z", false},
    {"-- ends the options", "replay -- -", true},
    {"a format that is there", "check --format text", true},
    {"a format that is not", "check --format csv", false},
    {"a shell that is not", "help --completion fish", false},
};

static void parses(void **state)
{
    const struct parse_case *c = *state;
    struct toc_args args;
    assert_int_equal(parse(c->words, &args), c->is_right);
}

static void gives_what_was_typed(void **state)
{
    struct toc_args args;
    (void)state;
    assert_true(parse("replay --disorder 90s --rules one -r two events.ndjson", &args));
    assert_int_equal(toc_args_span(&args, TOC_OPT_DISORDER, 5), 90000);
    assert_int_equal(toc_args_span(&args, TOC_OPT_ACCEPT_LATE, 5), 5);
    assert_string_equal(args.values[TOC_OPT_RULES], "two");
    assert_int_equal(args.operand_count, 1);
    assert_string_equal(args.operands[0], "events.ndjson");
    assert_false(toc_args_has(&args, TOC_OPT_QUIET));
}

static void every_option_has_words_and_a_command(void **state)
{
    bool is_used[TOC_OPT_COUNT] = {false};
    (void)state;
    for (size_t i = 0; i < toc_command_count(); i++) {
        const struct toc_command *command = toc_command_get(i);
        assert_ptr_equal(toc_command_find(command->name), command);
        for (const enum toc_option_id *id = command->options; *id != TOC_OPT_COUNT; id++) {
            is_used[*id] = true;
        }
    }
    for (int i = 0; i < TOC_OPT_COUNT; i++) {
        const struct toc_option *option = toc_option_get((enum toc_option_id)i);
        assert_true(is_used[i]);
        assert_true(strlen(option->help) > 0);
        assert_int_equal(option->argument == NULL, option->kind == TOC_ARGUMENT_NONE);
        for (int j = 0; j < i; j++) {
            assert_string_not_equal(option->name, toc_option_get((enum toc_option_id)j)->name);
        }
    }
}

int main(void)
{
    struct CMUnitTest tests[UNIT_COUNT(cases) + 2] = {
        cmocka_unit_test(gives_what_was_typed),
        cmocka_unit_test(every_option_has_words_and_a_command),
    };
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        union {
            const void *in;
            void *out;
        } row = {.in = &cases[i]};
        tests[2 + i] = (struct CMUnitTest){cases[i].name, parses, NULL, NULL, row.out};
    }
    return cmocka_run_group_tests_name("cli/command", tests, NULL, NULL);
}
