#include "event/catalogue.h"

#include <errno.h>

#include "base/assert.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/yaml.h"

struct toc_catalogue {
    struct toc_arena arena;
    struct toc_type *types;
    size_t count;
    uint32_t *index; /* Hash table of names: position + 1, 0 = free. */
    size_t index_size;
    struct toc_type **alerts; /* Behind the declared ones: `alert_count` of them. */
    size_t alert_count, alert_room;
};

/* What is being read. */
struct loader {
    struct toc_catalogue *catalogue;
    struct toc_mark *marks;   /* Of each type's name, beside catalogue->types. */
    struct toc_arena scratch; /* Trees of YAML; the catalogue copies what it keeps. */
    struct toc_diag *diag;
};

static const char *const kind_names[] = {
    [TOC_VALUE_NONE] = "none",     [TOC_VALUE_BOOL] = "bool", [TOC_VALUE_INTEGER] = "integer",
    [TOC_VALUE_NUMBER] = "number", [TOC_VALUE_TEXT] = "text", [TOC_VALUE_TIME] = "time",
    [TOC_VALUE_POINT] = "place",   [TOC_VALUE_LIST] = "list",
};
enum { KINDS = sizeof kind_names / sizeof kind_names[0] };

const char *toc_value_kind_text(enum toc_value_kind kind)
{
    toc_assert((size_t)kind < KINDS);
    return kind_names[kind];
}

/* Hash tables of names: open addressing, at most half full. */

static size_t index_size_for(size_t count)
{
    size_t size = 8;

    while (size < count * 2) {
        size *= 2;
    }
    return size;
}

static size_t index_start(struct toc_str name, size_t size)
{
    return (size_t)toc_hash64(name.data, name.size, 0) & (size - 1);
}

static void index_put(uint32_t *index, size_t size, struct toc_str name, size_t position)
{
    size_t at = index_start(name, size);

    while (index[at] != 0) {
        at = (at + 1) & (size - 1);
    }
    index[at] = (uint32_t)position + 1;
}

/* What the parts of the place @field are like. */
static const struct toc_field *make_parts(struct toc_catalogue *catalogue,
                                          const struct toc_field *field)
{
    static const struct toc_field models[TOC_PART_END - 1] = {
        [TOC_PART_LAT - 1] = {.name = {"lat", 3}, .has_range = true, .least = -90, .most = 90},
        [TOC_PART_LON - 1] = {.name = {"lon", 3}, .has_range = true, .least = -180, .most = 180},
        [TOC_PART_ERROR - 1] = {.name = {"error_m", 7}},
        [TOC_PART_ALT - 1] = {.name = {"alt_m", 5},
                              .has_range = true,
                              .least = TOC_ALT_MIN_M,
                              .most = TOC_ALT_MAX_M},
    };
    struct toc_field *parts = toc_arena_array(&catalogue->arena, TOC_PART_END - 1, sizeof *parts);
    struct toc_text name = {0};

    for (size_t i = 0; i < TOC_PART_END - 1; i++) {
        toc_text_clear(&name);
        toc_text_addf(&name, "%.*s.%s", (int)field->name.size, field->name.data,
                      models[i].name.data);
        parts[i] = models[i];
        parts[i].kind = TOC_VALUE_NUMBER;
        parts[i].name = toc_arena_str(&catalogue->arena, toc_text_str(&name));
    }
    toc_text_finish(&name);
    return parts;
}

static void index_fields(struct toc_catalogue *catalogue, struct toc_type *type)
{
    type->index_size = index_size_for(type->field_count);
    type->index = toc_arena_array(&catalogue->arena, type->index_size, sizeof *type->index);
    for (size_t i = 0; i < type->field_count; i++) {
        index_put(type->index, type->index_size, type->fields[i].name, i);
        if (type->fields[i].kind == TOC_VALUE_POINT) {
            type->fields[i].parts = make_parts(catalogue, &type->fields[i]);
        }
    }
}

