/* expr/cel_event.h - an event as what an expression speaks of: each field of its type under its
 * bare name and as event.NAME, and those of the envelope (id source type time subject mode).
 * text = string, number = double, integer = int, time = timestamp, place = a point with .lat .lon
 * .error_m, and .alt_m, which may be missing: hence a variable of its own, "location.alt_m"; list = list(string). Ids are slots (enum toc_slot, or the index of the field). */
#pragma once
#include "event/catalogue.h"
#include "event/event.h"
#include "expr/cel.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Declare the fields of @type: *out and what it holds lie in @arena. Returns how many. */
size_t toc_cel_event_declare(const struct toc_type *type, struct toc_arena *arena,
                             const struct toc_cel_variable **out);
/* The toc_cel_binding of an event; @context is a struct toc_event. */
struct toc_cel_value toc_cel_event_bind(int32_t id, struct toc_cel_scratch *scratch,
                                        const void *context);

#ifdef __cplusplus
}
#endif
