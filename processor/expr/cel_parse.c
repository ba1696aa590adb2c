/* cel_parse.c - precedence climbing by one function a level, macros expanded on the way. Source:
 * cel-spec langdef.md, "Syntax"; positions follow the reference implementation. */
#include "base/assert.h"
#include "expr/cel_ast.h"
#include "expr/cel_lex.h"
#include "expr/cel_literal.h"
#include "expr/cel_macro.h"
#include "expr/cel_parser.h"

typedef struct toc_cel_node *(*level)(struct toc_cel_parser *p);

static struct toc_cel_node *parse_whole(struct toc_cel_parser *p);

void toc_cel_parser_advance(struct toc_cel_parser *p)
{
    p->now = toc_cel_lex(&p->lexer);
}

struct toc_cel_node *toc_cel_parser_fail(struct toc_cel_parser *p, struct toc_cel_spot spot,
                                         const char *why)
{
    if (!p->report->has_error) {
        toc_cel_report_add(p->report, TOC_CEL_SYNTAX, spot, (struct toc_str){0}, "%s", why);
    }
    return NULL;
}

static struct toc_cel_node *exclude(struct toc_cel_parser *p, const struct toc_cel_token *token,
                                    const char *why)
{
    if (!p->report->has_error) {
        toc_cel_report_add(p->report, TOC_CEL_EXCLUDED, token_spot(token), (struct toc_str){0},
                           "%s", why);
    }
    return NULL;
}

/* The token is not what can stand here. */
static struct toc_cel_node *unexpected(struct toc_cel_parser *p, const char *wanted)
{
    const struct toc_cel_token *token = &p->now;

    if (token->kind == TOC_CEL_T_BAD || p->report->has_error) {
        return NULL;
    }
    if (token->kind == TOC_CEL_T_END) {
        toc_cel_report_add(p->report, TOC_CEL_SYNTAX, token_spot(token), (struct toc_str){0},
                           "the expression ends where %s is missing", wanted);
        return NULL;
    }
    int size = token->size < 40 ? (int)token->size : 40;
    toc_cel_report_add(p->report, TOC_CEL_SYNTAX, token_spot(token), (struct toc_str){0},
                       "%s is expected before %.*s", wanted, size,
                       p->report->source.data + token->from);
    return NULL;
}

static bool is_mark(const struct toc_cel_parser *p, const char *mark)
{
    return p->now.kind == TOC_CEL_T_PUNCTUATION && toc_str_equal(p->now.text, toc_str_of(mark));
}

static bool take(struct toc_cel_parser *p, const char *mark)
{
    if (!is_mark(p, mark)) {
        return false;
    }
    toc_cel_parser_advance(p);
    return true;
}

struct toc_cel_node *toc_cel_parser_node(struct toc_cel_parser *p, enum toc_cel_node_kind kind,
                                         struct toc_cel_spot spot)
{
    struct toc_cel_node *node;

    if (++p->node_count > TOC_CEL_NODES) {
        return toc_cel_parser_fail(p, spot, "the expression has too many parts");
    }
    node = toc_arena_get(p->arena, sizeof *node);
    node->kind = kind;
    node->spot = spot;
    node->height = 1;
    node->variable = node->local = node->type_name = -1;
    return node;
}

struct toc_cel_node *toc_cel_parser_adopt(struct toc_cel_parser *p, struct toc_cel_node *parent,
                                          struct toc_cel_node *child)
{
    if (parent == NULL || child == NULL) {
        return NULL;
    }
    if (child->height + 1 > parent->height) {
        parent->height = child->height + 1;
    }
    if (parent->height > TOC_CEL_DEPTH) {
        return toc_cel_parser_fail(p, child->spot, "the expression nests too deep");
    }
    if (parent->first == NULL) {
        parent->first = child;
    } else {
        parent->last->next = child;
    }
    parent->last = child;
    parent->count++;
    return parent;
}

static struct toc_cel_node *parse_constant(struct toc_cel_parser *p, struct toc_cel_value value)
{
    struct toc_cel_node *node = toc_cel_parser_node(p, TOC_CEL_N_LITERAL, token_spot(&p->now));

    if (node != NULL) {
        node->literal = value;
        toc_cel_parser_advance(p);
    }
    return node;
}

/* The arguments of a call up to its ')'; @node has its receiver, if any. */
static struct toc_cel_node *parse_arguments(struct toc_cel_parser *p, struct toc_cel_node *node)
{
    if (take(p, ")")) {
        return toc_cel_macro_expand(p, node);
    }
    do {
        if (toc_cel_parser_adopt(p, node, parse_whole(p)) == NULL) {
            return NULL;
        }
    } while (take(p, ","));
    if (!take(p, ")")) {
        return unexpected(p, "',' or ')'");
    }
    return toc_cel_macro_expand(p, node);
}

