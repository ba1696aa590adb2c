#include "cli/clauses.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/instant.h"
#include "base/mem.h"
#include "rule/keys.h"

enum change { GONE, EACH, NEVER, STEP, LONGER, EDGE, NUMBER, DISTANCE, MATCH };

static const struct {
    enum toc_block block;
    const char *key;
    enum change change;
} table[] = {
#define TOC_CLAUSE(block, key, change) {TOC_BLOCK_##block, key, change},
#include "cli/clauses.def"
};

#define LONGEST TOC_STR("366d")

/* A walk through a rule: where it stands. */
struct walk {
    struct toc_clauses *out;
    const struct toc_yaml *root;
    size_t path[TOC_CLAUSE_DEPTH], depth;
};

/* --- Making clauses -------------------------------------------------------------------------- */

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static struct toc_str
words_of(struct walk *walk, const char *format, ...)
{
    char line[160];
    va_list more;

    va_start(more, format);
    int size = vsnprintf(line, sizeof line, format, more);
    va_end(more);
    struct toc_str text = {.data = line, .size = size > 0 ? (size_t)size : 0};
    text.size = text.size < sizeof line ? text.size : sizeof line - 1;
    return toc_arena_str(&walk->out->arena, text);
}

static struct toc_clause *add_clause(struct walk *walk, struct toc_mark mark, struct toc_str words)
{
    struct toc_clauses *out = walk->out;

    if (out->count == out->room) {
        out->room = out->room * 2 + 16;
        out->items = toc_mem_resize(out->items, out->room, sizeof *out->items);
    }
    out->items[out->count] = (struct toc_clause){.words = words, .mark = mark};
    return &out->items[out->count++];
}

static struct toc_clause_change *add_change(struct toc_clause *clause, struct toc_str words)
{
    toc_assert(clause->change_count < TOC_CLAUSE_CHANGES);
    clause->changes[clause->change_count].words = words;
    return &clause->changes[clause->change_count++];
}

static struct toc_clause_edit edit_here(const struct walk *walk)
{
    struct toc_clause_edit edit = {.depth = walk->depth};

    memcpy(edit.path, walk->path, sizeof edit.path);
    return edit;
}

/* An edit of the place that @path, counted in children from the root, leads to. */
static struct toc_clause_edit edit_at(const size_t path[], size_t depth)
{
    struct toc_clause_edit edit = {.depth = depth};

    memcpy(edit.path, path, depth * sizeof *path);
    return edit;
}

static struct toc_clause_edit gone(struct toc_clause_edit edit)
{
    edit.is_gone = true;
    return edit;
}

static struct toc_clause_edit set(struct toc_clause_edit edit, struct toc_str text)
{
    edit.text = text;
    return edit;
}

static struct toc_clause_edit added(struct toc_clause_edit edit, struct toc_str key,
                                    struct toc_str text)
{
    edit.key = key;
    edit.text = text;
    return edit;
}

/* The clause @words with one change, which sets the text here to @text. */
static void add_setting(struct walk *walk, const struct toc_yaml *node, struct toc_str words,
                        struct toc_str text)
{
    struct toc_clause *clause = add_clause(walk, node->mark, words);
    struct toc_clause_change *change =
        add_change(clause, words_of(walk, "with %.*s", (int)text.size, text.data));
    change->edits[change->edit_count++] = set(edit_here(walk), text);
}

/* "KEY: TEXT" */
static struct toc_str said(struct walk *walk, const struct toc_yaml *node)
{
    return words_of(walk, "%.*s: %.*s", (int)node->key.size, node->key.data, (int)node->text.size,
                    node->kind == TOC_YAML_SCALAR ? node->text.data : "");
}

/* --- Kinds of change ------------------------------------------------------------------------- */

/* Place of the child @key of @map, or -1. */
static int place_of(const struct toc_yaml *map, const char *key, const struct toc_yaml **out)
{
    int place = 0;

    for (*out = map != NULL ? map->first : NULL; *out != NULL; *out = (*out)->next, place++) {
        if (toc_str_equal((*out)->key, toc_str_of(key))) {
            return place;
        }
    }
    return -1;
}

