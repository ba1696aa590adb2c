/* alert/alert.h - what the world hears of an episode: identity, life, record.
 *
 * Episodes are the truth and may change as late events come; alerts are what was told.
 * toc_alerts_tell compares the two and tells the difference:
 *
 *            not told      told, open              told, ended            cancelled
 *   holds    new           update, if changed *    update (open again)    update (true again)
 *                          escalated, deescalated
 *   over     new + end     cleared / expired       update, if moved       update (ended)
 *   not so   -             cancelled               cancelled              -
 *
 *   * at most every `update_every`; all else at once.
 *
 * What people end (all_clear, false_alarm) is over as soon as they say so, and stays it.
 *
 * An alert keeps its id and goes on counting its `seq` whatever becomes of it, until nothing can
 * change it any more. Memory: one struct an alert that can still change. Threads: one owner.
 * Clock: the lane clock, handed in. */
#pragma once
#include "alert/said.h"
#include "event/place.h"
#include "rule/rule.h"
#include "state/episode.h"

enum toc_alert_state {
    TOC_ALERT_NEW,
    TOC_ALERT_UPDATE,
    TOC_ALERT_CLEARED,
    TOC_ALERT_EXPIRED,
    TOC_ALERT_CANCELLED,
    TOC_ALERT_ESCALATED,
    TOC_ALERT_DEESCALATED,
    TOC_ALERT_ACKED,
    TOC_ALERT_STATES, /* How many there are. */
};
const char *toc_alert_state_text(enum toc_alert_state state);

enum { TOC_ALERT_ID = 33 }; /* 32 hexadecimal digits and NUL. */

/* A key as rules see it: one value a part of group_by. */
struct toc_key_value {
    struct toc_str folded; /* What is compared. Of a place: its id. */
    struct toc_str label;  /* As first written. Of a place: its name. */
    bool is_bare;          /* A number or bool: no quotes in JSON. */
    int32_t place;         /* Index of the place, or -1. */
};
struct toc_key {
    enum toc_mode mode;
    size_t count;
    struct toc_key_value values[TOC_RULE_KEY_PARTS];
};

/* An input that the rule reads and that can be blind: silent for longer than its max_age. */
struct toc_sight {
    struct toc_str input;
    unsigned bit; /* Its number among the inputs: which bit of toc_held.by is its own. */
    bool is_blind;
    int64_t heard_ms; /* Newest event time read from it; TOC_INSTANT_NONE. */
};

/* The end of an alert whose window is empty, but which silence cannot end. */
struct toc_held {
    uint64_t by;            /* Inputs that were blind then and not heard up to it; 0: none. */
    enum toc_ending ending; /* What ended it all the same: a line, expire_after; NONE: nothing. */
    int64_t end_ms;         /* When that is; NEVER: not known. */
};

struct toc_alert {
    char id[TOC_ALERT_ID];
    uint64_t seq; /* Of the newest record told; 0 = none told yet. */
    enum toc_alert_state state;
    bool is_open;
    bool is_linked;                    /* An episode bears it. */
    bool is_adopted;                   /* Goes on from an earlier run. */
    bool is_waiting;                   /* An update waits for update_every. */
    bool is_acked;                     /* Somebody knows of it, or has taken it over. */
    bool is_suppressed;                /* What was told last carries suppressed_by. */
    enum toc_ending held_ending;       /* What ended it while it was withheld; NONE. */
    int64_t held_end_ms;               /* And when. */
    struct toc_held held;              /* Its end waits for blind inputs, or did. */
    int64_t begin_ms, end_ms, last_ms; /* As told; end NEVER while open. */
    enum toc_ending ending;            /* As told. */
    uint64_t count, digest;
    enum toc_level level, previous_level;   /* As told, and before its newest change. */
    enum toc_level evidence_level;          /* What evidence alone says, as told. */
    unsigned acted;                         /* Steps of `escalate: after` that have acted: bits. */
    int64_t acted_ms[TOC_RULE_ESCALATIONS]; /* The lane clock at which each did. */
    int64_t new_ms;                         /* The lane clock at which it was told first. */
    bool is_misnamed;      /* An alert in its evidence goes by another name than was told. */
    bool is_capped;        /* One `new` too many; waits until there is room. */
    int64_t level_ms;      /* Changes of level up to this ms were told. */
    uint64_t level_digest; /* Of those told. */
    int64_t told_ms;       /* Lane clock when it was last told. */
    int64_t derived_ms; /* Up to this settled time it is derived again, even if it ended before. */
    int32_t place;
    struct toc_hash128 anchor; /* The event that made it true when first told. */
    struct toc_said *said;     /* What people said; NULL: nothing. Owned. */
    /* Which incident it is of, and was when it was told last; NULL: of its own. References. */
    struct toc_incident *incident, *incident_told;
    struct toc_alert *incident_next,
        *incident_previous;   /* Others of it that are open, in a ring. */
    uint64_t incident_digest; /* Of the evidence that was looked at for others. */
    bool is_member;           /* It counts among the open alerts of its incident. */
    void *owner;              /* telling->owner of when it was named. */
};

