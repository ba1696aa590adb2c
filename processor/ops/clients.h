/* ops/clients.h - the three clients of librdkafka, as the promises need them.
 *   reader    fetches the inputs; assigned by hand, commits nothing
 *   group     holds the lease and commits positions; fetches nothing
 *   producer  idempotent, waits for every replica, never gives up a record
 * What the config passes through is set last, from its allow-list. Their log lines go to @log as
 * `kafka.client`. Threads: any. */
#pragma once
#include <librdkafka/rdkafka.h>

#include <tocsin/status.h>

#include "lane/log.h"
#include "ops/config.h"

enum toc_client_role { TOC_CLIENT_READER, TOC_CLIENT_GROUP, TOC_CLIENT_PRODUCER };

/* @log: borrowed for the client's life. TOC_E_INVALID: librdkafka refused, the log says what. */
TOC_MUST_CHECK enum toc_status toc_client_create(const struct toc_config *config,
                                                 enum toc_client_role role, struct toc_log *log,
                                                 rd_kafka_t **out);
/* The connection alone (bootstrap, security) set into @conf; for administration. */
TOC_MUST_CHECK enum toc_status toc_client_connect(const struct toc_config *config,
                                                  rd_kafka_conf_t *conf,
                                                  struct toc_text *out_words);
/* NULL does nothing. All that was taken from the client has been given back before. */
void toc_client_destroy(rd_kafka_t *client);
