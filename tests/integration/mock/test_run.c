/* The whole loop on a mock cluster: what is told while the broker refuses, delays or goes away, and
 * what is committed when. Thousandfold time is not needed: the rule fires on one event. */
#include "mock.h"

#include "base/instant.h"
#include "ops/run.h"
#include "source/broker.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char types[] = "type: report.breach\n"
                            "title: A breach\n"
                            "fields:\n"
                            "  site: { type: text, required: true, description: Where. }\n";

static const char rule[] = "rule: breach\n"
                           "title: Breach\n"
                           "version: 1\n"
                           "status: experimental\n"
                           "level: high\n"
                           "owner: qrf\n"
                           "description: A breach of a perimeter is reported.\n"
                           "response: [Send the QRF.]\n"
                           "events: { breach: { type: report.breach } }\n"
                           "when: { event: breach, group_by: [site] }\n"
                           "alert: { topic: alerts.fire, expire_after: 1h }\n";

struct scene {
    struct mock mock;
    char folder[64];
    struct toc_diag *diag;
    struct toc_config *config;
    struct toc_ruleset *rules;
    struct toc_run *run;
    pthread_t thread;
    enum toc_status status;
    pthread_mutex_t lock;
    pthread_cond_t news;
    int live;
};

static void save(const char *folder, const char *name, const char *text)
{
    char path[128];
    int size = snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_in_range(size, 1, sizeof path - 1);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fputs(text, file);
    (void)fclose(file);
}

static void fail_with(struct toc_diag *diag)
{
    struct toc_text text = {.size = 0};
    toc_diag_print(diag, false, &text);
    fail_msg("%s", text.data);
}

static void prepare(struct scene *scene)
{
    char text[1024];
    char path[128];
    memset(scene, 0, sizeof *scene);
    mock_open(&scene->mock);
    (void)snprintf(scene->folder, sizeof scene->folder, "mock-run-XXXXXX");
    assert_non_null(mkdtemp(scene->folder));
    save(scene->folder, "breach.yaml", rule);
    (void)snprintf(path, sizeof path, "%s/types", scene->folder);
    assert_int_equal(mkdir(path, 0700), 0);
    save(path, "report.yaml", types);
    (void)snprintf(text, sizeof text,
                   "app: app\nrules: %s\noutbox_most: 16\nlog_level: error\n"
                   "kafka: { bootstrap: \"%s\" }\nhttp: { port: 0 }\n"
                   "inputs: { all: { topics: in, accept_late: 1d, idle_after: 100ms } }\n",
                   scene->folder, scene->mock.bootstrap);
    scene->diag = toc_diag_create();
    if (!toc_config_parse("mock.yaml", toc_str_of(text), scene->diag, &scene->config)) {
        fail_with(scene->diag);
    }
    struct toc_rule_paths paths = toc_config_rule_paths(scene->config);
    if (!toc_ruleset_load(&paths, scene->diag, &scene->rules) ||
        !toc_config_check(scene->config, scene->rules, scene->diag)) {
        fail_with(scene->diag);
    }
    static const char *const topics[] = {"in",
                                         "alerts.fire.shadow",
                                         "alerts.fire.shadow.exercise",
                                         "alerts.fire.shadow.test",
                                         "app.alerts.open",
                                         "app.dead",
                                         "app.late"};
    for (size_t i = 0; i < UNIT_COUNT(topics); i++) {
        mock_topic(&scene->mock, topics[i], i == 0 ? 2 : 1);
    }
    pthread_mutex_init(&scene->lock, NULL);
    pthread_cond_init(&scene->news, NULL);
}

static void on_live(void *context)
{
    struct scene *scene = context;
    pthread_mutex_lock(&scene->lock);
    scene->live++;
    pthread_cond_broadcast(&scene->news);
    pthread_mutex_unlock(&scene->lock);
}

static void *serve(void *context)
{
    struct scene *scene = context;
    scene->status = toc_run_serve(scene->run);
    return NULL;
}

static void begin(struct scene *scene)
{
    int seen = scene->live;
    assert_int_equal(toc_run_create(scene->config, scene->rules,
                                    &(struct toc_run_options){
                                        .is_alone = true, .on_live = on_live, .context = scene},
                                    &scene->run),
                     TOC_OK);
    assert_int_equal(pthread_create(&scene->thread, NULL, serve, scene), 0);
    pthread_mutex_lock(&scene->lock);
    while (scene->live == seen) {
        pthread_cond_wait(&scene->news, &scene->lock);
    }
    pthread_mutex_unlock(&scene->lock);
}

static void stop(struct scene *scene)
{
    toc_run_stop(scene->run);
    pthread_join(scene->thread, NULL);
    toc_run_destroy(scene->run);
    scene->run = NULL;
}

