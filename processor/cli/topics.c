/* cli/topics.c - `tocsin topics`: which topics a configuration needs, and creating them. */
#include "ops/topics.h"

#include <stdio.h>

#include "cli/command.h"
#include "cli/setup.h"
#include "cli/terminal.h"

enum { TIMEOUT_MS = 30000 };

enum toc_exit toc_cli_topics(const struct toc_args *args)
{
    struct toc_setup setup;
    struct toc_text text = {0};
    enum toc_exit result = toc_setup_load(&setup, args);
    if (result != TOC_EXIT_OK) {
        goto done;
    }
    struct toc_topics topics;
    toc_topics_init(&topics, setup.config, setup.rules);
    if (toc_args_has(args, TOC_OPT_CREATE)) {
        enum toc_status status = toc_topics_create(
            &topics, setup.config, (int)toc_args_number(args, TOC_OPT_PARTITIONS, 1),
            (int)toc_args_number(args, TOC_OPT_REPLICATION, -1),
            (int)toc_args_span(args, TOC_OPT_TIMEOUT, TIMEOUT_MS), &text);
        if (status != TOC_OK) {
            toc_terminal_say("not every topic is there: %s", toc_status_text(status));
        }
        result = toc_setup_exit(status);
    } else {
        toc_topics_print(&topics, &text);
    }
    fwrite(text.data != NULL ? text.data : "", 1, text.size, stdout);
    toc_topics_finish(&topics);
done:
    toc_text_finish(&text);
    toc_setup_finish(&setup);
    return result;
}