/* name or name(...). A dot in front says "from the root", which is where all names are. */
static struct toc_cel_node *parse_name(struct toc_cel_parser *p)
{
    struct toc_cel_token name;
    struct toc_cel_node *node;
    struct toc_cel_spot spot;

    (void)take(p, ".");
    if (p->now.kind != TOC_CEL_T_NAME) {
        return unexpected(p, "a name");
    }
    name = p->now;
    toc_cel_parser_advance(p);
    if (toc_cel_literal_is_reserved(name.text)) {
        return toc_cel_parser_fail(p, token_spot(&name),
                                   "a word that CEL keeps for itself: it cannot be a name");
    }
    spot = token_spot(&name);
    spot.offset = is_mark(p, "(") ? p->now.from : spot.offset;
    node = toc_cel_parser_node(p, is_mark(p, "(") ? TOC_CEL_N_CALL : TOC_CEL_N_NAME, spot);
    if (node == NULL) {
        return NULL;
    }
    node->name = name.text;
    return take(p, "(") ? parse_arguments(p, node) : node;
}

/* Items of [...] or entries of {...}, the bracket taken already. */
static struct toc_cel_node *parse_items(struct toc_cel_parser *p, struct toc_cel_node *node,
                                        const char *end)
{
    while (node != NULL && !take(p, end)) {
        bool is_optional = take(p, "?");

        if (toc_cel_parser_adopt(p, node, parse_whole(p)) == NULL) {
            return NULL;
        }
        node->last->is_entry_optional = is_optional;
        if (node->kind == TOC_CEL_N_MAP) {
            if (!take(p, ":")) {
                return unexpected(p, "':'");
            }
            if (toc_cel_parser_adopt(p, node, parse_whole(p)) == NULL) {
                return NULL;
            }
        }
        if (!take(p, ",") && !is_mark(p, end)) {
            return unexpected(p, node->kind == TOC_CEL_N_MAP ? "',' or '}'" : "',' or ']'");
        }
    }
    return node;
}

static struct toc_cel_node *parse_primary(struct toc_cel_parser *p)
{
    struct toc_cel_spot spot = token_spot(&p->now);
    struct toc_cel_node *node;

    switch (p->now.kind) {
    case TOC_CEL_T_INT:
        return toc_cel_literal_int(p, false);
    case TOC_CEL_T_DOUBLE:
        return toc_cel_literal_double(p, false);
    case TOC_CEL_T_STRING:
        return parse_constant(p, toc_cel_string(p->now.text));
    case TOC_CEL_T_TRUE:
        return parse_constant(p, toc_cel_bool(true));
    case TOC_CEL_T_FALSE:
        return parse_constant(p, toc_cel_bool(false));
    case TOC_CEL_T_NULL:
        return parse_constant(p, toc_cel_null());
    case TOC_CEL_T_UINT:
        return exclude(p, &p->now, "uint is not part of tocsin's CEL: leave out the 'u'");
    case TOC_CEL_T_BYTES:
        return exclude(p, &p->now, "bytes are not part of tocsin's CEL");
    case TOC_CEL_T_NAME:
        return parse_name(p);
    case TOC_CEL_T_PUNCTUATION:
        break;
    default:
        return unexpected(p, "a value");
    }
    if (is_mark(p, ".")) {
        return parse_name(p);
    }
    if (take(p, "(")) {
        node = parse_whole(p);
        if (node == NULL || take(p, ")")) {
            return node;
        }
        return unexpected(p, "')'");
    }
    if (take(p, "[")) {
        return parse_items(p, toc_cel_parser_node(p, TOC_CEL_N_LIST, spot), "]");
    }
    if (take(p, "{")) {
        return parse_items(p, toc_cel_parser_node(p, TOC_CEL_N_MAP, spot), "}");
    }
    return unexpected(p, "a value");
}

