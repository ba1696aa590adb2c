/* mock.h - a mock cluster and plain clients for tests. Every wait is for a condition, with
 * an end. */
#pragma once
#include "unit.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <stdbool.h>

enum { MOCK_PRODUCE = 0, MOCK_OFFSET_COMMIT = 8, MOCK_PATIENCE_MS = 30000 };

struct mock {
    rd_kafka_t *owner;
    rd_kafka_mock_cluster_t *cluster;
    const char *bootstrap;
};

struct mock_record {
    char key[64], value[256], topic[64];
    char reason[64]; /* Header tocsin-reason, or tocsin-value-left-out. */
    bool has_value;
    int32_t partition;
    int64_t offset;
};

void mock_open(struct mock *mock);
void mock_close(struct mock *mock);
void mock_topic(struct mock *mock, const char *topic, int partitions);

/* A client with @settings (name, value, ..., NULL) besides what every test wants. @events: of
 * librdkafka; 0 = none. */
rd_kafka_t *mock_client(struct mock *mock, rd_kafka_type_t type, int events,
                        const char *const settings[]);
/* Write one record and wait until it is stored. @key may be NULL. */
void mock_write(struct mock *mock, const char *topic, int32_t partition, const char *key,
                const char *value, int64_t at_ms);
/* All records of @topic from its beginning, at least @wanted of them, waited for; by partition, in
 * order. Returns how many were there. */
size_t mock_read(struct mock *mock, const char *topic, int partitions, size_t wanted,
                 struct mock_record out[], size_t room);
int64_t mock_steady_ms(void);
