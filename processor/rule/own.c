/* own.c - a threshold of each key's own: `at_least: camp.threshold`, `at_least: lists.limits`. */
#include <stdio.h>
#include <stdlib.h>

#include "rule/draft.h"

struct reading {
    struct toc_draft *draft;
    const struct toc_yaml *node; /* The threshold as written; findings stand there. */
    struct toc_own_threshold *items;
    size_t count;
};

static struct toc_str copy_folded(struct toc_arena *arena, struct toc_str text)
{
    struct toc_text folded = {0};

    toc_text_fold(&folded, text);
    struct toc_str copy = toc_arena_str(arena, toc_text_str(&folded));
    toc_text_finish(&folded);
    return copy;
}

/* Can the rule compare with @threshold? Says what is wrong with it, or NULL. */
static const char *fault_of(const struct toc_rule *rule, int64_t threshold)
{
    bool is_least = rule->compare == TOC_AT_LEAST, is_less = rule->compare == TOC_LESS_THAN;

    if (toc_rule_is_valued(rule)) {
        bool is_rising = rule->kind == TOC_KIND_SUM && rule->is_sum_rising;
        bool is_ratio = rule->kind == TOC_KIND_RATIO;
        if ((is_rising || is_ratio) && is_least && threshold <= 0) {
            return "always met";
        }
        if ((is_rising || is_ratio) && rule->compare == TOC_MORE_THAN && threshold < 0) {
            return "always met";
        }
        return is_ratio && (threshold < 0 || (is_less && threshold == 0)) ? "never met" : NULL;
    }
    int64_t most = rule->kind == TOC_KIND_ANY_KINDS        ? (int64_t)rule->counted_count
                   : !rule->has_near                       ? TOC_RULE_COUNT_MAX
                   : rule->kind == TOC_KIND_COUNT_DISTINCT ? TOC_RULE_NEAR_DISTINCT
                                                           : TOC_RULE_NEAR_COUNT;
    if (threshold < 0 || threshold + (rule->compare == TOC_MORE_THAN ? 1 : 0) > most) {
        return "beyond what this rule can count";
    }
    return threshold > 0 || !(is_least || is_less) ? NULL : is_least ? "always met" : "never met";
}

/* A count compares with 2.5 as with 3 or 2: @millionths as the whole number that says the same. */
static int64_t to_whole(const struct toc_rule *rule, int64_t millionths)
{
    int64_t whole = millionths / 1000000, rest = millionths % 1000000;
    bool is_up = rule->compare == TOC_AT_LEAST || rule->compare == TOC_LESS_THAN;

    whole += is_up && rest > 0 ? 1 : 0;
    return whole - (!is_up && rest < 0 ? 1 : 0);
}

static bool add(struct reading *r, struct toc_own_threshold item, const char *of_what,
                struct toc_str name)
{
    const struct toc_rule *rule = r->draft->rule;

    item.threshold = toc_rule_is_valued(rule) ? item.threshold : to_whole(rule, item.threshold);
    const char *fault = fault_of(rule, item.threshold);

    if (fault != NULL) {
        toc_loader_error(r->draft->loader, "E0321", r->node->mark, "the threshold of %s %.*s is %s",
                         of_what, (int)name.size, name.data, fault);
        return false;
    }
    r->items[r->count++] = item;
    return true;
}

/* KIND.PROPERTY: each place of the kind has it. */
static void read_places(struct reading *r, struct toc_str kind, struct toc_str property)
{
    struct toc_draft *draft = r->draft;
    const struct toc_rule *rule = draft->rule;
    const struct toc_places *places = draft->loader->places;
    size_t part = 0;

    while (part < rule->key_part_count &&
           !(rule->key_parts[part].is_place && toc_str_equal(rule->key_parts[part].name, kind))) {
        part++;
    }
    if (part == rule->key_part_count) {
        struct toc_str names[TOC_RULE_KEY_PARTS];
        size_t count = 0;
        for (size_t i = 0; i < rule->key_part_count; i++) {
            names[count] = rule->key_parts[i].name;
            count += rule->key_parts[i].is_place;
        }
        toc_loader_unknown(draft->loader, "E0306", r->node->mark, kind,
                           (struct toc_names){.names = names, .count = count},
                           "\"%.*s\" is no kind of place that this rule groups by", (int)kind.size,
                           kind.data);
        return;
    }
    if (rule->key_parts[part].is_moving) {
        toc_loader_error(draft->loader, "E0349", r->node->mark,
                         "a %.*s moves and has no properties; give a list", (int)kind.size,
                         kind.data);
        return;
    }
    r->items =
        toc_arena_array(draft->loader->arena, toc_places_count(places) + 1, sizeof *r->items);
    for (size_t i = 0; i < toc_places_count(places); i++) {
        const struct toc_place *place = toc_places_get(places, i);
        int64_t value;

        if (!toc_str_equal(place->kind, kind)) {
            continue;
        }
        bool has_it = toc_place_number(place, property, &value);
        if (!has_it) {
            toc_loader_error(draft->loader, "E0349", r->node->mark,
                             "the %.*s %.*s has no property \"%.*s\" that is a number",
                             (int)kind.size, kind.data, (int)place->name.size, place->name.data,
                             (int)property.size, property.data);
            return;
        }
        struct toc_own_threshold item = {.mask = 1U << part, .threshold = value};
        item.values[part] = place->id;
        if (!add(r, item, "the place", place->name)) {
            return;
        }
    }
}

