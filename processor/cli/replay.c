/* cli/replay.c - `tocsin replay`: a file of events, or what Kafka topics hold, through the engine.
 *
 * A file has no clock: the lane clock is the newest event time, moved before the event that brings
 * it is fed. One input, one partition. Nothing is taken from the heap per event, and the system is
 * called per block, not per line: this is the path that is measured.
 * Topics have one: records come in the order in which a lane reads them back, the lane clock is
 * their Kafka timestamp, and between them it beats as a lane's does, so that silence and idle
 * partitions are what they were. At the end it is the moment at which the ends were asked for. */
#include "cli/command.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "cli/lines.h"
#include "cli/recording.h"
#include "cli/rules.h"
#include "cli/stage.h"
#include "cli/summary.h"
#include "cli/terminal.h"

enum {
    REFUSED_SHOWN = 20, /* Refused records told one by one. */
    DROPPED_SHOWN = 20, /* Dropped fields likewise. */
    OUTPUT_BUFFER = 1 << 18,
    ACCEPT_LATE_MS = 600000,
    BEAT_MS = 1000,     /* How often the clock of topics moves, as a lane's does; */
    GAP_BEATS = 100000, /* between two records at most so often. */
    FLUSH_RECORDS = 4096,
    TIMEOUT_MS = 30000,
};

/* What the clock of topics needs to know of a partition. */
struct part {
    int64_t heard_ms;
    bool is_idle;
};

struct replay {
    struct toc_stage now, before; /* before: the old rules of --diff, else empty. */
    struct toc_lines lines;
    struct toc_progress progress;
    const char *path; /* Of the file; NULL: topics. */
    struct toc_config *config;
    struct toc_diag *diag;
    struct toc_recording *recording;
    struct toc_origin at; /* The record that is being fed. */
    struct part *parts;
    struct toc_refusals refused;
    struct toc_text detail;
};

/* Begin a line on stderr about the record that is being fed. */
static void say_where(struct replay *replay)
{
    toc_progress_finish(&replay->progress);
    if (replay->path != NULL) {
        fprintf(stderr, "%s:%" PRId64 ": ", replay->path, replay->at.offset);
    } else {
        fprintf(stderr, "%.*s/%" PRId32 ":%" PRId64 ": ", (int)replay->at.topic.size,
                replay->at.topic.data, replay->at.partition, replay->at.offset);
    }
}

static void on_dropped(const struct toc_event *event, const struct toc_field *field, void *context)
{
    struct replay *replay = context;
    (void)event;
    replay->refused.dropped_fields++;
    if (replay->refused.dropped_fields > DROPPED_SHOWN) {
        return;
    }
    say_where(replay);
    fprintf(stderr, "%.*s is wrong and left out\n", (int)field->name.size, field->name.data);
    if (replay->refused.dropped_fields == DROPPED_SHOWN) {
        fputs("further fields left out are only counted\n", stderr);
    }
}

/* Before every read: what was found so far goes out, so that a pipe is not kept waiting. */
static void on_block(void *context)
{
    struct replay *replay = context;
    fflush(stdout);
    toc_progress_move(&replay->progress, replay->lines.read_bytes);
}

static void refuse(struct replay *replay, enum toc_refusal reason)
{
    replay->refused.by_reason[reason]++;
    replay->refused.records++;
    if (replay->refused.records > REFUSED_SHOWN) {
        return;
    }
    say_where(replay);
    fprintf(stderr, "refused, %s: %s%s%.*s\n", toc_refusal_text(reason), toc_refusal_words(reason),
            replay->detail.size > 0 ? ": " : "", (int)replay->detail.size,
            replay->detail.size > 0 ? replay->detail.data : "");
    if (replay->refused.records == REFUSED_SHOWN) {
        fprintf(stderr, "further refused %s are only counted\n",
                replay->path != NULL ? "lines" : "records");
    }
}

