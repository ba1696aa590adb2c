#include "unit.h"

#include <stdio.h>

#include "base/mem.h"
#include "event/place.h"
#include "random.h"

static struct toc_point at(double lat_deg, double lon_deg)
{
    return (struct toc_point){.lat_deg = lat_deg, .lon_deg = lon_deg};
}

static struct toc_places *parse(const char *text)
{
    struct toc_diag *diag = toc_diag_create();
    struct toc_places *places;

    if (!toc_places_parse("p.geojson", toc_str_of(text), diag, &places)) {
        fail_msg("%s", toc_diag_get(diag, 0)->message.data);
    }
    toc_diag_destroy(diag);
    return places;
}

/* One place with the geometry @type, @coordinates. */
static struct toc_places *place(const char *type, const char *coordinates)
{
    struct toc_text text = {0};
    struct toc_places *places;

    toc_text_addf(&text,
                  "{\"type\":\"Feature\",\"properties\":{\"kind\":\"area\",\"name\":\"a\"},"
                  "\"geometry\":{\"type\":\"%s\",\"coordinates\":%s}}",
                  type, coordinates);
    places = parse(text.data);
    toc_text_finish(&text);
    return places;
}

static int64_t distance(const struct toc_places *places, double lat_deg, double lon_deg)
{
    return toc_places_distance_mm(places, 0, at(lat_deg, lon_deg));
}

/* The distance, but for an outline that is good to 10 mm. */
static void assert_about(int64_t mm, int64_t expected_mm)
{
    if (mm < expected_mm - 11 || mm > expected_mm + 11) {
        fail_msg("%lld is not about %lld", (long long)mm, (long long)expected_mm);
    }
}

static void circles(void)
{
    struct toc_places *places = parse(
        "{\"type\":\"Feature\",\"properties\":{\"kind\":\"camp\",\"name\":\"a\",\"radius_m\":300},"
        "\"geometry\":{\"type\":\"Point\",\"coordinates\":[180,0]}}");
    struct toc_point vague = at(0, -179.99);
    int64_t middle_mm = toc_geo_distance_mm(at(0, 180), vague);

    assert_int_equal(distance(places, 0, 180), 0);
    assert_int_equal(distance(places, 0, -179.998), 0);
    assert_int_equal(distance(places, 0, -179.99), middle_mm - 300000);
    vague.error_m = 0.0015; /* Half away from zero: 2 mm. */
    assert_int_equal(toc_places_distance_mm(places, 0, vague), middle_mm - 300002);
    vague.error_m = 1e300;
    assert_int_equal(toc_places_distance_mm(places, 0, vague), 0);
    assert_int_equal(distance(places, 0, 0), toc_geo_distance_mm(at(0, 0), at(0, 180)) - 300000);
    toc_places_destroy(places);
}

static void areas_and_holes(void)
{
    struct toc_places *places =
        place("MultiPolygon",
              "[[[[0,0],[1,0],[1,1],[0,1],[0,0]],[[0.4,0.4],[0.6,0.4],[0.6,0.6],[0.4,0.6],"
              "[0.4,0.4]]],[[[0.9,0.1],[2,0.1],[2,0.2],[0.9,0.2],[0.9,0.1]]]]");

    assert_int_equal(distance(places, 0.1, 0.1), 0);
    assert_int_equal(distance(places, 0.15, 0.95), 0); /* In both polygons: not in none. */
    assert_int_equal(distance(places, 0.15, 1.5), 0);
    assert_int_equal(distance(places, 0, 0.5), 0);
    assert_about(distance(places, 0.5, 0.45), toc_geo_distance_mm(at(0.5, 0.45), at(0.5, 0.4)));
    assert_about(distance(places, -0.001, 0.5), toc_geo_distance_mm(at(0, 0.5), at(-0.001, 0.5)));
    assert_about(distance(places, -1, -1), toc_geo_distance_mm(at(0, 0), at(-1, -1)));
    toc_places_destroy(places);
}

