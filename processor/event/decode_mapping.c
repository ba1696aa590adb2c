#include "event/decode_mapping.h"

#include <math.h>
#include <stdio.h>

#include "base/number.h"
#include "event/decode_pick.h"

enum unit_kind { LENGTH, SPEED, TIME, ANGLE, TEMPERATURE, MASS, RATIO };
static const struct unit {
    const char *name;
    enum unit_kind kind;
    double factor, offset;
} units[] = {
#define TOC_UNIT(name, kind, factor, offset) {name, kind, factor, offset},
#include "event/decode_unit.def"
#undef TOC_UNIT
};
enum { UNIT_COUNT = sizeof units / sizeof units[0] };

/* A mapping being read. */
struct drafting {
    const struct toc_catalogue *catalogue;
    struct toc_arena *arena;
    struct toc_diag *diag;
    struct toc_mapping *mapping;
    bool is_open_type; /* The type is what the record says: any of the catalogue. */
};

/* What a pick may be. */
enum {
    MAY_BE_CONSTANT = 1,
    MAY_HAVE_CODES = 2,
    MAY_HAVE_FORMAT = 4,
    MAY_BE_FIELD = 8, /* lat, lon, error_m, alt_m, unit, scale, offset */
};

static const struct toc_str nothing = {NULL, 0};

#define COMPLAIN(d, node, code, ...)                                                               \
    toc_diag_add((d)->diag, TOC_SEVERITY_ERROR, code, (node)->mark, nothing, __VA_ARGS__)

static bool is_text(const struct toc_yaml *node)
{
    return node->kind == TOC_YAML_SCALAR && node->text.size > 0;
}

static bool read_scalar(struct drafting *d, const struct toc_yaml *node, struct toc_str *out)
{
    if (!is_text(node)) {
        COMPLAIN(d, node, "E0452", "`%.*s` needs a text", (int)node->key.size, node->key.data);
        return false;
    }
    *out = toc_arena_str(d->arena, node->text);
    return true;
}

/* `a.b.0`, `$.a`, `a\.b`: into steps. */
static void read_path(struct drafting *d, const struct toc_yaml *node, struct toc_path *out_path)
{
    struct toc_str steps[TOC_PATH_MOST], text;
    size_t count = 0;

    if (!read_scalar(d, node, &text)) {
        return;
    }
    out_path->is_from_record = text.data[0] == '$' && (text.size == 1 || text.data[1] == '.');
    size_t i = out_path->is_from_record ? 2 : 0;

    while (i <= text.size && !(out_path->is_from_record && text.size == 1)) {
        char *bytes = toc_arena_get(d->arena, text.size + 1);
        size_t size = 0;

        for (; i < text.size && text.data[i] != '.'; i++) {
            if (text.data[i] == '\\' && i + 1 < text.size) {
                i++;
            }
            bytes[size++] = text.data[i];
        }
        i++;
        if (size == 0 || count == TOC_PATH_MOST) {
            COMPLAIN(d, node, "E0452", "not a path: names joined by dots, at most %d, none empty",
                     TOC_PATH_MOST);
            return;
        }
        steps[count++] = (struct toc_str){bytes, size};
    }
    struct toc_str *kept = toc_arena_array(d->arena, count, sizeof *kept);

    if (count > 0) {
        memcpy(kept, steps, count * sizeof *kept);
    }
    out_path->steps = kept;
    out_path->count = count;
}

static void read_codes(struct drafting *d, const struct toc_yaml *node, struct toc_pick *pick)
{
    if (node->kind != TOC_YAML_MAPPING || node->count == 0) {
        COMPLAIN(d, node, "E0452", "`codes` needs a table: what is found, a colon, what it means");
        return;
    }
    struct toc_str *codes = toc_arena_array(d->arena, node->count, sizeof *codes);
    struct toc_str *meanings = toc_arena_array(d->arena, node->count, sizeof *meanings);
    size_t i = 0;

    for (const struct toc_yaml *code = node->first; code != NULL; code = code->next, i++) {
        codes[i] = toc_arena_str(d->arena, code->key);
        if (!read_scalar(d, code, &meanings[i])) {
            return;
        }
    }
    pick->codes = codes;
    pick->meanings = meanings;
    pick->code_count = node->count;
}

