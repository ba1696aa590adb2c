/* cli/book.h - the alerts of a replay, one entry an alert as it stands at the end: counted by rule,
 * day and level, or held against those of other rules.
 *
 * Two alerts are the same warning if rule, mode and key are the same and their stretches of time
 * touch: an edit of a threshold moves begins, and an alert that begins a minute later is not one
 * lost and one gained. Memory: one entry an alert. */
#pragma once
#include <stdio.h>

#include "base/arena.h"
#include "engine/engine.h"

struct toc_book_alert {
    char id[TOC_ALERT_ID];
    struct toc_str rule, key, brief, level; /* key: mode and values, "camp=Gao"; in the arena. */
    struct toc_str asked;                   /* The key as `explain --key` takes it. */
    int64_t begin_ms, end_ms;               /* TOC_INSTANT_NEVER while open. */
    bool is_cancelled;
    bool is_matched; /* toc_book_diff: the other book has it, too. */
};

struct toc_book {
    struct toc_arena arena;
    struct toc_book_alert *alerts;
    size_t count, room;
    size_t *index; /* By id: open addressing, entry + 1. */
    size_t index_room;
};

struct toc_book_difference {
    size_t gained, lost, kept;
};

void toc_book_finish(struct toc_book *book); /* A zeroed book may be finished. */
/* Note what @told says of its alert. */
void toc_book_add(struct toc_book *book, const struct toc_told *told);
/* A row for each rule, day (UTC, of the begin) and level with alerts that were not cancelled. */
void toc_book_print_days(struct toc_book *book, FILE *stream);
/* A line for each alert only @after has ("+") and only @before has ("-"), in order of time. */
struct toc_book_difference toc_book_diff(struct toc_book *before, struct toc_book *after,
                                         FILE *stream);
