/* cel_evaluate - expressions on stdin, what they say on stdout: one JSON object a line, both ways.
 *
 *   in   {"expr": TEXT, "unchecked": false, "types": {"x": "list(int)"}, "values": {"x": VALUE}}
 *   out  {"findings": [{"line": 1, "column": 5, "fault": 1, "is_note": false, "text": "..."}],
 *         "type": "bool", "value": VALUE}          (type and value only if it compiled)
 *
 * A variable that has a type and no value may be missing. VALUE: null, true, "text", [VALUE, ...],
 * {"int": "5"}, {"double": "0.5"} ("NaN", "Infinity", "-Infinity"), {"map": [[VALUE, VALUE], ...]},
 * {"timestamp": "2026-11-21T10:00:00Z"}, {"duration": "1.5s"}, {"type": "int"},
 * {"optional": [VALUE]} or {"optional": []}, {"error": "no such key", "code": 5}.
 *
 * Each is evaluated twice: the second must say the same, or the process aborts. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/assert.h"
#include "base/mem.h"
#include "expr/cel.h"
#include "expr/cel_func.h"
#include "expr/cel_made.h"

enum { VARIABLES = 64, TEXT_ROOM = 1 << 12 };

/* disagreements.py knows them by number. */
_Static_assert(TOC_CEL_E_OVERLOAD == 1 && TOC_CEL_E_INDEX == 5 && TOC_CEL_E_REPEATED == 6 &&
                   TOC_CEL_E_CONVERT == 7 && TOC_CEL_E_ARGUMENT == 8,
               "the numbers in disagreements.py");

struct request {
    struct toc_arena arena;
    struct toc_cel_variable variables[VARIABLES];
    struct toc_cel_value values[VARIABLES]; /* ERROR: none. */
    size_t count;
};

/* --- Values in --- */

static struct toc_cel_value read_value(struct toc_arena *arena, const json_t *json);

static struct toc_cel_value read_time(struct toc_arena *arena, const char *words,
                                      toc_cel_function function)
{
    unsigned char room[64];
    struct toc_cel_scratch scratch = {.bytes = room, .room = sizeof room, .fuel = 1000};
    struct toc_cel_value text = toc_cel_string(toc_str_of(words)), value;

    (void)arena;
    value = function(&scratch, &text, 1);
    toc_assert(value.kind != TOC_CEL_ERROR);
    return value;
}

static double read_double(const char *words)
{
    return strcmp(words, "NaN") == 0 ? (double)NAN : strtod(words, NULL);
}

static struct toc_cel_value read_list(struct toc_arena *arena, const json_t *json)
{
    struct toc_cel_value list = {.kind = TOC_CEL_LIST};
    struct toc_cel_value *items = toc_arena_array(arena, json_array_size(json), sizeof *items);

    for (size_t i = 0; i < json_array_size(json); i++) {
        items[i] = read_value(arena, json_array_get(json, i));
    }
    list.list.items = items;
    list.list.count = json_array_size(json);
    return list;
}

static struct toc_cel_value read_map(struct toc_arena *arena, const json_t *json)
{
    struct toc_cel_value map = {.kind = TOC_CEL_MAP};
    struct toc_cel_entry *entries = toc_arena_array(arena, json_array_size(json), sizeof *entries);

    for (size_t i = 0; i < json_array_size(json); i++) {
        const json_t *pair = json_array_get(json, i);

        entries[i].key = read_value(arena, json_array_get(pair, 0));
        entries[i].value = read_value(arena, json_array_get(pair, 1));
    }
    map.map.entries = entries;
    map.map.count = json_array_size(json);
    return map;
}

static enum toc_cel_kind kind_of(const char *name)
{
    for (int kind = 0; kind < TOC_CEL_KINDS; kind++) {
        if (strcmp(toc_cel_kind_text((enum toc_cel_kind)kind), name) == 0) {
            return (enum toc_cel_kind)kind;
        }
    }
    toc_assert(false); /* A type by this name. */
    return TOC_CEL_ERROR;
}

static struct toc_cel_value read_tagged(struct toc_arena *arena, const char *tag,
                                        const json_t *inner)
{
    const char *words = json_string_value(inner);

    if (strcmp(tag, "int") == 0) {
        return toc_cel_int(strtoll(words, NULL, 10));
    }
    if (strcmp(tag, "double") == 0) {
        return toc_cel_double(read_double(words));
    }
    if (strcmp(tag, "map") == 0) {
        return read_map(arena, inner);
    }
    if (strcmp(tag, "timestamp") == 0) {
        return read_time(arena, words, toc_cel_fn_timestamp_of_string);
    }
    if (strcmp(tag, "duration") == 0) {
        return read_time(arena, words, toc_cel_fn_duration_of_string);
    }
    if (strcmp(tag, "optional") == 0) {
        struct toc_cel_value optional = toc_cel_none();

        if (json_array_size(inner) > 0) {
            struct toc_cel_value *value = toc_arena_get(arena, sizeof *value);

            *value = read_value(arena, json_array_get(inner, 0));
            optional.inner = value;
        }
        return optional;
    }
    toc_assert(strcmp(tag, "type") == 0);
    return toc_cel_type_of(kind_of(words));
}

