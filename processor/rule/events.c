#include "rule/below.h"

void toc_events_unknown_field(struct toc_loader *loader, struct toc_mark mark,
                              const struct toc_type *type, struct toc_str name)
{
    struct toc_str names[TOC_FIELDS_MOST * TOC_PART_END + TOC_ENVELOPE_FIELDS];
    bool has_dot = name.size > 0 && memchr(name.data, '.', name.size) != NULL;
    size_t count = 0;

    for (size_t i = 0; i < type->field_count; i++) {
        const struct toc_field *parts = has_dot ? type->fields[i].parts : NULL;

        names[count++] = type->fields[i].name;
        for (size_t part = 0; parts != NULL && part < TOC_PART_END - 1; part++) {
            names[count++] = parts[part].name;
        }
    }
    for (size_t i = 0; i < TOC_ENVELOPE_FIELDS; i++) {
        names[count++] = toc_envelope[i].name;
    }
    toc_loader_unknown(loader, "E0305", mark, name,
                       (struct toc_names){.names = names, .count = count},
                       "unknown field \"%.*s\" of %.*s", (int)name.size, name.data,
                       (int)type->name.size, type->name.data);
}

bool toc_events_slots(struct toc_draft *draft, int index, struct toc_str name, struct toc_mark mark,
                      int out[])
{
    const struct toc_alias *alias = &draft->rule->aliases[index];

    for (size_t i = 0; i < alias->binding_count; i++) {
        const struct toc_type *type =
            toc_catalogue_type(draft->loader->catalogue, (size_t)alias->bindings[i].type);

        out[i] = toc_type_slot(type, name);
        if (out[i] == TOC_SLOT_NONE) {
            toc_events_unknown_field(draft->loader, mark, type, name);
            return false;
        }
    }
    return true;
}

static bool does_fit(enum toc_value_kind kind, enum toc_fits fits)
{
    switch (fits) {
    case TOC_FITS_NUMBER:
        return kind == TOC_VALUE_INTEGER || kind == TOC_VALUE_NUMBER;
    case TOC_FITS_TIME:
        return kind == TOC_VALUE_TIME;
    case TOC_FITS_KEY:
        return kind != TOC_VALUE_POINT && kind != TOC_VALUE_LIST;
    }
    return false;
}

const int *toc_events_slots_of(struct toc_draft *draft, int index, struct toc_str name,
                               struct toc_mark mark, enum toc_fits fits)
{
    static const char *const others[] = {[TOC_FITS_NUMBER] = "not a number",
                                         [TOC_FITS_TIME] = "not a time",
                                         [TOC_FITS_KEY] = "a location or a list"};
    struct toc_loader *loader = draft->loader;
    const struct toc_alias *alias = &draft->rule->aliases[index];
    int *slots = toc_arena_array(loader->arena, alias->binding_count + 1, sizeof *slots);

    if (!toc_events_slots(draft, index, name, mark, slots)) {
        return NULL;
    }
    for (size_t i = 0; i < alias->binding_count; i++) {
        const struct toc_type *type =
            toc_catalogue_type(loader->catalogue, (size_t)alias->bindings[i].type);
        if (!does_fit(toc_type_slot_kind(type, slots[i]), fits)) {
            toc_loader_error(loader, "E0313", mark, "\"%.*s\" of %.*s is %s", (int)name.size,
                             name.data, (int)type->name.size, type->name.data, others[fits]);
            return NULL;
        }
    }
    return slots;
}

int toc_events_find_place(const struct toc_loader *loader, struct toc_str text, int *out_other)
{
    int found = -1;

    *out_other = -1;
    for (size_t i = 0; i < loader->place_kinds.count; i++) {
        struct toc_str kind = loader->place_kinds.names[i];
        struct toc_str name = text;
        bool has_kind = name.size > kind.size && name.data[kind.size] == '.' &&
                        memcmp(name.data, kind.data, kind.size) == 0;

        if (has_kind) { /* camp.Gao */
            name.data += kind.size + 1;
            name.size -= kind.size + 1;
        }
        int index = toc_places_find(loader->places, kind, name);
        if (index >= 0 && found >= 0) {
            *out_other = index;
            return found;
        }
        found = index >= 0 ? index : found;
    }
    return found;
}

