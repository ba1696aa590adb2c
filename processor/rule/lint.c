#include "rule/lint.h"

#include <math.h>
#include <stdio.h>

#include "rule/draft.h"
#include "rule/possible.h"

/* One rule under the glass. */
struct lint {
    const struct toc_catalogue *catalogue;
    const struct toc_rule *rule;
    struct toc_diag *diag;
    const struct toc_yaml *events, *when;
};

#define WARN(lint, code, mark, suggestion, ...)                                                    \
    toc_diag_add((lint)->diag, TOC_SEVERITY_WARNING, code, mark, suggestion, __VA_ARGS__)

static const struct toc_yaml *alias_node(const struct lint *lint, const struct toc_alias *alias)
{
    for (const struct toc_yaml *node = lint->events->first; node != NULL; node = node->next) {
        if (toc_str_equal(node->key, alias->name)) {
            return node;
        }
    }
    return lint->events;
}

/* The last test of field @name under `match` of @alias, or the alias itself. */
static const struct toc_yaml *test_node(const struct lint *lint, const struct toc_alias *alias,
                                        struct toc_str name)
{
    const struct toc_yaml *found = alias_node(lint, alias);
    const struct toc_yaml *match = toc_yaml_find(found, "match");

    for (const struct toc_yaml *node = match != NULL ? match->first : NULL; node != NULL;
         node = node->next) {
        const char *bar = memchr(node->key.data, '|', node->key.size);
        struct toc_str field = node->key;

        field.size = bar != NULL ? (size_t)(bar - field.data) : field.size;
        found = toc_str_equal(field, name) ? node : found;
    }
    return found;
}

/* --- Events that cannot be -------------------------------------------------------------------- */

/* False: no event of this type meets the condition, and it has been said. */
static bool check_condition(const struct lint *lint, const struct toc_alias *alias,
                            const struct toc_binding *binding)
{
    const struct toc_type *type = toc_catalogue_type(lint->catalogue, (size_t)binding->type);

    for (size_t i = 0; i < binding->condition.count; i++) {
        int slot = binding->condition.tests[i].slot;
        if (!toc_possible_find(type, &binding->condition, slot).is_any) {
            struct toc_str name = toc_type_slot_name(type, slot);
            WARN(lint, "W0371", test_node(lint, alias, name)->key_mark, (struct toc_str){0},
                 "no %.*s can meet what is asked of \"%.*s\": \"%.*s\" never qualifies",
                 (int)type->name.size, type->name.data, (int)name.size, name.data,
                 (int)alias->name.size, alias->name.data);
            return false;
        }
    }
    return true;
}

static bool equal_tests(const struct toc_test *a, const struct toc_test *b)
{
    if (a->slot != b->slot || a->op != b->op || a->is_negated != b->is_negated ||
        a->is_all != b->is_all || a->is_cased != b->is_cased ||
        a->operand_count != b->operand_count || a->op == TOC_TEST_PATTERN) {
        return false;
    }
    for (size_t i = 0; i < a->operand_count; i++) {
        const struct toc_value *x = &a->operands[i], *y = &b->operands[i];
        bool is_equal = x->kind == y->kind;

        switch (x->kind) {
        case TOC_VALUE_BOOL:
            is_equal = is_equal && x->is_true == y->is_true;
            break;
        case TOC_VALUE_INTEGER:
            is_equal = is_equal && x->integer == y->integer;
            break;
        case TOC_VALUE_NUMBER:
            is_equal = is_equal && !(x->number < y->number) && !(x->number > y->number);
            break;
        case TOC_VALUE_TIME:
            is_equal = is_equal && x->at_ms == y->at_ms;
            break;
        default:
            is_equal = is_equal && toc_str_equal(x->text, y->text);
            break;
        }
        if (!is_equal) {
            return false;
        }
    }
    return true;
}

