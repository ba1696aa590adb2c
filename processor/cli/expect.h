/* cli/expect.h - what an inline test expects, beside what was told.
 *
 * `expect` names every `new` in order, and any other state it lists; states it does not list may be
 * told. Only the members it gives are compared: `time` (of new its begin, of cleared and expired
 * its end, else when it was told), `state` (default new), and any member of the alert record by
 * name; text without case, numbers by value, mappings member by member. */
#pragma once
#include <jansson.h>

#include "base/text.h"
#include "base/yaml.h"

struct toc_expect_told {
    json_t *record; /* The `data` of the alert, owned by the caller. */
};

/* Compare. Equal: true, @out untouched. Else false, and @out gets lines that say what differs. */
bool toc_expect_compare(const struct toc_yaml *expect, const struct toc_expect_told told[],
                        size_t told_count, struct toc_text *out);
