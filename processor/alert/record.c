/* alert/record.c - the record of an alert: a CloudEvents 1.0 event with the alert in `data`.
 * Field by field: processor/README.md, "The alert record". Written straight into the caller's
 * text, in one pass, always in the same order. */
#include "alert/alert.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>

enum { BRIEF_CHARACTERS = 160, SUMMARY_CHARACTERS = 1000 };

struct writer {
    struct toc_text *out;
    const struct toc_record_content *content;
    const struct toc_telling *telling;
    struct toc_point point; /* Where: the newest evidence that says so. */
    bool has_point;
    const struct toc_evidence *newest;
    int place; /* Index, or -1. */
};

static void add_name(struct toc_text *out, const char *name)
{
    if (out->data[out->size - 1] != '{') {
        toc_text_add_char(out, ',');
    }
    toc_text_addf(out, "\"%s\":", name);
}

static void add_text(struct toc_text *out, const char *name, struct toc_str text)
{
    add_name(out, name);
    toc_text_add_json(out, text);
}

static void add_text_if(struct toc_text *out, const char *name, struct toc_str text)
{
    if (text.size > 0) {
        add_text(out, name, text);
    }
}

static void add_instant(struct toc_text *out, const char *name, int64_t at_ms)
{
    char text[TOC_INSTANT_TEXT];

    if (at_ms >= TOC_INSTANT_MIN && at_ms <= TOC_INSTANT_MAX) {
        toc_instant_format(at_ms, text);
        add_text(out, name, toc_str_of(text));
    }
}

static void add_list(struct toc_text *out, const char *name, const struct toc_str *items,
                     size_t count)
{
    if (count == 0) {
        return;
    }
    add_name(out, name);
    for (size_t i = 0; i < count; i++) {
        toc_text_add_char(out, i == 0 ? '[' : ',');
        toc_text_add_json(out, items[i]);
    }
    toc_text_add_char(out, ']');
}

/* Millionths as a decimal number, without needless zeros. */
static void add_millionths(struct toc_text *out, int64_t value)
{
    uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    char digits[8];

    toc_text_addf(out, "%s%llu", value < 0 ? "-" : "", (unsigned long long)(size / 1000000));
    if (size % 1000000 != 0) {
        snprintf(digits, sizeof digits, "%06llu", (unsigned long long)(size % 1000000));
        size_t length = 6;
        while (digits[length - 1] == '0') {
            length--;
        }
        toc_text_addf(out, ".%.*s", (int)length, digits);
    }
}

static void add_value(struct toc_text *out, const struct toc_value *value)
{
    char text[32];

    if (value == NULL) {
        toc_text_add(out, TOC_STR("unknown"));
        return;
    }
    switch (value->kind) {
    case TOC_VALUE_NONE:
        toc_text_add(out, TOC_STR("unknown"));
        break;
    case TOC_VALUE_BOOL:
        toc_text_add(out, value->is_true ? TOC_STR("yes") : TOC_STR("no"));
        break;
    case TOC_VALUE_INTEGER:
        toc_text_addf(out, "%lld", (long long)value->integer);
        break;
    case TOC_VALUE_NUMBER:
        toc_text_addf(out, "%.6g", value->number);
        break;
    case TOC_VALUE_TEXT:
        toc_text_add(out, value->text);
        break;
    case TOC_VALUE_TIME:
        toc_instant_format(value->at_ms, text);
        toc_text_add(out, toc_str_of(text));
        break;
    case TOC_VALUE_POINT:
        toc_geo_format_mgrs(value->point, text);
        toc_text_add(out, toc_str_of(text));
        break;
    case TOC_VALUE_LIST:
        for (size_t i = 0; i < value->list.count; i++) {
            toc_text_add(out, i == 0 ? TOC_STR("") : TOC_STR(", "));
            toc_text_add(out, value->list.items[i]);
        }
        break;
    }
}

