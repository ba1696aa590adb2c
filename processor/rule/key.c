/* key.c - group_by: which slot of each event carries which part; places and ties. */
#include "rule/draft.h"

/* Roles that need the whole key; the others need some of it, or a distance. */
enum { ROLES_WHOLE_KEY = TOC_ROLE_COUNTED | TOC_ROLE_AFTER | TOC_ROLE_EXPECTED };

/* Values of one key part must compare: by text, by number, ... */
enum key_sort { KEY_NONE, KEY_TEXT, KEY_NUMBER, KEY_BOOL, KEY_TIME, KEY_PLACE, KEY_UNFIT };

static const char *const sort_words[] = {
    [KEY_NONE] = "missing",
    [KEY_TEXT] = "a text",
    [KEY_NUMBER] = "a number",
    [KEY_BOOL] = "true or false",
    [KEY_TIME] = "a time",
    [KEY_PLACE] = "a place",
    [KEY_UNFIT] = "a location or a list",
};

static enum key_sort sort_of(enum toc_value_kind kind)
{
    switch (kind) {
    case TOC_VALUE_TEXT:
        return KEY_TEXT;
    case TOC_VALUE_INTEGER:
    case TOC_VALUE_NUMBER:
        return KEY_NUMBER;
    case TOC_VALUE_BOOL:
        return KEY_BOOL;
    case TOC_VALUE_TIME:
        return KEY_TIME;
    default:
        return KEY_UNFIT;
    }
}

void toc_key_read(struct toc_draft *draft, const struct toc_yaml *group_by)
{
    struct toc_loader *loader = draft->loader;
    struct toc_rule *rule = draft->rule;
    const struct toc_str *names = NULL;
    size_t count = 0;

    if (!toc_loader_texts(loader, group_by, "group_by", &names, &count)) {
        draft->is_key_broken = true;
        return;
    }
    if (count > TOC_RULE_KEY_PARTS || count == 0) {
        toc_loader_error(loader, "E0336", group_by->mark, "group_by takes 1 to %d names",
                         (int)TOC_RULE_KEY_PARTS);
        draft->is_key_broken = true;
        return;
    }
    const struct toc_yaml *item = group_by->kind == TOC_YAML_SEQUENCE ? group_by->first : group_by;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (toc_str_equal(names[i], names[j])) {
                toc_loader_error(loader, "E0338", item->mark, "group_by names \"%.*s\" twice",
                                 (int)names[i].size, names[i].data);
                draft->is_key_broken = true;
            }
        }
        rule->key_parts[i].name = names[i];
        draft->part_marks[i] = item->mark;
        item = item->next;
    }
    rule->key_part_count = count;
}

/* Has @name the spelling of the place kind @kind (folded)? */
static bool is_kind(struct toc_str name, struct toc_str kind)
{
    struct toc_text folded = {0};

    toc_text_fold(&folded, name);
    bool ok = toc_str_equal(toc_text_str(&folded), kind);
    toc_text_finish(&folded);
    return ok;
}

/* The `near` under `when` serves every event that has none, and its kind joins the key. */
static void apply_near(struct toc_draft *draft)
{
    struct toc_rule *rule = draft->rule;
    bool is_there = false;

    if (!draft->near.is_set) {
        return;
    }
    for (size_t i = 0; i < rule->alias_count; i++) {
        if (!rule->aliases[i].near.is_set && rule->aliases[i].roles != 0) {
            rule->aliases[i].near = draft->near;
        }
    }
    for (size_t i = 0; i < rule->key_part_count; i++) {
        is_there = is_there || is_kind(rule->key_parts[i].name, draft->near.kind);
    }
    if (is_there) {
        return;
    }
    if (rule->key_part_count == TOC_RULE_KEY_PARTS) {
        toc_loader_error(draft->loader, "E0336", draft->near_mark,
                         "with the place found, the key has more than %d parts",
                         (int)TOC_RULE_KEY_PARTS);
        draft->is_key_broken = true;
        return;
    }
    draft->part_marks[rule->key_part_count] = draft->near_mark;
    rule->key_parts[rule->key_part_count++].name = draft->near.kind;
}

