/* inline.c - the shape of `tests`. Their values are read when they run (tocsin test); here: keys,
 * times, types, field names, states, and that a stable rule has a firing and a quiet one. */
#include "base/instant.h"
#include "rule/draft.h"

static bool is_time(const struct toc_yaml *node)
{
    int64_t unused;

    return node->kind == TOC_YAML_SCALAR &&
           (toc_span_parse(node->text, &unused) || toc_instant_parse(node->text, &unused));
}

/* Is @key a field of an event of @type, or of the envelope? */
static bool is_field(const struct toc_type *type, struct toc_str key)
{
    return (type != NULL && toc_type_field(type, key) >= 0) ||
           toc_envelope_slot(key) != TOC_SLOT_NONE;
}

/* The key of @event that was to be @key, if one is spelt nearly so and is no field: of @type, or if
 * that is not known, of the envelope. */
static const struct toc_yaml *find_misspelt(const struct toc_yaml *event,
                                            const struct toc_type *type, const char *key)
{
    struct toc_str name = toc_str_of(key);

    for (const struct toc_yaml *child = event->first; child != NULL; child = child->next) {
        if (!is_field(type, child->key) && toc_diag_nearest(child->key, &name, 1).size > 0) {
            return child;
        }
    }
    return NULL;
}

/* @type: of the event, NULL if it is not known. */
static void check_time(struct toc_draft *draft, const struct toc_yaml *event,
                       const struct toc_type *type)
{
    const struct toc_yaml *time = toc_yaml_find(event, "time");

    if (time == NULL && find_misspelt(event, type, "time") != NULL) {
        return; /* Told as a field that is not known. */
    }
    if (time == NULL) {
        toc_loader_error(draft->loader, "E0302", event->mark, "this event lacks `time`");
    } else if (!is_time(time)) {
        toc_loader_error(draft->loader, "E0341", time->mark,
                         "`time` must be an offset such as 4m, or a full time");
    }
}

/* { time, alert: RULE, state: acked, key }: all else an alert does follows from events. */
static void check_acknowledged(struct toc_draft *draft, const struct toc_yaml *event,
                               const struct toc_yaml *alert)
{
    static const char *const states[] = {"acked", NULL};
    struct toc_loader *loader = draft->loader;
    const struct toc_yaml *state = toc_yaml_find(event, "state");
    const struct toc_yaml *key = toc_yaml_find(event, "key");
    struct toc_str name;
    int unused;

    check_time(draft, event, NULL);
    (void)toc_loader_text(loader, alert, "alert", &name);
    if (state == NULL) {
        toc_loader_error(loader, "E0302", event->mark, "this event lacks `state`");
    } else {
        (void)toc_loader_word(loader, state, states, "state", &unused);
    }
    if (key != NULL) {
        (void)toc_loader_is(loader, key, TOC_YAML_MAPPING, "`key`");
    }
}

static void check_event(struct toc_draft *draft, const struct toc_yaml *event)
{
    struct toc_loader *loader = draft->loader;
    const struct toc_yaml *alert = toc_yaml_find(event, "alert");
    const struct toc_yaml *type = toc_yaml_find(event, "type");
    struct toc_str name;

    if (!toc_loader_is(loader, event, TOC_YAML_MAPPING, "an event of a test")) {
        return;
    }
    if (alert != NULL) {
        check_acknowledged(draft, event, alert);
        return;
    }
    if (type == NULL) {
        struct toc_str meant = TOC_STR("type");
        const struct toc_yaml *misspelt = find_misspelt(event, NULL, "type");

        check_time(draft, event, NULL);
        if (misspelt == NULL) {
            toc_loader_error(loader, "E0302", event->mark, "this event lacks `type`");
        } else {
            toc_loader_unknown(loader, "E0301", misspelt->key_mark, misspelt->key,
                               (struct toc_names){.names = &meant, .count = 1},
                               "unknown key \"%.*s\" in an event of a test",
                               (int)misspelt->key.size, misspelt->key.data);
        }
        return;
    }
    if (!toc_loader_text(loader, type, "type", &name)) {
        return;
    }
    int index = toc_catalogue_find(loader->catalogue, name);
    check_time(draft, event,
               index < 0 ? NULL : toc_catalogue_type(loader->catalogue, (size_t)index));
    if (index < 0) {
        toc_loader_unknown(loader, "E0304", type->mark, name, loader->types,
                           "unknown event type \"%.*s\"", (int)name.size, name.data);
        return;
    }
    const struct toc_type *found = toc_catalogue_type(loader->catalogue, (size_t)index);
    for (const struct toc_yaml *field = event->first; field != NULL; field = field->next) {
        if (!is_field(found, field->key)) {
            toc_events_unknown_field(loader, field->key_mark, found, field->key);
        }
    }
}

