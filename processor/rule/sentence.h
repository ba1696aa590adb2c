/* rule/sentence.h - a rule read back as one English sentence: does it say what was meant?
 *
 * It is made of the document as written, after the loader has accepted it, word by word: nothing is
 * left out that decides when an alert begins, changes or ends; texts for people are. An event is
 * explained where it is first named. A new kind of `when` is a row in sentence_when.c. */
#pragma once
#include "rule/rule.h"

/* Append the sentence, with its full stop and without a newline. */
void toc_sentence_write(const struct toc_rule *rule, struct toc_text *out);
