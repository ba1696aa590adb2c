#include "cli/schema_parts.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "event/decode.h"
#include "rule/rule.h"

#define DEFS "#/$defs/"

json_t *toc_schema_made(json_t *json)
{
    toc_assert(json != NULL);
    return json;
}

void toc_schema_put(json_t *object, const char *name, json_t *value)
{
    int failed = json_object_set_new(object, name, toc_schema_made(value));
    toc_assert(!failed);
}

void toc_schema_put_str(json_t *object, struct toc_str name, json_t *value)
{
    int failed = json_object_setn_new(object, name.data, name.size, toc_schema_made(value));
    toc_assert(!failed);
}

void toc_schema_append(json_t *list, json_t *value)
{
    int failed = json_array_append_new(list, toc_schema_made(value));
    toc_assert(!failed);
}

json_t *toc_schema_text(struct toc_str text)
{
    return toc_schema_made(json_stringn(text.data != NULL ? text.data : "", text.size));
}

json_t *toc_schema_type(const char *type)
{
    return toc_schema_made(json_pack("{s:s}", "type", type));
}

json_t *toc_schema_list(json_t *items)
{
    return toc_schema_made(json_pack("{s:s, s:o}", "type", "array", "items", items));
}

json_t *toc_schema_ref(const char *name)
{
    char path[64];
    snprintf(path, sizeof path, DEFS "%s", name);
    return toc_schema_made(json_pack("{s:s}", "$ref", path));
}

json_t *toc_schema_enum(const char *const words[], size_t count)
{
    json_t *list = toc_schema_made(json_array());
    for (size_t i = 0; i < count; i++) {
        toc_schema_append(list, json_string(words[i]));
    }
    return toc_schema_made(json_pack("{s:o}", "enum", list));
}

json_t *toc_schema_any(json_t *first, json_t *second)
{
    return toc_schema_made(json_pack("{s:[o, o]}", "anyOf", first, second));
}

json_t *toc_schema_instant(void)
{
    return toc_schema_made(json_pack("{s:s, s:s}", "type", "string", "format", "date-time"));
}

json_t *toc_schema_levels(void)
{
    const char *words[TOC_LEVEL_CRITICAL + 1];
    for (int i = 0; i <= TOC_LEVEL_CRITICAL; i++) {
        words[i] = toc_level_text((enum toc_level)i);
    }
    return toc_schema_enum(words, TOC_LEVEL_CRITICAL + 1);
}

json_t *toc_schema_modes(void)
{
    const char *words[TOC_MODE_COUNT];
    for (int i = 0; i < TOC_MODE_COUNT; i++) {
        words[i] = toc_mode_text((enum toc_mode)i);
    }
    return toc_schema_enum(words, TOC_MODE_COUNT);
}

json_t *toc_schema_envelope(json_t *type, json_t *data)
{
    return toc_schema_made(json_pack(
        "{s:{s:s}, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "specversion", "const", "1.0", "id",
        json_pack("{s:s, s:i, s:i}", "type", "string", "minLength", 1, "maxLength", TOC_ID_SIZE),
        "source",
        json_pack("{s:s, s:i, s:i}", "type", "string", "minLength", 1, "maxLength", TOC_ID_SIZE),
        "type", type, "time", toc_schema_instant(), "subject",
        json_pack("{s:s, s:i}", "type", "string", "maxLength", TOC_ID_SIZE), "datacontenttype",
        toc_schema_type("string"), "mode", toc_schema_modes(), "data", data));
}

void toc_schema_rebase(json_t *json, const char *root)
{
    const char *key;
    json_t *value;
    size_t index;
    char path[160];

    json_array_foreach(json, index, value)
    {
        toc_schema_rebase(value, root);
    }
    json_object_foreach(json, key, value)
    {
        const char *text = strcmp(key, "$ref") == 0 ? json_string_value(value) : NULL;
        if (text != NULL && strncmp(text, DEFS, strlen(DEFS)) == 0) {
            snprintf(path, sizeof path, "%s%s", root, text + strlen(DEFS));
            json_string_set(value, path);
        } else {
            toc_schema_rebase(value, root);
        }
    }
}
