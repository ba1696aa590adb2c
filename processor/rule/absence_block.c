/* absence_block.c - `absence`: what is awaited, after what, and until when. */
#include "rule/draft.h"

/* absence `from`: a time of every event that starts the clock. */
static void read_from(struct toc_draft *draft, int index, const struct toc_yaml *node)
{
    struct toc_loader *loader = draft->loader;
    struct toc_alias *alias = &draft->rule->aliases[index];
    struct toc_str name;

    if (!toc_loader_text(loader, node, "from", &name)) {
        return;
    }
    int *slots = toc_arena_array(loader->arena, alias->binding_count + 1, sizeof *slots);
    if (!toc_events_slots(draft, index, name, node->mark, slots)) {
        return;
    }
    for (size_t i = 0; i < alias->binding_count; i++) {
        const struct toc_type *type =
            toc_catalogue_type(loader->catalogue, (size_t)alias->bindings[i].type);

        if (toc_events_slot_kind(type, slots[i]) != TOC_VALUE_TIME) {
            toc_loader_error(loader, "E0313", node->mark, "\"%.*s\" of %.*s is not a time",
                             (int)name.size, name.data, (int)type->name.size, type->name.data);
            return;
        }
        alias->bindings[i].from_slot = slots[i];
    }
}

void toc_absence_block_read(struct toc_draft *draft, const struct toc_yaml *node)
{
    struct toc_loader *loader = draft->loader;
    struct toc_rule *rule = draft->rule;

    if (!toc_loader_is(loader, node, TOC_YAML_MAPPING, "`absence`")) {
        return;
    }
    bool ok = toc_loader_keys(loader, node, TOC_BLOCK_ABSENCE, NULL);
    const struct toc_yaml *after = toc_yaml_find(node, "after");
    const struct toc_yaml *expected = toc_yaml_find(node, "expected");
    const struct toc_yaml *deadline = toc_yaml_find(node, "deadline");
    const struct toc_yaml *from = toc_yaml_find(node, "from");
    const struct toc_yaml *every = toc_yaml_find(node, "every");
    const struct toc_yaml *odd = after != NULL ? after : deadline != NULL ? deadline : from;

    if (every != NULL && odd != NULL) {
        toc_loader_error(loader, "E0329", odd->key_mark, "`%.*s` does not go with `every`",
                         (int)odd->key.size, odd->key.data);
        ok = false;
    }
    if (ok && every == NULL && (after == NULL || deadline == NULL)) {
        toc_loader_error(loader, "E0302", node->key_mark, "`absence` lacks `%s`",
                         after == NULL && deadline == NULL ? "every`, or `after` and `deadline"
                         : after == NULL                   ? "after"
                                                           : "deadline");
    }
    if (ok && expected == NULL) {
        toc_loader_error(loader, "E0302", node->key_mark, "`absence` lacks `expected`");
    }
    rule->kind = every != NULL ? TOC_KIND_SILENCE : TOC_KIND_ABSENCE;
    if (every != NULL) {
        (void)toc_loader_span(loader, every, "every", &rule->deadline_ms);
    } else if (deadline != NULL) {
        (void)toc_loader_span(loader, deadline, "deadline", &rule->deadline_ms);
    }
    int after_alias = after != NULL ? toc_reference_alias(draft, after) : -1;
    if (after_alias >= 0) {
        toc_reference_role(draft, after_alias, TOC_ROLE_AFTER, after->mark);
        if (from != NULL && !draft->is_broken[after_alias]) {
            read_from(draft, after_alias, from);
        }
    }
    if (expected != NULL && expected->kind == TOC_YAML_MAPPING) {
        toc_loader_not_yet(loader, expected->mark, "an answer tied by distance");
        return;
    }
    int alias = expected != NULL ? toc_reference_alias(draft, expected) : -1;
    if (alias >= 0 && alias == after_alias) {
        toc_loader_error(loader, "E0340", expected->mark, "\"%.*s\" would answer itself",
                         (int)draft->alias_names[alias].size, draft->alias_names[alias].data);
    } else if (alias >= 0) {
        toc_reference_role(draft, alias, TOC_ROLE_EXPECTED, expected->mark);
    }
}
