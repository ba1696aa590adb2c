/* cel_access.c - parts of values: items, entries, fields; and making lists and maps of parts. */
#include <math.h>

#include "event/event.h"
#include "expr/cel_apply.h"

static bool is_absence(const struct toc_cel_value *value)
{
    return value->kind == TOC_CEL_ERROR &&
           (value->error.code == TOC_CEL_E_KEY || value->error.code == TOC_CEL_E_INDEX ||
            value->error.code == TOC_CEL_E_MISSING);
}

/* What was found as an optional: nothing there is none. */
static struct toc_cel_value optional_of(struct toc_cel_scratch *scratch, struct toc_cel_value found)
{
    return is_absence(&found) ? toc_cel_none() : toc_cel_some(scratch, found);
}

struct toc_cel_value toc_cel_in(struct toc_cel_scratch *scratch, const struct toc_cel_value *item,
                                const struct toc_cel_value *in)
{
    if (item->kind == TOC_CEL_ERROR || in->kind == TOC_CEL_ERROR) {
        return item->kind == TOC_CEL_ERROR ? *item : *in;
    }
    if (in->kind == TOC_CEL_MAP) {
        return toc_cel_pay_items(scratch, in->map.count)
                   ? toc_cel_bool(toc_cel_map_find(in, item) != NULL)
                   : toc_cel_fail(TOC_CEL_E_FUEL);
    }
    if (in->kind != TOC_CEL_LIST) {
        return toc_cel_fail(TOC_CEL_E_OVERLOAD);
    }
    for (size_t i = 0; i < in->list.count; i++) {
        struct toc_cel_value equal = toc_cel_equal(scratch, item, &in->list.items[i]);

        if (equal.kind != TOC_CEL_BOOL || equal.is_true) {
            return equal;
        }
    }
    return toc_cel_bool(false);
}

static struct toc_cel_value item_at(const struct toc_cel_value *list,
                                    const struct toc_cel_value *index)
{
    double number = index->kind == TOC_CEL_INT ? (double)index->whole : index->number;

    if ((index->kind != TOC_CEL_INT && index->kind != TOC_CEL_DOUBLE) || floor(number) != number ||
        fabs(number) >= (double)INT64_MAX) {
        return toc_cel_fail(TOC_CEL_E_OVERLOAD); /* Also 0.5 and 1e300: no item can be meant. */
    }
    if (!(number >= 0 && number < (double)list->list.count)) {
        return toc_cel_fail(TOC_CEL_E_INDEX);
    }
    return list->list.items[(size_t)number];
}

static struct toc_cel_value entry_of(struct toc_cel_scratch *scratch,
                                     const struct toc_cel_value *map,
                                     const struct toc_cel_value *key)
{
    const struct toc_cel_value *found;

    if (key->kind != TOC_CEL_BOOL && key->kind != TOC_CEL_INT && key->kind != TOC_CEL_DOUBLE &&
        key->kind != TOC_CEL_STRING) {
        return toc_cel_fail(TOC_CEL_E_OVERLOAD); /* A key it cannot have. */
    }
    if (!toc_cel_pay_items(scratch, map->map.count)) {
        return toc_cel_fail(TOC_CEL_E_FUEL);
    }
    found = toc_cel_map_find(map, key);
    return found != NULL ? *found : toc_cel_fail(TOC_CEL_E_KEY);
}

struct toc_cel_value toc_cel_index(struct toc_cel_scratch *scratch, const struct toc_cel_value *of,
                                   const struct toc_cel_value *key, bool is_optional)
{
    struct toc_cel_value found;

    if (of->kind == TOC_CEL_ERROR || key->kind == TOC_CEL_ERROR) {
        return of->kind == TOC_CEL_ERROR ? *of : *key;
    }
    if (of->kind == TOC_CEL_OPTIONAL) {
        if (of->inner == NULL) {
            return *of;
        }
        of = of->inner;
        is_optional = true;
    }
    found = of->kind == TOC_CEL_LIST  ? item_at(of, key)
            : of->kind == TOC_CEL_MAP ? entry_of(scratch, of, key)
                                      : toc_cel_fail(TOC_CEL_E_OVERLOAD);
    return is_optional ? optional_of(scratch, found) : found;
}

