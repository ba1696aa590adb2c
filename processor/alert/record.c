/* alert/record.c - the record of an alert: a CloudEvents 1.0 event with the alert in `data`.
 * Field by field: processor/README.md, "The alert record". Written straight into the caller's
 * text, in one pass, always in the same order. */
#include "alert/writer.h"

static void add_key(const struct toc_writer *writer)
{
    const struct toc_key *key = writer->telling->key;
    const struct toc_rule *rule = writer->telling->rule;
    struct toc_text *out = writer->out;

    toc_writer_name(out, "key");
    toc_text_add_char(out, '{');
    for (size_t i = 0; i < key->count; i++) {
        toc_text_add(out, i == 0 ? TOC_STR("") : TOC_STR(","));
        toc_text_add_json(out, rule->key_parts[i].name);
        toc_text_add_char(out, ':');
        if (key->values[i].is_bare) {
            toc_text_add(out, key->values[i].label);
        } else {
            toc_text_add_json(out, toc_writer_key_label(writer, i));
        }
    }
    toc_text_add_char(out, '}');
}

enum { CHANGES_MOST = 20 };

/* How bad it is, and each change of that if there was one. */
static void add_levels(const struct toc_writer *writer)
{
    const struct toc_alert *alert = writer->content->alert;
    struct toc_level_since levels[TOC_EPISODE_LEVELS];
    struct toc_text *out = writer->out;
    char text[TOC_INSTANT_TEXT];

    toc_writer_text(out, "level", toc_str_of(toc_level_text(alert->level)));
    if (alert->state == TOC_ALERT_ESCALATED || alert->state == TOC_ALERT_DEESCALATED) {
        toc_writer_text(out, "previous_level", toc_str_of(toc_level_text(alert->previous_level)));
    }
    size_t count = writer->content->episode != NULL
                       ? toc_alert_levels(writer->content->episode, writer->telling, levels)
                       : 0;
    while (count > 0 && levels[count - 1].since_ms > alert->level_ms) {
        count--;
    }
    if (count < 2) {
        return;
    }
    toc_writer_name(out, "levels");
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && i + CHANGES_MOST < count) {
            continue; /* The newest, besides what it began with. */
        }
        toc_instant_format(levels[i].since_ms, text);
        toc_text_addf(out, "%s{\"level\":\"%s\",\"since\":\"%s\"}", i == 0 ? "[" : ",",
                      toc_level_text((enum toc_level)levels[i].level), text);
    }
    toc_text_add_char(out, ']');
}

static bool is_alert(const struct toc_writer *writer, const struct toc_kept *kept)
{
    return toc_catalogue_type(writer->telling->catalogue, (size_t)kept->type)->is_alert;
}

/* The alerts of other rules that it rests on. */
static void add_parents(const struct toc_writer *writer)
{
    const struct toc_episode *episode = writer->content->episode;
    struct toc_text *out = writer->out;
    size_t told = 0;

    for (size_t i = 0; episode != NULL && i < episode->evidence_count; i++) {
        const struct toc_kept *kept = episode->evidence[i].kept;
        if (!is_alert(writer, kept)) {
            continue;
        }
        if (told++ == 0) {
            toc_writer_name(out, "parents");
        }
        toc_text_add_char(out, told == 1 ? '[' : ',');
        toc_text_add_json(out, kept->id);
    }
    if (told > 0) {
        toc_text_add_char(out, ']');
    }
}

static void add_evidence(const struct toc_writer *writer)
{
    const struct toc_episode *episode = writer->content->episode;
    const struct toc_rule *rule = writer->telling->rule;
    struct toc_text *out = writer->out;

    if (episode == NULL) {
        return;
    }
    toc_writer_name(out, "evidence");
    toc_text_add_char(out, '[');
    for (size_t i = 0; i < episode->evidence_count; i++) {
        const struct toc_kept *kept = episode->evidence[i].kept;
        toc_text_add(out, i == 0 ? TOC_STR("{") : TOC_STR(",{"));
        if (!is_alert(writer, kept)) { /* An alert stands in no record of an input. */
            toc_writer_text_if(out, "topic", kept->topic);
            toc_writer_name(out, "partition");
            toc_text_addf(out, "%d,\"offset\":%lld", (int)kept->partition, (long long)kept->offset);
        }
        toc_writer_text(out, "id", kept->id);
        toc_writer_text(out, "source", kept->source);
        toc_writer_text(out, "type", kept->type_name);
        toc_writer_instant(out, "time", kept->at_ms);
        toc_writer_text(out, "step", rule->aliases[episode->evidence[i].alias].name);
        if (kept->is_time_corrected) {
            toc_text_add(out, TOC_STR(",\"time_corrected\":true"));
        }
        toc_text_add_char(out, '}');
    }
    toc_text_add_char(out, ']');
}

