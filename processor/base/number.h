/* base/number.h - numbers as people write them in rule, type and configuration files.
 * The JSON grammar (RFC 8259, 6) with a leading '+' allowed; no hexadecimal, no infinity, no
 * locale. Threads: any. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* False: not a number, or beyond the doubles; @out untouched. */
bool toc_number_parse(struct toc_str text, double *out);
/* Digits with an optional sign only. False: not that, or beyond int64. */
bool toc_number_parse_integer(struct toc_str text, int64_t *out);

#ifdef __cplusplus
}
#endif
