/* cli/explain.c - `tocsin explain`: why an alert was told, or why not, from a file of events.
 *
 * The file is replayed once: the engine says which episodes there are. Then its events are read
 * again for each rule and key that is asked about, and the reasoning is made beside the verdict
 * (engine/why.h). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/book.h"
#include "cli/command.h"
#include "cli/lines.h"
#include "cli/rules.h"
#include "cli/terminal.h"
#include "engine/why.h"
#include "event/decode.h"

enum fate { COUNTED, LATE, REPEATED };
enum { KEY_MOST = TOC_RULE_KEY_PARTS, ACCEPT_LATE_MS = 600000 };

struct question {
    char *text; /* Owns what follows. */
    struct toc_str rule, at, alert;
    struct toc_why_part parts[KEY_MOST];
    size_t part_count;
    enum toc_mode mode;
};

struct explain {
    struct toc_ruleset *rules;
    const char *path;
    struct toc_input input;
    struct toc_book book;
    struct toc_why_alerts *alerts;
    int64_t stream_ms, newest_ms;
    uint8_t *fates; /* By line: what became of its event. */
    size_t line_room;
    bool is_json;
};

/* --- The file ------------------------------------------------------------------------------ */

static void on_told(const struct toc_told *told, void *context)
{
    struct explain *explain = context;
    toc_book_add(&explain->book, told);
}

static void on_raised(const struct toc_raised_event *raised, void *context)
{
    struct explain *explain = context;
    toc_why_alerts_note(explain->alerts, raised);
}

static void note_fate(struct explain *explain, size_t line, enum toc_feed feed)
{
    if (line >= explain->line_room) {
        size_t room = explain->line_room * 2 + line + 1024;
        explain->fates = toc_mem_resize(explain->fates, room, sizeof *explain->fates);
        memset(explain->fates + explain->line_room, COUNTED, room - explain->line_room);
        explain->line_room = room;
    }
    explain->fates[line] = feed == TOC_FEED_TAKEN  ? COUNTED
                           : feed == TOC_FEED_LATE ? LATE
                                                   : REPEATED;
}

/* Read the file: into @engine, or, where that is NULL, into @why. False: it cannot be read. */
static bool read_all(struct explain *explain, struct toc_engine *engine, struct toc_why *why)
{
    struct toc_lines lines;
    struct toc_text detail = {0};
    struct toc_record record = {.origin = {.topic = TOC_STR("file"), .stored_ms = TOC_INSTANT_NONE},
                                .is_padded = true};
    if (toc_lines_init(&lines, explain->path) != TOC_OK) {
        toc_terminal_say("%s: %s", explain->path, strerror(errno));
        return false;
    }
    struct toc_decoder *decoder = toc_decoder_create(&(struct toc_decoder_options){
        .catalogue = toc_ruleset_catalogue(explain->rules), .mode = TOC_MODE_ACTUAL});
    while (toc_lines_next(&lines, &record.bytes)) {
        const struct toc_event *events;
        size_t count, line = (size_t)lines.line;
        enum toc_refusal reason;
        record.origin.offset = lines.line;
        if (toc_decoder_decode(decoder, &record, &events, &count, &reason, &detail) != TOC_OK) {
            continue;
        }
        for (size_t i = 0; i < count; i++) {
            if (engine == NULL) {
                if (explain->fates[line] != REPEATED) {
                    toc_why_add(why, &events[i], explain->fates[line] == LATE);
                }
                continue;
            }
            if (events[i].at_ms > explain->newest_ms) {
                explain->newest_ms = events[i].at_ms;
                toc_engine_tick(engine, explain->newest_ms);
            }
            enum toc_feed feed = toc_engine_feed(engine, 0, 0, &events[i]);
            note_fate(explain, line, feed);
            if (feed == TOC_FEED_TAKEN &&
                (explain->stream_ms == TOC_INSTANT_NONE || events[i].at_ms < explain->stream_ms)) {
                explain->stream_ms = events[i].at_ms;
            }
        }
    }
    bool is_read = lines.error == 0;
    if (!is_read) {
        toc_terminal_say("%s: %s", explain->path, strerror(lines.error));
    }
    toc_decoder_destroy(decoder);
    toc_lines_finish(&lines);
    toc_text_finish(&detail);
    return is_read;
}

/* --- Questions ----------------------------------------------------------------------------- */

static bool split_key(struct question *question, char *text)
{
    return toc_why_split(text, question->parts, &question->part_count, &question->mode);
}

