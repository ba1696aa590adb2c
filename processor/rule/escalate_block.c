/* escalate_block.c - `escalate`: what makes an alert worse, and whom to tell if nobody takes it. */
#include "base/mem.h"
#include "expr/cel_field.h"
#include "rule/draft.h"

/* Names a step's `when` may use, and what EVENT.FIELD of each means. */
struct names {
    struct toc_cel_variable *variables;
    struct toc_level_field *fields;
    size_t count, field_count, room;
};

static void add_name(struct names *names, struct toc_str name, const struct toc_cel_type *type,
                     int32_t id, bool may_miss)
{
    for (size_t i = 0; i < names->count; i++) {
        if (toc_str_equal(names->variables[i].name, name)) {
            return; /* `count` is the count, whatever a part of the key is called. */
        }
    }
    if (names->count == names->room) {
        names->room = names->room * 2 + 32;
        names->variables = toc_mem_resize(names->variables, names->room, sizeof *names->variables);
        names->fields = toc_mem_resize(names->fields, names->room, sizeof *names->fields);
    }
    names->variables[names->count++] =
        (struct toc_cel_variable){.name = name, .type = type, .id = id, .may_miss = may_miss};
}

static void add_field(struct names *names, struct toc_draft *draft, int alias, struct toc_str field)
{
    const struct toc_alias *of = &draft->rule->aliases[alias];
    const struct toc_catalogue *catalogue = draft->loader->catalogue;
    struct toc_arena *arena = draft->loader->arena;
    int *slots = toc_arena_array(arena, of->binding_count, sizeof *slots);
    enum toc_value_kind kind = TOC_VALUE_NONE;
    struct toc_text name = {0};
    size_t before = names->count;

    for (size_t b = 0; b < of->binding_count; b++) {
        const struct toc_type *type = toc_catalogue_type(catalogue, (size_t)of->bindings[b].type);
        slots[b] = toc_type_slot(type, field);
        if (slots[b] == TOC_SLOT_NONE) {
            continue;
        }
        enum toc_value_kind here = toc_type_slot_kind(type, slots[b]);
        bool is_first = kind == TOC_VALUE_NONE;
        kind = is_first || kind == here ? here : TOC_VALUE_NONE;
        if (!is_first && kind == TOC_VALUE_NONE) {
            break; /* Of several kinds: known when it runs. */
        }
    }
    toc_text_add(&name, of->name);
    toc_text_add_char(&name, '.');
    toc_text_add(&name, field);
    add_name(names, toc_arena_str(arena, toc_text_str(&name)), toc_cel_field_type(kind, arena),
             (int32_t)(TOC_LEVEL_FIELD + names->field_count), true);
    toc_text_finish(&name);
    if (names->count > before) {
        names->fields[names->field_count++] =
            (struct toc_level_field){.alias = alias, .slots = slots};
    }
}

/* Every field of every event that can be evidence. */
static void add_fields(struct names *names, struct toc_draft *draft)
{
    const struct toc_rule *rule = draft->rule;
    const unsigned evidence = (unsigned)TOC_ROLE_COUNTED | (unsigned)TOC_ROLE_AFTER |
                              (rule->kind == TOC_KIND_SILENCE ? (unsigned)TOC_ROLE_EXPECTED : 0);

    for (size_t a = 0; a < rule->alias_count; a++) {
        const struct toc_alias *alias = &rule->aliases[a];
        if ((alias->roles & evidence) == 0 || draft->is_broken[a]) {
            continue;
        }
        for (size_t b = 0; b < alias->binding_count; b++) {
            const struct toc_type *type =
                toc_catalogue_type(draft->loader->catalogue, (size_t)alias->bindings[b].type);
            for (size_t i = 0; i < type->field_count; i++) {
                add_field(names, draft, (int)a, type->fields[i].name);
                if (type->fields[i].parts != NULL) { /* See expr/cel_event.h. */
                    add_field(names, draft, (int)a, type->fields[i].parts[TOC_PART_ALT - 1].name);
                }
            }
        }
        for (size_t i = 0; i < TOC_ENVELOPE_FIELDS; i++) {
            add_field(names, draft, (int)a, toc_envelope[i].name);
        }
    }
}

