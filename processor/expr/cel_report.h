/* expr/cel_report.h - findings of one compilation under way. For the stages of the compiler. */
#pragma once
#include "expr/cel.h"

#ifdef __cplusplus
extern "C" {
#endif

struct toc_cel_report {
    struct toc_str source;
    struct toc_arena *arena; /* Gets the texts of the findings. */
    struct toc_cel_findings *out;
    bool has_error;
};

/* A stretch of the source, and the byte the reference implementation would point at. */
struct toc_cel_spot {
    uint32_t offset, from, size;
};

void toc_cel_report_start(struct toc_cel_report *report, struct toc_str source,
                          struct toc_arena *arena, struct toc_cel_findings *out);
#if defined(__GNUC__)
__attribute__((format(printf, 5, 6)))
#endif
void toc_cel_report_add(struct toc_cel_report *report, enum toc_cel_fault fault,
                        struct toc_cel_spot spot, struct toc_str nearest, const char *format, ...);

#ifdef __cplusplus
}
#endif
