#include "base/yaml.h"

#include <yaml.h>

#include "base/assert.h"
#include "base/mem.h"

#include <stdlib.h>

struct reader {
    yaml_parser_t parser;
    struct toc_str text;
    uint32_t file;
    struct toc_arena *arena;
    struct toc_diag *diag;
    size_t nodes;
    bool has_error;  /* Something was wrong; reading may go on. */
    bool is_stopped; /* Reading cannot go on. */
};

static struct toc_mark mark_at(const struct reader *reader, yaml_mark_t start, size_t width)
{
    return (struct toc_mark){
        .file = reader->file,
        .line = (uint32_t)start.line + 1,
        .column = (uint32_t)start.column + 1,
        .width = (uint32_t)width,
    };
}

static struct toc_mark mark_of(const struct reader *reader, const yaml_event_t *event)
{
    yaml_mark_t start = event->start_mark, end = event->end_mark;
    bool is_one_line = event->type == YAML_SCALAR_EVENT && end.line == start.line;

    return mark_at(reader, start, is_one_line ? end.column - start.column : 1);
}

static void refuse(struct reader *reader, const char *code, struct toc_mark mark, const char *what)
{
    reader->has_error = true;
    toc_diag_add(reader->diag, TOC_SEVERITY_ERROR, code, mark, (struct toc_str){0}, "%s", what);
}

static void stop(struct reader *reader, const char *code, struct toc_mark mark, const char *what)
{
    refuse(reader, code, mark, what);
    reader->is_stopped = true;
}

/* Where byte @offset of the text stands; libyaml gives no mark for what its reader refuses. */
static struct toc_mark mark_of_byte(const struct reader *reader, size_t offset)
{
    struct toc_mark mark = {.file = reader->file, .line = 1, .column = 1};

    for (size_t i = 0; i < offset && i < reader->text.size; i++) {
        unsigned char byte = (unsigned char)reader->text.data[i];

        if (byte == '\n') {
            mark.line++;
            mark.column = 1;
        } else if ((byte & 0xC0) != 0x80) {
            mark.column++;
        }
    }
    return mark;
}

/* The colon at @mark follows the first key of its line: then the line stands too far in (or the one
 * above is not finished), and where it begins says more. */
static bool move_to_key(const struct reader *reader, struct toc_mark *mark)
{
    const char *at = reader->text.data, *end = at + reader->text.size;
    uint32_t column = 1;

    for (uint32_t line = 1; line < mark->line && at < end; at++) {
        line += *at == '\n' ? 1 : 0;
    }
    while (at < end && *at == ' ') {
        at++;
        column++;
    }
    for (uint32_t i = column; i < mark->column && at < end; i++, at++) {
        unsigned char c = (unsigned char)*at;
        if (c <= ' ' || c >= 0x80 || strchr("\"'[]{},:#", c) != NULL) {
            return false;
        }
    }
    mark->width = mark->column - column;
    mark->column = column;
    return mark->width > 0;
}

static void stop_by_parser(struct reader *reader)
{
    const yaml_parser_t *parser = &reader->parser;
    struct toc_mark mark;

    toc_assert(parser->error != YAML_MEMORY_ERROR);
    if (parser->error == YAML_READER_ERROR) {
        stop(reader, "E0108", mark_of_byte(reader, parser->problem_offset),
             "not valid UTF-8, or a control character");
        return;
    }
    mark = mark_at(reader, parser->problem_mark, 1);
    reader->has_error = reader->is_stopped = true;
    if (parser->problem != NULL && strncmp(parser->problem, "mapping values", 14) == 0 &&
        move_to_key(reader, &mark)) {
        toc_diag_add(reader->diag, TOC_SEVERITY_ERROR, "E0101", mark, (struct toc_str){0},
                     "no key can stand here: is this line indented like those it belongs to?");
    } else if (parser->context != NULL) {
        toc_diag_add(reader->diag, TOC_SEVERITY_ERROR, "E0101", mark, (struct toc_str){0},
                     "%s %s that began in line %zu", parser->problem, parser->context,
                     parser->context_mark.line + 1);
    } else {
        toc_diag_add(reader->diag, TOC_SEVERITY_ERROR, "E0101", mark, (struct toc_str){0}, "%s",
                     parser->problem != NULL ? parser->problem : "not valid YAML");
    }
}

/* The next event, or false with reading stopped. */
static bool next_event(struct reader *reader, yaml_event_t *event)
{
    if (yaml_parser_parse(&reader->parser, event) == 0) {
        stop_by_parser(reader);
        return false;
    }
    return true;
}

