/* base/instant.h - instants and spans in words people and systems use.
 * An instant is whole milliseconds since the Unix epoch, a span whole milliseconds; finer digits
 * are cut. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Instants accepted: 0001-01-01T00:00:00Z up to 9999-12-31T23:59:59.999Z. */
#define TOC_INSTANT_MIN   INT64_C(-62135596800000)
#define TOC_INSTANT_MAX   INT64_C(253402300799999)
#define TOC_INSTANT_NONE  INT64_MIN /* "no such instant" */
#define TOC_INSTANT_NEVER INT64_MAX /* "later than all" */

/* RFC 3339 date-time with any offset; 't', 'z' and ' ' allowed as the RFC allows; a leap second
 * :60 is the last millisecond of its minute. False: not such a text, @out_ms untouched. */
bool toc_instant_parse(struct toc_str text, int64_t *out_ms);

enum { TOC_INSTANT_TEXT = 25 }; /* "2026-11-21T10:00:00.000Z" and NUL. */
/* Always UTC with milliseconds. Asserts the accepted range. */
void toc_instant_format(int64_t at_ms, char out[TOC_INSTANT_TEXT]);

/* The day of the proleptic Gregorian calendar @days after 1970-01-01: month and day from 1. */
void toc_instant_date(int64_t days, int *out_year, int *out_month, int *out_day);
/* The way back. */
int64_t toc_instant_days(int year, int month, int day);

/* "90s", "10m", "1h30m", "7d", "250ms", "0s", in falling units each at most once; at most
 * TOC_SPAN_MAX. False: not such a text. */
#define TOC_SPAN_MAX INT64_C(31622400000000) /* 1,000 years of 366 days. */
bool toc_span_parse(struct toc_str text, int64_t *out_ms);
/* The shortest text toc_span_parse reads back to the same span, appended. */
void toc_span_format(int64_t span_ms, struct toc_text *out);

#ifdef __cplusplus
}
#endif