int toc_type_field(const struct toc_type *type, struct toc_str name)
{
    if (type->index_size == 0) {
        return -1;
    }
    for (size_t at = index_start(name, type->index_size); type->index[at] != 0;
         at = (at + 1) & (type->index_size - 1)) {
        uint32_t position = type->index[at] - 1;

        if (toc_str_equal(type->fields[position].name, name)) {
            return (int)position;
        }
    }
    return -1;
}

int toc_catalogue_find(const struct toc_catalogue *catalogue, struct toc_str name)
{
    if (catalogue->index_size == 0) {
        return -1;
    }
    for (size_t at = index_start(name, catalogue->index_size); catalogue->index[at] != 0;
         at = (at + 1) & (catalogue->index_size - 1)) {
        uint32_t position = catalogue->index[at] - 1;

        if (toc_str_equal(catalogue->types[position].name, name)) {
            return (int)position;
        }
    }
    return -1;
}

bool toc_catalogue_covers(struct toc_str pattern, struct toc_str name)
{
    if (pattern.size > 0 && pattern.data[pattern.size - 1] == '*') {
        size_t size = pattern.size - 1;

        return name.size >= size && memcmp(pattern.data, name.data, size) == 0;
    }
    return toc_str_equal(pattern, name);
}

bool *toc_catalogue_covered(const struct toc_catalogue *catalogue, const struct toc_str *patterns,
                            size_t count)
{
    bool *covered = toc_mem_array(toc_catalogue_count(catalogue), sizeof *covered);

    for (size_t t = 0; t < toc_catalogue_count(catalogue); t++) {
        for (size_t i = 0; i < count && !covered[t]; i++) {
            covered[t] = toc_catalogue_covers(patterns[i], toc_catalogue_type(catalogue, t)->name);
        }
    }
    return covered;
}

bool toc_type_is_own(struct toc_str name)
{
    return toc_catalogue_covers(TOC_STR("tocsin.*"), name) && name.size > 7;
}

int toc_field_value(const struct toc_field *field, struct toc_str text)
{
    char folded[TOC_VALUE_SIZE * 3];
    size_t size;

    if (field->values == NULL || text.size > sizeof folded) {
        return -1;
    }
    size = toc_text_fold_into(text, sizeof folded, folded);
    if (size > sizeof folded) {
        return -1;
    }
    for (size_t i = 0; i < field->value_count; i++) {
        if (toc_str_equal(field->folded_values[i],
                          (struct toc_str){.data = folded, .size = size})) {
            return (int)i;
        }
    }
    return -1;
}

size_t toc_catalogue_count(const struct toc_catalogue *catalogue)
{
    return catalogue->count;
}

const struct toc_type *toc_catalogue_type(const struct toc_catalogue *catalogue, size_t index)
{
    if (index >= catalogue->count) {
        toc_assert(index - catalogue->count < catalogue->alert_count);
        return catalogue->alerts[index - catalogue->count];
    }
    return &catalogue->types[index];
}

const struct toc_type *toc_catalogue_mover(const struct toc_catalogue *catalogue,
                                           struct toc_str kind)
{
    for (size_t i = 0; i < catalogue->count; i++) {
        if (kind.size > 0 && toc_str_equal(catalogue->types[i].mover.kind, kind)) {
            return &catalogue->types[i];
        }
    }
    return NULL;
}

size_t toc_catalogue_all(const struct toc_catalogue *catalogue)
{
    return catalogue->count + catalogue->alert_count;
}

int toc_catalogue_find_any(const struct toc_catalogue *catalogue, struct toc_str name)
{
    for (size_t i = 0; i < catalogue->alert_count; i++) {
        if (toc_str_equal(catalogue->alerts[i]->name, name)) {
            return (int)(catalogue->count + i);
        }
    }
    return toc_catalogue_find(catalogue, name);
}

