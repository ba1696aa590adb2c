#include "mock.h"

#include "sink/outbox.h"

#include <stdio.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

struct scene {
    struct mock mock;
    rd_kafka_t *producer;
    struct toc_outbox *outbox;
    int fd;
    uint64_t stored[4096];
    size_t stored_count, troubles, breaks;
    const char *queue_most;
};

static void pause_ms(long span_ms)
{
    (void)nanosleep(&(struct timespec){.tv_nsec = span_ms * 1000000}, NULL);
}

static void on_stored(uint64_t ticket, void *context)
{
    struct scene *scene = context;
    scene->stored[scene->stored_count++] = ticket;
}

static void on_trouble(const char *topic, const char *words, bool is_fatal, void *context)
{
    struct scene *scene = context;
    (void)topic;
    (void)words;
    scene->breaks += is_fatal;
    scene->troubles++;
}

static rd_kafka_t *make_producer(struct scene *scene)
{
    const char *const settings[] = {"enable.idempotence",
                                    "true",
                                    "enable.gapless.guarantee",
                                    "true",
                                    "max.in.flight.requests.per.connection",
                                    "1",
                                    "linger.ms",
                                    "0",
                                    "message.timeout.ms",
                                    "0",
                                    "retry.backoff.ms",
                                    "10",
                                    "message.max.bytes",
                                    "2000000",
                                    "queue.buffering.max.messages",
                                    scene->queue_most,
                                    "reconnect.backoff.max.ms",
                                    "100",
                                    NULL};
    return mock_client(&scene->mock, RD_KAFKA_PRODUCER, RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR,
                       settings);
}

static void open_scene(struct scene *scene, size_t most_records, size_t most_bytes,
                       const char *queue_most)
{
    memset(scene, 0, sizeof *scene);
    mock_open(&scene->mock);
    mock_topic(&scene->mock, "alerts", 1);
    mock_topic(&scene->mock, "dead", 1);
    scene->queue_most = queue_most;
    scene->producer = make_producer(scene);
    scene->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    scene->outbox = toc_outbox_create(scene->producer, scene->fd,
                                      &(struct toc_outbox_options){.most_records = most_records,
                                                                   .most_bytes = most_bytes,
                                                                   .on_stored = on_stored,
                                                                   .on_trouble = on_trouble,
                                                                   .context = scene});
}

static void close_scene(struct scene *scene)
{
    toc_outbox_destroy(scene->outbox);
    rd_kafka_destroy(scene->producer);
    mock_close(&scene->mock);
    close(scene->fd);
}

static void put(struct scene *scene, uint64_t number)
{
    char value[32];
    (void)snprintf(value, sizeof value, "%llu", (unsigned long long)number);
    toc_outbox_put(scene->outbox,
                   &(struct toc_letter){.topic = TOC_STR("alerts"),
                                        .key = TOC_STR("k"),
                                        .value = toc_str_of(value),
                                        .has_key = true,
                                        .has_value = true},
                   number);
}

static void serve_until_stored(struct scene *scene, size_t wanted)
{
    int64_t until_ms = mock_steady_ms() + MOCK_PATIENCE_MS;
    while (scene->stored_count < wanted) {
        assert_true(mock_steady_ms() < until_ms);
        (void)toc_outbox_serve(scene->outbox, mock_steady_ms(), 64);
        if (toc_outbox_is_broken(scene->outbox)) { /* As the lane does it, on its worker. */
            rd_kafka_destroy(toc_outbox_release(scene->outbox));
            scene->producer = make_producer(scene);
            toc_outbox_renew(scene->outbox, scene->producer);
        }
        pause_ms(1);
    }
}

/* The log holds 1 .. @count, each once, in order. */
static void assert_in_order(struct scene *scene, size_t count)
{
    static struct mock_record records[4096];
    size_t found = mock_read(&scene->mock, "alerts", 1, count, records, UNIT_COUNT(records));
    assert_int_equal(found, count);
    for (size_t i = 0; i < found; i++) {
        assert_int_equal(strtoull(records[i].value, NULL, 10), i + 1);
    }
}

