#include "ops/desk.h"

#include "ops/clients.h"
#include "source/broker.h"

struct reading {
    void (*on_alert)(struct toc_str alert_id, struct toc_str record, void *context);
    void *context;
};

static void on_row(struct toc_str key, struct toc_str value, struct toc_str note, void *context)
{
    const struct reading *reading = context;

    (void)note;
    if (key.data != NULL) {
        reading->on_alert(key, value, reading->context);
    }
}

enum toc_status
toc_desk_read(const struct toc_config *config, struct toc_log *log, struct toc_text *out_words,
              void (*on_alert)(struct toc_str alert_id, struct toc_str record, void *context),
              void *context)
{
    struct reading reading = {.on_alert = on_alert, .context = context};
    struct toc_text topic = {.size = 0};
    rd_kafka_t *client = NULL;

    enum toc_status status = toc_client_create(config, TOC_CLIENT_READER, log, &client);
    if (status == TOC_OK) {
        toc_text_add(&topic, config->app);
        toc_text_add(&topic, TOC_STR(".alerts.open"));
        status = toc_broker_read(client, topic.data, "tocsin-topic", TOC_DESK_WAIT_MS, out_words,
                                 on_row, &reading);
    }
    toc_client_destroy(client);
    toc_text_finish(&topic);
    return status;
}

/* The broker's answer to the one record. */
static rd_kafka_resp_err_t wait_stored(rd_kafka_queue_t *queue)
{
    rd_kafka_resp_err_t err = RD_KAFKA_RESP_ERR__TIMED_OUT;
    rd_kafka_event_t *event;
    bool is_answered = false;

    while (!is_answered && (event = rd_kafka_queue_poll(queue, TOC_DESK_WAIT_MS)) != NULL) {
        if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_DR) {
            err = rd_kafka_event_message_next(event)->err;
            is_answered = true;
        }
        rd_kafka_event_destroy(event); /* Errors of connections: librdkafka tries again. */
    }
    return err;
}

enum toc_status toc_desk_send(const struct toc_config *config, struct toc_log *log,
                              struct toc_str key, struct toc_str record, struct toc_text *out_words)
{
    rd_kafka_t *client = NULL;
    int32_t partitions = 0;

    enum toc_status status = toc_client_create(config, TOC_CLIENT_PRODUCER, log, &client);
    if (status != TOC_OK) {
        return status;
    }
    status = toc_broker_partitions(client, config->actions.data, TOC_DESK_WAIT_MS, &partitions,
                                   out_words);
    if (status == TOC_OK) {
        rd_kafka_queue_t *queue = rd_kafka_queue_get_main(client);
        /* The types written out: librdkafka's macros for this are no standard C. */
        rd_kafka_resp_err_t err =
            rd_kafka_producev(client, RD_KAFKA_VTYPE_TOPIC, (const char *)config->actions.data,
                              RD_KAFKA_VTYPE_MSGFLAGS, RD_KAFKA_MSG_F_COPY, RD_KAFKA_VTYPE_KEY,
                              (void *)(uintptr_t)key.data, key.size, RD_KAFKA_VTYPE_VALUE,
                              (void *)(uintptr_t)record.data, record.size, RD_KAFKA_VTYPE_END);
        err = err == RD_KAFKA_RESP_ERR_NO_ERROR ? wait_stored(queue) : err;
        rd_kafka_queue_destroy(queue);
        if (err != RD_KAFKA_RESP_ERR_NO_ERROR) {
            status = TOC_E_BROKER;
            toc_text_addf(out_words, "%s", rd_kafka_err2str(err));
            (void)rd_kafka_purge(client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
        }
    }
    toc_client_destroy(client);
    return status;
}
