/* How bad an episode is, ms by ms. rules/README.md, "Levels".
 * Without values that are compared a level follows from the evidence alone and from when each piece
 * became evidence; so a step adds at most one change, and what comes in before the last change (two
 * clusters that join, a clock reported late) lets all be found anew. */
#include "base/assert.h"
#include "match/match.h"

/* What the rule itself says at @at_ms: one lower while only the warning has passed. */
static uint8_t base_at(const struct toc_rule *rule, const struct toc_episode *episode,
                       int64_t at_ms)
{
    bool is_warning = rule->warn_percent > 0 && at_ms < episode->due_ms;

    return (uint8_t)(is_warning && rule->level > TOC_LEVEL_INFORMATIONAL ? rule->level - 1
                                                                         : rule->level);
}

/* All levels up to @at_ms, from the begin on. */
static void find_anew(const struct toc_match *match, struct toc_episode *episode, int64_t at_ms)
{
    episode->level_count = 0;
    episode->is_unleveled = false;
    toc_episode_level(episode, episode->begin_ms, base_at(match->rule, episode, episode->begin_ms));
    if (episode->due_ms > episode->begin_ms && episode->due_ms <= at_ms) {
        toc_episode_level(episode, episode->due_ms, base_at(match->rule, episode, episode->due_ms));
    }
}

void toc_level_note(const struct toc_match *match, struct toc_episode *episode, int64_t at_ms)
{
    if (!toc_rule_has_levels(match->rule)) {
        return;
    }
    toc_assert(at_ms >= episode->begin_ms);
    if (episode->level_count == 0 || episode->is_unleveled) {
        find_anew(match, episode, at_ms);
    }
    toc_episode_level(episode, at_ms, base_at(match->rule, episode, at_ms));
}
