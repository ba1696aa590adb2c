#include "ijson.h"

#include <math.h>
#include <string.h>
#include <strings.h>

/* Whether a code point of the valid UTF-8 @text is a noncharacter. */
static bool has_noncharacter(const char *text, size_t size)
{
    for (size_t i = 0; i < size;) {
        unsigned char lead = (unsigned char)text[i];
        unsigned length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        unsigned long point = length == 1 ? lead : lead & (0x7Fu >> length);

        for (unsigned j = 1; j < length; j++) {
            point = point << 6 | ((unsigned char)text[i + j] & 0x3F);
        }
        if ((point >= 0xFDD0 && point <= 0xFDEF) || (point & 0xFFFE) == 0xFFFE) {
            return true;
        }
        i += length;
    }
    return false;
}

/* Nested no deeper than 32, no noncharacter anywhere. */
static bool is_within(const json_t *value, unsigned depth)
{
    const char *key;
    json_t *child;
    size_t i, size;

    switch (json_typeof(value)) {
    case JSON_STRING:
        return !has_noncharacter(json_string_value(value), json_string_length(value));
    case JSON_ARRAY:
        if (depth > 32) {
            return false;
        }
        json_array_foreach(value, i, child)
        {
            if (!is_within(child, depth + 1)) {
                return false;
            }
        }
        return true;
    case JSON_OBJECT: {
        void *iter = depth > 32 ? NULL : json_object_iter((json_t *)(uintptr_t)value);

        for (; iter != NULL; iter = json_object_iter_next((json_t *)(uintptr_t)value, iter)) {
            key = json_object_iter_key(iter);
            size = json_object_iter_key_len(iter);
            if (has_noncharacter(key, size) ||
                !is_within(json_object_iter_value(iter), depth + 1)) {
                return false;
            }
        }
        return depth <= 32;
    }
    default:
        return true;
    }
}

/* Are all integers of the valid JSON @text within -2^63..2^64-1? */
static bool are_integers_within(struct toc_str text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '"') {
            for (i++; text.data[i] != '"'; i++) {
                i += text.data[i] == '\\';
            }
        } else if (strchr("-0123456789", text.data[i]) != NULL && text.data[i] != '\0') {
            bool is_negative = text.data[i] == '-', is_real = false;
            size_t begin = i + is_negative;

            for (i = begin; i < text.size && strchr("0123456789.eE+-", text.data[i]) != NULL &&
                            text.data[i] != '\0';
                 i++) {
                is_real |= strchr(".eE", text.data[i]) != NULL;
            }
            const char *most = is_negative ? "9223372036854775808" : "18446744073709551615";
            size_t digits = i - begin, room = strlen(most);

            if (!is_real &&
                (digits > room || (digits == room && memcmp(text.data + begin, most, room) > 0))) {
                return false;
            }
            i--;
        }
    }
    return true;
}

/* jansson 2.14 swallows a NUL byte behind a number; RFC 8259 has no place for one. */
static bool has_nul(struct toc_str text)
{
    return text.size > 0 && memchr(text.data, '\0', text.size) != NULL;
}

enum verdict ijson_judge(struct toc_str text, json_t **out)
{
    json_error_t error;
    json_t *tree;

    if (text.size == 0 || text.size > 1024 * 1024 || has_nul(text)) {
        return VERDICT_REFUSED;
    }
    tree = json_loadb(text.data, text.size,
                      JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &error);
    if (tree == NULL) {
        return json_error_code(&error) == json_error_null_byte_in_key ? VERDICT_NONE
                                                                      : VERDICT_REFUSED;
    }
    if (!json_is_object(tree) || !is_within(tree, 1) || !are_integers_within(text)) {
        json_decref(tree);
        return VERDICT_REFUSED;
    }
    json_decref(tree);
    if (out != NULL) { /* Now with whole numbers exactly as they are. */
        *out = json_loadb(text.data, text.size, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
        return *out != NULL ? VERDICT_TAKEN : VERDICT_NONE;
    }
    return VERDICT_TAKEN;
}

enum verdict ijson_is_json(struct toc_str text)
{
    json_error_t error;
    json_t *tree;

