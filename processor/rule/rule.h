/* rule/rule.h - what the author asked for, checked and ready to run.
 *
 * A rule set is immutable once loaded; it lives in one arena and is freed whole. The loader
 * (rule/load.h) has already refused whatever cannot run, so matchers only assert.
 * Meaning: rules/README.md, "Meaning". */
#pragma once
#include "event/catalogue.h"
#include "event/place.h"
#include "expr/cel.h"
#include "expr/condition.h"
#include "rule/hours.h"

enum {
    TOC_RULES_MOST = 10000,
    TOC_RULE_ALIASES = 16,    /* Named events in one rule. */
    TOC_RULE_KEY_PARTS = 4,   /* Names in group_by. */
    TOC_RULE_STEPS = 8,       /* Steps of a sequence, kinds of all_of and any_kinds. */
    TOC_RULE_NEAR_COUNT = 12, /* N of a pairwise `near`. */
    TOC_RULE_NEAR_DISTINCT = 3,
    TOC_RULE_MILESTONES = 8,
    TOC_RULE_MIN_DISTINCT = 4, /* Fields of `min_distinct`. */
    TOC_RULE_ESCALATIONS = 8,
    TOC_RULE_RANK = 16, /* Rules over rules over ... */
    /* An absence with `from` starts clocks in the past: so far back it is exact, beyond it the
     * clock acts from there on. */
    TOC_RULE_FROM_MS = 86400000,
    TOC_RULE_CAP_MOST = 1000,
    TOC_RULE_LANGUAGES = 8,
};

/* The numbers are part of rule hashes: new ones come last. */
enum toc_rule_kind {
    TOC_KIND_EVENT, /* A sequence of one step. */
    TOC_KIND_SEQUENCE,
    TOC_KIND_LATEST,
    TOC_KIND_COUNT,
    TOC_KIND_COUNT_DISTINCT,
    TOC_KIND_SUM,
    TOC_KIND_AVERAGE,
    TOC_KIND_MIN,
    TOC_KIND_MAX,
    TOC_KIND_ALL_OF,
    TOC_KIND_ANY_KINDS,
    TOC_KIND_ABSENCE, /* after, expected, deadline */
    TOC_KIND_SILENCE, /* absence with every */
    TOC_KIND_RATIO,
    TOC_KIND_PERCENTILE,
    TOC_KIND_TREND,
};

enum toc_trend_method { TOC_TREND_RATIO, TOC_TREND_ROBUST_Z, TOC_TREND_EWMA };

/* The baseline of a trend: window i = 1 .. windows lies i steps before the present one. */
struct toc_trend_spec {
    enum toc_trend_method method;
    int64_t step_ms;
    size_t windows;
    int64_t floor, alpha; /* Millionths. */
    int64_t warm_up_ms;
};

enum toc_compare { TOC_AT_LEAST, TOC_MORE_THAN, TOC_AT_MOST, TOC_LESS_THAN };
enum toc_level {
    TOC_LEVEL_INFORMATIONAL,
    TOC_LEVEL_LOW,
    TOC_LEVEL_MEDIUM,
    TOC_LEVEL_HIGH,
    TOC_LEVEL_CRITICAL,
};
enum toc_rule_status { TOC_RULE_EXPERIMENTAL, TOC_RULE_STABLE, TOC_RULE_DEPRECATED };

/* A sequence can tell one alert a key, a completing event, or an onset. */
enum toc_once { TOC_ONCE_KEY, TOC_ONCE_EVENT, TOC_ONCE_ONSET };

/* Roles an alias plays in its rule: bits. */
enum toc_role {
    TOC_ROLE_COUNTED = 1,  /* Counted; a step; a kind; the series of `latest`. */
    TOC_ROLE_AFTER = 2,    /* Starts a deadline. */
    TOC_ROLE_EXPECTED = 4, /* Answers a deadline; the heartbeat of `every`. */
    TOC_ROLE_WITHOUT = 8,
    TOC_ROLE_CLEAR = 16,
};

