/* lane/log.h - what happened, one line each, for people who search and programs that count.
 *
 *   2026-11-21T10:00:00.000Z warning kafka.gap topic=radar partition=3 from=120 to=180
 *
 * Time, level, event name, fields in logfmt: a value with blanks, quotes, '=' or control characters
 * is quoted and escaped. Names stay, since people search for them. One event name may write
 * TOC_LOG_BURST lines at once and then one a second; what is held back is counted and stands in the
 * next line as `suppressed=`. Nothing that happens per record is logged: that is a counter.
 * Threads: any (one lock). Memory: fixed, a line is cut at TOC_LOG_LINE bytes. */
#pragma once
#include <stdio.h>

#include "base/text.h"

enum { TOC_LOG_BURST = 10, TOC_LOG_LINE = 2048, TOC_LOG_NAMES = 128 };

enum toc_log_level {
    TOC_LOG_LEVEL_DEBUG,
    TOC_LOG_LEVEL_INFO,
    TOC_LOG_LEVEL_WARNING,
    TOC_LOG_LEVEL_ERROR,
};

struct toc_log_field {
    const char *name;
    struct toc_str text; /* data NULL: the number counts. */
    int64_t number;
};

struct toc_log;

/* Lines of @least and above go to @out (borrowed). @now_ms gives the time of a line and what is
 * rate-limited by; NULL = the system's wall clock. */
struct toc_log *toc_log_create(FILE *out, enum toc_log_level least, int64_t (*now_ms)(void));
void toc_log_destroy(struct toc_log *log);

/* @event: a literal, "noun.happening". */
void toc_log_write(struct toc_log *log, enum toc_log_level level, const char *event,
                   const struct toc_log_field fields[], size_t count);

static inline struct toc_log_field toc_log_text(const char *name, struct toc_str text)
{
    return (struct toc_log_field){
        .name = name, .text = {.data = text.data != NULL ? text.data : "", .size = text.size}};
}
static inline struct toc_log_field toc_log_words(const char *name, const char *words)
{
    return toc_log_text(name, toc_str_of(words));
}
static inline struct toc_log_field toc_log_number(const char *name, int64_t number)
{
    return (struct toc_log_field){.name = name, .number = number};
}

/* TOC_LOG(log, INFO, "lane.live", toc_log_number("records", n), ...); at least one field. */
#define TOC_LOG(log, level, event, ...)                                                            \
    toc_log_write(                                                                                 \
        (log), TOC_LOG_LEVEL_##level, (event), (const struct toc_log_field[]){__VA_ARGS__},        \
        sizeof((const struct toc_log_field[]){__VA_ARGS__}) / sizeof(struct toc_log_field))
