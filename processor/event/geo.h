/* event/geo.h - where on Earth: points, geodesic distance, MGRS.
 * GeographicLib (Karney 2013, "Algorithms for geodesics") behind a C interface. WGS84, degrees.
 * Distances are whole millimetres, so that two hosts decide alike. Threads: any.
 * Points must lie within the ranges below (asserted): whoever decodes has refused others. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

#ifdef __cplusplus
extern "C" {
#endif

struct toc_point {
    double lat_deg; /* -90..90 */
    double lon_deg; /* -180..180 */
    double error_m; /* Circular error, >= 0; 0 = not given. */
    int32_t alt_mm; /* If has_alt: height above the ellipsoid. Distances do not look at it. */
    bool has_alt;
};
enum { TOC_ALT_MIN_M = -500, TOC_ALT_MAX_M = 100000 };
/* Take @alt_m as the height of @point, to the millimetre. False: out of range, @point as it was. */
bool toc_point_set_alt(struct toc_point *point, double alt_m);

/* Where something is, as far as it is known; without the error. */
struct toc_position {
    double lat_deg, lon_deg;
    int32_t alt_mm; /* If has_alt. */
    bool has_point, has_alt;
};
static inline struct toc_point toc_position_point(const struct toc_position *position)
{
    struct toc_point point = {position->lat_deg, position->lon_deg, 0, position->alt_mm,
                              position->has_alt};

    return point;
}

/* Geodesic distance of @a and @b, rounded to the millimetre; errors are not looked at. */
int64_t toc_geo_distance_mm(struct toc_point a, struct toc_point b);
/* The same before rounding, to some nanometres: for geometry, not for decisions. */
double toc_geo_distance_m(struct toc_point a, struct toc_point b);
/* The point of the ellipsoid in metres from the Earth's centre: x to 0 N 0 E, y to 0 N 90 E, z to
 * the north pole. And back, from any vector but zero: where its ray leaves the Earth. */
struct toc_vector {
    double x, y, z;
};
struct toc_vector toc_geo_to_vector(struct toc_point point);
struct toc_point toc_geo_from_vector(struct toc_vector vector);
/* distance <= @limit_mm; the same answer as the exact distance, mostly without computing it. */
bool toc_geo_is_within(struct toc_point a, struct toc_point b, int64_t limit_mm);
/* Azimuth at @from towards @to, degrees clockwise from north, [0, 360). */
double toc_geo_bearing_deg(struct toc_point from, struct toc_point to);
/* Text such as "30QYD1234567890", spaces allowed, any precision of 100 km to 1 m. The point is the
 * centre of the cell, error_m the distance from there to its corner. */
bool toc_geo_parse_mgrs(struct toc_str text, struct toc_point *out);
enum { TOC_MGRS_TEXT = 24 };
/* 10-digit MGRS (1 m) of @point, NUL-terminated. */
void toc_geo_format_mgrs(struct toc_point point, char out[TOC_MGRS_TEXT]);

#ifdef __cplusplus
}
#endif
