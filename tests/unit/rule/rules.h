/* rules.h - a rule set from a text, with the types, places and lists of the corpus of
 * tests/conformance/diagnostics. */
#pragma once
#include "unit.h"

#include <stdio.h>
#include <unistd.h>

#include "base/text.h"
#include "rule/load.h"

struct rules {
    struct toc_diag *diag;
    struct toc_ruleset *set; /* NULL: refused. */
};

static inline void rules_path(char *out, size_t size, const char *name)
{
    const char *root = getenv("TOCSIN_SOURCE_DIR");

    assert_non_null(root);
    assert_true((size_t)snprintf(out, size, "%s/tests/conformance/diagnostics/%s", root, name) <
                size);
}

/* Load the rules of @text; what was found is printed if it is refused. */
static inline struct rules rules_load(const char *text)
{
    struct rules rules = {.diag = toc_diag_create()};
    char path[] = "/tmp/tocsin-rule-XXXXXX", types[1024], places[1024];
    int file = mkstemp(path);

    assert_true(file >= 0);
    assert_int_equal(write(file, text, strlen(text)), (ssize_t)strlen(text));
    close(file);
    rules_path(types, sizeof types, "types");
    rules_path(places, sizeof places, "places");
    struct toc_rule_paths paths = {.rules = path, .types = types, .places = places};
    if (!toc_ruleset_load(&paths, rules.diag, &rules.set)) {
        struct toc_text found = {0};

        toc_diag_print(rules.diag, false, &found);
        fputs(found.data, stderr);
        toc_text_finish(&found);
    }
    unlink(path);
    return rules;
}

static inline void rules_finish(struct rules *rules)
{
    toc_ruleset_destroy(rules->set);
    toc_diag_destroy(rules->diag);
}

#define RULES_HEAD "rule: r\ntitle: T\nstatus: experimental\nlevel: high\n"
