#include "event/slot.h"

#include "event/catalogue.h"

const struct toc_envelope_field toc_envelope[TOC_ENVELOPE_FIELDS] = {
    {{"id", 2}, TOC_SLOT_ID, TOC_VALUE_TEXT},
    {{"source", 6}, TOC_SLOT_SOURCE, TOC_VALUE_TEXT},
    {{"type", 4}, TOC_SLOT_TYPE, TOC_VALUE_TEXT},
    {{"time", 4}, TOC_SLOT_TIME, TOC_VALUE_TIME},
    {{"subject", 7}, TOC_SLOT_SUBJECT, TOC_VALUE_TEXT},
    {{"mode", 4}, TOC_SLOT_MODE, TOC_VALUE_TEXT},
};

int toc_envelope_slot(struct toc_str name)
{
    for (size_t i = 0; i < TOC_ENVELOPE_FIELDS; i++) {
        if (toc_str_equal(name, toc_envelope[i].name)) {
            return toc_envelope[i].slot;
        }
    }
    return TOC_SLOT_NONE;
}

int toc_type_slot(const struct toc_type *type, struct toc_str name)
{
    const char *dot = name.size > 0 ? memchr(name.data, '.', name.size) : NULL;
    int field = toc_type_field(type, name);

    if (field >= 0 || dot == NULL) {
        return field >= 0 ? field : toc_envelope_slot(name);
    }
    field = toc_type_field(type, (struct toc_str){name.data, (size_t)(dot - name.data)});
    for (int part = 1; field >= 0 && type->fields[field].parts != NULL && part < TOC_PART_END;
         part++) {
        if (toc_str_equal(type->fields[field].parts[part - 1].name, name)) {
            return field + TOC_SLOT_PART * part;
        }
    }
    return TOC_SLOT_NONE;
}

const struct toc_field *toc_type_slot_field(const struct toc_type *type, int slot)
{
    if (slot < 0) {
        return NULL;
    }
    const struct toc_field *field = &type->fields[slot % TOC_SLOT_PART];

    return slot < TOC_SLOT_PART ? field : &field->parts[slot / TOC_SLOT_PART - 1];
}

static bool is_envelope(int slot)
{
    return slot <= TOC_SLOT_ID && slot >= TOC_SLOT_MODE;
}

enum toc_value_kind toc_type_slot_kind(const struct toc_type *type, int slot)
{
    if (slot >= 0) {
        return toc_type_slot_field(type, slot)->kind;
    }
    return is_envelope(slot) ? toc_envelope[TOC_SLOT_ID - slot].kind : TOC_VALUE_TEXT;
}

struct toc_str toc_type_slot_name(const struct toc_type *type, int slot)
{
    if (slot >= 0) {
        return toc_type_slot_field(type, slot)->name;
    }
    return is_envelope(slot) ? toc_envelope[TOC_SLOT_ID - slot].name : TOC_STR("");
}
