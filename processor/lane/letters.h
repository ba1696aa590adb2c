/* lane/letters.h - what is written where: alerts, open alerts, dead and late records.
 *
 *   alert        topic of the rule, key alert_id, value the CloudEvent; header tocsin-rule
 *   alerts.open  key alert_id, value the same while open, a tombstone after the end; header
 *                tocsin-topic names the alert's topic
 *   dead, late   original key, value and headers, and tocsin-reason, -detail, -topic, -partition,
 *                -offset, -timestamp, -input (those that came with it are left behind)
 * Threads: one owner; a letter borrows from what it is made of and from the arena of its maker. */
#pragma once
#include "engine/engine.h"
#include "sink/outbox.h"
#include "source/reader.h"

struct toc_letters {
    struct toc_str open_topic, dead_topic, late_topic;
    struct toc_header headers[TOC_OUTBOX_HEADERS]; /* Of the letter being made. */
    char numbers[3][24];
};

/* @letters holds what the letter borrows, until the next letter. @topic: told->topic, or where the
 * alert was told before, if its rule is no more. */
void toc_letters_alert(struct toc_letters *letters, const struct toc_told *told,
                       struct toc_str topic, int64_t now_ms, struct toc_letter *out);
void toc_letters_open(struct toc_letters *letters, const struct toc_told *told,
                      struct toc_str topic, int64_t now_ms, struct toc_letter *out);
/* @reason: a word that never changes; @detail: a sentence or empty. */
void toc_letters_dead(struct toc_letters *letters, const struct toc_read *read,
                      struct toc_str input, const char *reason, struct toc_str detail,
                      struct toc_letter *out);
void toc_letters_late(struct toc_letters *letters, const struct toc_read *read,
                      struct toc_str input, struct toc_letter *out);
