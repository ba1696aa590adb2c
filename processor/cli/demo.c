/* cli/demo.c - `tocsin demo`: a day at a camp in three minutes, in one process.
 *
 * librdkafka's mock cluster is the broker. A director writes the day's events to the input topics
 * at their time, the very loop of `tocsin run` reads them with the shipped rules, and a viewer
 * reads the alerts back from their topics and prints them: what one sees has gone all the way.
 * Threads: the loop on the main one, director, viewer. */
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "cli/command.h"

#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "cli/rules.h"
#include "cli/setup.h"
#include "cli/show.h"
#include "cli/story.h"
#include "cli/terminal.h"
#include "ops/run.h"
#include "ops/topics.h"

enum {
    PLAY_MS = 180000,
    NAP_MS = 20,
    PATIENCE_MS = 60000, /* For what must come soon: being live, all being read. */
    AFTERMATH_MS = 1500, /* After the last event of a day that is played in time. */
};

struct demo {
    const struct toc_args *args;
    struct toc_story story;
    struct toc_config *config;
    struct toc_ruleset *rules;
    struct toc_topics topics;
    struct toc_run *run;
    rd_kafka_t *broker; /* Holds the mock cluster, and writes the events. */
    rd_kafka_mock_cluster_t *cluster;
    rd_kafka_t *viewer;
    int64_t play_ms;           /* 0 = as fast as it goes. */
    _Atomic int64_t begun_ms;  /* Steady clock at the begin of the day; 0 = not yet. */
    _Atomic int64_t newest_ms; /* Time of the newest event written. */
    _Atomic bool is_live, is_over, is_complete;
    _Atomic size_t written;
    bool *tells; /* Which of toc_story_tells has been seen. */
    size_t seen;
};

static int64_t steady_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void nap(void)
{
    struct timespec span = {.tv_nsec = NAP_MS * 1000000L};
    nanosleep(&span, NULL);
}

/* The clock of the lane: the story's. Played in time it runs; as fast as it goes, it is as late as
 * the newest event. */
static int64_t story_now(void *context)
{
    struct demo *demo = context;
    if (demo->play_ms == 0) {
        return atomic_load(&demo->newest_ms);
    }
    int64_t begun = atomic_load(&demo->begun_ms);
    if (begun == 0) {
        return demo->story.begin_ms;
    }
    return toc_story_time(&demo->story, (double)(steady_ms() - begun) / (double)demo->play_ms);
}

/* --- The director ------------------------------------------------------------------------- */

static void on_live(void *context)
{
    struct demo *demo = context;
    atomic_store(&demo->is_live, true);
}

