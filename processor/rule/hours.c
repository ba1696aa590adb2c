/* hours.c - `hours: night | day | 08:00-18:00 | { between: 08:00-18:00, utc_offset: +02:00 }`. */
#include "rule/hours.h"

#include "rule/draft.h"

enum { DAY_MIN = 1440 };

bool toc_hours_is_in(const struct toc_hours *hours, int32_t offset_min, int64_t at_ms)
{
    const int64_t day_ms = 86400000;
    int64_t of_day_ms = (at_ms + (int64_t)offset_min * 60000) % day_ms;

    of_day_ms += of_day_ms < 0 ? day_ms : 0;
    bool is_begun = of_day_ms >= (int64_t)hours->begin_min * 60000;
    bool is_over = of_day_ms >= (int64_t)hours->end_min * 60000;
    return hours->begin_min <= hours->end_min ? is_begun && !is_over : is_begun || !is_over;
}

/* HH:MM at @text: minutes of the day, or -1. */
static int32_t minutes_of(const char *text)
{
    for (size_t i = 0; i < 5; i++) {
        bool is_fit = i == 2 ? text[i] == ':' : text[i] >= '0' && text[i] <= '9';
        if (!is_fit) {
            return -1;
        }
    }
    int hour = (text[0] - '0') * 10 + (text[1] - '0');
    int minute = (text[3] - '0') * 10 + (text[4] - '0');
    bool is_time = hour < 24 ? minute < 60 : hour == 24 && minute == 0;
    return is_time ? hour * 60 + minute : -1;
}

static bool read_between(struct toc_loader *loader, const struct toc_yaml *node,
                         struct toc_hours *out)
{
    struct toc_str text;

    if (!toc_loader_text(loader, node, "hours", &text)) {
        return false;
    }
    int32_t begin = -1, end = -1;
    if (text.size == 11 && text.data[5] == '-') {
        begin = minutes_of(text.data);
        end = minutes_of(text.data + 6);
    }
    if (begin < 0 || begin == DAY_MIN || end < 0 || begin == end % DAY_MIN) {
        static const struct toc_str words[] = {{.data = "day", .size = 3},
                                               {.data = "night", .size = 5}};
        toc_loader_unknown(loader, "E0332", node->mark, text,
                           (struct toc_names){.names = words, .count = 2},
                           "\"%.*s\" are no hours; write day, night, or such as 08:00-18:00",
                           (int)text.size, text.data);
        return false;
    }
    out->kind = TOC_HOURS_CLOCK;
    out->begin_min = begin;
    out->end_min = end;
    return true;
}

static bool read_offset(struct toc_loader *loader, const struct toc_yaml *node,
                        struct toc_hours *out)
{
    struct toc_str text;

    if (!toc_loader_text(loader, node, "utc_offset", &text)) {
        return false;
    }
    if (!toc_place_offset(text, &out->offset_min)) {
        toc_loader_error(loader, "E0300", node->mark,
                         "\"%.*s\" is no distance from UTC; write such as +02:00", (int)text.size,
                         text.data);
        return false;
    }
    out->has_offset = true;
    return true;
}

bool toc_hours_read(struct toc_loader *loader, const struct toc_yaml *node, struct toc_hours *out)
{
    if (node->kind == TOC_YAML_SCALAR) {
        bool is_day = toc_str_equal(node->text, TOC_STR("day"));
        if (is_day || toc_str_equal(node->text, TOC_STR("night"))) {
            out->kind = is_day ? TOC_HOURS_DAY : TOC_HOURS_NIGHT;
            return true;
        }
        return read_between(loader, node, out);
    }
    if (!toc_loader_is(loader, node, TOC_YAML_MAPPING, "`hours`")) {
        return false;
    }
    bool ok = toc_loader_keys(loader, node, TOC_BLOCK_HOURS, NULL);
    const struct toc_yaml *between = toc_yaml_find(node, "between");
    const struct toc_yaml *offset = toc_yaml_find(node, "utc_offset");
    if (ok && (between == NULL || offset == NULL)) {
        toc_loader_error(loader, "E0302", node->key_mark, "`hours` lacks `%s`",
                         between == NULL ? "between" : "utc_offset");
        ok = false;
    }
    ok = (between == NULL || read_between(loader, between, out)) && ok;
    return (offset == NULL || read_offset(loader, offset, out)) && ok;
}

/* Every place that @near can find says how far its clock is from UTC. */
static bool have_offsets(const struct toc_loader *loader, const struct toc_near_place *near,
                         struct toc_str *out_lacks)
{
    for (size_t i = 0; i < toc_places_count(loader->places); i++) {
        const struct toc_place *place = toc_places_get(loader->places, i);
        bool is_meant =
            near->only >= 0 ? (int)i == near->only : toc_str_equal(place->kind, near->kind);
        if (is_meant && !place->has_offset) {
            *out_lacks = place->name;
            return false;
        }
    }
    return true;
}

void toc_hours_check(struct toc_draft *draft)
{
    for (size_t i = 0; i < draft->rule->alias_count; i++) {
        const struct toc_alias *alias = &draft->rule->aliases[i];
        const struct toc_yaml *node = toc_yaml_find(draft->nodes[i], "hours");
        struct toc_str lacks;

        if (draft->is_broken[i] || alias->roles == 0 || alias->hours.kind != TOC_HOURS_CLOCK ||
            alias->hours.has_offset || node == NULL) {
            continue;
        }
        if (!alias->near.is_set) {
            toc_loader_error(draft->loader, "E0349", node->mark,
                             "by which clock? give the event a place near, or write hours: "
                             "{ between: %.*s, utc_offset: +00:00 }",
                             (int)node->text.size, node->text.data);
        } else if (alias->near.is_moving) {
            toc_loader_error(draft->loader, "E0349", node->mark,
                             "by which clock? a %.*s moves and has none; write hours: { between: "
                             "%.*s, utc_offset: +00:00 }",
                             (int)alias->near.kind.size, alias->near.kind.data,
                             (int)node->text.size, node->text.data);
        } else if (!have_offsets(draft->loader, &alias->near, &lacks)) {
            toc_loader_error(draft->loader, "E0349", node->mark,
                             "by which clock? the %.*s %.*s has no property `utc_offset`",
                             (int)alias->near.kind.size, alias->near.kind.data, (int)lacks.size,
                             lacks.data);
        }
    }
}
