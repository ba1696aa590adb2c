/* expr/pattern.h - regular expressions by RE2 (linear time), behind a C interface.
 * Threads: a search, any; a pattern is immutable. */
#pragma once
#include "base/text.h"

#ifdef __cplusplus
extern "C" {
#endif

struct toc_pattern;
enum { TOC_PATTERN_SIZE = 1000, TOC_PATTERN_MEMORY = 1 << 20 };
/* NULL: not a valid pattern; @out_error (cleared first) says why. Without case unless @is_cased. */
struct toc_pattern *toc_pattern_create(struct toc_str text, bool is_cased,
                                       struct toc_text *out_error);
void toc_pattern_destroy(struct toc_pattern *pattern);
bool toc_pattern_search(const struct toc_pattern *pattern, struct toc_str text);

/* The patterns of one rule set: whoever holds the list (the rule set) finishes it, once, after the
 * last judgement. Equal patterns are shared. A zeroed list is empty and may be finished. */
struct toc_patterns {
    struct toc_pattern *first;
};
/* Like toc_pattern_create; the list keeps what is given back. */
struct toc_pattern *toc_patterns_get(struct toc_patterns *patterns, struct toc_str text,
                                     bool is_cased, struct toc_text *out_error);
void toc_patterns_finish(struct toc_patterns *patterns);

#ifdef __cplusplus
}
#endif
