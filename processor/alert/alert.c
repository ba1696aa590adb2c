#include "alert/alert.h"

#include <stdio.h>

#include "base/assert.h"
#include "base/mem.h"

static const char *const state_texts[] = {
    [TOC_ALERT_NEW] = "new",
    [TOC_ALERT_UPDATE] = "update",
    [TOC_ALERT_CLEARED] = "cleared",
    [TOC_ALERT_EXPIRED] = "expired",
    [TOC_ALERT_CANCELLED] = "cancelled",
    [TOC_ALERT_ESCALATED] = "escalated",
    [TOC_ALERT_DEESCALATED] = "deescalated",
    [TOC_ALERT_ACKED] = "acked",
};
_Static_assert(sizeof state_texts / sizeof state_texts[0] == TOC_ALERT_STATES,
               "a state has no word");

const char *toc_alert_state_text(enum toc_alert_state state)
{
    return state_texts[state];
}

void toc_alerts_finish(struct toc_alerts *alerts)
{
    for (size_t i = 0; i < alerts->count; i++) {
        toc_alert_forget_incident(alerts->items[i]);
        toc_said_destroy(alerts->items[i]->said);
        toc_mem_free(alerts->items[i]);
    }
    toc_mem_free(alerts->items);
    *alerts = (struct toc_alerts){0};
}

/* The event that made it true: the newest evidence dated up to the begin, whenever it is told.
 * NULL: there is none. */
static const struct toc_evidence *made_true_by(const struct toc_episode *episode)
{
    for (size_t i = episode->evidence_count; i-- > 0;) {
        if (episode->evidence[i].kept->at_ms <= episode->begin_ms) {
            return &episode->evidence[i];
        }
    }
    return episode->evidence_count > 0 ? &episode->evidence[0] : NULL;
}

static bool is_absence(const struct toc_rule *rule)
{
    return rule->kind == TOC_KIND_ABSENCE || rule->kind == TOC_KIND_SILENCE;
}

static bool is_taken(const struct toc_alerts *alerts, const struct toc_alert *alert)
{
    for (size_t i = 0; i < alerts->count; i++) {
        if (alerts->items[i] != alert && strcmp(alerts->items[i]->id, alert->id) == 0) {
            return true;
        }
    }
    return false;
}

/* The id: a hash of rule, key and anchor. Whatever is no event's own also takes the begin, for one
 * event can make a rule true twice (a comparison from above that holds before and after it). Late
 * truth can move an alert away from where it was named; who comes there later counts on. */
static void name_alert(const struct toc_alerts *alerts, struct toc_alert *alert,
                       const struct toc_episode *episode, const struct toc_telling *telling)
{
    const struct toc_evidence *cause = made_true_by(episode);
    struct toc_text *text = telling->topic; /* Any room will do. */

    if (episode->is_anchored) {
        alert->anchor = episode->anchor;
    } else if (cause != NULL && !is_absence(telling->rule)) {
        alert->anchor = cause->kept->identity;
    } else {
        alert->anchor = (struct toc_hash128){.low = (uint64_t)episode->begin_ms};
    }
    toc_text_clear(text);
    toc_text_add(text, telling->rule->name);
    toc_text_addf(text, "\n%d\n%016llx%016llx\n%d", (int)telling->key->mode,
                  (unsigned long long)alert->anchor.high, (unsigned long long)alert->anchor.low,
                  telling->rule->kind == TOC_KIND_LATEST ? episode->place : -1);
    if (!episode->is_anchored) {
        toc_text_addf(text, "\n%lld", (long long)episode->begin_ms);
    }
    for (size_t i = 0; i < telling->key->count; i++) {
        toc_text_addf(text, "\n%zu:", telling->key->values[i].folded.size);
        toc_text_add(text, telling->key->values[i].folded);
    }
    size_t size = text->size;
    for (unsigned again = 1; again == 1 || is_taken(alerts, alert); again++) {
        if (again > 1) {
            text->size = size;
            toc_text_addf(text, "\n#%u", again);
        }
        struct toc_hash128 hash = toc_hash128(text->data, text->size);
        snprintf(alert->id, sizeof alert->id, "%016llx%016llx", (unsigned long long)hash.high,
                 (unsigned long long)hash.low);
    }
}

