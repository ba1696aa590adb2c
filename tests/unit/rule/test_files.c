/* Which files a rule set is made of, and the lists a test puts in place of files. */
#include "rules.h"

#include "base/arena.h"
#include "rule/files.h"

static void finds_the_root(void **state)
{
    struct toc_arena arena = {0};
    char folder[1024], file[1024];

    (void)state;
    rules_path(folder, sizeof folder, "rules/");
    struct toc_str root = toc_files_root(&arena, folder);
    assert_int_equal(root.size, strlen(folder) - 1); /* A folder is its own root. */
    rules_path(folder, sizeof folder, "");
    rules_path(file, sizeof file, "rules/faultless.yaml");
    root = toc_files_root(&arena, file);
    assert_int_equal(root.size, strlen(folder) - 1); /* Above it lies types/. */
    assert_memory_equal(root.data, folder, root.size);
    root = toc_files_root(&arena, "nowhere.yaml");
    assert_true(toc_str_equal(root, TOC_STR(".")));
    root = toc_files_root(&arena, "/nowhere.yaml");
    assert_true(toc_str_equal(root, TOC_STR("/")));
    toc_arena_finish(&arena);
}

static void leaves_out_what_is_no_rule(void **state)
{
    struct toc_diag *diag = toc_diag_create();
    struct toc_arena arena = {0};
    const char *const *paths;
    char folder[1024];
    size_t count;

    (void)state;
    rules_path(folder, sizeof folder, "sets/list-is-mapping");
    struct toc_str root = toc_files_root(&arena, folder);
    assert_true(toc_files_rules(&arena, diag, folder, root, &paths, &count));
    assert_int_equal(count, 1);
    assert_string_equal(paths[0] + strlen(folder), "/rule.yaml");
    rules_path(folder, sizeof folder, "sets/no-rule");
    root = toc_files_root(&arena, folder);
    assert_false(toc_files_rules(&arena, diag, folder, root, &paths, &count));
    assert_int_equal(toc_diag_errors(diag), 1);
    toc_arena_finish(&arena);
    toc_diag_destroy(diag);
}

static void a_missing_file_is_told(void **state)
{
    struct toc_diag *diag = toc_diag_create();
    struct toc_ruleset *set = NULL;
    char types[1024];

    (void)state;
    rules_path(types, sizeof types, "types");
    struct toc_rule_paths paths = {.rules = "/nowhere/rule.yaml", .types = types};
    assert_false(toc_ruleset_load(&paths, diag, &set));
    assert_null(set);
    assert_int_equal(toc_diag_errors(diag), 1);
    assert_string_equal(toc_diag_get(diag, 0)->code, "E0342");
    toc_diag_destroy(diag);
}

/* lists/sensors.yaml holds two; a test may put others in its place, or none, or a new list. */
static void lists_can_be_replaced(void **state)
{
    static const struct {
        const char *lists;
        size_t members;
    } cases[] = {{NULL, 2}, {"sensors: [a, b, c]", 3}, {"sensors: []", 0}, {"others: [a]", 2}};

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct toc_diag *diag = toc_diag_create();
        struct toc_arena arena = {0};
        struct toc_yaml *lists = NULL;
        struct toc_ruleset *set = NULL;
        char path[1024];

        if (cases[i].lists != NULL) {
            struct toc_str text = toc_str_of(cases[i].lists);
            uint32_t file = toc_diag_add_file(diag, "test", text);

            assert_true(toc_yaml_parse(text, file, &arena, diag, &lists));
        }
        rules_path(path, sizeof path, "rules/members-of-list.yaml");
        struct toc_rule_paths paths = {.rules = path};
        assert_true(toc_ruleset_load_with(&paths, lists, diag, &set));
        assert_int_equal(toc_ruleset_get(set, 0)->member_count, cases[i].members);
        toc_ruleset_destroy(set);
        toc_arena_finish(&arena);
        toc_diag_destroy(diag);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_root),
        cmocka_unit_test(leaves_out_what_is_no_rule),
        cmocka_unit_test(a_missing_file_is_told),
        cmocka_unit_test(lists_can_be_replaced),
    };

    return cmocka_run_group_tests_name("rule/files", tests, NULL, NULL);
}
