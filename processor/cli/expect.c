#include "cli/expect.h"

#include <math.h>
#include <stdlib.h>

#include "base/instant.h"
#include "base/number.h"
#include "cli/given.h"

static const char *text_of(const json_t *record, const char *member)
{
    const char *text = json_string_value(json_object_get(record, member));
    return text != NULL ? text : "";
}

/* When a record says its state came about. TOC_INSTANT_NONE: it does not say. */
static int64_t told_at(const json_t *record)
{
    const char *state = text_of(record, "state");
    const char *member = strcmp(state, "new") == 0 ? "begin"
                         : strcmp(state, "cleared") == 0 || strcmp(state, "expired") == 0
                             ? "end"
                             : "detected_at";
    const json_t *levels = json_object_get(record, "levels");
    const json_t *steps = json_object_get(record, "escalations");
    const json_t *step = json_array_get(steps, json_array_size(steps) - 1);
    bool is_step = strcmp(text_of(step, "at"), text_of(record, "detected_at")) == 0;
    int64_t at_ms;

    if (strstr(state, "escalated") != NULL && json_array_size(levels) > 0 && !is_step) {
        record = json_array_get(levels, json_array_size(levels) - 1);
        member = "since";
    }
    return toc_instant_parse(toc_str_of(text_of(record, member)), &at_ms) ? at_ms
                                                                          : TOC_INSTANT_NONE;
}

static struct toc_str expected_state(const struct toc_yaml *expected)
{
    const struct toc_yaml *state = toc_yaml_find(expected, "state");
    return state != NULL ? state->text : TOC_STR("new");
}

static bool equal_scalar(struct toc_str expected, const json_t *told)
{
    double number;
    int64_t expected_ms, told_ms;
    switch (json_typeof(told)) {
    case JSON_STRING:
        if (toc_text_is_same(expected, toc_str_of(json_string_value(told)), toc_text_fold)) {
            return true;
        }
        return toc_given_instant(expected, &expected_ms) &&
               toc_instant_parse(toc_str_of(json_string_value(told)), &told_ms) &&
               expected_ms == told_ms;
    case JSON_INTEGER:
    case JSON_REAL:
        return toc_number_parse(expected, &number) &&
               fabs(number - json_number_value(told)) <= 1e-9 * fmax(1.0, fabs(number));
    case JSON_TRUE:
        return toc_str_equal(expected, TOC_STR("true"));
    case JSON_FALSE:
        return toc_str_equal(expected, TOC_STR("false"));
    case JSON_NULL:
        return toc_str_equal(expected, TOC_STR("null"));
    case JSON_OBJECT:
    case JSON_ARRAY:
        break;
    }
    return false;
}

/* Does @told hold what @expected says? Depth is bounded by that of YAML. */
static bool equal_value(const struct toc_yaml *expected, const json_t *told)
{
    if (told == NULL) {
        return false;
    }
    size_t index = 0;
    switch (expected->kind) {
    case TOC_YAML_SCALAR:
        return equal_scalar(expected->text, told);
    case TOC_YAML_SEQUENCE:
        if (!json_is_array(told) || json_array_size(told) != expected->count) {
            return false;
        }
        for (const struct toc_yaml *item = expected->first; item != NULL; item = item->next) {
            if (!equal_value(item, json_array_get(told, index++))) {
                return false;
            }
        }
        return true;
    case TOC_YAML_MAPPING:
        for (const struct toc_yaml *item = expected->first; item != NULL; item = item->next) {
            if (!equal_value(item, json_object_getn(told, item->key.data, item->key.size))) {
                return false;
            }
        }
        return json_is_object(told);
    }
    return false;
}

static bool equal_member(const struct toc_yaml *member, const json_t *record)
{
    int64_t at_ms;
    if (toc_str_equal(member->key, TOC_STR("time"))) {
        return toc_given_instant(member->text, &at_ms) && at_ms == told_at(record);
    }
    return equal_value(member, json_object_getn(record, member->key.data, member->key.size));
}

static bool is_state(const struct toc_yaml *expected, const json_t *record)
{
    return toc_str_equal(expected_state(expected), toc_str_of(text_of(record, "state")));
}

static bool is_as_expected(const struct toc_yaml *expected, const json_t *record)
{
    if (!is_state(expected, record)) {
        return false;
    }
    for (const struct toc_yaml *m = expected->first; m != NULL; m = m->next) {
        if (!equal_member(m, record)) {
            return false;
        }
    }
    return true;
}

static void add_json(const json_t *value, struct toc_text *out)
{
    char *text = value != NULL ? json_dumps(value, JSON_ENCODE_ANY) : NULL;
    toc_text_add(out, toc_str_of(text != NULL ? text : "nothing"));
    free(text);
}