struct toc_alerts { /* Of one key, in the order they were first told. */
    struct toc_alert **items;
    size_t count, room;
};

/* Where records go, and what they quote. Everything borrowed. */
struct toc_telling {
    const struct toc_rule *rule;
    const struct toc_catalogue *catalogue;
    const struct toc_places *places;
    const struct toc_key *key;
    int64_t threshold;    /* The key's, where the rule has one for each key. */
    bool is_at_once;      /* Begins are told at once, not when the watermark passes. */
    bool is_clustered;    /* Many episodes at a time that are known by their evidence. */
    int64_t watermark_ms; /* TOC_INSTANT_NONE: nothing decided yet. */
    int64_t settled_ms;   /* Episodes that ended up to here change no more. */
    int64_t now_ms;       /* The lane clock. */
    uint64_t *open;       /* How many alerts of the rule are open: kept up to date. */
    bool is_flushing;     /* update_every holds nothing back. */
    bool is_muted;        /* Records go nowhere: state is being built. */
    struct toc_incident_pool *incidents;
    struct toc_str source;           /* CloudEvents source of the records. */
    struct toc_text *record, *topic; /* Room to write in. */
    void (*on_record)(const struct toc_alert *alert, const struct toc_telling *telling,
                      struct toc_str data, void *context); /* *record holds the CloudEvent. */
    /* @alert has just got its id. If an earlier run told of it, set its `seq` to the one told last
     * and `said` to what was said. May be NULL. */
    void (*on_named)(struct toc_alert *alert, void *context);
    /* The incident of @alert, which is open, has joined another: it is to be told so. May be
     * NULL. */
    void (*on_renamed)(struct toc_alert *alert, void *context);
    /* Of the events by which rules above know of @alert, the next from *@at on, which begins at 0.
     * NULL: no more. May be NULL. */
    const struct toc_kept *(*next_above)(const struct toc_telling *telling,
                                         const struct toc_alert *alert, size_t *at);
    /* Nothing can change this alert any more; it is forgotten. May be NULL. */
    void (*on_final)(const struct toc_alert *alert, const struct toc_telling *telling,
                     void *context);
    /* What mutes @alert at now_ms; empty: nothing does. May be NULL. */
    struct toc_str (*suppressed_by)(const struct toc_alert *alert,
                                    const struct toc_telling *telling, void *context);
    const struct toc_sight *sights; /* Inputs that can be blind. */
    size_t sight_count;
    /* Of a rule with `cap`: is there room for one more `new` at now_ms? If so and @is_taken, it is
     * taken; if not, *out_free_ms is when to ask again. NULL: always. */
    bool (*has_room)(const struct toc_telling *telling, bool is_taken, int64_t *out_free_ms,
                     void *context);
    /* Where the place that moves and that part @part of the key names was said to be at @at_ms.
     * False: not known (any more). NULL: never. */
    bool (*where_is)(const struct toc_telling *telling, size_t part, int64_t at_ms,
                     struct toc_point *out, void *context);
    void *owner; /* Whose alerts these are: the caller's. */
    void *context;
};

/* What remains to be told without a new event. */
struct toc_alerts_due {
    int64_t watermark_ms; /* When the watermark reaches this; NEVER. */
    int64_t clock_ms;     /* When the lane clock does; NEVER. */
    int64_t heard_ms;     /* When an input that was blind is heard up to this; NEVER. */
};

void toc_alerts_finish(struct toc_alerts *alerts);
/* Tell what differs between @episodes and what was told. @is_again: the episodes were derived anew
 * or joined. Episodes and alerts that can change no more are forgotten. */
struct toc_alerts_due toc_alerts_tell(struct toc_alerts *alerts, struct toc_episodes *episodes,
                                      bool is_again, struct toc_kept_pool *pool,
                                      const struct toc_telling *telling);

/* Tell @episode, borne by @alert, as @state: for who takes over alerts of an earlier run. */
void toc_alert_tell(struct toc_alert *alert, const struct toc_episode *episode,
                    enum toc_alert_state state, bool is_open, const struct toc_telling *telling);
/* cleared, expired or, if people say so, cancelled: how an alert that is over is told. */
enum toc_alert_state toc_alert_end_state(const struct toc_alert *alert,
                                         const struct toc_episode *episode);
/* What was said of @alert, to add to. */
struct toc_said *toc_alert_said(struct toc_alert *alert);
/* Has somebody ended it by all_clear or false_alarm? */
bool toc_alert_is_judged(const struct toc_alert *alert);

