/* cel_vm.c - the machine: a stack of values, a scratch, and one switch over the instructions.
 * Nothing here takes heap; every instruction costs fuel, so that every program ends. */
#include "base/assert.h"
#include "base/mem.h"
#include "expr/cel_apply.h"
#include "expr/cel_loop.h"

struct toc_cel_machine {
    struct toc_cel_scratch scratch;
    uint64_t fuel; /* Given to the last evaluation. */
    struct toc_cel_value stack[TOC_CEL_STACK];
    struct toc_cel_loop loops[TOC_CEL_NESTED];
};

struct toc_cel_machine *toc_cel_machine_create(size_t room)
{
    struct toc_cel_machine *machine = toc_mem_get(sizeof *machine);

    machine->scratch.bytes = toc_mem_get(room);
    machine->scratch.room = room;
    return machine;
}

void toc_cel_machine_destroy(struct toc_cel_machine *machine)
{
    if (machine != NULL) {
        toc_mem_free(machine->scratch.bytes);
        toc_mem_free(machine);
    }
}

uint64_t toc_cel_machine_used(const struct toc_cel_machine *machine)
{
    return machine->fuel - machine->scratch.fuel;
}

/* One that no operator may absorb. */
static bool is_fatal(const struct toc_cel_value *value)
{
    return value->kind == TOC_CEL_ERROR &&
           (value->error.code == TOC_CEL_E_FUEL || value->error.code == TOC_CEL_E_SPACE);
}

static bool takes(const struct toc_cel_overload *overload, const struct toc_cel_value args[],
                  size_t count)
{
    if (overload->repeats ? count < overload->count : count != overload->count) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        size_t at = i < overload->count ? i : (size_t)overload->count - 1;

        if ((overload->kinds[at] & UINT32_C(1) << args[i].kind) == 0) {
            return false;
        }
    }
    return true;
}

static struct toc_cel_value call(struct toc_cel_scratch *scratch, const struct toc_cel_call *about,
                                 const struct toc_cel_value args[])
{
    for (size_t i = 0; i < about->count; i++) {
        if (args[i].kind == TOC_CEL_ERROR) {
            return args[i];
        }
    }
    for (size_t i = 0; i < about->overload_count; i++) {
        if (takes(&about->overloads[i], args, about->count)) {
            return about->overloads[i].function(scratch, args, about->count);
        }
    }
    return toc_cel_fail(TOC_CEL_E_OVERLOAD);
}

static struct toc_cel_value match(struct toc_cel_scratch *scratch, const struct toc_cel_value *text,
                                  const struct toc_pattern *pattern)
{
    if (text->kind != TOC_CEL_STRING) {
        return toc_cel_no_bool(text);
    }
    return toc_cel_pay_bytes(scratch, text->text.size)
               ? toc_cel_bool(toc_pattern_search(pattern, text->text))
               : toc_cel_fail(TOC_CEL_E_FUEL);
}

static struct toc_cel_value in_list(struct toc_cel_scratch *scratch,
                                    const struct toc_cel_value *text, const struct toc_cel_set *set)
{
    if (text->kind == TOC_CEL_STRING) {
        return toc_cel_set_has(set, scratch, text->text);
    }
    if (text->kind != TOC_CEL_LIST) {
        return toc_cel_no_bool(text);
    }
    for (size_t i = 0; i < text->list.count; i++) {
        const struct toc_cel_value *item = &text->list.items[i];
        struct toc_cel_value has = item->kind == TOC_CEL_STRING
                                       ? toc_cel_set_has(set, scratch, item->text)
                                       : toc_cel_fail(TOC_CEL_E_OVERLOAD);

        if (has.kind != TOC_CEL_BOOL || has.is_true) {
            return has;
        }
    }
    return toc_cel_bool(false);
}

/* A point is measured against an outline, whose corners are bounded when places are loaded. */
enum { WITHIN_ITEMS = 200 };

static struct toc_cel_value within(struct toc_cel_scratch *scratch,
                                   const struct toc_cel_value *point,
                                   const struct toc_places *places, size_t place)
{
    if (point->kind != TOC_CEL_POINT) {
        return toc_cel_no_bool(point);
    }
    return toc_cel_pay_items(scratch, WITHIN_ITEMS)
               ? toc_cel_bool(toc_places_distance_mm(places, place, *point->point) == 0)
               : toc_cel_fail(TOC_CEL_E_FUEL);
}

