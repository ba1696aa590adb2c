#include "event/decode_json.h"

/* Where the string that begins at @at (on its quote) ends: behind its closing quote, or the end. */
static size_t skip_string(struct toc_str text, size_t at)
{
    for (at++; at < text.size && text.data[at] != '"'; at++) {
        at += text.data[at] == '\\';
    }
    return at + 1 < text.size ? at + 1 : text.size;
}

static size_t skip_digits(struct toc_str text, size_t at)
{
    while (at < text.size && text.data[at] >= '0' && text.data[at] <= '9') {
        at++;
    }
    return at;
}

static bool is_at(struct toc_str text, size_t at, const char *any)
{
    return at < text.size && text.data[at] != '\0' && strchr(any, text.data[at]) != NULL;
}

/* The end of the number that begins at @at, or 0 if RFC 8259, 6, has no such number. */
static size_t skip_number(struct toc_str text, size_t at)
{
    at += is_at(text, at, "-");
    size_t end = is_at(text, at, "0") ? at + 1 : skip_digits(text, at);

    if (end == at) {
        return 0;
    }
    if (is_at(text, end, ".")) {
        at = end + 1;
        end = skip_digits(text, at);
        if (end == at) {
            return 0;
        }
    }
    if (is_at(text, end, "eE")) {
        at = end + 1;
        at += is_at(text, at, "+-");
        end = skip_digits(text, at);
        if (end == at) {
            return 0;
        }
    }
    return end == text.size || is_at(text, end, " \t\r\n,]}") ? end : 0;
}

enum toc_refusal toc_json_why_number(struct toc_str text)
{
    for (size_t at = 0; at < text.size;) {
        if (text.data[at] == '"') {
            at = skip_string(text, at);
        } else if (is_at(text, at, "-0123456789")) {
            at = skip_number(text, at);
            if (at == 0) {
                return TOC_REFUSAL_NOT_JSON;
            }
        } else {
            at++;
        }
    }
    return TOC_REFUSAL_NOT_IJSON;
}

/* The code unit of the escape \uXXXX at @at, or -1 if there is none. */
static int32_t code_unit(struct toc_str text, size_t at)
{
    int32_t unit = 0;

    if (at + 6 > text.size || text.data[at] != '\\' || text.data[at + 1] != 'u') {
        return -1;
    }
    for (size_t i = at + 2; i < at + 6; i++) {
        char c = text.data[i];
        if (c >= '0' && c <= '9') {
            unit = unit * 16 + (c - '0');
        } else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) {
            unit = unit * 16 + ((c | 0x20) - 'a' + 10);
        } else {
            return -1;
        }
    }
    return unit;
}

enum toc_refusal toc_json_why_string(struct toc_str text)
{
    for (size_t at = 0; at < text.size; at++) {
        if (text.data[at] != '\\') {
            continue;
        }
        int32_t unit = code_unit(text, at);
        if (unit < 0) { /* Outside of strings a backslash is a fault of structure, found earlier. */
            if (!is_at(text, at + 1, "\"\\/bfnrt")) {
                return TOC_REFUSAL_NOT_JSON;
            }
            at++;
        } else if (unit >= 0xD800 && unit <= 0xDBFF) {
            int32_t low = code_unit(text, at + 6);
            if (low < 0xDC00 || low > 0xDFFF) {
                return TOC_REFUSAL_NOT_IJSON;
            }
            at += 11;
        } else if (unit >= 0xDC00 && unit <= 0xDFFF) {
            return TOC_REFUSAL_NOT_IJSON;
        } else {
            at += 5;
        }
    }
    return TOC_REFUSAL_NOT_JSON;
}

bool toc_json_has_noncharacter(struct toc_str text)
{
    for (size_t i = 0; i + 2 < text.size; i++) {
        unsigned char lead = (unsigned char)text.data[i];
        unsigned char second = (unsigned char)text.data[i + 1];
        unsigned char third = (unsigned char)text.data[i + 2];

        if (lead < 0xEF) {
            continue;
        }
        if (lead == 0xEF) { /* U+FDD0 to U+FDEF, U+FFFE, U+FFFF */
            if ((second == 0xB7 && third >= 0x90 && third <= 0xAF) ||
                (second == 0xBF && third >= 0xBE)) {
                return true;
            }
        } else if ((second & 0x0F) == 0x0F && third == 0xBF && i + 3 < text.size &&
                   (unsigned char)text.data[i + 3] >= 0xBE) { /* U+nFFFE, U+nFFFF */
            return true;
        }
    }
    return false;
}
