/* What is said of broken files: every case of rules/ (one file each) and sets/ (a folder each)
 * gives exactly the findings of its .expect, as README.md describes.
 *
 * test_diagnostics FOLDER          run all cases
 * test_diagnostics FOLDER --show   print what is found, for writing expectations (then read them!)
 */
#include "unit.h"

#include <stdio.h>

#include "base/file.h"
#include "base/mem.h"
#include "rule/lint.h"

struct diagnostics_case {
    char *rules;  /* What is loaded: a file, or a folder. */
    char *expect; /* Path of the .expect. */
    bool is_set;
};

static const char *folder;
static char seen[TOC_DIAG_MOST][8]; /* Codes expected by some case. */
static size_t seen_count;

static void note_code(const char *code)
{
    for (size_t i = 0; i < seen_count; i++) {
        if (strcmp(seen[i], code) == 0) {
            return;
        }
    }
    assert_true(seen_count < UNIT_COUNT(seen) && strlen(code) < sizeof seen[0]);
    strcpy(seen[seen_count++], code);
}

/* Findings as lines `[FILE:]LINE:COL CODE [suggestion]`, sorted by file, line and column. */
static void find(const struct diagnostics_case *c, struct toc_text *out)
{
    struct toc_diag *diag = toc_diag_create();
    struct toc_text types = {0};
    struct toc_ruleset *set = NULL;
    size_t prefix = strlen(c->rules) + 1;

    toc_text_addf(&types, "%s/types", c->is_set ? c->rules : folder);
    struct toc_text none = {0};
    struct toc_arena arena = {0};
    const char *const *paths;
    size_t count;
    if (toc_file_list(types.data, ".yaml", &arena, &paths, &count) != TOC_OK) {
        toc_text_clear(&types); /* A set without types of its own uses the common ones. */
        toc_text_addf(&types, "%s/types", folder);
    }
    toc_arena_finish(&arena);
    struct toc_rule_paths where = {.rules = c->rules, .types = types.data};
    bool ok = toc_ruleset_load(&where, diag, &set);
    assert_int_equal(ok, toc_diag_errors(diag) == 0);
    assert_int_equal(ok, set != NULL);
    if (ok) {
        toc_lint_ruleset(set, diag);
    }
    toc_diag_sort(diag);
    for (size_t i = 0; i < toc_diag_count(diag); i++) {
        const struct toc_finding *finding = toc_diag_get(diag, i);
        const char *path = toc_diag_path(diag, finding->mark.file);

        note_code(finding->code);
        if (c->is_set) {
            toc_text_addf(out, "%s:", strlen(path) > prefix ? path + prefix : ".");
        } else {
            assert_string_equal(path, c->rules);
        }
        toc_text_addf(out, "%u:%u %s", (unsigned)finding->mark.line, (unsigned)finding->mark.column,
                      finding->code);
        if (finding->suggestion.size > 0) {
            toc_text_addf(out, " %.*s", (int)finding->suggestion.size, finding->suggestion.data);
        }
        toc_text_add_char(out, '\n');
    }
    /* It can be printed, too. */
    toc_diag_print(diag, false, &none);
    assert_true(toc_diag_count(diag) == 0 || none.size > 0);
    toc_text_finish(&none);
    toc_text_finish(&types);
    toc_ruleset_destroy(set);
    toc_diag_destroy(diag);
}

static void finds_what_is_expected(void **state)
{
    const struct diagnostics_case *c = *state;
    struct toc_text expected = {0}, found = {0};

    toc_text_add(&expected, TOC_STR(""));
    toc_text_add(&found, TOC_STR(""));
    assert_int_equal(toc_file_read(c->expect, 1 << 16, &expected), TOC_OK);
    find(c, &found);
    assert_string_equal(found.data, expected.data != NULL ? expected.data : "");
    toc_text_finish(&expected);
    toc_text_finish(&found);
}

/* Runs last: each code that rules can give is in some case. */
static void every_code_has_a_case(void **state)
{
    static const char *const codes[] = {
#define TOC_CODE(code, words) #code,
#include "base/diag.def"
#undef TOC_CODE
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(codes); i++) {
        bool is_seen = strncmp(codes[i] + 1, "03", 2) != 0;

        for (size_t j = 0; j < seen_count; j++) {
            is_seen = is_seen || strcmp(seen[j], codes[i]) == 0;
        }
        if (!is_seen) {
            fail_msg("no case expects %s", codes[i]);
        }
    }
}

static char *join(const char *format, const char *a, const char *b)
{
    struct toc_text path = {0};

    toc_text_addf(&path, format[0] == '/' ? "%s/%s" : "%s%s", a, b);
    return path.data;
}

/* The cases of @directory: entries that have a `.expect` beside them (every *.yaml must). */
static size_t gather(const char *name, bool is_set, struct diagnostics_case *cases, size_t room)
{
    struct toc_arena arena = {0};
    const char *const *paths = NULL;
    char *directory = join("/", folder, name);
    size_t path_count = 0, count = 0;

    if (toc_file_list(directory, is_set ? ".expect" : ".yaml", &arena, &paths, &path_count) !=
        TOC_OK) {
        fprintf(stderr, "cannot read %s\n", directory);
        exit(2);
    }
    for (size_t i = 0; i < path_count && count < room; i++) {
        const char *dot = strrchr(paths[i], '.');
        char *stem = toc_mem_copy(paths[i], (size_t)(dot - paths[i]));

        cases[count++] = (struct diagnostics_case){
            .rules = is_set ? stem : toc_mem_copy(paths[i], strlen(paths[i])),
            .expect = join("", stem, ".expect"),
            .is_set = is_set,
        };
        if (!is_set) {
            toc_mem_free(stem);
        }
    }
    toc_mem_free(directory);
    toc_arena_finish(&arena);
    return count;
}

int main(int argc, char **argv)
{
    enum { MOST = 500 };
    static struct diagnostics_case cases[MOST];
    static struct CMUnitTest tests[MOST + 1];
    int status = 0;

    if (argc < 2) {
        fprintf(stderr, "usage: %s FOLDER [--show]\n", argv[0]);
        return 2;
    }
    folder = argv[1];
    size_t count = gather("rules", false, cases, MOST);
    count += gather("sets", true, cases + count, MOST - count);
    if (argc > 2) {
        for (size_t i = 0; i < count; i++) {
            struct toc_text found = {0};

            find(&cases[i], &found);
            printf("== %s\n%s", cases[i].expect, found.data != NULL ? found.data : "");
            toc_text_finish(&found);
        }
    } else {
        for (size_t i = 0; i < count; i++) {
            tests[i] = (struct CMUnitTest){.name = cases[i].expect + strlen(folder) + 1,
                                           .test_func = finds_what_is_expected,
                                           .initial_state = &cases[i]};
        }
        tests[count] = (struct CMUnitTest){.name = "every code of a rule has a case",
                                           .test_func = every_code_has_a_case};
        status = _cmocka_run_group_tests("conformance/diagnostics", tests, count + 1, NULL, NULL);
    }
    for (size_t i = 0; i < count; i++) {
        toc_mem_free(cases[i].rules);
        toc_mem_free(cases[i].expect);
    }
    return status;
}
