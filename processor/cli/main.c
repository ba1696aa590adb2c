/* cli/main.c - tocsin's door: which command, and what it ends with. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/help.h"
#include "cli/terminal.h"

/* What was buffered must arrive: a full disk or a closed pipe is no success. */
static enum toc_exit close_output(enum toc_exit result)
{
    int failed = ferror(stdout);
    errno = 0;
    if (fclose(stdout) != 0 || failed) {
        toc_terminal_say("cannot write to standard output%s%s", errno != 0 ? ": " : "",
                         errno != 0 ? strerror(errno) : "");
        return result == TOC_EXIT_OK ? TOC_EXIT_IO : result;
    }
    return result;
}

int main(int argc, char *argv[])
{
    if (argc < 2) {
        toc_help_overview(stderr);
        return TOC_EXIT_USAGE;
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        puts("tocsin " TOCSIN_VERSION);
        return (int)close_output(TOC_EXIT_OK);
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        toc_help_overview(stdout);
        return (int)close_output(TOC_EXIT_OK);
    }
    const struct toc_command *command = toc_args_command(argv[1]);
    struct toc_args args;
    if (command == NULL || !toc_args_parse(command, argc - 1, argv + 1, &args)) {
        return TOC_EXIT_USAGE;
    }
    if (toc_args_has(&args, TOC_OPT_HELP)) {
        toc_help_command(command, stdout);
        return (int)close_output(TOC_EXIT_OK);
    }
    return (int)close_output(command->run(&args));
}
