#include "rule/loader.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/instant.h"
#include "rule/load.h"

#if defined(__GNUC__)
__attribute__((format(printf, 2, 0)))
#endif
static struct toc_str
vformat(struct toc_arena *arena, const char *format, va_list more)
{
    char line[512];
    int size = vsnprintf(line, sizeof line, format, more);
    struct toc_str text = {.data = line, .size = size > 0 ? (size_t)size : 0};

    if (text.size >= sizeof line) { /* Cut, but not within a character. */
        text.size = sizeof line - 1;
        while (text.size > 0 && ((unsigned char)line[text.size - 1] & 0xC0) == 0x80) {
            text.size--;
        }
        text.size -= text.size > 0 && ((unsigned char)line[text.size - 1] & 0x80) != 0 ? 1 : 0;
    }
    return toc_arena_str(arena, text);
}

void toc_loader_error(struct toc_loader *loader, const char *code, struct toc_mark mark,
                      const char *format, ...)
{
    va_list more;

    va_start(more, format);
    struct toc_str message = vformat(loader->arena, format, more);
    va_end(more);
    toc_diag_add(loader->diag, TOC_SEVERITY_ERROR, code, mark, TOC_STR(""), "%s", message.data);
}

void toc_loader_unknown(struct toc_loader *loader, const char *code, struct toc_mark mark,
                        struct toc_str word, struct toc_names names, const char *format, ...)
{
    va_list more;

    va_start(more, format);
    struct toc_str message = vformat(loader->arena, format, more);
    va_end(more);
    toc_diag_add(loader->diag, TOC_SEVERITY_ERROR, code, mark,
                 toc_diag_nearest(word, names.names, names.count), "%s", message.data);
}

void toc_loader_not_yet(struct toc_loader *loader, struct toc_mark mark, const char *what)
{
    toc_loader_error(loader, "E0303", mark, "%s: not in this version yet", what);
}

struct toc_str toc_loader_fold_name(struct toc_loader *loader, struct toc_str text)
{
    struct toc_text folded = {0};

    toc_text_fold_name(&folded, text);
    struct toc_str name = toc_arena_str(loader->arena, toc_text_str(&folded));
    toc_text_finish(&folded);
    return name;
}

bool toc_loader_is(struct toc_loader *loader, const struct toc_yaml *node, enum toc_yaml_kind kind,
                   const char *what)
{
    static const char *const words[] = {
        [TOC_YAML_SCALAR] = "a single value",
        [TOC_YAML_SEQUENCE] = "a list",
        [TOC_YAML_MAPPING] = "a mapping of names to values",
    };

    if (node->kind == kind) {
        return true;
    }
    toc_loader_error(loader, "E0300", node->mark, "%s must be %s", what, words[kind]);
    return false;
}

bool toc_loader_keys(struct toc_loader *loader, const struct toc_yaml *map, enum toc_block block,
                     const char *what)
{
    enum { MOST = 64 };
    struct toc_str names[MOST];
    size_t count = 0;
    bool ok = true;

    for (size_t i = 0; i < toc_keys_count() && count < MOST; i++) {
        const struct toc_keys_entry *key = toc_keys_get(i);

        if (key->block == block && key->need != TOC_KEY_LATER) {
            names[count++] = toc_str_of(key->name);
        }
    }
    for (const struct toc_yaml *child = map->first; child != NULL; child = child->next) {
        const struct toc_keys_entry *key = toc_keys_find(block, child->key.data, child->key.size);

        if (key != NULL && key->need != TOC_KEY_LATER) {
            continue;
        }
        ok = false;
        if (key != NULL) {
            char word[64];

            (void)snprintf(word, sizeof word, "\"%s\"", key->name);
            toc_loader_not_yet(loader, child->key_mark, word);
            continue;
        }
        size_t slot = loader->meant_count++ % TOC_LOADER_MEANT;
        loader->meant[slot].map = map;
        loader->meant[slot].key = toc_diag_nearest(child->key, names, count);
        toc_loader_unknown(loader, "E0301", child->key_mark, child->key,
                           (struct toc_names){.names = names, .count = count},
                           "unknown key \"%.*s\" in %s", (int)child->key.size, child->key.data,
                           what != NULL ? what : toc_keys_block(block));
    }
    return ok;
}

bool toc_loader_is_misspelt(const struct toc_loader *loader, const struct toc_yaml *map,
                            const char *key)
{
    for (size_t i = 0; i < TOC_LOADER_MEANT && i < loader->meant_count; i++) {
        if (loader->meant[i].map == map && toc_str_equal(loader->meant[i].key, toc_str_of(key))) {
            return true;
        }
    }
    return false;
}

