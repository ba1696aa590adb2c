#include "sink/outbox.h"

#include "base/assert.h"
#include "base/mem.h"

#include <stdio.h>

enum {
    RETRY_FIRST_MS = 100,
    RETRY_MOST_MS = 5000,
    LARGE_BYTES = 1 << 16, /* A smaller one is refused for the company it was sent in. */
};

/* One letter, copied behind this head: topic, NUL, key, value, headers. */
struct entry {
    struct entry *next, *before;
    uint64_t ticket;
    size_t size_bytes; /* Of the whole block. */
    char *topic;
    const char *key, *value;
    size_t key_size, value_size;
    bool has_key, has_value, is_last, may_lose_value, is_under_way;
    int64_t stored_ms;
    size_t lost_bytes; /* Size of the value it had to leave behind. */
    size_t header_count;
    struct toc_header headers[];
};

struct toc_outbox {
    rd_kafka_t *producer; /* NULL between two of them. */
    rd_kafka_queue_t *queue;
    int wake_fd;
    struct toc_outbox_options options;
    struct entry *first, *last; /* All unacknowledged, in the order of telling. */
    struct entry *unsent;       /* The first that was not handed to the producer, or NULL. */
    bool is_refused;            /* Something came back: wait until nothing is under way. */
    bool is_broken;
    bool is_leaving; /* Nobody wants to hear of it any more. */
    int64_t retry_ms, wait_ms;
    struct toc_outbox_counts counts;
};

struct toc_outbox *toc_outbox_create(rd_kafka_t *producer, int wake_fd,
                                     const struct toc_outbox_options *options)
{
    struct toc_outbox *outbox = toc_mem_get(sizeof *outbox);
    outbox->options = *options;
    outbox->wake_fd = wake_fd;
    outbox->wait_ms = RETRY_FIRST_MS;
    toc_outbox_renew(outbox, producer);
    return outbox;
}

void toc_outbox_renew(struct toc_outbox *outbox, rd_kafka_t *producer)
{
    static const uint64_t one = 1;
    outbox->producer = producer;
    outbox->queue = rd_kafka_queue_get_main(producer);
    outbox->is_broken = false;
    rd_kafka_queue_io_event_enable(outbox->queue, outbox->wake_fd, &one, sizeof one);
}

/* ---- Entries ---- */

static char *place(char **room, struct toc_str text)
{
    char *at = *room;
    if (text.size > 0) {
        memcpy(at, text.data, text.size);
    }
    at[text.size] = '\0';
    *room += text.size + 1;
    return at;
}

static struct entry *entry_of(const struct toc_letter *letter, uint64_t ticket)
{
    size_t size = sizeof(struct entry) + letter->header_count * sizeof(struct toc_header) +
                  letter->topic.size + letter->key.size + letter->value.size + 3;
    for (size_t i = 0; i < letter->header_count; i++) {
        size += letter->headers[i].name.size + letter->headers[i].value.size + 2;
    }
    struct entry *entry = toc_mem_get(size);
    char *room = (char *)&entry->headers[letter->header_count];
    entry->ticket = ticket;
    entry->size_bytes = size;
    entry->topic = place(&room, letter->topic);
    entry->key = place(&room, letter->key);
    entry->value = place(&room, letter->value);
    entry->key_size = letter->key.size;
    entry->value_size = letter->value.size;
    entry->has_key = letter->has_key;
    entry->has_value = letter->has_value;
    entry->is_last = letter->is_last;
    entry->may_lose_value = letter->may_lose_value;
    entry->stored_ms = letter->stored_ms;
    entry->header_count = letter->header_count;
    for (size_t i = 0; i < letter->header_count; i++) {
        struct toc_str name = letter->headers[i].name;
        struct toc_str value = letter->headers[i].value;
        entry->headers[i].name = (struct toc_str){.data = place(&room, name), .size = name.size};
        entry->headers[i].value = (struct toc_str){
            .data = value.data != NULL ? place(&room, value) : NULL, .size = value.size};
    }
    return entry;
}

static void forget(struct toc_outbox *outbox, struct entry *entry)
{
    *(entry->before != NULL ? &entry->before->next : &outbox->first) = entry->next;
    *(entry->next != NULL ? &entry->next->before : &outbox->last) = entry->before;
    outbox->counts.bytes -= entry->size_bytes;
    toc_mem_free(entry);
}

/* ---- Sending ---- */

