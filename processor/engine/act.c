/* What people do about alerts. rules/README.md, "What people do, and what the machine holds back".
 * An all-clear or a false alarm is an entry in the ring of the alert's key, so that it is still
 * there when a late event has the key derived anew. */
#include "base/assert.h"
#include "base/mem.h"
#include "engine/core.h"
#include "event/decode.h"

/* ---- Alerts by id ---- */

static uint64_t hash_of(const char *id)
{
    return toc_hash64(id, TOC_ALERT_ID - 1, 0);
}

static struct toc_alert *find(const struct toc_engine *engine, const char *id)
{
    struct toc_alert *alert;
    size_t at = 0;

    while ((alert = toc_table_next(&engine->by_id, hash_of(id), &at)) != NULL) {
        if (memcmp(alert->id, id, TOC_ALERT_ID - 1) == 0) {
            return alert;
        }
    }
    return NULL;
}

void toc_act_index(struct toc_engine *engine, const struct toc_alert *alert)
{
    if (find(engine, alert->id) != alert) {
        toc_table_add(&engine->by_id, hash_of(alert->id), (void *)(uintptr_t)alert);
    }
}

void toc_act_forget(struct toc_engine *engine, const struct toc_alert *alert)
{
    const struct toc_alert *other;
    size_t at = 0;

    while ((other = toc_table_next(&engine->by_id, hash_of(alert->id), &at)) != NULL) {
        if (other == alert) {
            toc_table_remove(&engine->by_id, hash_of(alert->id), alert);
            return;
        }
    }
}

static struct toc_episode *episode_of(const struct toc_alert *alert)
{
    struct toc_keyed *keyed = alert->owner;

    for (size_t i = 0; i < keyed->match.newest.episodes.count; i++) {
        if (keyed->match.newest.episodes.items[i].alert == alert) {
            return &keyed->match.newest.episodes.items[i];
        }
    }
    return NULL;
}

/* ---- Ending ---- */

/* Is an alert of this rule known by what made it true, beside others of its key? */
static bool is_by_evidence(const struct toc_rule *rule, const struct toc_episode *episode)
{
    return episode->is_anchored || (rule->has_near && rule->key_part_count == 0);
}

/* Up to when nothing counts any more: what was said at @at_ms is said of what was told by then,
 * even if a wrong clock has dated that later. */
static int64_t line_ms(const struct toc_alert *alert, int64_t at_ms)
{
    if (alert->told_ms > at_ms) {
        return at_ms;
    }
    int64_t last_ms = alert->last_ms > alert->begin_ms ? alert->last_ms : alert->begin_ms + 1;
    return last_ms > at_ms ? last_ms : at_ms;
}

static enum toc_act end(struct toc_engine *engine, struct toc_alert *alert,
                        const struct toc_episode *episode, const struct toc_action *action,
                        const struct toc_remark *remark, enum toc_action_refusal *out_reason)
{
    struct toc_keyed *keyed = alert->owner;
    const struct toc_group *group = keyed->ruled->group;
    int64_t at_ms = line_ms(alert, remark->at_ms);
    int64_t settled_ms = keyed->match.settled.now_ms;

    if (group->horizon_ms != TOC_INSTANT_NONE &&
        group->horizon_ms - keyed->match.lag_ms - 1 > settled_ms) {
        settled_ms = group->horizon_ms - keyed->match.lag_ms - 1;
    }
    bool is_late = at_ms <= settled_ms;
    if (episode->begin_ms >= at_ms || (is_late && episode->last_ms > at_ms)) {
        *out_reason = TOC_ACTION_REFUSAL_NEWER_EVIDENCE;
        return TOC_ACT_REFUSED;
    }
    bool is_one = is_by_evidence(keyed->ruled->rule, episode);
    struct toc_event event = {
        .at_ms = at_ms,
        .mode = keyed->key.mode,
        .id = action->id,
        .source = action->source,
        .identity = is_one ? alert->anchor : toc_decoder_identity(action->source, action->id),
        .origin = {.stored_ms = TOC_INSTANT_NONE},
    };
    struct toc_entry entry = {
        .at_ms = at_ms,
        .value = at_ms,
        .kept = toc_kept_create(&engine->pool, &event, (struct toc_wish){0}, TOC_STR(""),
                                TOC_STR("tocsin.action")),
        .alias = TOC_ALIAS_PEOPLE,
        .is_late = is_late,
        .is_by_evidence = is_one,
    };
    if (alert->place >= 0 && keyed->ruled->rule->kind == TOC_KIND_LATEST) {
        entry.places[entry.place_count++] = (uint32_t)alert->place;
    }
    toc_said_end(toc_alert_said(alert),
                 action->kind == TOC_ACTION_ALL_CLEAR ? TOC_ENDING_ALL_CLEAR
                                                      : TOC_ENDING_FALSE_ALARM,
                 remark, at_ms);
    toc_keyed_add(engine, keyed, &entry);
    toc_kept_release(&engine->pool, entry.kept);
    toc_keyed_take(engine);
    return TOC_ACT_TAKEN;
}

