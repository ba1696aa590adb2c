#include "rule/below.h"

#include "base/mem.h"

static const char *const changes[] = {"new",     "acked",   "escalated", "deescalated",
                                      "cleared", "expired", NULL};
static const char *const levels[] = {"informational", "low", "medium", "high", "critical", NULL};

/* --- The set as a graph --------------------------------------------------------------------- */

void toc_below_gather(struct toc_loader *loader, const struct toc_yaml *document)
{
    const struct toc_yaml *name = toc_yaml_find(document, "rule");
    const struct toc_yaml *status = toc_yaml_find(document, "status");

    if (loader->document_count == loader->document_room) {
        size_t room = loader->document_room * 2 + 32;
        struct toc_document *documents = toc_arena_array(loader->arena, room, sizeof *documents);
        if (loader->document_count > 0) {
            memcpy(documents, loader->documents, loader->document_count * sizeof *documents);
        }
        loader->documents = documents;
        loader->document_room = room;
    }
    loader->documents[loader->document_count++] = (struct toc_document){
        .node = document,
        .name = name != NULL && name->kind == TOC_YAML_SCALAR ? name->text : TOC_STR(""),
        .is_experimental = status != NULL && toc_str_equal(status->text, TOC_STR("experimental")),
        .type = -1,
    };
}

static struct toc_document *find(const struct toc_loader *loader, struct toc_str name)
{
    for (size_t i = 0; name.size > 0 && i < loader->document_count; i++) {
        if (toc_str_equal(loader->documents[i].name, name)) {
            return &loader->documents[i];
        }
    }
    return NULL;
}

/* The next event of @document that names alerts, behind @after (NULL: the first). */
static const struct toc_yaml *next_alert(const struct toc_document *document,
                                         const struct toc_yaml *after)
{
    const struct toc_yaml *events = toc_yaml_find(document->node, "events");
    const struct toc_yaml *event = after != NULL    ? after->next
                                   : events != NULL ? events->first
                                                    : NULL;

    while (event != NULL) {
        const struct toc_yaml *alert = toc_yaml_find(event, "alert");
        if (alert != NULL && alert->kind == TOC_YAML_SCALAR) {
            return event;
        }
        event = event->next;
    }
    return NULL;
}

static bool is_any(const struct toc_yaml *event)
{
    return toc_str_equal(toc_yaml_find(event, "alert")->text, TOC_STR("any"));
}

/* Who rests on `any`, directly or not: once around for each step of the longest way. */
static void mark_above_any(struct toc_loader *loader)
{
    bool is_changed = true;

    while (is_changed) {
        is_changed = false;
        for (size_t i = 0; i < loader->document_count; i++) {
            struct toc_document *document = &loader->documents[i];
            const struct toc_yaml *event = NULL;

            while (!document->is_above_any && (event = next_alert(document, event)) != NULL) {
                const struct toc_document *below =
                    find(loader, toc_yaml_find(event, "alert")->text);
                document->is_above_any = is_any(event) || (below != NULL && below->is_above_any);
                is_changed = is_changed || document->is_above_any;
            }
        }
    }
}

struct way { /* From a rule down to the one being read. */
    const struct way *above;
    struct toc_document *document;
    size_t length;
};

/* The cycle that @way closes by naming @document again: told where it is named. */
static void tell_cycle(struct toc_loader *loader, const struct way *way,
                       const struct toc_document *document, struct toc_mark mark)
{
    const struct toc_document *names[TOC_RULE_RANK + 2];
    size_t count = 0;
    struct toc_text text = {0};

    for (const struct way *at = way; at != NULL && count <= TOC_RULE_RANK; at = at->above) {
        names[count++] = at->document;
        if (at->document == document) {
            break;
        }
    }
    while (count-- > 0) {
        toc_text_add(&text, names[count]->name);
        toc_text_add(&text, TOC_STR(" -> "));
    }
    toc_text_add(&text, document->name);
    toc_loader_error(loader, "E0380", mark, "rules rest on each other: %.*s", (int)text.size,
                     text.data);
    toc_text_finish(&text);
}