static void across_the_dateline(void)
{
    static const char *const squares[] = {
        "[[[179,-17],[-179,-17],[-179,-16],[179,-16],[179,-17]]]",
        "[[[-179,-17],[-179,-16],[179,-16],[179,-17],[-179,-17]]]",
    };

    for (size_t i = 0; i < UNIT_COUNT(squares); i++) {
        struct toc_places *places = place("Polygon", squares[i]);
        struct toc_point centre = toc_places_get(places, 0)->centre;
        uint32_t out;

        assert_int_equal(distance(places, -16.5, 180), 0);
        assert_int_equal(distance(places, -16.5, -180), 0);
        assert_int_equal(distance(places, -16.5, 179.01), 0);
        assert_int_equal(distance(places, -16.5, -179.01), 0);
        assert_about(distance(places, -16.5, 178.99),
                     toc_geo_distance_mm(at(-16.5, 178.99), at(-16.5, 179)));
        assert_true(distance(places, -16.5, 0) > INT64_C(10000000000));
        assert_true(fabs(centre.lon_deg) > 179);
        assert_int_equal(
            toc_places_near(places, TOC_STR("area"), -1, at(-16.5, -178.999), 200000, 1, &out), 1);
        toc_places_destroy(places);
    }
}

/* The cap north of 70 N as RFC 7946 draws it, and one that simply runs around. */
static void around_a_pole(void)
{
    static const char *const caps[] = {
        "[[[-180,70],[-90,70],[0,70],[90,70],[180,70],[180,90],[-180,90],[-180,70]]]",
        "[[[0,70],[90,70],[180,70],[-90,70],[0,70]]]",
    };

    for (size_t i = 0; i < UNIT_COUNT(caps); i++) {
        struct toc_places *places = place("Polygon", caps[i]);

        for (double lon = -180; lon <= 180; lon += 60) {
            assert_int_equal(distance(places, 71, lon), 0);
            assert_int_equal(distance(places, 70.0001, lon), 0);
            assert_about(distance(places, 69.9999, lon),
                         toc_geo_distance_mm(at(69.9999, lon), at(70, lon)));
            assert_about(distance(places, 60, lon), toc_geo_distance_mm(at(60, lon), at(70, lon)));
        }
        assert_int_equal(distance(places, 90, 12), 0);
        assert_about(distance(places, -90, 12), toc_geo_distance_mm(at(-90, 0), at(70, 0)));
        toc_places_destroy(places);
    }
}

static void lines_have_no_inside(void)
{
    struct toc_places *places = place("LineString", "[[0,16],[10,16],[10,17],[0,17],[0,16]]");
    struct toc_point centre = toc_places_get(places, 0)->centre;

    /* Along the parallel, as drawn: a great circle would pass 3 km to the north of it. */
    assert_true(distance(places, 16, 5) <= 11);
    assert_about(distance(places, 15.99, 5), toc_geo_distance_mm(at(15.99, 5), at(16, 5)));
    assert_about(distance(places, 16.5, 5), toc_geo_distance_mm(at(16.5, 5), at(16, 5)));
    assert_true(distance(places, centre.lat_deg, centre.lon_deg) <= 1);
    toc_places_destroy(places);
}

static void middles_lie_inside(void)
{
    static const char *const shapes[] = {
        "[[[0,0],[3,0],[3,3],[2,3],[2,1],[1,1],[1,3],[0,3],[0,0]]]", /* U */
        "[[[0,0],[1,0],[1,1],[0,1],[0,0]],[[0.1,0.1],[0.9,0.1],[0.9,0.9],[0.1,0.9],[0.1,0.1]]]",
        "[[[0,0],[0.00001,0],[0.00001,0.00001],[0,0.00001],[0,0]]]", /* A metre. */
        "[[[0,0],[1,0.001],[1,0.002],[0,0.001],[0,0]]]",             /* A sliver. */
    };

    for (size_t i = 0; i < UNIT_COUNT(shapes); i++) {
        struct toc_places *places = place("Polygon", shapes[i]);
        struct toc_point centre = toc_places_get(places, 0)->centre;

        assert_int_equal(distance(places, centre.lat_deg, centre.lon_deg), 0);
        toc_places_destroy(places);
    }
}

