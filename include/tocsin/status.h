/* tocsin/status.h - what a call that can fail has to say.
 * Codes and words share one table, status.def, so no code is without words. */
#pragma once

#if defined(__GNUC__)
#define TOC_MUST_CHECK __attribute__((warn_unused_result))
#else
#define TOC_MUST_CHECK
#endif

enum toc_status {
#define TOC_STATUS(name, words) TOC_##name,
#include <tocsin/status.def>
#undef TOC_STATUS
};

#ifdef __cplusplus
extern "C" {
#endif

/* The words for @status, never NULL, static. */
const char *toc_status_text(enum toc_status status);

#ifdef __cplusplus
}
#endif
