#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

/* A folder of its own for each test, removed by its end. */
static char folder[64];

static char *path_of(const char *name)
{
    static char path[128];

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void put(const char *name, const char *text)
{
    FILE *file = fopen(path_of(name), "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

static void reads_whole(void)
{
    struct toc_text text = {0};

    put("a", "hello");
    assert_int_equal(toc_file_read(path_of("a"), 5, &text), TOC_OK);
    assert_int_equal(toc_file_read(path_of("a"), 5, &text), TOC_OK);
    assert_string_equal(text.data, "hellohello");
    assert_int_equal(toc_file_read(path_of("a"), 4, &text), TOC_E_LIMIT);
    assert_string_equal(text.data, "hellohello");
    toc_text_finish(&text);
    assert_int_equal(unlink(path_of("a")), 0);
}

static void refuses_what_is_no_file(void)
{
    struct toc_text text = {0};

    assert_int_equal(toc_file_read(path_of("none"), 5, &text), TOC_E_NOT_FOUND);
    assert_int_equal(toc_file_read(folder, 5, &text), TOC_E_IO);
    assert_int_equal(mkfifo(path_of("pipe"), 0600), 0);
    assert_int_equal(toc_file_read(path_of("pipe"), 5, &text), TOC_E_IO); /* And does not wait. */
    assert_int_equal(unlink(path_of("pipe")), 0);
    toc_text_finish(&text);
}

static void lists_in_order(void)
{
    struct toc_arena arena = {0};
    const char *const *paths;
    size_t count;

    put("b.yaml", "");
    put("a.yaml", "");
    put("B.yaml", "");
    put(".hidden.yaml", "");
    put("a.yml", "");
    put("yaml", "");
    assert_int_equal(toc_file_list(folder, ".yaml", &arena, &paths, &count), TOC_OK);
    assert_int_equal(count, 3);
    assert_string_equal(paths[0], path_of("B.yaml"));
    assert_string_equal(paths[1], path_of("a.yaml"));
    assert_string_equal(paths[2], path_of("b.yaml"));
    assert_int_equal(toc_file_list(folder, ".none", &arena, &paths, &count), TOC_OK);
    assert_int_equal(count, 0);
    assert_int_equal(toc_file_list(path_of("none"), "", &arena, &paths, &count), TOC_E_NOT_FOUND);
    assert_int_equal(toc_file_list(path_of("yaml"), "", &arena, &paths, &count), TOC_E_NOT_FOUND);
    toc_arena_finish(&arena);
    for (const char *const *name = (const char *const[]){"b.yaml", "a.yaml", "B.yaml",
                                                         ".hidden.yaml", "a.yml", "yaml", NULL};
         *name != NULL; name++) {
        assert_int_equal(unlink(path_of(*name)), 0);
    }
}

static const struct file_case {
    const char *name;
    void (*check)(void);
} cases[] = {
    {"a file is read whole, up to its limit", reads_whole},
    {"a directory, a pipe and nothing are no files", refuses_what_is_no_file},
    {"entries come in the order of their bytes, hidden ones left out", lists_in_order},
};

static void holds(void **state)
{
    (void)snprintf(folder, sizeof folder, "tocsin-test-file-XXXXXX");
    assert_non_null(mkdtemp(folder));
    ((const struct file_case *)*state)->check();
    assert_int_equal(rmdir(folder), 0);
}

UNIT_TABLE("base/file", cases, holds)
