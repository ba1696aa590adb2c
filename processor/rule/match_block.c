/* match_block.c - `match: { FIELD|modifier|...: value | list | lists.NAME }` into tests, once for
 * each event type of an event. What fits what is expr's (expr/condition_build.h). */
#include "expr/condition_build.h"
#include "rule/draft.h"

/* One key of `match` under way: its operands as written, and where. */
struct reading {
    struct toc_loader *loader;
    const struct toc_type *type;
    const struct toc_yaml *node;
    struct toc_str *words;
    struct toc_mark *marks;
    const struct toc_yaml **nodes;
    size_t count, room;
};

/* The mark of @part of the key, which is plain text, as far as bytes are characters. */
static struct toc_mark part_mark(const struct toc_yaml *node, struct toc_str part)
{
    struct toc_mark mark = node->key_mark;

    if (mark.width == node->key.size && part.size > 0) {
        mark.column += (uint32_t)(part.data - node->key.data);
        mark.width = (uint32_t)part.size;
    }
    return mark;
}

static bool read_key(struct reading *r, struct toc_test_key *out)
{
    struct toc_names modifiers = {.names = toc_test_modifiers, .count = toc_test_modifier_count};
    struct toc_str key = r->node->key, bad = {0};
    struct toc_text error = {0};

    bool ok = toc_test_parse_key(key, out, &bad, &error);
    if (!ok) {
        bool is_known = false;

        for (size_t i = 0; i < modifiers.count; i++) {
            is_known = is_known || toc_str_equal(modifiers.names[i], bad);
        }
        if (is_known) {
            toc_loader_error(r->loader, "E0317", part_mark(r->node, bad), "%.*s", (int)error.size,
                             error.data);
        } else {
            toc_loader_unknown(r->loader, "E0316", part_mark(r->node, bad), bad, modifiers, "%.*s",
                               (int)error.size, error.data);
        }
    }
    toc_text_finish(&error);
    return ok;
}

static bool add_word(struct reading *r, const struct toc_yaml *item, struct toc_mark mark)
{
    if (!toc_loader_text(r->loader, item, "a value of `match`", &r->words[r->count])) {
        return false;
    }
    r->marks[r->count] = mark;
    r->nodes[r->count++] = item;
    return true;
}

/* The items of `lists.NAME`; what is wrong with one of them is told at that name. */
static bool add_list(struct reading *r, const struct toc_yaml *node)
{
    const struct toc_list *list;

    if (!toc_loader_list(r->loader, node, &list)) {
        return false;
    }
    for (const struct toc_yaml *item = list->items->first; item != NULL; item = item->next) {
        if (item->kind != TOC_YAML_SCALAR) {
            toc_loader_error(r->loader, "E0314", node->mark,
                             "list \"%.*s\" holds mappings: it is for `members`, not for `match`",
                             (int)list->name.size, list->name.data);
            return false;
        }
        if (!add_word(r, item, node->mark)) {
            return false;
        }
    }
    return true;
}

static bool read_words(struct reading *r)
{
    const struct toc_yaml *node = r->node;
    bool is_alone = node->kind == TOC_YAML_SCALAR;
    bool ok = true;

    if (node->kind == TOC_YAML_MAPPING) {
        return toc_loader_is(r->loader, node, TOC_YAML_SCALAR, "a value of `match`");
    }
    if (!is_alone && node->count == 0) {
        toc_loader_error(r->loader, "E0300", node->mark, "an empty list matches nothing");
        return false;
    }
    const struct toc_yaml *first = is_alone ? node : node->first;
    for (const struct toc_yaml *item = first; item != NULL; item = is_alone ? NULL : item->next) {
        r->room++;
        for (size_t i = 0; toc_loader_is_list(item) && i < r->loader->list_names.count; i++) {
            bool is_it = item->text.size == r->loader->lists[i].name.size + 6 &&
                         memcmp(item->text.data + 6, r->loader->lists[i].name.data,
                                r->loader->lists[i].name.size) == 0;
            r->room += is_it ? r->loader->lists[i].items->count : 0;
        }
    }
    r->words = toc_arena_array(r->loader->arena, r->room, sizeof *r->words);
    r->marks = toc_arena_array(r->loader->arena, r->room, sizeof *r->marks);
    r->nodes = toc_arena_array(r->loader->arena, r->room, sizeof(struct toc_yaml *));
    for (const struct toc_yaml *item = first; item != NULL; item = is_alone ? NULL : item->next) {
        ok = (toc_loader_is_list(item) ? add_list(r, item) : add_word(r, item, item->mark)) && ok;
    }
    return ok;
}

