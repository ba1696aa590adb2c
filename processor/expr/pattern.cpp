#include "expr/pattern.h"

#include <string>

#include <re2/re2.h>

struct toc_pattern {
    toc_pattern(toc_str pattern, bool cased, const re2::RE2::Options &options)
        : text(pattern.data, pattern.size), is_cased(cased),
          compiled(re2::StringPiece(pattern.data, pattern.size), options)
    {
    }
    std::string text;
    bool is_cased;
    re2::RE2 compiled;
    toc_pattern *next = nullptr; /* In a toc_patterns. */
};

toc_pattern *toc_pattern_create(toc_str text, bool is_cased, toc_text *out_error)
{
    re2::RE2::Options options(re2::RE2::Quiet); /* It must not write to stderr. */
    toc_pattern *pattern;

    toc_text_clear(out_error);
    if (text.size == 0 || text.size > TOC_PATTERN_SIZE) {
        toc_text_addf(out_error, "a pattern has 1 to %d bytes", TOC_PATTERN_SIZE);
        return nullptr;
    }
    options.set_case_sensitive(is_cased);
    options.set_max_mem(TOC_PATTERN_MEMORY);
    pattern = new toc_pattern(text, is_cased, options);
    if (!pattern->compiled.ok()) {
        const std::string &error = pattern->compiled.error();

        toc_text_add(out_error, toc_str{error.data(), error.size()});
        delete pattern;
        return nullptr;
    }
    return pattern;
}

void toc_pattern_destroy(toc_pattern *pattern)
{
    delete pattern;
}

bool toc_pattern_search(const toc_pattern *pattern, toc_str text)
{
    return re2::RE2::PartialMatch(re2::StringPiece(text.data, text.size), pattern->compiled);
}

toc_pattern *toc_patterns_get(toc_patterns *patterns, toc_str text, bool is_cased,
                              toc_text *out_error)
{
    toc_pattern *pattern;

    toc_text_clear(out_error);
    for (pattern = patterns->first; pattern != nullptr; pattern = pattern->next) {
        if (pattern->is_cased == is_cased &&
            pattern->text.compare(0, std::string::npos, text.data, text.size) == 0) {
            return pattern;
        }
    }
    pattern = toc_pattern_create(text, is_cased, out_error);
    if (pattern != nullptr) {
        pattern->next = patterns->first;
        patterns->first = pattern;
    }
    return pattern;
}

void toc_patterns_finish(toc_patterns *patterns)
{
    while (patterns->first != nullptr) {
        toc_pattern *next = patterns->first->next;

        delete patterns->first;
        patterns->first = next;
    }
}
