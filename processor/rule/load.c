#include "rule/load.h"

#include <stdlib.h>

#include "base/assert.h"
#include "base/mem.h"
#include "expr/pattern.h"
#include "rule/below.h"
#include "rule/bundle.h"
#include "rule/files.h"
#include "rule/words.h"

struct toc_ruleset {
    struct toc_arena arena;
    struct toc_catalogue *catalogue;
    struct toc_places *places;
    struct toc_patterns patterns;
    const struct toc_rule **rules;
    size_t count, room;
    uint32_t *index; /* Hash table of names: position + 1, 0 = free. */
    size_t index_size;
    char bundle[TOC_BUNDLE_NAME]; /* Empty: not all of it is in files. */
};

/* One load: the set being made, and what must be given back besides. */
struct load {
    struct toc_ruleset *set;
    struct toc_loader loader;
    uint32_t first_type, first_place, first_other; /* Files in the diag. */
    size_t errors;                                 /* In the diag before. */
    const struct toc_ruleset_edit *edit;
};

static void index_grow(struct toc_ruleset *set)
{
    size_t size = set->index_size * 2 + 64;

    toc_mem_free(set->index);
    set->index = toc_mem_array(size, sizeof *set->index);
    set->index_size = size;
    for (size_t i = 0; i < set->count; i++) {
        struct toc_str name = set->rules[i]->name;
        size_t at = (size_t)(toc_hash64(name.data, name.size, 0) % size);

        while (set->index[at] != 0) {
            at = (at + 1) % size;
        }
        set->index[at] = (uint32_t)i + 1;
    }
}

int toc_ruleset_find(const struct toc_ruleset *set, struct toc_str name)
{
    if (set->index_size == 0) {
        return -1;
    }
    for (size_t at = (size_t)(toc_hash64(name.data, name.size, 0) % set->index_size);
         set->index[at] != 0; at = (at + 1) % set->index_size) {
        if (toc_str_equal(set->rules[set->index[at] - 1]->name, name)) {
            return (int)set->index[at] - 1;
        }
    }
    return -1;
}

static void add_rule(struct load *load, const struct toc_rule *rule)
{
    struct toc_ruleset *set = load->set;
    int twin = toc_ruleset_find(set, rule->name);

    if (twin >= 0) {
        struct toc_mark first = set->rules[twin]->mark;

        toc_loader_error(&load->loader, "E0312", rule->mark,
                         "rule \"%.*s\" is there already: %s:%u", (int)rule->name.size,
                         rule->name.data, toc_diag_path(load->loader.diag, first.file),
                         (unsigned)first.line);
        return;
    }
    if (set->count == TOC_RULES_MOST) {
        toc_loader_error(&load->loader, "E0336", rule->mark, "more than %d rules",
                         (int)TOC_RULES_MOST);
        return;
    }
    if (set->count == set->room) {
        set->room = set->room * 2 + 16;
        set->rules = toc_mem_resize(set->rules, set->room, sizeof(struct toc_rule *));
    }
    set->rules[set->count++] = rule;
    if (set->count * 2 > set->index_size) {
        index_grow(set);
        return;
    }
    size_t at = (size_t)(toc_hash64(rule->name.data, rule->name.size, 0) % set->index_size);
    while (set->index[at] != 0) {
        at = (at + 1) % set->index_size;
    }
    set->index[at] = (uint32_t)set->count;
}

static int compare_names(const void *left, const void *right)
{
    return toc_str_compare(*(const struct toc_str *)left, *(const struct toc_str *)right);
}

/* What rules may name, for "did you mean". */
static void gather_names(struct toc_loader *loader)
{
    size_t type_count = toc_catalogue_count(loader->catalogue);
    size_t place_count = toc_places_count(loader->places);
    struct toc_str *types = toc_arena_array(loader->arena, type_count + 1, sizeof *types);
    struct toc_str *kinds = toc_arena_array(loader->arena, place_count + 1, sizeof *kinds);
    struct toc_str *words =
        toc_arena_array(loader->arena, 2 * place_count + type_count + 1, sizeof *words);
    size_t kind_count = 0, moving_count = 0;

    for (size_t i = 0; i < type_count; i++) {
        types[i] = toc_catalogue_type(loader->catalogue, i)->name;
    }
    for (size_t i = 0; i < place_count; i++) {
        words[i] = toc_places_get(loader->places, i)->kind;
    }
    if (place_count > 0) {
        qsort(words, place_count, sizeof *words, compare_names);
    }
    for (size_t i = 0; i < place_count; i++) {
        if (kind_count == 0 || !toc_str_equal(kinds[kind_count - 1], words[i])) {
            kinds[kind_count++] = words[i];
        }
    }
    if (kind_count > 0) {
        memcpy(words, kinds, kind_count * sizeof *words);
    }
    for (size_t i = 0; i < place_count; i++) {
        words[kind_count + i] = toc_places_get(loader->places, i)->name;
    }
    for (size_t i = 0; i < type_count; i++) {
        const struct toc_type *type = toc_catalogue_type(loader->catalogue, i);
        if (type->mover.kind.size > 0 &&
            toc_catalogue_mover(loader->catalogue, type->mover.kind) == type) {
            words[kind_count + place_count + moving_count++] = type->mover.kind;
        }
    }
    loader->types = (struct toc_names){.names = types, .count = type_count};
    loader->place_kinds = (struct toc_names){.names = kinds, .count = kind_count};
    loader->place_words =
        (struct toc_names){.names = words, .count = kind_count + place_count + moving_count};
}

