/* compiled.h - one expression compiled and run, for tests. What it says about itself is text.
 * The names known: d (double 0.8), s (string "mortar"), n (int 5), l (list(string) [a, b]),
 * t (timestamp 2026-01-31T08:00:00Z), p (a point 10 N 20 E, 5 m), m (missing double), event.m,
 * event.d, kind and kinds (s and l, each of mortar, rocket), and a.b.c (string "deep"); the list `nice` (ok, größe) and no places. */
#pragma once
#include "unit.h"

#include <inttypes.h>

#include "expr/cel.h"

enum { CEL_D, CEL_S, CEL_N, CEL_L, CEL_T, CEL_P, CEL_M, CEL_DEEP };

struct cel {
    struct toc_arena arena;
    struct toc_patterns patterns;
    struct toc_cel_findings findings;
    const struct toc_cel_program *program;
    struct toc_cel_machine *machine;
    struct toc_text said;
};

static inline struct toc_cel_value cel_bind(int32_t id, struct toc_cel_scratch *scratch,
                                            const void *context)
{
    static const struct toc_point point = {.lat_deg = 10, .lon_deg = 20, .error_m = 5};
    static struct toc_cel_value items[2];
    struct toc_cel_value value = {.kind = TOC_CEL_LIST};

    (void)scratch;
    (void)context;
    switch (id) {
    case CEL_D:
        return toc_cel_double(0.8);
    case CEL_S:
        return toc_cel_string(TOC_STR("mortar"));
    case CEL_N:
        return toc_cel_int(5);
    case CEL_L:
        items[0] = toc_cel_string(TOC_STR("a"));
        items[1] = toc_cel_string(TOC_STR("b"));
        value.list.items = items;
        value.list.count = 2;
        return value;
    case CEL_T:
        return toc_cel_timestamp(1769846400, 0);
    case CEL_P:
        value.kind = TOC_CEL_POINT;
        value.point = &point;
        return value;
    case CEL_DEEP:
        return toc_cel_string(TOC_STR("deep"));
    default:
        return toc_cel_missing(id);
    }
}

static inline bool cel_find_list(struct toc_str name, struct toc_cel_list *out,
                                 struct toc_str *out_nearest, void *context)
{
    static const struct toc_str folded[] = {{"ok", 2}, {"grösse", 7}};

    (void)context;
    *out = (struct toc_cel_list){.folded = folded, .count = 2};
    *out_nearest = TOC_STR("nice");
    return toc_str_equal(name, TOC_STR("nice"));
}

/* @wanted NULL: any type. */
static inline void cel_compile(struct cel *cel, struct toc_str text,
                               const struct toc_cel_type *wanted)
{
    static const struct toc_str kinds[] = {{"mortar", 6}, {"rocket", 6}};
    const struct toc_cel_variable variables[] = {
        {TOC_STR("d"), &toc_cel_type_double, CEL_D, true, NULL, 0},
        {TOC_STR("s"), &toc_cel_type_string, CEL_S, true, NULL, 0},
        {TOC_STR("n"), &toc_cel_type_int, CEL_N, false, NULL, 0},
        {TOC_STR("l"), toc_cel_type_list(&cel->arena, &toc_cel_type_string), CEL_L, true, NULL, 0},
        {TOC_STR("t"), &toc_cel_type_timestamp, CEL_T, true, NULL, 0},
        {TOC_STR("p"), &toc_cel_type_point, CEL_P, true, NULL, 0},
        {TOC_STR("m"), &toc_cel_type_double, CEL_M, true, NULL, 0},
        {TOC_STR("event.m"), &toc_cel_type_double, CEL_M, true, NULL, 0},
        {TOC_STR("event.d"), &toc_cel_type_double, CEL_D, true, NULL, 0},
        {TOC_STR("a.b.c"), &toc_cel_type_string, CEL_DEEP, true, NULL, 0},
        {TOC_STR("kind"), &toc_cel_type_string, CEL_S, true, kinds, 2},
        {TOC_STR("kinds"), toc_cel_type_list(&cel->arena, &toc_cel_type_string), CEL_L, true, kinds,
         2},
    };
    const struct toc_cel_world world = {.variables = variables,
                                        .variable_count = UNIT_COUNT(variables),
                                        .find_list = cel_find_list};

    cel->program =
        toc_cel_compile(text, &world, wanted, &cel->arena, &cel->patterns, &cel->findings);
}

static inline void cel_finish(struct cel *cel)
{
    toc_text_finish(&cel->said);
    toc_cel_machine_destroy(cel->machine);
    toc_patterns_finish(&cel->patterns);
    toc_arena_finish(&cel->arena);
}

static inline void cel_say(const struct toc_cel_value *value, struct toc_text *out)
{
    switch (value->kind) {
    case TOC_CEL_ERROR:
        toc_text_addf(out, "error: %s", toc_cel_error_text(value->error.code));
        break;
    case TOC_CEL_NULL:
        toc_text_addf(out, "null");
        break;
    case TOC_CEL_BOOL:
        toc_text_addf(out, "%s", value->is_true ? "true" : "false");
        break;
    case TOC_CEL_INT:
        toc_text_addf(out, "%" PRId64, value->whole);
        break;
    case TOC_CEL_DOUBLE:
        toc_text_addf(out, "%.17gd", value->number);
        break;
    case TOC_CEL_STRING:
        toc_text_addf(out, "'%.*s'", (int)value->text.size, value->text.data);
        break;
    case TOC_CEL_LIST:
        toc_text_add_char(out, '[');
        for (size_t i = 0; i < value->list.count; i++) {
            toc_text_addf(out, "%s", i > 0 ? ", " : "");
            cel_say(&value->list.items[i], out);
        }
        toc_text_add_char(out, ']');
        break;
    case TOC_CEL_MAP:
        toc_text_add_char(out, '{');
        for (size_t i = 0; i < value->map.count; i++) {
            toc_text_addf(out, "%s", i > 0 ? ", " : "");
            cel_say(&value->map.entries[i].key, out);
            toc_text_addf(out, ": ");
            cel_say(&value->map.entries[i].value, out);
        }
        toc_text_add_char(out, '}');
        break;
    case TOC_CEL_OPTIONAL:
        toc_text_addf(out, value->inner == NULL ? "none" : "some ");
        if (value->inner != NULL) {
            cel_say(value->inner, out);
        }
        break;
    case TOC_CEL_TYPE:
        toc_text_addf(out, "type %s", toc_cel_kind_text(value->type));
        break;
    default:
        toc_text_addf(out, "%" PRId64 " s %" PRId32 " ns", value->time.s, value->time.ns);
        break;
    }
}