/* A line of the file that is no event may be what somebody did. False: it is not. */
static bool feed_action(struct replay *replay, struct toc_stage *stage, struct toc_str bytes)
{
    struct toc_action action;
    enum toc_action_refusal reason;
    struct toc_text detail = {0};

    if (!toc_action_is_one(bytes)) {
        return false;
    }
    bool is_taken = toc_action_decode(bytes, TOC_INSTANT_NONE, &action, &reason, &detail) == TOC_OK;
    if (is_taken) {
        toc_stage_tick(stage, action.at_ms);
        is_taken = toc_engine_act(stage->engine, &action, &reason) != TOC_ACT_REFUSED;
        toc_action_finish(&action);
    }
    if (!is_taken && !stage->is_silent) {
        say_where(replay);
        fprintf(stderr, "action refused, %s: %s%s%s\n", toc_action_refusal_text(reason),
                toc_action_refusal_words(reason), detail.size > 0 ? ": " : "",
                detail.size > 0 ? detail.data : "");
    }
    toc_text_finish(&detail);
    return true;
}

static void feed_file(struct replay *replay, struct toc_str topic)
{
    struct toc_record record = {
        .origin = {.topic = topic, .partition = 0, .stored_ms = TOC_INSTANT_NONE},
        .is_padded = true, /* By toc_lines: saves a copy. */
    };
    while (toc_lines_next(&replay->lines, &record.bytes)) {
        enum toc_refusal reason;
        record.origin.offset = replay->lines.line;
        replay->at = record.origin;
        bool is_action = false;
        if (!toc_stage_feed(&replay->now, 0, 0, &record, true, &reason, &replay->detail)) {
            is_action = reason == TOC_REFUSAL_UNKNOWN_TYPE &&
                        feed_action(replay, &replay->now, record.bytes);
            if (!is_action) {
                refuse(replay, reason);
            }
        }
        if (replay->before.engine != NULL) {
            if (is_action) {
                (void)feed_action(replay, &replay->before, record.bytes);
            } else { /* Of other types, perhaps. */
                (void)toc_stage_feed(&replay->before, 0, 0, &record, true, &reason,
                                     &replay->detail);
            }
        }
    }
    toc_engine_settle(replay->now.engine);
    if (replay->before.engine != NULL) {
        toc_engine_settle(replay->before.engine);
    }
}

/* --- Topics -------------------------------------------------------------------------------- */

static void set_idle(struct replay *replay, size_t number, bool is_idle)
{
    const struct toc_part *part = toc_recording_part(replay->recording, number);

    if (replay->parts[number].is_idle != is_idle) {
        replay->parts[number].is_idle = is_idle;
        toc_engine_idle(replay->now.engine, part->input, part->index, is_idle);
        if (replay->before.engine != NULL) {
            toc_engine_idle(replay->before.engine, part->input, part->index, is_idle);
        }
    }
}

/* Silence first, then time, as a lane does it (lane/drain.c). */
static void beat(struct replay *replay, int64_t now_ms)
{
    const struct toc_input *inputs;
    const struct toc_config_input *const *configs;

    (void)toc_recording_inputs(replay->recording, &inputs, &configs);
    for (size_t i = 0; i < toc_recording_parts(replay->recording); i++) {
        size_t input = toc_recording_part(replay->recording, i)->input;
        if (now_ms - replay->parts[i].heard_ms >= configs[input]->idle_after_ms) {
            set_idle(replay, i, true);
        }
    }
    toc_stage_tick(&replay->now, now_ms);
    if (replay->before.engine != NULL) {
        toc_stage_tick(&replay->before, now_ms);
    }
}