/* What may be left out of an alert may have been its only end: then it gets another. */
static void add_other_end(struct walk *walk, struct toc_clause_change *change)
{
    const struct toc_yaml *alert, *end;
    int place = place_of(walk->root, "alert", &alert);
    size_t path[] = {(size_t)place};

    memcpy(change->others, change->edits, sizeof change->others);
    change->other_count = change->edit_count;
    if (place >= 0 && place_of(alert, "expire_after", &end) < 0) {
        change->others[change->other_count++] =
            added(edit_at(path, 1), TOC_STR("expire_after"), LONGEST);
    }
}

static void add_gone(struct walk *walk, struct toc_mark mark, struct toc_str words)
{
    struct toc_clause *clause = add_clause(walk, mark, words);
    struct toc_clause_change *change = add_change(clause, TOC_STR("without it"));

    change->edits[change->edit_count++] = gone(edit_here(walk));
    add_other_end(walk, change);
}

static void add_each(struct walk *walk, const struct toc_yaml *node)
{
    size_t place = 0;

    if (node->kind == TOC_YAML_SCALAR || node->count == 1) {
        const struct toc_yaml *only = node->first;
        struct toc_str name = node->kind == TOC_YAML_SCALAR    ? node->text
                              : node->kind == TOC_YAML_MAPPING ? only->key
                              : only->kind == TOC_YAML_MAPPING && only->first != NULL
                                  ? only->first->key
                                  : only->text;
        add_gone(walk, node->key_mark,
                 words_of(walk, "%.*s: %.*s", (int)node->key.size, node->key.data, (int)name.size,
                          name.size > 0 ? name.data : ""));
        return;
    }
    for (const struct toc_yaml *child = node->first; child != NULL; child = child->next, place++) {
        bool is_named = node->kind == TOC_YAML_MAPPING;
        struct toc_str name = is_named                          ? child->key
                              : child->kind == TOC_YAML_SCALAR  ? child->text
                              : child->kind == TOC_YAML_MAPPING ? child->first->key
                                                                : TOC_STR("");
        walk->path[walk->depth++] = place;
        add_gone(
            walk, is_named ? child->key_mark : child->mark,
            node->kind == TOC_YAML_SEQUENCE && child->kind == TOC_YAML_MAPPING && child->count > 1
                ? words_of(walk, "%.*s, entry %zu", (int)node->key.size, node->key.data, place + 1)
                : words_of(walk, "%.*s: %.*s", (int)node->key.size, node->key.data, (int)name.size,
                           name.size > 0 ? name.data : ""));
        walk->depth--;
    }
}

/* The event that @node names never comes. */
static void add_never(struct walk *walk, const struct toc_yaml *node)
{
    const struct toc_yaml *events, *event;
    int place = place_of(walk->root, "events", &events), number = 0;

    event = place >= 0 && node->kind == TOC_YAML_SCALAR ? events->first : NULL;
    for (; event != NULL && !toc_str_equal(event->key, node->text); event = event->next) {
        number++;
    }
    if (event != NULL) {
        size_t path[] = {(size_t)place, (size_t)number};
        struct toc_clause_change *change = add_change(
            add_clause(walk, node->mark, said(walk, node)), TOC_STR("without any that comes"));
        change->edits[change->edit_count] = edit_at(path, 2);
        change->edits[change->edit_count++].is_never = true;
    }
}

/* Does @text, or one of its languages, hold @quote? */
static bool is_quoting(const struct toc_yaml *text, const char *quote)
{
    bool is_found = text->kind == TOC_YAML_SCALAR && strstr(text->text.data, quote) != NULL;

    for (const struct toc_yaml *one = text->first; !is_found && one != NULL; one = one->next) {
        is_found = is_quoting(one, quote);
    }
    return is_found;
}

/* Texts that quote @alias go with it. */
static void drop_quotes(struct walk *walk, struct toc_str alias, struct toc_clause_change *change)
{
    static const char *const texts[] = {"brief", "summary"};
    const struct toc_yaml *alert, *text;
    int place = place_of(walk->root, "alert", &alert);
    char quote[80];

    (void)snprintf(quote, sizeof quote, "{%.*s.", (int)alias.size, alias.data);
    for (size_t i = 0; place >= 0 && i < 2; i++) {
        int at = place_of(alert, texts[i], &text);
        size_t path[] = {(size_t)place, (size_t)at};

        if (at >= 0 && is_quoting(text, quote)) {
            change->edits[change->edit_count++] = gone(edit_at(path, 2));
            change->others[change->other_count++] = gone(edit_at(path, 2));
        }
    }
}

