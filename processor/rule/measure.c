/* measure.c - `count_distinct sum average min max`: { of: EVENT, field: FIELD }. */
#include "rule/draft.h"

/* The field of a value: its kind fits in every binding. */
static void read_value_field(struct toc_draft *draft, int index, const struct toc_yaml *node)
{
    struct toc_loader *loader = draft->loader;
    struct toc_rule *rule = draft->rule;
    struct toc_alias *alias = &rule->aliases[index];
    struct toc_str name;

    if (!toc_loader_text(loader, node, "field", &name)) {
        return;
    }
    int *slots = toc_arena_array(loader->arena, alias->binding_count + 1, sizeof *slots);
    if (!toc_events_slots(draft, index, name, node->mark, slots)) {
        return;
    }
    rule->is_sum_rising = rule->kind == TOC_KIND_SUM;
    for (size_t i = 0; i < alias->binding_count; i++) {
        const struct toc_type *type =
            toc_catalogue_type(loader->catalogue, (size_t)alias->bindings[i].type);
        enum toc_value_kind kind = toc_events_slot_kind(type, slots[i]);
        bool is_number = kind == TOC_VALUE_INTEGER || kind == TOC_VALUE_NUMBER;
        bool is_fit = rule->kind == TOC_KIND_COUNT_DISTINCT
                          ? kind != TOC_VALUE_POINT && kind != TOC_VALUE_LIST
                          : is_number;

        if (!is_fit) {
            toc_loader_error(loader, "E0313", node->mark, "\"%.*s\" of %.*s is %s", (int)name.size,
                             name.data, (int)type->name.size, type->name.data,
                             rule->kind == TOC_KIND_COUNT_DISTINCT ? "a location or a list"
                                                                   : "not a number");
            return;
        }
        alias->bindings[i].value_slot = slots[i];
        rule->is_sum_rising = rule->is_sum_rising && type->fields[slots[i]].has_range &&
                              type->fields[slots[i]].least >= 0;
    }
}

/* { of: ALIAS, field: FIELD } */
void toc_measure_read(struct toc_draft *draft, const struct toc_yaml *node)
{
    struct toc_loader *loader = draft->loader;

    if (!toc_loader_is(loader, node, TOC_YAML_MAPPING, node->key.data)) {
        return;
    }
    bool ok = toc_loader_keys(loader, node, TOC_BLOCK_MEASURE, node->key.data);
    const struct toc_yaml *of = toc_yaml_find(node, "of");
    const struct toc_yaml *field = toc_yaml_find(node, "field");
    if (ok && (of == NULL || field == NULL)) {
        toc_loader_error(loader, "E0302", node->key_mark, "`%.*s` lacks `%s`", (int)node->key.size,
                         node->key.data, of == NULL ? "of" : "field");
    }
    if (of != NULL && toc_reference_count(draft, of) && field != NULL) {
        int index = draft->rule->counted[draft->rule->counted_count - 1];

        if (!draft->is_broken[index]) {
            read_value_field(draft, index, field);
        }
    }
}
