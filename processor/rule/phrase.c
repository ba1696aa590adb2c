#include "rule/phrase.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/instant.h"
#include "expr/condition_build.h"

#define STR(text) (int)(text).size, (text).size > 0 ? (text).data : ""

void toc_phrase_add(struct toc_phrase *phrase, const char *format, ...)
{
    char line[512];
    va_list more;

    va_start(more, format);
    int size = vsnprintf(line, sizeof line, format, more);
    va_end(more);
    bool is_cut = size >= (int)sizeof line; /* Names have their bounds; only free text gets here. */
    toc_text_add(phrase->out, (struct toc_str){
                                  .data = line,
                                  .size = is_cut ? sizeof line - 1 : (size_t)(size > 0 ? size : 0),
                              });
    toc_text_add(phrase->out, is_cut ? TOC_STR("..") : TOC_STR(""));
}

/* What goes between item @index and the one before it, of @count. */
static const char *joint(size_t index, size_t count, const char *last)
{
    return index == 0 ? "" : index + 1 < count ? ", " : last;
}

void toc_phrase_words(struct toc_phrase *phrase, const struct toc_yaml *node, const char *last)
{
    char between[16];
    size_t index = 0;

    if (node->kind == TOC_YAML_SCALAR) {
        toc_text_add(phrase->out, node->text);
        return;
    }
    (void)snprintf(between, sizeof between, " %s ", last);
    for (const struct toc_yaml *item = node->first; item != NULL; item = item->next, index++) {
        toc_text_add(phrase->out, toc_str_of(joint(index, node->count, between)));
        toc_text_add(phrase->out, item->kind == TOC_YAML_SCALAR ? item->text : TOC_STR("..."));
    }
}

void toc_phrase_span(struct toc_phrase *phrase, const struct toc_yaml *node)
{
    static const struct {
        int64_t size_ms;
        const char *word;
    } units[] = {{86400000, "day"},
                 {3600000, "hour"},
                 {60000, "minute"},
                 {1000, "second"},
                 {1, "millisecond"}};
    const char *blank = "";
    int64_t span_ms;

    if (!toc_span_parse(node->text, &span_ms)) {
        toc_text_add(phrase->out, node->text);
        return;
    }
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        int64_t count = span_ms / units[i].size_ms;

        span_ms %= units[i].size_ms;
        if (count > 0) {
            toc_phrase_add(phrase, "%s%" PRId64 " %s%s", blank, count, units[i].word,
                           count == 1 ? "" : "s");
            blank = " ";
        }
    }
}

void toc_phrase_hours(struct toc_phrase *phrase, const struct toc_yaml *hours)
{
    const struct toc_yaml *between = toc_yaml_find(hours, "between");
    const struct toc_yaml *offset = toc_yaml_find(hours, "utc_offset");

    if (hours == NULL) {
        return;
    }
    if (hours->kind == TOC_YAML_MAPPING) {
        toc_phrase_add(phrase, ", between %.*s (UTC%.*s)",
                       STR(between != NULL ? between->text : TOC_STR("?")),
                       STR(offset != NULL ? offset->text : TOC_STR("")));
    } else if (hours->text.size > 0 && hours->text.data[0] >= '0' && hours->text.data[0] <= '9') {
        toc_phrase_add(phrase, ", between %.*s by local time", STR(hours->text));
    } else {
        toc_phrase_add(phrase, ", by %.*s", STR(hours->text));
    }
}

/* --- Tests of fields ------------------------------------------------------------------------- */

static struct toc_str field_of(struct toc_str key)
{
    const char *bar = memchr(key.data, '|', key.size);

    key.size = bar != NULL ? (size_t)(bar - key.data) : key.size;
    return key;
}

/* `FIELD|exists: true` beside another test of the field needs no words. */
static bool is_remark(const struct toc_yaml *match, const struct toc_yaml *test,
                      const struct toc_test_key *key)
{
    if (key->op != TOC_TEST_EXISTS || !toc_str_equal(test->text, TOC_STR("true"))) {
        return false;
    }
    for (const struct toc_yaml *other = match->first; other != NULL; other = other->next) {
        if (other != test && toc_str_equal(field_of(other->key), key->name)) {
            return true;
        }
    }
    return false;
}

