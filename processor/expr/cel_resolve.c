/* cel_resolve.c - which built-in or function a call means, by name and types of its arguments. */
#include "base/assert.h"
#include "expr/cel_check.h"

#define OPERATOR TOC_CEL_B_OPERATOR
#define GLOBAL   TOC_CEL_B_GLOBAL
#define METHOD   TOC_CEL_B_METHOD
enum { IS_MIXED = 256 };
const struct toc_cel_builtin toc_cel_builtins[] = {
#define TOC_CEL_BUILTIN(form, name, parameters, result, opcode, help)                              \
    {form,                                                                                         \
     name,                                                                                         \
     parameters,                                                                                   \
     result,                                                                                       \
     (uint8_t)((TOC_CEL_OP_##opcode) & 255),                                                       \
     ((TOC_CEL_OP_##opcode) & IS_MIXED) != 0,                                                      \
     help},
#define TOC_CEL_OP_MIXED(opcode) TOC_CEL_OP_##opcode | IS_MIXED
#include "expr/cel_builtin.def"
#undef TOC_CEL_BUILTIN
};
const size_t toc_cel_builtin_count = sizeof toc_cel_builtins / sizeof toc_cel_builtins[0];
#undef GLOBAL
#undef METHOD

static enum toc_cel_builtin_form form_of(const struct toc_cel_row *row)
{
    return row->form == TOC_CEL_METHOD ? TOC_CEL_B_METHOD : TOC_CEL_B_GLOBAL;
}

bool toc_cel_resolve_knows(enum toc_cel_builtin_form form, struct toc_str name)
{
    for (size_t i = 0; i < toc_cel_builtin_count; i++) {
        if (toc_cel_builtins[i].form == form &&
            toc_str_equal(name, toc_str_of(toc_cel_builtins[i].name))) {
            return true;
        }
    }
    for (size_t i = 0; i < toc_cel_row_count; i++) {
        if (form_of(&toc_cel_rows[i]) == form &&
            toc_str_equal(name, toc_str_of(toc_cel_rows[i].name))) {
            return true;
        }
    }
    return false;
}

static bool is_in_space(const char *name, struct toc_str space)
{
    return strncmp(name, space.data, space.size) == 0 && name[space.size] == '.';
}

bool toc_cel_resolve_knows_space(struct toc_str space)
{
    for (size_t i = 0; i < toc_cel_builtin_count; i++) {
        if (toc_cel_builtins[i].form == TOC_CEL_B_GLOBAL &&
            is_in_space(toc_cel_builtins[i].name, space)) {
            return true;
        }
    }
    for (size_t i = 0; i < toc_cel_row_count; i++) {
        if (toc_cel_rows[i].form == TOC_CEL_GLOBAL && is_in_space(toc_cel_rows[i].name, space)) {
            return true;
        }
    }
    return false;
}

/* Do the children of @node fit @signature? Binds parameters; undone if not. */
static bool takes(struct toc_cel_check *c, const struct toc_cel_node *node,
                  const struct toc_cel_signature *signature)
{
    size_t before = c->bindings.count, i = 0;

    if (signature->repeats ? node->count < signature->count : node->count != signature->count) {
        return false;
    }
    for (const struct toc_cel_node *child = node->first; child != NULL; child = child->next) {
        size_t at = i < signature->count ? i : signature->count - 1;

        if (!toc_cel_type_fits(&c->bindings, child->type, signature->parameters[at])) {
            toc_cel_type_undo(&c->bindings, before);
            return false;
        }
        i++;
    }
    return true;
}

/* A call under way: what fitted so far. */
struct finding {
    const struct toc_cel_type *result; /* NULL: nothing. */
    bool is_known;                     /* There is something of that name. */
    const struct toc_cel_builtin *builtin;
    bool is_open; /* An argument is dyn, or of dyn: more may fit. */
};

/* Is any part of it known only while running? A list(dyn) may be a list(int) or a list(double). */
static bool is_open(const struct toc_cel_type *type)
{
    type = toc_cel_type_now(type);
    switch (type->shape) {
    case TOC_CEL_S_LIST:
    case TOC_CEL_S_OPTIONAL:
        return is_open(type->a);
    case TOC_CEL_S_MAP:
        return is_open(type->a) || is_open(type->b);
    default:
        return toc_cel_type_is_dyn(type);
    }
}

static void try_row(struct toc_cel_check *c, struct toc_cel_node *node, const char *parameters,
                    const char *result, struct finding *found)
{
    struct toc_cel_signature signature;
    size_t before = c->bindings.count;

    found->is_known = true;
    if (found->result != NULL && !found->is_open) {
        return;
    }
    toc_cel_type_read(c->arena, parameters, result, &signature);
    if (!takes(c, node, &signature)) {
        return;
    }
    if (found->result == NULL) {
        found->result = signature.result;
        return;
    }
    const struct toc_cel_type *other = toc_cel_type_final(c->arena, signature.result);
    toc_cel_type_undo(&c->bindings, before); /* The first alone binds. */
    if (toc_cel_type_is_dyn(other) || toc_cel_type_is_dyn(found->result) ||
        toc_cel_type_now(found->result)->shape != other->shape ||
        (other->shape == TOC_CEL_S_PLAIN && toc_cel_type_now(found->result)->kind != other->kind)) {
        found->result = &toc_cel_dyn;
    }
}

/* The instruction for any operands, of one for a type. */
static uint16_t general(uint8_t opcode)
{
    switch (opcode) {
    case TOC_CEL_OP_ADD_INT:
    case TOC_CEL_OP_ADD_DOUBLE:
        return TOC_CEL_OP_ADD;
    case TOC_CEL_OP_SUBTRACT_INT:
    case TOC_CEL_OP_SUBTRACT_DOUBLE:
        return TOC_CEL_OP_SUBTRACT;
    case TOC_CEL_OP_MULTIPLY_DOUBLE:
        return TOC_CEL_OP_MULTIPLY;
    case TOC_CEL_OP_DIVIDE_DOUBLE:
        return TOC_CEL_OP_DIVIDE;
    case TOC_CEL_OP_EQUAL_STRING:
        return TOC_CEL_OP_EQUAL;
    case TOC_CEL_OP_LESS_DOUBLE:
        return TOC_CEL_OP_LESS;
    case TOC_CEL_OP_AT_MOST_DOUBLE:
        return TOC_CEL_OP_AT_MOST;
    case TOC_CEL_OP_MORE_DOUBLE:
        return TOC_CEL_OP_MORE;
    case TOC_CEL_OP_AT_LEAST_DOUBLE:
        return TOC_CEL_OP_AT_LEAST;
    default:
        return opcode;
    }
}

/* The text that the last argument must be: what it names is looked up now. */
static bool literal_text(struct toc_cel_check *c, struct toc_cel_node *node,
                         enum toc_cel_fault fault, const char *what, struct toc_str *out)
{
    const struct toc_cel_node *last = node->last;

    if (last->kind == TOC_CEL_N_LITERAL && last->literal.kind == TOC_CEL_STRING) {
        *out = last->literal.text;
        return true;
    }
    toc_cel_report_add(c->report, fault, last->spot, (struct toc_str){0},
                       "%s must be a text in quotes: it is looked up when the rule is loaded",
                       what);
    return false;
}

static void find_pattern(struct toc_cel_check *c, struct toc_cel_node *node)
{
    struct toc_text error = {0};
    struct toc_str text;

    if (literal_text(c, node, TOC_CEL_PATTERN, "a pattern", &text)) {
        if (text.size == 0) { /* Found everywhere, in CEL. */
            text = TOC_STR("(?:)");
        }
        node->pointer = toc_patterns_get(c->patterns, text, true, &error);
        if (node->pointer == NULL) {
            toc_cel_report_add(c->report, TOC_CEL_PATTERN, node->last->spot, (struct toc_str){0},
                               "%.*s", (int)error.size, error.data);
        }
    }
    toc_text_finish(&error);
}

static void find_list(struct toc_cel_check *c, struct toc_cel_node *node)
{
    struct toc_cel_list list = {0};
    struct toc_str name, nearest = {0};

    if (!literal_text(c, node, TOC_CEL_LIST_NAME, "the name of a list", &name)) {
        return;
    }
    if (c->world->find_list != NULL &&
        c->world->find_list(name, &list, &nearest, c->world->context)) {
        node->pointer = toc_cel_set_create(c->kept, list, name);
        return;
    }
    toc_cel_report_add(c->report, TOC_CEL_LIST_NAME, node->last->spot, nearest,
                       "there is no list \"%.*s\" of texts", (int)name.size, name.data);
}

static void find_place(struct toc_cel_check *c, struct toc_cel_node *node)
{
    struct toc_str name, nearest = {0};

    if (!literal_text(c, node, TOC_CEL_PLACE_NAME, "the name of a place", &name)) {
        return;
    }
    int index = c->world->places != NULL && c->world->find_place != NULL
                    ? c->world->find_place(name, &nearest, c->world->context)
                    : -1;
    if (index >= 0) {
        node->operand = (uint32_t)index;
    } else if (index == -2) {
        toc_cel_report_add(c->report, TOC_CEL_PLACE_NAME, node->last->spot, nearest,
                           "\"%.*s\" names more than one place; write KIND.NAME", (int)name.size,
                           name.data);
    } else {
        toc_cel_report_add(c->report, TOC_CEL_PLACE_NAME, node->last->spot, nearest,
                           "there is no place \"%.*s\"", (int)name.size, name.data);
    }
}

static void use_builtin(struct toc_cel_check *c, struct toc_cel_node *node,
                        const struct toc_cel_builtin *builtin, bool is_open)
{
    node->opcode = is_open ? general(builtin->opcode) : builtin->opcode;
    switch (builtin->opcode) {
    case TOC_CEL_OP_MATCH:
        find_pattern(c, node);
        break;
    case TOC_CEL_OP_IN_LIST:
        find_list(c, node);
        break;
    case TOC_CEL_OP_WITHIN:
        find_place(c, node);
        break;
    case TOC_CEL_OP_OR_VALUE_LEFT:
        node->is_promoted = strcmp(builtin->result, "double") == 0;
        break;
    default:
        break;
    }
    if (builtin->is_mixed && !is_open && !c->is_lenient) {
        toc_cel_report_add(c->report, TOC_CEL_MIXED, node->spot, (struct toc_str){0},
                           "int and double mixed: the int becomes a double");
    }
}

static void tell_unknown(struct toc_cel_check *c, struct toc_cel_node *node,
                         enum toc_cel_builtin_form form, struct toc_str name)
{
    struct toc_str *names =
        toc_arena_array(c->arena, toc_cel_builtin_count + toc_cel_row_count, sizeof *names);
    size_t count = 0;

    for (size_t i = 0; i < toc_cel_builtin_count; i++) {
        if (toc_cel_builtins[i].form == form) {
            names[count++] = toc_str_of(toc_cel_builtins[i].name);
        }
    }
    for (size_t i = 0; i < toc_cel_row_count; i++) {
        if (form_of(&toc_cel_rows[i]) == form) {
            names[count++] = toc_str_of(toc_cel_rows[i].name);
        }
    }
    if (toc_str_equal(name, TOC_STR("uint")) || toc_str_equal(name, TOC_STR("bytes"))) {
        toc_cel_report_add(c->report, TOC_CEL_EXCLUDED, node->spot, (struct toc_str){0},
                           "%.*s is not part of tocsin's CEL", (int)name.size, name.data);
        return;
    }
    toc_cel_report_add(
        c->report, TOC_CEL_FUNCTION, node->spot, toc_diag_nearest(name, names, count),
        "there is no function \"%.*s\"%s", (int)name.size, name.data,
        toc_cel_resolve_knows(form == TOC_CEL_B_METHOD ? TOC_CEL_B_GLOBAL : TOC_CEL_B_METHOD, name)
            ? (form == TOC_CEL_B_METHOD ? " to be called after a dot"
                                        : " without a value and a dot before it")
            : "");
}

/* "(int, double)" */
static void add_types(const struct toc_cel_node *node, struct toc_text *out)
{
    const struct toc_cel_node *child = node->first;

    for (uint32_t i = 0; i < node->count; i++, child = child->next) {
        toc_text_add(out, i == 0                                       ? TOC_STR("")
                          : node->kind == TOC_CEL_N_OPERATOR && i == 1 ? TOC_STR(" and ")
                                                                       : TOC_STR(", "));
        toc_cel_type_print(child->type, out);
    }
}

static void tell_types(struct toc_cel_check *c, struct toc_cel_node *node, struct toc_str name)
{
    struct toc_text types = {0};

    add_types(node, &types);
    toc_text_add(&types, TOC_STR("")); /* So that there is a NUL. */
    if (node->kind == TOC_CEL_N_OPERATOR) {
        toc_cel_report_add(c->report, TOC_CEL_TYPE_FAULT, node->spot, (struct toc_str){0},
                           "\"%.*s\" does not go with %s",
                           (int)(name.data[0] == '-' ? 1 : name.size), name.data, types.data);
    } else {
        toc_cel_report_add(c->report, TOC_CEL_TYPE_FAULT, node->spot, (struct toc_str){0},
                           "\"%.*s\" does not take (%s)", (int)name.size, name.data, types.data);
    }
    toc_text_finish(&types);
}

/* Not checked: the first of that name with as many arguments, and the machine will see. */
static void resolve_lenient(struct toc_cel_check *c, struct toc_cel_node *node,
                            enum toc_cel_builtin_form form, struct toc_str name)
{
    node->type = &toc_cel_dyn;
    for (size_t i = 0; i < toc_cel_builtin_count; i++) {
        const struct toc_cel_builtin *builtin = &toc_cel_builtins[i];
        struct toc_cel_signature signature;

        if (builtin->form == form && toc_str_equal(name, toc_str_of(builtin->name))) {
            toc_cel_type_read(c->arena, builtin->parameters, builtin->result, &signature);
            if (signature.count == node->count) {
                use_builtin(c, node, builtin, true);
                node->is_promoted = false;
                return;
            }
        }
    }
    node->is_failing = node->row_count == 0;
}

void toc_cel_resolve(struct toc_cel_check *c, struct toc_cel_node *node,
                     enum toc_cel_builtin_form form, struct toc_str name)
{
    struct finding found = {0};

    for (const struct toc_cel_node *child = node->first; child != NULL; child = child->next) {
        found.is_open = found.is_open || is_open(child->type);
    }
    for (size_t i = 0; i < toc_cel_row_count; i++) {
        if (form_of(&toc_cel_rows[i]) == form &&
            toc_str_equal(name, toc_str_of(toc_cel_rows[i].name))) {
            node->first_row = node->row_count == 0 ? (uint16_t)i : node->first_row;
            node->row_count = (uint16_t)(i + 1 - node->first_row);
            try_row(c, node, toc_cel_rows[i].parameters, toc_cel_rows[i].result, &found);
        }
    }
    for (size_t i = 0; i < toc_cel_builtin_count && !c->is_lenient; i++) {
        const struct toc_cel_builtin *builtin = &toc_cel_builtins[i];

        if (builtin->form == form && toc_str_equal(name, toc_str_of(builtin->name))) {
            try_row(c, node, builtin->parameters, builtin->result, &found);
            if (found.result != NULL && found.builtin == NULL) {
                found.builtin = builtin;
            }
        }
    }
    if (c->is_lenient) {
        resolve_lenient(c, node, form, name);
        return;
    }
    node->type = found.result != NULL ? found.result : &toc_cel_dyn;
    if (found.result == NULL) {
        if (!found.is_known) {
            tell_unknown(c, node, form, name);
        } else {
            tell_types(c, node, name);
        }
        return;
    }
    if (node->row_count == 0) {
        toc_assert(found.builtin != NULL);
        use_builtin(c, node, found.builtin, found.is_open);
    }
}
