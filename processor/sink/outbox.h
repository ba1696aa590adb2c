/* sink/outbox.h - what has been told and is not yet known to be stored.
 *
 * Records leave in the order in which they were put, by one idempotent producer, and stay here with
 * their bytes until the broker acknowledges them. The producer is one that never lets a later
 * record pass one that was refused (one request under way at a time, enable.gapless.guarantee): it
 * breaks instead, all that is unacknowledged comes back here, and the next producer is given it
 * again in order, after a growing wait. So the order of a topic's partition holds through every
 * error and nothing is ever dropped. A full producer queue only means that the rest waits here.
 * A dead letter that the broker finds too large goes without its value; its headers say where the
 * original lies.
 * Memory: the bytes of what is unacknowledged. `is_full` is the sign to stop reading; what one
 * event tells after it still fits. Threads: one owner. */
#pragma once
#include <librdkafka/rdkafka.h>

#include "event/decode.h"

enum { TOC_OUTBOX_HEADERS = 160 };

/* One record to be written. Everything is copied. */
struct toc_letter {
    struct toc_str topic;
    struct toc_str key, value;
    bool has_key, has_value; /* Without value: a tombstone. */
    const struct toc_header *headers;
    size_t header_count; /* <= TOC_OUTBOX_HEADERS */
    int64_t stored_ms;   /* Kafka timestamp; <= 0 = the producer's clock. */
    bool is_last;        /* It leaves only when all put before it is stored. */
    bool may_lose_value; /* Too large for the broker: better without its value than never. */
};

struct toc_outbox_options {
    size_t most_records, most_bytes; /* is_full from there on. */
    /* A record put with @ticket is stored. */
    void (*on_stored)(uint64_t ticket, void *context);
    /* The broker refused a record: it will be sent again. @topic NULL: about the connection. */
    void (*on_trouble)(const char *topic, const char *words, bool is_fatal, void *context);
    void *context;
};

struct toc_outbox_counts {
    uint64_t stored, refused, valueless; /* Since creation. */
    size_t waiting, under_way, bytes;    /* Now; waiting + under_way = unacknowledged. */
};

struct toc_outbox;

/* @producer: borrowed; with enable.idempotence, enable.gapless.guarantee, one request in flight,
 * message.timeout.ms 0, delivery reports and errors as events. */
struct toc_outbox *toc_outbox_create(rd_kafka_t *producer, int wake_fd,
                                     const struct toc_outbox_options *options);
/* What is unacknowledged is forgotten here (its batch was never committed, so it is told again). */
void toc_outbox_destroy(struct toc_outbox *outbox);

void toc_outbox_put(struct toc_outbox *outbox, const struct toc_letter *letter, uint64_t ticket);
/* Hear what was stored, at most @most_events of it, then send what waits. @now_ms: a steady clock.
 * True: there may be more to hear at once, so call again soon. */
bool toc_outbox_serve(struct toc_outbox *outbox, int64_t now_ms, size_t most_events);
bool toc_outbox_is_full(const struct toc_outbox *outbox);
/* A refused record waits to be sent again: until when, on the clock of serve; 0 = none does. */
int64_t toc_outbox_retry_ms(const struct toc_outbox *outbox);
/* The producer can do no more. Take it back (all it held waits here again), destroy it where that
 * may block, and hand over a new one. */
bool toc_outbox_is_broken(const struct toc_outbox *outbox);
rd_kafka_t *toc_outbox_release(struct toc_outbox *outbox);
void toc_outbox_renew(struct toc_outbox *outbox, rd_kafka_t *producer);
struct toc_outbox_counts toc_outbox_counts(const struct toc_outbox *outbox);
