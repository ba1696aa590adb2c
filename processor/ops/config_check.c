#include "event/decode_mapping.h"
#include "ops/config_holder.h"
#include "ops/config_read.h"

#include <arpa/inet.h>

struct toc_config_holder *toc_config_holder(const struct toc_config *config)
{
    union {
        const struct toc_config *in;
        struct toc_config_holder *out;
    } holder = {.in = config};
    return holder.out;
}

bool toc_config_is_loopback(struct toc_str address, bool *out_is_ip)
{
    unsigned char bytes[16];
    static const unsigned char local[16] = {[15] = 1};
    if (inet_pton(AF_INET, address.data, bytes) == 1) {
        *out_is_ip = true;
        return bytes[0] == 127;
    }
    *out_is_ip = inet_pton(AF_INET6, address.data, bytes) == 1;
    return *out_is_ip && memcmp(bytes, local, sizeof local) == 0;
}

/* Does the input bring events of this type? */
static bool brings(const struct toc_config_input *input, struct toc_str type)
{
    bool is_brought = input->types == NULL;
    for (size_t i = 0; i < input->type_count && !is_brought; i++) {
        is_brought = toc_catalogue_covers(input->types[i], type);
    }
    return is_brought;
}

static void check_types(const struct toc_yaml *node, const struct toc_catalogue *catalogue,
                        struct toc_diag *diag)
{
    size_t count = toc_catalogue_count(catalogue);
    struct toc_arena arena = {.used = 0};
    struct toc_str *names = toc_arena_array(&arena, count + 1, sizeof *names);
    bool is_list = node != NULL && node->kind == TOC_YAML_SEQUENCE;
    for (size_t i = 0; i < count; i++) {
        names[i] = toc_catalogue_type(catalogue, i)->name;
    }
    for (const struct toc_yaml *item = is_list ? node->first : node; item != NULL;
         item = is_list ? item->next : NULL) {
        bool is_known = false;
        for (size_t i = 0; i < count && !is_known; i++) {
            is_known = toc_catalogue_covers(item->text, names[i]);
        }
        if (!is_known) {
            toc_diag_add(diag, TOC_SEVERITY_ERROR, "E0414", item->mark,
                         toc_diag_nearest(item->text, names, count),
                         "no event type is called `%.*s`", (int)item->text.size, item->text.data);
        }
    }
    toc_arena_finish(&arena);
}

/* A rule that waits for what nobody brings never fires: its author should know. */
static void check_rule(const struct toc_config *config, const struct toc_catalogue *catalogue,
                       const struct toc_rule *rule, struct toc_mark mark, struct toc_diag *diag)
{
    for (size_t a = 0; a < rule->alias_count; a++) {
        const struct toc_alias *alias = &rule->aliases[a];
        bool is_brought = alias->roles == 0 || alias->is_alert;
        for (size_t b = 0; b < alias->binding_count && !is_brought; b++) {
            struct toc_str type =
                toc_catalogue_type(catalogue, (size_t)alias->bindings[b].type)->name;
            is_brought = toc_type_is_own(type);
            for (size_t i = 0; i < config->input_count && !is_brought; i++) {
                is_brought = brings(&config->inputs[i], type);
            }
        }
        if (!is_brought) {
            toc_diag_add(diag, TOC_SEVERITY_WARNING, "W0415", mark, (struct toc_str){.data = NULL},
                         "no input brings the events that rule `%.*s` calls `%.*s`",
                         (int)rule->name.size, rule->name.data, (int)alias->name.size,
                         alias->name.data);
        }
    }
}

/* Is @topic @begin and then one of @ends? */
static bool is_of(struct toc_str topic, struct toc_str begin, const char *const ends[])
{
    if (topic.size < begin.size || memcmp(topic.data, begin.data, begin.size) != 0) {
        return false;
    }
    struct toc_str end = {topic.data + begin.size, topic.size - begin.size};
    while (*ends != NULL && !toc_str_equal(end, toc_str_of(*ends))) {
        ends++;
    }
    return *ends != NULL;
}