/* A star around a middle, its vertices (unwrapped) in @v. */
enum { STAR = 9 };
static struct toc_places *random_star(struct toc_point v[STAR + 1], double *out_scale_m)
{
    double lat = random_from(-80, 80), lon = random_from(-180, 180);
    double scale_m = pow(10, random_from(1, 5.7)), lat_scale = scale_m / 111000;
    struct toc_text text = {0};
    struct toc_places *places;

    lat = lat > 0 ? fmin(lat, 85 - lat_scale) : fmax(lat, lat_scale - 85);
    lon = random_bits() % 4 == 0 ? 180 - random_from(-1, 1) * lat_scale : lon;
    for (int i = 0; i < STAR; i++) {
        double turn = 6.283185307 * i / STAR, reach = random_from(0.2, 1) * lat_scale;

        v[i] = at(lat + reach * sin(turn), lon + reach * cos(turn) / cos(lat * 0.0174532925));
    }
    v[STAR] = v[0];
    toc_text_addf(&text, "[[");
    for (int i = 0; i <= STAR; i++) {
        toc_text_addf(&text, "%s[%.17g,%.17g]", i > 0 ? "," : "", remainder(v[i].lon_deg, 360),
                      v[i].lat_deg);
    }
    toc_text_addf(&text, "]]");
    places = place("Polygon", text.data);
    toc_text_finish(&text);
    *out_scale_m = scale_m;
    return places;
}

/* The same question answered the slow way: in longitude and latitude. */
static double slow_edge_m(struct toc_point p, struct toc_point a, struct toc_point b)
{
    double best = 0, best_m = INFINITY, step = 1.0 / 64;

    for (int round = 0; round < 8; round++, step /= 16) {
        double from = best - (round == 0 ? 0 : 16 * step), to = round == 0 ? 1 : best + 16 * step;

        for (double t = fmax(0, from); t <= fmin(1, to) + step / 2; t += step) {
            double u = fmin(t, 1);
            struct toc_point on = at(a.lat_deg + u * (b.lat_deg - a.lat_deg),
                                     remainder(a.lon_deg + u * (b.lon_deg - a.lon_deg), 360));
            double m = toc_geo_distance_m(p, on);

            if (m < best_m) {
                best_m = m;
                best = u;
            }
        }
    }
    return best_m;
}

static bool slow_is_inside(struct toc_point p, const struct toc_point v[STAR + 1])
{
    double lon = v[0].lon_deg + remainder(p.lon_deg - v[0].lon_deg, 360);
    bool is_inside = false;

    for (int i = 0; i < STAR; i++) {
        if ((v[i].lat_deg > p.lat_deg) != (v[i + 1].lat_deg > p.lat_deg) &&
            lon < v[i].lon_deg + (p.lat_deg - v[i].lat_deg) / (v[i + 1].lat_deg - v[i].lat_deg) *
                                     (v[i + 1].lon_deg - v[i].lon_deg)) {
            is_inside = !is_inside;
        }
    }
    return is_inside;
}

