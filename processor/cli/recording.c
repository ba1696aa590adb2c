#include "cli/recording.h"

#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/terminal.h"
#include "ops/clients.h"
#include "source/broker.h"

enum { WAIT_MS = 100, TROUBLE_SHOWN = 10 };
enum { END_MS = -1, BEGIN_MS = -2 }; /* No instants: the ends of a log. */

struct toc_recording {
    const struct toc_config *config;
    int64_t timeout_ms, end_ms, total;
    struct toc_log *log;
    rd_kafka_t *client;
    struct toc_reader *reader;
    int wake_fd, troubles;
    struct toc_arena arena;
    struct toc_input *inputs;
    const struct toc_config_input **configs;
    size_t input_count;
    struct toc_spot *starts, *ends; /* One a partition, by input and topic. */
    size_t *spot_inputs;
    size_t spot_count, spot_room;
};

static int64_t clock_ms(clockid_t which)
{
    struct timespec now;
    (void)clock_gettime(which, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void on_gap(const struct toc_part *part, int64_t from, int64_t to, void *context)
{
    (void)context;
    toc_terminal_say("%s/%" PRId32 ": offsets %" PRId64 " to %" PRId64
                     " are gone: deleted while they were to be read",
                     part->topic, part->partition, from, to - 1);
}

static void on_trouble(const struct toc_part *part, const char *words, void *context)
{
    struct toc_recording *recording = context;
    if (recording->troubles++ < TROUBLE_SHOWN) {
        toc_terminal_say("%s: %s", part != NULL ? part->topic : "broker", words);
    }
}

static bool is_wanted(const struct toc_recording_options *options, struct toc_str topic)
{
    for (size_t i = 0; i < options->topic_count; i++) {
        if (toc_str_equal(topic, toc_str_of(options->topics[i]))) {
            return true;
        }
    }
    return options->topic_count == 0;
}

/* Each topic asked for is one of some input. */
static bool are_known(const struct toc_recording_options *options)
{
    const struct toc_config *config = options->config;
    struct toc_str *names =
        toc_mem_array(config->input_count * TOC_CONFIG_TOPICS_MOST + 1, sizeof *names);
    size_t count = 0;
    bool is_right = true;

    for (size_t i = 0; i < config->input_count; i++) {
        for (size_t t = 0; t < config->inputs[i].topic_count; t++) {
            names[count++] = config->inputs[i].topics[t];
        }
    }
    for (size_t i = 0; i < options->topic_count; i++) {
        struct toc_str topic = toc_str_of(options->topics[i]);
        bool is_there = false;
        for (size_t n = 0; n < count; n++) {
            is_there = is_there || toc_str_equal(names[n], topic);
        }
        if (!is_there) {
            struct toc_str near = toc_diag_nearest(topic, names, count);
            toc_terminal_say("no input of %s reads the topic %s%s%.*s%s", config->path.data,
                             options->topics[i], near.size > 0 ? "; did you mean " : "",
                             (int)near.size, near.size > 0 ? near.data : "",
                             near.size > 0 ? "?" : "");
            is_right = false;
        }
    }
    toc_mem_free(names);
    return is_right;
}

/* A broker that is just electing a leader is asked again, until time is up. */
static bool asks_again(const struct toc_recording *recording, enum toc_status status,
                       int64_t begun_ms)
{
    if (status != TOC_E_BROKER ||
        clock_ms(CLOCK_MONOTONIC) + WAIT_MS >= begun_ms + recording->timeout_ms) {
        return false;
    }
    (void)poll(NULL, 0, WAIT_MS);
    return true;
}

/* The offset at @at_ms, or an end, of every partition. */
static enum toc_status ask(struct toc_recording *recording, struct toc_spot spots[], int64_t at_ms,
                           struct toc_text *words)
{
    int64_t begun_ms = clock_ms(CLOCK_MONOTONIC);
    int timeout_ms = (int)recording->timeout_ms;
    size_t count = recording->spot_count;
    rd_kafka_t *client = recording->client;
    enum toc_status status;

    do {
        status = at_ms == END_MS ? toc_broker_ends(client, spots, count, timeout_ms, words)
                 : at_ms == BEGIN_MS
                     ? toc_broker_begins(client, spots, count, timeout_ms, words)
                     : toc_broker_at(client, spots, count, at_ms, timeout_ms, words);
    } while (asks_again(recording, status, begun_ms));
    return status;
}

static enum toc_exit refuse(enum toc_status status, const struct toc_text *words)
{
    toc_terminal_say("%s%s", status == TOC_E_NOT_FOUND ? "there is no such topic: " : "broker: ",
                     words->size > 0 ? words->data : "no answer");
    return TOC_EXIT_IO;
}

/* The partitions of @topic as places of input @input. */
static enum toc_status add_topic(struct toc_recording *recording, size_t input,
                                 struct toc_str topic, struct toc_text *words)
{
    const char *name = toc_arena_str(&recording->arena, topic).data;
    int64_t begun_ms = clock_ms(CLOCK_MONOTONIC);
    int32_t count = 0;
    enum toc_status status;

    do {
        status = toc_broker_partitions(recording->client, name, (int)recording->timeout_ms, &count,
                                       words);
    } while (asks_again(recording, status, begun_ms));

    for (int32_t p = 0; status == TOC_OK && p < count; p++) {
        if (recording->spot_count == recording->spot_room) {
            recording->spot_room = recording->spot_room * 2 + 16;
            recording->starts =
                toc_mem_resize(recording->starts, recording->spot_room, sizeof *recording->starts);
            recording->spot_inputs = toc_mem_resize(recording->spot_inputs, recording->spot_room,
                                                    sizeof *recording->spot_inputs);
        }
        recording->spot_inputs[recording->spot_count] = input;
        recording->starts[recording->spot_count++] =
            (struct toc_spot){.topic = name, .partition = p};
        recording->inputs[input].partition_count++;
    }
    return status;
}

static enum toc_status add_inputs(struct toc_recording *recording,
                                  const struct toc_recording_options *options,
                                  struct toc_text *words)
{
    const struct toc_config *config = options->config;
    enum toc_status status = TOC_OK;

    recording->inputs =
        toc_arena_array(&recording->arena, config->input_count, sizeof *recording->inputs);
    recording->configs =
        toc_arena_array(&recording->arena, config->input_count, sizeof *recording->configs);
    for (size_t i = 0; i < config->input_count && status == TOC_OK; i++) {
        const struct toc_config_input *from = &config->inputs[i];
        size_t input = recording->input_count;

        recording->inputs[input] = (struct toc_input){
            .name = from->name,
            .types = from->types,
            .type_count = from->type_count,
            .max_disorder_ms = from->max_disorder_ms,
            .accept_late_ms = from->accept_late_ms,
            .max_age_ms = from->max_age_ms,
        };
        recording->configs[input] = from;
        for (size_t t = 0; t < from->topic_count && status == TOC_OK; t++) {
            if (is_wanted(options, from->topics[t])) {
                status = add_topic(recording, input, from->topics[t], words);
            }
        }
        recording->input_count += recording->inputs[input].partition_count > 0;
    }
    return status;
}

/* Where each partition begins and ends, and what lies between. */
static enum toc_status ask_ends(struct toc_recording *recording, int64_t since_ms,
                                struct toc_text *words)
{
    size_t count = recording->spot_count;

    recording->ends = toc_mem_array(count, sizeof *recording->ends);
    memcpy(recording->ends, recording->starts, count * sizeof *recording->ends);
    recording->end_ms = clock_ms(CLOCK_REALTIME);
    enum toc_status status = ask(recording, recording->ends, END_MS, words);
    if (status == TOC_OK) {
        status = ask(recording, recording->starts,
                     since_ms == TOC_INSTANT_NONE ? BEGIN_MS
                     : since_ms > 0               ? since_ms
                                                  : 0,
                     words);
    }
    for (size_t i = 0; i < count && status == TOC_OK; i++) {
        int64_t size = recording->ends[i].offset - recording->starts[i].offset;
        recording->total += size > 0 ? size : 0;
    }
    return status;
}

static bool assign(struct toc_recording *recording)
{
    struct toc_reader_events events = {
        .on_gap = on_gap, .on_trouble = on_trouble, .context = recording};
    uint32_t index = 0;

    recording->reader = toc_reader_create(recording->client, recording->wake_fd, &events);
    for (size_t i = 0; i < recording->spot_count; i++) {
        const struct toc_spot *start = &recording->starts[i];

        index = i > 0 && recording->spot_inputs[i] == recording->spot_inputs[i - 1] ? index + 1 : 0;
        (void)toc_reader_add(recording->reader, recording->spot_inputs[i], index, start->topic,
                             start->partition, start->offset, recording->ends[i].offset);
    }
    return toc_reader_assign(recording->reader);
}

enum toc_exit toc_recording_open(const struct toc_recording_options *options,
                                 struct toc_recording **out)
{
    struct toc_recording *recording = toc_mem_get(sizeof *recording);
    struct toc_text words = {0};
    enum toc_exit result = TOC_EXIT_OK;

    *out = recording;
    recording->config = options->config;
    recording->timeout_ms = options->timeout_ms;
    recording->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (!are_known(options)) {
        return TOC_EXIT_USAGE;
    }
    recording->log = toc_log_create(stderr, TOC_LOG_LEVEL_ERROR, NULL);
    if (recording->wake_fd < 0 || toc_client_create(options->config, TOC_CLIENT_READER,
                                                    recording->log, &recording->client) != TOC_OK) {
        return TOC_EXIT_INVALID; /* The log has said why. */
    }
    enum toc_status status = add_inputs(recording, options, &words);
    if (status == TOC_OK) {
        status = ask_ends(recording, options->since_ms, &words);
    }
    if (status != TOC_OK) {
        result = refuse(status, &words);
    } else if (recording->total == 0) {
        toc_terminal_say("the topics hold nothing%s",
                         options->since_ms != TOC_INSTANT_NONE ? " stored since then" : "");
        result = TOC_EXIT_IO;
    } else if (!assign(recording)) {
        result = TOC_EXIT_IO;
    }
    toc_text_finish(&words);
    return result;
}

void toc_recording_close(struct toc_recording *recording)
{
    if (recording == NULL) {
        return;
    }
    toc_reader_destroy(recording->reader);
    toc_client_destroy(recording->client);
    toc_log_destroy(recording->log);
    if (recording->wake_fd >= 0) {
        (void)close(recording->wake_fd);
    }
    toc_mem_free(recording->starts);
    toc_mem_free(recording->ends);
    toc_mem_free(recording->spot_inputs);
    toc_arena_finish(&recording->arena);
    toc_mem_free(recording);
}

size_t toc_recording_inputs(const struct toc_recording *recording, const struct toc_input **out,
                            const struct toc_config_input *const **out_configs)
{
    *out = recording->inputs;
    *out_configs = recording->configs;
    return recording->input_count;
}

size_t toc_recording_parts(const struct toc_recording *recording)
{
    return toc_reader_count(recording->reader);
}

const struct toc_part *toc_recording_part(const struct toc_recording *recording, size_t part)
{
    return toc_reader_part(recording->reader, part);
}

int64_t toc_recording_end_ms(const struct toc_recording *recording)
{
    return recording->end_ms;
}

int64_t toc_recording_total(const struct toc_recording *recording)
{
    return recording->total;
}

int64_t toc_recording_done(const struct toc_recording *recording)
{
    int64_t done = 0;

    for (size_t i = 0; i < recording->spot_count; i++) {
        done += toc_reader_part(recording->reader, i)->next - recording->starts[i].offset;
    }
    return done;
}

bool toc_recording_next(struct toc_recording *recording, struct toc_read *out,
                        enum toc_exit *out_exit)
{
    int64_t begun_ms = clock_ms(CLOCK_MONOTONIC), now_ms = begun_ms;

    *out_exit = TOC_EXIT_OK;
    for (;;) {
        /* A partition that is slow to come holds the order back until time is up. */
        switch (toc_reader_next(recording->reader, now_ms, INT64_MAX, out)) {
        case TOC_READER_RECORD:
            return true;
        case TOC_READER_EMPTY:
            return false;
        case TOC_READER_WAITING:
            break;
        }
        struct pollfd wake = {.fd = recording->wake_fd, .events = POLLIN};
        uint64_t written;

        (void)poll(&wake, 1, WAIT_MS);
        ssize_t size = read(recording->wake_fd, &written, sizeof written);
        (void)size; /* Read before looking, or a wake-up could be lost; empty is no harm. */
        toc_reader_wake(recording->reader);
        now_ms = clock_ms(CLOCK_MONOTONIC);
        if (now_ms - begun_ms >= recording->timeout_ms) {
            toc_terminal_say("broker: no record for %" PRId64 " s: the replay is not whole",
                             recording->timeout_ms / 1000);
            *out_exit = TOC_EXIT_IO;
            return false;
        }
    }
}
