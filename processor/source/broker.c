#include "source/broker.h"

#include "base/mem.h"

#include <stdio.h>

static enum toc_status refuse(rd_kafka_resp_err_t err, const char *about, struct toc_text *words)
{
    toc_text_clear(words);
    toc_text_addf(words, "%s: %s", about, rd_kafka_err2str(err));
    return err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
                   err == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
                   err == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION
               ? TOC_E_NOT_FOUND
               : TOC_E_BROKER;
}

enum toc_status toc_broker_partitions(rd_kafka_t *client, const char *topic, int timeout_ms,
                                      int32_t *out_count, struct toc_text *out_words)
{
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_topic_t *handle = rd_kafka_topic_new(client, topic, NULL);
    if (handle == NULL) {
        return refuse(rd_kafka_last_error(), topic, out_words);
    }
    rd_kafka_resp_err_t err = rd_kafka_metadata(client, 0, handle, &metadata, timeout_ms);
    rd_kafka_topic_destroy(handle);
    if (err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return refuse(err, topic, out_words);
    }
    err = metadata->topic_cnt == 1 ? metadata->topics[0].err
                                   : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    if (err == RD_KAFKA_RESP_ERR_NO_ERROR && metadata->topics[0].partition_cnt == 0) {
        err = RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    }
    if (err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        *out_count = metadata->topics[0].partition_cnt;
    }
    rd_kafka_metadata_destroy(metadata);
    return err == RD_KAFKA_RESP_ERR_NO_ERROR ? TOC_OK : refuse(err, topic, out_words);
}

static rd_kafka_topic_partition_list_t *list_of(const struct toc_spot spots[], size_t count,
                                                int64_t offset)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);
    for (size_t i = 0; i < count; i++) {
        rd_kafka_topic_partition_list_add(list, spots[i].topic, spots[i].partition)->offset =
            offset;
    }
    return list;
}

enum toc_status toc_broker_committed(rd_kafka_t *client, struct toc_spot spots[], size_t count,
                                     int timeout_ms, struct toc_text *out_words)
{
    rd_kafka_topic_partition_list_t *list = list_of(spots, count, RD_KAFKA_OFFSET_INVALID);
    rd_kafka_resp_err_t err = rd_kafka_committed(client, list, timeout_ms);
    enum toc_status status = TOC_OK;

    if (err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        status = refuse(err, "the committed positions", out_words);
    }
    for (size_t i = 0; i < count && status == TOC_OK; i++) {
        const rd_kafka_topic_partition_t *spot = &list->elems[i];
        if (spot->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
            status = refuse(spot->err, spot->topic, out_words);
            break;
        }
        spots[i].offset = spot->offset >= 0 ? spot->offset : -1;
        (void)snprintf(spots[i].note, sizeof spots[i].note, "%.*s", (int)spot->metadata_size,
                       spot->metadata != NULL ? (const char *)spot->metadata : "");
    }
    rd_kafka_topic_partition_list_destroy(list);
    return status;
}

/* ListOffsets takes an instant, or one of two words for the log's ends, in the same place. */
static enum toc_status ask_offsets(rd_kafka_t *client, struct toc_spot spots[], size_t count,
                                   int64_t at, int timeout_ms, struct toc_text *out_words)
{
    rd_kafka_topic_partition_list_t *list = list_of(spots, count, at);
    rd_kafka_resp_err_t err = rd_kafka_offsets_for_times(client, list, timeout_ms);
    enum toc_status status = TOC_OK;

    if (err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        status = refuse(err, "offsets", out_words);
    }
    for (size_t i = 0; i < count && status == TOC_OK; i++) {
        if (list->elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR) {
            status = refuse(list->elems[i].err, list->elems[i].topic, out_words);
            break;
        }
        spots[i].offset = list->elems[i].offset;
    }
    rd_kafka_topic_partition_list_destroy(list);
    return status;
}

enum toc_status toc_broker_ends(rd_kafka_t *client, struct toc_spot spots[], size_t count,
                                int timeout_ms, struct toc_text *out_words)
{
    return ask_offsets(client, spots, count, RD_KAFKA_OFFSET_END, timeout_ms, out_words);
}

