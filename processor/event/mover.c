#include "event/mover.h"

#include <math.h>

#include "base/instant.h"
#include "base/number.h"
#include "event/catalogue.h"

static const struct toc_str no_hint;

/* What is read: @node, of @type. */
struct reading {
    const struct toc_yaml *node;
    struct toc_type *type;
    struct toc_diag *diag;
};

/* The text under @key, or NULL with an error. */
static const struct toc_yaml *find(struct reading *r, const char *key)
{
    const struct toc_yaml *child = toc_yaml_find(r->node, key);

    if (child == NULL) {
        toc_diag_add(r->diag, TOC_SEVERITY_ERROR, "E0204", r->node->key_mark, no_hint,
                     "`place` lacks `%s`", key);
    } else if (child->kind != TOC_YAML_SCALAR || child->text.size == 0) {
        toc_diag_add(r->diag, TOC_SEVERITY_ERROR, "E0203", child->mark, no_hint,
                     "`%s` must be a text", key);
        child = NULL;
    }
    return child;
}

static bool is_kind(struct toc_str text)
{
    bool ok = text.size > 0 && text.size <= TOC_FIELD_SIZE;

    for (size_t i = 0; i < text.size && ok; i++) {
        char c = text.data[i];
        bool is_letter = (c >= 'a' && c <= 'z') || c == '_';
        ok = is_letter || (i > 0 && c >= '0' && c <= '9');
    }
    return ok;
}

/* The field that names it. */
static int find_name(struct reading *r, const struct toc_yaml *node)
{
    struct toc_str names[TOC_FIELDS_MOST];
    size_t count = 0;
    int index = toc_type_field(r->type, node->text);

    for (size_t i = 0; i < r->type->field_count; i++) {
        if (r->type->fields[i].kind == TOC_VALUE_TEXT && r->type->fields[i].is_required) {
            names[count++] = r->type->fields[i].name;
        }
    }
    if (index < 0 || r->type->fields[index].kind != TOC_VALUE_TEXT ||
        !r->type->fields[index].is_required) {
        toc_diag_add(r->diag, TOC_SEVERITY_ERROR, "E0211", node->mark,
                     index < 0 ? toc_diag_nearest(node->text, names, count) : no_hint,
                     "`name` of a place that moves is a field of type text that is required");
        return -1;
    }
    return index;
}

/* "15 m/s", "80 km/h". */
static bool read_speed(struct reading *r, const struct toc_yaml *node, int64_t *out_mm_h)
{
    struct toc_str text = node->text;
    size_t digits = 0;
    double number = 0;

    while (digits < text.size && strchr("+-.0123456789", text.data[digits]) != NULL) {
        digits++;
    }
    struct toc_str unit = {.data = text.data + digits, .size = text.size - digits};
    while (unit.size > 0 && unit.data[0] == ' ') {
        unit = (struct toc_str){.data = unit.data + 1, .size = unit.size - 1};
    }
    bool is_m_s = toc_str_equal(unit, TOC_STR("m/s"));
    if (!toc_number_parse((struct toc_str){.data = text.data, .size = digits}, &number) ||
        (!is_m_s && !toc_str_equal(unit, TOC_STR("km/h")))) {
        toc_diag_add(r->diag, TOC_SEVERITY_ERROR, "E0203", node->mark, no_hint,
                     "\"%.*s\" is no speed; write such as 15 m/s or 80 km/h", (int)text.size,
                     text.data);
        return false;
    }
    number *= is_m_s ? 3600000 : 1000000;
    if (!(number >= 0 && number <= (double)TOC_MOVER_SPEED_MOST)) {
        toc_diag_add(r->diag, TOC_SEVERITY_ERROR, "E0211", node->mark, no_hint,
                     "`speed` is 0 to 1000 m/s");
        return false;
    }
    *out_mm_h = (int64_t)llround(number);
    return true;
}

static bool read_keep(struct reading *r, const struct toc_yaml *node, int64_t *out_ms)
{
    int64_t span_ms;

    if (!toc_span_parse(node->text, &span_ms)) {
        toc_diag_add(r->diag, TOC_SEVERITY_ERROR, "E0203", node->mark, no_hint,
                     "\"%.*s\" is no duration; write such as 90s, 10m, 2h or 1h30m",
                     (int)node->text.size, node->text.data);
        return false;
    }
    if (span_ms <= 0 || span_ms > TOC_MOVER_KEEP_MOST) {
        toc_diag_add(r->diag, TOC_SEVERITY_ERROR, "E0211", node->mark, no_hint,
                     "`keep` is longer than nothing and at most 7d");
        return false;
    }
    *out_ms = span_ms;
    return true;
}

bool toc_mover_read(const struct toc_yaml *node, struct toc_type *type, struct toc_arena *arena,
                    struct toc_diag *diag)
{
    static const char *const keys[] = {"kind", "name", "speed", "keep", NULL};
    struct reading reading = {.node = node, .type = type, .diag = diag};
    struct toc_mover mover = {.name = -1};
    size_t errors = toc_diag_errors(diag);

    if (node->kind != TOC_YAML_MAPPING) {
        toc_diag_add(diag, TOC_SEVERITY_ERROR, "E0203", node->mark, no_hint,
                     "`place` of a type must be a mapping with kind, name, speed and keep");
        return false;
    }
    toc_yaml_check_keys(node, keys, "the `place` of a type", "E0202", diag);
    const struct toc_yaml *kind = find(&reading, "kind"), *name = find(&reading, "name"),
                          *speed = find(&reading, "speed"), *keep = find(&reading, "keep");
    if (kind != NULL && !is_kind(kind->text)) {
        toc_diag_add(diag, TOC_SEVERITY_ERROR, "E0206", kind->mark, no_hint,
                     "a kind of place that moves has small letters, digits and '_', at most %d",
                     TOC_FIELD_SIZE);
    } else if (kind != NULL) {
        mover.kind = toc_arena_str(arena, kind->text);
        mover.mark = kind->mark;
    }
    if (name != NULL) {
        mover.name = find_name(&reading, name);
    }
    if (speed != NULL) {
        (void)read_speed(&reading, speed, &mover.speed_mm_h);
    }
    if (keep != NULL) {
        (void)read_keep(&reading, keep, &mover.keep_ms);
    }
    if (type->location < 0 || !type->fields[type->location].is_required) {
        toc_diag_add(diag, TOC_SEVERITY_ERROR, "E0211", node->key_mark, no_hint,
                     "a type that says where a place is needs a usual location that is required");
    }
    if (toc_diag_errors(diag) != errors) {
        return false;
    }
    type->mover = mover;
    return true;
}
