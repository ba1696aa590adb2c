/* alert/relink.c - late truth: which alert stands for which episode now.
 *
 * An alert keeps the episode it overlaps (of several the earliest); of two alerts that fall into
 * one episode the one told first stays, the other ends `cancelled`, merged_into it. Alerts of one
 * event or onset are known by it, clusters by the event that made them true. Alerts that were
 * cancelled come last: they go on only where nobody else does. */
#include "alert/alert.h"

static bool has_evidence(const struct toc_episode *episode, struct toc_hash128 identity)
{
    bool is_there = toc_episode_has(episode, identity);

    for (size_t i = 0; i < TOC_EPISODE_ALIASES && !is_there; i++) {
        is_there = episode->newest[i].kept != NULL &&
                   toc_hash128_compare(episode->newest[i].kept->identity, identity) == 0;
    }
    return is_there;
}

static bool is_match(const struct toc_alert *alert, const struct toc_episode *episode,
                     const struct toc_telling *telling)
{
    if (episode->end_ms <= episode->begin_ms || episode->place != alert->place) {
        return false;
    }
    if (episode->is_anchored) {
        return toc_hash128_compare(episode->anchor, alert->anchor) == 0;
    }
    if (telling->is_clustered && !has_evidence(episode, alert->anchor)) {
        return false;
    }
    return episode->begin_ms < alert->end_ms && alert->begin_ms < episode->end_ms;
}

/* The earliest episode @alert may stand for that nobody stands for; failing that, through
 * @out_taken, the earliest somebody does. What is anchored has one at most, and mostly the one
 * at @from: alerts come in about the order of their events. */
static struct toc_episode *find(const struct toc_alert *alert, struct toc_episodes *episodes,
                                size_t from, const struct toc_telling *telling,
                                const struct toc_episode **out_taken)
{
    struct toc_episode *found = NULL;

    *out_taken = NULL;
    if (from >= episodes->count || !episodes->items[from].is_anchored) {
        from = 0;
    }
    for (size_t i = 0; i < episodes->count; i++) {
        size_t at = i + from < episodes->count ? i + from : i + from - episodes->count;
        struct toc_episode *episode = &episodes->items[at];
        if (!is_match(alert, episode, telling)) {
            continue;
        }
        if (episode->alert == NULL && (found == NULL || episode->begin_ms < found->begin_ms)) {
            found = episode;
        } else if (episode->alert != NULL && *out_taken == NULL) {
            *out_taken = episode;
        }
        if (episode->is_anchored) {
            break;
        }
    }
    return found;
}

static void cancel(struct toc_alert *alert, struct toc_alert *merged_into,
                   const struct toc_telling *telling)
{
    if (merged_into != NULL && alert->said != NULL) { /* Who knew of it knows of the other. */
        toc_said_join(toc_alert_said(merged_into), alert->said);
        merged_into->is_acked = toc_said_is_acked(merged_into->said);
    }
    *telling->open -= alert->is_open;
    alert->state = TOC_ALERT_CANCELLED;
    alert->is_open = false;
    alert->is_waiting = false;
    alert->seq++;
    toc_alert_leave(alert);
    toc_alert_name_incident(alert, telling);
    alert->told_ms = telling->now_ms;
    struct toc_record_content content = {
        .alert = alert,
        .merged_into = merged_into != NULL ? merged_into->id : NULL,
        .suppressed_by = toc_alert_suppressed_by(alert, telling),
    };
    struct toc_str data = toc_record_write(&content, telling);
    toc_alert_told_incident(alert, telling);
    telling->on_record(alert, telling, data, telling->context);
}

/* Is @alert one of them that ended for good, and so still stands for its episode? */
static bool bears(const struct toc_alerts *alerts, const struct toc_alert *alert)
{
    for (size_t i = 0; alert != NULL && i < alerts->count; i++) {
        if (alerts->items[i] == alert) {
            return alert->is_linked;
        }
    }
    return false;
}

void toc_alerts_relink(struct toc_alerts *alerts, struct toc_episodes *episodes,
                       const struct toc_telling *telling)
{
    const struct toc_episode *taken;
    size_t next = 0;

    /* What ended before the settled time is not derived again and stays as it was told. */
    for (size_t i = alerts->count; i-- > 0;) {
        struct toc_alert *alert = alerts->items[i];
        alert->is_linked = toc_alert_is_settled(alert, telling);
    }
    for (size_t i = 0; i < episodes->count; i++) {
        struct toc_episode *episode = &episodes->items[i];
        if (episode->end_ms > telling->settled_ms || !bears(alerts, episode->alert)) {
            episode->alert = NULL;
        }
    }
    for (int is_cancelled = 0; is_cancelled <= 1; is_cancelled++) {
        for (size_t i = 0; i < alerts->count; i++) {
            struct toc_alert *alert = alerts->items[i];
            bool was_untrue = alert->state == TOC_ALERT_CANCELLED && !toc_alert_is_judged(alert);
            if (alert->is_linked || was_untrue != is_cancelled) {
                continue;
            }
            struct toc_episode *episode = find(alert, episodes, next, telling, &taken);
            if (episode != NULL) {
                next = (size_t)(episode - episodes->items) + 1;
                episode->alert = alert;
                alert->is_linked = true;
            }
        }
    }
    for (size_t i = 0; i < alerts->count; i++) {
        struct toc_alert *alert = alerts->items[i];
        if (!alert->is_linked && alert->state != TOC_ALERT_CANCELLED) {
            (void)find(alert, episodes, 0, telling, &taken);
            cancel(alert, taken != NULL ? taken->alert : NULL, telling);
        }
    }
}
