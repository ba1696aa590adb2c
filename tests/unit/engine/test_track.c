/* Where a place that moves was: by time, whatever the order of arrival; how long that holds; what
 * is forgotten, and what gives way. */
#include "unit.h"

#include <stdio.h>

#include "base/instant.h"
#include "engine/track.h"

struct tracked {
    struct toc_kept_pool pool;
    struct toc_tracks tracks;
    struct toc_track *track;
};

static void begin(struct tracked *t)
{
    *t = (struct tracked){0};
    toc_tracks_init(&t->tracks, TOC_STR("car"), &t->pool);
    t->track = toc_tracks_get(&t->tracks, TOC_MODE_ACTUAL, TOC_STR("mike"), TOC_STR("Mike"));
}

static void finish(struct tracked *t)
{
    toc_tracks_finish(&t->tracks);
    toc_kept_pool_finish(&t->pool); /* Asserts that nothing is kept any more. */
}

/* At @at_ms, as event @id, so many thousandths of a degree north of 0 N 0 E; 10 m/s, kept 10 s. */
static struct toc_fix position(struct tracked *t, int64_t at_ms, const char *id, double lat)
{
    struct toc_event event = {.at_ms = at_ms, .id = toc_str_of(id), .source = TOC_STR("s")};

    return (struct toc_fix){
        .kept = toc_kept_create(&t->pool, &event, (struct toc_wish){0}, TOC_STR(""), TOC_STR("")),
        .point = {.lat_deg = lat / 1000},
        .speed_mm_h = 36000000,
        .keep_ms = 10000,
    };
}

static void add(struct tracked *t, int64_t at_ms, const char *id, double lat)
{
    struct toc_fix made = position(t, at_ms, id, lat);
    assert_true(toc_tracks_add(&t->tracks, t->track, &made));
}

static void assert_at(const struct tracked *t, int64_t at_ms, double lat)
{
    const struct toc_fix *found = toc_track_at(t->track, at_ms);

    if (lat < 0) {
        assert_null(found);
        return;
    }
    assert_non_null(found);
    assert_true(found->point.lat_deg == lat / 1000);
}

static void the_newest_by_time_is_where_it_is(void)
{
    struct tracked t;
    begin(&t);
    add(&t, 3000, "a", 3);
    add(&t, 1000, "b", 1);
    add(&t, 2000, "c", 2);
    assert_at(&t, 999, -1);
    assert_at(&t, 1000, 1);
    assert_at(&t, 1999, 1);
    assert_at(&t, 2000, 2);
    assert_at(&t, 3000, 3);
    finish(&t);
}

static void of_equal_times_the_last_by_id(void)
{
    struct tracked t;
    begin(&t);
    add(&t, 1000, "b", 2);
    add(&t, 1000, "c", 3);
    add(&t, 1000, "a", 1);
    assert_at(&t, 1000, 3);
    finish(&t);
}

static void a_position_holds_as_long_as_it_is_kept(void)
{
    struct tracked t;
    begin(&t);
    add(&t, 1000, "a", 1);
    assert_at(&t, 11000, 1);
    assert_at(&t, 11001, -1);
    finish(&t);
}

static void it_knows_until_when_one_more_would_be_the_newest(void)
{
    struct tracked t;
    begin(&t);
    add(&t, 3000, "b", 3);
    struct toc_fix before = position(&t, 1000, "x", 1), same = position(&t, 3000, "a", 1),
                   last = position(&t, 3000, "c", 1);
    assert_int_equal(toc_track_until_ms(t.track, &before), 2999);
    assert_int_equal(toc_track_until_ms(t.track, &same), 2999); /* Before its own time: never. */
    assert_int_equal(toc_track_until_ms(t.track, &last), 13000);
    toc_kept_release(&t.pool, before.kept);
    toc_kept_release(&t.pool, same.kept);
    toc_kept_release(&t.pool, last.kept);
    finish(&t);
}

/* 0.001 degrees north of the equator are 110.574 m. */
static void the_disc_grows_by_a_centimetre_a_millisecond(void)
{
    struct tracked t;
    begin(&t);
    struct toc_fix at = position(&t, 1000, "a", 0);
    struct toc_point point = {.lat_deg = 0.001};
    assert_true(toc_fix_is_near(&at, 1000, point, 110574));
    assert_false(toc_fix_is_near(&at, 1000, point, 110573));
    assert_true(toc_fix_is_near(&at, 2000, point, 100574));
    assert_false(toc_fix_is_near(&at, 2000, point, 100573));
    assert_true(toc_fix_is_near(&at, 2001, point, 100564));
    at.point.error_m = point.error_m = 20;
    assert_true(toc_fix_is_near(&at, 1000, point, 70574));
    assert_false(toc_fix_is_near(&at, 1000, point, 70573));
    assert_true(toc_fix_is_near(&at, 11000, point, 0));
    assert_false(toc_fix_is_near(NULL, 1000, point, 1000000));
    toc_kept_release(&t.pool, at.kept);
    finish(&t);
}

