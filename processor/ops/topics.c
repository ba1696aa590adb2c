#include "ops/topics.h"

#include "base/mem.h"
#include "lane/log.h"
#include "ops/clients.h"

#include <stdio.h>
#include <stdlib.h>

static void add(struct toc_topics *topics, struct toc_str name, const char *suffix,
                enum toc_topic_use use)
{
    struct toc_text whole = {.size = 0};
    toc_text_add(&whole, name);
    toc_text_add(&whole, toc_str_of(suffix));
    struct toc_str text = toc_text_str(&whole);
    bool is_known = false;
    for (size_t i = 0; i < topics->count && !is_known; i++) {
        is_known = toc_str_equal(topics->list[i].name, text);
    }
    if (!is_known) {
        topics->list = toc_mem_resize(topics->list, topics->count + 1, sizeof *topics->list);
        topics->list[topics->count++] = (struct toc_topic){
            .name = toc_arena_str(&topics->arena, text),
            .use = use,
            .is_compacted = use == TOC_TOPIC_OPEN,
        };
    }
    toc_text_finish(&whole);
}

static int by_use(const void *a, const void *b)
{
    const struct toc_topic *left = a;
    const struct toc_topic *right = b;
    return left->use != right->use ? (left->use < right->use ? -1 : 1)
                                   : toc_str_compare(left->name, right->name);
}

/* @topic as @rule tells on it in every mode. */
static void add_alerts(struct toc_topics *topics, const struct toc_rule *rule, struct toc_str topic)
{
    static const char *const ends[] = {"",        ".exercise",        ".test",
                                       ".shadow", ".shadow.exercise", ".shadow.test"};
    size_t from = rule->status == TOC_RULE_EXPERIMENTAL ? 3 : 0;

    for (size_t i = from; i < from + 3; i++) {
        add(topics, topic, ends[i], TOC_TOPIC_ALERTS);
    }
}

void toc_topics_init(struct toc_topics *topics, const struct toc_config *config,
                     const struct toc_ruleset *rules)
{
    *topics = (struct toc_topics){.count = 0};
    for (size_t i = 0; config != NULL && i < config->input_count; i++) {
        for (size_t k = 0; k < config->inputs[i].topic_count; k++) {
            add(topics, config->inputs[i].topics[k], "", TOC_TOPIC_INPUT);
        }
    }
    for (size_t i = 0; i < toc_ruleset_count(rules); i++) {
        const struct toc_rule *rule = toc_ruleset_get(rules, i);
        add_alerts(topics, rule, rule->alert.topic);
        for (size_t k = 0; k < rule->alert.escalation_count; k++) {
            if (rule->alert.escalations[k].topic.size > 0) {
                add_alerts(topics, rule, rule->alert.escalations[k].topic);
            }
        }
    }
    if (config != NULL) {
        add(topics, config->actions, "", TOC_TOPIC_ACTIONS);
        add(topics, config->app, ".alerts.open", TOC_TOPIC_OPEN);
        add(topics, config->app, ".dead", TOC_TOPIC_DEAD);
        add(topics, config->app, ".late", TOC_TOPIC_LATE);
    }
    qsort(topics->list, topics->count, sizeof *topics->list, by_use);
}

void toc_topics_finish(struct toc_topics *topics)
{
    toc_mem_free(topics->list);
    toc_arena_finish(&topics->arena);
    *topics = (struct toc_topics){.count = 0};
}

void toc_topics_print(const struct toc_topics *topics, struct toc_text *out)
{
    static const char *const uses[] = {"input",       "actions",      "alerts",
                                       "open alerts", "dead letters", "late records"};
    for (size_t i = 0; i < topics->count; i++) {
        toc_text_addf(out, "%s\t%s\t%s\n", topics->list[i].name.data, uses[topics->list[i].use],
                      topics->list[i].is_compacted ? "compact" : "delete");
    }
}

/* ---- Creating ---- */

static bool tell_results(rd_kafka_event_t *event, struct toc_text *out)
{
    size_t count = 0;
    bool is_done = true;
    const rd_kafka_CreateTopics_result_t *result = rd_kafka_event_CreateTopics_result(event);
    const rd_kafka_topic_result_t **topics = rd_kafka_CreateTopics_result_topics(result, &count);
    for (size_t i = 0; i < count; i++) {
        rd_kafka_resp_err_t err = rd_kafka_topic_result_error(topics[i]);
        const char *name = rd_kafka_topic_result_name(topics[i]);
        if (err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            toc_text_addf(out, "%s: created\n", name);
        } else if (err == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
            toc_text_addf(out, "%s: there already\n", name);
        } else {
            toc_text_addf(out, "%s: %s\n", name, rd_kafka_topic_result_error_string(topics[i]));
            is_done = false;
        }
    }
    return is_done;
}

static bool create(rd_kafka_t *client, const struct toc_topics *topics, int partitions,
                   int replication, int timeout_ms, struct toc_text *out)
{
    rd_kafka_NewTopic_t **fresh = toc_mem_array(topics->count, sizeof(rd_kafka_NewTopic_t *));
    rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
    rd_kafka_AdminOptions_t *options =
        rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_CREATETOPICS);
    char words[256];
    bool is_done = false;

    (void)rd_kafka_AdminOptions_set_request_timeout(options, timeout_ms, words, sizeof words);
    (void)rd_kafka_AdminOptions_set_operation_timeout(options, timeout_ms, words, sizeof words);
    for (size_t i = 0; i < topics->count; i++) {
        const struct toc_topic *topic = &topics->list[i];
        fresh[i] = rd_kafka_NewTopic_new(topic->name.data, topic->is_compacted ? 1 : partitions,
                                         replication, words, sizeof words);
        if (fresh[i] != NULL && topic->is_compacted) {
            (void)rd_kafka_NewTopic_set_config(fresh[i], "cleanup.policy", "compact");
        }
        if (fresh[i] != NULL && topic->use == TOC_TOPIC_ACTIONS) { /* Silences are read back. */
            (void)rd_kafka_NewTopic_set_config(fresh[i], "retention.ms", "2678400000");
        }
        if (fresh[i] == NULL) {
            toc_text_addf(out, "%s: %s\n", topic->name.data, words);
            goto done;
        }
    }
    rd_kafka_CreateTopics(client, fresh, topics->count, options, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, timeout_ms + 1000);
    if (event == NULL || rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        toc_text_addf(out, "no topic was created: %s\n",
                      event != NULL ? rd_kafka_event_error_string(event) : "no answer");
    } else {
        is_done = tell_results(event, out);
    }
    rd_kafka_event_destroy(event);
done:
    for (size_t i = 0; i < topics->count; i++) {
        if (fresh[i] != NULL) {
            rd_kafka_NewTopic_destroy(fresh[i]);
        }
    }
    toc_mem_free(fresh);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_queue_destroy(queue);
    return is_done;
}

enum toc_status toc_topics_create(const struct toc_topics *topics, const struct toc_config *config,
                                  int partitions, int replication, int timeout_ms,
                                  struct toc_text *out)
{
    struct toc_log *log = toc_log_create(stderr, (enum toc_log_level)config->log_level, NULL);
    rd_kafka_t *client = NULL;
    enum toc_status status = toc_client_create(config, TOC_CLIENT_PRODUCER, log, &client);
    if (status == TOC_OK) {
        status = create(client, topics, partitions, replication, timeout_ms, out) ? TOC_OK
                                                                                  : TOC_E_BROKER;
        toc_client_destroy(client);
    }
    toc_log_destroy(log);
    return status;
}