static void move_clock(struct replay *replay, int64_t to_ms)
{
    if (replay->now.clock_ms == TOC_INSTANT_NONE) { /* It begins to watch. */
        for (size_t i = 0; i < toc_recording_parts(replay->recording); i++) {
            replay->parts[i].heard_ms = to_ms;
        }
        beat(replay, to_ms);
    }
    int64_t step_ms = (to_ms - replay->now.clock_ms) / GAP_BEATS;
    step_ms = step_ms > BEAT_MS ? step_ms : BEAT_MS;
    while (replay->now.clock_ms < to_ms) {
        int64_t next_ms = replay->now.clock_ms + step_ms;
        beat(replay, next_ms < to_ms ? next_ms : to_ms);
    }
}

static enum toc_exit feed_topics(struct replay *replay, int64_t since_ms)
{
    enum toc_exit result = TOC_EXIT_OK;
    struct toc_read read;

    replay->parts = toc_mem_array(toc_recording_parts(replay->recording), sizeof *replay->parts);
    if (since_ms != TOC_INSTANT_NONE) {
        move_clock(replay, since_ms);
    }
    for (uint64_t count = 1; toc_recording_next(replay->recording, &read, &result); count++) {
        const struct toc_part *part = toc_recording_part(replay->recording, read.part);
        enum toc_refusal reason = TOC_REFUSAL_EMPTY;

        replay->at = read.record.origin;
        if (replay->at.stored_ms != TOC_INSTANT_NONE) { /* A producer may have set it: any. */
            int64_t end_ms = toc_recording_end_ms(replay->recording);
            move_clock(replay, replay->at.stored_ms < end_ms ? replay->at.stored_ms : end_ms);
        }
        replay->parts[read.part].heard_ms = replay->now.clock_ms;
        set_idle(replay, read.part, false);
        if (!toc_stage_feed(&replay->now, part->input, part->index, &read.record, false, &reason,
                            &replay->detail)) {
            refuse(replay, reason);
        }
        if (replay->before.engine != NULL) {
            (void)toc_stage_feed(&replay->before, part->input, part->index, &read.record, false,
                                 &reason, &replay->detail);
        }
        if (count % FLUSH_RECORDS == 0) {
            fflush(stdout);
            toc_progress_move(&replay->progress, toc_recording_done(replay->recording));
        }
    }
    if (result == TOC_EXIT_OK) { /* All is read: what silence says up to now is said. */
        move_clock(replay, toc_recording_end_ms(replay->recording));
    }
    return result;
}

/* The last step of @path: alerts of a file that was moved stay the same. */
static struct toc_str name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return toc_str_of(slash != NULL && slash[1] != '\0' ? slash + 1 : path);
}

/* The rules of --diff, beside those of --rules: both tell into books, none is written. */
static enum toc_exit load_before(struct replay *replay, const struct toc_args *args)
{
    struct toc_args other = *args;
    struct toc_rules_at at = {0};
    enum toc_exit result = TOC_EXIT_OK;
    other.values[TOC_OPT_RULES] = args->values[TOC_OPT_DIFF];
    replay->before.rules = toc_rules_load(&other, &at, &result);
    replay->before.is_booked = replay->before.is_silent = true;
    replay->now.is_booked = replay->now.is_silent = true;
    toc_rules_finish(&at);
    return replay->before.rules != NULL ? TOC_EXIT_OK : result;
}

static void print_difference(struct replay *replay)
{
    struct toc_book_difference difference =
        toc_book_diff(&replay->before.book, &replay->now.book, stdout);
    fprintf(stderr, "gained %zu, lost %zu, kept %zu\n", difference.gained, difference.lost,
            difference.kept);
}

/* Open the stages over @inputs; what the configuration says of them may not fit old types. */
static bool open_stages(struct replay *replay, const struct toc_input *inputs,
                        const struct toc_config_input *const *configs, size_t count)
{
    struct toc_stage_options options = {
        .inputs = inputs,
        .configs = configs,
        .input_count = count,
        .on_dropped = on_dropped,
        .context = replay,
        .diag = replay->diag,
    };
    bool is_open = toc_stage_open(&replay->now, &options);

    options.on_dropped = NULL;
    if (is_open && replay->before.rules != NULL) {
        is_open = toc_stage_open(&replay->before, &options);
    }
    if (!is_open) {
        toc_rules_tell(replay->diag, stderr);
    }
    return is_open;
}

