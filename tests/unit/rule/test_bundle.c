/* One name for the files of a rule set: the same for the same, another for any other byte, or
 * name. */
#include "rules.h"

#include <sys/stat.h>

#include "rule/bundle.h"

/* --- The name itself ------------------------------------------------------------------------- */

static const struct name_case {
    const char *files[8]; /* Name, bytes, name, bytes, .. */
    const char *name;     /* By sha256sum(1). */
} names[] = {
    {{NULL}, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {{"a.yaml", "abc", NULL}, "43233a40928e61e909f8567bff3077c52cdb02810c9a5a96f92a51f78e215cfe"},
    {{"a.yaml", "abc", "b/c.yaml", "", "lists/x.yaml", "- y\n", NULL},
     "d20a67ceddc5bc65da96d62d3e09b3c0ecc7409ad5c7834a5361ee999ed993bf"},
    {{"lists/x.yaml", "- y\n", "b/c.yaml", "", "a.yaml", "abc", NULL},
     "d20a67ceddc5bc65da96d62d3e09b3c0ecc7409ad5c7834a5361ee999ed993bf"},
};

static void is_what_sha256sum_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(names); i++) {
        struct toc_bundle bundle = {0};
        char name[TOC_BUNDLE_NAME];

        for (const char *const *file = names[i].files; *file != NULL; file += 2) {
            toc_bundle_add(&bundle, toc_str_of(file[0]), toc_str_of(file[1]));
        }
        toc_bundle_name(&bundle, name);
        assert_string_equal(name, names[i].name);
        toc_bundle_finish(&bundle);
    }
}

static void a_hundred_files_in_any_order(void **state)
{
    char names_of[100][16], first[TOC_BUNDLE_NAME], again[TOC_BUNDLE_NAME];

    (void)state;
    for (size_t i = 0; i < 100; i++) {
        (void)snprintf(names_of[i], sizeof names_of[i], "%zu.yaml", i);
    }
    for (size_t step = 1; step < 100; step += 2) { /* Those without 5: each reaches every file. */
        struct toc_bundle bundle = {0};

        for (size_t i = 0; step % 5 != 0 && i < 100; i++) {
            struct toc_str name = toc_str_of(names_of[i * step % 100]);
            toc_bundle_add(&bundle, name, name);
        }
        if (step % 5 != 0) {
            toc_bundle_name(&bundle, step == 1 ? first : again);
            assert_string_equal(step == 1 ? first : again, first);
        }
        toc_bundle_finish(&bundle);
    }
}

/* --- Of a folder ------------------------------------------------------------------------------ */

#define RULE                                                                                       \
    RULES_HEAD "events: { a: { type: x.a } }\nwhen: { event: a }\n"                                \
               "alert: { topic: t, expire_after: 1h }\n"
