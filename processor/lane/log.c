#include "lane/log.h"

#include "base/instant.h"
#include "base/mem.h"

#include <inttypes.h>
#include <pthread.h>
#include <time.h>

/* One event name's allowance: it refills by a line a second up to the burst. */
struct allowance {
    char name[48];
    int64_t refilled_ms;
    int64_t lines;
    uint64_t suppressed;
};

struct toc_log {
    FILE *out;
    enum toc_log_level least;
    int64_t (*now_ms)(void);
    pthread_mutex_t lock;
    struct allowance names[TOC_LOG_NAMES];
    size_t name_count;
};

static int64_t wall_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct toc_log *toc_log_create(FILE *out, enum toc_log_level least, int64_t (*now_ms)(void))
{
    struct toc_log *log = toc_mem_get(sizeof *log);
    log->out = out;
    log->least = least;
    log->now_ms = now_ms != NULL ? now_ms : wall_ms;
    (void)pthread_mutex_init(&log->lock, NULL);
    return log;
}

void toc_log_destroy(struct toc_log *log)
{
    if (log != NULL) {
        (void)pthread_mutex_destroy(&log->lock);
        toc_mem_free(log);
    }
}

/* The allowance of @event; names beyond the table share the last place. */
static struct allowance *find_allowance(struct toc_log *log, const char *event, int64_t now_ms)
{
    for (size_t i = 0; i < log->name_count; i++) {
        if (strncmp(log->names[i].name, event, sizeof log->names[i].name - 1) == 0) {
            return &log->names[i];
        }
    }
    if (log->name_count == TOC_LOG_NAMES) {
        return &log->names[TOC_LOG_NAMES - 1];
    }
    struct allowance *fresh = &log->names[log->name_count++];
    (void)snprintf(fresh->name, sizeof fresh->name, "%s", event);
    fresh->refilled_ms = now_ms;
    fresh->lines = TOC_LOG_BURST;
    return fresh;
}

static bool may_write(struct allowance *allowance, int64_t now_ms)
{
    int64_t refill = (now_ms - allowance->refilled_ms) / 1000;
    if (refill < 0) { /* The clock went back: begin to count from here. */
        allowance->refilled_ms = now_ms;
    } else if (refill > 0) {
        allowance->refilled_ms += refill * 1000;
        allowance->lines += refill < TOC_LOG_BURST ? refill : TOC_LOG_BURST;
        if (allowance->lines > TOC_LOG_BURST) {
            allowance->lines = TOC_LOG_BURST;
        }
    }
    if (allowance->lines == 0) {
        allowance->suppressed++;
        return false;
    }
    allowance->lines--;
    return true;
}

struct line {
    char bytes[TOC_LOG_LINE];
    size_t size;
};

static void put_char(struct line *line, char c)
{
    if (line->size < sizeof line->bytes - 1) { /* The last byte is the newline's. */
        line->bytes[line->size++] = c;
    }
}

static void put(struct line *line, const char *words)
{
    for (; *words != '\0'; words++) {
        put_char(line, *words);
    }
}

static bool is_plain(struct toc_str text)
{
    if (text.size == 0) {
        return false;
    }
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7f) {
            return false;
        }
    }
    return true;
}

static void put_value(struct line *line, struct toc_str text)
{
    if (is_plain(text)) {
        for (size_t i = 0; i < text.size; i++) {
            put_char(line, text.data[i]);
        }
        return;
    }
    put_char(line, '"');
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c == '"' || c == '\\') {
            put_char(line, '\\');
            put_char(line, (char)c);
        } else if (c == '\n') {
            put(line, "\\n");
        } else if (c < ' ' || c == 0x7f) {
            char escaped[8];
            (void)snprintf(escaped, sizeof escaped, "\\x%02x", c);
            put(line, escaped);
        } else {
            put_char(line, (char)c);
        }
    }
    put_char(line, '"');
}

static void put_number(struct line *line, const char *name, int64_t number)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%" PRId64, number);
    put_char(line, ' ');
    put(line, name);
    put_char(line, '=');
    put(line, text);
}

void toc_log_write(struct toc_log *log, enum toc_log_level level, const char *event,
                   const struct toc_log_field fields[], size_t count)
{
    static const char *const levels[] = {"debug", "info", "warning", "error"};
    struct line line = {.size = 0};
    char at[TOC_INSTANT_TEXT];

    if (level < log->least) {
        return;
    }
    (void)pthread_mutex_lock(&log->lock);
    int64_t now_ms = log->now_ms();
    struct allowance *allowance = find_allowance(log, event, now_ms);
    if (may_write(allowance, now_ms)) {
        toc_instant_format(now_ms, at);
        put(&line, at);
        put_char(&line, ' ');
        put(&line, levels[level]);
        put_char(&line, ' ');
        put(&line, event);
        for (size_t i = 0; i < count; i++) {
            if (fields[i].text.data == NULL) {
                put_number(&line, fields[i].name, fields[i].number);
                continue;
            }
            put_char(&line, ' ');
            put(&line, fields[i].name);
            put_char(&line, '=');
            put_value(&line, fields[i].text);
        }
        if (allowance->suppressed > 0) {
            put_number(&line, "suppressed", (int64_t)allowance->suppressed);
            allowance->suppressed = 0;
        }
        line.bytes[line.size++] = '\n';
        (void)fwrite(line.bytes, 1, line.size, log->out); /* A full disk stops no warning. */
        (void)fflush(log->out);
    }
    (void)pthread_mutex_unlock(&log->lock);
}
