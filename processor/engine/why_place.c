/* Where an event was, and at what hour: near a place of the key, by the sun or the clock there. */
#include <inttypes.h>
#include <stdlib.h>

#include "engine/why_core.h"
#include "event/sun.h"

enum { NEAR_MOST = 64, HOUR_MIN = 60, KM_MM = 1000000, MOST_DIGITS = 12 };

/* With @digits that count, all of its whole kilometres at least. */
static void add_distance(struct toc_text *out, int64_t mm, int digits)
{
    if (mm < KM_MM) {
        toc_text_addf(out, "%.*g m", digits, (double)mm / 1000);
        return;
    }
    for (int64_t km = mm / KM_MM, whole = 0; km > 0; km /= 10) {
        digits = ++whole > digits ? (int)whole : digits;
    }
    toc_text_addf(out, "%.*g km", digits, (double)mm / KM_MM);
}

void toc_why_distance(struct toc_text *out, int64_t mm)
{
    add_distance(out, mm, MOST_DIGITS);
}

void toc_why_beyond(struct toc_text *out, int64_t away_mm, int64_t limit_mm)
{
    double unit_mm = away_mm < KM_MM ? 1000 : KM_MM;
    struct toc_text away = {0};

    for (int digits = 3; digits <= MOST_DIGITS; digits++) { /* As many as show that it is more. */
        toc_text_clear(&away);
        add_distance(&away, away_mm, digits);
        if (strtod(away.data, NULL) * unit_mm > (double)limit_mm + 0.5) {
            break;
        }
    }
    toc_text_addf(out, "%s > ", away.data);
    toc_why_distance(out, limit_mm);
    toc_text_finish(&away);
}

void toc_why_add_nearest(const struct toc_why *why, int64_t at_ms, struct toc_text *out)
{
    const struct toc_why_rejected *best = NULL;

    for (size_t i = 0; i < why->rejected_count; i++) {
        const struct toc_why_rejected *one = &why->rejected[i];
        unsigned roles = why->rule->aliases[one->alias].roles;
        bool is_in_time = one->at_ms <= at_ms &&
                          (why->rule->within_ms == 0 || at_ms - one->at_ms <= why->rule->within_ms);
        if (one->away_mm >= 0 && (roles & TOC_ROLE_COUNTED) != 0 && is_in_time &&
            (best == NULL || one->away_mm < best->away_mm)) {
            best = one;
        }
    }
    if (best != NULL) {
        toc_text_add(out, TOC_STR("; nearest candidate "));
        toc_why_beyond(out, best->away_mm, best->limit_mm);
    }
}

/* --- Hours --------------------------------------------------------------------------------- */

static void add_clock(struct toc_text *out, int32_t minutes)
{
    toc_text_addf(out, "%02d:%02d", minutes / HOUR_MIN, minutes % HOUR_MIN);
}

/* "it was 16:30 there (UTC+02:00), 18:00-06:00 is asked" */
static void add_hours(struct toc_text *out, const struct toc_hours *hours, int32_t offset_min,
                      int64_t at_ms)
{
    char text[TOC_INSTANT_TEXT];
    int64_t local_ms = at_ms + (int64_t)offset_min * 60000;

    toc_instant_format(local_ms, text);
    toc_text_addf(out, "it was %.*s by the clock (UTC%c", local_ms % 1000 == 0 ? 8 : 12, text + 11,
                  offset_min < 0 ? '-' : '+');
    add_clock(out, abs(offset_min));
    toc_text_add(out, TOC_STR("), "));
    add_clock(out, hours->begin_min);
    toc_text_add_char(out, '-');
    add_clock(out, hours->end_min);
    toc_text_add(out, TOC_STR(" is asked"));
}

/* By the day's milliseconds, as the Meaning says it: the first belongs to it, the last does not. */
static bool is_open(const struct toc_hours *hours, int32_t offset_min, int64_t at_ms)
{
    const int64_t minute_ms = 60000, day_ms = 24 * HOUR_MIN * minute_ms;
    int64_t now_ms = ((at_ms + offset_min * minute_ms) % day_ms + day_ms) % day_ms;
    int64_t from_ms = hours->begin_min * minute_ms, to_ms = hours->end_min * minute_ms;

    if (from_ms <= to_ms) {
        return from_ms <= now_ms && now_ms < to_ms;
    }
    return now_ms >= from_ms || now_ms < to_ms; /* Over midnight. */
}