/* One step of two leaves no sequence: then the other alone is awaited. */
static void add_steps(struct walk *walk, const struct toc_yaml *node)
{
    static const char *const besides[] = {"within", "without"};
    bool is_sequence = toc_str_equal(node->key, TOC_STR("sequence"));
    const struct toc_yaml *when, *found;
    int when_place = place_of(walk->root, "when", &when);
    size_t place = 0;

    for (const struct toc_yaml *child = node->first; child != NULL; child = child->next, place++) {
        const struct toc_yaml *named = child->kind == TOC_YAML_MAPPING ? child->first : NULL;
        struct toc_str name = named != NULL ? named->key : child->text;
        struct toc_clause *clause =
            add_clause(walk, child->mark,
                       words_of(walk, "%.*s: step %.*s", (int)node->key.size, node->key.data,
                                (int)name.size, name.data));
        struct toc_clause_change *change = add_change(clause, TOC_STR("without it"));

        walk->path[walk->depth] = place;
        struct toc_clause_edit edit = edit_here(walk);
        edit.depth++;
        change->edits[change->edit_count++] = gone(edit);
        if (node->count == 2 && when_place >= 0) {
            const struct toc_yaml *other = place == 0 ? child->next : node->first;
            named = other->kind == TOC_YAML_MAPPING ? other->first : NULL;
            size_t path[] = {(size_t)when_place, 0};

            change->others[change->other_count++] = gone(edit_here(walk));
            change->others[change->other_count++] =
                added(edit_at(path, 1), is_sequence ? TOC_STR("event") : TOC_STR("count"),
                      named != NULL ? named->key : other->text);
            if (!is_sequence) {
                change->others[change->other_count++] =
                    added(edit_at(path, 1), TOC_STR("at_least"), TOC_STR("1"));
            }
            for (size_t i = 0; is_sequence && i < 2; i++) {
                int at = place_of(when, besides[i], &found);
                path[1] = (size_t)at;
                if (at >= 0) {
                    change->others[change->other_count++] = gone(edit_at(path, 2));
                }
            }
        }
        drop_quotes(walk, name, change);
    }
}

/* @span_ms as a text that lives as long as the clauses. */
static struct toc_str span_text(struct walk *walk, int64_t span_ms)
{
    struct toc_text text = {0};

    toc_span_format(span_ms, &text);
    struct toc_str kept = toc_arena_str(&walk->out->arena, toc_text_str(&text));
    toc_text_finish(&text);
    return kept;
}

/* A duration from above and from below; with @is_crude, first as far as it goes. */
static void add_span(struct walk *walk, const struct toc_yaml *node, bool is_crude)
{
    int64_t span_ms;

    if (node->kind != TOC_YAML_SCALAR || !toc_span_parse(node->text, &span_ms)) {
        return;
    }
    for (int side = 0; side < 2; side++) {
        struct toc_str fine = span_text(walk, side == 0 ? span_ms + 1 : span_ms - 1);
        struct toc_clause *clause =
            add_clause(walk, node->mark,
                       words_of(walk, "%.*s: %.*s, %s", (int)node->key.size, node->key.data,
                                (int)node->text.size, node->text.data,
                                side == 0 ? "no longer" : "no shorter"));
        struct toc_str texts[] = {side == 0 ? LONGEST : TOC_STR("1ms"), fine};

        for (size_t i = is_crude ? 0 : 1; i < 2; i++) {
            struct toc_clause_change *change =
                add_change(clause, words_of(walk, "with %.*s", (int)texts[i].size, texts[i].data));
            change->edits[change->edit_count++] = set(edit_here(walk), texts[i]);
        }
        if (side == 1 && span_ms <= 1) {
            walk->out->count--; /* Nothing is shorter. */
        }
    }
}

/* A number, one more and one less in the last digit written. */
static void add_number(struct walk *walk, const struct toc_yaml *node)
{
    const char *point = node->text.size > 0 ? memchr(node->text.data, '.', node->text.size) : NULL;
    int decimals = point != NULL ? (int)(node->text.data + node->text.size - point) - 1 : 0;
    long double unit = 1, number;
    char text[64], *end;

    if (node->kind != TOC_YAML_SCALAR || node->text.size >= sizeof text || node->text.size == 0) {
        return;
    }
    memcpy(text, node->text.data, node->text.size);
    text[node->text.size] = '\0';
    number = strtold(text, &end);
    if (*end != '\0') {
        return; /* A threshold from a list or a place. */
    }
    for (int i = 0; i < decimals; i++) {
        unit /= 10;
    }
    for (int side = -1; side <= 1; side += 2) {
        (void)snprintf(text, sizeof text, "%.*Lf", decimals, number + side * unit);
        add_setting(walk, node, said(walk, node),
                    toc_arena_str(&walk->out->arena, toc_str_of(text)));
    }
}

