/* cli/given.h - the events an inline test is given, written out as CloudEvents.
 *
 * They take the decoder's way like any other record, so a test fails on what would be refused. What
 * a test leaves out: `id` given-1, given-2, ..; `source` /test; required fields: the first of a
 * closed list, else "unknown", of numbers 0 or the least allowed, of bools false, of times the
 * event's, of places 0 N 0 E. `camp.Gao` is a point inside that place. */
#pragma once
#include "base/diag.h"
#include "base/yaml.h"
#include "event/catalogue.h"
#include "event/place.h"

#define TOC_GIVEN_BEGIN INT64_C(1767225600000) /* 2026-01-01T00:00:00Z: offset 0 of every test. */

/* "10m" after TOC_GIVEN_BEGIN, or a full RFC 3339 time. */
bool toc_given_instant(struct toc_str text, int64_t *out_ms);
/* The same back: the offset if it is one of up to a year, else the full time. */
void toc_given_format(int64_t at_ms, struct toc_text *out);

/* Write event @node, the @number-th from 1, as one CloudEvent to @out (cleared first). False:
 * findings were added. */
bool toc_given_event(const struct toc_yaml *node, size_t number,
                     const struct toc_catalogue *catalogue, const struct toc_places *places,
                     struct toc_diag *diag, struct toc_text *out);
