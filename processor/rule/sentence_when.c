/* sentence_when.c - what has to be so, one row a kind of `when`. */
#include "rule/phrase.h"

#define STR(text) (int)(text).size, (text).size > 0 ? (text).data : ""

static const struct toc_yaml *beside(const struct toc_phrase *phrase, const char *key)
{
    return toc_yaml_find(phrase->when, key);
}

/* " within 10 minutes", if there is a window. */
static void add_within(struct toc_phrase *phrase)
{
    const struct toc_yaml *within = beside(phrase, "within");

    if (within != NULL) {
        toc_text_add(phrase->out, TOC_STR(" within "));
        toc_phrase_span(phrase, within);
    }
}

/* "at least 3 " */
static void add_comparison(struct toc_phrase *phrase)
{
    static const struct {
        const char *key, *words;
    } rows[] = {{"at_least", "at least"},
                {"more_than", "more than"},
                {"at_most", "at most"},
                {"less_than", "less than"}};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct toc_yaml *node = beside(phrase, rows[i].key);
        const char *dot = node != NULL && node->text.size > 0
                              ? memchr(node->text.data, '.', node->text.size)
                              : NULL;
        if (node == NULL) {
            continue;
        }
        toc_phrase_add(phrase, "%s ", rows[i].words);
        bool is_word = node->text.data[0] >= 'a' && node->text.data[0] <= 'z';
        if (is_word && dot != NULL && memcmp(node->text.data, "lists.", 6) != 0) {
            size_t size = (size_t)(dot - node->text.data);
            toc_phrase_add(phrase, "the %.*s's own %.*s", (int)size, node->text.data,
                           (int)(node->text.size - size - 1), dot + 1);
        } else if (is_word) {
            toc_phrase_add(phrase, "what %.*s says", STR(node->text));
        } else {
            toc_text_add(phrase->out, node->text);
        }
    }
}

static void say_event(struct toc_phrase *phrase, const struct toc_yaml *node)
{
    toc_text_add(phrase->out, TOC_STR("when an event "));
    toc_phrase_event(phrase, node->text);
    toc_text_add(phrase->out, TOC_STR(" comes"));
}

static void say_latest(struct toc_phrase *phrase, const struct toc_yaml *node)
{
    toc_text_add(phrase->out, TOC_STR("while the newest event of its series is one called "));
    toc_phrase_event(phrase, node->text);
}

static void say_count(struct toc_phrase *phrase, const struct toc_yaml *node)
{
    toc_text_add(phrase->out, TOC_STR("while there are "));
    add_comparison(phrase);
    toc_text_add(phrase->out, TOC_STR(" events "));
    toc_phrase_event(phrase, node->text);
    add_within(phrase);
}

static void say_distinct(struct toc_phrase *phrase, const struct toc_yaml *node)
{
    const struct toc_yaml *of = toc_yaml_find(node, "of"), *field = toc_yaml_find(node, "field");

    toc_text_add(phrase->out, TOC_STR("while there are "));
    add_comparison(phrase);
    toc_phrase_add(phrase, " different values of %.*s in events ", STR(field->text));
    toc_phrase_event(phrase, of->text);
    add_within(phrase);
}

/* sum, average, min, max, percentile of a field. */
static void say_measure(struct toc_phrase *phrase, const struct toc_yaml *node)
{
    const struct toc_yaml *of = toc_yaml_find(node, "of"), *field = toc_yaml_find(node, "field"),
                          *p = toc_yaml_find(node, "p"), *half = toc_yaml_find(node, "half_life"),
                          *weight = toc_yaml_find(node, "weight");
    const char *what = toc_str_equal(node->key, TOC_STR("min"))   ? "smallest"
                       : toc_str_equal(node->key, TOC_STR("max")) ? "largest"
                                                                  : node->key.data;

    if (p != NULL) {
        toc_phrase_add(phrase, "while the percentile %.*s of %.*s", STR(p->text), STR(field->text));
    } else {
        toc_phrase_add(phrase, "while the %s %s%.*s", what, node->key.data == what ? "of " : "",
                       STR(field->text));
    }
    toc_text_add(phrase->out, TOC_STR(" of events "));
    toc_phrase_event(phrase, of->text);
    add_within(phrase);
    if (weight != NULL) {
        toc_phrase_add(phrase, ", each weighing its %.*s", STR(weight->text));
    }
    if (half != NULL) {
        toc_text_add(phrase->out, TOC_STR(", each weighing half as much every "));
        toc_phrase_span(phrase, half);
    }
    toc_phrase_add(phrase, "%s is ", weight != NULL || half != NULL ? "," : "");
    add_comparison(phrase);
}

