/* schema_topics.c - AsyncAPI 3.0.0: topics as channels, what tocsin reads and writes as operations.
 * Source: the specification's own words are in double quotes. */
#include "cli/schema.h"

#include "cli/schema_parts.h"

#define SCHEMAS "#/components/schemas/"

/* The definitions of @schema move to @schemas; what is left of it goes there as @name. */
static void add_schema(json_t *schemas, const char *name, json_t *schema)
{
    const char *key;
    json_t *value;
    json_t *defs = json_incref(json_object_get(schema, "$defs"));

    (void)json_object_del(schema, "$defs");
    (void)json_object_del(schema,
                          "$schema"); /* Its dialect is AsyncAPI's, a superset of draft 7. */
    json_object_foreach(defs, key, value)
    {
        toc_schema_put(schemas, key, json_incref(value));
    }
    json_decref(defs);
    toc_schema_put(schemas, name, schema);
}

static json_t *message(const char *title, const char *schema)
{
    json_t *message = toc_schema_made(json_pack("{s:s, s:s}", "title", title, "contentType",
                                                "application/cloudevents+json; charset=UTF-8"));
    if (schema != NULL) {
        toc_schema_put(message, "payload", json_pack("{s:s+}", "$ref", SCHEMAS, schema));
    }
    return message;
}

static const struct use {
    const char *message, *words;
    bool is_sent; /* By tocsin; else received. */
} uses[] = {
    [TOC_TOPIC_INPUT] = {"event", "Reports that tocsin reads.", false},
    [TOC_TOPIC_ACTIONS] = {"action", "What people do about alerts.", false},
    [TOC_TOPIC_ALERTS] = {"alert", "Every record of every alert of its rules.", true},
    [TOC_TOPIC_OPEN] = {"alert", "The newest record of each open alert; a tombstone at its end.",
                        true},
    [TOC_TOPIC_DEAD] = {"letter", "Records that could not be read, with the reason.", true},
    [TOC_TOPIC_LATE] = {"letter", "Records that came too late to change the truth.", true},
};

json_t *toc_schema_topics(const struct toc_topics *topics, const struct toc_catalogue *catalogue)
{
    json_t *channels = toc_schema_made(json_object()), *operations = toc_schema_made(json_object()),
           *schemas = toc_schema_made(json_object());

    for (size_t i = 0; i < topics->count; i++) {
        const struct toc_topic *topic = &topics->list[i];
        const struct use *use = &uses[topic->use];
        struct toc_text name = {0}, path = {0}, from = {0};

        toc_text_addf(&path, "#/channels/%.*s", (int)topic->name.size, topic->name.data);
        toc_text_addf(&from, "%s/messages/%s", path.data, use->message);
        toc_text_addf(&name, "%s.%.*s", use->is_sent ? "tell" : "read", (int)topic->name.size,
                      topic->name.data);
        toc_schema_put_str(channels, topic->name,
                           json_pack("{s:o, s:s, s:{s:{s:s+}}}", "address",
                                     toc_schema_text(topic->name), "description", use->words,
                                     "messages", use->message, "$ref", "#/components/messages/",
                                     use->message));
        toc_schema_put(operations, name.data,
                       json_pack("{s:s, s:{s:s}, s:[{s:s}]}", "action",
                                 use->is_sent ? "send" : "receive", "channel", "$ref", path.data,
                                 "messages", "$ref", from.data));
        toc_text_finish(&name);
        toc_text_finish(&path);
        toc_text_finish(&from);
    }
    add_schema(schemas, "event", toc_schema_events(catalogue));
    add_schema(schemas, "alert", toc_schema_alerts());
    toc_schema_rebase(schemas, SCHEMAS);
    return toc_schema_made(
        json_pack("{s:s, s:{s:s, s:s, s:s}, s:s, s:o, s:o, s:{s:o, s:{s:o, s:o, s:o, s:o}}}",
                  "asyncapi", "3.0.0", "info", "title", "tocsin", "version", TOCSIN_VERSION,
                  "description", "Topics of Kafka. The key of an alert record is its alert_id.",
                  "defaultContentType", "application/cloudevents+json", "channels", channels,
                  "operations", operations, "components", "schemas", schemas, "messages", "event",
                  message("A report", "event"), "alert", message("An alert record", "alert"),
                  "action", message("What somebody does about an alert", NULL), "letter",
                  message("A record that was not used, and why", NULL)));
}