/* Optionals, at the top of the stack. */
static struct toc_cel_value optional_step(struct toc_cel_scratch *scratch, enum toc_cel_opcode op,
                                          const struct toc_cel_value *a)
{
    if (a->kind == TOC_CEL_ERROR) {
        return *a;
    }
    if (op == TOC_CEL_OP_SOME) {
        return toc_cel_some(scratch, *a);
    }
    if (op == TOC_CEL_OP_SOME_NONZERO) {
        return toc_cel_is_zero(a) ? toc_cel_none() : toc_cel_some(scratch, *a);
    }
    if (a->kind != TOC_CEL_OPTIONAL) {
        return toc_cel_fail(TOC_CEL_E_OVERLOAD);
    }
    if (op == TOC_CEL_OP_HAS_VALUE) {
        return toc_cel_bool(a->inner != NULL);
    }
    if (op == TOC_CEL_OP_VALUE) {
        return a->inner != NULL ? *a->inner : toc_cel_fail(TOC_CEL_E_KEY);
    }
    return *a; /* AS_OPTIONAL */
}

/* The other truth value, or the error. */
static struct toc_cel_value negated(const struct toc_cel_value *a)
{
    return a->kind == TOC_CEL_BOOL ? toc_cel_bool(!a->is_true) : toc_cel_no_bool(a);
}

static struct toc_cel_value type_of(const struct toc_cel_value *a)
{
    return a->kind == TOC_CEL_ERROR ? *a : toc_cel_type_of(a->kind);
}

/* A field: its value, whether it has one, or both as an optional. */
static struct toc_cel_value load(struct toc_cel_scratch *scratch, enum toc_cel_opcode op,
                                 struct toc_cel_value value)
{
    bool is_missing = value.kind == TOC_CEL_ERROR && value.error.code == TOC_CEL_E_MISSING;

    if (op == TOC_CEL_OP_LOAD || (value.kind == TOC_CEL_ERROR && !is_missing)) {
        return value;
    }
    if (op == TOC_CEL_OP_TEST) {
        return toc_cel_bool(!is_missing);
    }
    return is_missing ? toc_cel_none() : toc_cel_some(scratch, value);
}

