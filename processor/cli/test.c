/* cli/test.c - `tocsin test`: the inline tests of rules, on a clock that nobody waits for.
 *
 * Each test gets an engine of its own, one input without disorder, and lives from the first event
 * until nothing is pending. Only the rule under test is looked at. */
#include "cli/command.h"

#include <jansson.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "cli/expect.h"
#include "cli/given.h"
#include "cli/rules.h"
#include "cli/terminal.h"
#include "engine/engine.h"
#include "event/decode.h"

enum {
    ACCEPT_LATE_MS = 600000,
    KEYS_MOST = 100000,
    TICKS_MOST = 100000, /* After the last event: a rule that never rests is wrong. */
};

struct suite {
    const struct toc_args *args;
    struct toc_rules_at at;
    struct toc_diag *diag;
    struct toc_ruleset *rules;
    struct toc_text line, detail, report;
    size_t passed, failed, broken, untested;
};

/* One test while it runs. */
struct trial {
    struct suite *suite;
    const struct toc_rule *rule;
    const struct toc_yaml *event; /* The one being fed. */
    struct toc_expect_told *told;
    size_t told_count, told_room;
    bool is_broken;
};

static void on_told(const struct toc_told *told, void *context)
{
    struct trial *trial = context;
    if (!toc_str_equal(told->rule->name, trial->rule->name)) {
        return;
    }
    json_t *record = json_loadb(told->data.data, told->data.size, 0, NULL);
    if (record == NULL) {
        return;
    }
    if (trial->told_count == trial->told_room) {
        trial->told_room = trial->told_room * 2 + 16;
        trial->told = toc_mem_resize(trial->told, trial->told_room, sizeof *trial->told);
    }
    trial->told[trial->told_count++].record = record;
}

static void on_dropped(const struct toc_event *event, const struct toc_field *field, void *context)
{
    struct trial *trial = context;
    char name[256];
    (void)event;
    snprintf(name, sizeof name, "%.*s", (int)field->name.size, field->name.data);
    const struct toc_yaml *node = toc_yaml_find(trial->event, name);
    toc_diag_add(trial->suite->diag, TOC_SEVERITY_ERROR, "E0503",
                 node != NULL ? node->mark : trial->event->mark, (struct toc_str){0},
                 "%s does not have this form or value in the event type", name);
    trial->is_broken = true;
}

/* Feed the given events. False: one of them is wrong, the diag says how. */
static bool feed_given(struct trial *trial, const struct toc_ruleset *rules,
                       const struct toc_yaml *given, struct toc_engine *engine,
                       struct toc_decoder *decoder)
{
    struct suite *suite = trial->suite;
    struct toc_record record = {
        .origin = {.topic = TOC_STR("given"), .stored_ms = TOC_INSTANT_NONE},
    };
    size_t number = 0;
    int64_t newest_ms = TOC_INSTANT_NONE, offset_ms;
    const struct toc_yaml *first = given != NULL ? given->first : NULL;
    const struct toc_yaml *first_time = toc_yaml_find(first, "time");

    /* The stream begins at offset 0, or, told in full times, with its first event. */
    if (first_time == NULL || toc_span_parse(first_time->text, &offset_ms)) {
        newest_ms = TOC_GIVEN_BEGIN;
        toc_engine_tick(engine, newest_ms);
    }
    for (trial->event = first; trial->event != NULL; trial->event = trial->event->next) {
        const struct toc_event *events;
        size_t count;
        enum toc_refusal reason;
        if (!toc_given_event(trial->event, ++number, toc_ruleset_catalogue(rules),
                             toc_ruleset_places(rules), suite->diag, &suite->line)) {
            trial->is_broken = true;
            continue;
        }
        record.bytes = toc_text_str(&suite->line);
        record.origin.offset = (int64_t)number;
        if (toc_decoder_decode(decoder, &record, &events, &count, &reason, &suite->detail) !=
            TOC_OK) {
            toc_diag_add(suite->diag, TOC_SEVERITY_ERROR, "E0504", trial->event->mark,
                         (struct toc_str){0}, "%s: %.*s", toc_refusal_words(reason),
                         (int)suite->detail.size, suite->detail.size > 0 ? suite->detail.data : "");
            trial->is_broken = true;
            continue;
        }
        for (size_t i = 0; i < count; i++) {
            if (events[i].at_ms > newest_ms) {
                newest_ms = events[i].at_ms;
                toc_engine_tick(engine, newest_ms);
            }
            (void)toc_engine_feed(engine, 0, 0, &events[i]);
        }
    }
    return !trial->is_broken;
}

