#include "expr/cel_check.h"

#include "base/assert.h"

static void check_node(struct toc_cel_check *c, struct toc_cel_node *node);

static const struct toc_cel_type *fresh(struct toc_cel_check *c)
{
    return toc_cel_type_parameter(c->arena);
}

/* "list(int)" for a sentence, in the arena. */
static struct toc_str type_text(struct toc_cel_check *c, const struct toc_cel_type *type)
{
    struct toc_text text = {0};
    struct toc_str kept;

    toc_cel_type_print(type, &text);
    kept = toc_arena_str(c->arena, toc_text_str(&text));
    toc_text_finish(&text);
    return kept;
}

#define TYPE_FAULT(c, spot, ...)                                                                   \
    do {                                                                                           \
        if (!(c)->is_lenient) {                                                                    \
            toc_cel_report_add((c)->report, TOC_CEL_TYPE_FAULT, spot, (struct toc_str){0},         \
                               __VA_ARGS__);                                                       \
        }                                                                                          \
    } while (false)

/* @node must give a @wanted; @at is where that is asked. */
static void expect(struct toc_cel_check *c, const struct toc_cel_node *node,
                   const struct toc_cel_type *wanted, struct toc_cel_spot spot)
{
    if (!toc_cel_type_fits(&c->bindings, node->type, wanted)) {
        struct toc_str is = type_text(c, node->type), should = type_text(c, wanted);

        TYPE_FAULT(c, spot, "this is of type %.*s where %.*s is needed", (int)is.size, is.data,
                   (int)should.size, should.data);
    }
}

static int find_local(const struct toc_cel_check *c, struct toc_str name)
{
    for (int i = c->local_count - 1; i >= 0; i--) {
        if (toc_str_equal(c->locals[i].name, name)) {
            return i;
        }
    }
    return -1;
}

static int find_variable(const struct toc_cel_check *c, struct toc_str name)
{
    for (size_t i = 0; i < c->world->variable_count; i++) {
        if (toc_str_equal(c->world->variables[i].name, name)) {
            return (int)i;
        }
    }
    return -1;
}

static int find_type(struct toc_str name)
{
    for (int kind = TOC_CEL_NULL; kind < TOC_CEL_KINDS; kind++) {
        if (kind != TOC_CEL_POINT &&
            toc_str_equal(name, toc_str_of(toc_cel_kind_text((enum toc_cel_kind)kind)))) {
            return kind;
        }
    }
    return -1;
}

static const struct toc_cel_type *type_of_type(struct toc_cel_check *c, enum toc_cel_kind kind)
{
    const struct toc_cel_type *of = toc_cel_type_plain(kind);

    switch (kind) {
    case TOC_CEL_LIST:
        of = toc_cel_type_list(c->arena, of);
        break;
    case TOC_CEL_MAP:
        of = toc_cel_type_map(c->arena, of, of);
        break;
    case TOC_CEL_OPTIONAL:
        of = toc_cel_type_optional(c->arena, of);
        break;
    case TOC_CEL_TYPE:
        of = toc_cel_type_type(c->arena, of);
        break;
    default:
        break;
    }
    return toc_cel_type_type(c->arena, of);
}

/* a.b.c as one name, if @node is such a path that begins with no loop's variable. */
static bool path_of(const struct toc_cel_check *c, const struct toc_cel_node *node, char *out,
                    size_t room, size_t *out_size)
{
    size_t size = 0;

    if (node->kind == TOC_CEL_N_SELECT && !node->is_optional && !node->is_test) {
        if (!path_of(c, node->first, out, room, &size)) {
            return false;
        }
        if (size + 1 >= room) {
            return false;
        }
        out[size++] = '.';
    } else if (node->kind != TOC_CEL_N_NAME || find_local(c, node->name) >= 0) {
        return false;
    }
    if (size + node->name.size >= room) {
        return false;
    }
    memcpy(out + size, node->name.data, node->name.size);
    *out_size = size + node->name.size;
    return true;
}

enum { PATH_SIZE = 300 };

