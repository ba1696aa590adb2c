/* event/decode_refusal.h - the limits of a record, and why one is refused. */
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

enum {
    TOC_RECORD_SIZE = 1 << 20, /* Bytes of a record. */
    TOC_RECORD_DEPTH = 32,     /* Nested arrays and objects. */
    TOC_RECORD_PADDING = 64,   /* Bytes readable behind a record that is_padded. */
    TOC_ID_SIZE = 256,         /* Bytes of id, source, subject, type each. */
    TOC_BATCH_MOST = 4096,     /* Events in one record (mapped arrays). */
};

/* Why a record was refused: one code a cause; the text is stable, for headers and counters. */
enum toc_refusal {
#define TOC_REFUSAL(name, text, words) TOC_REFUSAL_##name,
#include "event/refusal.def"
#undef TOC_REFUSAL
    TOC_REFUSAL_COUNT
};
const char *toc_refusal_text(enum toc_refusal reason);  /* "not_json" */
const char *toc_refusal_words(enum toc_refusal reason); /* A sentence. */

#ifdef __cplusplus
}
#endif
