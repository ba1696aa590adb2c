#include "rule/sentence.h"

#include "rule/phrase.h"

#define STR(text) (int)(text).size, (text).size > 0 ? (text).data : ""

/* "For each camp, " or "For each route and side, " */
static void add_key(struct toc_phrase *phrase)
{
    const struct toc_rule *rule = phrase->rule;

    for (size_t i = 0; i < rule->key_part_count; i++) {
        toc_phrase_add(phrase, "%s%.*s",
                       i == 0                         ? "For each "
                       : i + 1 < rule->key_part_count ? ", "
                                                      : " and ",
                       STR(rule->key_parts[i].name));
    }
    toc_text_add(phrase->out, rule->key_part_count > 0 ? TOC_STR(", ") : TOC_STR(""));
}

/* What one alert is made of, where that is not plain. */
static void add_once(struct toc_phrase *phrase)
{
    const struct toc_rule *rule = phrase->rule;

    if (rule->kind != TOC_KIND_EVENT && rule->kind != TOC_KIND_SEQUENCE) {
        return;
    }
    toc_text_add(phrase->out,
                 rule->once == TOC_ONCE_KEY     ? TOC_STR(" (again: the same alert, renewed)")
                 : rule->once == TOC_ONCE_ONSET ? TOC_STR(" (an alert for each that begins it)")
                                                : TOC_STR(" (an alert each time)"));
}

static const struct toc_yaml *word(const struct toc_phrase *phrase, const char *key)
{
    return toc_yaml_find(phrase->alert, key);
}

static void add_telling(struct toc_phrase *phrase)
{
    const struct toc_yaml *wait = word(phrase, "for"), *to = word(phrase, "recipients"),
                          *pace = word(phrase, "update_every");

    if (wait != NULL) {
        toc_text_add(phrase->out, TOC_STR(", and that for "));
        toc_phrase_span(phrase, wait);
    }
    toc_phrase_add(phrase, ", tell an alert of level %s on %.*s%s",
                   toc_level_text(phrase->rule->level), STR(phrase->rule->alert.topic),
                   phrase->rule->status == TOC_RULE_EXPERIMENTAL ? ".shadow" : "");
    if (phrase->rule->alert.is_urgent) {
        toc_text_add(phrase->out, TOC_STR(", urgently"));
    }
    if (to != NULL) {
        toc_text_add(phrase->out, TOC_STR(", for "));
        toc_phrase_words(phrase, to, "and");
    }
    if (pace != NULL) {
        toc_text_add(phrase->out, TOC_STR(", with at most one update in "));
        toc_phrase_span(phrase, pace);
    }
}

/* { when: CEL, level }, { after: D, unless: acked, level, topic } */
static void add_escalation(struct toc_phrase *phrase)
{
    const struct toc_yaml *steps = word(phrase, "escalate");

    for (const struct toc_yaml *step = steps != NULL ? steps->first : NULL; step != NULL;
         step = step->next) {
        const struct toc_yaml *when = toc_yaml_find(step, "when"),
                              *after = toc_yaml_find(step, "after"),
                              *unless = toc_yaml_find(step, "unless"),
                              *level = toc_yaml_find(step, "level"),
                              *topic = toc_yaml_find(step, "topic");

        toc_text_add(phrase->out, TOC_STR("; "));
        if (when != NULL) {
            toc_text_add(phrase->out, TOC_STR("while `"));
            toc_text_add(phrase->out, when->text);
            toc_text_add(phrase->out, TOC_STR("` holds"));
        } else if (after != NULL) {
            toc_phrase_span(phrase, after);
            toc_text_add(phrase->out, TOC_STR(" after it was told"));
        }
        if (unless != NULL) {
            toc_phrase_add(phrase, ", unless it is %.*s by then", STR(unless->text));
        }
        if (level != NULL) {
            toc_phrase_add(phrase, ", it is %.*s", STR(level->text));
        }
        if (topic != NULL) {
            toc_phrase_add(phrase, "%s told on %.*s too", level != NULL ? " and" : ", it is",
                           STR(topic->text));
        }
    }
}

static void add_end(struct toc_phrase *phrase)
{
    const struct toc_yaml *keep = word(phrase, "keep_firing_for"),
                          *clear = word(phrase, "clear_when"), *end = word(phrase, "expire_after");
    const enum toc_rule_kind kind = phrase->rule->kind;
    const char *between = "; it ends ";

    if (kind == TOC_KIND_ABSENCE) {
        toc_phrase_add(phrase, "%swith the answer", between);
        between = ", or ";
    } else if (kind != TOC_KIND_EVENT && kind != TOC_KIND_SEQUENCE) {
        toc_phrase_add(phrase, "%swhen that %s so no more", between,
                       keep != NULL ? "has been" : "is");
        between = ", or ";
    }
    if (keep != NULL) {
        toc_text_add(phrase->out, TOC_STR(" for "));
        toc_phrase_span(phrase, keep);
    }
    if (clear != NULL) {
        toc_phrase_add(phrase, "%swith an event ", between);
        toc_phrase_events(phrase, clear, "or");
        between = ", or ";
    }
    if (end != NULL) {
        toc_phrase_add(phrase, "%s", between);
        toc_phrase_span(phrase, end);
        toc_text_add(phrase->out, TOC_STR(" after its last evidence"));
    }
}

void toc_sentence_write(const struct toc_rule *rule, struct toc_text *out)
{
    struct toc_phrase phrase = {
        .rule = rule,
        .events = toc_yaml_find(rule->source, "events"),
        .when = toc_yaml_find(rule->source, "when"),
        .alert = toc_yaml_find(rule->source, "alert"),
        .out = out,
    };
    size_t begin = out->size;

    add_key(&phrase);
    toc_sentence_when(&phrase);
    add_once(&phrase);
    add_telling(&phrase);
    add_escalation(&phrase);
    add_end(&phrase);
    toc_text_add_char(out, '.');
    if (out->size > begin && out->data[begin] >= 'a' && out->data[begin] <= 'z') {
        out->data[begin] = (char)(out->data[begin] - 'a' + 'A');
    }
}
