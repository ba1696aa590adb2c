/* when.c - the kinds of `when`, each with the keys that go with it. */
#include "rule/draft.h"
#include "rule/words.h"

enum {
    GOES_WITHIN = 1,
    GOES_COMPARE = 2,
    GOES_MEMBERS = 4,
    GOES_ONCE = 8,
    GOES_WITHOUT = 16,
    GOES_EVENTS = 32,
    GOES_DISTINCT = 64,
    GOES_BASELINE = 128,
};

static const struct kind {
    const char *word;
    enum toc_rule_kind kind;
    unsigned goes; /* Keys beside it; group_by and near go with all. */
} kinds[] = {
    {"event", TOC_KIND_EVENT, GOES_ONCE},
    {"sequence", TOC_KIND_SEQUENCE, GOES_WITHIN | GOES_ONCE | GOES_WITHOUT},
    {"latest", TOC_KIND_LATEST, 0},
    {"count", TOC_KIND_COUNT, GOES_WITHIN | GOES_COMPARE | GOES_MEMBERS | GOES_DISTINCT},
    {"count_distinct", TOC_KIND_COUNT_DISTINCT,
     GOES_WITHIN | GOES_COMPARE | GOES_MEMBERS | GOES_DISTINCT},
    {"sum", TOC_KIND_SUM, GOES_WITHIN | GOES_COMPARE | GOES_MEMBERS | GOES_DISTINCT},
    {"average", TOC_KIND_AVERAGE, GOES_WITHIN | GOES_COMPARE | GOES_EVENTS | GOES_DISTINCT},
    {"min", TOC_KIND_MIN, GOES_WITHIN | GOES_COMPARE | GOES_DISTINCT},
    {"max", TOC_KIND_MAX, GOES_WITHIN | GOES_COMPARE | GOES_DISTINCT},
    {"percentile", TOC_KIND_PERCENTILE, GOES_WITHIN | GOES_COMPARE | GOES_EVENTS | GOES_DISTINCT},
    {"ratio", TOC_KIND_RATIO, GOES_WITHIN | GOES_COMPARE | GOES_EVENTS | GOES_DISTINCT},
    {"trend", TOC_KIND_TREND,
     GOES_WITHIN | GOES_COMPARE | GOES_EVENTS | GOES_DISTINCT | GOES_BASELINE},
    {"all_of", TOC_KIND_ALL_OF, GOES_WITHIN | GOES_DISTINCT},
    {"any_kinds", TOC_KIND_ANY_KINDS, GOES_WITHIN | GOES_COMPARE | GOES_DISTINCT},
    {"absence", TOC_KIND_ABSENCE, GOES_MEMBERS},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

static const struct {
    const char *word;
    unsigned goes;
} besides[] = {
    {"within", GOES_WITHIN},         {"at_least", GOES_COMPARE},  {"more_than", GOES_COMPARE},
    {"at_most", GOES_COMPARE},       {"less_than", GOES_COMPARE}, {"members", GOES_MEMBERS},
    {"once_per", GOES_ONCE},         {"without", GOES_WITHOUT},   {"at_least_events", GOES_EVENTS},
    {"min_distinct", GOES_DISTINCT}, {"baseline", GOES_BASELINE}, {"warm_up", GOES_BASELINE},
};
enum { BESIDES = sizeof besides / sizeof besides[0] };

const char *toc_when_kind_word(size_t index)
{
    return index < KINDS ? kinds[index].word : NULL;
}

bool toc_when_kind_takes(size_t index, const char *key)
{
    for (size_t i = 0; i < BESIDES; i++) {
        if (toc_str_equal(toc_str_of(besides[i].word), toc_str_of(key))) {
            return (kinds[index].goes & besides[i].goes) != 0;
        }
    }
    return true;
}

bool toc_when_is_windowed(const struct toc_rule *rule)
{
    return (rule->kind >= TOC_KIND_COUNT && rule->kind <= TOC_KIND_ANY_KINDS) ||
           rule->kind == TOC_KIND_RATIO || rule->kind == TOC_KIND_PERCENTILE ||
           rule->kind == TOC_KIND_TREND;
}

bool toc_when_needs_end(const struct toc_rule *rule)
{
    return rule->kind == TOC_KIND_EVENT || rule->kind == TOC_KIND_SEQUENCE ||
           rule->kind == TOC_KIND_LATEST || rule->kind == TOC_KIND_ABSENCE;
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
        if (!toc_reference_count(draft, item)) {
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

/* `near` under `when`: with a place, for every event; without, pairwise. */
static void read_near(struct toc_draft *draft, const struct toc_yaml *node)
{
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
        !toc_loader_keys(loader, node, TOC_BLOCK_WHEN_NEAR, NULL)) {
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
    const struct kind *kind = NULL;
    bool ok = toc_loader_keys(draft->loader, draft->when, TOC_BLOCK_WHEN, NULL);
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
        toc_steps_read(draft, node);
        break;
    case TOC_KIND_LATEST:
    case TOC_KIND_COUNT:
        (void)toc_reference_count(draft, node);
        break;
    case TOC_KIND_ALL_OF:
    case TOC_KIND_ANY_KINDS:
        read_list_of_kinds(draft, node);
        break;
    case TOC_KIND_ABSENCE:
        toc_absence_block_read(draft, node);
        break;
    case TOC_KIND_RATIO:
        toc_ratio_read(draft, node);
        break;
    case TOC_KIND_TREND:
        toc_trend_block_read(draft, node);
        break;
    default:
        toc_measure_read(draft, node);
        break;
    }
    if (rule->kind == TOC_KIND_SEQUENCE && without != NULL) {
        toc_steps_without(draft, without);
    }
    if ((kind->goes & GOES_WITHIN) != 0) {
        if (within != NULL) {
            (void)toc_loader_span(loader, within, "within", &rule->within_ms);
        } else if (!toc_loader_is_misspelt(loader, draft->when, "within")) {
            toc_loader_error(loader, "E0302", draft->when->key_mark, "`when` lacks `within`");
        }
    }
    if ((kind->goes & GOES_COMPARE) != 0) {
        toc_threshold_read(draft, node);
    }
    if (near != NULL) {
        read_near(draft, near);
    }
    if ((kind->goes & GOES_BASELINE) != 0) {
        toc_trend_block_baseline(draft, node);
    }
    if (((kind->goes & (GOES_EVENTS | GOES_DISTINCT)) != 0)) {
        toc_enough_read(draft, (kind->goes & GOES_EVENTS) != 0);
    }
    if ((kind->goes & GOES_ONCE) != 0) {
        read_once(draft, toc_yaml_find(draft->when, "once_per"));
    }
}
