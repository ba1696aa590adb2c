/* What is true and what was told: the difference is told, under one name. */
#include "telling.h"

#define NEVER TOC_INSTANT_NEVER

/* --- Beginning ------------------------------------------------------------------------------ */

static void what_is_told_at_once_waits_for_nothing(struct fixture *f)
{
    (void)fixture_episode(f, 100, NEVER, TOC_ENDING_NONE);
    struct toc_alerts_due due = fixture_tell(f, false);
    assert_int_equal(f->count, 1);
    assert_told(f, 0, TOC_ALERT_NEW, 1, true);
    assert_int_equal(due.watermark_ms, NEVER);
    assert_int_equal(due.clock_ms, NEVER);
    (void)fixture_tell(f, false);
    assert_int_equal(f->count, 1); /* Nothing has changed. */
}

static void what_rests_on_silence_waits_until_its_begin_has_passed(struct fixture *f)
{
    f->telling.is_at_once = false;
    (void)fixture_episode(f, 100, NEVER, TOC_ENDING_NONE);
    assert_int_equal(fixture_tell(f, false).watermark_ms, 101);
    f->telling.watermark_ms = 100;
    assert_int_equal(fixture_tell(f, false).watermark_ms, 101);
    assert_int_equal(f->count, 0);
    f->telling.watermark_ms = 101;
    assert_int_equal(fixture_tell(f, false).watermark_ms, NEVER);
    assert_told(f, 0, TOC_ALERT_NEW, 1, true);
}

static void what_was_over_before_it_was_told_is_told_begun_and_ended(struct fixture *f)
{
    f->telling.is_at_once = false;
    f->telling.watermark_ms = 1000;
    (void)fixture_episode(f, 100, 500, TOC_ENDING_SAID);
    (void)fixture_tell(f, false);
    assert_int_equal(f->count, 2);
    assert_told(f, 0, TOC_ALERT_NEW, 1, true);
    assert_told(f, 1, TOC_ALERT_CLEARED, 2, false);
    assert_string_equal(f->told[0].id, f->told[1].id);
}

static void one_that_ended_as_it_began_is_none(struct fixture *f)
{
    (void)fixture_episode(f, 100, 100, TOC_ENDING_LINE);
    (void)fixture_tell(f, false);
    assert_int_equal(f->count, 0);
}

/* --- Updates -------------------------------------------------------------------------------- */

static void updates_keep_their_pace(struct fixture *f)
{
    (void)fixture_episode(f, 100, NEVER, TOC_ENDING_NONE);
    (void)fixture_tell(f, false);
    fixture_add(f, 0, 200);
    f->telling.now_ms += 1;
    assert_int_equal(fixture_tell(f, false).clock_ms, 1010000);
    f->telling.now_ms = 1009999;
    assert_int_equal(fixture_tell(f, false).clock_ms, 1010000);
    assert_int_equal(f->count, 1);
    f->telling.now_ms = 1010000;
    assert_int_equal(fixture_tell(f, false).clock_ms, NEVER);
    assert_int_equal(f->count, 2);
    assert_told(f, 1, TOC_ALERT_UPDATE, 2, true);
    assert_int_equal(json_integer_value(json_object_get(f->told[1].data, "count")), 2);
    fixture_add(f, 0, 300); /* The pace counts from the update. */
    f->telling.now_ms = 1019999;
    assert_int_equal(fixture_tell(f, false).clock_ms, 1020000);
    assert_int_equal(f->count, 2);
}

static void an_end_is_never_held_back(struct fixture *f)
{
    struct toc_episode *episode = fixture_episode(f, 100, NEVER, TOC_ENDING_NONE);
    (void)fixture_tell(f, false);
    fixture_add(f, 0, 200);
    (void)fixture_tell(f, false);
    episode->end_ms = 300;
    episode->ending = TOC_ENDING_LINE;
    f->telling.watermark_ms = 301;
    assert_int_equal(fixture_tell(f, false).clock_ms, NEVER);
    assert_int_equal(f->count, 2);
    assert_told(f, 1, TOC_ALERT_CLEARED, 2, false);
    assert_int_equal(json_integer_value(json_object_get(f->told[1].data, "count")), 2);
}

static void at_the_end_of_a_file_nothing_is_held_back(struct fixture *f)
{
    (void)fixture_episode(f, 100, NEVER, TOC_ENDING_NONE);
    (void)fixture_tell(f, false);
    fixture_add(f, 0, 200);
    (void)fixture_tell(f, false);
    assert_int_equal(f->count, 1);
    f->telling.is_flushing = true;
    (void)fixture_tell(f, false);
    assert_told(f, 1, TOC_ALERT_UPDATE, 2, true);
}

/* --- Ends ----------------------------------------------------------------------------------- */