/* Index of the one place called @name, -1 if there is none or (told) more than one. */
static int find_place(struct toc_loader *loader, const struct toc_yaml *node, bool *out_told)
{
    int other, found = toc_events_find_place(loader, node->text, &other);

    *out_told = other >= 0;
    if (other >= 0) {
        const struct toc_place *a = toc_places_get(loader->places, (size_t)found);
        const struct toc_place *b = toc_places_get(loader->places, (size_t)other);

        toc_loader_error(loader, "E0306", node->mark,
                         "\"%.*s\" names a %.*s and a %.*s; write KIND.NAME", (int)node->text.size,
                         node->text.data, (int)a->kind.size, a->kind.data, (int)b->kind.size,
                         b->kind.data);
        return -1;
    }
    return found;
}

/* `unit`, or `unit.CV 12`, which has to be refused. */
static bool is_of_mover(const struct toc_loader *loader, struct toc_str text)
{
    const char *dot = text.size > 0 ? memchr(text.data, '.', text.size) : NULL;
    size_t size = dot != NULL ? (size_t)(dot - text.data) : text.size;

    return toc_catalogue_mover(loader->catalogue,
                               (struct toc_str){.data = text.data, .size = size}) != NULL;
}

static bool read_place(struct toc_loader *loader, const struct toc_yaml *node,
                       struct toc_near_place *out)
{
    struct toc_str text;
    struct toc_text folded = {0};
    bool is_told;

    if (!toc_loader_text(loader, node, "place", &text)) {
        return false;
    }
    if (toc_places_has_kind(loader->places, text)) {
        toc_text_fold(&folded, text);
        out->kind = toc_arena_str(loader->arena, toc_text_str(&folded));
        out->only = -1;
        toc_text_finish(&folded);
        return true;
    }
    if (is_of_mover(loader, text)) {
        out->kind = text;
        out->only = -1;
        out->is_moving = true;
        if (memchr(text.data, '.', text.size) != NULL) {
            toc_loader_not_yet(loader, node->mark,
                               "one place that moves; name the kind alone, and "
                               "the place by group_by");
            return false;
        }
        return true;
    }
    int index = find_place(loader, node, &is_told);
    if (index >= 0) {
        out->kind = toc_places_get(loader->places, (size_t)index)->kind;
        out->only = index;
        return true;
    }
    if (is_told) {
        return false;
    }
    toc_loader_unknown(loader, "E0306", node->mark, text, loader->place_words,
                       "\"%.*s\" is no kind of place and no place", (int)text.size, text.data);
    return false;
}

bool toc_events_near(struct toc_loader *loader, const struct toc_yaml *node,
                     struct toc_near_place *out)
{
    struct toc_near_place near = {.is_set = true};

    if (!toc_loader_is(loader, node, TOC_YAML_MAPPING, "`near`")) {
        return false;
    }
    bool ok = toc_loader_keys(loader, node, TOC_BLOCK_NEAR, NULL);
    const struct toc_yaml *place = toc_yaml_find(node, "place");
    const struct toc_yaml *distance = toc_yaml_find(node, "distance");
    if (ok && (place == NULL || distance == NULL)) {
        toc_loader_error(loader, "E0302", node->key_mark, "`near` lacks `%s`",
                         place == NULL ? "place" : "distance");
        ok = false;
    }
    if (place != NULL) {
        ok = read_place(loader, place, &near) && ok;
    }
    if (distance != NULL) {
        ok = toc_loader_distance(loader, distance, true, &near.distance_mm) && ok;
    }
    if (ok) {
        *out = near;
    }
    return ok;
}