int toc_catalogue_add_alerts(struct toc_catalogue *catalogue, struct toc_str name,
                             const struct toc_field *fields, size_t field_count, int location)
{
    struct toc_type *type = toc_arena_get(&catalogue->arena, sizeof *type);

    toc_assert(field_count <= TOC_FIELDS_MOST);
    type->name = toc_arena_str(&catalogue->arena, name);
    type->fields = toc_arena_array(&catalogue->arena, field_count, sizeof *type->fields);
    memcpy(type->fields, fields, field_count * sizeof *fields);
    type->field_count = field_count;
    type->location = location;
    type->is_alert = true;
    index_fields(catalogue, type);
    if (catalogue->alert_count == catalogue->alert_room) {
        catalogue->alert_room = catalogue->alert_room * 2 + 8;
        catalogue->alerts =
            toc_mem_resize(catalogue->alerts, catalogue->alert_room, sizeof(struct toc_type *));
    }
    catalogue->alerts[catalogue->alert_count++] = type;
    return (int)(catalogue->count + catalogue->alert_count - 1);
}

/* Reading. Each take_* reads one thing of a node, or adds an error. */

static const struct toc_str no_hint;

static void take_text(struct loader *loader, const struct toc_yaml *map, const char *key,
                      struct toc_str *out)
{
    const struct toc_yaml *node = toc_yaml_find(map, key);

    if (node == NULL) {
        return;
    }
    if (node->kind != TOC_YAML_SCALAR || node->is_empty) {
        toc_diag_add(loader->diag, TOC_SEVERITY_ERROR, "E0203", node->mark, no_hint,
                     "%s must be a text", key);
        return;
    }
    *out = toc_arena_str(&loader->catalogue->arena, node->text);
}

static bool is_name(struct toc_str text, size_t most, const char *also, bool is_field)
{
    if (text.size == 0 || text.size > most) {
        return false;
    }
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        bool is_digit = c >= '0' && c <= '9';

        if (!is_letter && !(is_digit && (i > 0 || !is_field)) &&
            (c == '\0' || strchr(also, c) == NULL)) {
            return false;
        }
    }
    return true;
}

static void take_kind(struct loader *loader, const struct toc_yaml *node, struct toc_mark key_mark,
                      struct toc_field *field)
{
    const struct toc_yaml *kind = toc_yaml_find(node, "type");
    struct toc_str names[KINDS - 1];

    if (kind == NULL) {
        toc_diag_add(loader->diag, TOC_SEVERITY_ERROR, "E0204", key_mark, no_hint,
                     "field \"%s\" has no type", field->name.data);
        return;
    }
    for (size_t i = 1; i < KINDS; i++) {
        names[i - 1] = toc_str_of(kind_names[i]);
        if (kind->kind == TOC_YAML_SCALAR && toc_str_equal(kind->text, names[i - 1])) {
            field->kind = (enum toc_value_kind)i;
            return;
        }
    }
    if (kind->kind != TOC_YAML_SCALAR || kind->is_empty) {
        toc_diag_add(
            loader->diag, TOC_SEVERITY_ERROR, "E0203", kind->mark, no_hint,
            "the type of a field is one of text, number, integer, bool, time, place, list");
        return;
    }
    toc_diag_add(
        loader->diag, TOC_SEVERITY_ERROR, "E0207", kind->mark,
        toc_diag_nearest(kind->text, names, KINDS - 1),
        "no field has the type \"%.200s\": it is one of text, number, integer, bool, time, "
        "place, list",
        kind->text.data);
}

static void take_required(struct loader *loader, const struct toc_yaml *map,
                          struct toc_field *field)
{
    const struct toc_yaml *node = toc_yaml_find(map, "required");

    if (node == NULL) {
        return;
    }
    field->is_required =
        node->kind == TOC_YAML_SCALAR && toc_str_equal(node->text, TOC_STR("true"));
    if (!field->is_required &&
        (node->kind != TOC_YAML_SCALAR || !toc_str_equal(node->text, TOC_STR("false")))) {
        toc_diag_add(loader->diag, TOC_SEVERITY_ERROR, "E0203", node->mark, no_hint,
                     "required must be true or false");
    }
}

