/* Silence is no all-clear: while an input is blind, an emptying window ends nothing.
 * rules/README.md, "What people do, and what the machine holds back". */
#include "alert/alert.h"

/* Which inputs keep @episode from being over: those that are blind, or were when it would have
 * ended, and were not heard up to then. */
static uint64_t unseen(const struct toc_alert *alert, const struct toc_episode *episode,
                       const struct toc_telling *telling)
{
    uint64_t by = 0;

    for (size_t i = 0; i < telling->sight_count; i++) {
        const struct toc_sight *sight = &telling->sights[i];
        uint64_t bit = UINT64_C(1) << sight->bit;
        bool was_blind = alert != NULL && (alert->held.by & bit) != 0;
        if ((sight->is_blind || was_blind) &&
            (sight->heard_ms == TOC_INSTANT_NONE || sight->heard_ms < episode->end_ms)) {
            by |= bit;
        }
    }
    return by;
}

struct toc_held toc_alert_withhold(const struct toc_alert *alert, const struct toc_episode *episode,
                                   const struct toc_telling *telling, bool *is_over)
{
    struct toc_held held = {.end_ms = TOC_INSTANT_NEVER};
    int64_t span_ms = telling->rule->alert.expire_after_ms;
    enum toc_ending ending = TOC_ENDING_EXPIRED;

    if (episode->ending != TOC_ENDING_WINDOW) {
        return held; /* Somebody or something says that it is over. */
    }
    held.by = unseen(alert, episode, telling);
    if (held.by == 0) {
        return held;
    }
    if (span_ms > 0 && episode->last_ms != TOC_INSTANT_NONE) {
        held.end_ms = episode->last_ms + span_ms;
    }
    if (episode->line_ms != TOC_INSTANT_NONE && episode->line_ms <= held.end_ms) {
        held.end_ms = episode->line_ms;
        ending = TOC_ENDING_LINE;
    }
    *is_over = telling->watermark_ms > held.end_ms;
    if (*is_over) {
        held.ending = ending;
    }
    return held;
}
