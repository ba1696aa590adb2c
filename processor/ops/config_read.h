/* ops/config_read.h - one value of the configuration: from a YAML node into its place, or a
 * finding.
 * Private to the folder. */
#pragma once
#include "ops/config.h"

enum toc_key_block { TOC_BLOCK_TOP, TOC_BLOCK_KAFKA, TOC_BLOCK_HTTP, TOC_BLOCK_INPUT };
enum toc_key_kind {
    TOC_KEY_NAME,
    TOC_KEY_TEXT,
    TOC_KEY_TEXTS,
    TOC_KEY_PATH,
    TOC_KEY_FILE,
    TOC_KEY_SECRET,
    TOC_KEY_SPAN,
    TOC_KEY_INTEGER,
    TOC_KEY_WORD,
    TOC_KEY_MAPPING,
    TOC_KEY_BLOCK,
};

struct toc_key {
    enum toc_key_block block;
    const char *name;
    enum toc_key_kind kind;
    bool is_required;
    const char *fallback, *bounds, *help;
};
extern const struct toc_key toc_keys[];
extern const size_t toc_key_count;

/* What reading needs. */
struct toc_config_reading {
    struct toc_arena *arena;
    struct toc_diag *diag;
    struct toc_str folder; /* Of the config file, with its '/', or empty. */
};

/* Complain at @mark. */
#if defined(__GNUC__)
__attribute__((format(printf, 4, 5)))
#endif
void toc_config_complain(struct toc_diag *diag, const char *code, struct toc_mark mark,
                         const char *format, ...);

/* Readers of one value; false: a finding was added. */
bool toc_config_read_text(struct toc_config_reading *in, const struct toc_yaml *node,
                          struct toc_str *out);
bool toc_config_read_name(struct toc_config_reading *in, const struct toc_yaml *node,
                          struct toc_str *out);
bool toc_config_read_texts(struct toc_config_reading *in, const struct toc_yaml *node,
                           const struct toc_str **out, size_t *out_count);
bool toc_config_read_path(struct toc_config_reading *in, const struct toc_yaml *node,
                          bool must_open, struct toc_str *out);
/* @out is memory of its own, to be wiped and freed. */
bool toc_config_read_secret(struct toc_config_reading *in, const struct toc_yaml *node,
                            struct toc_str *out);
bool toc_config_read_span(struct toc_config_reading *in, const struct toc_yaml *node,
                          const char *bounds, int64_t *out_ms);
bool toc_config_read_integer(struct toc_config_reading *in, const struct toc_yaml *node,
                             const char *bounds, int64_t *out);
/* The index among the blank-separated @words. */
bool toc_config_read_word(struct toc_config_reading *in, const struct toc_yaml *node,
                          const char *words, int *out);
/* The @index-th of blank-separated @words; empty beyond the last. */
struct toc_str toc_config_word(const char *words, size_t index);
/* Letters, digits, '.', '_', '-'; 1 to 200 of them; not "." or "..": what Kafka allows,
 * with room. */
bool toc_config_is_name(struct toc_str text);
