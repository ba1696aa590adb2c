/* schema_rules.c - what a rule holds, from rule/keys.def and the words that rules may name. */
#include "cli/schema.h"

#include <stdio.h>
#include <string.h>

#include "cli/schema_parts.h"
#include "expr/condition_build.h"

#define SPAN     "^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$"
#define LANGUAGE "^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?$"
#define DISTANCE "^[0-9]+(\\.[0-9]+)? *k?m$"

static const char *const block_names[] = {
#define TOC_BLOCK(name, what) [TOC_BLOCK_##name] = #name,
#include "rule/keys.def"
};

static json_t *pattern(const char *regex)
{
    return toc_schema_made(json_pack("{s:s, s:s}", "type", "string", "pattern", regex));
}

static json_t *one_or_list(json_t *(*make)(const void *context), const void *context)
{
    return toc_schema_any(make(context), toc_schema_list(make(context)));
}

/* A scalar: what YAML types as a number or a bool is as good a text as any. */
static json_t *text(const void *context)
{
    (void)context;
    return toc_schema_made(
        json_pack("{s:[s, s, s], s:i}", "type", "string", "number", "boolean", "minLength", 1));
}

/* One of @names, or, if they are open, any text. */
static json_t *named(const void *context)
{
    const struct toc_names *names = context;
    json_t *list = toc_schema_made(json_array());

    if (!names->is_closed) {
        json_decref(list);
        return text(NULL);
    }
    for (size_t i = 0; i < names->count; i++) {
        toc_schema_append(list, toc_schema_text(names->names[i]));
    }
    return toc_schema_made(json_pack("{s:o}", "enum", list));
}

static json_t *type_name(const void *context)
{
    const struct toc_catalogue *catalogue = context;
    json_t *names = toc_schema_made(json_array());

    for (size_t i = 0; i < toc_catalogue_count(catalogue); i++) {
        toc_schema_append(names, toc_schema_text(toc_catalogue_type(catalogue, i)->name));
    }
    return toc_schema_any(toc_schema_made(json_pack("{s:o}", "enum", names)), pattern("\\*$"));
}

/* A field of any type, or of the envelope. */
static json_t *any_field(const struct toc_catalogue *catalogue)
{
    json_t *names = toc_schema_made(json_array()), *seen = toc_schema_made(json_object());

    for (size_t i = 0; i < TOC_ENVELOPE_FIELDS; i++) {
        toc_schema_put_str(seen, toc_envelope[i].name, json_true());
    }
    for (size_t i = 0; i < toc_catalogue_count(catalogue); i++) {
        const struct toc_type *type = toc_catalogue_type(catalogue, i);
        for (size_t f = 0; f < type->field_count; f++) {
            const struct toc_field *parts = type->fields[f].parts;

            toc_schema_put_str(seen, type->fields[f].name, json_true());
            for (size_t p = 0; parts != NULL && p < TOC_PART_END - 1; p++) {
                toc_schema_put_str(seen, parts[p].name, json_true());
            }
        }
    }
    const char *name;
    json_t *ignored;
    json_object_foreach(seen, name, ignored)
    {
        toc_schema_append(names, json_string(name));
    }
    json_decref(seen);
    return toc_schema_made(json_pack("{s:o}", "enum", names));
}

/* NAME: @value, for names of events. */
static json_t *map_of(json_t *value)
{
    return toc_schema_made(json_pack("{s:s, s:o, s:i}", "type", "object", "additionalProperties",
                                     value, "minProperties", 1));
}

/* NAME, NAME: { near, distance }, or a list of such. */
static json_t *references(bool is_list_only)
{
    json_t *item = toc_schema_any(text(NULL), map_of(toc_schema_ref("TIE")));
    json_t *list = toc_schema_list(json_incref(item));

    if (is_list_only) {
        json_decref(item);
        return list;
    }
    return toc_schema_any(item, list);
}

/* A @plain one, or LANGUAGE: @plain. */
static json_t *per_language(json_t *plain)
{
    json_t *map = map_of(json_incref(plain));

    toc_schema_put(map, "propertyNames", pattern(LANGUAGE));
    toc_schema_put(map, "maxProperties", json_integer(TOC_RULE_LANGUAGES));
    return toc_schema_any(plain, map);
}

