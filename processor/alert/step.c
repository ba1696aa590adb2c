/* Steps of `escalate` by the lane clock: nobody has taken the alert, so others are told.
 * rules/README.md, "Levels". They follow the log: what has acted stays so while the alert lives. */
#include "alert/alert.h"

static bool is_by_clock(const struct toc_escalation *step)
{
    return step->when == NULL;
}

enum toc_level toc_alert_raised(const struct toc_alert *alert, const struct toc_rule *rule)
{
    enum toc_level level = TOC_LEVEL_INFORMATIONAL;

    for (size_t i = 0; i < rule->alert.escalation_count; i++) {
        const struct toc_escalation *step = &rule->alert.escalations[i];
        if ((alert->acted >> i & 1) != 0 && step->has_level && step->level > level) {
            level = step->level;
        }
    }
    return level;
}

/* The step whose time comes first of those that can still act, or NULL. */
static const struct toc_escalation *next_step(const struct toc_alert *alert,
                                              const struct toc_rule *rule)
{
    const struct toc_escalation *next = NULL;

    for (size_t i = 0; i < rule->alert.escalation_count; i++) {
        const struct toc_escalation *step = &rule->alert.escalations[i];
        bool can_act = is_by_clock(step) && (alert->acted >> i & 1) == 0 &&
                       !(step->is_unless_acked && alert->is_acked);
        if (can_act && (next == NULL || step->after_ms < next->after_ms)) {
            next = step;
        }
    }
    return next;
}

void toc_alert_tell_steps(struct toc_alert *alert, const struct toc_episode *episode,
                          const struct toc_telling *telling, struct toc_alerts_due *due)
{
    const struct toc_rule *rule = telling->rule;
    const struct toc_escalation *step;

    while (rule->alert.has_after && (step = next_step(alert, rule)) != NULL) {
        int64_t at_ms = alert->new_ms + step->after_ms;
        if (telling->now_ms < at_ms) {
            due->clock_ms = at_ms < due->clock_ms ? at_ms : due->clock_ms;
            return;
        }
        size_t index = (size_t)(step - rule->alert.escalations);
        alert->acted |= 1u << index;
        alert->acted_ms[index] = telling->now_ms;
        bool is_rise = step->has_level && step->level > alert->level;
        if (is_rise) {
            alert->previous_level = alert->level;
            alert->level = step->level;
        }
        toc_alert_tell(alert, episode, is_rise ? TOC_ALERT_ESCALATED : TOC_ALERT_UPDATE, true,
                       telling);
    }
}

void toc_alert_keep_steps(struct toc_alert *alert, const struct toc_rule *before,
                          const struct toc_rule *after)
{
    const struct toc_alert was = *alert;

    alert->acted = 0;
    for (size_t i = 0; i < after->alert.escalation_count; i++) {
        const struct toc_escalation *step = &after->alert.escalations[i];
        for (size_t j = 0; is_by_clock(step) && j < before->alert.escalation_count; j++) {
            const struct toc_escalation *old = &before->alert.escalations[j];
            if ((was.acted >> j & 1) != 0 && is_by_clock(old) && old->after_ms == step->after_ms &&
                toc_str_equal(old->topic, step->topic)) {
                alert->acted |= 1u << i;
                alert->acted_ms[i] = was.acted_ms[j];
            }
        }
    }
}

void toc_alert_write_steps(const struct toc_alert *alert, const struct toc_rule *rule,
                           struct toc_text *out)
{
    bool is_first = true;
    char text[TOC_INSTANT_TEXT];

    for (size_t i = 0; i < rule->alert.escalation_count; i++) {
        const struct toc_escalation *step = &rule->alert.escalations[i];
        if ((alert->acted >> i & 1) == 0) {
            continue;
        }
        toc_text_add(out, is_first ? TOC_STR(",\"escalations\":[{\"after\":\"")
                                   : TOC_STR(",{\"after\":\""));
        toc_span_format(step->after_ms, out);
        toc_instant_format(alert->acted_ms[i], text);
        toc_text_addf(out, "\",\"at\":\"%s\"", text);
        if (step->has_level) {
            toc_text_addf(out, ",\"level\":\"%s\"", toc_level_text(step->level));
        }
        if (step->topic.size > 0) {
            toc_text_add(out, TOC_STR(",\"topic\":"));
            toc_text_add_json(out, step->topic);
        }
        toc_text_add_char(out, '}');
        is_first = false;
    }
    toc_text_add(out, is_first ? TOC_STR("") : TOC_STR("]"));
}
