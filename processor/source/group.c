#include "source/group.h"

#include "base/assert.h"
#include "base/mem.h"

struct toc_group {
    rd_kafka_t *client;
    rd_kafka_queue_t *queue; /* The consumer's: rebalances, errors. */
    struct toc_group_events events;
    bool has_lease, is_held, is_told, is_committing, is_leaving;
    rd_kafka_queue_t *commits;
};

struct toc_group *toc_group_create(rd_kafka_t *client, int wake_fd, const char *lease,
                                   const struct toc_group_events *events)
{
    static const uint64_t one = 1;
    struct toc_group *group = toc_mem_get(sizeof *group);
    group->client = client;
    group->events = *events;
    group->has_lease = lease != NULL;
    (void)rd_kafka_poll_set_consumer(client); /* Errors come to the consumer's queue too. */
    group->queue = rd_kafka_queue_get_consumer(client);
    group->commits = rd_kafka_queue_new(client);
    rd_kafka_queue_io_event_enable(group->queue, wake_fd, &one, sizeof one);
    rd_kafka_queue_io_event_enable(group->commits, wake_fd, &one, sizeof one);
    if (lease != NULL) {
        rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
        rd_kafka_topic_partition_list_add(list, lease, RD_KAFKA_PARTITION_UA);
        rd_kafka_resp_err_t err = rd_kafka_subscribe(client, list);
        rd_kafka_topic_partition_list_destroy(list);
        if (err != RD_KAFKA_RESP_ERR_NO_ERROR) {
            events->on_trouble(rd_kafka_err2str(err), true, events->context);
        }
    }
    return group;
}

void toc_group_destroy(struct toc_group *group)
{
    if (group != NULL) {
        rd_kafka_queue_io_event_enable(group->queue, -1, NULL, 0);
        rd_kafka_queue_io_event_enable(group->commits, -1, NULL, 0);
        rd_kafka_queue_destroy(group->queue);
        rd_kafka_queue_destroy(group->commits);
        toc_mem_free(group);
    }
}

static void lose(struct toc_group *group, const char *words)
{
    if (group->is_held) {
        group->is_held = false;
        group->events.on_lost(words, group->events.context);
    }
}

static void hear_rebalance(struct toc_group *group, rd_kafka_event_t *event)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_event_topic_partition_list(event);
    if (rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        bool is_lost = rd_kafka_assignment_lost(group->client) != 0;
        (void)rd_kafka_assign(group->client, NULL);
        if (is_lost) {
            lose(group, "the broker has given us up: no heartbeat for a session's length");
        } /* Else the next assignment decides; whoever gets the lane waits for it, as we do. */
        return;
    }
    bool is_ours = false;
    for (int i = 0; i < list->cnt; i++) {
        is_ours = is_ours || list->elems[i].partition == 0;
        list->elems[i].offset = RD_KAFKA_OFFSET_END;
    }
    (void)rd_kafka_assign(group->client, list);
    (void)rd_kafka_pause_partitions(group->client, list); /* A lease is held, not read. */
    if (!is_ours) {
        lose(group, "the lane was assigned to another member of the group");
    } else if (!group->is_held) {
        group->is_held = true;
        group->events.on_held(group->events.context);
    }
}

static void hear_commit(struct toc_group *group, rd_kafka_event_t *event)
{
    rd_kafka_resp_err_t err = rd_kafka_event_error(event);
    const rd_kafka_topic_partition_list_t *list = rd_kafka_event_topic_partition_list(event);
    for (int i = 0; list != NULL && i < list->cnt && err == RD_KAFKA_RESP_ERR_NO_ERROR; i++) {
        err = list->elems[i].err;
    }
    group->is_committing = false;
    group->events.on_committed(err == RD_KAFKA_RESP_ERR_NO_ERROR ? NULL : rd_kafka_err2str(err),
                               group->events.context);
}

static void hear_error(struct toc_group *group, rd_kafka_event_t *event)
{
    bool is_fatal = rd_kafka_event_error_is_fatal(event) != 0;
    if (is_fatal) { /* Fenced: another has our name. No revocation follows. */
        lose(group, rd_kafka_event_error_string(event));
    }
    group->events.on_trouble(rd_kafka_event_error_string(event), is_fatal, group->events.context);
}

static void hear(struct toc_group *group, rd_kafka_event_t *event)
{
    switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_REBALANCE:
        hear_rebalance(group, event);
        break;
    case RD_KAFKA_EVENT_OFFSET_COMMIT:
        hear_commit(group, event);
        break;
    case RD_KAFKA_EVENT_ERROR:
        hear_error(group, event);
        break;
    default:
        break;
    }
}

void toc_group_serve(struct toc_group *group)
{
    rd_kafka_event_t *event;
    if (!group->has_lease && !group->is_held && !group->is_told) {
        group->is_told = true;
        group->is_held = true;
        group->events.on_held(group->events.context);
    }
    /* Few and far between: no budget is needed. */
    while ((event = rd_kafka_queue_poll(group->queue, 0)) != NULL ||
           (event = rd_kafka_queue_poll(group->commits, 0)) != NULL) {
        hear(group, event);
        rd_kafka_event_destroy(event);
    }
}

void toc_group_commit(struct toc_group *group, const struct toc_spot spots[], size_t count)
{
    toc_assert(!group->is_committing);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);
    for (size_t i = 0; i < count; i++) {
        rd_kafka_topic_partition_t *spot =
            rd_kafka_topic_partition_list_add(list, spots[i].topic, spots[i].partition);
        spot->offset = spots[i].offset;
        spot->metadata_size = strlen(spots[i].note);
        /* librdkafka frees it with free(). */
        spot->metadata = spot->metadata_size > 0 ? strdup(spots[i].note) : NULL;
    }
    group->is_committing = true;
    rd_kafka_resp_err_t err =
        rd_kafka_commit_queue(group->client, list, group->commits, NULL, NULL);
    rd_kafka_topic_partition_list_destroy(list);
    if (err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        group->is_committing = false;
        group->events.on_committed(rd_kafka_err2str(err), group->events.context);
    }
}

bool toc_group_is_committing(const struct toc_group *group)
{
    return group->is_committing;
}

bool toc_group_is_held(const struct toc_group *group)
{
    return group->is_held;
}

void toc_group_leave(struct toc_group *group)
{
    if (!group->is_leaving) {
        group->is_leaving = true;
        group->is_held = false;
        rd_kafka_error_t *error = rd_kafka_consumer_close_queue(group->client, group->queue);
        if (error != NULL) {
            rd_kafka_error_destroy(error); /* Closed already. */
        }
    }
}

bool toc_group_has_left(const struct toc_group *group)
{
    return rd_kafka_consumer_closed(group->client) != 0;
}
