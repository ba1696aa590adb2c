#include "unit.h"

#include "cli/story.h"

static void events_come_in_order_within_the_day(void **state)
{
    struct toc_story story;
    size_t captions = 0;
    bool is_used[TOC_STORY_TOPICS] = {false};
    (void)state;
    toc_story_init(&story);
    assert_true(story.count > 1000);
    for (size_t i = 0; i < story.count; i++) {
        const struct toc_story_event *event = &story.events[i];
        assert_true(i == 0 || story.events[i - 1].at_ms <= event->at_ms);
        assert_true(event->at_ms >= story.begin_ms && event->at_ms < story.end_ms);
        captions += event->caption[0] != '\0';
        is_used[event->topic] = true;
    }
    assert_true(captions > 20);
    for (int i = 0; i < TOC_STORY_TOPICS; i++) {
        assert_true(is_used[i]);
    }
    toc_story_finish(&story);
}

static void time_runs_from_begin_to_end_and_never_back(void **state)
{
    enum { STEPS = 10000 };
    struct toc_story story;
    (void)state;
    toc_story_init(&story);
    double speed = toc_story_speed(&story, STEPS); /* Milliseconds of the day a step, at most. */
    assert_int_equal(toc_story_time(&story, 0), story.begin_ms);
    assert_int_equal(toc_story_time(&story, 1), story.end_ms);
    assert_int_equal(toc_story_time(&story, 2), story.end_ms);
    int64_t before_ms = story.begin_ms;
    for (int i = 1; i <= STEPS; i++) {
        int64_t now_ms = toc_story_time(&story, (double)i / STEPS);
        assert_true(now_ms >= before_ms);
        assert_true((double)(now_ms - before_ms) <= speed + 2); /* Both are cut to whole ones. */
        before_ms = now_ms;
    }
    toc_story_finish(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_come_in_order_within_the_day),
        cmocka_unit_test(time_runs_from_begin_to_end_and_never_back),
    };
    return cmocka_run_group_tests_name("cli/story", tests, NULL, NULL);
}
