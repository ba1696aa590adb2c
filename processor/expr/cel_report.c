#include "expr/cel_report.h"

#include <stdarg.h>
#include <stdio.h>

enum { SENTENCE = 400 };

void toc_cel_report_start(struct toc_cel_report *report, struct toc_str source,
                          struct toc_arena *arena, struct toc_cel_findings *out)
{
    *report = (struct toc_cel_report){.source = source, .arena = arena, .out = out};
    out->count = 0;
}

static void place(struct toc_str source, struct toc_cel_finding *finding)
{
    finding->line = 1;
    finding->column = 1;
    for (size_t i = 0; i < finding->offset && i < source.size; i++) {
        if (source.data[i] == '\n') {
            finding->line++;
            finding->column = 1;
        } else if (((unsigned char)source.data[i] & 0xC0) != 0x80) {
            finding->column++;
        }
    }
}

/* By offset, errors and notes alike; of one offset in the order they came. */
static void sort_last(struct toc_cel_findings *out)
{
    for (size_t i = out->count - 1; i > 0 && out->items[i].offset < out->items[i - 1].offset; i--) {
        struct toc_cel_finding swap = out->items[i];

        out->items[i] = out->items[i - 1];
        out->items[i - 1] = swap;
    }
}

void toc_cel_report_add(struct toc_cel_report *report, enum toc_cel_fault fault,
                        struct toc_cel_spot spot, struct toc_str nearest, const char *format, ...)
{
    struct toc_cel_finding finding = {.fault = fault,
                                      .is_note = fault == TOC_CEL_MIXED,
                                      .offset = spot.offset,
                                      .from = spot.from,
                                      .size = spot.size};
    char text[SENTENCE];
    va_list arguments;

    report->has_error = report->has_error || !finding.is_note;
    if (report->out->count >= TOC_CEL_FINDINGS) {
        return;
    }
    va_start(arguments, format);
    int size = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    size = size < 0 ? 0 : size >= SENTENCE ? SENTENCE - 1 : size;
    while (size > 0 && size == SENTENCE - 1 && ((unsigned char)text[size - 1] & 0x80) != 0) {
        size--; /* A character that was cut. */
    }
    finding.text =
        toc_arena_str(report->arena, (struct toc_str){.data = text, .size = (size_t)size});
    finding.nearest = toc_arena_str(report->arena, nearest);
    place(report->source, &finding);
    report->out->items[report->out->count++] = finding;
    sort_last(report->out);
}
