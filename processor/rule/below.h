/* rule/below.h - rules over the alerts of other rules: `{ alert: RULE }` in `events`.
 *
 * Rules form a graph without cycles. All documents of a set are gathered first; each is then read
 * after those it rests on, so that their keys are known: they are the fields of their alerts, as an
 * event type of its own (event/catalogue.h).  Memory: the loader's arena. Threads: one owner. */
#pragma once
#include "rule/draft.h"

struct toc_document {
    const struct toc_yaml *node;
    struct toc_str name;   /* As far as it has one. */
    struct toc_rule *rule; /* Read, or NULL. */
    enum { TOC_DOCUMENT_UNREAD, TOC_DOCUMENT_OPEN, TOC_DOCUMENT_READ } state;
    bool is_broken;    /* There were errors in it. */
    bool is_above_any; /* It uses `alert: any`, or rests on one that does. */
    bool is_experimental;
    int type; /* Of its alerts, in the catalogue; -1: nobody reads them yet. */
};

/* One more rule of the set. */
void toc_below_gather(struct toc_loader *loader, const struct toc_yaml *document);
/* Read all that was gathered, each after those it rests on. */
void toc_below_read(struct toc_loader *loader);
/* The alerts that @node, an event with `alert`, names: into the bindings of alias @index. */
bool toc_below_bind(struct toc_draft *draft, const struct toc_yaml *node, int index);
/* What an alert can be in a rule, once all aliases have their roles. */
void toc_below_check(struct toc_draft *draft);
