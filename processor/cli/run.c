/* cli/run.c - `tocsin run`: the processor on Kafka, until told to stop. */
#include "ops/run.h"

#include "cli/command.h"
#include "cli/setup.h"
#include "cli/terminal.h"

enum toc_exit toc_cli_run(const struct toc_args *args)
{
    struct toc_setup setup;
    enum toc_exit result = toc_setup_load(&setup, args);

    if (result == TOC_EXIT_OK) {
        enum toc_status status = toc_run(setup.config, setup.rules, NULL);
        if (status != TOC_OK) {
            toc_terminal_say("stopped: %s", toc_status_text(status));
        }
        result = toc_setup_exit(status);
    }
    toc_setup_finish(&setup);
    return result;
}
