/* cli/schema.c - `tocsin schema`: JSON Schema 2020-12 of events, rules and alerts.
 * Events come from the type catalogue, the others from schema.def. */
#include "cli/command.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "cli/rules.h"
#include "cli/terminal.h"
#include "engine/engine.h"
#include "event/decode.h"

#define DIALECT  "https://json-schema.org/draft/2020-12/schema"
#define SPAN     "^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$"
#define DISTANCE "^[0-9.]+ ?(m|km)$"

/* Every object of schema.def; as a kind of member it stands for a reference to itself. */
#define OBJECTS(each)                                                                              \
    each(ALERT) each(ALERT_LOCATION) each(ALERT_PLACE) each(ALERT_EVIDENCE) each(ALERT_LEVEL)      \
        each(ALERT_REMARK) each(RULE) each(RULE_EVENT) each(RULE_NEAR) each(RULE_WHEN)             \
            each(RULE_FIELD) each(RULE_ABSENCE) each(RULE_ALERT) each(RULE_TEST)

enum kind {
#define EACH(name) KIND_##name,
    OBJECTS(EACH)
#undef EACH
        KIND_OBJECTS,
    KIND_TEXT = KIND_OBJECTS,
    KIND_TEXTS,
    KIND_TEXT_OR_TEXTS,
    KIND_BOOL,
    KIND_INTEGER,
    KIND_COUNT,
    KIND_NUMBER,
    KIND_INSTANT,
    KIND_SPAN,
    KIND_DISTANCE,
    KIND_LEVEL,
    KIND_MODE,
    KIND_STATE,
    KIND_STATUS,
    KIND_ONCE,
    KIND_MAP,
    KIND_MAPS,
    KIND_ANY,
    KIND_ALERT_EVIDENCES,
    KIND_ALERT_LEVELS,
    KIND_ALERT_REMARKS,
    KIND_RULE_EVENTS,
    KIND_RULE_TESTS,
};

static const char *const object_names[KIND_OBJECTS] = {
#define EACH(name) #name,
    OBJECTS(EACH)
#undef EACH
};

