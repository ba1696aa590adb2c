/* unit.h - cmocka and the headers it wants before it, and tables of cases.
 * UNIT_TABLE makes one test of each row of @rows (whose first member is `const char *name`). */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#define UNIT_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define UNIT_TABLE(group, rows, test)                                                              \
    int main(void)                                                                                 \
    {                                                                                              \
        struct CMUnitTest tests[UNIT_COUNT(rows)];                                                 \
        memset(tests, 0, sizeof tests);                                                            \
        for (size_t i = 0; i < UNIT_COUNT(rows); i++) {                                            \
            union {                                                                                \
                const void *in;                                                                    \
                void *out;                                                                         \
            } row = {.in = &(rows)[i]};                                                            \
            tests[i].name = (rows)[i].name;                                                        \
            tests[i].test_func = (test);                                                           \
            tests[i].initial_state = row.out;                                                      \
        }                                                                                          \
        return _cmocka_run_group_tests(group, tests, UNIT_COUNT(rows), NULL, NULL);                \
    }
