/* match/match.h - one key of one rule: its events, what they mean, and which episodes follow.
 *
 * A matcher keeps the events of its key in order and two states over them. `settled` stands at the
 * horizon: no event can come before it any more. `newest` stands at the newest time reached. An
 * event in order moves `newest` on; one out of order is put in its place, `newest` is made equal
 * to `settled` and swept again over what lies between. So the episodes are a function of the
 * set of events, whatever their order, and the path in order costs one step. A kind (window.c,
 * sequence.c, latest.c, absence.c, cluster.c) says how to step from one millisecond that has
 * events or changes to the next; life.c makes stretches into episodes.
 * Memory: entries from the horizon less the rule's memory on. Threads: one owner. */
#pragma once
#include "match/life.h"
#include "match/weighing.h"
#include "rule/rule.h"
#include "state/distinct.h"
#include "state/ring.h"

struct toc_tally;

struct toc_member { /* An event in a cluster's window. */
    uint64_t seq;
    uint64_t episode; /* Cluster it belongs to, or 0. */
    int64_t alive_ms; /* First ms at which no fulfilling clique with it is alive. */
};

struct toc_match_state {
    int64_t now_ms; /* All up to and including this ms is swept. */
    uint64_t next;  /* The first seq not yet taken in. */
    int mark;       /* Which of an entry's marks are ours. */
    bool is_joined; /* Two episodes became one: alerts must be matched anew. */
    struct toc_episodes episodes;
    struct toc_life life;
    int64_t cut_ms; /* Events dated up to here count no more; TOC_INSTANT_NONE. */

    /* Windows: [low, next) lies in the window. */
    uint64_t low;
    uint64_t count;
    uint64_t fulfilling; /* min, max: how many values reach the threshold. */
    toc_int128 sum;
    uint32_t by_alias[TOC_RULE_ALIASES];
    struct toc_distinct distinct;
    struct toc_tally *tally; /* What only some kinds need (match/tally.h), or NULL. */
    size_t stretches;        /* Alerts in the window: marked, wherever they lie. */
    int64_t stretch_end_ms;  /* When the first of them is over; NEVER. */
    bool is_stretch_new;     /* One came in that is not evidence yet. */
    int64_t newest_ms;       /* Newest event counted, in the window or before it; NONE. */
    int64_t known_ms;        /* From when a comparison from above is judged, less `within`. */
    bool is_known;

    /* latest: one life a place met. */
    struct toc_life *lives;
    size_t life_count, life_room;

    /* absence: */
    int64_t answer_ms;  /* Newest answer, or TOC_INSTANT_NONE. */
    int64_t due_ms;     /* Earliest deadline not yet passed of those pending, or NEVER. */
    uint64_t pending;   /* No pending clock lies before this seq. */
    bool is_watched;    /* silence: the key is known. */
    int64_t watched_ms; /* silence: the clock runs since. */

    /* clusters: */
    struct toc_member *members;
    size_t member_count, member_room;
    int64_t alive_ms; /* With group_by: the end of the stretch as known, or NONE. */
};

/* What steps of `escalate` look at besides evidence, and what they run on. Borrowed. */
struct toc_level_room {
    struct toc_cel_machine *machine;
    const struct toc_places *const *places;       /* For the place an episode of `latest` has. */
    struct toc_cel_value key[TOC_RULE_KEY_PARTS]; /* Texts folded, places by name. */
};

struct toc_match {
    const struct toc_rule *rule;
    int64_t threshold; /* The rule's, or the key's own. */
    bool is_mute;      /* The key has none: nothing ever holds. */
    int64_t stream_ms; /* trend: the begin of the stream; the owner says. NONE: not known. */
    bool is_line_tied; /* Lines may touch single events: marks of old ones matter. */
    const struct toc_level_room *level_room; /* Only of rules with `escalate: when`; else NULL. */
    struct toc_kept_pool *pool;
    struct toc_ring ring;
    struct toc_match_state settled, newest;
    int64_t put_first_ms, put_last_ms; /* What was put and not taken in yet; NONE. */
    bool is_at_once;                   /* See toc_match_is_at_once. */
    int64_t decided_ms;                /* Up to here the watermark has passed: the owner says. */
    int64_t
        passed_ms;  /* Up to here nothing comes any more in this sweep, or the watermark passed. */
    int64_t at_ms;  /* The ms that is being stepped to. */
    bool is_raised; /* Rules above read its episodes. */
    int64_t lag_ms; /* How far behind the horizon `settled` stays: see toc_rule_lag_ms. */
    int64_t *alive; /* Clusters: room to work in, one a member. */
    size_t *near;
    size_t work_room;
    uint64_t over_fuel; /* Searches given up: counted and told as `budget`. */
};

enum {
    TOC_ALIAS_ANY = -1,
    TOC_MATCH_FUEL = 200000, /* Steps of one search for a choice of events. */
};

/* Begin at @now_ms: nothing before it is known. @begin_ms: for a key from `members`, the begin of
 * the stream, else TOC_INSTANT_NONE. */
void toc_match_init(struct toc_match *match, const struct toc_rule *rule,
                    struct toc_kept_pool *pool, int64_t now_ms, int64_t begin_ms);
void toc_match_finish(struct toc_match *match);

/* Put @entry (its reference moves in) in its place. An entry before the horizon acts at the
 * horizon.
 * Nothing is derived before toc_match_take, so that all entries of one event count together. */
void toc_match_put(struct toc_match *match, const struct toc_entry *entry);
/* Take in what was put. True: the episodes of `newest` were derived anew, alerts have to be
 * matched. */
bool toc_match_take(struct toc_match *match);
/* What stands for @kept was not so (as @alias alone, or TOC_ALIAS_ANY); or, of an alert as an
 * event, its stretch ends at @end_ms (stretch.c). Nothing is derived before toc_match_take. False:
 * it is not here. */
