#include "unit.h"

#include <stdio.h>

#include "event/geo.h"
#include "random.h"

static struct toc_point at(double lat_deg, double lon_deg)
{
    return (struct toc_point){.lat_deg = lat_deg, .lon_deg = lon_deg};
}

/* Published or derived by definition: a degree of the equator is a * pi / 180; the quarter meridian
 * of WGS84 is 10,001,965.729 m; JFK to LHR is from the pages of GeodSolve(1). */
static void distances(void)
{
    assert_int_equal(toc_geo_distance_mm(at(0, 0), at(0, 1)), 111319491);
    assert_int_equal(toc_geo_distance_mm(at(0, 0), at(90, 0)), 10001965729);
    assert_int_equal(toc_geo_distance_mm(at(-90, 0), at(90, 123)), 20003931459);
    assert_int_equal(toc_geo_distance_mm(at(40.6, -73.8), at(51.6, -0.5)), 5551759400);
    assert_int_equal(toc_geo_distance_mm(at(16.27, -0.04), at(16.27, -0.04)), 0);
}

static void dateline_and_poles(void)
{
    assert_int_equal(toc_geo_distance_mm(at(0, 179.5), at(0, -179.5)), 111319491);
    assert_int_equal(toc_geo_distance_mm(at(-17, 180), at(-17, -180)), 0);
    assert_int_equal(toc_geo_distance_mm(at(90, 10), at(90, -170)), 0);
    assert_true(toc_geo_is_within(at(0, 179.999), at(0, -179.999), 222639));
    assert_false(toc_geo_is_within(at(0, 179.999), at(0, -179.999), 222638));
    assert_true(toc_geo_is_within(at(89.9999, 0), at(89.9999, 180), 22339));
    assert_false(toc_geo_is_within(at(89.9999, 0), at(89.9999, 180), 22338));
}

/* A point, and one at some distance of 1 mm to half the Earth; now and then at a pole, on the
 * equator, or at the dateline, and nearly opposite. */
static void random_pair(struct toc_point *a, struct toc_point *b)
{
    double scale_deg = pow(10, random_from(-8, 2.3));

    *a = at(random_from(-90, 90), random_from(-180, 180));
    switch (random_bits() % 8) {
    case 0:
        a->lat_deg = 90 - pow(10, random_from(-8, 0));
        break;
    case 1:
        a->lat_deg = -90;
        break;
    case 2:
        a->lat_deg = 0;
        break;
    case 3:
        a->lon_deg = 180 - pow(10, random_from(-8, 0));
        break;
    default:
        break;
    }
    *b = at(a->lat_deg + random_from(-scale_deg, scale_deg),
            remainder(a->lon_deg + random_from(-scale_deg, scale_deg), 360));
    if (random_bits() % 16 == 0) {
        *b = at(-a->lat_deg + random_from(-1, 1), remainder(a->lon_deg + 180, 360));
    }
    b->lat_deg = fmax(-90, fmin(90, b->lat_deg));
}

static void is_within_agrees(void)
{
    for (int i = 0; i < 100000; i++) {
        struct toc_point a, b;
        int64_t mm, limits[6];

        random_pair(&a, &b);
        mm = toc_geo_distance_mm(a, b);
        limits[0] = mm - 1;
        limits[1] = mm;
        limits[2] = mm + 1;
        limits[3] = (int64_t)((double)mm * random_from(0.99, 1.01));
        limits[4] = (int64_t)((double)mm * random_from(0, 2));
        limits[5] = 0;
        for (size_t j = 0; j < UNIT_COUNT(limits); j++) {
            if (toc_geo_is_within(a, b, limits[j]) != (mm <= limits[j])) {
                fail_msg("%.17g %.17g to %.17g %.17g is %lld mm: limit %lld", a.lat_deg, a.lon_deg,
                         b.lat_deg, b.lon_deg, (long long)mm, (long long)limits[j]);
            }
        }
    }
}

static void limits_at_the_ends(void)
{
    assert_false(toc_geo_is_within(at(1, 1), at(1, 1), -1));
    assert_true(toc_geo_is_within(at(1, 1), at(1, 1), 0));
    assert_false(toc_geo_is_within(at(1, 1), at(1.00001, 1), 0));
    assert_true(toc_geo_is_within(at(-90, 0), at(90, 0), INT64_MAX));
    assert_true(toc_geo_is_within(at(-90, 0), at(90, 0), 20003931459));
    assert_false(toc_geo_is_within(at(-90, 0), at(90, 0), 20003931458));
}

