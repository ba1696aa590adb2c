#include "engine/action.h"

#include <jansson.h>

#include <stdio.h>

#include "base/assert.h"

static const char *const kind_texts[TOC_ACTION_KINDS] = {
    [TOC_ACTION_ACK] = "ack",
    [TOC_ACTION_TAKE_OVER] = "take_over",
    [TOC_ACTION_COMMENT] = "comment",
    [TOC_ACTION_ALL_CLEAR] = "all_clear",
    [TOC_ACTION_FALSE_ALARM] = "false_alarm",
    [TOC_ACTION_SILENCE] = "silence",
    [TOC_ACTION_UNSILENCE] = "unsilence",
};

static const struct {
    const char *text, *words;
} refusals[] = {
#define TOC_ACTION_REFUSAL(name, text, words) {text, words},
#include "engine/action_refusal.def"
#undef TOC_ACTION_REFUSAL
};

const char *toc_action_kind_text(enum toc_action_kind kind)
{
    toc_assert(kind < TOC_ACTION_KINDS);
    return kind_texts[kind];
}

bool toc_action_kind_parse(struct toc_str text, enum toc_action_kind *out)
{
    for (int kind = 0; kind < TOC_ACTION_KINDS; kind++) {
        if (toc_str_equal(text, toc_str_of(kind_texts[kind]))) {
            *out = (enum toc_action_kind)kind;
            return true;
        }
    }
    return false;
}

const char *toc_action_refusal_text(enum toc_action_refusal reason)
{
    toc_assert(reason < TOC_ACTION_REFUSAL_COUNT);
    return refusals[reason].text;
}

const char *toc_action_refusal_words(enum toc_action_refusal reason)
{
    toc_assert(reason < TOC_ACTION_REFUSAL_COUNT);
    return refusals[reason].words;
}

/* ---- Reading, member by member ---- */

struct reading {
    struct toc_action *action;
    enum toc_action_refusal reason;
    struct toc_text *detail;
    bool is_wrong;
};

static bool refuse(struct reading *in, enum toc_action_refusal reason, const char *what)
{
    if (!in->is_wrong) {
        in->is_wrong = true;
        in->reason = reason;
        toc_text_add(in->detail, toc_str_of(what));
    }
    return false;
}

/* A text of 1 to @most bytes without control characters; a note may have lines. */
static bool read_text(struct reading *in, const json_t *value, const char *name, size_t most,
                      struct toc_str *out)
{
    size_t size = json_string_length(value);
    const char *text = json_string_value(value);

    if (!json_is_string(value) || size == 0 || size > most) {
        return refuse(in, TOC_ACTION_REFUSAL_WRONG_FIELD, name);
    }
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)text[i];
        bool is_layout = byte == '\n' || byte == '\t';
        if ((byte < 0x20 && !(is_layout && most > TOC_ACTION_NAME)) || byte == 0x7F) {
            return refuse(in, TOC_ACTION_REFUSAL_WRONG_FIELD, name);
        }
    }
    *out = (struct toc_str){.data = text, .size = size};
    return true;
}

static bool read_instant(struct reading *in, const json_t *value, const char *name, int64_t *out)
{
    struct toc_str text = {0};

    return read_text(in, value, name, TOC_ACTION_NAME, &text) &&
           (toc_instant_parse(text, out) || refuse(in, TOC_ACTION_REFUSAL_WRONG_FIELD, name));
}

static bool read_alert_id(struct reading *in, const json_t *value, struct toc_str *out)
{
    if (!read_text(in, value, "alert_id", TOC_ALERT_ID - 1, out)) {
        return false;
    }
    bool is_id = out->size == TOC_ALERT_ID - 1;
    for (size_t i = 0; i < out->size; i++) {
        is_id = is_id && memchr("0123456789abcdef", out->data[i], 16) != NULL;
    }
    return is_id || refuse(in, TOC_ACTION_REFUSAL_WRONG_FIELD, "alert_id");
}

/* A key's value as the rules see it: a text, or a number or bool in the way keys write them. */
static bool read_key_value(struct reading *in, const json_t *value, size_t index,
                           struct toc_str *out)
{
    char *room = in->action->numbers[index];
    double number = json_number_value(value);