static void clean_up(struct scene *scene)
{
    char path[128];
    static const char *const files[] = {"breach.yaml", "types/report.yaml"};
    toc_ruleset_destroy(scene->rules);
    toc_config_destroy(scene->config);
    toc_diag_destroy(scene->diag);
    mock_write(&scene->mock, NULL, 0, NULL, NULL, 0);
    mock_close(&scene->mock);
    for (size_t i = 0; i < UNIT_COUNT(files); i++) {
        (void)snprintf(path, sizeof path, "%s/%s", scene->folder, files[i]);
        (void)unlink(path);
    }
    (void)snprintf(path, sizeof path, "%s/types", scene->folder);
    (void)rmdir(path);
    (void)rmdir(scene->folder);
    pthread_mutex_destroy(&scene->lock);
    pthread_cond_destroy(&scene->news);
}

static int64_t wall_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A breach at a site of its own: an alert of its own. */
static void breach(struct scene *scene, int number)
{
    char at[TOC_INSTANT_TEXT];
    char event[256];
    int64_t now_ms = wall_ms();
    toc_instant_format(now_ms, at);
    (void)snprintf(event, sizeof event,
                   "{\"specversion\":\"1.0\",\"id\":\"%d\",\"source\":\"/t\","
                   "\"type\":\"report.breach\",\"time\":\"%s\",\"data\":{\"site\":\"site-%03d\"}}",
                   number, at, number);
    mock_write(&scene->mock, "in", number % 2, NULL, event, now_ms);
}

/* Each of breaches @from .. @to - 1 told; how many records that took. */
static size_t told(struct scene *scene, int from, int to)
{
    static struct mock_record records[2000];
    int64_t until_ms = mock_steady_ms() + MOCK_PATIENCE_MS;
    for (;;) {
        size_t count =
            mock_read(&scene->mock, "app.alerts.open", 1, 1, records, UNIT_COUNT(records));
        size_t keys = 0;
        for (size_t i = 0; i < count; i++) {
            bool is_known = false;
            for (size_t k = 0; k < i && !is_known; k++) {
                is_known = strcmp(records[i].key, records[k].key) == 0;
            }
            keys += !is_known;
        }
        if (keys == (size_t)(to - from)) {
            return count;
        }
        assert_true(keys < (size_t)(to - from));
        assert_true(mock_steady_ms() < until_ms);
    }
}

static int64_t committed(struct scene *scene)
{
    static const char *const settings[] = {"group.id", "app", NULL};
    struct toc_spot spots[2] = {{.topic = "in"}, {.topic = "in", .partition = 1}};
    struct toc_text words = {.size = 0};
    rd_kafka_t *client = mock_client(&scene->mock, RD_KAFKA_CONSUMER, 0, settings);
    assert_int_equal(toc_broker_committed(client, spots, 2, 10000, &words), TOC_OK);
    rd_kafka_destroy(client);
    toc_text_finish(&words);
    return (spots[0].offset > 0 ? spots[0].offset : 0) +
           (spots[1].offset > 0 ? spots[1].offset : 0);
}

static void what_is_read_is_told_and_committed(void **state)
{
    (void)state;
    struct scene scene;
    prepare(&scene);
    begin(&scene);
    for (int i = 0; i < 20; i++) {
        breach(&scene, i);
    }
    mock_write(&scene.mock, "in", 0, "poison", "not json", wall_ms());
    assert_int_equal(told(&scene, 0, 20), 20);
    stop(&scene);
    assert_int_equal(scene.status, TOC_OK);
    assert_int_equal(committed(&scene), 21);
    struct mock_record dead[4];
    assert_int_equal(mock_read(&scene.mock, "app.dead", 1, 1, dead, UNIT_COUNT(dead)), 1);
    assert_string_equal(dead[0].value, "not json");
    assert_string_equal(dead[0].key, "poison");
    assert_string_equal(dead[0].reason, "not_json");
    clean_up(&scene);
}

/* The mock knows no offsets by time and answers with the end, so nothing is read back here: the ten
 * that alerts.open holds are without evidence, and are ended. (On a real broker they go on.) */
static void a_restart_goes_on_where_it_was_and_ends_what_nothing_speaks_for(void **state)
{
    (void)state;
    struct scene scene;
    prepare(&scene);
    begin(&scene);
    for (int i = 0; i < 10; i++) {
        breach(&scene, i);
    }
    assert_int_equal(told(&scene, 0, 10), 10);
    stop(&scene);
    for (int i = 10; i < 20; i++) { /* While it is away. */
        breach(&scene, i);
    }
    begin(&scene);
    assert_int_equal(told(&scene, 0, 20), 20); /* Nothing missing, nothing again. */
    struct mock_record records[64];
    assert_int_equal(mock_read(&scene.mock, "app.alerts.open", 1, 30, records, UNIT_COUNT(records)),
                     30); /* And ten tombstones, once it is sure that nothing will say them. */
    stop(&scene);
    assert_int_equal(committed(&scene), 20);
    clean_up(&scene);
}

