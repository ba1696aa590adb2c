/* moving.c - places that move (event/mover.h): what of a rule hangs on them. */
#include "rule/draft.h"

static bool is_spelled(struct toc_str name, struct toc_str kind)
{
    struct toc_text folded = {0};

    toc_text_fold(&folded, name);
    bool is_so = toc_str_equal(toc_text_str(&folded), kind);
    toc_text_finish(&folded);
    return is_so;
}

/* Has an alert that @alias takes a part of its key called @name that names one that moves? */
static bool is_read(const struct toc_catalogue *catalogue, const struct toc_alias *alias,
                    struct toc_str name)
{
    for (size_t b = 0; b < alias->binding_count && alias->is_alert; b++) {
        const struct toc_type *type =
            toc_catalogue_type(catalogue, (size_t)alias->bindings[b].type);
        int slot = toc_type_field(type, name);
        if (slot >= 0 && toc_catalogue_mover(catalogue, type->fields[slot].place_kind) != NULL) {
            return true;
        }
    }
    return false;
}

bool toc_moving_is_part(const struct toc_draft *draft, struct toc_str name)
{
    for (size_t i = 0; i < draft->rule->alias_count; i++) {
        const struct toc_alias *alias = &draft->rule->aliases[i];
        if ((alias->near.is_moving && is_spelled(name, alias->near.kind)) ||
            is_read(draft->loader->catalogue, alias, name)) {
            return true;
        }
    }
    return false;
}

void toc_moving_check(struct toc_draft *draft)
{
    struct toc_loader *loader = draft->loader;
    struct toc_rule *rule = draft->rule;

    for (size_t i = 0; i < rule->alias_count; i++) {
        const struct toc_alias *alias = &rule->aliases[i];
        const struct toc_yaml *near = toc_yaml_find(draft->nodes[i], "near");
        struct toc_mark mark = near != NULL ? near->key_mark : draft->near_mark;

        if (draft->is_broken[i] || alias->roles == 0 || !alias->near.is_moving) {
            continue;
        }
        if (rule->kind == TOC_KIND_LATEST) {
            toc_loader_not_yet(loader, mark, "`latest` near a place that moves");
        } else if (alias->is_alert) {
            toc_loader_not_yet(loader, mark, "an alert near a place that moves");
        }
        for (size_t t = 0; t < toc_catalogue_count(loader->catalogue); t++) {
            const struct toc_mover *mover = &toc_catalogue_type(loader->catalogue, t)->mover;
            if (toc_str_equal(mover->kind, alias->near.kind) && mover->keep_ms > rule->keep_ms) {
                rule->keep_ms = mover->keep_ms;
            }
        }
    }
}
