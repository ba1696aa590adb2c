/* expr/cel_func.h - the functions an expression can call: one table for checker, machine, manual.
 *
 * A row of cel_func.def:
 *   TOC_CEL_FN(form, "name", "parameter types", "result type", c_function, "what it does")
 *   form  GLOBAL  size(x), math.abs(x): a name, perhaps with dots
 *         METHOD  x.charAt(i): the first parameter stands before the dot
 * Types as text: bool int double string timestamp duration null type point dyn,
 * list(T), map(K, V), optional(T), the type parameters A and B, and `number` (int or double).
 * "T..." as the last parameter: one or more of them. Rows of one name stand together; a call takes
 * the first row whose types fit (at load by static types, and again at run time by the values, so
 * `dyn` arguments are safe). At most TOC_CEL_ARGUMENTS arguments.
 *
 * The C function gets arguments of exactly the kinds of its row (of a list or map the outer kind
 * alone is sure; `number` is INT or DOUBLE; `dyn`, A, B anything), never an ERROR. It answers with
 * a value of the result type or an ERROR; takes memory from @scratch alone; pays for what it looks
 * at beyond a few bytes (toc_cel_pay_bytes, toc_cel_pay_items) before it does so. */
#pragma once
#include "expr/cel_value.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { TOC_CEL_ARGUMENTS = 32 };

typedef struct toc_cel_value (*toc_cel_function)(struct toc_cel_scratch *scratch,
                                                 const struct toc_cel_value *args, size_t count);

enum toc_cel_form { TOC_CEL_GLOBAL, TOC_CEL_METHOD };

struct toc_cel_row {
    enum toc_cel_form form;
    const char *name, *parameters, *result;
    toc_cel_function function;
    const char *help;
};

extern const struct toc_cel_row toc_cel_rows[];
extern const size_t toc_cel_row_count;

#define TOC_CEL_FN(form, name, parameters, result, function, help)                                 \
    struct toc_cel_value function(struct toc_cel_scratch *scratch,                                 \
                                  const struct toc_cel_value *args, size_t count);
#include "expr/cel_func.def"
#undef TOC_CEL_FN

#ifdef __cplusplus
}
#endif