static const struct toc_value *kept_value(const struct writer *writer, const struct toc_kept *kept,
                                          struct toc_str name, struct toc_value *room)
{
    const struct toc_type *type =
        toc_catalogue_type(writer->telling->catalogue, (size_t)kept->type);
    int slot = toc_type_field(type, name);

    if (slot < 0) {
        slot = toc_event_envelope_slot(name);
    }
    if (slot == TOC_SLOT_ID || slot == TOC_SLOT_SOURCE || slot == TOC_SLOT_TYPE) {
        *room = (struct toc_value){.kind = TOC_VALUE_TEXT,
                                   .text = slot == TOC_SLOT_ID       ? kept->id
                                           : slot == TOC_SLOT_SOURCE ? kept->source
                                                                     : kept->type_name};
        return room;
    }
    if (slot == TOC_SLOT_TIME) {
        *room = (struct toc_value){.kind = TOC_VALUE_TIME, .at_ms = kept->at_ms};
        return room;
    }
    return toc_kept_field(kept, slot);
}

/* Name of the place, else where in MGRS, else nothing known. */
static void add_where(const struct writer *writer, struct toc_text *out)
{
    char mgrs[TOC_MGRS_TEXT];

    if (writer->place >= 0) {
        toc_text_add(out, toc_places_get(writer->telling->places, (size_t)writer->place)->name);
    } else if (writer->has_point) {
        toc_geo_format_mgrs(writer->point, mgrs);
        toc_text_add(out, toc_str_of(mgrs));
    } else {
        toc_text_add(out, TOC_STR("unknown place"));
    }
}

/* The label of part @index of the key; of `latest` the place is the episode's own. */
static struct toc_str key_label(const struct writer *writer, size_t index)
{
    const struct toc_key *key = writer->telling->key;

    if (writer->telling->rule->key_parts[index].is_place && key->values[index].place < 0 &&
        writer->content->alert->place >= 0) {
        return toc_places_get(writer->telling->places, (size_t)writer->content->alert->place)->name;
    }
    return key->values[index].label;
}

static void add_pieces(const struct writer *writer, const struct toc_template *template,
                       struct toc_text *out)
{
    const struct toc_episode *episode = writer->content->episode;

    for (size_t i = 0; i < template->count; i++) {
        const struct toc_piece *piece = &template->pieces[i];
        struct toc_value room;
        const struct toc_kept *kept;
        switch (piece->kind) {
        case TOC_PIECE_TEXT:
            toc_text_add(out, piece->text);
            break;
        case TOC_PIECE_KEY:
            toc_text_add(out, key_label(writer, (size_t)piece->index));
            break;
        case TOC_PIECE_COUNT:
            toc_text_addf(out, "%llu", (unsigned long long)writer->content->alert->count);
            break;
        case TOC_PIECE_VALUE:
            if (episode != NULL && episode->has_value) {
                add_millionths(out, episode->value);
            } else {
                toc_text_addf(out, "%llu", (unsigned long long)writer->content->alert->count);
            }
            break;
        case TOC_PIECE_PLACE:
            add_where(writer, out);
            break;
        case TOC_PIECE_FIELD:
            kept = episode != NULL ? episode->newest[piece->index].kept : NULL;
            add_value(out, kept != NULL ? kept_value(writer, kept, piece->text, &room) : NULL);
            break;
        }
    }
}

/* What a rule without a `brief` says: title and key. */
static void add_default_brief(const struct writer *writer, struct toc_text *out)
{
    toc_text_add(out, writer->telling->rule->title);
    for (size_t i = 0; i < writer->telling->key->count; i++) {
        toc_text_add(out, i == 0 ? TOC_STR(": ") : TOC_STR(", "));
        toc_text_add(out, key_label(writer, i));
    }
}

/* Cut to @most characters, not within one. */
static struct toc_str cut(struct toc_text *text, size_t most)
{
    size_t characters = 0, at = 0;

