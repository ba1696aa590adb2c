/* alert/incident.c - open alerts that share evidence are one incident.
 * rules/README.md, "Meaning".
 *
 * Each kept event points to the incident it is evidence of, and each alert to its own: so what an
 * alert shares with others is found at the event, not by asking them. What is shared is looked for
 * when an alert is told first or opens again (all its evidence that is kept; and the events by
 * which rules above know of it, for whoever rests on it has marked them), and when evidence is
 * added (mostly one event, known by the digest; else all again). Joins are never undone; an
 * incident without an open alert is over, and what it has marked is free for the next. */
#include "alert/alert.h"
#include "base/assert.h"

static bool is_shadow(const struct toc_telling *telling)
{
    return telling->rule->status == TOC_RULE_EXPERIMENTAL;
}

static void put(struct toc_incident *incident, struct toc_alert *alert)
{
    struct toc_alert *first = incident->first;

    alert->incident_next = first != NULL ? first : alert;
    alert->incident_previous = first != NULL ? first->incident_previous : alert;
    alert->incident_next->incident_previous = alert;
    alert->incident_previous->incident_next = alert;
    incident->first = first != NULL ? first : alert;
}

static void take_out(struct toc_incident *incident, struct toc_alert *alert)
{
    if (incident->first == alert) {
        incident->first = alert->incident_next != alert ? alert->incident_next : NULL;
    }
    alert->incident_next->incident_previous = alert->incident_previous;
    alert->incident_previous->incident_next = alert->incident_next;
}

/* What its incident goes on as; NULL: it has none. */
static struct toc_incident *incident_of(const struct toc_alert *alert)
{
    return alert->incident != NULL ? toc_incident_now(alert->incident) : NULL;
}

static void enter(struct toc_alert *alert, struct toc_incident *incident)
{
    toc_assert(!alert->is_member);
    toc_incident_set(&alert->incident, incident);
    put(incident, alert);
    incident->open++;
    alert->is_member = true;
}

void toc_alert_leave(struct toc_alert *alert)
{
    if (!alert->is_member) {
        return;
    }
    struct toc_incident *incident = incident_of(alert);
    take_out(incident, alert);
    toc_assert(incident->open > 0);
    incident->open--;
    alert->is_member = false;
}

void toc_alert_forget_incident(struct toc_alert *alert)
{
    toc_alert_leave(alert);
    toc_incident_set(&alert->incident, NULL);
    toc_incident_set(&alert->incident_told, NULL);
}

/* The two are one from now on: that which was told first. The alerts of the other have to be told
 * so. */
static struct toc_incident *join(struct toc_incident *a, struct toc_incident *b,
                                 const struct toc_telling *telling)
{
    if (a == b) {
        return a;
    }
    struct toc_incident *stays = toc_incident_precedes(a, b) ? a : b, *goes = stays == a ? b : a;
    while (goes->first != NULL) {
        struct toc_alert *alert = goes->first;
        take_out(goes, alert);
        put(stays, alert);
        if (telling->on_renamed != NULL) {
            telling->on_renamed(alert, telling->context);
        }
    }
    stays->open += goes->open;
    goes->open = 0;
    goes->into = toc_incident_share(stays);
    return stays;
}

/* The incident that is on and has @kept for evidence, if any, joined with @mine, if any. */
static struct toc_incident *meet(struct toc_incident *mine, const struct toc_kept *kept,
                                 const struct toc_telling *telling)
{
    if (kept == NULL || kept->incident == NULL) {
        return mine;
    }
    struct toc_incident *other = toc_incident_now(kept->incident);
    if (other->open == 0) {
        return mine;
    }
    return mine == NULL ? other : join(mine, other, telling);
}

/* The incidents that are on and have @alert itself for evidence, joined with @mine, if any. */
static struct toc_incident *meet_above(struct toc_incident *mine, const struct toc_alert *alert,
                                       const struct toc_telling *telling)
{
    const struct toc_kept *kept;
    size_t at = 0;

    while (telling->next_above != NULL &&
           (kept = telling->next_above(telling, alert, &at)) != NULL) {
        mine = meet(mine, kept, telling);
    }
    return mine;
}

/* The one event by which @episode has grown since @alert looked at it; NULL: there is no such. */
static struct toc_kept *newcomer(const struct toc_alert *alert, const struct toc_episode *episode,
                                 const struct toc_rule *rule)
{
    for (size_t i = 0; i < rule->alias_count; i++) {
        struct toc_kept *kept = episode->newest[i].kept;
        if (kept != NULL &&
            alert->incident_digest + toc_episode_digest_of(kept) == episode->digest) {
            return kept;
        }
    }
    return NULL;
}