static void add_distance(struct walk *walk, const struct toc_yaml *node)
{
    if (node->kind != TOC_YAML_SCALAR) {
        return;
    }
    add_setting(walk, node, said(walk, node), TOC_STR("20040 km"));
    if (node->text.size > 0 && node->text.data[0] != '0') {
        add_setting(walk, node, said(walk, node), TOC_STR("0 m"));
    }
}

static struct toc_str field_of(const struct toc_yaml *test)
{
    const char *bar = memchr(test->key.data, '|', test->key.size);

    return (struct toc_str){.data = test->key.data,
                            .size = bar != NULL ? (size_t)(bar - test->key.data) : test->key.size};
}

/* `FIELD|exists: true` beside another test of it only says that the other is meant so. */
static bool is_remark(const struct toc_yaml *match, const struct toc_yaml *test)
{
    struct toc_str field = field_of(test);

    if (test->key.size != field.size + 7 ||
        memcmp(test->key.data + field.size, "|exists", 7) != 0 ||
        !toc_str_equal(test->text, TOC_STR("true"))) {
        return false;
    }
    for (const struct toc_yaml *other = match->first; other != NULL; other = other->next) {
        if (other != test && toc_str_equal(field_of(other), field)) {
            return true;
        }
    }
    return false;
}

static void add_match(struct walk *walk, const struct toc_yaml *match)
{
    size_t place = 0;

    for (const struct toc_yaml *test = match->first; test != NULL; test = test->next, place++) {
        struct toc_str rest = field_of(test);
        rest = (struct toc_str){.data = rest.data + rest.size, .size = test->key.size - rest.size};
        bool is_compared = rest.size >= 3 && (memcmp(rest.data + 1, "gt", 2) == 0 ||
                                              memcmp(rest.data + 1, "lt", 2) == 0);

        if (is_remark(match, test)) {
            continue;
        }
        walk->path[walk->depth++] = place;
        add_gone(walk, test->key_mark,
                 words_of(walk, "match: %.*s", (int)test->key.size, test->key.data));
        if (is_compared) {
            add_number(walk, test);
        }
        walk->depth--;
    }
}

/* --- The walk -------------------------------------------------------------------------------- */

static void add_change_of(struct walk *walk, const struct toc_yaml *node, enum change change)
{
    switch (change) {
    case GONE:
        add_gone(walk, node->key_mark, said(walk, node));
        break;
    case EACH:
        add_each(walk, node);
        break;
    case NEVER:
        add_never(walk, node);
        break;
    case STEP:
        add_steps(walk, node);
        break;
    case LONGER:
        add_span(walk, node, true);
        break;
    case EDGE:
        add_span(walk, node, false);
        break;
    case NUMBER:
        add_number(walk, node);
        break;
    case DISTANCE:
        add_distance(walk, node);
        break;
    case MATCH:
        add_match(walk, node);
        break;
    }
}

static void walk_block(struct walk *walk, const struct toc_yaml *map, enum toc_block block);

/* Ties in steps, `without`, `clear_when`: NAME: { near: EVENT, distance: D }. */
static void walk_ties(struct walk *walk, const struct toc_yaml *node)
{
    size_t place = 0;

    for (const struct toc_yaml *child = node->first;
         child != NULL && walk->depth < TOC_CLAUSE_DEPTH; child = child->next, place++) {
        walk->path[walk->depth++] = place;
        if (child->kind == TOC_YAML_MAPPING && toc_yaml_find(child, "near") != NULL &&
            node->kind == TOC_YAML_MAPPING) {
            walk_block(walk, child, TOC_BLOCK_TIE);
        } else if (child->kind == TOC_YAML_MAPPING) {
            walk_ties(walk, child);
        }
        walk->depth--;
    }
}

