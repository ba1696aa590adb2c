/* expression.c - CEL in a rule: what is wrong with it, told where it stands in the file. */
#include "rule/draft.h"

/* The mark of @size bytes at @from of the text of @node, where bytes are columns; else all. */
static struct toc_mark mark_in(const struct toc_yaml *node, size_t from, size_t size)
{
    struct toc_mark mark = node->mark;
    size_t quote = node->is_quoted ? 1 : 0;

    if (mark.width == node->text.size + 2 * quote && from + size <= node->text.size) {
        mark.column += (uint32_t)(from + quote);
        mark.width = (uint32_t)(size > 0 ? size : 1);
    }
    return mark;
}

static const char *code_of(enum toc_cel_fault fault)
{
    switch (fault) {
    case TOC_CEL_NAME:
    case TOC_CEL_FUNCTION:
    case TOC_CEL_LIST_NAME:
    case TOC_CEL_PLACE_NAME:
        return "E0346";
    case TOC_CEL_TYPE_FAULT:
        return "E0347";
    default:
        return "E0345";
    }
}

const struct toc_cel_program *toc_expression_read(struct toc_loader *loader,
                                                  const struct toc_yaml *node, const char *what,
                                                  const struct toc_cel_world *world)
{
    struct toc_cel_findings findings = {.count = 0};
    struct toc_str text;

    if (!toc_loader_text(loader, node, what, &text)) {
        return NULL;
    }
    const struct toc_cel_program *program = toc_cel_compile(
        text, world, &toc_cel_type_bool, loader->arena, loader->patterns, &findings);
    for (size_t i = 0; i < findings.count; i++) {
        const struct toc_cel_finding *finding = &findings.items[i];

        if (!finding->is_note) {
            toc_diag_add(loader->diag, TOC_SEVERITY_ERROR, code_of(finding->fault),
                         mark_in(node, finding->from, finding->size), finding->nearest, "%.*s",
                         (int)finding->text.size, finding->text.data);
        }
    }
    return program;
}
