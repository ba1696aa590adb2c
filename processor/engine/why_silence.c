/* What the newest says, and what was awaited: latest and absence. */
#include "engine/why_core.h"

bool toc_why_hold_latest(struct toc_why_raw *raw)
{
    const struct toc_why *why = raw->why;
    const struct toc_why_event *newest = NULL;
    bool holds = false;

    for (size_t i = 0; i < why->count; i++) {
        const struct toc_why_event *event = &why->events[i];
        if ((toc_why_roles(why, event) & TOC_ROLE_COUNTED) == 0 || event->at_ms > raw->at_ms) {
            continue;
        }
        if (newest == NULL || event->at_ms > newest->at_ms) {
            holds = false;
        }
        newest = event;
        holds = holds || (event->is_meeting && toc_why_counts(why, event, raw->at_ms));
    }
    if (newest == NULL) {
        (void)toc_why_clause(raw->clauses, "latest", false, "none is known");
        return false;
    }
    toc_why_take(raw, newest, holds ? "" : "the newest");
    (void)toc_why_clause(raw->clauses, "latest", holds,
                         holds ? "the newest meets the conditions"
                               : "the newest does not meet the conditions, or a line is drawn");
    return holds;
}

/* The first answer dated from @from_ms on (or later than it), or NULL. */
static const struct toc_why_event *find_answer(const struct toc_why *why, int64_t from_ms)
{
    for (size_t i = 0; i < why->count; i++) {
        if ((toc_why_roles(why, &why->events[i]) & TOC_ROLE_EXPECTED) != 0 &&
            why->events[i].at_ms >= from_ms) {
            return &why->events[i];
        }
    }
    return NULL;
}

/* A line that touches @event, dated from it up to @until_ms. */
static bool is_lined(const struct toc_why *why, const struct toc_why_event *event, int64_t until_ms)
{
    return !toc_why_counts(why, event, until_ms);
}

bool toc_why_hold_absence(struct toc_why_raw *raw)
{
    const struct toc_why *why = raw->why;
    const struct toc_rule *rule = why->rule;
    bool holds = false;
    size_t clocks = 0;

    for (size_t i = 0; i < why->count; i++) {
        const struct toc_why_event *event = &why->events[i];
        if ((toc_why_roles(why, event) & TOC_ROLE_AFTER) == 0 || event->start_ms > raw->at_ms) {
            continue;
        }
        int64_t open_ms = event->start_ms + rule->warn_ms;
        const struct toc_why_event *answer = find_answer(why, event->start_ms);
        bool is_lined_out = is_lined(why, event, raw->at_ms);
        bool is_missed = raw->at_ms >= open_ms && !is_lined_out &&
                         (answer == NULL || answer->at_ms > raw->at_ms);
        struct toc_text words = {0};
        clocks++;
        toc_text_addf(&words, "deadline ");
        toc_why_time(&words, open_ms);
        if (answer != NULL && answer->at_ms <= raw->at_ms) {
            toc_text_addf(&words, ", answered by %.*s at ", (int)answer->id.size, answer->id.data);
            toc_why_time(&words, answer->at_ms);
        } else if (is_lined_out) {
            toc_text_add(&words, TOC_STR(", a line was drawn under it"));
        } else {
            toc_text_add(&words, is_missed ? TOC_STR(", missed") : TOC_STR(", not passed yet"));
        }
        if (is_missed) {
            raw->newest_ms = open_ms > raw->newest_ms ? open_ms : raw->newest_ms;
        }
        toc_why_list(raw->events, why, event, words.data);
        toc_text_finish(&words);
        holds = holds || is_missed;
    }
    (void)toc_why_clause(raw->clauses, "deadline", holds,
                         clocks == 0 ? "no clock runs: nothing has started one"
                         : holds     ? "a deadline was missed"
                                     : "no deadline was missed and is open");
    return holds;
}

bool toc_why_hold_silence(struct toc_why_raw *raw)
{
    const struct toc_why *why = raw->why;
    int64_t last_ms = toc_why_member_ms(why, raw->at_ms);

    for (size_t i = 0; i < why->count; i++) {
        const struct toc_why_event *event = &why->events[i];
        if ((toc_why_roles(why, event) & TOC_ROLE_EXPECTED) != 0 && event->at_ms <= raw->at_ms &&
            toc_why_counts(why, event, raw->at_ms) && event->at_ms >= last_ms) {
            last_ms = event->at_ms;
        }
    }
    if (last_ms == TOC_INSTANT_NONE || last_ms > raw->at_ms) {
        (void)toc_why_clause(raw->clauses, "every", false, "this key was never heard");
        return false;
    }
    bool holds = raw->at_ms >= last_ms + why->rule->deadline_ms;
    struct toc_text at = {0}, due = {0};
    toc_why_time(&at, last_ms);
    toc_why_time(&due, last_ms + why->rule->deadline_ms);
    (void)toc_why_clause(raw->clauses, "every", holds, "last heard %s, the next was due until %s",
                         at.data, due.data);
    toc_text_finish(&at);
    toc_text_finish(&due);
    raw->newest_ms = last_ms + why->rule->deadline_ms;
    return holds;
}
