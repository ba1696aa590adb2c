/* state/incident.h - which alerts are one incident: sets that only ever join.
 *
 * An incident is named after the alert of it that was told first. Alerts and the events that are
 * their evidence point to it; where two meet, the one told later goes on as the other: `into`. So
 * joining costs a step, finding who it is by now about one, whatever is open.
 * It is on while `open` > 0. Memory: one struct of a pool each, counted by references; after
 * warm-up nothing from the heap. Threads: one owner of the pool and all it gave. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum { TOC_INCIDENT_ID = 33 }; /* 32 hexadecimal digits and NUL, as of an alert. */

struct toc_alert;
struct toc_incident {
    struct toc_incident *into; /* It goes on as that one; NULL: as itself. A reference. */
    struct toc_incident_pool *pool;
    uint64_t refs;
    uint64_t open;           /* Open alerts, of a run before this one too. */
    struct toc_alert *first; /* Of the open alerts of this run: see alert/incident.c. */
    int64_t first_ms;        /* The lane clock when its first alert was told. */
    bool is_untold;          /* Made while nothing is told: any told one goes before it. */
    char id[TOC_INCIDENT_ID];
};

struct toc_incident_pool {
    struct toc_incident *free; /* Chained by `into`. */
    void *blocks;
    uint64_t used; /* Incidents there are now. */
};

void toc_incident_pool_finish(struct toc_incident_pool *pool); /* None is left. */

/* A new one, with one reference. @id: 32 digits. */
struct toc_incident *toc_incident_begin(struct toc_incident_pool *pool, const char *id,
                                        int64_t at_ms);
static inline struct toc_incident *toc_incident_share(struct toc_incident *incident)
{
    incident->refs++;
    return incident;
}
void toc_incident_release(struct toc_incident *incident); /* NULL does nothing. */
/* What @incident (not NULL) goes on as. No reference is given. */
struct toc_incident *toc_incident_now(struct toc_incident *incident);
/* Let @slot, a reference or NULL, be one to @incident. */
void toc_incident_set(struct toc_incident **slot, struct toc_incident *incident);
/* Was @a told before @b? Of one millisecond the lesser id. */
bool toc_incident_precedes(const struct toc_incident *a, const struct toc_incident *b);