static void agrees_with_the_slow_way(void)
{
    int inside = 0, outside = 0;

    for (int i = 0; i < 150; i++) {
        struct toc_point v[STAR + 1];
        double scale_m;
        struct toc_places *places = random_star(v, &scale_m);

        for (int j = 0; j < 4; j++) {
            double off_deg = scale_m / 111000 * pow(10, random_from(-0.5, j == 3 ? 1.5 : 0.3));
            struct toc_point p =
                at(fmax(-89, fmin(89, v[0].lat_deg + random_from(-off_deg, off_deg))),
                   remainder(v[0].lon_deg + random_from(-off_deg, off_deg), 360));
            int64_t mm = toc_places_distance_mm(places, 0, p);
            double slow_m = INFINITY;

            for (int k = 0; k < STAR; k++) {
                slow_m = fmin(slow_m, slow_edge_m(p, v[k], v[k + 1]));
            }
            if (slow_is_inside(p, v)) {
                inside++;
                slow_m = 0;
            }
            outside += slow_m > 0;
            if (fabs((double)mm - slow_m * 1000) > 11) {
                fail_msg("%.9g %.9g to a star of %.0f m at %.9g %.9g: %lld mm, slowly %.3f mm",
                         p.lat_deg, p.lon_deg, scale_m, v[0].lat_deg, v[0].lon_deg, (long long)mm,
                         slow_m * 1000);
            }
        }
        toc_places_destroy(places);
    }
    assert_true(inside > 50 && outside > 50);
}

/* Many places of two kinds, points and squares, some at the dateline and the poles. */
static struct toc_places *many_places(int count)
{
    struct toc_text text = {0};
    struct toc_places *places;

    toc_text_addf(&text, "{\"type\":\"FeatureCollection\",\"features\":[");
    for (int i = 0; i < count; i++) {
        double lat = i % 10 == 0 ? 90 - random_from(0, 0.3) : random_from(-89, 88);
        double lon = i % 7 == 0 ? 180 - random_from(0, 0.3) : random_from(-180, 179);

        toc_text_addf(&text,
                      "%s{\"type\":\"Feature\",\"properties\":{\"kind\":\"%s\",\"name\":\"n%d\"",
                      i > 0 ? "," : "", i % 3 == 0 ? "camp" : "post", i);
        if (i % 60 == 1) { /* A road in zigzag. */
            toc_text_addf(&text,
                          "},\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[%.9g,%.9g]",
                          fmin(lon, 170), fmin(lat, 80));
            for (int j = 1; j < 100; j++) {
                toc_text_addf(&text, ",[%.9g,%.9g]", fmin(lon, 170) + 0.05 * j,
                              fmin(lat, 80) + 0.02 * (j % 3));
            }
            toc_text_addf(&text, "]}}");
        } else if (i % 5 == 0) {
            double half = i % 25 == 0 ? 0.5 : 0.01;

            lat = fmin(lat, 89);
            lon = fmin(lon, 179.4);
            toc_text_addf(
                &text,
                "},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[%.9g,%.9g],[%.9g,%.9g],"
                "[%.9g,%.9g],[%.9g,%.9g],[%.9g,%.9g]]]}}",
                lon, lat, lon + half, lat, lon + half, lat + half, lon, lat + half, lon, lat);
        } else {
            toc_text_addf(
                &text,
                ",\"radius_m\":%d},\"geometry\":{\"type\":\"Point\",\"coordinates\":[%.9g,%.9g]}}",
                i % 11 == 0 ? 300000 : i % 1000, lon, lat);
        }
    }
    toc_text_addf(&text, "]}");
    places = parse(text.data);
    toc_text_finish(&text);
    return places;
}