static struct toc_alert *add_alert(struct toc_alerts *alerts)
{
    if (alerts->count == alerts->room) {
        alerts->room = alerts->room == 0 ? 2 : alerts->room * 2;
        alerts->items = toc_mem_resize(alerts->items, alerts->room, sizeof(struct toc_alert *));
    }
    return alerts->items[alerts->count++] = toc_mem_get(sizeof(struct toc_alert));
}

static void remove_alert(struct toc_alerts *alerts, size_t index)
{
    toc_alert_forget_incident(alerts->items[index]);
    toc_said_destroy(alerts->items[index]->said);
    toc_mem_free(alerts->items[index]);
    alerts->count--;
    memmove(&alerts->items[index], &alerts->items[index + 1],
            (alerts->count - index) * sizeof(struct toc_alert *));
}

struct toc_said *toc_alert_said(struct toc_alert *alert)
{
    if (alert->said == NULL) {
        alert->said = toc_said_create();
    }
    return alert->said;
}

bool toc_alert_is_judged(const struct toc_alert *alert)
{
    return alert->said != NULL && alert->said->ended != TOC_ENDING_NONE;
}

/* More `new` than the rule's `cap` lets pass; what is critical or urgent always does. */
static bool is_capped(const struct toc_alert *alert, const struct toc_telling *telling)
{
    int64_t unused;

    return telling->has_room != NULL && (alert->state == TOC_ALERT_NEW || alert->is_capped) &&
           alert->level != TOC_LEVEL_CRITICAL && !telling->rule->alert.is_urgent &&
           !telling->has_room(telling, true, &unused, telling->context);
}

struct toc_str toc_alert_suppressed_by(const struct toc_alert *alert,
                                       const struct toc_telling *telling)
{
    struct toc_str by = {0};

    if (telling->suppressed_by != NULL) {
        by = telling->suppressed_by(alert, telling, telling->context);
    }
    return by.size == 0 && alert->is_capped ? TOC_STR("cap") : by;
}

/* What is told of how an episode ends: people's word, what ended it while it was withheld, else its
 * own. */
static enum toc_ending ending_of(const struct toc_alert *alert, const struct toc_episode *episode)
{
    if (toc_alert_is_judged(alert)) {
        return alert->said->ended;
    }
    return alert->held.ending != TOC_ENDING_NONE ? alert->held.ending : episode->ending;
}

static int64_t end_of(const struct toc_alert *alert, const struct toc_episode *episode)
{
    if (toc_alert_is_judged(alert)) {
        return episode->end_ms == TOC_INSTANT_NEVER ? alert->said->line_ms : episode->end_ms;
    }
    return alert->held.ending != TOC_ENDING_NONE ? alert->held.end_ms : episode->end_ms;
}

void toc_alert_tell(struct toc_alert *alert, const struct toc_episode *episode,
                    enum toc_alert_state state, bool is_open, const struct toc_telling *telling)
{
    *telling->open += (uint64_t)is_open - (uint64_t)alert->is_open;
    alert->state = state;
    alert->is_open = is_open;
    alert->seq++;
    if (is_open) {
        toc_alert_join(alert, episode, telling);
    } else {
        toc_alert_leave(alert);
    }
    toc_alert_name_incident(alert, telling);
    alert->begin_ms = episode->begin_ms;
    alert->end_ms = is_open ? TOC_INSTANT_NEVER : end_of(alert, episode);
    alert->last_ms =
        episode->renewed_ms != TOC_INSTANT_NONE ? episode->renewed_ms : episode->last_ms;
    alert->count = episode->count;
    alert->digest = episode->digest;
    alert->is_misnamed = false;
    alert->ending = ending_of(alert, episode);
    alert->place = episode->place;
    alert->told_ms = telling->now_ms;
    alert->is_waiting = false;
    toc_alert_note_level(alert, episode, telling);
    if (state == TOC_ALERT_NEW) {
        alert->new_ms = telling->now_ms;
    }
    alert->is_capped = is_open && is_capped(alert, telling);
    if (alert->said != NULL) {
        alert->said->is_untold = false;
    }
    struct toc_record_content content = {
        .alert = alert,
        .episode = episode,
        .ending = is_open ? TOC_ENDING_NONE : alert->ending,
        .suppressed_by = toc_alert_suppressed_by(alert, telling),
    };
    alert->is_suppressed = content.suppressed_by.size > 0;
    struct toc_str data = toc_record_write(&content, telling);
    toc_alert_told_incident(alert, telling);
    telling->on_record(alert, telling, data, telling->context);
}

