#include "expr/cel_type.h"

#include "base/assert.h"

#define PLAIN(k)                                                                                   \
    {                                                                                              \
        .shape = TOC_CEL_S_PLAIN, .kind = k                                                        \
    }
const struct toc_cel_type toc_cel_dyn = {.shape = TOC_CEL_S_DYN};
const struct toc_cel_type toc_cel_type_null = PLAIN(TOC_CEL_NULL);
const struct toc_cel_type toc_cel_type_bool = PLAIN(TOC_CEL_BOOL);
const struct toc_cel_type toc_cel_type_int = PLAIN(TOC_CEL_INT);
const struct toc_cel_type toc_cel_type_double = PLAIN(TOC_CEL_DOUBLE);
const struct toc_cel_type toc_cel_type_string = PLAIN(TOC_CEL_STRING);
const struct toc_cel_type toc_cel_type_timestamp = PLAIN(TOC_CEL_TIMESTAMP);
const struct toc_cel_type toc_cel_type_duration = PLAIN(TOC_CEL_DURATION);
const struct toc_cel_type toc_cel_type_point = PLAIN(TOC_CEL_POINT);
static const struct toc_cel_type number = {.shape = TOC_CEL_S_NUMBER};
#undef PLAIN

static struct toc_cel_type *make(struct toc_arena *arena, enum toc_cel_shape shape,
                                 const struct toc_cel_type *a, const struct toc_cel_type *b)
{
    struct toc_cel_type *type = toc_arena_get(arena, sizeof *type);

    *type = (struct toc_cel_type){.shape = shape, .a = a, .b = b};
    return type;
}

const struct toc_cel_type *toc_cel_type_list(struct toc_arena *arena,
                                             const struct toc_cel_type *item)
{
    return make(arena, TOC_CEL_S_LIST, item, NULL);
}

const struct toc_cel_type *toc_cel_type_map(struct toc_arena *arena, const struct toc_cel_type *key,
                                            const struct toc_cel_type *value)
{
    return make(arena, TOC_CEL_S_MAP, key, value);
}

const struct toc_cel_type *toc_cel_type_optional(struct toc_arena *arena,
                                                 const struct toc_cel_type *inner)
{
    return make(arena, TOC_CEL_S_OPTIONAL, inner, NULL);
}

const struct toc_cel_type *toc_cel_type_type(struct toc_arena *arena, const struct toc_cel_type *of)
{
    return make(arena, TOC_CEL_S_TYPE, of, NULL);
}

const struct toc_cel_type *toc_cel_type_parameter(struct toc_arena *arena)
{
    return make(arena, TOC_CEL_S_PARAMETER, NULL, NULL);
}

const struct toc_cel_type *toc_cel_type_plain(enum toc_cel_kind kind)
{
    static const struct toc_cel_type *const plain[TOC_CEL_KINDS] = {
        [TOC_CEL_NULL] = &toc_cel_type_null,         [TOC_CEL_BOOL] = &toc_cel_type_bool,
        [TOC_CEL_INT] = &toc_cel_type_int,           [TOC_CEL_DOUBLE] = &toc_cel_type_double,
        [TOC_CEL_STRING] = &toc_cel_type_string,     [TOC_CEL_TIMESTAMP] = &toc_cel_type_timestamp,
        [TOC_CEL_DURATION] = &toc_cel_type_duration, [TOC_CEL_POINT] = &toc_cel_type_point,
    };

    return plain[kind] != NULL ? plain[kind] : &toc_cel_dyn;
}

const struct toc_cel_type *toc_cel_type_now(const struct toc_cel_type *type)
{
    while (type->shape == TOC_CEL_S_PARAMETER && type->bound != NULL) {
        type = type->bound;
    }
    return type;
}

