/* cli/act.c - `tocsin act`: somebody does something about an alert.
 *
 * The alert is looked up among the open ones, by its id or by what is said on a radio, so that a
 * wrong one is noticed here; rule and key go with the action, so that an all-clear finds its alert
 * again whatever happens. What is sent is held against the reader's own rules first. */
#include <jansson.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/random.h>
#include <time.h>

#include "base/assert.h"
#include "base/mem.h"
#include "cli/rules.h"
#include "cli/setup.h"
#include "cli/terminal.h"
#include "engine/action.h"
#include "engine/why.h"
#include "ops/desk.h"

enum { ID_BYTES = 8, SPAN_DAYS = 30 };

/* ---- The alert that is meant ---- */

struct search {
    const char *wanted;
    json_t *found; /* By alert_id: the `data` of each that is wanted and open. */
};

static void on_alert(struct toc_str alert_id, struct toc_str record, void *context)
{
    struct search *search = context;
    char id[TOC_ALERT_ID];

    if (alert_id.size >= sizeof id) {
        return;
    }
    memcpy(id, alert_id.data, alert_id.size);
    id[alert_id.size] = '\0';
    (void)json_object_del(search->found, id);
    json_t *event =
        record.size > 0 ? json_loadb(record.data, record.size, JSON_REJECT_DUPLICATES, NULL) : NULL;
    json_t *data = json_object_get(event, "data");
    const char *ref = json_string_value(json_object_get(data, "ref"));
    if (strcasecmp(search->wanted, id) == 0 ||
        (ref != NULL && strcasecmp(search->wanted, ref) == 0)) {
        (void)json_object_set(search->found, id, data);
    }
    json_decref(event);
}

static void tell_alert(const json_t *alert, FILE *out)
{
    fprintf(out, "%s %s: %s\n", json_string_value(json_object_get(alert, "alert_id")),
            json_string_value(json_object_get(alert, "ref")),
            json_string_value(json_object_get(alert, "brief")));
}

/* The one open alert that @wanted means; the caller's. NULL: said why. */
static json_t *find_alert(const struct toc_config *config, struct toc_log *log, const char *wanted,
                          enum toc_exit *out_exit)
{
    struct search search = {.wanted = wanted, .found = json_object()};
    struct toc_text words = {.size = 0};
    json_t *alert = NULL;

    enum toc_status status = toc_desk_read(config, log, &words, on_alert, &search);
    *out_exit = TOC_EXIT_FINDINGS;
    if (status != TOC_OK) {
        toc_terminal_say("the open alerts cannot be read: %s",
                         words.size > 0 ? words.data : toc_status_text(status));
        *out_exit = toc_setup_exit(status);
    } else if (json_object_size(search.found) == 0) {
        toc_terminal_say("no alert %s is open; nothing was sent", wanted);
    } else if (json_object_size(search.found) > 1) {
        const char *id;
        json_t *one;
        toc_terminal_say("several open alerts are called %s; say which by its id:", wanted);
        json_object_foreach(search.found, id, one)
        {
            tell_alert(one, stderr);
        }
    } else {
        void *first = json_object_iter(search.found);
        alert = json_incref(json_object_iter_value(first));
    }
    toc_text_finish(&words);
    json_decref(search.found);
    return alert;
}

/* ---- The action ---- */

static void put(json_t *object, const char *name, json_t *value)
{
    int failed = json_object_set_new(object, name, value);
    toc_assert(!failed);
}

static void put_given(json_t *data, const char *name, const struct toc_args *args,
                      enum toc_option_id option)
{
    if (toc_args_has(args, option)) {
        put(data, name, json_string(args->values[option]));
    }
}

static int64_t now(void)
{
    struct timespec time;
    int failed = clock_gettime(CLOCK_REALTIME, &time);
    toc_assert(!failed);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* "camp=Gao,post=OP 1" as an object. False: it is not of that form. */
static bool put_key(json_t *data, const char *text)
{
    struct toc_why_part parts[TOC_RULE_KEY_PARTS];
    enum toc_mode mode = TOC_MODE_COUNT; /* Not said. */
    char *own = toc_mem_copy(text, strlen(text));
    json_t *key = json_object();
    size_t count;
    bool is_right = toc_why_split(own, parts, &count, &mode);

    for (size_t i = 0; i < count && is_right; i++) {
        is_right =
            parts[i].name.size > 0 && parts[i].value.size > 0 &&
            json_object_set_new(key, parts[i].name.data, json_string(parts[i].value.data)) == 0;
    }
    if (mode != TOC_MODE_COUNT) {
        put(key, "mode", json_string(toc_mode_text(mode)));
    }
    put(data, "key", key);
    toc_mem_free(own);
    return is_right;
}

static bool put_silence(json_t *data, const struct toc_args *args)
{
    char text[TOC_INSTANT_TEXT];

    put_given(data, "rule", args, TOC_OPT_RULE);
    put_given(data, "daily", args, TOC_OPT_DAILY);
    put_given(data, "utc_offset", args, TOC_OPT_UTC_OFFSET);
    if (toc_args_has(args, TOC_OPT_TAG)) {
        put(data, "tags", json_pack("[s]", args->values[TOC_OPT_TAG]));
    }
    if (toc_args_has(args, TOC_OPT_KEY) && !put_key(data, args->values[TOC_OPT_KEY])) {
        toc_terminal_say("--key takes NAME=VALUE, several joined by commas");
        return false;
    }
    if (!toc_args_has(args, TOC_OPT_FOR)) {
        toc_terminal_say("a silence needs an end: --for SPAN, at most %d days", SPAN_DAYS);
        return false;
    }
    toc_instant_format(now() + toc_args_span(args, TOC_OPT_FOR, 0), text);
    put(data, "until", json_string(text));
    return true;
}

/* The whole CloudEvent; the caller's. */
static json_t *envelope(json_t *data)
{
    unsigned char bytes[ID_BYTES];
    char id[2 * ID_BYTES + 1], time_text[TOC_INSTANT_TEXT];

    toc_assert(getrandom(bytes, sizeof bytes, 0) == (ssize_t)sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++) {
        (void)snprintf(id + 2 * i, 3, "%02x", bytes[i]);
    }
    toc_instant_format(now(), time_text);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "specversion", "1.0", "id", id,
                     "source", "/tocsin/act", "type", "tocsin.action", "time", time_text,
                     "datacontenttype", "application/json", "data", data);
}

