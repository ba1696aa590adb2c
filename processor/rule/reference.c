/* reference.c - where a rule names its own events: NAME, or NAME: { near: EVENT, distance: D }. */
#include "rule/draft.h"

int toc_reference_alias(struct toc_draft *draft, const struct toc_yaml *node)
{
    struct toc_str text;

    if (!toc_loader_text(draft->loader, node, "the name of an event", &text)) {
        return -1;
    }
    for (size_t i = 0; i < draft->rule->alias_count; i++) {
        if (toc_str_equal(draft->alias_names[i], text)) {
            return (int)i;
        }
    }
    draft->is_key_broken = true; /* What is in the alert hangs on it. */
    toc_loader_unknown(
        draft->loader, "E0311", node->mark, text,
        (struct toc_names){.names = draft->alias_names, .count = draft->rule->alias_count},
        "\"%.*s\" is not one of this rule's events", (int)text.size, text.data);
    return -1;
}

/* { near: ALIAS, distance: D } into @out. */
static void read_tie(struct toc_draft *draft, const struct toc_yaml *node,
                     struct toc_reference *out)
{
    struct toc_loader *loader = draft->loader;

    if (!toc_loader_is(loader, node, TOC_YAML_MAPPING, "a tie to another event")) {
        out->alias = -1;
        return;
    }
    bool ok = toc_loader_keys(loader, node, TOC_BLOCK_TIE, NULL);
    const struct toc_yaml *near = toc_yaml_find(node, "near");
    const struct toc_yaml *distance = toc_yaml_find(node, "distance");
    if (ok && (near == NULL || distance == NULL)) {
        toc_loader_error(loader, "E0302", node->key_mark, "the tie lacks `%s`",
                         near == NULL ? "near" : "distance");
    }
    if (near != NULL) {
        out->tie_mark = near->mark;
        out->tie.alias = toc_reference_alias(draft, near);
    }
    if (distance != NULL) {
        ok = toc_loader_distance(loader, distance, true, &out->tie.distance_mm) && ok;
    }
    if (!ok || out->tie.alias < 0 || distance == NULL) {
        out->alias = -1; /* Told: nothing further hangs on it. */
    }
}

/* One reference: a scalar NAME, or the child NAME: { near, distance } of a mapping. */
static struct toc_reference read_reference(struct toc_draft *draft, const struct toc_yaml *node,
                                           bool is_child)
{
    struct toc_reference reference = {.alias = -1, .tie = {.alias = -1}};

    if (!is_child) {
        reference.mark = node->mark;
        reference.alias = toc_reference_alias(draft, node);
        return reference;
    }
    struct toc_yaml name = {.mark = node->key_mark, .text = node->key};
    reference.mark = node->key_mark;
    reference.alias = toc_reference_alias(draft, &name);
    read_tie(draft, node, &reference);
    return reference;
}

size_t toc_reference_read(struct toc_draft *draft, const struct toc_yaml *node, const char *what,
                          size_t room, struct toc_reference out[])
{
    struct toc_loader *loader = draft->loader;
    size_t count = 0;

    if (node->kind == TOC_YAML_SCALAR) {
        out[0] = read_reference(draft, node, false);
        return 1;
    }
    if (node->count == 0) {
        toc_loader_error(loader, "E0336", node->mark, "%s names no event", what);
    } else if (node->count > room) {
        toc_loader_error(loader, "E0336", node->mark, "%s names more than %zu events", what, room);
    }
    for (const struct toc_yaml *child = node->first; child != NULL && count < room;
         child = child->next) {
        if (node->kind == TOC_YAML_MAPPING) {
            out[count++] = read_reference(draft, child, true);
        } else if (child->kind == TOC_YAML_SCALAR) {
            out[count++] = read_reference(draft, child, false);
        } else if (child->kind == TOC_YAML_MAPPING && child->count == 1) {
            out[count++] = read_reference(draft, child->first, true);
        } else {
            toc_loader_error(loader, "E0300", child->mark,
                             "%s takes NAME or NAME: { near: EVENT, distance: D }", what);
        }
    }
    return count;
}

void toc_reference_role(struct toc_draft *draft, int alias, enum toc_role role,
                        struct toc_mark mark)
{
    draft->rule->aliases[alias].roles |= (unsigned)role;
    draft->role_marks[alias] = mark;
}

bool toc_reference_count(struct toc_draft *draft, const struct toc_yaml *node)
{
    struct toc_rule *rule = draft->rule;
    int alias = toc_reference_alias(draft, node);

    if (alias < 0) {
        return false;
    }
    rule->counted[rule->counted_count++] = alias;
    toc_reference_role(draft, alias, TOC_ROLE_COUNTED, node->mark);
    return true;
}