/* Does @wide take every event that @narrow takes, as far as tests that read the same tell? */
static bool takes_all_of(const struct toc_alias *wide, const struct toc_alias *narrow)
{
    bool same_near = !wide->near.is_set ||
                     (narrow->near.is_set && toc_str_equal(wide->near.kind, narrow->near.kind) &&
                      wide->near.only == narrow->near.only &&
                      wide->near.distance_mm >= narrow->near.distance_mm);

    for (size_t i = 0; same_near && i < narrow->binding_count; i++) {
        const struct toc_binding *n = &narrow->bindings[i];
        bool is_covered = false;

        for (size_t j = 0; !is_covered && j < wide->binding_count; j++) {
            const struct toc_binding *w = &wide->bindings[j];

            /* What a `where` takes, its text alone does not tell. */
            is_covered =
                w->type == n->type && w->at_slot == n->at_slot && w->condition.where == NULL;
            for (size_t t = 0; is_covered && t < w->condition.count; t++) {
                bool is_there = false;

                for (size_t u = 0; u < n->condition.count; u++) {
                    is_there =
                        is_there || equal_tests(&w->condition.tests[t], &n->condition.tests[u]);
                }
                is_covered = is_there;
            }
        }
        if (!is_covered) {
            return false;
        }
    }
    return same_near && narrow->binding_count > 0;
}

/* A middle step that is itself what must not come between. */
static void check_steps(const struct lint *lint)
{
    const struct toc_rule *rule = lint->rule;
    const struct toc_yaml *sequence = toc_yaml_find(lint->when, "sequence");
    const struct toc_yaml *item = sequence != NULL ? sequence->first : NULL;

    for (size_t i = 0; i < rule->step_count && item != NULL; i++, item = item->next) {
        const struct toc_alias *step = &rule->aliases[rule->steps[i].alias];

        for (size_t j = 0; i > 0 && i + 1 < rule->step_count && j < rule->alias_count; j++) {
            const struct toc_alias *other = &rule->aliases[j];

            if ((other->roles & TOC_ROLE_WITHOUT) != 0 && other->without_tie.alias < 0 &&
                takes_all_of(other, step)) {
                WARN(lint, "W0371", item->mark, (struct toc_str){0},
                     "this step is never reached: every \"%.*s\" is one of `without: %.*s`, and it "
                     "comes between",
                     (int)step->name.size, step->name.data, (int)other->name.size,
                     other->name.data);
                break;
            }
        }
    }
}

/* --- Thresholds ------------------------------------------------------------------------------- */

static const struct toc_yaml *threshold_node(const struct lint *lint)
{
    static const char *const words[] = {"at_least", "more_than", "at_most", "less_than"};

    return toc_yaml_find(lint->when, words[lint->rule->compare]);
}

static void tell_threshold(const struct lint *lint, bool is_never, const char *why)
{
    const struct toc_yaml *node = threshold_node(lint);

    if (node != NULL) {
        WARN(lint, "W0372", node->mark, (struct toc_str){0}, "%s met: %s",
             is_never ? "never" : "always", why);
    }
}

/* Is a number from @least to @most never, or always, as compared? 0, -1 or 1. */
static int judge_bounds(enum toc_compare compare, double threshold, double least, double most)
{
    switch (compare) {
    case TOC_AT_LEAST:
        return threshold > most ? -1 : threshold <= least ? 1 : 0;
    case TOC_MORE_THAN:
        return threshold >= most ? -1 : threshold < least ? 1 : 0;
    case TOC_AT_MOST:
        return threshold < least ? -1 : threshold >= most ? 1 : 0;
    case TOC_LESS_THAN:
        return threshold <= least ? -1 : threshold > most ? 1 : 0;
    }
    return 0;
}

/* min, max, average: the field's range, and what `match` leaves of it. */
static void check_measure(const struct lint *lint)
{
    const struct toc_alias *alias = &lint->rule->aliases[lint->rule->counted[0]];
    double least = INFINITY, most = -INFINITY;
    char why[160];

    for (size_t i = 0; i < alias->binding_count; i++) {
        const struct toc_binding *binding = &alias->bindings[i];
        const struct toc_type *type = toc_catalogue_type(lint->catalogue, (size_t)binding->type);
        struct toc_possible values =
            toc_possible_find(type, &binding->condition, binding->value_slot);

        least = values.least < least ? values.least : least;
        most = values.most > most ? values.most : most;
    }
    int verdict =
        judge_bounds(lint->rule->compare, (double)lint->rule->threshold / 1e6, least, most);
    if (verdict != 0) {
        (void)snprintf(why, sizeof why, "the field goes from %g to %g", least, most);
        tell_threshold(lint, verdict < 0, why);
    }
}