/* Hold @record against what the processor takes, then send it. */
static enum toc_exit send_it(const struct toc_config *config, struct toc_log *log,
                             struct toc_str key, struct toc_str record)
{
    struct toc_action action;
    struct toc_text words = {.size = 0};
    enum toc_action_refusal reason;
    enum toc_exit result = TOC_EXIT_OK;

    if (toc_action_decode(record, TOC_INSTANT_NONE, &action, &reason, &words) != TOC_OK) {
        toc_terminal_say("%s: %s", toc_action_refusal_words(reason),
                         words.data != NULL ? words.data : "");
        result = TOC_EXIT_USAGE;
        goto done;
    }
    toc_action_finish(&action);
    enum toc_status status = toc_desk_send(config, log, key, record, &words);
    if (status != TOC_OK) {
        toc_terminal_say("it is not known to be stored: %s",
                         words.size > 0 ? words.data : toc_status_text(status));
        result = toc_setup_exit(status);
        goto done;
    }
    fwrite(record.data, 1, record.size, stdout);
    fputc('\n', stdout);
done:
    toc_text_finish(&words);
    return result;
}

static enum toc_exit act(const struct toc_config *config, struct toc_log *log,
                         const struct toc_args *args, enum toc_action_kind kind)
{
    bool is_of_alert = kind != TOC_ACTION_SILENCE && kind != TOC_ACTION_UNSILENCE;
    const char *operand = args->operand_count > 1 ? args->operands[1] : NULL;
    struct toc_str key = TOC_STR("silence");
    enum toc_exit result = TOC_EXIT_USAGE;
    json_t *alert = NULL, *data = json_object(), *event = NULL;
    char *text = NULL;

    put(data, "action", json_string(toc_action_kind_text(kind)));
    put_given(data, "by", args, TOC_OPT_BY);
    put_given(data, "post", args, TOC_OPT_POST);
    put_given(data, "note", args, TOC_OPT_NOTE);
    if (is_of_alert) {
        if (operand == NULL) {
            toc_terminal_say("which alert? act %s ALERT, by its id or its ref",
                             toc_action_kind_text(kind));
            goto done;
        }
        alert = find_alert(config, log, operand, &result);
        if (alert == NULL) {
            goto done;
        }
        tell_alert(alert, stderr);
        json_t *id = json_object_get(alert, "alert_id");
        key = (struct toc_str){.data = json_string_value(id), .size = json_string_length(id)};
        put(data, "alert_id", json_incref(id));
        put(data, "rule", json_incref(json_object_get(alert, "rule")));
        put(data, "key", json_incref(json_object_get(alert, "key")));
    } else {
        if (operand != NULL) {
            put(data, "silence", json_string(operand));
        }
        if (kind == TOC_ACTION_SILENCE && !put_silence(data, args)) {
            goto done;
        }
    }
    event = envelope(json_incref(data));
    text = event != NULL ? json_dumps(event, JSON_COMPACT) : NULL;
    if (text == NULL) {
        toc_terminal_say("what is to be sent is not valid UTF-8");
        goto done;
    }
    result = send_it(config, log, key, toc_str_of(text));
done:
    free(text); /* jansson's own. */
    json_decref(event);
    json_decref(data);
    json_decref(alert);
    return result;
}

enum toc_exit toc_cli_act(const struct toc_args *args)
{
    const char *path = args->values[TOC_OPT_CONFIG];
    enum toc_action_kind kind;

    if (args->operand_count == 0 || !toc_action_kind_parse(toc_str_of(args->operands[0]), &kind)) {
        toc_terminal_say("act takes ack, take_over, comment, all_clear, false_alarm, silence or "
                         "unsilence");
        return TOC_EXIT_USAGE;
    }
    if (path == NULL || !toc_args_has(args, TOC_OPT_BY)) {
        toc_terminal_say("act needs %s", path == NULL ? "a configuration: --config FILE"
                                                      : "somebody who does it: --by NAME");
        return TOC_EXIT_USAGE;
    }
    struct toc_diag *diag = toc_diag_create();
    struct toc_config *config = NULL;
    enum toc_exit result = TOC_EXIT_INVALID;
    /* Without the rules: people must be able to act while somebody mends them. */
    bool is_right = toc_config_load(path, diag, &config);
    toc_rules_tell(diag, stderr);
    if (is_right) {
        struct toc_log *log = toc_log_create(stderr, (enum toc_log_level)config->log_level, NULL);
        result = act(config, log, args, kind);
        toc_log_destroy(log);
        toc_config_destroy(config);
    }
    toc_diag_destroy(diag);
    return result;
}
