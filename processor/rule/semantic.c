/* semantic.c - the hash of what decides alerts: not of titles, texts, tests, owner, status, tags,
 * recipients, nor of the order in which aliases, types, tests or operands are written. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "expr/cel.h"
#include "rule/draft.h"

/* Texts gathered to be sorted and joined. */
struct bag {
    struct toc_text *items;
    size_t count, room;
};

static struct toc_text *bag_add(struct bag *bag)
{
    if (bag->count == bag->room) {
        bag->room = bag->room * 2 + 8;
        bag->items = toc_mem_resize(bag->items, bag->room, sizeof *bag->items);
    }
    bag->items[bag->count] = (struct toc_text){0};
    return &bag->items[bag->count++];
}

static int compare_texts(const void *left, const void *right)
{
    const struct toc_text *a = left, *b = right;

    return toc_str_compare(toc_text_str(a), toc_text_str(b));
}

/* Append the sorted items to @out as a list and empty the bag. */
static void bag_pour(struct bag *bag, struct toc_text *out)
{
    if (bag->count > 0) {
        qsort(bag->items, bag->count, sizeof *bag->items, compare_texts);
    }
    toc_text_add_char(out, '[');
    for (size_t i = 0; i < bag->count; i++) {
        toc_text_add(out, toc_text_str(&bag->items[i]));
        toc_text_add_char(out, ',');
        toc_text_finish(&bag->items[i]);
    }
    toc_text_add_char(out, ']');
    toc_mem_free(bag->items);
    *bag = (struct bag){0};
}

static void add_slot(struct toc_text *out, const struct toc_type *type, int slot)
{
    if (slot >= 0) {
        toc_text_add_json(out, toc_type_slot_field(type, slot)->name);
    } else {
        toc_text_addf(out, "%d", slot);
    }
    toc_text_add_char(out, ' ');
}

static void add_operand(struct toc_text *out, const struct toc_value *value)
{
    switch (value->kind) {
    case TOC_VALUE_BOOL:
        toc_text_addf(out, "b%d", value->is_true ? 1 : 0);
        break;
    case TOC_VALUE_INTEGER:
        toc_text_addf(out, "i%" PRId64, value->integer);
        break;
    case TOC_VALUE_NUMBER:
        toc_text_addf(out, "n%.17g", value->number);
        break;
    case TOC_VALUE_TIME:
        toc_text_addf(out, "t%" PRId64, value->at_ms);
        break;
    default:
        toc_text_add_json(out, value->text);
        break;
    }
}

static void add_condition(struct toc_text *out, const struct toc_type *type,
                          const struct toc_condition *condition)
{
    struct bag tests = {0};

    for (size_t i = 0; i < condition->count; i++) {
        const struct toc_test *test = &condition->tests[i];
        struct toc_text *text = bag_add(&tests);
        struct bag operands = {0};

        add_slot(text, type, test->slot);
        toc_text_addf(text, "%d %d%d%d ", (int)test->op, test->is_negated ? 1 : 0,
                      test->is_all ? 1 : 0, test->is_cased ? 1 : 0);
        for (size_t j = 0; j < test->operand_count; j++) {
            add_operand(bag_add(&operands), &test->operands[j]);
        }
        bag_pour(&operands, text);
    }
    bag_pour(&tests, out);
    if (condition->where != NULL) { /* Without one the hash is what it was before there were any. */
        toc_text_add(out, TOC_STR("where "));
        toc_cel_print(condition->where, out);
    }
}

static void add_tie(struct toc_text *out, const struct toc_rule *rule, struct toc_tie tie)
{
    if (tie.alias >= 0) {
        toc_text_add_json(out, rule->aliases[tie.alias].name);
        toc_text_addf(out, "%" PRId64, tie.distance_mm);
    }
    toc_text_add_char(out, ';');
}

/* Where those that move are said to be, and how long that holds. */
static void add_movers(struct toc_text *out, const struct toc_catalogue *catalogue,
                       struct toc_str kind)
{
    struct bag types = {0};