/* A kind of places moves or stays. */
static bool check_movers(struct load *load)
{
    bool ok = true;

    for (size_t i = 0; i < toc_catalogue_count(load->set->catalogue); i++) {
        const struct toc_mover *mover = &toc_catalogue_type(load->set->catalogue, i)->mover;
        if (mover->kind.size > 0 && toc_places_has_kind(load->set->places, mover->kind)) {
            toc_loader_error(&load->loader, "E0211", mover->mark,
                             "there are places of the kind \"%.*s\" that stay",
                             (int)mover->kind.size, mover->kind.data);
            ok = false;
        }
    }
    return ok;
}

static bool ends_in(struct toc_str text, struct toc_str end)
{
    return text.size >= end.size &&
           memcmp(text.data + text.size - end.size, end.data, end.size) == 0;
}

/* The files [@first, @end) of the diag join @bundle: those of @folder under its name, others (NULL)
 * by their path below @root. */
static void add_files(struct load *load, uint32_t first, uint32_t end, struct toc_str root,
                      const char *folder, struct toc_bundle *bundle)
{
    const struct toc_diag *diag = load->loader.diag;

    for (uint32_t file = first; file < end; file++) {
        const char *path = toc_diag_path(diag, file), *slash = strrchr(path, '/');
        struct toc_str name = toc_str_of(path), bytes = toc_diag_text(diag, file);

        if (bytes.size == 0 && ends_in(name, TOC_STR(".yml"))) {
            continue; /* W0344: named, not read. */
        }
        if (folder != NULL) {
            name = toc_str_of(toc_files_join(&load->set->arena, toc_str_of(folder),
                                             slash != NULL ? slash + 1 : path));
        } else if (name.size > root.size && memcmp(name.data, root.data, root.size) == 0 &&
                   (root.data[root.size - 1] == '/' || name.data[root.size] == '/')) {
            name = (struct toc_str){.data = name.data + root.size, .size = name.size - root.size};
            while (name.size > 1 && name.data[0] == '/') {
                name.data++;
                name.size--;
            }
        }
        toc_bundle_add(bundle, name, bytes);
    }
}

/* Of the very bytes that were read, which the diag keeps, however the files change meanwhile. */
static void name_bundle(struct load *load, struct toc_str root)
{
    struct toc_bundle bundle = {0};

    add_files(load, load->first_type, load->first_place, root, "types", &bundle);
    add_files(load, load->first_place, load->first_other, root, "places", &bundle);
    add_files(load, load->first_other, toc_diag_files(load->loader.diag), root, NULL, &bundle);
    toc_bundle_name(&bundle, load->set->bundle);
    toc_bundle_finish(&bundle);
}

/* Types, places and all that rules refer to. False: rules cannot be judged without. */
static bool load_surroundings(struct load *load, const struct toc_rule_paths *paths,
                              struct toc_str root, const struct toc_yaml *lists)
{
    struct toc_loader *loader = &load->loader;
    struct toc_ruleset *set = load->set;
    const char *types =
        paths->types != NULL ? paths->types : toc_files_join(&set->arena, root, "types");
    const char *places =
        paths->places != NULL ? paths->places : toc_files_join(&set->arena, root, "places");

    load->first_type = toc_diag_files(loader->diag);
    bool ok = toc_catalogue_load(types, loader->diag, &set->catalogue);
    load->first_place = toc_diag_files(loader->diag);
    ok = toc_places_load(places, paths->places != NULL, loader->diag, &set->places) && ok;
    load->first_other = toc_diag_files(loader->diag);
    ok = toc_files_names(loader->arena, loader->diag, root, "tags.yaml", &loader->tags) && ok;
    ok = toc_files_names(loader->arena, loader->diag, root, "topics.yaml", &loader->topics) && ok;
    ok = toc_files_names(loader->arena, loader->diag, root, "recipients.yaml",
                         &loader->recipients) &&
         ok;
    ok = toc_files_lists(loader->arena, loader->diag, root, lists, loader) && ok;
    if (!ok || !check_movers(load)) {
        return false;
    }
    loader->catalogue = loader->alert_types = set->catalogue;
    loader->places = set->places;
    gather_names(loader);
    return true;
}

/* Did reading stop in the middle of the text? What is missing behind must not be complained of. */
static bool is_cut_short(const struct toc_diag *diag, size_t first_finding)
{
    static const char *const codes[] = {"E0101", "E0102", "E0103", "E0108"};

    for (size_t i = first_finding; i < toc_diag_count(diag); i++) {
        for (size_t j = 0; j < sizeof codes / sizeof codes[0]; j++) {
            if (strcmp(toc_diag_get(diag, i)->code, codes[j]) == 0) {
                return true;
            }
        }
    }
    return false;
}