/* "confidence is at least 0.7" */
static void add_test(struct toc_phrase *phrase, const struct toc_yaml *test,
                     const struct toc_test_key *key)
{
    static const char *const verbs[][2] = {
        [TOC_TEST_EQUAL] = {"is", "is not known to be"},
        [TOC_TEST_MORE_THAN] = {"is more than", "is not known to be more than"},
        [TOC_TEST_AT_LEAST] = {"is at least", "is not known to be at least"},
        [TOC_TEST_LESS_THAN] = {"is less than", "is not known to be less than"},
        [TOC_TEST_AT_MOST] = {"is at most", "is not known to be at most"},
        [TOC_TEST_CONTAINS] = {"contains", "does not contain"},
        [TOC_TEST_STARTS_WITH] = {"begins with", "does not begin with"},
        [TOC_TEST_ENDS_WITH] = {"ends in", "does not end in"},
        [TOC_TEST_PATTERN] = {"matches", "does not match"},
    };

    toc_phrase_add(phrase, "%.*s ", STR(key->name));
    if (key->op == TOC_TEST_EXISTS) {
        toc_phrase_add(phrase, "%s given",
                       toc_str_equal(test->text, TOC_STR("true")) ? "is" : "is not");
        return;
    }
    toc_phrase_add(phrase, "%s%s ", key->is_all ? "in every entry " : "",
                   verbs[key->op][key->is_negated ? 1 : 0]);
    toc_phrase_words(phrase, test, "or");
    toc_phrase_add(phrase, "%s", key->is_cased ? " in just this case" : "");
}

static void add_match(struct toc_phrase *phrase, const struct toc_yaml *match)
{
    struct toc_text error = {0};
    struct toc_test_key key;
    struct toc_str bad;
    const char *between = " whose ";

    for (const struct toc_yaml *test = match->first; test != NULL; test = test->next) {
        if (!toc_test_parse_key(test->key, &key, &bad, &error) || is_remark(match, test, &key)) {
            continue;
        }
        toc_text_add(phrase->out, toc_str_of(between));
        add_test(phrase, test, &key);
        between = " and whose ";
    }
    toc_text_finish(&error);
}

/* --- Events ---------------------------------------------------------------------------------- */

static void add_near(struct toc_phrase *phrase, const struct toc_yaml *near,
                     const struct toc_yaml *at)
{
    const struct toc_yaml *place = toc_yaml_find(near, "place");
    const struct toc_yaml *distance = toc_yaml_find(near, "distance");

    if (place == NULL || distance == NULL) {
        return;
    }
    bool is_inside =
        distance->text.size > 1 && distance->text.data[0] == '0' && distance->text.data[1] != '.';
    bool is_kind = false, is_moving = false;
    for (size_t i = 0; i < phrase->rule->alias_count; i++) {
        const struct toc_near_place *known = &phrase->rule->aliases[i].near;
        is_kind = is_kind ||
                  (known->is_set && known->only < 0 && toc_str_equal(known->kind, place->text));
        is_moving = is_moving || (known->is_moving && toc_str_equal(known->kind, place->text));
    }
    toc_text_add(phrase->out, TOC_STR(", "));
    if (at != NULL) {
        toc_phrase_add(phrase, "its %.*s ", STR(at->text));
    }
    if (is_moving && is_inside) {
        toc_phrase_add(phrase, "where a %.*s can be by its last position", STR(place->text));
    } else if (is_moving) {
        toc_phrase_add(phrase, "within %.*s of where a %.*s can be by its last position",
                       STR(distance->text), STR(place->text));
    } else if (is_inside) {
        toc_phrase_add(phrase, "inside %s%.*s", is_kind ? "a " : "", STR(place->text));
    } else {
        toc_phrase_add(phrase, "within %.*s of %s%.*s", STR(distance->text), is_kind ? "a " : "",
                       STR(place->text));
    }
}