static struct toc_cel_value read_value(struct toc_arena *arena, const json_t *json)
{
    switch (json_typeof(json)) {
    case JSON_NULL:
        return toc_cel_null();
    case JSON_TRUE:
    case JSON_FALSE:
        return toc_cel_bool(json_is_true(json));
    case JSON_STRING:
        return toc_cel_string(toc_arena_str(
            arena, (struct toc_str){json_string_value(json), json_string_length(json)}));
    case JSON_ARRAY:
        return read_list(arena, json);
    default: {
        void *first = json_object_iter((json_t *)(uintptr_t)json);

        toc_assert(json_is_object(json) && first != NULL);
        return read_tagged(arena, json_object_iter_key(first), json_object_iter_value(first));
    }
    }
}

/* --- Types in --- */

static bool take(const char **at, const char *word)
{
    size_t size = strlen(word);

    while (**at == ' ' || **at == ',' || **at == ')') {
        (*at)++;
    }
    if (strncmp(*at, word, size) != 0) {
        return false;
    }
    *at += size;
    return true;
}

static const struct toc_cel_type *read_type(struct toc_arena *arena, const char **at)
{
    static const struct {
        const char *name;
        const struct toc_cel_type *type;
    } plain[] = {{"dyn", &toc_cel_dyn},
                 {"null", &toc_cel_type_null},
                 {"bool", &toc_cel_type_bool},
                 {"int", &toc_cel_type_int},
                 {"double", &toc_cel_type_double},
                 {"string", &toc_cel_type_string},
                 {"timestamp", &toc_cel_type_timestamp},
                 {"duration", &toc_cel_type_duration}};

    if (take(at, "list(")) {
        return toc_cel_type_list(arena, read_type(arena, at));
    }
    if (take(at, "map(")) {
        const struct toc_cel_type *key = read_type(arena, at);

        return toc_cel_type_map(arena, key, read_type(arena, at));
    }
    if (take(at, "optional_type(")) {
        return toc_cel_type_optional(arena, read_type(arena, at));
    }
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
        if (take(at, plain[i].name)) {
            return plain[i].type;
        }
    }
    toc_assert(false); /* A type that can be read. */
    return NULL;
}

static void read_variables(struct request *request, json_t *types, json_t *values)
{
    const char *name;
    json_t *type;

    json_object_foreach(types, name, type)
    {
        struct toc_cel_variable *variable = &request->variables[request->count];
        const json_t *value = json_object_get(values, name);
        const char *at = json_string_value(type);

        toc_assert(request->count < VARIABLES);
        variable->name = toc_arena_str(&request->arena, toc_str_of(name));
        variable->type = read_type(&request->arena, &at);
        variable->id = (int32_t)request->count;
        variable->may_miss = value == NULL;
        request->values[request->count] =
            value == NULL ? toc_cel_missing(variable->id) : read_value(&request->arena, value);
        request->count++;
    }
}

static struct toc_cel_value bound(int32_t id, struct toc_cel_scratch *scratch, const void *context)
{
    const struct request *request = context;

    (void)scratch;
    return request->values[id];
}

/* --- Values out --- */

static json_t *value_json(const struct toc_cel_value *value);

static json_t *time_json(const char *tag, struct toc_cel_time time,
                         void (*print)(struct toc_cel_made *, struct toc_cel_time))
{
    unsigned char room[64];
    struct toc_cel_scratch scratch = {.bytes = room, .room = sizeof room, .fuel = 1000};
    struct toc_cel_made made = toc_cel_made_begin(&scratch);
    struct toc_cel_value text;

    print(&made, time);
    text = toc_cel_made_finish(&made);
    return json_pack("{s:s%}", tag, text.text.data, text.text.size);
}

static json_t *double_json(double number)
{
    char digits[40];

    (void)snprintf(digits, sizeof digits, "%.17g", number);
    return json_pack("{s:s}", "double",
                     isnan(number)                 ? "NaN"
                     : number > 0 && isinf(number) ? "Infinity"
                     : isinf(number)               ? "-Infinity"
                                                   : digits);
}

static json_t *int_json(int64_t whole)
{
    char digits[24];

    (void)snprintf(digits, sizeof digits, "%" PRId64, whole);
    return json_pack("{s:s}", "int", digits);
}

static json_t *list_json(const struct toc_cel_value *list)
{
    json_t *json = json_array();

    for (size_t i = 0; i < list->list.count; i++) {
        json_array_append_new(json, value_json(&list->list.items[i]));
    }
    return json;
}

static json_t *map_json(const struct toc_cel_value *map)
{
    json_t *json = json_array();

    for (size_t i = 0; i < map->map.count; i++) {
        json_array_append_new(json, json_pack("[o, o]", value_json(&map->map.entries[i].key),
                                              value_json(&map->map.entries[i].value)));
    }
    return json_pack("{s:o}", "map", json);
}