    if (json_is_string(value)) {
        return read_text(in, value, "key", TOC_ACTION_NAME, out);
    }
    if (json_is_integer(value)) {
        (void)snprintf(room, sizeof in->action->numbers[0], "%lld",
                       (long long)json_integer_value(value));
    } else if (json_is_real(value) && number > -1e15 && number < 1e15 &&
               number == (double)(long long)number) {
        (void)snprintf(room, sizeof in->action->numbers[0], "%lld", (long long)number);
    } else if (json_is_real(value)) {
        (void)snprintf(room, sizeof in->action->numbers[0], "%.17g", number);
    } else if (json_is_boolean(value)) {
        (void)snprintf(room, sizeof in->action->numbers[0], "%s",
                       json_is_true(value) ? "true" : "false");
    } else {
        return refuse(in, TOC_ACTION_REFUSAL_WRONG_FIELD, "key");
    }
    *out = toc_str_of(room);
    return true;
}

static bool read_key(struct reading *in, json_t *value)
{
    struct toc_action_which *which = &in->action->which;
    const char *name;
    json_t *part;

    if (!json_is_object(value) || json_object_size(value) > TOC_RULE_KEY_PARTS) {
        return refuse(in, TOC_ACTION_REFUSAL_WRONG_FIELD, "key");
    }
    json_object_foreach(value, name, part)
    {
        size_t index = which->key_count++;
        which->key[index].name = toc_str_of(name);
        if (!read_key_value(in, part, index, &which->key[index].value)) {
            return false;
        }
    }
    return true;
}

static bool read_tags(struct reading *in, const json_t *value)
{
    struct toc_action_which *which = &in->action->which;

    if (!json_is_array(value) || json_array_size(value) > TOC_ACTION_TAGS) {
        return refuse(in, TOC_ACTION_REFUSAL_WRONG_FIELD, "tags");
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (!read_text(in, json_array_get(value, i), "tags", TOC_ACTION_NAME,
                       &which->tags[which->tag_count++])) {
            return false;
        }
    }
    return true;
}

/* Two digits, up to @most; -1: they are not. */
static int two_digits(const char *text, int most)
{
    if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9') {
        return -1;
    }
    int number = (text[0] - '0') * 10 + text[1] - '0';
    return number <= most ? number : -1;
}

/* "08:00" in minutes of a day, or -1; 24:00 is its end. */
static int clock_minutes(const char *text)
{
    int hours = two_digits(text, 24);
    int minutes = text[2] == ':' ? two_digits(text + 3, 59) : -1;

    return hours < 0 || minutes < 0 || hours * 60 + minutes > 1440 ? -1 : hours * 60 + minutes;
}

static bool read_daily(struct reading *in, const json_t *value)
{
    struct toc_action *action = in->action;
    struct toc_str text = {0};

    if (!read_text(in, value, "daily", TOC_ACTION_NAME, &text)) {
        return false;
    }
    if (text.size != 11 || text.data[5] != '-') {
        return refuse(in, TOC_ACTION_REFUSAL_WRONG_FIELD, "daily");
    }
    action->daily_from_min = clock_minutes(text.data);
    action->daily_to_min = clock_minutes(text.data + 6);
    action->is_daily = true;
    return (action->daily_from_min >= 0 && action->daily_to_min >= 0 &&
            action->daily_from_min % 1440 != action->daily_to_min % 1440) ||
           refuse(in, TOC_ACTION_REFUSAL_WRONG_FIELD, "daily");
}

static bool read_utc_offset(struct reading *in, const json_t *value)
{
    struct toc_str text = {0};

    if (!read_text(in, value, "utc_offset", TOC_ACTION_NAME, &text)) {
        return false;
    }
    int minutes = text.size == 6 ? clock_minutes(text.data + 1) : -1;
    if (minutes < 0 || minutes > 18 * 60 || (text.data[0] != '+' && text.data[0] != '-')) {
        return refuse(in, TOC_ACTION_REFUSAL_WRONG_FIELD, "utc_offset");
    }
    in->action->utc_offset_min = text.data[0] == '-' ? -minutes : minutes;
    return true;
}

