#include "event/sun.h"

#include <math.h>

#define DEGREE   (3.14159265358979323846 / 180)
#define J2000_MS INT64_C(946728000000) /* 2000-01-01T12:00:00Z */

int64_t toc_sun_elevation_udeg(struct toc_point point, int64_t at_ms)
{
    double n = (double)(at_ms - J2000_MS) / 86400000;
    double mean = 280.460 + 0.9856474 * n;
    double g = (357.528 + 0.9856003 * n) * DEGREE;
    double lambda = (mean + 1.915 * sin(g) + 0.020 * sin(2 * g)) * DEGREE;
    double eps = (23.439 - 0.0000004 * n) * DEGREE;
    double sin_dec = sin(eps) * sin(lambda);
    double ra = atan2(cos(eps) * sin(lambda), cos(lambda)) / DEGREE;
    double h = fmod(280.46061837 + 360.98564736629 * n + point.lon_deg - ra, 360) * DEGREE;
    double lat = point.lat_deg * DEGREE;
    double sine = sin(lat) * sin_dec + cos(lat) * sqrt(1 - sin_dec * sin_dec) * cos(h);

    sine = sine > 1 ? 1 : sine < -1 ? -1 : sine;
    return llround(asin(sine) / DEGREE * 1e6);
}
