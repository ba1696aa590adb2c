/* Partition times, watermarks and horizons: what waits for what. */
#include "feeding.h"

#define COUNT1 "{ count: a, at_least: 1, within: 1s, group_by: [subject] }"
#define BOTH   "{ all_of: [a, d], within: 1h, group_by: [subject] }"
#define ABSENT "{ absence: { after: a, expected: d, deadline: 1s }, group_by: [subject] }"
#define ALERT  "expire_after: 1h"

static const struct toc_str x_types[] = {{"x.*", 3}};
static const struct toc_str y_types[] = {{"y.a", 3}, {"y.b", 3}};
static const struct toc_input two[] = {
    {.name = {"x", 1},
     .types = x_types,
     .type_count = 1,
     .max_disorder_ms = 2000,
     .accept_late_ms = 10000,
     .partition_count = 2},
    {.name = {"y", 1},
     .types = y_types,
     .type_count = 2,
     .max_disorder_ms = 500,
     .accept_late_ms = 60000,
     .partition_count = 1},
};

static int64_t watermark_ms(const struct feeding *f)
{
    return toc_engine_watermark(f->engine, 0);
}

static void an_unread_partition_holds_back(void)
{
    struct feeding f;

    feeding_init_one(&f, COUNT1, "", two, 2);
    FEED(&f, .partition = 0, .type = "x.a", .id = "1", .subject = "k", .at_ms = 100000);
    assert_int_equal(watermark_ms(&f), TOC_INSTANT_NONE);
    FEED(&f, .partition = 1, .type = "x.a", .id = "2", .subject = "k", .at_ms = 50000);
    assert_int_equal(watermark_ms(&f), 48000);
    FEED(&f, .partition = 0, .type = "x.a", .id = "3", .subject = "k", .at_ms = 110000);
    assert_int_equal(watermark_ms(&f), 48000); /* The other one still holds it. */
    FEED(&f, .partition = 1, .type = "x.a", .id = "4", .subject = "k", .at_ms = 120000);
    assert_int_equal(watermark_ms(&f), 108000);
    assert_int_equal(toc_engine_partition_time(f.engine, 0, 0), 110000);
    assert_int_equal(toc_engine_partition_time(f.engine, 0, 1), 120000);
    assert_int_equal(toc_engine_partition_time(f.engine, 1, 0), TOC_INSTANT_NONE);
    feeding_finish(&f);
}

static void an_input_of_other_types_holds_nothing_back(void)
{
    static const struct toc_input inputs[] = {
        {.name = {"x", 1},
         .types = x_types,
         .type_count = 1,
         .accept_late_ms = 1000,
         .partition_count = 1},
        {.name = {"y", 1},
         .types = y_types,
         .type_count = 2,
         .accept_late_ms = 1000,
         .partition_count = 1},
    };
    struct feeding f;

    feeding_init_one(&f, COUNT1, "", inputs, 2);
    FEED(&f, .type = "x.a", .id = "1", .subject = "k", .at_ms = 1000);
    assert_int_equal(watermark_ms(&f), 1000);
    feeding_finish(&f);

    feeding_init_one(&f, BOTH, "", inputs, 2);
    FEED(&f, .type = "x.a", .id = "1", .subject = "k", .at_ms = 1000);
    assert_int_equal(watermark_ms(&f), TOC_INSTANT_NONE);
    FEED(&f, .input = 1, .type = "y.b", .id = "2", .subject = "k", .at_ms = 500);
    assert_int_equal(watermark_ms(&f), 500); /* Any type of the input moves it. */
    feeding_finish(&f);
}

static void an_input_without_types_carries_all(void)
{
    struct feeding f;

    feeding_init_one(&f, BOTH, "", NULL, 0);
    FEED(&f, .type = "x.c", .id = "1", .subject = "k", .at_ms = 1000);
    assert_int_equal(watermark_ms(&f), 1000);
    feeding_finish(&f);
}

static void an_absence_waits_for_what_is_expected_alone(void)
{
    struct feeding f;

    feeding_init_one(&f, ABSENT, ALERT, two, 2);
    FEED(&f, .input = 1, .type = "y.b", .id = "1", .subject = "k", .at_ms = 7000);
    assert_int_equal(watermark_ms(&f), 6500);
    FEED(&f, .type = "x.a", .id = "2", .subject = "k", .at_ms = 6000);
    FEED(&f, .input = 1, .type = "y.b", .id = "3", .subject = "k", .at_ms = 7500);
    assert_says(&f, ""); /* The deadline has not passed. */
    FEED(&f, .input = 1, .type = "y.b", .id = "4", .subject = "k", .at_ms = 7501);
    assert_says(&f, "new r k 1");
    feeding_finish(&f);
}