/* What of an alert of another rule an alias takes: its being open (or its begin), or one change. */
enum toc_change {
    TOC_CHANGE_NONE, /* No `state`: open from begin to end in windows, else its begin. */
    TOC_CHANGE_NEW,  /* As told, at the lane clock. */
    TOC_CHANGE_ACKED,
    TOC_CHANGE_ESCALATED, /* Part of the truth: at the time of the change of level. */
    TOC_CHANGE_DEESCALATED,
    TOC_CHANGE_CLEARED, /* At the episode's end. */
    TOC_CHANGE_EXPIRED,
    TOC_CHANGE_COUNT,
};

struct toc_rule;

/* Place selector of `near: { place, distance }`. */
struct toc_near_place {
    bool is_set;
    struct toc_str kind; /* Folded kind, also when one place is named. */
    int only;            /* Index of the one place named, or -1 for every place of the kind. */
    int64_t distance_mm; /* To the outline; 0 = inside. */
    bool is_moving;      /* Places that move: where each was at the time of the event. */
};

/* A tie by distance to another of the rule's events. */
struct toc_tie {
    int alias; /* Index of the alias it must be near, or -1. */
    int64_t distance_mm;
};

/* Key slots besides enum toc_slot and field indices. */
enum {
    TOC_SLOT_PLACE = -20,     /* The place found by the alias's near. */
    TOC_SLOT_MILESTONE = -21, /* The milestone of the part of the rule (absence). */
};

/* How events of one type serve one alias. */
struct toc_binding {
    int type;                          /* Index into the catalogue. */
    struct toc_condition condition;    /* match: (may be empty). */
    int at_slot;                       /* Field with its location, or TOC_SLOT_NONE. */
    int key_slots[TOC_RULE_KEY_PARTS]; /* Per part of group_by: slot, TOC_SLOT_PLACE, or
                                          TOC_SLOT_NONE = this alias does not carry it. */
    int value_slot;  /* sum average min max count_distinct: the field; else TOC_SLOT_NONE. */
    int from_slot;   /* absence `from`, of `after` events; else TOC_SLOT_NONE. */
    int weight_slot; /* average `weight`; else TOC_SLOT_NONE. */
    int distinct_slots[TOC_RULE_MIN_DISTINCT]; /* min_distinct: as many as the rule has fields. */
    const struct toc_rule *below; /* Alerts of this rule (rule/below.h); NULL: reported events. */
};

struct toc_alias {
    struct toc_str name;
    unsigned roles;    /* enum toc_role bits; 0 = declared but not used in `when` */
    unsigned key_mask; /* Bit i: it carries part i of group_by (in every binding). */
    struct toc_near_place near;
    struct toc_hours hours;     /* When it counts. */
    struct toc_tie without_tie; /* By distance instead of (or beside) key; alias -1 = by key. */
    struct toc_tie clear_tie;
    struct toc_binding *bindings;
    size_t binding_count;
    bool is_alert;          /* Alerts of other rules: every binding has `below`. */
    bool is_stretch;        /* They count while they are open, whatever `within`. */
    enum toc_change change; /* Of alerts: which of their changes. */
    bool is_any;            /* `alert: any`: each from when it reaches `level`. */
    enum toc_level level;
};

struct toc_key_part {
    struct toc_str name;      /* As in group_by. */
    bool is_place;            /* A place kind; its values are place ids, shown by place name. */
    bool is_moving;           /* .. that moves: its values are folded names. */
    bool is_text;             /* A text field; neither: a number, bool or time. */
    bool is_cased;            /* Reserved; keys compare folded. */
    bool is_milestone;        /* Which milestone of an absence. */
    enum toc_value_kind kind; /* TEXT for a place, too. */
};

/* A milestone of an absence: the event awaited, and until when. */
struct toc_milestone {
    int alias;
    int64_t deadline_ms;
};

/* A step of a sequence (or event, the one step). */
struct toc_step {
    int alias;
    struct toc_tie tie; /* near an earlier step's alias; alias -1 = none. */
};