/* The milestone is the last part of the key. */
static void add_milestone(struct toc_draft *draft)
{
    struct toc_rule *rule = draft->rule;
    const struct toc_str name = TOC_STR("milestone");

    if (rule->milestone_count == 0 || draft->is_key_broken) {
        return;
    }
    for (size_t i = 0; i < rule->key_part_count; i++) {
        if (toc_str_equal(rule->key_parts[i].name, name)) {
            toc_loader_error(draft->loader, "E0338", draft->part_marks[i],
                             "`milestones` adds \"milestone\" to the key: group_by names it again");
            draft->is_key_broken = true;
            return;
        }
    }
    const struct toc_yaml *absence = toc_yaml_find(draft->when, "absence");
    const struct toc_yaml *milestones = toc_yaml_find(absence, "milestones");
    if (rule->key_part_count == TOC_RULE_KEY_PARTS) {
        toc_loader_error(draft->loader, "E0336", milestones->key_mark,
                         "with the milestone, the key has more than %d parts",
                         (int)TOC_RULE_KEY_PARTS);
        draft->is_key_broken = true;
        return;
    }
    draft->part_marks[rule->key_part_count] = milestones->key_mark;
    rule->key_parts[rule->key_part_count++] =
        (struct toc_key_part){.name = name, .is_text = true, .is_milestone = true};
}

/* What starts or answers a clock carries it; what ends the alert ends every milestone. */
static void fill_milestone(struct toc_rule *rule, size_t part)
{
    for (size_t i = 0; i < rule->alias_count; i++) {
        struct toc_alias *alias = &rule->aliases[i];
        bool is_carried =
            (alias->roles & ((unsigned)TOC_ROLE_AFTER | (unsigned)TOC_ROLE_EXPECTED)) != 0;
        for (size_t b = 0; b < alias->binding_count; b++) {
            alias->bindings[b].key_slots[part] = is_carried ? TOC_SLOT_MILESTONE : TOC_SLOT_NONE;
        }
        alias->key_mask |= is_carried ? 1U << part : 0;
    }
}

/* How values of @slot of @type serve part @name. */
static enum key_sort sort_of_slot(const struct toc_draft *draft, const struct toc_type *type,
                                  int slot, struct toc_str name)
{
    enum key_sort sort = sort_of(toc_type_slot_kind(type, slot));
    bool is_named = slot >= 0 && toc_type_slot_field(type, slot)->place_kind.size > 0;

    return is_named || (sort == KEY_TEXT && toc_moving_is_part(draft, name)) ? KEY_PLACE : sort;
}

/* The slot that carries part @name in one binding: renamed by `as`, the place found, or a field. */
static int find_slot(struct toc_draft *draft, int index, const struct toc_binding *binding,
                     struct toc_str name, enum key_sort *out_sort)
{
    const struct toc_alias *alias = &draft->rule->aliases[index];
    const struct toc_type *type =
        toc_catalogue_type(draft->loader->catalogue, (size_t)binding->type);
    const struct toc_yaml *as = toc_yaml_find(draft->nodes[index], "as");

    for (const struct toc_yaml *child = as != NULL ? as->first : NULL; child != NULL;
         child = child->next) {
        if (toc_str_equal(child->key, name)) {
            int slot = toc_type_slot(type, child->text);
            *out_sort = sort_of_slot(draft, type, slot, name);
            return slot;
        }
    }
    if (alias->near.is_set && is_kind(name, alias->near.kind)) {
        *out_sort = KEY_PLACE;
        return TOC_SLOT_PLACE;
    }
    int slot = toc_type_field(type, name); /* A part of a place is none; `as` gives it a name. */
    slot = slot >= 0 ? slot : toc_envelope_slot(name);
    if (binding->below != NULL && slot == TOC_SLOT_SUBJECT) { /* An alert is about no subject. */
        slot = TOC_SLOT_NONE;
    }
    *out_sort = slot == TOC_SLOT_NONE ? KEY_NONE : sort_of_slot(draft, type, slot, name);
    return slot;
}

/* Part @part of the key in every binding of alias @index. */
static enum key_sort fill_part(struct toc_draft *draft, int index, size_t part, bool *out_ok)
{
    struct toc_loader *loader = draft->loader;
    struct toc_alias *alias = &draft->rule->aliases[index];
    struct toc_str name = draft->rule->key_parts[part].name;
    enum key_sort first = KEY_NONE;

    for (size_t i = 0; i < alias->binding_count; i++) {
        struct toc_binding *binding = &alias->bindings[i];
        enum key_sort sort;

        binding->key_slots[part] = find_slot(draft, index, binding, name, &sort);
        if (i == 0) {
            first = sort;
        }
        if (sort == KEY_UNFIT || sort != first) {
            const struct toc_type *type =
                toc_catalogue_type(loader->catalogue, (size_t)binding->type);

            toc_loader_error(loader, "E0331", draft->part_marks[part], "\"%.*s\" is %s in %.*s%s%s",
                             (int)name.size, name.data, sort_words[sort], (int)type->name.size,
                             type->name.data, sort == KEY_UNFIT ? "" : ", elsewhere ",
                             sort == KEY_UNFIT ? ": no part of a key" : sort_words[first]);
            *out_ok = false;
            return KEY_NONE;
        }
    }
    if (first != KEY_NONE) {
        alias->key_mask |= 1U << part;
    }
    return first;
}

