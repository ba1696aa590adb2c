/* cli/replay.c - `tocsin replay`: a file of events through the engine, alerts out.
 *
 * A file has no clock: the lane clock is the newest event time, moved before the event that brings
 * it is fed. One input, one partition. Nothing is taken from the heap per event, and the system is
 * called per block, not per line: this is the path that is measured. */
#include "cli/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/book.h"
#include "cli/lines.h"
#include "cli/rules.h"
#include "cli/terminal.h"
#include "engine/engine.h"
#include "event/decode.h"

enum {
    REFUSED_SHOWN = 20, /* Refused lines told one by one. */
    DROPPED_SHOWN = 20, /* Dropped fields likewise. */
    OUTPUT_BUFFER = 1 << 18,
    ACCEPT_LATE_MS = 600000,
};

struct rule_tally {
    uint64_t told_new, cancelled;
};

/* One rule set with an engine of its own; `--diff` has two. */
struct stage {
    struct toc_ruleset *rules;
    struct toc_engine *engine;
    struct toc_decoder *decoder;
    struct rule_tally *tallies; /* One a rule. */
    struct toc_book book;
    int64_t newest_ms;         /* The lane clock. */
    bool is_booked, is_silent; /* Alerts are noted in the book; are not written. */
};

struct replay {
    struct stage now, before; /* before: the old rules of --diff, else empty. */
    struct toc_lines lines;
    struct toc_progress progress;
    const char *path;
    uint64_t refused[TOC_REFUSAL_COUNT], refused_lines, dropped_fields;
    struct toc_text detail;
};

static void on_told(const struct toc_told *told, void *context)
{
    struct stage *stage = context;
    struct rule_tally *tally = &stage->tallies[toc_ruleset_find(stage->rules, told->rule->name)];

    tally->told_new += told->state == TOC_ALERT_NEW;
    tally->cancelled += told->state == TOC_ALERT_CANCELLED;
    if (stage->is_booked) {
        toc_book_add(&stage->book, told);
    }
    if (stage->is_silent) {
        return;
    }
    fwrite(told->record.data, 1, told->record.size, stdout);
    fputc('\n', stdout);
}

static void on_dropped(const struct toc_event *event, const struct toc_field *field, void *context)
{
    struct replay *replay = context;
    (void)event;
    replay->dropped_fields++;
    if (replay->dropped_fields > DROPPED_SHOWN) {
        return;
    }
    toc_progress_finish(&replay->progress);
    fprintf(stderr, "%s:%lld: %.*s is wrong and left out\n", replay->path,
            (long long)replay->lines.line, (int)field->name.size, field->name.data);
    if (replay->dropped_fields == DROPPED_SHOWN) {
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
    replay->refused[reason]++;
    replay->refused_lines++;
    if (replay->refused_lines > REFUSED_SHOWN) {
        return;
    }
    toc_progress_finish(&replay->progress);
    fprintf(stderr, "%s:%lld: refused, %s: %s%s%.*s\n", replay->path, (long long)replay->lines.line,
            toc_refusal_text(reason), toc_refusal_words(reason),
            replay->detail.size > 0 ? ": " : "", (int)replay->detail.size,
            replay->detail.size > 0 ? replay->detail.data : "");
    if (replay->refused_lines == REFUSED_SHOWN) {
        fputs("further refused lines are only counted\n", stderr);
    }
}

/* Decode @record by the types of @stage and feed what it holds. False: it is refused. */
static bool feed(struct replay *replay, struct stage *stage, const struct toc_record *record,
                 enum toc_refusal *out_reason)
{
    const struct toc_event *events;
    size_t count;
    if (toc_decoder_decode(stage->decoder, record, &events, &count, out_reason, &replay->detail) !=
        TOC_OK) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (events[i].at_ms > stage->newest_ms) {
            stage->newest_ms = events[i].at_ms;
            toc_engine_tick(stage->engine, stage->newest_ms);
        }
        /* Repeats and late ones are counted by the engine. */
        (void)toc_engine_feed(stage->engine, 0, 0, &events[i]);
    }
    return true;
}

/* A line of the file that is no event may be what somebody did. False: it is not. */
static bool feed_action(struct replay *replay, struct stage *stage, struct toc_str bytes)
{
    struct toc_action action;
    enum toc_action_refusal reason;
    struct toc_text detail = {0};

    if (!toc_action_is_one(bytes)) {
        return false;
    }
    bool is_taken = toc_action_decode(bytes, TOC_INSTANT_NONE, &action, &reason, &detail) == TOC_OK;
    if (is_taken) {
        if (action.at_ms > stage->newest_ms) {
            stage->newest_ms = action.at_ms;
            toc_engine_tick(stage->engine, action.at_ms);
        }
        is_taken = toc_engine_act(stage->engine, &action, &reason) != TOC_ACT_REFUSED;
        toc_action_finish(&action);
    }
    if (!is_taken && !stage->is_silent) {
        toc_progress_finish(&replay->progress);
        fprintf(stderr, "%s:%lld: action refused, %s: %s%s%s\n", replay->path,
                (long long)replay->lines.line, toc_action_refusal_text(reason),
                toc_action_refusal_words(reason), detail.size > 0 ? ": " : "",
                detail.size > 0 ? detail.data : "");
    }
    toc_text_finish(&detail);
    return true;
}