/* ---- Remarks ---- */

static enum toc_act remark(struct toc_engine *engine, struct toc_alert *alert,
                           const struct toc_episode *episode, enum toc_action_kind kind,
                           const struct toc_remark *what, enum toc_action_refusal *out_reason)
{
    struct toc_said *said = toc_alert_said(alert);
    enum toc_said_result result = kind == TOC_ACTION_ACK       ? toc_said_ack(said, what)
                                  : kind == TOC_ACTION_COMMENT ? toc_said_comment(said, what)
                                                               : toc_said_take_over(said, what);

    if (result == TOC_SAID_FULL) {
        *out_reason = TOC_ACTION_REFUSAL_TOO_MANY;
        return TOC_ACT_REFUSED;
    }
    if (result == TOC_SAID_REPEAT) {
        return TOC_ACT_REPEAT;
    }
    alert->is_acked = toc_said_is_acked(said);
    struct toc_telling telling = toc_keyed_telling(engine, alert->owner);
    toc_alert_tell(alert, episode, kind == TOC_ACTION_COMMENT ? TOC_ALERT_UPDATE : TOC_ALERT_ACKED,
                   true, &telling);
    return TOC_ACT_TAKEN;
}

/* While warming up an alert may go by another id than it was told under, if it began before what is
 * read back: then where it stood tells which it was. */
static struct toc_alert *find_in(const struct toc_engine *engine, const struct toc_ruled *ruled,
                                 const struct toc_action_which *which)
{
    for (struct toc_keyed *keyed = ruled->first; keyed != NULL; keyed = keyed->next) {
        for (size_t i = 0; keyed->key.mode == TOC_MODE_ACTUAL && i < keyed->alerts.count; i++) {
            struct toc_alert *alert = keyed->alerts.items[i];
            const struct toc_episode *episode = episode_of(alert);
            if (alert->is_open && episode != NULL && !is_by_evidence(ruled->rule, episode) &&
                toc_which_agrees(engine, which, ruled->rule, &keyed->key, alert->place)) {
                return alert;
            }
        }
    }
    return NULL;
}

static struct toc_alert *find_by_key(const struct toc_engine *engine,
                                     const struct toc_action_which *which)
{
    int rule = which->rule.size > 0 ? toc_ruleset_find(engine->options.rules, which->rule) : -1;
    struct toc_alert *alert = NULL;

    if (rule < 0) {
        return NULL;
    }
    for (size_t r = engine->first_part[rule]; r < engine->first_part[rule + 1] && alert == NULL;
         r++) {
        if (which->key_count == engine->rules[r].rule->key_part_count) {
            alert = find_in(engine, &engine->rules[r], which);
        }
    }
    return alert;
}

enum toc_act toc_engine_act(struct toc_engine *engine, const struct toc_action *action,
                            enum toc_action_refusal *out_reason)
{
    int64_t at_ms = action->at_ms;

    if (at_ms == TOC_INSTANT_NONE ||
        (engine->now_ms != TOC_INSTANT_NONE && at_ms > engine->now_ms)) {
        at_ms = engine->now_ms;
    }
    if (at_ms == TOC_INSTANT_NONE) { /* Neither a clock nor a time of its own. */
        *out_reason = TOC_ACTION_REFUSAL_MISSING_FIELD;
        return TOC_ACT_REFUSED;
    }
    if (action->kind == TOC_ACTION_SILENCE || action->kind == TOC_ACTION_UNSILENCE) {
        return toc_silence_act(engine, action, at_ms, out_reason);
    }
    toc_assert(action->alert_id.size == TOC_ALERT_ID - 1);
    char id[TOC_ALERT_ID] = "";
    memcpy(id, action->alert_id.data, TOC_ALERT_ID - 1);
    struct toc_alert *alert = find(engine, id);
    if (alert == NULL && engine->is_muted) {
        alert = find_by_key(engine, &action->which);
    }
    if (alert == NULL) {
        *out_reason = toc_adopt_find(engine, id) != NULL ? TOC_ACTION_REFUSAL_NOT_YET
                                                         : TOC_ACTION_REFUSAL_UNKNOWN_ALERT;
        return TOC_ACT_REFUSED;
    }
    const struct toc_episode *episode = episode_of(alert);
    if (!alert->is_open || episode == NULL) {
        *out_reason = TOC_ACTION_REFUSAL_OVER;
        return TOC_ACT_REFUSED;
    }
    struct toc_remark what = {
        .at_ms = at_ms, .who = action->by, .post = action->post, .note = action->note};
    if (action->kind == TOC_ACTION_ALL_CLEAR || action->kind == TOC_ACTION_FALSE_ALARM) {
        return end(engine, alert, episode, action, &what, out_reason);
    }
    return remark(engine, alert, episode, action->kind, &what, out_reason);
}
