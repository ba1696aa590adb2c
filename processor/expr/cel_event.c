#include "expr/cel_event.h"

#include "base/assert.h"
#include "expr/cel_field.h"

static void declare(struct toc_arena *arena, struct toc_str name, enum toc_value_kind kind,
                    int slot, struct toc_cel_variable out[2])
{
    struct toc_text long_name = {0};

    toc_text_addf(&long_name, "event.%.*s", (int)name.size, name.data);
    out[0] = (struct toc_cel_variable){
        .name = name, .type = toc_cel_field_type(kind, arena), .id = slot, .may_miss = true};
    out[1] = out[0];
    out[1].name = toc_arena_str(arena, toc_text_str(&long_name));
    toc_text_finish(&long_name);
}

size_t toc_cel_event_declare(const struct toc_type *type, struct toc_arena *arena,
                             const struct toc_cel_variable **out)
{
    struct toc_cel_variable *variables = toc_arena_array(
        arena, 2 * (2 * type->field_count + TOC_ENVELOPE_FIELDS), sizeof *variables);
    size_t count = 0;

    for (size_t i = 0; i < type->field_count; i++, count += 2) {
        declare(arena, type->fields[i].name, type->fields[i].kind, (int)i, &variables[count]);
        for (size_t name = count; name < count + 2; name++) {
            variables[name].values = type->fields[i].values;
            variables[name].value_count = type->fields[i].value_count;
        }
        if (type->fields[i].parts != NULL) { /* The part that may be missing where the rest is. */
            const struct toc_field *alt = &type->fields[i].parts[TOC_PART_ALT - 1];

            count += 2;
            declare(arena, alt->name, alt->kind, toc_type_slot(type, alt->name), &variables[count]);
        }
    }
    for (size_t i = 0; i < TOC_ENVELOPE_FIELDS; i++) { /* A field of that name comes first. */
        const struct toc_envelope_field *field = &toc_envelope[i];
        if (toc_type_field(type, field->name) < 0) {
            declare(arena, field->name, field->kind, field->slot, &variables[count]);
            count += 2;
        }
    }
    *out = variables;
    return count;
}

struct toc_cel_value toc_cel_event_bind(int32_t id, struct toc_cel_scratch *scratch,
                                        const void *context)
{
    const struct toc_event *event = context;

    if (id >= 0 && id < TOC_SLOT_PART) { /* Where it lies: a point is borrowed from there. */
        toc_assert((size_t)id < event->field_count);
        return toc_cel_field_value(&event->fields[id], id, scratch);
    }
    struct toc_value value = toc_event_value(event, id);
    return toc_cel_field_value(&value, id, scratch); /* No point, no list. */
}
