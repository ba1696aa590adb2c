/* engine/core.h - what the engine's own files share: inputs and their time, rules and their keys.
 * Not for others: engine.h is. */
#pragma once
#include "base/arena.h"
#include "engine/engine.h"
#include "engine/track.h"
#include "expr/cel.h"
#include "match/match.h"
#include "state/due.h"
#include "state/seen.h"
#include "state/table.h"

enum { TOC_TOPICS_MOST = 256 }; /* Different input topics. */

struct toc_partition {
    int64_t time_ms; /* Newest event time read, TOC_INSTANT_NONE while unread. */
    bool is_idle;
};
struct toc_engine_input {
    struct toc_input spec;
    struct toc_partition *partitions;
    int64_t low_ms;    /* The least partition time; NONE while one is unread. */
    int64_t newest_ms; /* The greatest. */
    int64_t read_ms;   /* Lane clock when something was read last, or of the first tick; NONE. */
    int64_t heard_ms;  /* Newest event time read; NONE. */
    int64_t wait_ms;   /* Ends that wait for heard_ms to come here; NEVER. */
    bool is_blind;     /* Silent for longer than max_age. */
};

/* Rules that wait for the same inputs share a clock. */
struct toc_group {
    uint64_t waits_for, looks_back; /* Inputs whose watermark, horizon count: bits. */
    bool waits_for_clock;           /* .. and the lane clock: what people do. */
    bool looks_at_clock;
    unsigned rank;                    /* Of its rules: what they rest on comes first. */
    int64_t watermark_ms, horizon_ms; /* NONE while not known. */
    struct toc_due_heap telling, settling;
};

/* An event with part of a key, for keys that do not exist yet. */
struct toc_partial {
    struct toc_entry entry;
    struct toc_key key; /* Only values in `mask` are set; texts owned. */
    unsigned mask;
    char *texts;
};

struct toc_keyed;
struct toc_variant;

/* An episode, or a change of it, as handed up to the rules above (raised.c). */
struct toc_landing { /* Where it went: one key, or every key of the rule. */
    struct toc_ruled *ruled;
    uint64_t hash, order; /* Of the key; order 0 = every key. */
};
struct toc_raised {
    const struct toc_variant *variant;
    struct toc_kept *kept;
    int64_t begin_ms, end_ms; /* end: NEVER while it is open; of a point its begin. */
    int64_t episode_ms;       /* Begin of its episode; what follows tells it from others. */
    int32_t place;
    struct toc_hash128 origin;
    struct toc_position position;
    struct toc_landing *landings;
    size_t landing_count, landing_room;
    bool is_seen;
};

/* An event that may be near a place that moves, while positions dated before it may still come. */
struct toc_watch {
    struct toc_kept *kept; /* With all fields. */
    uint8_t alias;
};
struct toc_watches {
    struct toc_watch *items; /* [first, end), in order of time. */
    size_t first, end, room;
};
/* Places that move of one kind that rules read. */
struct toc_moving {
    struct toc_tracks tracks;
    struct toc_ruled **readers;
    size_t reader_count;
};

struct toc_ruled { /* A rule, or a part of one: see toc_rule_part. */
    const struct toc_rule *rule;
    size_t index; /* Of the whole rule in the rule set. */
    struct toc_group *group;
    bool is_at_once;
    unsigned key_mask; /* The parts that make a key: latest leaves places out. */
    int64_t since_ms;  /* It watches since then, or TOC_INSTANT_NONE: since the begin. */
    struct toc_table keys;
    struct toc_keyed *first, *last; /* All keys, oldest first. */
    struct toc_partial *partials;
    size_t partial_count, partial_room;
    struct toc_rule_counts counts;
    struct toc_variant *variants; /* What rules above read of it. */
    size_t variant_count;
    struct toc_watches watches;
    bool is_fresh;    /* During a swap: it begins anew. */
    int64_t *loud_ms; /* With `cap`: when the newest cap_most `new` were told, a ring. */
    size_t loud_next, loud_count;
};

