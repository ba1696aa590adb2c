/* rule/draft.h - one rule while it is read: what was written, beside what it becomes.
 *
 * The blocks are read in file order of meaning: head, events, when, alert, then what needs them
 * all (key, ties, members, templates, tests, hash). A block that is wrong marks what it could not
 * make as broken, and later checks pass over it, so that one mistake gives one finding. */
#pragma once
#include "rule/loader.h"

struct toc_draft {
    struct toc_loader *loader;
    struct toc_rule *rule;
    const struct toc_yaml *root, *when, *alert;

    const struct toc_yaml *nodes[TOC_RULE_ALIASES]; /* Each alias as written. */
    bool is_broken[TOC_RULE_ALIASES];
    struct toc_str alias_names[TOC_RULE_ALIASES];
    struct toc_mark role_marks[TOC_RULE_ALIASES]; /* Where it was given its newest role. */

    struct toc_near_place near; /* A place near under `when`. */
    struct toc_mark near_mark;
    struct toc_mark part_marks[TOC_RULE_KEY_PARTS];
    const struct toc_yaml *own; /* A threshold of each key's own, or NULL. */
    bool is_key_broken;
    bool is_when_broken;     /* Its kind is not known. */
    const char *language_of; /* The text that gave the main language first; NULL: none yet. */
};

/* A document in, a checked rule in the loader's arena out. If errors were added it is good for its
 * name and mark alone, and NULL if it has no name. */
struct toc_rule *toc_draft_read(struct toc_loader *loader, const struct toc_yaml *document);

/* events.c */
void toc_events_read(struct toc_draft *draft, const struct toc_yaml *events);
/* { place: KIND|NAME, distance: D } */
bool toc_events_near(struct toc_loader *loader, const struct toc_yaml *node,
                     struct toc_near_place *out);
/* Index of the place that @text ("Gao", "camp.Gao") names, or -1; *out_other is that of another it
 * names too, or -1. */
int toc_events_find_place(const struct toc_loader *loader, struct toc_str text, int *out_other);
/* E0305 at @mark: no such field in @type. */
void toc_events_unknown_field(struct toc_loader *loader, struct toc_mark mark,
                              const struct toc_type *type, struct toc_str name);
/* The slot called @name in every binding of alias @index: into out[binding]. */
bool toc_events_slots(struct toc_draft *draft, int index, struct toc_str name, struct toc_mark mark,
                      int out[]);
/* The same, in the loader's arena, of values that fit; NULL: told (E0305, E0313). */
enum toc_fits { TOC_FITS_NUMBER, TOC_FITS_TIME, TOC_FITS_KEY /* Neither location nor list. */ };
const int *toc_events_slots_of(struct toc_draft *draft, int index, struct toc_str name,
                               struct toc_mark mark, enum toc_fits fits);

/* match_block.c: `match:` for events of @type. */
bool toc_match_block_read(struct toc_loader *loader, const struct toc_yaml *match,
                          const struct toc_type *type, struct toc_condition *out);

/* when.c */
void toc_when_read(struct toc_draft *draft);
bool toc_when_needs_end(const struct toc_rule *rule);
bool toc_when_is_windowed(const struct toc_rule *rule);

/* reference.c: one event named by `without`, `clear_when`, a step: NAME, or
 * NAME: { near: EVENT, distance: D }. */
struct toc_reference {
    int alias;            /* Index, or -1: unknown, already told. */
    struct toc_mark mark; /* Of its name. */
    struct toc_tie tie;   /* alias -1 = none. */
    struct toc_mark tie_mark;
};
/* Read NAME, a list of them, or a mapping of them. Returns how many; at most @room. */
size_t toc_reference_read(struct toc_draft *draft, const struct toc_yaml *node, const char *what,
                          size_t room, struct toc_reference out[]);
/* Index of the event a scalar names, or -1 with E0311. */
int toc_reference_alias(struct toc_draft *draft, const struct toc_yaml *node);
/* The event @alias has @role besides; @mark says where it got it. */
void toc_reference_role(struct toc_draft *draft, int alias, enum toc_role role,
                        struct toc_mark mark);