/* RE2's message ends in the part it stumbled over: point there. */
static struct toc_mark pattern_mark(struct toc_mark mark, const struct toc_yaml *node,
                                    struct toc_str error)
{
    size_t quote = node->is_quoted ? 1 : 0;

    if (mark.width != node->text.size + 2 * quote) {
        return mark; /* Escapes or wide characters: bytes are not columns. */
    }
    for (size_t colon = 0; colon + 2 < error.size; colon++) {
        if (error.data[colon] != ':' || error.data[colon + 1] != ' ') {
            continue;
        }
        size_t part = error.size - colon - 2;
        for (size_t i = 0; i + part <= node->text.size; i++) {
            if (memcmp(node->text.data + i, error.data + colon + 2, part) == 0) {
                mark.column += (uint32_t)(i + quote);
                mark.width = (uint32_t)part;
                return mark;
            }
        }
    }
    return mark;
}

static bool build(struct reading *r, const struct toc_field *field, int slot,
                  const struct toc_test_key *key, struct toc_test *out)
{
    struct toc_text error = {0};
    struct toc_str near = {0};
    size_t word = 0;

    bool ok = toc_test_build(r->loader->arena, r->loader->patterns, field, slot, key, r->words,
                             r->count, out, &word, &near, &error);
    if (!ok && word >= r->count) {
        toc_loader_error(r->loader, "E0313", r->node->key_mark, "%.*s", (int)error.size,
                         error.data);
    } else if (!ok) {
        bool is_pattern = key->op == TOC_TEST_PATTERN;
        bool is_closed = field != NULL ? field->value_count > 0 : slot == TOC_SLOT_MODE;
        struct toc_mark mark = r->marks[word];

        if (is_pattern) {
            mark = pattern_mark(mark, r->nodes[word], toc_text_str(&error));
        }
        toc_diag_add(r->loader->diag, TOC_SEVERITY_ERROR,
                     is_pattern  ? "E0322"
                     : is_closed ? "E0315"
                                 : "E0314",
                     mark, near, "%.*s", (int)error.size, error.data);
    }
    toc_text_finish(&error);
    return ok;
}

static bool read_test(struct toc_loader *loader, const struct toc_yaml *node,
                      const struct toc_type *type, struct toc_test *out)
{
    struct reading r = {.loader = loader, .type = type, .node = node};
    struct toc_test_key key;

    if (!read_key(&r, &key)) {
        return false;
    }
    int slot = toc_type_slot(type, key.name);
    if (slot == TOC_SLOT_NONE) {
        toc_events_unknown_field(loader, part_mark(node, key.name), type, key.name);
        return false;
    }
    return read_words(&r) && build(&r, toc_type_slot_field(type, slot), slot, &key, out);
}

bool toc_match_block_read(struct toc_loader *loader, const struct toc_yaml *match,
                          const struct toc_type *type, struct toc_condition *out)
{
    bool ok = true;

    if (!toc_loader_is(loader, match, TOC_YAML_MAPPING, "`match`")) {
        return false;
    }
    struct toc_test *tests = toc_arena_array(loader->arena, match->count + 1, sizeof *tests);
    size_t count = 0;
    for (const struct toc_yaml *child = match->first; child != NULL; child = child->next) {
        ok = read_test(loader, child, type, &tests[count++]) && ok;
    }
    if (ok) {
        *out = (struct toc_condition){.tests = tests, .count = count};
    }
    return ok;
}
