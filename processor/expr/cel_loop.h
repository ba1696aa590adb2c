/* expr/cel_loop.h - truth values of conditions, and the loops that gather them: all, exists,
 * exists_one, filter, map. For the machine. */
#pragma once
#include "expr/cel_program.h"

#ifdef __cplusplus
extern "C" {
#endif

bool toc_cel_is_bool(const struct toc_cel_value *value, bool is_true);
/* What a value that is neither true nor false is as a condition: an error. */
struct toc_cel_value toc_cel_no_bool(const struct toc_cel_value *value);
/* && with @decides false, || with true: one side decides alone, else an error does, else both. */
struct toc_cel_value toc_cel_logic(const struct toc_cel_value *a, const struct toc_cel_value *b,
                                   bool decides);

/* A loop under way, or the value that optMap names. */
struct toc_cel_loop {
    struct toc_cel_value range, item;
    size_t at, count;            /* Next item; items there are. */
    struct toc_cel_value result; /* So far; of exists_one the int that were true. */
    struct toc_cel_value *items; /* Of filter and map. */
};

/* False: @range is not to be gone through; loop->result says why. */
bool toc_cel_loop_begin(struct toc_cel_scratch *scratch, struct toc_cel_loop *loop,
                        const struct toc_cel_value *range, enum toc_cel_macro macro);
/* The next item into loop->item. False: there is none. */
bool toc_cel_loop_next(struct toc_cel_loop *loop);
/* Take in @value, the result for loop->item. False: nothing can change the result any more. */
bool toc_cel_loop_step(struct toc_cel_loop *loop, const struct toc_cel_value *value,
                       enum toc_cel_macro macro);
struct toc_cel_value toc_cel_loop_result(const struct toc_cel_loop *loop, enum toc_cel_macro macro);

#ifdef __cplusplus
}
#endif
