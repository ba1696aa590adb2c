#include "unit.h"

#include "base/text.h"

enum what { FOLD, FOLD_NAME, JSON, EDITS };

static const struct fold_case {
    const char *name;
    enum what what;
    const char *in, *out; /* EDITS: the two texts. */
    unsigned edits;
} cases[] = {
    {"folding lowers ASCII", FOLD, "IED Gao 12", "ied gao 12", 0},
    {"folding lowers other scripts", FOLD, "ÉLÉPHANT ΣΑΣ КИДАЛЬ", "éléphant σασ кидаль", 0},
    {"a sharp s is two", FOLD, "Straße", "strasse", 0},
    {"a final sigma is a sigma", FOLD, "ς", "σ", 0},
    {"a decomposed accent is composed", FOLD, "E\xCC\x81", "é", 0},
    {"an accent behind many letters is composed across them", FOLD,
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaae\xCC\x81",
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaé",
     0},
    {"the Kelvin sign is a k", FOLD, "\xE2\x84\xAA", "k", 0},
    {"accents stay in texts", FOLD, "Kidalé", "kidalé", 0},
    {"accents go in names", FOLD_NAME, "Tessalité", "tessalite", 0},
    {"Vietnamese in names", FOLD_NAME, "Điện Biên", "đien bien", 0},
    {"a dotted capital I in names", FOLD_NAME, "İzmir", "izmir", 0},
    {"Arabic marks go in names", FOLD_NAME, "غَاوَة", "غاوة", 0},
    {"bytes that are not UTF-8 stay", FOLD, "A\xFF\xC3(\xE2\x82", "a\xFF\xC3(\xE2\x82", 0},
    {"an overlong sequence is not UTF-8", FOLD, "\xC0\xAF", "\xC0\xAF", 0},
    {"nothing folds to nothing", FOLD, "", "", 0},
    {"an emoji stays", FOLD, "🚀X", "🚀x", 0},

    {"JSON needs quotes and backslashes escaped", JSON, "a\"b\\c/", "\"a\\\"b\\\\c/\"", 0},
    {"JSON needs control characters escaped", JSON, "\b\t\n\r\x1F\x7F",
     "\"\\u0008\\t\\n\\r\\u001f\x7F\"", 0},
    {"JSON takes UTF-8 as it is", JSON, "é🚀", "\"é🚀\"", 0},
    {"an empty JSON string", JSON, "", "\"\"", 0},

    {"the same text has no edit", EDITS, "device", "device", 0},
    {"case is no edit", EDITS, "Device", "dEVICE", 0},
    {"a wrong letter is one", EDITS, "devise", "device", 1},
    {"a missing letter is one", EDITS, "devce", "device", 1},
    {"a letter too many is one", EDITS, "deviice", "device", 1},
    {"two letters changed about are one", EDITS, "dveice", "device", 1},
    {"two are two", EDITS, "dvise", "device", 2},
    {"three are given up", EDITS, "dvisee", "device", 3},
    {"nothing like it is given up", EDITS, "munition", "at", 3},
    {"against nothing", EDITS, "", "ab", 2},
    {"too long to compare", EDITS,
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 3},
    {"just short enough to compare", EDITS,
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", 1},
};

static void holds(void **state)
{
    const struct fold_case *c = *state;
    struct toc_text out = {0};

    switch (c->what) {
    case FOLD:
        toc_text_fold(&out, toc_str_of(c->in));
        break;
    case FOLD_NAME:
        toc_text_fold_name(&out, toc_str_of(c->in));
        break;
    case JSON:
        toc_text_add_json(&out, toc_str_of(c->in));
        break;
    case EDITS:
        assert_int_equal(toc_text_edits(toc_str_of(c->in), toc_str_of(c->out), 2), c->edits);
        assert_int_equal(toc_text_edits(toc_str_of(c->out), toc_str_of(c->in), 2), c->edits);
        return;
    }
    assert_string_equal(out.data, c->out);
    toc_text_finish(&out);
}

UNIT_TABLE("base/fold", cases, holds)
