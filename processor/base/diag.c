#include "base/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/assert.h"
#include "base/mem.h"

enum {
    MESSAGE_SIZE = 1000,
    SHOWN_BEFORE = 60, /* Characters of a source line shown before the mark, */
    SHOWN_AFTER = 60,  /* and from it on. */
};

struct file {
    struct toc_str path, text;
};

struct toc_diag {
    struct toc_arena arena; /* Paths, texts, messages. */
    struct file *files;
    size_t file_count;
    struct toc_finding *findings;
    size_t count, room;
    size_t errors, errors_kept;
    size_t dropped;
};

static const struct code {
    const char *code, *meaning;
} codes[] = {
#define TOC_CODE(code, meaning) {#code, meaning},
#include "base/diag.def"
#undef TOC_CODE
};

const char *toc_diag_meaning(const char *code)
{
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        if (strcmp(codes[i].code, code) == 0) {
            return codes[i].meaning;
        }
    }
    return NULL;
}

struct toc_diag *toc_diag_create(void)
{
    return toc_mem_get(sizeof(struct toc_diag));
}

void toc_diag_destroy(struct toc_diag *diag)
{
    if (diag == NULL) {
        return;
    }
    toc_arena_finish(&diag->arena);
    toc_mem_free(diag->files);
    toc_mem_free(diag->findings);
    toc_mem_free(diag);
}

uint32_t toc_diag_add_file(struct toc_diag *diag, const char *path, struct toc_str text)
{
    toc_assert(diag->file_count < UINT32_MAX);
    if ((diag->file_count & (diag->file_count - 1)) == 0) { /* A power of two: full. */
        size_t room = diag->file_count == 0 ? 1 : diag->file_count * 2;

        diag->files = toc_mem_resize(diag->files, room, sizeof *diag->files);
    }
    diag->files[diag->file_count] = (struct file){
        .path = toc_arena_str(&diag->arena, toc_str_of(path)),
        .text = toc_arena_str(&diag->arena, text),
    };
    return (uint32_t)diag->file_count++;
}

/* Cut @text at @most bytes, not inside a UTF-8 sequence. */
static struct toc_str cut(struct toc_str text, size_t most)
{
    if (text.size > most) {
        text.size = most;
        while (text.size > 0 && ((unsigned char)text.data[text.size] & 0xC0) == 0x80) {
            text.size--;
        }
    }
    return text;
}

void toc_diag_add(struct toc_diag *diag, enum toc_severity severity, const char *code,
                  struct toc_mark mark, struct toc_str suggestion, const char *format, ...)
{
    bool is_error = severity == TOC_SEVERITY_ERROR;
    char message[MESSAGE_SIZE + 4]; /* One sequence more than kept, for cut(). */
    va_list args;
    int size;

    toc_assert(toc_diag_meaning(code) != NULL);
    toc_assert(mark.file < diag->file_count);
    diag->errors += is_error;
    if ((is_error ? diag->errors_kept : diag->count - diag->errors_kept) >= TOC_DIAG_MOST) {
        diag->dropped++;
        return;
    }
    diag->errors_kept += is_error;
    va_start(args, format);
    size = vsnprintf(message, sizeof message, format, args);
    va_end(args);
    toc_assert(size >= 0);
    if (diag->count == diag->room) {
        diag->room = diag->room == 0 ? 16 : diag->room * 2;
        diag->findings = toc_mem_resize(diag->findings, diag->room, sizeof *diag->findings);
    }
    diag->findings[diag->count++] = (struct toc_finding){
        .severity = severity,
        .code = code,
        .mark = mark,
        .message = toc_arena_str(&diag->arena, cut(toc_str_of(message), MESSAGE_SIZE)),
        .suggestion = toc_arena_str(&diag->arena, cut(suggestion, MESSAGE_SIZE)),
    };
}

size_t toc_diag_errors(const struct toc_diag *diag)
{
    return diag->errors;
}

size_t toc_diag_count(const struct toc_diag *diag)
{
    return diag->count;
}

size_t toc_diag_left_out(const struct toc_diag *diag)
{
    return diag->dropped;
}

