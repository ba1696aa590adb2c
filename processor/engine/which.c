/* Which alerts somebody means: by rule, parts of the key, tags. */
#include <jansson.h>
#include <stdlib.h>

#include "engine/core.h"

bool toc_record_key_says(const struct json_t *key, struct toc_str name, struct toc_str text,
                         bool is_place)
{
    const json_t *value = json_object_getn(key, name.data, name.size);
    char *number =
        value == NULL || json_is_string(value) ? NULL : json_dumps(value, JSON_ENCODE_ANY);
    struct toc_str said = {.data = json_string_value(value), .size = json_string_length(value)};
    bool is_same =
        value != NULL && toc_text_is_same(number != NULL ? toc_str_of(number) : said, text,
                                          is_place ? toc_text_fold_name : toc_text_fold);

    free(number);
    return is_same;
}

/* Is @value what the key holds in part @part? A place by any of its names, all without case. */
static bool is_part(const struct toc_engine *engine, const struct toc_rule *rule,
                    const struct toc_key *key, int32_t place, size_t part, struct toc_str value)
{
    struct toc_str label = key->values[part].label;

    if (!rule->key_parts[part].is_place) {
        return toc_text_is_same(label, value, toc_text_fold);
    }
    int32_t at = key->values[part].place >= 0 ? key->values[part].place : place;
    if (at >= 0) {
        return toc_places_find(engine->places, rule->key_parts[part].name, value) == at;
    }
    return toc_text_is_same(label, value, toc_text_fold_name);
}

bool toc_which_agrees(const struct toc_engine *engine, const struct toc_action_which *which,
                      const struct toc_rule *rule, const struct toc_key *key, int32_t place)
{
    if (which->rule.size > 0 && !toc_str_equal(which->rule, rule->name)) {
        return false;
    }
    for (size_t t = 0; t < which->tag_count; t++) {
        bool has = false;
        for (size_t i = 0; i < rule->tag_count && !has; i++) {
            has = toc_str_equal(rule->tags[i], which->tags[t]);
        }
        if (!has) {
            return false;
        }
    }
    for (size_t k = 0; k < which->key_count; k++) {
        size_t part = 0;
        while (part < rule->key_part_count &&
               !toc_str_equal(rule->key_parts[part].name, which->key[k].name)) {
            part++;
        }
        if (part == rule->key_part_count ||
            !is_part(engine, rule, key, place, part, which->key[k].value)) {
            return false;
        }
    }
    return true;
}