static void mark_all(struct toc_incident *incident, const struct toc_episode *episode)
{
    for (size_t i = 0; i < episode->evidence_count; i++) {
        toc_incident_set(&episode->evidence[i].kept->incident, incident);
    }
    for (size_t i = 0; i < TOC_EPISODE_ALIASES; i++) {
        if (episode->newest[i].kept != NULL) {
            toc_incident_set(&episode->newest[i].kept->incident, incident);
        }
    }
}

void toc_alert_join(struct toc_alert *alert, const struct toc_episode *episode,
                    const struct toc_telling *telling)
{
    struct toc_incident *mine = NULL;
    struct toc_kept *one = NULL;

    if (is_shadow(telling)) {
        toc_alert_forget_incident(alert);
        return;
    }
    if (alert->is_member) { /* Mostly nothing is new. */
        if (alert->incident_digest == episode->digest) {
            return;
        }
        mine = toc_incident_now(alert->incident);
        one = newcomer(alert, episode, telling->rule);
    } else if (alert->incident != NULL && toc_incident_now(alert->incident)->open > 0) {
        mine = toc_incident_now(alert->incident);
    }
    alert->incident_digest = episode->digest;
    if (one != NULL) {
        mine = meet(mine, one, telling);
        toc_incident_set(&one->incident, mine);
        return;
    }
    for (size_t i = 0; i < episode->evidence_count; i++) {
        mine = meet(mine, episode->evidence[i].kept, telling);
    }
    for (size_t i = 0; i < TOC_EPISODE_ALIASES; i++) {
        mine = meet(mine, episode->newest[i].kept, telling);
    }
    if (!alert->is_member && alert->incident != NULL) { /* Who rested on it while it was over. */
        mine = meet_above(mine, alert, telling);
    }
    if (!alert->is_member && mine != NULL) {
        enter(alert, mine);
    } else if (!alert->is_member && alert->incident != NULL) { /* It is on again. */
        enter(alert, toc_incident_now(alert->incident));
    } else if (!alert->is_member) {
        mine = toc_incident_begin(telling->incidents, alert->id, telling->now_ms);
        mine->is_untold = telling->is_muted;
        enter(alert, mine);
        toc_incident_release(mine); /* Its reference is the alert's. */
    }
    mark_all(toc_incident_now(alert->incident), episode);
}

void toc_alerts_join(struct toc_episodes *episodes, const struct toc_telling *telling)
{
    for (size_t i = 0; i < episodes->count; i++) {
        struct toc_alert *alert = episodes->items[i].alert;
        if (alert != NULL && alert->is_open && !toc_alert_is_judged(alert)) {
            toc_alert_join(alert, &episodes->items[i], telling);
        }
    }
}

void toc_alert_go_on_in(struct toc_alert *alert, struct toc_incident *incident,
                        const struct toc_telling *telling)
{
    struct toc_incident *now = toc_incident_now(incident);

    if (is_shadow(telling)) {
        return;
    }
    if (alert->incident != NULL) {
        (void)join(toc_incident_now(alert->incident), now, telling);
    } else { /* It has only just got its id. */
        enter(alert, now);
    }
    toc_incident_set(&alert->incident_told, incident);
}

void toc_alert_succeed(struct toc_alert *alert, struct toc_alert *old,
                       const struct toc_telling *telling)
{
    if (old->incident != NULL && alert->incident != NULL) {
        (void)join(toc_incident_now(alert->incident), toc_incident_now(old->incident), telling);
    }
    toc_alert_leave(alert);
    toc_alert_leave(old);
    struct toc_alert now = *alert;
    *alert = *old;
    *old = now; /* What it owns is freed with it. */
    if (alert->incident != NULL) {
        enter(alert, toc_incident_now(alert->incident));
    }
}

const struct toc_incident *toc_alert_incident(const struct toc_alert *alert)
{
    return incident_of(alert);
}

void toc_alert_name_incident(struct toc_alert *alert, const struct toc_telling *telling)
{
    struct toc_incident *incident = incident_of(alert);

    if (incident != NULL && incident->is_untold && !telling->is_muted) {
        incident->is_untold = false;
        incident->first_ms = telling->now_ms;
        memcpy(incident->id, alert->id, sizeof incident->id);
    }
}

void toc_alert_told_incident(struct toc_alert *alert, const struct toc_telling *telling)
{
    if (!telling->is_muted) {
        toc_incident_set(&alert->incident_told, incident_of(alert));
    }
}

bool toc_alert_is_renamed(const struct toc_alert *alert)
{
    return alert->incident != NULL && alert->incident_told != NULL &&
           toc_incident_now(alert->incident) != alert->incident_told;
}