static void say_ratio(struct toc_phrase *phrase, const struct toc_yaml *node)
{
    const struct toc_yaml *of = toc_yaml_find(node, "of"), *to = toc_yaml_find(node, "to");

    toc_text_add(phrase->out, TOC_STR("while the number of events "));
    toc_phrase_events(phrase, of, "or");
    toc_text_add(phrase->out, TOC_STR(" divided by that of "));
    toc_phrase_events(phrase, to, "or");
    toc_text_add_char(phrase->out, ',');
    add_within(phrase);
    toc_text_add(phrase->out, TOC_STR(", is "));
    add_comparison(phrase);
}

static void say_trend(struct toc_phrase *phrase, const struct toc_yaml *node)
{
    static const struct {
        const char *method, *words;
    } methods[] = {{"ratio", "as a ratio to the mean of"},
                   {"robust_z", "in robust standard deviations above the median of"},
                   {"ewma", "in standard deviations above the moving average of"}};
    const struct toc_yaml *count = toc_yaml_find(node, "count");
    const struct toc_yaml *baseline = beside(phrase, "baseline");
    const struct toc_yaml *hours = toc_yaml_find(baseline, "same_hours_of");
    const struct toc_yaml *last = toc_yaml_find(baseline, "last");
    const struct toc_yaml *method = toc_yaml_find(baseline, "method");
    const struct toc_yaml *floor = toc_yaml_find(baseline, "floor");
    const struct toc_yaml *warm_up = beside(phrase, "warm_up");
    const char *words = methods[0].words;

    for (size_t i = 0; method != NULL && i < sizeof methods / sizeof methods[0]; i++) {
        words =
            toc_str_equal(method->text, toc_str_of(methods[i].method)) ? methods[i].words : words;
    }
    toc_text_add(phrase->out, TOC_STR("while the number of events "));
    toc_phrase_event(phrase, count != NULL ? count->text : TOC_STR("?"));
    add_within(phrase);
    toc_phrase_add(phrase, " is, %s ", words);
    if (hours != NULL) {
        toc_text_add(phrase->out, TOC_STR("the same hours of the last "));
        toc_phrase_span(phrase, hours);
    } else if (last != NULL) {
        toc_text_add(phrase->out, TOC_STR("the last "));
        toc_phrase_span(phrase, last);
    }
    if (floor != NULL) {
        toc_phrase_add(phrase, " (taken as %.*s at least)", STR(floor->text));
    }
    toc_text_add(phrase->out, TOC_STR(", "));
    add_comparison(phrase);
    if (warm_up != NULL) {
        toc_text_add(phrase->out, TOC_STR(", once the rule has watched for "));
        toc_phrase_span(phrase, warm_up);
    }
}

static void say_sequence(struct toc_phrase *phrase, const struct toc_yaml *node)
{
    const struct toc_yaml *within = beside(phrase, "within");
    const struct toc_yaml *without = beside(phrase, "without");

    toc_text_add(phrase->out, TOC_STR("once there have come "));
    toc_phrase_events(phrase, node, ", then");
    if (within != NULL) {
        toc_text_add(phrase->out, TOC_STR(", within "));
        toc_phrase_span(phrase, within);
        toc_text_add(phrase->out, TOC_STR(" from first to last"));
    }
    if (without != NULL) {
        toc_text_add(phrase->out, TOC_STR(", and in between no "));
        toc_phrase_events(phrase, without, "and no");
    }
}

static void say_all_of(struct toc_phrase *phrase, const struct toc_yaml *node)
{
    toc_text_add(phrase->out, TOC_STR("while there is one each of "));
    toc_phrase_events(phrase, node, "and");
    add_within(phrase);
}

static void say_any_kinds(struct toc_phrase *phrase, const struct toc_yaml *node)
{
    toc_text_add(phrase->out, TOC_STR("while there are "));
    add_comparison(phrase);
    toc_text_add(phrase->out, TOC_STR(" different ones of "));
    toc_phrase_events(phrase, node, "and");
    add_within(phrase);
}

