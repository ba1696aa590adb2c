/* when.c - the kinds of `when`, each with the keys that go with it. */
#include "rule/draft.h"

enum {
    GOES_WITHIN = 1,
    GOES_COMPARE = 2,
    GOES_MEMBERS = 4,
    GOES_ONCE = 8,
    GOES_WITHOUT = 16,
};

static const struct kind {
    const char *word;
    enum toc_rule_kind kind;
    unsigned goes; /* Keys beside it; group_by and near go with all. */
} kinds[] = {
    {"event", TOC_KIND_EVENT, GOES_ONCE},
    {"sequence", TOC_KIND_SEQUENCE, GOES_WITHIN | GOES_ONCE | GOES_WITHOUT},
    {"latest", TOC_KIND_LATEST, 0},
    {"count", TOC_KIND_COUNT, GOES_WITHIN | GOES_COMPARE | GOES_MEMBERS},
    {"count_distinct", TOC_KIND_COUNT_DISTINCT, GOES_WITHIN | GOES_COMPARE | GOES_MEMBERS},
    {"sum", TOC_KIND_SUM, GOES_WITHIN | GOES_COMPARE | GOES_MEMBERS},
    {"average", TOC_KIND_AVERAGE, GOES_WITHIN | GOES_COMPARE},
    {"min", TOC_KIND_MIN, GOES_WITHIN | GOES_COMPARE},
    {"max", TOC_KIND_MAX, GOES_WITHIN | GOES_COMPARE},
    {"all_of", TOC_KIND_ALL_OF, GOES_WITHIN},
    {"any_kinds", TOC_KIND_ANY_KINDS, GOES_WITHIN | GOES_COMPARE},
    {"absence", TOC_KIND_ABSENCE, GOES_MEMBERS},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

static const struct {
    const char *word;
    unsigned goes;
} besides[] = {
    {"within", GOES_WITHIN},    {"at_least", GOES_COMPARE}, {"more_than", GOES_COMPARE},
    {"at_most", GOES_COMPARE},  {"less_than", GOES_COMPARE}, {"members", GOES_MEMBERS},
    {"once_per", GOES_ONCE},    {"without", GOES_WITHOUT},
};
enum { BESIDES = sizeof besides / sizeof besides[0] };

static const char *const comparisons[] = {[TOC_AT_LEAST] = "at_least",
                                          [TOC_MORE_THAN] = "more_than",
                                          [TOC_AT_MOST] = "at_most",
                                          [TOC_LESS_THAN] = "less_than"};

bool toc_when_is_windowed(const struct toc_rule *rule)
{
    return rule->kind >= TOC_KIND_COUNT && rule->kind <= TOC_KIND_ANY_KINDS;
}

bool toc_when_needs_end(const struct toc_rule *rule)
{
    return rule->kind == TOC_KIND_EVENT || rule->kind == TOC_KIND_SEQUENCE ||
           rule->kind == TOC_KIND_LATEST || rule->kind == TOC_KIND_ABSENCE;
}

int toc_when_alias(struct toc_draft *draft, const struct toc_yaml *node)
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
    toc_loader_unknown(draft->loader, "E0311", node->mark, text,
                       (struct toc_names){.names = draft->alias_names,
                                          .count = draft->rule->alias_count},
                       "\"%.*s\" is not one of this rule's events", (int)text.size, text.data);
    return -1;
}

/* { near: ALIAS, distance: D } into @out. */
static void read_tie(struct toc_draft *draft, const struct toc_yaml *node,
                     struct toc_reference *out)
{
    static const char *const keys[] = {"near", "distance", NULL};
    struct toc_loader *loader = draft->loader;

    if (!toc_loader_is(loader, node, TOC_YAML_MAPPING, "a tie to another event")) {
        out->alias = -1;
        return;
    }
    bool ok = toc_loader_keys(loader, node, keys, NULL, "a tie to another event");
    const struct toc_yaml *near = toc_yaml_find(node, "near");
    const struct toc_yaml *distance = toc_yaml_find(node, "distance");
    if (ok && (near == NULL || distance == NULL)) {
        toc_loader_error(loader, "E0302", node->key_mark, "the tie lacks `%s`",
                         near == NULL ? "near" : "distance");
    }
    if (near != NULL) {
        out->tie_mark = near->mark;
        out->tie.alias = toc_when_alias(draft, near);
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
        reference.alias = toc_when_alias(draft, node);
        return reference;
    }
    struct toc_yaml name = {.mark = node->key_mark, .text = node->key};
    reference.mark = node->key_mark;
    reference.alias = toc_when_alias(draft, &name);
    read_tie(draft, node, &reference);
    return reference;
}