/* One key of one rule. */
struct toc_keyed {
    struct toc_ruled *ruled;
    struct toc_key key; /* Texts lie behind, in `texts`. */
    char *texts;
    uint64_t hash;
    struct toc_match match;
    struct toc_level_room *level_room; /* For `escalate: when`; else NULL. */
    struct toc_alerts alerts;
    struct toc_due telling, settling, pacing;
    bool is_touched;           /* By the event being fed. */
    bool is_taken, is_again;   /* It has seen that, and was derived anew; not told yet. */
    bool is_renamed;           /* The incident of one of its alerts goes by another name. */
    struct toc_raised *raised; /* What rules above know of it, oldest first. */
    size_t raised_count, raised_room;
    struct toc_keyed *next, *previous; /* Of the rule. */
};

/* An event type wakes these: one a rule's alias. */
struct toc_wake {
    struct toc_ruled *ruled;
    uint8_t alias;
    const struct toc_binding *binding;
};
struct toc_wakes {
    struct toc_wake *items;
    size_t count;
    struct toc_wish wish;
};

/* A list of fields that kept events hold: it outlives the rules that asked for it. */
struct toc_wished {
    struct toc_str type;
    int *slots;
    size_t count;
};

/* What some rules above read of a rule's alerts, in one way. */
struct toc_variant {
    enum toc_change change;
    enum toc_level level; /* From when it is reached. */
    int type;             /* Of these alerts, in the catalogue. */
    struct toc_wake *wakes;
    size_t wake_count, wake_room;
};

struct toc_final { /* Ended for good while muted. */
    char id[TOC_ALERT_ID];
    int64_t end_ms;
    enum toc_alert_state state;
};

struct toc_adopted { /* An alert that alerts.open holds. */
    char id[TOC_ALERT_ID];
    struct json_t *record;
    struct toc_said *said;   /* What people said of it; NULL: nothing. Owned until it is used. */
    struct toc_ruled *ruled; /* NULL: no such rule any more. */
    struct toc_incident *incident; /* It counts as open there until it is used; NULL: or no more. */
    int64_t begin_ms;
    uint64_t seq;
    bool is_used;
};

enum { TOC_WRONG_CLOCKS = 256 };
struct toc_wrong_clock { /* A source whose clock was said to be wrong, and when. */
    uint64_t hash;
    int64_t at_ms;
};

/* What people want not to be disturbed by. */
struct toc_silence {
    struct toc_action_which which;
    struct toc_str name;
    int64_t from_ms, until_ms;
    bool is_daily;
    int daily_from_min, daily_to_min, utc_offset_min;
    char *texts; /* All of them. */
};

struct toc_engine {
    struct toc_engine_options options;
    const struct toc_catalogue *catalogue;
    const struct toc_places *places;
    struct toc_arena arena;  /* For its whole life. */
    struct toc_arena config; /* Of the rules in force: rules, groups, wakes. */
    struct toc_wished *wished;
    size_t wished_count, wished_room;
    struct toc_keyed **touched; /* Keys the event being fed has reached. */
    size_t touched_count, touched_room;
    struct toc_engine_input *inputs;
    struct toc_ruled *rules; /* In the order of the rule set, parts side by side. */
    size_t rule_count;
    size_t *first_part; /* By index in the rule set: where in `rules` its parts begin; one more. */
    struct toc_group *groups;
    size_t group_count;
    unsigned rank_most;      /* Of all rules. */
    struct toc_wakes *wakes; /* By type. */
    struct toc_kept_pool pool;
    struct toc_moving *moving;
    size_t moving_count;
    struct toc_seen seen;       /* For accept_late. */
    struct toc_seen seen_long;  /* For kinds that one late event alone makes fire: 7 days. */
    struct toc_due_heap pacing; /* Updates held back, by lane clock. */
    struct toc_str topics[TOC_TOPICS_MOST];
    size_t topic_count;
    struct toc_str *type_names; /* By type; kept events borrow them. */
    struct toc_text record, topic, folded, also;
    struct toc_cel_machine *machine; /* Expressions run on it. */
    int64_t now_ms;                  /* Lane clock. */
    int64_t begin_ms;                /* Begin of the stream, for members. */
    int64_t newest_ms;               /* Newest event time of all. */
    uint64_t order;                  /* Numbers for heaps. */
    bool is_muted, is_flushing;
    struct toc_final *finals;
    size_t final_count, final_room;
    struct toc_adopted *adopted;
    size_t adopted_count, adopted_room;
    struct toc_table adopted_incidents; /* By a hash of their name; as long as one is adopted. */
    bool is_own;                        /* The event being dispatched is the machine's own. */
    bool is_full;                       /* keys_most was reached, and said so. */
    struct toc_str full_rule; /* The rule that got no key and has not been said; or empty. */
    struct toc_wrong_clock wrong_clocks[TOC_WRONG_CLOCKS];
    bool is_disowned; /* What is adopted still waits for a blind input only. */
    struct toc_sight sights[TOC_INPUTS_MOST];
    struct toc_table by_id; /* Alerts, by a hash of their id. */
    struct toc_silence *silences;
    size_t silence_count, silence_room;
    struct toc_text silence_words;
    int64_t silence_due_ms; /* Lane clock at which one begins or ends, NEVER. */
    size_t key_count;
    struct toc_engine_counts counts;
};