static void add_sources(const struct toc_writer *writer)
{
    const struct toc_episode *episode = writer->content->episode;
    struct toc_text *out = writer->out;
    size_t told = 0;

    for (size_t i = 0; episode != NULL && i < episode->evidence_count; i++) {
        struct toc_str source = episode->evidence[i].kept->source;
        bool is_new = true;
        for (size_t j = 0; j < i && is_new; j++) {
            is_new = !toc_str_equal(source, episode->evidence[j].kept->source);
        }
        if (!is_new) {
            continue;
        }
        if (told++ == 0) {
            toc_writer_name(out, "sources");
        }
        toc_text_add_char(out, told == 1 ? '[' : ',');
        toc_text_add_json(out, source);
    }
    if (told > 0) {
        toc_text_add_char(out, ']');
    }
}

static const char *reason_text(enum toc_ending ending)
{
    switch (ending) {
    case TOC_ENDING_LINE:
        return "clear_when";
    case TOC_ENDING_SAID:
        return "newest_event";
    case TOC_ENDING_ANSWER:
        return "answered";
    case TOC_ENDING_WINDOW:
        return "window";
    case TOC_ENDING_EXPIRED:
        return "expire_after";
    case TOC_ENDING_LATE:
        return "late";
    case TOC_ENDING_ALL_CLEAR:
        return "all_clear";
    case TOC_ENDING_FALSE_ALARM:
        return "false_alarm";
    case TOC_ENDING_RULE:
        return "rule";
    case TOC_ENDING_NONE:
        break;
    }
    return NULL;
}

/* What the rule cannot see now: silence of these inputs says nothing. */
static void add_blind(const struct toc_writer *writer)
{
    const struct toc_telling *telling = writer->telling;
    struct toc_text *out = writer->out;
    size_t told = 0;

    for (size_t i = 0; i < telling->sight_count; i++) {
        if (!telling->sights[i].is_blind) {
            continue;
        }
        if (told++ == 0) {
            toc_writer_name(out, "blind");
        }
        toc_text_add_char(out, told == 1 ? '[' : ',');
        toc_text_add_json(out, telling->sights[i].input);
    }
    if (told > 0) {
        toc_text_add_char(out, ']');
    }
}

/* What the languages besides the main one give; for the rest a reader falls back on that. */
static void add_texts(struct toc_writer *writer)
{
    const struct toc_rule *rule = writer->telling->rule;
    struct toc_text *out = writer->out;

    if (rule->wording_count < 2) {
        return;
    }
    toc_writer_name(out, "texts");
    for (size_t i = 1; i < rule->wording_count; i++) {
        const struct toc_wording *wording = &rule->wordings[i];
        toc_text_add_char(out, i == 1 ? '{' : ',');
        toc_text_add_json(out, wording->language);
        toc_text_add(out, TOC_STR(":{"));
        toc_writer_text_if(out, "title", wording->title);
        toc_wording_texts(writer, wording);
        toc_writer_list(out, "response", wording->response, wording->response_count);
        toc_text_add_char(out, '}');
    }
    toc_text_add_char(out, '}');
}

/* Which incident it is of, since when that has been on, and what it was called until now. */
static void add_incident(const struct toc_writer *writer)
{
    const struct toc_alert *alert = writer->content->alert;
    const struct toc_incident *incident = toc_alert_incident(alert);
    struct toc_text *out = writer->out;

    toc_writer_text(out, "incident", toc_str_of(incident != NULL ? incident->id : alert->id));
    if (toc_alert_is_renamed(alert)) {
        toc_writer_text(out, "incident_was", toc_str_of(alert->incident_told->id));
    }
    toc_writer_instant(out, "incident_at", incident != NULL ? incident->first_ms : alert->new_ms);
}