/* Names that could be key parts of alias @index, for "did you mean". */
static void not_carried(struct toc_draft *draft, int index, size_t part)
{
    enum { MOST = TOC_FIELDS_MOST + 16 };
    struct toc_loader *loader = draft->loader;
    const struct toc_alias *alias = &draft->rule->aliases[index];
    const struct toc_type *type =
        toc_catalogue_type(loader->catalogue, (size_t)alias->bindings[0].type);
    const struct toc_yaml *as = toc_yaml_find(draft->nodes[index], "as");
    struct toc_str names[MOST];
    struct toc_str name = draft->rule->key_parts[part].name;
    size_t count = 0;

    if (alias->near.is_set) {
        names[count++] = alias->near.kind;
    }
    for (const struct toc_yaml *child = as != NULL ? as->first : NULL; child != NULL && count < 10;
         child = child->next) {
        names[count++] = child->key;
    }
    for (size_t i = 0; i < type->field_count && count < MOST - 1; i++) {
        names[count++] = type->fields[i].name;
    }
    names[count++] = TOC_STR("subject");
    draft->is_key_broken = true;
    toc_loader_unknown(loader, "E0323", draft->part_marks[part], name,
                       (struct toc_names){.names = names, .count = count},
                       "event \"%.*s\" does not carry \"%.*s\": no field, `as` or place near",
                       (int)alias->name.size, alias->name.data, (int)name.size, name.data);
}

/* What values alias @index gives part @part. */
static enum toc_value_kind kind_of(const struct toc_draft *draft, int index, size_t part)
{
    const struct toc_binding *binding = &draft->rule->aliases[index].bindings[0];
    int slot = binding->key_slots[part];

    return slot == TOC_SLOT_PLACE
               ? TOC_VALUE_TEXT
               : toc_type_slot_kind(
                     toc_catalogue_type(draft->loader->catalogue, (size_t)binding->type), slot);
}

/* Alerts may lack parts of the key, but one event has to give it whole. */
static void check_given(struct toc_draft *draft)
{
    const struct toc_rule *rule = draft->rule;
    unsigned whole = (1U << rule->key_part_count) - 1;
    int bare = -1;

    for (int i = 0; i < (int)rule->alias_count; i++) {
        const struct toc_alias *alias = &rule->aliases[i];
        if (draft->is_broken[i] || (alias->roles & (unsigned)ROLES_WHOLE_KEY) == 0) {
            continue;
        }
        if (alias->key_mask == whole) {
            return;
        }
        bare = alias->is_alert ? i : bare;
    }
    for (size_t part = 0; bare >= 0 && part < rule->key_part_count; part++) {
        if ((rule->aliases[bare].key_mask >> part & 1) == 0) {
            not_carried(draft, bare, part);
            return;
        }
    }
}

static void fill_parts(struct toc_draft *draft)
{
    struct toc_rule *rule = draft->rule;

    for (size_t part = 0; part < rule->key_part_count; part++) {
        enum key_sort sort = KEY_NONE;
        enum toc_value_kind kind = TOC_VALUE_TEXT;
        bool ok = true;

        if (rule->key_parts[part].is_milestone) {
            fill_milestone(rule, part);
            continue;
        }
        for (int i = 0; ok && i < (int)rule->alias_count; i++) {
            struct toc_alias *alias = &rule->aliases[i];

            if (draft->is_broken[i] || alias->roles == 0) {
                continue;
            }
            enum key_sort found = fill_part(draft, i, part, &ok);
            if (!ok) {
                break;
            }
            if (found == KEY_NONE && (alias->roles & (unsigned)ROLES_WHOLE_KEY) != 0) {
                if (rule->kind == TOC_KIND_ALL_OF && alias->is_alert) {
                    continue; /* It counts for every key that another gives. */
                }
                not_carried(draft, i, part);
                break;
            }
            if (found != KEY_NONE && sort != KEY_NONE && found != sort) {
                toc_loader_error(draft->loader, "E0331", draft->part_marks[part],
                                 "\"%.*s\" is %s in event \"%.*s\", elsewhere %s",
                                 (int)rule->key_parts[part].name.size,
                                 rule->key_parts[part].name.data, sort_words[found],
                                 (int)alias->name.size, alias->name.data, sort_words[sort]);
                break;
            }
            sort = found != KEY_NONE ? found : sort;
            kind = found != KEY_NONE ? kind_of(draft, i, part) : kind;
        }
        rule->key_parts[part].is_place = sort == KEY_PLACE;
        rule->key_parts[part].is_moving =
            sort == KEY_PLACE && toc_moving_is_part(draft, rule->key_parts[part].name);
        rule->key_parts[part].is_text = sort == KEY_TEXT;
        rule->key_parts[part].kind = sort == KEY_NUMBER ? TOC_VALUE_NUMBER : kind;
        if (sort == KEY_PLACE) { /* Shown as the kind is spelled. */
            for (size_t i = 0; i < rule->alias_count; i++) {
                if (rule->aliases[i].near.is_set &&
                    is_kind(rule->key_parts[part].name, rule->aliases[i].near.kind)) {
                    rule->key_parts[part].name = rule->aliases[i].near.kind;
                    break;
                }
            }
        }
    }
}

