/* cli/command.h - which commands and options there are, and what somebody typed.
 * One table, commands.def; nothing else knows an option's name. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The process's exit status: part of the interface, see the manual page. */
enum toc_exit {
    TOC_EXIT_OK = 0,
    TOC_EXIT_FINDINGS = 1, /* A test failed, a warning under --strict. */
    TOC_EXIT_USAGE = 2,    /* The command line is wrong. */
    TOC_EXIT_INVALID = 3,  /* Rules, types, places or configuration are wrong. */
    TOC_EXIT_IO = 4,       /* A file or the broker cannot be reached, read or written. */
    TOC_EXIT_INTERNAL = 5, /* tocsin itself is wrong. */
};

/* What an option's argument is: how it completes and how it is checked. */
enum toc_argument {
    TOC_ARGUMENT_NONE,
    TOC_ARGUMENT_DIRECTORY,
    TOC_ARGUMENT_FILE,
    TOC_ARGUMENT_TEXT,
    TOC_ARGUMENT_SPAN,   /* "90s", "10m": toc_args_span. */
    TOC_ARGUMENT_COUNT,  /* 1 to 32,767: toc_args_number. */
    TOC_ARGUMENT_FORMAT, /* "text", "json" or "sarif" */
    TOC_ARGUMENT_SHELL,  /* "bash" or "zsh" */
    TOC_ARGUMENT_LAST = TOC_ARGUMENT_SHELL,
};

enum toc_option_id {
#define TOC_OPTION(name, letter, text, argument, kind, help) TOC_OPT_##name,
#include "cli/commands.def"
    TOC_OPT_COUNT
};

struct toc_option {
    char letter; /* 0 = none */
    const char *name;
    const char *argument; /* Its name in help, or NULL: takes none. */
    enum toc_argument kind;
    const char *help;
};

struct toc_args;

struct toc_command {
    const char *name, *arguments, *summary, *more;
    const enum toc_option_id *options; /* Ends with TOC_OPT_COUNT. */
    enum toc_exit (*run)(const struct toc_args *args);
};

enum { TOC_ARGS_TOPICS = 64 };
struct toc_args {
    const struct toc_command *command;
    const char
        *values[TOC_OPT_COUNT]; /* Last one given; "" for an option without argument; NULL. */
    const char *topics[TOC_ARGS_TOPICS]; /* Of --topic: each one given. */
    size_t topic_count;
    char **operands;
    size_t operand_count;
};

/* The commands, in the order of help. */
size_t toc_command_count(void);
const struct toc_command *toc_command_get(size_t index);
const struct toc_command *toc_command_find(const char *name); /* NULL: there is none. */
const struct toc_option *toc_option_get(enum toc_option_id id);
/* "TEXT" of a closed set of arguments in order, NULL-ended; NULL: the kind is open. */
const char *const *toc_option_choices(enum toc_argument kind);

/* Read @argv (argv[0] is the command's name) into @out for @command. False: it was wrong and stderr
 * says how, with what was probably meant. Arguments of options are checked by their kind. */
bool toc_args_parse(const struct toc_command *command, int argc, char *argv[],
                    struct toc_args *out);
/* Find the command named @word, or say on stderr that there is none, and what was probably meant.
 */
const struct toc_command *toc_args_command(const char *word);

bool toc_args_has(const struct toc_args *args, enum toc_option_id id);
/* The span given, or @otherwise. */
int64_t toc_args_span(const struct toc_args *args, enum toc_option_id id, int64_t otherwise_ms);
/* The number given, or @otherwise. */
int64_t toc_args_number(const struct toc_args *args, enum toc_option_id id, int64_t otherwise);

#define TOC_COMMAND(name, arguments, summary, more, ...)                                           \
    enum toc_exit toc_cli_##name(const struct toc_args *args);
#include "cli/commands.def"
