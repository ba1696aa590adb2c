/* expr/cel.h - expressions in CEL (the Common Expression Language): read, checked, run.
 *
 * The tocsin profile: CEL 1.0 (cel-spec v0.25) without protobuf messages, uint, bytes and enums,
 * with optionals and the string and math extensions; int and double mix in arithmetic (the int
 * becomes a double; a note says so). Ours: geo.distance, geo.within, in_list, positions. No clock.
 * Meaning for rules and the list of functions: rules/README.md.
 *
 * A text is compiled once, at load, into a program (typed bytecode: expr/cel_op.def) or findings;
 * a program is run on a machine, which owns a scratch of fixed size: running takes nothing from the
 * heap. Bounds: TOC_CEL_* below; costs: fuel (toc_cel_scratch).
 * Memory: program, types and texts lie in the caller's arena; patterns in its toc_patterns.
 * Threads: a program is immutable; a machine has one owner. */
#pragma once
#include "base/arena.h"
#include "event/place.h"
#include "expr/cel_value.h"
#include "expr/pattern.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    TOC_CEL_SOURCE = 10000,  /* Bytes of an expression. */
    TOC_CEL_DEPTH = 100,     /* How deep it may nest. */
    TOC_CEL_NODES = 4000,    /* Parts it may have. */
    TOC_CEL_NESTED = 12,     /* Loops (all, map, ...) within one another. */
    TOC_CEL_FINDINGS = 20,   /* More are not kept. */
    TOC_CEL_STACK = 512,     /* Values on the machine's stack. */
    TOC_CEL_SCRATCH = 65536, /* Usual bytes of a machine's scratch. */
    TOC_CEL_FUEL = 20000,    /* Usual budget of one evaluation. */
};

/* Static types. The kinds of values, and `dyn`: known only when it runs. */
struct toc_cel_type;
extern const struct toc_cel_type toc_cel_dyn, toc_cel_type_null, toc_cel_type_bool,
    toc_cel_type_int, toc_cel_type_double, toc_cel_type_string, toc_cel_type_timestamp,
    toc_cel_type_duration, toc_cel_type_point;
const struct toc_cel_type *toc_cel_type_list(struct toc_arena *arena,
                                             const struct toc_cel_type *item);
const struct toc_cel_type *toc_cel_type_map(struct toc_arena *arena, const struct toc_cel_type *key,
                                            const struct toc_cel_type *value);
const struct toc_cel_type *toc_cel_type_optional(struct toc_arena *arena,
                                                 const struct toc_cel_type *inner);
const struct toc_cel_type *toc_cel_type_type(struct toc_arena *arena,
                                             const struct toc_cel_type *of);
/* "list(string)", "map(string, dyn)", "optional_type(int)", "type(int)": appended, as the reference
 * implementation prints it. */
void toc_cel_type_print(const struct toc_cel_type *type, struct toc_text *out);

/* A name an expression may use. */
struct toc_cel_variable {
    struct toc_str name; /* "confidence"; with dots also "event.confidence", "impact.munition". */
    const struct toc_cel_type *type;
    int32_t id;    /* Handed to the binding; ids may repeat (two names of one field). */
    bool may_miss; /* It may have no value: has(NAME), `a.?b` of "a.b" are allowed. */
    const struct toc_str *values; /* The texts it, or each of its items, is one of; NULL = any. */
    size_t value_count;
};

/* A list by name, for in_list: its texts folded (toc_text_fold). */
struct toc_cel_list {
    const struct toc_str *folded;
    size_t count;
};

struct toc_cel_world {
    const struct toc_cel_variable *variables;
    size_t variable_count;
    const struct toc_places *places; /* For geo.within; NULL = none. */
    /* The list called @name; false: none, *out_nearest perhaps the one meant. NULL = no lists. */
    bool (*find_list)(struct toc_str name, struct toc_cel_list *out, struct toc_str *out_nearest,
                      void *context);
    /* The place that @name ("Gao", "camp.Gao") says: its index; -1: none (*out_nearest perhaps the
     * one meant); -2: more than one. Asked only if there are places. */
    int (*find_place)(struct toc_str name, struct toc_str *out_nearest, void *context);
    void *context;
};