    for (size_t i = 0; i < toc_catalogue_count(catalogue); i++) {
        const struct toc_type *type = toc_catalogue_type(catalogue, i);
        if (toc_str_equal(type->mover.kind, kind)) {
            struct toc_text *text = bag_add(&types);
            toc_text_add_json(text, type->name);
            add_slot(text, type, type->mover.name);
            add_slot(text, type, type->location);
            toc_text_addf(text, "%" PRId64 " %" PRId64, type->mover.speed_mm_h,
                          type->mover.keep_ms);
        }
    }
    bag_pour(&types, out);
}

static void add_alias(struct toc_text *out, const struct toc_rule *rule,
                      const struct toc_alias *alias, const struct toc_catalogue *catalogue,
                      const struct toc_places *places)
{
    struct bag bindings = {0};

    toc_text_add_json(out, alias->name);
    toc_text_addf(out, " roles=%u near=", alias->roles);
    if (alias->is_alert) {
        toc_text_addf(out, "%d %d %d ", (int)alias->change, alias->is_any ? 1 : 0,
                      (int)alias->level);
    }
    if (alias->near.is_set) {
        toc_text_add_json(out, alias->near.kind);
        if (alias->near.only >= 0) {
            toc_text_add_json(out, toc_places_get(places, (size_t)alias->near.only)->id);
        }
        toc_text_addf(out, "%" PRId64, alias->near.distance_mm);
    }
    if (alias->near.is_moving) {
        add_movers(out, catalogue, alias->near.kind);
    }
    if (alias->hours.kind != TOC_HOURS_ANY) {
        toc_text_addf(out, " hours=%d %d-%d", (int)alias->hours.kind, (int)alias->hours.begin_min,
                      (int)alias->hours.end_min);
        toc_text_addf(out, alias->hours.has_offset ? "%+d " : "p ", (int)alias->hours.offset_min);
    }
    add_tie(out, rule, alias->without_tie);
    add_tie(out, rule, alias->clear_tie);
    for (size_t i = 0; i < alias->binding_count; i++) {
        const struct toc_binding *binding = &alias->bindings[i];
        const struct toc_type *type = toc_catalogue_type(catalogue, (size_t)binding->type);
        struct toc_text *text = bag_add(&bindings);

        toc_text_add_json(text, type->name);
        if (binding->below != NULL) { /* What those below mean is part of it. */
            toc_text_addf(text, "%016" PRIx64 "%016" PRIx64 " ", binding->below->hash.high,
                          binding->below->hash.low);
        }
        add_slot(text, type, binding->at_slot);
        for (size_t part = 0; part < rule->key_part_count; part++) {
            add_slot(text, type, binding->key_slots[part]);
        }
        add_slot(text, type, binding->value_slot);
        add_slot(text, type, binding->from_slot);
        add_slot(text, type, binding->weight_slot);
        add_condition(text, type, &binding->condition);
    }
    bag_pour(&bindings, out);
}

/* What decides which events of which key are kept, in which roles. */
static void add_window(struct toc_text *out, const struct toc_rule *rule,
                       const struct toc_catalogue *catalogue, const struct toc_places *places)
{
    struct bag aliases = {0}, names = {0};

    toc_text_addf(out, "%d %" PRId64 " %d %" PRId64 " %d\n", (int)rule->kind, rule->within_ms,
                  rule->has_near ? 1 : 0, rule->near_mm, (int)rule->once);
    for (size_t i = 0; i < rule->key_part_count; i++) {
        toc_text_add_json(out, rule->key_parts[i].name);
    }
    for (size_t i = 0; i < rule->milestone_count; i++) {
        toc_text_add_json(bag_add(&names), rule->aliases[rule->milestones[i].alias].name);
    }
    bag_pour(&names, out);
    for (size_t i = 0; i < rule->step_count; i++) {
        toc_text_add_json(out, rule->aliases[rule->steps[i].alias].name);
        add_tie(out, rule, rule->steps[i].tie);
    }
    for (size_t i = 0; i < rule->counted_count; i++) { /* all_of: a set. */
        toc_text_add_json(bag_add(&names), rule->aliases[rule->counted[i]].name);
    }
    bag_pour(&names, out);
    if (rule->kind == TOC_KIND_TREND) { /* How far back events are kept. */
        toc_text_addf(out, " base=%" PRId64 "*%zu", rule->trend.step_ms, rule->trend.windows);
    }
    for (size_t i = 0; i < rule->distinct_field_count; i++) { /* As entries number them. */
        toc_text_add_json(out, rule->distinct_fields[i]);
    }
    for (size_t i = 0; i < rule->alias_count; i++) {
        if (rule->aliases[i].roles != 0) {
            add_alias(bag_add(&aliases), rule, &rule->aliases[i], catalogue, places);
        }
    }
    bag_pour(&aliases, out);
    for (size_t i = 0; i < rule->member_count; i++) {
        struct toc_text *text = bag_add(&names);

        for (size_t part = 0; part < rule->key_part_count; part++) {
            toc_text_add_json(text, rule->members[i * rule->key_part_count + part]);
        }
    }
    bag_pour(&names, out);
}