const struct toc_cel_type *toc_cel_type_final(struct toc_arena *arena,
                                              const struct toc_cel_type *type)
{
    type = toc_cel_type_now(type);
    switch (type->shape) {
    case TOC_CEL_S_PARAMETER:
        return &toc_cel_dyn;
    case TOC_CEL_S_LIST:
    case TOC_CEL_S_OPTIONAL:
    case TOC_CEL_S_TYPE:
        return make(arena, type->shape, toc_cel_type_final(arena, type->a), NULL);
    case TOC_CEL_S_MAP:
        return make(arena, type->shape, toc_cel_type_final(arena, type->a),
                    toc_cel_type_final(arena, type->b));
    default:
        return type;
    }
}

bool toc_cel_type_is(const struct toc_cel_type *type, enum toc_cel_kind kind)
{
    type = toc_cel_type_now(type);
    return type->shape == TOC_CEL_S_PLAIN && type->kind == kind;
}

bool toc_cel_type_is_dyn(const struct toc_cel_type *type)
{
    enum toc_cel_shape shape = toc_cel_type_now(type)->shape;

    return shape == TOC_CEL_S_DYN || shape == TOC_CEL_S_PARAMETER;
}

bool toc_cel_type_is_number(const struct toc_cel_type *type)
{
    return toc_cel_type_is(type, TOC_CEL_INT) || toc_cel_type_is(type, TOC_CEL_DOUBLE);
}

static bool is_same(const struct toc_cel_type *a, const struct toc_cel_type *b)
{
    a = toc_cel_type_now(a);
    b = toc_cel_type_now(b);
    if (a == b) {
        return true;
    }
    if (a->shape != b->shape || a->shape == TOC_CEL_S_PARAMETER) {
        return false;
    }
    if (a->shape == TOC_CEL_S_PLAIN) {
        return a->kind == b->kind;
    }
    return (a->a == NULL || is_same(a->a, b->a)) && (a->b == NULL || is_same(a->b, b->b));
}

/* Does @parameter occur in @type? Then it cannot stand for it. */
static bool occurs(const struct toc_cel_type *parameter, const struct toc_cel_type *type)
{
    type = toc_cel_type_now(type);
    return type == parameter || (type->a != NULL && occurs(parameter, type->a)) ||
           (type->b != NULL && occurs(parameter, type->b));
}

static void bind(struct toc_cel_bindings *bindings, const struct toc_cel_type *parameter,
                 const struct toc_cel_type *type)
{
    struct toc_cel_type *writable = (struct toc_cel_type *)parameter; /* It is in our arena. */

    if (bindings->count == bindings->room) {
        size_t room = bindings->room == 0 ? 64 : bindings->room * 2;
        struct toc_cel_undo *more = toc_arena_array(bindings->arena, room, sizeof *bindings->undo);

        if (bindings->count > 0) {
            memcpy(more, bindings->undo, bindings->count * sizeof *more);
        }
        bindings->undo = more;
        bindings->room = room;
    }
    bindings->undo[bindings->count++] =
        (struct toc_cel_undo){.parameter = writable, .before = writable->bound};
    writable->bound = type;
}

void toc_cel_type_undo(struct toc_cel_bindings *bindings, size_t count)
{
    while (bindings->count > count) {
        struct toc_cel_undo *undo = &bindings->undo[--bindings->count];

        undo->parameter->bound = undo->before;
    }
}

/* Is @a as general as @b, or more? */
static bool is_general(const struct toc_cel_type *a, const struct toc_cel_type *b)
{
    a = toc_cel_type_now(a);
    b = toc_cel_type_now(b);
    if (a->shape == TOC_CEL_S_DYN || a->shape == TOC_CEL_S_PARAMETER) {
        return true;
    }
    if (b->shape == TOC_CEL_S_DYN || b->shape == TOC_CEL_S_PARAMETER || a->shape != b->shape) {
        return false;
    }
    switch (a->shape) {
    case TOC_CEL_S_LIST:
    case TOC_CEL_S_OPTIONAL:
        return is_general(a->a, b->a);
    case TOC_CEL_S_MAP:
        return is_general(a->a, b->a) && is_general(a->b, b->b);
    case TOC_CEL_S_TYPE:
        return true;
    default:
        return is_same(a, b);
    }
}