/* Different values of a field: as many as can qualify, one if the key holds it fast. */
static void check_distinct(const struct lint *lint)
{
    const struct toc_rule *rule = lint->rule;
    const struct toc_alias *alias = &rule->aliases[rule->counted[0]];
    size_t most = 0;
    bool is_in_key = true;

    for (size_t i = 0; i < alias->binding_count; i++) {
        const struct toc_binding *binding = &alias->bindings[i];
        const struct toc_type *type = toc_catalogue_type(lint->catalogue, (size_t)binding->type);
        struct toc_possible values =
            toc_possible_find(type, &binding->condition, binding->value_slot);
        bool is_part = false;

        for (size_t part = 0; part < rule->key_part_count; part++) {
            is_part = is_part || binding->key_slots[part] == binding->value_slot;
        }
        is_in_key = is_in_key && is_part;
        most = values.is_finite && most < SIZE_MAX - values.count ? most + values.count : SIZE_MAX;
    }
    most = is_in_key ? 1 : most;
    int verdict = most == SIZE_MAX
                      ? 0
                      : judge_bounds(rule->compare, (double)rule->threshold, 0, (double)most);
    if (verdict != 0) {
        char why[160];
        (void)snprintf(why, sizeof why,
                       is_in_key ? "the field is in `group_by`, so each key has one value of it"
                                 : "there are at most %zu different values",
                       most);
        tell_threshold(lint, verdict < 0, why);
    }
}

/* A ratio of what is counted below the line, too, goes up to 1. */
static void check_ratio(const struct lint *lint)
{
    const struct toc_rule *rule = lint->rule;
    int verdict = judge_bounds(rule->compare, (double)rule->threshold / 1e6, 0, 1);

    if (verdict != 0 && (rule->ratio_of & ~rule->ratio_to) == 0) {
        tell_threshold(lint, verdict < 0, "such a ratio goes from 0 to 1");
    }
}

static void check_threshold(const struct lint *lint)
{
    if (lint->rule->has_own) {
        return; /* Looked at one by one as they were read. */
    }
    switch (lint->rule->kind) {
    case TOC_KIND_COUNT_DISTINCT:
        check_distinct(lint);
        break;
    case TOC_KIND_AVERAGE:
    case TOC_KIND_PERCENTILE:
    case TOC_KIND_MIN:
    case TOC_KIND_MAX:
        check_measure(lint);
        break;
    case TOC_KIND_RATIO:
        check_ratio(lint);
        break;
    default:
        break;
    }
}

/* --- Urgent rules ----------------------------------------------------------------------------- */

/* `confidence|gte` says yes only to what is known; `confidence|lt|not` is its other self. */
static void tell_dropped(const struct lint *lint, const struct toc_yaml *node,
                         const struct toc_type *type, const struct toc_test *test)
{
    static const char *const others[] = {
        [TOC_TEST_MORE_THAN] = "lte", [TOC_TEST_AT_LEAST] = "lt", [TOC_TEST_LESS_THAN] = "gte",
        [TOC_TEST_AT_MOST] = "gt",    [TOC_TEST_EXISTS] = NULL,
    };
    struct toc_str name = toc_type_slot_name(type, test->slot);
    const char *other = others[test->op];
    char key[TOC_FIELD_SIZE + 16];

    if (other != NULL) {
        (void)snprintf(key, sizeof key, "%.*s|%s|not", (int)name.size, name.data, other);
        WARN(lint, "W0373", node->key_mark, toc_str_of(key),
             "this rule is urgent and drops events that do not say \"%.*s\"; `%s` keeps them "
             "(if they are of no use, say so: `%.*s|exists: true`)",
             (int)name.size, name.data, key, (int)name.size, name.data);
        return;
    }
    WARN(lint, "W0373", node->key_mark, (struct toc_str){0},
         "this rule is urgent and drops events that do not say \"%.*s\"; `%.*s|not: [...]`, with "
         "what it must not be, keeps them (if they are of no use, say so: `%.*s|exists: true`)",
         (int)name.size, name.data, (int)name.size, name.data, (int)name.size, name.data);
}

static void check_urgent(const struct lint *lint, const struct toc_alias *alias)
{
    if (!lint->rule->alert.is_urgent || (alias->roles & (TOC_ROLE_COUNTED | TOC_ROLE_AFTER)) == 0) {
        return;
    }
    for (size_t i = 0; i < alias->binding_count; i++) {
        const struct toc_binding *binding = &alias->bindings[i];
        const struct toc_type *type = toc_catalogue_type(lint->catalogue, (size_t)binding->type);

        for (size_t t = 0; t < binding->condition.count; t++) {
            const struct toc_test *test = &binding->condition.tests[t];
            bool is_meant = false;

            for (size_t u = 0; u < binding->condition.count; u++) {
                is_meant = is_meant || (binding->condition.tests[u].op == TOC_TEST_EXISTS &&
                                        binding->condition.tests[u].slot == test->slot);
            }
            if (test->slot < 0 || test->is_negated || is_meant ||
                toc_type_slot_field(type, test->slot)->is_required) {
                continue;
            }
            tell_dropped(lint, test_node(lint, alias, toc_type_slot_name(type, test->slot)), type,
                         test);
            return; /* Of an alias once: the next types would say the same. */
        }
    }
}