static void whole_millimetres_of_any_speed(void)
{
    assert_int_equal(toc_mover_reach_mm(40000000, 1), 11); /* 40 km/h: 11.11 mm. */
    assert_int_equal(toc_mover_reach_mm(5400000, 1), 2);   /* 1.5 mm: half away from zero. */
    assert_int_equal(toc_mover_reach_mm(0, 604800000), 0);
    assert_int_equal(toc_mover_reach_mm(TOC_MOVER_SPEED_MOST, TOC_MOVER_KEEP_MOST),
                     INT64_C(604800000000));
}

static void what_no_event_asks_for_is_forgotten(void)
{
    struct tracked t;
    begin(&t);
    add(&t, 1000, "a", 1);
    add(&t, 2000, "b", 2);
    toc_tracks_forget(&t.tracks, TOC_INSTANT_NONE, true);
    assert_int_equal(t.tracks.positions, 2);
    toc_tracks_forget(&t.tracks, 1999, true); /* An event of 1999 is still near the first. */
    assert_int_equal(t.tracks.positions, 2);
    toc_tracks_forget(&t.tracks, 2000, true);
    assert_int_equal(t.tracks.positions, 1);
    toc_tracks_forget(&t.tracks, 12000, true);
    assert_int_equal(t.tracks.positions, 1);
    toc_tracks_forget(&t.tracks, 12001, true);
    assert_int_equal(t.tracks.positions, 0);
    assert_int_equal(t.tracks.count, 0);
    assert_null(toc_tracks_find(&t.tracks, TOC_MODE_ACTUAL, TOC_STR("mike")));
    finish(&t);
}

static void a_few_at_a_time(void)
{
    struct tracked t;
    char name[16];
    begin(&t);
    add(&t, 1000, "a", 1);
    for (int i = 0; i < 20; i++) {
        (void)snprintf(name, sizeof name, "n%d", i);
        t.track = toc_tracks_get(&t.tracks, TOC_MODE_ACTUAL, toc_str_of(name), toc_str_of(name));
        add(&t, i % 2 == 0 ? 1000 : 50000, name, 1);
    }
    for (int i = 0; i < 5; i++) {
        toc_tracks_forget(&t.tracks, 40000, false);
    }
    assert_int_equal(t.tracks.count, 10);
    finish(&t);
}

static void modes_are_other_places(void)
{
    struct tracked t;
    begin(&t);
    struct toc_track *other =
        toc_tracks_get(&t.tracks, TOC_MODE_EXERCISE, TOC_STR("mike"), TOC_STR("Mike"));
    assert_ptr_not_equal(other, t.track);
    assert_ptr_equal(toc_tracks_find(&t.tracks, TOC_MODE_EXERCISE, TOC_STR("mike")), other);
    assert_null(toc_tracks_find(&t.tracks, TOC_MODE_TEST, TOC_STR("mike")));
    finish(&t);
}

static void there_are_so_many_and_no_more(void)
{
    struct tracked t;
    char name[16];
    begin(&t);
    for (int i = 1; i < TOC_TRACKS_MOST; i++) {
        (void)snprintf(name, sizeof name, "n%d", i);
        assert_non_null(
            toc_tracks_get(&t.tracks, TOC_MODE_ACTUAL, toc_str_of(name), toc_str_of(name)));
    }
    assert_null(toc_tracks_get(&t.tracks, TOC_MODE_ACTUAL, TOC_STR("one"), TOC_STR("one")));
    assert_non_null(toc_tracks_get(&t.tracks, TOC_MODE_ACTUAL, TOC_STR("mike"), TOC_STR("Mike")));
    finish(&t);
}

static void the_oldest_position_gives_way(void)
{
    struct tracked t;
    begin(&t);
    add(&t, 1000, "a", 1);
    t.tracks.positions = TOC_POSITIONS_MOST; /* As if others had them. */
    struct toc_fix more = position(&t, 2000, "b", 2);
    assert_false(toc_tracks_add(&t.tracks, t.track, &more));
    assert_int_equal(t.tracks.positions, TOC_POSITIONS_MOST);
    assert_at(&t, 1999, -1);
    assert_at(&t, 2000, 2);
    finish(&t);
}

static const struct track_case {
    const char *name;
    void (*test)(void);
} cases[] = {
    {"the newest by time is where it is", the_newest_by_time_is_where_it_is},
    {"of equal times the last by id", of_equal_times_the_last_by_id},
    {"a position holds as long as it is kept", a_position_holds_as_long_as_it_is_kept},
    {"it knows until when one more would be the newest",
     it_knows_until_when_one_more_would_be_the_newest},
    {"the disc grows by a centimetre a millisecond", the_disc_grows_by_a_centimetre_a_millisecond},
    {"whole millimetres of any speed", whole_millimetres_of_any_speed},
    {"what no event asks for is forgotten", what_no_event_asks_for_is_forgotten},
    {"a few at a time", a_few_at_a_time},
    {"modes are other places", modes_are_other_places},
    {"there are so many and no more", there_are_so_many_and_no_more},
    {"the oldest position gives way", the_oldest_position_gives_way},
};

static void runs(void **state)
{
    const struct track_case *c = *state;
    c->test();
}

UNIT_TABLE("engine/track", cases, runs)
