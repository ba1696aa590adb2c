/* engine/handed.h - an alert as an event to the rules above: what is to be handed up, and the event
 * made of it. Its fields are those of the type that rule/below.c makes for the alerts of a rule.
 * Memory: the event borrows from toc_making and from what is handed. */
#pragma once
#include "engine/core.h"

/* What is to be handed up. */
struct toc_handed {
    struct toc_keyed *keyed;
    const struct toc_variant *variant;
    int64_t begin_ms, end_ms, episode_ms;
    int32_t place;
    struct toc_hash128 origin;
    struct toc_position position;
    enum toc_level level;
    const char *id;                /* Of the alert; NULL: it was never told on its own. */
    const struct toc_alert *alert; /* That one. */
};

enum { TOC_HANDED_FIELDS = TOC_RULE_KEY_PARTS + 4 };
struct toc_making { /* An alert as an event, with room for what it borrows. */
    struct toc_event event;
    struct toc_value fields[TOC_HANDED_FIELDS];
    struct toc_text sort, whole;
    char id[TOC_ALERT_ID];
};

void toc_handed_make(const struct toc_engine *engine, const struct toc_handed *handed,
                     struct toc_making *making);
void toc_handed_finish(struct toc_making *making);