static bool read_number(struct drafting *d, const struct toc_yaml *node, double *out)
{
    if (!is_text(node) || !toc_number_parse(node->text, out)) {
        COMPLAIN(d, node, "E0452", "`%.*s` needs a number", (int)node->key.size, node->key.data);
        return false;
    }
    return true;
}

static void read_format(struct drafting *d, const struct toc_yaml *node, struct toc_pick *pick)
{
    static const struct toc_str formats[] = {
        [TOC_TIME_RFC3339] = {"rfc3339", 7},
        [TOC_TIME_EPOCH_S] = {"epoch_s", 7},
        [TOC_TIME_EPOCH_MS] = {"epoch_ms", 8},
    };
    enum { COUNT = sizeof formats / sizeof formats[0] };

    for (size_t i = 0; i < COUNT; i++) {
        if (is_text(node) && toc_str_equal(node->text, formats[i])) {
            pick->format = (enum toc_time_format)i;
            return;
        }
    }
    toc_diag_add(d->diag, TOC_SEVERITY_ERROR, "E0452", node->mark,
                 toc_diag_nearest(node->text, formats, COUNT),
                 "`format` is rfc3339, epoch_s or epoch_ms");
}

static const struct unit *find_unit(struct toc_str name)
{
    for (size_t i = 0; i < UNIT_COUNT; i++) {
        if (toc_str_equal(name, toc_str_of(units[i].name))) {
            return &units[i];
        }
    }
    return NULL;
}

/* From the unit that @node names into that of @field. */
static void read_unit(struct drafting *d, const struct toc_yaml *node,
                      const struct toc_field *field, struct toc_entry *entry)
{
    const struct unit *from = find_unit(node->text), *to = find_unit(field->unit);

    if (from == NULL) {
        struct toc_str names[UNIT_COUNT];

        for (size_t i = 0; i < UNIT_COUNT; i++) {
            names[i] = toc_str_of(units[i].name);
        }
        toc_diag_add(d->diag, TOC_SEVERITY_ERROR, "E0456", node->mark,
                     toc_diag_nearest(node->text, names, UNIT_COUNT), "unknown unit \"%.*s\"",
                     (int)node->text.size, node->text.data);
    } else if (to == NULL || to->kind != from->kind) {
        COMPLAIN(d, node, "E0456", "\"%.*s\" cannot become \"%.*s\", the unit of %.*s; use `scale`",
                 (int)node->text.size, node->text.data, (int)field->unit.size,
                 field->unit.size > 0 ? field->unit.data : "", (int)field->name.size,
                 field->name.data);
    } else {
        entry->is_scaled = true;
        entry->scale = from->factor / to->factor;
        entry->offset = (from->offset - to->offset) / to->factor;
    }
}

static void read_pick(struct drafting *d, const struct toc_yaml *node, unsigned may,
                      struct toc_pick *pick);

/* Where the height of the point @pick comes from, and how it becomes metres. */
static void read_alt(struct drafting *d, const struct toc_yaml *node, struct toc_pick *pick)
{
    const struct toc_field field = {.name = TOC_STR("alt_m"), .unit = TOC_STR("m")};
    const struct toc_yaml *unit = toc_yaml_find(node, "unit");
    struct toc_pick alt = {.scale = 1};
    struct toc_entry entry = {.scale = 1};

    read_pick(d, node, MAY_BE_FIELD, &alt);
    if (alt.kind == TOC_PICK_POINT) {
        COMPLAIN(d, node, "E0457", "these words do not go together here");
    } else if (unit != NULL) {
        read_unit(d, unit, &field, &entry);
    }
    pick->alt = alt.path;
    pick->alt_scale = alt.is_scaled ? alt.scale : entry.scale;
    pick->alt_offset = alt.is_scaled ? alt.offset : entry.offset;
}

/* Read where @node says that a part of an event comes from. */
static void read_pick(struct drafting *d, const struct toc_yaml *node, unsigned may,
                      struct toc_pick *pick)
{
    static const char *const keys[] = {"path",    "value", "codes", "else",  "format", "lat", "lon",
                                       "error_m", "alt_m", "unit",  "scale", "offset", NULL};
    size_t errors = toc_diag_errors(d->diag);