static void an_idle_partition_follows_the_clock(void)
{
    struct feeding f;

    feeding_init_one(&f, COUNT1, "", two, 2);
    f.is_clocked = true;
    toc_engine_tick(f.engine, 100000);
    FEED(&f, .type = "x.a", .id = "1", .subject = "k", .at_ms = 90000);
    toc_engine_idle(f.engine, 0, 1, true); /* Never read anything, and is at its end. */
    assert_int_equal(toc_engine_partition_time(f.engine, 0, 1), 100000);
    assert_int_equal(watermark_ms(&f), 88000);
    toc_engine_idle(f.engine, 0, 0, true);
    assert_int_equal(watermark_ms(&f), 98000);
    toc_engine_tick(f.engine, 105000);
    assert_int_equal(watermark_ms(&f), 103000);
    assert_says(&f, "new r k 1; expired r k 1 window");
    feeding_finish(&f);
}

static void time_does_not_go_back_when_it_wakes(void)
{
    struct feeding f;

    feeding_init_one(&f, COUNT1, "", NULL, 0);
    f.is_clocked = true;
    toc_engine_tick(f.engine, 100000);
    FEED(&f, .type = "x.a", .id = "1", .subject = "k", .at_ms = 90000);
    toc_engine_idle(f.engine, 0, 0, true);
    toc_engine_idle(f.engine, 0, 0, false);
    assert_int_equal(toc_engine_partition_time(f.engine, 0, 0), 100000);
    toc_engine_tick(f.engine, 200000); /* Awake: the clock alone says nothing. */
    assert_int_equal(toc_engine_partition_time(f.engine, 0, 0), 100000);
    assert_int_equal(FEED(&f, .type = "x.a", .id = "2", .subject = "k", .at_ms = 90000),
                     TOC_FEED_TAKEN); /* At the horizon. */
    assert_int_equal(FEED(&f, .type = "x.a", .id = "3", .subject = "k", .at_ms = 89999),
                     TOC_FEED_LATE);
    assert_int_equal(watermark_ms(&f), 100000);
    feeding_finish(&f);
}

static void an_event_wakes_its_partition(void)
{
    struct feeding f;

    feeding_init_one(&f, COUNT1, "", NULL, 0);
    f.is_clocked = true;
    toc_engine_tick(f.engine, 100000);
    toc_engine_idle(f.engine, 0, 0, true);
    FEED(&f, .type = "x.a", .id = "1", .subject = "k", .at_ms = 99000);
    toc_engine_tick(f.engine, 200000);
    assert_int_equal(toc_engine_partition_time(f.engine, 0, 0), 100000);
    feeding_finish(&f);
}

static void no_event_is_believed_beyond_the_clock(void)
{
    struct feeding f;

    feeding_init_one(&f, COUNT1, "", NULL, 0);
    f.is_clocked = true;
    toc_engine_tick(f.engine, 1000);
    FEED(&f, .type = "x.a", .id = "1", .subject = "k", .at_ms = 5000);
    assert_int_equal(toc_engine_partition_time(f.engine, 0, 0), 1000);
    FEED(&f, .type = "x.a", .id = "2", .subject = "k", .at_ms = 900, .stored_ms = 800);
    assert_int_equal(toc_engine_partition_time(f.engine, 0, 0), 1000);
    toc_engine_tick(f.engine, 9000);
    FEED(&f, .type = "x.a", .id = "3", .subject = "k", .at_ms = 8000, .stored_ms = 7000);
    assert_int_equal(toc_engine_partition_time(f.engine, 0, 0), 7000);
    toc_engine_tick(f.engine, 500); /* Nor does the clock go back. */
    assert_int_equal(toc_engine_now(f.engine), 9000);
    feeding_finish(&f);
}

static void each_input_accepts_as_late_as_it_says(void)
{
    static const struct {
        size_t input;
        const char *type;
        int64_t at_ms;
        enum toc_feed feed;
    } late[] = {
        {0, "x.a", 90000, TOC_FEED_TAKEN},
        {0, "x.a", 89999, TOC_FEED_LATE},
        {1, "y.a", 40000, TOC_FEED_TAKEN},
        {1, "y.a", 39999, TOC_FEED_LATE},
    };
    struct feeding f;
    char id[] = "a";

    feeding_init_one(&f, BOTH, "", two, 2);
    FEED(&f, .type = "x.a", .id = "1", .subject = "k", .at_ms = 100000);
    FEED(&f, .input = 1, .type = "y.a", .id = "2", .subject = "l", .at_ms = 100000);
    for (size_t i = 0; i < UNIT_COUNT(late); i++) {
        id[0]++;
        assert_int_equal(FEED(&f, .input = late[i].input, .type = late[i].type, .id = id,
                              .subject = "m", .at_ms = late[i].at_ms),
                         late[i].feed);
    }
    /* A partition that is behind has a time of its own. */
    assert_int_equal(FEED(&f, .partition = 1, .type = "x.a", .id = "z", .subject = "n", .at_ms = 5),
                     TOC_FEED_TAKEN);
    assert_int_equal(toc_engine_counts(f.engine).late, 2);
    feeding_finish(&f);
}