/* Which members go with which action: bits of the kinds. */
#define KIND(name)  (1u << TOC_ACTION_##name)
#define OF_AN_ALERT (KIND(ACK) | KIND(TAKE_OVER) | KIND(COMMENT) | OF_AN_END)
#define OF_AN_END   (KIND(ALL_CLEAR) | KIND(FALSE_ALARM))
#define OF_SILENCES (KIND(SILENCE) | KIND(UNSILENCE))
#define OF_EVERY    (OF_AN_ALERT | OF_SILENCES)

static const struct {
    const char *name;
    unsigned allowed, needed;
} members[] = {
    {"action", OF_EVERY, OF_EVERY},
    {"alert_id", OF_AN_ALERT, OF_AN_ALERT},
    {"by", OF_EVERY, OF_EVERY},
    {"post", OF_EVERY, 0},
    {"note", OF_EVERY, KIND(COMMENT)},
    {"rule", OF_AN_ALERT | KIND(SILENCE), 0},
    {"key", OF_AN_ALERT | KIND(SILENCE), 0},
    {"tags", KIND(SILENCE), 0},
    {"silence", OF_SILENCES, KIND(UNSILENCE)},
    {"from", KIND(SILENCE), 0},
    {"until", KIND(SILENCE), KIND(SILENCE)},
    {"daily", KIND(SILENCE), 0},
    {"utc_offset", KIND(SILENCE), 0},
};
enum { MEMBERS = sizeof members / sizeof members[0] };

static bool check_members(struct reading *in, json_t *data)
{
    unsigned kind = 1u << in->action->kind;
    const char *name;
    json_t *value;

    for (size_t i = 0; i < MEMBERS; i++) {
        if ((members[i].needed & kind) != 0 && json_object_get(data, members[i].name) == NULL) {
            return refuse(in, TOC_ACTION_REFUSAL_MISSING_FIELD, members[i].name);
        }
    }
    json_object_foreach(data, name, value)
    {
        bool is_known = false;
        for (size_t i = 0; i < MEMBERS && !is_known; i++) {
            is_known = strcmp(members[i].name, name) == 0 && (members[i].allowed & kind) != 0;
        }
        if (!is_known) {
            return refuse(in, TOC_ACTION_REFUSAL_UNKNOWN_FIELD, name);
        }
    }
    return true;
}

static bool read_silence(struct reading *in, json_t *data)
{
    struct toc_action *action = in->action;
    const json_t *from = json_object_get(data, "from");
    const json_t *tags = json_object_get(data, "tags");
    const json_t *daily = json_object_get(data, "daily");
    const json_t *offset = json_object_get(data, "utc_offset");

    if (!read_instant(in, json_object_get(data, "until"), "until", &action->until_ms) ||
        (from != NULL && !read_instant(in, from, "from", &action->from_ms)) ||
        (tags != NULL && !read_tags(in, tags)) || (daily != NULL && !read_daily(in, daily)) ||
        (offset != NULL && !read_utc_offset(in, offset))) {
        return false;
    }
    if (offset != NULL && daily == NULL) {
        return refuse(in, TOC_ACTION_REFUSAL_MISSING_FIELD, "daily");
    }
    const struct toc_action_which *which = &action->which;
    if (which->rule.size == 0 && which->key_count == 0 && which->tag_count == 0) {
        return refuse(in, TOC_ACTION_REFUSAL_BAD_SILENCE, "rule, key or tags");
    }
    return true;
}

static bool read_data(struct reading *in, json_t *data)
{
    struct toc_action *action = in->action;
    struct toc_str kind = {0};
    const struct {
        const char *name;
        size_t most;
        struct toc_str *out;
    } texts[] = {
        {"by", TOC_ACTION_NAME, &action->by},
        {"post", TOC_ACTION_NAME, &action->post},
        {"note", TOC_ACTION_NOTE, &action->note},
        {"rule", TOC_ACTION_NAME, &action->which.rule},
        {"silence", TOC_ACTION_NAME, &action->silence},
    };

    if (!json_is_object(data)) {
        return refuse(in, TOC_ACTION_REFUSAL_ENVELOPE, "data");
    }
    if (json_object_get(data, "action") == NULL) {
        return refuse(in, TOC_ACTION_REFUSAL_MISSING_FIELD, "action");
    }
    if (!read_text(in, json_object_get(data, "action"), "action", TOC_ACTION_NAME, &kind)) {
        return false;
    }
    if (!toc_action_kind_parse(kind, &action->kind)) {
        return refuse(in, TOC_ACTION_REFUSAL_UNKNOWN_ACTION, kind.data);
    }
    if (!check_members(in, data)) {
        return false;
    }
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const json_t *value = json_object_get(data, texts[i].name);
        if (value != NULL && !read_text(in, value, texts[i].name, texts[i].most, texts[i].out)) {
            return false;
        }
    }
    json_t *key = json_object_get(data, "key");
    const json_t *alert_id = json_object_get(data, "alert_id");
    if ((key != NULL && !read_key(in, key)) ||
        (alert_id != NULL && !read_alert_id(in, alert_id, &action->alert_id))) {
        return false;
    }
    return action->kind != TOC_ACTION_SILENCE || read_silence(in, data);
}