/* The part of the rule that is asked about: of a rule with milestones, the one the key names. */
static const struct toc_rule *find_rule(const struct explain *explain,
                                        const struct question *question)
{
    int index = toc_ruleset_find(explain->rules, question->rule);
    if (index < 0) {
        return NULL;
    }
    const struct toc_rule *rule = toc_ruleset_get(explain->rules, (size_t)index);
    for (size_t p = 0; p < toc_rule_part_count(rule); p++) {
        const struct toc_rule *part = toc_rule_part(rule, p);
        for (size_t i = 0; i < question->part_count; i++) {
            if (toc_str_equal(question->parts[i].name, TOC_STR("milestone")) &&
                toc_str_equal(question->parts[i].value, part->milestone)) {
                return part;
            }
        }
    }
    return toc_rule_part(rule, 0);
}

/* What the engine said: is an episode of this rule and key on at @at_ms? */
static struct toc_why_verdict ask_book(const struct explain *explain, const struct toc_rule *rule,
                                       struct toc_str key, int64_t at_ms)
{
    struct toc_why_verdict verdict = {
        .begin_ms = TOC_INSTANT_NONE, .end_ms = TOC_INSTANT_NONE, .stream_ms = explain->stream_ms};
    for (size_t i = 0; i < explain->book.count; i++) {
        const struct toc_book_alert *alert = &explain->book.alerts[i];
        if (!alert->is_cancelled && alert->begin_ms <= at_ms && at_ms < alert->end_ms &&
            toc_str_equal(alert->rule, rule->name) &&
            toc_text_is_same(alert->key, key, toc_text_fold_name)) {
            verdict.holds = true;
            verdict.begin_ms = alert->begin_ms;
            verdict.end_ms = alert->end_ms;
        }
    }
    return verdict;
}

static void print_answer(const struct explain *explain, json_t *answer)
{
    if (explain->is_json) {
        char *text = json_dumps(answer, JSON_COMPACT);
        printf("%s\n", text);
        free(text);
    } else {
        struct toc_text text = {0};
        toc_why_print(answer, &text);
        fputs(text.data, stdout);
        toc_text_finish(&text);
    }
}

static enum toc_exit answer(struct explain *explain, struct question *question)
{
    struct toc_text words = {0}, key = {0};
    const struct toc_rule *rule = find_rule(explain, question);
    int64_t at_ms = 0;
    if (rule == NULL || !toc_instant_parse(question->at, &at_ms)) {
        toc_terminal_say(rule == NULL ? "there is no rule called %.*s" : "\"%.*s\" is no time",
                         (int)(rule == NULL ? question->rule : question->at).size,
                         (rule == NULL ? question->rule : question->at).data);
        return TOC_EXIT_USAGE;
    }
    struct toc_why *why = toc_why_create(explain->rules, rule, question->parts,
                                         question->part_count, question->mode, &words);
    if (why == NULL) {
        toc_terminal_say("%s", words.data);
        toc_text_finish(&words);
        return TOC_EXIT_USAGE;
    }
    enum toc_exit result = TOC_EXIT_IO;
    if (read_all(explain, NULL, why)) {
        toc_why_add_alerts(why, explain->alerts);
        if (question->mode != TOC_MODE_ACTUAL) {
            toc_text_addf(&key, "%s ", toc_mode_text(question->mode));
        }
        toc_why_add_key(why, &key);
        if (key.size > 0 && key.data[key.size - 1] == ' ') {
            key.size--; /* A mode, and no key. */
        }
        struct toc_why_verdict verdict = ask_book(explain, rule, toc_text_str(&key), at_ms);
        json_t *said = toc_why_answer(why, at_ms, &verdict);
        print_answer(explain, said);
        json_decref(said);
        result = TOC_EXIT_OK;
    }
    toc_why_destroy(why);
    toc_text_finish(&key);
    toc_text_finish(&words);
    return result;
}

/* --- The command --------------------------------------------------------------------------- */

static enum toc_exit replay(struct explain *explain)
{
    struct toc_engine *engine = toc_engine_create(&(struct toc_engine_options){
        .rules = explain->rules,
        .inputs = &explain->input,
        .input_count = 1,
        .source = TOC_STR("/tocsin/replay"),
        .on_told = on_told,
        .on_raised = on_raised,
        .context = explain,
    });
    bool is_read = read_all(explain, engine, NULL);
    toc_engine_settle(engine);
    toc_engine_destroy(engine);
    return is_read ? TOC_EXIT_OK : TOC_EXIT_IO;
}

