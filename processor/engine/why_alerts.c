/* Alerts of other rules, as the rules above take them: kept to be judged like events. */
#include "base/arena.h"
#include "base/mem.h"
#include "engine/why_core.h"

struct raised {
    struct toc_event event;
    enum toc_change change;
    enum toc_level level;
    int64_t end_ms;
    bool is_gone;
    size_t number; /* Of several ways to read one alert the first: they are one event. */
};
struct toc_why_alerts {
    struct toc_arena arena;
    struct raised *items;
    size_t count, room;
};

struct toc_why_alerts *toc_why_alerts_create(void)
{
    return toc_mem_get(sizeof(struct toc_why_alerts));
}

void toc_why_alerts_destroy(struct toc_why_alerts *alerts)
{
    if (alerts != NULL) {
        toc_arena_finish(&alerts->arena);
        toc_mem_free(alerts->items);
        toc_mem_free(alerts);
    }
}

static bool is_same(struct toc_hash128 a, struct toc_hash128 b)
{
    return a.high == b.high && a.low == b.low;
}

/* The newest of that alert that was not taken back, or NULL. @is_like: read in the same way. */
static struct raised *find(struct toc_why_alerts *alerts, const struct toc_raised_event *raised,
                           bool is_like)
{
    for (size_t i = alerts->count; i-- > 0;) {
        struct raised *one = &alerts->items[i];
        bool is_read_so = one->event.type == raised->type && one->change == raised->change &&
                          one->level == raised->level;
        if (is_same(one->event.identity, raised->identity) && !one->is_gone &&
            (is_read_so || !is_like)) {
            return one;
        }
    }
    return NULL;
}

static void add(struct toc_why_alerts *alerts, const struct toc_raised_event *raised)
{
    struct raised *twin = find(alerts, raised, false);
    size_t number = twin != NULL ? twin->number : alerts->count;

    if (alerts->count == alerts->room) {
        alerts->room = alerts->room * 2 + 64;
        alerts->items = toc_mem_resize(alerts->items, alerts->room, sizeof *alerts->items);
    }
    struct raised *made = &alerts->items[alerts->count++];
    struct toc_value *fields =
        toc_arena_array(&alerts->arena, raised->event->field_count + 1, sizeof *fields);
    for (size_t i = 0; i < raised->event->field_count; i++) {
        fields[i] = raised->event->fields[i];
        if (fields[i].kind == TOC_VALUE_TEXT) {
            fields[i].text = toc_arena_str(&alerts->arena, fields[i].text);
        }
    }
    *made = (struct raised){
        .event = *raised->event,
        .change = raised->change,
        .level = raised->level,
        .end_ms = raised->end_ms,
        .number = number,
    };
    made->event.fields = fields;
    made->event.id = toc_arena_str(&alerts->arena, raised->event->id);
    made->event.source = toc_arena_str(&alerts->arena, raised->event->source);
    made->event.sort = toc_arena_str(&alerts->arena, raised->event->sort);
    made->event.subject = made->event.type_name = made->event.origin.topic = TOC_STR("");
}

void toc_why_alerts_note(struct toc_why_alerts *alerts, const struct toc_raised_event *raised)
{
    if (raised->event != NULL) {
        add(alerts, raised);
        return;
    }
    struct raised *known = find(alerts, raised, true);
    if (known != NULL) {
        known->end_ms = raised->end_ms;
        known->is_gone = raised->is_gone;
        if (!toc_str_equal(known->event.id, raised->id)) {
            known->event.id = toc_arena_str(&alerts->arena, raised->id);
        }
    }
}

void toc_why_add_alerts(struct toc_why *why, const struct toc_why_alerts *alerts)
{
    const struct toc_rule *rule = why->rule;
    size_t before = why->numbers;

    for (size_t i = 0; i < alerts->count; i++) {
        const struct raised *one = &alerts->items[i];
        why->numbers = before + one->number;
        for (size_t a = 0; a < rule->alias_count && !one->is_gone; a++) {
            const struct toc_alias *alias = &rule->aliases[a];
            enum toc_level level = alias->is_any ? alias->level : TOC_LEVEL_INFORMATIONAL;
            if (alias->is_alert && alias->change == one->change && level == one->level) {
                toc_why_take_in(why, &one->event, (int)a, false, one->end_ms);
            }
        }
    }
    why->numbers = before + alerts->count;
}

void toc_why_add_open(struct toc_text *out, const struct toc_why_event *event)
{
    toc_text_addf(out, "alert of %.*s, open from ", (int)event->below.size, event->below.data);
    toc_why_time(out, event->at_ms);
    if (event->end_ms == TOC_INSTANT_NEVER) {
        toc_text_add(out, TOC_STR(" on"));
        return;
    }
    toc_text_add(out, TOC_STR(" to "));
    toc_why_time(out, event->end_ms);
}

void toc_why_add_none(struct toc_text *out, const struct toc_alias *alias)
{
    toc_text_addf(out, "no %.*s", (int)alias->name.size, alias->name.data);
    if (alias->is_alert) {
        struct toc_str name = alias->is_any ? TOC_STR("any rule") : alias->bindings[0].below->name;
        toc_text_addf(out, ": no such alert of %.*s %s", (int)name.size, name.data,
                      alias->is_stretch ? "is open" : "was told");
    }
}
