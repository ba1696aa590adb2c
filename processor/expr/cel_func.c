#include "expr/cel_func.h"

#define GLOBAL TOC_CEL_GLOBAL
#define METHOD TOC_CEL_METHOD
const struct toc_cel_row toc_cel_rows[] = {
#define TOC_CEL_FN(form, name, parameters, result, function, help)                                 \
    {form, name, parameters, result, function, help},
#include "expr/cel_func.def"
#undef TOC_CEL_FN
};
const size_t toc_cel_row_count = sizeof toc_cel_rows / sizeof toc_cel_rows[0];
