#include "expr/cel_macro.h"

static const struct loop_macro {
    const char *name;
    enum toc_cel_macro macro;
} loop_macros[] = {
    {"all", TOC_CEL_ALL},
    {"exists", TOC_CEL_EXISTS},
    {"exists_one", TOC_CEL_EXISTS_ONE},
    {"existsOne", TOC_CEL_EXISTS_ONE}, /* As newer implementations spell it. */
    {"filter", TOC_CEL_FILTER},
    {"map", TOC_CEL_MAP_MACRO},
};

static bool is_called(const struct toc_cel_node *call, const char *name)
{
    return toc_str_equal(call->name, toc_str_of(name));
}

/* has(a.b), and has(a): a field of the event. */
static struct toc_cel_node *expand_has(struct toc_cel_parser *p, struct toc_cel_node *call)
{
    struct toc_cel_node *argument = call->first;

    if (argument->kind == TOC_CEL_N_SELECT && !argument->is_test) {
        argument->is_test = true;
        return argument;
    }
    if (argument->kind == TOC_CEL_N_NAME) { /* The checker knows whether it is one. */
        argument->kind = TOC_CEL_N_TEST_NAME;
        return argument;
    }
    return toc_cel_parser_fail(p, argument->spot, "has() takes the name of a field");
}

/* The name that the second child of @call gives to what is gone through. */
static bool read_variable(struct toc_cel_parser *p, const struct toc_cel_node *call,
                          struct toc_str *out)
{
    const struct toc_cel_node *name = call->first->next;

    if (name->kind != TOC_CEL_N_NAME) {
        toc_cel_parser_fail(p, name->spot, "a name is expected here: it stands for each item");
        return false;
    }
    if (toc_str_equal(name->name, TOC_STR("__result__"))) {
        toc_cel_parser_fail(p, name->spot, "the name __result__ is taken");
        return false;
    }
    *out = name->name;
    return true;
}

/* @call with its second child, the name, taken out. */
static struct toc_cel_node *without_name(struct toc_cel_node *call, enum toc_cel_node_kind kind,
                                         struct toc_str name)
{
    call->first->next = call->first->next->next;
    call->count--;
    call->kind = kind;
    call->name = name;
    return call;
}

struct toc_cel_node *toc_cel_macro_expand(struct toc_cel_parser *p, struct toc_cel_node *call)
{
    struct toc_str name;

    if (!call->is_method) {
        return is_called(call, "has") && call->count == 1 ? expand_has(p, call) : call;
    }
    if (call->count == 3 && (is_called(call, "optMap") || is_called(call, "optFlatMap"))) {
        call->is_flat = is_called(call, "optFlatMap");
        return read_variable(p, call, &name) ? without_name(call, TOC_CEL_N_OPTIONAL_MAP, name)
                                             : NULL;
    }
    for (size_t i = 0; i < sizeof loop_macros / sizeof loop_macros[0]; i++) {
        const struct loop_macro *macro = &loop_macros[i];
        bool is_map = macro->macro == TOC_CEL_MAP_MACRO;

        if (is_called(call, macro->name) && (call->count == 3 || (is_map && call->count == 4))) {
            call->macro = macro->macro;
            return read_variable(p, call, &name) ? without_name(call, TOC_CEL_N_LOOP, name) : NULL;
        }
    }
    return call;
}