/* engine.c: rules, wakes and groups of options.rules, into `config`. */
void toc_engine_build(struct toc_engine *engine);
/* Give back what @ruled holds; its keys are destroyed before. */
void toc_engine_drop_rule(struct toc_engine *engine, struct toc_ruled *ruled);

/* clock.c */
/* Do rules of both wait for the same, at the same rank? */
bool toc_clock_is_same(const struct toc_group *a, const struct toc_group *b);
void toc_clock_build(struct toc_engine *engine);
/* Work out the groups anew after a change of @input's partitions, and tell what became due. */
void toc_clock_move(struct toc_engine *engine, size_t input);
void toc_clock_recount(struct toc_engine *engine, size_t input);
void toc_clock_run(struct toc_engine *engine, struct toc_group *group);
/* The lane clock has moved. */
void toc_clock_tick(struct toc_engine *engine);
/* A file has ended: every watermark is @at_ms at least. */
void toc_clock_settle(struct toc_engine *engine, int64_t at_ms);

/* keyed.c */
struct toc_keyed *toc_keyed_find(struct toc_engine *engine, struct toc_ruled *ruled,
                                 const struct toc_key *key, bool may_create, int64_t begin_ms);
/* The last ms at which it can matter to a key that is not there yet. */
int64_t toc_partial_last_ms(const struct toc_rule *rule, const struct toc_partial *partial);
void toc_keyed_destroy(struct toc_engine *engine, struct toc_keyed *keyed);
/* Let the steps of `escalate` see the key; again after a change of rule or places, and of the
 * matcher. */
void toc_keyed_bind_levels(struct toc_engine *engine, struct toc_keyed *keyed);
/* The threshold of this key, after its matcher was made. */
void toc_keyed_bind_threshold(struct toc_keyed *keyed);
/* The key with this hash and number, or NULL: it is no more. */
struct toc_keyed *toc_keyed_get(struct toc_ruled *ruled, uint64_t hash, uint64_t order);
/* Something of @keyed changes now: settle it, and look at it in toc_keyed_take. */
void toc_keyed_touch(struct toc_engine *engine, struct toc_keyed *keyed);
/* Note @entry (its reference is shared, not moved) ... */
void toc_keyed_add(struct toc_engine *engine, struct toc_keyed *keyed,
                   const struct toc_entry *entry);