/* What only some kinds say of the events they have kept. */
static void add_kind(struct toc_text *out, const struct toc_rule *rule)
{
    struct bag items = {0};

    for (size_t i = 0; i < rule->own_count; i++) {
        const struct toc_own_threshold *own = &rule->own[i];
        toc_text_addf(out, " own=%" PRId64, own->threshold);
        for (size_t part = 0; part < rule->key_part_count; part++) {
            toc_text_add_json(out, own->values[part]);
        }
    }
    toc_text_addf(out, " events=%" PRId64 " p=%" PRId64 " half=%" PRId64, rule->least_events,
                  rule->percent, rule->half_life_ms);
    if (rule->kind == TOC_KIND_TREND) {
        toc_text_addf(out, " %d %" PRId64 " %" PRId64 " %" PRId64, (int)rule->trend.method,
                      rule->trend.floor, rule->trend.alpha, rule->trend.warm_up_ms);
    }
    for (size_t i = 0; i < rule->distinct_field_count; i++) {
        toc_text_addf(out, " %" PRId64, rule->distinct_least[i]);
    }
    const unsigned sides[] = {rule->ratio_of, rule->ratio_to};
    for (size_t side = 0; side < 2; side++) {
        for (size_t i = 0; i < rule->alias_count; i++) {
            if ((sides[side] >> i & 1) != 0) {
                toc_text_add_json(bag_add(&items), rule->aliases[i].name);
            }
        }
        bag_pour(&items, out);
    }
}

struct toc_hash128 toc_semantic_hash(const struct toc_rule *rule,
                                     const struct toc_catalogue *catalogue,
                                     const struct toc_places *places,
                                     struct toc_hash128 *out_window)
{
    struct toc_text out = {0};
    struct bag names = {0};

    add_window(&out, rule, catalogue, places);
    *out_window = toc_hash128(out.data, out.size);
    toc_text_addf(&out, "%d %d %" PRId64 " %" PRId64 "\n", (int)rule->level, (int)rule->compare,
                  rule->threshold, rule->deadline_ms);
    toc_text_addf(&out, " warn=%d", rule->warn_percent);
    add_kind(&out, rule);
    for (size_t i = 0; i < rule->milestone_count; i++) {
        struct toc_text *text = bag_add(&names);
        toc_text_add_json(text, rule->aliases[rule->milestones[i].alias].name);
        toc_text_addf(text, "%" PRId64, rule->milestones[i].deadline_ms);
    }
    bag_pour(&names, &out);
    toc_text_add_json(&out, rule->alert.topic);
    toc_text_addf(&out, "%d %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64,
                  rule->alert.is_urgent ? 1 : 0, rule->alert.for_ms, rule->alert.keep_firing_ms,
                  rule->alert.update_every_ms, rule->alert.expire_after_ms);
    if (rule->alert.cap_most > 0) {
        toc_text_addf(&out, " cap %u %" PRId64, (unsigned)rule->alert.cap_most,
                      rule->alert.cap_within_ms);
    }
    for (size_t i = 0; i < rule->alert.escalation_count; i++) {
        const struct toc_escalation *step = &rule->alert.escalations[i];
        toc_text_addf(&out, " escalate %" PRId64 " %d %d ", step->after_ms,
                      step->is_unless_acked ? 1 : 0, step->has_level ? (int)step->level : -1);
        toc_text_add_json(&out, step->topic);
        if (step->when != NULL) {
            toc_cel_print(step->when, &out);
        }
    }
    struct toc_hash128 hash = toc_hash128(out.data, out.size);
    toc_text_finish(&out);
    return hash;
}
