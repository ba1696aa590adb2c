#include "lane/letters.h"

#include <inttypes.h>
#include <stdio.h>

static void add(struct toc_letters *letters, struct toc_letter *letter, const char *name,
                struct toc_str value)
{
    letters->headers[letter->header_count++] =
        (struct toc_header){.name = toc_str_of(name), .value = value};
}

static void add_number(struct toc_letters *letters, struct toc_letter *letter, const char *name,
                       size_t place, int64_t number)
{
    (void)snprintf(letters->numbers[place], sizeof letters->numbers[place], "%" PRId64, number);
    add(letters, letter, name, toc_str_of(letters->numbers[place]));
}

void toc_letters_alert(struct toc_letters *letters, const struct toc_told *told,
                       struct toc_str topic, int64_t now_ms, struct toc_letter *out)
{
    *out = (struct toc_letter){.topic = topic,
                               .key = told->alert_id,
                               .value = told->record,
                               .has_key = true,
                               .has_value = true,
                               .headers = letters->headers,
                               .stored_ms = now_ms};
    add(letters, out, "content-type", TOC_STR("application/cloudevents+json"));
    if (told->rule != NULL) {
        add(letters, out, "tocsin-rule", told->rule->name);
    }
}

void toc_letters_open(struct toc_letters *letters, const struct toc_told *told,
                      struct toc_str topic, int64_t now_ms, struct toc_letter *out)
{
    toc_letters_alert(letters, told, topic, now_ms, out);
    out->topic = letters->open_topic;
    out->has_value = told->is_open;
    add(letters, out, "tocsin-topic", topic);
}

/* The record as it came, with room left for our own headers. */
static void copy_record(struct toc_letters *letters, const struct toc_read *read,
                        struct toc_str input, const char *reason, struct toc_str detail,
                        struct toc_letter *out)
{
    static const struct toc_str ours = {.data = "tocsin-", .size = 7};
    const struct toc_record *record = &read->record;
    *out = (struct toc_letter){.key = read->key,
                               .value = record->bytes,
                               .has_key = read->has_key,
                               .has_value = record->bytes.data != NULL,
                               .headers = letters->headers,
                               .may_lose_value = true};
    add(letters, out, "tocsin-reason", toc_str_of(reason));
    if (detail.size > 0) {
        add(letters, out, "tocsin-detail", detail);
    }
    add(letters, out, "tocsin-input", input);
    add(letters, out, "tocsin-topic", record->origin.topic);
    add_number(letters, out, "tocsin-partition", 0, record->origin.partition);
    add_number(letters, out, "tocsin-offset", 1, record->origin.offset);
    if (record->origin.stored_ms != TOC_INSTANT_NONE) {
        add_number(letters, out, "tocsin-timestamp", 2, record->origin.stored_ms);
    }
    for (size_t i = 0; i < record->header_count && out->header_count < TOC_OUTBOX_HEADERS; i++) {
        struct toc_str name = record->headers[i].name;
        if (name.size < ours.size || memcmp(name.data, ours.data, ours.size) != 0) {
            letters->headers[out->header_count++] = record->headers[i];
        }
    }
}

void toc_letters_dead(struct toc_letters *letters, const struct toc_read *read,
                      struct toc_str input, const char *reason, struct toc_str detail,
                      struct toc_letter *out)
{
    copy_record(letters, read, input, reason, detail, out);
    out->topic = letters->dead_topic;
}

void toc_letters_late(struct toc_letters *letters, const struct toc_read *read,
                      struct toc_str input, struct toc_letter *out)
{
    copy_record(letters, read, input, "late", TOC_STR(""), out);
    out->topic = letters->late_topic;
}
