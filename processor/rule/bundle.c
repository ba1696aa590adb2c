#include "rule/bundle.h"

#include <stdio.h>
#include <stdlib.h>

#include <nettle/sha2.h>

#include "base/mem.h"

static void hash_text(struct toc_str text, char out[TOC_BUNDLE_NAME])
{
    uint8_t digest[SHA256_DIGEST_SIZE];
    struct sha256_ctx sha;

    sha256_init(&sha);
    sha256_update(&sha, text.size, (const uint8_t *)text.data);
    sha256_digest(&sha, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++) {
        (void)snprintf(out + 2 * i, 3, "%02x", digest[i]);
    }
}

void toc_bundle_add(struct toc_bundle *bundle, struct toc_str name, struct toc_str bytes)
{
    if (bundle->count == bundle->room) {
        bundle->room = bundle->room * 2 + 64;
        bundle->files = toc_mem_resize(bundle->files, bundle->room, sizeof *bundle->files);
    }
    struct toc_bundle_file *file = &bundle->files[bundle->count++];
    file->name = name;
    hash_text(bytes, file->hash);
}

static int compare(const void *left, const void *right)
{
    const struct toc_bundle_file *a = left, *b = right;

    return toc_str_compare(a->name, b->name);
}

void toc_bundle_name(struct toc_bundle *bundle, char out[TOC_BUNDLE_NAME])
{
    struct toc_text list = {0};

    if (bundle->count > 0) {
        qsort(bundle->files, bundle->count, sizeof *bundle->files, compare);
    }
    for (size_t i = 0; i < bundle->count; i++) {
        toc_text_addf(&list, "%s  ", bundle->files[i].hash);
        toc_text_add(&list, bundle->files[i].name);
        toc_text_add_char(&list, '\n');
    }
    hash_text(toc_text_str(&list), out);
    toc_text_finish(&list);
}

void toc_bundle_finish(struct toc_bundle *bundle)
{
    toc_mem_free(bundle->files);
    *bundle = (struct toc_bundle){0};
}