/* Let time pass until nothing is pending. False: it never rests. */
static bool let_time_pass(struct toc_engine *engine)
{
    toc_engine_idle(engine, 0, 0, true);
    for (int ticks = 0; ticks < TICKS_MOST; ticks++) {
        int64_t due_ms = toc_engine_due(engine);
        if (due_ms >= TOC_INSTANT_MAX) {
            return true;
        }
        int64_t now_ms = toc_engine_now(engine);
        toc_engine_tick(engine, due_ms > now_ms ? due_ms : now_ms + 1);
    }
    return false;
}

static void report(struct suite *suite, const struct toc_rule *rule, const struct toc_yaml *test,
                   bool is_passed, const struct toc_text *difference)
{
    const struct toc_yaml *name = toc_yaml_find(test, "name");
    struct toc_str words = name != NULL ? name->text : TOC_STR("(a test without a name)");
    bool is_coloured = toc_terminal_colour(stdout);

    if (is_passed && !toc_args_has(suite->args, TOC_OPT_VERBOSE)) {
        return;
    }
    printf("%s%s%s %s:%u: %.*s: %.*s\n",
           !is_coloured ? ""
           : is_passed  ? "\033[32m"
                        : "\033[31m",
           is_passed ? "ok  " : "FAIL", is_coloured ? "\033[0m" : "",
           toc_diag_path(suite->diag, test->mark.file), (unsigned)test->mark.line,
           (int)rule->name.size, rule->name.data, (int)words.size, words.data);
    fwrite(difference->data != NULL ? difference->data : "", 1, difference->size, stdout);
}

static void run_test(struct suite *suite, const struct toc_rule *rule, const struct toc_yaml *test)
{
    const struct toc_yaml *lists = toc_yaml_find(test, "lists");
    struct toc_ruleset *replaced = NULL;
    const struct toc_ruleset *rules = suite->rules;
    struct trial trial = {.suite = suite, .rule = rule};

    if (lists != NULL) {
        struct toc_rule_paths paths = toc_rules_paths(&suite->at);
        if (!toc_ruleset_load_with(&paths, lists, suite->diag, &replaced)) {
            suite->broken++;
            return;
        }
        rules = replaced;
    }
    struct toc_input input = {
        .name = TOC_STR("given"),
        .accept_late_ms = ACCEPT_LATE_MS,
        .partition_count = 1,
    };
    struct toc_engine *engine = toc_engine_create(&(struct toc_engine_options){
        .rules = rules,
        .inputs = &input,
        .input_count = 1,
        .keys_most = KEYS_MOST,
        .source = TOC_STR("/tocsin/test"),
        .on_told = on_told,
        .context = &trial,
    });
    struct toc_decoder *decoder = toc_decoder_create(&(struct toc_decoder_options){
        .catalogue = toc_ruleset_catalogue(rules),
        .mode = TOC_MODE_ACTUAL,
        .on_dropped = on_dropped,
        .context = &trial,
    });
    toc_text_clear(&suite->report);
    if (!feed_given(&trial, rules, toc_yaml_find(test, "given"), engine, decoder)) {
        suite->broken++;
    } else {
        bool rests = let_time_pass(engine);
        bool is_passed = toc_expect_compare(toc_yaml_find(test, "expect"), trial.told,
                                            trial.told_count, &suite->report);
        if (!rests) {
            toc_text_add(&suite->report, TOC_STR("    it never comes to rest\n"));
        }
        is_passed = is_passed && rests;
        suite->passed += is_passed;
        suite->failed += !is_passed;
        report(suite, rule, test, is_passed, &suite->report);
    }
    for (size_t i = 0; i < trial.told_count; i++) {
        json_decref(trial.told[i].record);
    }
    toc_mem_free(trial.told);
    toc_decoder_destroy(decoder);
    toc_engine_destroy(engine);
    toc_ruleset_destroy(replaced);
}

