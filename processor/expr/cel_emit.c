#include "expr/cel_emit.h"

#include "base/assert.h"
#include "expr/cel_type.h"

#define NONE     TOC_CEL_O_NONE
#define CONSTANT TOC_CEL_O_CONSTANT
#define VARIABLE TOC_CEL_O_VARIABLE
#define TARGET   TOC_CEL_O_TARGET
#define COUNT    TOC_CEL_O_COUNT
#define CALL     TOC_CEL_O_CALL
#define SHAPE    TOC_CEL_O_SHAPE
#define LOOP     TOC_CEL_O_LOOP
#define PATTERN  TOC_CEL_O_PATTERN
#define PLACE    TOC_CEL_O_PLACE
#define LIST     TOC_CEL_O_LIST
#define CODE     TOC_CEL_O_CODE
const struct toc_cel_op toc_cel_ops[TOC_CEL_OPCODES] = {
#define TOC_CEL_OP(name, text, pops, pushes, operand, help)                                        \
    [TOC_CEL_OP_##name] = {text, pops, pushes, operand, help},
#include "expr/cel_op.def"
#undef TOC_CEL_OP
};
#undef NONE
#undef CONSTANT
#undef VARIABLE
#undef TARGET
#undef COUNT
#undef CALL
#undef SHAPE
#undef LOOP
#undef PATTERN
#undef PLACE
#undef LIST
#undef CODE

/* Growing arrays in the scratch of the compilation: nodes bound them all. */
enum { CODES = TOC_CEL_NODES * 8 };

struct emit {
    const struct toc_cel_world *world;
    struct toc_arena *arena;
    struct toc_cel_code *code;
    size_t code_count;
    struct toc_cel_value *constants;
    size_t constant_count;
    struct toc_cel_call *calls;
    size_t call_count;
    struct toc_cel_literal_shape *shapes;
    size_t shape_count;
    struct toc_pattern **patterns;
    struct toc_str *pattern_texts;
    size_t pattern_count;
    const struct toc_cel_set **lists;
    size_t list_count;
    int *variables; /* Index in the world of each the program uses. */
    size_t variable_count;
    size_t depth, deepest;
};

static void emit_node(struct emit *e, const struct toc_cel_node *node);

/* @pops: what an instruction with a count takes. */
static size_t add(struct emit *e, enum toc_cel_opcode op, size_t operand, size_t pops)
{
    const struct toc_cel_op *about = &toc_cel_ops[op];

    pops = about->pops >= 0 ? (size_t)about->pops : pops;
    toc_assert(e->code_count < CODES && e->depth >= pops);
    e->code[e->code_count] = (struct toc_cel_code){.op = (uint8_t)op, .operand = (uint32_t)operand};
    e->depth = e->depth - pops + (size_t)about->pushes;
    e->deepest = e->depth > e->deepest ? e->depth : e->deepest;
    return e->code_count++;
}

static size_t add_loop(struct emit *e, enum toc_cel_opcode op, const struct toc_cel_node *node)
{
    size_t at = add(e, op, 0, 0);

    e->code[at].loop = (uint8_t)node->local;
    e->code[at].macro = (uint8_t)node->macro;
    return at;
}

/* The instruction at @jump goes on here. */
static void land(struct emit *e, size_t jump)
{
    e->code[jump].operand = (uint32_t)e->code_count;
}

/* A value that stays as long as the program. */
static struct toc_cel_value kept(struct emit *e, struct toc_cel_value value)
{
    if (value.kind == TOC_CEL_STRING) {
        value.text = toc_arena_str(e->arena, value.text);
    }
    return value;
}

static size_t add_constant(struct emit *e, struct toc_cel_value value)
{
    e->constants[e->constant_count] = value;
    return e->constant_count++;
}

static bool is_key(const struct toc_cel_value *value)
{
    return value->kind == TOC_CEL_BOOL || value->kind == TOC_CEL_INT ||
           value->kind == TOC_CEL_STRING;
}

/* [1, 2], {'a': true}: literals through and through are made once. */
static bool fold(struct emit *e, const struct toc_cel_node *node, struct toc_cel_value *out)
{
    size_t i = 0;

    if (node->kind == TOC_CEL_N_LITERAL) {
        *out = kept(e, node->literal);
        return true;
    }
    if (node->kind == TOC_CEL_N_LIST) {
        struct toc_cel_value *items = toc_arena_array(e->arena, node->count, sizeof *items);

        for (const struct toc_cel_node *child = node->first; child != NULL; child = child->next) {
            if (child->is_entry_optional || !fold(e, child, &items[i++])) {
                return false;
            }
        }
        *out = (struct toc_cel_value){.kind = TOC_CEL_LIST};
        out->list.items = items;
        out->list.count = i;
        return true;
    }
    if (node->kind != TOC_CEL_N_MAP) {
        return false;
    }
    struct toc_cel_entry *entries = toc_arena_array(e->arena, node->count / 2, sizeof *entries);
    *out = (struct toc_cel_value){.kind = TOC_CEL_MAP};
    out->map.entries = entries;
    for (const struct toc_cel_node *child = node->first; child != NULL; child = child->next->next) {
        out->map.count = i;
        if (child->is_entry_optional || !fold(e, child, &entries[i].key) ||
            !is_key(&entries[i].key) || toc_cel_map_find(out, &entries[i].key) != NULL ||
            !fold(e, child->next, &entries[i].value)) {
            return false; /* What is wrong with it, it will say when it runs. */
        }
        i++;
    }
    out->map.count = i;
    return true;
}

static void emit_children(struct emit *e, const struct toc_cel_node *node)
{
    for (const struct toc_cel_node *child = node->first; child != NULL; child = child->next) {
        emit_node(e, child);
    }
}

static void emit_literal(struct emit *e, const struct toc_cel_node *node)
{
    struct toc_cel_value value = {0};
    bool is_list = node->kind != TOC_CEL_N_MAP, has_optional = false;
    size_t count = is_list ? node->count : node->count / 2, i = 0;

    if (fold(e, node, &value)) {
        (void)add(e, TOC_CEL_OP_CONST, add_constant(e, value), 0);
        return;
    }
    bool *optional = toc_arena_array(e->arena, count, sizeof *optional);
    for (const struct toc_cel_node *child = node->first; child != NULL;
         child = is_list ? child->next : child->next->next) {
        has_optional = has_optional || child->is_entry_optional;
        optional[i++] = child->is_entry_optional;
    }
    emit_children(e, node);
    if (!has_optional) {
        (void)add(e, is_list ? TOC_CEL_OP_LIST : TOC_CEL_OP_MAP, count, node->count);
        return;
    }
    e->shapes[e->shape_count] =
        (struct toc_cel_literal_shape){.count = (uint32_t)count, .optional = optional};
    (void)add(e, is_list ? TOC_CEL_OP_LIST_OPTIONAL : TOC_CEL_OP_MAP_OPTIONAL, e->shape_count++,
              node->count);
}

static size_t use_variable(struct emit *e, int index)
{
    for (size_t i = 0; i < e->variable_count; i++) {
        if (e->variables[i] == index) {
            return i;
        }
    }
    e->variables[e->variable_count] = index;
    return e->variable_count++;
}

static void emit_named(struct emit *e, const struct toc_cel_node *node)
{
    if (node->is_failing) {
        (void)add(e, TOC_CEL_OP_FAIL, TOC_CEL_E_KEY, 0);
    } else if (node->variable >= 0) {
        bool is_test = node->is_test || node->kind == TOC_CEL_N_TEST_NAME;

        (void)add(e,
                  is_test             ? TOC_CEL_OP_TEST
                  : node->is_optional ? TOC_CEL_OP_LOAD_OPTIONAL
                                      : TOC_CEL_OP_LOAD,
                  use_variable(e, node->variable), 0);
    } else if (node->type_name >= 0) {
        (void)add(e, TOC_CEL_OP_CONST,
                  add_constant(e, toc_cel_type_of((enum toc_cel_kind)node->type_name)), 0);
    } else if (node->kind == TOC_CEL_N_SELECT) {
        emit_node(e, node->first);
        (void)add(e,
                  node->is_test       ? TOC_CEL_OP_SELECT_TEST
                  : node->is_optional ? TOC_CEL_OP_SELECT_OPTIONAL
                                      : TOC_CEL_OP_SELECT,
                  add_constant(e, kept(e, toc_cel_string(node->name))), 0);
    } else {
        toc_assert(node->local >= 0);
        size_t at = add(e, TOC_CEL_OP_LOCAL, 0, 0);
        e->code[at].loop = (uint8_t)node->local;
    }
}

static void emit_logic(struct emit *e, const struct toc_cel_node *node)
{
    bool is_and = node->kind == TOC_CEL_N_AND;
    /* The jumps of one chain, linked through their operands until it is known where it ends. */
    size_t last = SIZE_MAX;

    emit_node(e, node->first);
    for (const struct toc_cel_node *child = node->first->next; child != NULL; child = child->next) {
        size_t jump = add(e, is_and ? TOC_CEL_OP_AND_LEFT : TOC_CEL_OP_OR_LEFT, last, 0);

        last = jump;
        emit_node(e, child);
        (void)add(e, is_and ? TOC_CEL_OP_AND : TOC_CEL_OP_OR, 0, 0);
    }
    while (last != (uint32_t)SIZE_MAX && last != SIZE_MAX) {
        size_t before = e->code[last].operand;

        land(e, last);
        last = before;
    }
}

static void emit_choice(struct emit *e, const struct toc_cel_node *node)
{
    const struct toc_cel_node *yes = node->first->next;

    emit_node(e, node->first);
    size_t fails = add(e, TOC_CEL_OP_DECIDE, 0, 0);
    size_t otherwise = add(e, TOC_CEL_OP_JUMP_UNLESS, 0, 0);
    emit_node(e, yes);
    size_t done = add(e, TOC_CEL_OP_JUMP, 0, 0);
    land(e, otherwise);
    e->depth--; /* One of the two sides. */
    emit_node(e, yes->next);
    land(e, done);
    land(e, fails);
}

/* The kinds that a parameter of @type may have. */
static uint32_t kinds_of(const struct toc_cel_type *type)
{
    switch (type->shape) {
    case TOC_CEL_S_DYN:
    case TOC_CEL_S_PARAMETER:
        return (UINT32_C(1) << TOC_CEL_KINDS) - 2; /* All but ERROR. */
    case TOC_CEL_S_NUMBER:
        return UINT32_C(1) << TOC_CEL_INT | UINT32_C(1) << TOC_CEL_DOUBLE;
    case TOC_CEL_S_LIST:
        return UINT32_C(1) << TOC_CEL_LIST;
    case TOC_CEL_S_MAP:
        return UINT32_C(1) << TOC_CEL_MAP;
    case TOC_CEL_S_OPTIONAL:
        return UINT32_C(1) << TOC_CEL_OPTIONAL;
    case TOC_CEL_S_TYPE:
        return UINT32_C(1) << TOC_CEL_TYPE;
    default:
        return UINT32_C(1) << type->kind;
    }
}

static void emit_function(struct emit *e, const struct toc_cel_node *node)
{
    struct toc_cel_overload *overloads =
        toc_arena_array(e->arena, node->row_count, sizeof *overloads);
    size_t count = 0;

    for (size_t i = node->first_row; i < (size_t)node->first_row + node->row_count; i++) {
        const struct toc_cel_row *row = &toc_cel_rows[i];
        struct toc_cel_signature signature;

        if ((row->form == TOC_CEL_METHOD) != node->is_method ||
            !toc_str_equal(node->name, toc_str_of(row->name))) {
            continue;
        }
        toc_cel_type_read(e->arena, row->parameters, row->result, &signature);
        struct toc_cel_overload *overload = &overloads[count++];
        overload->function = row->function;
        overload->name = row->name;
        overload->count = (uint8_t)signature.count;
        overload->repeats = signature.repeats;
        for (size_t j = 0; j < signature.count; j++) {
            overload->kinds[j] = kinds_of(signature.parameters[j]);
        }
    }
    emit_children(e, node);
    e->calls[e->call_count] = (struct toc_cel_call){
        .overloads = overloads, .overload_count = count, .count = node->count};
    (void)add(e, TOC_CEL_OP_CALL, e->call_count++, node->count);
}

static void emit_call(struct emit *e, const struct toc_cel_node *node)
{
    size_t jump;

    if (node->is_failing) {
        (void)add(e, TOC_CEL_OP_FAIL, TOC_CEL_E_OVERLOAD, 0);
        return;
    }
    if (node->row_count > 0) {
        emit_function(e, node);
        return;
    }
    switch (node->opcode) {
    case TOC_CEL_OP_MATCH:
        emit_node(e, node->first);
        e->patterns[e->pattern_count] = (struct toc_pattern *)node->pointer;
        e->pattern_texts[e->pattern_count] = toc_arena_str(e->arena, node->last->literal.text);
        (void)add(e, TOC_CEL_OP_MATCH, e->pattern_count++, 0);
        return;
    case TOC_CEL_OP_IN_LIST:
        emit_node(e, node->first);
        e->lists[e->list_count] = node->pointer;
        (void)add(e, TOC_CEL_OP_IN_LIST, e->list_count++, 0);
        return;
    case TOC_CEL_OP_WITHIN:
        emit_node(e, node->first);
        (void)add(e, TOC_CEL_OP_WITHIN, node->operand, 0);
        return;
    case TOC_CEL_OP_OR_LEFT_OPTIONAL:
    case TOC_CEL_OP_OR_VALUE_LEFT:
        emit_node(e, node->first);
        jump = add(e, (enum toc_cel_opcode)node->opcode, 0, 0);
        (void)add(e, TOC_CEL_OP_DROP, 0, 0);
        emit_node(e, node->last);
        if (node->opcode == TOC_CEL_OP_OR_LEFT_OPTIONAL) {
            (void)add(e, TOC_CEL_OP_AS_OPTIONAL, 0, 0);
        }
        land(e, jump);
        return;
    default:
        emit_children(e, node);
        (void)add(e, (enum toc_cel_opcode)node->opcode, 0, 0);
        return;
    }
}

static void emit_loop(struct emit *e, const struct toc_cel_node *node)
{
    const struct toc_cel_node *body = node->first->next;
    size_t keep = SIZE_MAX;

    emit_node(e, node->first);
    size_t begin = add_loop(e, TOC_CEL_OP_LOOP_BEGIN, node);
    size_t next = add_loop(e, TOC_CEL_OP_LOOP_NEXT, node);
    if (body->next != NULL) {
        emit_node(e, body);
        keep = add_loop(e, TOC_CEL_OP_LOOP_KEEP, node);
        (void)add(e, TOC_CEL_OP_JUMP_UNLESS, next, 0);
        body = body->next;
    }
    emit_node(e, body);
    size_t step = add_loop(e, TOC_CEL_OP_LOOP_STEP, node);
    (void)add(e, TOC_CEL_OP_JUMP, next, 0);
    if (keep != SIZE_MAX) {
        land(e, keep);
    }
    land(e, next);
    land(e, step);
    (void)add_loop(e, TOC_CEL_OP_LOOP_END, node);
    land(e, begin);
}

static void emit_optional_map(struct emit *e, const struct toc_cel_node *node)
{
    emit_node(e, node->first);
    size_t bind = add_loop(e, TOC_CEL_OP_BIND, node);
    emit_node(e, node->first->next);
    (void)add(e, node->is_flat ? TOC_CEL_OP_AS_OPTIONAL : TOC_CEL_OP_SOME, 0, 0);
    land(e, bind);
}

static void emit_node(struct emit *e, const struct toc_cel_node *node)
{
    switch (node->kind) {
    case TOC_CEL_N_LITERAL:
    case TOC_CEL_N_LIST:
    case TOC_CEL_N_MAP:
        emit_literal(e, node);
        break;
    case TOC_CEL_N_NAME:
    case TOC_CEL_N_TEST_NAME:
    case TOC_CEL_N_SELECT:
        emit_named(e, node);
        break;
    case TOC_CEL_N_AND:
    case TOC_CEL_N_OR:
        emit_logic(e, node);
        break;
    case TOC_CEL_N_CHOOSE:
        emit_choice(e, node);
        break;
    case TOC_CEL_N_OPERATOR:
    case TOC_CEL_N_CALL:
        emit_call(e, node);
        break;
    case TOC_CEL_N_LOOP:
        emit_loop(e, node);
        break;
    case TOC_CEL_N_OPTIONAL_MAP:
        emit_optional_map(e, node);
        break;
    }
    if (node->is_promoted) {
        (void)add(e, TOC_CEL_OP_TO_DOUBLE, 0, 0);
    }
}

static void *copy(struct toc_arena *arena, const void *from, size_t count, size_t size)
{
    void *to = toc_arena_array(arena, count, size);

    if (count > 0) {
        memcpy(to, from, count * size);
    }
    return to;
}

/* The variables of the program by what the binding knows them by. */
static void keep_variables(const struct emit *e, struct toc_cel_program *program)
{
    struct toc_str *names = toc_arena_array(e->arena, e->variable_count, sizeof *names);
    int32_t *ids = toc_arena_array(e->arena, e->variable_count, sizeof *ids);
    int32_t *reads = toc_arena_array(e->arena, e->variable_count, sizeof *reads);

    for (size_t i = 0; i < e->variable_count; i++) {
        const struct toc_cel_variable *variable = &e->world->variables[e->variables[i]];
        bool is_new = true;

        names[i] = toc_arena_str(e->arena, variable->name);
        ids[i] = variable->id;
        for (size_t j = 0; j < program->read_count; j++) {
            is_new = is_new && reads[j] != ids[i];
        }
        if (is_new) {
            reads[program->read_count++] = ids[i];
        }
    }
    program->variable_names = names;
    program->variable_ids = ids;
    program->variable_count = e->variable_count;
    program->reads = reads;
}

struct toc_cel_program *toc_cel_emit(struct toc_cel_report *report,
                                     const struct toc_cel_world *world,
                                     const struct toc_cel_node *root, struct toc_arena *scratch,
                                     struct toc_arena *arena)
{
    struct emit e = {.world = world, .arena = arena};
    struct toc_cel_program *program;

    e.code = toc_arena_array(scratch, CODES, sizeof *e.code);
    e.constants = toc_arena_array(scratch, TOC_CEL_NODES, sizeof *e.constants);
    e.calls = toc_arena_array(scratch, TOC_CEL_NODES, sizeof *e.calls);
    e.shapes = toc_arena_array(scratch, TOC_CEL_NODES, sizeof *e.shapes);
    e.patterns = toc_arena_array(scratch, TOC_CEL_NODES, sizeof(struct toc_pattern *));
    e.pattern_texts = toc_arena_array(scratch, TOC_CEL_NODES, sizeof *e.pattern_texts);
    e.lists = toc_arena_array(scratch, TOC_CEL_NODES, sizeof(struct toc_cel_set *));
    e.variables = toc_arena_array(scratch, TOC_CEL_NODES, sizeof *e.variables);
    emit_node(&e, root);
    (void)add(&e, TOC_CEL_OP_END, 0, 0);
    if (e.deepest > TOC_CEL_STACK) {
        toc_cel_report_add(report, TOC_CEL_SYNTAX, root->spot, (struct toc_str){0},
                           "more than %d values at a time: split the expression",
                           (int)TOC_CEL_STACK);
        return NULL;
    }
    program = toc_arena_get(arena, sizeof *program);
    program->type = toc_cel_type_final(arena, root->type);
    program->code = copy(arena, e.code, e.code_count, sizeof *e.code);
    program->code_count = e.code_count;
    program->constants = copy(arena, e.constants, e.constant_count, sizeof *e.constants);
    program->constant_count = e.constant_count;
    program->calls = copy(arena, e.calls, e.call_count, sizeof *e.calls);
    program->shapes = copy(arena, e.shapes, e.shape_count, sizeof *e.shapes);
    program->patterns = copy(arena, e.patterns, e.pattern_count, sizeof(struct toc_pattern *));
    program->pattern_texts = copy(arena, e.pattern_texts, e.pattern_count, sizeof *e.pattern_texts);
    program->lists = copy(arena, e.lists, e.list_count, sizeof(struct toc_cel_set *));
    program->list_count = e.list_count;
    program->places = world->places;
    program->stack = e.deepest;
    keep_variables(&e, program);
    return program;
}