static void read_document(struct toc_loader *loader, struct toc_document *document,
                          const struct way *above)
{
    struct way way = {
        .above = above, .document = document, .length = above != NULL ? above->length + 1 : 1};
    const struct toc_yaml *event = NULL;
    bool is_broken = false;

    document->state = TOC_DOCUMENT_OPEN;
    while ((event = next_alert(document, event)) != NULL) {
        const struct toc_yaml *alert = toc_yaml_find(event, "alert");
        struct toc_document *below = find(loader, alert->text);

        for (size_t i = 0; is_any(event) && i < loader->document_count; i++) {
            if (loader->documents[i].state == TOC_DOCUMENT_UNREAD &&
                !loader->documents[i].is_above_any && way.length <= TOC_RULE_RANK) {
                read_document(loader, &loader->documents[i], &way);
            }
        }
        if (below == NULL || is_any(event) || below->state == TOC_DOCUMENT_READ) {
            continue;
        }
        if (below->state == TOC_DOCUMENT_OPEN) {
            tell_cycle(loader, &way, below, alert->mark);
            is_broken = true;
        } else if (way.length > TOC_RULE_RANK) {
            toc_loader_error(loader, "E0336", alert->mark,
                             "rules rest on each other more than %d deep", (int)TOC_RULE_RANK);
            is_broken = true;
        } else {
            read_document(loader, below, &way);
        }
    }
    size_t errors = toc_diag_errors(loader->diag);
    document->rule = toc_draft_read(loader, document->node);
    document->is_broken =
        is_broken || document->rule == NULL || toc_diag_errors(loader->diag) > errors;
    document->state = TOC_DOCUMENT_READ;
}

void toc_below_read(struct toc_loader *loader)
{
    mark_above_any(loader);
    for (size_t i = 0; i < loader->document_count; i++) {
        if (loader->documents[i].state == TOC_DOCUMENT_UNREAD) {
            read_document(loader, &loader->documents[i], NULL);
        }
    }
}

/* --- Alerts as an event type ---------------------------------------------------------------- */

static void add_field(struct toc_field fields[], size_t *count, struct toc_str name,
                      enum toc_value_kind kind, struct toc_str place_kind)
{
    for (size_t i = 0; i < *count; i++) {
        if (toc_str_equal(fields[i].name, name)) {
            return; /* A part of the key is called so. */
        }
    }
    fields[(*count)++] = (struct toc_field){.name = name, .kind = kind, .place_kind = place_kind};
}

/* The type of @below's alerts: the parts of its key, then what every alert has. */
static int type_of(struct toc_loader *loader, struct toc_document *below)
{
    const struct toc_rule *rule = below->rule;
    struct toc_field fields[TOC_RULE_KEY_PARTS + 4];
    struct toc_str none = {0};
    struct toc_text name = {0};
    size_t count = 0;

    if (below->type >= 0) {
        return below->type;
    }
    for (size_t i = 0; i < rule->key_part_count; i++) {
        const struct toc_key_part *part = &rule->key_parts[i];
        add_field(fields, &count, part->name, part->kind, part->is_place ? part->name : none);
    }
    add_field(fields, &count, TOC_STR("alert_id"), TOC_VALUE_TEXT, none);
    add_field(fields, &count, TOC_STR("rule"), TOC_VALUE_TEXT, none);
    add_field(fields, &count, TOC_STR("level"), TOC_VALUE_TEXT, none);
    size_t before = count;
    add_field(fields, &count, TOC_STR("location"), TOC_VALUE_POINT, none);
    toc_text_addf(&name, "alert %.*s", (int)rule->name.size, rule->name.data);
    below->type = toc_catalogue_add_alerts(loader->alert_types, toc_text_str(&name), fields, count,
                                           count > before ? (int)before : -1);
    toc_text_finish(&name);
    return below->type;
}

static void add_binding(struct toc_draft *draft, struct toc_alias *alias,
                        struct toc_document *below)
{
    struct toc_binding *binding = &alias->bindings[alias->binding_count++];
    struct toc_rule *rule = draft->rule;
    const struct toc_rule *under = below->rule;

    *binding = (struct toc_binding){.type = type_of(draft->loader, below),
                                    .at_slot = TOC_SLOT_NONE,
                                    .value_slot = TOC_SLOT_NONE,
                                    .from_slot = TOC_SLOT_NONE,
                                    .below = under};
    for (size_t k = 0; k < TOC_RULE_KEY_PARTS; k++) {
        binding->key_slots[k] = TOC_SLOT_NONE;
    }
    int64_t memory_ms = toc_rule_memory_ms(under), lag_ms = toc_rule_lag_ms(under);
    rule->rank = under->rank + 1 > rule->rank ? under->rank + 1 : rule->rank;
    rule->below_memory_ms = memory_ms > rule->below_memory_ms ? memory_ms : rule->below_memory_ms;
    rule->below_lag_ms = lag_ms > rule->below_lag_ms ? lag_ms : rule->below_lag_ms;
}

/* `alert: any`: every rule that rests on no `any`. */
static bool bind_any(struct toc_draft *draft, struct toc_alias *alias)
{
    struct toc_loader *loader = draft->loader;
    bool is_experimental = draft->rule->status == TOC_RULE_EXPERIMENTAL;

    for (size_t i = 0; i < loader->document_count; i++) {
        struct toc_document *below = &loader->documents[i];

        if (!below->is_above_any && below->state == TOC_DOCUMENT_READ && !below->is_broken &&
            (is_experimental || !below->is_experimental)) {
            add_binding(draft, alias, below);
        }
    }
    return alias->binding_count > 0;
}

