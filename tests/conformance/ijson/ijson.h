/* ijson.h - the second opinion: what the decoder's headers promise, written again on jansson.
 * Shares nothing with the decoder but the catalogue and the reading of MGRS. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "event/catalogue.h"
#include "event/decode.h"

enum verdict {
    VERDICT_TAKEN,
    VERDICT_REFUSED,
    VERDICT_NONE, /* jansson cannot say: it has no names that hold a NUL, no integers beyond int64.
                   */
};

/* Is @text an I-JSON object within the limits of decode.h? If so, and @out is not NULL, its tree.
 */
enum verdict ijson_judge(struct toc_str text, json_t **out);
/* Is @text JSON (RFC 8259) at all, repeated names allowed, numbers within what jansson takes? */
enum verdict ijson_is_json(struct toc_str text);

/* Is the I-JSON object @tree a structured CloudEvent of @catalogue, with a time from elsewhere if
 * it has none of its own? If so, *out_dropped has bit i set where the field i is wrong and
 * optional. */
bool ijson_judge_event(const json_t *tree, const struct toc_catalogue *catalogue,
                       uint64_t *out_dropped);
/* Does @event say what @tree does? */
bool ijson_is_event(const json_t *tree, const struct toc_event *event,
                    const struct toc_catalogue *catalogue);