static struct toc_cel_value field_of(struct toc_cel_scratch *scratch,
                                     const struct toc_cel_value *of,
                                     const struct toc_cel_value *name)
{
    if (of->kind == TOC_CEL_MAP) {
        return entry_of(scratch, of, name);
    }
    if (of->kind != TOC_CEL_POINT) {
        return toc_cel_fail(TOC_CEL_E_OVERLOAD);
    }
    return toc_str_equal(name->text, TOC_STR("lat"))       ? toc_cel_double(of->point->lat_deg)
           : toc_str_equal(name->text, TOC_STR("lon"))     ? toc_cel_double(of->point->lon_deg)
           : toc_str_equal(name->text, TOC_STR("error_m")) ? toc_cel_double(of->point->error_m)
           : !toc_str_equal(name->text, TOC_STR("alt_m"))  ? toc_cel_fail(TOC_CEL_E_KEY)
           : of->point->has_alt ? toc_cel_double(of->point->alt_mm / 1000.0)
                                : toc_cel_missing(TOC_SLOT_NONE);
}

struct toc_cel_value toc_cel_select(struct toc_cel_scratch *scratch, const struct toc_cel_value *of,
                                    const struct toc_cel_value *name, bool is_optional)
{
    struct toc_cel_value found;

    if (of->kind == TOC_CEL_ERROR) {
        return *of;
    }
    if (of->kind == TOC_CEL_OPTIONAL) {
        if (of->inner == NULL) {
            return *of;
        }
        of = of->inner;
        is_optional = true;
    }
    found = field_of(scratch, of, name);
    return is_optional ? optional_of(scratch, found) : found;
}

struct toc_cel_value toc_cel_select_test(struct toc_cel_scratch *scratch,
                                         const struct toc_cel_value *of,
                                         const struct toc_cel_value *name)
{
    struct toc_cel_value found = toc_cel_select(scratch, of, name, true);

    return found.kind == TOC_CEL_ERROR ? found : toc_cel_bool(found.inner != NULL);
}

/* What @value adds to a literal: itself, or what an optional holds; *out_is_there is false if that
 * is nothing. */
static struct toc_cel_value entry(const struct toc_cel_value *value, bool is_optional,
                                  bool *out_is_there)
{
    *out_is_there = true;
    if (!is_optional || value->kind == TOC_CEL_ERROR) {
        return *value;
    }
    if (value->kind != TOC_CEL_OPTIONAL) {
        return toc_cel_fail(TOC_CEL_E_OVERLOAD);
    }
    *out_is_there = value->inner != NULL;
    return value->inner != NULL ? *value->inner : toc_cel_null();
}

struct toc_cel_value toc_cel_make_list(struct toc_cel_scratch *scratch,
                                       const struct toc_cel_value items[], size_t count,
                                       const bool optional[])
{
    struct toc_cel_value list = {.kind = TOC_CEL_LIST};
    struct toc_cel_value *kept;

    if (!toc_cel_pay_items(scratch, count)) {
        return toc_cel_fail(TOC_CEL_E_FUEL);
    }
    kept = toc_cel_take(scratch, count * sizeof *kept);
    if (kept == NULL) {
        return toc_cel_fail(TOC_CEL_E_SPACE);
    }
    list.list.items = kept;
    for (size_t i = 0; i < count; i++) {
        bool is_there;
        struct toc_cel_value one = entry(&items[i], optional != NULL && optional[i], &is_there);

        if (one.kind == TOC_CEL_ERROR) {
            return one;
        }
        if (is_there) {
            kept[list.list.count++] = one;
        }
    }
    return list;
}

struct toc_cel_value toc_cel_make_map(struct toc_cel_scratch *scratch,
                                      const struct toc_cel_value items[], size_t count,
                                      const bool optional[])
{
    struct toc_cel_value map = {.kind = TOC_CEL_MAP};
    struct toc_cel_entry *kept;

    kept = toc_cel_take(scratch, count * sizeof *kept);
    if (kept == NULL) {
        return toc_cel_fail(TOC_CEL_E_SPACE);
    }
    map.map.entries = kept;
    for (size_t i = 0; i < count; i++) {
        const struct toc_cel_value *key = &items[2 * i];
        bool is_there;
        struct toc_cel_value value =
            entry(&items[2 * i + 1], optional != NULL && optional[i], &is_there);

        if (key->kind == TOC_CEL_ERROR || value.kind == TOC_CEL_ERROR) {
            return key->kind == TOC_CEL_ERROR ? *key : value;
        }
        if (key->kind != TOC_CEL_BOOL && key->kind != TOC_CEL_INT && key->kind != TOC_CEL_STRING) {
            return toc_cel_fail(TOC_CEL_E_OVERLOAD);
        }
        if (!is_there) {
            continue;
        }
        if (!toc_cel_pay_items(scratch, map.map.count)) { /* Each key is held against all before. */
            return toc_cel_fail(TOC_CEL_E_FUEL);
        }
        if (toc_cel_map_find(&map, key) != NULL) {
            return toc_cel_fail(TOC_CEL_E_REPEATED);
        }
        kept[map.map.count].key = *key;
        kept[map.map.count++].value = value;
    }
    return map;
}
