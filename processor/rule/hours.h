/* rule/hours.h - at which hours an event counts: by the sun where it was, or by a clock.
 * rules/README.md, "hours". Immutable; any thread. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum toc_hours_kind { TOC_HOURS_ANY, TOC_HOURS_DAY, TOC_HOURS_NIGHT, TOC_HOURS_CLOCK };

struct toc_hours {
    enum toc_hours_kind kind;
    int32_t begin_min, end_min; /* Of the local day; an end before the begin is after midnight. */
    bool has_offset;            /* Else that of the place near. */
    int32_t offset_min;         /* Local time less UTC. */
};

/* Is @at_ms within the hours of a clock that is @offset_min ahead of UTC? */
bool toc_hours_is_in(const struct toc_hours *hours, int32_t offset_min, int64_t at_ms);
