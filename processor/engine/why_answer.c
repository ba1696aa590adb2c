/* The tree: clauses, events, what was not counted and why; as JSON and in words. */
#include <stdarg.h>
#include <stdio.h>

#include "engine/why_core.h"

void toc_why_time(struct toc_text *out, int64_t ms)
{
    char text[TOC_INSTANT_TEXT];

    if (ms < TOC_INSTANT_MIN || ms > TOC_INSTANT_MAX) {
        toc_text_add(out, TOC_STR("never"));
        return;
    }
    toc_instant_format(ms, text);
    text[10] = ' ';
    toc_text_addf(out, "%.*s", ms % 1000 == 0 ? 19 : 23, text);
}

json_t *toc_why_clause(json_t *out, const char *clause, bool is_passed, const char *format, ...)
{
    if (out == NULL) {
        return NULL;
    }
    char words[512];
    va_list list;
    va_start(list, format);
    vsnprintf(words, sizeof words, format, list);
    va_end(list);
    json_t *made = json_object();
    json_object_set_new(made, "clause", json_string(clause));
    json_object_set_new(made, "pass", json_boolean(is_passed));
    json_t *text = json_string(words);
    json_object_set_new(made, "words", text != NULL ? text : json_string("?")); /* Not UTF-8. */
    json_array_append_new(out, made);
    return made;
}

static json_t *text_of(struct toc_str text)
{
    json_t *made = json_stringn(text.data != NULL ? text.data : "", text.size);
    return made != NULL ? made : json_string("?");
}

static json_t *instant_of(int64_t ms)
{
    char text[TOC_INSTANT_TEXT];
    if (ms < TOC_INSTANT_MIN || ms > TOC_INSTANT_MAX) {
        return json_null();
    }
    toc_instant_format(ms, text);
    return json_string(text);
}

static json_t *event_of(const struct toc_why *why, int alias, struct toc_str source,
                        struct toc_str id, int64_t at_ms, struct toc_str words)
{
    json_t *made = json_object();
    json_object_set_new(made, "alias", text_of(why->rule->aliases[alias].name));
    json_object_set_new(made, "source", text_of(source));
    json_object_set_new(made, "id", text_of(id));
    json_object_set_new(made, "time", instant_of(at_ms));
    json_object_set_new(made, "words", text_of(words));
    return made;
}

/* Of an alert: until when it is open; null: it is still. */
static void add_end(json_t *made, const struct toc_why_event *event)
{
    if (event->is_stretch) {
        json_object_set_new(made, "end", instant_of(event->end_ms));
    }
}

void toc_why_list(json_t *out_events, const struct toc_why *why, const struct toc_why_event *event,
                  const char *words)
{
    if (out_events != NULL) {
        json_t *made =
            event_of(why, event->alias, event->source, event->id, event->at_ms, toc_str_of(words));
        add_end(made, event);
        json_array_append_new(out_events, made);
    }
}

/* --- Answering ----------------------------------------------------------------------------- */

/* Since when has it held raw without a gap, or for longer than @long_enough_ms? *newest_ms: the
 * newest evidence of that. */
static int64_t raw_since(const struct toc_why *why, int64_t at_ms, int64_t long_enough_ms,
                         int64_t *newest_ms)
{
    int64_t since_ms = at_ms, newest_then_ms;

    for (int64_t change_ms = toc_why_change(why, at_ms);
         change_ms != TOC_INSTANT_NONE && at_ms - since_ms <= long_enough_ms;
         change_ms = toc_why_change(why, change_ms - 1)) {
        if (!toc_why_raw(why, change_ms, NULL, NULL, &newest_then_ms)) {
            break;
        }
        *newest_ms = newest_then_ms > *newest_ms ? newest_then_ms : *newest_ms;
        since_ms = change_ms;
    }
    return since_ms;
}