/* An alert asks why it began. */
static bool ask_alert(struct explain *explain, const char *id, struct question *question,
                      char at[TOC_INSTANT_TEXT])
{
    for (size_t i = 0; i < explain->book.count; i++) {
        const struct toc_book_alert *alert = &explain->book.alerts[i];
        if (strncmp(alert->id, id, strlen(id)) == 0 && id[0] != '\0') {
            question->rule = alert->rule;
            toc_instant_format(alert->begin_ms, at);
            question->at = toc_str_of(at);
            question->text = toc_mem_copy(alert->asked.data, alert->asked.size);
            return split_key(question, question->text);
        }
    }
    toc_terminal_say("the file gives no alert %s", id);
    return false;
}

/* Each line: rule, instant, key, separated by tabs. */
static enum toc_exit answer_lines(struct explain *explain, const char *path)
{
    struct toc_lines lines;
    struct toc_str line;
    enum toc_exit result = TOC_EXIT_OK;
    if (toc_lines_init(&lines, path) != TOC_OK) {
        toc_terminal_say("%s: %s", path, strerror(errno));
        return TOC_EXIT_IO;
    }
    while (result == TOC_EXIT_OK && toc_lines_next(&lines, &line)) {
        struct question question = {.text = toc_mem_copy(line.data, line.size)};
        char *at = strchr(question.text, '\t'), *key = at != NULL ? strchr(at + 1, '\t') : NULL;
        if (key == NULL) {
            toc_terminal_say("%s:%lld: rule, time and key are asked for, with tabs between", path,
                             (long long)lines.line);
            result = TOC_EXIT_USAGE;
        } else {
            *at = *key = '\0';
            question.rule = toc_str_of(question.text);
            question.at = toc_str_of(at + 1);
            result = split_key(&question, key + 1) ? answer(explain, &question) : TOC_EXIT_USAGE;
        }
        toc_mem_free(question.text);
    }
    toc_lines_finish(&lines);
    return result;
}

enum toc_exit toc_cli_explain(const struct toc_args *args)
{
    struct explain explain = {
        .path = args->operands[0],
        .stream_ms = TOC_INSTANT_NONE,
        .newest_ms = TOC_INSTANT_NONE,
        .is_json = toc_args_has(args, TOC_OPT_JSON),
        .input = {.name = TOC_STR("file"),
                  .max_disorder_ms = toc_args_span(args, TOC_OPT_DISORDER, 0),
                  .accept_late_ms = toc_args_span(args, TOC_OPT_ACCEPT_LATE, ACCEPT_LATE_MS),
                  .partition_count = 1},
    };
    struct toc_rules_at at = {0};
    enum toc_exit result = TOC_EXIT_OK;
    struct question question = {.rule = toc_str_of(args->values[TOC_OPT_RULE]),
                                .at = toc_str_of(args->values[TOC_OPT_AT])};
    char begin[TOC_INSTANT_TEXT];

    bool is_alert = toc_args_has(args, TOC_OPT_ALERT);
    bool is_listed = toc_args_has(args, TOC_OPT_QUESTIONS);
    if (!is_alert && !is_listed && (question.rule.size == 0 || question.at.size == 0)) {
        toc_terminal_say("say which: --alert ID, or --rule RULE --at TIME and its --key");
        return TOC_EXIT_USAGE;
    }
    if (explain.input.accept_late_ms < explain.input.max_disorder_ms) {
        toc_terminal_say("--accept-late must be at least --disorder");
        return TOC_EXIT_USAGE;
    }
    explain.alerts = toc_why_alerts_create();
    explain.rules = toc_rules_load(args, &at, &result);
    if (explain.rules != NULL) {
        result = replay(&explain);
    }
    if (explain.rules != NULL && result == TOC_EXIT_OK && is_listed) {
        result = answer_lines(&explain, args->values[TOC_OPT_QUESTIONS]);
    } else if (explain.rules != NULL && result == TOC_EXIT_OK) {
        bool is_right = true;
        if (is_alert) {
            is_right = ask_alert(&explain, args->values[TOC_OPT_ALERT], &question, begin);
        } else if (toc_args_has(args, TOC_OPT_KEY)) {
            const char *key = args->values[TOC_OPT_KEY];
            question.text = toc_mem_copy(key, strlen(key));
            is_right = split_key(&question, question.text);
            if (!is_right) {
                toc_terminal_say("--key: NAME=VALUE,..");
            }
        }
        result = is_right ? answer(&explain, &question) : TOC_EXIT_USAGE;
    }
    toc_mem_free(question.text);
    toc_mem_free(explain.fates);
    toc_book_finish(&explain.book);
    toc_why_alerts_destroy(explain.alerts);
    toc_ruleset_destroy(explain.rules);
    toc_rules_finish(&at);
    return result;
}
