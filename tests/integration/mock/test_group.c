#include "mock.h"

#include "source/group.h"

#include <stdio.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

struct scene {
    struct mock mock;
    rd_kafka_t *client;
    struct toc_group *group;
    int fd;
    int held, lost, committed, failed, troubles;
};

static void on_held(void *context)
{
    ((struct scene *)context)->held++;
}

static void on_lost(const char *words, void *context)
{
    (void)words;
    ((struct scene *)context)->lost++;
}

static void on_committed(const char *words, void *context)
{
    struct scene *scene = context;
    *(words == NULL ? &scene->committed : &scene->failed) += 1;
}

static void on_trouble(const char *words, bool is_fatal, void *context)
{
    (void)words;
    (void)is_fatal;
    ((struct scene *)context)->troubles++;
}

static void join(struct scene *scene, const char *lease)
{
    static const char *const settings[] = {"group.id",
                                           "app",
                                           "enable.auto.commit",
                                           "false",
                                           "enable.auto.offset.store",
                                           "false",
                                           "session.timeout.ms",
                                           "6000",
                                           "heartbeat.interval.ms",
                                           "300",
                                           "partition.assignment.strategy",
                                           "range",
                                           "reconnect.backoff.max.ms",
                                           "100",
                                           NULL};
    scene->client = mock_client(
        &scene->mock, RD_KAFKA_CONSUMER,
        RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_OFFSET_COMMIT | RD_KAFKA_EVENT_ERROR, settings);
    scene->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    scene->group = toc_group_create(scene->client, scene->fd, lease,
                                    &(struct toc_group_events){.on_held = on_held,
                                                               .on_lost = on_lost,
                                                               .on_committed = on_committed,
                                                               .on_trouble = on_trouble,
                                                               .context = scene});
}

static void serve_until(struct scene *scene, struct scene *other, const int *counter, int wanted)
{
    int64_t until_ms = mock_steady_ms() + MOCK_PATIENCE_MS;
    while (*counter < wanted) {
        assert_true(mock_steady_ms() < until_ms);
        toc_group_serve(scene->group);
        if (other != NULL) {
            toc_group_serve(other->group);
        }
        (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
}

static void leave(struct scene *scene)
{
    int64_t until_ms = mock_steady_ms() + MOCK_PATIENCE_MS;
    toc_group_leave(scene->group);
    while (!toc_group_has_left(scene->group)) {
        assert_true(mock_steady_ms() < until_ms);
        toc_group_serve(scene->group);
        (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    toc_group_destroy(scene->group);
    rd_kafka_destroy_flags(scene->client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    close(scene->fd);
}

static const struct toc_spot spots[] = {
    {.topic = "in", .partition = 0, .offset = 12, .note = "tocsin 1 clock=5 idle=0"},
    {.topic = "in", .partition = 1, .offset = 0, .note = "tocsin 1 clock=5 idle=1"},
};

static void without_a_lease_the_lane_is_ours_at_once(void **state)
{
    (void)state;
    struct scene scene = {.held = 0};
    mock_open(&scene.mock);
    mock_topic(&scene.mock, "in", 2);
    join(&scene, NULL);
    toc_group_serve(scene.group);
    toc_group_serve(scene.group);
    assert_int_equal(scene.held, 1);
    assert_true(toc_group_is_held(scene.group));
    leave(&scene);
    mock_close(&scene.mock);
}

static void what_is_committed_is_found_again_with_its_note(void **state)
{
    (void)state;
    struct scene scene = {.held = 0};
    struct toc_text words = {.size = 0};
    struct toc_spot found[3] = {
        {.topic = "in"}, {.topic = "in", .partition = 1}, {.topic = "in", .partition = 2}};
    mock_open(&scene.mock);
    mock_topic(&scene.mock, "in", 3);
    join(&scene, NULL);
    toc_group_commit(scene.group, spots, 2);
    assert_true(toc_group_is_committing(scene.group));
    serve_until(&scene, NULL, &scene.committed, 1);
    assert_false(toc_group_is_committing(scene.group));
    assert_int_equal(toc_broker_committed(scene.client, found, 3, 5000, &words), TOC_OK);
    assert_int_equal(found[0].offset, 12);
    assert_string_equal(found[0].note, "tocsin 1 clock=5 idle=0");
    assert_int_equal(found[1].offset, 0);
    assert_string_equal(found[1].note, "tocsin 1 clock=5 idle=1");
    assert_int_equal(found[2].offset, -1);
    assert_string_equal(found[2].note, "");
    toc_text_finish(&words);
    leave(&scene);
    mock_close(&scene.mock);
}

static void a_refused_commit_is_told_and_can_be_tried_again(void **state)
{
    (void)state;
    struct scene scene = {.held = 0};
    mock_open(&scene.mock);
    mock_topic(&scene.mock, "in", 2);
    join(&scene, NULL);
    rd_kafka_mock_push_request_errors(scene.mock.cluster, MOCK_OFFSET_COMMIT, 1,
                                      RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID);
    toc_group_commit(scene.group, spots, 2);
    serve_until(&scene, NULL, &scene.failed, 1);
    assert_int_equal(scene.committed, 0);
    toc_group_commit(scene.group, spots, 2);
    serve_until(&scene, NULL, &scene.committed, 1);
    leave(&scene);
    mock_close(&scene.mock);
}

static void one_holds_the_lease_and_the_next_takes_it_over(void **state)
{
    (void)state;
    struct scene first = {.held = 0};
    struct scene second = {.held = 0};
    mock_open(&first.mock);
    mock_topic(&first.mock, "in", 2);
    mock_topic(&first.mock, "app.alerts.open", 1);
    second.mock = first.mock;
    join(&first, "app.alerts.open");
    serve_until(&first, NULL, &first.held, 1);
    toc_group_commit(first.group, spots, 2); /* As a member: the broker checks the membership. */
    serve_until(&first, NULL, &first.committed, 1);
    join(&second, "app.alerts.open");
    for (int i = 0; i < 3000; i++) { /* Through a rebalance or two. */
        toc_group_serve(first.group);
        toc_group_serve(second.group);
        (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    assert_int_equal(toc_group_is_held(first.group) + toc_group_is_held(second.group), 1);
    bool is_first = toc_group_is_held(first.group);
    struct scene *owner = is_first ? &first : &second;
    struct scene *other = is_first ? &second : &first;
    int before = other->held;
    leave(owner);
    serve_until(other, NULL, &other->held, before + 1);
    assert_true(toc_group_is_held(other->group));
    leave(other);
    mock_close(&first.mock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_lease_the_lane_is_ours_at_once),
        cmocka_unit_test(what_is_committed_is_found_again_with_its_note),
        cmocka_unit_test(a_refused_commit_is_told_and_can_be_tried_again),
        cmocka_unit_test(one_holds_the_lease_and_the_next_takes_it_over),
    };
    return cmocka_run_group_tests_name("mock/group", tests, NULL, NULL);
}