    if (node->kind == TOC_YAML_SCALAR) {
        pick->kind = TOC_PICK_PATH;
        read_path(d, node, &pick->path);
        return;
    }
    if (node->kind != TOC_YAML_MAPPING) {
        COMPLAIN(d, node, "E0452", "a path, or `{ path: .. }`, or `{ value: .. }` is needed");
        return;
    }
    toc_yaml_check_keys(node, keys, "a part of a mapping", "E0450", d->diag);
    const struct toc_yaml *path = toc_yaml_find(node, "path"),
                          *value = toc_yaml_find(node, "value");
    const struct toc_yaml *lat = toc_yaml_find(node, "lat"), *lon = toc_yaml_find(node, "lon");
    const struct toc_yaml *codes = toc_yaml_find(node, "codes");
    const struct toc_yaml *other = toc_yaml_find(node, "else");
    const struct toc_yaml *error = toc_yaml_find(node, "error_m");
    const struct toc_yaml *alt = toc_yaml_find(node, "alt_m");
    const struct toc_yaml *format = toc_yaml_find(node, "format");
    const struct toc_yaml *unit = toc_yaml_find(node, "unit");
    const struct toc_yaml *scale = toc_yaml_find(node, "scale");
    const struct toc_yaml *offset = toc_yaml_find(node, "offset");

    if ((path != NULL) + (value != NULL) + (lat != NULL || lon != NULL) != 1 ||
        (lat != NULL) != (lon != NULL)) {
        if (toc_diag_errors(d->diag) == errors) { /* Else a key misspelt says it better. */
            COMPLAIN(d, node, "E0457", "one of `path`, `value`, or `lat` with `lon` is needed");
        }
        return;
    }
    if ((codes != NULL && (path == NULL || (may & MAY_HAVE_CODES) == 0)) ||
        (other != NULL && codes == NULL) || ((error != NULL || alt != NULL) && lat == NULL) ||
        (format != NULL && (path == NULL || codes != NULL || (may & MAY_HAVE_FORMAT) == 0)) ||
        ((lat != NULL || unit != NULL || scale != NULL || offset != NULL) &&
         (may & MAY_BE_FIELD) == 0) ||
        ((unit != NULL || scale != NULL || offset != NULL) &&
         (path == NULL || codes != NULL || format != NULL)) ||
        (unit != NULL && (scale != NULL || offset != NULL)) ||
        (value != NULL && (may & MAY_BE_CONSTANT) == 0)) {
        COMPLAIN(d, node, "E0457", "these words do not go together here");
        return;
    }
    if (lat != NULL) {
        pick->kind = TOC_PICK_POINT;
        read_path(d, lat, &pick->path);
        read_path(d, lon, &pick->lon);
        if (error != NULL) {
            read_path(d, error, &pick->error);
        }
        if (alt != NULL) {
            read_alt(d, alt, pick);
        }
        return;
    }
    if (value != NULL) {
        pick->kind = TOC_PICK_CONSTANT;
        (void)read_scalar(d, value, &pick->constant);
        return;
    }
    pick->kind = TOC_PICK_PATH;
    read_path(d, path, &pick->path);
    if (codes != NULL) {
        read_codes(d, codes, pick);
    }
    if (other != NULL) {
        (void)read_scalar(d, other, &pick->other);
    }
    if (format != NULL) {
        read_format(d, format, pick);
    }
    if (scale != NULL || offset != NULL) {
        pick->is_scaled = true;
        pick->scale = 1;
        if (scale != NULL && read_number(d, scale, &pick->scale) && pick->scale == 0) {
            COMPLAIN(d, scale, "E0452", "`scale` 0 would make every value the same");
        }
        if (offset != NULL) {
            (void)read_number(d, offset, &pick->offset);
        }
    }
}

/* Suggest one of the names of the catalogue's types. */
static struct toc_str nearest_type(struct drafting *d, struct toc_str word)
{
    size_t count = toc_catalogue_count(d->catalogue);
    struct toc_str *names = toc_arena_array(d->arena, count, sizeof *names);

