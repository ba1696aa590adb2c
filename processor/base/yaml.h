/* base/yaml.h - YAML as tocsin reads it: a tree with marks and no surprises.
 *
 * YAML 1.2 text by libyaml; every scalar stays text (its reader decides the type by the field it
 * fills, so NO, on, 12:30 and 0071 stay as written). Refused with a mark: anchors, aliases, tags,
 * duplicate keys, keys that are not plain scalars, bad UTF-8, NUL, nesting beyond TOC_YAML_DEPTH,
 * files beyond TOC_YAML_FILE bytes, more than TOC_YAML_NODES nodes.
 * Memory: nodes and texts live in the caller's arena. */
#pragma once
#include "base/arena.h"
#include "base/diag.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { TOC_YAML_DEPTH = 32, TOC_YAML_FILE = 1 << 20, TOC_YAML_NODES = 200000 };

enum toc_yaml_kind { TOC_YAML_SCALAR, TOC_YAML_SEQUENCE, TOC_YAML_MAPPING };

struct toc_yaml {
    enum toc_yaml_kind kind;
    struct toc_mark mark; /* Where its text begins. */
    struct toc_str text;  /* Scalar. */
    bool is_quoted;       /* Scalar written in quotes or as a block. */
    bool is_empty;        /* Plain scalar without text: a key without a value. */
    struct toc_str key;   /* Its key, when its parent is a mapping. */
    struct toc_mark key_mark;
    struct toc_yaml *first, *next; /* First child; next sibling, in file order. */
    size_t count;                  /* Children. */
};

/* Parse every document of @text into @out_documents (linked by next; NULL if none). @file is the
 * diag's index of it. Returns false if an error was added; documents read to their end are still
 * given (without what was refused in them). */
bool toc_yaml_parse(struct toc_str text, uint32_t file, struct toc_arena *arena,
                    struct toc_diag *diag, struct toc_yaml **out_documents);

/* Where bytes [@offset, @offset + @size) of a scalar's text stand in the file, whose text is @file,
 * whatever its style. What spans lines is marked to the end of its first line; an offset at the end
 * is marked behind the last byte. */
struct toc_mark toc_yaml_mark_in(const struct toc_yaml *node, struct toc_str file, size_t offset,
                                 size_t size);

/* The child of mapping @map under @key, or NULL (also when @map is NULL or no mapping). */
struct toc_yaml *toc_yaml_find(const struct toc_yaml *map, const char *key);

/* Add an error for each child of @map whose key is not among @keys (NULL-ended), with the nearest
 * one as suggestion; @what names the thing ("a rule", "the alert block"). */
void toc_yaml_check_keys(const struct toc_yaml *map, const char *const keys[], const char *what,
                         const char *code, struct toc_diag *diag);

#ifdef __cplusplus
}
#endif