/* An event that is an alert: { alert: RULE|any, state: S, level: L }. */
static void add_alert_event(struct toc_phrase *phrase, const struct toc_yaml *event,
                            const struct toc_yaml *alert)
{
    const struct toc_yaml *state = toc_yaml_find(event, "state");
    const struct toc_yaml *level = toc_yaml_find(event, "level");

    if (state != NULL) {
        toc_text_add(phrase->out, TOC_STR("the moment at which "));
    }
    if (toc_str_equal(alert->text, TOC_STR("any"))) {
        toc_text_add(phrase->out, TOC_STR("an alert of any rule"));
    } else {
        toc_phrase_add(phrase, "an alert of %.*s", STR(alert->text));
    }
    if (state != NULL) {
        toc_phrase_add(phrase, " is told as %.*s", STR(state->text));
    } else {
        toc_text_add(phrase->out, TOC_STR(", as long as it is open"));
    }
    if (level != NULL) {
        toc_text_add(phrase->out, TOC_STR(", at level "));
        toc_phrase_words(phrase, level, "or");
    }
}

void toc_phrase_event(struct toc_phrase *phrase, struct toc_str name)
{
    const struct toc_yaml *event = phrase->events != NULL ? phrase->events->first : NULL;
    const struct toc_yaml *shared = toc_yaml_find(phrase->when, "near");
    size_t index = 0;

    for (; event != NULL && !toc_str_equal(event->key, name); event = event->next) {
        index++;
    }
    toc_phrase_add(phrase, "\"%.*s\"", STR(name));
    if (event == NULL || index >= TOC_RULE_ALIASES || phrase->is_told[index]) {
        return;
    }
    phrase->is_told[index] = true;
    toc_text_add(phrase->out, TOC_STR(" ("));
    const struct toc_yaml *type = toc_yaml_find(event, "type");
    const struct toc_yaml *alert = toc_yaml_find(event, "alert");
    const struct toc_yaml *match = toc_yaml_find(event, "match");
    const struct toc_yaml *where = toc_yaml_find(event, "where");
    const struct toc_yaml *near = toc_yaml_find(event, "near");
    if (alert != NULL) {
        add_alert_event(phrase, event, alert);
    } else if (type != NULL) {
        toc_phrase_words(phrase, type, "or");
    }
    if (match != NULL) {
        add_match(phrase, match);
    }
    if (where != NULL) {
        toc_text_add(phrase->out, TOC_STR(", for which `"));
        toc_text_add(phrase->out, where->text);
        toc_text_add(phrase->out, TOC_STR("` holds"));
    }
    if (near == NULL && toc_yaml_find(shared, "place") != NULL) {
        near = shared;
    }
    if (near != NULL) {
        add_near(phrase, near, toc_yaml_find(event, "at"));
    }
    toc_phrase_hours(phrase, toc_yaml_find(event, "hours"));
    toc_text_add_char(phrase->out, ')');
}

/* NAME, or NAME: { near: EVENT, distance: D } as a child. */
static void add_reference(struct toc_phrase *phrase, const struct toc_yaml *node, bool is_child)
{
    const struct toc_yaml *near = is_child ? toc_yaml_find(node, "near") : NULL;
    const struct toc_yaml *distance = is_child ? toc_yaml_find(node, "distance") : NULL;

    toc_phrase_event(phrase, is_child ? node->key : node->text);
    if (near != NULL && distance != NULL) {
        toc_phrase_add(phrase, " within %.*s of \"%.*s\"", STR(distance->text), STR(near->text));
    }
}

void toc_phrase_events(struct toc_phrase *phrase, const struct toc_yaml *node, const char *last)
{
    char between[16];
    size_t index = 0;

    if (node->kind == TOC_YAML_SCALAR) {
        add_reference(phrase, node, false);
        return;
    }
    (void)snprintf(between, sizeof between, "%s%s ", last[0] == ',' ? "" : " ", last);
    for (const struct toc_yaml *child = node->first; child != NULL; child = child->next, index++) {
        toc_text_add(phrase->out, toc_str_of(index == 0                                   ? ""
                                             : last[0] == ',' || index + 1 == node->count ? between
                                                                                          : ", "));
        if (node->kind == TOC_YAML_MAPPING) {
            add_reference(phrase, child, true);
        } else if (child->kind == TOC_YAML_MAPPING && child->first != NULL) {
            add_reference(phrase, child->first, true);
        } else {
            add_reference(phrase, child, false);
        }
    }
}
