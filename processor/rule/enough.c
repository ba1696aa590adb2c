/* enough.c - `at_least_events`, `min_distinct`: how much there must be before anything is said. */
#include "rule/draft.h"

static void read_least_events(struct toc_draft *draft, const struct toc_yaml *node)
{
    struct toc_loader *loader = draft->loader;
    struct toc_str text;

    if (!toc_loader_text(loader, node, "at_least_events", &text)) {
        return;
    }
    int64_t least;
    int bottom = draft->rule->kind == TOC_KIND_TREND ? 0 : 1; /* None at all is a trend, too. */
    if (!toc_loader_decimal(text, 0, &least) || least < bottom || least > TOC_RULE_COUNT_MAX) {
        toc_loader_error(loader, "E0320", node->mark,
                         "`at_least_events` must be a whole number from %d to %d", bottom,
                         (int)TOC_RULE_COUNT_MAX);
        return;
    }
    draft->rule->least_events = least;
}

/* The field has a value that can be told apart, in every type of every event counted. */
static bool read_field(struct toc_draft *draft, const struct toc_yaml *node, size_t index)
{
    struct toc_rule *rule = draft->rule;

    for (size_t c = 0; c < rule->counted_count; c++) {
        struct toc_alias *alias = &rule->aliases[rule->counted[c]];

        if (draft->is_broken[rule->counted[c]]) {
            continue;
        }
        const int *slots =
            toc_events_slots_of(draft, rule->counted[c], node->key, node->key_mark, TOC_FITS_KEY);
        if (slots == NULL) {
            return false;
        }
        for (size_t i = 0; i < alias->binding_count; i++) {
            alias->bindings[i].distinct_slots[index] = slots[i];
        }
    }
    return true;
}

static void read_min_distinct(struct toc_draft *draft, const struct toc_yaml *node)
{
    struct toc_loader *loader = draft->loader;
    struct toc_rule *rule = draft->rule;

    if (!toc_loader_is(loader, node, TOC_YAML_MAPPING, "`min_distinct`")) {
        return;
    }
    if (rule->has_near) {
        toc_loader_error(loader, "E0329", node->key_mark,
                         "`min_distinct` does not go with events near each other");
        return;
    }
    if (node->count == 0 || node->count > TOC_RULE_MIN_DISTINCT) {
        toc_loader_error(loader, "E0336", node->mark, "`min_distinct` takes 1 to %d fields",
                         (int)TOC_RULE_MIN_DISTINCT);
        return;
    }
    for (const struct toc_yaml *child = node->first; child != NULL; child = child->next) {
        size_t index = rule->distinct_field_count;
        struct toc_str text;
        int64_t least;

        if (!read_field(draft, child, index) ||
            !toc_loader_text(loader, child, "`min_distinct`", &text)) {
            continue;
        }
        if (!toc_loader_decimal(text, 0, &least) || least < 1 || least > TOC_RULE_COUNT_MAX) {
            toc_loader_error(loader, "E0320", child->mark,
                             "`min_distinct` takes whole numbers from 1 to %d",
                             (int)TOC_RULE_COUNT_MAX);
            continue;
        }
        rule->distinct_fields[index] = child->key;
        rule->distinct_least[index] = least;
        rule->distinct_field_count++;
    }
}

void toc_enough_read(struct toc_draft *draft, bool has_events)
{
    const struct toc_yaml *events = toc_yaml_find(draft->when, "at_least_events");
    const struct toc_yaml *distinct = toc_yaml_find(draft->when, "min_distinct");

    draft->rule->least_events = has_events ? 1 : 0;
    if (events != NULL && has_events) {
        read_least_events(draft, events);
    }
    if (distinct != NULL) {
        read_min_distinct(draft, distinct);
    }
}
