/* event/mover.h - places that move: what a type says of them.
 *
 *   place:              # in a type: its events tell where somebody or something is
 *     kind: unit        # what kind of place that is; no kind of places/ has this name
 *     name: unit        # the field with its name: a text that is required
 *     speed: 15 m/s     # or km/h: how fast it may have moved on since, at most 1,000 m/s
 *     keep: 30m         # an older position is no place any more; at most 7d
 *
 * Where it is says the type's usual location, which must be required. Rules: `near: { place: unit,
 * distance: 500 m }`. Memory: in the catalogue's arena. */
#pragma once
#include "base/diag.h"
#include "base/yaml.h"
#include "event/value.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TOC_MOVER_SPEED_MOST INT64_C(3600000000) /* mm an hour: 1,000 m/s. */
#define TOC_MOVER_KEEP_MOST  INT64_C(604800000)  /* ms: 7 d. */

struct toc_type;

struct toc_mover {
    struct toc_str kind; /* Folded; empty: the type says nothing of places. */
    struct toc_mark mark;
    int name;           /* Index of the field. */
    int64_t speed_mm_h; /* Whole mm an hour, so that both units are exact. */
    int64_t keep_ms;
};

/* What @node says, into @type. False: errors were added. */
bool toc_mover_read(const struct toc_yaml *node, struct toc_type *type, struct toc_arena *arena,
                    struct toc_diag *diag);
/* How far it may have come in @age_ms (0..keep): mm, half away from zero. */
static inline int64_t toc_mover_reach_mm(int64_t speed_mm_h, int64_t age_ms)
{
    return (speed_mm_h * age_ms + 1800000) / 3600000;
}

#ifdef __cplusplus
}
#endif