static void feed_all(struct replay *replay, struct toc_str topic)
{
    struct toc_record record = {
        .origin = {.topic = topic, .partition = 0, .stored_ms = TOC_INSTANT_NONE},
        .is_padded = true, /* By toc_lines: saves a copy. */
    };
    while (toc_lines_next(&replay->lines, &record.bytes)) {
        enum toc_refusal reason;
        record.origin.offset = replay->lines.line;
        bool is_action = false;
        if (!feed(replay, &replay->now, &record, &reason)) {
            is_action = reason == TOC_REFUSAL_UNKNOWN_TYPE &&
                        feed_action(replay, &replay->now, record.bytes);
            if (!is_action) {
                refuse(replay, reason);
            }
        }
        if (replay->before.engine != NULL) {
            if (is_action) {
                (void)feed_action(replay, &replay->before, record.bytes);
            } else {
                (void)feed(replay, &replay->before, &record,
                           &reason); /* Of other types, perhaps. */
            }
        }
    }
    toc_engine_settle(replay->now.engine);
    if (replay->before.engine != NULL) {
        toc_engine_settle(replay->before.engine);
    }
}

static int by_name(const void *a, const void *b)
{
    const struct toc_rule *const *left = a, *const *right = b;
    return toc_str_compare((*left)->name, (*right)->name);
}

/* A row for every rule that told something, how many told nothing. */
static void print_rules(const struct replay *replay)
{
    size_t count = toc_ruleset_count(replay->now.rules), quiet = 0;
    const struct toc_rule **sorted = toc_mem_array(count, sizeof *sorted);
    int width = 4;
    for (size_t i = 0; i < count; i++) {
        sorted[i] = toc_ruleset_get(replay->now.rules, i);
        width = (int)sorted[i]->name.size > width ? (int)sorted[i]->name.size : width;
    }
    qsort(sorted, count, sizeof *sorted, by_name);
    fprintf(stderr, "%-*s %10s %10s %10s\n", width, "rule", "new", "open", "cancelled");
    for (size_t i = 0; i < count; i++) {
        size_t index = (size_t)toc_ruleset_find(replay->now.rules, sorted[i]->name);
        struct toc_rule_counts counts = toc_engine_rule_counts(replay->now.engine, index);
        if (replay->now.tallies[index].told_new == 0) {
            quiet++;
            continue;
        }
        fprintf(stderr, "%-*.*s %10llu %10llu %10llu\n", width, (int)sorted[i]->name.size,
                sorted[i]->name.data, (unsigned long long)replay->now.tallies[index].told_new,
                (unsigned long long)counts.open,
                (unsigned long long)replay->now.tallies[index].cancelled);
    }
    if (quiet > 0) {
        fprintf(stderr, "%zu rules told nothing\n", quiet);
    }
    toc_mem_free(sorted);
}

static void print_count(struct toc_str rule, uint64_t count, const char *words)
{
    if (count > 0) {
        fprintf(stderr, "%.*s: %llu %s\n", (int)rule.size, rule.data, (unsigned long long)count,
                words);
    }
}

/* A rule that is quiet for want of a field must not look content. */
static void print_blind_spots(const struct replay *replay)
{
    for (size_t i = 0; i < toc_ruleset_count(replay->now.rules); i++) {
        struct toc_str name = toc_ruleset_get(replay->now.rules, i)->name;
        struct toc_rule_counts counts = toc_engine_rule_counts(replay->now.engine, i);
        print_count(name, counts.missing_key, "events lack a field of its key");
        print_count(name, counts.missing_field, "events lack a field of its conditions");
        print_count(name, counts.where_failed, "events made its `where` end in an error");
        print_count(name, counts.where_budget, "events made its `where` use up its budget");
        print_count(name, counts.budget, "searches were too large: alerts may be missing");
    }
}

static void print_bundle(const struct replay *replay)
{
    const struct toc_ruleset *before = replay->before.rules;

    if (before != NULL) {
        fprintf(stderr, "bundle %s -> %s\n", toc_ruleset_bundle(before),
                toc_ruleset_bundle(replay->now.rules));
    } else {
        fprintf(stderr, "bundle %s\n", toc_ruleset_bundle(replay->now.rules));
    }
}

