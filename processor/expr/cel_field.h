/* expr/cel_field.h - fields of events as CEL sees them: their static types, and their values.
 * Of the kinds of field a time is a timestamp, a place a point, a list a list of strings. */
#pragma once
#include "event/value.h"
#include "expr/cel.h"

#ifdef __cplusplus
extern "C" {
#endif
/* The type of a field of @kind; of TOC_VALUE_NONE `dyn`. @arena holds what is not static. */
const struct toc_cel_type *toc_cel_field_type(enum toc_value_kind kind, struct toc_arena *arena);
/* @value as the value of variable @id; NULL or kind NONE: missing. Texts and points are borrowed
 * from @value, lists are made in @scratch (E_SPACE when it is full). */
struct toc_cel_value toc_cel_field_value(const struct toc_value *value, int32_t id,
                                         struct toc_cel_scratch *scratch);
#ifdef __cplusplus
}
#endif