static void write_event(struct demo *demo, const struct toc_story_event *event)
{
    if (event->caption[0] != '\0') {
        char time[TOC_INSTANT_TEXT];
        bool is_coloured = toc_terminal_colour(stderr);
        toc_instant_format(event->at_ms, time);
        fprintf(stderr, "%s%.8s  report              %s%s\n", is_coloured ? "\033[2m" : "",
                time + 11, event->caption, is_coloured ? "\033[0m" : "");
    }
    /* The clock first: no event may be newer than the clock it is read under. */
    atomic_store(&demo->newest_ms, event->at_ms);
    const rd_kafka_vu_t message[] = {
        {.vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = toc_story_topic(event->topic)},
        {.vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = 0},
        {.vtype = RD_KAFKA_VTYPE_VALUE,
         .u.mem = {.ptr = (void *)(uintptr_t)event->record.data, .size = event->record.size}},
        {.vtype = RD_KAFKA_VTYPE_TIMESTAMP, .u.i64 = event->at_ms},
        {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
    };
    rd_kafka_error_t *error;
    while ((error = rd_kafka_produceva(demo->broker, message,
                                       sizeof message / sizeof message[0])) != NULL) {
        bool is_full = rd_kafka_error_code(error) == RD_KAFKA_RESP_ERR__QUEUE_FULL;
        if (!is_full) {
            toc_terminal_say("an event could not be written: %s", rd_kafka_error_string(error));
        }
        rd_kafka_error_destroy(error);
        if (!is_full) {
            return;
        }
        rd_kafka_poll(demo->broker, NAP_MS);
    }
    atomic_fetch_add(&demo->written, 1);
}

/* Has the processor committed all that was written? It commits what it told and the broker has. */
static bool is_all_read(struct demo *demo)
{
    rd_kafka_topic_partition_list_t *spots = rd_kafka_topic_partition_list_new(TOC_STORY_TOPICS);
    int64_t read = 0;
    for (int i = 0; i < TOC_STORY_TOPICS; i++) {
        rd_kafka_topic_partition_list_add(spots, toc_story_topic((enum toc_story_topic)i), 0);
    }
    if (rd_kafka_committed(demo->viewer, spots, 1000) == RD_KAFKA_RESP_ERR_NO_ERROR) {
        for (int i = 0; i < spots->cnt; i++) {
            read += spots->elems[i].offset > 0 ? spots->elems[i].offset : 0;
        }
    }
    rd_kafka_topic_partition_list_destroy(spots);
    return read >= (int64_t)atomic_load(&demo->written);
}

/* Wait until all that was written is read and what it told is stored. */
static void wait_for_reading(struct demo *demo)
{
    int64_t patience_ms = steady_ms() + PATIENCE_MS;
    rd_kafka_flush(demo->broker, PATIENCE_MS);
    while (!atomic_load(&demo->is_over) && steady_ms() < patience_ms && !is_all_read(demo)) {
        nap();
    }
}

static void *direct(void *context)
{
    struct demo *demo = context;
    int64_t patience_ms = steady_ms() + PATIENCE_MS;

    while (!atomic_load(&demo->is_live) && !atomic_load(&demo->is_over) &&
           steady_ms() < patience_ms) {
        nap();
    }
    atomic_store(&demo->begun_ms, steady_ms());
    for (size_t i = 0; i < demo->story.count && !atomic_load(&demo->is_over); i++) {
        const struct toc_story_event *event = &demo->story.events[i];
        while (demo->play_ms > 0 && story_now(demo) < event->at_ms &&
               !atomic_load(&demo->is_over)) {
            rd_kafka_poll(demo->broker, 1);
        }
        write_event(demo, event);
        if (demo->play_ms == 0 && event->caption[0] != '\0') {
            wait_for_reading(demo); /* So that the story can be read in order. */
        }
    }
    wait_for_reading(demo);
    int64_t aftermath_ms = steady_ms() + (demo->play_ms > 0 ? AFTERMATH_MS : 0);
    while (!atomic_load(&demo->is_over) && steady_ms() < aftermath_ms) {
        nap();
    }
    atomic_store(&demo->is_complete, true);
    if (toc_args_has(demo->args, TOC_OPT_HOLD)) {
        toc_terminal_say("the day is over; the broker stays at %s until you press Ctrl-C",
                         rd_kafka_mock_cluster_bootstraps(demo->cluster));
    } else {
        toc_run_stop(demo->run);
    }
    return NULL;
}

/* --- The viewer --------------------------------------------------------------------------- */

static void note_told(struct demo *demo, const json_t *record)
{
    size_t count;
    const struct toc_story_tells *tells = toc_story_tells(&count);
    const char *rule = json_string_value(json_object_get(record, "rule"));
    const char *state = json_string_value(json_object_get(record, "state"));
    for (size_t i = 0; rule != NULL && state != NULL && i < count; i++) {
        demo->tells[i] = demo->tells[i] ||
                         (strcmp(tells[i].rule, rule) == 0 && strcmp(tells[i].state, state) == 0);
    }
    demo->seen++;
}

static void show_message(struct demo *demo, const rd_kafka_message_t *message,
                         struct toc_text *text)
{
    json_t *event = json_loadb(message->payload, message->len, 0, NULL);
    const json_t *record = json_object_get(event, "data");
    if (json_is_object(record)) {
        toc_text_clear(text);
        toc_show_alert(record, toc_terminal_colour(stdout), text);
        fwrite(text->data, 1, text->size, stdout);
        fflush(stdout);
        note_told(demo, record);
    }
    json_decref(event);
}

/* Print alerts as they come, and at the end all that is still there. */
static void *view(void *context)
{
    struct demo *demo = context;
    struct toc_text text = {0};
    size_t topic_count = 0, ends = 0;

    rd_kafka_topic_partition_list_t *spots =
        rd_kafka_topic_partition_list_new((int)demo->topics.count);
    for (size_t i = 0; i < demo->topics.count; i++) {
        const struct toc_topic *topic = &demo->topics.list[i];
        if (topic->use == TOC_TOPIC_ALERTS) {
            rd_kafka_topic_partition_list_add(spots, topic->name.data, 0)->offset =
                RD_KAFKA_OFFSET_BEGINNING;
            topic_count++;
        }
    }
    rd_kafka_assign(demo->viewer, spots);
    rd_kafka_topic_partition_list_destroy(spots);
    while (!atomic_load(&demo->is_over) || ends < topic_count) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(demo->viewer, 100);
        if (message == NULL) {
            /* Silent after the end: every topic has been read. */
            ends = atomic_load(&demo->is_over) ? topic_count : 0;
            continue;
        }
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            show_message(demo, message, &text);
        }
        rd_kafka_message_destroy(message);
    }
    toc_text_finish(&text);
    return NULL;
}