static json_t *kind_of_value(enum toc_key_kind kind, const struct toc_rule_words *words)
{
    static const char *const statuses[] = {"experimental", "stable", "deprecated"};
    static const char *const once[] = {"key", "onset"};
    static const char *const bools[] = {"true", "false"};
    static const char *const methods[] = {"ratio", "robust_z", "ewma"};

    switch (kind) {
    case TOC_KEY_TEXT:
    case TOC_KEY_ALIAS:
    case TOC_KEY_PLACE:
        return text(NULL);
    case TOC_KEY_TEXTS:
    case TOC_KEY_ALIASES:
    case TOC_KEY_GROUP_BY:
        return one_or_list(text, NULL);
    case TOC_KEY_WORDING:
        return per_language(text(NULL));
    case TOC_KEY_WORDINGS:
        return per_language(one_or_list(text, NULL));
    case TOC_KEY_NAME:
        return toc_schema_made(json_pack("{s:[s, s], s:s, s:i}", "type", "string", "number",
                                         "pattern", "^[A-Za-z0-9_][A-Za-z0-9_.-]*$", "maxLength",
                                         TOC_RULE_NAME));
    case TOC_KEY_VERSION:
        return toc_schema_any(
            toc_schema_made(json_pack("{s:s, s:i}", "type", "number", "minimum", 1)),
            pattern("^[0-9]+(\\.0*)?$"));
    case TOC_KEY_STATUS:
        return toc_schema_enum(statuses, sizeof statuses / sizeof statuses[0]);
    case TOC_KEY_LEVEL:
        return toc_schema_levels();
    case TOC_KEY_BOOL:
        return toc_schema_any(toc_schema_type("boolean"), toc_schema_enum(bools, 2));
    case TOC_KEY_SPAN:
        return toc_schema_made(
            json_pack("{s:s, s:s, s:i}", "type", "string", "pattern", SPAN, "minLength", 2));
    case TOC_KEY_DISTANCE:
        return pattern(DISTANCE);
    case TOC_KEY_PERCENT:
        return pattern("^[0-9]+ *%$");
    case TOC_KEY_THRESHOLD:
        return toc_schema_any(toc_schema_type("number"),
                              pattern("^(-?[0-9]+(\\.[0-9]+)?|[^0-9-].*\\..+)$"));
    case TOC_KEY_TAGS:
        return one_or_list(named, &words->tags);
    case TOC_KEY_TOPIC:
        return named(&words->topics);
    case TOC_KEY_RECIPIENTS:
        return one_or_list(named, &words->recipients);
    case TOC_KEY_TYPES:
        return one_or_list(type_name, words->catalogue);
    case TOC_KEY_FIELD:
        return any_field(words->catalogue);
    case TOC_KEY_MATCH:
        return toc_schema_type("object"); /* Type by type: see fields_of_type. */
    case TOC_KEY_AS:
        return map_of(any_field(words->catalogue));
    case TOC_KEY_REFERENCES:
        return toc_schema_any(references(false), map_of(toc_schema_ref("TIE")));
    case TOC_KEY_STEPS:
        return references(true);
    case TOC_KEY_ONCE:
        return toc_schema_enum(once, sizeof once / sizeof once[0]);
    case TOC_KEY_MEMBERS:
        return toc_schema_any(pattern("^lists\\."), toc_schema_type("array"));
    case TOC_KEY_MILESTONES:
        return map_of(kind_of_value(TOC_KEY_SPAN, words));
    case TOC_KEY_EVENTS:
        return toc_schema_made(json_pack("{s:s, s:o, s:i, s:i}", "type", "object",
                                         "additionalProperties", toc_schema_ref("EVENT"),
                                         "minProperties", 1, "maxProperties", TOC_RULE_ALIASES));
    case TOC_KEY_TESTS:
        return toc_schema_list(toc_schema_ref("TEST"));
    case TOC_KEY_GIVEN:
        return toc_schema_list(toc_schema_ref("GIVEN"));
    case TOC_KEY_EXPECT:
        return toc_schema_list(toc_schema_type("object"));
    case TOC_KEY_LISTS:
        return toc_schema_made(json_pack("{s:s, s:o}", "type", "object", "additionalProperties",
                                         toc_schema_type("array")));
    case TOC_KEY_NUMBER:
    case TOC_KEY_COUNT_LEAST:
        return toc_schema_any(toc_schema_type("number"), pattern("^[0-9]+(\\.[0-9]+)?$"));
    case TOC_KEY_METHOD:
        return toc_schema_enum(methods, sizeof methods / sizeof methods[0]);
    case TOC_KEY_HOURS:
        return toc_schema_any(toc_schema_type("string"), toc_schema_ref("HOURS"));
    case TOC_KEY_CLOCK:
    case TOC_KEY_OFFSET:
        return toc_schema_type("string");
    case TOC_KEY_ESCALATE:
        return toc_schema_list(toc_schema_ref("ESCALATE"));
    default: /* A block, or what the checker knows and an editor need not. */
        return toc_keys_block_under(kind) != TOC_BLOCK_COUNT
                   ? toc_schema_ref(block_names[toc_keys_block_under(kind)])
                   : toc_schema_made(json_object());
    }
}

