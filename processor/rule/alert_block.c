/* alert_block.c - the words of `alert`: where it is told, how it is paced, what ends it. */
#include "rule/draft.h"

enum { TOPIC_MOST = 200 }; /* Kafka's 249 less what mode and shadow add. */

bool toc_alert_block_topic(struct toc_loader *loader, const struct toc_yaml *node,
                           struct toc_str *out)
{
    struct toc_str topic;

    if (!toc_loader_text(loader, node, "topic", &topic)) {
        return false;
    }
    for (size_t i = 0; i < topic.size; i++) {
        char c = topic.data[i];
        bool is_fit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '.' || c == '_' || c == '-';

        if (!is_fit || topic.size > TOPIC_MOST) {
            toc_loader_error(loader, "E0335", node->mark,
                             "a topic is letters, digits, . _ and -, at most %d", (int)TOPIC_MOST);
            return false;
        }
    }
    if (toc_str_equal(topic, TOC_STR(".")) || toc_str_equal(topic, TOC_STR(".."))) {
        toc_loader_error(loader, "E0335", node->mark, "Kafka has no topic of that name");
        return false;
    }
    *out = topic;
    toc_loader_check_names(loader, node, loader->topics, "E0308", "topic");
    return true;
}

static void read_topic(struct toc_draft *draft, const struct toc_yaml *node)
{
    if (node != NULL) {
        (void)toc_alert_block_topic(draft->loader, node, &draft->rule->alert.topic);
    } else if (!toc_loader_is_misspelt(draft->loader, draft->alert, "topic")) {
        toc_loader_error(draft->loader, "E0302", draft->alert->key_mark, "`alert` lacks `topic`");
    }
}

static void read_pace(struct toc_draft *draft, const char *key, bool is_paced, int64_t *out_ms)
{
    const struct toc_yaml *node = toc_yaml_find(draft->alert, key);

    if (node == NULL || !toc_loader_span(draft->loader, node, key, out_ms)) {
        return;
    }
    if (is_paced && !draft->is_when_broken && !toc_when_is_windowed(draft->rule) &&
        draft->rule->kind != TOC_KIND_LATEST) {
        toc_loader_error(draft->loader, "E0326", node->key_mark,
                         "`%s` goes with kinds that have a window, and latest; here "
                         "`expire_after` says how long the alert stays",
                         key);
    }
}

static void read_clear_when(struct toc_draft *draft, const struct toc_yaml *node)
{
    struct toc_loader *loader = draft->loader;
    struct toc_rule *rule = draft->rule;
    struct toc_reference references[TOC_RULE_ALIASES];
    size_t count = toc_reference_read(draft, node, "`clear_when`", TOC_RULE_ALIASES, references);

    for (size_t i = 0; i < count; i++) {
        const struct toc_reference *reference = &references[i];

        if (reference->alias < 0) {
            continue;
        }
        struct toc_alias *alias = &rule->aliases[reference->alias];
        struct toc_str name = draft->alias_names[reference->alias];
        const unsigned evidence =
            (unsigned)TOC_ROLE_COUNTED | (unsigned)TOC_ROLE_AFTER |
            (rule->kind == TOC_KIND_SILENCE ? (unsigned)TOC_ROLE_EXPECTED : 0);

        if ((alias->roles & TOC_ROLE_CLEAR) != 0) {
            toc_loader_error(loader, "E0338", reference->mark, "`clear_when` names \"%.*s\" twice",
                             (int)name.size, name.data);
            continue;
        }
        if ((alias->roles & evidence) != 0) {
            toc_loader_error(loader, "E0340", reference->mark,
                             "\"%.*s\" would end the alert it makes", (int)name.size, name.data);
            continue;
        }
        if (reference->tie.alias >= 0 &&
            (rule->aliases[reference->tie.alias].roles & evidence) == 0) {
            struct toc_str other = draft->alias_names[reference->tie.alias];

            toc_loader_error(loader, "E0311", reference->tie_mark,
                             "\"%.*s\" makes no alert here: `clear_when` can be near an event "
                             "that does",
                             (int)other.size, other.data);
            continue;
        }
        alias->roles |= TOC_ROLE_CLEAR;
        alias->clear_tie = reference->tie;
        draft->role_marks[reference->alias] = reference->mark;
    }
}

