/* schema_events.c - what events hold, from the type files. */
#include "cli/schema.h"

#include "cli/schema_parts.h"

static json_t *schema_of_field(const struct toc_field *field)
{
    json_t *schema = NULL;

    switch (field->kind) {
    case TOC_VALUE_BOOL:
        schema = toc_schema_type("boolean");
        break;
    case TOC_VALUE_INTEGER:
        schema = toc_schema_type("integer");
        break;
    case TOC_VALUE_NUMBER:
        schema = toc_schema_type("number");
        break;
    case TOC_VALUE_TIME:
        schema = toc_schema_instant();
        break;
    case TOC_VALUE_POINT:
        schema = toc_schema_made(json_pack("{s:s}", "$ref", "#/$defs/place"));
        break;
    case TOC_VALUE_LIST:
        schema = toc_schema_list(toc_schema_type("string"));
        break;
    case TOC_VALUE_TEXT:
    case TOC_VALUE_NONE:
        schema = toc_schema_type("string");
        break;
    }
    if (field->value_count > 0) {
        json_t *words = toc_schema_made(json_array());
        for (size_t i = 0; i < field->value_count; i++) {
            toc_schema_append(words, toc_schema_text(field->values[i]));
        }
        toc_schema_put(field->kind == TOC_VALUE_LIST ? json_object_get(schema, "items") : schema,
                       "enum", words);
    }
    if (field->has_range) {
        toc_schema_put(schema, "minimum", json_real(field->least));
        toc_schema_put(schema, "maximum", json_real(field->most));
    }
    if (field->description.size > 0) {
        toc_schema_put(schema, "description", toc_schema_text(field->description));
    }
    if (field->unit.size > 0) {
        toc_schema_put(schema, "x-unit", toc_schema_text(field->unit));
    }
    return schema;
}

static json_t *schema_of_type(const struct toc_type *type)
{
    json_t *properties = toc_schema_made(json_object()), *required = toc_schema_made(json_array());
    for (size_t i = 0; i < type->field_count; i++) {
        const struct toc_field *field = &type->fields[i];
        toc_schema_put_str(properties, field->name, schema_of_field(field));
        if (field->is_required) {
            toc_schema_append(required, toc_schema_text(field->name));
        }
    }
    json_t *schema = toc_schema_made(json_pack("{s:s, s:o, s:o, s:o}", "type", "object", "title",
                                               toc_schema_text(type->title), "properties",
                                               properties, "required", required));
    if (type->description.size > 0) {
        toc_schema_put(schema, "description", toc_schema_text(type->description));
    }
    return schema;
}

/* If the type is this one, then data is that. */
static json_t *branch(const struct toc_type *type)
{
    struct toc_text path = {0};
    bool needs_data = false;
    for (size_t i = 0; i < type->field_count; i++) {
        needs_data = needs_data || type->fields[i].is_required;
    }
    toc_text_addf(&path, "#/$defs/%.*s", (int)type->name.size, type->name.data);
    json_t *then =
        toc_schema_made(json_pack("{s:{s:{s:s}}}", "properties", "data", "$ref", path.data));
    if (needs_data) {
        toc_schema_put(then, "required", json_pack("[s]", "data"));
    }
    toc_text_finish(&path);
    return toc_schema_made(json_pack("{s:{s:{s:{s:o}}}, s:o}", "if", "properties", "type", "const",
                                     toc_schema_text(type->name), "then", then));
}

static json_t *schema_of_place(void)
{
    return toc_schema_made(json_pack(
        "{s:s, s:[{s:s, s:{s:{s:s, s:i, s:i}, s:{s:s, s:i, s:i}, s:{s:s, s:i}, s:{s:s, s:i}, "
        "s:{s:s, s:i, s:i}, s:{s:s}}, "
        "s:[s, s]}, {s:s, s:s}]}",
        "description",
        "WGS84 in degrees, with an optional circular error and height above the ellipsoid in "
        "metres; or "
        "MGRS. A wrong height is dropped and counted, the place stands without it.",
        "anyOf", "type", "object", "properties", "lat", "type", "number", "minimum", -90, "maximum",
        90, "lon", "type", "number", "minimum", -180, "maximum", 180, "error_m", "type", "number",
        "minimum", 0, "ce", "type", "number", "minimum", 0, "alt_m", "type", "number", "minimum",
        TOC_ALT_MIN_M, "maximum", TOC_ALT_MAX_M, "hae", "type", "number", "required", "lat", "lon",
        "type", "string", "pattern", "^ *[0-9]{0,2} *[A-Za-z]"));
}

json_t *toc_schema_events(const struct toc_catalogue *catalogue)
{
    json_t *defs = toc_schema_made(json_object()), *branches = toc_schema_made(json_array()),
           *names = toc_schema_made(json_array());

    toc_schema_put(defs, "place", schema_of_place());
    for (size_t i = 0; i < toc_catalogue_count(catalogue); i++) {
        const struct toc_type *type = toc_catalogue_type(catalogue, i);
        toc_schema_put_str(defs, type->name, schema_of_type(type));
        toc_schema_append(branches, branch(type));
        toc_schema_append(names, toc_schema_text(type->name));
    }
    return toc_schema_made(json_pack(
        "{s:s, s:s, s:s, s:s, s:o, s:[s, s, s, s], s:o, s:o}", "$schema", TOC_SCHEMA_DIALECT,
        "title", "Events that tocsin reads (CloudEvents 1.0, structured mode)", "description",
        "A wrong optional field is dropped and counted, a wrong required one refuses the event. "
        "Words of closed lists may be written in any case. From a file `time` is required.",
        "type", "object", "properties",
        toc_schema_envelope(toc_schema_made(json_pack("{s:o}", "enum", names)),
                            toc_schema_type("object")),
        "required", "specversion", "id", "source", "type", "allOf", branches, "$defs", defs));
}
