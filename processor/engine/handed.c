#include "engine/handed.h"

#include <stdio.h>
#include <stdlib.h>

static struct toc_value key_value(const struct toc_key_part *part,
                                  const struct toc_key_value *value)
{
    struct toc_value out = {.kind = part->kind};
    char number[64];
    size_t size = value->label.size < sizeof number - 1 ? value->label.size : sizeof number - 1;

    switch (part->kind) {
    case TOC_VALUE_BOOL:
        out.is_true = toc_str_equal(value->label, TOC_STR("true"));
        break;
    case TOC_VALUE_INTEGER:
    case TOC_VALUE_NUMBER:
        memcpy(number, value->label.data, size);
        number[size] = '\0';
        out.kind = TOC_VALUE_NUMBER;
        out.number = strtod(number, NULL);
        break;
    case TOC_VALUE_TIME:
        if (!toc_instant_parse(value->label, &out.at_ms)) {
            out.kind = TOC_VALUE_NONE;
        }
        break;
    default:
        out.kind = TOC_VALUE_TEXT;
        out.text = value->label;
        break;
    }
    return out;
}

static void set_field(const struct toc_type *type, struct toc_value fields[], struct toc_str name,
                      struct toc_value value)
{
    int slot = toc_type_field(type, name);

    if (slot >= 0 && fields[slot].kind == TOC_VALUE_NONE) { /* A part of the key comes first. */
        fields[slot] = value;
    }
}

static struct toc_value text_value(struct toc_str text)
{
    return (struct toc_value){.kind = TOC_VALUE_TEXT, .text = text};
}

/* In the order of the type's fields: see rule/below.c. */
static void fill_fields(const struct toc_engine *engine, const struct toc_handed *handed,
                        const struct toc_type *type, struct toc_str id, struct toc_value fields[])
{
    const struct toc_rule *rule = handed->keyed->ruled->rule;

    for (size_t i = 0; i < rule->key_part_count; i++) {
        struct toc_key_value value = handed->keyed->key.values[i];
        if (rule->key_parts[i].is_place && handed->place >= 0) { /* latest: its own. */
            value.label = toc_places_get(engine->places, (size_t)handed->place)->name;
        }
        set_field(type, fields, rule->key_parts[i].name, key_value(&rule->key_parts[i], &value));
    }
    set_field(type, fields, TOC_STR("alert_id"), text_value(id));
    set_field(type, fields, TOC_STR("rule"), text_value(rule->name));
    set_field(type, fields, TOC_STR("level"), text_value(toc_str_of(toc_level_text(rule->level))));
    if (handed->position.has_point) {
        struct toc_value location = {.kind = TOC_VALUE_POINT,
                                     .point = toc_position_point(&handed->position)};
        set_field(type, fields, TOC_STR("location"), location);
    }
}

/* Rule and key, for the order among what begins in one millisecond; with the rest, its identity. */
static void write_sort(const struct toc_handed *handed, struct toc_text *out)
{
    const struct toc_ruled *ruled = handed->keyed->ruled;

    toc_text_clear(out);
    toc_text_add(out, ruled->rule->name);
    for (size_t i = 0; i < handed->keyed->key.count; i++) {
        toc_text_add_char(out, '\n');
        toc_text_add(out, handed->keyed->key.values[i].folded);
    }
    toc_text_addf(out, "\n%d\n%016llx%016llx\n%d", (int)handed->place,
                  (unsigned long long)handed->origin.high, (unsigned long long)handed->origin.low,
                  (int)handed->variant->change);
}

void toc_handed_make(const struct toc_engine *engine, const struct toc_handed *handed,
                     struct toc_making *making)
{
    struct toc_keyed *keyed = handed->keyed;
    const struct toc_type *type =
        toc_catalogue_type(engine->catalogue, (size_t)handed->variant->type);

    memset(making, 0, sizeof *making);
    write_sort(handed, &making->sort);
    toc_text_add(&making->whole, toc_text_str(&making->sort));
    toc_text_addf(&making->whole, "\n%lld\n%lld\n%d", (long long)handed->begin_ms,
                  (long long)handed->episode_ms, (int)keyed->key.mode);
    struct toc_hash128 identity = toc_hash128(making->whole.data, making->whole.size);
    snprintf(making->id, sizeof making->id, "%016llx%016llx", (unsigned long long)identity.high,
             (unsigned long long)identity.low);
    making->event = (struct toc_event){
        .at_ms = handed->begin_ms,
        .type = handed->variant->type,
        .mode = keyed->key.mode,
        .id = toc_str_of(handed->id != NULL ? handed->id : making->id),
        .source = engine->options.source,
        .type_name = engine->type_names[handed->variant->type],
        .sort = toc_text_str(&making->sort),
        .identity = identity,
        .fields = making->fields,
        .field_count = type->field_count,
        .origin = {.partition = -1, .offset = -1, .stored_ms = TOC_INSTANT_NONE},
    };
    fill_fields(engine, handed, type, making->event.id, making->fields);
}

void toc_handed_finish(struct toc_making *making)
{
    toc_text_finish(&making->sort);
    toc_text_finish(&making->whole);
}