static const char *const own_ends[] = {".alerts.open", ".dead", ".late", NULL};

/* What we write must not come back to us: a dead letter would be refused again, and again. */
static void check_topics(const struct toc_yaml *node, const struct toc_config *config,
                         const struct toc_ruleset *rules, struct toc_diag *diag)
{
    static const char *const ends[] = {
        "", ".exercise", ".test", ".shadow", ".shadow.exercise", ".shadow.test", NULL};
    bool is_list = node != NULL && node->kind == TOC_YAML_SEQUENCE;
    for (const struct toc_yaml *item = is_list ? node->first : node; item != NULL;
         item = is_list ? item->next : NULL) {
        bool is_written =
            is_of(item->text, config->app, own_ends) || toc_str_equal(item->text, config->actions);
        for (size_t i = 0; i < toc_ruleset_count(rules) && !is_written; i++) {
            const struct toc_alert_spec *alert = &toc_ruleset_get(rules, i)->alert;
            is_written = is_of(item->text, alert->topic, ends);
            for (size_t k = 0; k < alert->escalation_count && !is_written; k++) {
                struct toc_str topic = alert->escalations[k].topic;
                is_written = topic.size > 0 && is_of(item->text, topic, ends);
            }
        }
        if (is_written) {
            toc_diag_add(
                diag, TOC_SEVERITY_ERROR, "E0417", item->mark, (struct toc_str){.data = NULL},
                "`%.*s` is written by this processor or read for actions: it cannot be an input",
                (int)item->text.size, item->text.data);
        }
    }
}

static void check_told_on(const struct toc_config *config, const struct toc_rule *rule,
                          struct toc_str topic, struct toc_mark mark, struct toc_diag *diag)
{
    if (topic.size > 0 &&
        (is_of(topic, config->app, own_ends) || toc_str_equal(topic, config->actions))) {
        toc_diag_add(diag, TOC_SEVERITY_ERROR, "E0417", mark, (struct toc_str){.data = NULL},
                     "rule `%.*s` tells on `%.*s`, which is kept for something else",
                     (int)rule->name.size, rule->name.data, (int)topic.size, topic.data);
    }
}

bool toc_config_check(const struct toc_config *config, const struct toc_ruleset *rules,
                      struct toc_diag *diag)
{
    const struct toc_catalogue *catalogue = toc_ruleset_catalogue(rules);
    const struct toc_yaml *document = toc_config_holder(config)->document;
    const struct toc_yaml *app = toc_yaml_find(document, "app");
    const struct toc_yaml *inputs = toc_yaml_find(document, "inputs");
    size_t errors = toc_diag_errors(diag);
    struct toc_arena arena = {.used = 0};
    size_t index = 0;

    for (const struct toc_yaml *node = inputs->first; node != NULL; node = node->next, index++) {
        const struct toc_config_input *input = &config->inputs[index];
        struct toc_mapping *mapping = NULL;
        check_types(toc_yaml_find(node, "types"), catalogue, diag);
        check_topics(toc_yaml_find(node, "topics"), config, rules, diag);
        if (input->mapping != NULL) {
            (void)toc_mapping_parse(input->mapping, catalogue, &arena, diag, &mapping);
        }
    }
    for (size_t i = 0; i < toc_ruleset_count(rules); i++) {
        const struct toc_rule *rule = toc_ruleset_get(rules, i);
        check_rule(config, catalogue, rule, inputs->key_mark, diag);
        check_told_on(config, rule, rule->alert.topic, app->mark, diag);
        for (size_t k = 0; k < rule->alert.escalation_count; k++) {
            check_told_on(config, rule, rule->alert.escalations[k].topic, app->mark, diag);
        }
    }
    toc_arena_finish(&arena);
    return toc_diag_errors(diag) == errors;
}