/* Add the types that @node (a name or a pattern) covers. */
static bool add_types(struct toc_draft *draft, const struct toc_yaml *node, struct toc_alias *alias)
{
    struct toc_loader *loader = draft->loader;
    size_t count = toc_catalogue_count(loader->catalogue);
    struct toc_str text;
    bool is_found = false;

    if (!toc_loader_text(loader, node, "type", &text)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        bool is_new = true;

        if (!toc_catalogue_covers(text, toc_catalogue_type(loader->catalogue, i)->name)) {
            continue;
        }
        is_found = true;
        for (size_t j = 0; j < alias->binding_count; j++) {
            is_new = is_new && alias->bindings[j].type != (int)i;
        }
        if (is_new) {
            struct toc_binding *binding = &alias->bindings[alias->binding_count++];

            *binding = (struct toc_binding){.type = (int)i,
                                            .at_slot = TOC_SLOT_NONE,
                                            .value_slot = TOC_SLOT_NONE,
                                            .from_slot = TOC_SLOT_NONE,
                                            .weight_slot = TOC_SLOT_NONE};
            for (size_t k = 0; k < TOC_RULE_KEY_PARTS; k++) {
                binding->key_slots[k] = TOC_SLOT_NONE;
            }
        }
    }
    if (!is_found) {
        toc_loader_unknown(loader, "E0304", node->mark, text, loader->types,
                           "unknown event type \"%.*s\"", (int)text.size, text.data);
    }
    return is_found;
}

static bool read_types(struct toc_draft *draft, const struct toc_yaml *node,
                       struct toc_alias *alias)
{
    struct toc_loader *loader = draft->loader;
    bool ok = true;

    alias->bindings = toc_arena_array(loader->arena, toc_catalogue_count(loader->catalogue) + 1,
                                      sizeof *alias->bindings);
    if (node->kind == TOC_YAML_SCALAR) {
        return add_types(draft, node, alias);
    }
    if (!toc_loader_is(loader, node, TOC_YAML_SEQUENCE, "`type`")) {
        return false;
    }
    if (node->count == 0) {
        toc_loader_error(loader, "E0300", node->mark, "`type` is an empty list");
        return false;
    }
    for (const struct toc_yaml *item = node->first; item != NULL; item = item->next) {
        ok = add_types(draft, item, alias) && ok;
    }
    return ok;
}

/* `at:`, or else the usual location of each type (which may be none). */
static bool read_at(struct toc_draft *draft, const struct toc_yaml *node, struct toc_alias *alias)
{
    struct toc_loader *loader = draft->loader;
    struct toc_str name = {0};

    if (node != NULL && !toc_loader_text(loader, node, "at", &name)) {
        return false;
    }
    for (size_t i = 0; i < alias->binding_count; i++) {
        struct toc_binding *binding = &alias->bindings[i];
        const struct toc_type *type = toc_catalogue_type(loader->catalogue, (size_t)binding->type);

        if (node == NULL) {
            binding->at_slot = type->location >= 0 ? type->location : TOC_SLOT_NONE;
            continue;
        }
        binding->at_slot = toc_type_field(type, name);
        if (binding->at_slot < 0) {
            toc_events_unknown_field(loader, node->mark, type, name);
            return false;
        }
        if (type->fields[binding->at_slot].kind != TOC_VALUE_POINT) {
            toc_loader_error(loader, "E0330", node->mark, "\"%.*s\" of %.*s is not a location",
                             (int)name.size, name.data, (int)type->name.size, type->name.data);
            return false;
        }
    }
    return true;
}

/* as: { NAME: FIELD }: the fields exist; the key takes them up (key.c). */
static bool check_as(struct toc_draft *draft, const struct toc_yaml *node, int index)
{
    struct toc_loader *loader = draft->loader;
    bool ok = true;

    if (!toc_loader_is(loader, node, TOC_YAML_MAPPING, "`as`")) {
        return false;
    }
    int *slots = toc_arena_array(loader->arena, draft->rule->aliases[index].binding_count + 1,
                                 sizeof *slots);
    for (const struct toc_yaml *child = node->first; child != NULL; child = child->next) {
        struct toc_str name;

        ok = toc_loader_text(loader, child, "`as`", &name) &&
             toc_events_slots(draft, index, name, child->mark, slots) && ok;
    }
    return ok;
}

