/* rule/phrase.h - parts of a sentence about a rule: durations, lists of words, events with what is
 * asked of them. For sentence.c and sentence_when.c. */
#pragma once
#include "base/yaml.h"
#include "rule/rule.h"

/* One sentence under way. */
struct toc_phrase {
    const struct toc_rule *rule;
    const struct toc_yaml *events, *when, *alert; /* Of the document; alert and when are there. */
    struct toc_text *out;
    bool is_told[TOC_RULE_ALIASES]; /* Explained already: from now on its name is enough. */
};

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void toc_phrase_add(struct toc_phrase *phrase, const char *format, ...);
/* A scalar as it is written; the items of a list with commas and @last ("or", "and"). */
void toc_phrase_words(struct toc_phrase *phrase, const struct toc_yaml *node, const char *last);
/* "1 hour 30 minutes"; what is no duration as written. */
void toc_phrase_span(struct toc_phrase *phrase, const struct toc_yaml *node);
/* The event called @name: "impact" (detection.indirect_fire whose ...), later just "impact". */
void toc_phrase_event(struct toc_phrase *phrase, struct toc_str name);
/* Events as `without`, `clear_when`, a step name them: with their ties; between several @last. */
void toc_phrase_events(struct toc_phrase *phrase, const struct toc_yaml *node, const char *last);
/* ", by night": @hours of an event or of `when`; NULL adds nothing. */
void toc_phrase_hours(struct toc_phrase *phrase, const struct toc_yaml *hours);

/* sentence_when.c: what has to be so, from `while`, `once` or `when` on. */
void toc_sentence_when(struct toc_phrase *phrase);
