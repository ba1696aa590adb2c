/* Levels that change: which changes are told, when, and once. */
#include "telling.h"

#define NEVER TOC_INSTANT_NEVER

/* An episode that begins at 100, high; then what the test adds. */
static struct toc_episode *begin(struct fixture *f)
{
    struct toc_episode *episode = fixture_episode(f, 100, NEVER, TOC_ENDING_NONE);

    toc_episode_level(episode, 100, TOC_LEVEL_HIGH);
    return episode;
}

static size_t level_count(const struct fixture *f, size_t index)
{
    return json_array_size(json_object_get(f->told[index].data, "levels"));
}

static void a_rise_is_told_at_once(struct fixture *f)
{
    struct toc_episode *episode = begin(f);
    (void)fixture_tell(f, false);
    assert_string_equal(told_text(f, 0, "level"), "high");
    assert_int_equal(level_count(f, 0), 0);
    toc_episode_level(episode, 200, TOC_LEVEL_CRITICAL);
    (void)fixture_tell(f, false);
    assert_int_equal(f->count, 2);
    assert_told(f, 1, TOC_ALERT_ESCALATED, 2, true);
    assert_string_equal(told_text(f, 1, "level"), "critical");
    assert_string_equal(told_text(f, 1, "previous_level"), "high");
    assert_int_equal(level_count(f, 1), 2);
    (void)fixture_tell(f, false);
    assert_int_equal(f->count, 2);
}

static void a_fall_waits_until_it_has_passed(struct fixture *f)
{
    struct toc_episode *episode = begin(f);
    toc_episode_level(episode, 200, TOC_LEVEL_CRITICAL);
    toc_episode_level(episode, 300, TOC_LEVEL_HIGH);
    assert_int_equal(fixture_tell(f, false).watermark_ms, 201); /* The next to be passed. */
    assert_int_equal(f->count, 2);
    assert_told(f, 1, TOC_ALERT_ESCALATED, 2, true);
    f->telling.watermark_ms = 300;
    assert_int_equal(fixture_tell(f, false).watermark_ms, 301);
    assert_int_equal(f->count, 2);
    f->telling.watermark_ms = 301;
    assert_int_equal(fixture_tell(f, false).watermark_ms, NEVER);
    assert_told(f, 2, TOC_ALERT_DEESCALATED, 3, true);
    assert_string_equal(told_text(f, 2, "level"), "high");
    assert_string_equal(told_text(f, 2, "previous_level"), "critical");
    assert_int_equal(level_count(f, 2), 3);
}

static void a_rise_that_rests_on_silence_waits_too(struct fixture *f)
{
    f->telling.is_at_once = false;
    f->telling.watermark_ms = 150;
    struct toc_episode *episode = begin(f);
    toc_episode_level(episode, 200, TOC_LEVEL_CRITICAL);
    assert_int_equal(fixture_tell(f, false).watermark_ms, 201);
    assert_int_equal(f->count, 1);
    f->telling.watermark_ms = 200;
    (void)fixture_tell(f, false);
    assert_int_equal(f->count, 1);
    f->telling.watermark_ms = 201;
    (void)fixture_tell(f, false);
    assert_told(f, 1, TOC_ALERT_ESCALATED, 2, true);
}

static void a_fall_not_passed_is_overtaken_by_a_higher_rise(struct fixture *f)
{
    struct toc_episode *episode = fixture_episode(f, 100, NEVER, TOC_ENDING_NONE);
    toc_episode_level(episode, 100, TOC_LEVEL_MEDIUM);
    toc_episode_level(episode, 200, TOC_LEVEL_HIGH);
    toc_episode_level(episode, 300, TOC_LEVEL_MEDIUM);
    toc_episode_level(episode, 400, TOC_LEVEL_CRITICAL);
    (void)fixture_tell(f, false);
    assert_int_equal(f->count, 3);
    assert_string_equal(told_text(f, 1, "level"), "high");
    assert_string_equal(told_text(f, 2, "level"), "critical");
    assert_string_equal(told_text(f, 2, "previous_level"), "high");
    assert_int_equal(level_count(f, 2), 3);
    f->telling.watermark_ms = 1000; /* The fall in between is known now: told as an update. */
    (void)fixture_tell(f, false);
    assert_int_equal(f->count, 3);
    f->telling.now_ms += 10000;
    (void)fixture_tell(f, false);
    assert_told(f, 3, TOC_ALERT_UPDATE, 4, true);
    assert_int_equal(level_count(f, 3), 4);
}

static void every_change_is_told_before_the_end(struct fixture *f)
{
    f->telling.is_at_once = false;
    f->telling.watermark_ms = 1000;
    struct toc_episode *episode = begin(f);
    toc_episode_level(episode, 200, TOC_LEVEL_CRITICAL);
    toc_episode_level(episode, 300, TOC_LEVEL_HIGH);
    episode->end_ms = 400;
    episode->ending = TOC_ENDING_SAID;
    (void)fixture_tell(f, false);
    assert_int_equal(f->count, 4);
    assert_told(f, 0, TOC_ALERT_NEW, 1, true);
    assert_int_equal(level_count(f, 0), 0);
    assert_told(f, 1, TOC_ALERT_ESCALATED, 2, true);
    assert_told(f, 2, TOC_ALERT_DEESCALATED, 3, true);
    assert_told(f, 3, TOC_ALERT_CLEARED, 4, false);
    assert_string_equal(told_text(f, 3, "level"), "high");
    assert_string_equal(told_text(f, 3, "previous_level"), "(none)");
    assert_int_equal(level_count(f, 3), 3);
}

