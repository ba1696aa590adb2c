/* engine/action.h - what people do about alerts: ack, take_over, comment, all_clear, false_alarm,
 * silence, unsilence. Its form on the wire, and what it asks of the engine.
 *
 * A record is a CloudEvent (1.0, structured, JSON) of type `tocsin.action`:
 *
 *   {"specversion": "1.0", "id": "1", "source": "/ops/gao", "type": "tocsin.action",
 *    "data": {"action": "ack", "alert_id": "..", "by": "Lt Traore", "post": "TOC Gao"}}
 *
 * Member by member: rules/README.md, "Acting on alerts". Read strictly: at most TOC_ACTION_SIZE
 * bytes, I-JSON, no member given twice, none unknown within `data`. Meaning: rules/README.md, "What
 * people do, and what the machine holds back".
 * Threads: one owner. Memory: an action holds its JSON until toc_action_finish. */
#pragma once
#include <tocsin/status.h>

#include "alert/alert.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    TOC_ACTION_SIZE = 16384, /* Bytes of a record. */
    TOC_ACTION_NAME = 200,   /* Bytes of by, post, rule, a key's value, a tag, a silence's name. */
    TOC_ACTION_NOTE = 1000,  /* Bytes of a note. */
    TOC_ACTION_TAGS = 8,
};
#define TOC_SILENCE_MOST_MS INT64_C(2592000000) /* 30 days: how long a silence can last. */

enum toc_action_kind {
    TOC_ACTION_ACK,
    TOC_ACTION_TAKE_OVER,
    TOC_ACTION_COMMENT,
    TOC_ACTION_ALL_CLEAR,
    TOC_ACTION_FALSE_ALARM,
    TOC_ACTION_SILENCE,
    TOC_ACTION_UNSILENCE,
    TOC_ACTION_KINDS
};
const char *toc_action_kind_text(enum toc_action_kind kind); /* "ack": static. */
bool toc_action_kind_parse(struct toc_str text, enum toc_action_kind *out);

enum toc_action_refusal {
#define TOC_ACTION_REFUSAL(name, text, words) TOC_ACTION_REFUSAL_##name,
#include "engine/action_refusal.def"
#undef TOC_ACTION_REFUSAL
    TOC_ACTION_REFUSAL_COUNT
};
const char *toc_action_refusal_text(enum toc_action_refusal reason);  /* "over": static. */
const char *toc_action_refusal_words(enum toc_action_refusal reason); /* A sentence. */

/* Which alerts: all that agree with everything named. */
struct toc_action_which {
    struct toc_str rule; /* Empty: any. */
    struct {
        struct toc_str name, value; /* A part of the key. */
    } key[TOC_RULE_KEY_PARTS];
    size_t key_count;
    struct toc_str tags[TOC_ACTION_TAGS]; /* The rule has all of them. */
    size_t tag_count;
};

struct toc_action {
    enum toc_action_kind kind;
    int64_t at_ms; /* When it was sent: as stored by Kafka, else as it says itself, else NONE. */
    struct toc_str id, source;
    struct toc_str alert_id;       /* Of the first five kinds: 32 hexadecimal digits. */
    struct toc_str by, post, note; /* post and note may be empty; `by` never. */
    struct toc_str silence;        /* Name of the silence. */
    struct toc_action_which which; /* Of a silence; of an all_clear where its alert stood. */
    int64_t from_ms, until_ms;     /* Of a silence: [from, until); from NONE: from now on. */
    bool is_daily; /* Within it only at these hours, [from, to), over midnight too: */
    int daily_from_min, daily_to_min, utc_offset_min;
    struct json_t *json; /* All texts lie here, numbers of a key in @numbers. */
    char numbers[TOC_RULE_KEY_PARTS][32];
};

/* Read the record @bytes. @stored_ms: its Kafka timestamp or TOC_INSTANT_NONE. TOC_E_INVALID: it is
 * refused, *out_reason says why, @detail (cleared first) names what is wrong; *out needs no
 * finish. */
TOC_MUST_CHECK enum toc_status toc_action_decode(struct toc_str bytes, int64_t stored_ms,
                                                 struct toc_action *out,
                                                 enum toc_action_refusal *out_reason,
                                                 struct toc_text *detail);
/* Is this JSON text an action rather than an event? A quick look, for files that hold both: false
 * if `type` is another or cannot be found. */
bool toc_action_is_one(struct toc_str bytes);
void toc_action_finish(struct toc_action *action); /* A zeroed one may be finished. */

#ifdef __cplusplus
}
#endif