/* --- Tests ------------------------------------------------------------------------------------ */

static void check_tests(const struct lint *lint)
{
    const struct toc_rule *rule = lint->rule;
    bool fires = false, is_quiet = false;

    if (rule->status == TOC_RULE_STABLE) {
        return; /* The loader has seen to it. */
    }
    for (const struct toc_yaml *test = rule->tests != NULL ? rule->tests->first : NULL;
         test != NULL; test = test->next) {
        const struct toc_yaml *expect = toc_yaml_find(test, "expect");
        fires = fires || (expect != NULL && expect->count > 0);
        is_quiet = is_quiet || (expect != NULL && expect->count == 0);
    }
    if (!fires || !is_quiet) {
        WARN(lint, "W0374", rule->tests != NULL ? rule->tests->key_mark : rule->mark,
             (struct toc_str){0}, "\"%.*s\" has no %stest%s", (int)rule->name.size, rule->name.data,
             fires      ? "quiet "
             : is_quiet ? "firing "
                        : "",
             fires || is_quiet ? "" : ": one that fires and a quiet one show what it means");
    }
}

/* --- Texts ------------------------------------------------------------------------------------ */

/* @is_given[i]: in the i-th language of the rule. */
static void check_text(const struct lint *lint, const struct toc_yaml *block, const char *key,
                       const bool is_given[])
{
    const struct toc_yaml *node = toc_yaml_find(block, key);
    struct toc_text missing = {0};

    for (size_t i = 1; node != NULL && i < lint->rule->wording_count; i++) {
        if (!is_given[i]) {
            toc_text_add(&missing, missing.size > 0 ? TOC_STR(", ") : TOC_STR(""));
            toc_text_add(&missing, lint->rule->wordings[i].language);
        }
    }
    if (missing.size > 0) {
        WARN(lint, "W0375", node->key_mark, (struct toc_str){0},
             "`%s` is not given in %s, as other texts of this rule are", key, missing.data);
    }
    toc_text_finish(&missing);
}

static void check_languages(const struct lint *lint)
{
    const struct toc_yaml *root = lint->rule->source, *alert = toc_yaml_find(root, "alert");
    bool has_title[TOC_RULE_LANGUAGES], has_response[TOC_RULE_LANGUAGES];
    bool has_brief[TOC_RULE_LANGUAGES], has_summary[TOC_RULE_LANGUAGES];

    for (size_t i = 0; i < lint->rule->wording_count; i++) {
        const struct toc_wording *wording = &lint->rule->wordings[i];
        has_title[i] = wording->title.size > 0;
        has_response[i] = wording->response_count > 0;
        has_brief[i] = wording->brief.count > 0;
        has_summary[i] = wording->summary.count > 0;
    }
    check_text(lint, root, "title", has_title);
    check_text(lint, root, "response", has_response);
    check_text(lint, alert, "brief", has_brief);
    check_text(lint, alert, "summary", has_summary);
}

void toc_lint_ruleset(const struct toc_ruleset *set, struct toc_diag *diag)
{
    for (size_t i = 0; i < toc_ruleset_count(set); i++) {
        const struct toc_rule *rule = toc_ruleset_get(set, i);
        struct lint lint = {
            .catalogue = toc_ruleset_catalogue(set),
            .rule = rule,
            .diag = diag,
            .events = toc_yaml_find(rule->source, "events"),
            .when = toc_yaml_find(rule->source, "when"),
        };

        for (size_t a = 0; a < rule->alias_count; a++) {
            const struct toc_alias *alias = &rule->aliases[a];
            bool is_right = true;

            for (size_t b = 0; is_right && b < alias->binding_count; b++) {
                is_right = check_condition(&lint, alias, &alias->bindings[b]);
            }
            if (is_right) {
                check_urgent(&lint, alias);
            }
        }
        check_steps(&lint);
        check_threshold(&lint);
        check_tests(&lint);
        check_languages(&lint);
    }
}