static void a_late_event_takes_a_rise_back(struct fixture *f)
{
    struct toc_episode *episode = begin(f);
    toc_episode_level(episode, 200, TOC_LEVEL_CRITICAL);
    (void)fixture_tell(f, false);
    assert_int_equal(f->count, 2);
    fixture_anew(f);
    (void)begin(f);
    (void)fixture_tell(f, true);
    assert_int_equal(f->count, 3);
    assert_told(f, 2, TOC_ALERT_DEESCALATED, 3, true);
    assert_string_equal(told_text(f, 2, "level"), "high");
    assert_string_equal(f->told[0].id, f->told[2].id);
    (void)fixture_tell(f, false);
    assert_int_equal(f->count, 3);
}

static void a_late_event_moves_a_rise_of_an_ended_alert(struct fixture *f)
{
    for (int64_t at_ms = 200; at_ms <= 250; at_ms += 50) {
        struct toc_episode *episode = begin(f);
        toc_episode_level(episode, at_ms, TOC_LEVEL_CRITICAL);
        episode->end_ms = 400;
        episode->ending = TOC_ENDING_SAID;
        f->telling.watermark_ms = 1000;
        (void)fixture_tell(f, at_ms > 200);
        fixture_anew(f);
    }
    assert_int_equal(f->count, 4);
    assert_told(f, 3, TOC_ALERT_UPDATE, 4, false);
    const json_t *levels = json_object_get(f->told[3].data, "levels");
    assert_string_equal(json_string_value(json_object_get(json_array_get(levels, 1), "since")),
                        "1970-01-01T00:00:00.250Z");
}

static void the_newest_twenty_changes_are_told(struct fixture *f)
{
    struct toc_episode *episode = begin(f);
    for (int64_t i = 1; i <= TOC_EPISODE_LEVELS; i++) {
        toc_episode_level(episode, 100 + i, i % 2 == 1 ? TOC_LEVEL_CRITICAL : TOC_LEVEL_HIGH);
    }
    assert_int_equal(episode->level_count, TOC_EPISODE_LEVELS);
    assert_int_equal(episode->levels[0].since_ms, 100);
    assert_int_equal(episode->levels[1].since_ms, 102); /* The first change gave way. */
    assert_int_equal(episode->levels[TOC_EPISODE_LEVELS - 1].since_ms, 100 + TOC_EPISODE_LEVELS);
    f->telling.watermark_ms = 1000;
    (void)fixture_tell(f, false);
    assert_int_equal(level_count(f, f->count - 1), 21);
    assert_string_equal(told_text(f, f->count - 1, "level"), "high");
    const json_t *levels = json_object_get(f->told[f->count - 1].data, "levels");
    assert_string_equal(json_string_value(json_object_get(json_array_get(levels, 0), "since")),
                        "1970-01-01T00:00:00.100Z");
    assert_string_equal(json_string_value(json_object_get(json_array_get(levels, 1), "since")),
                        "1970-01-01T00:00:00.145Z");
}

static void a_change_within_one_millisecond_is_what_it_comes_to(struct fixture *f)
{
    struct toc_episode *episode = begin(f);
    toc_episode_level(episode, 200, TOC_LEVEL_CRITICAL);
    toc_episode_level(episode, 200, TOC_LEVEL_HIGH);
    assert_int_equal(episode->level_count, 1);
    (void)f;
}

static const struct level_case {
    const char *name;
    void (*run)(struct fixture *f);
} cases[] = {
    {"a rise is told at once", a_rise_is_told_at_once},
    {"a fall waits until it has passed", a_fall_waits_until_it_has_passed},
    {"a rise that rests on silence waits too", a_rise_that_rests_on_silence_waits_too},
    {"a fall not passed is overtaken by a higher rise",
     a_fall_not_passed_is_overtaken_by_a_higher_rise},
    {"every change is told before the end", every_change_is_told_before_the_end},
    {"a late event takes a rise back", a_late_event_takes_a_rise_back},
    {"a late event moves a rise of an ended alert", a_late_event_moves_a_rise_of_an_ended_alert},
    {"the newest twenty changes are told", the_newest_twenty_changes_are_told},
    {"a change within one millisecond is what it comes to",
     a_change_within_one_millisecond_is_what_it_comes_to},
};

static void tells_levels(void **state)
{
    const struct level_case *c = *state;
    struct fixture f;

    fixture_init(&f, "", "");
    c->run(&f);
    fixture_finish(&f);
}

UNIT_TABLE("alert/level", cases, tells_levels)