static void a_new_partition_starts_unread(void)
{
    struct feeding f;

    feeding_init_one(&f, COUNT1, "", NULL, 0);
    FEED(&f, .type = "x.a", .id = "1", .subject = "k", .at_ms = 10000);
    assert_int_equal(watermark_ms(&f), 10000);
    toc_engine_partitions(f.engine, 0, 2);
    FEED(&f, .type = "x.a", .id = "2", .subject = "k", .at_ms = 20000);
    assert_int_equal(watermark_ms(&f), 10000); /* It holds back, and nothing goes back. */
    FEED(&f, .partition = 1, .type = "x.a", .id = "3", .subject = "k", .at_ms = 5000);
    assert_int_equal(watermark_ms(&f), 10000);
    FEED(&f, .partition = 1, .type = "x.a", .id = "4", .subject = "k", .at_ms = 15000);
    assert_int_equal(watermark_ms(&f), 15000);
    feeding_finish(&f);
}

static void an_end_waits_for_max_disorder(void)
{
    struct feeding f;

    feeding_init_one(&f, COUNT1, "", two, 2);
    toc_engine_idle(f.engine, 0, 1, true); /* One partition only sends. */
    FEED(&f, .type = "x.a", .id = "1", .subject = "k", .at_ms = 10000);
    assert_says(&f, "new r k 1"); /* Over at 11,001. */
    FEED(&f, .type = "x.b", .id = "2", .subject = "k", .at_ms = 13001);
    assert_says(&f, "");
    FEED(&f, .type = "x.b", .id = "3", .subject = "k", .at_ms = 13002);
    assert_says(&f, "expired r k 1 window");
    feeding_finish(&f);
}

static void due_says_when_a_tick_tells(void)
{
    struct feeding f;

    feeding_init_one(&f, COUNT1, "", two, 2);
    f.is_clocked = true;
    assert_int_equal(toc_engine_due(f.engine), TOC_INSTANT_NEVER);
    toc_engine_tick(f.engine, 10000);
    FEED(&f, .type = "x.a", .id = "1", .subject = "k", .at_ms = 10000);
    toc_engine_idle(f.engine, 0, 0, true);
    toc_engine_idle(f.engine, 0, 1, true);
    int64_t due_ms = toc_engine_due(f.engine);
    assert_true(due_ms <= 13002 && due_ms > 10000);
    assert_says(&f, "new r k 1");
    for (int steps = 0; due_ms < 13002; steps++) { /* What is due may be to look again. */
        assert_true(steps < 10);
        toc_engine_tick(f.engine, due_ms);
        assert_says(&f, "");
        int64_t next_ms = toc_engine_due(f.engine);
        assert_true(next_ms > due_ms);
        due_ms = next_ms;
    }
    toc_engine_tick(f.engine, due_ms);
    assert_says(&f, "expired r k 1 window");
    feeding_finish(&f);
}

static void a_file_is_settled_up_to_its_newest_event(void)
{
    struct feeding f;

    feeding_init_one(&f, COUNT1, "", two, 2);
    FEED(&f, .type = "x.a", .id = "1", .subject = "k", .at_ms = 10000);
    FEED(&f, .type = "x.b", .id = "2", .subject = "k", .at_ms = 11001);
    toc_engine_settle(f.engine);
    assert_says(&f, "new r k 1"); /* Its end is dated like the newest event. */
    feeding_finish(&f);

    feeding_init_one(&f, COUNT1, "", two, 2);
    FEED(&f, .type = "x.a", .id = "1", .subject = "k", .at_ms = 10000);
    FEED(&f, .type = "x.b", .id = "2", .subject = "k", .at_ms = 11002);
    toc_engine_settle(f.engine);
    assert_says(&f, "new r k 1; expired r k 1 window");
    feeding_finish(&f);
}

static const struct time_case {
    const char *name;
    void (*test)(void);
} cases[] = {
    {"an unread partition holds back", an_unread_partition_holds_back},
    {"an input of other types holds nothing back", an_input_of_other_types_holds_nothing_back},
    {"an input without types carries all", an_input_without_types_carries_all},
    {"an absence waits for what is expected alone", an_absence_waits_for_what_is_expected_alone},
    {"an idle partition follows the clock", an_idle_partition_follows_the_clock},
    {"time does not go back when a partition wakes", time_does_not_go_back_when_it_wakes},
    {"an event wakes its partition", an_event_wakes_its_partition},
    {"no event is believed beyond the clock or its own record",
     no_event_is_believed_beyond_the_clock},
    {"each input accepts as late as it says", each_input_accepts_as_late_as_it_says},
    {"a new partition starts unread", a_new_partition_starts_unread},
    {"an end waits for max_disorder", an_end_waits_for_max_disorder},
    {"due says when a tick tells something", due_says_when_a_tick_tells},
    {"a file is settled up to its newest event", a_file_is_settled_up_to_its_newest_event},
};

static void runs(void **state)
{
    const struct time_case *c = *state;
    c->test();
}

UNIT_TABLE("engine/time", cases, runs)