bool toc_loader_text(struct toc_loader *loader, const struct toc_yaml *node, const char *what,
                     struct toc_str *out)
{
    if (!toc_loader_is(loader, node, TOC_YAML_SCALAR, what)) {
        return false;
    }
    if (node->text.size == 0) {
        struct toc_mark mark = node->is_empty && node->key.size > 0 ? node->key_mark : node->mark;

        toc_loader_error(loader, "E0300", mark, "%s is empty", what);
        return false;
    }
    *out = node->text;
    return true;
}

bool toc_loader_texts(struct toc_loader *loader, const struct toc_yaml *node, const char *what,
                      const struct toc_str **out, size_t *out_count)
{
    struct toc_str *texts;
    size_t count = 0;
    bool ok = true;

    if (node->kind == TOC_YAML_MAPPING) {
        return toc_loader_is(loader, node, TOC_YAML_SEQUENCE, what);
    }
    if (node->kind == TOC_YAML_SCALAR) {
        texts = toc_arena_array(loader->arena, 1, sizeof *texts);
        ok = toc_loader_text(loader, node, what, &texts[0]);
        count = 1;
    } else {
        texts = toc_arena_array(loader->arena, node->count + 1, sizeof *texts);
        for (const struct toc_yaml *item = node->first; item != NULL; item = item->next) {
            ok = toc_loader_text(loader, item, what, &texts[count++]) && ok;
        }
    }
    if (ok) {
        *out = texts;
        *out_count = count;
    }
    return ok;
}

void toc_loader_check_names(struct toc_loader *loader, const struct toc_yaml *node,
                            struct toc_names names, const char *code, const char *what)
{
    const struct toc_yaml *item = node->kind == TOC_YAML_SEQUENCE ? node->first : node;
    bool is_alone = node->kind != TOC_YAML_SEQUENCE;

    for (; names.is_closed && item != NULL; item = is_alone ? NULL : item->next) {
        bool is_known = false;

        for (size_t i = 0; !is_known && i < names.count; i++) {
            is_known = toc_str_equal(names.names[i], item->text);
        }
        if (!is_known) {
            toc_loader_unknown(loader, code, item->mark, item->text, names, "unknown %s \"%.*s\"",
                               what, (int)item->text.size, item->text.data);
        }
    }
}

bool toc_loader_word(struct toc_loader *loader, const struct toc_yaml *node,
                     const char *const words[], const char *what, int *out)
{
    struct toc_str text;
    struct toc_str names[16];
    size_t count = 0;

    if (!toc_loader_text(loader, node, what, &text)) {
        return false;
    }
    for (; words[count] != NULL && count < 16; count++) {
        names[count] = toc_str_of(words[count]);
        if (toc_str_equal(names[count], text)) {
            *out = (int)count;
            return true;
        }
    }
    char list[256] = "";
    size_t used = 0;
    for (size_t i = 0; i < count && used < sizeof list; i++) {
        int size = snprintf(list + used, sizeof list - used, "%s%s", i == 0 ? "" : ", ", words[i]);
        used += size > 0 ? (size_t)size : 0;
    }
    toc_loader_unknown(loader, "E0332", node->mark, text,
                       (struct toc_names){.names = names, .count = count},
                       "\"%.*s\" is no %s; one of: %s", (int)text.size, text.data, what, list);
    return false;
}

bool toc_loader_bool(struct toc_loader *loader, const struct toc_yaml *node, const char *what,
                     bool *out)
{
    static const char *const words[] = {"false", "true", NULL};
    int word;

    if (!toc_loader_word(loader, node, words, what, &word)) {
        return false;
    }
    *out = word == 1;
    return true;
}

bool toc_loader_span(struct toc_loader *loader, const struct toc_yaml *node, const char *what,
                     int64_t *out_ms)
{
    struct toc_str text;
    int64_t span_ms;

    if (!toc_loader_text(loader, node, what, &text)) {
        return false;
    }
    if (!toc_span_parse(text, &span_ms)) {
        toc_loader_error(loader, "E0318", node->mark,
                         "\"%.*s\" is no duration; write such as 90s, 10m, 2h, 7d or 1h30m",
                         (int)text.size, text.data);
        return false;
    }
    if (span_ms <= 0 || span_ms > TOC_RULE_SPAN_MAX) {
        toc_loader_error(loader, "E0318", node->mark,
                         "%s must be longer than nothing and at most 366d", what);
        return false;
    }
    *out_ms = span_ms;
    return true;
}