void toc_diag_drop_warnings(struct toc_diag *diag, size_t first)
{
    size_t kept = first;

    toc_assert(first <= diag->count);
    for (size_t i = first; i < diag->count; i++) {
        if (diag->findings[i].severity == TOC_SEVERITY_ERROR) {
            diag->findings[kept++] = diag->findings[i];
        }
    }
    diag->count = kept;
}

static bool is_before(struct toc_mark a, struct toc_mark b)
{
    if (a.file != b.file) {
        return a.file < b.file;
    }
    return a.line != b.line ? a.line < b.line : a.column < b.column;
}

void toc_diag_sort(struct toc_diag *diag)
{
    /* By insertion: stable, and there are at most twice TOC_DIAG_MOST. */
    for (size_t i = 1; i < diag->count; i++) {
        struct toc_finding moved = diag->findings[i];
        size_t j = i;

        for (; j > 0 && is_before(moved.mark, diag->findings[j - 1].mark); j--) {
            diag->findings[j] = diag->findings[j - 1];
        }
        diag->findings[j] = moved;
    }
}

const struct toc_finding *toc_diag_get(const struct toc_diag *diag, size_t index)
{
    toc_assert(index < diag->count);
    return &diag->findings[index];
}

struct toc_str toc_diag_text(const struct toc_diag *diag, uint32_t file)
{
    toc_assert(file < diag->file_count);
    return diag->files[file].text;
}

uint32_t toc_diag_files(const struct toc_diag *diag)
{
    return (uint32_t)diag->file_count;
}

const char *toc_diag_path(const struct toc_diag *diag, uint32_t file)
{
    toc_assert(file < diag->file_count);
    return diag->files[file].path.data;
}

/* Line @number of @text without its line break, and without a byte order mark, which has no
 * column. Breaks are those of YAML: LF, CR LF, CR. */
static bool find_line(struct toc_str text, uint32_t number, struct toc_str *out)
{
    size_t at = text.size >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0, from;

    for (uint32_t line = 1;; line++) {
        from = at;
        while (at < text.size && text.data[at] != '\n' && text.data[at] != '\r') {
            at++;
        }
        if (line == number) {
            *out = (struct toc_str){.data = text.data + from, .size = at - from};
            return true;
        }
        if (at == text.size) {
            return false;
        }
        at += text.data[at] == '\r' && at + 1 < text.size && text.data[at + 1] == '\n' ? 2 : 1;
    }
}

/* Size of the character at the front: what its lead byte says, as far as it is continued. */
static size_t character_size(struct toc_str text)
{
    unsigned char lead = (unsigned char)text.data[0];
    size_t most = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1, size = 1;

    while (size < text.size && size < most && ((unsigned char)text.data[size] & 0xC0) == 0x80) {
        size++;
    }
    return size;
}

/* Add one character, or '?' for what could steer a terminal: C0 but for tab, DEL, C1 (U+0080 to
 * U+009F), and the bidirectional controls that reorder what is read (U+202A-202E, U+2066-2069). */
static void add_shown(struct toc_text *out, struct toc_str character)
{
    const unsigned char *b = (const unsigned char *)character.data;
    bool is_steering = (b[0] < 0x20 && b[0] != '\t') || b[0] == 0x7F ||
                       (b[0] >= 0x80 && character.size == 1) || (b[0] == 0xC2 && b[1] < 0xA0) ||
                       (character.size == 3 && b[0] == 0xE2 &&
                        ((b[1] == 0x80 && b[2] >= 0xAA && b[2] <= 0xAE) ||
                         (b[1] == 0x81 && b[2] >= 0xA6 && b[2] <= 0xA9)));

    toc_text_add(out, is_steering ? TOC_STR("?") : character);
}

static void add_safe(struct toc_text *out, struct toc_str text)
{
    while (text.size > 0) {
        size_t size = character_size(text);

        add_shown(out, (struct toc_str){.data = text.data, .size = size});
        text.data += size;
        text.size -= size;
    }
}