static void ends(struct fixture *f, enum toc_ending ending, enum toc_alert_state state,
                 const char *reason)
{
    (void)fixture_episode(f, 100, 500, ending);
    f->telling.watermark_ms = 500;
    assert_int_equal(fixture_tell(f, false).watermark_ms, 501);
    assert_int_equal(f->count, 1);
    f->telling.watermark_ms = 501;
    assert_int_equal(fixture_tell(f, false).watermark_ms, NEVER);
    assert_int_equal(f->count, 2);
    assert_told(f, 1, state, 2, false);
    assert_string_equal(told_text(f, 1, "end"), "1970-01-01T00:00:00.500Z");
    assert_string_equal(told_text(f, 1, "end_reason"), reason);
    assert_string_equal(told_text(f, 0, "end"), "(none)");
}

static void cleared_by_a_line(struct fixture *f)
{
    ends(f, TOC_ENDING_LINE, TOC_ALERT_CLEARED, "clear_when");
}

static void cleared_by_the_newest_event(struct fixture *f)
{
    ends(f, TOC_ENDING_SAID, TOC_ALERT_CLEARED, "newest_event");
}

static void cleared_by_an_answer(struct fixture *f)
{
    ends(f, TOC_ENDING_ANSWER, TOC_ALERT_CLEARED, "answered");
}

static void cleared_by_a_late_event(struct fixture *f)
{
    ends(f, TOC_ENDING_LATE, TOC_ALERT_CLEARED, "late");
}

static void expired_with_its_window(struct fixture *f)
{
    ends(f, TOC_ENDING_WINDOW, TOC_ALERT_EXPIRED, "window");
}

static void expired_by_expire_after(struct fixture *f)
{
    ends(f, TOC_ENDING_EXPIRED, TOC_ALERT_EXPIRED, "expire_after");
}

static void an_end_that_moves_is_an_update(struct fixture *f)
{
    struct toc_episode *episode = fixture_episode(f, 100, 500, TOC_ENDING_WINDOW);
    f->telling.watermark_ms = 1000;
    (void)fixture_tell(f, false);
    episode->end_ms = 600;
    (void)fixture_tell(f, true);
    assert_int_equal(f->count, 3);
    assert_told(f, 2, TOC_ALERT_UPDATE, 3, false);
    assert_string_equal(told_text(f, 2, "end"), "1970-01-01T00:00:00.600Z");
}

static void one_that_is_on_after_all_opens_again(struct fixture *f)
{
    struct toc_episode *episode = fixture_episode(f, 100, 500, TOC_ENDING_WINDOW);
    f->telling.watermark_ms = 1000;
    (void)fixture_tell(f, false);
    episode->end_ms = 2000;
    (void)fixture_tell(f, true);
    assert_int_equal(f->count, 3);
    assert_told(f, 2, TOC_ALERT_UPDATE, 3, true);
    assert_string_equal(f->told[2].id, f->told[0].id);
    f->telling.watermark_ms = 2001;
    (void)fixture_tell(f, false);
    assert_told(f, 3, TOC_ALERT_EXPIRED, 4, false);
}

/* --- Late truth ----------------------------------------------------------------------------- */

static void what_was_not_so_is_cancelled(struct fixture *f)
{
    (void)fixture_episode(f, 100, NEVER, TOC_ENDING_NONE);
    (void)fixture_tell(f, false);
    fixture_anew(f);
    (void)fixture_tell(f, true);
    assert_int_equal(f->count, 2);
    assert_told(f, 1, TOC_ALERT_CANCELLED, 2, false);
    assert_string_equal(told_text(f, 1, "merged_into"), "(none)");
    (void)fixture_tell(f, true);
    assert_int_equal(f->count, 2); /* Once. */
}

static void what_ended_and_was_not_so_is_cancelled_too(struct fixture *f)
{
    (void)fixture_episode(f, 100, 500, TOC_ENDING_WINDOW);
    f->telling.watermark_ms = 1000;
    (void)fixture_tell(f, false);
    fixture_anew(f);
    (void)fixture_tell(f, true);
    assert_told(f, 2, TOC_ALERT_CANCELLED, 3, false);
}

static void true_again_it_goes_on_under_its_name(struct fixture *f)
{
    (void)fixture_episode(f, 100, NEVER, TOC_ENDING_NONE);
    (void)fixture_tell(f, false);
    fixture_anew(f);
    (void)fixture_tell(f, true);
    (void)fixture_episode(f, 90, NEVER, TOC_ENDING_NONE);
    (void)fixture_tell(f, true);
    assert_int_equal(f->count, 3);
    assert_told(f, 2, TOC_ALERT_UPDATE, 3, true);
    assert_string_equal(f->told[2].id, f->told[0].id);
    assert_string_equal(told_text(f, 2, "begin"), "1970-01-01T00:00:00.090Z");
}

