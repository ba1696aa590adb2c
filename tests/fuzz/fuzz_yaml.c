/* fuzz_yaml.c - can any bytes crash the reader of YAML, of event types, or the printing of what is
 * wrong with them? */
#include <stdint.h>

#include "base/assert.h"
#include "base/yaml.h"
#include "event/catalogue.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Read every text and follow every link, so that a wrong one shows. */
static size_t walk(const struct toc_yaml *node)
{
    size_t sum = node->text.size + node->key.size + node->mark.line, count = 0;

    for (size_t i = 0; i < node->text.size; i++) {
        sum += (unsigned char)node->text.data[i];
    }
    for (const struct toc_yaml *child = node->first; child != NULL; child = child->next) {
        sum += walk(child);
        count++;
    }
    toc_assert(count == node->count);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct toc_str text = {.data = (const char *)bytes, .size = size};
    struct toc_diag *diag = toc_diag_create();
    struct toc_catalogue *catalogue;
    struct toc_arena arena = {0};
    struct toc_text out = {0};
    struct toc_yaml *documents;
    bool is_sound =
        toc_yaml_parse(text, toc_diag_add_file(diag, "f.yaml", text), &arena, diag, &documents);

    toc_assert(is_sound == (toc_diag_errors(diag) == 0));
    for (; documents != NULL; documents = documents->next) {
        (void)walk(documents);
    }
    if (toc_catalogue_parse("f.yaml", text, diag, &catalogue)) {
        toc_assert(is_sound);
        for (size_t i = 0; i < toc_catalogue_count(catalogue); i++) {
            const struct toc_type *type = toc_catalogue_type(catalogue, i);

            toc_assert(toc_catalogue_find(catalogue, type->name) == (int)i);
        }
        toc_catalogue_destroy(catalogue);
    } else {
        toc_assert(catalogue == NULL && toc_diag_errors(diag) > 0);
    }
    toc_diag_print(diag, true, &out);
    toc_text_finish(&out);
    toc_arena_finish(&arena);
    toc_diag_destroy(diag);
    return 0;
}