static void refused_writes_are_sent_again_before_anything_is_committed(void **state)
{
    (void)state;
    struct scene scene;
    prepare(&scene);
    begin(&scene);
    breach(&scene, 0);
    (void)told(&scene, 0, 1);
    rd_kafka_resp_err_t errors[40];
    for (size_t i = 0; i < UNIT_COUNT(errors); i++) {
        errors[i] = i % 2 == 0 ? RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS
                               : RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION;
    }
    /* The mock answers every producer so: what is written to it has to be there before. */
    for (int i = 1; i < 5; i++) {
        breach(&scene, i);
    }
    rd_kafka_mock_push_request_errors_array(scene.mock.cluster, MOCK_PRODUCE, UNIT_COUNT(errors),
                                            errors);
    (void)told(&scene, 0, 5);
    rd_kafka_mock_clear_request_errors(scene.mock.cluster, MOCK_PRODUCE);
    stop(&scene);
    assert_int_equal(scene.status, TOC_OK);
    assert_int_equal(committed(&scene), 5);
    clean_up(&scene);
}

static void a_refusal_that_breaks_the_producer_loses_nothing(void **state)
{
    (void)state;
    struct scene scene;
    prepare(&scene);
    begin(&scene);
    rd_kafka_mock_topic_set_error(scene.mock.cluster, "app.alerts.open",
                                  RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    for (int i = 0; i < 10; i++) {
        breach(&scene, i);
    }
    (void)nanosleep(&(struct timespec){.tv_sec = 1}, NULL); /* Long enough to be refused. */
    rd_kafka_mock_topic_set_error(scene.mock.cluster, "app.alerts.open",
                                  RD_KAFKA_RESP_ERR_NO_ERROR);
    (void)told(&scene, 0, 10);
    stop(&scene);
    assert_int_equal(scene.status, TOC_OK);
    assert_int_equal(committed(&scene), 10);
    clean_up(&scene);
}

static void a_slow_sink_holds_the_inputs_back_and_drops_nothing(void **state)
{
    (void)state;
    struct scene scene;
    prepare(&scene);
    begin(&scene); /* outbox_most is 16. */
    rd_kafka_mock_broker_set_rtt(scene.mock.cluster, 1, 200);
    for (int i = 0; i < 20; i++) {
        breach(&scene, i);
    }
    rd_kafka_mock_broker_set_rtt(scene.mock.cluster, 1, 0);
    for (int i = 20; i < 200; i++) {
        breach(&scene, i);
    }
    assert_int_equal(told(&scene, 0, 200), 200);
    stop(&scene);
    assert_int_equal(committed(&scene), 200);
    clean_up(&scene);
}

static void refused_commits_are_tried_again(void **state)
{
    (void)state;
    struct scene scene;
    prepare(&scene);
    begin(&scene);
    rd_kafka_mock_push_request_errors(scene.mock.cluster, MOCK_OFFSET_COMMIT, 2,
                                      RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID,
                                      RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID);
    breach(&scene, 0);
    (void)told(&scene, 0, 1);
    breach(&scene, 1);
    (void)told(&scene, 0, 2);
    stop(&scene);
    assert_int_equal(scene.status, TOC_OK);
    assert_int_equal(committed(&scene), 2);
    clean_up(&scene);
}

static void a_broker_that_goes_and_comes_back_costs_time_only(void **state)
{
    (void)state;
    struct scene scene;
    prepare(&scene);
    begin(&scene);
    breach(&scene, 0);
    (void)told(&scene, 0, 1);
    rd_kafka_mock_broker_set_down(scene.mock.cluster, 1);
    (void)nanosleep(&(struct timespec){.tv_sec = 2}, NULL);
    rd_kafka_mock_broker_set_up(scene.mock.cluster, 1);
    for (int i = 1; i < 10; i++) {
        breach(&scene, i);
    }
    assert_int_equal(told(&scene, 0, 10), 10);
    stop(&scene);
    assert_int_equal(committed(&scene), 10);
    clean_up(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_read_is_told_and_committed),
        cmocka_unit_test(a_restart_goes_on_where_it_was_and_ends_what_nothing_speaks_for),
        cmocka_unit_test(refused_writes_are_sent_again_before_anything_is_committed),
        cmocka_unit_test(a_refusal_that_breaks_the_producer_loses_nothing),
        cmocka_unit_test(a_slow_sink_holds_the_inputs_back_and_drops_nothing),
        cmocka_unit_test(refused_commits_are_tried_again),
        cmocka_unit_test(a_broker_that_goes_and_comes_back_costs_time_only),
    };
    return cmocka_run_group_tests_name("mock/run", tests, NULL, NULL);
}