static void walk_block(struct walk *walk, const struct toc_yaml *map, enum toc_block block)
{
    size_t place = 0;

    for (const struct toc_yaml *child = map->first; child != NULL && walk->depth < TOC_CLAUSE_DEPTH;
         child = child->next, place++) {
        const struct toc_keys_entry *key = toc_keys_find(block, child->key.data, child->key.size);
        enum toc_block under = key != NULL ? toc_keys_block_under(key->kind) : TOC_BLOCK_COUNT;

        walk->path[walk->depth++] = place;
        for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
            if (table[i].block == block && toc_str_equal(toc_str_of(table[i].key), child->key)) {
                add_change_of(walk, child, table[i].change);
            }
        }
        if (key != NULL && (key->kind == TOC_KEY_STEPS || key->kind == TOC_KEY_REFERENCES)) {
            walk_ties(walk, child);
        } else if (under == TOC_BLOCK_EVENT) {
            size_t number = 0;
            for (const struct toc_yaml *event = child->first; event != NULL;
                 event = event->next, number++) {
                walk->path[walk->depth++] = number;
                walk_block(walk, event, TOC_BLOCK_EVENT);
                walk->depth--;
            }
        } else if (under != TOC_BLOCK_COUNT && child->kind == TOC_YAML_MAPPING) {
            walk_block(walk, child, under);
        }
        walk->depth--;
    }
}

void toc_clauses_init(struct toc_clauses *out, const struct toc_yaml *document)
{
    struct walk walk = {.out = out, .root = document};

    *out = (struct toc_clauses){0};
    walk_block(&walk, document, TOC_BLOCK_RULE);
}

void toc_clauses_finish(struct toc_clauses *clauses)
{
    toc_mem_free(clauses->items);
    toc_arena_finish(&clauses->arena);
    *clauses = (struct toc_clauses){0};
}

/* --- Applying -------------------------------------------------------------------------------- */

/* Where an edit acts. */
struct spot {
    struct toc_yaml *parent, *node;
};

static struct spot find_spot(struct toc_yaml *document, const struct toc_clause_edit *edit)
{
    struct spot spot = {.node = document};

    for (size_t i = 0; i < edit->depth; i++) {
        spot.parent = spot.node;
        spot.node = spot.node->first;
        for (size_t j = 0; j < edit->path[i]; j++) {
            toc_assert(spot.node != NULL);
            spot.node = spot.node->next;
        }
        toc_assert(spot.node != NULL);
    }
    return spot;
}

static void leave_out(struct spot spot)
{
    struct toc_yaml **at = &spot.parent->first;

    while (*at != NULL && *at != spot.node) {
        at = &(*at)->next;
    }
    if (*at != NULL) {
        *at = spot.node->next;
        spot.parent->count--;
    }
}

static struct toc_yaml *add_child(struct toc_yaml *map, struct toc_str key, struct toc_str text,
                                  struct toc_arena *arena)
{
    struct toc_yaml *child = toc_arena_get(arena, sizeof *child), **end = &map->first;

    *child = (struct toc_yaml){
        .kind = TOC_YAML_SCALAR,
        .mark = map->mark,
        .text = toc_arena_str(arena, text),
        .key = toc_arena_str(arena, key),
        .key_mark = map->key_mark,
    };
    while (*end != NULL) {
        end = &(*end)->next;
    }
    *end = child;
    map->count++;
    return child;
}

static void make_never(struct toc_yaml *event, struct toc_arena *arena)
{
    struct toc_yaml *match = toc_yaml_find(event, "match");

    if (match == NULL) {
        match = add_child(event, TOC_STR("match"), TOC_STR(""), arena);
        match->kind = TOC_YAML_MAPPING;
    }
    (void)add_child(match, TOC_STR("id|re"), TOC_STR("[^\\s\\S]"), arena); /* No character. */
}

void toc_clause_apply(const struct toc_clause_edit edits[], size_t count, struct toc_yaml *document,
                      struct toc_arena *arena)
{
    struct spot spots[TOC_CLAUSE_EDITS];

    toc_assert(count <= TOC_CLAUSE_EDITS);
    for (size_t i = 0; i < count; i++) {
        spots[i] = find_spot(document, &edits[i]); /* All, before places shift. */
    }
    for (size_t i = 0; i < count; i++) {
        if (edits[i].is_gone) {
            leave_out(spots[i]);
        } else if (edits[i].key.size > 0) {
            (void)add_child(spots[i].node, edits[i].key, edits[i].text, arena);
        } else if (edits[i].is_never) {
            make_never(spots[i].node, arena);
        } else {
            spots[i].node->text = toc_arena_str(arena, edits[i].text);
        }
    }
}