    for (size_t i = 0; i < count; i++) {
        names[i] = toc_catalogue_type(d->catalogue, i)->name;
    }
    return toc_diag_nearest(word, names, count);
}

/* Note that the mapping can make @name, which stands at @node. */
static void make_type(struct drafting *d, struct toc_mapped_type *types, struct toc_str name,
                      const struct toc_yaml *node)
{
    int type = toc_catalogue_find(d->catalogue, name);

    if (type < 0) {
        toc_diag_add(d->diag, TOC_SEVERITY_ERROR, "E0453", node->mark, nearest_type(d, name),
                     "unknown event type \"%.*s\"", (int)name.size, name.data);
    } else {
        types[type].is_made = true;
    }
}

static void read_type(struct drafting *d, const struct toc_yaml *node,
                      struct toc_mapped_type *types)
{
    struct toc_pick *pick = &d->mapping->type;

    read_pick(d, node, MAY_BE_CONSTANT | MAY_HAVE_CODES, pick);
    const struct toc_yaml *codes = toc_yaml_find(node, "codes");
    const struct toc_yaml *other = toc_yaml_find(node, "else");

    if (node->kind == TOC_YAML_SCALAR && toc_catalogue_find(d->catalogue, node->text) >= 0) {
        char example[TOC_ID_SIZE];

        (void)snprintf(example, sizeof example, "{ value: %.*s }", (int)node->text.size,
                       node->text.data);
        toc_diag_add(d->diag, TOC_SEVERITY_ERROR, "E0452", node->mark, toc_str_of(example),
                     "a plain text is the path of the type; a type that is always the same is a "
                     "`value`");
    } else if (pick->kind == TOC_PICK_CONSTANT && pick->constant.size > 0) {
        make_type(d, types, pick->constant, toc_yaml_find(node, "value"));
    } else if (pick->code_count > 0) {
        for (const struct toc_yaml *code = codes->first; code != NULL; code = code->next) {
            make_type(d, types, code->text, code);
        }
        if (pick->other.size > 0) {
            make_type(d, types, pick->other, other);
        }
    } else if (pick->kind == TOC_PICK_PATH) {
        d->is_open_type = true;
        for (size_t i = 0; i < toc_catalogue_count(d->catalogue); i++) {
            types[i].is_made = true;
        }
    }
}

/* A mode that is not one would refuse events. */
static void check_mode(struct drafting *d, const struct toc_yaml *node)
{
    static const struct toc_str modes[] = {{"actual", 6}, {"exercise", 8}, {"test", 4}};
    enum toc_mode mode;

    if (node != NULL && is_text(node) && !toc_mode_parse(node->text, &mode)) {
        toc_diag_add(d->diag, TOC_SEVERITY_ERROR, "E0455", node->mark,
                     toc_diag_nearest(node->text, modes, sizeof modes / sizeof modes[0]),
                     "a mode is actual, exercise or test");
    }
}

static void check_modes(struct drafting *d, const struct toc_yaml *node)
{
    const struct toc_yaml *codes = toc_yaml_find(node, "codes");

    check_mode(d, toc_yaml_find(node, "value"));
    check_mode(d, toc_yaml_find(node, "else"));
    for (const struct toc_yaml *code = codes != NULL ? codes->first : NULL; code != NULL;
         code = code->next) {
        check_mode(d, code);
    }
}

/* The value that the text at @node stands for. */
static void read_constant(struct drafting *d, const struct toc_column *column,
                          const struct toc_yaml *node, struct toc_value *out_value)
{
    const struct toc_field *field = column->field;
    struct toc_str text = toc_arena_str(d->arena, node->text); /* The tree may go before us. */

    if (text.size > 0 && !toc_column_constant(column, text, d->arena, out_value)) {
        toc_diag_add(d->diag, TOC_SEVERITY_ERROR, "E0455", node->mark,
                     toc_diag_nearest(text, field->values, field->value_count),
                     "\"%.*s\" is no value of %.*s", (int)text.size, text.data,
                     (int)field->name.size, field->name.data);
    }
}

