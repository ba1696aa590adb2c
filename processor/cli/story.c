#include "cli/story.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/assert.h"
#include "base/instant.h"
#include "base/mem.h"

#define DAY_MS INT64_C(1781222400000) /* 2026-06-12T00:00:00Z */
#define AT(hour, minute, second)                                                                   \
    (DAY_MS + (((int64_t)(hour)*60 + (minute)) * 60 + (second)) * INT64_C(1000))

enum { MINUTE_MS = 60000, REST_MS = 600000, ROOM = 16384 };

static const struct {
    int64_t until_ms;
    double seconds;
} paces[] = {
#define TOC_STORY_PACE(hour, minute, second, seconds) {AT(hour, minute, second), seconds},
#include "cli/story.def"
};
enum { PACES = sizeof paces / sizeof paces[0] };

/* One that moves: from point to point, a position a minute; every ten minutes while it rests. */
struct leg {
    int hour, minute;
    double lat, lon;
};
static const struct leg convoy[] = {
    {9, 0, 16.2600, -0.0400},  {9, 34, 16.1860, 0.0080},  {10, 41, 16.1860, 0.0080},
    {11, 30, 16.0400, 0.1000}, {12, 10, 15.9300, 0.2100}, {0, 0, 0, 0},
};
static const struct leg patrol[] = {
    {7, 20, 16.2850, -0.0500}, {9, 0, 16.3300, -0.1100},  {11, 0, 16.3600, -0.0900},
    {14, 4, 16.3000, -0.0600}, {16, 0, 16.3000, -0.0600}, {0, 0, 0, 0},
};

/* Those of rules/lists/sensors.yaml: one that does not beat would be told. */
static const char *const sensors[] = {
    "gao-radar-1",      "gao-radar-2",      "gao-camera-gate",  "kidal-radar-1",
    "kidal-acoustic-1", "timbuktu-radar-1", "aguelhok-radar-1", "tessalit-radar-1",
};

static void add(struct toc_story *story, int64_t at_ms, enum toc_story_topic topic,
                const char *type, const char *source, const char *data, const char *caption)
{
    char time[TOC_INSTANT_TEXT];
    struct toc_text record = {0};

    toc_assert(story->count < ROOM);
    toc_instant_format(at_ms, time);
    toc_text_addf(&record,
                  "{\"specversion\":\"1.0\",\"id\":\"demo-%zu\",\"source\":\"%s\",\"type\":\"%s\","
                  "\"time\":\"%s\",\"datacontenttype\":\"application/json\",\"data\":{%s}}",
                  story->count, source, type, time, data);
    story->events[story->count++] = (struct toc_story_event){
        .at_ms = at_ms,
        .topic = topic,
        .caption = caption,
        .record = toc_arena_str(&story->arena, toc_text_str(&record)),
    };
    toc_text_finish(&record);
}

static void add_path(struct toc_story *story, const char *unit, const char *role,
                     const struct leg *leg)
{
    for (; leg[1].lat != 0; leg++) {
        int64_t from_ms = AT(leg[0].hour, leg[0].minute, 30);
        int64_t to_ms = AT(leg[1].hour, leg[1].minute, 30);
        int64_t step_ms = leg[0].lat == leg[1].lat ? REST_MS : MINUTE_MS;
        for (int64_t at_ms = from_ms; at_ms < to_ms; at_ms += step_ms) {
            double share = (double)(at_ms - from_ms) / (double)(to_ms - from_ms);
            char data[256];
            snprintf(data, sizeof data,
                     "\"unit\":\"%s\",\"role\":\"%s\",\"location\":{\"lat\":%.5f,\"lon\":%.5f}",
                     unit, role, leg[0].lat + share * (leg[1].lat - leg[0].lat),
                     leg[0].lon + share * (leg[1].lon - leg[0].lon));
            add(story, at_ms, TOC_STORY_POSITIONS, "position.unit", "/gao/trackers", data, "");
        }
    }
}

