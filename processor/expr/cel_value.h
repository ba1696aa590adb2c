/* expr/cel_value.h - what an expression works on: CEL values, and the memory they lie in.
 *
 * A value is small and copied freely; texts, lists, maps and points lie elsewhere and are borrowed:
 * from the program (literals), from the event (fields) or from the scratch of the machine (what an
 * expression makes), so a value is good until the next evaluation on that machine.
 * A failed operation gives a value too, of kind ERROR: it travels up until `&&`, `||`, `all`,
 * `exists` absorb it. Source: the CEL specification, langdef.md (cel-spec v0.25). No `uint`, bytes,
 * enums or messages.
 * Threads: a machine and its scratch have one owner. */
#pragma once
#include "event/geo.h"

#ifdef __cplusplus
extern "C" {
#endif

enum toc_cel_kind {
    TOC_CEL_ERROR,
    TOC_CEL_NULL,
    TOC_CEL_BOOL,
    TOC_CEL_INT,
    TOC_CEL_DOUBLE,
    TOC_CEL_STRING, /* Valid UTF-8; its length is in code points. */
    TOC_CEL_TIMESTAMP,
    TOC_CEL_DURATION,
    TOC_CEL_LIST,
    TOC_CEL_MAP,
    TOC_CEL_TYPE,
    TOC_CEL_OPTIONAL,
    TOC_CEL_POINT, /* Ours: a position on Earth, with .lat .lon .error_m .alt_m. */
    TOC_CEL_KINDS,
};

/* Why an evaluation failed. Texts: toc_cel_error_text. */
enum toc_cel_error {
    TOC_CEL_E_MISSING,  /* A variable has no value; `variable` says which. */
    TOC_CEL_E_OVERLOAD, /* The operation does not take values of these types. */
    TOC_CEL_E_OVERFLOW, /* Beyond int, timestamp or duration. */
    TOC_CEL_E_DIVIDE,   /* By zero; modulus by zero. */
    TOC_CEL_E_KEY,      /* No such key, field or value of an optional. */
    TOC_CEL_E_INDEX,    /* Beyond the list or text. */
    TOC_CEL_E_REPEATED, /* A map literal has a key twice. */
    TOC_CEL_E_CONVERT,  /* The text or number cannot be read as this type. */
    TOC_CEL_E_ARGUMENT, /* An argument out of the function's range. */
    TOC_CEL_E_FUEL,     /* The budget of the evaluation is used up; never absorbed. */
    TOC_CEL_E_SPACE,    /* The scratch is full; never absorbed. */
};

/* Whole seconds and nanoseconds 0..999,999,999 to be added, also when negative: -0.5 s is {-1,
 * 500000000}. Of a timestamp: since the Unix epoch. */
struct toc_cel_time {
    int64_t s;
    int32_t ns;
};
/* 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z; durations whose nanoseconds are an int64,
 * some 292 years (CEL specification, "Overflow"). */
#define TOC_CEL_TIMESTAMP_MIN_S INT64_C(-62135596800)
#define TOC_CEL_TIMESTAMP_MAX_S INT64_C(253402300799)
#define TOC_CEL_DURATION_MAX_S  INT64_C(9223372036) /* And 854,775,807 ns; or ...808 before 0. */

struct toc_cel_entry;
struct toc_cel_value {
    enum toc_cel_kind kind;
    union {
        struct {
            enum toc_cel_error code;
            int32_t variable; /* toc_cel_variable.id of the one missing; else 0. */
        } error;
        bool is_true;
        int64_t whole;
        double number;
        struct toc_str text;
        struct toc_cel_time time; /* TIMESTAMP, DURATION */
        struct {
            const struct toc_cel_value *items;
            size_t count;
        } list;
        struct {
            const struct toc_cel_entry *entries; /* In the order given; no key twice. */
            size_t count;
        } map;
        enum toc_cel_kind type;            /* TYPE: of which values; TYPE is the type of types. */
        const struct toc_cel_value *inner; /* OPTIONAL: NULL = none. */
        const struct toc_point *point;
    };
};

struct toc_cel_entry {
    struct toc_cel_value key; /* bool, int or string */
    struct toc_cel_value value;
};

/* Room for what one evaluation makes, and what it may still cost. Handed to every function. */
struct toc_cel_scratch {
    unsigned char *bytes;
    size_t room, used;
    uint64_t fuel; /* Left. One unit is about one instruction, or 16 bytes or one item looked at. */
};

/* @size bytes, aligned for a value, not zeroed; NULL: full, then answer TOC_CEL_E_SPACE. */
void *toc_cel_take(struct toc_cel_scratch *scratch, size_t size);
/* Pay for looking at @bytes of text (or toc_cel_pay_items: at @count items). False: no fuel left,
 * then answer TOC_CEL_E_FUEL. */
bool toc_cel_pay_bytes(struct toc_cel_scratch *scratch, size_t bytes);
bool toc_cel_pay_items(struct toc_cel_scratch *scratch, size_t count);

static inline struct toc_cel_value toc_cel_fail(enum toc_cel_error code)
{
    struct toc_cel_value value = {.kind = TOC_CEL_ERROR};

    value.error.code = code;
    value.error.variable = 0;
    return value;
}
static inline struct toc_cel_value toc_cel_null(void)
{
    return (struct toc_cel_value){.kind = TOC_CEL_NULL};
}
static inline struct toc_cel_value toc_cel_bool(bool is_true)
{
    return (struct toc_cel_value){.kind = TOC_CEL_BOOL, .is_true = is_true};
}
static inline struct toc_cel_value toc_cel_int(int64_t whole)
{
    return (struct toc_cel_value){.kind = TOC_CEL_INT, .whole = whole};
}
static inline struct toc_cel_value toc_cel_double(double number)
{
    return (struct toc_cel_value){.kind = TOC_CEL_DOUBLE, .number = number};
}
static inline struct toc_cel_value toc_cel_string(struct toc_str text)
{
    return (struct toc_cel_value){.kind = TOC_CEL_STRING, .text = text};
}
static inline struct toc_cel_value toc_cel_type_of(enum toc_cel_kind kind)
{
    return (struct toc_cel_value){.kind = TOC_CEL_TYPE, .type = kind};
}
/* Errors if out of range. @ns 0..999,999,999. */
struct toc_cel_value toc_cel_timestamp(int64_t s, int32_t ns);
struct toc_cel_value toc_cel_duration(int64_t s, int32_t ns);
/* optional.of(@value); errors stay what they are. */
struct toc_cel_value toc_cel_some(struct toc_cel_scratch *scratch, struct toc_cel_value value);
static inline struct toc_cel_value toc_cel_none(void)
{
    return (struct toc_cel_value){.kind = TOC_CEL_OPTIONAL, .inner = NULL};
}

/* CEL's `==`, which answers for every pair of values: int and double as doubles, NaN
 * equal to nothing, lists item by item, maps by key, other kinds only among themselves. Costs fuel;
 * an ERROR when that is used up. No operand may be an ERROR. */
struct toc_cel_value toc_cel_equal(struct toc_cel_scratch *scratch, const struct toc_cel_value *a,
                                   const struct toc_cel_value *b);
/* Their order as -1, 0, 1 in *out: bool, int and double (mixed: as doubles), string (by code
 * point), timestamp, duration. False: no such order (other kinds; NaN, whose comparisons are all
 * false: then *out is 2 and the answer true). */
bool toc_cel_order(const struct toc_cel_value *a, const struct toc_cel_value *b, int *out);
/* The value under @key, or NULL. An int key is found by a double that is exactly it. */
const struct toc_cel_value *toc_cel_map_find(const struct toc_cel_value *map,
                                             const struct toc_cel_value *key);
/* Is it the zero value of its kind (false 0 0.0 "" [] {} null, none, 0s, the epoch)? */
bool toc_cel_is_zero(const struct toc_cel_value *value);
/* Code points in @text, which is UTF-8 (other bytes count one each). */
size_t toc_cel_length(struct toc_str text);

/* "int", "google.protobuf.Timestamp", ...: as type() prints it; static. */
const char *toc_cel_kind_text(enum toc_cel_kind kind);
/* "division by zero", ...: static. */
const char *toc_cel_error_text(enum toc_cel_error code);

#ifdef __cplusplus
}
#endif
