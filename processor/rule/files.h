/* rule/files.h - which files a rule set is made of, and what they hold.
 * Memory: the caller's arena. */
#pragma once
#include "rule/loader.h"

/* The root of the rules (where types/, lists/ and the closed lists lie): @path itself, or for a
 * file the nearest folder above it that holds types/, else its own folder. */
struct toc_str toc_files_root(struct toc_arena *arena, const char *path);
/* "@root/@name" */
const char *toc_files_join(struct toc_arena *arena, struct toc_str root, const char *name);

/* Every rule file under @path in byte order of their paths; what lies in types/, places/, lists/ of
 * @root, and the closed lists, are none. False: an error was added. */
bool toc_files_rules(struct toc_arena *arena, struct toc_diag *diag, const char *path,
                     struct toc_str root, const char *const **out_paths, size_t *out_count);

/* Read and parse one YAML file. False: an error was added; *out_documents holds what could be
 * read. */
bool toc_files_parse(struct toc_arena *arena, struct toc_diag *diag, const char *path,
                     struct toc_yaml **out_documents);

/* The closed list @name ("tags.yaml") of @root; open if there is none. */
bool toc_files_names(struct toc_arena *arena, struct toc_diag *diag, struct toc_str root,
                     const char *name, struct toc_names *out);

/* lists/NAME.yaml of @root, with @override (a mapping, or NULL) in place of those it names. */
bool toc_files_lists(struct toc_arena *arena, struct toc_diag *diag, struct toc_str root,
                     const struct toc_yaml *override, struct toc_loader *loader);
