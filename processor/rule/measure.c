/* measure.c - `count_distinct sum average min max percentile`: { of: EVENT, field: FIELD }, and
 * what an average and a percentile say besides. */
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
    const int *slots =
        toc_events_slots_of(draft, index, name, node->mark,
                            rule->kind == TOC_KIND_COUNT_DISTINCT ? TOC_FITS_KEY : TOC_FITS_NUMBER);
    if (slots == NULL) {
        return;
    }
    rule->is_sum_rising = rule->kind == TOC_KIND_SUM;
    for (size_t i = 0; i < alias->binding_count; i++) {
        const struct toc_type *type =
            toc_catalogue_type(loader->catalogue, (size_t)alias->bindings[i].type);

        alias->bindings[i].value_slot = slots[i];
        const struct toc_field *field = toc_type_slot_field(type, slots[i]);

        rule->is_sum_rising =
            rule->is_sum_rising && field != NULL && field->has_range && field->least >= 0;
    }
}

/* `weight: FIELD`: a number in every binding. */
static void read_weight(struct toc_draft *draft, int index, const struct toc_yaml *node)
{
    struct toc_alias *alias = &draft->rule->aliases[index];
    struct toc_str name;

    if (!toc_loader_text(draft->loader, node, "weight", &name)) {
        return;
    }
    const int *slots = toc_events_slots_of(draft, index, name, node->mark, TOC_FITS_NUMBER);
    if (slots == NULL) {
        return;
    }
    for (size_t i = 0; i < alias->binding_count; i++) {
        alias->bindings[i].weight_slot = slots[i];
    }
    draft->rule->has_weight = true;
}

static void read_percent(struct toc_draft *draft, const struct toc_yaml *node)
{
    struct toc_loader *loader = draft->loader;
    struct toc_str text;
    int64_t percent;

    if (!toc_loader_text(loader, node, "p", &text)) {
        return;
    }
    if (!toc_loader_decimal(text, 3, &percent) || percent < 1 || percent > 100000) {
        toc_loader_error(loader, "E0320", node->mark,
                         "`p` must be more than 0 and at most 100, with at most three decimals");
        return;
    }
    draft->rule->percent = percent;
}

void toc_measure_read(struct toc_draft *draft, const struct toc_yaml *node)
{
    struct toc_loader *loader = draft->loader;

    if (!toc_loader_is(loader, node, TOC_YAML_MAPPING, node->key.data)) {
        return;
    }
    enum toc_block block = draft->rule->kind == TOC_KIND_AVERAGE      ? TOC_BLOCK_AVERAGE
                           : draft->rule->kind == TOC_KIND_PERCENTILE ? TOC_BLOCK_PERCENTILE
                                                                      : TOC_BLOCK_MEASURE;
    bool ok = toc_loader_keys(loader, node, block, node->key.data);
    const struct toc_yaml *of = toc_yaml_find(node, "of");
    const struct toc_yaml *field = toc_yaml_find(node, "field");
    const struct toc_yaml *percent = toc_yaml_find(node, "p");
    bool lacks_percent = block == TOC_BLOCK_PERCENTILE && percent == NULL;
    if (ok && (of == NULL || field == NULL || lacks_percent)) {
        toc_loader_error(loader, "E0302", node->key_mark, "`%.*s` lacks `%s`", (int)node->key.size,
                         node->key.data,
                         of == NULL      ? "of"
                         : field == NULL ? "field"
                                         : "p");
    }
    if (lacks_percent) {
        draft->rule->percent = 50000; /* Only so that what follows can be checked. */
    } else if (block == TOC_BLOCK_PERCENTILE) {
        read_percent(draft, percent);
    }
    const struct toc_yaml *half_life = toc_yaml_find(node, "half_life");
    const struct toc_yaml *weight = toc_yaml_find(node, "weight");
    if (block == TOC_BLOCK_AVERAGE && half_life != NULL) {
        (void)toc_loader_span(loader, half_life, "half_life", &draft->rule->half_life_ms);
    }
    if (of == NULL || !toc_reference_count(draft, of)) {
        return;
    }
    int index = draft->rule->counted[draft->rule->counted_count - 1];
    if (draft->rule->aliases[index].is_alert && block == TOC_BLOCK_AVERAGE &&
        (half_life != NULL || weight != NULL)) {
        toc_loader_error(loader, "E0329",
                         half_life != NULL ? half_life->key_mark : weight->key_mark,
                         "`%s` goes with reported events, not with alerts",
                         half_life != NULL ? "half_life" : "weight");
    }
    if (field != NULL && !draft->is_broken[index]) {
        read_value_field(draft, index, field);
    }
    if (block == TOC_BLOCK_AVERAGE && weight != NULL && !draft->is_broken[index]) {
        read_weight(draft, index, weight);
    }
}