/* --- Setting the stage ---------------------------------------------------------------------- */

static rd_kafka_t *make_client(rd_kafka_type_t type, const char *const settings[][2], size_t count)
{
    char words[512];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    for (size_t i = 0; i < count; i++) {
        if (rd_kafka_conf_set(conf, settings[i][0], settings[i][1], words, sizeof words) !=
            RD_KAFKA_CONF_OK) {
            toc_terminal_say("%s", words);
        }
    }
    rd_kafka_t *client = rd_kafka_new(type, conf, words, sizeof words);
    if (client == NULL) {
        toc_terminal_say("%s", words);
        rd_kafka_conf_destroy(conf);
    }
    return client;
}

/* The broker has to be there before clients know its address: its own handle finds out later. */
static bool start_broker(struct demo *demo)
{
    static const char *const quiet[][2] = {{"log_level", "2"}, {"client.id", "demo-broker"}};
    demo->broker = make_client(RD_KAFKA_PRODUCER, quiet, 2);
    demo->cluster = demo->broker != NULL ? rd_kafka_mock_cluster_new(demo->broker, 1) : NULL;
    if (demo->cluster == NULL) {
        toc_terminal_say("the broker within could not be started");
        return false;
    }
    const char *bootstrap = rd_kafka_mock_cluster_bootstraps(demo->cluster);
    rd_kafka_brokers_add(demo->broker, bootstrap);
    const char *const settings[][2] = {
        {"bootstrap.servers", bootstrap}, {"group.id", "demo"},        {"log_level", "2"},
        {"enable.auto.commit", "false"},  {"fetch.wait.max.ms", "20"},
    };
    demo->viewer = make_client(RD_KAFKA_CONSUMER, settings, sizeof settings / sizeof settings[0]);
    if (demo->viewer != NULL) {
        rd_kafka_poll_set_consumer(demo->viewer);
    }
    return demo->viewer != NULL;
}

/* The configuration of the day, read like any other. Every input always has something to say, so
 * its own events let time pass: idle_after is beyond the day, and the pace cannot change what is
 * true. */
static bool load_config(struct demo *demo, const struct toc_rules_at *at, struct toc_diag *diag)
{
    struct toc_text text = {0};
    toc_text_add(&text, TOC_STR("app: demo\nrules: "));
    toc_text_add_json(&text, toc_text_str(&at->rules));
    if (at->types.size > 0) {
        toc_text_add(&text, TOC_STR("\ntypes: "));
        toc_text_add_json(&text, toc_text_str(&at->types));
    }
    if (at->places.size > 0) {
        toc_text_add(&text, TOC_STR("\nplaces: "));
        toc_text_add_json(&text, toc_text_str(&at->places));
    }
    toc_text_addf(&text,
                  "\nlog_level: error\nkafka: { bootstrap: \"%s\" }\nhttp: { port: 0 }\ninputs:\n"
                  "  sensors: { topics: [demo.sensors], types: ['detection.*', status.sensor], "
                  "idle_after: 2d }\n"
                  "  reports: { topics: [demo.reports], types: ['report.*', movement.order], "
                  "idle_after: 2d }\n"
                  "  positions: { topics: [demo.positions], types: [position.unit], "
                  "idle_after: 2d }\n",
                  rd_kafka_mock_cluster_bootstraps(demo->cluster));
    bool is_right = toc_config_parse("demo", toc_text_str(&text), diag, &demo->config);
    toc_text_finish(&text);
    return is_right;
}

static enum toc_exit load(struct demo *demo)
{
    struct toc_rules_at at = {0};
    struct toc_diag *diag = toc_diag_create();
    enum toc_exit result = TOC_EXIT_INVALID;

    if (!toc_rules_find(demo->args, NULL, &at)) {
        result = TOC_EXIT_USAGE;
        goto done;
    }
    struct toc_rule_paths paths = toc_rules_paths(&at);
    if (load_config(demo, &at, diag) && toc_ruleset_load(&paths, diag, &demo->rules) &&
        toc_config_check(demo->config, demo->rules, diag)) {
        result = TOC_EXIT_OK;
        if (at.is_guessed) {
            toc_terminal_say("rules from %s", at.rules.data);
        }
    } else {
        toc_rules_tell(diag, stderr);
    }
done:
    toc_diag_destroy(diag);
    toc_rules_finish(&at);
    return result;
}