/* A cluster joins across gaps by keep_firing_for, and `for` would have to be served anew at each:
 * nobody has asked for both. */
static void check_cluster(struct toc_draft *draft)
{
    const struct toc_rule *rule = draft->rule;
    const struct toc_yaml *node = toc_yaml_find(draft->alert, "for");

    if (!draft->is_when_broken && rule->has_near && rule->key_part_count == 0 &&
        rule->alert.for_ms > 0 && rule->alert.keep_firing_ms > 0) {
        toc_loader_error(draft->loader, "E0326", node->key_mark,
                         "without group_by, `near` goes with `for` or with `keep_firing_for`, not "
                         "with both");
    }
}

/* cap: { at_most: N, within: D } */
static void read_cap(struct toc_draft *draft, const struct toc_yaml *node)
{
    struct toc_loader *loader = draft->loader;
    struct toc_alert_spec *alert = &draft->rule->alert;
    struct toc_str text;
    int64_t most;

    if (!toc_loader_is(loader, node, TOC_YAML_MAPPING, "`cap`") ||
        !toc_loader_keys(loader, node, TOC_BLOCK_CAP, NULL)) {
        return;
    }
    const struct toc_yaml *at_most = toc_yaml_find(node, "at_most");
    const struct toc_yaml *within = toc_yaml_find(node, "within");
    if (at_most == NULL || within == NULL) {
        toc_loader_error(loader, "E0302", node->key_mark, "`cap` lacks `%s`",
                         at_most == NULL ? "at_most" : "within");
        return;
    }
    (void)toc_loader_span(loader, within, "within", &alert->cap_within_ms);
    if (!toc_loader_text(loader, at_most, "at_most", &text)) {
        return;
    }
    if (!toc_loader_decimal(text, 0, &most) || most < 1 || most > TOC_RULE_CAP_MOST) {
        toc_loader_error(loader, "E0320", at_most->mark, "`at_most` of a cap is 1 to %d",
                         (int)TOC_RULE_CAP_MOST);
        return;
    }
    alert->cap_most = (uint32_t)most;
}

static void check_end(struct toc_draft *draft, bool has_clear_when)
{
    const struct toc_rule *rule = draft->rule;

    if (draft->is_when_broken || !toc_when_needs_end(rule) || has_clear_when ||
        toc_yaml_find(draft->alert, "expire_after") != NULL ||
        toc_loader_is_misspelt(draft->loader, draft->alert, "expire_after") ||
        toc_loader_is_misspelt(draft->loader, draft->alert, "clear_when")) {
        return;
    }
    toc_loader_error(draft->loader, "E0325", draft->alert->key_mark,
                     "this alert would have no end: add `clear_when` or `expire_after`");
}

void toc_alert_block_read(struct toc_draft *draft)
{
    struct toc_loader *loader = draft->loader;
    struct toc_alert_spec *alert = &draft->rule->alert;
    const struct toc_yaml *node;

    if (!toc_loader_is(loader, draft->alert, TOC_YAML_MAPPING, "`alert`")) {
        return;
    }
    (void)toc_loader_keys(loader, draft->alert, TOC_BLOCK_ALERT, NULL);
    read_topic(draft, toc_yaml_find(draft->alert, "topic"));
    node = toc_yaml_find(draft->alert, "urgent");
    if (node != NULL) {
        (void)toc_loader_bool(loader, node, "urgent", &alert->is_urgent);
    }
    node = toc_yaml_find(draft->alert, "recipients");
    if (node != NULL &&
        toc_loader_texts(loader, node, "recipients", &alert->recipients, &alert->recipient_count)) {
        toc_loader_check_names(loader, node, loader->recipients, "E0309", "recipient");
    }
    read_pace(draft, "for", true, &alert->for_ms);
    read_pace(draft, "keep_firing_for", true, &alert->keep_firing_ms);
    check_cluster(draft);
    read_pace(draft, "update_every", false, &alert->update_every_ms);
    read_pace(draft, "expire_after", false, &alert->expire_after_ms);
    node = toc_yaml_find(draft->alert, "cap");
    if (node != NULL) {
        read_cap(draft, node);
    }
    const struct toc_yaml *clear_when = toc_yaml_find(draft->alert, "clear_when");
    if (clear_when != NULL && !draft->is_when_broken) {
        read_clear_when(draft, clear_when);
    }
    check_end(draft, clear_when != NULL);
}