static void records_leave_in_order_and_are_told_stored(void **state)
{
    (void)state;
    struct scene scene;
    open_scene(&scene, 1000, 1 << 20, "100000");
    for (uint64_t i = 1; i <= 500; i++) {
        put(&scene, i);
    }
    assert_int_equal(toc_outbox_counts(scene.outbox).waiting, 500);
    serve_until_stored(&scene, 500);
    for (size_t i = 0; i < 500; i++) {
        assert_int_equal(scene.stored[i], i + 1);
    }
    assert_int_equal(toc_outbox_counts(scene.outbox).bytes, 0);
    assert_in_order(&scene, 500);
    close_scene(&scene);
}

static void a_full_producer_queue_drops_nothing(void **state)
{
    (void)state;
    struct scene scene;
    open_scene(&scene, 100000, 1 << 30, "7");
    for (uint64_t i = 1; i <= 300; i++) {
        put(&scene, i);
        (void)toc_outbox_serve(scene.outbox, mock_steady_ms(), 64);
        struct toc_outbox_counts counts = toc_outbox_counts(scene.outbox);
        assert_true(counts.under_way <= 7);
    }
    serve_until_stored(&scene, 300);
    assert_in_order(&scene, 300);
    assert_int_equal(scene.troubles, 0);
    close_scene(&scene);
}

static void it_is_full_by_records_and_by_bytes(void **state)
{
    (void)state;
    struct scene scene;
    open_scene(&scene, 10, 1 << 20, "100000");
    for (uint64_t i = 1; i <= 9; i++) {
        put(&scene, i);
    }
    assert_false(toc_outbox_is_full(scene.outbox));
    put(&scene, 10);
    assert_true(toc_outbox_is_full(scene.outbox));
    put(&scene, 11); /* What one event tells besides still fits. */
    serve_until_stored(&scene, 11);
    assert_false(toc_outbox_is_full(scene.outbox));
    close_scene(&scene);

    open_scene(&scene, 1000, 100000, "100000");
    char *bytes = calloc(1, 60000);
    const struct toc_letter large = {
        .topic = TOC_STR("alerts"), .value = {.data = bytes, .size = 60000}, .has_value = true};
    toc_outbox_put(scene.outbox, &large, 1);
    assert_false(toc_outbox_is_full(scene.outbox));
    toc_outbox_put(scene.outbox, &large, 2);
    assert_true(toc_outbox_is_full(scene.outbox));
    serve_until_stored(&scene, 2);
    assert_false(toc_outbox_is_full(scene.outbox));
    free(bytes);
    close_scene(&scene);
}

static void errors_that_pass_keep_the_order(void **state)
{
    (void)state;
    struct scene scene;
    open_scene(&scene, 1000, 1 << 20, "100000");
    rd_kafka_mock_push_request_errors(
        scene.mock.cluster, MOCK_PRODUCE, 5, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
        RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
        RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE);
    for (uint64_t i = 1; i <= 200; i++) {
        put(&scene, i);
        (void)toc_outbox_serve(scene.outbox, mock_steady_ms(), 64);
        pause_ms(1);
    }
    serve_until_stored(&scene, 200);
    assert_in_order(&scene, 200); /* Idempotent: librdkafka's own retries repeat nothing. */
    close_scene(&scene);
}