static bool is_numeric(const struct toc_field *field)
{
    return field->kind == TOC_VALUE_NUMBER || field->kind == TOC_VALUE_INTEGER;
}

/* Complain of @node, which only fields of other types may have. */
static void misfit(struct loader *loader, const struct toc_yaml *node,
                   const struct toc_field *field, const char *what, const char *of)
{
    if (field->kind != TOC_VALUE_NONE) { /* Else the type itself is the error. */
        toc_diag_add(loader->diag, TOC_SEVERITY_ERROR, "E0208", node->key_mark, no_hint,
                     "%s goes with %s, not with a %s", what, of, toc_value_kind_text(field->kind));
    }
}

/* One bound of a range: of an integer field whole, and exact as a double. */
static bool take_bound(struct loader *loader, const struct toc_yaml *node,
                       const struct toc_field *field, double *out)
{
    int64_t whole;

    if (node->kind != TOC_YAML_SCALAR || node->is_quoted || !toc_number_parse(node->text, out)) {
        toc_diag_add(loader->diag, TOC_SEVERITY_ERROR, "E0203", node->mark, no_hint,
                     "a bound of a range must be a number");
        return false;
    }
    if (field->kind == TOC_VALUE_INTEGER &&
        (!toc_number_parse_integer(node->text, &whole) || whole < -(INT64_C(1) << 53) ||
         whole > INT64_C(1) << 53)) {
        toc_diag_add(loader->diag, TOC_SEVERITY_ERROR, "E0208", node->mark, no_hint,
                     "a bound of an integer must be a whole number of at most 2^53");
        return false;
    }
    return true;
}

static void take_range(struct loader *loader, const struct toc_yaml *map, struct toc_field *field)
{
    const struct toc_yaml *node = toc_yaml_find(map, "range");
    double least, most;

    if (node == NULL) {
        return;
    }
    if (!is_numeric(field)) {
        misfit(loader, node, field, "a range", "a number or integer");
        return;
    }
    if (node->kind != TOC_YAML_SEQUENCE || node->count != 2) {
        toc_diag_add(loader->diag, TOC_SEVERITY_ERROR, "E0203", node->mark, no_hint,
                     "a range is two numbers: [least, most]");
        return;
    }
    if (!take_bound(loader, node->first, field, &least) ||
        !take_bound(loader, node->first->next, field, &most)) {
        return;
    }
    if (least > most) {
        toc_diag_add(loader->diag, TOC_SEVERITY_ERROR, "E0208", node->mark, no_hint,
                     "the range is empty: its least is above its most");
        return;
    }
    field->has_range = true;
    field->least = least;
    field->most = most;
}

static void take_values(struct loader *loader, const struct toc_yaml *map, struct toc_field *field)
{
    const struct toc_yaml *node = toc_yaml_find(map, "values");
    struct toc_arena *arena = &loader->catalogue->arena;
    struct toc_str *values, *folded;
    struct toc_text text = {0};
    size_t count = 0;

    if (node == NULL) {
        return;
    }
    if (field->kind != TOC_VALUE_TEXT && field->kind != TOC_VALUE_LIST) {
        misfit(loader, node, field, "a closed list of values", "a text or list");
        return;
    }
    if (node->kind != TOC_YAML_SEQUENCE || node->count == 0) {
        toc_diag_add(loader->diag, TOC_SEVERITY_ERROR, "E0203", node->mark, no_hint,
                     "values is a list of at least one text");
        return;
    }
    if (node->count > TOC_VALUES_MOST) {
        toc_diag_add(loader->diag, TOC_SEVERITY_ERROR, "E0210", node->mark, no_hint,
                     "a closed list has at most %d values", TOC_VALUES_MOST);
        return;
    }
    values = toc_arena_array(arena, node->count, sizeof *values);
    folded = toc_arena_array(arena, node->count, sizeof *folded);
    for (const struct toc_yaml *item = node->first; item != NULL; item = item->next) {
        if (item->kind != TOC_YAML_SCALAR || item->text.size == 0 ||
            item->text.size > TOC_VALUE_SIZE) {
            toc_diag_add(loader->diag, TOC_SEVERITY_ERROR, "E0203", item->mark, no_hint,
                         "a value is a text of 1 to %d bytes", TOC_VALUE_SIZE);
            continue;
        }
        toc_text_clear(&text);
        toc_text_fold(&text, item->text);
        field->values = values;
        field->folded_values = folded;
        field->value_count = count;
        if (toc_field_value(field, item->text) >= 0) {
            toc_diag_add(loader->diag, TOC_SEVERITY_ERROR, "E0205", item->mark, no_hint,
                         "the value \"%s\" stands twice (case does not count)", item->text.data);
            continue;
        }
        values[count] = toc_arena_str(arena, item->text);
        folded[count++] = toc_arena_str(arena, toc_text_str(&text));
        field->value_count = count;
    }
    toc_text_finish(&text);
}

