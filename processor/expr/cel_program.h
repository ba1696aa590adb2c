/* expr/cel_program.h - what runs: instructions and what they refer to. */
#pragma once
#include "expr/cel.h"
#include "expr/cel_func.h"

#ifdef __cplusplus
extern "C" {
#endif

enum toc_cel_opcode {
#define TOC_CEL_OP(name, text, pops, pushes, operand, help) TOC_CEL_OP_##name,
#include "expr/cel_op.def"
#undef TOC_CEL_OP
    TOC_CEL_OPCODES,
};

enum toc_cel_operand {
    TOC_CEL_O_NONE,
    TOC_CEL_O_CONSTANT,
    TOC_CEL_O_VARIABLE,
    TOC_CEL_O_TARGET,
    TOC_CEL_O_COUNT,
    TOC_CEL_O_CALL,
    TOC_CEL_O_SHAPE,
    TOC_CEL_O_LOOP,
    TOC_CEL_O_PATTERN,
    TOC_CEL_O_PLACE,
    TOC_CEL_O_LIST,
    TOC_CEL_O_CODE,
};

struct toc_cel_op {
    const char *text;
    int pops, pushes;
    enum toc_cel_operand operand;
    const char *help;
};
extern const struct toc_cel_op toc_cel_ops[TOC_CEL_OPCODES];

/* What a loop is for. */
enum toc_cel_macro {
    TOC_CEL_ALL,
    TOC_CEL_EXISTS,
    TOC_CEL_EXISTS_ONE,
    TOC_CEL_FILTER,
    TOC_CEL_MAP_MACRO,
};

/* Of LOOP instructions: nesting in `loop`, the macro in `macro`. */
struct toc_cel_code {
    uint8_t op, loop, macro, spare;
    uint32_t operand;
};

/* The rows a call may take, and which kinds they take at each argument. */
struct toc_cel_overload {
    toc_cel_function function;
    const char *name;
    uint32_t kinds[8]; /* Bits of enum toc_cel_kind. */
    uint8_t count;
    bool repeats; /* The last may be repeated. */
};
struct toc_cel_call {
    const struct toc_cel_overload *overloads;
    size_t overload_count;
    uint32_t count; /* Arguments given. */
};

/* A literal with optional entries: how many, and which. */
struct toc_cel_literal_shape {
    uint32_t count;       /* Items, or entries of a map. */
    const bool *optional; /* One each. */
};

/* A set of folded texts. */
struct toc_cel_set;
/* @list need not stay. */
const struct toc_cel_set *toc_cel_set_create(struct toc_arena *arena, struct toc_cel_list list,
                                             struct toc_str name);
/* Is @text in it, without case? An ERROR if it costs too much. */
struct toc_cel_value toc_cel_set_has(const struct toc_cel_set *set, struct toc_cel_scratch *scratch,
                                     struct toc_str text);
struct toc_str toc_cel_set_name(const struct toc_cel_set *set);
/* Of its texts, in whatever order they were given. */
uint64_t toc_cel_set_digest(const struct toc_cel_set *set);

struct toc_cel_program {
    const struct toc_cel_type *type;
    const struct toc_cel_code *code;
    size_t code_count;
    const struct toc_cel_value *constants;
    size_t constant_count;
    const struct toc_cel_call *calls;
    const struct toc_cel_literal_shape *shapes;
    struct toc_pattern *const *patterns;
    const struct toc_str *pattern_texts;
    const struct toc_cel_set *const *lists;
    size_t list_count;
    const struct toc_places *places;
    const struct toc_str *variable_names; /* By the index that instructions carry. */
    const int32_t *variable_ids;
    size_t variable_count;
    const int32_t *reads; /* Each id once. */
    size_t read_count;
    size_t stack;           /* Deepest. */
    struct toc_str spelled; /* toc_cel_print. */
};

#ifdef __cplusplus
}
#endif