/* Templates of brief and summary: literal text and values. */
enum toc_piece_kind {
    TOC_PIECE_TEXT,
    TOC_PIECE_KEY, /* index = key part */
    TOC_PIECE_COUNT,
    TOC_PIECE_VALUE, /* sum, average, ... as compared */
    TOC_PIECE_PLACE, /* name of the place of the alert */
    TOC_PIECE_FIELD, /* field `text` of the newest evidence of alias `index` */
};
struct toc_piece {
    enum toc_piece_kind kind;
    int index;
    struct toc_str text;
};
struct toc_template {
    const struct toc_piece *pieces;
    size_t count;
    bool is_right_to_left; /* Its own text, or part of it, runs so. */
};

/* What an alert says in one language. */
struct toc_wording {
    struct toc_str language; /* RFC 5646, "pt-BR"; of the first of a rule empty: not stated. */
    struct toc_str title;
    struct toc_template brief, summary; /* count 0 = not given: the engine writes its own brief. */
    const struct toc_str *response;
    size_t response_count;
};

/* A step of `escalate`: by evidence (`when`), or by the lane clock (`after`). */
struct toc_escalation {
    const struct toc_cel_program *when; /* NULL: by the clock. */
    int64_t after_ms;
    bool is_unless_acked;
    bool has_level;
    enum toc_level level; /* Higher than the rule's. */
    struct toc_str topic; /* Told there too from then on; empty = none. Only with `after`. */
};

/* What `when` of an escalation may name, by the id of the variable. */
enum toc_level_variable {
    TOC_LEVEL_COUNT = 1,
    TOC_LEVEL_VALUE = 2,
    TOC_LEVEL_KEY = 16,    /* + the part of the key. */
    TOC_LEVEL_FIELD = 100, /* + the index in level_fields. */
};
struct toc_level_field { /* EVENT.FIELD of the newest evidence of that alias. */
    int alias;
    const int *slots; /* One a binding. */
};

/* A threshold for the keys that agree in the parts of @mask. */
struct toc_own_threshold {
    unsigned mask;
    struct toc_str values[TOC_RULE_KEY_PARTS]; /* Folded; of places their ids. */
    int64_t threshold;
};

struct toc_alert_spec {
    struct toc_str topic;
    bool is_urgent;
    const struct toc_str *recipients;
    size_t recipient_count;
    int64_t for_ms;          /* 0 = none */
    int64_t keep_firing_ms;  /* 0 = none */
    int64_t update_every_ms; /* default 10 s */
    int64_t expire_after_ms; /* 0 = none */
    uint32_t cap_most;       /* cap: so many `new` .. ; 0 = no cap */
    int64_t cap_within_ms;   /* .. in so long */
    const struct toc_escalation *escalations;
    size_t escalation_count;
    bool has_when, has_after;                   /* Among them. */
    bool is_value_read;                         /* Some `when` depends on `value`. */
    const struct toc_level_field *level_fields; /* That some `when` names. */
    size_t level_field_count;
    enum toc_value_kind key_kinds[TOC_RULE_KEY_PARTS]; /* How `when` sees the parts of the key. */
};

struct toc_yaml;

struct toc_rule {
    struct toc_str name, owner, description;
    int64_t version;
    enum toc_rule_status status;
    enum toc_level level;
    /* The main language first, which gives all that any gives; one at least. */
    struct toc_wording wordings[TOC_RULE_LANGUAGES];
    size_t wording_count;
    const struct toc_str *tags;
    size_t tag_count;
    struct toc_hash128 hash;        /* Semantic: of what decides alerts, not of texts. */
    struct toc_hash128 window_hash; /* Of what decides which events are kept, by key and role. */
    struct toc_mark mark;

    struct toc_alias *aliases;
    size_t alias_count;

    enum toc_rule_kind kind;
    struct toc_key_part key_parts[TOC_RULE_KEY_PARTS];
    size_t key_part_count;

