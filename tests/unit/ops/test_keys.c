/* The table of keys, the annotated example and the manual say the same. */
#include "unit.h"

#include "base/number.h"
#include "base/instant.h"
#include "ops/config_read.h"

#include <stdio.h>

static struct toc_text read_file(const char *name, char path[512])
{
    struct toc_text text = {.size = 0};
    char bytes[4096];
    size_t got;
    const char *root = getenv("TOCSIN_SOURCE_DIR");
    assert_non_null(root);
    (void)snprintf(path, 512, "%s/deploy/%s", root, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while ((got = fread(bytes, 1, sizeof bytes, file)) > 0) {
        toc_text_add(&text, (struct toc_str){.data = bytes, .size = got});
    }
    (void)fclose(file);
    return text;
}

static void every_bound_and_default_is_readable(void **state)
{
    (void)state;
    for (size_t i = 0; i < toc_key_count; i++) {
        const struct toc_key *key = &toc_keys[i];
        struct toc_str least = toc_config_word(key->bounds, 0);
        struct toc_str most = toc_config_word(key->bounds, 1);
        int64_t low = 0;
        int64_t high = 0;
        int64_t value = 0;
        assert_true(key->help[0] != '\0');
        if (key->kind == TOC_KEY_SPAN) {
            assert_true(toc_span_parse(least, &low) && toc_span_parse(most, &high));
            assert_true(toc_span_parse(toc_str_of(key->fallback), &value));
            assert_true(low <= value && value <= high);
        } else if (key->kind == TOC_KEY_INTEGER) {
            assert_true(toc_number_parse_integer(least, &low) &&
                        toc_number_parse_integer(most, &high));
            assert_true(toc_number_parse_integer(toc_str_of(key->fallback), &value));
            assert_true(low <= value && value <= high);
        } else if (key->kind == TOC_KEY_WORD) {
            size_t at = 0;
            while (toc_config_word(key->bounds, at).size > 0 &&
                   !toc_str_equal(toc_config_word(key->bounds, at), toc_str_of(key->fallback))) {
                at++;
            }
            assert_true(toc_config_word(key->bounds, at).size > 0);
        }
    }
}

static void the_example_is_without_fault(void **state)
{
    (void)state;
    char path[512];
    struct toc_text text = read_file("tocsin.yaml", path);
    struct toc_diag *diag = toc_diag_create();
    struct toc_config *config = NULL;
    assert_true(toc_config_parse(path, toc_text_str(&text), diag, &config));
    assert_int_equal(toc_diag_count(diag), 0);
    assert_int_equal(config->input_count, 2);
    toc_config_destroy(config);
    toc_diag_destroy(diag);
    toc_text_finish(&text);
}

/* `key:` at the begin of a line or of a comment, with its default where it has one. */
static bool shows(const char *text, const struct toc_key *key)
{
    char wanted[128];
    char with_default[128];
    (void)snprintf(wanted, sizeof wanted, "%s:", key->name);
    (void)snprintf(with_default, sizeof with_default, "%s: %s\n", key->name, key->fallback);
    for (const char *at = strstr(text, wanted); at != NULL; at = strstr(at + 1, wanted)) {
        bool is_begin = at[-1] == '\n' || at[-1] == ' ';
        bool is_plain = key->is_required || key->fallback[0] == '\0';
        if (is_begin && (is_plain || strncmp(at, with_default, strlen(with_default)) == 0)) {
            return true;
        }
    }
    return false;
}

static void the_example_shows_every_key_and_its_default(void **state)
{
    (void)state;
    char path[512];
    struct toc_text text = read_file("tocsin.yaml", path);
    for (size_t i = 0; i < toc_key_count; i++) {
        /* max_disorder is set in both inputs: its default would be a bad example. */
        if (strcmp(toc_keys[i].name, "max_disorder") != 0 && !shows(text.data, &toc_keys[i])) {
            fail_msg("deploy/tocsin.yaml does not show `%s` with its default `%s`",
                     toc_keys[i].name, toc_keys[i].fallback);
        }
    }
    toc_text_finish(&text);
}

static void the_manual_tells_of_every_key(void **state)
{
    (void)state;
    struct toc_text text = {.size = 0};
    toc_config_help(&text);
    for (size_t i = 0; i < toc_key_count; i++) {
        assert_non_null(strstr(text.data, toc_keys[i].name));
        assert_non_null(strstr(text.data, toc_keys[i].help));
    }
    assert_non_null(strstr(text.data, "inputs.NAME.accept_late (default 10m)"));
    assert_non_null(strstr(text.data, "app (compulsory)"));
    toc_text_finish(&text);
}

static void the_operators_manual_tells_of_settings_and_metrics(void **state)
{
    static const char *const names[] = {
#define TOC_CLIENT(name, roles) "`" name "`",
#include "ops/config_client.def"
#undef TOC_CLIENT
#define TOC_METRIC(kind, name, value, help) "`" name "`",
#include "ops/metrics.def"
#undef TOC_METRIC
    };
    (void)state;
    char path[512];
    struct toc_text text = read_file("README.md", path);
    for (size_t i = 0; i < UNIT_COUNT(names); i++) {
        if (strstr(text.data, names[i]) == NULL) {
            fail_msg("deploy/README.md does not tell of %s", names[i]);
        }
    }
    toc_text_finish(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_bound_and_default_is_readable),
        cmocka_unit_test(the_example_is_without_fault),
        cmocka_unit_test(the_example_shows_every_key_and_its_default),
        cmocka_unit_test(the_manual_tells_of_every_key),
        cmocka_unit_test(the_operators_manual_tells_of_settings_and_metrics),
    };
    return cmocka_run_group_tests_name("ops/keys", tests, NULL, NULL);
}
