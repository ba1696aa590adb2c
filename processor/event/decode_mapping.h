/* event/decode_mapping.h - events out of JSON that knows nothing of CloudEvents.
 *
 * An existing system is connected as it is: the input declares `format: json` and says where in its
 * records the parts of an event are. A mapping, all of it but `type` and `source` optional:
 *
 *   mapping:
 *     each: report.detections                # an array; each element is an event of its own
 *     type: { path: class, codes: { 1: detection.drone, 7: detection.indirect_fire } }
 *     source: { value: /radar/north }
 *     id: uid                                # else topic/partition/offset, and #index with each
 *     time: { path: $.report.sent, format: epoch_ms }
 *     subject: track
 *     mode: { path: drill, codes: { true: exercise, false: actual } }
 *     fields:
 *       position: { lat: pos.0, lon: pos.1, error_m: pos.2, alt_m: { path: hae, unit: ft } }
 *       altitude: { path: alt, unit: ft }    # into the unit the catalogue declares
 *       speed: { path: v, scale: 0.1, offset: 0 }
 *       origin: grid                         # MGRS text, or an object with lat and lon
 *       munition: { path: kind, codes: { R: rocket, M: mortar }, else: other }
 *       first_seen: { path: t0, format: epoch_s }
 *       status: { value: tentative }
 *
 * A plain text is a path: member names and, for arrays, indices from 0, joined by '.'; '\.' is a
 * dot within a name. It begins at the element of `each`, or with `$.` at the record. The other
 * words: `value` a constant; `codes` a table from the text found (whole numbers and true, false
 * count as texts) to ours, `else` for what it does not hold; `unit` (decode_unit.def) or `scale`
 * and `offset`: ours = theirs * scale + offset (of `alt_m` too); `format` of a time: rfc3339 (as it
 * is without), epoch_s, epoch_ms.
 *
 * Numbers may come as text ("12.5"), texts as whole numbers; otherwise values are as in
 * decode_value.h. What is at no such path, or null, is missing. A record without the array of
 * `each`, or an event without id or source, is refused (mapping), one without a known type also
 * (unknown_type); of an array only the elements that are wrong are refused. An id at the record's
 * level ($.) gets #index too, so that the elements stay apart.
 * Memory: the arena that parsed it. Immutable. Threads: any. */
#pragma once
#include "base/yaml.h"
#include "event/decode.h"

#ifdef __cplusplus
extern "C" {
#endif

struct toc_mapping;

/* Read a mapping from @node against @catalogue (borrowed as long as the mapping, as @arena is).
 * False: errors (E045x) were added to @diag, *out_mapping is NULL. */
bool toc_mapping_parse(const struct toc_yaml *node, const struct toc_catalogue *catalogue,
                       struct toc_arena *arena, struct toc_diag *diag,
                       struct toc_mapping **out_mapping);
/* Can an event of the @type-th type of the catalogue come out of it? */
bool toc_mapping_makes(const struct toc_mapping *mapping, size_t type);

#ifdef __cplusplus
}
#endif
