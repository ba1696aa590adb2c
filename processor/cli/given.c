#include "cli/given.h"

#include <stdio.h>

#include "base/instant.h"
#include "base/number.h"
#include "event/slot.h"

#define YEAR_MS INT64_C(31622400000)

bool toc_given_instant(struct toc_str text, int64_t *out_ms)
{
    int64_t span_ms;
    if (toc_span_parse(text, &span_ms)) {
        *out_ms = TOC_GIVEN_BEGIN + span_ms;
        return *out_ms <= TOC_INSTANT_MAX;
    }
    return toc_instant_parse(text, out_ms);
}

void toc_given_format(int64_t at_ms, struct toc_text *out)
{
    char text[TOC_INSTANT_TEXT];
    if (at_ms >= TOC_GIVEN_BEGIN && at_ms - TOC_GIVEN_BEGIN <= YEAR_MS) {
        toc_span_format(at_ms - TOC_GIVEN_BEGIN, out);
    } else {
        toc_instant_format(at_ms, text);
        toc_text_add(out, toc_str_of(text));
    }
}

static void add_instant(int64_t at_ms, struct toc_text *out)
{
    char text[TOC_INSTANT_TEXT];
    toc_instant_format(at_ms, text);
    toc_text_add_json(out, toc_str_of(text));
}

/* A number as it is written, anything else as text: the decoder then says what is wrong. */
static void add_number(struct toc_str text, struct toc_text *out)
{
    double ignored;
    if (text.size > 0 && text.data[0] != '+' && toc_number_parse(text, &ignored)) {
        toc_text_add(out, text);
    } else {
        toc_text_add_json(out, text);
    }
}

/* KIND.NAME as a point inside that place; other text (MGRS) as it is. */
static void add_place(struct toc_str text, const struct toc_places *places, struct toc_text *out)
{
    const char *dot = text.size > 0 ? memchr(text.data, '.', text.size) : NULL;
    int index = -1;
    if (dot != NULL) {
        size_t size = (size_t)(dot - text.data);
        index = toc_places_find(places, (struct toc_str){text.data, size},
                                (struct toc_str){dot + 1, text.size - size - 1});
    }
    if (index < 0) {
        toc_text_add_json(out, text);
        return;
    }
    struct toc_point inside = toc_places_get(places, (size_t)index)->centre;
    toc_text_addf(out, "{\"lat\":%.17g,\"lon\":%.17g}", inside.lat_deg, inside.lon_deg);
}

static void add_scalar(const struct toc_yaml *node, enum toc_value_kind kind,
                       const struct toc_places *places, struct toc_text *out)
{
    int64_t at_ms;
    switch (kind) {
    case TOC_VALUE_INTEGER:
    case TOC_VALUE_NUMBER:
        add_number(node->text, out);
        return;
    case TOC_VALUE_BOOL:
        if (toc_str_equal(node->text, TOC_STR("true")) ||
            toc_str_equal(node->text, TOC_STR("false"))) {
            toc_text_add(out, node->text);
            return;
        }
        break;
    case TOC_VALUE_TIME:
        if (toc_given_instant(node->text, &at_ms)) {
            add_instant(at_ms, out);
            return;
        }
        break;
    case TOC_VALUE_POINT:
        add_place(node->text, places, out);
        return;
    case TOC_VALUE_NONE:
    case TOC_VALUE_TEXT:
    case TOC_VALUE_LIST:
        break;
    }
    toc_text_add_json(out, node->text);
}

/* @node as the JSON of a field of @kind; mappings are places in words (lat, lon, error_m). */
static void add_value(const struct toc_yaml *node, enum toc_value_kind kind,
                      const struct toc_places *places, struct toc_text *out)
{
    if (node->kind == TOC_YAML_SCALAR) {
        add_scalar(node, kind, places, out);
        return;
    }
    bool is_map = node->kind == TOC_YAML_MAPPING;
    toc_text_add_char(out, is_map ? '{' : '[');
    for (const struct toc_yaml *child = node->first; child != NULL; child = child->next) {
        if (child != node->first) {
            toc_text_add_char(out, ',');
        }
        if (is_map) {
            toc_text_add_json(out, child->key);
            toc_text_add_char(out, ':');
        }
        add_value(child, is_map ? TOC_VALUE_NUMBER : TOC_VALUE_TEXT, places, out);
    }
    toc_text_add_char(out, is_map ? '}' : ']');
}

static void add_default(const struct toc_field *field, int64_t at_ms, struct toc_text *out)
{
    struct toc_str word = field->value_count > 0 ? field->values[0] : TOC_STR("unknown");
    double number = field->has_range && (field->least > 0 || field->most < 0) ? field->least : 0;

    switch (field->kind) {
    case TOC_VALUE_BOOL:
        toc_text_add(out, TOC_STR("false"));
        break;
    case TOC_VALUE_INTEGER:
    case TOC_VALUE_NUMBER:
        toc_text_addf(out, "%.17g", number);
        break;
    case TOC_VALUE_TIME:
        add_instant(at_ms, out);
        break;
    case TOC_VALUE_POINT:
        toc_text_add(out, TOC_STR("{\"lat\":0,\"lon\":0}"));
        break;
    case TOC_VALUE_LIST:
        toc_text_add_char(out, '[');
        toc_text_add_json(out, word);
        toc_text_add_char(out, ']');
        break;
    case TOC_VALUE_TEXT:
    case TOC_VALUE_NONE:
        toc_text_add_json(out, word);
        break;
    }
}

