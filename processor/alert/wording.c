/* What an alert says in words: brief and summary, how it came to be, what to call it. */
#include <ctype.h>
#include <stdio.h>

#include "alert/writer.h"

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

/* Name of the place, else where in MGRS, else nothing known. */
static void add_where(const struct toc_writer *writer, struct toc_text *out)
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

static void add_pieces(const struct toc_writer *writer, const struct toc_template *template,
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
            toc_text_add(out, toc_writer_key_label(writer, (size_t)piece->index));
            break;
        case TOC_PIECE_COUNT:
            toc_text_addf(out, "%llu", (unsigned long long)writer->content->alert->count);
            break;
        case TOC_PIECE_VALUE:
            if (episode != NULL && episode->has_value) {
                toc_writer_millionths(out, episode->value);
            } else {
                toc_text_addf(out, "%llu", (unsigned long long)writer->content->alert->count);
            }
            break;
        case TOC_PIECE_PLACE:
            add_where(writer, out);
            break;
        case TOC_PIECE_FIELD:
            kept = episode != NULL ? episode->newest[piece->index].kept : NULL;
            add_value(out,
                      kept != NULL ? toc_writer_field(writer, kept, piece->text, &room) : NULL);
            break;
        }
    }
}

/* What a rule without a `brief` says: title and key. */
static void add_default_brief(const struct toc_writer *writer, struct toc_text *out)
{
    toc_text_add(out, writer->telling->rule->title);
    for (size_t i = 0; i < writer->telling->key->count; i++) {
        toc_text_add(out, i == 0 ? TOC_STR(": ") : TOC_STR(", "));
        toc_text_add(out, toc_writer_key_label(writer, i));
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

void toc_wording_template(struct toc_writer *writer, const char *name,
                          const struct toc_template *template, size_t most)
{
    struct toc_text *scratch = writer->telling->topic;

    toc_text_clear(scratch);
    if (template->count > 0) {
        add_pieces(writer, template, scratch);
    } else {
        add_default_brief(writer, scratch);
    }
    toc_writer_text(writer->out, name, cut(scratch, most));
}

void toc_wording_ref(const struct toc_writer *writer)
{
    static const char base32[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    const struct toc_key *key = writer->telling->key;
    struct toc_str name = writer->place >= 0
                              ? toc_places_get(writer->telling->places, (size_t)writer->place)->name
                          : key->count > 0 ? toc_writer_key_label(writer, 0)
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
    toc_writer_text(writer->out, "ref", (struct toc_str){.data = ref, .size = 8});
}

/* The names of the events that @mask has. */
static void add_names(struct toc_text *out, const struct toc_rule *rule, unsigned mask)
{
    for (size_t i = 0; i < rule->alias_count; i++) {
        if ((mask >> i & 1) != 0) {
            toc_text_add_char(out, ' ');
            toc_text_add(out, rule->aliases[i].name);
        }
    }
}

/* What kind, of which events: "count impact", "ratio of found to found exploded". */
static void add_subject(struct toc_text *out, const struct toc_rule *rule)
{
    toc_text_addf(out, "%s", toc_rule_kind_text(rule->kind));
    if (rule->kind == TOC_KIND_RATIO) {
        toc_text_add(out, TOC_STR(" of"));
        add_names(out, rule, rule->ratio_of);
        toc_text_add(out, TOC_STR(" to"));
        add_names(out, rule, rule->ratio_to);
        return;
    }
    if (rule->kind == TOC_KIND_PERCENTILE) {
        toc_text_add_char(out, ' ');
        toc_writer_millionths(out, rule->percent * 1000);
    }
    for (size_t i = 0; i < rule->alias_count; i++) {
        unsigned roles = rule->aliases[i].roles;
        if ((roles & (TOC_ROLE_COUNTED | TOC_ROLE_AFTER | TOC_ROLE_EXPECTED)) != 0) {
            toc_text_add(out,
                         (roles & TOC_ROLE_EXPECTED) != 0 ? TOC_STR(" expected ") : TOC_STR(" "));
            toc_text_add(out, rule->aliases[i].name);
        }
    }
    if (rule->half_life_ms > 0) {
        toc_text_add(out, TOC_STR(" fading by half in "));
        toc_span_format(rule->half_life_ms, out);
    }
}

void toc_wording_explanation(const struct toc_writer *writer)
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
    bool is_value = toc_rule_is_valued(rule);
    int64_t threshold = rule->has_own ? writer->telling->threshold : rule->threshold;

    toc_text_clear(scratch);
    add_subject(scratch, rule);
    if (is_value && episode != NULL && episode->has_value) {
        toc_text_add(scratch, TOC_STR(" is "));
        toc_writer_millionths(scratch, episode->value);
    }
    if (rule->kind != TOC_KIND_ALL_OF && rule->within_ms > 0 && rule->step_count == 0) {
        toc_text_addf(scratch, " %s ", comparisons[rule->compare]);
        if (is_value) {
            toc_writer_millionths(scratch, threshold);
        } else {
            toc_text_addf(scratch, "%lld", (long long)threshold);
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
    if (rule->kind == TOC_KIND_TREND) {
        static const char *const methods[] = {
            [TOC_TREND_RATIO] = "times the mean of",
            [TOC_TREND_ROBUST_Z] = "robust deviations above",
            [TOC_TREND_EWMA] = "deviations above the moving average of",
        };
        bool is_hours = rule->trend.step_ms != rule->within_ms + 1;
        toc_text_addf(scratch, ", %s the %s", methods[rule->trend.method],
                      is_hours ? "same hours of " : "last ");
        toc_span_format(is_hours ? (int64_t)rule->trend.windows * rule->trend.step_ms
                                 : (int64_t)rule->trend.windows * rule->within_ms,
                        scratch);
    }
    if (rule->least_events > 1) {
        toc_text_addf(scratch, ", of at least %lld events", (long long)rule->least_events);
    }
    for (size_t i = 0; i < rule->distinct_field_count; i++) {
        toc_text_addf(scratch, ", at least %lld of %.*s", (long long)rule->distinct_least[i],
                      (int)rule->distinct_fields[i].size, rule->distinct_fields[i].data);
    }
    if (rule->has_near) {
        toc_text_addf(scratch, ", every two within %lld m", (long long)(rule->near_mm / 1000));
    }
    toc_text_addf(scratch, "; %llu in evidence", (unsigned long long)writer->content->alert->count);
    toc_writer_text(writer->out, "explanation", toc_text_str(scratch));
}