size_t toc_when_references(struct toc_draft *draft, const struct toc_yaml *node, const char *what,
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

static void give_role(struct toc_draft *draft, int alias, enum toc_role role, struct toc_mark mark)
{
    draft->rule->aliases[alias].roles |= (unsigned)role;
    draft->role_marks[alias] = mark;
}

static bool add_counted(struct toc_draft *draft, const struct toc_yaml *node)
{
    struct toc_rule *rule = draft->rule;
    int alias = toc_when_alias(draft, node);

    if (alias < 0) {
        return false;
    }
    rule->counted[rule->counted_count++] = alias;
    give_role(draft, alias, TOC_ROLE_COUNTED, node->mark);
    return true;
}

/* event, sequence: steps. */
static void read_steps(struct toc_draft *draft, const struct toc_yaml *node)
{
    struct toc_loader *loader = draft->loader;
    struct toc_rule *rule = draft->rule;
    struct toc_reference references[TOC_RULE_STEPS];

    if (rule->kind == TOC_KIND_SEQUENCE && node->kind != TOC_YAML_SEQUENCE) {
        (void)toc_loader_is(loader, node, TOC_YAML_SEQUENCE, "`sequence`");
        return;
    }
    if (rule->kind == TOC_KIND_EVENT && node->kind != TOC_YAML_SCALAR) {
        (void)toc_loader_is(loader, node, TOC_YAML_SCALAR, "`event`");
        return;
    }
    size_t count = toc_when_references(draft, node, "a sequence", TOC_RULE_STEPS, references);
    if (rule->kind == TOC_KIND_SEQUENCE && node->count == 1) {
        toc_loader_error(loader, "E0336", node->mark,
                         "a sequence has at least two steps; for one, write `event`");
    }
    for (size_t i = 0; i < count; i++) {
        const struct toc_reference *reference = &references[i];
        size_t earlier = 0;

        if (reference->alias < 0) {
            continue;
        }
        for (size_t j = 0; j < i; j++) {
            earlier += references[j].alias == reference->tie.alias ? 1 : 0;
        }
        if (reference->tie.alias >= 0 && earlier != 1) {
            toc_loader_error(loader, "E0311", reference->tie_mark,
                             "a step can be near one earlier step; \"%.*s\" is %s",
                             (int)draft->alias_names[reference->tie.alias].size,
                             draft->alias_names[reference->tie.alias].data,
                             earlier == 0 ? "none" : "two of them");
            continue;
        }
        rule->steps[rule->step_count++] =
            (struct toc_step){.alias = reference->alias, .tie = reference->tie};
        give_role(draft, reference->alias, TOC_ROLE_COUNTED, reference->mark);
    }
}

static void read_without(struct toc_draft *draft, const struct toc_yaml *node)
{
    struct toc_loader *loader = draft->loader;
    struct toc_rule *rule = draft->rule;
    struct toc_reference references[TOC_RULE_ALIASES];
    size_t count =
        toc_when_references(draft, node, "`without`", TOC_RULE_ALIASES, references);

    for (size_t i = 0; i < count; i++) {
        const struct toc_reference *reference = &references[i];
        size_t steps = 0;

        if (reference->alias < 0) {
            continue;
        }
        if ((rule->aliases[reference->alias].roles & TOC_ROLE_WITHOUT) != 0) {
            toc_loader_error(loader, "E0338", reference->mark, "`without` names \"%.*s\" twice",
                             (int)draft->alias_names[reference->alias].size,
                             draft->alias_names[reference->alias].data);
            continue;
        }
        for (size_t j = 0; j < rule->step_count; j++) {
            steps += rule->steps[j].alias == reference->tie.alias ? 1 : 0;
        }
        if (reference->tie.alias >= 0 && steps != 1) {
            toc_loader_error(loader, "E0311", reference->tie_mark,
                             "`without` can be near one step of the sequence; \"%.*s\" is %s",
                             (int)draft->alias_names[reference->tie.alias].size,
                             draft->alias_names[reference->tie.alias].data,
                             steps == 0 ? "none" : "two of them");
            continue;
        }
        rule->aliases[reference->alias].without_tie = reference->tie;
        give_role(draft, reference->alias, TOC_ROLE_WITHOUT, reference->mark);
    }
}

/* all_of, any_kinds: a list of different names. */
static void read_list_of_kinds(struct toc_draft *draft, const struct toc_yaml *node)
{
    struct toc_loader *loader = draft->loader;
    struct toc_rule *rule = draft->rule;

    if (!toc_loader_is(loader, node, TOC_YAML_SEQUENCE, node->key.data)) {
        return;
    }
    if (node->count < 2 || node->count > TOC_RULE_STEPS) {
        toc_loader_error(loader, "E0336", node->mark, "`%.*s` takes 2 to %d events",
                         (int)node->key.size, node->key.data, (int)TOC_RULE_STEPS);
    }
    for (const struct toc_yaml *item = node->first;
         item != NULL && rule->counted_count < TOC_RULE_STEPS; item = item->next) {
        if (!add_counted(draft, item)) {
            continue;
        }
        for (size_t i = 0; i + 1 < rule->counted_count; i++) {
            if (rule->counted[i] == rule->counted[rule->counted_count - 1]) {
                toc_loader_error(loader, "E0338", item->mark, "`%.*s` names \"%.*s\" twice",
                                 (int)node->key.size, node->key.data, (int)item->text.size,
                                 item->text.data);
                break;
            }
        }
    }
}

/* The field of a value: its kind fits in every binding. */
static void read_value_field(struct toc_draft *draft, int index, const struct toc_yaml *node)
{
    struct toc_loader *loader = draft->loader;
    struct toc_rule *rule = draft->rule;
    struct toc_alias *alias = &rule->aliases[index];
    struct toc_str name;

    if (!toc_loader_text(loader, node, "field", &name)) {
        return;
    }
    int *slots = toc_arena_array(loader->arena, alias->binding_count + 1, sizeof *slots);
    if (!toc_events_slots(draft, index, name, node->mark, slots)) {
        return;
    }
    rule->is_sum_rising = rule->kind == TOC_KIND_SUM;
    for (size_t i = 0; i < alias->binding_count; i++) {
        const struct toc_type *type =
            toc_catalogue_type(loader->catalogue, (size_t)alias->bindings[i].type);
        enum toc_value_kind kind = toc_events_slot_kind(type, slots[i]);
        bool is_number = kind == TOC_VALUE_INTEGER || kind == TOC_VALUE_NUMBER;
        bool is_fit = rule->kind == TOC_KIND_COUNT_DISTINCT
                          ? kind != TOC_VALUE_POINT && kind != TOC_VALUE_LIST
                          : is_number;

        if (!is_fit) {
            toc_loader_error(loader, "E0313", node->mark, "\"%.*s\" of %.*s is %s",
                             (int)name.size, name.data, (int)type->name.size, type->name.data,
                             rule->kind == TOC_KIND_COUNT_DISTINCT ? "a location or a list"
                                                                   : "not a number");
            return;
        }
        alias->bindings[i].value_slot = slots[i];
        rule->is_sum_rising = rule->is_sum_rising && type->fields[slots[i]].has_range &&
                              type->fields[slots[i]].least >= 0;
    }
}

/* { of: ALIAS, field: FIELD } */
static void read_value(struct toc_draft *draft, const struct toc_yaml *node)
{
    static const char *const keys[] = {"of", "field", NULL};
    static const char *const later[] = {"half_life", "weight", NULL};
    struct toc_loader *loader = draft->loader;

    if (!toc_loader_is(loader, node, TOC_YAML_MAPPING, node->key.data)) {
        return;
    }
    bool ok = toc_loader_keys(loader, node, keys, later, node->key.data);
    const struct toc_yaml *of = toc_yaml_find(node, "of");
    const struct toc_yaml *field = toc_yaml_find(node, "field");
    if (ok && (of == NULL || field == NULL)) {
        toc_loader_error(loader, "E0302", node->key_mark, "`%.*s` lacks `%s`",
                         (int)node->key.size, node->key.data, of == NULL ? "of" : "field");
    }
    if (of != NULL && add_counted(draft, of) && field != NULL) {
        int index = draft->rule->counted[draft->rule->counted_count - 1];

        if (!draft->is_broken[index]) {
            read_value_field(draft, index, field);
        }
    }
}

/* absence `from`: a time of every event that starts the clock. */
static void read_from(struct toc_draft *draft, int index, const struct toc_yaml *node)
{
    struct toc_loader *loader = draft->loader;
    struct toc_alias *alias = &draft->rule->aliases[index];
    struct toc_str name;

    if (!toc_loader_text(loader, node, "from", &name)) {
        return;
    }
    int *slots = toc_arena_array(loader->arena, alias->binding_count + 1, sizeof *slots);
    if (!toc_events_slots(draft, index, name, node->mark, slots)) {
        return;
    }
    for (size_t i = 0; i < alias->binding_count; i++) {
        const struct toc_type *type =
            toc_catalogue_type(loader->catalogue, (size_t)alias->bindings[i].type);

        if (toc_events_slot_kind(type, slots[i]) != TOC_VALUE_TIME) {
            toc_loader_error(loader, "E0313", node->mark, "\"%.*s\" of %.*s is not a time",
                             (int)name.size, name.data, (int)type->name.size, type->name.data);
            return;
        }
        alias->bindings[i].from_slot = slots[i];
    }
}

static void read_absence(struct toc_draft *draft, const struct toc_yaml *node)
{
    static const char *const keys[] = {"after", "expected", "deadline", "from", "every", NULL};
    static const char *const later[] = {"milestones", "warn_at", NULL};
    struct toc_loader *loader = draft->loader;
    struct toc_rule *rule = draft->rule;

    if (!toc_loader_is(loader, node, TOC_YAML_MAPPING, "`absence`")) {
        return;
    }
    bool ok = toc_loader_keys(loader, node, keys, later, "`absence`");
    const struct toc_yaml *after = toc_yaml_find(node, "after");
    const struct toc_yaml *expected = toc_yaml_find(node, "expected");
    const struct toc_yaml *deadline = toc_yaml_find(node, "deadline");
    const struct toc_yaml *from = toc_yaml_find(node, "from");
    const struct toc_yaml *every = toc_yaml_find(node, "every");
    const struct toc_yaml *odd = after != NULL      ? after
                                 : deadline != NULL ? deadline
                                                    : from;

    if (every != NULL && odd != NULL) {
        toc_loader_error(loader, "E0329", odd->key_mark, "`%.*s` does not go with `every`",
                         (int)odd->key.size, odd->key.data);
        ok = false;
    }
    if (ok && every == NULL && (after == NULL || deadline == NULL)) {
        toc_loader_error(loader, "E0302", node->key_mark, "`absence` lacks `%s`",
                         after == NULL && deadline == NULL ? "every`, or `after` and `deadline"
                         : after == NULL                   ? "after"
                                                           : "deadline");
    }
    if (ok && expected == NULL) {
        toc_loader_error(loader, "E0302", node->key_mark, "`absence` lacks `expected`");
    }
    rule->kind = every != NULL ? TOC_KIND_SILENCE : TOC_KIND_ABSENCE;
    if (every != NULL) {
        (void)toc_loader_span(loader, every, "every", &rule->deadline_ms);
    } else if (deadline != NULL) {
        (void)toc_loader_span(loader, deadline, "deadline", &rule->deadline_ms);
    }
    int after_alias = after != NULL ? toc_when_alias(draft, after) : -1;
    if (after_alias >= 0) {
        give_role(draft, after_alias, TOC_ROLE_AFTER, after->mark);
        if (from != NULL && !draft->is_broken[after_alias]) {
            read_from(draft, after_alias, from);
        }
    }
    if (expected != NULL && expected->kind == TOC_YAML_MAPPING) {
        toc_loader_not_yet(loader, expected->mark, "an answer tied by distance");
        return;
    }
    int alias = expected != NULL ? toc_when_alias(draft, expected) : -1;
    if (alias >= 0 && alias == after_alias) {
        toc_loader_error(loader, "E0340", expected->mark, "\"%.*s\" would answer itself",
                         (int)draft->alias_names[alias].size, draft->alias_names[alias].data);
    } else if (alias >= 0) {
        give_role(draft, alias, TOC_ROLE_EXPECTED, expected->mark);
    }
}

/* Is the threshold one that can be met, and not always is? @top: the most there can be, 0 = any. */
static void check_threshold(struct toc_draft *draft, const struct toc_yaml *node, int64_t top)
{
    struct toc_rule *rule = draft->rule;
    int64_t threshold = rule->threshold;
    const char *fault = NULL;

    if (rule->compare == TOC_AT_LEAST && threshold == 0) {
        fault = "always met; write 1 or more";
    } else if (rule->compare == TOC_LESS_THAN && threshold == 0) {
        fault = "never met: nothing counts less than 0";
    } else if (top > 0 && threshold + (rule->compare == TOC_MORE_THAN ? 1 : 0) > top) {
        fault = "never met: there are not so many kinds";
    }
    if (fault != NULL) {
        toc_loader_error(draft->loader, "E0321", node->mark, "%s %.*s is %s",
                         comparisons[rule->compare], (int)node->text.size, node->text.data, fault);
    }
}

static void read_threshold(struct toc_draft *draft, const struct toc_yaml *kind_node,
                           const struct toc_yaml *node)
{
    struct toc_loader *loader = draft->loader;
    struct toc_rule *rule = draft->rule;
    bool is_value = rule->kind >= TOC_KIND_SUM && rule->kind <= TOC_KIND_MAX;
    struct toc_str text;

    if (!toc_loader_text(loader, node, node->key.data, &text)) {
        return;
    }
    char first = text.data[0];
    bool is_word = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z');
    if (is_word && memchr(text.data, '.', text.size) != NULL) {
        toc_loader_not_yet(loader, node->mark, "a threshold from a list or a place");
        return;
    }
    if (is_value) {
        if (!toc_loader_decimal(text, 6, &rule->threshold)) {
            toc_loader_error(loader, "E0320", node->mark,
                             "`%.*s` must be a number of at most six decimals, up to 9 * 10^12",
                             (int)node->key.size, node->key.data);
            return;
        }
        if (rule->kind == TOC_KIND_SUM && rule->is_sum_rising &&
            ((rule->compare == TOC_AT_LEAST && rule->threshold <= 0) ||
             (rule->compare == TOC_MORE_THAN && rule->threshold < 0))) {
            toc_loader_error(loader, "E0321", node->mark,
                             "met by any event: the field is never below 0; write a number above it");
        }
        return;
    }
    if (!toc_loader_decimal(text, 0, &rule->threshold) || rule->threshold < 0 ||
        rule->threshold > TOC_RULE_COUNT_MAX) {
        toc_loader_error(loader, "E0320", node->mark,
                         "`%.*s` must be a whole number from 0 to %d", (int)node->key.size,
                         node->key.data, (int)TOC_RULE_COUNT_MAX);
        return;
    }
    check_threshold(draft, node,
                    rule->kind == TOC_KIND_ANY_KINDS ? (int64_t)kind_node->count : 0);
}

static void read_comparison(struct toc_draft *draft, const struct toc_yaml *kind_node)
{
    struct toc_loader *loader = draft->loader;
    const struct toc_yaml *found = NULL;

    for (int i = TOC_AT_LEAST; i <= TOC_LESS_THAN; i++) {
        const struct toc_yaml *node = toc_yaml_find(draft->when, comparisons[i]);

        if (node == NULL) {
            continue;
        }
        if (found != NULL) {
            toc_loader_error(loader, "E0328", node->key_mark, "one comparison is enough");
            continue;
        }
        found = node;
        draft->rule->compare = (enum toc_compare)i;
        if (draft->rule->kind == TOC_KIND_ANY_KINDS && i >= TOC_AT_MOST) {
            toc_loader_error(loader, "E0328", node->key_mark,
                             "`any_kinds` takes at_least or more_than");
            continue;
        }
        read_threshold(draft, kind_node, node);
    }
    bool is_meant = false;
    for (int i = TOC_AT_LEAST; i <= TOC_LESS_THAN; i++) {
        is_meant = is_meant || toc_loader_is_misspelt(draft->loader, draft->when, comparisons[i]);
    }
    if (found == NULL && !is_meant) {
        toc_loader_error(loader, "E0328", kind_node->key_mark,
                         "`%.*s` needs one of at_least, more_than, at_most, less_than",
                         (int)kind_node->key.size, kind_node->key.data);
    }
}

/* `near` under `when`: with a place, for every event; without, pairwise. */
static void read_near(struct toc_draft *draft, const struct toc_yaml *node)
{
    static const char *const keys[] = {"place", "distance", NULL};
    struct toc_loader *loader = draft->loader;
    struct toc_rule *rule = draft->rule;
    bool is_at_least = rule->compare == TOC_AT_LEAST || rule->compare == TOC_MORE_THAN;
    int64_t most = rule->kind == TOC_KIND_COUNT            ? TOC_RULE_NEAR_COUNT
                   : rule->kind == TOC_KIND_COUNT_DISTINCT ? TOC_RULE_NEAR_DISTINCT
                                                           : INT64_MAX;

    if (node->kind == TOC_YAML_MAPPING && toc_yaml_find(node, "place") != NULL) {
        draft->near_mark = node->key_mark;
        draft->is_key_broken = !toc_events_near(loader, node, &draft->near);
        return;
    }
    if (!toc_loader_is(loader, node, TOC_YAML_MAPPING, "`near`") ||
        !toc_loader_keys(loader, node, keys, NULL, "`near`")) {
        return;
    }
    const struct toc_yaml *distance = toc_yaml_find(node, "distance");
    if (distance == NULL) {
        toc_loader_error(loader, "E0302", node->key_mark, "`near` lacks `distance`");
        return;
    }
    bool is_pairwise = rule->kind == TOC_KIND_COUNT || rule->kind == TOC_KIND_COUNT_DISTINCT ||
                       rule->kind == TOC_KIND_ALL_OF || rule->kind == TOC_KIND_ANY_KINDS;
    if (!is_pairwise) {
        toc_loader_error(loader, "E0327", node->key_mark,
                         "events near each other go with count, count_distinct, all_of and "
                         "any_kinds%s",
                         rule->kind == TOC_KIND_SEQUENCE
                             ? "; in a sequence write STEP: { near: EARLIER, distance: D }"
                             : "");
        return;
    }
    if (rule->kind != TOC_KIND_ALL_OF && !is_at_least) {
        toc_loader_error(loader, "E0327", node->key_mark,
                         "events near each other go with at_least and more_than only");
        return;
    }
    if (rule->threshold + (rule->compare == TOC_MORE_THAN ? 1 : 0) > most) {
        toc_loader_error(loader, "E0327", node->key_mark,
                         "at most %lld events can be counted near each other", (long long)most);
        return;
    }
    rule->has_near = toc_loader_distance(loader, distance, true, &rule->near_mm);
}

static void read_once(struct toc_draft *draft, const struct toc_yaml *node)
{
    static const char *const words[] = {"key", "onset", NULL};
    struct toc_rule *rule = draft->rule;
    int word;

    rule->once = rule->key_part_count > 0 || draft->near.is_set ? TOC_ONCE_KEY : TOC_ONCE_EVENT;
    if (node != NULL && toc_loader_word(draft->loader, node, words, "once_per", &word)) {
        rule->once = word == 0 ? TOC_ONCE_KEY : TOC_ONCE_ONSET;
    }
}

/* The one kind that `when` names, or NULL after telling. Its other keys are checked. */
static const struct kind *find_kind(struct toc_draft *draft, const struct toc_yaml **out_node)
{
    static const char *const later[] = {"ratio",    "percentile", "trend",        "baseline",
                                        "warm_up",  "hours",      "at_least_events",
                                        "min_distinct", "where",  NULL};
    const char *keys[KINDS + BESIDES + 3];
    size_t count = 0;
    const struct kind *kind = NULL;
    bool ok = true;

    for (size_t i = 0; i < KINDS; i++) {
        keys[count++] = kinds[i].word;
    }
    for (size_t i = 0; i < BESIDES; i++) {
        keys[count++] = besides[i].word;
    }
    keys[count++] = "group_by";
    keys[count++] = "near";
    keys[count] = NULL;
    ok = toc_loader_keys(draft->loader, draft->when, keys, later, "`when`");
    for (const struct toc_yaml *child = draft->when->first; child != NULL; child = child->next) {
        for (size_t i = 0; i < KINDS; i++) {
            if (!toc_str_equal(child->key, toc_str_of(kinds[i].word))) {
                continue;
            }
            if (kind != NULL) {
                toc_loader_error(draft->loader, "E0333", child->key_mark,
                                 "`when` already has a kind, `%s`", kind->word);
                return NULL;
            }
            kind = &kinds[i];
            *out_node = child;
        }
    }
    if (kind == NULL && ok) {
        toc_loader_error(draft->loader, "E0333", draft->when->key_mark,
                         "`when` needs a kind: event, latest, count, sequence, absence, ...");
    }
    return kind;
}

/* Keys beside the kind that do not go with it. */
static void check_besides(struct toc_draft *draft, const struct kind *kind)
{
    for (size_t i = 0; i < BESIDES; i++) {
        const struct toc_yaml *node = toc_yaml_find(draft->when, besides[i].word);

        if (node != NULL && (kind->goes & besides[i].goes) == 0) {
            toc_loader_error(draft->loader, "E0329", node->key_mark, "`%s` does not go with `%s`",
                             besides[i].word, kind->word);
        }
    }
}

void toc_when_read(struct toc_draft *draft)
{
    struct toc_loader *loader = draft->loader;
    struct toc_rule *rule = draft->rule;
    const struct toc_yaml *node = NULL;

    draft->is_when_broken = true;
    if (!toc_loader_is(loader, draft->when, TOC_YAML_MAPPING, "`when`")) {
        return;
    }
    const struct kind *kind = find_kind(draft, &node);
    if (kind == NULL) {
        return;
    }
    draft->is_when_broken = false;
    rule->kind = kind->kind;
    check_besides(draft, kind);

    const struct toc_yaml *group_by = toc_yaml_find(draft->when, "group_by");
    const struct toc_yaml *near = toc_yaml_find(draft->when, "near");
    const struct toc_yaml *within = toc_yaml_find(draft->when, "within");
    const struct toc_yaml *without = toc_yaml_find(draft->when, "without");
    if (group_by != NULL) {
        toc_key_read(draft, group_by);
    }
    switch (rule->kind) {
    case TOC_KIND_EVENT:
    case TOC_KIND_SEQUENCE:
        read_steps(draft, node);
        break;
    case TOC_KIND_LATEST:
    case TOC_KIND_COUNT:
        (void)add_counted(draft, node);
        break;
    case TOC_KIND_ALL_OF:
    case TOC_KIND_ANY_KINDS:
        read_list_of_kinds(draft, node);
        break;
    case TOC_KIND_ABSENCE:
        read_absence(draft, node);
        break;
    default:
        read_value(draft, node);
        break;
    }
    if (rule->kind == TOC_KIND_SEQUENCE && without != NULL) {
        read_without(draft, without);
    }
    if ((kind->goes & GOES_WITHIN) != 0) {
        if (within != NULL) {
            (void)toc_loader_span(loader, within, "within", &rule->within_ms);
        } else if (!toc_loader_is_misspelt(loader, draft->when, "within")) {
            toc_loader_error(loader, "E0302", draft->when->key_mark, "`when` lacks `within`");
        }
    }
    if ((kind->goes & GOES_COMPARE) != 0) {
        read_comparison(draft, node);
    }
    if (near != NULL) {
        read_near(draft, near);
    }
    if ((kind->goes & GOES_ONCE) != 0) {
        read_once(draft, toc_yaml_find(draft->when, "once_per"));
    }
}