#define TYPE "type: x.a\ntitle: A\nfields: { v: { type: number } }\n"
#define PLACES                                                                                     \
    "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":"          \
    "{\"kind\":\"camp\",\"name\":\"Gao\",\"radius_m\":5},\"geometry\":"                            \
    "{\"type\":\"Point\",\"coordinates\":[0,16]}}]}"

static const struct file {
    const char *name, *text;
} whole[] = {
    {"types/x.yaml", TYPE},     {"places/p.geojson", PLACES}, {"lists/l.yaml", "- a\n"},
    {"tags.yaml", "- t\n"},     {"topics.yaml", "- t\n"},     {"recipients.yaml", "- r\n"},
    {"pack/deep/r.yaml", RULE},
};

static const struct folder_case {
    const char *name;
    struct file change; /* text NULL: without this file. */
    const char *moved;  /* Under this name instead, or NULL. */
    bool is_same, is_same_rule;
} cases[] = {
    {"the same files in another folder", {NULL, NULL}, NULL, true, true},
    {"a comment in a rule", {"pack/deep/r.yaml", RULE "# here\n"}, NULL, false, true},
    {"a byte more in a type", {"types/x.yaml", TYPE "\n"}, NULL, false, true},
    {"a byte more among the places", {"places/p.geojson", PLACES " "}, NULL, false, true},
    {"a byte more in a list", {"lists/l.yaml", "- a\n\n"}, NULL, false, true},
    {"a byte more in the tags", {"tags.yaml", "- t\n\n"}, NULL, false, true},
    {"a byte more in the topics", {"topics.yaml", "- t\n\n"}, NULL, false, true},
    {"a byte more in the recipients", {"recipients.yaml", "- r\n\n"}, NULL, false, true},
    {"without the tags", {"tags.yaml", NULL}, NULL, false, true},
    {"without the places", {"places/p.geojson", NULL}, NULL, false, true},
    {"a rule file renamed", {"pack/deep/r.yaml", RULE}, "pack/deep/s.yaml", false, true},
    {"a rule file in another folder", {"pack/deep/r.yaml", RULE}, "pack/r.yaml", false, true},
    {"a type file renamed", {"types/x.yaml", TYPE}, "types/y.yaml", false, true},
    {"a list renamed", {"lists/l.yaml", "- a\n"}, "lists/m.yaml", false, true},
    {"an empty file more", {"pack/empty.yaml", ""}, "pack/empty.yaml", false, true},
    {"a file that is not read", {"pack/notes.txt", "x"}, "pack/notes.txt", true, true},
    {"a .yml, which is not read", {"pack/r.yml", "x"}, "pack/r.yml", true, true},
    {"a hidden file", {"pack/.r.yaml", "x"}, "pack/.r.yaml", true, true},
    {"another version and owner",
     {"pack/deep/r.yaml", RULE "version: 2\nowner: me\n"},
     NULL,
     false,
     true},
    {"another expire_after",
     {"pack/deep/r.yaml", RULES_HEAD "events: { a: { type: x.a } }\nwhen: { event: a }\n"
                                     "alert: { topic: t, expire_after: 2h }\n"},
     NULL,
     false,
     false},
};

static void write_file(const char *folder, const char *name, const char *text)
{
    struct toc_text path = {0};

    toc_text_addf(&path, "%s/", folder);
    for (const char *at = name; *at != '\0'; at++) {
        if (*at == '/') {
            (void)mkdir(path.data, 0700);
        }
        toc_text_add_char(&path, *at);
    }
    FILE *file = fopen(path.data, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
    toc_text_finish(&path);
}

/* The folder of the rules is @folder, a template of mkdtemp(3). */
static void write_folder(char *folder, const struct folder_case *change)
{
    assert_non_null(mkdtemp(folder));
    for (size_t i = 0; i < UNIT_COUNT(whole); i++) {
        bool is_it = change != NULL && change->change.name != NULL &&
                     strcmp(change->change.name, whole[i].name) == 0;
        if (!is_it) {
            write_file(folder, whole[i].name, whole[i].text);
        }
    }
    if (change != NULL && change->change.text != NULL) {
        write_file(folder, change->moved != NULL ? change->moved : change->change.name,
                   change->change.text);
    }
}

static void remove_folder(const char *folder)
{
    struct toc_text command = {0};

    toc_text_addf(&command, "rm -r '%s'", folder);
    assert_int_equal(system(command.data), 0);
    toc_text_finish(&command);
}

struct loaded {
    char bundle[TOC_BUNDLE_NAME];
    struct toc_hash128 rule;
};

static struct loaded load(const struct toc_rule_paths *paths)
{
    struct toc_diag *diag = toc_diag_create();
    struct toc_ruleset *set = NULL;
    struct loaded loaded;

    assert_true(toc_ruleset_load(paths, diag, &set));
    (void)snprintf(loaded.bundle, sizeof loaded.bundle, "%s", toc_ruleset_bundle(set));
    loaded.rule = toc_ruleset_get(set, 0)->hash;
    toc_ruleset_destroy(set);
    toc_diag_destroy(diag);
    return loaded;
}

static struct loaded load_folder(const struct folder_case *change)
{
    char folder[] = "/tmp/tocsin-bundle-XXXXXX";

    write_folder(folder, change);
    struct toc_rule_paths paths = {.rules = folder};
    struct loaded loaded = load(&paths);
    remove_folder(folder);
    return loaded;
}

static void names_the_files(void **state)
{
    const struct folder_case *c = *state;
    struct loaded before = load_folder(NULL), after = load_folder(c);

    assert_int_equal(strlen(before.bundle), TOC_BUNDLE_NAME - 1);
    assert_int_equal(strcmp(before.bundle, after.bundle) == 0, c->is_same);
    assert_int_equal(toc_hash128_compare(before.rule, after.rule) == 0, c->is_same_rule);
}

/* However the way to it is written, and wherever types and places lie. */
static void is_the_same_from_everywhere(void **state)
{
    char folder[] = "/tmp/tocsin-bundle-XXXXXX", here[1024], text[3][128];
    struct toc_rule_paths paths;

    (void)state;
    struct loaded plain = load_folder(NULL);
    write_folder(folder, NULL);
    assert_non_null(getcwd(here, sizeof here));
    (void)snprintf(text[0], sizeof text[0], "%s/", folder);
    (void)snprintf(text[1], sizeof text[1], "%s/pack/../", folder);
    (void)snprintf(text[2], sizeof text[2], "%s/pack/deep/r.yaml", folder); /* The only rule. */
    for (size_t i = 0; i < 3; i++) {
        paths = (struct toc_rule_paths){.rules = text[i]};
        assert_string_equal(load(&paths).bundle, plain.bundle);
    }
    assert_int_equal(chdir(folder), 0);
    static const char *const relative[] = {".", "./", "pack/deep/r.yaml", "./pack/deep/r.yaml"};
    for (size_t i = 0; i < UNIT_COUNT(relative); i++) {
        paths = (struct toc_rule_paths){.rules = relative[i]};
        assert_string_equal(load(&paths).bundle, plain.bundle);
    }
    assert_int_equal(chdir(here), 0);
    remove_folder(folder);

    char rules[] = "/tmp/tocsin-bundle-XXXXXX", others[] = "/tmp/tocsin-bundle-XXXXXX";
    write_folder(rules, NULL);
    assert_non_null(mkdtemp(others));
    write_file(others, "kinds-of-report/x.yaml", TYPE);
    write_file(others, "map/p.geojson", PLACES);
    (void)snprintf(text[0], sizeof text[0], "%s/kinds-of-report", others);
    (void)snprintf(text[1], sizeof text[1], "%s/map/", others);
    paths = (struct toc_rule_paths){.rules = rules, .types = text[0], .places = text[1]};
    assert_string_equal(load(&paths).bundle, plain.bundle);
    remove_folder(rules);
    remove_folder(others);
}

/* What a test puts in place of a file is in no file. */
static void without_files_there_is_none(void **state)
{
    char folder[] = "/tmp/tocsin-bundle-XXXXXX";
    struct toc_diag *diag = toc_diag_create();
    struct toc_arena arena = {0};
    struct toc_yaml *lists = NULL;
    struct toc_ruleset *set = NULL;
    struct toc_str text = TOC_STR("l: [b]");

    (void)state;
    write_folder(folder, NULL);
    uint32_t file = toc_diag_add_file(diag, "test", text);
    assert_true(toc_yaml_parse(text, file, &arena, diag, &lists));
    struct toc_rule_paths paths = {.rules = folder};
    assert_true(toc_ruleset_load_with(&paths, lists, diag, &set));
    assert_string_equal(toc_ruleset_bundle(set), "");
    toc_ruleset_destroy(set);
    toc_arena_finish(&arena);
    toc_diag_destroy(diag);
    remove_folder(folder);
}

int main(void)
{
    struct CMUnitTest tests[UNIT_COUNT(cases) + 4] = {
        {.name = "it is what sha256sum says", .test_func = is_what_sha256sum_says},
        {.name = "a hundred files in any order", .test_func = a_hundred_files_in_any_order},
        {.name = "it is the same from everywhere", .test_func = is_the_same_from_everywhere},
        {.name = "without files there is none", .test_func = without_files_there_is_none},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        union {
            const void *in;
            void *out;
        } row = {.in = &cases[i]};
        tests[4 + i].name = cases[i].name;
        tests[4 + i].test_func = names_the_files;
        tests[4 + i].initial_state = row.out;
    }
    return _cmocka_run_group_tests("rule/bundle", tests, UNIT_COUNT(tests), NULL, NULL);
}
