#include "cli/help.h"

#include <string.h>

#include "cli/terminal.h"

enum { WIDTH = 88, INDENT = 6 };

static const struct {
    enum toc_exit status;
    const char *words;
} exits[] = {
    {TOC_EXIT_OK, "all is well"},
    {TOC_EXIT_FINDINGS, "findings: a test failed, or there are warnings under --strict"},
    {TOC_EXIT_USAGE, "the command line is wrong"},
    {TOC_EXIT_INVALID, "rules, types, places or configuration are wrong"},
    {TOC_EXIT_IO, "a file or the broker cannot be reached, read or written"},
    {TOC_EXIT_INTERNAL, "tocsin itself is wrong (a broken assertion aborts instead)"},
};

/* @text in lines of WIDTH, each indented; a newline in it begins a paragraph. */
static void print_wrapped(const char *text, FILE *out)
{
    size_t column = 0;
    for (const char *word = text; *word != '\0';) {
        if (*word == '\n') {
            fputs("\n", out);
            column = 0;
            word++;
            continue;
        }
        size_t size = strcspn(word, " \n");
        if (column > 0 && column + 1 + size > WIDTH) {
            fputc('\n', out);
            column = 0;
        }
        column += (size_t)fprintf(out, "%*s%.*s", column == 0 ? INDENT : 1, "", (int)size, word);
        word += size;
        word += *word == ' ';
    }
    fputc('\n', out);
}

void toc_help_overview(FILE *out)
{
    fputs("Usage: tocsin COMMAND [OPTIONS] [ARGUMENTS]\n\n"
          "Early warning from streams of reports: rules watch events, people get alerts.\n\n",
          out);
    for (size_t i = 0; i < toc_command_count(); i++) {
        const struct toc_command *command = toc_command_get(i);
        fprintf(out, "  %-8s  %s\n", command->name, command->summary);
    }
    fputs("\n`tocsin COMMAND --help` tells more, `tocsin --version` which version this is.\n", out);
}

/* "-r, --rules DIR" */
static void print_option(const struct toc_option *option, FILE *out)
{
    fputs("  ", out);
    if (option->letter != 0) {
        fprintf(out, "-%c, ", option->letter);
    }
    fprintf(out, "--%s%s%s\n", option->name, option->argument != NULL ? " " : "",
            option->argument != NULL ? option->argument : "");
    print_wrapped(option->help, out);
}

void toc_help_command(const struct toc_command *command, FILE *out)
{
    fprintf(out, "Usage: tocsin %s [OPTIONS]%s%s\n\n", command->name,
            command->arguments[0] != '\0' ? " " : "", command->arguments);
    print_wrapped(command->summary, out);
    if (command->more[0] != '\0') {
        fputc('\n', out);
        print_wrapped(command->more, out);
    }
    fputs("\nOptions:\n", out);
    for (const enum toc_option_id *id = command->options; *id != TOC_OPT_COUNT; id++) {
        print_option(toc_option_get(*id), out);
    }
}

/* Text for roff: '-' is a hyphen-minus, a leading dot or quote no request, '\' itself. */
static void print_roff(const char *text, FILE *out)
{
    bool is_start = true;
    for (; *text != '\0'; text++) {
        if (is_start && (*text == '.' || *text == '\'')) {
            fputs("\\&", out);
        }
        is_start = *text == '\n';
        if (is_start) {
            fputs("\n.br\n", out);
        } else if (*text == '-') {
            fputs("\\-", out);
        } else if (*text == '\\') {
            fputs("\\e", out);
        } else {
            fputc(*text, out);
        }
    }
}