/* What a key holds of such a value: a place by its id, a number in the one way it is written. */
static bool read_part(struct reading *r, const struct toc_yaml *node, size_t part,
                      struct toc_own_threshold *item)
{
    struct toc_loader *loader = r->draft->loader;
    const struct toc_key_part *key = &r->draft->rule->key_parts[part];

    if (node->kind != TOC_YAML_SCALAR || node->text.size == 0) {
        toc_loader_error(loader, "E0349", r->node->mark, "\"%.*s\" of an entry is no value",
                         (int)node->key.size, node->key.data);
        return false;
    }
    item->mask |= 1U << part;
    if (key->is_moving) {
        item->values[part] = toc_loader_fold_name(loader, node->text);
        return true;
    }
    if (key->is_place) {
        int place = toc_places_find(loader->places, key->name, node->text);
        if (place < 0) {
            toc_loader_unknown(loader, "E0306", r->node->mark, node->text, loader->place_words,
                               "there is no %.*s called \"%.*s\"", (int)key->name.size,
                               key->name.data, (int)node->text.size, node->text.data);
            return false;
        }
        item->values[part] = toc_places_get(loader->places, (size_t)place)->id;
        return true;
    }
    int64_t whole;
    if (!key->is_text && toc_loader_decimal(node->text, 0, &whole)) { /* 07, 7.0 are 7. */
        char text[32];
        int size = snprintf(text, sizeof text, "%lld", (long long)whole);
        item->values[part] = toc_arena_str(
            loader->arena, (struct toc_str){.data = text, .size = size > 0 ? (size_t)size : 0});
        return true;
    }
    item->values[part] = copy_folded(loader->arena, node->text);
    return true;
}

/* { SECTOR: NORTH, threshold: 3 } */
static bool read_entry(struct reading *r, const struct toc_yaml *entry)
{
    struct toc_loader *loader = r->draft->loader;
    const struct toc_rule *rule = r->draft->rule;
    struct toc_own_threshold item = {0};
    struct toc_str names[TOC_RULE_KEY_PARTS + 1];
    bool has_threshold = false;

    if (entry->kind != TOC_YAML_MAPPING) {
        toc_loader_error(loader, "E0349", r->node->mark,
                         "an entry of the list is a mapping of parts of the key, and `threshold`");
        return false;
    }
    for (size_t part = 0; part < rule->key_part_count; part++) {
        names[part] = rule->key_parts[part].name;
    }
    names[rule->key_part_count] = TOC_STR("threshold");
    for (const struct toc_yaml *child = entry->first; child != NULL; child = child->next) {
        size_t part = 0;

        if (toc_str_equal(child->key, TOC_STR("threshold"))) {
            has_threshold = child->kind == TOC_YAML_SCALAR &&
                            toc_loader_decimal(child->text, 6, &item.threshold);
            if (!has_threshold) {
                toc_loader_error(loader, "E0320", r->node->mark,
                                 "the `threshold` of an entry must be a number");
                return false;
            }
            continue;
        }
        while (part < rule->key_part_count && !toc_str_equal(child->key, names[part])) {
            part++;
        }
        if (part == rule->key_part_count) {
            toc_loader_unknown(
                loader, "E0339", r->node->mark, child->key,
                (struct toc_names){.names = names, .count = rule->key_part_count + 1},
                "\"%.*s\" of an entry is no part of the key", (int)child->key.size,
                child->key.data);
            return false;
        }
        if (!read_part(r, child, part, &item)) {
            return false;
        }
    }
    if (!has_threshold) {
        toc_loader_error(loader, "E0349", r->node->mark, "an entry of the list lacks `threshold`");
        return false;
    }
    return add(r, item, "an entry of", r->node->text);
}

void toc_own_read(struct toc_draft *draft)
{
    const struct toc_yaml *node = draft->own;
    struct reading r = {.draft = draft, .node = node};
    const struct toc_list *list;

    if (node == NULL) {
        return;
    }
    if (draft->rule->key_part_count == 0) {
        toc_loader_error(draft->loader, "E0349", node->mark,
                         "a threshold of each key's own needs group_by");
        return;
    }
    if (toc_loader_is_list(node)) {
        if (!toc_loader_list(draft->loader, node, &list)) {
            return;
        }
        r.items = toc_arena_array(draft->loader->arena, list->items->count + 1, sizeof *r.items);
        for (const struct toc_yaml *item = list->items->first; item != NULL && read_entry(&r, item);
             item = item->next) {
        }
    } else {
        const char *dot = memchr(node->text.data, '.', node->text.size);
        size_t size = (size_t)(dot - node->text.data);
        read_places(&r, (struct toc_str){.data = node->text.data, .size = size},
                    (struct toc_str){.data = dot + 1, .size = node->text.size - size - 1});
    }
    draft->rule->own = r.items;
    draft->rule->own_count = r.count;
}
