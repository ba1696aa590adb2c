#include "rule/rule.h"

int64_t toc_rule_memory_ms(const struct toc_rule *rule)
{
    int64_t memory_ms = rule->within_ms;

    if (rule->kind == TOC_KIND_TREND) {
        memory_ms += (int64_t)rule->trend.windows * rule->trend.step_ms;
        memory_ms = rule->trend.warm_up_ms > memory_ms ? rule->trend.warm_up_ms : memory_ms;
    }
    if (rule->deadline_ms > memory_ms) {
        memory_ms = rule->deadline_ms;
    }
    if (rule->alert.expire_after_ms > memory_ms) {
        memory_ms = rule->alert.expire_after_ms;
    }
    return memory_ms + rule->alert.for_ms + rule->alert.keep_firing_ms + rule->below_memory_ms +
           rule->keep_ms;
}

int64_t toc_rule_lag_ms(const struct toc_rule *rule)
{
    for (size_t a = 0; a < rule->alias_count; a++) {
        for (size_t b = 0; b < rule->aliases[a].binding_count; b++) {
            if (rule->aliases[a].bindings[b].from_slot != TOC_SLOT_NONE) {
                return rule->below_lag_ms + TOC_RULE_FROM_MS;
            }
        }
    }
    return rule->below_lag_ms;
}

const char *toc_change_text(enum toc_change change)
{
    static const char *const texts[] = {
        [TOC_CHANGE_NONE] = "",
        [TOC_CHANGE_NEW] = "new",
        [TOC_CHANGE_ACKED] = "acked",
        [TOC_CHANGE_ESCALATED] = "escalated",
        [TOC_CHANGE_DEESCALATED] = "deescalated",
        [TOC_CHANGE_CLEARED] = "cleared",
        [TOC_CHANGE_EXPIRED] = "expired",
    };

    return texts[change];
}

size_t toc_rule_part_count(const struct toc_rule *rule)
{
    return rule->milestone_count > 0 ? rule->milestone_count : 1;
}

const struct toc_rule *toc_rule_part(const struct toc_rule *rule, size_t index)
{
    return rule->milestone_count > 0 ? &rule->parts[index] : rule;
}

bool toc_rule_has_levels(const struct toc_rule *rule)
{
    return rule->warn_percent > 0 || rule->alert.has_when;
}

static const char *const level_texts[] = {
    [TOC_LEVEL_INFORMATIONAL] = "informational",
    [TOC_LEVEL_LOW] = "low",
    [TOC_LEVEL_MEDIUM] = "medium",
    [TOC_LEVEL_HIGH] = "high",
    [TOC_LEVEL_CRITICAL] = "critical",
};

const char *toc_level_text(enum toc_level level)
{
    return level_texts[level];
}

bool toc_level_parse(struct toc_str text, enum toc_level *out)
{
    for (int i = 0; i <= TOC_LEVEL_CRITICAL; i++) {
        if (toc_str_equal(text, toc_str_of(level_texts[i]))) {
            *out = (enum toc_level)i;
            return true;
        }
    }
    return false;
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
        [TOC_KIND_RATIO] = "ratio",
        [TOC_KIND_PERCENTILE] = "percentile",
        [TOC_KIND_TREND] = "trend",
    };

    return texts[kind];
}

bool toc_rule_is_valued(const struct toc_rule *rule)
{
    switch (rule->kind) {
    case TOC_KIND_SUM:
    case TOC_KIND_AVERAGE:
    case TOC_KIND_MIN:
    case TOC_KIND_MAX:
    case TOC_KIND_RATIO:
    case TOC_KIND_PERCENTILE:
    case TOC_KIND_TREND:
        return true;
    default:
        return false;
    }
}