/* ... and when the event has reached all its keys, take it in and tell. */
void toc_keyed_take(struct toc_engine *engine);
/* Tell what there is to tell of this key, and wait for what comes next. */
void toc_keyed_tell(struct toc_engine *engine, struct toc_keyed *keyed, bool is_again);
bool toc_keyed_is_clustered(const struct toc_keyed *keyed); /* Episodes known by evidence. */
struct toc_telling toc_keyed_telling(struct toc_engine *engine, struct toc_keyed *keyed);
/* The topic alerts of @rule go to in @mode: appended, with a NUL behind that is not counted. */
void toc_keyed_name_topic(const struct toc_rule *rule, enum toc_mode mode, struct toc_text *out);
bool toc_key_agrees(const struct toc_key *a, const struct toc_key *b, unsigned mask);

/* dispatch.c */
enum { TOC_BARE_TEXT = 40 }; /* Bytes that a number or an instant takes as key text. */
/* The text of a key value: text as it is, anything else in one canonical way. False: missing, or
 * of a kind that is no key. @out_bare: a number or bool. */
bool toc_key_text(struct toc_value value, char room[TOC_BARE_TEXT], struct toc_str *out,
                  bool *out_bare);
/* A value in millionths, half away from zero. False: missing or too large to count. */
bool toc_key_millionths(struct toc_value value, int64_t *out);
void toc_dispatch(struct toc_engine *engine, const struct toc_event *event, bool is_late);

/* deliver.c */
struct toc_delivery {
    struct toc_engine *engine;
    struct toc_raised *raised; /* An alert: notes where it goes. NULL: a reported event. */
    bool is_late;
    bool is_taken_out; /* What was delivered so is undone. */
};
/* @entry to the key of @ruled, or, if @mask says that @key lacks a part, to all that agree. */
void toc_deliver(const struct toc_delivery *way, struct toc_ruled *ruled,
                 const struct toc_entry *entry, const struct toc_key *key, unsigned mask);

/* Give back what @partial, which is none of its rule's any more, holds. */
void toc_partial_finish(struct toc_engine *engine, struct toc_partial *partial);

/* members.c: the begin of the stream is known, or @ruled is new. */
void toc_members_begin(struct toc_engine *engine);
void toc_members_begin_of(struct toc_engine *engine, struct toc_ruled *ruled);

/* own.c: what the machine notices of itself. */
/* The input turned blind, or was heard again, at @at_ms. */
void toc_own_input(struct toc_engine *engine, size_t input, int64_t at_ms);
/* The time of @event was corrected. */
void toc_own_clock(struct toc_engine *engine, size_t input, const struct toc_event *event);
/* An event has been dispatched: was there a key too many? */
void toc_own_full(struct toc_engine *engine);

/* sight.c: inputs that are silent for too long. */
/* The lane clock has moved: who is blind now? */
void toc_sight_tick(struct toc_engine *engine);
/* @event was read from @input ... */
void toc_sight_hear(struct toc_engine *engine, size_t input, const struct toc_event *event);
/* ... and has been dealt with: tell what waited for it. */
void toc_sight_heard(struct toc_engine *engine, size_t input);
/* The sights of @group, good until the next call. */
size_t toc_sight_of(struct toc_engine *engine, const struct toc_group *group,
                    const struct toc_sight **out);
/* An end dated @end_ms of a rule of @group waits for its inputs to be heard. */
void toc_sight_wait(struct toc_engine *engine, const struct toc_group *group, int64_t end_ms);
/* The earliest lane clock at which an input turns blind, or NEVER. */
int64_t toc_sight_due(const struct toc_engine *engine);
/* While warming up: the record of an open alert says that @input was blind. */
void toc_sight_adopt(struct toc_engine *engine, struct toc_str input);
bool toc_sight_is_blind(const struct toc_engine *engine, struct toc_str input);

/* act.c */
void toc_act_index(struct toc_engine *engine, const struct toc_alert *alert);
void toc_act_forget(struct toc_engine *engine, const struct toc_alert *alert);

/* which.c: does an alert of @rule with @key (and, of latest, at @place) agree with all that @which
 * names? */
bool toc_which_agrees(const struct toc_engine *engine, const struct toc_action_which *which,
                      const struct toc_rule *rule, const struct toc_key *key, int32_t place);