static struct toc_str path_name(const struct toc_cel_check *c, const struct toc_cel_node *node,
                                char room[PATH_SIZE])
{
    size_t size = 0;

    if (!path_of(c, node, room, PATH_SIZE, &size)) {
        size = 0;
    }
    return (struct toc_str){.data = room, .size = size};
}

/* Is @name the beginning of declared names, up to a dot? */
static bool is_space(const struct toc_cel_check *c, struct toc_str name)
{
    for (size_t i = 0; i < c->world->variable_count; i++) {
        struct toc_str one = c->world->variables[i].name;

        if (one.size > name.size && one.data[name.size] == '.' &&
            memcmp(one.data, name.data, name.size) == 0) {
            return true;
        }
    }
    return false;
}

/* There is no @name: the nearest of those that stand behind @space and a dot, or without a dot. */
static void unknown_name(struct toc_cel_check *c, struct toc_cel_node *node, struct toc_str space)
{
    struct toc_str *names =
        toc_arena_array(c->arena, c->world->variable_count + (size_t)TOC_CEL_NESTED, sizeof *names);
    size_t count = 0, skip = space.size > 0 ? space.size + 1 : 0;

    for (size_t i = 0; i < c->world->variable_count; i++) {
        struct toc_str one = c->world->variables[i].name;

        if (one.size > skip && (skip == 0 || (one.data[skip - 1] == '.' &&
                                              memcmp(one.data, space.data, space.size) == 0))) {
            one.data += skip;
            one.size -= skip;
            if (memchr(one.data, '.', one.size) == NULL) {
                names[count++] = one;
            }
        }
    }
    for (int i = 0; i < c->local_count && space.size == 0; i++) {
        names[count++] = c->locals[i].name;
    }
    if (c->is_lenient) {
        node->is_failing = true;
        return;
    }
    toc_cel_report_add(c->report, TOC_CEL_NAME, node->spot,
                       toc_diag_nearest(node->name, names, count), "there is no \"%.*s\"",
                       (int)node->name.size, node->name.data);
}

static void use_variable(struct toc_cel_check *c, struct toc_cel_node *node, int index)
{
    node->variable = index;
    node->type = c->is_lenient ? &toc_cel_dyn : c->world->variables[index].type;
}

static void check_name(struct toc_cel_check *c, struct toc_cel_node *node)
{
    int index;

    node->local = find_local(c, node->name);
    if (node->local >= 0) {
        node->type = c->locals[node->local].type;
        return;
    }
    index = find_variable(c, node->name);
    if (index >= 0) {
        use_variable(c, node, index);
        return;
    }
    node->type_name = find_type(node->name);
    if (node->type_name >= 0) {
        node->type = type_of_type(c, (enum toc_cel_kind)node->type_name);
        return;
    }
    node->type = &toc_cel_dyn;
    if (toc_str_equal(node->name, TOC_STR("uint")) || toc_str_equal(node->name, TOC_STR("bytes"))) {
        toc_cel_report_add(c->report, TOC_CEL_EXCLUDED, node->spot, (struct toc_str){0},
                           "%.*s is not part of tocsin's CEL", (int)node->name.size,
                           node->name.data);
        return;
    }
    unknown_name(c, node, (struct toc_str){0});
}

static void check_test_name(struct toc_cel_check *c, struct toc_cel_node *node)
{
    int index = find_variable(c, node->name);

    node->type = &toc_cel_type_bool;
    if (index >= 0 && c->world->variables[index].may_miss && find_local(c, node->name) < 0) {
        node->variable = index;
        return;
    }
    if (index < 0 && find_local(c, node->name) < 0 && c->world->variable_count > 0 &&
        c->world->variables[0].may_miss) {
        unknown_name(c, node, (struct toc_str){0});
        return;
    }
    toc_cel_report_add(c->report, TOC_CEL_SYNTAX, node->spot, (struct toc_str){0},
                       "has() takes the name of a field");
}