static void check_properties(struct reader *reader, const yaml_event_t *event,
                             const yaml_char_t *anchor, const yaml_char_t *tag)
{
    struct toc_mark mark = mark_at(reader, event->start_mark, 1);

    if (anchor != NULL) {
        refuse(reader, "E0104", mark, "anchors are not supported: write the value out");
    }
    if (tag != NULL) {
        refuse(reader, "E0105", mark, "tags are not supported: the field decides the type");
    }
}

static int compare_keys(const void *left, const void *right)
{
    const struct toc_yaml *a = *(struct toc_yaml *const *)left;
    const struct toc_yaml *b = *(struct toc_yaml *const *)right;
    int order = toc_str_compare(a->key, b->key);

    if (order != 0) {
        return order;
    }
    if (a->key_mark.line != b->key_mark.line) {
        return a->key_mark.line < b->key_mark.line ? -1 : 1;
    }
    return a->key_mark.column < b->key_mark.column ? -1 : a->key_mark.column > b->key_mark.column;
}

static void check_duplicates(struct reader *reader, const struct toc_yaml *map)
{
    struct toc_yaml **sorted;
    size_t i = 0;

    if (map->count < 2) {
        return;
    }
    sorted = toc_mem_array(map->count, sizeof(struct toc_yaml *));
    for (struct toc_yaml *child = map->first; child != NULL; child = child->next) {
        sorted[i++] = child;
    }
    qsort(sorted, map->count, sizeof *sorted, compare_keys);
    for (i = 1; i < map->count; i++) {
        if (toc_str_equal(sorted[i - 1]->key, sorted[i]->key)) {
            reader->has_error = true;
            toc_diag_add(reader->diag, TOC_SEVERITY_ERROR, "E0106", sorted[i]->key_mark,
                         (struct toc_str){0}, "key \"%.200s\" stands twice, first in line %lu",
                         sorted[i]->key.data, (unsigned long)sorted[i - 1]->key_mark.line);
        }
    }
    toc_mem_free(sorted);
}

static struct toc_yaml *read_node(struct reader *reader, yaml_event_t *event, unsigned depth);

/* The key that @event begins. What is no plain scalar is an error; it is read and dropped. */
static void read_key(struct reader *reader, yaml_event_t *event, unsigned depth,
                     struct toc_str *out_key, struct toc_mark *out_mark)
{
    bool is_plain = event->type == YAML_SCALAR_EVENT &&
                    event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
                    event->data.scalar.length > 0;
    struct toc_yaml *node;

    *out_mark = mark_of(reader, event);
    *out_key = TOC_STR("");
    if (!is_plain && event->type != YAML_ALIAS_EVENT) {
        refuse(reader, "E0107", *out_mark, "a key must be plain text, without quotes");
    }
    node = read_node(reader, event, depth);
    if (is_plain && node != NULL) {
        *out_key = node->text;
    }
}

/* Children of @parent up to the event that ends it. */
static void read_children(struct reader *reader, struct toc_yaml *parent, unsigned depth)
{
    bool is_map = parent->kind == TOC_YAML_MAPPING;
    yaml_event_type_t end = is_map ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT;
    struct toc_yaml **link = &parent->first;

    while (!reader->is_stopped) {
        struct toc_str key = {0};
        struct toc_mark key_mark = {0};
        struct toc_yaml *child;
        yaml_event_t event;

        if (!next_event(reader, &event)) {
            return;
        }
        if (event.type == end) {
            yaml_event_delete(&event);
            break;
        }
        if (is_map) {
            read_key(reader, &event, depth, &key, &key_mark);
            if (reader->is_stopped || !next_event(reader, &event)) {
                return;
            }
        }
        child = read_node(reader, &event, depth);
        if (child != NULL && (!is_map || key.size > 0)) {
            child->key = key;
            child->key_mark = key_mark;
            *link = child;
            link = &child->next;
            parent->count++;
        }
    }
    if (is_map) {
        check_duplicates(reader, parent);
    }
}

/* The node that @event begins (deleted here), or NULL for an alias or when reading stops. */
static struct toc_yaml *read_node(struct reader *reader, yaml_event_t *event, unsigned depth)
{
    struct toc_mark mark = mark_of(reader, event);
    struct toc_yaml *node = NULL;