/* level.c: the levels of @episode that may be told: what the watermark has passed, and rises where
 * begins are told at once. Into @out, the one it began with first; 0: it has but the rule's. */
size_t toc_alert_levels(const struct toc_episode *episode, const struct toc_telling *telling,
                        struct toc_level_since out[TOC_EPISODE_LEVELS]);

/* step.c: steps of `escalate` that go by the lane clock. The level they have raised @alert to, the
 * lowest if none did; may the one at @index still act? */
enum toc_level toc_alert_raised(const struct toc_alert *alert, const struct toc_rule *rule);
/* @alert goes on under @after in place of @before: what has acted stays so. */
void toc_alert_keep_steps(struct toc_alert *alert, const struct toc_rule *before,
                          const struct toc_rule *after);

/* incident.c: the open alerts of @episodes join what shares their evidence; nothing is told. */
void toc_alerts_join(struct toc_episodes *episodes, const struct toc_telling *telling);
/* @alert, open or to be, goes on in @incident, in which an earlier run told of it ... */
void toc_alert_go_on_in(struct toc_alert *alert, struct toc_incident *incident,
                        const struct toc_telling *telling);
/* ... or takes the place of @old, which holds of the same: they change what they are. */
void toc_alert_succeed(struct toc_alert *alert, struct toc_alert *old,
                       const struct toc_telling *telling);

/* --- Within the layer ---------------------------------------------------------------------- */

/* Did @alert end for good: no event can change or derive it any more? */
bool toc_alert_is_settled(const struct toc_alert *alert, const struct toc_telling *telling);
/* Match alerts to episodes that were derived anew; tell `cancelled` of those that match none. */
void toc_alerts_relink(struct toc_alerts *alerts, struct toc_episodes *episodes,
                       const struct toc_telling *telling);

/* Note in @alert the level of @episode that @state tells: of `new` the first, else the last. */
void toc_alert_note_level(struct toc_alert *alert, const struct toc_episode *episode,
                          const struct toc_telling *telling);
/* Tell the changes of level of @alert, which is open, that were not told yet. */
void toc_alert_tell_levels(struct toc_alert *alert, const struct toc_episode *episode,
                           const struct toc_telling *telling, struct toc_alerts_due *due);
/* step.c: let the steps act whose time has come. */
void toc_alert_tell_steps(struct toc_alert *alert, const struct toc_episode *episode,
                          const struct toc_telling *telling, struct toc_alerts_due *due);
/* Member `escalations` of a record, if a step has acted. */
void toc_alert_write_steps(const struct toc_alert *alert, const struct toc_rule *rule,
                           struct toc_text *out);
/* Do the changes told differ from those of @episode now? */
bool toc_alert_is_level_changed(const struct toc_alert *alert, const struct toc_episode *episode,
                                const struct toc_telling *telling);
/* withhold.c: the window of @episode, borne by @alert (NULL: not told), is empty, and the watermark
 * has passed that. Who withholds the end; *is_over: does it end now all the same? */
struct toc_held toc_alert_withhold(const struct toc_alert *alert, const struct toc_episode *episode,
                                   const struct toc_telling *telling, bool *is_over);
/* incident.c: @alert is open or about to be told so: it is of one incident with all that share
 * evidence of @episode. Costs a comparison while the evidence is the same. */
void toc_alert_join(struct toc_alert *alert, const struct toc_episode *episode,
                    const struct toc_telling *telling);
void toc_alert_leave(struct toc_alert *alert); /* It is over; it keeps the name. */
void toc_alert_forget_incident(struct toc_alert *alert);
/* NULL: it is an incident of its own. */
const struct toc_incident *toc_alert_incident(const struct toc_alert *alert);
/* A record of @alert is about to be written: if it is the first of its incident that the world
 * hears of, that goes by its id. And: it is written. */
void toc_alert_name_incident(struct toc_alert *alert, const struct toc_telling *telling);
void toc_alert_told_incident(struct toc_alert *alert, const struct toc_telling *telling);
/* Does its incident go by another name than was told? */
bool toc_alert_is_renamed(const struct toc_alert *alert);
/* What mutes @alert now; empty: nothing. */
struct toc_str toc_alert_suppressed_by(const struct toc_alert *alert,
                                       const struct toc_telling *telling);

/* What a record tells. */
struct toc_record_content {
    const struct toc_alert *alert;
    const struct toc_episode *episode; /* NULL: cancelled, nothing is left of it. */
    enum toc_ending ending;
    const char *merged_into;      /* An alert id, or NULL. */
    struct toc_str suppressed_by; /* Empty: nothing. */
};
/* Write the CloudEvent into telling->record; the slice is its `data`. */
struct toc_str toc_record_write(const struct toc_record_content *content,
                                const struct toc_telling *telling);
