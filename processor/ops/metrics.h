/* ops/metrics.h - numbers for people who watch, in Prometheus' text form 0.0.4.
 * Written afresh for each request from counters that are kept anyway. Threads: the loop's. */
#pragma once
#include "lane/lane.h"

/* @config gives the inputs' names. Appended to @out. */
void toc_metrics_print(const struct toc_lane *lane, const struct toc_lane_input inputs[],
                       size_t input_count, const struct toc_ruleset *rules, struct toc_text *out);

/* A label's value with '\', '"' and line ends escaped, without quotes. */
void toc_metrics_label(struct toc_str value, struct toc_text *out);
