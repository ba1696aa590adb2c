#include "ops/clients.h"

#include "ops/config_holder.h"
#include "ops/config_read.h"

#include <stdio.h>

struct setting {
    const char *name, *value;
};

static const struct setting common[] = {
    {"allow.auto.create.topics", "false"},
    {"socket.keepalive.enable", "true"},
    {"socket.nagle.disable", "true"},
    {"reconnect.backoff.max.ms", "1000"}, /* The default of 10 s is added to every outage. */
    {"broker.address.ttl", "5000"},
    {NULL, NULL},
};
static const struct setting reading[] = {
    {"enable.auto.commit", "false"},
    {"enable.auto.offset.store", "false"},
    {"auto.offset.reset", "error"}, /* A lost position is told, never jumped over. */
    {"isolation.level", "read_committed"},
    {"enable.partition.eof", "true"},
    {"check.crcs", "true"},
    {"fetch.wait.max.ms", "100"},
    {"fetch.error.backoff.ms", "50"},
    {"queued.min.messages", "100000"},
    {"queued.max.messages.kbytes", "16384"}, /* A partition. */
    {NULL, NULL},
};
static const struct setting grouping[] = {
    {"enable.auto.commit", "false"},
    {"enable.auto.offset.store", "false"},
    {"partition.assignment.strategy", "range"},
    {"session.timeout.ms", "6000"},
    {"heartbeat.interval.ms", "1500"},
    {NULL, NULL},
};
static const struct setting producing[] = {
    {"enable.idempotence", "true"},
    {"acks", "all"},
    {"max.in.flight.requests.per.connection", "1"}, /* These two: no record passes a refused one. */
    {"enable.gapless.guarantee", "true"},
    {"linger.ms", "0"},
    {"message.timeout.ms", "0"}, /* It tries for ever: the outbox is bounded, the inputs wait. */
    {"retry.backoff.ms", "20"},
    {"batch.size",
     "262144"}, /* Far below what brokers refuse: only a single record can be too large. */
    {"message.max.bytes", "16777216"}, /* A dead letter may be larger than what we accept. */
    {"queue.buffering.max.messages", "100000"},
    {"queue.buffering.max.kbytes", "262144"},
    {"topic.metadata.propagation.max.ms", "5000"},
    {NULL, NULL},
};

static bool set(rd_kafka_conf_t *conf, const char *name, const char *value,
                struct toc_text *out_words)
{
    char words[512];
    if (rd_kafka_conf_set(conf, name, value, words, sizeof words) != RD_KAFKA_CONF_OK) {
        toc_text_clear(out_words);
        toc_text_addf(out_words, "%s", words);
        return false;
    }
    return true;
}

static bool set_all(rd_kafka_conf_t *conf, const struct setting settings[],
                    struct toc_text *out_words)
{
    bool is_set = true;
    for (; settings->name != NULL && is_set; settings++) {
        is_set = set(conf, settings->name, settings->value, out_words);
    }
    return is_set;
}

static bool set_given(rd_kafka_conf_t *conf, const char *name, struct toc_str value,
                      struct toc_text *out_words)
{
    return value.size == 0 || set(conf, name, value.data, out_words);
}

enum toc_status toc_client_connect(const struct toc_config *config, rd_kafka_conf_t *conf,
                                   struct toc_text *out_words)
{
    static const char *const protocols[] = {"plaintext", "ssl", "sasl_plaintext", "sasl_ssl"};
    const struct toc_config_kafka *kafka = &config->kafka;
    bool is_set =
        set_all(conf, common, out_words) &&
        set_given(conf, "bootstrap.servers", kafka->bootstrap, out_words) &&
        set(conf, "security.protocol", protocols[kafka->security], out_words) &&
        set_given(conf, "ssl.ca.location", kafka->ssl_ca_file, out_words) &&
        set_given(conf, "ssl.certificate.location", kafka->ssl_certificate_file, out_words) &&
        set_given(conf, "ssl.key.location", kafka->ssl_key_file, out_words) &&
        set_given(conf, "ssl.key.password", kafka->ssl_key_password, out_words);
    if (is_set && kafka->security >= 2) {
        is_set = set_given(conf, "sasl.mechanism", kafka->sasl_mechanism, out_words) &&
                 set_given(conf, "sasl.username", kafka->sasl_username, out_words) &&
                 set_given(conf, "sasl.password", kafka->sasl_password, out_words);
    }
    return is_set ? TOC_OK : TOC_E_INVALID;
}

