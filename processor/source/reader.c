#include "source/reader.h"

#include "base/assert.h"
#include "base/mem.h"

struct toc_reader {
    rd_kafka_t *client;
    rd_kafka_queue_t *common; /* The consumer's own: empty, but for what is begun anew. */
    int wake_fd;
    struct toc_reader_events events;
    struct toc_part *parts;
    size_t count;
    size_t assigned;  /* Parts already handed to librdkafka. */
    size_t gap_count; /* Parts being begun anew. */
    size_t *heap;     /* Parts with a head before their stop, the earliest on top. */
    size_t heap_count;
    bool is_awake;             /* Empty queues may have been filled. */
    rd_kafka_message_t *given; /* Lent to the caller. */
    struct toc_header headers[TOC_READER_HEADERS_MOST];
};

/* ---- The heap of heads ---- */

static int64_t stored_ms(const rd_kafka_message_t *message)
{
    rd_kafka_timestamp_type_t type;
    return rd_kafka_message_timestamp(message, &type);
}

/* By timestamp; equal ones by partition, so that the order does not hang on who answered first. */
static bool is_before(const struct toc_reader *reader, size_t a, size_t b)
{
    int64_t at = stored_ms(reader->parts[a].head);
    int64_t bt = stored_ms(reader->parts[b].head);
    return at != bt ? at < bt : a < b;
}

static void heap_push(struct toc_reader *reader, size_t part)
{
    size_t i = reader->heap_count++;
    while (i > 0 && is_before(reader, part, reader->heap[(i - 1) / 2])) {
        reader->heap[i] = reader->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    reader->heap[i] = part;
}

static size_t heap_pop(struct toc_reader *reader)
{
    size_t top = reader->heap[0];
    size_t last = reader->heap[--reader->heap_count];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= reader->heap_count) {
            break;
        }
        if (child + 1 < reader->heap_count &&
            is_before(reader, reader->heap[child + 1], reader->heap[child])) {
            child++;
        }
        if (!is_before(reader, reader->heap[child], last)) {
            break;
        }
        reader->heap[i] = reader->heap[child];
        i = child;
    }
    if (reader->heap_count > 0) {
        reader->heap[i] = last;
    }
    return top;
}

/* ---- Life ---- */

struct toc_reader *toc_reader_create(rd_kafka_t *client, int wake_fd,
                                     const struct toc_reader_events *events)
{
    static const uint64_t one = 1;
    struct toc_reader *reader = toc_mem_get(sizeof *reader);
    reader->client = client;
    reader->wake_fd = wake_fd;
    reader->events = *events;
    reader->common = rd_kafka_queue_get_consumer(client);
    rd_kafka_queue_io_event_enable(reader->common, wake_fd, &one, sizeof one);
    return reader;
}

static void give_back(struct toc_reader *reader)
{
    if (reader->given != NULL) {
        rd_kafka_message_destroy(reader->given);
        reader->given = NULL;
    }
}

void toc_reader_destroy(struct toc_reader *reader)
{
    if (reader == NULL) {
        return;
    }
    if (reader->assigned > 0) {
        (void)rd_kafka_assign(reader->client, NULL);
    }
    /* Whatever is still held keeps rd_kafka_destroy from returning. */
    give_back(reader);
    for (size_t i = 0; i < reader->count; i++) {
        struct toc_part *part = &reader->parts[i];
        if (part->head != NULL) {
            rd_kafka_message_destroy(part->head);
        }
        while (part->stray_next < part->stray_count) {
            rd_kafka_message_destroy(part->strays[part->stray_next++]);
        }
        toc_mem_free(part->strays);
        rd_kafka_queue_io_event_enable(part->queue, -1, NULL, 0);
        rd_kafka_queue_destroy(part->queue);
        toc_mem_free(part->topic);
    }
    rd_kafka_queue_io_event_enable(reader->common, -1, NULL, 0);
    rd_kafka_queue_destroy(reader->common);
    toc_mem_free(reader->parts);
    toc_mem_free(reader->heap);
    toc_mem_free(reader);
}

static void forward(struct toc_reader *reader, const struct toc_part *part)
{
    rd_kafka_queue_t *own =
        rd_kafka_queue_get_partition(reader->client, part->topic, part->partition);
    rd_kafka_queue_forward(own, part->queue);
    rd_kafka_queue_destroy(own);
}

size_t toc_reader_add(struct toc_reader *reader, size_t input, uint32_t index, const char *topic,
                      int32_t partition, int64_t start, int64_t stop)
{
    static const uint64_t one = 1;
    toc_assert(reader->count < TOC_READER_PARTS_MOST);
    size_t number = reader->count++;
    reader->parts = toc_mem_resize(reader->parts, reader->count, sizeof *reader->parts);
    reader->heap = toc_mem_resize(reader->heap, reader->count, sizeof *reader->heap);
    reader->parts[number] = (struct toc_part){
        .input = input,
        .index = index,
        .topic = toc_mem_copy(topic, strlen(topic)),
        .partition = partition,
        .next = start,
        .stop = stop,
        .queue = rd_kafka_queue_new(reader->client),
    };
    struct toc_part *part = &reader->parts[number];
    rd_kafka_queue_io_event_enable(part->queue, reader->wake_fd, &one, sizeof one);
    forward(reader, part); /* Before it is assigned, so that nothing goes to the common queue. */
    return number;
}

