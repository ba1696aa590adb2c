/* Which alerts somebody means: by rule, parts of the key, tags. */
#include "engine/core.h"

static bool is_same_folded(struct toc_str a, struct toc_str b,
                           void (*fold)(struct toc_text *, struct toc_str))
{
    struct toc_text left = {0}, right = {0};

    fold(&left, a);
    fold(&right, b);
    bool is_same = toc_str_equal(toc_text_str(&left), toc_text_str(&right));
    toc_text_finish(&left);
    toc_text_finish(&right);
    return is_same;
}

/* Is @value what the key holds in part @part? A place by any of its names, all without case. */
static bool is_part(const struct toc_engine *engine, const struct toc_rule *rule,
                    const struct toc_key *key, int32_t place, size_t part, struct toc_str value)
{
    struct toc_str label = key->values[part].label;

    if (!rule->key_parts[part].is_place) {
        return is_same_folded(label, value, toc_text_fold);
    }
    int32_t at = key->values[part].place >= 0 ? key->values[part].place : place;
    if (at >= 0) {
        return toc_places_find(engine->places, rule->key_parts[part].name, value) == at;
    }
    return is_same_folded(label, value, toc_text_fold_name);
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
