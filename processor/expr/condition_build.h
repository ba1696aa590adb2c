/* expr/condition_build.h - the tests of `match:`, from what the author wrote. For the rule loader.
 *
 * `confidence|gte: 0.7`: toc_test_parse_key takes the key apart, toc_test_build reads the operands
 * as the type that the field declares and makes a test of them, once for each event type that an
 * alias binds (their slots and types of fields may differ).
 *
 * What fits what: texts and lists of texts take equality, contains, startswith, endswith, re,
 * exists; numbers, integers and times equality, gt gte lt lte, exists; bools equality, exists;
 * places exists. `not` goes with every one but `exists`; `all` with a list; `cased` with texts and
 * lists. Comparisons and `exists` take one operand, all else at least one, any of which may hold.
 * */
#pragma once
#include "event/catalogue.h"
#include "expr/condition.h"
#include "expr/pattern.h"
#include <tocsin/status.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    TOC_TEST_OPERANDS_MOST = 100000,
    TOC_TEST_OPERAND_SIZE = 300, /* Bytes of a text as written; folded at most three times that. */
};

struct toc_test_key {
    struct toc_str name; /* Of the field; borrowed from the text parsed. */
    enum toc_test_op op;
    bool is_negated, is_all, is_cased;
};

/* The modifiers after '|', for "did you mean". */
extern const struct toc_str toc_test_modifiers[];
extern const size_t toc_test_modifier_count;

/* "confidence|gte". False: @out_error (cleared first) says why, *out_bad is the offending part
 * (within @text; a modifier that is not known, given twice, or does not go with another). */
TOC_MUST_CHECK bool toc_test_parse_key(struct toc_str text, struct toc_test_key *out,
                                       struct toc_str *out_bad, struct toc_text *out_error);

/* Make *out of @key and its operands as written.
 *   @field      the field of the event type, or NULL for one of the envelope: then @slot says which
 *   @slot       index of the field in its type, or an enum toc_slot below TOC_SLOT_NONE
 *   @arena      gets all but the patterns
 *   @patterns   gets the patterns, kept there whatever happens here
 * False: @out_error (cleared first) is a sentence without a full stop; *out_word is the index of
 * the operand at fault, or @word_count if it is the test as a whole; *out_nearest the value of the
 * field's closed list that may have been meant, or empty (borrowed from @field). */
TOC_MUST_CHECK bool toc_test_build(struct toc_arena *arena, struct toc_patterns *patterns,
                                   const struct toc_field *field, int slot,
                                   const struct toc_test_key *key, const struct toc_str words[],
                                   size_t word_count, struct toc_test *out, size_t *out_word,
                                   struct toc_str *out_nearest, struct toc_text *out_error);

#ifdef __cplusplus
}
#endif