static void take_unit(struct loader *loader, const struct toc_yaml *map, struct toc_field *field)
{
    const struct toc_yaml *node = toc_yaml_find(map, "unit");

    if (node != NULL && !is_numeric(field)) {
        misfit(loader, node, field, "a unit", "a number or integer");
        return;
    }
    take_text(loader, map, "unit", &field->unit);
}

static void take_field(struct loader *loader, const struct toc_yaml *node, struct toc_type *type)
{
    static const char *const keys[] = {"type",     "unit",        "range", "values",
                                       "required", "description", NULL};
    struct toc_field *field = &type->fields[type->field_count];

    if (!is_name(node->key, TOC_FIELD_SIZE, "_", true)) {
        toc_diag_add(loader->diag, TOC_SEVERITY_ERROR, "E0206", node->key_mark, no_hint,
                     "a field's name is a letter or '_', then letters, digits and '_', at most %d",
                     TOC_FIELD_SIZE);
        return;
    }
    if (node->kind != TOC_YAML_MAPPING) {
        toc_diag_add(loader->diag, TOC_SEVERITY_ERROR, "E0203", node->mark, no_hint,
                     "field \"%s\" must be a mapping such as { type: text }", node->key.data);
        return;
    }
    toc_yaml_check_keys(node, keys, "a field", "E0202", loader->diag);
    field->name = toc_arena_str(&loader->catalogue->arena, node->key);
    take_kind(loader, node, node->key_mark, field);
    take_required(loader, node, field);
    take_range(loader, node, field);
    take_values(loader, node, field);
    take_unit(loader, node, field);
    take_text(loader, node, "description", &field->description);
    type->field_count++;
}

static void take_fields(struct loader *loader, const struct toc_yaml *map, struct toc_type *type)
{
    const struct toc_yaml *node = toc_yaml_find(map, "fields");
    struct toc_arena *arena = &loader->catalogue->arena;

    if (node == NULL) {
        return; /* A type may have no data but its envelope: a heartbeat. */
    }
    if (node->kind != TOC_YAML_MAPPING) {
        toc_diag_add(loader->diag, TOC_SEVERITY_ERROR, "E0203", node->mark, no_hint,
                     "fields must be a mapping of names to { type: ... }");
        return;
    }
    if (node->count > TOC_FIELDS_MOST) {
        toc_diag_add(loader->diag, TOC_SEVERITY_ERROR, "E0210", node->mark, no_hint,
                     "a type has at most %d fields", TOC_FIELDS_MOST);
        return;
    }
    type->fields = toc_arena_array(arena, node->count, sizeof *type->fields);
    for (const struct toc_yaml *child = node->first; child != NULL; child = child->next) {
        take_field(loader, child, type);
    }
    index_fields(loader->catalogue, type);
}