static bool fits(struct toc_cel_bindings *bindings, const struct toc_cel_type *from,
                 const struct toc_cel_type *to);

/* @parameter, perhaps bound before, is to stand for @type (too). */
static bool substitute(struct toc_cel_bindings *bindings, const struct toc_cel_type *parameter,
                       const struct toc_cel_type *type)
{
    while (parameter->bound != NULL && parameter->bound->shape == TOC_CEL_S_PARAMETER) {
        parameter = parameter->bound;
    }
    if (toc_cel_type_now(type) == parameter) {
        return true;
    }
    if (parameter->bound != NULL) {
        const struct toc_cel_type *bound = parameter->bound;

        if (is_same(type, bound)) {
            return true;
        }
        if (!fits(bindings, type, bound)) {
            return false;
        }
        const struct toc_cel_type *general = is_general(type, bound) ? type : bound;
        if (!occurs(parameter, general)) {
            bind(bindings, parameter, general);
        }
        return true;
    }
    if (occurs(parameter, type)) {
        return false;
    }
    bind(bindings, parameter, type);
    return true;
}

/* null stands for "none of these" of what is no plain value, as the reference has it. */
static bool takes_null(const struct toc_cel_type *type)
{
    return type->shape == TOC_CEL_S_OPTIONAL || toc_cel_type_is(type, TOC_CEL_NULL) ||
           toc_cel_type_is(type, TOC_CEL_TIMESTAMP) || toc_cel_type_is(type, TOC_CEL_DURATION) ||
           toc_cel_type_is(type, TOC_CEL_POINT);
}

static bool fits(struct toc_cel_bindings *bindings, const struct toc_cel_type *from,
                 const struct toc_cel_type *to)
{
    if (to->shape == TOC_CEL_S_NUMBER) { /* A wish, not a type: nothing is bound to it. */
        return toc_cel_type_is_number(from) || toc_cel_type_is_dyn(from);
    }
    if (to->shape == TOC_CEL_S_PARAMETER) {
        return substitute(bindings, to, from);
    }
    if (from->shape == TOC_CEL_S_PARAMETER) {
        return substitute(bindings, from, to);
    }
    if (from->shape == TOC_CEL_S_DYN || to->shape == TOC_CEL_S_DYN) {
        return true;
    }
    if (toc_cel_type_is(from, TOC_CEL_NULL)) {
        return takes_null(to);
    }
    if (toc_cel_type_is(to, TOC_CEL_NULL)) {
        return takes_null(from);
    }
    if (from->shape != to->shape) {
        return false;
    }
    switch (from->shape) {
    case TOC_CEL_S_LIST:
    case TOC_CEL_S_OPTIONAL:
        return fits(bindings, from->a, to->a);
    case TOC_CEL_S_MAP:
        return fits(bindings, from->a, to->a) && fits(bindings, from->b, to->b);
    case TOC_CEL_S_TYPE: /* type(int) == type(string): a question one may ask. */
        return true;
    default:
        return from->kind == to->kind;
    }
}

bool toc_cel_type_fits(struct toc_cel_bindings *bindings, const struct toc_cel_type *from,
                       const struct toc_cel_type *to)
{
    size_t before = bindings->count;

    if (fits(bindings, from, to)) {
        return true;
    }
    toc_cel_type_undo(bindings, before);
    return false;
}

const struct toc_cel_type *toc_cel_type_join(struct toc_cel_bindings *bindings,
                                             const struct toc_cel_type *a,
                                             const struct toc_cel_type *b)
{
    if (a == NULL) {
        return b;
    }
    if (!toc_cel_type_fits(bindings, a, b)) {
        return &toc_cel_dyn;
    }
    return is_general(a, b) ? a : b;
}

/* Reading of type texts; a word each step. */
struct reading {
    struct toc_arena *arena;
    const char *at;
    const struct toc_cel_type *parameters[2]; /* A, B */
};