static const struct toc_cel_type *field_type(struct toc_cel_check *c, struct toc_cel_node *node,
                                             const struct toc_cel_type *operand)
{
    static const struct toc_str point[] = {{"lat", 3}, {"lon", 3}, {"error_m", 7}, {"alt_m", 5}};
    enum { PARTS = sizeof point / sizeof point[0] };

    operand = toc_cel_type_now(operand);
    switch (operand->shape) {
    case TOC_CEL_S_DYN:
    case TOC_CEL_S_PARAMETER:
        return &toc_cel_dyn;
    case TOC_CEL_S_MAP:
        return operand->b;
    default:
        break;
    }
    if (toc_cel_type_is(operand, TOC_CEL_POINT)) {
        for (size_t i = 0; i < PARTS; i++) {
            if (toc_str_equal(node->name, point[i])) {
                return &toc_cel_type_double;
            }
        }
        if (!c->is_lenient) {
            toc_cel_report_add(c->report, TOC_CEL_PART, node->spot,
                               toc_diag_nearest(node->name, point, PARTS),
                               "a place has no \"%.*s\": it has lat, lon, error_m and alt_m",
                               (int)node->name.size, node->name.data);
        }
        return &toc_cel_dyn;
    }
    struct toc_str is = type_text(c, operand);
    TYPE_FAULT(c, node->spot, "a value of type %.*s has no fields", (int)is.size, is.data);
    return &toc_cel_dyn;
}

static void check_select(struct toc_cel_check *c, struct toc_cel_node *node)
{
    char room[PATH_SIZE], space_room[PATH_SIZE];
    struct toc_cel_node *operand = node->first;
    bool was_optional = node->is_optional, was_test = node->is_test;

    node->is_optional = node->is_test = false; /* For the path. */
    struct toc_str path = path_name(c, node, room);
    node->is_optional = was_optional;
    node->is_test = was_test;
    int index = path.size > 0 ? find_variable(c, path) : -1;
    if (index >= 0) {
        use_variable(c, node, index);
        node->type = was_test       ? &toc_cel_type_bool
                     : was_optional ? toc_cel_type_optional(c->arena, node->type)
                                    : node->type;
        return;
    }
    node->type_name = path.size > 0 && !was_test && !was_optional ? find_type(path) : -1;
    if (node->type_name >= 0) {
        node->type = type_of_type(c, (enum toc_cel_kind)node->type_name);
        return;
    }
    /* event.sise: the name behind the dot is what is wrong. */
    struct toc_str space = path_name(c, operand, space_room);
    if (space.size > 0 && find_variable(c, space) < 0 && is_space(c, space)) {
        node->type = &toc_cel_dyn;
        unknown_name(c, node, space);
        return;
    }
    check_node(c, operand);
    const struct toc_cel_type *type = toc_cel_type_now(operand->type);
    bool is_chained = type->shape == TOC_CEL_S_OPTIONAL;
    type = field_type(c, node, is_chained ? type->a : type);
    node->type = was_test                     ? &toc_cel_type_bool
                 : was_optional || is_chained ? toc_cel_type_optional(c->arena, type)
                                              : type;
}

static void check_call(struct toc_cel_check *c, struct toc_cel_node *node)
{
    char room[PATH_SIZE];
    bool is_global = !node->is_method;
    struct toc_str name = node->name;

    if (node->is_method) { /* math.abs(x) looks like a method of `math`. */
        size_t size = 0;

        if (path_of(c, node->first, room, PATH_SIZE, &size) &&
            size + 1 + node->name.size < PATH_SIZE) {
            struct toc_str space = {.data = room, .size = size};

            if (find_variable(c, space) < 0 && toc_cel_resolve_knows_space(space)) {
                room[size++] = '.';
                memcpy(room + size, node->name.data, node->name.size);
                name = toc_arena_str(
                    c->arena, (struct toc_str){.data = room, .size = size + node->name.size});
                node->spot.size += node->spot.from - node->first->spot.from;
                node->spot.from = node->first->spot.from;
                node->first = node->first->next;
                node->count--;
                node->is_method = false;
                node->name = name;
                is_global = true;
            }
        }
    }
    for (struct toc_cel_node *child = node->first; child != NULL; child = child->next) {
        check_node(c, child);
    }
    toc_cel_resolve(c, node, is_global ? TOC_CEL_B_GLOBAL : TOC_CEL_B_METHOD, name);
}

