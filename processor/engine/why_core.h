/* engine/why_core.h - what the files of why share. Not for others: why.h is.
 *   why.c      what is known of a key, the tree        why_judge.c   an event against an alias
 *   why_raw.c  does it hold raw, and which clause says so; one function a kind, in
 *   why_window.c, why_near.c, why_sequence.c, why_silence.c (latest and absence) */
#pragma once
#include "base/arena.h"
#include "engine/why.h"

enum { TOC_WHY_REJECTED = 8, TOC_WHY_SHOWN = 20 };

struct toc_why_event { /* An event as one alias takes it. */
    int64_t at_ms;
    int64_t start_ms; /* absence: of its clock. */
    int64_t value;    /* Millionths, or a hash: by kind. */
    size_t number;    /* Of the event: an event of two aliases is one event. */
    int alias;
    struct toc_str source, id;
    struct toc_point point;
    bool has_point;
    bool is_meeting; /* latest: it meets; a series event that does not stands here, too. */
};
struct toc_why_rejected {
    int64_t at_ms;
    int alias;
    struct toc_str source, id, clause, words;
};

struct toc_why {
    const struct toc_ruleset *rules;
    const struct toc_rule *rule;
    struct toc_key key;
    struct toc_arena arena;
    struct toc_why_event *events;
    size_t count, room;
    struct toc_why_rejected *rejected;
    size_t rejected_count, rejected_room;
    size_t numbers; /* Events so far. */
    bool is_sorted;
    int64_t stream_ms;
    bool is_member;
    struct toc_text words; /* Room to write in. */
    struct toc_cel_machine *machine;
};

/* why_judge.c */
void toc_why_judge(struct toc_why *why, const struct toc_event *event, int alias,
                   const struct toc_binding *binding, bool is_late);

/* Keep @event, whose texts outlive it. */
void toc_why_keep(struct toc_why *why, const struct toc_why_event *event);

/* why_raw.c */
struct toc_why_raw { /* One question. */
    const struct toc_why *why;
    int64_t at_ms;
    json_t *clauses, *events; /* May be NULL. */
    int64_t newest_ms;
    const struct toc_why_event **window;
    size_t count;
    int fuel;
};

/* Does the rule hold raw at @at_ms? @out (may be NULL): the clauses, and @out_events
 * what they count. *out_newest_ms: newest evidence, or TOC_INSTANT_NONE. */
bool toc_why_raw(const struct toc_why *why, int64_t at_ms, json_t *out, json_t *out_events,
                 int64_t *out_newest_ms);
/* Is the rule of a kind that is taken apart into clauses? */
bool toc_why_is_plain(const struct toc_rule *rule);
/* The newest instant up to @at_ms at which something may have changed, or TOC_INSTANT_NONE. */
int64_t toc_why_change(const struct toc_why *why, int64_t at_ms);
/* Does no line of clear_when dated up to @at_ms touch it? */
bool toc_why_counts(const struct toc_why *why, const struct toc_why_event *event, int64_t at_ms);
bool toc_why_is_near(const struct toc_why_event *a, const struct toc_why_event *b,
                     int64_t limit_mm);
unsigned toc_why_roles(const struct toc_why *why, const struct toc_why_event *event);
/* It is evidence, and shown. */
void toc_why_take(struct toc_why_raw *raw, const struct toc_why_event *event, const char *words);

/* One a kind: does it hold raw? The clauses go to raw->clauses. */
bool toc_why_hold_window(struct toc_why_raw *raw);
bool toc_why_hold_near(struct toc_why_raw *raw); /* Of the window, filled. */
bool toc_why_hold_sequence(struct toc_why_raw *raw);
bool toc_why_hold_latest(struct toc_why_raw *raw);
bool toc_why_hold_absence(struct toc_why_raw *raw);
bool toc_why_hold_silence(struct toc_why_raw *raw);

/* why.c: add a clause to the array @out. */
json_t *toc_why_clause(json_t *out, const char *clause, bool is_passed, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void toc_why_list(json_t *out_events, const struct toc_why *why, const struct toc_why_event *event,
                  const char *words);
/* "2026-03-01 06:12:00", with milliseconds if there are any. */
void toc_why_time(struct toc_text *out, int64_t ms);