enum toc_status toc_broker_begins(rd_kafka_t *client, struct toc_spot spots[], size_t count,
                                  int timeout_ms, struct toc_text *out_words)
{
    return ask_offsets(client, spots, count, RD_KAFKA_OFFSET_BEGINNING, timeout_ms, out_words);
}

enum toc_status toc_broker_at(rd_kafka_t *client, struct toc_spot spots[], size_t count,
                              int64_t at_ms, int timeout_ms, struct toc_text *out_words)
{
    struct toc_spot *ends = toc_mem_array(count, sizeof *ends);
    memcpy(ends, spots, count * sizeof *ends);
    enum toc_status status = toc_broker_ends(client, ends, count, timeout_ms, out_words);
    if (status == TOC_OK) {
        status = ask_offsets(client, spots, count, at_ms > 0 ? at_ms : 0, timeout_ms, out_words);
    }
    for (size_t i = 0; i < count && status == TOC_OK; i++) {
        if (spots[i].offset < 0) { /* Nothing stored since then. */
            spots[i].offset = ends[i].offset;
        }
    }
    toc_mem_free(ends);
    return status;
}

struct rows {
    const char *header;
    void (*on_row)(struct toc_str key, struct toc_str value, struct toc_str note, void *context);
    void *context;
};

static void give(const rd_kafka_message_t *message, const struct rows *rows)
{
    rd_kafka_headers_t *headers = NULL;
    const void *note = NULL;
    size_t size = 0;
    if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR ||
        rd_kafka_header_get_last(headers, rows->header, &note, &size) !=
            RD_KAFKA_RESP_ERR_NO_ERROR) {
        size = 0;
    }
    rows->on_row((struct toc_str){.data = message->key, .size = message->key_len},
                 (struct toc_str){.data = message->payload, .size = message->len},
                 (struct toc_str){.data = note, .size = size}, rows->context);
}

/* Read one partition to @end; the client has it assigned. */
static enum toc_status read_to(rd_kafka_queue_t *queue, int64_t end, int timeout_ms,
                               const char *topic, struct toc_text *out_words,
                               const struct rows *rows)
{
    for (;;) {
        rd_kafka_message_t *message = rd_kafka_consume_queue(queue, timeout_ms);
        if (message == NULL) {
            return refuse(RD_KAFKA_RESP_ERR__TIMED_OUT, topic, out_words);
        }
        rd_kafka_resp_err_t err = message->err;
        int64_t next = message->offset;
        if (err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            next++;
            give(message, rows);
        }
        rd_kafka_message_destroy(message);
        if (err == RD_KAFKA_RESP_ERR__PARTITION_EOF || err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            if (next >= end) {
                return TOC_OK;
            }
        } else if (err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
                   err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) {
            return refuse(err, topic, out_words);
        } /* All else librdkafka tries again. */
    }
}

enum toc_status toc_broker_read(rd_kafka_t *client, const char *topic, const char *header,
                                int timeout_ms, struct toc_text *out_words,
                                void (*on_row)(struct toc_str key, struct toc_str value,
                                               struct toc_str note, void *context),
                                void *context)
{
    const struct rows rows = {.header = header, .on_row = on_row, .context = context};
    int32_t partitions = 0;
    enum toc_status status =
        toc_broker_partitions(client, topic, timeout_ms, &partitions, out_words);

    for (int32_t i = 0; i < partitions && status == TOC_OK; i++) {
        struct toc_spot begin = {.topic = topic, .partition = i};
        struct toc_spot end = begin;
        status = toc_broker_begins(client, &begin, 1, timeout_ms, out_words);
        if (status == TOC_OK) {
            status = toc_broker_ends(client, &end, 1, timeout_ms, out_words);
        }
        if (status != TOC_OK || end.offset <= begin.offset) {
            continue;
        }
        rd_kafka_topic_partition_list_t *list = list_of(&begin, 1, begin.offset);
        rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
        rd_kafka_queue_t *own = rd_kafka_queue_get_partition(client, topic, i);
        rd_kafka_queue_forward(own, queue);
        rd_kafka_queue_destroy(own);
        (void)rd_kafka_assign(client, list);
        status = read_to(queue, end.offset, timeout_ms, topic, out_words, &rows);
        (void)rd_kafka_assign(client, NULL);
        rd_kafka_queue_destroy(queue);
        rd_kafka_topic_partition_list_destroy(list);
    }
    return status;
}