static const struct member {
    enum kind object;
    const char *name;
    enum kind kind;
    bool is_required;
    const char *words;
} members[] = {
#define TOC_MEMBER(object, name, kind, is_required, words)                                         \
    {KIND_##object, name, KIND_##kind, is_required, words},
#include "cli/schema.def"
};

/* jansson says NULL only out of memory, which ends the process like everywhere. */
static json_t *made(json_t *json)
{
    toc_assert(json != NULL);
    return json;
}

static void put(json_t *object, const char *name, json_t *value)
{
    int failed = json_object_set_new(object, name, made(value));
    toc_assert(!failed);
}

static json_t *text_of(struct toc_str text)
{
    return made(json_stringn(text.data != NULL ? text.data : "", text.size));
}

static json_t *enumeration(const char *const words[], size_t count)
{
    json_t *list = made(json_array());
    for (size_t i = 0; i < count; i++) {
        int failed = json_array_append_new(list, made(json_string(words[i])));
        toc_assert(!failed);
    }
    return made(json_pack("{s:o}", "enum", list));
}

static json_t *reference(enum kind object)
{
    char path[64];
    snprintf(path, sizeof path, "#/$defs/%s", object_names[object]);
    return made(json_pack("{s:s}", "$ref", path));
}

static json_t *list_of(json_t *items)
{
    return made(json_pack("{s:s, s:o}", "type", "array", "items", items));
}

static json_t *type_of(const char *type)
{
    return made(json_pack("{s:s}", "type", type));
}

static json_t *levels(void)
{
    const char *words[TOC_LEVEL_CRITICAL + 1];
    for (int i = 0; i <= TOC_LEVEL_CRITICAL; i++) {
        words[i] = toc_level_text((enum toc_level)i);
    }
    return enumeration(words, TOC_LEVEL_CRITICAL + 1);
}

static json_t *modes(void)
{
    const char *words[TOC_MODE_COUNT];
    for (int i = 0; i < TOC_MODE_COUNT; i++) {
        words[i] = toc_mode_text((enum toc_mode)i);
    }
    return enumeration(words, TOC_MODE_COUNT);
}

static json_t *states(void)
{
    const char *words[TOC_ALERT_STATES];
    for (int i = 0; i < TOC_ALERT_STATES; i++) {
        words[i] = toc_alert_state_text((enum toc_alert_state)i);
    }
    return enumeration(words, TOC_ALERT_STATES);
}

static json_t *schema_of_kind(enum kind kind)
{
    static const char *const statuses[] = {"experimental", "stable", "deprecated"};
    static const char *const once[] = {"key", "onset"};

    switch (kind) {
    case KIND_TEXT:
        return type_of("string");
    case KIND_TEXTS:
        return list_of(type_of("string"));
    case KIND_TEXT_OR_TEXTS:
        return made(
            json_pack("{s:[o, o]}", "anyOf", type_of("string"), list_of(type_of("string"))));
    case KIND_BOOL:
        return type_of("boolean");
    case KIND_INTEGER:
        return type_of("integer");
    case KIND_COUNT:
        return made(json_pack("{s:s, s:i}", "type", "integer", "minimum", 0));
    case KIND_NUMBER:
        return type_of("number");
    case KIND_INSTANT:
        return made(json_pack("{s:s, s:s}", "type", "string", "format", "date-time"));
    case KIND_SPAN:
        return made(
            json_pack("{s:s, s:s, s:i}", "type", "string", "pattern", SPAN, "minLength", 2));
    case KIND_DISTANCE:
        return made(json_pack("{s:s, s:s}", "type", "string", "pattern", DISTANCE));
    case KIND_LEVEL:
        return levels();
    case KIND_MODE:
        return modes();
    case KIND_STATE:
        return states();
    case KIND_STATUS:
        return enumeration(statuses, sizeof statuses / sizeof statuses[0]);
    case KIND_ONCE:
        return enumeration(once, sizeof once / sizeof once[0]);
    case KIND_MAP:
        return type_of("object");
    case KIND_MAPS:
        return list_of(type_of("object"));
    case KIND_ALERT_EVIDENCES:
        return list_of(reference(KIND_ALERT_EVIDENCE));
    case KIND_ALERT_LEVELS:
        return list_of(reference(KIND_ALERT_LEVEL));
    case KIND_ALERT_REMARKS:
        return list_of(reference(KIND_ALERT_REMARK));
    case KIND_RULE_EVENTS:
        return made(json_pack("{s:s, s:o}", "type", "object", "additionalProperties",
                              reference(KIND_RULE_EVENT)));
    case KIND_RULE_TESTS:
        return list_of(reference(KIND_RULE_TEST));
    case KIND_ANY:
        return made(json_object());
    default:
        return reference(kind);
    }
}

static json_t *schema_of_object(enum kind object)
{
    json_t *properties = made(json_object()), *required = made(json_array());

    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        const struct member *member = &members[i];
        if (member->object != object) {
            continue;
        }
        json_t *schema = schema_of_kind(member->kind);
        if (member->words[0] != '\0') {
            put(schema, "description", json_string(member->words));
        }
        put(properties, member->name, schema);
        if (member->is_required) {
            int failed = json_array_append_new(required, made(json_string(member->name)));
            toc_assert(!failed);
        }
    }
    return made(json_pack("{s:s, s:o, s:o, s:b}", "type", "object", "properties", properties,
                          "required", required, "additionalProperties", 0));
}

/* The objects whose names begin with @family. */
static json_t *definitions(const char *family)
{
    json_t *defs = made(json_object());
    for (enum kind i = 0; i < KIND_OBJECTS; i++) {
        if (strncmp(object_names[i], family, strlen(family)) == 0) {
            put(defs, object_names[i], schema_of_object(i));
        }
    }
    return defs;
}