bool toc_alert_is_settled(const struct toc_alert *alert, const struct toc_telling *telling)
{
    return !alert->is_open && alert->state != TOC_ALERT_CANCELLED &&
           alert->end_ms <= telling->settled_ms && alert->derived_ms < telling->settled_ms;
}

enum toc_alert_state toc_alert_end_state(const struct toc_alert *alert,
                                         const struct toc_episode *episode)
{
    switch (ending_of(alert, episode)) {
    case TOC_ENDING_WINDOW:
    case TOC_ENDING_EXPIRED:
        return TOC_ALERT_EXPIRED;
    case TOC_ENDING_FALSE_ALARM:
        return TOC_ALERT_CANCELLED;
    default:
        return TOC_ALERT_CLEARED;
    }
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static bool is_changed(const struct toc_alert *alert, const struct toc_episode *episode,
                       const struct toc_telling *telling)
{
    return toc_alert_is_level_changed(alert, episode, telling) ||
           alert->begin_ms != episode->begin_ms || alert->count != episode->count ||
           alert->digest != episode->digest || alert->is_misnamed ||
           (alert->is_open && toc_alert_is_renamed(alert)) ||
           (alert->said != NULL && alert->said->is_untold) ||
           (!alert->is_open && (alert->end_ms != end_of(alert, episode) ||
                                alert->ending != ending_of(alert, episode)));
}

/* People have ended it: over at once, and it stays so. What late truth changes of an all-clear is
 * told; of a false alarm nobody wants to hear more. */
static void tell_judged(struct toc_alert *alert, const struct toc_episode *episode,
                        const struct toc_telling *telling)
{
    if (alert->is_open) {
        toc_alert_tell(alert, episode, toc_alert_end_state(alert, episode), false, telling);
    } else if (alert->said->ended == TOC_ENDING_ALL_CLEAR && is_changed(alert, episode, telling)) {
        toc_alert_tell(alert, episode, TOC_ALERT_UPDATE, false, telling);
    }
}

static void tell_episode(struct toc_alerts *alerts, struct toc_episode *episode,
                         const struct toc_telling *telling, struct toc_alerts_due *due)
{
    bool is_decided = telling->watermark_ms != TOC_INSTANT_NONE;
    bool is_begun =
        telling->is_at_once || (is_decided && telling->watermark_ms > episode->begin_ms);
    bool is_over = episode->end_ms != TOC_INSTANT_NEVER && is_decided &&
                   telling->watermark_ms > episode->end_ms;
    struct toc_alert *alert = episode->alert;

    if (!is_begun && alert == NULL) {
        due->watermark_ms = least(due->watermark_ms, episode->begin_ms + 1);
        return;
    }
    if (alert != NULL && toc_alert_is_judged(alert)) {
        tell_judged(alert, episode, telling);
        return;
    }
    if (alert != NULL && alert->is_open) {
        toc_alert_join(alert, episode, telling); /* Told or not: others see it now. */
    }
    bool was_withheld = alert == NULL || alert->held.by != 0;
    struct toc_held held = {0};
    if (is_over && (alert == NULL || alert->is_open)) {
        held = toc_alert_withhold(alert, episode, telling, &is_over);
    }
    episode->is_withheld = held.by != 0 && !is_over;
    if (alert == NULL) {
        alert = episode->alert = add_alert(alerts);
        alert->is_linked = true;
        alert->owner = telling->owner;
        /* A late event is put just behind the settled time, wherever its episode lies. */
        alert->derived_ms = episode->is_late ? telling->settled_ms : TOC_INSTANT_MIN;
        name_alert(alerts, alert, episode, telling);
        if (telling->on_named != NULL) {
            telling->on_named(alert, telling->context);
        }
        toc_alert_tell(alert, episode, alert->seq > 0 ? TOC_ALERT_UPDATE : TOC_ALERT_NEW, true,
                       telling);
    } else if (alert->state == TOC_ALERT_CANCELLED || (!alert->is_open && !is_over)) {
        alert->held = (struct toc_held){0};
        toc_alert_tell(alert, episode, TOC_ALERT_UPDATE, !is_over, telling);
    } else if (!alert->is_open && is_changed(alert, episode, telling)) {
        toc_alert_tell(alert, episode, TOC_ALERT_UPDATE, false, telling);
    }
    if (alert->is_open) {
        alert->held = held;
        toc_alert_tell_levels(alert, episode, telling, due);
    }
    if (alert->is_open && !is_over) {
        toc_alert_tell_steps(alert, episode, telling, due);
    }
    if (alert->is_open && is_over) {
        toc_alert_tell(alert, episode, toc_alert_end_state(alert, episode), false, telling);
    }
    if (!alert->is_open) {
        return;
    }
    if (held.by != 0 && !was_withheld) {
        toc_alert_tell(alert, episode, TOC_ALERT_UPDATE, true, telling);
    }
    if (held.by != 0) {
        due->heard_ms = least(due->heard_ms, episode->end_ms);
        if (held.end_ms != TOC_INSTANT_NEVER) {
            due->watermark_ms = least(due->watermark_ms, held.end_ms + 1);
        }
    } else if (episode->end_ms != TOC_INSTANT_NEVER) {
        due->watermark_ms = least(due->watermark_ms, episode->end_ms + 1);
    }
    int64_t room_ms = TOC_INSTANT_NEVER;
    if (alert->is_capped && (telling->has_room == NULL ||
                             telling->has_room(telling, false, &room_ms, telling->context))) {
        toc_alert_tell(alert, episode, TOC_ALERT_UPDATE, true, telling);
    }
    due->clock_ms = least(due->clock_ms, room_ms);
    alert->is_waiting = is_changed(alert, episode, telling);
    if (alert->is_waiting) {
        int64_t free_ms = alert->told_ms + telling->rule->alert.update_every_ms;
        if (telling->now_ms >= free_ms || telling->is_flushing) {
            toc_alert_tell(alert, episode, TOC_ALERT_UPDATE, true, telling);
        } else {
            due->clock_ms = least(due->clock_ms, free_ms);
        }
    }
}

/* Forget what no event can change any more. */
static void forget(struct toc_alerts *alerts, struct toc_episodes *episodes,
                   struct toc_kept_pool *pool, const struct toc_telling *telling)
{
    for (size_t i = episodes->count; i-- > 0;) {
        const struct toc_episode *episode = &episodes->items[i];
        if (toc_episode_over_ms(episode) <= telling->settled_ms &&
            (episode->alert == NULL || !episode->alert->is_open)) {
            toc_episodes_remove(episodes, i, pool);
        }
    }
    int64_t memory_ms = toc_rule_memory_ms(telling->rule);
    for (size_t i = alerts->count; i-- > 0;) {
        const struct toc_alert *alert = alerts->items[i];
        bool is_cancelled = alert->state == TOC_ALERT_CANCELLED;
        /* What was cancelled may come true again as long as its events can still count. */
        if (is_cancelled ? alert->begin_ms + memory_ms <= telling->settled_ms
                         : toc_alert_is_settled(alert, telling)) {
            if (telling->on_final != NULL) {
                telling->on_final(alert, telling, telling->context);
            }
            remove_alert(alerts, i);
        }
    }
}

struct toc_alerts_due toc_alerts_tell(struct toc_alerts *alerts, struct toc_episodes *episodes,
                                      bool is_again, struct toc_kept_pool *pool,
                                      const struct toc_telling *telling)
{
    struct toc_alerts_due due = {TOC_INSTANT_NEVER, TOC_INSTANT_NEVER, TOC_INSTANT_NEVER};

    if (is_again) {
        toc_alerts_relink(alerts, episodes, telling);
    }
    for (size_t i = 0; i < episodes->count; i++) {
        struct toc_episode *episode = &episodes->items[i];
        if (episode->end_ms > episode->begin_ms) {
            tell_episode(alerts, episode, telling, &due);
        }
    }
    forget(alerts, episodes, pool, telling);
    return due;
}
