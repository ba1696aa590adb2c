/* cel_closed.c - comparing a field of a closed list with a word that is not in it: `==` would be
 * false for ever, which nobody means. Exactly, as CEL compares. */
#include "expr/cel_check.h"

const struct toc_cel_variable *toc_cel_closed_of(const struct toc_cel_check *check,
                                                 const struct toc_cel_node *node)
{
    const struct toc_cel_variable *variable = NULL;

    if (node->local >= 0 && node->kind == TOC_CEL_N_NAME) {
        return check->locals[node->local].closed;
    }
    if (node->variable >= 0 && !node->is_test && node->kind != TOC_CEL_N_TEST_NAME) {
        variable = &check->world->variables[node->variable];
    } else if (node->kind == TOC_CEL_N_LOOP && node->macro == TOC_CEL_FILTER) {
        return toc_cel_closed_of(check, node->first);
    }
    return variable != NULL && variable->values != NULL ? variable : NULL;
}

static void check_text(struct toc_cel_check *c, const struct toc_cel_variable *closed,
                       const struct toc_cel_node *literal)
{
    struct toc_str text = literal->literal.text;

    if (literal->kind != TOC_CEL_N_LITERAL || literal->literal.kind != TOC_CEL_STRING) {
        return;
    }
    for (size_t i = 0; i < closed->value_count; i++) {
        if (toc_str_equal(closed->values[i], text)) {
            return;
        }
    }
    toc_cel_report_add(c->report, TOC_CEL_VALUE_FAULT, literal->spot,
                       toc_diag_nearest(text, closed->values, closed->value_count),
                       "\"%.*s\" is not among the values of \"%.*s\"", (int)text.size, text.data,
                       (int)closed->name.size, closed->name.data);
}

void toc_cel_closed_check(struct toc_cel_check *c, const struct toc_cel_node *node)
{
    const struct toc_cel_node *left = node->first, *right = left->next;

    if (c->is_lenient || right == NULL) {
        return;
    }
    const struct toc_cel_variable *a = toc_cel_closed_of(c, left);
    const struct toc_cel_variable *b = toc_cel_closed_of(c, right);
    if (node->op == TOC_CEL_EQUAL || node->op == TOC_CEL_UNEQUAL) {
        if (a != NULL) {
            check_text(c, a, right);
        } else if (b != NULL) {
            check_text(c, b, left);
        }
    } else if (node->op == TOC_CEL_IN && b != NULL) { /* 'firearms' in weapons */
        check_text(c, b, left);
    } else if (node->op == TOC_CEL_IN && a != NULL && right->kind == TOC_CEL_N_LIST) {
        for (const struct toc_cel_node *item = right->first; item != NULL; item = item->next) {
            check_text(c, a, item);
        }
    }
}
