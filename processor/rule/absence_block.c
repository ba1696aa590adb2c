/* absence_block.c - `absence`: what is awaited, after what, and until when. */
#include "rule/draft.h"

/* absence `from`: a time of every event that starts the clock. */
static void read_from(struct toc_draft *draft, int index, const struct toc_yaml *node)
{
    struct toc_alias *alias = &draft->rule->aliases[index];
    struct toc_str name;

    if (!toc_loader_text(draft->loader, node, "from", &name)) {
        return;
    }
    const int *slots = toc_events_slots_of(draft, index, name, node->mark, TOC_FITS_TIME);
    if (slots == NULL) {
        return;
    }
    for (size_t i = 0; i < alias->binding_count; i++) {
        alias->bindings[i].from_slot = slots[i];
    }
}

/* What answers: @node names it. -1: told. */
static int read_expected(struct toc_draft *draft, const struct toc_yaml *name, int after_alias)
{
    int alias = toc_reference_alias(draft, name);

    if (alias >= 0 && alias == after_alias) {
        toc_loader_error(draft->loader, "E0340", name->mark, "\"%.*s\" would answer itself",
                         (int)draft->alias_names[alias].size, draft->alias_names[alias].data);
        return -1;
    }
    if (alias >= 0) {
        toc_reference_role(draft, alias, TOC_ROLE_EXPECTED, name->mark);
    }
    return alias;
}

/* milestones: { EVENT: DEADLINE, .. } */
static void read_milestones(struct toc_draft *draft, const struct toc_yaml *node, int after_alias)
{
    struct toc_loader *loader = draft->loader;
    struct toc_rule *rule = draft->rule;

    if (!toc_loader_is(loader, node, TOC_YAML_MAPPING, "`milestones`")) {
        return;
    }
    if (node->count == 0 || node->count > TOC_RULE_MILESTONES) {
        toc_loader_error(loader, "E0336", node->count == 0 ? node->key_mark : node->mark,
                         "`milestones` takes 1 to %d events", (int)TOC_RULE_MILESTONES);
    }
    for (const struct toc_yaml *child = node->first;
         child != NULL && rule->milestone_count < TOC_RULE_MILESTONES; child = child->next) {
        struct toc_yaml name = {.mark = child->key_mark, .text = child->key};
        struct toc_milestone *milestone = &rule->milestones[rule->milestone_count];

        milestone->alias = read_expected(draft, &name, after_alias);
        bool ok =
            toc_loader_span(loader, child, "the deadline of a milestone", &milestone->deadline_ms);
        if (!ok || milestone->alias < 0) {
            continue;
        }
        rule->milestone_count++;
        if (milestone->deadline_ms > rule->deadline_ms) {
            rule->deadline_ms = milestone->deadline_ms;
        }
    }
}

/* warn_at: 70% */
static void read_warn_at(struct toc_draft *draft, const struct toc_yaml *node)
{
    struct toc_str text;
    int64_t percent;

    if (!toc_loader_text(draft->loader, node, "warn_at", &text)) {
        return;
    }
    struct toc_str number = {.data = text.data, .size = text.size - 1};
    bool has_sign = text.data[text.size - 1] == '%';
    while (number.size > 0 && number.data[number.size - 1] == ' ') {
        number.size--;
    }
    if (!has_sign || !toc_loader_decimal(number, 0, &percent) || percent < 1 || percent > 99) {
        toc_loader_error(draft->loader, "E0320", node->mark,
                         "`warn_at` is a part of the deadline: 1%% to 99%%");
        return;
    }
    draft->rule->warn_percent = (int)percent;
}

