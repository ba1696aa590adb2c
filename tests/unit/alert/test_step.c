/* Steps of `escalate` by the clock, and the cap: what follows the log. */
#include "telling.h"

#define NEVER TOC_INSTANT_NEVER
#define STEPS                                                                                      \
    "escalate: [{ after: 2m, unless: acked, level: critical, topic: alerts.command }, "            \
    "{ after: 5m, topic: alerts.chief }]"
enum { AT = 1000000 }; /* When the fixture tells. */

static const char *step_text(const struct fixture *f, size_t index, size_t step, const char *name)
{
    const json_t *steps = json_object_get(f->told[index].data, "escalations");
    const char *text = json_string_value(json_object_get(json_array_get(steps, step), name));
    return text != NULL ? text : "(none)";
}

static void nobody_takes_it(struct fixture *f)
{
    (void)fixture_episode(f, 100, NEVER, TOC_ENDING_NONE);
    assert_int_equal(fixture_tell(f, false).clock_ms, AT + 120000);
    f->telling.now_ms = AT + 119999;
    assert_int_equal(fixture_tell(f, false).clock_ms, AT + 120000);
    assert_int_equal(f->count, 1);
    f->telling.now_ms = AT + 120000;
    assert_int_equal(fixture_tell(f, false).clock_ms, AT + 300000);
    assert_told(f, 1, TOC_ALERT_ESCALATED, 2, true);
    assert_string_equal(told_text(f, 1, "level"), "critical");
    assert_string_equal(told_text(f, 1, "previous_level"), "high");
    assert_string_equal(step_text(f, 1, 0, "after"), "2m");
    assert_string_equal(step_text(f, 1, 0, "topic"), "alerts.command");
    assert_int_equal(f->alerts.items[0]->acted, 1);
    f->telling.now_ms = AT + 300000;
    assert_int_equal(fixture_tell(f, false).clock_ms, NEVER);
    assert_told(f, 2, TOC_ALERT_UPDATE, 3, true); /* Told to more, but no worse. */
    assert_string_equal(told_text(f, 2, "level"), "critical");
    assert_string_equal(step_text(f, 2, 1, "level"), "(none)");
    assert_int_equal(f->alerts.items[0]->acted, 3);
}

static void who_has_taken_it_is_not_overruled(struct fixture *f)
{
    (void)fixture_episode(f, 100, NEVER, TOC_ENDING_NONE);
    (void)fixture_tell(f, false);
    f->alerts.items[0]->is_acked = true;
    assert_int_equal(fixture_tell(f, false).clock_ms, AT + 300000); /* Without `unless`. */
    f->telling.now_ms = AT + 300000;
    assert_int_equal(fixture_tell(f, false).clock_ms, NEVER);
    assert_int_equal(f->count, 2);
    assert_told(f, 1, TOC_ALERT_UPDATE, 2, true);
    assert_string_equal(told_text(f, 1, "level"), "high");
    assert_int_equal(f->alerts.items[0]->acted, 2);
}

static void what_is_over_is_not_raised(struct fixture *f)
{
    struct toc_episode *episode = fixture_episode(f, 100, NEVER, TOC_ENDING_NONE);
    (void)fixture_tell(f, false);
    episode->end_ms = 200;
    episode->ending = TOC_ENDING_LINE;
    f->telling.watermark_ms = 1000;
    f->telling.now_ms = AT + 60000;
    assert_int_equal(fixture_tell(f, false).clock_ms, NEVER);
    f->telling.now_ms = AT + 600000;
    (void)fixture_tell(f, false);
    assert_int_equal(f->count, 2);
}

static void evidence_falls_and_the_step_stays(struct fixture *f)
{
    struct toc_episode *episode = fixture_episode(f, 100, NEVER, TOC_ENDING_NONE);
    toc_episode_level(episode, 100, TOC_LEVEL_MEDIUM);
    (void)fixture_tell(f, false);
    f->telling.now_ms = AT + 120000;
    (void)fixture_tell(f, false);
    assert_string_equal(told_text(f, 1, "level"), "critical");
    toc_episode_level(episode, 200, TOC_LEVEL_HIGH);
    toc_episode_level(episode, 300, TOC_LEVEL_MEDIUM);
    f->telling.watermark_ms = 1000;
    (void)fixture_tell(f, false);
    assert_int_equal(f->count, 2); /* It stands at critical all the same. */
    f->telling.now_ms += 10000;
    (void)fixture_tell(f, false);
    assert_told(f, 2, TOC_ALERT_UPDATE, 3, true);
    assert_string_equal(told_text(f, 2, "level"), "critical");
    assert_int_equal(json_array_size(json_object_get(f->told[2].data, "levels")), 3);
}

static void a_late_look_lets_all_steps_act_in_order(struct fixture *f)
{
    (void)fixture_episode(f, 100, NEVER, TOC_ENDING_NONE);
    (void)fixture_tell(f, false);
    f->telling.now_ms = AT + 3600000;
    assert_int_equal(fixture_tell(f, false).clock_ms, NEVER);
    assert_int_equal(f->count, 3);
    assert_told(f, 1, TOC_ALERT_ESCALATED, 2, true);
    assert_told(f, 2, TOC_ALERT_UPDATE, 3, true);
}

static const struct step_case {
    const char *name;
    void (*run)(struct fixture *f);
} cases[] = {
    {"nobody takes it", nobody_takes_it},
    {"who has taken it is not overruled", who_has_taken_it_is_not_overruled},
    {"what is over is not raised", what_is_over_is_not_raised},
    {"evidence falls and the step stays", evidence_falls_and_the_step_stays},
    {"a late look lets all steps act in order", a_late_look_lets_all_steps_act_in_order},
};

static void acts(void **state)
{
    const struct step_case *c = *state;
    struct fixture f;

    fixture_init(&f, "", STEPS);
    c->run(&f);
    fixture_finish(&f);
}

UNIT_TABLE("alert/step", cases, acts)
