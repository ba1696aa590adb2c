/* expression.c - CEL in a rule: what is wrong with it, told where it stands in the file, in
 * whatever YAML style it is written. */
#include "expr/cel_event.h"
#include "rule/draft.h"

/* The list called @name, if all its entries are texts. */
static bool find_list(struct toc_str name, struct toc_cel_list *out, struct toc_str *out_nearest,
                      void *context)
{
    struct toc_loader *loader = context;
    const struct toc_list *list = NULL;

    for (size_t i = 0; i < loader->list_names.count; i++) {
        if (toc_str_equal(loader->lists[i].name, name)) {
            list = &loader->lists[i];
        }
    }
    if (list == NULL) {
        *out_nearest = toc_diag_nearest(name, loader->list_names.names, loader->list_names.count);
        return false;
    }
    struct toc_str *folded = toc_arena_array(loader->arena, list->items->count, sizeof *folded);
    struct toc_text text = {0};
    size_t count = 0;
    for (const struct toc_yaml *item = list->items->first; item != NULL; item = item->next) {
        if (item->kind != TOC_YAML_SCALAR) {
            toc_text_finish(&text);
            return false;
        }
        toc_text_clear(&text);
        toc_text_fold(&text, item->text);
        folded[count++] = toc_arena_str(loader->arena, toc_text_str(&text));
    }
    toc_text_finish(&text);
    *out = (struct toc_cel_list){.folded = folded, .count = count};
    return true;
}

/* The place that may have been meant: "camp.Gaoo" is near "camp.Gao" too. */
static struct toc_str nearest_place(struct toc_loader *loader, struct toc_str name)
{
    const char *dot = name.size > 0 ? memchr(name.data, '.', name.size) : NULL;
    size_t skip = dot != NULL ? (size_t)(dot - name.data) + 1 : 0;
    struct toc_str kind = {.data = name.data, .size = skip > 0 ? skip - 1 : 0};
    struct toc_text text = {0};
    struct toc_str rest = {.data = name.data + skip, .size = name.size - skip}, kept;

    if (kind.size == 0 || !toc_places_has_kind(loader->places, kind)) {
        return toc_diag_nearest(name, loader->place_words.names, loader->place_words.count);
    }
    kept = toc_diag_nearest(rest, loader->place_words.names, loader->place_words.count);
    if (kept.size > 0) {
        toc_text_addf(&text, "%.*s.%.*s", (int)kind.size, kind.data, (int)kept.size, kept.data);
        kept = toc_arena_str(loader->arena, toc_text_str(&text));
        toc_text_finish(&text);
    }
    return kept;
}

static int find_place(struct toc_str name, struct toc_str *out_nearest, void *context)
{
    struct toc_loader *loader = context;
    int other = -1, index = toc_events_find_place(loader, name, &other);

    if (index < 0) {
        *out_nearest = nearest_place(loader, name);
    }
    return other >= 0 ? -2 : index;
}

static const char *code_of(const struct toc_cel_finding *finding, const struct toc_type *type)
{
    switch (finding->fault) {
    case TOC_CEL_PART:
        return "E0305";
    case TOC_CEL_NAME:
        return type != NULL ? "E0305" : "E0346";
    case TOC_CEL_VALUE_FAULT:
        return "E0315";
    case TOC_CEL_FUNCTION:
        return "E0346";
    case TOC_CEL_TYPE_FAULT:
        return "E0347";
    case TOC_CEL_PATTERN:
        return "E0322";
    case TOC_CEL_LIST_NAME:
        return "E0307";
    case TOC_CEL_PLACE_NAME:
        return "E0306";
    case TOC_CEL_EXCLUDED:
        return "E0384";
    case TOC_CEL_MIXED:
        return "W0385";
    default:
        return "E0345";
    }
}

/* A suggestion replaces what is marked: in a text in quotes these belong to it. */
static struct toc_str suggestion_of(struct toc_loader *loader, const struct toc_yaml *node,
                                    const struct toc_cel_finding *finding)
{
    char quote = finding->size > 0 ? node->text.data[finding->from] : '\0';
    struct toc_text text = {0};
    struct toc_str kept;

    if (finding->nearest.size == 0 || (quote != '\'' && quote != '"')) {
        return finding->nearest;
    }
    toc_text_addf(&text, "%c%.*s%c", quote, (int)finding->nearest.size, finding->nearest.data,
                  quote);
    kept = toc_arena_str(loader->arena, toc_text_str(&text));
    toc_text_finish(&text);
    return kept;
}

static void tell(struct toc_loader *loader, const struct toc_yaml *node,
                 const struct toc_type *type, const struct toc_cel_finding *finding)
{
    struct toc_mark mark = toc_yaml_mark_in(node, toc_diag_text(loader->diag, node->mark.file),
                                            finding->from, finding->size);
    enum toc_severity severity = finding->is_note ? TOC_SEVERITY_NOTE : TOC_SEVERITY_ERROR;
    struct toc_str suggestion = suggestion_of(loader, node, finding);

    if (finding->fault == TOC_CEL_NAME && type != NULL) {
        toc_diag_add(loader->diag, severity, "E0305", mark, suggestion,
                     "unknown field \"%.*s\" of %.*s", (int)finding->size,
                     node->text.data + finding->from, (int)type->name.size, type->name.data);
        return;
    }
    toc_diag_add(loader->diag, severity, code_of(finding, type), mark, suggestion, "%.*s",
                 (int)finding->text.size, finding->text.data);
}

static const struct toc_cel_program *compile(struct toc_loader *loader, const struct toc_yaml *node,
                                             const char *what, const struct toc_cel_world *names,
                                             const struct toc_type *type, bool is_quiet)
{
    struct toc_cel_world world = *names;
    struct toc_cel_findings findings;
    struct toc_str text;

    world.places = loader->places;
    world.find_list = find_list;
    world.find_place = find_place;
    world.context = loader;
    if (!toc_loader_text(loader, node, what, &text)) {
        return NULL;
    }
    const struct toc_cel_program *program = toc_cel_compile(
        text, &world, &toc_cel_type_bool, loader->arena, loader->patterns, &findings);
    for (size_t i = 0; i < findings.count; i++) {
        if (!is_quiet || !findings.items[i].is_note) {
            tell(loader, node, type, &findings.items[i]);
        }
    }
    return program;
}

const struct toc_cel_program *toc_expression_read(struct toc_loader *loader,
                                                  const struct toc_yaml *node, const char *what,
                                                  const struct toc_cel_world *world)
{
    return compile(loader, node, what, world, NULL, false);
}

const struct toc_cel_program *toc_expression_where(struct toc_loader *loader,
                                                   const struct toc_yaml *node,
                                                   const struct toc_type *type, bool is_quiet)
{
    struct toc_cel_world world = {0};

    world.variable_count = toc_cel_event_declare(type, loader->arena, &world.variables);
    return compile(loader, node, "`where`", &world, type, is_quiet);
}