    while (at < text->size) {
        size_t next = at + 1;
        while (next < text->size && ((unsigned char)text->data[next] & 0xC0) == 0x80) {
            next++;
        }
        if (++characters > most) {
            break;
        }
        at = next;
    }
    return (struct toc_str){.data = text->data, .size = at};
}

static void add_template(struct writer *writer, const char *name,
                         const struct toc_template *template, size_t most)
{
    struct toc_text *scratch = writer->telling->topic;

    toc_text_clear(scratch);
    if (template->count > 0) {
        add_pieces(writer, template, scratch);
    } else {
        add_default_brief(writer, scratch);
    }
    add_text(writer->out, name, cut(scratch, most));
}

static void add_key(const struct writer *writer)
{
    const struct toc_key *key = writer->telling->key;
    const struct toc_rule *rule = writer->telling->rule;
    struct toc_text *out = writer->out;

    add_name(out, "key");
    toc_text_add_char(out, '{');
    for (size_t i = 0; i < key->count; i++) {
        toc_text_add(out, i == 0 ? TOC_STR("") : TOC_STR(","));
        toc_text_add_json(out, rule->key_parts[i].name);
        toc_text_add_char(out, ':');
        if (key->values[i].is_bare) {
            toc_text_add(out, key->values[i].label);
        } else {
            toc_text_add_json(out, key_label(writer, i));
        }
    }
    toc_text_add_char(out, '}');
}

static struct toc_point point_of(const struct toc_evidence *evidence)
{
    return (struct toc_point){.lat_deg = evidence->lat_deg, .lon_deg = evidence->lon_deg};
}

static void add_location(const struct writer *writer)
{
    const struct toc_episode *episode = writer->content->episode;
    struct toc_text *out = writer->out;
    char mgrs[TOC_MGRS_TEXT];
    int64_t radius_mm = 0;

    if (!writer->has_point) {
        return;
    }
    for (size_t i = 0; i < episode->evidence_count; i++) {
        if (episode->evidence[i].has_point) {
            int64_t mm = toc_geo_distance_mm(writer->point, point_of(&episode->evidence[i]));
            radius_mm = mm > radius_mm ? mm : radius_mm;
        }
    }
    toc_geo_format_mgrs(writer->point, mgrs);
    add_name(out, "location");
    toc_text_addf(out, "{\"lat\":%.6f,\"lon\":%.6f,\"mgrs\":\"%s\",\"radius_m\":%lld}",
                  writer->point.lat_deg, writer->point.lon_deg, mgrs,
                  (long long)((radius_mm + 999) / 1000));
}

static void add_place(const struct writer *writer)
{
    struct toc_text *out = writer->out;

    if (writer->place < 0) {
        return;
    }
    const struct toc_place *place = toc_places_get(writer->telling->places, (size_t)writer->place);
    add_name(out, "place");
    toc_text_add_char(out, '{');
    add_text(out, "kind", place->kind);
    add_text(out, "name", place->name);
    if (writer->has_point) {
        int64_t mm =
            toc_places_distance_mm(writer->telling->places, (size_t)writer->place, writer->point);
        long bearing = lround(toc_geo_bearing_deg(place->centre, writer->point)) % 360;
        toc_text_addf(out, ",\"distance_m\":%lld,\"bearing_deg\":%ld", (long long)(mm / 1000),
                      bearing);
    }
    toc_text_add_char(out, '}');
}

