/* cli/summary.h - what a replay came to, in numbers, on stderr. */
#pragma once
#include "cli/stage.h"

struct toc_refusals { /* What was not taken, or not whole. */
    uint64_t by_reason[TOC_REFUSAL_COUNT], records, dropped_fields;
};

/* @before: the old rules of --diff, or NULL. */
void toc_summary_print(const struct toc_stage *stage, const struct toc_ruleset *before,
                       const struct toc_refusals *refused);