/* .name, .?name, .name(...), the dot taken already. */
static struct toc_cel_node *parse_select(struct toc_cel_parser *p, struct toc_cel_node *operand,
                                         uint32_t dot)
{
    bool is_optional = take(p, "?");
    struct toc_cel_token name = p->now;
    struct toc_cel_spot spot = token_spot(&name);
    struct toc_cel_node *node;
    bool is_call;

    if (name.kind != TOC_CEL_T_NAME && name.kind != TOC_CEL_T_QUOTED_NAME) {
        return unexpected(p, "the name of a field");
    }
    toc_cel_parser_advance(p);
    is_call = name.kind == TOC_CEL_T_NAME && !is_optional && is_mark(p, "(");
    spot.offset = is_call ? p->now.from : dot;
    node = toc_cel_parser_node(p, is_call ? TOC_CEL_N_CALL : TOC_CEL_N_SELECT, spot);
    if (toc_cel_parser_adopt(p, node, operand) == NULL) {
        return NULL;
    }
    node->name = name.text;
    node->is_optional = is_optional;
    node->is_method = is_call;
    node->is_quoted = name.kind == TOC_CEL_T_QUOTED_NAME;
    return is_call && take(p, "(") ? parse_arguments(p, node) : node;
}

static struct toc_cel_node *parse_index(struct toc_cel_parser *p, struct toc_cel_node *operand,
                                        struct toc_cel_spot spot)
{
    struct toc_cel_node *node = toc_cel_parser_node(p, TOC_CEL_N_OPERATOR, spot);

    if (toc_cel_parser_adopt(p, node, operand) == NULL) {
        return NULL;
    }
    node->op = take(p, "?") ? TOC_CEL_OPTIONAL_INDEX : TOC_CEL_INDEX;
    if (toc_cel_parser_adopt(p, node, parse_whole(p)) == NULL) {
        return NULL;
    }
    return take(p, "]") ? node : unexpected(p, "']'");
}

/* a, a.b, a.b.c: what a message could be called. */
static bool is_path(const struct toc_cel_node *node)
{
    while (node->kind == TOC_CEL_N_SELECT && !node->is_optional && !node->is_test) {
        node = node->first;
    }
    return node->kind == TOC_CEL_N_NAME;
}

static struct toc_cel_node *parse_suffixes(struct toc_cel_parser *p, struct toc_cel_node *node)
{
    while (node != NULL) {
        struct toc_cel_token token = p->now;

        if (take(p, ".")) {
            node = parse_select(p, node, token.from);
        } else if (take(p, "[")) {
            node = parse_index(p, node, token_spot(&token));
        } else if (is_mark(p, "{") && is_path(node)) {
            return exclude(p, &token, "messages are not part of tocsin's CEL");
        } else {
            return node;
        }
    }
    return NULL;
}

static struct toc_cel_node *parse_unary(struct toc_cel_parser *p)
{
    struct toc_cel_token token = p->now;
    struct toc_cel_node *node, *operand;

    if (!is_mark(p, "-") && !is_mark(p, "!")) {
        return parse_suffixes(p, parse_primary(p));
    }
    toc_cel_parser_advance(p);
    if (token.text.data[0] == '-' &&
        (p->now.kind == TOC_CEL_T_INT || p->now.kind == TOC_CEL_T_DOUBLE)) {
        struct toc_cel_node *literal = p->now.kind == TOC_CEL_T_INT
                                           ? toc_cel_literal_int(p, true)
                                           : toc_cel_literal_double(p, true);

        if (literal != NULL) {
            literal->spot.size += literal->spot.from - token.from;
            literal->spot.offset = literal->spot.from = token.from;
        }
        return parse_suffixes(p, literal);
    }
    if (p->depth >= TOC_CEL_DEPTH) {
        return toc_cel_parser_fail(p, token_spot(&token), "the expression nests too deep");
    }
    p->depth++;
    operand = parse_unary(p);
    p->depth--;
    node = toc_cel_parser_node(p, TOC_CEL_N_OPERATOR, token_spot(&token));
    if (node != NULL) {
        node->op = token.text.data[0] == '-' ? TOC_CEL_NEGATE : TOC_CEL_NOT;
    }
    return toc_cel_parser_adopt(p, node, operand);
}

/* Operators of one level, all to be read from the left. */
struct signs {
    const char *sign;
    enum toc_cel_operator op;
};

static const struct signs *find_sign(const struct toc_cel_parser *p, const struct signs *signs)
{
    for (; signs->sign != NULL; signs++) {
        bool is_it =
            signs->op == TOC_CEL_IN ? p->now.kind == TOC_CEL_T_IN : is_mark(p, signs->sign);

        if (is_it) {
            return signs;
        }
    }
    return NULL;
}