static void add_evidence(const struct writer *writer)
{
    const struct toc_episode *episode = writer->content->episode;
    const struct toc_rule *rule = writer->telling->rule;
    struct toc_text *out = writer->out;

    if (episode == NULL) {
        return;
    }
    add_name(out, "evidence");
    toc_text_add_char(out, '[');
    for (size_t i = 0; i < episode->evidence_count; i++) {
        const struct toc_kept *kept = episode->evidence[i].kept;
        toc_text_add(out, i == 0 ? TOC_STR("{") : TOC_STR(",{"));
        add_text_if(out, "topic", kept->topic);
        add_name(out, "partition");
        toc_text_addf(out, "%d,\"offset\":%lld", (int)kept->partition, (long long)kept->offset);
        add_text(out, "id", kept->id);
        add_text(out, "source", kept->source);
        add_text(out, "type", kept->type_name);
        add_instant(out, "time", kept->at_ms);
        add_text(out, "step", rule->aliases[episode->evidence[i].alias].name);
        if (kept->is_time_corrected) {
            toc_text_add(out, TOC_STR(",\"time_corrected\":true"));
        }
        toc_text_add_char(out, '}');
    }
    toc_text_add_char(out, ']');
}

static void add_sources(const struct writer *writer)
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
            add_name(out, "sources");
        }
        toc_text_add_char(out, told == 1 ? '[' : ',');
        toc_text_add_json(out, source);
    }
    if (told > 0) {
        toc_text_add_char(out, ']');
    }
}

/* Sayable on a radio: three letters of where, and four characters of the id without those that
 * are mistaken for others (Crockford's base 32). */
static void add_ref(const struct writer *writer)
{
    static const char base32[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    const struct toc_key *key = writer->telling->key;
    struct toc_str name = writer->place >= 0
                              ? toc_places_get(writer->telling->places, (size_t)writer->place)->name
                          : key->count > 0 ? key_label(writer, 0)
                                           : writer->telling->rule->name;
    const char *id = writer->content->alert->id;
    char ref[9] = "XXX-";
    size_t at = 0;

    for (size_t i = 0; i < name.size && at < 3; i++) {
        unsigned char letter = (unsigned char)name.data[i];
        if (letter < 0x80 && isalnum(letter)) {
            ref[at++] = (char)toupper(letter);
        }
    }
    for (size_t i = 0; i < 4; i++) {
        unsigned value = 0;
        for (size_t j = 0; j < 2; j++) {
            char digit = id[i * 2 + j];
            value = value * 16 + (unsigned)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
        }
        ref[4 + i] = base32[value % 32];
    }
    add_text(writer->out, "ref", (struct toc_str){.data = ref, .size = 8});
}

/* Which clause holds, with values and thresholds. */
static void add_explanation(const struct writer *writer)
{
    static const char *const comparisons[] = {
        [TOC_AT_LEAST] = "at least",
        [TOC_MORE_THAN] = "more than",
        [TOC_AT_MOST] = "at most",
        [TOC_LESS_THAN] = "less than",
    };
    const struct toc_rule *rule = writer->telling->rule;
    const struct toc_episode *episode = writer->content->episode;
    struct toc_text *scratch = writer->telling->topic;
    bool is_value = rule->kind == TOC_KIND_SUM || rule->kind == TOC_KIND_AVERAGE ||
                    rule->kind == TOC_KIND_MIN || rule->kind == TOC_KIND_MAX;

    toc_text_clear(scratch);
    toc_text_addf(scratch, "%s", toc_rule_kind_text(rule->kind));
    for (size_t i = 0; i < rule->alias_count; i++) {
        unsigned roles = rule->aliases[i].roles;
        if ((roles & (TOC_ROLE_COUNTED | TOC_ROLE_AFTER | TOC_ROLE_EXPECTED)) != 0) {
            toc_text_add(scratch,
                         (roles & TOC_ROLE_EXPECTED) != 0 ? TOC_STR(" expected ") : TOC_STR(" "));
            toc_text_add(scratch, rule->aliases[i].name);
        }
    }
    if (is_value && episode != NULL && episode->has_value) {
        toc_text_add(scratch, TOC_STR(" is "));
        add_millionths(scratch, episode->value);
    }
    if (rule->kind != TOC_KIND_ALL_OF && rule->within_ms > 0 && rule->step_count == 0) {
        toc_text_addf(scratch, " %s ", comparisons[rule->compare]);
        if (is_value) {
            add_millionths(scratch, rule->threshold);
        } else {
            toc_text_addf(scratch, "%lld", (long long)rule->threshold);
        }
    }
    if (rule->within_ms > 0) {
        toc_text_add(scratch, TOC_STR(" within "));
        toc_span_format(rule->within_ms, scratch);
    }
    if (rule->deadline_ms > 0) {
        toc_text_add(scratch, TOC_STR(" in "));
        toc_span_format(rule->deadline_ms, scratch);
    }
    if (rule->warn_percent > 0) {
        toc_text_addf(scratch, " (warned of at %d%%)", rule->warn_percent);
    }
    if (rule->has_near) {
        toc_text_addf(scratch, ", every two within %lld m", (long long)(rule->near_mm / 1000));
    }
    toc_text_addf(scratch, "; %llu in evidence", (unsigned long long)writer->content->alert->count);
    add_text(writer->out, "explanation", toc_text_str(scratch));
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
    case TOC_ENDING_NONE:
        break;
    }
    return NULL;
}

