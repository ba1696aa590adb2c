/* texts.c - what an alert says: title, response, brief and summary, each plain or as a mapping of
 * languages to such. The first language of the first mapping is the main one: what all the others
 * fall back on, so every mapping of the rule begins with it. */
#include "rule/draft.h"

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* @part in the case of RFC 5646, 2.1.1: language, Script, REGION. */
static void add_part(struct toc_text *out, struct toc_str part, size_t upper)
{
    for (size_t i = 0; i < part.size; i++) {
        char c = part.data[i];
        bool is_lower = c >= 'a' && c <= 'z', is_upper = c >= 'A' && c <= 'Z';

        toc_text_add_char(out, is_lower && i < upper    ? (char)(c - 'a' + 'A')
                               : is_upper && i >= upper ? (char)(c - 'A' + 'a')
                                                        : c);
    }
}

/* language[-script][-region] of RFC 5646, 2.1, in canonical case. False: @text is none. */
static bool canonize(struct toc_str text, struct toc_text *out)
{
    enum { LANGUAGE, SCRIPT, REGION, END } next = LANGUAGE;

    toc_text_clear(out);
    for (size_t at = 0, size; at <= text.size; at += size + 1) {
        struct toc_str part = {.data = text.data + at};
        bool is_letters = true, is_digits = true;

        for (size = 0; at + size < text.size && part.data[size] != '-'; size++) {
            is_letters = is_letters && is_letter(part.data[size]);
            is_digits = is_digits && part.data[size] >= '0' && part.data[size] <= '9';
        }
        part.size = size;
        if (at > 0) {
            toc_text_add_char(out, '-');
        }
        if (next == LANGUAGE && is_letters && (size == 2 || size == 3)) {
            add_part(out, part, 0);
            next = SCRIPT;
        } else if (next == SCRIPT && is_letters && size == 4) {
            add_part(out, part, 1);
            next = REGION;
        } else if ((next == SCRIPT || next == REGION) &&
                   ((is_letters && size == 2) || (is_digits && size == 3))) {
            add_part(out, part, size);
            next = END;
        } else {
            return false;
        }
    }
    return true;
}

/* What is written for a language but is not its tag: RFC 5646 takes the shortest code. */
static struct toc_str tag_meant(struct toc_str written, struct toc_text *scratch)
{
    static const char *const words[][2] = {
        {"english", "en"}, {"eng", "en"},     {"french", "fr"},  {"fra", "fr"},
        {"fre", "fr"},     {"arabic", "ar"},  {"ara", "ar"},     {"portuguese", "pt"},
        {"por", "pt"},     {"spanish", "es"}, {"spa", "es"},     {"swahili", "sw"},
        {"swa", "sw"},     {"russian", "ru"}, {"chinese", "zh"},
    };
    struct toc_text hyphens = {0};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (toc_text_edits(written, toc_str_of(words[i][0]), 0) == 0) {
            return toc_str_of(words[i][1]);
        }
    }
    for (size_t i = 0; i < written.size; i++) { /* pt_BR, as locales are written. */
        toc_text_add_char(&hyphens, written.data[i] == '_' ? '-' : written.data[i]);
    }
    bool is_tag = toc_str_equal(toc_text_str(&hyphens), written) ||
                  !canonize(toc_text_str(&hyphens), scratch);
    toc_text_finish(&hyphens);
    return is_tag ? (struct toc_str){0} : toc_text_str(scratch);
}

/* The tag that the key of @node is; or false with E0350. */
static bool read_tag(struct toc_loader *loader, const struct toc_yaml *node, struct toc_str *out)
{
    struct toc_text text = {0};
    struct toc_str meant = tag_meant(node->key, &text);
    bool ok = meant.size == 0 && canonize(node->key, &text);

    if (ok) {
        *out = toc_arena_str(loader->arena, toc_text_str(&text));
    } else {
        toc_diag_add(loader->diag, TOC_SEVERITY_ERROR, "E0350", node->key_mark, meant,
                     "\"%.*s\" is no language: write such as en, fr, pt-BR or zh-Hans (RFC 5646)",
                     (int)node->key.size, node->key.data);
    }
    toc_text_finish(&text);
    return ok;
}