/* It holds raw and yet no episode is on: which word keeps it back? */
static void add_life(const struct toc_why *why, int64_t at_ms, int64_t newest_ms, json_t *clauses)
{
    const struct toc_alert_spec *alert = &why->rule->alert;
    int64_t longest_ms =
        alert->for_ms > alert->expire_after_ms ? alert->for_ms : alert->expire_after_ms;
    int64_t since_ms = raw_since(why, at_ms, longest_ms, &newest_ms);
    struct toc_text at = {0};

    if (alert->expire_after_ms > 0 && newest_ms != TOC_INSTANT_NONE &&
        at_ms >= newest_ms + alert->expire_after_ms) {
        toc_why_time(&at, newest_ms + alert->expire_after_ms);
        (void)toc_why_clause(clauses, "expire_after", false, "expired at %s", at.data);
    } else if (alert->for_ms > 0 && at_ms < since_ms + alert->for_ms) {
        toc_why_time(&at, since_ms + alert->for_ms);
        (void)toc_why_clause(clauses, "for", false, "it would begin at %s", at.data);
    } else {
        (void)toc_why_clause(clauses, "line", false,
                             "what ended it before stands: a line of clear_when, or its end");
    }
    toc_text_finish(&at);
}

/* What qualified and is not counted now: it left the window, a line was drawn, the alert is over.
 * The newest before the @*from-th event, or NULL. */
static json_t *next_left(const struct toc_why *why, int64_t at_ms, size_t *from)
{
    bool has_window = why->rule->within_ms > 0 && why->rule->kind != TOC_KIND_SEQUENCE;
    struct toc_text words = {0};
    const char *clause;
    json_t *made = NULL;

    while (has_window && made == NULL && *from > 0) {
        const struct toc_why_event *event = &why->events[--*from];
        toc_text_clear(&words);
        if (toc_why_is_out(why, event, at_ms, &clause, &words)) {
            made = event_of(why, event->alias, event->source, event->id, event->at_ms,
                            toc_text_str(&words));
            json_object_set_new(made, "clause", json_string(clause));
            add_end(made, event);
        }
    }
    toc_text_finish(&words);
    return made;
}

static json_t *next_rejected(const struct toc_why *why, int64_t at_ms, size_t *from)
{
    while (*from < why->rejected_count && why->rejected[*from].at_ms > at_ms) {
        ++*from;
    }
    if (*from == why->rejected_count) {
        return NULL;
    }
    const struct toc_why_rejected *one = &why->rejected[(*from)++];
    json_t *made = event_of(why, one->alias, one->source, one->id, one->at_ms, one->words);
    json_object_set_new(made, "clause", text_of(one->clause));
    if (one->away_mm >= 0) {
        json_object_set_new(made, "away_m", json_real((double)one->away_mm / 1000));
    }
    return made;
}

/* Both, newest first, the first few. */
static void add_others(const struct toc_why *why, int64_t at_ms, json_t *others)
{
    size_t left_from = why->count, rejected_from = 0;
    json_t *left = next_left(why, at_ms, &left_from);
    json_t *rejected = next_rejected(why, at_ms, &rejected_from);

    while ((left != NULL || rejected != NULL) && json_array_size(others) < TOC_WHY_REJECTED) {
        const char *when = json_string_value(json_object_get(left, "time"));
        const char *other = json_string_value(json_object_get(rejected, "time"));
        if (rejected == NULL || (left != NULL && strcmp(when, other) >= 0)) {
            json_array_append_new(others, left);
            left = next_left(why, at_ms, &left_from);
        } else {
            json_array_append_new(others, rejected);
            rejected = next_rejected(why, at_ms, &rejected_from);
        }
    }
    json_decref(left);
    json_decref(rejected);
}

static void add_key(const struct toc_why *why, json_t *answer)
{
    json_t *key = json_object();
    for (size_t p = 0; p < why->key.count; p++) {
        json_object_setn_new(key, why->rule->key_parts[p].name.data,
                             why->rule->key_parts[p].name.size, text_of(why->key.values[p].label));
    }
    json_object_set_new(answer, "key", key);
}