static void run_rule(struct suite *suite, const struct toc_rule *rule)
{
    if (rule->tests == NULL || rule->tests->first == NULL) {
        suite->untested++;
        return;
    }
    for (const struct toc_yaml *test = rule->tests->first; test != NULL; test = test->next) {
        run_test(suite, rule, test);
    }
}

/* An operand is a rule's name, or, with a '/' or naming something that is there, the rules. */
static bool is_path(const char *operand)
{
    struct stat about;
    return strchr(operand, '/') != NULL || stat(operand, &about) == 0;
}

static bool check_names(const struct suite *suite, size_t first)
{
    bool is_right = true;
    size_t count = toc_ruleset_count(suite->rules);
    struct toc_str *names = toc_mem_array(count, sizeof *names);
    for (size_t i = 0; i < count; i++) {
        names[i] = toc_ruleset_get(suite->rules, i)->name;
    }
    for (size_t i = first; i < suite->args->operand_count; i++) {
        struct toc_str word = toc_str_of(suite->args->operands[i]);
        if (toc_ruleset_find(suite->rules, word) < 0) {
            struct toc_str nearest = toc_diag_nearest(word, names, count);
            toc_terminal_say("there is no rule \"%s\"%s%.*s%s", word.data,
                             nearest.size > 0 ? "; did you mean \"" : "", (int)nearest.size,
                             nearest.size > 0 ? nearest.data : "", nearest.size > 0 ? "\"?" : "");
            is_right = false;
        }
    }
    toc_mem_free(names);
    return is_right;
}

static enum toc_exit run_suite(struct suite *suite, size_t first_name)
{
    size_t operand_count = suite->args->operand_count;
    if (!check_names(suite, first_name)) {
        return TOC_EXIT_USAGE;
    }
    for (size_t i = first_name; i < operand_count; i++) {
        int index = toc_ruleset_find(suite->rules, toc_str_of(suite->args->operands[i]));
        run_rule(suite, toc_ruleset_get(suite->rules, (size_t)index));
    }
    for (size_t i = 0; first_name == operand_count && i < toc_ruleset_count(suite->rules); i++) {
        run_rule(suite, toc_ruleset_get(suite->rules, i));
    }
    if (toc_diag_errors(suite->diag) > 0) {
        fflush(stdout);
        toc_rules_tell(suite->diag, stderr);
    }
    if (!toc_args_has(suite->args, TOC_OPT_QUIET)) {
        toc_terminal_say("%zu tests passed, %zu failed, %zu are wrong; %zu rules have none",
                         suite->passed, suite->failed, suite->broken, suite->untested);
    }
    return suite->broken > 0   ? TOC_EXIT_INVALID
           : suite->failed > 0 ? TOC_EXIT_FINDINGS
                               : TOC_EXIT_OK;
}

enum toc_exit toc_cli_test(const struct toc_args *args)
{
    struct suite suite = {.args = args, .diag = toc_diag_create()};
    enum toc_exit result = TOC_EXIT_INVALID;
    bool has_path =
        args->operand_count > 0 && !toc_args_has(args, TOC_OPT_RULES) && is_path(args->operands[0]);

    if (!toc_rules_find(args, has_path ? args->operands[0] : NULL, &suite.at)) {
        result = TOC_EXIT_USAGE;
        goto done;
    }
    struct toc_rule_paths paths = toc_rules_paths(&suite.at);
    if (!toc_ruleset_load(&paths, suite.diag, &suite.rules)) {
        toc_rules_tell(suite.diag, stderr);
        toc_terminal_say("the rules in %s are wrong, no test was run", suite.at.rules.data);
        goto done;
    }
    result = run_suite(&suite, has_path ? 1 : 0);
done:
    toc_ruleset_destroy(suite.rules);
    toc_diag_destroy(suite.diag);
    toc_rules_finish(&suite.at);
    toc_text_finish(&suite.line);
    toc_text_finish(&suite.detail);
    toc_text_finish(&suite.report);
    return result;
}