static bool create_topics(struct demo *demo)
{
    bool is_done = true;
    toc_topics_init(&demo->topics, demo->config, demo->rules);
    for (size_t i = 0; i < demo->topics.count; i++) {
        is_done = rd_kafka_mock_topic_create(demo->cluster, demo->topics.list[i].name.data, 1, 1) ==
                      RD_KAFKA_RESP_ERR_NO_ERROR &&
                  is_done;
    }
    return is_done;
}

static void announce(const struct demo *demo)
{
    const char *bootstrap = rd_kafka_mock_cluster_bootstraps(demo->cluster);
    fprintf(stderr,
            "\nA day at Gao camp. FOR TRYING OUT ONLY: the broker lives in this process, stores "
            "nothing on disk\nand is gone with it. Never connect anything that matters to it.\n"
            "Look in while it runs:  kcat -b %s -C -u -t alerts.fire -o beginning\n\n",
            bootstrap);
}

/* Serve until the day is over; what the loop ended with. */
static enum toc_status play(struct demo *demo)
{
    struct toc_run_options options = {
        .clock = {.now_ms = story_now,
                  .context = demo,
                  .speed = demo->play_ms > 0 ? toc_story_speed(&demo->story, demo->play_ms) : 1000},
        .has_signals = true,
        .is_alone = true,
        .on_live = on_live,
        .context = demo,
    };
    enum toc_status status = toc_run_create(demo->config, demo->rules, &options, &demo->run);
    if (status != TOC_OK) {
        return status;
    }
    pthread_t director, viewer;
    bool has_viewer = pthread_create(&viewer, NULL, view, demo) == 0;
    bool has_director = has_viewer && pthread_create(&director, NULL, direct, demo) == 0;
    status = has_director ? toc_run_serve(demo->run) : TOC_E_INTERNAL;
    atomic_store(&demo->is_over, true);
    if (has_director) {
        pthread_join(director, NULL);
    }
    if (has_viewer) {
        pthread_join(viewer, NULL);
    }
    toc_run_destroy(demo->run);
    return status;
}

/* Did everything come that the day must bring? */
static bool is_as_written(const struct demo *demo)
{
    size_t count;
    const struct toc_story_tells *tells = toc_story_tells(&count);
    bool is_right = true;
    for (size_t i = 0; i < count; i++) {
        if (!demo->tells[i]) {
            toc_terminal_say("%s was not told as %s", tells[i].rule, tells[i].state);
            is_right = false;
        }
    }
    return is_right;
}

enum toc_exit toc_cli_demo(const struct toc_args *args)
{
    struct demo demo = {
        .args = args,
        .play_ms =
            toc_args_has(args, TOC_OPT_FAST) ? 0 : toc_args_span(args, TOC_OPT_DURATION, PLAY_MS),
    };
    size_t tells;
    (void)toc_story_tells(&tells);
    demo.tells = toc_mem_array(tells, sizeof *demo.tells);
    toc_story_init(&demo.story);
    atomic_store(&demo.newest_ms, demo.story.begin_ms);

    enum toc_exit result = TOC_EXIT_IO;
    if (start_broker(&demo) && (result = load(&demo)) == TOC_EXIT_OK) {
        if (!create_topics(&demo)) {
            toc_terminal_say("the topics could not be made");
            result = TOC_EXIT_IO;
        } else {
            announce(&demo);
            result = toc_setup_exit(play(&demo));
        }
    }
    if (result == TOC_EXIT_OK && atomic_load(&demo.is_complete)) {
        toc_terminal_say("%zu events in, %zu alert records out", atomic_load(&demo.written),
                         demo.seen);
        result = is_as_written(&demo) ? TOC_EXIT_OK : TOC_EXIT_FINDINGS;
    }
    toc_topics_finish(&demo.topics);
    toc_ruleset_destroy(demo.rules);
    if (demo.config != NULL) {
        toc_config_destroy(demo.config);
    }
    if (demo.viewer != NULL) {
        rd_kafka_consumer_close(demo.viewer);
        rd_kafka_destroy(demo.viewer);
    }
    if (demo.cluster != NULL) {
        rd_kafka_mock_cluster_destroy(demo.cluster);
    }
    if (demo.broker != NULL) {
        rd_kafka_destroy(demo.broker);
    }
    toc_story_finish(&demo.story);
    toc_mem_free(demo.tells);
    return result;
}
