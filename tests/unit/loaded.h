/* loaded.h - a rule set from texts: types, places and rules are written to a folder that is gone
 * when this returns. What was found wrong is printed. */
#pragma once
#include "unit.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rule/load.h"

static inline void loaded_write(const char *folder, const char *name, const char *text)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* @places: GeoJSON, or NULL for none. */
static inline struct toc_ruleset *loaded_rules(const char *types, const char *places,
                                               const char *rules)
{
    static const char *const names[] = {
        "types/types.yaml", "places/places.geojson", "rules.yaml", "types", "places", ""};
    char folder[] = "/tmp/tocsin-unit-XXXXXX", path[256];
    struct toc_diag *diag = toc_diag_create();
    struct toc_ruleset *set = NULL;

    assert_non_null(mkdtemp(folder));
    for (size_t i = 3; i < 5; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    loaded_write(folder, names[0], types);
    if (places != NULL) {
        loaded_write(folder, names[1], places);
    }
    loaded_write(folder, names[2], rules);
    if (!toc_ruleset_load(&(struct toc_rule_paths){.rules = folder}, diag, &set)) {
        struct toc_text found = {0};
        toc_diag_print(diag, false, &found);
        fputs(found.data, stderr);
        toc_text_finish(&found);
    }
    for (size_t i = 0; i < UNIT_COUNT(names); i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        (void)remove(path);
    }
    toc_diag_destroy(diag);
    assert_non_null(set);
    return set;
}