static void near_agrees_with_all_distances(void)
{
    enum { COUNT = 500, ROOM = 5 };
    struct toc_places *places = many_places(COUNT);
    size_t found = 0;

    for (int i = 0; i < 120; i++) {
        size_t by = i % 3 == 0 ? random_bits() % 8 * 60 + 1 : random_bits() % COUNT;
        struct toc_point p = toc_places_get(places, by)->centre;
        int64_t limit_mm = (int64_t)(pow(10, random_from(0, 10.3)));
        const char *kind = i % 2 == 0 ? "camp" : "POST";
        uint32_t all[COUNT], some[ROOM], expected[COUNT];
        size_t count = 0, got;

        p.lat_deg = fmax(-90, fmin(90, p.lat_deg + random_from(-0.5, 0.5)));
        p.lon_deg = remainder(p.lon_deg + random_from(-0.5, 0.5), 360);
        p.error_m = i % 4 == 0 ? random_from(0, 100000) : 0;
        for (uint32_t j = 0; j < COUNT; j++) {
            if (toc_places_get(places, j)->kind.data[0] == (i % 2 == 0 ? 'c' : 'p') &&
                toc_places_distance_mm(places, j, p) <= limit_mm) {
                expected[count++] = j;
            }
        }
        got = toc_places_near(places, toc_str_of(kind), -1, p, limit_mm, COUNT, all);
        assert_int_equal(got, count);
        for (size_t j = 0; j < count; j++) {
            assert_int_equal(all[j], expected[j]);
        }
        got = toc_places_near(places, toc_str_of(kind), -1, p, limit_mm, ROOM, some);
        assert_int_equal(got, count);
        for (size_t j = 0; j < count && j < ROOM; j++) {
            assert_int_equal(some[j], expected[j]);
        }
        assert_int_equal(toc_places_near(places, toc_str_of(kind), -1, p, limit_mm, 0, NULL),
                         count);
        found += count;
    }
    assert_true(found > 300);
    toc_places_destroy(places);
}

static void near_one_place(void)
{
    struct toc_places *places = place("Polygon", "[[[0,0],[1,0],[1,1],[0,1],[0,0]]]");
    int64_t mm = distance(places, 0.5, 1.01);
    struct toc_point p = at(0.5, 1.01);
    uint32_t out = 7;

    assert_int_equal(toc_places_near(places, TOC_STR(""), 0, p, mm - 1, 1, &out), 0);
    assert_int_equal(out, 7);
    assert_int_equal(toc_places_near(places, TOC_STR(""), 0, p, mm, 1, &out), 1);
    assert_int_equal(out, 0);
    assert_int_equal(toc_places_near(places, TOC_STR("area"), -1, p, mm - 1, 1, &out), 0);
    assert_int_equal(toc_places_near(places, TOC_STR("area"), -1, p, mm, 1, &out), 1);
    assert_int_equal(toc_places_near(places, TOC_STR("camp"), -1, p, mm, 1, &out), 0);
    assert_int_equal(toc_places_near(places, TOC_STR("area"), -1, p, INT64_MAX, 1, &out), 1);
    assert_int_equal(toc_places_near(places, TOC_STR("area"), -1, at(0.5, 0.5), -1, 1, &out), 0);
    assert_int_equal(toc_places_near(places, TOC_STR("area"), -1, at(0.5, 0.5), 0, 1, &out), 1);
    toc_places_destroy(places);
}

static void names_match(void)
{
    struct toc_places *places =
        parse("{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{"
              "\"kind\":"
              "\"Camp\",\"name\":\"T\xC3\xA9ssalit\",\"aliases\":[\"Tesalit "
              "Base\"]},\"geometry\":{\"type\":"
              "\"Point\",\"coordinates\":[1,20]}},{\"type\":\"Feature\",\"properties\":{\"kind\":"
              "\"route\","
              "\"name\":\"TESSALIT\"},\"geometry\":{\"type\":\"Point\",\"coordinates\":[1,20]}}]}");
    char longest[1000];

    memset(longest, 'a', sizeof longest);
    assert_string_equal(toc_places_get(places, 0)->name.data, "T\xC3\xA9ssalit");
    assert_string_equal(toc_places_get(places, 0)->id.data, "tessalit");
    assert_string_equal(toc_places_get(places, 0)->kind.data, "camp");
    assert_int_equal(toc_places_find(places, TOC_STR("camp"), TOC_STR("tessalit")), 0);
    assert_int_equal(toc_places_find(places, TOC_STR("CAMP"), TOC_STR("TE\xCC\x81SSALIT")), 0);
    assert_int_equal(toc_places_find(places, TOC_STR("camp"), TOC_STR("tesalit base")), 0);
    assert_int_equal(toc_places_find(places, TOC_STR("route"), TOC_STR("tessalit")), 1);
    assert_int_equal(toc_places_find(places, TOC_STR(""), TOC_STR("tessalit")), 0);
    assert_int_equal(toc_places_find(places, TOC_STR("route"), TOC_STR("tesalit base")), -1);
    assert_int_equal(toc_places_find(places, TOC_STR("base"), TOC_STR("tessalit")), -1);
    assert_int_equal(toc_places_find(places, TOC_STR(""), TOC_STR("Gao")), -1);
    assert_int_equal(toc_places_find(places, TOC_STR(""), TOC_STR("")), -1);
    assert_int_equal(toc_places_find(places, TOC_STR(""), (struct toc_str){longest, 1000}), -1);
    assert_true(toc_places_has_kind(places, TOC_STR("CaMp")));
    assert_false(toc_places_has_kind(places, TOC_STR("premises")));
    assert_false(toc_places_has_kind(places, TOC_STR("")));
    toc_places_destroy(places);
}

