/* tocsin/tocsin.h - the engine inside another program.
 *
 * Events in as JSON records (CloudEvents 1.0, structured mode), alert records out as JSON
 * (CloudEvents too; the fields of `data` are described in processor/README.md). The engine is pure:
 * it reads no clock, opens no socket, starts no thread; time is what you hand in, so a month can be
 * lived through in a millisecond. Same calls, same records, byte for byte.
 *
 *   char *errors;
 *   struct tocsin *t = tocsin_create(&(struct tocsin_options){.rules = "rules",
 *                                    .accept_late_ms = 600000, .on_alert = print}, &errors);
 *   while (read_record(&record)) { tocsin_feed(t, record.bytes, record.size, record.at_ms, NULL); }
 *   tocsin_destroy(t);
 *
 * Threads: one owner a handle; handles share nothing. Memory: bounded by the windows of the rules;
 * when the system has none left the process aborts (a restart warms up again; a half-done update
 * could tell a wrong alert). */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tocsin/status.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tocsin;

struct tocsin_alert {     /* Borrowed for the length of the call. */
    const char *topic;    /* Where the rule tells it. NUL-terminated, as all of these. */
    const char *alert_id; /* Stays the same through the life of an alert. */
    const char *state;    /* new update escalated deescalated cleared expired cancelled */
    bool is_open;
    const char *record; /* The CloudEvent, one line of JSON. */
    size_t record_size; /* Bytes, without the NUL. */
};

struct tocsin_options {
    const char *rules;       /* Folder of rule files. Required. */
    const char *types;       /* Folder of event types; NULL = <rules>/types. */
    const char *places;      /* Folder of GeoJSON; NULL = <rules>/places. */
    int64_t max_disorder_ms; /* How long what rests on silence waits; >= 0. */
    int64_t accept_late_ms;  /* How late an event may be and still count; >= max_disorder_ms. */
    void (*on_alert)(const struct tocsin_alert *alert, void *context); /* Required. */
    void *context;
};

enum tocsin_fed {
    TOCSIN_TAKEN,
    TOCSIN_REPEAT,  /* Same source and id as one before. */
    TOCSIN_LATE,    /* Older than accept_late_ms. */
    TOCSIN_REFUSED, /* Not a valid event of a known type. */
};

/* Load rules and make an engine. NULL: they are wrong; *out_errors (may be NULL) is then text for
 * people, file:line:column and all, yours to free(). */
struct tocsin *tocsin_create(const struct tocsin_options *options, char **out_errors);
void tocsin_destroy(struct tocsin *tocsin); /* NULL does nothing. */

/* Feed one record of @size_bytes at @bytes. @now_ms: the clock, milliseconds since the Unix epoch;
 * an earlier one than before is ignored. on_alert is called from within. @out_reason (may be
 * NULL): of TOCSIN_REFUSED a stable word ("not_json"), static. */
enum tocsin_fed tocsin_feed(struct tocsin *tocsin, const void *bytes, size_t size_bytes,
                            int64_t now_ms, const char **out_reason);
/* Let time pass to @now_ms without an event. What rests on silence is decided only as far as events
 * have come, unless @is_idle says that none are missing up to now. */
void tocsin_tick(struct tocsin *tocsin, int64_t now_ms, bool is_idle);
/* Decide all up to the newest event time: the input is over. */
void tocsin_settle(struct tocsin *tocsin);

#ifdef __cplusplus
}
#endif
