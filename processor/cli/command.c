#include "cli/command.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/diag.h"
#include "base/instant.h"
#include "base/number.h"

static const struct toc_option options[TOC_OPT_COUNT] = {
#define TOC_OPTION(id, letter, text, argument, kind, help)                                         \
    [TOC_OPT_##id] = {letter, text, argument, TOC_ARGUMENT_##kind, help},
#include "cli/commands.def"
};

#define TOC_COMMAND(name, arguments, summary, more, ...)                                           \
    static const enum toc_option_id options_of_##name[] = {__VA_ARGS__, TOC_OPT_HELP,              \
                                                           TOC_OPT_COUNT};
#include "cli/commands.def"

static const struct toc_command commands[] = {
#define TOC_COMMAND(name, arguments, summary, more, ...)                                           \
    {#name, arguments, summary, more, options_of_##name, toc_cli_##name},
#include "cli/commands.def"
};

static const char *const formats[] = {"text", "json", "sarif", NULL};
static const char *const shells[] = {"bash", "zsh", NULL};

size_t toc_command_count(void)
{
    return sizeof commands / sizeof commands[0];
}

const struct toc_command *toc_command_get(size_t index)
{
    toc_assert(index < toc_command_count());
    return &commands[index];
}

const struct toc_command *toc_command_find(const char *name)
{
    for (size_t i = 0; i < toc_command_count(); i++) {
        if (strcmp(commands[i].name, name) == 0) {
            return &commands[i];
        }
    }
    return NULL;
}

const struct toc_option *toc_option_get(enum toc_option_id id)
{
    toc_assert(id < TOC_OPT_COUNT);
    return &options[id];
}

const char *const *toc_option_choices(enum toc_argument kind)
{
    return kind == TOC_ARGUMENT_FORMAT ? formats : kind == TOC_ARGUMENT_SHELL ? shells : NULL;
}

/* "; did you mean "check"?" on stderr if @word is near one of @names, then the end of the line. */
static void end_with_nearest(struct toc_str word, const char *dashes, const struct toc_str names[],
                             size_t count)
{
    struct toc_str nearest = toc_diag_nearest(word, names, count);
    if (nearest.size > 0) {
        fprintf(stderr, "; did you mean \"%s%.*s\"?\n", dashes, (int)nearest.size, nearest.data);
    } else {
        fputc('\n', stderr);
    }
}

const struct toc_command *toc_args_command(const char *word)
{
    const struct toc_command *found = toc_command_find(word);
    if (found != NULL) {
        return found;
    }
    struct toc_str names[sizeof commands / sizeof commands[0]];
    for (size_t i = 0; i < toc_command_count(); i++) {
        names[i] = toc_str_of(commands[i].name);
    }
    fprintf(stderr, "tocsin: there is no command \"%s\"", word);
    end_with_nearest(toc_str_of(word), "", names, toc_command_count());
    fputs("`tocsin help` lists the commands.\n", stderr);
    return NULL;
}

enum { LETTER = 256 }; /* Above every letter: what getopt_long returns for a long option. */

/* Say which option getopt_long refused and why. @refused is its optopt: a letter, LETTER or above
 * for a known long option, 0 for an unknown one, which is then @word. */
static void tell_refused(const struct toc_command *command, const char *word, int refused,
                         bool is_missing)
{
    const char *complaint = is_missing ? "needs an argument" : "takes no argument";

    if (refused >= LETTER) {
        fprintf(stderr, "tocsin %s: --%s %s\n", command->name, options[refused - LETTER].name,
                complaint);
    } else if (refused != 0 && is_missing) {
        fprintf(stderr, "tocsin %s: -%c %s\n", command->name, refused, complaint);
    } else if (refused != 0) {
        fprintf(stderr, "tocsin %s: there is no option -%c\n", command->name, refused);
    } else {
        struct toc_str names[TOC_OPT_COUNT];
        size_t count = 0;
        for (const enum toc_option_id *id = command->options; *id != TOC_OPT_COUNT; id++) {
            names[count++] = toc_str_of(options[*id].name);
        }
        struct toc_str typed = {.data = word + 2, .size = strcspn(word + 2, "=")};
        fprintf(stderr, "tocsin %s: there is no option \"--%.*s\"", command->name, (int)typed.size,
                typed.data);
        end_with_nearest(typed, "--", names, count);
    }
    fprintf(stderr, "`tocsin %s --help` lists the options.\n", command->name);
}

/* How many operands "FILE", "[RULES]", "[RULE...]" stand for. */
static void count_operands(const char *arguments, size_t *out_least, size_t *out_most)
{
    *out_least = 0;
    *out_most = 0;
    for (const char *word = arguments; *word != '\0'; word += strspn(word, " ")) {
        size_t size = strcspn(word, " ");
        *out_least += word[0] != '[';
        *out_most += 1;
        for (size_t i = 0; i + 2 < size; i++) {
            if (strncmp(word + i, "...", 3) == 0) {
                *out_most = SIZE_MAX / 2;
            }
        }
        word += size;
    }
}

/* Replicas and partitions: more than any cluster is asked for. */
static bool parse_count(const char *text, int64_t *out)
{
    int64_t count;
    if (!toc_number_parse_integer(toc_str_of(text), &count) || count < 1 || count > INT16_MAX) {
        return false;
    }
    *out = count;
    return true;
}

/* Nothing is nothing in every unit: of spans, 0 alone needs none. */
static bool parse_span(const char *text, int64_t *out_ms)
{
    return toc_span_parse(strcmp(text, "0") == 0 ? TOC_STR("0s") : toc_str_of(text), out_ms);
}

static bool check_argument(const struct toc_command *command, const struct toc_option *option,
                           const char *value)
{
    int64_t ignored;
    const char *const *choices = toc_option_choices(option->kind);
    if (option->kind == TOC_ARGUMENT_SPAN && !parse_span(value, &ignored)) {
        fprintf(stderr, "tocsin %s: --%s: \"%s\" is not a span like 90s, 10m or 1h30m\n",
                command->name, option->name, value);
        return false;
    }
    if (option->kind == TOC_ARGUMENT_COUNT && !parse_count(value, &ignored)) {
        fprintf(stderr, "tocsin %s: --%s: \"%s\" is not a number from 1 to %d\n", command->name,
                option->name, value, INT16_MAX);
        return false;
    }
    if (choices != NULL) {
        struct toc_str names[8];
        size_t count = 0;
        for (; choices[count] != NULL; count++) {
            if (strcmp(choices[count], value) == 0) {
                return true;
            }
            names[count] = toc_str_of(choices[count]);
        }
        fprintf(stderr, "tocsin %s: --%s: there is no \"%s\"", command->name, option->name, value);
        end_with_nearest(toc_str_of(value), "", names, count);
        return false;
    }
    return true;
}

bool toc_args_parse(const struct toc_command *command, int argc, char *argv[], struct toc_args *out)
{
    struct option table[TOC_OPT_COUNT + 1] = {{0}};
    char letters[2 * TOC_OPT_COUNT + 2] = ":"; /* ':' first: a missing argument is told apart. */
    size_t count = 0, size = 1;

    for (const enum toc_option_id *id = command->options; *id != TOC_OPT_COUNT; id++) {
        const struct toc_option *option = &options[*id];
        table[count++] = (struct option){
            .name = option->name,
            .has_arg = option->argument != NULL ? required_argument : no_argument,
            .val = LETTER + (int)*id,
        };
        if (option->letter != 0) {
            letters[size++] = option->letter;
            if (option->argument != NULL) {
                letters[size++] = ':';
            }
        }
    }
    letters[size] = '\0';

    *out = (struct toc_args){.command = command};
    opterr = 0;
    optind = 0; /* glibc and musl: begin anew, not only at word 1. */
    for (;;) {
        int result = getopt_long(argc, argv, letters, table, NULL);
        if (result == -1) {
            break;
        }
        if (result == '?' || result == ':') {
            tell_refused(command, argv[optind - 1], optopt, result == ':');
            return false;
        }
        enum toc_option_id id = TOC_OPT_HELP;
        if (result >= LETTER) {
            id = (enum toc_option_id)(result - LETTER);
        } else {
            for (const enum toc_option_id *o = command->options; *o != TOC_OPT_COUNT; o++) {
                id = options[*o].letter == result ? *o : id;
            }
        }
        if (options[id].argument != NULL && !check_argument(command, &options[id], optarg)) {
            return false;
        }
        out->values[id] = options[id].argument != NULL ? optarg : "";
        if (id == TOC_OPT_TOPIC && out->topic_count == TOC_ARGS_TOPICS) {
            fprintf(stderr, "tocsin %s: --topic: at most %d\n", command->name, TOC_ARGS_TOPICS);
            return false;
        }
        if (id == TOC_OPT_TOPIC) {
            out->topics[out->topic_count++] = optarg;
        }
    }
    out->operands = argv + optind;
    out->operand_count = (size_t)(argc - optind);

    size_t least, most;
    count_operands(command->arguments, &least, &most);
    if (out->values[TOC_OPT_HELP] == NULL &&
        (out->operand_count < least || out->operand_count > most)) {
        fprintf(stderr, "tocsin %s: %s; `tocsin %s --help` tells more\n", command->name,
                out->operand_count < least ? "an argument is missing" : "too many arguments",
                command->name);
        return false;
    }
    return true;
}

bool toc_args_has(const struct toc_args *args, enum toc_option_id id)
{
    return args->values[id] != NULL;
}

int64_t toc_args_span(const struct toc_args *args, enum toc_option_id id, int64_t otherwise_ms)
{
    int64_t span_ms = otherwise_ms;
    if (args->values[id] != NULL) {
        bool is_span = parse_span(args->values[id], &span_ms);
        toc_assert(is_span); /* toc_args_parse has refused any other. */
    }
    return span_ms;
}

int64_t toc_args_number(const struct toc_args *args, enum toc_option_id id, int64_t otherwise)
{
    int64_t number = otherwise;
    if (args->values[id] != NULL) {
        bool is_number = parse_count(args->values[id], &number);
        toc_assert(is_number);
    }
    return number;
}
