/* engine/why.h - why a rule holds for a key at an instant, or why not: clause by clause.
 *
 * The verdict is the engine's; this is the reasoning beside it, made anew from all the events of
 * the key, slowly and plainly, so that each clause can be shown with its values: what was counted,
 * what was not, by which test, what was awaited, until when. Meaning: rules/README.md, "Meaning".
 *
 * Pure. Memory: what the events of one key need; freed whole. Threads: one owner. */
#pragma once
#include <jansson.h>

#include "engine/engine.h"

struct toc_why;

struct toc_why_part { /* A part of the key, as a person writes it. */
    struct toc_str name, value;
};

/* Split "camp=Gao,route=N 17" in place, each part with a NUL behind; a comma that no `name=` follows
 * belongs to the value, `mode=` is the mode (untouched if it is not said).
 * False: not of that form, or more than TOC_RULE_KEY_PARTS. */
bool toc_why_split(char *text, struct toc_why_part out_parts[], size_t *out_count,
                   enum toc_mode *out_mode);

/* @rule: one of @rules, or a part of it (milestones). Rules are borrowed. NULL: the key is not one
 * of the rule's; *out_words says how. */
struct toc_why *toc_why_create(const struct toc_ruleset *rules, const struct toc_rule *rule,
                               const struct toc_why_part parts[], size_t part_count,
                               enum toc_mode mode, struct toc_text *out_words);
void toc_why_destroy(struct toc_why *why);
/* An event that was read, in any order. @is_late: older than accept_late, it counts for nothing. */
void toc_why_add(struct toc_why *why, const struct toc_event *event, bool is_late);

/* The alerts that rules rest on: gathered from toc_engine_options.on_raised. What became of them is
 * the engine's word, each an answer of its own; whether they count above is reasoned here. */
struct toc_why_alerts;
struct toc_why_alerts *toc_why_alerts_create(void);
void toc_why_alerts_destroy(struct toc_why_alerts *alerts);
void toc_why_alerts_note(struct toc_why_alerts *alerts, const struct toc_raised_event *raised);
void toc_why_add_alerts(struct toc_why *why, const struct toc_why_alerts *alerts);

/* "camp=Gao route=N 17", places by their names; appended. */
void toc_why_add_key(const struct toc_why *why, struct toc_text *out);

struct toc_why_verdict {
    bool holds;       /* The engine's: an episode is on at @at_ms. */
    int64_t begin_ms; /* Of that episode, or TOC_INSTANT_NONE. */
    int64_t end_ms;
    int64_t stream_ms; /* Begin of the stream, for members. */
};
/* The tree at @at_ms, a JSON object, the caller's:
 *   rule, key, at, holds, begin, end
 *   clauses: [{clause, pass, words, ..values}]   in the order in which they decide
 *   events: [{alias, source, id, time, words}]     what the clause counts
 *   not_counted: [{alias, source, id, time, clause, words}]   newest first, the first few
 *   live      of a running engine, which forgets what is over and done
 * If it does not hold at least one clause does not pass, if it does all that decide do. */
json_t *toc_why_answer(struct toc_why *why, int64_t at_ms, const struct toc_why_verdict *verdict);
/* The tree from the engine's own state, now: what it keeps of the key. What was not counted is not
 * kept, so `not_counted` is empty. NULL: *out_words says what is wrong with the question. */
json_t *toc_engine_why(struct toc_engine *engine, struct toc_str rule,
                       const struct toc_why_part parts[], size_t part_count, enum toc_mode mode,
                       struct toc_text *out_words);
/* A tree for people. */
void toc_why_print(const json_t *answer, struct toc_text *out);
