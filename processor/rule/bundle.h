/* rule/bundle.h - one name for all that a rule set was read from: rules, types, places, lists,
 * tags, topics, recipients.
 *
 * SHA-256 (FIPS 180-4) of a list with one line a file, "HASH  NAME\n", in byte order of NAME: HASH
 * is the SHA-256 of the file's bytes, NAME its path below the folder of the rules; types and places
 * are `types/FILE` and `places/FILE` wherever they lie. That is what `sha256sum` prints, so anybody
 * can work it out. The same files give the same name on every machine, wherever they lie and in
 * whatever order they were read; one byte more, or another name, gives another.
 * Memory: names are borrowed until the bundle has its name. */
#pragma once
#include "base/text.h"

enum { TOC_BUNDLE_NAME = 65 }; /* 64 hexadecimal digits and the NUL. */

struct toc_bundle_file {
    struct toc_str name;
    char hash[TOC_BUNDLE_NAME];
};

struct toc_bundle {
    struct toc_bundle_file *files;
    size_t count, room;
};

/* A file that was read. @name: once only. */
void toc_bundle_add(struct toc_bundle *bundle, struct toc_str name, struct toc_str bytes);
/* Sorts the files. */
void toc_bundle_name(struct toc_bundle *bundle, char out[TOC_BUNDLE_NAME]);
void toc_bundle_finish(struct toc_bundle *bundle); /* A zeroed bundle may be finished. */