static void bearings(void)
{
    assert_true(toc_geo_bearing_deg(at(0, 0), at(1, 0)) == 0);
    assert_true(fabs(toc_geo_bearing_deg(at(0, 0), at(0, 1)) - 90) < 1e-9);
    assert_true(fabs(toc_geo_bearing_deg(at(0, 0), at(-1, 0)) - 180) < 1e-9);
    assert_true(fabs(toc_geo_bearing_deg(at(0, 0), at(0, -1)) - 270) < 1e-9);
    assert_true(fabs(toc_geo_bearing_deg(at(0, 179), at(0, -179)) - 90) < 1e-9);
    for (int i = 0; i < 10000; i++) {
        struct toc_point a, b;
        double bearing_deg;

        random_pair(&a, &b);
        bearing_deg = toc_geo_bearing_deg(a, b);
        assert_true(bearing_deg >= 0 && bearing_deg < 360);
    }
}

static void mgrs_there_and_back(void)
{
    for (int i = 0; i < 20000; i++) {
        struct toc_point a, b, back;
        char text[TOC_MGRS_TEXT];

        random_pair(&a, &b);
        toc_geo_format_mgrs(b, text);
        if (!toc_geo_parse_mgrs(toc_str_of(text), &back) ||
            toc_geo_distance_m(b, back) > back.error_m + 1e-3) {
            fail_msg("%.17g %.17g is \"%s\"", b.lat_deg, b.lon_deg, text);
        }
        assert_true(back.error_m > 0.70 && back.error_m < 0.72);
    }
}

static void mgrs_texts(void)
{
    static const struct {
        const char *text;
        double error_m; /* 0: not MGRS. */
    } texts[] = {
        {"30QZD1587801270", 0.707},
        {"30Q ZD 15878 01270", 0.707},
        {"30qzd1587801270", 0.707},
        {"30QZD15870127", 7.07},
        {"30QZD158012", 70.7},
        {"30QZD1501", 707},
        {"30QZD10", 7071},
        {"30QZD", 70710},
        {"ZAH0000000000", 0.711},
        {"30Q", 0},
        {"30", 0},
        {"", 0},
        {"   ", 0},
        {"INV", 0},
        {"INVALID", 0},
        {"30QZD1", 0},
        {"30QZD158780127", 0},
        {"30QZD158780012700", 0},
        {"61QZD10", 0},
        {"00QZD10", 0},
        {"30IZD10", 0},
        {"30QIO10", 0},
        {"30QZDxx", 0},
        {"30QZD1\n0", 0},
        {"-0.04 16.27", 0},
        {"30QZD15878012700000000000000000000000000000000000000", 0},
    };

    for (size_t i = 0; i < UNIT_COUNT(texts); i++) {
        struct toc_point point = at(7, 7);
        bool is_mgrs = toc_geo_parse_mgrs(toc_str_of(texts[i].text), &point);

        if (is_mgrs != (texts[i].error_m > 0)) {
            fail_msg("\"%s\" is %d", texts[i].text, is_mgrs);
        }
        if (is_mgrs) {
            assert_true(fabs(point.error_m / texts[i].error_m - 1) < 0.002);
        } else {
            assert_true(point.lat_deg == 7);
        }
    }
    assert_false(toc_geo_parse_mgrs((struct toc_str){"30QZD1\0", 7}, &(struct toc_point){0}));
}

/* The centre of a 10 km cell is at most error_m from each of its corners. */
static void mgrs_covers_its_cell(void)
{
    static const char *const corners[] = {"30QZD1000000000", "30QZD1999900000", "30QZD1000009999",
                                          "30QZD1999909999"};
    struct toc_point cell, corner;

    assert_true(toc_geo_parse_mgrs(TOC_STR("30QZD10"), &cell));
    for (size_t i = 0; i < 4; i++) {
        assert_true(toc_geo_parse_mgrs(toc_str_of(corners[i]), &corner));
        assert_true(toc_geo_distance_m(cell, corner) <= cell.error_m * 1.0005);
        assert_true(toc_geo_distance_m(cell, corner) > cell.error_m * 0.999);
    }
}

static void vectors_there_and_back(void)
{
    for (int i = 0; i < 20000; i++) {
        struct toc_point a, b;

        random_pair(&a, &b);
        assert_true(toc_geo_distance_m(a, toc_geo_from_vector(toc_geo_to_vector(a))) < 1e-7);
    }
}

static const struct geo_case {
    const char *name;
    void (*check)(void);
} cases[] = {
    {"distances agree with published ones to the millimetre", distances},
    {"neither dateline nor pole is a border", dateline_and_poles},
    {"within agrees with the distance for any pair and limit", is_within_agrees},
    {"within holds at its limit and not below, not below zero", limits_at_the_ends},
    {"bearings are clockwise from north, below 360", bearings},
    {"a point written as MGRS is read back within its cell", mgrs_there_and_back},
    {"MGRS is read at any precision, and nothing else is", mgrs_texts},
    {"the error of an MGRS cell reaches its corners", mgrs_covers_its_cell},
    {"vectors lead back to their point", vectors_there_and_back},
};

static void holds(void **state)
{
    ((const struct geo_case *)*state)->check();
}

UNIT_TABLE("event/geo", cases, holds)
