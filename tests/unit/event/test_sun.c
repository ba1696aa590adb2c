/* Where the sun stands, against what almanacs say. */
#include "unit.h"

#include "base/instant.h"
#include "event/sun.h"

static int64_t elevation(double lat, double lon, const char *when)
{
    int64_t at_ms;

    assert_true(toc_instant_parse(toc_str_of(when), &at_ms));
    return toc_sun_elevation_udeg((struct toc_point){.lat_deg = lat, .lon_deg = lon}, at_ms);
}

/* @expected in degrees, from tables and noon geometry; the formula is good to about 0.01. */
static void near_to(int64_t udeg, double expected)
{
    double off = (double)udeg / 1e6 - expected;

    if (off > 0.03 || off < -0.03) {
        fail_msg("%f instead of %f", (double)udeg / 1e6, expected);
    }
}

static void stands_overhead_at_the_equator_in_march(void **state)
{
    (void)state; /* Equinox 2026-03-20 14:46 UTC; true noon at 0 E is 12:07:30. */
    near_to(elevation(0, 0, "2026-03-20T12:07:30Z"), 89.95);
    near_to(elevation(0, 180, "2026-03-20T12:07:30Z"), -89.95);
}

static void circles_at_the_pole_in_june(void **state)
{
    (void)state; /* Solstice: as high as the axis is tilted, all day. */
    near_to(elevation(90, 0, "2026-06-21T08:24:00Z"), 23.44);
    near_to(elevation(90, 77, "2026-06-21T20:00:00Z"), 23.44);
    near_to(elevation(-90, 0, "2026-06-21T08:24:00Z"), -23.44);
}

static void rises_and_sets_in_greenwich(void **state)
{
    (void)state; /* Royal Observatory, 51.4779 N 0 E: HM Nautical Almanac Office, 2026. */
    assert_true(elevation(51.4779, 0, "2026-06-21T03:42:00Z") < TOC_SUN_RISEN_UDEG);
    assert_true(elevation(51.4779, 0, "2026-06-21T03:45:00Z") > TOC_SUN_RISEN_UDEG);
    assert_true(elevation(51.4779, 0, "2026-06-21T20:20:00Z") > TOC_SUN_RISEN_UDEG);
    assert_true(elevation(51.4779, 0, "2026-06-21T20:23:00Z") < TOC_SUN_RISEN_UDEG);
}

static void is_the_same_day_either_side_of_the_dateline(void **state)
{
    (void)state;
    int64_t east = elevation(-17, 180, "2026-01-10T00:00:00Z");
    int64_t west = elevation(-17, -180, "2026-01-10T00:00:00Z");
    assert_int_equal(east, west);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stands_overhead_at_the_equator_in_march),
        cmocka_unit_test(circles_at_the_pole_in_june),
        cmocka_unit_test(rises_and_sets_in_greenwich),
        cmocka_unit_test(is_the_same_day_either_side_of_the_dateline),
    };
    return cmocka_run_group_tests_name("event/sun", tests, NULL, NULL);
}