bool toc_reader_assign(struct toc_reader *reader)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(16);
    bool is_first = reader->assigned == 0;
    bool is_done = true;

    for (size_t i = reader->assigned; i < reader->count; i++) {
        rd_kafka_topic_partition_list_add(list, reader->parts[i].topic, reader->parts[i].partition)
            ->offset = reader->parts[i].next;
    }
    if (is_first) {
        rd_kafka_resp_err_t err = rd_kafka_assign(reader->client, list);
        if (err != RD_KAFKA_RESP_ERR_NO_ERROR) {
            reader->events.on_trouble(NULL, rd_kafka_err2str(err), reader->events.context);
            is_done = false;
        }
    } else {
        rd_kafka_error_t *error = rd_kafka_incremental_assign(reader->client, list);
        if (error != NULL) {
            reader->events.on_trouble(NULL, rd_kafka_error_string(error), reader->events.context);
            rd_kafka_error_destroy(error);
            is_done = false;
        }
    }
    if (is_done) {
        reader->assigned = reader->count;
        reader->is_awake = true;
    }
    rd_kafka_topic_partition_list_destroy(list);
    return is_done;
}

size_t toc_reader_count(const struct toc_reader *reader)
{
    return reader->count;
}

const struct toc_part *toc_reader_part(const struct toc_reader *reader, size_t part)
{
    toc_assert(part < reader->count);
    return &reader->parts[part];
}

/* ---- Reading ---- */

static bool has_room(const struct toc_part *part)
{
    return part->head != NULL && part->head->offset < part->stop;
}

/* librdkafka says "end" only when a fetch came back empty, up to fetch.wait.max later. The end it
 * learnt with the last fetch says the same at once. */
static bool is_at_known_end(const struct toc_reader *reader, const struct toc_part *part)
{
    int64_t low = 0;
    int64_t high = 0;
    return part->records > 0 &&
           rd_kafka_get_watermark_offsets(reader->client, part->topic, part->partition, &low,
                                          &high) == RD_KAFKA_RESP_ERR_NO_ERROR &&
           high >= 0 && part->next >= high;
}

bool toc_reader_is_at_end(const struct toc_reader *reader, size_t number)
{
    const struct toc_part *part = toc_reader_part(reader, number);
    if (part->head != NULL) {
        return part->head->offset >= part->stop;
    }
    return part->is_at_end || part->next >= part->stop || is_at_known_end(reader, part);
}

void toc_reader_set_stop(struct toc_reader *reader, size_t number, int64_t stop)
{
    toc_assert(number < reader->count);
    struct toc_part *part = &reader->parts[number];
    bool was_in = has_room(part);
    part->stop = stop;
    toc_assert(!was_in || has_room(part)); /* A stop moves on, never back over what was promised. */
    if (!was_in && has_room(part)) {
        heap_push(reader, number);
    }
}

/* librdkafka has stopped fetching the partition: assign it again, from its beginning. It lets go of
 * our queue meanwhile, at a moment of its own, so that records may come by the common queue. */
static void begin_anew(struct toc_reader *reader, const struct toc_part *part)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, part->topic, part->partition)->offset =
        RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_error_t *error = rd_kafka_incremental_unassign(reader->client, list);
    if (error == NULL) {
        error = rd_kafka_incremental_assign(reader->client, list);
    }
    if (error != NULL) {
        reader->events.on_trouble(part, rd_kafka_error_string(error), reader->events.context);
        rd_kafka_error_destroy(error);
    }
    rd_kafka_topic_partition_list_destroy(list);
}

/* While something is begun anew: take its queue back, and what came by the common one
 * before that. */
static void gather_strays(struct toc_reader *reader)
{
    rd_kafka_message_t *message;
    for (size_t i = 0; i < reader->assigned; i++) {
        if (reader->parts[i].is_gap) {
            forward(reader, &reader->parts[i]);
        }
    }
    while ((message = rd_kafka_consume_queue(reader->common, 0)) != NULL) {
        struct toc_part *part = NULL;
        for (size_t i = 0; i < reader->assigned && part == NULL && message->rkt != NULL; i++) {
            if (reader->parts[i].partition == message->partition &&
                strcmp(reader->parts[i].topic, rd_kafka_topic_name(message->rkt)) == 0) {
                part = &reader->parts[i];
            }
        }
        if (part == NULL || (message->err != RD_KAFKA_RESP_ERR_NO_ERROR &&
                             message->err != RD_KAFKA_RESP_ERR__PARTITION_EOF)) {
            reader->events.on_trouble(part, rd_kafka_message_errstr(message),
                                      reader->events.context);
            rd_kafka_message_destroy(message);
            continue;
        }
        part->strays = toc_mem_resize(part->strays, part->stray_count + 1, sizeof(message));
        part->strays[part->stray_count++] = message;
    }
}