    if (has_nul(text)) {
        return VERDICT_REFUSED;
    }
    tree = json_loadb(text.data, text.size,
                      JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL | JSON_DECODE_ANY, &error);
    if (tree == NULL) {
        return json_error_code(&error) == json_error_null_byte_in_key ? VERDICT_NONE
                                                                      : VERDICT_REFUSED;
    }
    json_decref(tree);
    return VERDICT_TAKEN;
}

static bool is_given(const json_t *value)
{
    return value != NULL && !json_is_null(value);
}

/* A text of 1 to 256 bytes. */
static bool is_identifier(const json_t *value)
{
    return json_is_string(value) && json_string_length(value) >= 1 &&
           json_string_length(value) <= 256;
}

static struct toc_str text_of(const json_t *value)
{
    return (struct toc_str){json_string_value(value), json_string_length(value)};
}

static bool is_text(const json_t *value, const char *expected)
{
    return json_is_string(value) && json_string_length(value) == strlen(expected) &&
           strcmp(json_string_value(value), expected) == 0;
}

/* The tests use ASCII in closed lists and their values, so case is all there is to folding. */
static bool is_listed(const json_t *value, const struct toc_field *field)
{
    if (field->values == NULL) {
        return true;
    }
    for (size_t i = 0; i < field->value_count; i++) {
        if (json_string_length(value) == field->values[i].size &&
            strncasecmp(json_string_value(value), field->values[i].data, field->values[i].size) ==
                0) {
            return true;
        }
    }
    return false;
}

static bool is_number_within(const json_t *value, double least, double most)
{
    return json_is_number(value) && json_number_value(value) >= least &&
           json_number_value(value) <= most;
}

static bool is_place(const json_t *value)
{
    const json_t *error = json_object_get(value, "error_m"), *ce = json_object_get(value, "ce");
    struct toc_point point;

    if (json_is_string(value)) {
        return toc_geo_parse_mgrs(text_of(value), &point);
    }
    return json_is_object(value) && is_number_within(json_object_get(value, "lat"), -90, 90) &&
           is_number_within(json_object_get(value, "lon"), -180, 180) &&
           (!is_given(error) || is_number_within(error, 0, HUGE_VAL)) &&
           (!is_given(ce) || is_number_within(ce, 0, HUGE_VAL));
}

static bool is_right(const json_t *value, const struct toc_field *field)
{
    double least = field->has_range ? field->least : -HUGE_VAL;
    double most = field->has_range ? field->most : HUGE_VAL;
    int64_t at_ms;
    json_t *item;
    size_t i;

    switch (field->kind) {
    case TOC_VALUE_BOOL:
        return json_is_boolean(value);
    case TOC_VALUE_INTEGER:
        return is_number_within(value, least, most) &&
               (json_is_integer(value) ||
                (floor(json_real_value(value)) == json_real_value(value) &&
                 fabs(json_real_value(value)) <= 9007199254740992.0));
    case TOC_VALUE_NUMBER:
        return is_number_within(value, least, most);
    case TOC_VALUE_TEXT:
        return json_is_string(value) && is_listed(value, field);
    case TOC_VALUE_TIME:
        return json_is_string(value) && toc_instant_parse(text_of(value), &at_ms);
    case TOC_VALUE_POINT:
        return is_place(value);
    case TOC_VALUE_LIST:
        json_array_foreach(value, i, item)
        {
            if (!json_is_string(item) || !is_listed(item, field)) {
                return false;
            }
        }
        return json_is_array(value);
    default:
        return false;
    }
}

static bool is_json_type(const json_t *value)
{
    char type[64] = {0};
    size_t size;

    if (!json_is_string(value) || json_string_length(value) >= sizeof type) {
        return false;
    }
    memcpy(type, json_string_value(value), json_string_length(value));
    type[strcspn(type, ";")] = '\0';
    for (size = strlen(type); size > 0 && (type[size - 1] == ' ' || type[size - 1] == '\t');
         size--) {
        type[size - 1] = '\0';
    }
    return size >= 6 &&
           (strcasecmp(type + size - 5, "/json") == 0 || strcasecmp(type + size - 5, "+json") == 0);
}

static const struct toc_type *type_of(const json_t *tree, const struct toc_catalogue *catalogue)
{
    const json_t *type = json_object_get(tree, "type");

    for (size_t i = 0; json_is_string(type) && i < toc_catalogue_count(catalogue); i++) {
        if (toc_str_equal(text_of(type), toc_catalogue_type(catalogue, i)->name)) {
            return toc_catalogue_type(catalogue, i);
        }
    }
    return NULL;
}

static const json_t *member(const json_t *object, struct toc_str name)
{
    return json_object_getn(object, name.data, name.size);
}

bool ijson_judge_event(const json_t *tree, const struct toc_catalogue *catalogue,
                       uint64_t *out_dropped)
{
    const json_t *subject = json_object_get(tree, "subject"), *mode = json_object_get(tree, "mode");
    const json_t *content = json_object_get(tree, "datacontenttype");
    const json_t *data = json_object_get(tree, "data");
    const struct toc_type *type = type_of(tree, catalogue);

    *out_dropped = 0;
    if (!is_text(json_object_get(tree, "specversion"), "1.0") ||
        !is_identifier(json_object_get(tree, "id")) ||
        !is_identifier(json_object_get(tree, "source")) || type == NULL ||
        (is_given(subject) && (!json_is_string(subject) || json_string_length(subject) > 256)) ||
        (is_given(content) && !is_json_type(content)) ||
        (is_given(mode) && !is_text(mode, "actual") && !is_text(mode, "exercise") &&
         !is_text(mode, "test")) ||
        (is_given(data) && !json_is_object(data)) ||
        is_given(json_object_get(tree, "data_base64"))) {
        return false;
    }
    for (size_t i = 0; i < type->field_count; i++) {
        const json_t *value = member(data, type->fields[i].name);

        if (type->fields[i].is_required &&
            (!is_given(value) || !is_right(value, &type->fields[i]))) {
            return false;
        }
        if (is_given(value) && !is_right(value, &type->fields[i])) {
            *out_dropped |= UINT64_C(1) << i;
        }
    }
    return true;
}

static bool is_same(const json_t *value, const struct toc_field *field, const struct toc_value *got)
{
    struct toc_point point;
    int64_t at_ms;

    if (!is_given(value) || !is_right(value, field)) {
        return got->kind == TOC_VALUE_NONE;
    }
    if (got->kind != field->kind) {
        return false;
    }
    switch (field->kind) {
    case TOC_VALUE_BOOL:
        return got->is_true == json_is_true(value);
    case TOC_VALUE_INTEGER:
        return json_is_integer(value) ? got->integer == json_integer_value(value)
                                      : (double)got->integer == json_real_value(value);
    case TOC_VALUE_NUMBER:
        return got->number == json_number_value(value);
    case TOC_VALUE_TEXT:
        return field->values == NULL
                   ? toc_str_equal(got->text, text_of(value))
                   : got->text.size == json_string_length(value) &&
                         strncasecmp(got->text.data, json_string_value(value), got->text.size) == 0;
    case TOC_VALUE_TIME:
        return toc_instant_parse(text_of(value), &at_ms) && got->at_ms == at_ms;
    case TOC_VALUE_LIST:
        return got->list.count == json_array_size(value);
    case TOC_VALUE_POINT:
        if (json_is_string(value)) {
            return toc_geo_parse_mgrs(text_of(value), &point) &&
                   point.lat_deg == got->point.lat_deg && point.lon_deg == got->point.lon_deg;
        }
        return got->point.lat_deg == json_number_value(json_object_get(value, "lat")) &&
               got->point.lon_deg == json_number_value(json_object_get(value, "lon"));
    default:
        return false;
    }
}

bool ijson_is_event(const json_t *tree, const struct toc_event *event,
                    const struct toc_catalogue *catalogue)
{
    const struct toc_type *type = type_of(tree, catalogue);
    const json_t *data = json_object_get(tree, "data"), *subject = json_object_get(tree, "subject");

    if (type == NULL || toc_catalogue_type(catalogue, (size_t)event->type) != type ||
        !toc_str_equal(event->id, text_of(json_object_get(tree, "id"))) ||
        !toc_str_equal(event->source, text_of(json_object_get(tree, "source"))) ||
        event->subject.size != (is_given(subject) ? json_string_length(subject) : 0)) {
        return false;
    }
    for (size_t i = 0; i < type->field_count; i++) {
        if (!is_same(member(data, type->fields[i].name), &type->fields[i], &event->fields[i])) {
            return false;
        }
    }
    return true;
}