/* The event that @node names is one more that is counted. */
bool toc_reference_count(struct toc_draft *draft, const struct toc_yaml *node);

/* What @node under `when` says: steps.c, measure.c, absence_block.c, threshold.c. */
void toc_steps_read(struct toc_draft *draft, const struct toc_yaml *node);
void toc_steps_without(struct toc_draft *draft, const struct toc_yaml *node);
void toc_measure_read(struct toc_draft *draft, const struct toc_yaml *node);
/* hours.c: what an event says; and, once places near are known, by which clock. */
bool toc_hours_read(struct toc_loader *loader, const struct toc_yaml *node, struct toc_hours *out);
void toc_hours_check(struct toc_draft *draft);
/* own.c: the thresholds that draft->own names, once the key is known. */
void toc_own_read(struct toc_draft *draft);
/* ratio.c: { of: EVENTS, to: EVENTS } */
void toc_ratio_read(struct toc_draft *draft, const struct toc_yaml *node);
/* enough.c: at_least_events, min_distinct. */
void toc_enough_read(struct toc_draft *draft, bool has_events);
/* trend_block.c: { count: EVENT }; what stands beside it, once `within` is known. */
void toc_trend_block_read(struct toc_draft *draft, const struct toc_yaml *node);
void toc_trend_block_baseline(struct toc_draft *draft, const struct toc_yaml *node);
void toc_absence_block_read(struct toc_draft *draft, const struct toc_yaml *node);
/* Once all else is read: one part a milestone. */
void toc_absence_block_part(struct toc_draft *draft);
/* The comparison beside the kind, whose node is @kind. */
void toc_threshold_read(struct toc_draft *draft, const struct toc_yaml *kind);

/* alert_block.c */
void toc_alert_block_read(struct toc_draft *draft);

/* alert_block.c: a topic of topics.yaml. */
bool toc_alert_block_topic(struct toc_loader *loader, const struct toc_yaml *node,
                           struct toc_str *out);

/* escalate_block.c: `escalate`, once key and events are known. */
void toc_escalate_block_read(struct toc_draft *draft, const struct toc_yaml *node);

/* expression.c: @node, a CEL expression that is true or false, over the names of @world (places and
 * lists are the loader's). NULL: its findings were told. */
const struct toc_cel_program *toc_expression_read(struct toc_loader *loader,
                                                  const struct toc_yaml *node, const char *what,
                                                  const struct toc_cel_world *world);
/* `where:` for events of @type. @is_quiet: without notes, which were told for another type. */
const struct toc_cel_program *toc_expression_where(struct toc_loader *loader,
                                                   const struct toc_yaml *node,
                                                   const struct toc_type *type, bool is_quiet);

/* key.c: group_by, places and ties, once all aliases have their roles. */
void toc_key_read(struct toc_draft *draft, const struct toc_yaml *group_by);
void toc_key_resolve(struct toc_draft *draft);

/* moving.c: do values of the part of the key called @name name places that move, since an event of
 * the rule is near one, or an alert it takes was? Then a field of that name names one, too. */
bool toc_moving_is_part(const struct toc_draft *draft, struct toc_str name);
/* Once `near` under `when` has gone to its events: what does not go with them. */
void toc_moving_check(struct toc_draft *draft);

/* members.c */
void toc_members_read(struct toc_draft *draft, const struct toc_yaml *members);

/* texts.c: @node (NULL: not given) in the wordings of the rule, plain or per language. */
enum toc_text_kind { TOC_TEXT_TITLE, TOC_TEXT_BRIEF, TOC_TEXT_SUMMARY, TOC_TEXT_RESPONSE };
void toc_texts_read(struct toc_draft *draft, const struct toc_yaml *node, enum toc_text_kind kind);

/* template.c */
void toc_template_read(struct toc_draft *draft, const struct toc_yaml *node, const char *what,
                       struct toc_template *out);

/* inline.c */
void toc_inline_check(struct toc_draft *draft, const struct toc_yaml *tests);

/* semantic.c */
struct toc_hash128 toc_semantic_hash(const struct toc_rule *rule,
                                     const struct toc_catalogue *catalogue,
                                     const struct toc_places *places,
                                     struct toc_hash128 *out_window);
