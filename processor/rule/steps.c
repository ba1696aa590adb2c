/* steps.c - `event` and `sequence`: the steps, their ties, and what must not come between. */
#include "rule/draft.h"

/* event, sequence: steps. */
void toc_steps_read(struct toc_draft *draft, const struct toc_yaml *node)
{
    struct toc_loader *loader = draft->loader;
    struct toc_rule *rule = draft->rule;
    struct toc_reference references[TOC_RULE_STEPS];

    if (rule->kind == TOC_KIND_SEQUENCE && node->kind != TOC_YAML_SEQUENCE) {
        (void)toc_loader_is(loader, node, TOC_YAML_SEQUENCE, "`sequence`");
        return;
    }
    if (rule->kind == TOC_KIND_EVENT && node->kind != TOC_YAML_SCALAR) {
        (void)toc_loader_is(loader, node, TOC_YAML_SCALAR, "`event`");
        return;
    }
    size_t count = toc_reference_read(draft, node, "a sequence", TOC_RULE_STEPS, references);
    if (rule->kind == TOC_KIND_SEQUENCE && node->count == 1) {
        toc_loader_error(loader, "E0336", node->mark,
                         "a sequence has at least two steps; for one, write `event`");
    }
    for (size_t i = 0; i < count; i++) {
        const struct toc_reference *reference = &references[i];
        size_t earlier = 0;

        if (reference->alias < 0) {
            continue;
        }
        for (size_t j = 0; j < i; j++) {
            earlier += references[j].alias == reference->tie.alias ? 1 : 0;
        }
        if (reference->tie.alias >= 0 && earlier != 1) {
            toc_loader_error(loader, "E0311", reference->tie_mark,
                             "a step can be near one earlier step; \"%.*s\" is %s",
                             (int)draft->alias_names[reference->tie.alias].size,
                             draft->alias_names[reference->tie.alias].data,
                             earlier == 0 ? "none" : "two of them");
            continue;
        }
        rule->steps[rule->step_count++] =
            (struct toc_step){.alias = reference->alias, .tie = reference->tie};
        toc_reference_role(draft, reference->alias, TOC_ROLE_COUNTED, reference->mark);
    }
}

void toc_steps_without(struct toc_draft *draft, const struct toc_yaml *node)
{
    struct toc_loader *loader = draft->loader;
    struct toc_rule *rule = draft->rule;
    struct toc_reference references[TOC_RULE_ALIASES];
    size_t count = toc_reference_read(draft, node, "`without`", TOC_RULE_ALIASES, references);

    for (size_t i = 0; i < count; i++) {
        const struct toc_reference *reference = &references[i];
        size_t steps = 0;

        if (reference->alias < 0) {
            continue;
        }
        if ((rule->aliases[reference->alias].roles & TOC_ROLE_WITHOUT) != 0) {
            toc_loader_error(loader, "E0338", reference->mark, "`without` names \"%.*s\" twice",
                             (int)draft->alias_names[reference->alias].size,
                             draft->alias_names[reference->alias].data);
            continue;
        }
        for (size_t j = 0; j < rule->step_count; j++) {
            steps += rule->steps[j].alias == reference->tie.alias ? 1 : 0;
        }
        if (reference->tie.alias >= 0 && steps != 1) {
            toc_loader_error(loader, "E0311", reference->tie_mark,
                             "`without` can be near one step of the sequence; \"%.*s\" is %s",
                             (int)draft->alias_names[reference->tie.alias].size,
                             draft->alias_names[reference->tie.alias].data,
                             steps == 0 ? "none" : "two of them");
            continue;
        }
        rule->aliases[reference->alias].without_tie = reference->tie;
        toc_reference_role(draft, reference->alias, TOC_ROLE_WITHOUT, reference->mark);
    }
}