static json_t *block(enum toc_block block, const struct toc_rule_words *words)
{
    json_t *properties = toc_schema_made(json_object()), *required = toc_schema_made(json_array());

    for (size_t i = 0; i < toc_keys_count(); i++) {
        const struct toc_keys_entry *key = toc_keys_get(i);
        if (key->block != block || key->need == TOC_KEY_LATER) {
            continue;
        }
        json_t *schema = kind_of_value(key->kind, words);
        toc_schema_put(schema, "description", json_string(key->words));
        toc_schema_put(properties, key->name, schema);
        if (key->need == TOC_KEY_REQUIRED) {
            toc_schema_append(required, json_string(key->name));
        }
    }
    return toc_schema_made(json_pack("{s:s, s:o, s:o, s:b}", "type", "object", "properties",
                                     properties, "required", required, "additionalProperties", 0));
}

/* One kind of `when`, and beside it only what goes with it. */
static void add_kinds(json_t *when)
{
    json_t *branches = toc_schema_made(json_array());
    const char *kind;

    for (size_t i = 0; (kind = toc_when_kind_word(i)) != NULL; i++) {
        json_t *barred = toc_schema_made(json_object());
        const char *other;
        for (size_t o = 0; (other = toc_when_kind_word(o)) != NULL; o++) {
            if (o != i) {
                toc_schema_put(barred, other, json_false());
            }
        }
        for (size_t k = 0; k < toc_keys_count(); k++) {
            const struct toc_keys_entry *key = toc_keys_get(k);
            if (key->block == TOC_BLOCK_WHEN && !toc_when_kind_takes(i, key->name)) {
                toc_schema_put(barred, key->name, json_false());
            }
        }
        toc_schema_append(branches,
                          json_pack("{s:[s], s:o}", "required", kind, "properties", barred));
    }
    toc_schema_put(when, "oneOf", branches);
}

/* --- Fields of a type ------------------------------------------------------------------------ */

/* "^name(\|[a-z]+)*$": a field with any modifiers; what goes with what is the checker's. */
static void put_field(json_t *patterns, struct toc_str name, json_t *schema)
{
    struct toc_text regex = {0};

    toc_text_add_char(&regex, '^');
    for (size_t i = 0; i < name.size; i++) {
        toc_text_add(&regex, name.data[i] == '.' ? TOC_STR("\\") : TOC_STR(""));
        toc_text_add_char(&regex, name.data[i]);
    }
    toc_text_add(&regex, TOC_STR("(\\|("));
    for (size_t i = 0; i < toc_test_modifier_count; i++) {
        toc_text_addf(&regex, "%s%.*s", i > 0 ? "|" : "", (int)toc_test_modifiers[i].size,
                      toc_test_modifiers[i].data);
    }
    toc_text_add(&regex, TOC_STR("))*$"));
    toc_schema_put(patterns, regex.data, schema);
    toc_text_finish(&regex);
}

/* For an editor to complete: the closed list of a field, which `match` takes in any case, and any
 * other text where a modifier asks for a part of it. */
static json_t *value_of(const struct toc_field *field)
{
    json_t *any = one_or_list(text, NULL);
    json_t *examples = toc_schema_made(json_array());

    for (size_t i = 0; i < field->value_count; i++) {
        toc_schema_append(examples, toc_schema_text(field->values[i]));
    }
    if (field->description.size > 0) {
        toc_schema_put(any, "description", toc_schema_text(field->description));
    }
    toc_schema_put(any, "examples", examples);
    return any;
}

