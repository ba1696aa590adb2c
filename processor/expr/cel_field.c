#include "expr/cel_field.h"

const struct toc_cel_type *toc_cel_field_type(enum toc_value_kind kind, struct toc_arena *arena)
{
    switch (kind) {
    case TOC_VALUE_BOOL:
        return &toc_cel_type_bool;
    case TOC_VALUE_INTEGER:
        return &toc_cel_type_int;
    case TOC_VALUE_NUMBER:
        return &toc_cel_type_double;
    case TOC_VALUE_TEXT:
        return &toc_cel_type_string;
    case TOC_VALUE_TIME:
        return &toc_cel_type_timestamp;
    case TOC_VALUE_POINT:
        return &toc_cel_type_point;
    case TOC_VALUE_LIST:
        return toc_cel_type_list(arena, &toc_cel_type_string);
    case TOC_VALUE_NONE:
        break;
    }
    return &toc_cel_dyn;
}

static struct toc_cel_value list_value(const struct toc_value_list *list,
                                       struct toc_cel_scratch *scratch)
{
    struct toc_cel_value value = {.kind = TOC_CEL_LIST};
    struct toc_cel_value *items;

    if (!toc_cel_pay_items(scratch, list->count)) {
        return toc_cel_fail(TOC_CEL_E_FUEL);
    }
    items = toc_cel_take(scratch, list->count * sizeof *items);
    if (items == NULL) {
        return toc_cel_fail(TOC_CEL_E_SPACE);
    }
    for (size_t i = 0; i < list->count; i++) {
        items[i] = toc_cel_string(list->items[i]);
    }
    value.list.items = items;
    value.list.count = list->count;
    return value;
}

struct toc_cel_value toc_cel_field_value(const struct toc_value *value, int32_t id,
                                         struct toc_cel_scratch *scratch)
{
    if (value == NULL) {
        return toc_cel_missing(id);
    }
    switch (value->kind) {
    case TOC_VALUE_BOOL:
        return toc_cel_bool(value->is_true);
    case TOC_VALUE_INTEGER:
        return toc_cel_int(value->integer);
    case TOC_VALUE_NUMBER:
        return toc_cel_double(value->number);
    case TOC_VALUE_TEXT:
        return toc_cel_string(value->text);
    case TOC_VALUE_TIME: {
        int64_t s = value->at_ms / 1000 - (value->at_ms % 1000 < 0);
        return toc_cel_timestamp(s, (int32_t)(value->at_ms - s * 1000) * 1000000);
    }
    case TOC_VALUE_POINT: {
        struct toc_cel_value point = {.kind = TOC_CEL_POINT};
        point.point = &value->point;
        return point;
    }
    case TOC_VALUE_LIST:
        return list_value(&value->list, scratch);
    case TOC_VALUE_NONE:
        break;
    }
    return toc_cel_missing(id);
}