enum toc_verdict toc_why_judge_hours(struct toc_why *why, const struct toc_event *event,
                                     const struct toc_alias *alias, struct toc_value point)
{
    const struct toc_hours *hours = &alias->hours;

    if (hours->kind == TOC_HOURS_ANY || (hours->kind == TOC_HOURS_CLOCK && !hours->has_offset)) {
        return TOC_VERDICT_YES; /* Or a matter of the place. */
    }
    toc_text_clear(&why->words);
    if (hours->kind == TOC_HOURS_CLOCK) {
        add_hours(&why->words, hours, hours->offset_min, event->at_ms);
        return is_open(hours, hours->offset_min, event->at_ms) ? TOC_VERDICT_YES : TOC_VERDICT_NO;
    }
    bool is_day_asked = hours->kind == TOC_HOURS_DAY;
    if (point.kind != TOC_VALUE_POINT) {
        toc_text_addf(&why->words, "%s is asked, and without a location nobody knows",
                      is_day_asked ? "day" : "night");
        return TOC_VERDICT_UNKNOWN;
    }
    int64_t sun_udeg = toc_sun_elevation_udeg(point.point, event->at_ms);
    toc_text_addf(&why->words, "the sun stood at %.6g degrees; %s is asked, %s",
                  (double)sun_udeg / 1e6, is_day_asked ? "day" : "night",
                  is_day_asked ? "-0.833 or more" : "less than -0.833");
    return (sun_udeg >= TOC_SUN_RISEN_UDEG) == is_day_asked ? TOC_VERDICT_YES : TOC_VERDICT_NO;
}

/* --- Places -------------------------------------------------------------------------------- */

/* The place of @near that is nearest to @point, or -1: there is none. */
static int nearest(const struct toc_places *places, const struct toc_near_place *near, int only,
                   struct toc_point point, int64_t *out_mm)
{
    int best = -1;

    for (size_t i = 0; i < toc_places_count(places); i++) {
        if (only >= 0 ? (int)i != only
                      : !toc_str_equal(toc_places_get(places, i)->kind, near->kind)) {
            continue;
        }
        int64_t mm = toc_places_distance_mm(places, i, point);
        if (best < 0 || mm < *out_mm) {
            best = (int)i;
            *out_mm = mm;
        }
    }
    return best;
}

bool toc_why_judge_near(struct toc_why *why, const struct toc_event *event,
                        const struct toc_alias *alias, const struct toc_binding *binding,
                        const char **out_clause, int64_t *out_away_mm)
{
    const struct toc_places *places = toc_ruleset_places(why->rules);
    struct toc_value point = toc_event_value(event, binding->at_slot);
    int only = alias->near.only;

    *out_clause = "near";
    *out_away_mm = -1;
    if (!alias->near.is_set || alias->near.is_moving) { /* Where it was is not known here. */
        return true;
    }
    toc_text_clear(&why->words);
    for (size_t i = 0; i < why->rule->key_part_count; i++) {
        if (binding->key_slots[i] == TOC_SLOT_PLACE) {
            only = why->key.values[i].place;
        }
    }
    if (point.kind != TOC_VALUE_POINT) {
        toc_text_addf(&why->words, "it has no location");
        return false;
    }
    uint32_t near[NEAR_MOST];
    size_t count = toc_places_near(places, alias->near.kind, only, point.point,
                                   alias->near.distance_mm, NEAR_MOST, near);
    bool is_timed = alias->hours.kind == TOC_HOURS_CLOCK && !alias->hours.has_offset;
    for (size_t i = 0; i < count && i < NEAR_MOST; i++) {
        const struct toc_place *place = toc_places_get(places, near[i]);
        if (!is_timed || is_open(&alias->hours, place->offset_min, event->at_ms)) {
            return true;
        }
    }
    if (count > 0) {
        const struct toc_place *place = toc_places_get(places, near[0]);
        *out_clause = "hours";
        toc_text_addf(&why->words, "at %.*s ", (int)place->name.size, place->name.data);
        add_hours(&why->words, &alias->hours, place->offset_min, event->at_ms);
        return false;
    }
    int best = nearest(places, &alias->near, only, point.point, out_away_mm);
    if (best < 0) {
        toc_text_addf(&why->words, "there is no %.*s", (int)alias->near.kind.size,
                      alias->near.kind.data);
        return false;
    }
    const struct toc_place *place = toc_places_get(places, (size_t)best);
    toc_text_addf(&why->words, only >= 0 ? "%.*s is " : "the nearest, %.*s, is ",
                  (int)place->name.size, place->name.data);
    toc_why_beyond(&why->words, *out_away_mm, alias->near.distance_mm);
    toc_text_add(&why->words, TOC_STR(" away"));
    return false;
}
