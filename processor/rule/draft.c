#include "rule/below.h"

static const char *const levels[] = {"informational", "low", "medium", "high", "critical", NULL};
static const char *const statuses[] = {"experimental", "stable", "deprecated", NULL};

/* The child @key of the rule, or NULL with E0302 if it is compulsory. */
static const struct toc_yaml *child(struct toc_draft *draft, const char *key, bool compulsory)
{
    const struct toc_yaml *node = toc_yaml_find(draft->root, key);

    if (node == NULL && compulsory && !toc_loader_is_misspelt(draft->loader, draft->root, key)) {
        toc_loader_error(draft->loader, "E0302", draft->rule->mark, "this rule lacks `%s`", key);
    }
    return node;
}

static void read_text(struct toc_draft *draft, const char *key, struct toc_str *out)
{
    const struct toc_yaml *node = child(draft, key, false);

    if (node != NULL) {
        (void)toc_loader_text(draft->loader, node, key, out);
    }
}

static void read_version(struct toc_draft *draft)
{
    const struct toc_yaml *node = child(draft, "version", false);
    struct toc_str text;

    draft->rule->version = 1;
    if (node == NULL || !toc_loader_text(draft->loader, node, "version", &text)) {
        return;
    }
    if (!toc_loader_decimal(text, 0, &draft->rule->version) || draft->rule->version < 1 ||
        draft->rule->version > TOC_RULE_COUNT_MAX) {
        toc_loader_error(draft->loader, "E0320", node->mark,
                         "version must be a whole number from 1 to %d", (int)TOC_RULE_COUNT_MAX);
    }
}

static void read_tags(struct toc_draft *draft)
{
    const struct toc_yaml *node = child(draft, "tags", false);

    if (node == NULL || !toc_loader_texts(draft->loader, node, "tags", &draft->rule->tags,
                                          &draft->rule->tag_count)) {
        return;
    }
    toc_loader_check_names(draft->loader, node, draft->loader->tags, "E0310", "tag");
}

static void read_head(struct toc_draft *draft)
{
    struct toc_loader *loader = draft->loader;
    struct toc_rule *rule = draft->rule;
    const struct toc_yaml *node;
    const struct toc_str *unused;
    size_t unused_count;
    int word;

    node = child(draft, "rule", true);
    if (node != NULL) {
        rule->mark = node->mark;
        (void)toc_loader_name(loader, node, true, "the name of a rule", &rule->name);
    }
    toc_texts_read(draft, child(draft, "title", true), TOC_TEXT_TITLE);
    read_text(draft, "owner", &rule->owner);
    read_text(draft, "description", &rule->description);
    read_version(draft);
    node = child(draft, "status", true);
    if (node != NULL && toc_loader_word(loader, node, statuses, "status", &word)) {
        rule->status = (enum toc_rule_status)word;
    }
    node = child(draft, "level", true);
    if (node != NULL && toc_loader_word(loader, node, levels, "level", &word)) {
        rule->level = (enum toc_level)word;
    }
    toc_texts_read(draft, child(draft, "response", false), TOC_TEXT_RESPONSE);
    node = child(draft, "falsepositives", false);
    if (node != NULL) {
        (void)toc_loader_texts(loader, node, "falsepositives", &unused, &unused_count);
    }
    node = child(draft, "references", false);
    if (node != NULL) {
        (void)toc_loader_texts(loader, node, "references", &unused, &unused_count);
    }
    read_tags(draft);
}

static void warn_unused(struct toc_draft *draft)
{
    for (size_t i = 0; i < draft->rule->alias_count; i++) {
        const struct toc_alias *alias = &draft->rule->aliases[i];

        if (alias->roles == 0 && !draft->is_broken[i]) {
            toc_diag_add(draft->loader->diag, TOC_SEVERITY_WARNING, "W0343",
                         draft->nodes[i]->key_mark, TOC_STR(""), "event \"%.*s\" is never used",
                         (int)alias->name.size, alias->name.data);
        }
    }
}

/* What needs every event with its roles: key and ties, then members and templates. */
static void read_rest(struct toc_draft *draft)
{
    const struct toc_yaml *members = toc_yaml_find(draft->when, "members");
    const struct toc_yaml *brief = toc_yaml_find(draft->alert, "brief");
    const struct toc_yaml *summary = toc_yaml_find(draft->alert, "summary");
    const struct toc_yaml *escalate = toc_yaml_find(draft->alert, "escalate");

    toc_key_resolve(draft);
    toc_below_check(draft);
    if (draft->is_key_broken) {
        return;
    }
    toc_own_read(draft);
    if (members != NULL) {
        toc_members_read(draft, members);
    }
    toc_texts_read(draft, brief, TOC_TEXT_BRIEF);
    toc_texts_read(draft, summary, TOC_TEXT_SUMMARY);
    if (escalate != NULL) {
        toc_escalate_block_read(draft, escalate);
    }
}

struct toc_rule *toc_draft_read(struct toc_loader *loader, const struct toc_yaml *document)
{
    size_t errors = toc_diag_errors(loader->diag);
    struct toc_rule *rule = toc_arena_get(loader->arena, sizeof *rule);
    struct toc_draft draft = {.loader = loader, .rule = rule, .root = document};

    rule->source = document;
    rule->mark = document->mark;
    rule->wording_count = 1;
    rule->alert.update_every_ms = 10000;
    if (!toc_loader_is(loader, document, TOC_YAML_MAPPING, "a rule")) {
        return NULL;
    }
    if (document->first != NULL) {
        rule->mark = document->first->key_mark;
    }
    (void)toc_loader_keys(loader, document, TOC_BLOCK_RULE, NULL);
    read_head(&draft);

    const struct toc_yaml *events = child(&draft, "events", true);
    draft.when = child(&draft, "when", true);
    draft.alert = child(&draft, "alert", true);
    rule->tests = child(&draft, "tests", false);
    if (events != NULL) {
        toc_events_read(&draft, events);
    }
    if (draft.when != NULL && rule->alias_count > 0) {
        toc_when_read(&draft);
        if (draft.alert != NULL) {
            toc_alert_block_read(&draft);
        }
        if (!draft.is_when_broken) {
            read_rest(&draft);
        }
        if (toc_diag_errors(loader->diag) == errors) {
            warn_unused(&draft);
        }
    }
    toc_inline_check(&draft, rule->tests);
    if (toc_diag_errors(loader->diag) == errors) {
        rule->hash = toc_semantic_hash(rule, loader->catalogue, loader->places, &rule->window_hash);
        toc_absence_block_part(&draft);
    }
    return rule->name.size > 0 ? rule : NULL;
}
