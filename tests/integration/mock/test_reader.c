#include "mock.h"

#include "source/broker.h"
#include "source/reader.h"

#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { HOLD_MS = 20000 };

struct scene {
    struct mock mock;
    rd_kafka_t *client;
    struct toc_reader *reader;
    int fd;
    int gaps, troubles;
    int64_t gap_from, gap_to;
};

static void on_gap(const struct toc_part *part, int64_t from, int64_t to, void *context)
{
    struct scene *scene = context;
    (void)part;
    scene->gaps++;
    scene->gap_from = from;
    scene->gap_to = to;
}

static void on_trouble(const struct toc_part *part, const char *words, void *context)
{
    struct scene *scene = context;
    (void)part;
    (void)words;
    scene->troubles++;
}

static void open_scene(struct scene *scene, int partitions)
{
    static const char *const settings[] = {"group.id",
                                           "app",
                                           "enable.auto.commit",
                                           "false",
                                           "enable.auto.offset.store",
                                           "false",
                                           "auto.offset.reset",
                                           "error",
                                           "enable.partition.eof",
                                           "true",
                                           "fetch.wait.max.ms",
                                           "20",
                                           "reconnect.backoff.max.ms",
                                           "100",
                                           NULL};
    memset(scene, 0, sizeof *scene);
    mock_open(&scene->mock);
    mock_topic(&scene->mock, "in", partitions);
    scene->client = mock_client(&scene->mock, RD_KAFKA_CONSUMER, 0, settings);
    scene->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    scene->reader = toc_reader_create(
        scene->client, scene->fd,
        &(struct toc_reader_events){.on_gap = on_gap, .on_trouble = on_trouble, .context = scene});
}