/* Keys that do not go together. */
static bool check_keys(struct toc_draft *draft, const struct toc_yaml *absence)
{
    static const char *const beside_every[] = {"after", "deadline", "from", "milestones",
                                               "warn_at"};
    static const char *const beside_milestones[] = {"expected", "deadline"};
    struct toc_loader *loader = draft->loader;
    const struct toc_yaml *every = toc_yaml_find(absence, "every");
    const struct toc_yaml *milestones = toc_yaml_find(absence, "milestones");
    bool ok = true;

    for (size_t i = 0; every != NULL && i < sizeof beside_every / sizeof beside_every[0]; i++) {
        const struct toc_yaml *odd = toc_yaml_find(absence, beside_every[i]);
        if (odd != NULL && ok) {
            toc_loader_error(loader, "E0329", odd->key_mark, "`%s` does not go with `every`",
                             beside_every[i]);
            ok = false;
        }
    }
    for (size_t i = 0; i < 2 && milestones != NULL && ok; i++) {
        const struct toc_yaml *odd = toc_yaml_find(absence, beside_milestones[i]);
        if (odd != NULL) {
            toc_loader_error(loader, "E0329", odd->key_mark,
                             "`%s` does not go with `milestones`, which name what is expected and "
                             "until when",
                             beside_milestones[i]);
            ok = false;
        }
    }
    return ok;
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
    const struct toc_yaml *milestones = toc_yaml_find(node, "milestones");
    const struct toc_yaml *warn_at = toc_yaml_find(node, "warn_at");
    bool is_timed = deadline != NULL || milestones != NULL;

    ok = check_keys(draft, node) && ok;
    if (ok && every == NULL && (after == NULL || !is_timed)) {
        toc_loader_error(loader, "E0302", node->key_mark, "`absence` lacks `%s`",
                         after == NULL && !is_timed ? "every`, or `after` and `deadline"
                         : after == NULL            ? "after"
                                                    : "deadline");
    }
    if (ok && expected == NULL && milestones == NULL) {
        toc_loader_error(loader, "E0302", node->key_mark, "`absence` lacks `expected`");
    }
    rule->kind = every != NULL ? TOC_KIND_SILENCE : TOC_KIND_ABSENCE;
    if (every != NULL) {
        (void)toc_loader_span(loader, every, "every", &rule->deadline_ms);
    } else if (deadline != NULL) {
        (void)toc_loader_span(loader, deadline, "deadline", &rule->deadline_ms);
    }
    if (warn_at != NULL) {
        read_warn_at(draft, warn_at);
    }
    int after_alias = after != NULL ? toc_reference_alias(draft, after) : -1;
    if (after_alias >= 0) {
        toc_reference_role(draft, after_alias, TOC_ROLE_AFTER, after->mark);
        if (from != NULL && !draft->is_broken[after_alias]) {
            read_from(draft, after_alias, from);
        }
    }
    if (milestones != NULL) {
        read_milestones(draft, milestones, after_alias);
    }
    if (expected != NULL && expected->kind == TOC_YAML_MAPPING) {
        toc_loader_not_yet(loader, expected->mark, "an answer tied by distance");
    } else if (expected != NULL) {
        (void)read_expected(draft, expected, after_alias);
    }
}

/* The moment it opens: floor(deadline * percent / 100). */
static void set_warn(struct toc_rule *rule)
{
    rule->warn_ms =
        rule->warn_percent > 0 ? rule->deadline_ms * rule->warn_percent / 100 : rule->deadline_ms;
}

void toc_absence_block_part(struct toc_draft *draft)
{
    struct toc_rule *rule = draft->rule;
    struct toc_arena *arena = draft->loader->arena;

    set_warn(rule);
    if (rule->milestone_count == 0) {
        return;
    }
    struct toc_rule *parts = toc_arena_array(arena, rule->milestone_count, sizeof *parts);
    for (size_t i = 0; i < rule->milestone_count; i++) {
        struct toc_rule *part = &parts[i];
        *part = *rule;
        part->milestone_count = 0;
        part->milestone = rule->aliases[rule->milestones[i].alias].name;
        part->deadline_ms = rule->milestones[i].deadline_ms;
        set_warn(part);
        part->aliases = toc_arena_array(arena, rule->alias_count, sizeof *part->aliases);
        memcpy(part->aliases, rule->aliases, rule->alias_count * sizeof *part->aliases);
        for (size_t a = 0; a < rule->alias_count; a++) {
            if ((int)a != rule->milestones[i].alias) {
                part->aliases[a].roles &= ~(unsigned)TOC_ROLE_EXPECTED;
            }
        }
    }
    rule->parts = parts;
}
