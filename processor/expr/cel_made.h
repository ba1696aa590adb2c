/* expr/cel_made.h - a text being made in the scratch of a machine, of a size not known before.
 *
 * Between begin and finish it may use all that is left of the scratch, so nothing else may be taken
 * from there. What is added is paid for. After the first failure (no fuel, no room, or what
 * toc_cel_made_fail was told) further additions do nothing, and finish tells it.
 * Threads: as its scratch. */
#pragma once
#include "expr/cel_value.h"

#ifdef __cplusplus
extern "C" {
#endif

struct toc_cel_made {
    struct toc_cel_scratch *scratch;
    char *bytes;
    size_t size;
    bool is_broken;
    enum toc_cel_error error; /* When it is_broken. */
};

struct toc_cel_made toc_cel_made_begin(struct toc_cel_scratch *scratch);
void toc_cel_made_add(struct toc_cel_made *made, struct toc_str more);
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void toc_cel_made_addf(struct toc_cel_made *made, const char *format, ...); /* At most 600 bytes. */
void toc_cel_made_fail(struct toc_cel_made *made, enum toc_cel_error error);
/* The STRING, or the ERROR. */
struct toc_cel_value toc_cel_made_finish(struct toc_cel_made *made);

/* A finite @number in the fewest digits that read back to it: in full ("100000000") if it is_plain,
 * else with an exponent below 1e-4 and from 1e6 on where no digit is left out ("1e+08"), as the
 * reference implementation does. */
void toc_cel_made_double(struct toc_cel_made *made, double number, bool is_plain);
/* "2026-11-21T10:00:00.5Z", "-1.5s": fractions without zeros behind. */
void toc_cel_made_timestamp(struct toc_cel_made *made, struct toc_cel_time at);
void toc_cel_made_duration(struct toc_cel_made *made, struct toc_cel_time span);

#ifdef __cplusplus
}
#endif
