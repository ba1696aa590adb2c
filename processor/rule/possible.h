/* rule/possible.h - which values can a field have in an event that meets a condition?
 *
 * Found by trying: the values that a closed list, a range and the tests themselves name, and one
 * between every two of them, are held against the condition as an event would be. Exact for bools,
 * numbers, times, closed lists and texts that must equal something; of other texts and of lists it
 * is said that anything goes, unless they must be there and must not. No clock, no state. */
#pragma once
#include "event/catalogue.h"
#include "expr/condition.h"

struct toc_possible {
    bool is_any;     /* Some value, or none at all, meets the tests of this field. */
    bool is_finite;  /* `count` is the number of different values that do (missing not counted). */
    bool is_missing; /* An event without the field meets them, and there can be one. */
    bool has_bounds; /* A number: no value below `least` or above `most` meets them. */
    size_t count;
    double least, most;
};

/* What events of @type that meet @condition can have in @slot (event/slot.h: toc_type_slot). */
struct toc_possible toc_possible_find(const struct toc_type *type,
                                      const struct toc_condition *condition, int slot);