static bool take(struct reading *r, const char *word)
{
    size_t size = strlen(word);

    while (*r->at == ' ') {
        r->at++;
    }
    if (strncmp(r->at, word, size) != 0) {
        return false;
    }
    r->at += size;
    return true;
}

static const struct toc_cel_type *read_type(struct reading *r)
{
    static const struct {
        const char *word;
        const struct toc_cel_type *type;
    } words[] = {
        {"bool", &toc_cel_type_bool},
        {"int", &toc_cel_type_int},
        {"double", &toc_cel_type_double},
        {"string", &toc_cel_type_string},
        {"timestamp", &toc_cel_type_timestamp},
        {"duration", &toc_cel_type_duration},
        {"null", &toc_cel_type_null},
        {"point", &toc_cel_type_point},
        {"dyn", &toc_cel_dyn},
        {"number", &number},
    };
    enum toc_cel_shape shape = TOC_CEL_S_PLAIN;

    for (int i = 0; i < 2; i++) {
        if (take(r, i == 0 ? "A" : "B")) {
            if (r->parameters[i] == NULL) {
                r->parameters[i] = toc_cel_type_parameter(r->arena);
            }
            return r->parameters[i];
        }
    }
    if (take(r, "list(")) {
        shape = TOC_CEL_S_LIST;
    } else if (take(r, "map(")) {
        shape = TOC_CEL_S_MAP;
    } else if (take(r, "optional(")) {
        shape = TOC_CEL_S_OPTIONAL;
    } else if (take(r, "type(")) {
        shape = TOC_CEL_S_TYPE;
    }
    if (shape != TOC_CEL_S_PLAIN) {
        const struct toc_cel_type *a = read_type(r), *b = NULL;

        if (shape == TOC_CEL_S_MAP) {
            toc_assert(take(r, ","));
            b = read_type(r);
        }
        toc_assert(take(r, ")"));
        return make(r->arena, shape, a, b);
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (take(r, words[i].word)) {
            return words[i].type;
        }
    }
    toc_assert(false); /* A type that cel_func.h does not know. */
    return NULL;
}

void toc_cel_type_read(struct toc_arena *arena, const char *parameters, const char *result,
                       struct toc_cel_signature *out)
{
    struct reading r = {.arena = arena, .at = parameters};

    *out = (struct toc_cel_signature){0};
    while (*r.at != '\0') {
        toc_assert(out->count < sizeof out->parameters / sizeof out->parameters[0]);
        toc_assert(!out->repeats);
        out->parameters[out->count++] = read_type(&r);
        out->repeats = take(&r, "...");
        toc_assert(take(&r, ",") || *r.at == '\0');
    }
    r.at = result;
    out->result = read_type(&r);
    toc_assert(*r.at == '\0');
}

void toc_cel_type_print(const struct toc_cel_type *type, struct toc_text *out)
{
    type = toc_cel_type_now(type);
    switch (type->shape) {
    case TOC_CEL_S_DYN:
    case TOC_CEL_S_PARAMETER:
        toc_text_add(out, TOC_STR("dyn"));
        return;
    case TOC_CEL_S_NUMBER:
        toc_text_add(out, TOC_STR("number"));
        return;
    case TOC_CEL_S_PLAIN:
        toc_text_add(out, toc_cel_type_is(type, TOC_CEL_NULL)
                              ? TOC_STR("null")
                              : toc_str_of(toc_cel_kind_text(type->kind)));
        return;
    case TOC_CEL_S_LIST:
        toc_text_add(out, TOC_STR("list("));
        break;
    case TOC_CEL_S_MAP:
        toc_text_add(out, TOC_STR("map("));
        break;
    case TOC_CEL_S_OPTIONAL:
        toc_text_add(out, TOC_STR("optional_type("));
        break;
    case TOC_CEL_S_TYPE:
        toc_text_add(out, TOC_STR("type("));
        break;
    }
    toc_cel_type_print(type->a, out);
    if (type->b != NULL) {
        toc_text_add(out, TOC_STR(", "));
        toc_cel_type_print(type->b, out);
    }
    toc_text_add_char(out, ')');
}