    /* Windowed kinds, sequence: */
    int64_t within_ms;
    enum toc_compare compare;
    int64_t threshold; /* Of counts: whole. Of values: millionths (10^-6). */
    bool has_own;      /* Each key has its own: the first of these that agrees. */
    const struct toc_own_threshold *own;
    size_t own_count;
    int counted[TOC_RULE_STEPS]; /* Aliases counted: one, or the list of all_of, any_kinds. */
    size_t counted_count;
    bool has_near; /* Pairwise near within `when`. */
    int64_t near_mm;
    bool is_sum_rising;   /* sum: the field's range has least >= 0, so more events only raise it. */
    int64_t least_events; /* at_least_events; 1 where it goes but is not said, else 0. */
    struct toc_str distinct_fields[TOC_RULE_MIN_DISTINCT]; /* min_distinct: names and how many. */
    int64_t distinct_least[TOC_RULE_MIN_DISTINCT];
    size_t distinct_field_count;
    unsigned ratio_of, ratio_to; /* ratio: bits of aliases. */
    int64_t percent;             /* percentile: thousandths of a percent, 1 to 100,000. */
    int64_t half_life_ms;        /* average: 0 = none. */
    bool has_weight;             /* average */
    struct toc_trend_spec trend; /* trend */

    /* event, sequence: */
    struct toc_step steps[TOC_RULE_STEPS];
    size_t step_count;
    enum toc_once once;

    /* absence, silence: */
    int64_t deadline_ms; /* deadline, or every; with milestones the longest of them */
    int warn_percent;    /* warn_at: 1 to 99, or 0 */
    int64_t warn_ms;     /* It opens so long after the start: deadline_ms without warn_at. */
    struct toc_milestone milestones[TOC_RULE_MILESTONES];
    size_t milestone_count;
    /* With milestones each is an absence of its own: a copy of this rule in all but what is
     * expected and when. They bear its name, hash and texts; the engine runs them instead. */
    const struct toc_rule *parts;
    struct toc_str milestone; /* Of a part: its name, the last part of the key. */
    /* Also sequence `without`, clear_when: aliases with those roles. */

    /* members (silence; windowed at_most, less_than): key values, key_part_count per entry. */
    const struct toc_str *members;       /* Folded; place parts as place ids. */
    size_t member_count;                 /* Entries. */
    const struct toc_str *member_labels; /* As written. */

    /* Rules over alerts: */
    unsigned rank;           /* 0: reads reported events alone; else one more than what it reads. */
    int64_t below_memory_ms; /* The longest memory of those below, theirs included. */
    int64_t keep_ms;         /* How old a position of a place that moves can be; 0: none. */
    int64_t below_lag_ms;    /* How far behind their horizon those below can still change. */

    struct toc_alert_spec alert;
    const struct toc_yaml *source; /* The document as written. */
    const struct toc_yaml *tests;  /* The `tests` node, or NULL: its shape is checked (inline.c),
                                     its values when they run. */
};

struct toc_ruleset; /* rule/load.h */

#ifdef __cplusplus
extern "C" {
#endif
/* The longest memory a rule needs: within, deadline, for, keep_firing_for, expire_after added up
 * as design says (the longest of them plus keep and for). Used by warm-up and by retention. */
int64_t toc_rule_memory_ms(const struct toc_rule *rule);
/* How many rules the engine runs for it, and the one at @index: itself, or its parts. */
size_t toc_rule_part_count(const struct toc_rule *rule);
const struct toc_rule *toc_rule_part(const struct toc_rule *rule, size_t index);
/* Can an episode's level be another than the rule's, or change? */
bool toc_rule_has_levels(const struct toc_rule *rule);
/* How far behind its horizon its episodes can still change: clocks that start before their report
 * (`from`), its own or of the rules below. */
int64_t toc_rule_lag_ms(const struct toc_rule *rule);
/* "new", "acked", ..: as written after `state:`. */
const char *toc_change_text(enum toc_change change);
const char *toc_level_text(enum toc_level level);
/* False: no level is called so; @out is left alone. */
bool toc_level_parse(struct toc_str text, enum toc_level *out);
const char *toc_rule_kind_text(enum toc_rule_kind kind);
/* What it compares is a value, its threshold in millionths; else a number of things. */
bool toc_rule_is_valued(const struct toc_rule *rule);
/* An average in which not every event counts alike. */
static inline bool toc_rule_is_weighing(const struct toc_rule *rule)
{
    return rule->kind == TOC_KIND_AVERAGE && (rule->half_life_ms > 0 || rule->has_weight);
}
#ifdef __cplusplus
}
#endif