static enum toc_exit replay_file(struct replay *replay, const struct toc_args *args)
{
    struct toc_input input = {
        .name = TOC_STR("file"),
        .max_disorder_ms = toc_args_span(args, TOC_OPT_DISORDER, 0),
        .accept_late_ms = toc_args_span(args, TOC_OPT_ACCEPT_LATE, ACCEPT_LATE_MS),
        .partition_count = 1,
    };
    if (toc_lines_init(&replay->lines, replay->path) != TOC_OK) {
        toc_terminal_say("%s: %s", replay->path, strerror(errno));
        return TOC_EXIT_IO;
    }
    replay->lines.on_block = on_block;
    replay->lines.context = replay;
    toc_progress_init(&replay->progress, "replay", replay->lines.size_bytes,
                      !toc_args_has(args, TOC_OPT_QUIET));
    if (input.accept_late_ms < input.max_disorder_ms) {
        toc_terminal_say("--accept-late must be at least --disorder");
        return TOC_EXIT_USAGE;
    }
    if (!open_stages(replay, &input, NULL, 1)) {
        return TOC_EXIT_INVALID;
    }
    feed_file(replay, name_of(replay->path));
    if (replay->lines.error != 0) {
        toc_progress_finish(&replay->progress);
        toc_terminal_say("%s: %s", replay->path, strerror(replay->lines.error));
        return TOC_EXIT_IO;
    }
    return TOC_EXIT_OK;
}

/* "30d" before now, or a full time. False: neither. */
static bool read_since(const char *text, int64_t *out_ms)
{
    struct timespec now;
    int64_t span_ms;

    if (toc_span_parse(toc_str_of(text), &span_ms)) {
        (void)clock_gettime(CLOCK_REALTIME, &now);
        *out_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 - span_ms;
        return true;
    }
    return toc_instant_parse(toc_str_of(text), out_ms);
}

static enum toc_exit replay_topics(struct replay *replay, const struct toc_args *args)
{
    struct toc_recording_options options = {
        .config = replay->config,
        .topics = args->topics,
        .topic_count = args->topic_count,
        .since_ms = TOC_INSTANT_NONE,
        .timeout_ms = toc_args_span(args, TOC_OPT_TIMEOUT, TIMEOUT_MS),
    };
    const struct toc_input *inputs;
    const struct toc_config_input *const *configs;

    if (toc_args_has(args, TOC_OPT_SINCE) &&
        !read_since(args->values[TOC_OPT_SINCE], &options.since_ms)) {
        toc_terminal_say("--since: \"%s\" is neither a span like 30d nor a time like "
                         "2026-03-01T06:00:00Z",
                         args->values[TOC_OPT_SINCE]);
        return TOC_EXIT_USAGE;
    }
    enum toc_exit result = toc_recording_open(&options, &replay->recording);
    if (result != TOC_EXIT_OK) {
        return result;
    }
    size_t count = toc_recording_inputs(replay->recording, &inputs, &configs);
    if (!open_stages(replay, inputs, configs, count)) {
        return TOC_EXIT_INVALID;
    }
    toc_progress_init(&replay->progress, "replay", toc_recording_total(replay->recording),
                      !toc_args_has(args, TOC_OPT_QUIET));
    replay->progress.is_of_records = true;
    return feed_topics(replay, options.since_ms);
}