static void the_shipped_places_load(void)
{
    const char *source = getenv("TOCSIN_SOURCE_DIR");
    struct toc_diag *diag = toc_diag_create();
    struct toc_places *places;
    char path[1000];

    assert_non_null(source);
    (void)snprintf(path, sizeof path, "%s/rules/places", source);
    assert_true(toc_places_load(path, true, diag, &places));
    for (size_t i = 0; i < toc_places_count(places); i++) {
        assert_true(toc_places_distance_mm(places, i, toc_places_get(places, i)->centre) <= 1);
    }
    assert_true(toc_places_find(places, TOC_STR("camp"), TOC_STR("gao")) >= 0);
    toc_places_destroy(places);
    (void)snprintf(path, sizeof path, "%s/rules/no such folder", source);
    assert_true(toc_places_load(path, false, diag, &places));
    assert_int_equal(toc_places_count(places), 0);
    assert_int_equal(toc_places_find(places, TOC_STR("camp"), TOC_STR("gao")), -1);
    toc_places_destroy(places);
    assert_false(toc_places_load(path, true, diag, &places));
    assert_string_equal(toc_diag_get(diag, 0)->code, "E0201");
    toc_diag_destroy(diag);
}

static void too_many_points(void)
{
    struct toc_diag *diag = toc_diag_create();
    struct toc_text text = {0};
    struct toc_places *places;

    toc_text_addf(&text, "{\"type\":\"Feature\",\"properties\":{\"kind\":\"area\",\"name\":\"a\"},"
                         "\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[0,0]");
    for (int i = 0; i < 200000; i++) {
        toc_text_addf(&text, ",[%d,0.5]", i % 2);
    }
    toc_text_addf(&text, "]}}");
    assert_false(toc_places_parse("p", toc_text_str(&text), diag, &places));
    assert_string_equal(toc_diag_get(diag, 0)->code, "E0223");
    toc_text_finish(&text);
    toc_diag_destroy(diag);
}

static const struct distance_case {
    const char *name;
    void (*check)(void);
} cases[] = {
    {"a circle is measured exactly, the error of the point taken off", circles},
    {"polygons hold what their holes do not, each for itself", areas_and_holes},
    {"an area may lie across the dateline", across_the_dateline},
    {"an area may lie around a pole", around_a_pole},
    {"a line has no inside and runs as it is drawn", lines_have_no_inside},
    {"the middle lies inside, even of a U, a frame, a sliver", middles_lie_inside},
    {"any polygon agrees with the slow way to 11 mm", agrees_with_the_slow_way},
    {"near agrees with all distances, whatever the room", near_agrees_with_all_distances},
    {"near holds at its limit, not a millimetre below", near_one_place},
    {"names match by alias, without case or accents", names_match},
    {"the places we ship load, a missing folder only if it may be missing",
     the_shipped_places_load},
    {"an outline of more than 200,000 points is refused", too_many_points},
};

static void holds(void **state)
{
    ((const struct distance_case *)*state)->check();
}

UNIT_TABLE("event/distance", cases, holds)