static void check_choice(struct toc_cel_check *c, struct toc_cel_node *node)
{
    struct toc_cel_node *yes = node->first->next, *no = yes->next;

    check_node(c, node->first);
    check_node(c, yes);
    check_node(c, no);
    expect(c, node->first, &toc_cel_type_bool, node->spot);
    if (toc_cel_type_is_number(yes->type) && toc_cel_type_is_number(no->type) &&
        toc_cel_type_is(yes->type, TOC_CEL_INT) != toc_cel_type_is(no->type, TOC_CEL_INT)) {
        node->type = &toc_cel_type_double;
        node->is_promoted = true;
        if (!c->is_lenient) {
            toc_cel_report_add(c->report, TOC_CEL_MIXED, node->spot, (struct toc_str){0},
                               "int and double mixed: the int becomes a double");
        }
        return;
    }
    const struct toc_cel_type *either = fresh(c);
    if (toc_cel_type_fits(&c->bindings, yes->type, either) &&
        toc_cel_type_fits(&c->bindings, no->type, either)) {
        node->type = either;
        return;
    }
    struct toc_str a = type_text(c, yes->type), b = type_text(c, no->type);
    TYPE_FAULT(c, node->spot, "the two sides of ':' differ in type: %.*s and %.*s", (int)a.size,
               a.data, (int)b.size, b.data);
    node->type = &toc_cel_dyn;
}

static void check_logic(struct toc_cel_check *c, struct toc_cel_node *node)
{
    for (struct toc_cel_node *child = node->first; child != NULL; child = child->next) {
        check_node(c, child);
        expect(c, child, &toc_cel_type_bool, child->spot);
    }
    node->type = &toc_cel_type_bool;
}

/* The type that an item of a literal adds: of an optional one what it holds. */
static const struct toc_cel_type *entry_type(struct toc_cel_check *c, struct toc_cel_node *value,
                                             bool is_optional)
{
    check_node(c, value);
    if (!is_optional) {
        return value->type;
    }
    const struct toc_cel_type *inner = fresh(c);
    expect(c, value, toc_cel_type_optional(c->arena, inner), value->spot);
    return inner;
}

static void check_list(struct toc_cel_check *c, struct toc_cel_node *node)
{
    const struct toc_cel_type *item = NULL;

    for (struct toc_cel_node *child = node->first; child != NULL; child = child->next) {
        item =
            toc_cel_type_join(&c->bindings, item, entry_type(c, child, child->is_entry_optional));
    }
    node->type = toc_cel_type_list(c->arena, item != NULL ? item : fresh(c));
}

static void check_map(struct toc_cel_check *c, struct toc_cel_node *node)
{
    const struct toc_cel_type *key = NULL, *value = NULL;

    for (struct toc_cel_node *child = node->first; child != NULL; child = child->next->next) {
        check_node(c, child);
        key = toc_cel_type_join(&c->bindings, key, child->type);
        value = toc_cel_type_join(&c->bindings, value,
                                  entry_type(c, child->next, child->is_entry_optional));
    }
    node->type =
        toc_cel_type_map(c->arena, key != NULL ? key : fresh(c), value != NULL ? value : fresh(c));
}

/* Check @body with @name standing for a @type. */
static void check_within(struct toc_cel_check *c, struct toc_cel_node *node, struct toc_str name,
                         const struct toc_cel_type *type, struct toc_cel_node *body)
{
    const struct toc_cel_variable *closed = toc_cel_closed_of(c, node->first);

    if (c->local_count == TOC_CEL_NESTED) {
        toc_cel_report_add(c->report, TOC_CEL_SYNTAX, node->spot, (struct toc_str){0},
                           "more than %d loops within one another", (int)TOC_CEL_NESTED);
        for (; body != NULL; body = body->next) {
            body->type = &toc_cel_dyn;
        }
        return;
    }
    c->locals[c->local_count].name = name;
    c->locals[c->local_count].type = type;
    c->locals[c->local_count].closed = closed;
    node->local = c->local_count++;
    for (; body != NULL; body = body->next) {
        check_node(c, body);
    }
    c->local_count--;
}