static bool read_envelope(struct reading *in, json_t *event, int64_t stored_ms)
{
    struct toc_action *action = in->action;
    struct toc_str version = {0}, type = {0};
    int64_t time_ms = TOC_INSTANT_NONE;
    const json_t *time = json_object_get(event, "time");

    if (!read_text(in, json_object_get(event, "specversion"), "specversion", 8, &version) ||
        !read_text(in, json_object_get(event, "type"), "type", TOC_ACTION_NAME, &type) ||
        !read_text(in, json_object_get(event, "id"), "id", TOC_ACTION_NAME, &action->id) ||
        !read_text(in, json_object_get(event, "source"), "source", TOC_ACTION_NAME,
                   &action->source) ||
        (time != NULL && !read_instant(in, time, "time", &time_ms))) {
        in->reason = TOC_ACTION_REFUSAL_ENVELOPE;
        return false;
    }
    if (!toc_str_equal(version, TOC_STR("1.0")) || !toc_str_equal(type, TOC_STR("tocsin.action"))) {
        return refuse(in, TOC_ACTION_REFUSAL_ENVELOPE, "type");
    }
    action->at_ms = stored_ms != TOC_INSTANT_NONE ? stored_ms : time_ms;
    return true;
}

enum toc_status toc_action_decode(struct toc_str bytes, int64_t stored_ms, struct toc_action *out,
                                  enum toc_action_refusal *out_reason, struct toc_text *detail)
{
    json_error_t error = {.text = ""};
    struct toc_action action = {.from_ms = TOC_INSTANT_NONE, .until_ms = TOC_INSTANT_NONE};
    struct reading in = {.action = out, .detail = detail};

    toc_text_clear(detail);
    if (bytes.size > TOC_ACTION_SIZE) {
        *out_reason = TOC_ACTION_REFUSAL_TOO_LARGE;
        return TOC_E_INVALID;
    }
    action.json = json_loadb(bytes.data != NULL ? bytes.data : "", bytes.size,
                             JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(action.json)) {
        toc_text_add(detail, toc_str_of(error.text));
        json_decref(action.json);
        *out_reason = TOC_ACTION_REFUSAL_NOT_JSON;
        return TOC_E_INVALID;
    }
    *out = action; /* Texts of numbers lie within it, so it is filled where it stays. */
    if (!read_envelope(&in, out->json, stored_ms) ||
        !read_data(&in, json_object_get(out->json, "data"))) {
        *out_reason = in.reason;
        toc_action_finish(out);
        return TOC_E_INVALID;
    }
    return TOC_OK;
}

bool toc_action_is_one(struct toc_str bytes)
{
    static const char mark[] = "\"tocsin.action\"";

    if (bytes.size > TOC_ACTION_SIZE) {
        return false;
    }
    for (size_t i = 0; i + sizeof mark - 1 <= bytes.size; i++) {
        const char *at = memchr(bytes.data + i, '"', bytes.size - i);
        if (at == NULL) {
            return false;
        }
        i = (size_t)(at - bytes.data);
        if (i + sizeof mark - 1 <= bytes.size && memcmp(at, mark, sizeof mark - 1) == 0) {
            json_t *event = json_loadb(bytes.data, bytes.size, JSON_REJECT_DUPLICATES, NULL);
            const char *type = json_string_value(json_object_get(event, "type"));
            bool is_one = type != NULL && strcmp(type, "tocsin.action") == 0;
            json_decref(event);
            return is_one;
        }
    }
    return false;
}

void toc_action_finish(struct toc_action *action)
{
    json_decref(action->json);
    action->json = NULL;
}