void toc_help_man(FILE *out)
{
    fputs(".TH TOCSIN 1 \"\" \"tocsin " TOCSIN_VERSION "\" \"User Commands\"\n"
          ".SH NAME\ntocsin \\- early warning from streams of reports\n"
          ".SH SYNOPSIS\n.B tocsin\n.I COMMAND\n[OPTIONS] [ARGUMENTS]\n.br\n.B tocsin\n"
          "\\-\\-version\n"
          ".SH DESCRIPTION\n"
          "Rules watch events as they come from sensors and people; alerts tell camps, patrols and "
          "medics in time. Data goes to standard output, talk to standard error.\n"
          ".SH COMMANDS\n",
          out);
    for (size_t i = 0; i < toc_command_count(); i++) {
        const struct toc_command *command = toc_command_get(i);
        fprintf(out, ".SS tocsin %s [OPTIONS] %s\n", command->name, command->arguments);
        print_roff(command->summary, out);
        fputs(".\n.PP\n", out);
        print_roff(command->more, out);
        fputc('\n', out);
        for (const enum toc_option_id *id = command->options; *id != TOC_OPT_COUNT; id++) {
            const struct toc_option *option = toc_option_get(*id);
            fputs(".TP\n", out);
            if (option->letter != 0) {
                fprintf(out, "\\fB\\-%c\\fR, ", option->letter);
            }
            fputs("\\fB\\-\\-", out);
            print_roff(option->name, out);
            fputs("\\fR", out);
            if (option->argument != NULL) {
                fprintf(out, " \\fI%s\\fR", option->argument);
            }
            fputc('\n', out);
            print_roff(option->help, out);
            fputc('\n', out);
        }
    }
    fputs(".SH EXIT STATUS\n", out);
    for (size_t i = 0; i < sizeof exits / sizeof exits[0]; i++) {
        fprintf(out, ".TP\n.B %d\n", (int)exits[i].status);
        print_roff(exits[i].words, out);
        fputc('\n', out);
    }
    fputs(".SH ENVIRONMENT\n.TP\n.B NO_COLOR\nNot empty: no colour.\n", out);
}

static void print_bash_words(const struct toc_command *command, FILE *out)
{
    for (const enum toc_option_id *id = command->options; *id != TOC_OPT_COUNT; id++) {
        fprintf(out, "%s--%s", id == command->options ? "" : " ", toc_option_get(*id)->name);
    }
}

/* Do only certain words stand as argument of @command? "rules|events|alerts", or commands. */
static bool is_closed(const struct toc_command *command)
{
    return strcmp(command->name, "help") == 0 || strchr(command->arguments, '|') != NULL;
}

/* Those words, separated by blanks. */
static void print_operands(const struct toc_command *command, FILE *out)
{
    if (strcmp(command->name, "help") == 0) {
        for (size_t i = 0; i < toc_command_count(); i++) {
            fprintf(out, "%s%s", i > 0 ? " " : "", toc_command_get(i)->name);
        }
        return;
    }
    for (const char *at = command->arguments; is_closed(command) && *at != '\0'; at++) {
        fputc(*at == '|' ? ' ' : *at, out);
    }
}

/* The pattern of a `case` for the words that take an argument of @kind; false: there are none. */
static bool print_bash_case(enum toc_argument kind, FILE *out)
{
    bool is_any = false;
    for (int i = 0; i < TOC_OPT_COUNT; i++) {
        const struct toc_option *option = toc_option_get((enum toc_option_id)i);
        if (option->kind == kind) {
            fprintf(out, "%s--%s", is_any ? "|" : "        ", option->name);
            if (option->letter != 0) {
                fprintf(out, "|-%c", option->letter);
            }
            is_any = true;
        }
    }
    return is_any;
}

void toc_help_bash(FILE *out)
{
    fputs("# bash completion for tocsin; written by `tocsin help --completion bash`\n"
          "_tocsin()\n{\n"
          "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
          "    COMPREPLY=()\n"
          "    if ((COMP_CWORD == 1)); then\n"
          "        COMPREPLY=($(compgen -W '",
          out);
    for (size_t i = 0; i < toc_command_count(); i++) {
        fprintf(out, "%s ", toc_command_get(i)->name);
    }
    fputs("--help --version' -- \"$word\"))\n        return\n    fi\n    case $before in\n", out);
    for (int kind = TOC_ARGUMENT_DIRECTORY; kind <= TOC_ARGUMENT_LAST; kind++) {
        if (!print_bash_case((enum toc_argument)kind, out)) {
            continue;
        }
        const char *const *choices = toc_option_choices((enum toc_argument)kind);
        fputs(")\n            ", out);
        if (choices != NULL) {
            fputs("COMPREPLY=($(compgen -W '", out);
            for (size_t i = 0; choices[i] != NULL; i++) {
                fprintf(out, "%s%s", i > 0 ? " " : "", choices[i]);
            }
            fputs("' -- \"$word\"))\n            ", out);
        } else if (kind == TOC_ARGUMENT_DIRECTORY || kind == TOC_ARGUMENT_FILE) {
            fprintf(out,
                    "compopt -o filenames; COMPREPLY=($(compgen -%c -- \"$word\"))\n"
                    "            ",
                    kind == TOC_ARGUMENT_DIRECTORY ? 'd' : 'f');
        }
        fputs("return ;;\n", out);
    }
    fputs("    esac\n    case ${COMP_WORDS[1]} in\n", out);
    for (size_t i = 0; i < toc_command_count(); i++) {
        const struct toc_command *command = toc_command_get(i);
        fprintf(out, "        %s) COMPREPLY=($(compgen -W '", command->name);
        print_bash_words(command, out);
        fputc(' ', out);
        print_operands(command, out);
        fputs("' -- \"$word\"))", out);
        if (!is_closed(command) && command->arguments[0] != '\0') {
            fputs("\n            [[ $word == -* ]] || {\n"
                  "                compopt -o filenames; COMPREPLY=($(compgen -f -- \"$word\")); } "
                  ";;\n",
                  out);
        } else {
            fputs(" ;;\n", out);
        }
    }
    fputs("    esac\n}\ncomplete -F _tocsin tocsin\n", out);
}