/* How bad it is, and each change of that if there was one. */
static void add_levels(const struct writer *writer)
{
    const struct toc_alert *alert = writer->content->alert;
    struct toc_level_since levels[TOC_EPISODE_LEVELS];
    struct toc_text *out = writer->out;
    char text[TOC_INSTANT_TEXT];

    add_text(out, "level", toc_str_of(toc_level_text(alert->level)));
    if (alert->state == TOC_ALERT_ESCALATED || alert->state == TOC_ALERT_DEESCALATED) {
        add_text(out, "previous_level", toc_str_of(toc_level_text(alert->previous_level)));
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
    add_name(out, "levels");
    for (size_t i = 0; i < count; i++) {
        toc_instant_format(levels[i].since_ms, text);
        toc_text_addf(out, "%s{\"level\":\"%s\",\"since\":\"%s\"}", i == 0 ? "[" : ",",
                      toc_level_text((enum toc_level)levels[i].level), text);
    }
    toc_text_add_char(out, ']');
}

/* When a round that is announced hits: newest evidence with a field `eta` in seconds. */
static void add_impact(const struct writer *writer)
{
    struct toc_value room;
    const struct toc_value *eta =
        writer->newest != NULL ? kept_value(writer, writer->newest->kept, TOC_STR("eta"), &room)
                               : NULL;

    if (eta != NULL && eta->kind == TOC_VALUE_NUMBER && eta->number >= 0 && eta->number < 86400) {
        add_instant(writer->out, "impact_at",
                    writer->newest->kept->at_ms + (int64_t)llround(eta->number * 1000));
    }
}

static void add_alert(struct writer *writer)
{
    const struct toc_rule *rule = writer->telling->rule;
    const struct toc_alert *alert = writer->content->alert;
    const struct toc_episode *episode = writer->content->episode;
    struct toc_text *out = writer->out;

    toc_text_add_char(out, '{');
    add_text(out, "alert_id", toc_str_of(alert->id));
    add_ref(writer);
    toc_text_addf(out, ",\"seq\":%llu", (unsigned long long)alert->seq);
    add_text(out, "state", toc_str_of(toc_alert_state_text(alert->state)));
    toc_text_addf(out, ",\"open\":%s", alert->is_open ? "true" : "false");
    add_text(out, "mode", toc_str_of(toc_mode_text(writer->telling->key->mode)));
    add_text(out, "rule", rule->name);
    toc_text_addf(out, ",\"rule_version\":%lld,\"rule_hash\":\"%016llx%016llx\"",
                  (long long)rule->version, (unsigned long long)rule->hash.high,
                  (unsigned long long)rule->hash.low);
    add_text(out, "title", rule->title);
    add_text_if(out, "owner", rule->owner);
    add_list(out, "tags", rule->tags, rule->tag_count);
    add_levels(writer);
    toc_text_addf(out, ",\"urgent\":%s", rule->alert.is_urgent ? "true" : "false");
    add_key(writer);
    add_template(writer, "brief", &rule->alert.brief, BRIEF_CHARACTERS);
    if (rule->alert.summary.count > 0) {
        add_template(writer, "summary", &rule->alert.summary, SUMMARY_CHARACTERS);
    }
    add_explanation(writer);
    add_list(out, "response", rule->response, rule->response_count);
    add_location(writer);
    add_place(writer);
    add_impact(writer);
    toc_text_addf(out, ",\"count\":%llu", (unsigned long long)alert->count);
    if (episode != NULL && episode->has_value) {
        add_name(out, "value");
        add_millionths(out, episode->value);
    }
    add_evidence(writer);
    add_sources(writer);
    add_instant(out, "begin", alert->begin_ms);
    if (!alert->is_open && alert->state != TOC_ALERT_CANCELLED) {
        add_instant(out, "end", alert->end_ms);
    }
    if (episode != NULL) {
        add_instant(out, "onset",
                    episode->first_ms != TOC_INSTANT_NONE ? episode->first_ms : episode->begin_ms);
        add_instant(out, "first_event_time", episode->first_ms);
        add_instant(out, "last_event_time", episode->last_ms);
    }
    add_instant(out, "detected_at", writer->telling->now_ms);
    if (alert->is_open && rule->alert.expire_after_ms > 0 && alert->last_ms != TOC_INSTANT_NONE) {
        add_instant(out, "expires_at", alert->last_ms + rule->alert.expire_after_ms);
    }
    if (!alert->is_open) {
        add_text_if(out, "end_reason", toc_str_of(reason_text(writer->content->ending)));
    }
    if (writer->content->merged_into != NULL) {
        add_text(out, "merged_into", toc_str_of(writer->content->merged_into));
    }
    if (episode != NULL && episode->is_late) {
        toc_text_add(out, TOC_STR(",\"late\":true"));
    }
    add_list(out, "recipients", rule->alert.recipients, rule->alert.recipient_count);
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

struct toc_str toc_record_write(const struct toc_record_content *content,
                                const struct toc_telling *telling)
{
    struct writer writer = {.out = telling->record,
                            .content = content,
                            .telling = telling,
                            .place = place_of(content, telling)};
    const struct toc_episode *episode = content->episode;

    for (size_t i = 0; episode != NULL && i < TOC_EPISODE_ALIASES; i++) {
        const struct toc_evidence *evidence = &episode->newest[i];
        if (evidence->kept == NULL) {
            continue;
        }
        bool is_newer =
            writer.newest == NULL || toc_kept_compare(evidence->kept, writer.newest->kept) > 0;
        if (evidence->has_point && (!writer.has_point || is_newer)) {
            writer.has_point = true;
            writer.point = point_of(evidence);
        }
        if (is_newer) {
            writer.newest = evidence;
        }
    }
    struct toc_text *out = telling->record;
    toc_text_clear(out);
    toc_text_add(out, TOC_STR("{\"specversion\":\"1.0\""));
    toc_text_addf(out, ",\"id\":\"%s-%llu\"", content->alert->id,
                  (unsigned long long)content->alert->seq);
    add_text(out, "source", telling->source);
    toc_text_addf(out, ",\"type\":\"tocsin.alert.%s\"",
                  toc_alert_state_text(content->alert->state));
    add_instant(out, "time", telling->now_ms);
    add_text(out, "subject", telling->rule->name);
    toc_text_add(out, TOC_STR(",\"datacontenttype\":\"application/json\",\"data\":"));
    size_t begin = out->size;
    add_alert(&writer);
    size_t end = out->size;
    toc_text_add_char(out, '}');
    return (struct toc_str){.data = out->data + begin, .size = end - begin};
}
