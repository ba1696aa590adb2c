#include "rule/files.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"

enum { DEPTH_MOST = 16 };

static const char *const closed_lists[] = {"tags.yaml", "topics.yaml", "recipients.yaml", NULL};
static const char *const folders[] = {"types", "places", "lists", NULL};

static bool is_directory(const char *path)
{
    struct stat found;

    return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

const char *toc_files_join(struct toc_arena *arena, struct toc_str root, const char *name)
{
    struct toc_text path = {0};

    toc_text_add(&path, root);
    if (root.size > 0 && root.data[root.size - 1] != '/') {
        toc_text_add_char(&path, '/');
    }
    toc_text_add(&path, toc_str_of(name));
    const char *joined = toc_arena_str(arena, toc_text_str(&path)).data;
    toc_text_finish(&path);
    return joined;
}

/* The folder that holds @path: "." if it names none. */
static struct toc_str parent_of(struct toc_str path)
{
    while (path.size > 0 && path.data[path.size - 1] != '/') {
        path.size--;
    }
    while (path.size > 1 && path.data[path.size - 1] == '/') {
        path.size--;
    }
    return path.size > 0 ? path : TOC_STR(".");
}

struct toc_str toc_files_root(struct toc_arena *arena, const char *path)
{
    struct toc_str whole = toc_arena_str(arena, toc_str_of(path));

    while (whole.size > 1 && whole.data[whole.size - 1] == '/') {
        whole.size--;
    }
    if (is_directory(path)) {
        return whole;
    }
    struct toc_str own = parent_of(whole), root = own;
    for (int i = 0; i < DEPTH_MOST; i++) {
        if (is_directory(toc_files_join(arena, root, "types"))) {
            return root;
        }
        struct toc_str above = parent_of(root);
        if (toc_str_equal(above, root)) {
            break;
        }
        root = above;
    }
    return own;
}

static void cannot_read(struct toc_diag *diag, const char *path, const char *why)
{
    struct toc_mark mark = {.file = toc_diag_add_file(diag, path, TOC_STR(""))};

    toc_diag_add(diag, TOC_SEVERITY_ERROR, "E0342", mark, TOC_STR(""), "%s", why);
}

struct walk {
    struct toc_arena *arena;
    struct toc_diag *diag;
    struct toc_str root;
    const char **paths;
    size_t count, room;
    bool ok;
};

static bool ends_in(const char *path, const char *suffix)
{
    size_t size = strlen(path), tail = strlen(suffix);

    return size > tail && strcmp(path + size - tail, suffix) == 0;
}

/* Is @path, directly in the root, one of @names? */
static bool is_reserved(struct walk *walk, const char *path, const char *const names[])
{
    for (size_t i = 0; names[i] != NULL; i++) {
        if (strcmp(path, toc_files_join(walk->arena, walk->root, names[i])) == 0) {
            return true;
        }
    }
    return false;
}

static void add_path(struct walk *walk, const char *path)
{
    if (walk->count == walk->room) {
        walk->room = walk->room * 2 + 16;
        walk->paths = toc_mem_resize(walk->paths, walk->room, sizeof(char *));
    }
    walk->paths[walk->count++] = path;
}

static void walk_directory(struct walk *walk, const char *directory, int depth)
{
    const char *const *entries;
    size_t count;

    if (depth > DEPTH_MOST) {
        cannot_read(walk->diag, directory, "folders nest deeper than 16");
        walk->ok = false;
        return;
    }
    if (toc_file_list(directory, "", walk->arena, &entries, &count) != TOC_OK) {
        cannot_read(walk->diag, directory, "this folder cannot be read");
        walk->ok = false;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (is_directory(entries[i])) {
            if (!is_reserved(walk, entries[i], folders)) {
                walk_directory(walk, entries[i], depth + 1);
            }
        } else if (ends_in(entries[i], ".yaml")) {
            if (!is_reserved(walk, entries[i], closed_lists)) {
                add_path(walk, entries[i]);
            }
        } else if (ends_in(entries[i], ".yml")) {
            struct toc_mark mark = {.file = toc_diag_add_file(walk->diag, entries[i], TOC_STR(""))};

            toc_diag_add(walk->diag, TOC_SEVERITY_WARNING, "W0344", mark, TOC_STR(""),
                         "this file is not read: rule files end in .yaml");
        }
    }
}

bool toc_files_rules(struct toc_arena *arena, struct toc_diag *diag, const char *path,
                     struct toc_str root, const char *const **out_paths, size_t *out_count)
{
    struct walk walk = {.arena = arena, .diag = diag, .root = root, .ok = true};
    struct toc_str whole = toc_arena_str(arena, toc_str_of(path));

    if (is_directory(path)) {
        walk_directory(&walk, toc_arena_str(arena, root).data, 0);
        if (walk.ok && walk.count == 0) {
            cannot_read(diag, path, "no rule file (*.yaml) lies here");
            walk.ok = false;
        }
    } else {
        add_path(&walk, whole.data);
    }
    const char **paths = toc_arena_array(arena, walk.count + 1, sizeof(char *));
    if (walk.count > 0) {
        memcpy(paths, walk.paths, walk.count * sizeof(char *));
    }
    toc_mem_free(walk.paths);
    *out_paths = paths;
    *out_count = walk.count;
    return walk.ok;
}

bool toc_files_parse(struct toc_arena *arena, struct toc_diag *diag, const char *path,
                     struct toc_yaml **out_documents)
{
    struct toc_text text = {0};
    enum toc_status status = toc_file_read(path, TOC_YAML_FILE, &text);
    bool ok = false;

    *out_documents = NULL;
    if (status != TOC_OK) {
        cannot_read(diag, path,
                    status == TOC_E_NOT_FOUND ? "there is no such file"
                    : status == TOC_E_LIMIT   ? "this file is larger than 1 MiB"
                                              : "this file cannot be read");
    } else {
        uint32_t file = toc_diag_add_file(diag, path, toc_text_str(&text));

        ok = toc_yaml_parse(toc_text_str(&text), file, arena, diag, out_documents);
    }
    toc_text_finish(&text);
    return ok;
}

bool toc_files_names(struct toc_arena *arena, struct toc_diag *diag, struct toc_str root,
                     const char *name, struct toc_names *out)
{
    const char *path = toc_files_join(arena, root, name);
    struct toc_loader loader = {.arena = arena, .diag = diag};
    struct toc_yaml *documents;
    struct stat found;

    *out = (struct toc_names){0};
    if (stat(path, &found) != 0) {
        return true; /* Open. */
    }
    if (!toc_files_parse(arena, diag, path, &documents)) {
        return false;
    }
    out->is_closed = true;
    return documents == NULL ||
           (toc_loader_is(&loader, documents, TOC_YAML_SEQUENCE, "a closed list") &&
            toc_loader_texts(&loader, documents, "a closed list", &out->names, &out->count));
}

/* The items of @list are texts, or mappings of texts. */
static bool check_items(struct toc_loader *loader, const struct toc_yaml *list)
{
    struct toc_str unused;
    bool ok = true;

    if (!toc_loader_is(loader, list, TOC_YAML_SEQUENCE, "a list")) {
        return false;
    }
    for (const struct toc_yaml *item = list->first; item != NULL; item = item->next) {
        if (item->kind == TOC_YAML_MAPPING) {
            for (const struct toc_yaml *part = item->first; part != NULL; part = part->next) {
                ok = toc_loader_text(loader, part, "a value of a list", &unused) && ok;
            }
        } else {
            ok = toc_loader_text(loader, item, "an item of a list", &unused) && ok;
        }
    }
    return ok;
}

bool toc_files_lists(struct toc_arena *arena, struct toc_diag *diag, struct toc_str root,
                     const struct toc_yaml *override, struct toc_loader *loader)
{
    static const struct toc_yaml nothing = {.kind = TOC_YAML_SEQUENCE};
    const char *directory = toc_files_join(arena, root, "lists");
    const char *const *paths = NULL;
    size_t count = 0, overrides = override != NULL ? override->count : 0;
    bool ok = true;

    (void)diag;
    if (is_directory(directory) &&
        toc_file_list(directory, ".yaml", arena, &paths, &count) != TOC_OK) {
        cannot_read(diag, directory, "this folder cannot be read");
        return false;
    }
    struct toc_list *lists = toc_arena_array(arena, count + overrides + 1, sizeof *lists);
    struct toc_str *names = toc_arena_array(arena, count + overrides + 1, sizeof *names);
    size_t made = 0;
    for (size_t i = 0; i < count; i++) {
        const char *base = strrchr(paths[i], '/') + 1;
        struct toc_str name = {.data = base, .size = strlen(base) - 5};
        struct toc_yaml *documents;

        if (!toc_files_parse(arena, diag, paths[i], &documents)) {
            ok = false;
            continue;
        }
        lists[made] =
            (struct toc_list){.name = name, .items = documents != NULL ? documents : &nothing};
        ok = check_items(loader, lists[made].items) && ok;
        names[made++] = name;
    }
    for (const struct toc_yaml *list = override != NULL ? override->first : NULL; list != NULL;
         list = list->next) {
        size_t at = 0;

        while (at < made && !toc_str_equal(names[at], list->key)) {
            at++;
        }
        lists[at] = (struct toc_list){.name = list->key, .items = list};
        names[at] = list->key;
        made = at == made ? made + 1 : made;
        ok = check_items(loader, list) && ok;
    }
    loader->lists = lists;
    loader->list_names = (struct toc_names){.is_closed = true, .names = names, .count = made};
    return ok;
}
