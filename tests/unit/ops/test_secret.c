#include "unit.h"

#include "ops/config_read.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct secret_case {
    const char *name, *content;
    size_t size; /* 0 = strlen */
    mode_t mode;
    const char *code, *secret; /* code NULL: taken */
} cases[] = {
    {"a line is taken without its end", "hunter2\n", 0, 0400, NULL, "hunter2"},
    {"a file without line end too", "hunter2", 0, 0600, NULL, "hunter2"},
    {"blanks belong to it", " a b \n", 0, 0400, NULL, " a b "},
    {"readable by the group", "hunter2\n", 0, 0440, "E0409", NULL},
    {"readable by all", "hunter2\n", 0, 0404, "E0409", NULL},
    {"empty", "", 0, 0400, "E0409", NULL},
    {"a line end alone", "\n", 0, 0400, "E0409", NULL},
    {"two lines", "one\ntwo\n", 0, 0400, "E0409", NULL},
    {"a NUL within", "a\0b", 3, 0400, "E0409", NULL},
    {"as large as may be", NULL, TOC_CONFIG_SECRET_SIZE, 0400, NULL, NULL},
    {"one byte too large", NULL, TOC_CONFIG_SECRET_SIZE + 1, 0400, "E0409", NULL},
};

static void reads_a_secret(void **state)
{
    const struct secret_case *c = *state;
    char path[] = "secret-XXXXXX";
    char large[TOC_CONFIG_SECRET_SIZE + 1];
    size_t size = c->size > 0 ? c->size : strlen(c->content);
    int file = mkstemp(path);
    assert_true(file >= 0);
    memset(large, 'x', sizeof large);
    assert_int_equal(write(file, c->content != NULL ? c->content : large, size), size);
    assert_int_equal(fchmod(file, c->mode), 0);
    close(file);

    struct toc_arena arena = {.used = 0};
    struct toc_diag *diag = toc_diag_create();
    struct toc_config_reading in = {.arena = &arena, .diag = diag};
    struct toc_yaml node = {.kind = TOC_YAML_SCALAR, .text = toc_str_of(path), .mark = {.line = 1}};
    struct toc_str secret = {.data = NULL};
    (void)toc_diag_add_file(diag, "c.yaml", TOC_STR("x"));
    bool is_taken = toc_config_read_secret(&in, &node, &secret);
    (void)unlink(path);
    assert_int_equal(is_taken, c->code == NULL);
    if (c->code != NULL) {
        assert_int_equal(toc_diag_errors(diag), 1);
        assert_string_equal(toc_diag_get(diag, 0)->code, c->code);
        struct toc_text words = {.size = 0};
        toc_diag_print(diag, false, &words);
        assert_null(strstr(words.data, "hunter2")); /* Never printed, even when refused. */
        toc_text_finish(&words);
    } else if (c->secret != NULL) {
        assert_string_equal(secret.data, c->secret);
    } else {
        assert_int_equal(secret.size, TOC_CONFIG_SECRET_SIZE);
    }
    union {
        const char *in;
        void *out;
    } bytes = {.in = secret.data};
    free(bytes.out);
    toc_diag_destroy(diag);
    toc_arena_finish(&arena);
}

UNIT_TABLE("ops/secret", cases, reads_a_secret)
