/* What a faultless configuration becomes. What is said of broken ones:
 * tests/conformance/diagnostics. */
#include "unit.h"

#include "ops/clients.h"
#include "ops/config.h"

static struct toc_config *parse(const char *path, const char *text)
{
    struct toc_diag *diag = toc_diag_create();
    struct toc_config *config = NULL;
    if (!toc_config_parse(path, toc_str_of(text), diag, &config)) {
        struct toc_text words = {.size = 0};
        toc_diag_print(diag, false, &words);
        fail_msg("%s", words.data);
    }
    toc_diag_destroy(diag);
    return config;
}

static const char least[] = "app: watch\n"
                            "rules: rules\n"
                            "kafka: { bootstrap: \"a:1,b:2\" }\n"
                            "inputs: { radar: { topics: plots } }\n";

static void what_is_left_out_has_its_default(void **state)
{
    (void)state;
    struct toc_config *config = parse("watch.yaml", least);
    assert_string_equal(config->app.data, "watch");
    assert_string_equal(config->rules.data, "rules"); /* No folder in the path: none before. */
    assert_null(config->types.data);
    assert_int_equal(config->lanes, 1);
    assert_int_equal(config->read_back_ms, INT64_C(30) * 86400000);
    assert_int_equal(config->outbox_most, 10000);
    assert_int_equal(config->log_level, TOC_LOG_LEVEL_INFO);
    assert_string_equal(config->kafka.bootstrap.data, "a:1,b:2");
    assert_int_equal(config->kafka.security, 0);
    assert_int_equal(config->kafka.client_count, 0);
    assert_string_equal(config->http.address.data, "127.0.0.1");
    assert_int_equal(config->http.port, 9464);
    assert_int_equal(config->input_count, 1);
    const struct toc_config_input *radar = &config->inputs[0];
    assert_string_equal(radar->name.data, "radar");
    assert_int_equal(radar->topic_count, 1);
    assert_string_equal(radar->topics[0].data, "plots");
    assert_null(radar->types);
    assert_int_equal(radar->format, TOC_FORMAT_CLOUDEVENTS);
    assert_null(radar->mapping);
    assert_int_equal(radar->mode, TOC_MODE_ACTUAL);
    assert_int_equal(radar->max_disorder_ms, 0);
    assert_int_equal(radar->accept_late_ms, 600000);
    assert_int_equal(radar->idle_after_ms, 10000);
    assert_int_equal(radar->max_age_ms, 0);
    assert_int_equal(radar->clamp_ms, 60000);
    toc_config_destroy(config);
}

static void what_is_written_counts(void **state)
{
    (void)state;
    struct toc_config *config =
        parse("/etc/tocsin/watch.yaml",
              "app: watch\n"
              "rules: ../rules\n"
              "types: /usr/share/types\n"
              "read_back: 2d\n"
              "log_level: error\n"
              "kafka: { bootstrap: \"a:1\", security: ssl, client: { linger.ms: 2 } }\n"
              "http: { port: 0 }\n"
              "inputs:\n"
              "  forms:\n"
              "    topics: [a, b.c]\n"
              "    types: [report.*]\n"
              "    mode: exercise\n"
              "    max_disorder: 1m\n"
              "    accept_late: 7d\n"
              "    idle_after: 250ms\n"
              "    max_age: 5m\n"
              "    clamp: 0s\n");
    assert_string_equal(config->rules.data, "/etc/tocsin/../rules");
    assert_string_equal(config->types.data, "/usr/share/types");
    struct toc_rule_paths paths = toc_config_rule_paths(config);
    assert_string_equal(paths.rules, "/etc/tocsin/../rules");
    assert_null(paths.places);
    assert_int_equal(config->read_back_ms, 2 * 86400000);
    assert_int_equal(config->log_level, TOC_LOG_LEVEL_ERROR);
    assert_int_equal(config->kafka.security, 1);
    assert_int_equal(config->kafka.client_count, 1);
    assert_int_equal(config->http.port, 0);
    const struct toc_config_input *forms = &config->inputs[0];
    assert_int_equal(forms->topic_count, 2);
    assert_string_equal(forms->topics[1].data, "b.c");
    assert_int_equal(forms->type_count, 1);
    assert_int_equal(forms->mode, TOC_MODE_EXERCISE);
    assert_int_equal(forms->max_disorder_ms, 60000);
    assert_int_equal(forms->accept_late_ms, INT64_C(7) * 86400000);
    assert_int_equal(forms->idle_after_ms, 250);
    assert_int_equal(forms->max_age_ms, 300000);
    assert_int_equal(forms->clamp_ms, 0);
    toc_config_destroy(config);
}