/* Every binding of alias @index has a location. */
static void need_location(struct toc_draft *draft, int index, struct toc_mark mark)
{
    const struct toc_alias *alias = &draft->rule->aliases[index];

    for (size_t i = 0; i < alias->binding_count && !draft->is_broken[index]; i++) {
        if (alias->bindings[i].at_slot == TOC_SLOT_NONE) {
            const struct toc_type *type =
                toc_catalogue_type(draft->loader->catalogue, (size_t)alias->bindings[i].type);

            toc_loader_error(draft->loader, "E0330", mark,
                             "event \"%.*s\" has no location to be near: %.*s declares none; "
                             "name one with `at`",
                             (int)alias->name.size, alias->name.data, (int)type->name.size,
                             type->name.data);
            return;
        }
    }
}

/* What is measured must have a location, told once an alias. */
static void check_locations(struct toc_draft *draft)
{
    const struct toc_rule *rule = draft->rule;
    bool needs[TOC_RULE_ALIASES] = {false};

    for (size_t i = 0; i < rule->alias_count; i++) {
        const struct toc_alias *alias = &rule->aliases[i];

        needs[i] = needs[i] || alias->near.is_set || alias->hours.kind == TOC_HOURS_DAY ||
                   alias->hours.kind == TOC_HOURS_NIGHT;
        if (alias->without_tie.alias >= 0) {
            needs[i] = needs[alias->without_tie.alias] = true;
        }
        if (alias->clear_tie.alias >= 0) {
            needs[i] = needs[alias->clear_tie.alias] = true;
        }
    }
    for (size_t i = 0; i < rule->step_count; i++) {
        if (rule->steps[i].tie.alias >= 0) {
            needs[rule->steps[i].alias] = needs[rule->steps[i].tie.alias] = true;
        }
    }
    for (size_t i = 0; rule->has_near && i < rule->counted_count; i++) {
        needs[rule->counted[i]] = true;
    }
    for (size_t i = 0; i < rule->alias_count; i++) {
        const struct toc_yaml *near = toc_yaml_find(draft->nodes[i], "near");

        if (needs[i]) {
            need_location(draft, (int)i, near != NULL ? near->key_mark : draft->nodes[i]->key_mark);
        }
    }
}

static void check_ties(struct toc_draft *draft, bool has_key)
{
    const struct toc_rule *rule = draft->rule;

    for (size_t i = 0; i < rule->alias_count; i++) {
        const struct toc_alias *alias = &rule->aliases[i];
        bool is_loose = ((alias->roles & TOC_ROLE_WITHOUT) != 0 && alias->without_tie.alias < 0) ||
                        ((alias->roles & TOC_ROLE_CLEAR) != 0 && alias->clear_tie.alias < 0);

        if (draft->is_broken[i] || alias->key_mask != 0 || !is_loose) {
            continue;
        }
        toc_loader_error(draft->loader, "E0324", draft->role_marks[i],
                         "\"%.*s\" is not tied: it carries no part of the key; group_by one it "
                         "carries, or write %.*s: { near: EVENT, distance: D }",
                         (int)alias->name.size, alias->name.data, (int)alias->name.size,
                         alias->name.data);
    }
    for (size_t i = 0; i < rule->alias_count; i++) {
        if (rule->kind == TOC_KIND_ABSENCE && !has_key &&
            (rule->aliases[i].roles & TOC_ROLE_EXPECTED) != 0) {
            toc_loader_error(draft->loader, "E0324", draft->role_marks[i],
                             "\"%.*s\" is not tied to what it answers: `when` needs group_by",
                             (int)rule->aliases[i].name.size, rule->aliases[i].name.data);
        }
    }
}

void toc_key_resolve(struct toc_draft *draft)
{
    apply_near(draft);
    bool has_key = draft->rule->key_part_count > 0;
    toc_moving_check(draft);
    add_milestone(draft);
    check_locations(draft);
    toc_hours_check(draft);
    if (!draft->is_key_broken) {
        size_t errors = toc_diag_errors(draft->loader->diag);
        fill_parts(draft);
        if (draft->rule->kind == TOC_KIND_ALL_OF &&
            toc_diag_errors(draft->loader->diag) == errors) {
            check_given(draft);
        }
    }
    if (!draft->is_key_broken) {
        check_ties(draft, has_key);
    }
}