static void add_member(const char *name, struct toc_str text, struct toc_text *out)
{
    toc_text_addf(out, "\"%s\":", name);
    toc_text_add_json(out, text);
    toc_text_add_char(out, ',');
}

/* The data object of an event of @type. */
static bool add_data(const struct toc_yaml *node, const struct toc_type *type, int64_t at_ms,
                     const struct toc_places *places, struct toc_diag *diag, struct toc_text *out)
{
    bool is_right = true;
    const char *comma = "";
    toc_text_add_char(out, '{');
    for (const struct toc_yaml *child = node->first; child != NULL; child = child->next) {
        if (toc_envelope_slot(child->key) != TOC_SLOT_NONE) {
            continue;
        }
        int index = toc_type_field(type, child->key);
        if (index < 0) {
            struct toc_str names[TOC_FIELDS_MOST];
            for (size_t i = 0; i < type->field_count; i++) {
                names[i] = type->fields[i].name;
            }
            toc_diag_add(diag, TOC_SEVERITY_ERROR, "E0502", child->key_mark,
                         toc_diag_nearest(child->key, names, type->field_count),
                         "unknown field \"%.*s\" of %.*s", (int)child->key.size, child->key.data,
                         (int)type->name.size, type->name.data);
            is_right = false;
            continue;
        }
        toc_text_add(out, toc_str_of(comma));
        toc_text_add_json(out, child->key);
        toc_text_add_char(out, ':');
        add_value(child, type->fields[index].kind, places, out);
        comma = ",";
    }
    for (size_t i = 0; i < type->field_count; i++) {
        const struct toc_field *field = &type->fields[i];
        char name[256];
        snprintf(name, sizeof name, "%.*s", (int)field->name.size, field->name.data);
        if (field->is_required && toc_yaml_find(node, name) == NULL) {
            toc_text_add(out, toc_str_of(comma));
            toc_text_add_json(out, field->name);
            toc_text_add_char(out, ':');
            add_default(field, at_ms, out);
            comma = ",";
        }
    }
    toc_text_add_char(out, '}');
    return is_right;
}

bool toc_given_event(const struct toc_yaml *node, size_t number,
                     const struct toc_catalogue *catalogue, const struct toc_places *places,
                     struct toc_diag *diag, struct toc_text *out)
{
    const struct toc_yaml *time = toc_yaml_find(node, "time"), *type = toc_yaml_find(node, "type");
    int64_t at_ms;

    toc_text_clear(out);
    if (time == NULL || type == NULL) {
        toc_diag_add(diag, TOC_SEVERITY_ERROR, "E0501", node->mark, (struct toc_str){0},
                     "an event of a test needs `time` and `type`");
        return false;
    }
    if (!toc_given_instant(time->text, &at_ms)) {
        toc_diag_add(diag, TOC_SEVERITY_ERROR, "E0501", time->mark, (struct toc_str){0},
                     "\"%.*s\" is neither an offset like 10m nor a full time", (int)time->text.size,
                     time->text.data);
        return false;
    }
    int index = toc_catalogue_find(catalogue, type->text);
    if (index < 0) {
        toc_diag_add(diag, TOC_SEVERITY_ERROR, "E0501", type->mark, (struct toc_str){0},
                     "unknown event type \"%.*s\"", (int)type->text.size, type->text.data);
        return false;
    }
    const struct toc_yaml *id = toc_yaml_find(node, "id"), *source = toc_yaml_find(node, "source"),
                          *subject = toc_yaml_find(node, "subject"),
                          *mode = toc_yaml_find(node, "mode");
    char name[32];
    snprintf(name, sizeof name, "given-%zu", number);
    toc_text_add_char(out, '{');
    add_member("specversion", TOC_STR("1.0"), out);
    add_member("id", id != NULL ? id->text : toc_str_of(name), out);
    add_member("source", source != NULL ? source->text : TOC_STR("/test"), out);
    add_member("type", type->text, out);
    if (subject != NULL) {
        add_member("subject", subject->text, out);
    }
    if (mode != NULL) {
        add_member("mode", mode->text, out);
    }
    toc_text_add(out, TOC_STR("\"time\":"));
    add_instant(at_ms, out);
    toc_text_add(out, TOC_STR(",\"data\":"));
    bool is_right =
        add_data(node, toc_catalogue_type(catalogue, (size_t)index), at_ms, places, diag, out);
    toc_text_add_char(out, '}');
    return is_right;
}