static void take_location(struct loader *loader, const struct toc_yaml *map, struct toc_type *type)
{
    const struct toc_yaml *node = toc_yaml_find(map, "location");
    struct toc_str names[TOC_FIELDS_MOST];
    size_t count = 0;
    int only = -1;

    type->location = -1;
    for (size_t i = 0; i < type->field_count; i++) {
        if (type->fields[i].kind == TOC_VALUE_POINT) {
            names[count++] = type->fields[i].name;
            only = (int)i;
        }
    }
    if (node == NULL) {
        type->location = count == 1 ? only : -1;
        return;
    }
    if (node->kind == TOC_YAML_SCALAR) {
        int index = toc_type_field(type, node->text);

        if (index >= 0 && type->fields[index].kind == TOC_VALUE_POINT) {
            type->location = index;
            return;
        }
    }
    toc_diag_add(loader->diag, TOC_SEVERITY_ERROR, "E0209", node->mark,
                 toc_diag_nearest(node->text, names, count),
                 "location must name a field of type place");
}

static void take_type(struct loader *loader, const struct toc_yaml *document)
{
    static const char *const keys[] = {"type",  "title",  "description", "location",
                                       "place", "fields", NULL};
    struct toc_catalogue *catalogue = loader->catalogue;
    const struct toc_yaml *name = toc_yaml_find(document, "type");
    struct toc_type *type;

    if (document->kind == TOC_YAML_SCALAR && document->is_empty) {
        return; /* Nothing but comments between two `---`. */
    }
    if (document->kind != TOC_YAML_MAPPING) {
        toc_diag_add(loader->diag, TOC_SEVERITY_ERROR, "E0203", document->mark, no_hint,
                     "an event type must be a mapping with type and fields");
        return;
    }
    toc_yaml_check_keys(document, keys, "an event type", "E0202", loader->diag);
    if (name == NULL) {
        toc_diag_add(loader->diag, TOC_SEVERITY_ERROR, "E0204", document->mark, no_hint,
                     "an event type must begin with its name, `type: ...`");
        return;
    }
    if (name->kind != TOC_YAML_SCALAR || !is_name(name->text, TOC_TYPE_SIZE, "._-", false)) {
        toc_diag_add(loader->diag, TOC_SEVERITY_ERROR, "E0206", name->mark, no_hint,
                     "the name of a type has letters, digits, '.', '_' and '-', at most %d",
                     TOC_TYPE_SIZE);
        return;
    }
    for (size_t i = 0; i < catalogue->count; i++) {
        if (toc_str_equal(catalogue->types[i].name, name->text)) {
            toc_diag_add(loader->diag, TOC_SEVERITY_ERROR, "E0205", name->mark, no_hint,
                         "type %s is declared already in %s:%lu", name->text.data,
                         toc_diag_path(loader->diag, loader->marks[i].file),
                         (unsigned long)loader->marks[i].line);
            return;
        }
    }
    if (catalogue->count == TOC_TYPES_MOST) {
        toc_diag_add(loader->diag, TOC_SEVERITY_ERROR, "E0210", name->mark, no_hint,
                     "there are more than %d event types", TOC_TYPES_MOST);
        return;
    }
    loader->marks[catalogue->count] = name->mark;
    type = &catalogue->types[catalogue->count++];
    type->name = toc_arena_str(&catalogue->arena, name->text);
    take_text(loader, document, "title", &type->title);
    take_text(loader, document, "description", &type->description);
    take_fields(loader, document, type);
    take_location(loader, document, type);
    const struct toc_yaml *place = toc_yaml_find(document, "place");
    if (place != NULL) {
        (void)toc_mover_read(place, type, &catalogue->arena, loader->diag);
    }
}

static void take_file(struct loader *loader, const char *path, struct toc_str text)
{
    uint32_t file = toc_diag_add_file(loader->diag, path, text);
    struct toc_yaml *documents;

    toc_arena_reset(&loader->scratch);
    (void)toc_yaml_parse(text, file, &loader->scratch, loader->diag, &documents);
    for (; documents != NULL; documents = documents->next) {
        take_type(loader, documents);
    }
}

