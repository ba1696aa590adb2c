#include "base/assert.h"

#include <stdio.h>
#include <stdlib.h>

void toc_assert_fail(const char *what, const char *file, int line)
{
    fprintf(stderr, "tocsin: this must be true and is not: %s (%s:%d)\n", what, file, line);
    abort();
}