/* How the field @column of a type is filled by @node, which was read as @entry->pick. */
static void read_entry(struct drafting *d, const struct toc_yaml *node,
                       const struct toc_column *column, struct toc_entry *entry)
{
    const struct toc_pick *pick = entry->pick;
    const struct toc_field *field = column->field;
    bool is_number = field->kind == TOC_VALUE_NUMBER || field->kind == TOC_VALUE_INTEGER;
    const struct toc_yaml *codes = toc_yaml_find(node, "codes");
    const struct toc_yaml *unit = toc_yaml_find(node, "unit");

    entry->is_scaled = pick->is_scaled;
    entry->scale = pick->scale;
    entry->offset = pick->offset;
    if (((unit != NULL || pick->is_scaled) && !is_number) ||
        (pick->kind == TOC_PICK_POINT && field->kind != TOC_VALUE_POINT) ||
        (toc_yaml_find(node, "format") != NULL && field->kind != TOC_VALUE_TIME)) {
        COMPLAIN(d, node, "E0457", "these words do not go with the type of %.*s",
                 (int)field->name.size, field->name.data);
        return;
    }
    if (pick->kind == TOC_PICK_CONSTANT) {
        read_constant(d, column, toc_yaml_find(node, "value"), &entry->constant);
    }
    if (unit != NULL) {
        read_unit(d, unit, field, entry);
    }
    if (pick->code_count > 0) {
        struct toc_value *meanings = toc_arena_array(d->arena, pick->code_count, sizeof *meanings);
        size_t i = 0;

        for (const struct toc_yaml *code = codes->first; code != NULL; code = code->next) {
            read_constant(d, column, code, &meanings[i++]);
        }
        entry->meanings = meanings;
        if (pick->other.size > 0) {
            read_constant(d, column, toc_yaml_find(node, "else"), &entry->constant);
        }
    }
}

/* Is @name a field of any type made? Otherwise suggest one. */
static bool is_field(struct drafting *d, const struct toc_mapped_type *types,
                     const struct toc_yaml *node)
{
    struct toc_str suggestion = {NULL, 0};

    for (size_t i = 0; i < toc_catalogue_count(d->catalogue); i++) {
        const struct toc_type *type = toc_catalogue_type(d->catalogue, i);
        struct toc_str names[TOC_FIELDS_MOST];

        if (!types[i].is_made) {
            continue;
        }
        if (toc_type_field(type, node->key) >= 0) {
            return true;
        }
        for (size_t j = 0; j < type->field_count; j++) {
            names[j] = type->fields[j].name;
        }
        if (suggestion.size == 0) {
            suggestion = toc_diag_nearest(node->key, names, type->field_count);
        }
    }
    toc_diag_add(d->diag, TOC_SEVERITY_ERROR, "E0454", node->key_mark, suggestion,
                 "\"%.*s\" is no field of the types this mapping makes", (int)node->key.size,
                 node->key.data);
    return false;
}

/* The entries of one type. */
static void read_mapped_type(struct drafting *d, const struct toc_yaml *fields,
                             const struct toc_yaml *at, const struct toc_pick picks[],
                             const struct toc_type *type, struct toc_mapped_type *out)
{
    struct toc_entry *entries = toc_arena_array(d->arena, type->field_count, sizeof *entries);
    bool is_mapped[TOC_FIELDS_MOST] = {false};
    size_t i = 0;

    for (const struct toc_yaml *node = fields != NULL ? fields->first : NULL; node != NULL;
         node = node->next, i++) {
        int field = toc_type_field(type, node->key);

        if (field >= 0) {
            struct toc_column column = toc_column_of(&type->fields[field], d->arena);

            entries[out->count] = (struct toc_entry){.field = (size_t)field, .pick = &picks[i]};
            read_entry(d, node, &column, &entries[out->count++]);
            is_mapped[field] = true;
        }
    }
    out->entries = entries;
    for (i = 0; i < type->field_count && !d->is_open_type; i++) {
        if (type->fields[i].is_required && !is_mapped[i]) {
            COMPLAIN(d, at, "E0451",
                     "%.*s needs the field \"%.*s\": without it every event is "
                     "refused",
                     (int)type->name.size, type->name.data, (int)type->fields[i].name.size,
                     type->fields[i].name.data);
        }
    }
}