static void begin(struct loader *loader, struct toc_diag *diag)
{
    *loader = (struct loader){.diag = diag};
    loader->catalogue = toc_mem_get(sizeof *loader->catalogue);
    loader->catalogue->types =
        toc_arena_array(&loader->catalogue->arena, TOC_TYPES_MOST, sizeof(struct toc_type));
    loader->marks = toc_mem_array(TOC_TYPES_MOST, sizeof *loader->marks);
}

/* Hand over the catalogue, if no error was added since @errors_before. */
static bool finish(struct loader *loader, size_t errors_before, struct toc_catalogue **out)
{
    struct toc_catalogue *catalogue = loader->catalogue;
    bool is_sound = toc_diag_errors(loader->diag) == errors_before;

    toc_arena_finish(&loader->scratch);
    toc_mem_free(loader->marks);
    if (!is_sound) {
        toc_catalogue_destroy(catalogue);
        *out = NULL;
        return false;
    }
    catalogue->index_size = index_size_for(catalogue->count);
    catalogue->index =
        toc_arena_array(&catalogue->arena, catalogue->index_size, sizeof *catalogue->index);
    for (size_t i = 0; i < catalogue->count; i++) {
        index_put(catalogue->index, catalogue->index_size, catalogue->types[i].name, i);
    }
    *out = catalogue;
    return true;
}

/* An error about a file or directory as a whole. */
static void refuse_path(struct toc_diag *diag, const char *path, enum toc_status st)
{
    struct toc_mark mark = {.file = toc_diag_add_file(diag, path, TOC_STR(""))};

    toc_diag_add(diag, TOC_SEVERITY_ERROR, st == TOC_E_LIMIT ? "E0102" : "E0201", mark, no_hint,
                 "cannot be read: %s", st == TOC_E_LIMIT ? "it is too large" : strerror(errno));
}

bool toc_catalogue_load(const char *directory, struct toc_diag *diag, struct toc_catalogue **out)
{
    size_t errors = toc_diag_errors(diag), count = 0;
    struct toc_arena paths_arena = {0};
    const char *const *paths = NULL;
    struct toc_text text = {0};
    struct loader loader;
    enum toc_status st;

    begin(&loader, diag);
    st = toc_file_list(directory, ".yaml", &paths_arena, &paths, &count);
    if (st != TOC_OK) {
        refuse_path(diag, directory, st);
    }
    for (size_t i = 0; i < count; i++) {
        toc_text_clear(&text);
        st = toc_file_read(paths[i], TOC_YAML_FILE, &text);
        if (st != TOC_OK) {
            refuse_path(diag, paths[i], st);
            continue;
        }
        take_file(&loader, paths[i], toc_text_str(&text));
    }
    if (toc_diag_errors(diag) == errors && loader.catalogue->count == 0) {
        struct toc_mark mark = {.file = toc_diag_add_file(diag, directory, TOC_STR(""))};

        toc_diag_add(diag, TOC_SEVERITY_ERROR, "E0204", mark, no_hint,
                     "no *.yaml here declares an event type");
    }
    toc_text_finish(&text);
    toc_arena_finish(&paths_arena);
    return finish(&loader, errors, out);
}

bool toc_catalogue_parse(const char *path, struct toc_str text, struct toc_diag *diag,
                         struct toc_catalogue **out)
{
    size_t errors = toc_diag_errors(diag);
    struct loader loader;

    begin(&loader, diag);
    take_file(&loader, path, text);
    return finish(&loader, errors, out);
}

void toc_catalogue_destroy(struct toc_catalogue *catalogue)
{
    if (catalogue == NULL) {
        return;
    }
    toc_mem_free(catalogue->alerts);
    toc_arena_finish(&catalogue->arena);
    toc_mem_free(catalogue);
}
