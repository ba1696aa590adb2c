/* source/group.h - who runs the lane, and how far it is.
 *
 * The processors of one <app> form a consumer group on one topic (the lease topic, partition 0);
 * who is assigned it runs the lane, the others stand by. Nothing is fetched by it: inputs are read
 * by another client. The positions of the lane are committed in the same group, so that the broker
 * refuses those of a processor that has lost its place without knowing.
 * An assignment that is revoked and given again in the same rebalance is not a loss; one that was
 * lost (the session expired) is, at once.
 * Without a lease topic there is no membership: whoever commits, commits.
 * Threads: one owner; nothing blocks. Source: kafka protocol, classic groups. */
#pragma once
#include "source/broker.h"

struct toc_group_events {
    void (*on_held)(void *context);                    /* The lane is ours. */
    void (*on_lost)(const char *words, void *context); /* It was, and is no longer. */
    /* A commit ended; @words NULL: stored. */
    void (*on_committed)(const char *words, void *context);
    void (*on_trouble)(const char *words, bool is_fatal, void *context);
    void *context;
};

struct toc_group;

/* @client: a consumer with rebalances, errors and commits as events; borrowed. @lease: topic, or
 * NULL, and then on_held comes with the first serve. */
struct toc_group *toc_group_create(rd_kafka_t *client, int wake_fd, const char *lease,
                                   const struct toc_group_events *events);
void toc_group_destroy(struct toc_group *group);

/* Hear what happened. Call after a wake-up and now and then besides. */
void toc_group_serve(struct toc_group *group);
/* Commit the spots, notes with them; not while another is under way. */
void toc_group_commit(struct toc_group *group, const struct toc_spot spots[], size_t count);
bool toc_group_is_committing(const struct toc_group *group);
bool toc_group_is_held(const struct toc_group *group);
/* Leave the group, so that another need not wait for our session to end. Begin it, serve until
 * toc_group_has_left. */
void toc_group_leave(struct toc_group *group);
bool toc_group_has_left(const struct toc_group *group);