static json_t *schema_of_rules(void)
{
    return made(json_pack("{s:s, s:s, s:s, s:o}", "$schema", DIALECT, "title", "A rule of tocsin",
                          "$ref", "#/$defs/RULE", "$defs", definitions("RULE")));
}

static json_t *envelope(json_t *type, json_t *data)
{
    return made(json_pack(
        "{s:{s:s}, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "specversion", "const", "1.0", "id",
        json_pack("{s:s, s:i, s:i}", "type", "string", "minLength", 1, "maxLength", TOC_ID_SIZE),
        "source",
        json_pack("{s:s, s:i, s:i}", "type", "string", "minLength", 1, "maxLength", TOC_ID_SIZE),
        "type", type, "time", schema_of_kind(KIND_INSTANT), "subject",
        json_pack("{s:s, s:i}", "type", "string", "maxLength", TOC_ID_SIZE), "datacontenttype",
        type_of("string"), "mode", modes(), "data", data));
}

static json_t *schema_of_alerts(void)
{
    json_t *type = made(json_pack("{s:s, s:s}", "type", "string", "pattern", "^tocsin\\.alert\\."));
    return made(json_pack("{s:s, s:s, s:s, s:o, s:[s, s, s, s, s, s], s:o}", "$schema", DIALECT,
                          "title", "An alert record of tocsin", "type", "object", "properties",
                          envelope(type, reference(KIND_ALERT)), "required", "specversion", "id",
                          "source", "type", "time", "data", "$defs", definitions("ALERT")));
}

/* --- Events ------------------------------------------------------------------------------- */

static json_t *schema_of_field(const struct toc_field *field)
{
    json_t *schema = NULL;

    switch (field->kind) {
    case TOC_VALUE_BOOL:
        schema = type_of("boolean");
        break;
    case TOC_VALUE_INTEGER:
        schema = type_of("integer");
        break;
    case TOC_VALUE_NUMBER:
        schema = type_of("number");
        break;
    case TOC_VALUE_TIME:
        schema = schema_of_kind(KIND_INSTANT);
        break;
    case TOC_VALUE_POINT:
        schema = made(json_pack("{s:s}", "$ref", "#/$defs/place"));
        break;
    case TOC_VALUE_LIST:
        schema = list_of(type_of("string"));
        break;
    case TOC_VALUE_TEXT:
    case TOC_VALUE_NONE:
        schema = type_of("string");
        break;
    }
    if (field->value_count > 0) {
        json_t *words = made(json_array());
        for (size_t i = 0; i < field->value_count; i++) {
            int failed = json_array_append_new(words, text_of(field->values[i]));
            toc_assert(!failed);
        }
        put(field->kind == TOC_VALUE_LIST ? json_object_get(schema, "items") : schema, "enum",
            words);
    }
    if (field->has_range) {
        put(schema, "minimum", json_real(field->least));
        put(schema, "maximum", json_real(field->most));
    }
    if (field->description.size > 0) {
        put(schema, "description", text_of(field->description));
    }
    if (field->unit.size > 0) {
        put(schema, "x-unit", text_of(field->unit));
    }
    return schema;
}

static void put_str(json_t *object, struct toc_str name, json_t *value)
{
    int failed = json_object_setn_new(object, name.data, name.size, made(value));
    toc_assert(!failed);
}