static void check_expected(struct toc_draft *draft, const struct toc_yaml *alert)
{
    static const char *const states[] = {"new",       "update",    "cleared",     "expired",
                                         "cancelled", "escalated", "deescalated", NULL};
    struct toc_loader *loader = draft->loader;
    const struct toc_rule *rule = draft->rule;
    int unused;

    if (!toc_loader_is(loader, alert, TOC_YAML_MAPPING, "an expected alert")) {
        return;
    }
    const struct toc_yaml *time = toc_yaml_find(alert, "time");
    if (time != NULL && !is_time(time)) {
        toc_loader_error(loader, "E0341", time->mark,
                         "`time` must be an offset such as 4m, or a full time");
    }
    const struct toc_yaml *state = toc_yaml_find(alert, "state");
    if (state != NULL) {
        (void)toc_loader_word(loader, state, states, "state", &unused);
    }
    const struct toc_yaml *key = toc_yaml_find(alert, "key");
    if (key == NULL || draft->is_key_broken || draft->is_when_broken) {
        return;
    }
    if (!toc_loader_is(loader, key, TOC_YAML_MAPPING, "`key`")) {
        return;
    }
    for (const struct toc_yaml *part = key->first; part != NULL; part = part->next) {
        struct toc_str names[TOC_RULE_KEY_PARTS + 1] = {TOC_STR("mode")};
        bool is_found = toc_str_equal(part->key, names[0]);

        for (size_t i = 0; i < rule->key_part_count; i++) {
            names[i + 1] = rule->key_parts[i].name;
            is_found = is_found || toc_str_equal(part->key, names[i + 1]);
        }
        if (!is_found) {
            toc_loader_unknown(
                loader, "E0341", part->key_mark, part->key,
                (struct toc_names){.names = names, .count = rule->key_part_count + 1},
                "\"%.*s\" is no part of the key", (int)part->key.size, part->key.data);
        }
    }
}

static void check_lists(struct toc_draft *draft, const struct toc_yaml *lists)
{
    struct toc_loader *loader = draft->loader;

    if (!toc_loader_is(loader, lists, TOC_YAML_MAPPING, "`lists`")) {
        return;
    }
    for (const struct toc_yaml *list = lists->first; list != NULL; list = list->next) {
        bool is_known = false;

        (void)toc_loader_is(loader, list, TOC_YAML_SEQUENCE, "a list");
        for (size_t i = 0; i < loader->list_names.count; i++) {
            is_known = is_known || toc_str_equal(loader->list_names.names[i], list->key);
        }
        if (!is_known) {
            toc_loader_unknown(loader, "E0307", list->key_mark, list->key, loader->list_names,
                               "unknown list \"%.*s\"", (int)list->key.size, list->key.data);
        }
    }
}

/* One test; tells what it is for. */
static void check_test(struct toc_draft *draft, const struct toc_yaml *test, bool *out_fires,
                       bool *out_is_quiet)
{
    static const char *const keys[] = {"name", "given", "expect"};
    struct toc_loader *loader = draft->loader;
    struct toc_str unused;

    if (!toc_loader_is(loader, test, TOC_YAML_MAPPING, "a test")) {
        return;
    }
    (void)toc_loader_keys(loader, test, TOC_BLOCK_TEST, NULL);
    for (size_t i = 0; i < 3; i++) {
        if (toc_yaml_find(test, keys[i]) == NULL &&
            !toc_loader_is_misspelt(loader, test, keys[i])) {
            toc_loader_error(loader, "E0302", test->mark, "this test lacks `%s`", keys[i]);
        }
    }
    const struct toc_yaml *name = toc_yaml_find(test, "name");
    if (name != NULL) {
        (void)toc_loader_text(loader, name, "name", &unused);
    }
    const struct toc_yaml *given = toc_yaml_find(test, "given");
    if (given != NULL && toc_loader_is(loader, given, TOC_YAML_SEQUENCE, "`given`")) {
        for (const struct toc_yaml *event = given->first; event != NULL; event = event->next) {
            check_event(draft, event);
        }
    }
    const struct toc_yaml *expect = toc_yaml_find(test, "expect");
    if (expect != NULL && toc_loader_is(loader, expect, TOC_YAML_SEQUENCE, "`expect`")) {
        *out_fires = *out_fires || expect->count > 0;
        *out_is_quiet = *out_is_quiet || expect->count == 0;
        for (const struct toc_yaml *alert = expect->first; alert != NULL; alert = alert->next) {
            check_expected(draft, alert);
        }
    }
    const struct toc_yaml *lists = toc_yaml_find(test, "lists");
    if (lists != NULL) {
        check_lists(draft, lists);
    }
}

void toc_inline_check(struct toc_draft *draft, const struct toc_yaml *tests)
{
    struct toc_loader *loader = draft->loader;
    const struct toc_yaml *status = toc_yaml_find(draft->root, "status");
    size_t errors = toc_diag_errors(loader->diag);
    bool fires = false, is_quiet = false;

    if (tests != NULL && toc_loader_is(loader, tests, TOC_YAML_SEQUENCE, "`tests`")) {
        for (const struct toc_yaml *test = tests->first; test != NULL; test = test->next) {
            check_test(draft, test, &fires, &is_quiet);
        }
    }
    if (status == NULL || !toc_str_equal(status->text, TOC_STR("stable")) || (fires && is_quiet) ||
        (tests == NULL && toc_loader_is_misspelt(loader, draft->root, "tests")) ||
        toc_diag_errors(loader->diag) > errors) {
        return; /* Or it cannot be said what the broken tests were for. */
    }
    toc_loader_error(loader, "E0334", tests != NULL ? tests->key_mark : status->mark,
                     "a stable rule needs a test that fires and a quiet one (expect: []); "
                     "this one lacks %s",
                     fires      ? "the quiet one"
                     : is_quiet ? "the one that fires"
                                : "both");
}
