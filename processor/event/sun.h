/* event/sun.h - how high the sun stands somewhere, at some time.
 * Low-precision formula of the Astronomical Almanac (about 0.01 degree from 1950 to 2050); of its
 * centre, without refraction. rules/README.md, "hours". Pure; any thread. */
#pragma once
#include "event/geo.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Elevation in millionths of a degree, rounded. */
int64_t toc_sun_elevation_udeg(struct toc_point point, int64_t at_ms);
/* Sunrise and sunset: its upper rim at the horizon, refraction taken in. */
#define TOC_SUN_RISEN_UDEG INT64_C(-833000)

#ifdef __cplusplus
}
#endif
