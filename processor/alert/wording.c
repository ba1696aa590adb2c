/* What an alert says in words: brief and summary, how it came to be, what to call it. */
#include <ctype.h>
#include <stdio.h>

#include "alert/writer.h"

enum { BRIEF_CHARACTERS = 160, SUMMARY_CHARACTERS = 1000, ISOLATE = 3 };

/* FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE, U+2068 and U+2069. */
static const char isolate_begin[] = "\xE2\x81\xA8", isolate_end[] = "\xE2\x81\xA9";

/* A word of ours stands in the rule's text: in another language than English a sign instead. */
static void add_unknown(struct toc_text *out, const struct toc_wording *wording, const char *words)
{
    struct toc_str language = wording->language;
    bool is_english = language.size == 0 || (memcmp(language.data, "en", 2) == 0 &&
                                             (language.size == 2 || language.data[2] == '-'));

    toc_text_add(out, is_english ? toc_str_of(words) : TOC_STR("?"));
}

static void add_value(struct toc_text *out, const struct toc_value *value)
{
    char text[32];

    switch (value->kind) {
    case TOC_VALUE_NONE: /* The caller's. */
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
static void add_where(const struct toc_writer *writer, const struct toc_wording *wording,
                      struct toc_text *out)
{
    char mgrs[TOC_MGRS_TEXT];

    if (writer->place >= 0) {
        toc_text_add(out, toc_places_get(writer->telling->places, (size_t)writer->place)->name);
    } else if (writer->moving_part >= 0) {
        toc_text_add(out, toc_writer_key_label(writer, (size_t)writer->moving_part));
    } else if (writer->located != NULL) {
        toc_geo_format_mgrs(toc_position_point(&writer->located->position), mgrs);
        toc_text_add(out, toc_str_of(mgrs));
    } else {
        add_unknown(out, wording, "unknown place");
    }
}

/* Text that runs from right to left takes what stands beside it along: "{camp}: {count}" with an
 * Arabic name in English text is shown as "3 :NAME", and in Arabic text two Latin values beside each
 * other swap places. Isolated (UAX #9, 2.4.2), each value stays where the author put it. Only where
 * the text or the value runs so: all other alerts are, byte for byte, what the rule says. */
static void isolate(struct toc_text *out, size_t begin, bool is_right_to_left)
{
    struct toc_str value = {.data = out->data + begin, .size = out->size - begin};

    if (value.size > 0 && (is_right_to_left || toc_text_is_right_to_left(value))) {
        toc_text_add(out, toc_str_of(isolate_begin));
        memmove(out->data + begin + ISOLATE, out->data + begin, out->size - begin - ISOLATE);
        memcpy(out->data + begin, isolate_begin, ISOLATE);
        toc_text_add(out, toc_str_of(isolate_end));
    }
}

static void add_pieces(const struct toc_writer *writer, const struct toc_wording *wording,
                       const struct toc_template *template, struct toc_text *out)
{
    const struct toc_episode *episode = writer->content->episode;

    for (size_t i = 0; i < template->count; i++) {
        const struct toc_piece *piece = &template->pieces[i];
        size_t begin = out->size;
        const struct toc_value *value;
        struct toc_value room;
        const struct toc_kept *kept;
        switch (piece->kind) {
        case TOC_PIECE_TEXT:
            toc_text_add(out, piece->text);
            continue;
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
            add_where(writer, wording, out);
            break;
        case TOC_PIECE_FIELD:
            kept = episode != NULL ? episode->newest[piece->index].kept : NULL;
            value = kept != NULL ? toc_writer_field(writer, kept, piece->text, &room) : NULL;
            if (value != NULL && value->kind != TOC_VALUE_NONE) {
                add_value(out, value);
            } else {
                add_unknown(out, wording, "unknown");
            }
            break;
        }
        isolate(out, begin, template->is_right_to_left);
    }
}

/* What a rule without a `brief` says: title and key. */
static void add_default_brief(const struct toc_writer *writer, const struct toc_wording *wording,
                              struct toc_text *out)
{
    bool is_right_to_left = toc_text_is_right_to_left(wording->title);

    toc_text_add(out, wording->title);
    for (size_t i = 0; i < writer->telling->key->count; i++) {
        toc_text_add(out, i == 0 ? TOC_STR(": ") : TOC_STR(", "));
        size_t begin = out->size;
        toc_text_add(out, toc_writer_key_label(writer, i));
        isolate(out, begin, is_right_to_left);
    }
}

/* The characters of @text up to @most; what was isolated stays so if the cut falls into it. */
static struct toc_str cut(struct toc_text *text, size_t most)
{
    struct toc_str whole = toc_text_cut(toc_text_str(text), most);
    size_t open_at = whole.size;

    if (whole.size == text->size) {
        return whole;
    }
    for (size_t i = 0; i + ISOLATE <= whole.size; i++) {
        if (memcmp(whole.data + i, isolate_begin, ISOLATE) == 0) {
            open_at = i;
        } else if (memcmp(whole.data + i, isolate_end, ISOLATE) == 0) {
            open_at = whole.size;
        }
    }
    if (open_at == whole.size) {
        return whole;
    }
    text->size = toc_text_cut(whole, most - 1).size;
    toc_text_add(text, toc_str_of(isolate_end));
    return toc_text_str(text);
}

static void add_template(struct toc_writer *writer, const char *name,
                         const struct toc_wording *wording, const struct toc_template *template,
                         size_t most)
{
    struct toc_text *scratch = writer->telling->topic;

    toc_text_clear(scratch);
    if (template->count > 0) {
        add_pieces(writer, wording, template, scratch);
    } else {
        add_default_brief(writer, wording, scratch);
    }
    toc_writer_text(writer->out, name, cut(scratch, most));
}

void toc_wording_texts(struct toc_writer *writer, const struct toc_wording *wording)
{
    const struct toc_wording *main = &writer->telling->rule->wordings[0];
    bool is_default = main->brief.count == 0 && wording->title.size > 0;

    if (wording->brief.count > 0 || is_default) {
        add_template(writer, "brief", wording, &wording->brief, BRIEF_CHARACTERS);
    }
    if (wording->summary.count > 0) {
        add_template(writer, "summary", wording, &wording->summary, SUMMARY_CHARACTERS);
    }
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
