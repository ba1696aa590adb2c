/* cli/story.h - the day that `demo` plays: its events in order, its pace, what must come of it.
 * Pure: it reads no clock. Memory: one arena. Immutable once made; any thread may read. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

enum toc_story_topic {
    TOC_STORY_SENSORS,
    TOC_STORY_REPORTS,
    TOC_STORY_POSITIONS,
    TOC_STORY_TOPICS
};

struct toc_story_event {
    int64_t at_ms;
    enum toc_story_topic topic;
    const char *caption;   /* What one sees, or "". */
    struct toc_str record; /* A CloudEvent. */
};

struct toc_story {
    struct toc_arena arena;
    struct toc_story_event *events; /* By time. */
    size_t count;
    int64_t begin_ms, end_ms;
};

struct toc_story_tells {
    const char *rule, *state;
};

void toc_story_init(struct toc_story *story);
void toc_story_finish(struct toc_story *story);

const char *toc_story_topic(enum toc_story_topic topic); /* "demo.sensors" */

/* The story's time when @share (0..1) of the playing time has gone. */
int64_t toc_story_time(const struct toc_story *story, double share);
/* The highest pace: story milliseconds in one of playing, if it is played in @play_ms. */
double toc_story_speed(const struct toc_story *story, int64_t play_ms);

/* What the shipped rules must tell. */
const struct toc_story_tells *toc_story_tells(size_t *out_count);