bool toc_match_remove(struct toc_match *match, const struct toc_kept *kept, int alias);
bool toc_match_move_end(struct toc_match *match, const struct toc_kept *kept, int64_t end_ms);
/* Let time pass up to and including @to_ms. */
void toc_match_advance(struct toc_match *match, int64_t to_ms);
/* No event before @horizon_ms comes any more: move `settled` there and forget what is not
 * needed. */
void toc_match_settle(struct toc_match *match, int64_t horizon_ms);
/* A key from `members`: the stream begins earlier than was known. */
void toc_match_begin(struct toc_match *match, int64_t begin_ms);
/* trend: the stream begins at @begin_ms, earlier than was known. What is settled stays as it is. */
void toc_match_stream(struct toc_match *match, int64_t begin_ms);
/* The next ms after `newest` at which something changes by time alone, or NEVER. */
int64_t toc_match_next(const struct toc_match *match);
/* Does it hold nothing worth keeping: no entry, no episode, no clock? */
bool toc_match_is_idle(const struct toc_match *match);

/* Is it told at once, or when the watermark has passed it? */
bool toc_match_is_at_once(const struct toc_rule *rule);

/* --- For the kinds ------------------------------------------------------------------------- */

static inline unsigned toc_match_roles(const struct toc_match *match, const struct toc_entry *entry)
{
    return entry->alias == TOC_ALIAS_PEOPLE ? TOC_ROLE_CLEAR
                                            : match->rule->aliases[entry->alias].roles;
}
/* How @line, which has the role CLEAR, is tied to what it ends. */
enum toc_line_reach { TOC_LINE_KEY, TOC_LINE_DISTANCE, TOC_LINE_EVIDENCE };
struct toc_line {
    enum toc_line_reach reach;
    struct toc_tie tie; /* By distance; else alias -1. */
    enum toc_ending ending;
};
struct toc_line toc_match_line(const struct toc_match *match, const struct toc_entry *line);
struct toc_evidence toc_match_evidence(const struct toc_match *match, uint64_t seq);
/* Is an event that @line touches by distance (as @as says) evidence of @episode? Or, by evidence:
 * is it the episode that the line is about? */
bool toc_match_touches(const struct toc_episode *episode, const struct toc_entry *line,
                       const struct toc_line *as);
bool toc_match_near(const struct toc_entry *a, const struct toc_entry *b, int64_t limit_mm);
/* Does it count: not cut by a line? */
static inline bool toc_match_counts(const struct toc_match_state *state,
                                    const struct toc_entry *entry)
{
    return entry->at_ms > state->cut_ms && (entry->marks[state->mark] & TOC_MARK_CUT) == 0;
}
/* The entries made of the same event as the one at @seq: [@out_begin, @out_end). They lie side by
 * side. */
void toc_match_twins(const struct toc_match *match, uint64_t seq, uint64_t *out_begin,
                     uint64_t *out_end);
/* End @episode at @at_ms by a line; says whether it was open then. */
bool toc_match_end(struct toc_episode *episode, int64_t at_ms, enum toc_ending ending);

/* level.c: note the level of @episode at @at_ms, once its evidence up to then is in. @state: where
 * what is compared stands, of kinds that have a window. */
void toc_level_note(struct toc_match *match, const struct toc_match_state *state,
                    struct toc_episode *episode, int64_t at_ms);

/* window.c: what is compared, as a number. False: there is nothing to compare. */
bool toc_window_value(const struct toc_match *match, const struct toc_match_state *state,
                      double *out);

typedef void toc_match_step_fn(struct toc_match *match, struct toc_match_state *state,
                               int64_t at_ms, uint64_t end);
typedef int64_t toc_match_next_fn(const struct toc_match *match,
                                  const struct toc_match_state *state);

/* One step each: at @at_ms take in the entries [state->next, @end), all of that ms (or none), and
 * whatever changes by time; `next` gives the next change by time alone after now_ms. */
toc_match_step_fn toc_window_step, toc_sequence_step, toc_latest_step, toc_absence_step,
    toc_cluster_step;
toc_match_next_fn toc_window_next, toc_sequence_next, toc_latest_next, toc_absence_next,
    toc_cluster_next;
/* Stretches (stretch.c). Is @entry, at @seq, in the window [low, next)? */
static inline bool toc_stretch_is_in(const struct toc_match_state *state,
                                     const struct toc_entry *entry, uint64_t seq)
{
    return entry->is_stretch ? (entry->marks[state->mark] & TOC_MARK_IN) != 0
                             : seq >= state->low && seq < state->next;
}
/* The first seq that can be in the window: stretches lie before `low`, too. */
static inline uint64_t toc_stretch_first(const struct toc_match *match,
                                         const struct toc_match_state *state)
{
    return state->stretches > 0 ? match->ring.first : state->low;
}
/* @entry comes in, or goes out. */
void toc_stretch_enter(struct toc_match_state *state, struct toc_entry *entry);
void toc_stretch_leave(struct toc_match_state *state, struct toc_entry *entry);
/* One that is in and over by @at_ms, or TOC_STRETCH_NONE. */
#define TOC_STRETCH_NONE UINT64_MAX
uint64_t toc_stretch_over(const struct toc_match *match, struct toc_match_state *state,
                          int64_t at_ms);
/* Forget the entries before @wanted but for stretches still wanted, which move up to it. */
void toc_stretch_drop(struct toc_match *match, uint64_t wanted);
/* Leave what is too old for the window at now_ms, where `next` waits for no such change. */
void toc_window_forget(const struct toc_match *match, struct toc_match_state *state);
void toc_cluster_forget(const struct toc_match *match, struct toc_match_state *state);
