/* source/reader.h - records of all partitions, in the order in which they were stored.
 *
 * One Kafka consumer with every partition of every input assigned by hand. Each partition has its
 * own queue; the next record is the one with the least Kafka timestamp among the heads, so that
 * after a pause no partition runs far ahead of the others. A partition that has not been read to
 * its end and shows no record holds the others back, for hold_ms at most: a broker that is away
 * delays the order, never the records. Nothing here blocks and nothing is dropped; the prefetch is
 * librdkafka's, bounded by its queued.* settings. To apply backpressure, do not call
 * toc_reader_next.
 * A log that begins behind our position (retention, a topic made anew) is told by on_gap and read
 * on from its beginning.
 * Memory: one record a partition beside the prefetch. Threads: one owner.
 * Source: librdkafka 2.0.2, INTRODUCTION.md; queues' io-events are edge-triggered. */
#pragma once
#include <librdkafka/rdkafka.h>

#include "event/decode.h"

enum { TOC_READER_PARTS_MOST = 8192, TOC_READER_HEADERS_MOST = 128 };

/* One partition as the reader knows it. Read only for others. */
struct toc_part {
    size_t input;
    uint32_t index; /* Of the partition within its input: over all its topics, never changing. */
    char *topic;
    int32_t partition;
    int64_t next; /* Offset of the next record to be given. */
    int64_t stop; /* Give none at or beyond this; INT64_MAX = all. */
    rd_kafka_queue_t *queue;
    rd_kafka_message_t *head;
    bool is_at_end;              /* librdkafka has said so, and nothing came since. */
    bool is_gap;                 /* The position was lost: the next record tells how much. */
    rd_kafka_message_t **strays; /* Came by the common queue while the partition was begun anew. */
    size_t stray_count, stray_next;
    int64_t hungry_ms; /* Since when it has no head though it is not at its end; 0 = it is not. */
    uint64_t records;
};

struct toc_read {
    size_t part;
    struct toc_record record; /* Borrowed until the next call of toc_reader_next. */
    struct toc_str key;
    bool has_key;
};

struct toc_reader_events {
    /* Records @from .. @to - 1 of a partition are gone for ever. */
    void (*on_gap)(const struct toc_part *part, int64_t from, int64_t to, void *context);
    /* Something hinders reading; librdkafka goes on trying. @part may be NULL. */
    void (*on_trouble)(const struct toc_part *part, const char *words, void *context);
    void *context;
};

enum toc_reader_next {
    TOC_READER_RECORD,  /* *out is filled. */
    TOC_READER_EMPTY,   /* Every partition is at its end or its stop. Wait for the wake-up. */
    TOC_READER_WAITING, /* A record is still on its way. Wait for the wake-up, or hold_ms. */
};

struct toc_reader;

/* @client: a consumer with enable.partition.eof, auto.offset.reset=error and no automatic commit;
 * borrowed. @wake_fd: a non-blocking eventfd that gets 8 bytes when a queue turns non-empty. */
struct toc_reader *toc_reader_create(rd_kafka_t *client, int wake_fd,
                                     const struct toc_reader_events *events);
/* Unassigns and frees all that is held; the client may be destroyed after it. */
void toc_reader_destroy(struct toc_reader *reader);

/* Add a partition, to be read from @start up to @stop. Returns its number: 0, 1, 2, ... */
size_t toc_reader_add(struct toc_reader *reader, size_t input, uint32_t index, const char *topic,
                      int32_t partition, int64_t start, int64_t stop);
/* Begin (or, after more adds, go on) to fetch. False: librdkafka refused, on_trouble said why. */
bool toc_reader_assign(struct toc_reader *reader);

size_t toc_reader_count(const struct toc_reader *reader);
const struct toc_part *toc_reader_part(const struct toc_reader *reader, size_t part);
void toc_reader_set_stop(struct toc_reader *reader, size_t part, int64_t stop);
/* Is there nothing left to read before the partition's stop, as far as is known? */
bool toc_reader_is_at_end(const struct toc_reader *reader, size_t part);

/* The eventfd was read: look at the queues again. Without this a queue once found empty is not
 * looked at. */
void toc_reader_wake(struct toc_reader *reader);
/* @now_ms: a steady clock's milliseconds, > 0. */
enum toc_reader_next toc_reader_next(struct toc_reader *reader, int64_t now_ms, int64_t hold_ms,
                                     struct toc_read *out);
