/* Any bytes as a rule file: findings or a rule, never a crash, never neither. What loads hashes the
 * same when it is read again. Seeds: tests/conformance/diagnostics/rules. */
#include <stdlib.h>

#include "base/assert.h"
#include "expr/pattern.h"
#include "rule/draft.h"

static const char types_text[] =
    "type: detection.indirect_fire\ntitle: A round\nlocation: impact\nfields:\n"
    "  sensor: { type: text }\n  munition: { type: text, values: [rocket, mortar] }\n"
    "  confidence: { type: number, range: [0, 1] }\n  rounds: { type: integer }\n"
    "  impact: { type: place }\n  seen_at: { type: time }\n  reviewed: { type: bool }\n"
    "  marks: { type: list }\n---\n"
    "type: report.all_clear\ntitle: Over\nlocation: location\nfields:\n"
    "  hazard: { type: text }\n  case: { type: text }\n  location: { type: place }\n";
static const char places_text[] =
    "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":"
    "{\"kind\":\"camp\",\"name\":\"Gao\",\"radius_m\":500},\"geometry\":"
    "{\"type\":\"Point\",\"coordinates\":[-0.04,16.27]}}]}";

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static struct toc_catalogue *catalogue;
static struct toc_places *places;

static void load_once(void)
{
    struct toc_diag *diag = toc_diag_create();

    toc_assert(toc_catalogue_parse("types", toc_str_of(types_text), diag, &catalogue));
    toc_assert(toc_places_parse("places", toc_str_of(places_text), diag, &places));
    toc_diag_destroy(diag);
}

/* The hashes of the rules in @text, all in one; false if it was refused. */
static bool read_rules(struct toc_str text, struct toc_hash128 *out)
{
    static const struct toc_str types[] = {{"detection.indirect_fire", 23},
                                           {"report.all_clear", 16}};
    static const struct toc_str kinds[] = {{"camp", 4}}, words[] = {{"camp", 4}, {"Gao", 3}};
    static const struct toc_str tags[] = {{"threat.fire", 11}}, lists[] = {{"sensors", 7}};
    static const struct toc_yaml item = {.kind = TOC_YAML_SCALAR, .text = {"radar-1", 7}};
    static const struct toc_yaml items = {
        .kind = TOC_YAML_SEQUENCE, .first = (struct toc_yaml *)(uintptr_t)&item, .count = 1};
    static const struct toc_list list = {.name = {"sensors", 7}, .items = &items};
    struct toc_arena arena = {0};
    struct toc_patterns patterns = {0};
    struct toc_diag *diag = toc_diag_create();
    struct toc_text printed = {0};
    struct toc_yaml *documents = NULL;
    struct toc_loader loader = {
        .arena = &arena,
        .diag = diag,
        .catalogue = catalogue,
        .places = places,
        .patterns = &patterns,
        .types = {true, types, 2},
        .place_kinds = {true, kinds, 1},
        .place_words = {true, words, 2},
        .tags = {true, tags, 1},
        .list_names = {true, lists, 1},
        .lists = &list,
    };

    *out = (struct toc_hash128){0};
    (void)toc_yaml_parse(text, toc_diag_add_file(diag, "rule.yaml", text), &arena, diag,
                         &documents);
    for (const struct toc_yaml *document = documents; document != NULL; document = document->next) {
        size_t errors = toc_diag_errors(diag);
        const struct toc_rule *rule = toc_draft_read(&loader, document);

        bool is_right = toc_diag_errors(diag) == errors;
        toc_assert(rule != NULL || !is_right);
        if (is_right) {
            toc_assert(rule->name.size > 0 && rule->alert.topic.size > 0);
            toc_assert(toc_rule_memory_ms(rule) >= 0);
            out->high ^= rule->hash.high;
            out->low ^= rule->hash.low;
        }
    }
    bool ok = toc_diag_errors(diag) == 0;
    toc_diag_print(diag, true, &printed);
    toc_assert(ok || printed.size > 0);
    toc_text_finish(&printed);
    toc_diag_destroy(diag);
    toc_patterns_finish(&patterns);
    toc_arena_finish(&arena);
    return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct toc_str text = {.data = (const char *)bytes, .size = size};
    struct toc_hash128 first, second;

    if (catalogue == NULL) {
        load_once();
    }
    if (read_rules(text, &first)) {
        toc_assert(read_rules(text, &second));
        toc_assert(toc_hash128_compare(first, second) == 0);
    }
    return 0;
}