/* A file, or the topics of a configuration: what goes with the one does not go with the other. */
static bool is_right(const struct toc_args *args)
{
    bool is_file = args->operand_count > 0, is_topics = toc_args_has(args, TOC_OPT_CONFIG);
    static const enum toc_option_id of_topics[] = {TOC_OPT_CONFIG, TOC_OPT_TOPIC, TOC_OPT_SINCE,
                                                   TOC_OPT_TIMEOUT};
    static const enum toc_option_id of_file[] = {TOC_OPT_DISORDER, TOC_OPT_ACCEPT_LATE};

    for (size_t i = 0; is_file && i < sizeof of_topics / sizeof of_topics[0]; i++) {
        if (toc_args_has(args, of_topics[i])) {
            toc_terminal_say("--%s goes with topics, not with a file",
                             toc_option_get(of_topics[i])->name);
            return false;
        }
    }
    for (size_t i = 0; !is_file && i < sizeof of_file / sizeof of_file[0]; i++) {
        if (toc_args_has(args, of_file[i])) {
            toc_terminal_say("--%s goes with a file; of topics the configuration says it",
                             toc_option_get(of_file[i])->name);
            return false;
        }
    }
    if (!is_file && !is_topics) {
        toc_terminal_say("say what to replay: a FILE, or topics with --config FILE");
    }
    return is_file || is_topics;
}

/* The rules of --rules, or those of the configuration; held against its inputs. */
static enum toc_exit load(struct replay *replay, const struct toc_args *args,
                          struct toc_rules_at *at)
{
    enum toc_exit result = TOC_EXIT_OK;

    if (replay->path != NULL) {
        replay->now.rules = toc_rules_load(args, at, &result);
        return replay->now.rules != NULL ? TOC_EXIT_OK : result;
    }
    replay->diag = toc_diag_create();
    bool is_loaded = toc_config_load(args->values[TOC_OPT_CONFIG], replay->diag, &replay->config);
    if (is_loaded && toc_args_has(args, TOC_OPT_RULES)) {
        replay->now.rules = toc_rules_load(args, at, &result);
    } else if (is_loaded) {
        struct toc_rule_paths paths = toc_config_rule_paths(replay->config);
        is_loaded = toc_ruleset_load(&paths, replay->diag, &replay->now.rules);
    }
    is_loaded = is_loaded && replay->now.rules != NULL &&
                toc_config_check(replay->config, replay->now.rules, replay->diag);
    toc_rules_tell(replay->diag, stderr);
    return is_loaded ? TOC_EXIT_OK : result != TOC_EXIT_OK ? result : TOC_EXIT_INVALID;
}

enum toc_exit toc_cli_replay(const struct toc_args *args)
{
    struct replay replay = {.path = args->operand_count > 0 ? args->operands[0] : NULL};
    struct toc_rules_at at = {0};

    if (!is_right(args)) {
        return TOC_EXIT_USAGE;
    }
    enum toc_exit result = load(&replay, args, &at);
    if (result == TOC_EXIT_OK && toc_args_has(args, TOC_OPT_DIFF)) {
        result = load_before(&replay, args);
    }
    if (result == TOC_EXIT_OK) {
        replay.now.is_booked |= toc_args_has(args, TOC_OPT_BY_DAY);
        setvbuf(stdout, NULL, _IOFBF, OUTPUT_BUFFER);
        result = replay.path != NULL ? replay_file(&replay, args) : replay_topics(&replay, args);
    }
    toc_progress_finish(&replay.progress);
    if (replay.now.engine != NULL) { /* Fed, if only in part. */
        if (!toc_args_has(args, TOC_OPT_QUIET)) {
            toc_summary_print(&replay.now, replay.before.rules, &replay.refused);
        }
        if (toc_args_has(args, TOC_OPT_BY_DAY)) {
            toc_book_print_days(&replay.now.book, stderr);
        }
        if (replay.before.engine != NULL) {
            print_difference(&replay);
        }
    }
    toc_stage_finish(&replay.now);
    toc_stage_finish(&replay.before);
    toc_recording_close(replay.recording);
    toc_config_destroy(replay.config);
    toc_diag_destroy(replay.diag);
    toc_lines_finish(&replay.lines);
    toc_mem_free(replay.parts);
    toc_text_finish(&replay.detail);
    toc_rules_finish(&at);
    return result;
}