/* How expressions see part @part of the key: texts and places as text. */
static enum toc_value_kind key_kind(const struct toc_draft *draft, size_t part)
{
    const struct toc_rule *rule = draft->rule;
    enum toc_value_kind kind = TOC_VALUE_NONE;

    if (rule->key_parts[part].is_place || rule->key_parts[part].is_text) {
        return TOC_VALUE_TEXT;
    }
    for (size_t a = 0; a < rule->alias_count; a++) {
        const struct toc_alias *alias = &rule->aliases[a];
        for (size_t b = 0; (alias->key_mask >> part & 1) != 0 && b < alias->binding_count; b++) {
            enum toc_value_kind here = toc_type_slot_kind(
                toc_catalogue_type(draft->loader->catalogue, (size_t)alias->bindings[b].type),
                alias->bindings[b].key_slots[part]);
            kind = kind == TOC_VALUE_NONE || kind == here ? here : TOC_VALUE_NUMBER;
        }
    }
    return kind;
}

static void add_names(struct names *names, struct toc_draft *draft)
{
    struct toc_rule *rule = draft->rule;

    add_name(names, TOC_STR("count"), &toc_cel_type_int, TOC_LEVEL_COUNT, false);
    if (toc_when_is_windowed(rule) && rule->kind != TOC_KIND_ALL_OF && !rule->has_near) {
        add_name(names, TOC_STR("value"), &toc_cel_type_double, TOC_LEVEL_VALUE, false);
    }
    for (size_t i = 0; i < rule->key_part_count; i++) {
        rule->alert.key_kinds[i] = key_kind(draft, i);
        add_name(names, rule->key_parts[i].name,
                 toc_cel_field_type(rule->alert.key_kinds[i], draft->loader->arena),
                 (int32_t)(TOC_LEVEL_KEY + i), false);
    }
    add_fields(names, draft);
}

static bool check_step(struct toc_draft *draft, const struct toc_yaml *step)
{
    struct toc_loader *loader = draft->loader;
    const struct toc_yaml *when = toc_yaml_find(step, "when");
    const struct toc_yaml *after = toc_yaml_find(step, "after");
    const struct toc_yaml *unless = toc_yaml_find(step, "unless");
    const struct toc_yaml *topic = toc_yaml_find(step, "topic");
    const struct toc_yaml *level = toc_yaml_find(step, "level");
    const struct toc_yaml *odd = unless != NULL ? unless : topic;

    if (when != NULL && after != NULL) {
        toc_loader_error(loader, "E0348", after->key_mark,
                         "a step has `when` or `after`, not both");
    } else if (when == NULL && after == NULL) {
        toc_loader_error(loader, "E0348", step->mark, "this step lacks `when` or `after`");
    } else if (when != NULL && odd != NULL) {
        toc_loader_error(loader, "E0348", odd->key_mark, "`%.*s` goes with `after`",
                         (int)odd->key.size, odd->key.data);
    } else if (level == NULL && (when != NULL || topic == NULL)) {
        toc_loader_error(loader, "E0348", step->mark, "this step lacks `level`%s",
                         after != NULL ? " or `topic`" : "");
    } else {
        return true;
    }
    return false;
}

static void read_level(struct toc_draft *draft, const struct toc_yaml *node,
                       struct toc_escalation *out)
{
    static const char *const words[] = {"informational", "low", "medium", "high", "critical", NULL};
    int word;

    if (!toc_loader_word(draft->loader, node, words, "level", &word)) {
        return;
    }
    out->has_level = true;
    out->level = (enum toc_level)word;
    if (out->level <= draft->rule->level && toc_yaml_find(draft->root, "level") != NULL) {
        toc_loader_error(draft->loader, "E0348", node->mark,
                         "the level of a step is higher than that of the rule, which is %s",
                         toc_level_text(draft->rule->level));
    }
}

