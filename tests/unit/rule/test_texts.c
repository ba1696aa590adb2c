/* Texts per language: which languages a rule has, in which order, and what is refused. */
#include "rules.h"

#include "rule/lint.h"

static const struct texts_case {
    const char *name, *title, *response, *brief;
    const char *languages; /* Joined by blanks, "-" = not stated; NULL = refused. */
    const char *code;      /* Of the one error or warning, with line:column; NULL = none. */
} cases[] = {
    {"plain texts state no language", "T", "[a]", "'{count}'", "-", NULL},
    {"one language", "{ en: T }", "{ en: [a] }", "{ en: '{count}' }", "en", NULL},
    {"the first is the main one", "{ fr: T, en: T }", "{ fr: a, en: [a, b] }",
     "{ fr: '{count}', en: x }", "fr en", NULL},
    {"the others may come in any order", "{ en: T, fr: T, ar: T }", "{ en: a, ar: a, fr: a }",
     "{ en: x, ar: x, fr: x }", "en fr ar", NULL},
    {"plain text is in the main language", "T", "a", "{ en: x }", "en", NULL},
    {"in canonical case", "{ PT-br: T, ZH-hANS: T, zh-hant-tw: T, ES-419: T, SWC: T }",
     "{ pt-BR: a, zh-Hans: a, zh-Hant-TW: a, es-419: a, swc: a }",
     "{ pt-br: x, zh-hans: x, zh-hant-tw: x, es-419: x, swc: x }",
     "pt-BR zh-Hans zh-Hant-TW es-419 swc", NULL},
    {"no is a language", "{ no: T }", "{ NO: a }", "{ no: x }", "no", NULL},
    {"eight languages", "{ en: T, fr: T, ar: T, pt: T, es: T, sw: T, ru: T, zh: T }",
     "{ en: a, fr: a, ar: a, pt: a, es: a, sw: a, ru: a, zh: a }",
     "{ en: x, fr: x, ar: x, pt: x, es: x, sw: x, ru: x, zh: x }", "en fr ar pt es sw ru zh", NULL},
    {"nine languages", "{ en: T, fr: T, ar: T, pt: T, es: T, sw: T, ru: T, zh: T, ha: T }", "a",
     "x", NULL, "2:66 E0336"},
    {"the ninth in another text", "{ en: T, fr: T, ar: T, pt: T, es: T, sw: T, ru: T, zh: T }",
     "{ en: a, ha: a }", "x", NULL, "5:20 E0336"},
    {"a text lacks a language", "{ en: T, fr: T }", "{ en: a, fr: a }", "{ en: x }", "en fr",
     "9:43 W0375"},
    {"a plain text lacks it", "{ en: T, fr: T }", "a", "{ en: x, fr: x }", "en fr", "5:1 W0375"},
    {"the texts begin with different languages", "{ en: T, fr: T }", "{ fr: a, en: a }",
     "{ en: x, fr: x }", NULL, "5:13 E0351"},
    {"a text lacks the main language", "{ en: T }", "a", "{ fr: x }", NULL, "9:52 E0351"},
    {"one language twice, in two cases", "{ en: T, fr: T, FR: T }", "a", "x", NULL, "2:24 E0338"},
    {"a mapping without languages", "{}", "a", "x", NULL, "2:8 E0300"},
    {"an empty text", "{ en: T, fr: '' }", "a", "x", NULL, "2:21 E0300"},
    {"a mapping in a language", "{ en: { fr: T } }", "a", "x", NULL, "2:14 E0300"},
    {"an unknown field in a second language", "T", "a", "{ en: x, fr: '{impact.munitions}' }", NULL,
     "9:72 E0305"},
    {"an unknown name in a broken language", "T", "a", "{ english: '{counts}' }", NULL,
     "9:52 E0350"},
};

/* The findings as "line:column code"; only the first is asked for. */
static void first_finding(const struct toc_diag *diag, char out[64])
{
    out[0] = '\0';
    if (toc_diag_count(diag) > 0) {
        const struct toc_finding *finding = toc_diag_get(diag, 0);
        (void)snprintf(out, 64, "%u:%u %s", (unsigned)finding->mark.line,
                       (unsigned)finding->mark.column, finding->code);
    }
}