static void a_refusal_is_told_and_tried_again_in_order(void **state)
{
    (void)state;
    struct scene scene;
    open_scene(&scene, 1000, 1 << 20, "100000");
    put(&scene, 1);
    serve_until_stored(&scene, 1);
    rd_kafka_mock_push_request_errors(scene.mock.cluster, MOCK_PRODUCE, 2,
                                      RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
                                      RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    for (uint64_t i = 2; i <= 50; i++) {
        put(&scene, i);
        (void)toc_outbox_serve(scene.outbox, mock_steady_ms(), 64);
    }
    serve_until_stored(&scene, 50);
    assert_true(scene.troubles > 0);
    assert_true(scene.breaks > 0); /* Rather than let the next one pass. */
    assert_in_order(&scene, 50);
    close_scene(&scene);
}

static void a_dead_letter_too_large_goes_without_its_value(void **state)
{
    (void)state;
    struct scene scene;
    static struct mock_record records[16];
    open_scene(&scene, 1000, 1 << 30, "100000");
    char *bytes = malloc(3000000); /* More than message.max.bytes. */
    memset(bytes, 'x', 3000000);
    toc_outbox_put(scene.outbox,
                   &(struct toc_letter){.topic = TOC_STR("dead"),
                                        .key = TOC_STR("huge"),
                                        .value = {.data = bytes, .size = 3000000},
                                        .has_key = true,
                                        .has_value = true,
                                        .may_lose_value = true},
                   1);
    toc_outbox_put(scene.outbox,
                   &(struct toc_letter){.topic = TOC_STR("dead"),
                                        .key = TOC_STR("next"),
                                        .value = TOC_STR("small"),
                                        .has_key = true,
                                        .has_value = true,
                                        .may_lose_value = true},
                   2);
    serve_until_stored(&scene, 2);
    assert_int_equal(mock_read(&scene.mock, "dead", 1, 2, records, UNIT_COUNT(records)), 2);
    assert_string_equal(records[0].key, "huge");
    assert_false(records[0].has_value);
    assert_string_equal(records[0].reason, "3000000");
    assert_string_equal(records[1].value, "small");
    assert_int_equal(toc_outbox_counts(scene.outbox).valueless, 1);
    free(bytes);
    close_scene(&scene);
}

static void what_waits_when_the_broker_is_away_is_sent_when_it_is_back(void **state)
{
    (void)state;
    struct scene scene;
    open_scene(&scene, 1000, 1 << 20, "100000");
    put(&scene, 1);
    serve_until_stored(&scene, 1);
    rd_kafka_mock_broker_set_down(scene.mock.cluster, 1);
    for (uint64_t i = 2; i <= 20; i++) {
        put(&scene, i);
    }
    for (int i = 0; i < 100; i++) {
        (void)toc_outbox_serve(scene.outbox, mock_steady_ms(), 64);
        pause_ms(5);
    }
    assert_int_equal(scene.stored_count, 1);
    rd_kafka_mock_broker_set_up(scene.mock.cluster, 1);
    serve_until_stored(&scene, 20);
    assert_in_order(&scene, 20);
    close_scene(&scene);
}

static void it_can_be_left_with_records_unstored(void **state)
{
    (void)state;
    struct scene scene;
    open_scene(&scene, 1000, 1 << 20, "100000");
    rd_kafka_mock_broker_set_down(scene.mock.cluster, 1);
    for (uint64_t i = 1; i <= 20; i++) {
        put(&scene, i);
    }
    (void)toc_outbox_serve(scene.outbox, mock_steady_ms(), 64);
    close_scene(&scene); /* Neither hangs nor leaks. */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_leave_in_order_and_are_told_stored),
        cmocka_unit_test(a_full_producer_queue_drops_nothing),
        cmocka_unit_test(it_is_full_by_records_and_by_bytes),
        cmocka_unit_test(errors_that_pass_keep_the_order),
        cmocka_unit_test(a_refusal_is_told_and_tried_again_in_order),
        cmocka_unit_test(a_dead_letter_too_large_goes_without_its_value),
        cmocka_unit_test(what_waits_when_the_broker_is_away_is_sent_when_it_is_back),
        cmocka_unit_test(it_can_be_left_with_records_unstored),
    };
    return cmocka_run_group_tests_name("mock/outbox", tests, NULL, NULL);
}
