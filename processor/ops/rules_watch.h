/* ops/rules_watch.h - says when a file of the rules has changed, once things have been quiet.
 * inotify by libuv, a watch a folder. An editor's many small steps are one change. Folders that are
 * made later are seen as a change of the one above, and watched from the next toc_rules_watch_look
 * on. Threads: the loop's. */
#pragma once
#include <uv.h>

#include "ops/config.h"

enum { TOC_RULES_WATCH_MOST = 256 }; /* Folders. */

struct toc_rules_watch;
/* Watch the folders of @paths (borrowed). @on_change: half a second after the last change. */
struct toc_rules_watch *toc_rules_watch_create(uv_loop_t *loop, const struct toc_rule_paths *paths,
                                               void (*on_change)(void *context), void *context);
/* Look for new folders. */
void toc_rules_watch_look(struct toc_rules_watch *watch);
/* Run the loop once more, then it is gone. NULL does nothing. */
void toc_rules_watch_close(struct toc_rules_watch *watch);
