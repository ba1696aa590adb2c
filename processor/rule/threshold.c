/* threshold.c - at_least, more_than, at_most, less_than: one of them, and what it is held to. */
#include "rule/draft.h"

static const char *const comparisons[] = {[TOC_AT_LEAST] = "at_least",
                                          [TOC_MORE_THAN] = "more_than",
                                          [TOC_AT_MOST] = "at_most",
                                          [TOC_LESS_THAN] = "less_than"};

/* Is the threshold one that can be met, and not always is? @top: the most there can be, 0 = any. */
static void check_threshold(struct toc_draft *draft, const struct toc_yaml *node, int64_t top)
{
    struct toc_rule *rule = draft->rule;
    int64_t threshold = rule->threshold;
    const char *fault = NULL;

    if (rule->compare == TOC_AT_LEAST && threshold == 0) {
        fault = "always met; write 1 or more";
    } else if (rule->compare == TOC_LESS_THAN && threshold == 0) {
        fault = "never met: nothing counts less than 0";
    } else if (top > 0 && threshold + (rule->compare == TOC_MORE_THAN ? 1 : 0) > top) {
        fault = "never met: there are not so many kinds";
    }
    if (fault != NULL) {
        toc_loader_error(draft->loader, "E0321", node->mark, "%s %.*s is %s",
                         comparisons[rule->compare], (int)node->text.size, node->text.data, fault);
    }
}

static void read_threshold(struct toc_draft *draft, const struct toc_yaml *kind_node,
                           const struct toc_yaml *node)
{
    struct toc_loader *loader = draft->loader;
    struct toc_rule *rule = draft->rule;
    bool is_value = toc_rule_is_valued(rule);
    struct toc_str text;

    if (!toc_loader_text(loader, node, node->key.data, &text)) {
        return;
    }
    char first = text.data[0];
    bool is_word = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z');
    if (is_word && memchr(text.data, '.', text.size) != NULL) {
        rule->has_own = true;
        rule->threshold = 1; /* Stands for each until they are read. */
        draft->own = node;
        return;
    }
    if (is_value) {
        if (!toc_loader_decimal(text, 6, &rule->threshold)) {
            toc_loader_error(loader, "E0320", node->mark,
                             "`%.*s` must be a number of at most six decimals, up to 9 * 10^12",
                             (int)node->key.size, node->key.data);
            return;
        }
        if (rule->kind == TOC_KIND_RATIO &&
            ((rule->compare == TOC_AT_LEAST && rule->threshold <= 0) ||
             (rule->compare == TOC_MORE_THAN && rule->threshold < 0) ||
             (rule->compare == TOC_AT_MOST && rule->threshold < 0) ||
             (rule->compare == TOC_LESS_THAN && rule->threshold <= 0))) {
            toc_loader_error(loader, "E0321", node->mark,
                             "always or never met: a ratio is 0 or more");
        }
        if (rule->kind == TOC_KIND_SUM && rule->is_sum_rising &&
            ((rule->compare == TOC_AT_LEAST && rule->threshold <= 0) ||
             (rule->compare == TOC_MORE_THAN && rule->threshold < 0))) {
            toc_loader_error(
                loader, "E0321", node->mark,
                "met by any event: the field is never below 0; write a number above it");
        }
        return;
    }
    if (!toc_loader_decimal(text, 0, &rule->threshold) || rule->threshold < 0 ||
        rule->threshold > TOC_RULE_COUNT_MAX) {
        toc_loader_error(loader, "E0320", node->mark, "`%.*s` must be a whole number from 0 to %d",
                         (int)node->key.size, node->key.data, (int)TOC_RULE_COUNT_MAX);
        return;
    }
    check_threshold(draft, node, rule->kind == TOC_KIND_ANY_KINDS ? (int64_t)kind_node->count : 0);
}

void toc_threshold_read(struct toc_draft *draft, const struct toc_yaml *kind_node)
{
    struct toc_loader *loader = draft->loader;
    const struct toc_yaml *found = NULL;

    for (int i = TOC_AT_LEAST; i <= TOC_LESS_THAN; i++) {
        const struct toc_yaml *node = toc_yaml_find(draft->when, comparisons[i]);

        if (node == NULL) {
            continue;
        }
        if (found != NULL) {
            toc_loader_error(loader, "E0328", node->key_mark, "one comparison is enough");
            continue;
        }
        found = node;
        draft->rule->compare = (enum toc_compare)i;
        if (draft->rule->kind == TOC_KIND_ANY_KINDS && i >= TOC_AT_MOST) {
            toc_loader_error(loader, "E0328", node->key_mark,
                             "`any_kinds` takes at_least or more_than");
            continue;
        }
        read_threshold(draft, kind_node, node);
    }
    bool is_meant = false;
    for (int i = TOC_AT_LEAST; i <= TOC_LESS_THAN; i++) {
        is_meant = is_meant || toc_loader_is_misspelt(draft->loader, draft->when, comparisons[i]);
    }
    if (found == NULL && !is_meant) {
        toc_loader_error(loader, "E0328", kind_node->key_mark,
                         "`%.*s` needs one of at_least, more_than, at_most, less_than",
                         (int)kind_node->key.size, kind_node->key.data);
    }
}