bool toc_loader_decimal(struct toc_str text, unsigned decimals, int64_t *out)
{
    const int64_t most = TOC_RULE_THRESHOLD_MAX;
    size_t at = 0;
    bool is_negative = text.size > 0 && text.data[0] == '-';
    bool has_point = false;
    unsigned seen = 0;
    size_t digits = 0;
    int64_t value = 0;

    if (is_negative) {
        at++;
    }
    for (; at < text.size; at++) {
        char c = text.data[at];

        if (c == '.' && !has_point && digits > 0 && at + 1 < text.size) {
            has_point = true;
            continue;
        }
        if (c < '0' || c > '9') {
            return false;
        }
        digits++;
        if (has_point && seen == decimals) {
            if (c != '0') {
                return false;
            }
            continue;
        }
        if (value > (most - (c - '0')) / 10) {
            return false;
        }
        value = value * 10 + (c - '0');
        seen += has_point ? 1 : 0;
    }
    if (digits == 0) {
        return false;
    }
    for (; seen < decimals; seen++) {
        if (value > most / 10) {
            return false;
        }
        value *= 10;
    }
    *out = is_negative ? -value : value;
    return true;
}

bool toc_loader_distance(struct toc_loader *loader, const struct toc_yaml *node, bool zero_too,
                         int64_t *out_mm)
{
    struct toc_str text;
    unsigned decimals = 3;
    int64_t distance_mm;

    if (!toc_loader_text(loader, node, "distance", &text)) {
        return false;
    }
    struct toc_str number = text;
    bool has_unit = number.size > 0 && number.data[number.size - 1] == 'm';
    if (has_unit) {
        number.size--;
        if (number.size > 0 && number.data[number.size - 1] == 'k') {
            number.size--;
            decimals = 6;
        }
        while (number.size > 0 && number.data[number.size - 1] == ' ') {
            number.size--;
        }
    }
    if (!has_unit || !toc_loader_decimal(number, decimals, &distance_mm)) {
        toc_loader_error(loader, "E0319", node->mark,
                         "\"%.*s\" is no distance; write such as 200 m or 2.5 km", (int)text.size,
                         text.data);
        return false;
    }
    if (distance_mm < (zero_too ? 0 : 1) || distance_mm > TOC_RULE_DISTANCE_MAX) {
        toc_loader_error(loader, "E0319", node->mark, "distance must be %s and at most 20040 km",
                         zero_too ? "0 m or more" : "more than 0 m");
        return false;
    }
    *out_mm = distance_mm;
    return true;
}

bool toc_loader_name(struct toc_loader *loader, const struct toc_yaml *node, bool dots,
                     const char *what, struct toc_str *out)
{
    struct toc_str text;

    if (!toc_loader_text(loader, node, what, &text)) {
        return false;
    }
    bool ok = text.size <= TOC_RULE_NAME;
    for (size_t i = 0; ok && i < text.size; i++) {
        char c = text.data[i];
        bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

        ok = is_plain || c == '_' || (i > 0 && (c == '-' || (c == '.' && dots)));
    }
    if (!ok) {
        toc_loader_error(loader, "E0335", node->mark,
                         "%s must be letters, digits, - and _%s, at most %d", what,
                         dots ? " and ." : "", (int)TOC_RULE_NAME);
        return false;
    }
    *out = text;
    return true;
}

bool toc_loader_is_list(const struct toc_yaml *node)
{
    return node->kind == TOC_YAML_SCALAR && !node->is_quoted && node->text.size >= 6 &&
           memcmp(node->text.data, "lists.", 6) == 0;
}

bool toc_loader_list(struct toc_loader *loader, const struct toc_yaml *node,
                     const struct toc_list **out)
{
    struct toc_str name = {.data = node->text.data + 6, .size = node->text.size - 6};

    for (size_t i = 0; i < loader->list_names.count; i++) {
        if (toc_str_equal(loader->lists[i].name, name)) {
            *out = &loader->lists[i];
            return true;
        }
    }
    struct toc_str near =
        toc_diag_nearest(name, loader->list_names.names, loader->list_names.count);
    struct toc_str suggestion = {0};
    char full[TOC_RULE_NAME + 8];
    if (near.size > 0 && near.size <= TOC_RULE_NAME) {
        int size = snprintf(full, sizeof full, "lists.%.*s", (int)near.size, near.data);
        suggestion = (struct toc_str){.data = full, .size = size > 0 ? (size_t)size : 0};
    }
    toc_diag_add(loader->diag, TOC_SEVERITY_ERROR, "E0307", node->mark, suggestion,
                 "unknown list \"%.*s\"", (int)name.size, name.data);
    return false;
}
