/* alert/level.c - which level of an episode is told, and when. rules/README.md, "Levels".
 * A rise is told at once where the rule's begins are; all else when the watermark has passed it. */
#include "alert/alert.h"

size_t toc_alert_levels(const struct toc_episode *episode, const struct toc_telling *telling,
                        struct toc_level_since out[TOC_EPISODE_LEVELS])
{
    size_t count = 0;

    for (size_t i = 0; i < episode->level_count; i++) {
        const struct toc_level_since *level = &episode->levels[i];
        bool is_decided =
            telling->watermark_ms != TOC_INSTANT_NONE && telling->watermark_ms > level->since_ms;
        if (i == 0 || is_decided || (telling->is_at_once && level->level > out[count - 1].level)) {
            out[count++] = *level;
        }
    }
    return count;
}

static uint64_t digest_of(const struct toc_level_since levels[], size_t count)
{
    uint64_t digest = 0;

    for (size_t i = 0; i < count; i++) {
        const uint64_t pair[] = {(uint64_t)levels[i].since_ms, levels[i].level};
        digest = toc_hash64(pair, sizeof pair, digest);
    }
    return digest;
}

/* How many of @levels were told. */
static size_t told_of(const struct toc_alert *alert, const struct toc_level_since levels[],
                      size_t count)
{
    while (count > 1 && levels[count - 1].since_ms > alert->level_ms) {
        count--;
    }
    return count;
}

void toc_alert_note_level(struct toc_alert *alert, const struct toc_episode *episode,
                          const struct toc_telling *telling)
{
    struct toc_level_since levels[TOC_EPISODE_LEVELS];
    size_t count = toc_alert_levels(episode, telling, levels);

    const struct toc_level_since *level =
        &levels[count == 0 || alert->state == TOC_ALERT_NEW ? 0 : count - 1];
    if (count == 0) {
        levels[0] = (struct toc_level_since){.level = (uint8_t)telling->rule->level};
    }
    if (alert->state == TOC_ALERT_ESCALATED || alert->state == TOC_ALERT_DEESCALATED) {
        alert->level_digest = digest_of(levels, told_of(alert, levels, count));
        return; /* Whoever tells it has set the level. */
    }
    enum toc_level raised = toc_alert_raised(alert, telling->rule);
    alert->evidence_level = (enum toc_level)level->level;
    alert->level = alert->evidence_level > raised ? alert->evidence_level : raised;
    alert->level_ms = level->since_ms;
    alert->level_digest = digest_of(levels, told_of(alert, levels, count));
}

bool toc_alert_is_level_changed(const struct toc_alert *alert, const struct toc_episode *episode,
                                const struct toc_telling *telling)
{
    struct toc_level_since levels[TOC_EPISODE_LEVELS];
    size_t count = toc_alert_levels(episode, telling, levels);

    return count > 0 && digest_of(levels, told_of(alert, levels, count)) != alert->level_digest;
}

static void tell(struct toc_alert *alert, const struct toc_episode *episode,
                 const struct toc_level_since *to, const struct toc_telling *telling)
{
    enum toc_level raised = toc_alert_raised(alert, telling->rule);

    alert->level_ms = to->since_ms;
    alert->evidence_level = (enum toc_level)to->level;
    enum toc_level level = alert->evidence_level > raised ? alert->evidence_level : raised;
    if (alert->level == level) {
        return;
    }
    alert->previous_level = alert->level;
    alert->level = level;
    toc_alert_tell(alert, episode,
                   alert->level > alert->previous_level ? TOC_ALERT_ESCALATED
                                                        : TOC_ALERT_DEESCALATED,
                   true, telling);
}

void toc_alert_tell_levels(struct toc_alert *alert, const struct toc_episode *episode,
                           const struct toc_telling *telling, struct toc_alerts_due *due)
{
    struct toc_level_since levels[TOC_EPISODE_LEVELS];
    size_t count = toc_alert_levels(episode, telling, levels);

    for (size_t i = 0; i < count; i++) {
        if (levels[i].since_ms > alert->level_ms) {
            tell(alert, episode, &levels[i], telling);
        }
    }
    if (count == 0) {
        levels[count++] = (struct toc_level_since){.since_ms = alert->level_ms,
                                                   .level = (uint8_t)telling->rule->level};
    }
    /* After a late event, or an edit of the rule, what was told may not be so any more. */
    tell(alert, episode, &levels[count - 1], telling);
    for (size_t i = 1; i < episode->level_count; i++) {
        int64_t since_ms = episode->levels[i].since_ms;
        if (since_ms >= telling->watermark_ms && since_ms + 1 < due->watermark_ms) {
            due->watermark_ms = since_ms + 1;
        }
    }
}
