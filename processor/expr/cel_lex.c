#include "expr/cel_lex.h"

#include <utf8proc.h>

static int at(const struct toc_cel_lexer *lexer, size_t ahead)
{
    struct toc_str source = lexer->report->source;

    return lexer->at + ahead < source.size ? (unsigned char)source.data[lexer->at + ahead] : -1;
}

static bool is_digit(int byte)
{
    return byte >= '0' && byte <= '9';
}

static int hex_value(int byte)
{
    return is_digit(byte)               ? byte - '0'
           : byte >= 'a' && byte <= 'f' ? byte - 'a' + 10
           : byte >= 'A' && byte <= 'F' ? byte - 'A' + 10
                                        : -1;
}

static bool is_name_start(int byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
}

static bool is_name_part(int byte)
{
    return is_name_start(byte) || is_digit(byte);
}

static void skip_blanks(struct toc_cel_lexer *lexer)
{
    for (;;) {
        int byte = at(lexer, 0);

        if (byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r' || byte == '\f') {
            lexer->at++;
        } else if (byte == '/' && at(lexer, 1) == '/') {
            while (at(lexer, 0) >= 0 && at(lexer, 0) != '\n') {
                lexer->at++;
            }
        } else {
            return;
        }
    }
}

static struct toc_cel_token token(struct toc_cel_lexer *lexer, enum toc_cel_token_kind kind,
                                  size_t size)
{
    struct toc_cel_token made = {
        .kind = kind,
        .from = (uint32_t)lexer->at,
        .size = (uint32_t)size,
        .text = {.data = lexer->report->source.data + lexer->at, .size = size}};

    lexer->at += size;
    return made;
}

static struct toc_cel_token bad(struct toc_cel_lexer *lexer, size_t size, const char *why)
{
    struct toc_cel_token made = token(lexer, TOC_CEL_T_BAD, size);
    struct toc_cel_spot spot = {.offset = made.from, .from = made.from, .size = made.size};

    toc_cel_report_add(lexer->report, TOC_CEL_SYNTAX, spot, (struct toc_str){0}, "%s", why);
    return made;
}

static struct toc_cel_token lex_number(struct toc_cel_lexer *lexer)
{
    enum toc_cel_token_kind kind = TOC_CEL_T_INT;
    size_t size = 0;

    if (at(lexer, 0) == '0' && at(lexer, 1) == 'x' && hex_value(at(lexer, 2)) >= 0) {
        for (size = 3; hex_value(at(lexer, size)) >= 0; size++) {
        }
    } else {
        while (is_digit(at(lexer, size))) {
            size++;
        }
        if (at(lexer, size) == '.' && is_digit(at(lexer, size + 1))) {
            kind = TOC_CEL_T_DOUBLE;
            for (size++; is_digit(at(lexer, size)); size++) {
            }
        }
        if (at(lexer, size) == 'e' || at(lexer, size) == 'E') {
            size_t sign = at(lexer, size + 1) == '-' || at(lexer, size + 1) == '+';

            if (is_digit(at(lexer, size + 1 + sign))) {
                kind = TOC_CEL_T_DOUBLE;
                for (size += 1 + sign; is_digit(at(lexer, size)); size++) {
                }
            }
        }
    }
    if (kind == TOC_CEL_T_INT && (at(lexer, size) == 'u' || at(lexer, size) == 'U')) {
        return token(lexer, TOC_CEL_T_UINT, size + 1);
    }
    return token(lexer, kind, size);
}

/* One text literal being read: @in is where the next character stands. */
struct literal {
    struct toc_cel_lexer *lexer;
    size_t in;
    int quote;
    bool is_raw, is_triple, is_bytes;
    char *out;
    size_t out_size;
    const char *why; /* It is not valid: this is wrong. */
};

static bool put_point(struct literal *l, int32_t point)
{
    if (point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) {
        l->why = "the escape stands for no character (an invalid code point)";
        return true;
    }
    l->out_size += (size_t)utf8proc_encode_char(point, (utf8proc_uint8_t *)l->out + l->out_size);
    return true;
}

static bool read_digits(struct literal *l, unsigned base, size_t count)
{
    uint64_t point = 0;

    for (size_t i = 0; i < count; i++) {
        int digit = hex_value(at(l->lexer, l->in));

        if (digit < 0 || digit >= (int)base) {
            l->why = "an escape in the text is not complete";
            return false;
        }
        point = point * base + (unsigned)digit;
        l->in++;
    }
    return put_point(l, point > 0x110000 ? 0x110000 : (int32_t)point);
}

static bool read_escape(struct literal *l)
{
    static const char from[] = "abfnrtv\\?\"'`";
    static const char to[] = "\a\b\f\n\r\t\v\\?\"'`";
    int byte = at(l->lexer, l->in + 1);
    const char *simple = byte > 0 ? strchr(from, byte) : NULL;

    if (simple != NULL) {
        l->out[l->out_size++] = to[simple - from];
        l->in += 2;
        return true;
    }
    if (byte >= '0' && byte <= '3') {
        l->in += 1;
        return read_digits(l, 8, 3);
    }
    l->in += 2;
    switch (byte) {
    case 'x':
    case 'X':
        return read_digits(l, 16, 2);
    case 'u':
        return !l->is_bytes && read_digits(l, 16, 4);
    case 'U':
        return !l->is_bytes && read_digits(l, 16, 8);
    default:
        l->why = "an escape in the text is not known";
        return false;
    }
}

static bool is_closed(const struct literal *l)
{
    return at(l->lexer, l->in) == l->quote &&
           (!l->is_triple ||
            (at(l->lexer, l->in + 1) == l->quote && at(l->lexer, l->in + 2) == l->quote));
}