static struct toc_cel_node *parse_binary(struct toc_cel_parser *p, const struct signs *signs,
                                         level next)
{
    struct toc_cel_node *left = next(p);
    const struct signs *sign;

    while (left != NULL && (sign = find_sign(p, signs)) != NULL) {
        struct toc_cel_node *node = toc_cel_parser_node(p, TOC_CEL_N_OPERATOR, token_spot(&p->now));

        toc_cel_parser_advance(p);
        if (toc_cel_parser_adopt(p, node, left) == NULL ||
            toc_cel_parser_adopt(p, node, next(p)) == NULL) {
            return NULL;
        }
        node->op = sign->op;
        left = node;
    }
    return left;
}

static struct toc_cel_node *parse_product(struct toc_cel_parser *p)
{
    static const struct signs signs[] = {{"*", TOC_CEL_MULTIPLY},
                                         {"/", TOC_CEL_DIVIDE},
                                         {"%", TOC_CEL_MODULO},
                                         {NULL, TOC_CEL_OPERATOR_COUNT}};

    return parse_binary(p, signs, parse_unary);
}

static struct toc_cel_node *parse_sum(struct toc_cel_parser *p)
{
    static const struct signs signs[] = {
        {"+", TOC_CEL_ADD}, {"-", TOC_CEL_SUBTRACT}, {NULL, TOC_CEL_OPERATOR_COUNT}};

    return parse_binary(p, signs, parse_product);
}

static struct toc_cel_node *parse_relation(struct toc_cel_parser *p)
{
    static const struct signs signs[] = {{"<", TOC_CEL_LESS},   {"<=", TOC_CEL_AT_MOST},
                                         {">", TOC_CEL_MORE},   {">=", TOC_CEL_AT_LEAST},
                                         {"==", TOC_CEL_EQUAL}, {"!=", TOC_CEL_UNEQUAL},
                                         {"in", TOC_CEL_IN},    {NULL, TOC_CEL_OPERATOR_COUNT}};

    return parse_binary(p, signs, parse_sum);
}

/* a && b && c: one node, however many there are. */
static struct toc_cel_node *parse_logic(struct toc_cel_parser *p, const char *sign,
                                        enum toc_cel_node_kind kind, level next)
{
    struct toc_cel_node *first = next(p), *node;

    if (first == NULL || !is_mark(p, sign)) {
        return first;
    }
    node = toc_cel_parser_adopt(p, toc_cel_parser_node(p, kind, token_spot(&p->now)), first);
    while (node != NULL && is_mark(p, sign)) {
        toc_cel_parser_advance(p);
        node = toc_cel_parser_adopt(p, node, next(p));
    }
    return node;
}

static struct toc_cel_node *parse_and(struct toc_cel_parser *p)
{
    return parse_logic(p, "&&", TOC_CEL_N_AND, parse_relation);
}

static struct toc_cel_node *parse_or(struct toc_cel_parser *p)
{
    return parse_logic(p, "||", TOC_CEL_N_OR, parse_and);
}

static struct toc_cel_node *parse_choice(struct toc_cel_parser *p)
{
    struct toc_cel_node *condition = parse_or(p), *node;

    if (condition == NULL || !is_mark(p, "?")) {
        return condition;
    }
    node = toc_cel_parser_node(p, TOC_CEL_N_CHOOSE, token_spot(&p->now));
    toc_cel_parser_advance(p);
    if (toc_cel_parser_adopt(p, node, condition) == NULL ||
        toc_cel_parser_adopt(p, node, parse_or(p)) == NULL) {
        return NULL;
    }
    if (!take(p, ":")) {
        return unexpected(p, "':'");
    }
    return toc_cel_parser_adopt(p, node, parse_whole(p));
}

static struct toc_cel_node *parse_whole(struct toc_cel_parser *p)
{
    struct toc_cel_node *node;

    if (p->depth >= TOC_CEL_DEPTH) {
        return toc_cel_parser_fail(p, token_spot(&p->now), "the expression nests too deep");
    }
    p->depth++;
    node = parse_choice(p);
    p->depth--;
    return p->report->has_error ? NULL : node;
}

struct toc_cel_node *toc_cel_parse(struct toc_cel_report *report, struct toc_arena *arena)
{
    struct toc_cel_parser parser = {
        .report = report, .arena = arena, .lexer = {.report = report, .arena = arena}};
    struct toc_cel_node *node;

    if (report->source.size > TOC_CEL_SOURCE) {
        return toc_cel_parser_fail(&parser, (struct toc_cel_spot){0}, "the expression is too long");
    }
    toc_cel_parser_advance(&parser);
    node = parse_whole(&parser);
    if (node != NULL && parser.now.kind != TOC_CEL_T_END) {
        return unexpected(&parser, "an operator or the end");
    }
    return report->has_error ? NULL : node;
}
