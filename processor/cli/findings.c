#include "cli/findings.h"

#include <string.h>

static const char *const severities[] = {
    [TOC_SEVERITY_NOTE] = "note",
    [TOC_SEVERITY_WARNING] = "warning",
    [TOC_SEVERITY_ERROR] = "error",
};

static void add_text(struct toc_text *out, const char *name, struct toc_str value)
{
    toc_text_addf(out, "\"%s\":", name);
    toc_text_add_json(out, value);
}

void toc_findings_json(struct toc_diag *diag, const char *bundle, struct toc_text *out)
{
    size_t count = toc_diag_count(diag), warnings = 0;

    toc_diag_sort(diag);
    for (size_t i = 0; i < count; i++) {
        warnings += toc_diag_get(diag, i)->severity == TOC_SEVERITY_WARNING;
    }
    toc_text_addf(out,
                  "{\"tocsin\":\"" TOCSIN_VERSION "\",\"errors\":%zu,\"warnings\":%zu,"
                  "\"left_out\":%zu,",
                  toc_diag_errors(diag), warnings, toc_diag_left_out(diag));
    if (bundle[0] != '\0') {
        toc_text_addf(out, "\"bundle\":\"%s\",", bundle);
    }
    toc_text_add(out, TOC_STR("\"findings\":["));
    for (size_t i = 0; i < count; i++) {
        const struct toc_finding *finding = toc_diag_get(diag, i);
        toc_text_addf(out, "%s\n{\"severity\":\"%s\",\"code\":\"%s\",", i > 0 ? "," : "",
                      severities[finding->severity], finding->code);
        add_text(out, "meaning", toc_str_of(toc_diag_meaning(finding->code)));
        toc_text_add_char(out, ',');
        add_text(out, "message", finding->message);
        toc_text_add_char(out, ',');
        add_text(out, "file", toc_str_of(toc_diag_path(diag, finding->mark.file)));
        toc_text_addf(out, ",\"line\":%lu,\"column\":%lu,\"width\":%lu",
                      (unsigned long)finding->mark.line, (unsigned long)finding->mark.column,
                      (unsigned long)finding->mark.width);
        if (finding->suggestion.size > 0) {
            toc_text_add_char(out, ',');
            add_text(out, "suggestion", finding->suggestion);
        }
        toc_text_add_char(out, '}');
    }
    toc_text_add(out, TOC_STR("]}\n"));
}

/* 3.4.3: a URI reference. What RFC 3986 does not let stand is written as its bytes. */
static void add_uri(struct toc_text *out, const char *path)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";

    toc_text_add(out, path[0] == '/' ? TOC_STR("\"file://") : TOC_STR("\""));
    for (const char *at = path; *at != '\0'; at++) {
        if (strchr(plain, *at) != NULL) {
            toc_text_add_char(out, *at);
        } else {
            toc_text_addf(out, "%%%02X", (unsigned)(unsigned char)*at);
        }
    }
    toc_text_add_char(out, '"');
}

/* 3.30: from startColumn up to, not including, endColumn. */
static void add_region(struct toc_text *out, const char *name, struct toc_mark mark)
{
    uint32_t width = mark.width > 0 ? mark.width : 1;

    toc_text_addf(out, "\"%s\":{\"startLine\":%lu", name, (unsigned long)mark.line);
    if (mark.column > 0) {
        toc_text_addf(out, ",\"startColumn\":%lu,\"endColumn\":%lu", (unsigned long)mark.column,
                      (unsigned long)(mark.column + width));
    }
    toc_text_add_char(out, '}');
}

static void add_artifact(struct toc_text *out, const struct toc_diag *diag, uint32_t file)
{
    toc_text_add(out, TOC_STR("\"artifactLocation\":{\"uri\":"));
    add_uri(out, toc_diag_path(diag, file));
    toc_text_add_char(out, '}');
}

/* 3.27, 3.55: a suggestion is text to stand where the mark is. */
static void add_result(struct toc_text *out, const struct toc_diag *diag,
                       const struct toc_finding *finding, size_t rule)
{
    const struct toc_mark mark = finding->mark;

    toc_text_addf(out, "\n{\"ruleId\":\"%s\",\"ruleIndex\":%zu,\"level\":\"%s\",\"message\":{",
                  finding->code, rule, severities[finding->severity]);
    add_text(out, "text", finding->message);
    toc_text_add(out, TOC_STR("},\"locations\":[{\"physicalLocation\":{"));
    add_artifact(out, diag, mark.file);
    if (mark.line > 0) {
        toc_text_add_char(out, ',');
        add_region(out, "region", mark);
    }
    toc_text_add(out, TOC_STR("}}]"));
    if (finding->suggestion.size > 0 && mark.line > 0 && mark.column > 0 && mark.width > 0) {
        toc_text_add(out, TOC_STR(",\"fixes\":[{\"description\":{"));
        add_text(out, "text", TOC_STR("what was probably meant"));
        toc_text_add(out, TOC_STR("},\"artifactChanges\":[{"));
        add_artifact(out, diag, mark.file);
        toc_text_add(out, TOC_STR(",\"replacements\":[{"));
        add_region(out, "deletedRegion", mark);
        toc_text_add(out, TOC_STR(",\"insertedContent\":{"));
        add_text(out, "text", finding->suggestion);
        toc_text_add(out, TOC_STR("}}]}]}]"));
    }
    toc_text_add_char(out, '}');
}

/* The place of @finding's code among those met before it, in order; *out_is_new: not yet met. */
static size_t code_index(const struct toc_diag *diag, size_t finding, bool *out_is_new)
{
    const char *code = toc_diag_get(diag, finding)->code;
    size_t different = 0;

    *out_is_new = true;
    for (size_t i = 0; i < finding; i++) {
        bool is_first = true;
        for (size_t j = 0; is_first && j < i; j++) {
            is_first = strcmp(toc_diag_get(diag, j)->code, toc_diag_get(diag, i)->code) != 0;
        }
        if (is_first && strcmp(toc_diag_get(diag, i)->code, code) == 0) {
            *out_is_new = false;
            return different;
        }
        different += is_first;
    }
    return different;
}

void toc_findings_sarif(struct toc_diag *diag, struct toc_text *out)
{
    size_t count = toc_diag_count(diag);
    bool is_new;

    toc_diag_sort(diag);
    toc_text_add(out,
                 TOC_STR("{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\","
                         "\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":{"
                         "\"name\":\"tocsin\",\"version\":\"" TOCSIN_VERSION "\",\"rules\":["));
    for (size_t i = 0; i < count; i++) {
        const char *code = toc_diag_get(diag, i)->code;
        if (code_index(diag, i, &is_new), is_new) {
            toc_text_addf(out, "%s\n{\"id\":\"%s\",\"shortDescription\":{", i > 0 ? "," : "", code);
            add_text(out, "text", toc_str_of(toc_diag_meaning(code)));
            toc_text_add(out, TOC_STR("}}"));
        }
    }
    toc_text_add(out, TOC_STR("]}},\"columnKind\":\"unicodeCodePoints\",\"results\":["));
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            toc_text_add_char(out, ',');
        }
        add_result(out, diag, toc_diag_get(diag, i), code_index(diag, i, &is_new));
    }
    toc_text_add(out, TOC_STR("]}]}\n"));
}
