/* base/assert.h - truths that stay checked in release.
 * A processor that is wrong stops at once: a restart replays and recovers, a wrong warning cannot
 * be called back. */
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/* Print @what, @file and @line to stderr and abort. */
#ifdef __cplusplus
[[noreturn]] void toc_assert_fail(const char *what, const char *file, int line);
#else
_Noreturn void toc_assert_fail(const char *what, const char *file, int line);
#endif

#ifdef __cplusplus
}
#endif

#define toc_assert(truth) ((truth) ? (void)0 : toc_assert_fail(#truth, __FILE__, __LINE__))