    if (depth > TOC_YAML_DEPTH) {
        stop(reader, "E0103", mark, "nested deeper than 32");
    } else if (++reader->nodes > TOC_YAML_NODES) {
        stop(reader, "E0102", mark, "more than 200,000 nodes in one file");
    } else if (event->type == YAML_ALIAS_EVENT) {
        refuse(reader, "E0104", mark, "aliases are not supported: write the value out");
    } else {
        node = toc_arena_get(reader->arena, sizeof *node);
        node->mark = mark;
        if (event->type == YAML_SCALAR_EVENT) {
            struct toc_str text = {.data = (const char *)event->data.scalar.value,
                                   .size = event->data.scalar.length};

            check_properties(reader, event, event->data.scalar.anchor, event->data.scalar.tag);
            node->kind = TOC_YAML_SCALAR;
            node->text = toc_arena_str(reader->arena, text);
            node->is_quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
            node->is_empty = !node->is_quoted && text.size == 0;
        } else if (event->type == YAML_SEQUENCE_START_EVENT) {
            check_properties(reader, event, event->data.sequence_start.anchor,
                             event->data.sequence_start.tag);
            node->kind = TOC_YAML_SEQUENCE;
            read_children(reader, node, depth + 1);
        } else {
            toc_assert(event->type == YAML_MAPPING_START_EVENT);
            check_properties(reader, event, event->data.mapping_start.anchor,
                             event->data.mapping_start.tag);
            node->kind = TOC_YAML_MAPPING;
            read_children(reader, node, depth + 1);
        }
    }
    yaml_event_delete(event);
    return node;
}

static struct toc_yaml *read_documents(struct reader *reader)
{
    struct toc_yaml *first = NULL, **link = &first;
    bool is_end = false;

    while (!reader->is_stopped && !is_end) {
        yaml_event_t event;

        if (!next_event(reader, &event)) {
            break;
        }
        is_end = event.type == YAML_STREAM_END_EVENT;
        if (event.type == YAML_SCALAR_EVENT || event.type == YAML_SEQUENCE_START_EVENT ||
            event.type == YAML_MAPPING_START_EVENT || event.type == YAML_ALIAS_EVENT) {
            struct toc_yaml *document = read_node(reader, &event, 1);

            if (document != NULL && !reader->is_stopped) { /* Half of one would only mislead. */
                *link = document;
                link = &document->next;
            }
        } else {
            yaml_event_delete(&event);
        }
    }
    return first;
}

bool toc_yaml_parse(struct toc_str text, uint32_t file, struct toc_arena *arena,
                    struct toc_diag *diag, struct toc_yaml **out_documents)
{
    struct reader reader = {.text = text, .file = file, .arena = arena, .diag = diag};

    *out_documents = NULL;
    if (text.size > TOC_YAML_FILE) {
        refuse(&reader, "E0102", (struct toc_mark){.file = file}, "larger than 1 MiB");
        return false;
    }
    if (text.size >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0) {
        text.data += 3; /* A byte order mark has no column. */
        text.size -= 3;
        reader.text = text;
    }
    toc_assert(yaml_parser_initialize(&reader.parser) == 1); /* Fails for want of memory only. */
    yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING); /* Never UTF-16 by guess. */
    yaml_parser_set_input_string(
        &reader.parser, (const unsigned char *)(text.data != NULL ? text.data : ""), text.size);
    *out_documents = read_documents(&reader);
    yaml_parser_delete(&reader.parser);
    return !reader.has_error;
}

struct toc_yaml *toc_yaml_find(const struct toc_yaml *map, const char *key)
{
    if (map == NULL || map->kind != TOC_YAML_MAPPING) {
        return NULL;
    }
    for (struct toc_yaml *child = map->first; child != NULL; child = child->next) {
        if (toc_str_equal(child->key, toc_str_of(key))) {
            return child;
        }
    }
    return NULL;
}

void toc_yaml_check_keys(const struct toc_yaml *map, const char *const keys[], const char *what,
                         const char *code, struct toc_diag *diag)
{
    enum { KEYS_MOST = 64 };
    struct toc_str names[KEYS_MOST];
    size_t count = 0;

    if (map == NULL || map->kind != TOC_YAML_MAPPING) {
        return;
    }
    for (; keys[count] != NULL; count++) {
        toc_assert(count < KEYS_MOST);
        names[count] = toc_str_of(keys[count]);
    }
    for (const struct toc_yaml *child = map->first; child != NULL; child = child->next) {
        bool is_known = false;

        for (size_t i = 0; i < count && !is_known; i++) {
            is_known = toc_str_equal(child->key, names[i]);
        }
        if (!is_known) {
            toc_diag_add(diag, TOC_SEVERITY_ERROR, code, child->key_mark,
                         toc_diag_nearest(child->key, names, count), "%s has no key \"%.200s\"",
                         what, child->key.data);
        }
    }
}
