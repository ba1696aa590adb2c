/* rule/loader.h - one load under way: what rules may name, and how scalars are read.
 *
 * Every reader answers false after it has added a finding, right at the scalar, so that callers
 * only carry on; nothing is loaded if there was an error. A missing node (NULL) is the caller's.
 * Memory: everything lives in the rule set's arena. Threads: one owner. */
#pragma once
#include "base/yaml.h"
#include "event/event.h"
#include "rule/keys.h"
#include "rule/rule.h"

/* A closed list of names (tags.yaml, ...); open when its file is absent: any name goes. */
struct toc_names {
    bool is_closed;
    const struct toc_str *names;
    size_t count;
};

struct toc_list { /* lists/NAME.yaml */
    struct toc_str name;
    const struct toc_yaml *items;
};

struct toc_document; /* rule/below.h */

enum { TOC_LOADER_MEANT = 16 };
struct toc_loader {
    struct toc_arena *arena;
    struct toc_diag *diag;
    const struct toc_catalogue *catalogue;
    const struct toc_places *places;
    struct toc_names types, place_kinds, place_words; /* place_words: kinds and names. */
    struct toc_names list_names, tags, topics, recipients;
    const struct toc_list *lists;
    struct toc_document *documents; /* Every rule of the set, as far as it is read. */
    size_t document_count, document_room;
    bool is_cut_short;                 /* A file could not be read to its end: rules may lack. */
    struct toc_catalogue *alert_types; /* The catalogue: alerts that rules read are added. */
    struct toc_patterns *patterns;     /* Compiled; they live as long as the rule set. */
    struct {
        const struct toc_yaml *map;
        struct toc_str key;
    } meant[TOC_LOADER_MEANT]; /* Keys suggested for unknown ones; the newest replace the oldest. */
    size_t meant_count;
};

/* Durations in rules: longer than nothing, at most this. */
#define TOC_RULE_SPAN_MAX      INT64_C(31622400000)         /* 366 days */
#define TOC_RULE_DISTANCE_MAX  INT64_C(20040000000)         /* mm: half way round the Earth. */
#define TOC_RULE_THRESHOLD_MAX INT64_C(9000000000000000000) /* Millionths. */
enum { TOC_RULE_COUNT_MAX = 1000000, TOC_RULE_NAME = 100 };

/* An error at @mark: no suggestion, or the nearest of @names to @word. */
#if defined(__GNUC__)
__attribute__((format(printf, 4, 5)))
#endif
void toc_loader_error(struct toc_loader *loader, const char *code, struct toc_mark mark,
                      const char *format, ...);
#if defined(__GNUC__)
__attribute__((format(printf, 6, 7)))
#endif
void toc_loader_unknown(struct toc_loader *loader, const char *code, struct toc_mark mark,
                        struct toc_str word, struct toc_names names, const char *format, ...);
/* Of the target language, but not built: says so at @node's key. */
void toc_loader_not_yet(struct toc_loader *loader, struct toc_mark mark, const char *what);

/* Is @node of this kind? If not, E0300 names @what. */
bool toc_loader_is(struct toc_loader *loader, const struct toc_yaml *node, enum toc_yaml_kind kind,
                   const char *what);
/* Every key of @map is one of @block (rule/keys.def); one for later gives "not in this version".
 * @what: how the finding calls it, NULL for the block's own words. */
bool toc_loader_keys(struct toc_loader *loader, const struct toc_yaml *map, enum toc_block block,
                     const char *what);
/* Was @key suggested for an unknown key of @map? Then it need not be told that it is missing. */
bool toc_loader_is_misspelt(const struct toc_loader *loader, const struct toc_yaml *map,
                            const char *key);
/* @text as names of places compare, in the arena. */
struct toc_str toc_loader_fold_name(struct toc_loader *loader, struct toc_str text);
/* A text that is not empty. */
bool toc_loader_text(struct toc_loader *loader, const struct toc_yaml *node, const char *what,
                     struct toc_str *out);
/* A sequence of texts, or one text alone. */
bool toc_loader_texts(struct toc_loader *loader, const struct toc_yaml *node, const char *what,
                      const struct toc_str **out, size_t *out_count);
/* Every text of @node (a text or a sequence of them) is one of @names, unless they are open. */
void toc_loader_check_names(struct toc_loader *loader, const struct toc_yaml *node,
                            struct toc_names names, const char *code, const char *what);
/* One of @words (NULL-ended): its index. */
bool toc_loader_word(struct toc_loader *loader, const struct toc_yaml *node,
                     const char *const words[], const char *what, int *out);
bool toc_loader_bool(struct toc_loader *loader, const struct toc_yaml *node, const char *what,
                     bool *out);
/* A duration > 0 and <= 366d. */
bool toc_loader_span(struct toc_loader *loader, const struct toc_yaml *node, const char *what,
                     int64_t *out_ms);
/* A distance such as "200 m", "2 km", "1.5 km"; 0 m if @zero_too. */
bool toc_loader_distance(struct toc_loader *loader, const struct toc_yaml *node, bool zero_too,
                         int64_t *out_mm);
/* A name: a letter or digit first, then letters, digits, '-', '_' and (if @dots) '.'. */
bool toc_loader_name(struct toc_loader *loader, const struct toc_yaml *node, bool dots,
                     const char *what, struct toc_str *out);
/* The list that `lists.NAME` names. */
bool toc_loader_list(struct toc_loader *loader, const struct toc_yaml *node,
                     const struct toc_list **out);
bool toc_loader_is_list(const struct toc_yaml *node); /* Plain text beginning with "lists."? */

/* A decimal number such as -12.5 times 10^@decimals as a whole number. False: not such a text, or
 * finer, or beyond 9 * 10^18. */
bool toc_loader_decimal(struct toc_str text, unsigned decimals, int64_t *out);