static rd_kafka_headers_t *headers_of(const struct entry *entry)
{
    char bytes[24];
    if (entry->header_count == 0 && entry->lost_bytes == 0) {
        return NULL;
    }
    rd_kafka_headers_t *headers = rd_kafka_headers_new(entry->header_count + 1);
    for (size_t i = 0; i < entry->header_count; i++) {
        (void)rd_kafka_header_add(
            headers, entry->headers[i].name.data, (ssize_t)entry->headers[i].name.size,
            entry->headers[i].value.data, (ssize_t)entry->headers[i].value.size);
    }
    if (entry->lost_bytes > 0) {
        (void)snprintf(bytes, sizeof bytes, "%zu", entry->lost_bytes);
        (void)rd_kafka_header_add(headers, "tocsin-value-left-out", -1, bytes, -1);
    }
    return headers;
}

static rd_kafka_resp_err_t hand_over(struct toc_outbox *outbox, struct entry *entry)
{
    union { /* librdkafka takes the bytes as not const, and leaves them alone. */
        const char *in;
        void *out;
    } key = {.in = entry->key}, value = {.in = entry->value};
    rd_kafka_headers_t *headers = headers_of(entry);
    /* The types written out: librdkafka's macros for this are no standard C. */
    rd_kafka_resp_err_t err = rd_kafka_producev(
        outbox->producer, RD_KAFKA_VTYPE_TOPIC, (const char *)entry->topic, RD_KAFKA_VTYPE_MSGFLAGS,
        0, RD_KAFKA_VTYPE_KEY, entry->has_key ? key.out : NULL,
        entry->has_key ? entry->key_size : (size_t)0, RD_KAFKA_VTYPE_VALUE,
        entry->has_value ? value.out : NULL, entry->has_value ? entry->value_size : (size_t)0,
        RD_KAFKA_VTYPE_TIMESTAMP, entry->stored_ms > 0 ? entry->stored_ms : (int64_t)0,
        RD_KAFKA_VTYPE_OPAQUE, (void *)entry, RD_KAFKA_VTYPE_HEADERS, headers, RD_KAFKA_VTYPE_END);
    if (err != RD_KAFKA_RESP_ERR_NO_ERROR && headers != NULL) {
        rd_kafka_headers_destroy(headers);
    }
    return err;
}

/* The broker, or the producer, will not have this one as it is. */
static void refuse(struct toc_outbox *outbox, struct entry *entry, rd_kafka_resp_err_t err)
{
    outbox->is_refused = true;
    if (err == RD_KAFKA_RESP_ERR__PURGE_QUEUE || err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT ||
        err == RD_KAFKA_RESP_ERR__FATAL) {
        return; /* It only shares the fate of another. */
    }
    outbox->counts.refused++;
    if (err == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE && entry->may_lose_value && entry->has_value &&
        entry->value_size >= LARGE_BYTES) {
        entry->has_value = false;
        entry->lost_bytes = entry->value_size;
        outbox->counts.valueless++;
        return;
    }
    outbox->options.on_trouble(entry->topic, rd_kafka_err2str(err), false, outbox->options.context);
}

static void send_waiting(struct toc_outbox *outbox, int64_t now_ms)
{
    if (outbox->is_broken || now_ms < outbox->retry_ms) {
        return;
    }
    if (outbox->is_refused) {
        if (outbox->counts.under_way > 0) {
            return; /* What is under way comes back first; then all goes again, in order. */
        }
        outbox->is_refused = false;
        outbox->unsent = outbox->first;
        if (outbox->retry_ms == 0) {
            outbox->retry_ms = now_ms + outbox->wait_ms;
            outbox->wait_ms =
                outbox->wait_ms * 2 < RETRY_MOST_MS ? outbox->wait_ms * 2 : RETRY_MOST_MS;
            return;
        }
    }
    outbox->retry_ms = 0;
    while (outbox->unsent != NULL && !outbox->is_refused) {
        struct entry *entry = outbox->unsent;
        if (entry->is_last && entry != outbox->first) {
            return; /* An acknowledgement wakes us. */
        }
        rd_kafka_resp_err_t err = hand_over(outbox, entry);
        if (err == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
            if (outbox->counts.under_way == 0) { /* Nothing will wake us. */
                outbox->retry_ms = now_ms + RETRY_FIRST_MS;
            }
            return;
        }
        if (err != RD_KAFKA_RESP_ERR_NO_ERROR) {
            refuse(outbox, entry, err);
            return;
        }
        entry->is_under_way = true;
        outbox->counts.waiting--;
        outbox->counts.under_way++;
        outbox->unsent = entry->next;
    }
}

