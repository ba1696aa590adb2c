/* members.c - keys that are awaited although nobody has heard of them: `members: lists.sensors`. */
#include <stdlib.h>

#include "base/mem.h"
#include "rule/draft.h"

static struct toc_str fold(struct toc_arena *arena, struct toc_str text)
{
    struct toc_text folded = {0};

    toc_text_fold(&folded, text);
    struct toc_str copy = toc_arena_str(arena, toc_text_str(&folded));
    toc_text_finish(&folded);
    return copy;
}

/* What is wrong with an entry is told at the entry, or at `lists.NAME` if it comes from there. */
struct filling {
    struct toc_draft *draft;
    const struct toc_mark *at; /* NULL: at the entry itself. */
    struct toc_str *values, *labels;
};

static bool read_value(struct filling *f, const struct toc_yaml *node, size_t part, size_t index)
{
    struct toc_loader *loader = f->draft->loader;
    const struct toc_key_part *key = &f->draft->rule->key_parts[part];
    struct toc_mark mark = f->at != NULL ? *f->at : node->mark;
    struct toc_str text;

    if (!toc_loader_text(loader, node, "a member", &text)) {
        return false;
    }
    f->labels[index] = text;
    if (!key->is_place) {
        f->values[index] = fold(loader->arena, text);
        return true;
    }
    if (key->is_moving) {
        f->values[index] = toc_loader_fold_name(loader, text);
        return true;
    }
    int place = toc_places_find(loader->places, key->name, text);
    if (place < 0) {
        toc_loader_unknown(loader, "E0306", mark, text, loader->place_words,
                           "there is no %.*s called \"%.*s\"", (int)key->name.size, key->name.data,
                           (int)text.size, text.data);
        return false;
    }
    f->values[index] = toc_places_get(loader->places, (size_t)place)->id;
    f->labels[index] = toc_places_get(loader->places, (size_t)place)->name;
    return true;
}

static bool read_entry(struct filling *f, const struct toc_yaml *entry, size_t first)
{
    const struct toc_rule *rule = f->draft->rule;
    struct toc_mark mark = f->at != NULL ? *f->at : entry->mark;
    bool ok = true;

    if (entry->kind == TOC_YAML_SCALAR && rule->key_part_count == 1) {
        return read_value(f, entry, 0, first);
    }
    if (entry->kind != TOC_YAML_MAPPING || entry->count != rule->key_part_count) {
        toc_loader_error(f->draft->loader, "E0339", mark,
                         "a member gives every part of the key: %zu, as NAME: VALUE",
                         rule->key_part_count);
        return false;
    }
    struct toc_str names[TOC_RULE_KEY_PARTS];
    for (size_t part = 0; part < rule->key_part_count; part++) {
        names[part] = rule->key_parts[part].name;
    }
    /* As many entries as parts, none twice (YAML): if each is a part, each part is there. */
    for (const struct toc_yaml *child = entry->first; child != NULL; child = child->next) {
        size_t part = 0;

        while (part < rule->key_part_count && !toc_str_equal(child->key, names[part])) {
            part++;
        }
        if (part < rule->key_part_count) {
            ok = read_value(f, child, part, first + part) && ok;
            continue;
        }
        toc_loader_unknown(f->draft->loader, "E0339", f->at != NULL ? mark : child->key_mark,
                           child->key,
                           (struct toc_names){.names = names, .count = rule->key_part_count},
                           "\"%.*s\" is no part of the key", (int)child->key.size, child->key.data);
        ok = false;
    }
    return ok;
}

/* An entry, for finding those given twice. */
struct entry {
    const struct toc_str *values;
    size_t count, index;
    struct toc_mark mark;
};

static int compare_entries(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;

    for (size_t i = 0; i < a->count; i++) {
        int order = toc_str_compare(a->values[i], b->values[i]);

        if (order != 0) {
            return order;
        }
    }
    return a->index < b->index ? -1 : 1;
}

static void check_twice(struct filling *f, const struct toc_yaml *items)
{
    size_t parts = f->draft->rule->key_part_count, count = 0;
    struct entry *entries = toc_mem_array(items->count + 1, sizeof *entries);

    for (const struct toc_yaml *item = items->first; item != NULL; item = item->next) {
        entries[count] = (struct entry){.values = f->values + count * parts,
                                        .count = parts,
                                        .index = count,
                                        .mark = f->at != NULL ? *f->at : item->mark};
        count++;
    }
    qsort(entries, count, sizeof *entries, compare_entries);
    for (size_t i = 1; i < count; i++) {
        bool is_same = true;

        for (size_t part = 0; part < parts; part++) {
            is_same =
                is_same && toc_str_equal(entries[i - 1].values[part], entries[i].values[part]);
        }
        if (is_same) {
            toc_loader_error(f->draft->loader, "E0338", entries[i].mark,
                             "member \"%.*s\" is given twice", (int)entries[i].values[0].size,
                             entries[i].values[0].data);
        }
    }
    toc_mem_free(entries);
}

static bool is_awaited(const struct toc_rule *rule)
{
    return rule->kind == TOC_KIND_SILENCE || rule->compare == TOC_AT_MOST ||
           rule->compare == TOC_LESS_THAN;
}

void toc_members_read(struct toc_draft *draft, const struct toc_yaml *members)
{
    struct toc_loader *loader = draft->loader;
    struct toc_rule *rule = draft->rule;
    const struct toc_yaml *items = members;
    const struct toc_list *list;
    struct filling f = {.draft = draft};
    size_t count = 0;
    bool ok = true;

    if (rule->kind == TOC_KIND_ABSENCE || !is_awaited(rule)) {
        toc_loader_error(loader, "E0329", members->key_mark,
                         "`members` goes with `every`, at_most and less_than: what is awaited");
        return;
    }
    if (rule->key_part_count == 0) {
        toc_loader_error(loader, "E0339", members->key_mark, "`members` needs group_by");
        return;
    }
    for (size_t part = 0; part < rule->key_part_count; part++) {
        if (!rule->key_parts[part].is_place && !rule->key_parts[part].is_text) {
            toc_loader_error(loader, "E0339", members->key_mark,
                             "`members` needs key parts that are texts or places; \"%.*s\" is not",
                             (int)rule->key_parts[part].name.size, rule->key_parts[part].name.data);
            return;
        }
    }
    if (toc_loader_is_list(members)) {
        if (!toc_loader_list(loader, members, &list)) {
            return;
        }
        items = list->items;
        f.at = &members->mark;
    } else if (!toc_loader_is(loader, members, TOC_YAML_SEQUENCE, "`members`")) {
        return;
    }
    f.values =
        toc_arena_array(loader->arena, items->count * rule->key_part_count + 1, sizeof *f.values);
    f.labels =
        toc_arena_array(loader->arena, items->count * rule->key_part_count + 1, sizeof *f.labels);
    for (const struct toc_yaml *item = items->first; item != NULL && (ok || f.at == NULL);
         item = item->next) { /* Of a list, the first fault is enough. */
        ok = read_entry(&f, item, count++ * rule->key_part_count) && ok;
    }
    if (ok) {
        check_twice(&f, items);
    }
    rule->members = f.values;
    rule->member_labels = f.labels;
    rule->member_count = count;
}