/* "within 10 minutes of its injured_at" */
static void add_deadline(struct toc_phrase *phrase, const struct toc_yaml *span,
                         const struct toc_yaml *from)
{
    toc_text_add(phrase->out, TOC_STR(" within "));
    toc_phrase_span(phrase, span);
    if (from != NULL) {
        toc_phrase_add(phrase, " of its %.*s", STR(from->text));
    }
}

static void say_absence(struct toc_phrase *phrase, const struct toc_yaml *node)
{
    const struct toc_yaml *after = toc_yaml_find(node, "after");
    const struct toc_yaml *expected = toc_yaml_find(node, "expected");
    const struct toc_yaml *deadline = toc_yaml_find(node, "deadline");
    const struct toc_yaml *every = toc_yaml_find(node, "every");
    const struct toc_yaml *from = toc_yaml_find(node, "from");
    const struct toc_yaml *milestones = toc_yaml_find(node, "milestones");
    const struct toc_yaml *warn_at = toc_yaml_find(node, "warn_at");

    if (every != NULL && expected != NULL) {
        toc_text_add(phrase->out, TOC_STR("while no event "));
        toc_phrase_events(phrase, expected, "or");
        toc_text_add(phrase->out, TOC_STR(" has come for more than "));
        toc_phrase_span(phrase, every);
    } else if (after != NULL) {
        toc_text_add(phrase->out, TOC_STR("when an event "));
        toc_phrase_event(phrase, after->text);
        toc_text_add(phrase->out, TOC_STR(" has not been answered by "));
        if (expected != NULL) {
            toc_phrase_events(phrase, expected, "or");
        }
        if (deadline != NULL) {
            add_deadline(phrase, deadline, from);
        }
        for (const struct toc_yaml *stone = milestones != NULL ? milestones->first : NULL;
             stone != NULL; stone = stone->next) {
            toc_phrase_event(phrase, stone->key);
            add_deadline(phrase, stone, from);
            toc_text_add(phrase->out, stone->next == NULL         ? TOC_STR("")
                                      : stone->next->next == NULL ? TOC_STR(", or by ")
                                                                  : TOC_STR(", by "));
        }
        toc_text_add(phrase->out, milestones != NULL ? TOC_STR(", an alert each") : TOC_STR(""));
    }
    if (warn_at != NULL) {
        toc_phrase_add(phrase, " (one level lower already from %.*s of that time on)",
                       STR(warn_at->text));
    }
}

static const struct {
    const char *key;
    void (*say)(struct toc_phrase *phrase, const struct toc_yaml *node);
} kinds[] = {
    {"event", say_event},
    {"latest", say_latest},
    {"sequence", say_sequence},
    {"count", say_count},
    {"count_distinct", say_distinct},
    {"sum", say_measure},
    {"average", say_measure},
    {"min", say_measure},
    {"max", say_measure},
    {"percentile", say_measure},
    {"ratio", say_ratio},
    {"trend", say_trend},
    {"all_of", say_all_of},
    {"any_kinds", say_any_kinds},
    {"absence", say_absence},
};

/* What goes with several kinds. */
static void add_besides(struct toc_phrase *phrase)
{
    const struct toc_yaml *near = beside(phrase, "near"), *members = beside(phrase, "members"),
                          *events = beside(phrase, "at_least_events"),
                          *distinct = beside(phrase, "min_distinct");
    const struct toc_yaml *distance = toc_yaml_find(near, "distance");

    if (near != NULL && distance != NULL && toc_yaml_find(near, "place") == NULL) {
        toc_phrase_add(phrase, ", every two of them within %.*s of each other",
                       STR(distance->text));
    }
    if (events != NULL) {
        toc_phrase_add(phrase, ", if there are %.*s events at least", STR(events->text));
    }
    for (const struct toc_yaml *field = distinct != NULL ? distinct->first : NULL; field != NULL;
         field = field->next) {
        toc_phrase_add(phrase, ", if they have %.*s different values of %.*s at least",
                       STR(field->text), STR(field->key));
    }
    toc_phrase_hours(phrase, beside(phrase, "hours"));
    if (members != NULL) {
        toc_text_add(phrase->out, TOC_STR(", known from the begin: "));
        toc_phrase_words(phrase, members, "and");
    }
}

void toc_sentence_when(struct toc_phrase *phrase)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const struct toc_yaml *node = beside(phrase, kinds[i].key);

        if (node != NULL) {
            kinds[i].say(phrase, node);
            break;
        }
    }
    add_besides(phrase);
}
