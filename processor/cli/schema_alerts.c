/* schema_alerts.c - what an alert record holds, from schema.def. */
#include "cli/schema.h"

#include "cli/schema_parts.h"
#include "engine/engine.h"

/* Every object of schema.def; as a kind of member it stands for a reference to itself. */
#define OBJECTS(each)                                                                              \
    each(ALERT) each(ALERT_LOCATION) each(ALERT_PLACE) each(ALERT_EVIDENCE) each(ALERT_LEVEL)      \
        each(ALERT_ESCALATION) each(ALERT_REMARK) each(ALERT_TEXT)

enum kind {
#define EACH(name) KIND_##name,
    OBJECTS(EACH)
#undef EACH
        KIND_OBJECTS,
    KIND_TEXT = KIND_OBJECTS,
    KIND_TEXTS,
    KIND_BOOL,
    KIND_INTEGER,
    KIND_COUNT,
    KIND_NUMBER,
    KIND_INSTANT,
    KIND_LEVEL,
    KIND_MODE,
    KIND_STATE,
    KIND_MAP,
    KIND_ALERT_EVIDENCES,
    KIND_ALERT_LEVELS,
    KIND_ALERT_ESCALATIONS,
    KIND_ALERT_REMARKS,
    KIND_ALERT_TEXTS, /* LANGUAGE: ALERT_TEXT */
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

static json_t *states(void)
{
    const char *words[TOC_ALERT_STATES];
    for (int i = 0; i < TOC_ALERT_STATES; i++) {
        words[i] = toc_alert_state_text((enum toc_alert_state)i);
    }
    return toc_schema_enum(words, TOC_ALERT_STATES);
}

static json_t *schema_of_kind(enum kind kind)
{
    switch (kind) {
    case KIND_TEXT:
        return toc_schema_type("string");
    case KIND_TEXTS:
        return toc_schema_list(toc_schema_type("string"));
    case KIND_BOOL:
        return toc_schema_type("boolean");
    case KIND_INTEGER:
        return toc_schema_type("integer");
    case KIND_COUNT:
        return toc_schema_made(json_pack("{s:s, s:i}", "type", "integer", "minimum", 0));
    case KIND_NUMBER:
        return toc_schema_type("number");
    case KIND_INSTANT:
        return toc_schema_instant();
    case KIND_LEVEL:
        return toc_schema_levels();
    case KIND_MODE:
        return toc_schema_modes();
    case KIND_STATE:
        return states();
    case KIND_MAP:
        return toc_schema_type("object");
    case KIND_ALERT_EVIDENCES:
        return toc_schema_list(toc_schema_ref("ALERT_EVIDENCE"));
    case KIND_ALERT_LEVELS:
        return toc_schema_list(toc_schema_ref("ALERT_LEVEL"));
    case KIND_ALERT_ESCALATIONS:
        return toc_schema_list(toc_schema_ref("ALERT_ESCALATION"));
    case KIND_ALERT_REMARKS:
        return toc_schema_list(toc_schema_ref("ALERT_REMARK"));
    case KIND_ALERT_TEXTS:
        return toc_schema_made(json_pack("{s:s, s:o}", "type", "object", "additionalProperties",
                                         toc_schema_ref("ALERT_TEXT")));
    default:
        return toc_schema_ref(object_names[kind]);
    }
}

static json_t *schema_of_object(enum kind object)
{
    json_t *properties = toc_schema_made(json_object()), *required = toc_schema_made(json_array());

    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        const struct member *member = &members[i];
        if (member->object != object) {
            continue;
        }
        json_t *schema = schema_of_kind(member->kind);
        if (member->words[0] != '\0') {
            toc_schema_put(schema, "description", json_string(member->words));
        }
        toc_schema_put(properties, member->name, schema);
        if (member->is_required) {
            toc_schema_append(required, json_string(member->name));
        }
    }
    return toc_schema_made(json_pack("{s:s, s:o, s:o, s:b}", "type", "object", "properties",
                                     properties, "required", required, "additionalProperties", 0));
}

static json_t *definitions(void)
{
    json_t *defs = toc_schema_made(json_object());
    for (enum kind i = 0; i < KIND_OBJECTS; i++) {
        toc_schema_put(defs, object_names[i], schema_of_object(i));
    }
    return defs;
}

json_t *toc_schema_alerts(void)
{
    json_t *type =
        toc_schema_made(json_pack("{s:s, s:s}", "type", "string", "pattern", "^tocsin\\.alert\\."));
    return toc_schema_made(
        json_pack("{s:s, s:s, s:s, s:o, s:[s, s, s, s, s, s], s:o}", "$schema", TOC_SCHEMA_DIALECT,
                  "title", "An alert record of tocsin", "type", "object", "properties",
                  toc_schema_envelope(type, toc_schema_ref("ALERT")), "required", "specversion",
                  "id", "source", "type", "time", "data", "$defs", definitions()));
}
