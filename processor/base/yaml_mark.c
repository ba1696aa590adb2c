/* yaml_mark.c - from a byte of a scalar's text back to the file.
 *
 * Styles differ in blanks alone (folding, indentation, chomping) and in what quotes escape. So text
 * and source are walked side by side over all bytes that are no blanks: the n-th of the text is the
 * n-th of the source. Exact for plain, quoted, literal and folded scalars. */
#include "base/yaml.h"

enum style { PLAIN, SINGLE, DOUBLE, BLOCK };

struct walk {
    struct toc_str file;
    size_t at; /* Next byte of the source. */
    uint32_t line, column;
    enum style style;
};

static bool is_blank(unsigned char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static unsigned char byte_at(const struct walk *walk, size_t ahead)
{
    return walk->at + ahead < walk->file.size ? (unsigned char)walk->file.data[walk->at + ahead]
                                              : 0;
}

static void move(struct walk *walk, size_t bytes)
{
    for (size_t i = 0; i < bytes && walk->at < walk->file.size; i++, walk->at++) {
        unsigned char byte = byte_at(walk, 0);

        if (byte == '\n') {
            walk->line++;
            walk->column = 1;
        } else if ((byte & 0xC0) != 0x80) {
            walk->column++;
        }
    }
}

/* At the begin of the scalar: past quote or the header of a block. */
static struct walk begin(const struct toc_yaml *node, struct toc_str file)
{
    struct walk walk = {.file = file, .line = 1, .column = 1};

    if (file.size >= 3 && memcmp(file.data, "\xEF\xBB\xBF", 3) == 0) {
        walk.at = 3; /* A byte order mark has no column. */
    }
    while (walk.at < file.size &&
           (walk.line < node->mark.line ||
            (walk.line == node->mark.line && walk.column < node->mark.column))) {
        move(&walk, 1);
    }
    switch (byte_at(&walk, 0)) {
    case '\'':
    case '"':
        walk.style = node->is_quoted ? (byte_at(&walk, 0) == '"' ? DOUBLE : SINGLE) : PLAIN;
        move(&walk, node->is_quoted ? 1 : 0);
        break;
    case '|':
    case '>':
        walk.style = node->is_quoted ? BLOCK : PLAIN;
        while (node->is_quoted && walk.at < file.size && byte_at(&walk, 0) != '\n') {
            move(&walk, 1);
        }
        break;
    default:
        break;
    }
    return walk;
}

/* Bytes that one character of the text has in UTF-8. */
static size_t utf8_size(unsigned long point)
{
    return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
}

/* How many bytes of the text that are no blanks stand for what is next in the source, and how long
 * that is there. */
static void step(const struct walk *walk, size_t *out_bytes, size_t *out_size)
{
    unsigned char byte = byte_at(walk, 0);

    *out_bytes = is_blank(byte) ? 0 : 1;
    *out_size = 1;
    if (walk->style == SINGLE && byte == '\'') {
        *out_size = 2; /* '' */
    }
    if (walk->style != DOUBLE || byte != '\\') {
        return;
    }
    size_t digits = byte_at(walk, 1) == 'x'   ? 2
                    : byte_at(walk, 1) == 'u' ? 4
                    : byte_at(walk, 1) == 'U' ? 8
                                              : 0;
    unsigned long point = 0;
    for (size_t i = 0; i < digits; i++) {
        unsigned char digit = byte_at(walk, 2 + i);

        point = point * 16 + (unsigned long)(digit <= '9'   ? digit - '0'
                                             : digit <= 'F' ? digit - 'A' + 10
                                                            : digit - 'a' + 10);
    }
    *out_size = 2 + digits;
    switch (byte_at(walk, 1)) {
    case 'n':
    case 't':
    case 'r':
    case ' ':
    case '\t':
    case '\n':
    case '\r':
        *out_bytes = 0;
        break;
    case 'N': /* Next line, no-break space: */
    case '_':
        *out_bytes = 2;
        break;
    case 'L': /* line and paragraph separator. */
    case 'P':
        *out_bytes = 3;
        break;
    case 'x':
    case 'u':
    case 'U':
        *out_bytes = point < 0x80 && is_blank((unsigned char)point) ? 0 : utf8_size(point);
        break;
    default:
        *out_bytes = 1;
        break;
    }
}

/* Go to where the byte of the text stands before which there are @count that are no blanks. */
static void seek(struct walk *walk, size_t count)
{
    while (walk->at < walk->file.size) {
        size_t bytes, size;

        step(walk, &bytes, &size);
        if (bytes > count || (bytes > 0 && count == 0)) {
            return;
        }
        count -= bytes;
        move(walk, size);
    }
}

static size_t count_bytes(struct toc_str text, size_t end)
{
    size_t count = 0;

    for (size_t i = 0; i < end && i < text.size; i++) {
        count += !is_blank((unsigned char)text.data[i]);
    }
    return count;
}

struct toc_mark toc_yaml_mark_in(const struct toc_yaml *node, struct toc_str file, size_t offset,
                                 size_t size)
{
    struct toc_str text = node->text;
    struct toc_mark mark = node->mark;
    struct walk walk = begin(node, file);
    size_t end = offset + size;
    bool is_behind;

    if (text.size == 0) {
        return mark;
    }
    end = end > text.size ? text.size : end;
    while (end > offset && is_blank((unsigned char)text.data[end - 1])) {
        end--;
    }
    while (offset < end && is_blank((unsigned char)text.data[offset])) {
        offset++;
    }
    /* A blank, or the end: behind what stands before it. */
    is_behind = offset >= text.size || is_blank((unsigned char)text.data[offset]);
    size_t before = count_bytes(text, offset);
    seek(&walk, is_behind && before > 0 ? before - 1 : before);
    mark.line = walk.line;
    mark.column = walk.column;
    mark.width = 1;
    if (is_behind) {
        mark.column += before > 0 ? 1 : 0;
        return mark;
    }
    if (end > offset + 1) {
        struct walk last = walk;
        size_t bytes, length;

        seek(&last, count_bytes(text, end) - 1 - before);
        while (last.line > mark.line) { /* To the end of the first line. */
            last = walk;
            while (byte_at(&last, 0) != '\n' && last.at < file.size) {
                move(&last, 1);
            }
            mark.width = last.column - mark.column;
            return mark;
        }
        step(&last, &bytes, &length);
        move(&last, length);
        mark.width = last.column - mark.column;
    }
    return mark;
}
