/* alert/said.h - what people said of one alert: who knows of it, who has it, what they added, and
 * who ended it. rules/README.md, "What people do, and what the machine holds back".
 * Kept as long as the alert is; an alert nobody spoke of has none. Memory: at most TOC_SAID_MOST
 * acknowledgements and as many comments, texts copied. Threads: one owner. */
#pragma once
#include "base/instant.h"
#include "state/episode.h"

enum { TOC_SAID_MOST = 32 };

struct toc_remark {
    int64_t at_ms;                  /* When it was said. */
    struct toc_str who, post, note; /* post and note may be empty. */
};

struct toc_remarks {
    struct toc_remark items[TOC_SAID_MOST];
    size_t count;
};

struct toc_said {
    struct toc_remarks acks, comments;
    struct toc_remark taken_by, ended_by; /* at_ms TOC_INSTANT_NONE: nobody. */
    enum toc_ending ended; /* TOC_ENDING_NONE, _ALL_CLEAR or _FALSE_ALARM: what ended_by said. */
    int64_t line_ms;       /* With that: nothing of this alert dated up to then counts. */
    bool is_untold;        /* Something came by a merge and no record has told it yet. */
};

struct toc_said *toc_said_create(void);
void toc_said_destroy(struct toc_said *said); /* NULL does nothing. */

enum toc_said_result {
    TOC_SAID_NEW,
    TOC_SAID_REPEAT, /* The same was said by the same: nothing changed. */
    TOC_SAID_FULL,   /* No room: nothing changed. */
};
/* The texts of @remark are copied. Somebody acknowledges once, whatever the moment and the note; a
 * comment repeats only with the same moment. */
enum toc_said_result toc_said_ack(struct toc_said *said, const struct toc_remark *remark);
enum toc_said_result toc_said_comment(struct toc_said *said, const struct toc_remark *remark);
/* Who took it over last has it. */
enum toc_said_result toc_said_take_over(struct toc_said *said, const struct toc_remark *remark);
/* @ended: TOC_ENDING_ALL_CLEAR or TOC_ENDING_FALSE_ALARM; once. */
void toc_said_end(struct toc_said *said, enum toc_ending ended, const struct toc_remark *remark,
                  int64_t line_ms);
/* Does anybody know of the alert: an acknowledgement or a take-over? NULL: nobody. */
bool toc_said_is_acked(const struct toc_said *said);
/* Two alerts became one: take over what was said of @from. What has no room is left behind. */
void toc_said_join(struct toc_said *into, const struct toc_said *from);
/* Its members of an alert record, each with a comma before it: `acks`, `comments`, `taken_by`,
 * `by`. */
void toc_said_write(const struct toc_said *said, struct toc_text *out);