void toc_outbox_put(struct toc_outbox *outbox, const struct toc_letter *letter, uint64_t ticket)
{
    toc_assert(letter->header_count <= TOC_OUTBOX_HEADERS);
    struct entry *entry = entry_of(letter, ticket);
    entry->before = outbox->last;
    *(outbox->last != NULL ? &outbox->last->next : &outbox->first) = entry;
    outbox->last = entry;
    if (outbox->unsent == NULL && !outbox->is_refused) {
        outbox->unsent = entry;
    }
    outbox->counts.waiting++;
    outbox->counts.bytes += entry->size_bytes;
}

/* ---- Hearing ---- */

static void hear_reports(struct toc_outbox *outbox, rd_kafka_event_t *event)
{
    const rd_kafka_message_t *message;
    while ((message = rd_kafka_event_message_next(event)) != NULL) {
        struct entry *entry = message->_private;
        toc_assert(entry->is_under_way);
        entry->is_under_way = false;
        outbox->counts.under_way--;
        if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
            outbox->counts.waiting++;
            refuse(outbox, entry, message->err);
            continue;
        }
        outbox->counts.stored++;
        outbox->wait_ms = RETRY_FIRST_MS;
        uint64_t ticket = entry->ticket;
        forget(outbox, entry);
        if (!outbox->is_leaving) {
            outbox->options.on_stored(ticket, outbox->options.context);
        }
    }
}

static void hear_error(struct toc_outbox *outbox, rd_kafka_event_t *event)
{
    char words[256];
    bool is_fatal = rd_kafka_event_error_is_fatal(event) != 0;
    if (is_fatal) {
        outbox->is_broken = true;
        (void)rd_kafka_fatal_error(outbox->producer, words, sizeof words);
        outbox->options.on_trouble(NULL, words, true, outbox->options.context);
    } else {
        outbox->options.on_trouble(NULL, rd_kafka_event_error_string(event), false,
                                   outbox->options.context);
    }
}

bool toc_outbox_serve(struct toc_outbox *outbox, int64_t now_ms, size_t most_events)
{
    size_t heard = 0;
    while (heard < most_events && outbox->queue != NULL) {
        rd_kafka_event_t *event = rd_kafka_queue_poll(outbox->queue, 0);
        if (event == NULL) {
            break;
        }
        heard++;
        switch (rd_kafka_event_type(event)) {
        case RD_KAFKA_EVENT_DR:
            hear_reports(outbox, event);
            break;
        case RD_KAFKA_EVENT_ERROR:
            hear_error(outbox, event);
            break;
        default:
            break;
        }
        rd_kafka_event_destroy(event);
    }
    send_waiting(outbox, now_ms);
    return heard == most_events;
}

rd_kafka_t *toc_outbox_release(struct toc_outbox *outbox)
{
    rd_kafka_t *producer = outbox->producer;
    /* It reads the bytes until it reports: take them back from it first. */
    (void)rd_kafka_purge(producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    while (outbox->counts.under_way > 0) {
        rd_kafka_event_t *event = rd_kafka_queue_poll(outbox->queue, 100);
        if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_DR) {
            hear_reports(outbox, event);
        }
        rd_kafka_event_destroy(event);
    }
    rd_kafka_queue_io_event_enable(outbox->queue, -1, NULL, 0);
    rd_kafka_queue_destroy(outbox->queue);
    outbox->queue = NULL;
    outbox->producer = NULL;
    outbox->is_broken = true;
    return producer;
}

void toc_outbox_destroy(struct toc_outbox *outbox)
{
    if (outbox == NULL) {
        return;
    }
    if (outbox->producer != NULL) {
        outbox->is_leaving = true;
        (void)toc_outbox_release(outbox);
    }
    while (outbox->first != NULL) {
        forget(outbox, outbox->first);
    }
    toc_mem_free(outbox);
}

bool toc_outbox_is_full(const struct toc_outbox *outbox)
{
    return outbox->counts.waiting + outbox->counts.under_way >= outbox->options.most_records ||
           outbox->counts.bytes >= outbox->options.most_bytes;
}

int64_t toc_outbox_retry_ms(const struct toc_outbox *outbox)
{
    return outbox->retry_ms;
}

bool toc_outbox_is_broken(const struct toc_outbox *outbox)
{
    return outbox->is_broken;
}

struct toc_outbox_counts toc_outbox_counts(const struct toc_outbox *outbox)
{
    return outbox->counts;
}