static void true_again_and_over_it_is_told_ended(struct fixture *f)
{
    (void)fixture_episode(f, 100, NEVER, TOC_ENDING_NONE);
    (void)fixture_tell(f, false);
    fixture_anew(f);
    (void)fixture_tell(f, true);
    f->telling.watermark_ms = 1000;
    (void)fixture_episode(f, 100, 500, TOC_ENDING_WINDOW);
    (void)fixture_tell(f, true);
    assert_int_equal(f->count, 3);
    assert_told(f, 2, TOC_ALERT_UPDATE, 3, false);
}

static void of_two_that_become_one_the_one_told_first_stays(struct fixture *f)
{
    (void)fixture_episode(f, 200, 300, TOC_ENDING_WINDOW);
    f->telling.watermark_ms = 1000;
    (void)fixture_tell(f, false); /* new, expired */
    (void)fixture_episode(f, 100, 150, TOC_ENDING_WINDOW);
    (void)fixture_tell(f, true); /* new, expired of the earlier one, told later */
    assert_int_equal(f->count, 4);
    assert_string_not_equal(f->told[0].id, f->told[2].id);
    fixture_anew(f);
    (void)fixture_episode(f, 100, 300, TOC_ENDING_WINDOW);
    (void)fixture_tell(f, true);
    assert_int_equal(f->count, 6);
    size_t cancelled = f->told[4].state == TOC_ALERT_CANCELLED ? 4 : 5;
    assert_told(f, cancelled, TOC_ALERT_CANCELLED, 3, false);
    assert_string_equal(f->told[cancelled].id, f->told[2].id);
    assert_string_equal(told_text(f, cancelled, "merged_into"), f->told[0].id);
    assert_told(f, 9 - cancelled, TOC_ALERT_UPDATE, 3, false);
    assert_string_equal(f->told[9 - cancelled].id, f->told[0].id);
    assert_string_equal(told_text(f, 9 - cancelled, "begin"), "1970-01-01T00:00:00.100Z");
}

static void of_two_parts_the_earlier_keeps_the_name(struct fixture *f)
{
    (void)fixture_episode(f, 100, 300, TOC_ENDING_WINDOW);
    f->telling.watermark_ms = 1000;
    (void)fixture_tell(f, false);
    fixture_anew(f);
    (void)fixture_episode(f, 100, 150, TOC_ENDING_WINDOW);
    (void)fixture_episode(f, 200, 300, TOC_ENDING_WINDOW);
    (void)fixture_tell(f, true);
    assert_int_equal(f->count, 5);
    assert_told(f, 2, TOC_ALERT_UPDATE, 3, false);
    assert_string_equal(f->told[2].id, f->told[0].id);
    assert_string_equal(told_text(f, 2, "end"), "1970-01-01T00:00:00.150Z");
    assert_told(f, 3, TOC_ALERT_NEW, 1, true);
    assert_told(f, 4, TOC_ALERT_EXPIRED, 2, false);
    assert_string_not_equal(f->told[3].id, f->told[0].id);
}

static void episodes_that_only_touch_are_two(struct fixture *f)
{
    (void)fixture_episode(f, 100, 200, TOC_ENDING_LINE);
    f->telling.watermark_ms = 1000;
    (void)fixture_tell(f, false);
    fixture_anew(f);
    (void)fixture_episode(f, 200, 300, TOC_ENDING_LINE); /* Begins where the other ended. */
    (void)fixture_tell(f, true);
    assert_told(f, 2, TOC_ALERT_CANCELLED, 3, false);
    assert_told(f, 3, TOC_ALERT_NEW, 1, true);
    assert_string_not_equal(f->told[3].id, f->told[0].id);
}

static void an_episode_of_one_event_is_known_by_it(struct fixture *f)
{
    struct toc_episode *episode = fixture_episode(f, 100, 200, TOC_ENDING_EXPIRED);
    episode->is_anchored = true;
    episode->anchor = (struct toc_hash128){1, 2};
    (void)fixture_tell(f, false);
    fixture_anew(f);
    episode = fixture_episode(f, 150, 250, TOC_ENDING_EXPIRED); /* Overlaps: another event's. */
    episode->is_anchored = true;
    episode->anchor = (struct toc_hash128){3, 4};
    (void)fixture_tell(f, true);
    assert_int_equal(f->count, 3);
    assert_told(f, 1, TOC_ALERT_CANCELLED, 2, false);
    assert_told(f, 2, TOC_ALERT_NEW, 1, true);
}

/* --- Names and forgetting ------------------------------------------------------------------- */