static void print_summary(const struct replay *replay)
{
    struct toc_engine_counts counts = toc_engine_counts(replay->now.engine);

    fprintf(stderr, "events %llu, refused %llu", (unsigned long long)counts.events,
            (unsigned long long)replay->refused_lines);
    const char *before = " (";
    for (int i = 0; i < TOC_REFUSAL_COUNT; i++) {
        if (replay->refused[i] > 0) {
            fprintf(stderr, "%s%s %llu", before, toc_refusal_text((enum toc_refusal)i),
                    (unsigned long long)replay->refused[i]);
            before = ", ";
        }
    }
    fprintf(stderr, "%s, late %llu, repeats %llu, conflicts %llu\n",
            replay->refused_lines > 0 ? ")" : "", (unsigned long long)counts.late,
            (unsigned long long)counts.repeats, (unsigned long long)counts.conflicts);
    if (replay->dropped_fields > 0) {
        fprintf(stderr, "wrong optional fields left out: %llu\n",
                (unsigned long long)replay->dropped_fields);
    }
    fprintf(stderr, "still held at the end: %llu keys, %llu events\n",
            (unsigned long long)counts.keys, (unsigned long long)counts.kept_events);
    if (counts.keys_refused > 0) {
        fprintf(stderr, "events not counted because too many keys were in use: %llu\n",
                (unsigned long long)counts.keys_refused);
    }
    print_bundle(replay);
    print_rules(replay);
    print_blind_spots(replay);
}

/* The last step of @path: alerts of a file that was moved stay the same. */
static struct toc_str name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return toc_str_of(slash != NULL && slash[1] != '\0' ? slash + 1 : path);
}

static void stage_init(struct stage *stage, const struct toc_input *input,
                       void (*dropped)(const struct toc_event *event, const struct toc_field *field,
                                       void *context),
                       struct replay *replay)
{
    stage->tallies = toc_mem_array(toc_ruleset_count(stage->rules), sizeof *stage->tallies);
    stage->newest_ms = TOC_INSTANT_NONE;
    stage->decoder = toc_decoder_create(&(struct toc_decoder_options){
        .catalogue = toc_ruleset_catalogue(stage->rules),
        .mode = TOC_MODE_ACTUAL,
        .on_dropped = dropped,
        .context = replay,
    });
    stage->engine = toc_engine_create(&(struct toc_engine_options){
        .rules = stage->rules,
        .inputs = input,
        .input_count = 1,
        .source = TOC_STR("/tocsin/replay"),
        .on_told = on_told,
        .context = stage,
    });
}

static void stage_finish(struct stage *stage)
{
    toc_engine_destroy(stage->engine);
    toc_decoder_destroy(stage->decoder);
    toc_book_finish(&stage->book);
    toc_mem_free(stage->tallies);
    toc_ruleset_destroy(stage->rules);
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

enum toc_exit toc_cli_replay(const struct toc_args *args)
{
    struct replay replay = {.path = args->operands[0]};
    struct toc_rules_at at = {0};
    enum toc_exit result = TOC_EXIT_OK;
    bool is_quiet = toc_args_has(args, TOC_OPT_QUIET);

    replay.now.rules = toc_rules_load(args, &at, &result);
    if (replay.now.rules == NULL) {
        goto done;
    }
    if (toc_args_has(args, TOC_OPT_DIFF)) {
        result = load_before(&replay, args);
        if (result != TOC_EXIT_OK) {
            goto done;
        }
    }
    if (toc_lines_init(&replay.lines, replay.path) != TOC_OK) {
        toc_terminal_say("%s: %s", replay.path, strerror(errno));
        result = TOC_EXIT_IO;
        goto done;
    }
    replay.lines.on_block = on_block;
    replay.lines.context = &replay;
    toc_progress_init(&replay.progress, "replay", replay.lines.size_bytes, !is_quiet);
    setvbuf(stdout, NULL, _IOFBF, OUTPUT_BUFFER);

    struct toc_input input = {
        .name = TOC_STR("file"),
        .max_disorder_ms = toc_args_span(args, TOC_OPT_DISORDER, 0),
        .accept_late_ms = toc_args_span(args, TOC_OPT_ACCEPT_LATE, ACCEPT_LATE_MS),
        .partition_count = 1,
    };
    if (input.accept_late_ms < input.max_disorder_ms) {
        toc_terminal_say("--accept-late must be at least --disorder");
        result = TOC_EXIT_USAGE;
        goto done;
    }
    replay.now.is_booked |= toc_args_has(args, TOC_OPT_BY_DAY);
    stage_init(&replay.now, &input, on_dropped, &replay);
    if (replay.before.rules != NULL) {
        stage_init(&replay.before, &input, NULL, &replay);
    }
    feed_all(&replay, name_of(replay.path));
    toc_progress_finish(&replay.progress);
    if (replay.lines.error != 0) {
        toc_terminal_say("%s: %s", replay.path, strerror(replay.lines.error));
        result = TOC_EXIT_IO;
    }
    if (!is_quiet) {
        print_summary(&replay);
    }
    if (toc_args_has(args, TOC_OPT_BY_DAY)) {
        toc_book_print_days(&replay.now.book, stderr);
    }
    if (replay.before.rules != NULL) {
        print_difference(&replay);
    }
done:
    stage_finish(&replay.now);
    stage_finish(&replay.before);
    toc_lines_finish(&replay.lines);
    toc_text_finish(&replay.detail);
    toc_rules_finish(&at);
    return result;
}