/* A sign of life a minute; radar 1 has a gap. The workshop's reports let time pass in `reports`. */
static void add_beats(struct toc_story *story)
{
    for (int64_t at_ms = story->begin_ms; at_ms < story->end_ms; at_ms += MINUTE_MS) {
        char data[128];
        for (size_t i = 0; i < sizeof sensors / sizeof sensors[0]; i++) {
            if (i == 0 && at_ms >= AT(15, 32, 0) && at_ms < AT(15, 46, 0)) {
                continue;
            }
            snprintf(data, sizeof data, "\"sensor\":\"%s\",\"state\":\"ok\"", sensors[i]);
            add(story, at_ms + (int64_t)i * 1000, TOC_STORY_SENSORS, "status.sensor",
                "/gao/sensors", data,
                i > 0                    ? ""
                : at_ms == AT(15, 31, 0) ? "The last sign of life of radar 1."
                : at_ms == AT(15, 46, 0) ? "Radar 1 is heard again."
                                         : "");
        }
        add(story, at_ms + 20000, TOC_STORY_REPORTS, "report.equipment", "/gao/workshop",
            "\"item\":\"generator 2\",\"category\":\"generator\",\"state\":\"operational\"", "");
        add(story, at_ms + 40000, TOC_STORY_POSITIONS, "position.unit", "/gao/trackers",
            "\"unit\":\"OP 4\",\"role\":\"observation\","
            "\"location\":{\"lat\":16.2960,\"lon\":-0.0700}",
            "");
    }
}

static int by_time(const void *a, const void *b)
{
    const struct toc_story_event *left = a, *right = b;
    if (left->at_ms != right->at_ms) {
        return left->at_ms < right->at_ms ? -1 : 1;
    }
    return toc_str_compare(left->record, right->record);
}

void toc_story_init(struct toc_story *story)
{
    *story = (struct toc_story){
        .events = toc_mem_array(ROOM, sizeof *story->events),
        .begin_ms = AT(6, 58, 0),
        .end_ms = paces[PACES - 1].until_ms,
    };
#define TOC_STORY(hour, minute, second, topic, type, source, data, caption)                        \
    add(story, AT(hour, minute, second), TOC_STORY_##topic, type, source, data, caption);
#include "cli/story.def"
    add_path(story, "CV 12", "convoy", convoy);
    add_path(story, "Patrol 3", "patrol", patrol);
    add_beats(story);
    qsort(story->events, story->count, sizeof *story->events, by_time);
}

void toc_story_finish(struct toc_story *story)
{
    toc_mem_free(story->events);
    toc_arena_finish(&story->arena);
    *story = (struct toc_story){0};
}

const char *toc_story_topic(enum toc_story_topic topic)
{
    static const char *const names[TOC_STORY_TOPICS] = {"demo.sensors", "demo.reports",
                                                        "demo.positions"};
    return names[topic];
}

static double all_seconds(void)
{
    double all = 0;
    for (size_t i = 0; i < PACES; i++) {
        all += paces[i].seconds;
    }
    return all;
}

int64_t toc_story_time(const struct toc_story *story, double share)
{
    double left = share * all_seconds();
    int64_t from_ms = story->begin_ms;
    for (size_t i = 0; i < PACES; i++) {
        if (left < paces[i].seconds) {
            return from_ms +
                   (int64_t)((double)(paces[i].until_ms - from_ms) * left / paces[i].seconds);
        }
        left -= paces[i].seconds;
        from_ms = paces[i].until_ms;
    }
    return story->end_ms;
}

double toc_story_speed(const struct toc_story *story, int64_t play_ms)
{
    double fastest = 1, stretch = (double)play_ms / all_seconds(); /* Playing ms a second above. */
    int64_t from_ms = story->begin_ms;
    for (size_t i = 0; i < PACES; i++) {
        double speed = (double)(paces[i].until_ms - from_ms) / (paces[i].seconds * stretch);
        fastest = speed > fastest ? speed : fastest;
        from_ms = paces[i].until_ms;
    }
    return fastest;
}

const struct toc_story_tells *toc_story_tells(size_t *out_count)
{
    static const struct toc_story_tells tells[] = {
#define TOC_STORY_TELLS(rule, state) {rule, state},
#include "cli/story.def"
    };
    *out_count = sizeof tells / sizeof tells[0];
    return tells;
}
