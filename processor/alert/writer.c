#include "alert/writer.h"

#include <stdio.h>

void toc_writer_name(struct toc_text *out, const char *name)
{
    if (out->data[out->size - 1] != '{') {
        toc_text_add_char(out, ',');
    }
    toc_text_addf(out, "\"%s\":", name);
}

void toc_writer_text(struct toc_text *out, const char *name, struct toc_str text)
{
    toc_writer_name(out, name);
    toc_text_add_json(out, text);
}

void toc_writer_text_if(struct toc_text *out, const char *name, struct toc_str text)
{
    if (text.size > 0) {
        toc_writer_text(out, name, text);
    }
}

void toc_writer_instant(struct toc_text *out, const char *name, int64_t at_ms)
{
    char text[TOC_INSTANT_TEXT];

    if (at_ms >= TOC_INSTANT_MIN && at_ms <= TOC_INSTANT_MAX) {
        toc_instant_format(at_ms, text);
        toc_writer_text(out, name, toc_str_of(text));
    }
}

void toc_writer_list(struct toc_text *out, const char *name, const struct toc_str *items,
                     size_t count)
{
    if (count == 0) {
        return;
    }
    toc_writer_name(out, name);
    for (size_t i = 0; i < count; i++) {
        toc_text_add_char(out, i == 0 ? '[' : ',');
        toc_text_add_json(out, items[i]);
    }
    toc_text_add_char(out, ']');
}

void toc_writer_millionths(struct toc_text *out, int64_t value)
{
    uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    char digits[8];

    toc_text_addf(out, "%s%llu", value < 0 ? "-" : "", (unsigned long long)(size / 1000000));
    if (size % 1000000 != 0) {
        snprintf(digits, sizeof digits, "%06llu", (unsigned long long)(size % 1000000));
        size_t length = 6;
        while (digits[length - 1] == '0') {
            length--;
        }
        toc_text_addf(out, ".%.*s", (int)length, digits);
    }
}

const struct toc_value *toc_writer_field(const struct toc_writer *writer,
                                         const struct toc_kept *kept, struct toc_str name,
                                         struct toc_value *room)
{
    const struct toc_type *type =
        toc_catalogue_type(writer->telling->catalogue, (size_t)kept->type);
    int slot = toc_type_slot(type, name);

    if (slot == TOC_SLOT_ID || slot == TOC_SLOT_SOURCE || slot == TOC_SLOT_TYPE) {
        *room = (struct toc_value){.kind = TOC_VALUE_TEXT,
                                   .text = slot == TOC_SLOT_ID       ? kept->id
                                           : slot == TOC_SLOT_SOURCE ? kept->source
                                                                     : kept->type_name};
        return room;
    }
    if (slot == TOC_SLOT_TIME) {
        *room = (struct toc_value){.kind = TOC_VALUE_TIME, .at_ms = kept->at_ms};
        return room;
    }
    return toc_kept_field(kept, slot);
}

struct toc_str toc_writer_key_label(const struct toc_writer *writer, size_t index)
{
    const struct toc_key *key = writer->telling->key;

    if (writer->telling->rule->key_parts[index].is_place && key->values[index].place < 0 &&
        writer->content->alert->place >= 0) {
        return toc_places_get(writer->telling->places, (size_t)writer->content->alert->place)->name;
    }
    return key->values[index].label;
}