/* Is the event one of @type? Written out, in a list, or meant by a beginning with `*`. */
static json_t *is_of_type(struct toc_str name)
{
    struct toc_text regex = {0};
    json_t *one, *alone;

    toc_text_add(&regex, TOC_STR("^("));
    for (size_t size = 0; size <= name.size; size++) { /* Every beginning of the name. */
        struct toc_str part = {.data = name.data, .size = size};
        toc_text_add(&regex, size > 0 ? TOC_STR("|") : TOC_STR(""));
        for (size_t i = 0; i < part.size; i++) {
            toc_text_addf(&regex, part.data[i] == '.' ? "\\%c" : "%c", part.data[i]);
        }
        toc_text_add(&regex, TOC_STR("\\*"));
    }
    toc_text_add(&regex, TOC_STR(")$"));
    one = toc_schema_any(toc_schema_made(json_pack("{s:o}", "const", toc_schema_text(name))),
                         pattern(regex.data));
    alone = json_incref(one);
    toc_text_finish(&regex);
    return toc_schema_any(
        alone, toc_schema_made(json_pack("{s:s, s:o}", "type", "array", "contains", one)));
}

/* `match` and `at` of an event of @type. */
static json_t *fields_of_type(const struct toc_type *type)
{
    json_t *patterns = toc_schema_made(json_object()), *places = toc_schema_made(json_array());

    for (size_t i = 0; i < type->field_count; i++) {
        const struct toc_field *field = &type->fields[i];
        put_field(patterns, field->name, value_of(field));
        for (size_t p = 0; field->parts != NULL && p < TOC_PART_END - 1; p++) {
            put_field(patterns, field->parts[p].name, value_of(&field->parts[p]));
        }
        if (field->kind == TOC_VALUE_POINT) {
            toc_schema_append(places, toc_schema_text(field->name));
        }
    }
    for (size_t i = 0; i < TOC_ENVELOPE_FIELDS; i++) {
        put_field(patterns, toc_envelope[i].name, toc_schema_made(json_object()));
    }
    json_t *at = json_array_size(places) > 0
                     ? toc_schema_made(json_pack("{s:o}", "enum", json_incref(places)))
                     : toc_schema_made(json_false());
    json_decref(places);
    json_t *match = toc_schema_made(
        json_pack("{s:o, s:b}", "patternProperties", patterns, "additionalProperties", 0));
    return toc_schema_made(json_pack("{s:{s:{s:o}, s:[s]}, s:{s:{s:o, s:o}}}", "if", "properties",
                                     "type", is_of_type(type->name), "required", "type", "then",
                                     "properties", "match", match, "at", at));
}

/* An event of a test: time, type, the envelope, and the fields of its type. */
static json_t *given_event(const struct toc_catalogue *catalogue)
{
    json_t *branches = toc_schema_made(json_array());

    for (size_t i = 0; i < toc_catalogue_count(catalogue); i++) {
        const struct toc_type *type = toc_catalogue_type(catalogue, i);
        json_t *names = toc_schema_made(json_array());
        for (size_t f = 0; f < type->field_count; f++) {
            toc_schema_append(names, toc_schema_text(type->fields[f].name));
        }
        for (size_t e = 0; e < TOC_ENVELOPE_FIELDS; e++) {
            toc_schema_append(names, toc_schema_text(toc_envelope[e].name));
        }
        toc_schema_append(branches,
                          json_pack("{s:{s:{s:{s:o}}, s:[s]}, s:{s:{s:o}}}", "if", "properties",
                                    "type", "const", toc_schema_text(type->name), "required",
                                    "type", "then", "propertyNames", "enum", names));
    }
    return toc_schema_made(
        json_pack("{s:s, s:[s], s:o}", "type", "object", "required", "time", "allOf", branches));
}

json_t *toc_schema_rules(const struct toc_rule_words *words)
{
    json_t *defs = toc_schema_made(json_object()), *branches = toc_schema_made(json_array());

    for (int i = 0; i < TOC_BLOCK_COUNT; i++) {
        toc_schema_put(defs, block_names[i], block((enum toc_block)i, words));
    }
    for (size_t i = 0; i < toc_catalogue_count(words->catalogue); i++) {
        toc_schema_append(branches, fields_of_type(toc_catalogue_type(words->catalogue, i)));
    }
    toc_schema_put(json_object_get(defs, "EVENT"), "allOf", branches);
    add_kinds(json_object_get(defs, "WHEN"));
    toc_schema_put(defs, "GIVEN", given_event(words->catalogue));
    return toc_schema_made(json_pack("{s:s, s:s, s:s, s:o}", "$schema", TOC_SCHEMA_DIALECT, "title",
                                     "A rule of tocsin", "$ref", "#/$defs/RULE", "$defs", defs));
}
