/* engine/why_core.h - what the files of why share. Not for others: why.h is.
 *   why.c      what is known of a key                  why_judge.c  an event against an alias:
 *   why_live.c the same of a running engine            why_place.c  .. where it was, and when
 *   why_alerts.c  alerts as events                     why_answer.c the tree
 *   why_raw.c  does it hold raw, and which clause says so; one function a kind, in
 *   why_window.c (why_measure.c, why_trend.c: what is compared), why_near.c, why_sequence.c,
 *   why_silence.c (latest and absence) */
#pragma once
#include "base/arena.h"
#include "engine/why.h"
#include "match/weighing.h" /* toc_int128 */

enum { TOC_WHY_REJECTED = 8, TOC_WHY_SHOWN = 20 };

struct toc_why_event { /* An event as one alias takes it. */
    int64_t at_ms;
    int64_t start_ms;                         /* absence: of its clock. */
    int64_t value;                            /* Millionths, or a hash: by kind. */
    int64_t weight;                           /* average: millionths. */
    uint64_t distinct[TOC_RULE_MIN_DISTINCT]; /* min_distinct: hash of each value; 0 = none. */
    int64_t end_ms;  /* Of an alert: when it was over, NEVER while it is open. */
    bool is_stretch; /* An alert that counts while it is open. */
    size_t number;   /* Of the event: an event of two aliases is one event. */
    int alias;
    struct toc_str source, id;
    struct toc_str sort;  /* Takes the id's place in the order; empty: the id. */
    struct toc_str below; /* Of an alert: its rule. */
    struct toc_point point;
    bool has_point;
    bool is_meeting; /* latest: it meets; a series event that does not stands here, too. */
};
struct toc_why_rejected {
    int64_t at_ms;
    int alias;
    struct toc_str source, id, clause, words;
    int64_t away_mm, limit_mm; /* near: how far away it was; -1: of no such matter. */
};

struct toc_why {
    const struct toc_ruleset *rules;
    const struct toc_rule *rule;
    struct toc_key key;
    int64_t threshold; /* The rule's, or the key's own. */
    bool is_mute;      /* The key has none: it never holds. */
    struct toc_arena arena;
    struct toc_why_event *events;
    size_t count, room;
    struct toc_why_rejected *rejected;
    size_t rejected_count, rejected_room;
    size_t numbers; /* Events so far. */
    bool is_sorted;
    int64_t stream_ms;
    bool is_member;
    bool is_live;          /* From a running engine, which forgets what is over; but .. */
    int64_t known_ms;      /* .. since when the key is known, or NONE. */
    struct toc_text words; /* Room to write in. */
    struct toc_cel_machine *machine;
};

/* why_judge.c. @end_ms: of an alert, when it was over; of a reported event TOC_INSTANT_NONE. */
void toc_why_judge(struct toc_why *why, const struct toc_event *event, int alias,
                   const struct toc_binding *binding, bool is_late, int64_t end_ms);

/* why_place.c: is it near a place of the key, at its hours there? why->words say how it is not;
 * *out_away_mm: how far away it is, or -1. */
bool toc_why_judge_near(struct toc_why *why, const struct toc_event *event,
                        const struct toc_alias *alias, const struct toc_binding *binding,
                        const char **out_clause, int64_t *out_away_mm);
/* At its hours, as far as that is no matter of a place? */
enum toc_verdict toc_why_judge_hours(struct toc_why *why, const struct toc_event *event,
                                     const struct toc_alias *alias, struct toc_value point);
/* "300 m", "2 km"; "2.31 km > 2 km". */
void toc_why_distance(struct toc_text *out, int64_t mm);
void toc_why_beyond(struct toc_text *out, int64_t away_mm, int64_t limit_mm);
/* "; nearest candidate 2.31 km > 2 km", of those that only the place kept out; or nothing. */
void toc_why_add_nearest(const struct toc_why *why, int64_t at_ms, struct toc_text *out);

/* why_alerts.c: "alert of two-drones, open from .. to .."; and "no scouted: no alert of two-drones
 * is open" */
void toc_why_add_open(struct toc_text *out, const struct toc_why_event *event);
void toc_why_add_none(struct toc_text *out, const struct toc_alias *alias);
/* why.c: take @event in under @alias, if it is of its types; @end_ms: see toc_why_judge. */
void toc_why_take_in(struct toc_why *why, const struct toc_event *event, int alias, bool is_late,
                     int64_t end_ms);

/* why.c: events by time, those rejected from the newest. */
void toc_why_sort(struct toc_why *why);

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
/* The newest instant up to @at_ms at which something may have changed, or TOC_INSTANT_NONE. */
int64_t toc_why_change(const struct toc_why *why, int64_t at_ms);
/* Does no line of clear_when dated up to @at_ms touch it? */
bool toc_why_counts(const struct toc_why *why, const struct toc_why_event *event, int64_t at_ms);
/* From when a member is awaited: the begin of the stream, or NONE: it is none, or a line was drawn
 * under that. */
int64_t toc_why_member_ms(const struct toc_why *why, int64_t at_ms);
bool toc_why_is_near(const struct toc_why_event *a, const struct toc_why_event *b,
                     int64_t limit_mm);
unsigned toc_why_roles(const struct toc_why *why, const struct toc_why_event *event);
/* It is evidence, and shown. */
void toc_why_take(struct toc_why_raw *raw, const struct toc_why_event *event, const char *words);

/* One a kind: does it hold raw? The clauses go to raw->clauses. */
bool toc_why_hold_window(struct toc_why_raw *raw);
bool toc_why_hold_near(struct toc_why_raw *raw); /* Of the window, filled. */
/* Why an event that qualifies is not in the window at @at_ms; false: it is, or lies ahead. */
bool toc_why_is_out(const struct toc_why *why, const struct toc_why_event *event, int64_t at_ms,
                    const char **out_clause, struct toc_text *out_words);
bool toc_why_hold_sequence(struct toc_why_raw *raw);
bool toc_why_hold_latest(struct toc_why_raw *raw);
bool toc_why_hold_absence(struct toc_why_raw *raw);
bool toc_why_hold_silence(struct toc_why_raw *raw);

/* why_measure.c, why_trend.c: what a window compares, as a fraction of whole numbers. */
struct toc_why_measure {
    bool is_there;            /* Else there is nothing to compare. */
    toc_int128 number, parts; /* The value is number / parts, parts > 0, .. */
    toc_int128 threshold;     /* .. this is what it is compared with, .. */
    double scale;             /* .. and both are so many times what people write. */
    size_t events;            /* What at_least_events looks at. */
    struct toc_text words;    /* How it came about: "7 of 21 = 0.3333"; the caller's. */
    json_t *values;           /* More of it, an object; the caller's. */
};
void toc_why_measure(struct toc_why_raw *raw, struct toc_why_measure *out);
void toc_why_trend(struct toc_why_raw *raw, struct toc_why_measure *out);
size_t toc_why_count(const struct toc_why_raw *raw, unsigned aliases); /* Of these: bits. */
/* How much @event weighs at the time asked about. */
long double toc_why_weight(const struct toc_why_raw *raw, const struct toc_why_event *event);
bool toc_why_is_from_below(const struct toc_rule *rule);

/* why_answer.c: add a clause to the array @out. */
json_t *toc_why_clause(json_t *out, const char *clause, bool is_passed, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void toc_why_list(json_t *out_events, const struct toc_why *why, const struct toc_why_event *event,
                  const char *words);
/* "2026-03-01 06:12:00", with milliseconds if there are any. */
void toc_why_time(struct toc_text *out, int64_t ms);
