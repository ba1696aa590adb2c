#include "expr/cel_literal.h"

#include "base/number.h"

struct toc_cel_node *toc_cel_literal_int(struct toc_cel_parser *p, bool is_negative)
{
    struct toc_cel_token token = p->now;
    struct toc_cel_node *node = toc_cel_parser_node(p, TOC_CEL_N_LITERAL, token_spot(&token));
    bool is_hex = token.text.size > 1 && token.text.data[1] == 'x';
    uint64_t value = 0;

    if (node == NULL) {
        return NULL;
    }
    for (size_t i = is_hex ? 2 : 0; i < token.text.size; i++) {
        char byte = token.text.data[i];
        unsigned digit =
            byte <= '9' ? (unsigned)(byte - '0') : (unsigned)((byte | 0x20) - 'a') + 10;
        uint64_t base = is_hex ? 16 : 10;

        if (value > (UINT64_MAX - digit) / base) {
            value = UINT64_MAX;
            break;
        }
        value = value * base + digit;
    }
    if (value > (uint64_t)INT64_MAX + (is_negative ? 1 : 0)) {
        return toc_cel_parser_fail(p, node->spot, "a whole number beyond the range of int");
    }
    node->literal = toc_cel_int(is_negative ? (int64_t)(0 - value) : (int64_t)value);
    toc_cel_parser_advance(p);
    return node;
}

struct toc_cel_node *toc_cel_literal_double(struct toc_cel_parser *p, bool is_negative)
{
    struct toc_cel_token token = p->now;
    struct toc_cel_node *node = toc_cel_parser_node(p, TOC_CEL_N_LITERAL, token_spot(&token));
    char digits[400];
    size_t skip = 0;
    double number;

    if (node == NULL) {
        return NULL;
    }
    /* As JSON writes it: a digit before the point, no zeros in front. */
    while (skip + 1 < token.text.size && token.text.data[skip] == '0' &&
           token.text.data[skip + 1] >= '0' && token.text.data[skip + 1] <= '9') {
        skip++;
    }
    struct toc_str text = {.data = token.text.data + skip, .size = token.text.size - skip};
    if (text.data[0] == '.' && text.size < sizeof digits) {
        digits[0] = '0';
        memcpy(digits + 1, text.data, text.size);
        text = (struct toc_str){.data = digits, .size = text.size + 1};
    }
    if (!toc_number_parse(text, &number)) {
        return toc_cel_parser_fail(p, node->spot, "a number beyond the range of double");
    }
    node->literal = toc_cel_double(is_negative ? -number : number);
    toc_cel_parser_advance(p);
    return node;
}

bool toc_cel_literal_is_reserved(struct toc_str name)
{
    static const char *const words[] = {
        "as",  "break", "const",   "continue",  "else",   "for", "function", "if",   "import",
        "let", "loop",  "package", "namespace", "return", "var", "void",     "while"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (toc_str_equal(name, toc_str_of(words[i]))) {
            return true;
        }
    }
    return false;
}