static void read_fields(struct drafting *d, const struct toc_yaml *node,
                        struct toc_mapped_type *types)
{
    const struct toc_yaml *fields = toc_yaml_find(node, "fields");
    struct toc_pick *picks = NULL;
    size_t errors = toc_diag_errors(d->diag), i = 0;

    if (fields != NULL && fields->kind != TOC_YAML_MAPPING) {
        COMPLAIN(d, fields, "E0452", "`fields` needs a field a line");
        return;
    }
    if (fields != NULL) {
        picks = toc_arena_array(d->arena, fields->count, sizeof *picks);
        for (const struct toc_yaml *field = fields->first; field != NULL; field = field->next) {
            (void)is_field(d, types, field);
            read_pick(d, field, MAY_BE_CONSTANT | MAY_HAVE_CODES | MAY_HAVE_FORMAT | MAY_BE_FIELD,
                      &picks[i++]);
        }
    }
    if (toc_diag_errors(d->diag) != errors) {
        return; /* What follows rests on picks that were read. */
    }
    for (i = 0; i < toc_catalogue_count(d->catalogue); i++) {
        if (types[i].is_made) {
            read_mapped_type(d, fields, fields != NULL ? fields : node, picks,
                             toc_catalogue_type(d->catalogue, i), &types[i]);
        }
    }
}

bool toc_mapping_parse(const struct toc_yaml *node, const struct toc_catalogue *catalogue,
                       struct toc_arena *arena, struct toc_diag *diag,
                       struct toc_mapping **out_mapping)
{
    static const char *const keys[] = {"each",    "type", "source", "id", "time",
                                       "subject", "mode", "fields", NULL};
    struct drafting d = {.catalogue = catalogue, .arena = arena, .diag = diag};
    size_t errors = toc_diag_errors(diag);

    *out_mapping = NULL;
    if (node->kind != TOC_YAML_MAPPING) {
        COMPLAIN(&d, node, "E0452", "a mapping needs at least `type` and `source`");
        return false;
    }
    toc_yaml_check_keys(node, keys, "a mapping", "E0450", diag);
    d.mapping = toc_arena_get(arena, sizeof *d.mapping);
    d.mapping->catalogue = catalogue;
    struct toc_mapped_type *types =
        toc_arena_array(arena, toc_catalogue_count(catalogue), sizeof *types);
    const struct {
        const char *key;
        unsigned may;
        struct toc_pick *pick;
    } parts[] = {
        {"source", MAY_BE_CONSTANT | MAY_HAVE_CODES, &d.mapping->source},
        {"id", 0, &d.mapping->id},
        {"time", MAY_HAVE_FORMAT, &d.mapping->time},
        {"subject", MAY_BE_CONSTANT | MAY_HAVE_CODES, &d.mapping->subject},
        {"mode", MAY_BE_CONSTANT | MAY_HAVE_CODES, &d.mapping->mode},
    };
    const struct toc_yaml *each = toc_yaml_find(node, "each"), *type = toc_yaml_find(node, "type");

    d.mapping->types = types;
    if (each != NULL) {
        d.mapping->has_each = true;
        read_path(&d, each, &d.mapping->each);
    }
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const struct toc_yaml *part = toc_yaml_find(node, parts[i].key);

        if (part != NULL) {
            read_pick(&d, part, parts[i].may, parts[i].pick);
        }
    }
    check_modes(&d, toc_yaml_find(node, "mode"));
    if (toc_yaml_find(node, "source") == NULL) {
        COMPLAIN(&d, node, "E0451", "a mapping needs `source`");
    }
    if (type == NULL) {
        COMPLAIN(&d, node, "E0451", "a mapping needs `type`");
    } else {
        size_t before = toc_diag_errors(diag);

        read_type(&d, type, types);
        if (toc_diag_errors(diag) == before) { /* Fields are those of known types. */
            read_fields(&d, node, types);
        }
    }
    if (toc_diag_errors(diag) != errors) {
        return false;
    }
    *out_mapping = d.mapping;
    return true;
}

bool toc_mapping_makes(const struct toc_mapping *mapping, size_t type)
{
    return mapping->types[type].is_made;
}