static void load_rules(struct load *load, const struct toc_rule_paths *paths, struct toc_str root,
                       bool is_judged)
{
    struct toc_loader *loader = &load->loader;
    const char *const *files;
    size_t count;

    (void)toc_files_rules(loader->arena, loader->diag, paths->rules, root, &files, &count);
    for (size_t i = 0; i < count; i++) {
        size_t findings = toc_diag_count(loader->diag);
        struct toc_yaml *documents;

        if (!toc_files_parse(loader->arena, loader->diag, files[i], &documents) &&
            is_cut_short(loader->diag, findings)) {
            loader->is_cut_short = true;
            continue;
        }
        if (!is_judged) {
            continue; /* Still: every file that is no YAML is told. */
        }
        for (struct toc_yaml *document = documents; document != NULL; document = document->next) {
            const struct toc_ruleset_edit *edit = load->edit;
            if (edit != NULL && !document->is_empty &&
                !edit->on_document(document, loader->arena, edit->context)) {
                continue;
            }
            if (!document->is_empty) {
                toc_below_gather(loader, document);
            }
        }
    }
    toc_below_read(loader);
    for (size_t i = 0; i < loader->document_count; i++) {
        if (loader->documents[i].rule != NULL) { /* Broken ones too: a name given twice is told. */
            add_rule(load, loader->documents[i].rule);
        }
    }
    if (toc_diag_errors(loader->diag) == load->errors && load->set->count == 0) {
        struct toc_mark mark = {.file = toc_diag_add_file(loader->diag, paths->rules, TOC_STR(""))};

        toc_loader_error(loader, "E0342", mark, "there is no rule in it");
    }
}

bool toc_ruleset_load_edited(const struct toc_rule_paths *paths, const struct toc_yaml *lists,
                             const struct toc_ruleset_edit *edit, struct toc_diag *diag,
                             struct toc_ruleset **out)
{
    struct toc_ruleset *set = toc_mem_get(sizeof *set);
    struct load load = {
        .set = set,
        .loader = {.arena = &set->arena, .diag = diag, .patterns = &set->patterns},
        .errors = toc_diag_errors(diag),
        .edit = edit,
    };

    *out = NULL;
    struct toc_str root = toc_files_root(&set->arena, paths->rules);
    bool is_judged = load_surroundings(&load, paths, root, lists);
    load_rules(&load, paths, root, is_judged);
    if (toc_diag_errors(diag) > load.errors) {
        toc_ruleset_destroy(set);
        return false;
    }
    if (lists == NULL && edit == NULL) {
        name_bundle(&load, root);
    }
    *out = set;
    return true;
}

bool toc_rule_words_load(const struct toc_rule_paths *paths, struct toc_diag *diag,
                         struct toc_ruleset **out_set, struct toc_rule_words *out)
{
    struct toc_ruleset *set = toc_mem_get(sizeof *set);
    struct load load = {
        .set = set,
        .loader = {.arena = &set->arena, .diag = diag, .patterns = &set->patterns},
    };

    *out_set = NULL;
    bool ok = load_surroundings(&load, paths, toc_files_root(&set->arena, paths->rules), NULL);
    if (!ok) {
        toc_ruleset_destroy(set);
        return false;
    }
    *out = (struct toc_rule_words){
        .catalogue = set->catalogue,
        .places = load.loader.place_words,
        .tags = load.loader.tags,
        .topics = load.loader.topics,
        .recipients = load.loader.recipients,
        .lists = load.loader.list_names,
    };
    *out_set = set;
    return true;
}

bool toc_ruleset_load_with(const struct toc_rule_paths *paths, const struct toc_yaml *lists,
                           struct toc_diag *diag, struct toc_ruleset **out)
{
    return toc_ruleset_load_edited(paths, lists, NULL, diag, out);
}

bool toc_ruleset_load(const struct toc_rule_paths *paths, struct toc_diag *diag,
                      struct toc_ruleset **out)
{
    return toc_ruleset_load_with(paths, NULL, diag, out);
}

void toc_ruleset_destroy(struct toc_ruleset *set)
{
    if (set == NULL) {
        return;
    }
    toc_catalogue_destroy(set->catalogue);
    toc_places_destroy(set->places);
    toc_patterns_finish(&set->patterns);
    toc_mem_free(set->rules);
    toc_mem_free(set->index);
    toc_arena_finish(&set->arena);
    toc_mem_free(set);
}

size_t toc_ruleset_count(const struct toc_ruleset *set)
{
    return set->count;
}

const struct toc_rule *toc_ruleset_get(const struct toc_ruleset *set, size_t index)
{
    toc_assert(index < set->count);
    return set->rules[index];
}

const struct toc_catalogue *toc_ruleset_catalogue(const struct toc_ruleset *set)
{
    return set->catalogue;
}

const struct toc_places *toc_ruleset_places(const struct toc_ruleset *set)
{
    return set->places;
}

const char *toc_ruleset_bundle(const struct toc_ruleset *set)
{
    return set->bundle;
}