static bool bind_one(struct toc_draft *draft, const struct toc_yaml *node, struct toc_alias *alias)
{
    struct toc_loader *loader = draft->loader;
    struct toc_document *below = find(loader, node->text);

    if (below == NULL) {
        struct toc_str *names =
            toc_arena_array(loader->arena, loader->document_count + 1, sizeof *names);
        for (size_t i = 0; i < loader->document_count; i++) {
            names[i] = loader->documents[i].name;
        }
        if (!loader->is_cut_short) {
            toc_loader_unknown(loader, "E0381", node->mark, node->text,
                               (struct toc_names){.names = names, .count = loader->document_count},
                               "there is no rule \"%.*s\"", (int)node->text.size, node->text.data);
        }
        return false;
    }
    if (below->is_experimental && draft->rule->status != TOC_RULE_EXPERIMENTAL) {
        toc_loader_error(loader, "E0382", node->mark,
                         "rule \"%.*s\" is experimental: only experimental rules may rest on it",
                         (int)node->text.size, node->text.data);
        return false;
    }
    if (below->state != TOC_DOCUMENT_READ || below->is_broken) {
        return false; /* Told. */
    }
    add_binding(draft, alias, below);
    return true;
}

bool toc_below_bind(struct toc_draft *draft, const struct toc_yaml *node, int index)
{
    struct toc_loader *loader = draft->loader;
    struct toc_alias *alias = &draft->rule->aliases[index];
    const struct toc_yaml *alert = toc_yaml_find(node, "alert");
    const struct toc_yaml *state = toc_yaml_find(node, "state");
    const struct toc_yaml *level = toc_yaml_find(node, "level");
    struct toc_str text;
    int word;
    bool ok = true;

    alias->is_alert = true;
    if (!toc_loader_text(loader, alert, "alert", &text)) {
        return false;
    }
    alias->is_any = toc_str_equal(text, TOC_STR("any"));
    alias->bindings =
        toc_arena_array(loader->arena, loader->document_count + 1, sizeof *alias->bindings);
    if (state != NULL) {
        ok = toc_loader_word(loader, state, changes, "state", &word);
        alias->change = ok ? (enum toc_change)(word + 1) : TOC_CHANGE_NONE;
    }
    if (level != NULL && !alias->is_any) {
        toc_loader_error(loader, "E0329", level->key_mark, "`level` goes with `alert: any`");
        ok = false;
    } else if (level != NULL) {
        ok = toc_loader_word(loader, level, levels, "level", &word) && ok;
        alias->level = ok ? (enum toc_level)word : TOC_LEVEL_INFORMATIONAL;
    }
    return (alias->is_any ? bind_any(draft, alias) : bind_one(draft, alert, alias)) && ok;
}

/* --- What an alert can be ------------------------------------------------------------------- */

void toc_below_check(struct toc_draft *draft)
{
    struct toc_rule *rule = draft->rule;
    bool awaits_change = false;

    for (size_t i = 0; i < rule->alias_count; i++) {
        awaits_change |= (rule->aliases[i].roles & TOC_ROLE_EXPECTED) != 0 &&
                         rule->aliases[i].is_alert &&
                         (rule->aliases[i].change == TOC_CHANGE_ACKED ||
                          rule->aliases[i].change == TOC_CHANGE_NEW);
    }
    for (size_t i = 0; i < rule->alias_count; i++) {
        struct toc_alias *alias = &rule->aliases[i];

        if (!alias->is_alert || draft->is_broken[i]) {
            continue;
        }
        if ((alias->roles & TOC_ROLE_AFTER) != 0 && awaits_change &&
            alias->change == TOC_CHANGE_NONE) {
            alias->change = TOC_CHANGE_NEW; /* A clock that waits for a change starts so. */
        }
        if ((alias->roles & TOC_ROLE_COUNTED) == 0) {
            continue;
        }
        if (rule->kind == TOC_KIND_LATEST) {
            toc_loader_error(draft->loader, "E0329", draft->role_marks[i],
                             "an alert does not go with `latest`: it says nothing when it is over; "
                             "write count: %.*s, at_least: 1",
                             (int)alias->name.size, alias->name.data);
            continue;
        }
        if (toc_rule_is_weighing(rule)) {
            toc_loader_error(draft->loader, "E0329", draft->role_marks[i],
                             "alerts do not fade and have no weight: `half_life` and `weight` go "
                             "with reported events");
            continue;
        }
        alias->is_stretch = toc_when_is_windowed(rule) && alias->change == TOC_CHANGE_NONE;
    }
}
