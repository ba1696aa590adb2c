/* fields.h - one event type with a field of each kind, and operands, for the tests of conditions.
 */
#pragma once
#include "event/catalogue.h"

#define FIELDS_TYPE                                                                                \
    "type: t\nfields:\n"                                                                           \
    "  munition: { type: text, values: [rocket, mortar, Grenade] }\n"                              \
    "  note: { type: text }\n"                                                                     \
    "  confidence: { type: number, range: [0, 1] }\n"                                              \
    "  crowd: { type: integer }\n"                                                                 \
    "  armed: { type: bool }\n"                                                                    \
    "  eta: { type: time }\n"                                                                      \
    "  impact: { type: place }\n"                                                                  \
    "  weapons: { type: list, values: [rifle, rpg, knife] }\n"                                     \
    "  tags: { type: list }\n"                                                                     \
    "  height: { type: number }\n"

static inline struct toc_catalogue *fields_catalogue(void)
{
    struct toc_diag *diag = toc_diag_create();
    struct toc_catalogue *catalogue;

    assert_true(toc_catalogue_parse("t.yaml", TOC_STR(FIELDS_TYPE), diag, &catalogue));
    toc_diag_destroy(diag);
    return catalogue;
}

/* "a,b" into its words. */
static inline size_t split(const char *words, struct toc_str out[], size_t room)
{
    size_t count = 0;

    for (;;) {
        const char *comma = strchr(words, ',');

        assert_true(count < room);
        out[count++] =
            (struct toc_str){words, comma != NULL ? (size_t)(comma - words) : strlen(words)};
        if (comma == NULL) {
            return count;
        }
        words = comma + 1;
    }
}
