#include "unit.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"

static void is_zeroed(void)
{
    unsigned char *bytes = toc_mem_array(3, 100);

    for (size_t i = 0; i < 300; i++) {
        assert_int_equal(bytes[i], 0);
    }
    toc_mem_free(bytes);
}

static void nothing_is_something(void)
{
    void *a = toc_mem_get(0), *b = toc_mem_array(0, 8), *c = toc_mem_resize(NULL, 0, 8);

    assert_non_null(a);
    assert_non_null(b);
    assert_non_null(c);
    toc_mem_free(a);
    toc_mem_free(b);
    toc_mem_free(c);
    toc_mem_free(NULL);
}

static void copies(void)
{
    char *copy = toc_mem_copy("abc", 2), *empty = toc_mem_copy(NULL, 0);

    assert_string_equal(copy, "ab");
    assert_string_equal(empty, "");
    toc_mem_free(copy);
    toc_mem_free(empty);
}

static void resizes(void)
{
    int *numbers = toc_mem_resize(NULL, 2, sizeof *numbers);

    numbers[0] = 1;
    numbers[1] = 2;
    numbers = toc_mem_resize(numbers, 1000, sizeof *numbers);
    assert_int_equal(numbers[0], 1);
    assert_int_equal(numbers[1], 2);
    toc_mem_free(numbers);
}

/* What asks for too much ends the process with SIGABRT. */
static void aborts(void (*ask)(void))
{
    int status;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        (void)freopen("/dev/null", "w", stderr);
        (void)signal(SIGABRT, SIG_DFL); /* cmocka and the sanitizers would talk. */
        ask();
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void ask_resize(void)
{
    (void)toc_mem_resize(NULL, SIZE_MAX / 2, 4);
}

static void ask_copy(void)
{
    (void)toc_mem_copy("", SIZE_MAX);
}

static void too_much_aborts(void)
{
    aborts(ask_resize);
    aborts(ask_copy);
}

static const struct mem_case {
    const char *name;
    void (*check)(void);
} cases[] = {
    {"what is new is zeroed", is_zeroed},
    {"no bytes are a block too", nothing_is_something},
    {"a copy ends in NUL", copies},
    {"a block that grows keeps its content", resizes},
    {"a product beyond SIZE_MAX aborts", too_much_aborts},
};

static void holds(void **state)
{
    ((const struct mem_case *)*state)->check();
}

UNIT_TABLE("base/mem", cases, holds)
