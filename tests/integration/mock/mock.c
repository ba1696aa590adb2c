#include "mock.h"

#include <stdio.h>
#include <time.h>

int64_t mock_steady_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + 1;
}

static rd_kafka_t *client_of(const char *bootstrap, rd_kafka_type_t type, int events,
                             const char *const settings[])
{
    char words[256] = "";
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap, NULL, 0);
    rd_kafka_conf_set(conf, "log_level", "0", NULL, 0); /* Errors are what these tests make. */
    for (size_t i = 0; settings != NULL && settings[i] != NULL; i += 2) {
        if (rd_kafka_conf_set(conf, settings[i], settings[i + 1], words, sizeof words) !=
            RD_KAFKA_CONF_OK) {
            fail_msg("%s", words);
        }
    }
    rd_kafka_conf_set_events(conf, events);
    rd_kafka_t *client = rd_kafka_new(type, conf, words, sizeof words);
    if (client == NULL) {
        fail_msg("%s", words);
    }
    return client;
}

void mock_open(struct mock *mock)
{
    mock->owner = client_of("127.0.0.1:1", RD_KAFKA_PRODUCER, 0, NULL);
    mock->cluster = rd_kafka_mock_cluster_new(mock->owner, 1);
    assert_non_null(mock->cluster);
    mock->bootstrap = rd_kafka_mock_cluster_bootstraps(mock->cluster);
}

void mock_close(struct mock *mock)
{
    rd_kafka_mock_cluster_destroy(mock->cluster);
    rd_kafka_destroy(mock->owner);
}

void mock_topic(struct mock *mock, const char *topic, int partitions)
{
    assert_int_equal(rd_kafka_mock_topic_create(mock->cluster, topic, partitions, 1), 0);
}

rd_kafka_t *mock_client(struct mock *mock, rd_kafka_type_t type, int events,
                        const char *const settings[])
{
    return client_of(mock->bootstrap, type, events, settings);
}

void mock_write(struct mock *mock, const char *topic, int32_t partition, const char *key,
                const char *value, int64_t at_ms)
{
    static rd_kafka_t *producer;
    static const char *producer_of;
    if (topic == NULL || producer_of != mock->bootstrap) {
        if (producer != NULL) {
            rd_kafka_destroy(producer);
        }
        producer = topic != NULL ? mock_client(mock, RD_KAFKA_PRODUCER, 0, NULL) : NULL;
        producer_of = topic != NULL ? mock->bootstrap : NULL;
    }
    if (topic == NULL) {
        return;
    }
    union {
        const char *in;
        void *out;
    } bytes = {.in = value};
    assert_int_equal(rd_kafka_producev(producer, RD_KAFKA_VTYPE_TOPIC, topic,
                                       RD_KAFKA_VTYPE_PARTITION, (int)partition,
                                       RD_KAFKA_VTYPE_MSGFLAGS, RD_KAFKA_MSG_F_COPY,
                                       RD_KAFKA_VTYPE_KEY, key, key != NULL ? strlen(key) : 0,
                                       RD_KAFKA_VTYPE_VALUE, bytes.out, strlen(value),
                                       RD_KAFKA_VTYPE_TIMESTAMP, at_ms, RD_KAFKA_VTYPE_END),
                     0);
    assert_int_equal(rd_kafka_flush(producer, MOCK_PATIENCE_MS), 0);
}

static void copy(char *out, size_t room, const void *bytes, size_t size)
{
    (void)snprintf(out, room, "%.*s", (int)size, bytes != NULL ? (const char *)bytes : "");
}

static void describe(const rd_kafka_message_t *message, struct mock_record *out)
{
    rd_kafka_headers_t *headers = NULL;
    const void *value = NULL;
    size_t size = 0;
    *out = (struct mock_record){.has_value = message->payload != NULL,
                                .partition = message->partition,
                                .offset = message->offset};
    copy(out->key, sizeof out->key, message->key, message->key_len);
    copy(out->value, sizeof out->value, message->payload, message->len);
    (void)snprintf(out->topic, sizeof out->topic, "%s", rd_kafka_topic_name(message->rkt));
    if (rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR &&
        (rd_kafka_header_get_last(headers, "tocsin-value-left-out", &value, &size) ==
             RD_KAFKA_RESP_ERR_NO_ERROR ||
         rd_kafka_header_get_last(headers, "tocsin-reason", &value, &size) ==
             RD_KAFKA_RESP_ERR_NO_ERROR)) {
        copy(out->reason, sizeof out->reason, value, size);
    }
}

static int by_place(const void *a, const void *b)
{
    const struct mock_record *left = a;
    const struct mock_record *right = b;
    return left->partition != right->partition ? (left->partition < right->partition ? -1 : 1)
                                               : (left->offset < right->offset ? -1 : 1);
}

size_t mock_read(struct mock *mock, const char *topic, int partitions, size_t wanted,
                 struct mock_record out[], size_t room)
{
    static const char *const settings[] = {
        "group.id", "mock-reader", "enable.partition.eof", "true", "fetch.wait.max.ms", "10", NULL};
    rd_kafka_t *client = mock_client(mock, RD_KAFKA_CONSUMER, 0, settings);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(partitions);
    int64_t until_ms = mock_steady_ms() + MOCK_PATIENCE_MS;
    size_t count = 0;
    int ended = 0;
    for (int i = 0; i < partitions; i++) {
        rd_kafka_topic_partition_list_add(list, topic, i)->offset = RD_KAFKA_OFFSET_BEGINNING;
    }
    assert_int_equal(rd_kafka_assign(client, list), 0);
    while ((count < wanted || ended < partitions) && mock_steady_ms() < until_ms) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(client, 100);
        if (message == NULL) {
            continue;
        }
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR && count < room) {
            describe(message, &out[count++]);
        }
        ended += message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
        rd_kafka_message_destroy(message);
    }
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_consumer_close(client);
    rd_kafka_destroy(client);
    qsort(out, count, sizeof *out, by_place);
    return count;
}