static rd_kafka_message_t *take(struct toc_part *part)
{
    if (part->stray_next < part->stray_count) {
        return part->strays[part->stray_next++];
    }
    part->stray_next = 0;
    part->stray_count = 0;
    return rd_kafka_consume_queue(part->queue, 0);
}

static void end_gap(struct toc_reader *reader, struct toc_part *part, int64_t next)
{
    part->is_gap = false;
    reader->gap_count--;
    reader->events.on_gap(part, part->next, next, reader->events.context);
    part->next = next;
}

/* What librdkafka says instead of a record. */
static void hear(struct toc_reader *reader, struct toc_part *part,
                 const rd_kafka_message_t *message)
{
    switch (message->err) {
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
        part->is_at_end = true;
        part->hungry_ms = 0;
        if (part->is_gap) {
            end_gap(reader, part, message->offset);
        }
        if (message->offset > part->next) { /* Markers of transactions hold offsets too. */
            part->next = message->offset;
        }
        break;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
        reader->events.on_trouble(part, rd_kafka_message_errstr(message), reader->events.context);
        if (!part->is_gap) {
            part->is_gap = true;
            reader->gap_count++;
            begin_anew(reader, part);
        }
        break;
    default:
        reader->events.on_trouble(part, rd_kafka_message_errstr(message), reader->events.context);
        break;
    }
}

/* Fill the head of a part, if there is a record. */
static void look(struct toc_reader *reader, size_t number)
{
    struct toc_part *part = &reader->parts[number];
    while (part->head == NULL) {
        rd_kafka_message_t *message = take(part);
        if (message == NULL) {
            return;
        }
        if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
            hear(reader, part, message);
            rd_kafka_message_destroy(message);
            continue;
        }
        if (part->is_gap) {
            end_gap(reader, part, message->offset);
        }
        if (message->offset < part->next) { /* Fetched before a seek. */
            rd_kafka_message_destroy(message);
            continue;
        }
        part->is_at_end = false;
        part->hungry_ms = 0;
        part->head = message;
        if (has_room(part)) {
            heap_push(reader, number);
        }
    }
}

void toc_reader_wake(struct toc_reader *reader)
{
    reader->is_awake = true;
}

static void describe(struct toc_reader *reader, size_t number, struct toc_read *out)
{
    const struct toc_part *part = &reader->parts[number];
    const rd_kafka_message_t *message = reader->given;
    rd_kafka_headers_t *headers = NULL;
    size_t header_count = 0;

    if (rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) {
        const char *name = NULL;
        const void *value = NULL;
        size_t size = 0;
        while (header_count < TOC_READER_HEADERS_MOST &&
               rd_kafka_header_get_all(headers, header_count, &name, &value, &size) ==
                   RD_KAFKA_RESP_ERR_NO_ERROR) {
            reader->headers[header_count++] = (struct toc_header){
                .name = toc_str_of(name), .value = {.data = value, .size = size}};
        }
    }
    int64_t at_ms = stored_ms(message);
    *out = (struct toc_read){
        .part = number,
        .record = {.bytes = {.data = message->payload, .size = message->len},
                   .origin = {.topic = toc_str_of(part->topic),
                              .partition = part->partition,
                              .offset = message->offset,
                              .stored_ms = at_ms >= 0 ? at_ms : TOC_INSTANT_NONE},
                   .headers = reader->headers,
                   .header_count = header_count},
        .key = {.data = message->key, .size = message->key_len},
        .has_key = message->key != NULL,
    };
}

enum toc_reader_next toc_reader_next(struct toc_reader *reader, int64_t now_ms, int64_t hold_ms,
                                     struct toc_read *out)
{
    bool is_waiting = false;
    bool is_held = false;

    give_back(reader);
    if (reader->is_awake) {
        reader->is_awake = false;
        if (reader->gap_count > 0) {
            gather_strays(reader);
        }
        for (size_t i = 0; i < reader->assigned; i++) {
            look(reader, i);
        }
    }
    for (size_t i = 0; i < reader->assigned; i++) {
        struct toc_part *part = &reader->parts[i];
        if (part->head != NULL || part->is_at_end || part->next >= part->stop) {
            continue;
        }
        if (is_at_known_end(reader, part)) {
            part->is_at_end = true;
            part->hungry_ms = 0;
            continue;
        }
        is_waiting = true;
        if (part->hungry_ms == 0) {
            part->hungry_ms = now_ms;
        }
        is_held = is_held || now_ms - part->hungry_ms < hold_ms;
    }
    if (is_held || reader->heap_count == 0) {
        return is_waiting ? TOC_READER_WAITING : TOC_READER_EMPTY;
    }
    size_t number = heap_pop(reader);
    struct toc_part *part = &reader->parts[number];
    reader->given = part->head;
    part->head = NULL;
    part->next = reader->given->offset + 1;
    part->records++;
    describe(reader, number, out);
    look(reader, number);
    return TOC_READER_RECORD;
}
