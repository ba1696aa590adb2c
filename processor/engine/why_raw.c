#include "base/mem.h"
#include "engine/why_core.h"

enum { FUEL = 2000000 };

bool toc_why_is_near(const struct toc_why_event *a, const struct toc_why_event *b, int64_t limit_mm)
{
    return a->has_point && b->has_point && toc_geo_is_within(a->point, b->point, limit_mm);
}

unsigned toc_why_roles(const struct toc_why *why, const struct toc_why_event *event)
{
    return why->rule->aliases[event->alias].roles;
}

/* Does a line dated up to @at_ms touch @event? */
bool toc_why_counts(const struct toc_why *why, const struct toc_why_event *event, int64_t at_ms)
{
    for (size_t i = 0; i < why->count; i++) {
        const struct toc_why_event *line = &why->events[i];
        struct toc_tie tie = why->rule->aliases[line->alias].clear_tie;
        if ((toc_why_roles(why, line) & TOC_ROLE_CLEAR) != 0 && line->at_ms <= at_ms &&
            event->at_ms <= line->at_ms &&
            (tie.alias < 0 ||
             (event->alias == tie.alias && toc_why_is_near(event, line, tie.distance_mm)))) {
            return false;
        }
    }
    return true;
}

int64_t toc_why_member_ms(const struct toc_why *why, int64_t at_ms)
{
    struct toc_why_event begin = {.at_ms = why->stream_ms, .alias = -1};

    return why->is_member && toc_why_counts(why, &begin, at_ms) ? why->stream_ms : TOC_INSTANT_NONE;
}

void toc_why_take(struct toc_why_raw *raw, const struct toc_why_event *event, const char *words)
{
    raw->newest_ms = event->at_ms > raw->newest_ms ? event->at_ms : raw->newest_ms;
    toc_why_list(raw->events, raw->why, event, words);
}

bool toc_why_raw(const struct toc_why *why, int64_t at_ms, json_t *out, json_t *out_events,
                 int64_t *out_newest_ms)
{
    struct toc_why_raw raw = {.why = why,
                              .at_ms = at_ms,
                              .clauses = out,
                              .events = out_events,
                              .newest_ms = TOC_INSTANT_NONE,
                              .fuel = FUEL};
    bool holds = false;

    switch (why->rule->kind) {
    case TOC_KIND_EVENT:
    case TOC_KIND_SEQUENCE:
        holds = toc_why_hold_sequence(&raw);
        break;
    case TOC_KIND_LATEST:
        holds = toc_why_hold_latest(&raw);
        break;
    case TOC_KIND_ABSENCE:
        holds = toc_why_hold_absence(&raw);
        break;
    case TOC_KIND_SILENCE:
        holds = toc_why_hold_silence(&raw);
        break;
    default:
        holds = toc_why_hold_window(&raw);
        break;
    }
    toc_mem_free(raw.window);
    *out_newest_ms = raw.newest_ms;
    return holds;
}

static void consider(int64_t candidate_ms, int64_t at_ms, int64_t *best_ms)
{
    if (candidate_ms <= at_ms && candidate_ms > *best_ms) {
        *best_ms = candidate_ms;
    }
}

/* The baseline moves: every window before changes as the present one does, steps later. */
static void consider_baseline(const struct toc_why *why, int64_t at_ms, int64_t *best_ms)
{
    const struct toc_trend_spec *trend = &why->rule->trend;

    consider(why->stream_ms + trend->warm_up_ms, at_ms, best_ms);
    for (size_t w = 1; w <= trend->windows; w++) {
        int64_t later_ms = (int64_t)w * trend->step_ms;
        consider(why->stream_ms + why->rule->within_ms + later_ms, at_ms, best_ms);
        for (size_t i = 0; i < why->count; i++) {
            consider(why->events[i].at_ms + later_ms, at_ms, best_ms);
            consider(why->events[i].at_ms + why->rule->within_ms + 1 + later_ms, at_ms, best_ms);
        }
    }
}

int64_t toc_why_change(const struct toc_why *why, int64_t at_ms)
{
    int64_t best_ms = TOC_INSTANT_NONE;

    for (size_t i = 0; i < why->count; i++) {
        const struct toc_why_event *event = &why->events[i];
        consider(event->at_ms, at_ms, &best_ms);
        consider(event->at_ms + why->rule->within_ms, at_ms, &best_ms);
        consider(event->at_ms + why->rule->within_ms + 1, at_ms, &best_ms);
        consider(event->start_ms + why->rule->warn_ms, at_ms, &best_ms);
        consider(event->at_ms + why->rule->deadline_ms, at_ms, &best_ms);
        if (event->is_stretch) {
            consider(event->end_ms, at_ms, &best_ms);
        }
    }
    if (why->rule->kind == TOC_KIND_TREND) {
        consider_baseline(why, at_ms, &best_ms);
    }
    if (why->is_member) {
        consider(why->stream_ms + why->rule->within_ms, at_ms, &best_ms);
        consider(why->stream_ms + why->rule->deadline_ms, at_ms, &best_ms);
    }
    return best_ms;
}