static void read_step(struct toc_draft *draft, const struct toc_yaml *node,
                      const struct names *names, struct toc_escalation *out)
{
    static const char *const reasons[] = {"acked", NULL};
    const struct toc_cel_world world = {.variables = names->variables,
                                        .variable_count = names->count};
    struct toc_loader *loader = draft->loader;
    struct toc_alert_spec *spec = &draft->rule->alert;
    int unused;

    if (!toc_loader_is(loader, node, TOC_YAML_MAPPING, "a step of `escalate`") ||
        !toc_loader_keys(loader, node, TOC_BLOCK_ESCALATE, NULL) || !check_step(draft, node)) {
        return;
    }
    const struct toc_yaml *when = toc_yaml_find(node, "when");
    const struct toc_yaml *after = toc_yaml_find(node, "after");
    const struct toc_yaml *unless = toc_yaml_find(node, "unless");
    const struct toc_yaml *topic = toc_yaml_find(node, "topic");
    const struct toc_yaml *level = toc_yaml_find(node, "level");
    if (when != NULL) {
        out->when = toc_expression_read(loader, when, "when", &world);
        spec->has_when = true;
    } else {
        (void)toc_loader_span(loader, after, "after", &out->after_ms);
        spec->has_after = true;
    }
    out->is_unless_acked =
        unless != NULL && toc_loader_word(loader, unless, reasons, "reason", &unused);
    if (level != NULL) {
        read_level(draft, level, out);
    }
    if (topic != NULL && toc_alert_block_topic(loader, topic, &out->topic) &&
        toc_str_equal(out->topic, spec->topic)) {
        toc_loader_error(loader, "E0338", topic->mark, "the alert is told on \"%.*s\" already",
                         (int)out->topic.size, out->topic.data);
    }
}

/* The fields that are read, and which of the names. */
static void keep_fields(struct toc_draft *draft, const struct names *names)
{
    struct toc_alert_spec *spec = &draft->rule->alert;
    struct toc_level_field *fields =
        toc_arena_array(draft->loader->arena, names->field_count + 1, sizeof *fields);

    for (size_t s = 0; s < spec->escalation_count; s++) {
        const struct toc_cel_program *when = spec->escalations[s].when;
        const int32_t *ids;
        size_t count = when != NULL ? toc_cel_program_reads(when, &ids) : 0;
        for (size_t i = 0; i < count; i++) {
            spec->is_value_read |= ids[i] == TOC_LEVEL_VALUE;
            if (ids[i] >= TOC_LEVEL_FIELD) { /* The others stay empty: nobody asks for them. */
                size_t at = (size_t)(ids[i] - TOC_LEVEL_FIELD);
                fields[at] = names->fields[at];
                spec->level_field_count =
                    at + 1 > spec->level_field_count ? at + 1 : spec->level_field_count;
            }
        }
    }
    spec->level_fields = fields;
}

void toc_escalate_block_read(struct toc_draft *draft, const struct toc_yaml *node)
{
    struct toc_loader *loader = draft->loader;
    struct toc_alert_spec *spec = &draft->rule->alert;
    struct names names = {0};

    if (!toc_loader_is(loader, node, TOC_YAML_SEQUENCE, "`escalate`")) {
        return;
    }
    if (node->count == 0 || node->count > TOC_RULE_ESCALATIONS) {
        toc_loader_error(loader, "E0336", node->count == 0 ? node->key_mark : node->mark,
                         "`escalate` takes 1 to %d steps", (int)TOC_RULE_ESCALATIONS);
        return;
    }
    add_names(&names, draft);
    struct toc_escalation *steps = toc_arena_array(loader->arena, node->count, sizeof *steps);
    size_t count = 0;
    for (const struct toc_yaml *step = node->first; step != NULL; step = step->next) {
        read_step(draft, step, &names, &steps[count++]);
    }
    spec->escalations = steps;
    spec->escalation_count = count;
    keep_fields(draft, &names);
    toc_mem_free(names.variables);
    toc_mem_free(names.fields);
}