/* Text within '...[...]' of _arguments: brackets, colons and quotes would end it. */
static void print_zsh_text(const char *text, FILE *out)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            fputs("'\\''", out);
            continue;
        }
        if (*text == '[' || *text == ']' || *text == ':' || *text == '\\') {
            fputc('\\', out);
        }
        fputc(*text, out);
    }
}

static void print_zsh_option(const struct toc_option *option, FILE *out)
{
    if (option->letter != 0) {
        fprintf(out, " \\\n                '(-%c --%s)'{-%c,--%s}'[", option->letter, option->name,
                option->letter, option->name);
    } else {
        fprintf(out, " \\\n                '--%s[", option->name);
    }
    print_zsh_text(option->help, out);
    fputc(']', out);
    if (option->argument != NULL) {
        const char *const *choices = toc_option_choices(option->kind);
        fprintf(out, ":%s:", option->argument);
        if (choices != NULL) {
            fputc('(', out);
            for (size_t i = 0; choices[i] != NULL; i++) {
                fprintf(out, "%s%s", i > 0 ? " " : "", choices[i]);
            }
            fputc(')', out);
        } else if (option->kind == TOC_ARGUMENT_DIRECTORY || option->kind == TOC_ARGUMENT_FILE) {
            fputs(option->kind == TOC_ARGUMENT_DIRECTORY ? "_files -/" : "_files", out);
        }
    }
    fputc('\'', out);
}

void toc_help_zsh(FILE *out)
{
    fputs("#compdef tocsin\n# zsh completion; written by `tocsin help --completion zsh`\n"
          "_tocsin() {\n    local -a commands\n    commands=(\n",
          out);
    for (size_t i = 0; i < toc_command_count(); i++) {
        fprintf(out, "        '%s:", toc_command_get(i)->name);
        print_zsh_text(toc_command_get(i)->summary, out);
        fputs("'\n", out);
    }
    fputs("    )\n    if ((CURRENT == 2)); then\n        _describe command commands\n"
          "        return\n    fi\n    local command=$words[2]\n"
          "    shift words\n    ((CURRENT--))\n    case $command in\n",
          out);
    for (size_t i = 0; i < toc_command_count(); i++) {
        const struct toc_command *command = toc_command_get(i);
        fprintf(out, "        %s)\n            _arguments", command->name);
        for (const enum toc_option_id *id = command->options; *id != TOC_OPT_COUNT; id++) {
            print_zsh_option(toc_option_get(*id), out);
        }
        if (is_closed(command)) {
            fputs(" \\\n                '1:argument:(", out);
            print_operands(command, out);
            fputs(")'", out);
        } else if (command->arguments[0] != '\0') {
            fputs(" \\\n                '*:file:_files'", out);
        }
        fputs(" ;;\n", out);
    }
    fputs("    esac\n}\n_tocsin \"$@\"\n", out);
}

enum toc_exit toc_cli_help(const struct toc_args *args)
{
    const char *shell = args->values[TOC_OPT_COMPLETION];
    if (toc_args_has(args, TOC_OPT_MAN)) {
        toc_help_man(stdout);
    } else if (shell != NULL) {
        (strcmp(shell, "zsh") == 0 ? toc_help_zsh : toc_help_bash)(stdout);
    } else if (args->operand_count == 0) {
        toc_help_overview(stdout);
    } else {
        const struct toc_command *command = toc_args_command(args->operands[0]);
        if (command == NULL) {
            return TOC_EXIT_USAGE;
        }
        toc_help_command(command, stdout);
    }
    return TOC_EXIT_OK;
}
