/* template.c - texts with values: "{count} hits at {camp}, {impact.munition}". `{{` and `}}` are
 * braces themselves. */
#include "rule/draft.h"

enum { PIECES_MOST = 64 };

struct writing {
    struct toc_draft *draft;
    const struct toc_yaml *node;
    struct toc_piece pieces[PIECES_MOST];
    size_t count;
};

/* The mark of a part of the text. */
static struct toc_mark mark_in(const struct writing *w, size_t at, size_t size)
{
    const struct toc_yaml *node = w->node;

    return toc_yaml_mark_in(node, toc_diag_text(w->draft->loader->diag, node->mark.file), at, size);
}

static bool has_value(const struct toc_rule *rule)
{
    return toc_when_is_windowed(rule) && rule->kind != TOC_KIND_ALL_OF;
}

/* EVENT.FIELD: the event makes evidence, and each of its types has the field. */
static bool read_field(struct writing *w, struct toc_str name, size_t dot, struct toc_mark mark,
                       struct toc_piece *out)
{
    struct toc_draft *draft = w->draft;
    struct toc_yaml event = {.mark = mark, .text = {.data = name.data, .size = dot}};
    struct toc_str field = {.data = name.data + dot + 1, .size = name.size - dot - 1};
    const unsigned evidence =
        (unsigned)TOC_ROLE_COUNTED | (unsigned)TOC_ROLE_AFTER |
        (draft->rule->kind == TOC_KIND_SILENCE ? (unsigned)TOC_ROLE_EXPECTED : 0);

    if (mark.width == name.size) {
        event.mark.width = (uint32_t)dot;
        mark.column += (uint32_t)dot + 1;
        mark.width = (uint32_t)field.size;
    }
    int alias = toc_reference_alias(draft, &event);
    if (alias < 0 || draft->is_broken[alias]) {
        return false;
    }
    if ((draft->rule->aliases[alias].roles & evidence) == 0) {
        toc_loader_error(draft->loader, "E0337", event.mark,
                         "\"%.*s\" is no evidence of this alert", (int)dot, name.data);
        return false;
    }
    int *slots = toc_arena_array(draft->loader->arena,
                                 draft->rule->aliases[alias].binding_count + 1, sizeof *slots);
    *out = (struct toc_piece){.kind = TOC_PIECE_FIELD, .index = alias, .text = field};
    return toc_events_slots(draft, alias, field, mark, slots);
}

static bool read_name(struct writing *w, struct toc_str name, struct toc_mark mark,
                      struct toc_piece *out)
{
    struct toc_rule *rule = w->draft->rule;
    struct toc_str names[TOC_RULE_KEY_PARTS + 3];
    size_t count = 0;

    for (size_t i = 0; i < rule->key_part_count; i++) {
        names[count++] = rule->key_parts[i].name;
        if (toc_str_equal(rule->key_parts[i].name, name)) {
            *out = (struct toc_piece){.kind = TOC_PIECE_KEY, .index = (int)i};
            return true;
        }
    }
    if (toc_str_equal(name, TOC_STR("count"))) {
        *out = (struct toc_piece){.kind = TOC_PIECE_COUNT};
        return true;
    }
    if (toc_str_equal(name, TOC_STR("place"))) {
        *out = (struct toc_piece){.kind = TOC_PIECE_PLACE};
        return true;
    }
    if (toc_str_equal(name, TOC_STR("value"))) {
        *out = (struct toc_piece){.kind = TOC_PIECE_VALUE};
        if (!has_value(rule)) {
            toc_loader_error(w->draft->loader, "E0337", mark, "this kind of rule has no {value}");
        }
        return has_value(rule);
    }
    const char *dot = name.size > 0 ? memchr(name.data, '.', name.size) : NULL;
    if (dot != NULL) {
        return read_field(w, name, (size_t)(dot - name.data), mark, out);
    }
    names[count++] = TOC_STR("count");
    names[count++] = TOC_STR("place");
    names[count++] = TOC_STR("value");
    toc_loader_unknown(w->draft->loader, "E0337", mark, name,
                       (struct toc_names){.names = names, .count = count},
                       "{%.*s} is no part of the key, nor count, value, place or EVENT.FIELD",
                       (int)name.size, name.data);
    return false;
}

static bool add_piece(struct writing *w, struct toc_piece piece)
{
    if (w->count == PIECES_MOST) {
        toc_loader_error(w->draft->loader, "E0337", w->node->mark,
                         "a template of more than %d pieces", (int)PIECES_MOST);
        return false;
    }
    w->pieces[w->count++] = piece;
    return true;
}

static bool flush(struct writing *w, struct toc_text *literal)
{
    if (literal->size == 0) {
        return true;
    }
    struct toc_piece piece = {
        .kind = TOC_PIECE_TEXT,
        .text = toc_arena_str(w->draft->loader->arena, toc_text_str(literal)),
    };
    toc_text_clear(literal);
    return add_piece(w, piece);
}

static bool read_pieces(struct writing *w, struct toc_text *literal)
{
    struct toc_str text = w->node->text;
    bool ok = true;

    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];

        if (c != '{' && c != '}') {
            toc_text_add_char(literal, c);
            continue;
        }
        if (i + 1 < text.size && text.data[i + 1] == c) { /* Doubled: itself. */
            toc_text_add_char(literal, c);
            i++;
            continue;
        }
        const char *end = c == '{' ? memchr(text.data + i, '}', text.size - i) : NULL;
        if (end == NULL) {
            toc_loader_error(w->draft->loader, "E0337", mark_in(w, i, 1),
                             "a lone %c; write %c%c for the brace itself", c, c, c);
            return false;
        }
        struct toc_str name = {.data = text.data + i + 1,
                               .size = (size_t)(end - text.data) - i - 1};
        struct toc_piece piece;
        if (!read_name(w, name, mark_in(w, i + 1, name.size), &piece)) {
            ok = false;
        } else if (!flush(w, literal) || !add_piece(w, piece)) {
            return false;
        }
        i += name.size + 1;
    }
    return flush(w, literal) && ok;
}

void toc_template_read(struct toc_draft *draft, const struct toc_yaml *node, const char *what,
                       struct toc_template *out)
{
    struct writing w = {.draft = draft, .node = node};
    struct toc_text literal = {0};
    struct toc_str text;

    if (!toc_loader_text(draft->loader, node, what, &text)) {
        return;
    }
    if (read_pieces(&w, &literal)) {
        struct toc_piece *pieces =
            toc_arena_array(draft->loader->arena, w.count + 1, sizeof *pieces);

        memcpy(pieces, w.pieces, w.count * sizeof *pieces);
        *out = (struct toc_template){.pieces = pieces, .count = w.count};
        for (size_t i = 0; i < w.count; i++) {
            out->is_right_to_left =
                out->is_right_to_left ||
                (pieces[i].kind == TOC_PIECE_TEXT && toc_text_is_right_to_left(pieces[i].text));
        }
    }
    toc_text_finish(&literal);
}
