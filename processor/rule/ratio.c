/* ratio.c - `ratio: { of: EVENTS, to: EVENTS }`, each one event of the rule or a list of them. */
#include "rule/draft.h"

/* Count the event that @node names, unless it is counted already. */
static void add_event(struct toc_draft *draft, const struct toc_yaml *node, unsigned *mask)
{
    struct toc_rule *rule = draft->rule;
    int alias = toc_reference_alias(draft, node);

    if (alias < 0) {
        return;
    }
    if ((*mask >> alias & 1) != 0) {
        toc_loader_error(draft->loader, "E0338", node->mark, "\"%.*s\" is named twice",
                         (int)node->text.size, node->text.data);
        return;
    }
    *mask |= 1U << alias;
    if (((rule->ratio_of & rule->ratio_to) >> alias & 1) != 0) {
        return; /* On both sides of the line, but one event. */
    }
    if (rule->counted_count == TOC_RULE_STEPS) {
        toc_loader_error(draft->loader, "E0336", node->mark, "a ratio takes up to %d events",
                         (int)TOC_RULE_STEPS);
        return;
    }
    rule->counted[rule->counted_count++] = alias;
    toc_reference_role(draft, alias, TOC_ROLE_COUNTED, node->mark);
}

static void read_side(struct toc_draft *draft, const struct toc_yaml *node, unsigned *mask)
{
    if (node->kind == TOC_YAML_SCALAR) {
        add_event(draft, node, mask);
        return;
    }
    if (!toc_loader_is(draft->loader, node, TOC_YAML_SEQUENCE, node->key.data)) {
        return;
    }
    if (node->count == 0) {
        toc_loader_error(draft->loader, "E0336", node->mark, "`%.*s` names no event",
                         (int)node->key.size, node->key.data);
    }
    for (const struct toc_yaml *item = node->first; item != NULL; item = item->next) {
        add_event(draft, item, mask);
    }
}

void toc_ratio_read(struct toc_draft *draft, const struct toc_yaml *node)
{
    struct toc_loader *loader = draft->loader;
    struct toc_rule *rule = draft->rule;

    if (!toc_loader_is(loader, node, TOC_YAML_MAPPING, "`ratio`")) {
        return;
    }
    bool ok = toc_loader_keys(loader, node, TOC_BLOCK_RATIO, NULL);
    const struct toc_yaml *of = toc_yaml_find(node, "of");
    const struct toc_yaml *to = toc_yaml_find(node, "to");
    if (ok && (of == NULL || to == NULL)) {
        toc_loader_error(loader, "E0302", node->key_mark, "`ratio` lacks `%s`",
                         of == NULL ? "of" : "to");
    }
    if (of != NULL) {
        read_side(draft, of, &rule->ratio_of);
    }
    if (to != NULL) {
        read_side(draft, to, &rule->ratio_to);
    }
}
