/* source/broker.h - questions to the broker that may take long.
 * Every function here blocks up to @timeout_ms and belongs on the lane's worker thread, never on
 * the loop. All give TOC_E_BROKER when the broker is away or refuses, with the reason in
 * @out_words, and TOC_E_NOT_FOUND for a topic that does not exist; the outputs are then to be
 * ignored. */
#pragma once
#include <librdkafka/rdkafka.h>

#include "base/text.h"
#include <tocsin/status.h>

enum { TOC_SPOT_NOTE = 128 };

/* A place in a log. */
struct toc_spot {
    const char *topic; /* Borrowed. */
    int32_t partition;
    int64_t offset;           /* -1 = none. */
    char note[TOC_SPOT_NOTE]; /* Text committed with it, or "". A longer one is cut. */
};

/* How many partitions has @topic? Also what a producer asks first, so that its first record does
 * not wait a second for the answer. */
TOC_MUST_CHECK enum toc_status toc_broker_partitions(rd_kafka_t *client, const char *topic,
                                                     int timeout_ms, int32_t *out_count,
                                                     struct toc_text *out_words);
/* Fill offset and note with what the client's group has committed. */
TOC_MUST_CHECK enum toc_status toc_broker_committed(rd_kafka_t *client, struct toc_spot spots[],
                                                    size_t count, int timeout_ms,
                                                    struct toc_text *out_words);
/* Fill offset with the first record stored at @at_ms or later; the log's end if there is none. */
TOC_MUST_CHECK enum toc_status toc_broker_at(rd_kafka_t *client, struct toc_spot spots[],
                                             size_t count, int64_t at_ms, int timeout_ms,
                                             struct toc_text *out_words);
/* Fill offset with the log's end, or its beginning. */
TOC_MUST_CHECK enum toc_status toc_broker_ends(rd_kafka_t *client, struct toc_spot spots[],
                                               size_t count, int timeout_ms,
                                               struct toc_text *out_words);
TOC_MUST_CHECK enum toc_status toc_broker_begins(rd_kafka_t *client, struct toc_spot spots[],
                                                 size_t count, int timeout_ms,
                                                 struct toc_text *out_words);

/* Read every record of @topic up to the ends it has now, partition by partition, each in its order.
 * @timeout_ms is how long the next record may take.
 * @value.data is NULL for a tombstone; @note is the value of the header called @header, or empty.
 * The slices are borrowed for the call. The client's assignment is used and empty again
 * after it. */
TOC_MUST_CHECK enum toc_status toc_broker_read(
    rd_kafka_t *client, const char *topic, const char *header, int timeout_ms,
    struct toc_text *out_words,
    void (*on_row)(struct toc_str key, struct toc_str value, struct toc_str note, void *context),
    void *context);