static void reads(void **state)
{
    const struct texts_case *c = *state;
    struct toc_text text = {0};
    char found[64];

    toc_text_addf(&text,
                  "rule: r\ntitle: %s\nstatus: experimental\nlevel: high\nresponse: %s\n"
                  "events: { impact: { type: detection.indirect_fire } }\n"
                  "when: { count: impact, at_least: 1, within: 1h }\n"
                  "tests: [{ name: a, given: [], expect: [] }, { name: b, given: [], expect: [{}] "
                  "}]\n"
                  "alert: { topic: a, keep_firing_for: 1h,   brief: %s }\n",
                  c->title, c->response, c->brief);
    struct rules rules = rules_load(text.data);
    toc_text_finish(&text);
    assert_int_equal(rules.set != NULL, c->languages != NULL);
    if (rules.set != NULL) {
        const struct toc_rule *rule = toc_ruleset_get(rules.set, 0);
        struct toc_text languages = {0};

        for (size_t i = 0; i < rule->wording_count; i++) {
            struct toc_str tag = rule->wordings[i].language;
            toc_text_add(&languages, i > 0 ? TOC_STR(" ") : TOC_STR(""));
            toc_text_add(&languages, tag.size > 0 ? tag : TOC_STR("-"));
        }
        assert_string_equal(languages.data, c->languages);
        toc_text_finish(&languages);
        toc_lint_ruleset(rules.set, rules.diag);
    }
    toc_diag_sort(rules.diag);
    first_finding(rules.diag, found);
    assert_string_equal(found, c->code != NULL ? c->code : "");
    rules_finish(&rules);
}

/* --- Tags ------------------------------------------------------------------------------------ */

static const struct tag_case {
    const char *tag, *meant; /* NULL: well-formed; "": refused without a suggestion. */
} tags[] = {
    {"en", NULL},      {"swc", NULL},      {"ar-EG", NULL},    {"sr-Latn-RS", NULL},
    {"fr-002", NULL},  {"e", ""},          {"enna", ""},       {"e1", ""},
    {"en-", ""},       {"-en", ""},        {"en--GB", ""},     {"en-G", ""},
    {"en-GBR", ""},    {"en-41", ""},      {"en-4190", ""},    {"en-Lat", ""},
    {"en-Latin", ""},  {"en-GB-Latn", ""}, {"en-GB-oed", ""},  {"sr-Latn-RS-ekavsk", ""},
    {"x-local", ""},   {"en-L4tn", ""},    {"pt_BR", "pt-BR"}, {"zh_hans", "zh-Hans"},
    {"English", "en"}, {"french", "fr"},   {"fra", "fr"},      {"eng", "en"},
    {"pt_BR_x", ""},   {"en GB", ""},      {"\xc3\xa9n", ""},
};

static void tags_are_well_formed(void **state)
{
    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(tags); i++) {
        struct toc_text text = {0};

        toc_text_addf(&text,
                      "rule: r\ntitle: { %s: T }\nstatus: experimental\nlevel: high\n"
                      "events: { a: { type: report.all_clear } }\nwhen: { event: a }\n"
                      "alert: { topic: a, expire_after: 1h }\n",
                      tags[i].tag);
        struct rules rules = rules_load(text.data);
        toc_text_finish(&text);
        if (tags[i].meant == NULL) {
            assert_non_null(rules.set);
        } else {
            assert_null(rules.set);
            assert_int_equal(toc_diag_count(rules.diag), 1);
            const struct toc_finding *finding = toc_diag_get(rules.diag, 0);
            assert_string_equal(finding->code, "E0350");
            assert_true(toc_str_equal(finding->suggestion, toc_str_of(tags[i].meant)));
        }
        rules_finish(&rules);
    }
}

int main(void)
{
    struct CMUnitTest tests[UNIT_COUNT(cases) + 1] = {0};

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        union {
            const void *in;
            void *out;
        } row = {.in = &cases[i]};
        tests[i].name = cases[i].name;
        tests[i].test_func = reads;
        tests[i].initial_state = row.out;
    }
    tests[UNIT_COUNT(cases)].name = "tags are well-formed, or what is meant is said";
    tests[UNIT_COUNT(cases)].test_func = tags_are_well_formed;
    return _cmocka_run_group_tests("rule/texts", tests, UNIT_COUNT(tests), NULL, NULL);
}