static json_t *schema_of_type(const struct toc_type *type)
{
    json_t *properties = made(json_object()), *required = made(json_array());
    for (size_t i = 0; i < type->field_count; i++) {
        const struct toc_field *field = &type->fields[i];
        put_str(properties, field->name, schema_of_field(field));
        if (field->is_required) {
            int failed = json_array_append_new(required, text_of(field->name));
            toc_assert(!failed);
        }
    }
    json_t *schema =
        made(json_pack("{s:s, s:o, s:o, s:o}", "type", "object", "title", text_of(type->title),
                       "properties", properties, "required", required));
    if (type->description.size > 0) {
        put(schema, "description", text_of(type->description));
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
    json_t *then = made(json_pack("{s:{s:{s:s}}}", "properties", "data", "$ref", path.data));
    if (needs_data) {
        put(then, "required", json_pack("[s]", "data"));
    }
    toc_text_finish(&path);
    return made(json_pack("{s:{s:{s:{s:o}}}, s:o}", "if", "properties", "type", "const",
                          text_of(type->name), "then", then));
}

static json_t *schema_of_place(void)
{
    return made(json_pack(
        "{s:s, s:[{s:s, s:{s:{s:s, s:i, s:i}, s:{s:s, s:i, s:i}, s:{s:s, s:i}, s:{s:s, s:i}}, "
        "s:[s, s]}, {s:s, s:s}]}",
        "description", "WGS84 in degrees, with an optional circular error in metres; or MGRS",
        "anyOf", "type", "object", "properties", "lat", "type", "number", "minimum", -90, "maximum",
        90, "lon", "type", "number", "minimum", -180, "maximum", 180, "error_m", "type", "number",
        "minimum", 0, "ce", "type", "number", "minimum", 0, "required", "lat", "lon", "type",
        "string", "pattern", "^ *[0-9]{0,2} *[A-Za-z]"));
}

static json_t *schema_of_events(const struct toc_catalogue *catalogue)
{
    json_t *defs = made(json_object()), *branches = made(json_array()), *names = made(json_array());

    put(defs, "place", schema_of_place());
    for (size_t i = 0; i < toc_catalogue_count(catalogue); i++) {
        const struct toc_type *type = toc_catalogue_type(catalogue, i);
        put_str(defs, type->name, schema_of_type(type));
        int failed = json_array_append_new(branches, branch(type)) ||
                     json_array_append_new(names, text_of(type->name));
        toc_assert(!failed);
    }
    return made(json_pack(
        "{s:s, s:s, s:s, s:s, s:o, s:[s, s, s, s], s:o, s:o}", "$schema", DIALECT, "title",
        "Events that tocsin reads (CloudEvents 1.0, structured mode)", "description",
        "A wrong optional field is dropped and counted, a wrong required one refuses the event. "
        "Words of closed lists may be written in any case. From a file `time` is required.",
        "type", "object", "properties",
        envelope(made(json_pack("{s:o}", "enum", names)), type_of("object")), "required",
        "specversion", "id", "source", "type", "allOf", branches, "$defs", defs));
}

enum toc_exit toc_cli_schema(const struct toc_args *args)
{
    const char *what = args->operands[0];
    json_t *schema = NULL;

    if (strcmp(what, "rules") == 0) {
        schema = schema_of_rules();
    } else if (strcmp(what, "alerts") == 0) {
        schema = schema_of_alerts();
    } else if (strcmp(what, "events") != 0) {
        toc_terminal_say("there is no schema of \"%s\", but of rules, events and alerts", what);
        return TOC_EXIT_USAGE;
    } else {
        struct toc_rules_at at = {0};
        struct toc_diag *diag = toc_diag_create();
        struct toc_catalogue *catalogue = NULL;
        enum toc_exit result = TOC_EXIT_USAGE;
        if (toc_rules_find(args, NULL, &at)) {
            struct toc_rule_paths paths = toc_rules_paths(&at);
            result = TOC_EXIT_INVALID;
            if (toc_catalogue_load(paths.types != NULL ? paths.types : at.rules.data, diag,
                                   &catalogue)) {
                schema = schema_of_events(catalogue);
            }
        }
        toc_rules_tell(diag, stderr);
        toc_catalogue_destroy(catalogue);
        toc_diag_destroy(diag);
        toc_rules_finish(&at);
        if (schema == NULL) {
            return result;
        }
    }
    char *text = json_dumps(schema, JSON_INDENT(2));
    toc_assert(text != NULL);
    puts(text);
    free(text);
    json_decref(schema);
    return TOC_EXIT_OK;
}