/* silence.c */
enum { TOC_SILENCES_MOST = 1000 };
enum toc_act toc_silence_act(struct toc_engine *engine, const struct toc_action *action,
                             int64_t at_ms, enum toc_action_refusal *out_reason);
struct toc_str toc_silence_of(const struct toc_alert *alert, const struct toc_telling *telling,
                              void *engine);
/* The lane clock has come to silence_due_ms: what is open and no longer silent is told again. */
void toc_silence_turn(struct toc_engine *engine);
void toc_silence_finish(struct toc_engine *engine);

/* adopt_said.c: what the record of an alert holds of what people said; NULL: nothing. */
struct toc_said *toc_adopt_said(const struct json_t *record);

/* An alert as an event to those who read it so; notes in @raised where it went. */
void toc_dispatch_raised(struct toc_engine *engine, const struct toc_event *event,
                         struct toc_raised *raised, bool is_for_fresh);

/* @event, kept as @kept, has come near (@is_in) the place @only, which moves, for @to; or it was
 * not near it after all. What it is near besides stays. */
void toc_dispatch_moved(struct toc_engine *engine, const struct toc_event *event,
                        struct toc_kept *kept, const struct toc_wake *to,
                        const struct toc_track *only, bool is_in);

/* moving.c: places that move */
void toc_moving_build(struct toc_engine *engine);
void toc_moving_finish(struct toc_engine *engine);
void toc_watches_finish(struct toc_engine *engine, struct toc_watches *watches);
/* Before @event is dispatched: forget what no event can ask for any more, and if it says where a
 * place is (and is not late) change what that changes; keys are touched. */
void toc_moving_note(struct toc_engine *engine, const struct toc_event *event, bool is_late);
/* The places that @event at @point is near, but for @but (NULL: none) and the one it tells of
 * itself. Returns how many; the first @room are written. */
size_t toc_moving_near(struct toc_engine *engine, const struct toc_near_place *near,
                       const struct toc_event *event, struct toc_point point,
                       const struct toc_track *but, size_t room, const struct toc_track *out[]);
/* What @kept, an event of @alias of @ruled, is near may still change. */
void toc_moving_watch(struct toc_engine *engine, struct toc_ruled *ruled, struct toc_kept *kept,
                      uint8_t alias);
/* Where the place was said to be at @at_ms. False: not known, or no more. */
bool toc_moving_where(const struct toc_engine *engine, struct toc_str kind, enum toc_mode mode,
                      struct toc_str id, int64_t at_ms, struct toc_point *out);

/* raised.c: alerts as events */
void toc_raised_build(struct toc_engine *engine);
void toc_raised_finish(struct toc_engine *engine, struct toc_keyed *keyed);
/* As toc_telling.next_above; @telling is toc_keyed_telling's. */
const struct toc_kept *toc_raised_next(const struct toc_telling *telling,
                                       const struct toc_alert *alert, size_t *at);
/* Hand up what changed of the ends known above: before alerts are told, and forgotten ... */
void toc_raised_note(struct toc_engine *engine, struct toc_keyed *keyed);
/* ... and all that changed, once they are told. */
void toc_raised_hand(struct toc_engine *engine, struct toc_keyed *keyed);
/* @alert of @keyed is told: its state is a change that rules above may read, at the lane clock. */
void toc_raised_told(struct toc_engine *engine, struct toc_keyed *keyed,
                     const struct toc_alert *alert);

/* After a swap: rules are others. @now gives the rule that goes on for an old one, or NULL. */
typedef struct toc_ruled *toc_raised_now_fn(const struct toc_ruled *before, const void *context);
void toc_raised_rebind(struct toc_engine *engine, toc_raised_now_fn *now, const void *context);

/* adopt.c */
/* The alert of this id that an earlier run told and nobody has claimed; NULL: none. */
struct toc_adopted *toc_adopt_find(struct toc_engine *engine, const char *id);
void toc_adopt_finish(struct toc_engine *engine);
/* An alert that an earlier run told comes true again: it goes on from its seq. @context is the
 * engine. */
void toc_adopt_claim(struct toc_alert *alert, void *context);
