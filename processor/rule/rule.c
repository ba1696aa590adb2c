#include "rule/rule.h"

int64_t toc_rule_memory_ms(const struct toc_rule *rule)
{
    int64_t memory_ms = rule->within_ms;

    if (rule->deadline_ms > memory_ms) {
        memory_ms = rule->deadline_ms;
    }
    if (rule->alert.expire_after_ms > memory_ms) {
        memory_ms = rule->alert.expire_after_ms;
    }
    return memory_ms + rule->alert.for_ms + rule->alert.keep_firing_ms;
}

const char *toc_level_text(enum toc_level level)
{
    static const char *const texts[] = {
        [TOC_LEVEL_INFORMATIONAL] = "informational",
        [TOC_LEVEL_LOW] = "low",
        [TOC_LEVEL_MEDIUM] = "medium",
        [TOC_LEVEL_HIGH] = "high",
        [TOC_LEVEL_CRITICAL] = "critical",
    };

    return texts[level];
}

const char *toc_rule_kind_text(enum toc_rule_kind kind)
{
    static const char *const texts[] = {
        [TOC_KIND_EVENT] = "event",
        [TOC_KIND_SEQUENCE] = "sequence",
        [TOC_KIND_LATEST] = "latest",
        [TOC_KIND_COUNT] = "count",
        [TOC_KIND_COUNT_DISTINCT] = "count_distinct",
        [TOC_KIND_SUM] = "sum",
        [TOC_KIND_AVERAGE] = "average",
        [TOC_KIND_MIN] = "min",
        [TOC_KIND_MAX] = "max",
        [TOC_KIND_ALL_OF] = "all_of",
        [TOC_KIND_ANY_KINDS] = "any_kinds",
        [TOC_KIND_ABSENCE] = "absence",
        [TOC_KIND_SILENCE] = "silence",
    };

    return texts[kind];
}
