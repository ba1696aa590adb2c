/* ops/topics.h - the topics that a config and its rules need; `run` creates none.
 * Threads: any; toc_topics_create blocks on the broker. */
#pragma once
#include <tocsin/status.h>

#include "ops/config.h"

enum toc_topic_use {
    TOC_TOPIC_INPUT,   /* Written by others; listed so that an empty cluster can be set up. */
    TOC_TOPIC_ACTIONS, /* Written by people's tools; kept for 31 days. */
    TOC_TOPIC_ALERTS,
    TOC_TOPIC_OPEN, /* <app>.alerts.open, compacted */
    TOC_TOPIC_DEAD,
    TOC_TOPIC_LATE,
};

struct toc_topic {
    struct toc_str name;
    enum toc_topic_use use;
    bool is_compacted;
};

struct toc_topics {
    struct toc_arena arena;
    struct toc_topic *list; /* By use, then name; no repeats. */
    size_t count;
};

/* @config NULL: the topics of alerts alone. */
void toc_topics_init(struct toc_topics *topics, const struct toc_config *config,
                     const struct toc_ruleset *rules);
void toc_topics_finish(struct toc_topics *topics);

/* One line a topic, appended: name, use, cleanup policy, separated by tabs. */
void toc_topics_print(const struct toc_topics *topics, struct toc_text *out);

/* Create those that are missing, inputs included, with @partitions (alerts.open: 1) and
 * @replication (-1 = the broker's default). Appends a line a topic to @out: created, there already,
 * or why not.
 * TOC_E_BROKER: at least one could not be created, or no broker answered within @timeout_ms. */
TOC_MUST_CHECK enum toc_status toc_topics_create(const struct toc_topics *topics,
                                                 const struct toc_config *config, int partitions,
                                                 int replication, int timeout_ms,
                                                 struct toc_text *out);