json_t *toc_why_answer(struct toc_why *why, int64_t at_ms, const struct toc_why_verdict *verdict)
{
    json_t *answer = json_object(), *clauses = json_array(), *events = json_array();
    json_t *others = json_array();
    int64_t newest_ms;

    toc_why_sort(why);
    why->stream_ms = verdict->stream_ms;
    bool is_moving = why->rule->keep_ms > 0; /* Near places that move: where is not known here. */
    bool is_raw = !is_moving && toc_why_raw(why, at_ms, clauses, events, &newest_ms);
    if (is_moving) {
        (void)toc_why_clause(clauses, toc_rule_kind_text(why->rule->kind), verdict->holds,
                             "as the engine has it; what is near a place that moves is not taken "
                             "apart into clauses");
    } else if (is_raw && !verdict->holds) {
        add_life(why, at_ms, newest_ms, clauses);
    } else if (!is_raw && verdict->holds) {
        (void)toc_why_clause(clauses, "keep_firing_for", true,
                             "the alert is kept on after that came to an end");
    }
    add_others(why, at_ms, others);
    json_object_set_new(answer, "rule", text_of(why->rule->name));
    add_key(why, answer);
    json_object_set_new(answer, "at", instant_of(at_ms));
    json_object_set_new(answer, "holds", json_boolean(verdict->holds));
    if (verdict->holds) {
        json_object_set_new(answer, "begin", instant_of(verdict->begin_ms));
        json_object_set_new(answer, "end", instant_of(verdict->end_ms));
    }
    json_object_set_new(answer, "clauses", clauses);
    json_object_set_new(answer, "events", events);
    json_object_set_new(answer, "not_counted", others);
    json_object_set_new(answer, "live", json_boolean(why->is_live));
    return answer;
}

/* --- Words --------------------------------------------------------------------------------- */

static const char *member(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

static void print_event(const json_t *event, struct toc_text *out)
{
    toc_text_addf(out, "    %s %s/%s (%s)", member(event, "time"), member(event, "source"),
                  member(event, "id"), member(event, "alias"));
    if (member(event, "clause")[0] != '\0') {
        toc_text_addf(out, ": FAIL %s", member(event, "clause"));
    }
    if (member(event, "words")[0] != '\0') {
        toc_text_addf(out, ": %s", member(event, "words"));
    }
    toc_text_add_char(out, '\n');
}

void toc_why_print(const json_t *answer, struct toc_text *out)
{
    const char *name;
    json_t *value, *key = json_object_get(answer, "key");
    size_t i, shown = 0;

    toc_text_addf(out, "%s", member(answer, "rule"));
    json_object_foreach(key, name, value)
    {
        toc_text_addf(out, " %s=%s", name, json_string_value(value));
    }
    bool holds = json_is_true(json_object_get(answer, "holds"));
    toc_text_addf(out, " at %s: %s", member(answer, "at"), holds ? "holds" : "does not hold");
    if (holds) {
        toc_text_addf(out, " since %s", member(answer, "begin"));
    }
    toc_text_add_char(out, '\n');
    json_array_foreach(json_object_get(answer, "clauses"), i, value)
    {
        toc_text_addf(out, "  %s %s: %s\n",
                      json_is_true(json_object_get(value, "pass")) ? "PASS" : "FAIL",
                      member(value, "clause"), member(value, "words"));
    }
    json_array_foreach(json_object_get(answer, "events"), i, value)
    {
        if (shown++ < TOC_WHY_SHOWN) {
            print_event(value, out);
        }
    }
    if (shown > TOC_WHY_SHOWN) {
        toc_text_addf(out, "    and %zu more\n", shown - TOC_WHY_SHOWN);
    }
    if (json_array_size(json_object_get(answer, "not_counted")) > 0) {
        toc_text_addf(out, "  not counted, newest first:\n");
    }
    json_array_foreach(json_object_get(answer, "not_counted"), i, value)
    {
        print_event(value, out);
    }
    if (json_is_true(json_object_get(answer, "live"))) {
        toc_text_addf(out, "  of what the processor keeps: what is over and done is forgotten\n");
    }
}