static bool read_literal(struct literal *l)
{
    while (!is_closed(l)) {
        int byte = at(l->lexer, l->in);

        if (byte < 0 || (!l->is_triple && (byte == '\n' || byte == '\r'))) {
            l->why = "the text is not closed by its quote";
            return false;
        }
        if (byte == '\\' && !l->is_raw) {
            if (!read_escape(l)) {
                return false;
            }
            continue;
        }
        l->out[l->out_size++] = (char)byte;
        l->in++;
    }
    l->in += l->is_triple ? 3 : 1;
    return true;
}

/* A text literal, if one stands here: ('r' | 'b')* quote. */
static bool lex_string(struct toc_cel_lexer *lexer, struct toc_cel_token *out)
{
    struct literal l = {.lexer = lexer};
    size_t prefix = 0;

    for (; prefix < 2; prefix++) {
        int byte = at(lexer, prefix);

        if ((byte == 'r' || byte == 'R') && !l.is_raw) {
            l.is_raw = true;
        } else if ((byte == 'b' || byte == 'B') && !l.is_bytes && !l.is_raw) {
            l.is_bytes = true;
        } else {
            break;
        }
    }
    l.quote = at(lexer, prefix);
    if (l.quote != '"' && l.quote != '\'') {
        return false;
    }
    l.is_triple = at(lexer, prefix + 1) == l.quote && at(lexer, prefix + 2) == l.quote;
    l.in = lexer->at + prefix + (l.is_triple ? 3 : 1);
    /* Every escape is at least as long as what it stands for. */
    l.out = toc_arena_get(lexer->arena, lexer->report->source.size - lexer->at + 4);
    l.in -= lexer->at;                /* at() counts from there. */
    bool is_whole = read_literal(&l); /* It ends where it should, whatever its value is. */
    if (!is_whole || l.why != NULL) {
        *out = bad(lexer, is_whole ? l.in : prefix + 1,
                   l.why != NULL ? l.why : "an escape in the text is not known");
        return true;
    }
    *out = token(lexer, l.is_bytes ? TOC_CEL_T_BYTES : TOC_CEL_T_STRING, l.in);
    out->text = (struct toc_str){.data = l.out, .size = l.out_size};
    return true;
}

static struct toc_cel_token lex_name(struct toc_cel_lexer *lexer)
{
    static const struct {
        const char *word;
        enum toc_cel_token_kind kind;
    } words[] = {{"true", TOC_CEL_T_TRUE},
                 {"false", TOC_CEL_T_FALSE},
                 {"null", TOC_CEL_T_NULL},
                 {"in", TOC_CEL_T_IN}};
    size_t size = 1;

    while (is_name_part(at(lexer, size))) {
        size++;
    }
    struct toc_cel_token made = token(lexer, TOC_CEL_T_NAME, size);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (toc_str_equal(made.text, toc_str_of(words[i].word))) {
            made.kind = words[i].kind;
        }
    }
    return made;
}

/* `a-b`: letters, digits, and _ . - / and blanks. */
static struct toc_cel_token lex_quoted_name(struct toc_cel_lexer *lexer)
{
    size_t size = 1;

    for (;; size++) {
        int byte = at(lexer, size);

        if (!is_name_part(byte) && byte != '.' && byte != '-' && byte != '/' && byte != ' ') {
            break;
        }
    }
    if (at(lexer, size) != '`' || size == 1) {
        return bad(lexer, size, "a name in backquotes is not closed, or holds what it may not");
    }
    struct toc_cel_token made = token(lexer, TOC_CEL_T_QUOTED_NAME, size + 1);
    made.text.data++;
    made.text.size -= 2;
    return made;
}

static struct toc_cel_token lex_punctuation(struct toc_cel_lexer *lexer)
{
    static const char *const marks[] = {"==", "!=", "<=", ">=", "&&", "||", "<", ">",
                                        "+",  "-",  "*",  "/",  "%",  "!",  "?", ":",
                                        ".",  ",",  "[",  "]",  "(",  ")",  "{", "}"};

    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        if (at(lexer, 0) == marks[i][0] && (marks[i][1] == '\0' || at(lexer, 1) == marks[i][1])) {
            return token(lexer, TOC_CEL_T_PUNCTUATION, strlen(marks[i]));
        }
    }
    size_t size = 1; /* The whole character. */
    while (at(lexer, size) >= 0 && (at(lexer, size) & 0xC0) == 0x80) {
        size++;
    }
    switch (at(lexer, 0)) {
    case '=':
        return bad(lexer, size, "a single '=': equality is written '=='");
    case '&':
        return bad(lexer, size, "a single '&': \"and\" is written '&&'");
    case '|':
        return bad(lexer, size, "a single '|': \"or\" is written '||'");
    default:
        return bad(lexer, size, "a character that has no meaning here");
    }
}

struct toc_cel_token toc_cel_lex(struct toc_cel_lexer *lexer)
{
    struct toc_cel_token made;

    skip_blanks(lexer);
    int byte = at(lexer, 0);
    if (byte < 0) {
        return token(lexer, TOC_CEL_T_END, 0);
    }
    if (is_digit(byte) || (byte == '.' && is_digit(at(lexer, 1)))) {
        return lex_number(lexer);
    }
    if (lex_string(lexer, &made)) {
        return made;
    }
    if (is_name_start(byte)) {
        return lex_name(lexer);
    }
    return byte == '`' ? lex_quoted_name(lexer) : lex_punctuation(lexer);
}
