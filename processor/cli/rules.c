#include "cli/rules.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/terminal.h"

enum {
    PATH = 4096,
    ABOVE = 5, /* How far above the program rules are looked for. */
    PACKS = 2, /* How far above rules their types are. */
};

static bool is_directory(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

static void set(struct toc_text *out, const char *path)
{
    toc_text_clear(out);
    toc_text_add(out, toc_str_of(path));
}

static void trim_slashes(struct toc_text *path)
{
    while (path->size > 0 && path->data[path->size - 1] == '/') {
        path->data[--path->size] = '\0';
    }
}

/* Leave out the last step of @path. False: nothing is left. */
static bool go_up(struct toc_text *path)
{
    trim_slashes(path);
    while (path->size > 0 && path->data[path->size - 1] != '/') {
        path->data[--path->size] = '\0';
    }
    trim_slashes(path);
    return path->size > 0;
}

/* A rules directory is one with types in it. */
static bool holds_rules(const char *directory)
{
    struct toc_text types = {0};
    toc_text_addf(&types, "%s/types", directory);
    bool holds = is_directory(types.data);
    toc_text_finish(&types);
    return holds;
}

/* `rules` or `share/tocsin/rules` in the directory of this program or one above it: a build folder
 * in the sources, or an installation that was moved. */
static bool find_near_program(struct toc_text *out)
{
    char program[PATH];
    ssize_t size = readlink("/proc/self/exe", program, sizeof program - 1);
    if (size <= 0) {
        return false;
    }
    program[size] = '\0';
    struct toc_text above = {0};
    bool is_found = false;
    toc_text_add(&above, toc_str_of(program));
    for (int i = 0; i < ABOVE && !is_found && go_up(&above); i++) {
        static const char *const below[] = {"rules", "share/tocsin/rules"};
        for (size_t b = 0; b < 2 && !is_found; b++) {
            toc_text_clear(out);
            toc_text_addf(out, "%s/%s", above.data, below[b]);
            is_found = holds_rules(out->data);
        }
    }
    toc_text_finish(&above);
    return is_found;
}

/* One directory up, in words where that is possible: diagnostics then name files as users do. */
static void step_out(struct toc_text *path)
{
    trim_slashes(path);
    const char *slash = path->size > 0 ? strrchr(path->data, '/') : NULL;
    const char *last = slash != NULL ? slash + 1 : path->data;
    if (path->size == 0 || strcmp(last, ".") == 0 || strcmp(last, "..") == 0) {
        toc_text_add(path, TOC_STR("/.."));
    } else if (!go_up(path)) {
        set(path, slash != NULL ? "/" : ".");
    }
}

/* The directory that holds `types`: @rules itself or one of the two above it (a pack's, a file's).
 * False: none does. */
static bool find_root(const char *rules, struct toc_text *out)
{
    set(out, rules);
    for (int steps = 0; steps <= PACKS; steps++) {
        if (holds_rules(out->data)) {
            return true;
        }
        step_out(out);
    }
    return false;
}

bool toc_rules_find(const struct toc_args *args, const char *operand, struct toc_rules_at *out)
{
    const char *named = operand != NULL ? operand : args->values[TOC_OPT_RULES];

    *out = (struct toc_rules_at){.is_guessed = named == NULL};
    if (named != NULL) {
        set(&out->rules, named); /* The loader says if it is not there. */
    } else if (holds_rules("rules")) {
        set(&out->rules, "rules");
    } else if (!find_near_program(&out->rules)) {
        set(&out->rules, TOCSIN_RULES_DIR);
        if (!holds_rules(TOCSIN_RULES_DIR)) {
            toc_terminal_say("there are no rules in ./rules nor in %s; name them with --rules",
                             TOCSIN_RULES_DIR);
            return false;
        }
    }
    struct toc_text root = {0};
    bool has_root = find_root(out->rules.data, &root);
    const char *types = args->values[TOC_OPT_TYPES], *places = args->values[TOC_OPT_PLACES];
    if (types != NULL) {
        set(&out->types, types);
    } else if (has_root) {
        toc_text_addf(&out->types, "%s/types", root.data);
    }
    if (places != NULL) {
        set(&out->places, places);
    } else if (has_root) {
        toc_text_addf(&out->places, "%s/places", root.data);
        if (!is_directory(out->places.data)) {
            toc_text_clear(&out->places);
        }
    }
    toc_text_finish(&root);
    return true;
}

void toc_rules_finish(struct toc_rules_at *at)
{
    toc_text_finish(&at->rules);
    toc_text_finish(&at->types);
    toc_text_finish(&at->places);
}

struct toc_rule_paths toc_rules_paths(const struct toc_rules_at *at)
{
    return (struct toc_rule_paths){
        .rules = at->rules.data,
        .types = at->types.size > 0 ? at->types.data : NULL,
        .places = at->places.size > 0 ? at->places.data : NULL,
    };
}

size_t toc_rules_operands(const struct toc_args *args)
{
    struct stat about;
    return args->operand_count > 0 && !toc_args_has(args, TOC_OPT_RULES) &&
                   (strchr(args->operands[0], '/') != NULL || stat(args->operands[0], &about) == 0)
               ? 1
               : 0;
}

bool toc_rules_are_there(const struct toc_args *args, size_t first, const struct toc_ruleset *rules)
{
    bool is_right = true;
    size_t count = toc_ruleset_count(rules);
    struct toc_str *names = toc_mem_array(count, sizeof *names);
    for (size_t i = 0; i < count; i++) {
        names[i] = toc_ruleset_get(rules, i)->name;
    }
    for (size_t i = first; i < args->operand_count; i++) {
        struct toc_str word = toc_str_of(args->operands[i]);
        if (toc_ruleset_find(rules, word) < 0) {
            struct toc_str nearest = toc_diag_nearest(word, names, count);
            toc_terminal_say("there is no rule \"%s\"%s%.*s%s", word.data,
                             nearest.size > 0 ? "; did you mean \"" : "", (int)nearest.size,
                             nearest.size > 0 ? nearest.data : "", nearest.size > 0 ? "\"?" : "");
            is_right = false;
        }
    }
    toc_mem_free(names);
    return is_right;
}

void toc_rules_tell(struct toc_diag *diag, FILE *stream)
{
    struct toc_text text = {0};
    toc_diag_print(diag, toc_terminal_colour(stream), &text);
    fwrite(text.data != NULL ? text.data : "", 1, text.size, stream);
    toc_text_finish(&text);
}

struct toc_ruleset *toc_rules_load(const struct toc_args *args, struct toc_rules_at *at,
                                   enum toc_exit *out_exit)
{
    struct toc_ruleset *rules = NULL;
    if (!toc_rules_find(args, NULL, at)) {
        *out_exit = TOC_EXIT_USAGE;
        return NULL;
    }
    struct toc_rule_paths paths = toc_rules_paths(at);
    struct toc_diag *diag = toc_diag_create();
    if (!toc_ruleset_load(&paths, diag, &rules)) {
        *out_exit = TOC_EXIT_INVALID;
    }
    toc_rules_tell(diag, stderr);
    if (rules == NULL) {
        toc_terminal_say("the rules in %s are wrong, nothing was done", at->rules.data);
    } else if (at->is_guessed && !toc_args_has(args, TOC_OPT_QUIET)) {
        toc_terminal_say("rules from %s", at->rules.data);
    }
    toc_diag_destroy(diag);
    return rules;
}
