#include "expr/cel_spell.h"

#include <inttypes.h>

static void spell_literal(const struct toc_cel_value *value, struct toc_text *out)
{
    uint64_t bits;

    switch (value->kind) {
    case TOC_CEL_BOOL:
        toc_text_add(out, value->is_true ? TOC_STR("true") : TOC_STR("false"));
        break;
    case TOC_CEL_INT:
        toc_text_addf(out, "%" PRId64, value->whole);
        break;
    case TOC_CEL_DOUBLE: /* Exactly, in any locale. */
        memcpy(&bits, &value->number, sizeof bits);
        toc_text_addf(out, "double:%016" PRIx64, bits);
        break;
    case TOC_CEL_STRING:
        toc_text_add_json(out, value->text);
        break;
    default:
        toc_text_add(out, TOC_STR("null"));
        break;
    }
}

static void spell_head(const struct toc_cel_node *node, struct toc_text *out)
{
    static const char *const signs[] = {
#define TOC_CEL_OPERATOR(name, sign) sign,
#include "expr/cel_operator.def"
#undef TOC_CEL_OPERATOR
    };
    static const char *const macros[] = {"all", "exists", "exists_one", "filter", "map"};

    switch (node->kind) {
    case TOC_CEL_N_OPERATOR:
        toc_text_add(out, toc_str_of(signs[node->op]));
        break;
    case TOC_CEL_N_AND:
        toc_text_add(out, TOC_STR("&&"));
        break;
    case TOC_CEL_N_OR:
        toc_text_add(out, TOC_STR("||"));
        break;
    case TOC_CEL_N_CHOOSE:
        toc_text_add(out, TOC_STR("?:"));
        break;
    case TOC_CEL_N_CALL:
        toc_text_add(out, node->is_method ? TOC_STR(".") : TOC_STR(""));
        toc_text_add(out, node->name);
        break;
    case TOC_CEL_N_SELECT:
        toc_text_add(out, node->is_test       ? TOC_STR("has.")
                          : node->is_optional ? TOC_STR(".?")
                                              : TOC_STR("."));
        toc_text_add_json(out, node->name);
        break;
    case TOC_CEL_N_LIST:
        toc_text_add(out, TOC_STR("[]"));
        break;
    case TOC_CEL_N_MAP:
        toc_text_add(out, TOC_STR("{}"));
        break;
    case TOC_CEL_N_LOOP:
        toc_text_addf(out, "%s#%d", macros[node->macro], node->local);
        break;
    case TOC_CEL_N_OPTIONAL_MAP:
        toc_text_addf(out, "%s#%d", node->is_flat ? "optFlatMap" : "optMap", node->local);
        break;
    default:
        break;
    }
}

void toc_cel_spell(const struct toc_cel_node *node, struct toc_text *out)
{
    if (node->kind == TOC_CEL_N_LITERAL) {
        spell_literal(&node->literal, out);
        return;
    }
    if (node->kind == TOC_CEL_N_NAME || node->kind == TOC_CEL_N_TEST_NAME) {
        toc_text_add(out, node->kind == TOC_CEL_N_NAME ? TOC_STR("") : TOC_STR("has."));
        if (node->local >= 0) {
            toc_text_addf(out, "#%d", node->local);
        } else {
            toc_text_add(out, node->name);
        }
        return;
    }
    toc_text_add_char(out, '(');
    spell_head(node, out);
    for (const struct toc_cel_node *child = node->first; child != NULL; child = child->next) {
        toc_text_add(out, child->is_entry_optional ? TOC_STR(" ?") : TOC_STR(" "));
        toc_cel_spell(child, out);
    }
    toc_text_add_char(out, ')');
}