static void add_yaml(const struct toc_yaml *node, struct toc_text *out)
{
    if (node->kind == TOC_YAML_SCALAR) {
        toc_text_add(out, node->text);
        return;
    }
    toc_text_add_char(out, node->kind == TOC_YAML_MAPPING ? '{' : '[');
    for (const struct toc_yaml *child = node->first; child != NULL; child = child->next) {
        if (child != node->first) {
            toc_text_add(out, TOC_STR(", "));
        }
        if (node->kind == TOC_YAML_MAPPING) {
            toc_text_add(out, child->key);
            toc_text_add(out, TOC_STR(": "));
        }
        add_yaml(child, out);
    }
    toc_text_add_char(out, node->kind == TOC_YAML_MAPPING ? '}' : ']');
}

static void add_expected(const struct toc_yaml *expected, struct toc_text *out)
{
    const struct toc_yaml *time = toc_yaml_find(expected, "time");
    toc_text_add(out, expected_state(expected));
    if (time != NULL) {
        toc_text_add(out, TOC_STR(" at "));
        toc_text_add(out, time->text);
    }
    for (const struct toc_yaml *m = expected->first; m != NULL; m = m->next) {
        if (!toc_str_equal(m->key, TOC_STR("time")) && !toc_str_equal(m->key, TOC_STR("state"))) {
            toc_text_addf(out, ", %.*s ", (int)m->key.size, m->key.data);
            add_yaml(m, out);
        }
    }
}

static void add_told(const json_t *record, struct toc_text *out)
{
    static const char *const shown[] = {"level", "key", "count"};
    int64_t at_ms = told_at(record);
    toc_text_add(out, toc_str_of(text_of(record, "state")));
    if (at_ms != TOC_INSTANT_NONE) {
        toc_text_add(out, TOC_STR(" at "));
        toc_given_format(at_ms, out);
    }
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        toc_text_addf(out, ", %s ", shown[i]);
        add_json(json_object_get(record, shown[i]), out);
    }
}

static void tell_missing(const struct toc_yaml *expected, struct toc_text *out)
{
    toc_text_add(out, TOC_STR("  - expected, not told: "));
    add_expected(expected, out);
    toc_text_add_char(out, '\n');
}

/* The `new` that came is not the `new` that was expected: member by member. */
static void tell_different(const struct toc_yaml *expected, const json_t *record,
                           struct toc_text *out)
{
    toc_text_add(out, TOC_STR("  - expected: "));
    add_expected(expected, out);
    toc_text_add(out, TOC_STR("\n  + told:     "));
    add_told(record, out);
    toc_text_add_char(out, '\n');
    for (const struct toc_yaml *m = expected->first; m != NULL; m = m->next) {
        if (equal_member(m, record)) {
            continue;
        }
        toc_text_addf(out, "    %.*s: expected ", (int)m->key.size, m->key.data);
        add_yaml(m, out);
        toc_text_add(out, TOC_STR(", told "));
        if (toc_str_equal(m->key, TOC_STR("time")) && told_at(record) != TOC_INSTANT_NONE) {
            toc_given_format(told_at(record), out);
        } else {
            add_json(json_object_getn(record, m->key.data, m->key.size), out);
        }
        toc_text_add_char(out, '\n');
    }
}

bool toc_expect_compare(const struct toc_yaml *expect, const struct toc_expect_told told[],
                        size_t told_count, struct toc_text *out)
{
    const struct toc_yaml *next = expect != NULL ? expect->first : NULL;
    bool is_equal = true;

    for (size_t i = 0; i < told_count; i++) {
        const json_t *record = told[i].record;
        bool is_new = strcmp(text_of(record, "state"), "new") == 0;
        const struct toc_yaml *found = next;
        /* A `new` may stand further on: what lies between was expected and not told. */
        while (found != NULL && !is_as_expected(found, record)) {
            found = is_new ? found->next : NULL;
        }
        if (found != NULL) {
            for (; next != found; next = next->next) {
                tell_missing(next, out);
                is_equal = false;
            }
            next = found->next;
        } else if (is_new) {
            is_equal = false;
            if (next != NULL && is_state(next, record)) {
                tell_different(next, record, out);
                next = next->next;
            } else {
                toc_text_add(out, TOC_STR("  + told, not expected: "));
                add_told(record, out);
                toc_text_add_char(out, '\n');
            }
        }
    }
    for (; next != NULL; next = next->next) {
        tell_missing(next, out);
        is_equal = false;
    }
    if (!is_equal && told_count > 0) {
        toc_text_add(out, TOC_STR("    all that was told:\n"));
        for (size_t i = 0; i < told_count; i++) {
            toc_text_add(out, TOC_STR("      "));
            add_told(told[i].record, out);
            toc_text_add_char(out, '\n');
        }
    }
    return is_equal;
}