static void close_scene(struct scene *scene)
{
    toc_reader_destroy(scene->reader);
    rd_kafka_destroy_flags(scene->client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    mock_write(&scene->mock, NULL, 0, NULL, NULL, 0);
    mock_close(&scene->mock);
    close(scene->fd);
}

/* The next record, waited for as the loop does: by the eventfd. @out NULL: wait for EMPTY. */
static bool next(struct scene *scene, struct toc_read *out)
{
    struct toc_read ignored;
    int64_t until_ms = mock_steady_ms() + MOCK_PATIENCE_MS;
    while (mock_steady_ms() < until_ms) {
        uint64_t written = 0;
        if (read(scene->fd, &written, sizeof written) == sizeof written) {
            toc_reader_wake(scene->reader);
        }
        switch (toc_reader_next(scene->reader, mock_steady_ms(), HOLD_MS,
                                out != NULL ? out : &ignored)) {
        case TOC_READER_RECORD:
            return out != NULL;
        case TOC_READER_EMPTY:
            if (out == NULL) {
                return true;
            }
            break;
        case TOC_READER_WAITING:
            break;
        }
        rd_kafka_poll(scene->mock.owner, 1);
    }
    return false;
}

static void expect(struct scene *scene, const char *value)
{
    struct toc_read read;
    assert_true(next(scene, &read));
    if (!toc_str_equal(read.record.bytes, toc_str_of(value))) {
        fail_msg("read %.*s, not %s", (int)read.record.bytes.size, read.record.bytes.data, value);
    }
}

static void partitions_are_merged_by_when_they_were_stored(void **state)
{
    (void)state;
    struct scene scene;
    char value[16];
    open_scene(&scene, 3);
    /* Partition 0 holds 0, 3, 6, ..; 1 holds 1, 4, ..; 2 holds 2, 5, ..: written one by one. */
    for (int partition = 0; partition < 3; partition++) {
        for (int i = partition; i < 300; i += 3) {
            (void)snprintf(value, sizeof value, "%d", i);
            mock_write(&scene.mock, "in", partition, NULL, value, 1700000000000 + i);
        }
        (void)toc_reader_add(scene.reader, 0, (uint32_t)partition, "in", partition, 0, INT64_MAX);
    }
    assert_true(toc_reader_assign(scene.reader));
    for (int i = 0; i < 300; i++) {
        (void)snprintf(value, sizeof value, "%d", i);
        expect(&scene, value);
    }
    assert_true(next(&scene, NULL));
    for (size_t i = 0; i < 3; i++) {
        assert_true(toc_reader_is_at_end(scene.reader, i));
    }
    close_scene(&scene);
}

static void a_record_carries_key_headers_and_place(void **state)
{
    (void)state;
    struct scene scene;
    struct toc_read read;
    open_scene(&scene, 2);
    mock_write(&scene.mock, "in", 1, "key", "value", 1700000000000);
    (void)toc_reader_add(scene.reader, 5, 7, "in", 1, 0, INT64_MAX);
    assert_true(toc_reader_assign(scene.reader));
    assert_true(next(&scene, &read));
    assert_true(read.has_key && toc_str_equal(read.key, TOC_STR("key")));
    assert_true(toc_str_equal(read.record.origin.topic, TOC_STR("in")));
    assert_int_equal(read.record.origin.partition, 1);
    assert_int_equal(read.record.origin.offset, 0);
    assert_int_equal(read.record.origin.stored_ms, 1700000000000);
    assert_int_equal(toc_reader_part(scene.reader, read.part)->input, 5);
    assert_int_equal(toc_reader_part(scene.reader, read.part)->index, 7);
    close_scene(&scene);
}

static void it_stops_at_the_stop_and_goes_on_when_told(void **state)
{
    (void)state;
    struct scene scene;
    open_scene(&scene, 1);
    for (int i = 0; i < 10; i++) {
        char value[2] = {(char)('0' + i), '\0'};
        mock_write(&scene.mock, "in", 0, NULL, value, 1700000000000 + i);
    }
    (void)toc_reader_add(scene.reader, 0, 0, "in", 0, 2, 4);
    assert_true(toc_reader_assign(scene.reader));
    expect(&scene, "2");
    expect(&scene, "3");
    assert_true(next(&scene, NULL));
    assert_true(toc_reader_is_at_end(scene.reader, 0));
    assert_int_equal(toc_reader_part(scene.reader, 0)->next, 4);
    toc_reader_set_stop(scene.reader, 0, INT64_MAX);
    assert_false(toc_reader_is_at_end(scene.reader, 0));
    for (int i = 4; i < 10; i++) {
        char value[2] = {(char)('0' + i), '\0'};
        expect(&scene, value);
    }
    assert_true(next(&scene, NULL));
    close_scene(&scene);
}

static void an_empty_partition_holds_nobody_back_for_long(void **state)
{
    (void)state;
    struct scene scene;
    open_scene(&scene, 2);
    mock_write(&scene.mock, "in", 1, NULL, "a", 1700000000000);
    (void)toc_reader_add(scene.reader, 0, 0, "in", 0, 0, INT64_MAX);
    (void)toc_reader_add(scene.reader, 0, 1, "in", 1, 0, INT64_MAX);
    assert_true(toc_reader_assign(scene.reader));
    int64_t began_ms = mock_steady_ms();
    expect(&scene, "a");
    assert_true(mock_steady_ms() - began_ms < HOLD_MS); /* Its end was told, not waited for. */
    close_scene(&scene);
}

static void a_partition_that_cannot_be_read_delays_the_others_no_longer_than_hold(void **state)
{
    (void)state;
    struct scene scene;
    struct toc_read read;
    open_scene(&scene, 2);
    mock_write(&scene.mock, "in", 1, NULL, "a", 1700000000000);
    mock_write(&scene.mock, "in", 1, NULL, "b", 1700000000000);
    rd_kafka_mock_partition_set_leader(scene.mock.cluster, "in", 0, -1);
    (void)toc_reader_add(scene.reader, 0, 0, "in", 0, 0, INT64_MAX);
    (void)toc_reader_add(scene.reader, 0, 1, "in", 1, 0, INT64_MAX);
    assert_true(toc_reader_assign(scene.reader));
    int64_t began_ms = mock_steady_ms();
    enum toc_reader_next answer = TOC_READER_WAITING;
    while (answer != TOC_READER_RECORD) {
        toc_reader_wake(scene.reader);
        answer = toc_reader_next(scene.reader, mock_steady_ms(), 700, &read);
        assert_true(mock_steady_ms() - began_ms < MOCK_PATIENCE_MS);
        rd_kafka_poll(scene.mock.owner, 1);
    }
    assert_true(mock_steady_ms() - began_ms >= 700);
    assert_false(toc_reader_is_at_end(scene.reader, 0)); /* Unread is not ended. */
    assert_int_equal(toc_reader_next(scene.reader, mock_steady_ms(), 700, &read),
                     TOC_READER_RECORD); /* It is not waited for again and again. */
    close_scene(&scene);
}

static void records_that_come_later_are_woken_for(void **state)
{
    (void)state;
    struct scene scene;
    open_scene(&scene, 1);
    (void)toc_reader_add(scene.reader, 0, 0, "in", 0, 0, INT64_MAX);
    assert_true(toc_reader_assign(scene.reader));
    assert_true(next(&scene, NULL));
    for (int i = 0; i < 50; i++) {
        char value[12];
        (void)snprintf(value, sizeof value, "%d", i);
        mock_write(&scene.mock, "in", 0, NULL, value, 1700000000000 + i);
        expect(&scene, value);
    }
    close_scene(&scene);
}

static void a_lost_position_is_told_and_read_on_from_the_beginning(void **state)
{
    (void)state;
    struct scene scene;
    open_scene(&scene, 1);
    mock_write(&scene.mock, "in", 0, NULL, "first", 1700000000000);
    (void)toc_reader_add(scene.reader, 0, 0, "in", 0, 77, INT64_MAX); /* Beyond its end. */
    assert_true(toc_reader_assign(scene.reader));
    expect(&scene, "first");
    assert_int_equal(scene.gaps, 1);
    assert_int_equal(scene.gap_from, 77);
    assert_int_equal(scene.gap_to, 0);
    assert_true(scene.troubles > 0);
    close_scene(&scene);
}

static void errors_of_fetching_lose_nothing(void **state)
{
    (void)state;
    struct scene scene;
    open_scene(&scene, 1);
    (void)toc_reader_add(scene.reader, 0, 0, "in", 0, 0, INT64_MAX);
    assert_true(toc_reader_assign(scene.reader));
    assert_true(next(&scene, NULL));
    rd_kafka_mock_push_request_errors(
        scene.mock.cluster, 1 /* Fetch */, 3, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
        RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE);
    for (int i = 0; i < 20; i++) {
        char value[12];
        (void)snprintf(value, sizeof value, "%d", i);
        mock_write(&scene.mock, "in", 0, NULL, value, 1700000000000 + i);
        expect(&scene, value);
    }
    assert_int_equal(scene.gaps, 0);
    close_scene(&scene);
}

static void partitions_can_be_added_on_the_way(void **state)
{
    (void)state;
    struct scene scene;
    open_scene(&scene, 2);
    mock_write(&scene.mock, "in", 0, NULL, "a", 1700000000000);
    mock_write(&scene.mock, "in", 1, NULL, "b", 1700000000001);
    (void)toc_reader_add(scene.reader, 0, 0, "in", 0, 0, INT64_MAX);
    assert_true(toc_reader_assign(scene.reader));
    expect(&scene, "a");
    (void)toc_reader_add(scene.reader, 0, 1, "in", 1, 0, INT64_MAX);
    assert_true(toc_reader_assign(scene.reader));
    expect(&scene, "b");
    mock_write(&scene.mock, "in", 0, NULL, "c", 1700000000002);
    expect(&scene, "c"); /* The first one goes on where it was. */
    assert_true(next(&scene, NULL));
    close_scene(&scene);
}

/* ---- Questions ---- */

static void questions_are_answered(void **state)
{
    (void)state;
    struct scene scene;
    struct toc_text words = {.size = 0};
    int32_t count = 0;
    struct toc_spot spots[] = {{.topic = "in", .partition = 0}, {.topic = "in", .partition = 1}};
    open_scene(&scene, 2);
    mock_write(&scene.mock, "in", 1, NULL, "a", 1700000000000);
    mock_write(&scene.mock, "in", 1, NULL, "b", 1700000000000);
    assert_int_equal(toc_broker_partitions(scene.client, "in", 5000, &count, &words), TOC_OK);
    assert_int_equal(count, 2);
    assert_int_equal(toc_broker_ends(scene.client, spots, 2, 5000, &words), TOC_OK);
    assert_int_equal(spots[0].offset, 0);
    assert_int_equal(spots[1].offset, 2);
    assert_int_equal(toc_broker_begins(scene.client, spots, 2, 5000, &words), TOC_OK);
    assert_int_equal(spots[1].offset, 0);
    assert_int_equal(toc_broker_committed(scene.client, spots, 2, 5000, &words), TOC_OK);
    assert_int_equal(spots[0].offset, -1);
    toc_text_finish(&words);
    close_scene(&scene);
}

static void a_broker_that_is_away_is_an_answer_too(void **state)
{
    (void)state;
    struct scene scene;
    struct toc_text words = {.size = 0};
    int32_t count = 0;
    struct toc_spot spot = {.topic = "in"};
    open_scene(&scene, 1);
    rd_kafka_mock_broker_set_down(scene.mock.cluster, 1);
    assert_int_equal(toc_broker_partitions(scene.client, "in", 300, &count, &words), TOC_E_BROKER);
    assert_true(words.size > 0);
    assert_int_equal(toc_broker_ends(scene.client, &spot, 1, 300, &words), TOC_E_BROKER);
    assert_int_equal(toc_broker_committed(scene.client, &spot, 1, 300, &words), TOC_E_BROKER);
    rd_kafka_mock_broker_set_up(scene.mock.cluster, 1);
    toc_text_finish(&words);
    close_scene(&scene);
}

static void on_row(struct toc_str key, struct toc_str value, struct toc_str note, void *context)
{
    struct toc_text *rows = context;
    assert_int_equal(note.size, 0);
    toc_text_addf(rows, "%.*s=%.*s ", (int)key.size, key.data, (int)value.size, value.data);
}

static void a_table_is_read_to_its_end(void **state)
{
    (void)state;
    struct scene scene;
    struct toc_text words = {.size = 0};
    struct toc_text rows = {.size = 0};
    open_scene(&scene, 2);
    mock_write(&scene.mock, "in", 0, "a", "1", 1700000000000);
    mock_write(&scene.mock, "in", 0, "b", "2", 1700000000000);
    mock_write(&scene.mock, "in", 0, "a", "3", 1700000000000);
    assert_int_equal(toc_broker_read(scene.client, "in", "note", 5000, &words, on_row, &rows),
                     TOC_OK);
    assert_string_equal(rows.data, "a=1 b=2 a=3 ");
    toc_text_finish(&rows);
    toc_text_finish(&words);
    close_scene(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(partitions_are_merged_by_when_they_were_stored),
        cmocka_unit_test(a_record_carries_key_headers_and_place),
        cmocka_unit_test(it_stops_at_the_stop_and_goes_on_when_told),
        cmocka_unit_test(an_empty_partition_holds_nobody_back_for_long),
        cmocka_unit_test(a_partition_that_cannot_be_read_delays_the_others_no_longer_than_hold),
        cmocka_unit_test(records_that_come_later_are_woken_for),
        cmocka_unit_test(a_lost_position_is_told_and_read_on_from_the_beginning),
        cmocka_unit_test(errors_of_fetching_lose_nothing),
        cmocka_unit_test(partitions_can_be_added_on_the_way),
        cmocka_unit_test(questions_are_answered),
        cmocka_unit_test(a_broker_that_is_away_is_an_answer_too),
        cmocka_unit_test(a_table_is_read_to_its_end),
    };
    return cmocka_run_group_tests_name("mock/reader", tests, NULL, NULL);
}