static bool read_alias(struct toc_draft *draft, const struct toc_yaml *node, int index)
{
    struct toc_loader *loader = draft->loader;
    struct toc_alias *alias = &draft->rule->aliases[index];

    if (!toc_loader_is(loader, node, TOC_YAML_MAPPING, "an event")) {
        return false;
    }
    bool ok = toc_loader_keys(loader, node, TOC_BLOCK_EVENT, NULL);
    const struct toc_yaml *type = toc_yaml_find(node, "type");
    const struct toc_yaml *alert = toc_yaml_find(node, "alert");
    const struct toc_yaml *state = toc_yaml_find(node, "state");
    const struct toc_yaml *level = toc_yaml_find(node, "level");
    const struct toc_yaml *near = toc_yaml_find(node, "near");
    const struct toc_yaml *match = toc_yaml_find(node, "match");
    const struct toc_yaml *where = toc_yaml_find(node, "where");
    const struct toc_yaml *as = toc_yaml_find(node, "as");
    const struct toc_yaml *hours = toc_yaml_find(node, "hours");
    if (near != NULL) {
        ok = toc_events_near(loader, near, &alias->near) && ok;
    }
    if (hours != NULL) {
        ok = toc_hours_read(loader, hours, &alias->hours) && ok;
    }
    if (type == NULL && alert == NULL) {
        if (!toc_loader_is_misspelt(loader, node, "type")) {
            toc_loader_error(loader, "E0302", node->key_mark,
                             "event \"%.*s\" lacks `type` (or `alert`)", (int)alias->name.size,
                             alias->name.data);
        }
        return false;
    }
    const struct toc_yaml *odd = type != NULL && alert != NULL   ? alert
                                 : type != NULL && state != NULL ? state
                                 : type != NULL                  ? level
                                                                 : NULL;
    if (odd != NULL) {
        toc_loader_error(loader, "E0329", odd->key_mark, "`%.*s` does not go with `type`",
                         (int)odd->key.size, odd->key.data);
        return false;
    }
    if (type != NULL ? !read_types(draft, type, alias) : !toc_below_bind(draft, node, index)) {
        return false; /* What follows hangs on the types. */
    }
    ok = read_at(draft, toc_yaml_find(node, "at"), alias) && ok;
    if (as != NULL) {
        ok = check_as(draft, as, index) && ok;
    }
    for (size_t i = 0; match != NULL && i < alias->binding_count; i++) {
        struct toc_binding *binding = &alias->bindings[i];

        if (!toc_match_block_read(loader, match,
                                  toc_catalogue_type(loader->catalogue, (size_t)binding->type),
                                  &binding->condition)) {
            ok = false;
            break; /* The next type would say the same again. */
        }
    }
    for (size_t i = 0; where != NULL && i < alias->binding_count; i++) {
        struct toc_binding *binding = &alias->bindings[i];

        binding->condition.where = toc_expression_where(
            loader, where, toc_catalogue_type(loader->catalogue, (size_t)binding->type), i > 0);
        if (binding->condition.where == NULL) {
            ok = false;
            break;
        }
    }
    return ok;
}

void toc_events_read(struct toc_draft *draft, const struct toc_yaml *events)
{
    struct toc_loader *loader = draft->loader;
    struct toc_rule *rule = draft->rule;

    if (!toc_loader_is(loader, events, TOC_YAML_MAPPING, "`events`")) {
        return;
    }
    if (events->count == 0 || events->count > TOC_RULE_ALIASES) {
        toc_loader_error(loader, "E0336", events->key_mark, "`events` must name 1 to %d events",
                         (int)TOC_RULE_ALIASES);
    }
    rule->aliases = toc_arena_array(loader->arena, TOC_RULE_ALIASES, sizeof *rule->aliases);
    for (const struct toc_yaml *node = events->first;
         node != NULL && rule->alias_count < TOC_RULE_ALIASES; node = node->next) {
        size_t index = rule->alias_count++;
        struct toc_alias *alias = &rule->aliases[index];
        struct toc_yaml name = {.mark = node->key_mark, .text = node->key};

        alias->name = node->key;
        alias->near.only = -1;
        alias->without_tie.alias = -1;
        alias->clear_tie.alias = -1;
        draft->nodes[index] = node;
        draft->alias_names[index] = node->key;
        bool ok = toc_loader_name(loader, &name, false, "the name of an event", &alias->name);
        draft->is_broken[index] = !read_alias(draft, node, (int)index) || !ok;
    }
}
