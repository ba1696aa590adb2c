#include "expr/cel_loop.h"

bool toc_cel_is_bool(const struct toc_cel_value *value, bool is_true)
{
    return value->kind == TOC_CEL_BOOL && value->is_true == is_true;
}

struct toc_cel_value toc_cel_no_bool(const struct toc_cel_value *value)
{
    return value->kind == TOC_CEL_ERROR ? *value : toc_cel_fail(TOC_CEL_E_OVERLOAD);
}

struct toc_cel_value toc_cel_logic(const struct toc_cel_value *a, const struct toc_cel_value *b,
                                   bool decides)
{
    if (toc_cel_is_bool(a, decides) || toc_cel_is_bool(b, decides)) {
        return toc_cel_bool(decides);
    }
    if (a->kind == TOC_CEL_BOOL && b->kind == TOC_CEL_BOOL) {
        return toc_cel_bool(!decides);
    }
    return toc_cel_no_bool(
        a->kind == TOC_CEL_BOOL || (a->kind != TOC_CEL_ERROR && b->kind == TOC_CEL_ERROR) ? b : a);
}

bool toc_cel_loop_begin(struct toc_cel_scratch *scratch, struct toc_cel_loop *loop,
                        const struct toc_cel_value *range, enum toc_cel_macro macro)
{
    size_t count = range->kind == TOC_CEL_LIST ? range->list.count : range->map.count;

    if (range->kind != TOC_CEL_LIST && range->kind != TOC_CEL_MAP) {
        loop->result = toc_cel_no_bool(range);
        return false;
    }
    *loop = (struct toc_cel_loop){.range = *range, .count = count};
    switch (macro) {
    case TOC_CEL_ALL:
        loop->result = toc_cel_bool(true);
        return true;
    case TOC_CEL_EXISTS:
        loop->result = toc_cel_bool(false);
        return true;
    case TOC_CEL_EXISTS_ONE:
        loop->result = toc_cel_int(0);
        return true;
    default:
        loop->result.kind = TOC_CEL_LIST;
        loop->items = toc_cel_take(scratch, count * sizeof *loop->items);
        if (loop->items == NULL) {
            loop->result = toc_cel_fail(TOC_CEL_E_SPACE);
            return false;
        }
        loop->result.list.items = loop->items;
        loop->result.list.count = 0;
        return true;
    }
}

bool toc_cel_loop_next(struct toc_cel_loop *loop)
{
    if (loop->at == loop->count) {
        return false;
    }
    loop->item = loop->range.kind == TOC_CEL_LIST ? loop->range.list.items[loop->at]
                                                  : loop->range.map.entries[loop->at].key;
    loop->at++;
    return true;
}

bool toc_cel_loop_step(struct toc_cel_loop *loop, const struct toc_cel_value *value,
                       enum toc_cel_macro macro)
{
    if (macro == TOC_CEL_ALL || macro == TOC_CEL_EXISTS) {
        loop->result = toc_cel_logic(&loop->result, value, macro == TOC_CEL_EXISTS);
        return !toc_cel_is_bool(&loop->result, macro == TOC_CEL_EXISTS);
    }
    if (macro == TOC_CEL_MAP_MACRO) {
        if (value->kind == TOC_CEL_ERROR) {
            loop->result = *value;
            return false;
        }
        loop->items[loop->result.list.count++] = *value;
        return true;
    }
    if (value->kind != TOC_CEL_BOOL) {
        loop->result = toc_cel_no_bool(value);
        return false;
    }
    if (value->is_true && macro == TOC_CEL_FILTER) {
        loop->items[loop->result.list.count++] = loop->item;
    } else if (value->is_true) {
        loop->result.whole++;
    }
    return true;
}

struct toc_cel_value toc_cel_loop_result(const struct toc_cel_loop *loop, enum toc_cel_macro macro)
{
    return macro == TOC_CEL_EXISTS_ONE && loop->result.kind == TOC_CEL_INT
               ? toc_cel_bool(loop->result.whole == 1)
               : loop->result;
}
