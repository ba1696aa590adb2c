/* trend_block.c - `trend`, `baseline`, `warm_up`: how many there are against how many there usually
 * are. */
#include "rule/draft.h"

#define DAY_MS INT64_C(86400000)
enum { DAYS_MOST = 35, WINDOWS_MOST = 1000, WINDOWS_LEAST = 2 };

static const char *const methods[] = {[TOC_TREND_RATIO] = "ratio",
                                      [TOC_TREND_ROBUST_Z] = "robust_z",
                                      [TOC_TREND_EWMA] = "ewma",
                                      NULL};

/* A number with up to six decimals above 0, and below @below if that is not 0: in millionths. */
static void read_number(struct toc_draft *draft, const struct toc_yaml *node, const char *what,
                        int64_t below, int64_t *out)
{
    struct toc_str text;
    int64_t number;

    if (!toc_loader_text(draft->loader, node, what, &text)) {
        return;
    }
    if (!toc_loader_decimal(text, 6, &number) || number <= 0 || (below > 0 && number >= below)) {
        toc_loader_error(draft->loader, "E0320", node->mark,
                         "`%s` must be a number of at most six decimals, more than 0%s", what,
                         below > 0 ? " and less than 1" : "");
        return;
    }
    *out = number;
}

/* The stretch that the baseline looks back on: which windows of it. */
static void read_stretch(struct toc_draft *draft, const struct toc_yaml *baseline)
{
    struct toc_loader *loader = draft->loader;
    struct toc_rule *rule = draft->rule;
    const struct toc_yaml *hours = toc_yaml_find(baseline, "same_hours_of");
    const struct toc_yaml *last = toc_yaml_find(baseline, "last");
    int64_t span_ms = 0;

    if (hours != NULL && last != NULL) {
        toc_loader_error(loader, "E0329", last->key_mark,
                         "a baseline is `same_hours_of` or `last`, not both");
        return;
    }
    if (hours == NULL && last == NULL) {
        if (!toc_loader_is_misspelt(loader, baseline, "same_hours_of") &&
            !toc_loader_is_misspelt(loader, baseline, "last")) {
            toc_loader_error(loader, "E0302", baseline->key_mark,
                             "`baseline` lacks `same_hours_of` or `last`");
        }
        return;
    }
    if (hours != NULL) {
        if (!toc_loader_span(loader, hours, "same_hours_of", &span_ms)) {
            return;
        }
        if (span_ms % DAY_MS != 0 || span_ms > DAYS_MOST * DAY_MS) {
            toc_loader_error(loader, "E0318", hours->mark,
                             "`same_hours_of` takes whole days, up to %dd", (int)DAYS_MOST);
            return;
        }
        rule->trend.step_ms = DAY_MS;
        rule->trend.windows = (size_t)(span_ms / DAY_MS);
    } else {
        if (!toc_loader_span(loader, last, "last", &span_ms) || rule->within_ms == 0) {
            return;
        }
        int64_t windows = span_ms / rule->within_ms;
        if (span_ms % rule->within_ms != 0 || windows < WINDOWS_LEAST || windows > WINDOWS_MOST) {
            toc_loader_error(loader, "E0318", last->mark, "`last` must be %d to %d times `within`",
                             (int)WINDOWS_LEAST, (int)WINDOWS_MOST);
            return;
        }
        rule->trend.step_ms = rule->within_ms + 1;
        rule->trend.windows = (size_t)windows;
    }
    rule->trend.warm_up_ms = span_ms;
}

static void read_baseline(struct toc_draft *draft, const struct toc_yaml *baseline)
{
    struct toc_loader *loader = draft->loader;
    struct toc_rule *rule = draft->rule;
    int method;

    if (!toc_loader_is(loader, baseline, TOC_YAML_MAPPING, "`baseline`") ||
        !toc_loader_keys(loader, baseline, TOC_BLOCK_BASELINE, NULL)) {
        return;
    }
    read_stretch(draft, baseline);
    const struct toc_yaml *node = toc_yaml_find(baseline, "method");
    if (node != NULL && toc_loader_word(loader, node, methods, "method", &method)) {
        rule->trend.method = (enum toc_trend_method)method;
    }
    node = toc_yaml_find(baseline, "floor");
    if (node != NULL) {
        read_number(draft, node, "floor", 0, &rule->trend.floor);
    }
    node = toc_yaml_find(baseline, "alpha");
    if (node != NULL && rule->trend.method != TOC_TREND_EWMA) {
        toc_loader_error(loader, "E0329", node->key_mark, "`alpha` goes with `method: ewma`");
    } else if (node != NULL) {
        read_number(draft, node, "alpha", 1000000, &rule->trend.alpha);
    }
}

void toc_trend_block_read(struct toc_draft *draft, const struct toc_yaml *node)
{
    struct toc_loader *loader = draft->loader;

    if (!toc_loader_is(loader, node, TOC_YAML_MAPPING, "`trend`")) {
        return;
    }
    bool ok = toc_loader_keys(loader, node, TOC_BLOCK_TREND, NULL);
    const struct toc_yaml *count = toc_yaml_find(node, "count");
    if (count != NULL) {
        if (toc_reference_count(draft, count) &&
            draft->rule->aliases[draft->rule->counted[0]].is_alert) {
            toc_loader_error(loader, "E0329", count->mark,
                             "`trend` goes with reported events, not with alerts");
        }
    } else if (ok) {
        toc_loader_error(loader, "E0302", node->key_mark, "`trend` lacks `count`");
    }
}

void toc_trend_block_baseline(struct toc_draft *draft, const struct toc_yaml *node)
{
    struct toc_loader *loader = draft->loader;
    struct toc_rule *rule = draft->rule;
    const struct toc_yaml *baseline = toc_yaml_find(draft->when, "baseline");
    const struct toc_yaml *warm_up = toc_yaml_find(draft->when, "warm_up");

    rule->trend.floor = 1000000;
    rule->trend.alpha = 300000;
    if (baseline != NULL) {
        read_baseline(draft, baseline);
    } else if (!toc_loader_is_misspelt(loader, draft->when, "baseline")) {
        toc_loader_error(loader, "E0302", node->key_mark, "`trend` lacks `baseline` beside it");
    }
    if (warm_up != NULL) {
        (void)toc_loader_span(loader, warm_up, "warm_up", &rule->trend.warm_up_ms);
    }
}
