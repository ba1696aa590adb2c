/* A key as a person writes it. */
#include "unit.h"

#include "base/mem.h"
#include "engine/why.h"

static const struct split_case {
    const char *name, *text, *parts; /* parts: "camp|Gao;", NULL: not of that form. */
    enum toc_mode mode;
} cases[] = {
    {"nothing is a key of no parts", "", "", TOC_MODE_ACTUAL},
    {"one part", "camp=Gao", "camp|Gao;", TOC_MODE_ACTUAL},
    {"two parts", "camp=Gao,route=N 17", "camp|Gao;route|N 17;", TOC_MODE_ACTUAL},
    {"a comma within a value", "post=OP 1, north,camp=Gao", "post|OP 1, north;camp|Gao;",
     TOC_MODE_ACTUAL},
    {"the mode is no part", "mode=exercise,camp=Gao", "camp|Gao;", TOC_MODE_EXERCISE},
    {"a value may be empty", "camp=", "camp|;", TOC_MODE_ACTUAL},
    {"no mode is called so", "mode=war", NULL, TOC_MODE_ACTUAL},
    {"a name without a value", "camp", NULL, TOC_MODE_ACTUAL},
    {"four parts are all there can be", "a=1,b=2,c=3,d=4", "a|1;b|2;c|3;d|4;", TOC_MODE_ACTUAL},
    {"five parts are too many", "a=1,b=2,c=3,d=4,e=5", NULL, TOC_MODE_ACTUAL},
};

static void reads_the_key(void **state)
{
    const struct split_case *c = *state;
    struct toc_why_part parts[TOC_RULE_KEY_PARTS];
    struct toc_text said = {0};
    enum toc_mode mode = TOC_MODE_ACTUAL;
    char *own = toc_mem_copy(c->text, strlen(c->text));
    size_t count;

    assert_int_equal(toc_why_split(own, parts, &count, &mode), c->parts != NULL);
    if (c->parts != NULL) {
        toc_text_add(&said, TOC_STR(""));
        for (size_t i = 0; i < count; i++) {
            toc_text_addf(&said, "%s|%s;", parts[i].name.data, parts[i].value.data);
        }
        assert_string_equal(said.size > 0 ? said.data : "", c->parts);
        assert_int_equal(mode, c->mode);
    }
    toc_text_finish(&said);
    toc_mem_free(own);
}

UNIT_TABLE("engine/why_split", cases, reads_the_key)