static void the_same_truth_has_the_same_name(struct fixture *f)
{
    char first[TOC_ALERT_ID];

    (void)fixture_episode(f, 100, NEVER, TOC_ENDING_NONE);
    (void)fixture_tell(f, false);
    memcpy(first, f->told[0].id, sizeof first);
    assert_int_equal(strlen(first), 32);
    assert_int_equal(strspn(first, "0123456789abcdef"), 32);
    toc_alerts_finish(&f->alerts); /* Another run. */
    f->episodes.items[0].alert = NULL;
    (void)fixture_tell(f, false);
    assert_string_equal(f->told[1].id, first);

    toc_alerts_finish(&f->alerts); /* Another key; another mode. */
    f->episodes.items[0].alert = NULL;
    f->key.values[0].folded = TOC_STR("kidal");
    (void)fixture_tell(f, false);
    assert_string_not_equal(f->told[2].id, first);
    toc_alerts_finish(&f->alerts);
    f->episodes.items[0].alert = NULL;
    f->key.values[0].folded = TOC_STR("gao");
    f->key.mode = TOC_MODE_EXERCISE;
    (void)fixture_tell(f, false);
    assert_string_not_equal(f->told[3].id, first);
}

static void what_can_change_no_more_is_forgotten(struct fixture *f)
{
    (void)fixture_episode(f, 100, 500, TOC_ENDING_WINDOW);
    f->telling.watermark_ms = 1000;
    f->telling.settled_ms = 499;
    (void)fixture_tell(f, false);
    assert_int_equal(f->alerts.count, 1);
    assert_int_equal(f->episodes.count, 1);
    assert_int_equal(f->finals, 0);
    f->telling.settled_ms = 500;
    (void)fixture_tell(f, false);
    assert_int_equal(f->alerts.count, 0);
    assert_int_equal(f->episodes.count, 0);
    assert_int_equal(f->finals, 1);
    assert_int_equal(f->pool.kept, 0);
    assert_int_equal(f->count, 2);
}

static void what_is_on_is_not_forgotten(struct fixture *f)
{
    (void)fixture_episode(f, 100, NEVER, TOC_ENDING_NONE);
    f->telling.watermark_ms = f->telling.settled_ms = 100000000;
    (void)fixture_tell(f, false);
    assert_int_equal(f->alerts.count, 1);
    assert_int_equal(f->episodes.count, 1);
}

static const struct alert_case {
    const char *name;
    void (*test)(struct fixture *f);
} cases[] = {
    {"what is told at once waits for nothing", what_is_told_at_once_waits_for_nothing},
    {"what rests on silence waits until its begin has passed",
     what_rests_on_silence_waits_until_its_begin_has_passed},
    {"what was over before it was told is told begun and ended",
     what_was_over_before_it_was_told_is_told_begun_and_ended},
    {"one that ended as it began is none", one_that_ended_as_it_began_is_none},
    {"updates keep their pace", updates_keep_their_pace},
    {"an end is never held back", an_end_is_never_held_back},
    {"at the end of a file nothing is held back", at_the_end_of_a_file_nothing_is_held_back},
    {"cleared by a line", cleared_by_a_line},
    {"cleared by the newest event", cleared_by_the_newest_event},
    {"cleared by an answer", cleared_by_an_answer},
    {"cleared by a late event", cleared_by_a_late_event},
    {"expired with its window", expired_with_its_window},
    {"expired by expire_after", expired_by_expire_after},
    {"an end that moves is an update", an_end_that_moves_is_an_update},
    {"one that is on after all opens again", one_that_is_on_after_all_opens_again},
    {"what was not so is cancelled, once", what_was_not_so_is_cancelled},
    {"what ended and was not so is cancelled too", what_ended_and_was_not_so_is_cancelled_too},
    {"true again it goes on under its name", true_again_it_goes_on_under_its_name},
    {"true again and over it is told ended", true_again_and_over_it_is_told_ended},
    {"of two that become one the one told first stays",
     of_two_that_become_one_the_one_told_first_stays},
    {"of two parts the earlier keeps the name", of_two_parts_the_earlier_keeps_the_name},
    {"episodes that only touch are two", episodes_that_only_touch_are_two},
    {"an episode of one event is known by that event", an_episode_of_one_event_is_known_by_it},
    {"the same truth has the same name", the_same_truth_has_the_same_name},
    {"what can change no more is forgotten", what_can_change_no_more_is_forgotten},
    {"what is on is not forgotten", what_is_on_is_not_forgotten},
};

static void tells(void **state)
{
    const struct alert_case *c = *state;
    struct fixture f;

    fixture_init(&f, "", "update_every: 10s");
    c->test(&f);
    fixture_finish(&f);
}

UNIT_TABLE("alert/alert", cases, tells)