static void add_alert(struct toc_writer *writer)
{
    const struct toc_rule *rule = writer->telling->rule;
    const struct toc_alert *alert = writer->content->alert;
    const struct toc_episode *episode = writer->content->episode;
    struct toc_text *out = writer->out;

    toc_text_add_char(out, '{');
    toc_writer_text(out, "alert_id", toc_str_of(alert->id));
    toc_wording_ref(writer);
    add_incident(writer);
    toc_text_addf(out, ",\"seq\":%llu", (unsigned long long)alert->seq);
    toc_writer_text(out, "state", toc_str_of(toc_alert_state_text(alert->state)));
    toc_text_addf(out, ",\"open\":%s", alert->is_open ? "true" : "false");
    toc_writer_text(out, "mode", toc_str_of(toc_mode_text(writer->telling->key->mode)));
    toc_writer_text(out, "rule", rule->name);
    toc_text_addf(out, ",\"rule_version\":%lld,\"rule_hash\":\"%016llx%016llx\"",
                  (long long)rule->version, (unsigned long long)rule->hash.high,
                  (unsigned long long)rule->hash.low);
    toc_writer_text(out, "title", rule->wordings[0].title);
    toc_writer_text_if(out, "language", rule->wordings[0].language);
    toc_writer_text_if(out, "owner", rule->owner);
    toc_writer_list(out, "tags", rule->tags, rule->tag_count);
    add_levels(writer);
    toc_text_addf(out, ",\"urgent\":%s", rule->alert.is_urgent ? "true" : "false");
    add_key(writer);
    toc_wording_texts(writer, &rule->wordings[0]);
    toc_wording_explanation(writer);
    toc_writer_list(out, "response", rule->wordings[0].response, rule->wordings[0].response_count);
    add_texts(writer);
    toc_whereabouts_location(writer);
    toc_whereabouts_place(writer);
    toc_whereabouts_impact(writer);
    toc_text_addf(out, ",\"count\":%llu", (unsigned long long)alert->count);
    if (episode != NULL && episode->has_value) {
        toc_writer_name(out, "value");
        toc_writer_millionths(out, episode->value);
    }
    add_evidence(writer);
    add_parents(writer);
    add_sources(writer);
    toc_writer_instant(out, "begin", alert->begin_ms);
    if (!alert->is_open && alert->state != TOC_ALERT_CANCELLED) {
        toc_writer_instant(out, "end", alert->end_ms);
    }
    if (episode != NULL) {
        toc_writer_instant(out, "onset",
                           episode->first_ms != TOC_INSTANT_NONE ? episode->first_ms
                                                                 : episode->begin_ms);
        toc_writer_instant(out, "first_event_time", episode->first_ms);
        toc_writer_instant(out, "last_event_time", episode->last_ms);
    }
    toc_writer_instant(out, "detected_at", writer->telling->now_ms);
    toc_writer_instant(out, "new_at", alert->new_ms);
    if (alert->is_open && rule->alert.expire_after_ms > 0 && alert->last_ms != TOC_INSTANT_NONE) {
        toc_writer_instant(out, "expires_at", alert->last_ms + rule->alert.expire_after_ms);
    }
    if (!alert->is_open) {
        toc_writer_text_if(out, "end_reason", toc_str_of(reason_text(writer->content->ending)));
    }
    if (writer->content->merged_into != NULL) {
        toc_writer_text(out, "merged_into", toc_str_of(writer->content->merged_into));
    }
    if (episode != NULL && episode->is_late) {
        toc_text_add(out, TOC_STR(",\"late\":true"));
    }
    toc_alert_write_steps(alert, rule, out);
    toc_writer_list(out, "recipients", rule->alert.recipients, rule->alert.recipient_count);
    if (alert->said != NULL) {
        toc_said_write(alert->said, out);
    }
    toc_writer_text_if(out, "suppressed_by", writer->content->suppressed_by);
    add_blind(writer);
    toc_text_add_char(out, '}');
}

static int place_of(const struct toc_record_content *content, const struct toc_telling *telling)
{
    if (content->alert->place >= 0) {
        return content->alert->place;
    }
    for (size_t i = 0; i < telling->key->count; i++) {
        if (telling->key->values[i].place >= 0) {
            return telling->key->values[i].place;
        }
    }
    return -1;
}

/* Make *best @evidence if that is newer. */
static void take_newer(const struct toc_evidence **best, const struct toc_evidence *evidence)
{
    if (*best == NULL || toc_kept_compare(evidence->kept, (*best)->kept) > 0) {
        *best = evidence;
    }
}

static void note(struct toc_writer *writer, const struct toc_evidence *evidence)
{
    if (evidence->kept == NULL) {
        return;
    }
    take_newer(&writer->newest, evidence);
    if (evidence->position.has_point) {
        take_newer(&writer->located, evidence);
    }
    if (evidence->position.has_point && evidence->position.has_alt) {
        take_newer(&writer->high, evidence);
    }
}

static int moving_part(const struct toc_rule *rule)
{
    for (size_t i = 0; i < rule->key_part_count; i++) {
        if (rule->key_parts[i].is_moving) {
            return (int)i;
        }
    }
    return -1;
}

struct toc_str toc_record_write(const struct toc_record_content *content,
                                const struct toc_telling *telling)
{
    struct toc_writer writer = {.out = telling->record,
                                .content = content,
                                .telling = telling,
                                .place = place_of(content, telling),
                                .moving_part = moving_part(telling->rule)};
    const struct toc_episode *episode = content->episode;

    for (size_t i = 0; episode != NULL && i < TOC_EPISODE_ALIASES; i++) {
        note(&writer, &episode->newest[i]);
    }
    for (size_t i = 0; episode != NULL && i < episode->evidence_count; i++) {
        note(&writer, &episode->evidence[i]);
    }
    struct toc_text *out = telling->record;
    toc_text_clear(out);
    toc_text_add(out, TOC_STR("{\"specversion\":\"1.0\""));
    toc_text_addf(out, ",\"id\":\"%s-%llu\"", content->alert->id,
                  (unsigned long long)content->alert->seq);
    toc_writer_text(out, "source", telling->source);
    toc_text_addf(out, ",\"type\":\"tocsin.alert.%s\"",
                  toc_alert_state_text(content->alert->state));
    toc_writer_instant(out, "time", telling->now_ms);
    toc_writer_text(out, "subject", telling->rule->name);
    toc_text_add(out, TOC_STR(",\"datacontenttype\":\"application/json\",\"data\":"));
    size_t begin = out->size;
    add_alert(&writer);
    size_t end = out->size;
    toc_text_add_char(out, '}');
    return (struct toc_str){.data = out->data + begin, .size = end - begin};
}