static void on_log(const rd_kafka_t *client, int level, const char *facility, const char *words)
{
    struct toc_log *log = client != NULL ? rd_kafka_opaque(client) : NULL;
    bool is_warning = level <= 4 && strcmp(facility, "CONFWARN") != 0; /* We mean what we set. */
    if (log != NULL) {
        toc_log_write(log, is_warning ? TOC_LOG_LEVEL_WARNING : TOC_LOG_LEVEL_DEBUG, "kafka.client",
                      (const struct toc_log_field[]){toc_log_words("client", rd_kafka_name(client)),
                                                     toc_log_words("about", facility),
                                                     toc_log_words("message", words)},
                      3);
    }
}

/* The passed-through settings that are for this kind of client: @role 'c' or 'p'. */
static bool set_client(rd_kafka_conf_t *conf, const struct toc_config_kafka *kafka, char role,
                       struct toc_text *out_words)
{
    bool is_set = true;
    for (size_t i = 0; i < kafka->client_count && is_set; i++) {
        const char *roles = toc_config_client_roles(kafka->client[i].name);
        if (roles != NULL && strchr(roles, role) != NULL) {
            is_set = set(conf, kafka->client[i].name.data, kafka->client[i].value.data, out_words);
        }
    }
    return is_set;
}

static bool is_group_only(struct toc_str name)
{
    return toc_str_equal(name, TOC_STR("group.instance.id"));
}

enum toc_status toc_client_create(const struct toc_config *config, enum toc_client_role role,
                                  struct toc_log *log, rd_kafka_t **out)
{
    static const char *const names[] = {"reader", "group", "producer"};
    static const struct setting *const sets[] = {reading, grouping, producing};
    static const int events[] = {
        0, RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_OFFSET_COMMIT | RD_KAFKA_EVENT_ERROR,
        RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR};
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    struct toc_text words = {.size = 0};
    struct toc_config_kafka kafka = config->kafka;
    char client_id[256];
    bool is_producer = role == TOC_CLIENT_PRODUCER;

    (void)snprintf(client_id, sizeof client_id, "tocsin-%s-%s", config->app.data, names[role]);
    bool is_set = toc_client_connect(config, conf, &words) == TOC_OK &&
                  set(conf, "client.id", client_id, &words) && set_all(conf, sets[role], &words) &&
                  (is_producer || set_given(conf, "group.id", config->app, &words)) &&
                  set_client(conf, &kafka, is_producer ? 'p' : 'c', &words);
    for (size_t i = 0; i < kafka.client_count && is_set && role == TOC_CLIENT_READER; i++) {
        if (is_group_only(kafka.client[i].name)) { /* Only one client may bear the name. */
            is_set = set(conf, "group.instance.id", "", &words);
        }
    }
    rd_kafka_t *client = NULL;
    if (is_set) {
        char why[512];
        rd_kafka_conf_set_events(conf, events[role]);
        rd_kafka_conf_set_log_cb(conf, on_log);
        rd_kafka_conf_set_opaque(conf, log);
        client = rd_kafka_new(is_producer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER, conf, why,
                              sizeof why);
        if (client == NULL) {
            toc_text_addf(&words, "%s", why);
        }
    }
    if (client == NULL) {
        rd_kafka_conf_destroy(conf);
        TOC_LOG(log, ERROR, "kafka.refused_setting", toc_log_words("client", names[role]),
                toc_log_text("error", toc_text_str(&words)));
    } else {
        *out = client;
    }
    toc_text_finish(&words);
    return client != NULL ? TOC_OK : TOC_E_INVALID;
}

void toc_client_destroy(rd_kafka_t *client)
{
    if (client != NULL) {
        /* The group was left before; a reader never joined one. */
        rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    }
}