/* The wording in @tag, made if there is none. NULL: one too many, which was told. */
static struct toc_wording *wording_in(struct toc_draft *draft, const struct toc_yaml *node,
                                      struct toc_str tag)
{
    struct toc_rule *rule = draft->rule;

    for (size_t i = 0; i < rule->wording_count; i++) {
        if (toc_str_equal(rule->wordings[i].language, tag)) {
            return &rule->wordings[i];
        }
    }
    if (rule->wording_count == TOC_RULE_LANGUAGES) {
        toc_loader_error(draft->loader, "E0336", node->key_mark, "more than %d languages",
                         (int)TOC_RULE_LANGUAGES);
        return NULL;
    }
    rule->wordings[rule->wording_count].language = tag;
    return &rule->wordings[rule->wording_count++];
}

static const char *const names[] = {
    [TOC_TEXT_TITLE] = "title",
    [TOC_TEXT_BRIEF] = "brief",
    [TOC_TEXT_SUMMARY] = "summary",
    [TOC_TEXT_RESPONSE] = "response",
};

/* The first tag of a text is the main language, or has to be. */
static void check_main(struct toc_draft *draft, const struct toc_yaml *node, struct toc_str tag,
                       const char *what)
{
    struct toc_str *main = &draft->rule->wordings[0].language;

    if (draft->language_of == NULL) {
        draft->language_of = what;
        *main = tag;
    } else if (main->size > 0 && tag.size > 0 && !toc_str_equal(*main, tag)) {
        toc_loader_error(draft->loader, "E0351", node->key_mark,
                         "`%s` begins with %.*s, `%s` with %.*s: the first is the language of the "
                         "rule, and the same in all its texts",
                         what, (int)tag.size, tag.data, draft->language_of, (int)main->size,
                         main->data);
    }
}

static void read_one(struct toc_draft *draft, const struct toc_yaml *node, enum toc_text_kind kind,
                     struct toc_wording *out)
{
    struct toc_loader *loader = draft->loader;

    switch (kind) {
    case TOC_TEXT_TITLE:
        (void)toc_loader_text(loader, node, names[kind], &out->title);
        break;
    case TOC_TEXT_BRIEF:
        toc_template_read(draft, node, names[kind], &out->brief);
        break;
    case TOC_TEXT_SUMMARY:
        toc_template_read(draft, node, names[kind], &out->summary);
        break;
    case TOC_TEXT_RESPONSE:
        (void)toc_loader_texts(loader, node, names[kind], &out->response, &out->response_count);
        break;
    }
}

void toc_texts_read(struct toc_draft *draft, const struct toc_yaml *node, enum toc_text_kind kind)
{
    struct toc_loader *loader = draft->loader;
    struct toc_wording *given[TOC_RULE_LANGUAGES], unused = {0};
    size_t given_count = 0;

    if (node == NULL || node->kind != TOC_YAML_MAPPING) {
        if (node != NULL) {
            read_one(draft, node, kind, &draft->rule->wordings[0]);
        }
        return;
    }
    if (node->first == NULL) {
        toc_loader_error(loader, "E0300", node->mark, "%s is empty", names[kind]);
    }
    for (const struct toc_yaml *text = node->first; text != NULL; text = text->next) {
        struct toc_wording *wording = NULL;
        struct toc_str tag = {0};
        bool is_tag = read_tag(loader, text, &tag), is_twice = false;

        if (text == node->first) { /* A broken one leaves open which language is the main one. */
            check_main(draft, text, tag, names[kind]);
        }
        if (is_tag) {
            wording = wording_in(draft, text, tag);
        }
        for (size_t i = 0; i < given_count && wording != NULL; i++) {
            is_twice = is_twice || given[i] == wording;
        }
        if (is_twice) { /* In another case: YAML takes it for another key. */
            toc_loader_error(loader, "E0338", text->key_mark, "`%s` is given in %.*s twice",
                             names[kind], (int)tag.size, tag.data);
        } else if (wording != NULL) {
            given[given_count++] = wording;
        }
        read_one(draft, text, kind, wording != NULL && !is_twice ? wording : &unused);
    }
}
