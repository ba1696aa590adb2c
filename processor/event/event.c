#include "event/event.h"

#include "base/assert.h"

static const char *const modes[TOC_MODE_COUNT] = {
    [TOC_MODE_ACTUAL] = "actual",
    [TOC_MODE_EXERCISE] = "exercise",
    [TOC_MODE_TEST] = "test",
};

static struct toc_value text_value(struct toc_str text)
{
    return (struct toc_value){.kind = TOC_VALUE_TEXT, .text = text};
}

static struct toc_value part_value(const struct toc_value *place, enum toc_place_part part)
{
    struct toc_value value = {.kind = TOC_VALUE_NUMBER};
    const struct toc_point *point = &place->point;

    if (place->kind != TOC_VALUE_POINT || (part == TOC_PART_ALT && !point->has_alt)) {
        return (struct toc_value){0};
    }
    value.number = part == TOC_PART_LAT     ? point->lat_deg
                   : part == TOC_PART_LON   ? point->lon_deg
                   : part == TOC_PART_ERROR ? point->error_m
                                            : point->alt_mm / 1000.0;
    return value;
}

struct toc_value toc_event_value(const struct toc_event *event, int slot)
{
    if (slot >= 0) {
        const struct toc_value *field = &event->fields[slot % TOC_SLOT_PART];

        toc_assert((size_t)(slot % TOC_SLOT_PART) < event->field_count);
        return slot < TOC_SLOT_PART
                   ? *field
                   : part_value(field, (enum toc_place_part)(slot / TOC_SLOT_PART));
    }
    switch (slot) {
    case TOC_SLOT_ID:
        return text_value(event->id);
    case TOC_SLOT_SOURCE:
        return text_value(event->source);
    case TOC_SLOT_TYPE:
        return text_value(event->type_name);
    case TOC_SLOT_TIME:
        return (struct toc_value){.kind = TOC_VALUE_TIME, .at_ms = event->at_ms};
    case TOC_SLOT_SUBJECT: /* CloudEvents 1.0: not empty if present, so empty is absent. */
        return event->subject.size > 0 ? text_value(event->subject) : (struct toc_value){0};
    case TOC_SLOT_MODE:
        return text_value(toc_str_of(toc_mode_text(event->mode)));
    default:
        return (struct toc_value){0};
    }
}

const char *toc_mode_text(enum toc_mode mode)
{
    toc_assert(mode >= 0 && mode < TOC_MODE_COUNT);
    return modes[mode];
}

bool toc_mode_parse(struct toc_str text, enum toc_mode *out)
{
    for (int mode = 0; mode < TOC_MODE_COUNT; mode++) {
        if (toc_str_equal(text, toc_str_of(modes[mode]))) {
            *out = (enum toc_mode)mode;
            return true;
        }
    }
    return false;
}