static json_t *value_json(const struct toc_cel_value *value)
{
    switch (value->kind) {
    case TOC_CEL_ERROR:
        return json_pack("{s:s, s:i}", "error", toc_cel_error_text(value->error.code), "code",
                         (int)value->error.code);
    case TOC_CEL_NULL:
        return json_null();
    case TOC_CEL_BOOL:
        return json_boolean(value->is_true);
    case TOC_CEL_INT:
        return int_json(value->whole);
    case TOC_CEL_DOUBLE:
        return double_json(value->number);
    case TOC_CEL_STRING: {
        json_t *json = json_stringn(value->text.data, value->text.size);

        toc_assert(json != NULL); /* Else it is no UTF-8. */
        return json;
    }
    case TOC_CEL_TIMESTAMP:
        return time_json("timestamp", value->time, toc_cel_made_timestamp);
    case TOC_CEL_DURATION:
        return time_json("duration", value->time, toc_cel_made_duration);
    case TOC_CEL_LIST:
        return list_json(value);
    case TOC_CEL_MAP:
        return map_json(value);
    case TOC_CEL_TYPE:
        return json_pack("{s:s}", "type", toc_cel_kind_text(value->type));
    case TOC_CEL_OPTIONAL:
        return value->inner == NULL ? json_pack("{s:[]}", "optional")
                                    : json_pack("{s:[o]}", "optional", value_json(value->inner));
    default:
        return json_pack("{s:s}", "kind", toc_cel_kind_text(value->kind));
    }
}

static json_t *findings_json(const struct toc_cel_findings *findings)
{
    json_t *json = json_array();

    for (size_t i = 0; i < findings->count; i++) {
        const struct toc_cel_finding *one = &findings->items[i];

        json_array_append_new(json, json_pack("{s:i, s:i, s:i, s:b, s:s%}", "line", (int)one->line,
                                              "column", (int)one->column, "fault", (int)one->fault,
                                              "is_note", one->is_note, "text", one->text.data,
                                              one->text.size));
    }
    return json;
}

/* --- One line --- */

static json_t *answer(json_t *json, struct toc_cel_machine *machine)
{
    json_t *out = json_object(), *expr = json_object_get(json, "expr");
    struct toc_str text = {json_string_value(expr), json_string_length(expr)};
    struct toc_cel_findings findings;
    struct request request;
    struct toc_cel_world world = {.variables = request.variables};
    struct toc_patterns patterns = {NULL};
    const struct toc_cel_program *program;
    bool is_unchecked = json_is_true(json_object_get(json, "unchecked"));

    memset(&request, 0, sizeof request);
    read_variables(&request, json_object_get(json, "types"), json_object_get(json, "values"));
    world.variable_count = request.count;
    program = is_unchecked
                  ? toc_cel_compile_unchecked(text, &world, &request.arena, &patterns, &findings)
                  : toc_cel_compile(text, &world, NULL, &request.arena, &patterns, &findings);
    json_object_set_new(out, "findings", findings_json(&findings));
    if (program != NULL) {
        struct toc_text type = {NULL, 0, 0};
        struct toc_cel_value value;
        json_t *again;

        toc_cel_type_print(toc_cel_program_type(program), &type);
        json_object_set_new(out, "type", json_stringn(type.data, type.size));
        toc_text_finish(&type);
        value = toc_cel_eval(program, machine, bound, &request, TOC_CEL_FUEL);
        json_object_set_new(out, "value", value_json(&value));
        value = toc_cel_eval(program, machine, bound, &request, TOC_CEL_FUEL);
        again = value_json(&value);
        toc_assert(json_equal(again, json_object_get(out, "value")));
        json_decref(again);
    }
    toc_patterns_finish(&patterns);
    toc_arena_finish(&request.arena);
    return out;
}

/* The next object on stdin; NULL: there is none. */
static json_t *next_request(void)
{
    json_error_t error;
    json_t *json;
    int byte;

    do {
        byte = getchar();
    } while (byte == '\n');
    if (byte == EOF) {
        return NULL;
    }
    (void)ungetc(byte, stdin);
    json = json_loadf(stdin, JSON_ALLOW_NUL | JSON_DISABLE_EOF_CHECK, &error);
    if (json == NULL) {
        fprintf(stderr, "cel_evaluate: %s\n", error.text);
        exit(2);
    }
    return json;
}

int main(void)
{
    struct toc_cel_machine *machine = toc_cel_machine_create(TOC_CEL_SCRATCH);
    json_t *request;

    while ((request = next_request()) != NULL) {
        json_t *out = answer(request, machine);

        (void)json_dumpf(out, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
        (void)putchar('\n');
        (void)fflush(stdout);
        json_decref(out);
        json_decref(request);
    }
    toc_cel_machine_destroy(machine);
    return 0;
}