#define BOTH(a, b, k) ((a)->kind == (k) && (b)->kind == (k))
#define ARITHMETIC(typed, plain, sign)                                                             \
    case TOC_CEL_OP_##typed:                                                                       \
        top--;                                                                                     \
        if (BOTH(top - 1, top, TOC_CEL_DOUBLE)) {                                                  \
            top[-1].number = top[-1].number sign top->number;                                      \
        } else {                                                                                   \
            top[-1] = toc_cel_arithmetic(scratch, TOC_CEL_OP_##plain, top - 1, top);               \
        }                                                                                          \
        break;
#define ORDER(typed, plain, sign)                                                                  \
    case TOC_CEL_OP_##typed:                                                                       \
        top--;                                                                                     \
        top[-1] = BOTH(top - 1, top, TOC_CEL_DOUBLE)                                               \
                      ? toc_cel_bool(top[-1].number sign top->number)                              \
                      : toc_cel_compare(scratch, TOC_CEL_OP_##plain, top - 1, top);                \
        break;

struct toc_cel_value toc_cel_eval(const struct toc_cel_program *program,
                                  struct toc_cel_machine *machine, toc_cel_binding bind,
                                  const void *context, uint64_t fuel)
{
    struct toc_cel_scratch *scratch = &machine->scratch;
    struct toc_cel_value *top = machine->stack; /* The first free. */
    const struct toc_cel_code *code = program->code;

    toc_assert(program->stack <= TOC_CEL_STACK);
    scratch->used = 0;
    scratch->fuel = machine->fuel = fuel;
    for (;;) {
        struct toc_cel_loop *loop = &machine->loops[code->loop];
        enum toc_cel_macro macro = (enum toc_cel_macro)code->macro;
        const struct toc_cel_code *there = program->code + code->operand;
        enum toc_cel_opcode op = (enum toc_cel_opcode)code->op;
        const struct toc_cel_literal_shape *shape;
        size_t operand = code->operand;
        int64_t whole;

        if (scratch->fuel == 0) {
            return toc_cel_fail(TOC_CEL_E_FUEL);
        }
        scratch->fuel--;
        code++;
        switch (op) {
        case TOC_CEL_OP_CONST:
            *top++ = program->constants[operand];
            break;
        case TOC_CEL_OP_LOAD:
        case TOC_CEL_OP_TEST:
        case TOC_CEL_OP_LOAD_OPTIONAL:
            *top++ = load(scratch, op, bind(program->variable_ids[operand], scratch, context));
            break;
        case TOC_CEL_OP_LOCAL:
            *top++ = loop->item;
            break;
        case TOC_CEL_OP_FAIL:
            *top++ = toc_cel_fail((enum toc_cel_error)operand);
            break;
        case TOC_CEL_OP_LIST:
            top -= operand;
            *top = toc_cel_make_list(scratch, top, operand, NULL);
            top++;
            break;
        case TOC_CEL_OP_LIST_OPTIONAL:
            shape = &program->shapes[operand];
            top -= shape->count;
            *top = toc_cel_make_list(scratch, top, shape->count, shape->optional);
            top++;
            break;
        case TOC_CEL_OP_MAP:
            top -= 2 * operand;
            *top = toc_cel_make_map(scratch, top, operand, NULL);
            top++;
            break;
        case TOC_CEL_OP_MAP_OPTIONAL:
            shape = &program->shapes[operand];
            top -= (size_t)2 * shape->count;
            *top = toc_cel_make_map(scratch, top, shape->count, shape->optional);
            top++;
            break;
        case TOC_CEL_OP_SELECT:
        case TOC_CEL_OP_SELECT_OPTIONAL:
            top[-1] = toc_cel_select(scratch, top - 1, &program->constants[operand],
                                     op == TOC_CEL_OP_SELECT_OPTIONAL);
            break;
        case TOC_CEL_OP_SELECT_TEST:
            top[-1] = toc_cel_select_test(scratch, top - 1, &program->constants[operand]);
            break;
        case TOC_CEL_OP_INDEX:
        case TOC_CEL_OP_INDEX_OPTIONAL:
            top--;
            top[-1] = toc_cel_index(scratch, top - 1, top, op == TOC_CEL_OP_INDEX_OPTIONAL);
            break;
        case TOC_CEL_OP_IN:
            top--;
            top[-1] = toc_cel_in(scratch, top - 1, top);
            break;
        case TOC_CEL_OP_NOT:
            top[-1] = negated(top - 1);
            break;
        case TOC_CEL_OP_NEGATE:
            top[-1] = toc_cel_negate(top - 1);
            break;
        case TOC_CEL_OP_ADD_INT:
            top--;
            if (BOTH(top - 1, top, TOC_CEL_INT) &&
                !__builtin_add_overflow(top[-1].whole, top->whole, &whole)) {
                top[-1].whole = whole;
            } else {
                top[-1] = toc_cel_arithmetic(scratch, TOC_CEL_OP_ADD, top - 1, top);
            }
            break;
        case TOC_CEL_OP_SUBTRACT_INT:
            top--;
            if (BOTH(top - 1, top, TOC_CEL_INT) &&
                !__builtin_sub_overflow(top[-1].whole, top->whole, &whole)) {
                top[-1].whole = whole;
            } else {
                top[-1] = toc_cel_arithmetic(scratch, TOC_CEL_OP_SUBTRACT, top - 1, top);
            }
            break;
            ARITHMETIC(ADD_DOUBLE, ADD, +)
            ARITHMETIC(SUBTRACT_DOUBLE, SUBTRACT, -)
            ARITHMETIC(MULTIPLY_DOUBLE, MULTIPLY, *)
        case TOC_CEL_OP_DIVIDE_DOUBLE:
            top--;
            top[-1] = toc_cel_arithmetic(scratch, TOC_CEL_OP_DIVIDE, top - 1, top);
            break;
        case TOC_CEL_OP_ADD:
        case TOC_CEL_OP_SUBTRACT:
        case TOC_CEL_OP_MULTIPLY:
        case TOC_CEL_OP_DIVIDE:
        case TOC_CEL_OP_MODULO:
            top--;
            top[-1] = toc_cel_arithmetic(scratch, op, top - 1, top);
            break;
        case TOC_CEL_OP_EQUAL_STRING:
            top--;
            top[-1] = toc_cel_compare(scratch, TOC_CEL_OP_EQUAL, top - 1, top);
            break;
        case TOC_CEL_OP_EQUAL:
        case TOC_CEL_OP_UNEQUAL:
        case TOC_CEL_OP_LESS:
        case TOC_CEL_OP_AT_MOST:
        case TOC_CEL_OP_MORE:
        case TOC_CEL_OP_AT_LEAST:
            top--;
            top[-1] = toc_cel_compare(scratch, op, top - 1, top);
            break;
            ORDER(LESS_DOUBLE, LESS, <)
            ORDER(AT_MOST_DOUBLE, AT_MOST, <=)
            ORDER(MORE_DOUBLE, MORE, >)
            ORDER(AT_LEAST_DOUBLE, AT_LEAST, >=)
        case TOC_CEL_OP_TO_DOUBLE:
            if (top[-1].kind == TOC_CEL_INT) {
                top[-1] = toc_cel_double((double)top[-1].whole);
            }
            break;
        case TOC_CEL_OP_AND_LEFT:
        case TOC_CEL_OP_OR_LEFT:
            if (is_fatal(top - 1)) {
                return top[-1];
            }
            code = toc_cel_is_bool(top - 1, op == TOC_CEL_OP_OR_LEFT) ? there : code;
            break;
        case TOC_CEL_OP_AND:
        case TOC_CEL_OP_OR:
            top--;
            if (is_fatal(top)) {
                return *top;
            }
            top[-1] = toc_cel_logic(top - 1, top, op == TOC_CEL_OP_OR);
            break;
        case TOC_CEL_OP_DECIDE:
            if (top[-1].kind != TOC_CEL_BOOL) {
                top[-1] = toc_cel_no_bool(top - 1);
                code = there;
            }
            break;
        case TOC_CEL_OP_JUMP_UNLESS:
            top--;
            code = top->is_true ? code : there;
            break;
        case TOC_CEL_OP_JUMP:
            code = there;
            break;
        case TOC_CEL_OP_LOOP_BEGIN:
            top--;
            if (!toc_cel_loop_begin(scratch, loop, top, macro)) {
                *top++ = loop->result;
                code = there;
            }
            break;
        case TOC_CEL_OP_LOOP_NEXT:
            code = toc_cel_loop_next(loop) ? code : there;
            break;
        case TOC_CEL_OP_LOOP_KEEP:
            if (top[-1].kind != TOC_CEL_BOOL) {
                loop->result = toc_cel_no_bool(--top);
                code = there;
            }
            break;
        case TOC_CEL_OP_LOOP_STEP:
            top--;
            if (is_fatal(top)) {
                return *top;
            }
            code = toc_cel_loop_step(loop, top, macro) ? code : there;
            break;
        case TOC_CEL_OP_LOOP_END:
            *top++ = toc_cel_loop_result(loop, macro);
            break;
        case TOC_CEL_OP_NONE:
            *top++ = toc_cel_none();
            break;
        case TOC_CEL_OP_SOME:
        case TOC_CEL_OP_SOME_NONZERO:
        case TOC_CEL_OP_HAS_VALUE:
        case TOC_CEL_OP_VALUE:
        case TOC_CEL_OP_AS_OPTIONAL:
            top[-1] = optional_step(scratch, op, top - 1);
            break;
        case TOC_CEL_OP_OR_LEFT_OPTIONAL:
        case TOC_CEL_OP_OR_VALUE_LEFT:
            if (top[-1].kind != TOC_CEL_OPTIONAL) {
                top[-1] = toc_cel_no_bool(top - 1);
                code = there;
            } else if (top[-1].inner != NULL) {
                top[-1] = op == TOC_CEL_OP_OR_VALUE_LEFT ? *top[-1].inner : top[-1];
                code = there;
            }
            break;
        case TOC_CEL_OP_DROP:
            top--;
            break;
        case TOC_CEL_OP_BIND:
            top--;
            if (top->kind != TOC_CEL_OPTIONAL || top->inner == NULL) {
                *top = top->kind == TOC_CEL_OPTIONAL ? *top : toc_cel_no_bool(top);
                top++;
                code = there;
            } else {
                loop->item = *top->inner;
            }
            break;
        case TOC_CEL_OP_CALL:
            top -= program->calls[operand].count;
            *top = call(scratch, &program->calls[operand], top);
            top++;
            break;
        case TOC_CEL_OP_TYPE:
            top[-1] = type_of(top - 1);
            break;
        case TOC_CEL_OP_MATCH:
            top[-1] = match(scratch, top - 1, program->patterns[operand]);
            break;
        case TOC_CEL_OP_IN_LIST:
            top[-1] = in_list(scratch, top - 1, program->lists[operand]);
            break;
        case TOC_CEL_OP_WITHIN:
            top[-1] = within(scratch, top - 1, program->places, operand);
            break;
        case TOC_CEL_OP_END:
            return top[-1];
        case TOC_CEL_OPCODES:
            toc_assert(false); /* No instruction. */
        }
    }
}