static void a_file_that_is_not_there_is_said_so(void **state)
{
    (void)state;
    struct toc_diag *diag = toc_diag_create();
    struct toc_config *config = NULL;
    assert_false(toc_config_load("no/such/file.yaml", diag, &config));
    assert_null(config);
    assert_int_equal(toc_diag_errors(diag), 1);
    assert_string_equal(toc_diag_get(diag, 0)->code, "E0408");
    toc_diag_destroy(diag);
}

/* What reaches librdkafka: ours, then what was passed through, to those it is for. */
static void settings_reach_the_clients(void **state)
{
    (void)state;
    struct toc_config *config =
        parse("watch.yaml", "app: watch\n"
                            "rules: rules\n"
                            "kafka:\n"
                            "  bootstrap: 127.0.0.1:1\n"
                            "  client: { group.instance.id: one, session.timeout.ms: 7000,\n"
                            "            compression.type: lz4, client.id: post-7 }\n"
                            "inputs: { radar: { topics: plots } }\n");
    struct toc_log *log = toc_log_create(stderr, TOC_LOG_LEVEL_ERROR, NULL);
    static const struct {
        enum toc_client_role role;
        const char *name, *value;
    } wanted[] = {
        {TOC_CLIENT_READER, "auto.offset.reset", "error"},
        {TOC_CLIENT_READER, "isolation.level", "read_committed"},
        {TOC_CLIENT_READER, "enable.auto.commit", "false"},
        {TOC_CLIENT_READER, "allow.auto.create.topics", "false"},
        {TOC_CLIENT_READER, "group.id", "watch"},
        {TOC_CLIENT_READER, "group.instance.id", ""}, /* Only the group bears it. */
        {TOC_CLIENT_READER, "client.id", "post-7"},
        {TOC_CLIENT_GROUP, "group.instance.id", "one"},
        {TOC_CLIENT_GROUP, "session.timeout.ms", "7000"},
        {TOC_CLIENT_GROUP, "partition.assignment.strategy", "range"},
        {TOC_CLIENT_PRODUCER, "enable.idempotence", "true"},
        {TOC_CLIENT_PRODUCER, "enable.gapless.guarantee", "true"},
        {TOC_CLIENT_PRODUCER, "acks", "-1"},
        {TOC_CLIENT_PRODUCER, "message.timeout.ms", "0"},
        {TOC_CLIENT_PRODUCER, "max.in.flight.requests.per.connection", "1"},
        {TOC_CLIENT_PRODUCER, "compression.type", "lz4"},
    };
    for (size_t i = 0; i < UNIT_COUNT(wanted); i++) {
        char value[128] = "";
        size_t size = sizeof value;
        rd_kafka_t *client = NULL;
        assert_int_equal(toc_client_create(config, wanted[i].role, log, &client), TOC_OK);
        (void)rd_kafka_conf_get(rd_kafka_conf(client), wanted[i].name, value, &size);
        assert_string_equal(value, wanted[i].value);
        toc_client_destroy(client);
    }
    toc_log_destroy(log);
    toc_config_destroy(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_left_out_has_its_default),
        cmocka_unit_test(what_is_written_counts),
        cmocka_unit_test(a_file_that_is_not_there_is_said_so),
        cmocka_unit_test(settings_reach_the_clients),
    };
    return cmocka_run_group_tests_name("ops/config", tests, NULL, NULL);
}
