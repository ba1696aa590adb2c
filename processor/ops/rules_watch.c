#include "ops/rules_watch.h"

#include <string.h>

#include "base/assert.h"
#include "base/mem.h"

enum { QUIET_MS = 500, DEPTH_MOST = 4 };

struct folder {
    uv_fs_event_t event;
    char *path;
};

struct toc_rules_watch {
    uv_loop_t *loop;
    struct toc_rule_paths paths;
    uv_timer_t quiet;
    void (*on_change)(void *context);
    void *context;
    struct folder *folders[TOC_RULES_WATCH_MOST];
    size_t count;
    size_t closing; /* Handles that are not closed yet. */
};

static void on_quiet(uv_timer_t *timer)
{
    struct toc_rules_watch *watch = timer->data;
    toc_rules_watch_look(watch);
    watch->on_change(watch->context);
}

static void on_event(uv_fs_event_t *event, const char *name, int events, int status)
{
    struct toc_rules_watch *watch = event->data;
    (void)name;
    (void)events;
    (void)status;
    (void)uv_timer_start(&watch->quiet, on_quiet, QUIET_MS, 0);
}

static void add_folder(struct toc_rules_watch *watch, const char *path, int depth)
{
    uv_fs_t request;
    uv_dirent_t entry;

    bool is_watched = false; /* What lies in it may be new all the same. */
    for (size_t i = 0; i < watch->count && !is_watched; i++) {
        is_watched = strcmp(watch->folders[i]->path, path) == 0;
    }
    if (!is_watched && watch->count < TOC_RULES_WATCH_MOST) {
        struct folder *folder = toc_mem_get(sizeof *folder);
        folder->path = toc_mem_copy(path, strlen(path));
        folder->event.data = watch;
        toc_assert(uv_fs_event_init(watch->loop, &folder->event) == 0);
        watch->folders[watch->count++] = folder;
        (void)uv_fs_event_start(&folder->event, on_event, path, 0); /* Gone: nothing to watch. */
    }
    if (depth == DEPTH_MOST || uv_fs_scandir(NULL, &request, path, 0, NULL) < 0) {
        return;
    }
    while (uv_fs_scandir_next(&request, &entry) != UV_EOF) {
        if (entry.type == UV_DIRENT_DIR && entry.name[0] != '.') {
            struct toc_text below = {0};
            toc_text_addf(&below, "%s/%s", path, entry.name);
            add_folder(watch, below.data, depth + 1);
            toc_text_finish(&below);
        }
    }
    uv_fs_req_cleanup(&request);
}

void toc_rules_watch_look(struct toc_rules_watch *watch)
{
    const char *const roots[] = {watch->paths.rules, watch->paths.types, watch->paths.places};
    for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++) {
        if (roots[i] != NULL && roots[i][0] != '\0') {
            add_folder(watch, roots[i], 0);
        }
    }
}

struct toc_rules_watch *toc_rules_watch_create(uv_loop_t *loop, const struct toc_rule_paths *paths,
                                               void (*on_change)(void *context), void *context)
{
    struct toc_rules_watch *watch = toc_mem_get(sizeof *watch);

    watch->loop = loop;
    watch->paths = *paths;
    watch->on_change = on_change;
    watch->context = context;
    watch->quiet.data = watch;
    toc_assert(uv_timer_init(loop, &watch->quiet) == 0);
    toc_rules_watch_look(watch);
    return watch;
}

static void on_closed(uv_handle_t *handle)
{
    struct toc_rules_watch *watch = handle->data;
    if (--watch->closing > 0) {
        return;
    }
    for (size_t i = 0; i < watch->count; i++) {
        toc_mem_free(watch->folders[i]->path);
        toc_mem_free(watch->folders[i]);
    }
    toc_mem_free(watch);
}

void toc_rules_watch_close(struct toc_rules_watch *watch)
{
    if (watch == NULL) {
        return;
    }
    watch->closing = watch->count + 1;
    for (size_t i = 0; i < watch->count; i++) {
        uv_close((uv_handle_t *)&watch->folders[i]->event, on_closed);
    }
    uv_close((uv_handle_t *)&watch->quiet, on_closed);
}