static const struct toc_cel_type *item_type(struct toc_cel_check *c, struct toc_cel_node *range)
{
    const struct toc_cel_type *type = toc_cel_type_now(range->type);

    if (type->shape == TOC_CEL_S_LIST || type->shape == TOC_CEL_S_MAP) {
        return type->a;
    }
    if (!toc_cel_type_is_dyn(type)) {
        struct toc_str is = type_text(c, type);

        TYPE_FAULT(c, range->spot, "a value of type %.*s has no items to go through", (int)is.size,
                   is.data);
    }
    return &toc_cel_dyn;
}

static void check_loop(struct toc_cel_check *c, struct toc_cel_node *node)
{
    struct toc_cel_node *range = node->first, *first = range->next, *last = node->last;
    struct toc_cel_spot spot = first->spot;

    if (node->macro != TOC_CEL_ALL && node->macro != TOC_CEL_EXISTS) {
        spot.offset = node->spot.offset; /* Where the reference, which makes them ?:, points. */
    }
    check_node(c, range);
    const struct toc_cel_type *item = item_type(c, range);
    check_within(c, node, node->name, item, first);
    if (node->macro == TOC_CEL_MAP_MACRO) {
        if (first != last) {
            expect(c, first, &toc_cel_type_bool, spot);
        }
        node->type = toc_cel_type_list(c->arena, last->type);
        return;
    }
    expect(c, first, &toc_cel_type_bool, spot);
    node->type =
        node->macro == TOC_CEL_FILTER ? toc_cel_type_list(c->arena, item) : &toc_cel_type_bool;
}

static void check_optional_map(struct toc_cel_check *c, struct toc_cel_node *node)
{
    struct toc_cel_node *body = node->first->next;
    const struct toc_cel_type *inner = fresh(c);

    check_node(c, node->first);
    expect(c, node->first, toc_cel_type_optional(c->arena, inner), node->first->spot);
    check_within(c, node, node->name, inner, body);
    if (node->is_flat) {
        expect(c, body, toc_cel_type_optional(c->arena, fresh(c)), body->spot);
        node->type = body->type;
    } else {
        node->type = toc_cel_type_optional(c->arena, body->type);
    }
}

static void check_operator(struct toc_cel_check *c, struct toc_cel_node *node)
{
    static const char *const names[] = {
#define TOC_CEL_OPERATOR(name, sign) sign,
#include "expr/cel_operator.def"
#undef TOC_CEL_OPERATOR
    };

    for (struct toc_cel_node *child = node->first; child != NULL; child = child->next) {
        check_node(c, child);
    }
    /* The rows of "-" spot apart by how many operands it has. */
    toc_cel_resolve(c, node, TOC_CEL_B_OPERATOR,
                    toc_str_of(node->op == TOC_CEL_NEGATE ? "-1" : names[node->op]));
    toc_cel_closed_check(c, node);
}

static void check_node(struct toc_cel_check *c, struct toc_cel_node *node)
{
    switch (node->kind) {
    case TOC_CEL_N_LITERAL:
        node->type = toc_cel_type_plain(node->literal.kind);
        break;
    case TOC_CEL_N_NAME:
        check_name(c, node);
        break;
    case TOC_CEL_N_TEST_NAME:
        check_test_name(c, node);
        break;
    case TOC_CEL_N_SELECT:
        check_select(c, node);
        break;
    case TOC_CEL_N_OPERATOR:
        check_operator(c, node);
        break;
    case TOC_CEL_N_AND:
    case TOC_CEL_N_OR:
        check_logic(c, node);
        break;
    case TOC_CEL_N_CHOOSE:
        check_choice(c, node);
        break;
    case TOC_CEL_N_CALL:
        check_call(c, node);
        break;
    case TOC_CEL_N_LIST:
        check_list(c, node);
        break;
    case TOC_CEL_N_MAP:
        check_map(c, node);
        break;
    case TOC_CEL_N_LOOP:
        check_loop(c, node);
        break;
    case TOC_CEL_N_OPTIONAL_MAP:
        check_optional_map(c, node);
        break;
    }
    toc_assert(node->type != NULL);
}

bool toc_cel_check_tree(struct toc_cel_check *check, struct toc_cel_node *root)
{
    check->bindings = (struct toc_cel_bindings){.arena = check->arena};
    check_node(check, root);
    return !check->report->has_error;
}