/* The source line and the caret under its mark. */
static void print_line(const struct toc_finding *finding, struct toc_str line, const char *colour,
                       const char *plain, struct toc_text *out)
{
    uint32_t column = finding->mark.column == 0 ? 1 : finding->mark.column;
    uint32_t first = column > SHOWN_BEFORE ? column - SHOWN_BEFORE : 1, at = 1, under;
    struct toc_text carets = {0};

    toc_text_addf(out, "%6lu | %s", (unsigned long)finding->mark.line, first > 1 ? "..." : "");
    toc_text_addf(&carets, "       | %s", first > 1 ? "   " : "");
    under = finding->mark.width == 0 ? 1 : finding->mark.width;
    for (; line.size > 0 && at < column + SHOWN_AFTER; at++) {
        size_t size = character_size(line);

        if (at >= first) {
            add_shown(out, (struct toc_str){.data = line.data, .size = size});
            if (at < column) { /* A tab above stays a tab below. */
                toc_text_add_char(&carets, line.data[0] == '\t' ? '\t' : ' ');
            }
        }
        line.data += size;
        line.size -= size;
    }
    toc_text_addf(out, "%s\n", line.size > 0 ? "..." : "");
    toc_text_addf(&carets, "%s^", colour);
    for (uint32_t i = 1; i < under && column + i < at; i++) {
        toc_text_add_char(&carets, '~');
    }
    toc_text_addf(&carets, "%s\n", plain);
    toc_text_add(out, toc_text_str(&carets));
    toc_text_finish(&carets);
}

static void print_finding(const struct toc_diag *diag, const struct toc_finding *finding,
                          bool is_coloured, struct toc_text *out)
{
    static const char *const names[] = {"note", "warning", "error"};
    static const char *const colours[] = {"\033[1;36m", "\033[1;33m", "\033[1;31m"};
    const struct file *file = &diag->files[finding->mark.file];
    const char *colour = is_coloured ? colours[finding->severity] : "";
    const char *bold = is_coloured ? "\033[1m" : "", *plain = is_coloured ? "\033[0m" : "";
    struct toc_str line;

    toc_text_add(out, toc_str_of(bold));
    add_safe(out, file->path);
    toc_text_add_char(out, ':');
    if (finding->mark.line > 0) {
        toc_text_addf(out, "%lu:", (unsigned long)finding->mark.line);
        if (finding->mark.column > 0) {
            toc_text_addf(out, "%lu:", (unsigned long)finding->mark.column);
        }
    }
    toc_text_addf(out, "%s %s%s[%s]%s: ", plain, colour, names[finding->severity], finding->code,
                  plain);
    add_safe(out, finding->message);
    toc_text_add_char(out, '\n');
    if (finding->mark.line > 0 && find_line(file->text, finding->mark.line, &line)) {
        print_line(finding, line, colour, plain, out);
    }
    if (finding->suggestion.size > 0) {
        toc_text_add(out, TOC_STR("     did you mean \""));
        add_safe(out, finding->suggestion);
        toc_text_add(out, TOC_STR("\"?\n"));
    }
}

void toc_diag_print(struct toc_diag *diag, bool colour, struct toc_text *out)
{
    toc_diag_sort(diag);
    for (size_t i = 0; i < diag->count; i++) {
        print_finding(diag, &diag->findings[i], colour, out);
    }
    if (diag->dropped > 0) {
        toc_text_addf(out, "and %zu more\n", diag->dropped);
    }
}

/* Is @name just @word with a unit behind it? `alt` is meant to be alt_m, not lat. */
static bool lacks_unit(struct toc_str word, struct toc_str name)
{
    enum { UNIT = 3 }; /* "_m", "_km" */

    return word.size > 0 && name.size > word.size + 1 && name.size <= word.size + UNIT &&
           name.data[word.size] == '_' && memcmp(name.data, word.data, word.size) == 0;
}

struct toc_str toc_diag_nearest(struct toc_str word, const struct toc_str names[], size_t count)
{
    unsigned most = word.size < 4 ? 1 : 2;
    unsigned best_edits = most + 1;
    struct toc_str best = {0};

    for (size_t i = 0; i < count; i++) {
        unsigned edits = lacks_unit(word, names[i]) ? 0 : toc_text_edits(word, names[i], most);

        bool is_alike = best.size > 0 && word.size > 0 && names[i].size > 0 &&
                        names[i].data[0] == word.data[0] && best.data[0] != word.data[0];

        if (edits < best_edits || (edits == best_edits && is_alike)) {
            best = names[i];
            best_edits = edits;
            most = edits; /* Only nearer ones from now on, or as near with the same beginning. */
        }
    }
    return best;
}