enum toc_cel_fault {
    TOC_CEL_SYNTAX, /* Not an expression: also a bad literal or escape, or beyond the bounds. */
    TOC_CEL_NAME,   /* A name that is not declared. */
    TOC_CEL_PART,   /* A position has no such part. */
    TOC_CEL_VALUE_FAULT, /* Compared with a text it can never be (toc_cel_variable.values). */
    TOC_CEL_FUNCTION,    /* A function that does not exist. */
    TOC_CEL_TYPE_FAULT,  /* Types that do not go together. */
    TOC_CEL_PATTERN,     /* A regular expression that is not valid, or not a literal. */
    TOC_CEL_LIST_NAME,   /* A list that is not known. */
    TOC_CEL_PLACE_NAME,  /* A place that is not known, or ambiguous. */
    TOC_CEL_EXCLUDED,    /* CEL, but not in the profile (uint, bytes, messages). */
    TOC_CEL_MIXED,       /* A note, no error: int and double mixed. */
};

/* What is wrong with an expression. Byte offsets into its text. */
struct toc_cel_finding {
    enum toc_cel_fault fault;
    bool is_note;        /* No error: the program is there. */
    size_t offset;       /* Where the reference implementation points: the operator, the '('... */
    size_t line, column; /* The same from 1; columns in code points. */
    size_t from, size;   /* The words at fault, for underlining; size may be 0. */
    struct toc_str text; /* A sentence without a full stop; in the arena. */
    struct toc_str nearest; /* What may have been meant, or empty. */
};

struct toc_cel_findings {
    struct toc_cel_finding items[TOC_CEL_FINDINGS];
    size_t count;
};

struct toc_cel_program;

/* Compile @text. @wanted: the type it must have, or NULL for any (a `dyn` goes for every type).
 * NULL: @out_findings (cleared first) holds at least one error. Notes may stand there either way.
 * @arena keeps the program and what it needs; @text is copied. */
const struct toc_cel_program *
toc_cel_compile(struct toc_str text, const struct toc_cel_world *world,
                const struct toc_cel_type *wanted, struct toc_arena *arena,
                struct toc_patterns *patterns, struct toc_cel_findings *out_findings);
/* Skip the type check, as the conformance cases marked so want it: every variable is `dyn`. */
const struct toc_cel_program *toc_cel_compile_unchecked(struct toc_str text,
                                                        const struct toc_cel_world *world,
                                                        struct toc_arena *arena,
                                                        struct toc_patterns *patterns,
                                                        struct toc_cel_findings *out_findings);
/* The static type found. */
const struct toc_cel_type *toc_cel_program_type(const struct toc_cel_program *program);
/* The program as text, one instruction a line, for `explain --plan` and tests: appended. */
void toc_cel_disassemble(const struct toc_cel_program *program, struct toc_text *out);
/* The expression in one spelling, whatever its spaces, comments, quotes and brackets were: equal
 * for equal meaning of the parse. For semantic hashes. Appended. */
void toc_cel_print(const struct toc_cel_program *program, struct toc_text *out);
/* The ids of the variables it may read, each once, in order of first use. Returns how many. */
size_t toc_cel_program_reads(const struct toc_cel_program *program, const int32_t **out_ids);

/* The machine: a stack and a scratch of @room bytes (TOC_CEL_SCRATCH). */
struct toc_cel_machine;
struct toc_cel_machine *toc_cel_machine_create(size_t room);
void toc_cel_machine_destroy(struct toc_cel_machine *machine);

/* The value of variable @id now: of its declared type, or toc_cel_missing(id). Lists and points may
 * be made in @scratch. */
typedef struct toc_cel_value (*toc_cel_binding)(int32_t id, struct toc_cel_scratch *scratch,
                                                const void *context);
static inline struct toc_cel_value toc_cel_missing(int32_t id)
{
    struct toc_cel_value value = toc_cel_fail(TOC_CEL_E_MISSING);

    value.error.variable = id;
    return value;
}

/* Run @program with at most @fuel. The value, perhaps an ERROR, is good until the machine's next
 * evaluation. Never a crash, never longer than the fuel. */
struct toc_cel_value toc_cel_eval(const struct toc_cel_program *program,
                                  struct toc_cel_machine *machine, toc_cel_binding bind,
                                  const void *context, uint64_t fuel);
/* Fuel the last evaluation used. */
uint64_t toc_cel_machine_used(const struct toc_cel_machine *machine);

#ifdef __cplusplus
}
#endif
