#include "event/geo.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include <GeographicLib/Geodesic.hpp>
#include <GeographicLib/MGRS.hpp>
#include <GeographicLib/UTMUPS.hpp>

#include "base/assert.h"

using GeographicLib::Geodesic;

namespace
{

constexpr double degree = 3.14159265358979323846 / 180;
constexpr double axis_m = 6378137;                             /* WGS84: equatorial radius a, */
constexpr double flattening = 1 / 298.257223563;               /* f, */
constexpr double eccentricity = flattening * (2 - flattening); /* e squared. */
/* The least radius of curvature of any normal section: of the meridian at the equator, b^2 / a. */
constexpr double least_radius_m = axis_m * (1 - flattening) * (1 - flattening);
constexpr double slack_m = 2e-6; /* Far more than chord and geodesic err (some 10 nm). */
constexpr double chords_to_m = 5e6;

bool is_sound(toc_point point)
{
    return std::fabs(point.lat_deg) <= 90 && std::fabs(point.lon_deg) <= 180;
}

double chord_m(toc_point a, toc_point b)
{
    toc_vector p = toc_geo_to_vector(a), q = toc_geo_to_vector(b);
    double x = p.x - q.x, y = p.y - q.y, z = p.z - q.z;

    return std::sqrt(x * x + y * y + z * z);
}

} // namespace

toc_vector toc_geo_to_vector(toc_point point)
{
    double lat = point.lat_deg * degree, lon = point.lon_deg * degree;
    double sine = std::sin(lat), cosine = std::cos(lat);
    double normal_m = axis_m / std::sqrt(1 - eccentricity * sine * sine);

    return {normal_m * cosine * std::cos(lon), normal_m * cosine * std::sin(lon),
            normal_m * (1 - eccentricity) * sine};
}

toc_point toc_geo_from_vector(toc_vector vector)
{
    double across = std::hypot(vector.x, vector.y);

    toc_point point = {};

    point.lat_deg = std::atan2(vector.z, (1 - eccentricity) * across) / degree;
    point.lon_deg = std::atan2(vector.y, vector.x) / degree;
    return point;
}

double toc_geo_distance_m(toc_point a, toc_point b)
{
    double distance_m = 0;

    toc_assert(is_sound(a) && is_sound(b));
    Geodesic::WGS84().Inverse(a.lat_deg, a.lon_deg, b.lat_deg, b.lon_deg, distance_m);
    return distance_m;
}

bool toc_point_set_alt(toc_point *point, double alt_m)
{
    if (!(alt_m >= double{TOC_ALT_MIN_M} && alt_m <= double{TOC_ALT_MAX_M})) {
        return false;
    }
    point->alt_mm = static_cast<int32_t>(std::lround(alt_m * 1000));
    point->has_alt = true;
    return true;
}

int64_t toc_geo_distance_mm(toc_point a, toc_point b)
{
    return std::llround(toc_geo_distance_m(a, b) * 1000);
}

/* Three bounds settle nearly every question without the geodesic:
 * - between two parallels it is at least as far as along a meridian, whose radius is never less
 *   than least_radius_m =: r;
 * - a chord through the Earth is no longer than the geodesic;
 * - a geodesic bends no more than 1 / r, so (Schur's comparison theorem) its chord is no shorter
 *   than that of as long an arc of radius r: if chord <= 2 r sin(limit / 2r), it is within limit.
 * The last two leave a band of limit^3 / (24 r^2): 1 mm at 10 km. */
bool toc_geo_is_within(toc_point a, toc_point b, int64_t limit_mm)
{
    double limit_m, direct_m;

    toc_assert(is_sound(a) && is_sound(b));
    if (limit_mm < 0) {
        return false;
    }
    limit_m = (static_cast<double>(limit_mm) + 0.5) / 1000; /* What still rounds to the limit. */
    if (std::fabs(a.lat_deg - b.lat_deg) * degree * least_radius_m > limit_m + slack_m) {
        return false;
    }
    direct_m = chord_m(a, b);
    if (direct_m > limit_m + slack_m) {
        return false;
    }
    if (limit_m < chords_to_m &&
        direct_m < 2 * least_radius_m * std::sin(limit_m / (2 * least_radius_m)) - slack_m) {
        return true;
    }
    return toc_geo_distance_mm(a, b) <= limit_mm;
}

double toc_geo_bearing_deg(toc_point from, toc_point to)
{
    double at_from = 0, at_to = 0;

    toc_assert(is_sound(from) && is_sound(to));
    Geodesic::WGS84().Inverse(from.lat_deg, from.lon_deg, to.lat_deg, to.lon_deg, at_from, at_to);
    at_from = at_from < 0 ? at_from + 360 : at_from;
    return at_from < 360 ? at_from : 0; /* -1e-20 + 360 is 360. */
}

bool toc_geo_parse_mgrs(toc_str text, toc_point *out)
{
    constexpr std::size_t longest = 15; /* 2 zone, 1 band, 2 square, 10 digits. */
    char packed[longest + 1];
    std::size_t size = 0;

    for (std::size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        bool is_fit = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');

        if (c == ' ') {
            continue;
        }
        if (!is_fit || size == longest) {
            return false;
        }
        packed[size++] = c;
    }
    if (size < 4 || text.size > 4 * longest) { /* "INV" is an invalid point to GeographicLib. */
        return false;
    }
    try {
        int zone = 0, precision = 0;
        bool is_north = false;
        double x = 0, y = 0, lat = 0, lon = 0, convergence = 0, scale = 1;

        GeographicLib::MGRS::Reverse(std::string(packed, size), zone, is_north, x, y, precision);
        if (precision < 0 || precision > 5) {
            return false; /* A whole grid zone is no place. */
        }
        GeographicLib::UTMUPS::Reverse(zone, is_north, x, y, lat, lon, convergence, scale);
        if (!(std::fabs(lat) <= 90) || !(std::fabs(lon) <= 180)) {
            return false;
        }
        *out = toc_point{};
        out->lat_deg = lat;
        out->lon_deg = lon;
        out->error_m = std::pow(10, 5 - precision) / 2 * std::sqrt(2.0) / scale;
        return true;
    } catch (const GeographicLib::GeographicErr &) {
        return false;
    }
}

void toc_geo_format_mgrs(toc_point point, char out[TOC_MGRS_TEXT])
{
    std::string text;

    toc_assert(is_sound(point));
    try {
        int zone = 0;
        bool is_north = false;
        double x = 0, y = 0;

        GeographicLib::UTMUPS::Forward(point.lat_deg, point.lon_deg, zone, is_north, x, y);
        GeographicLib::MGRS::Forward(zone, is_north, x, y, point.lat_deg, 5, text);
    } catch (const GeographicLib::GeographicErr &) {
        text.clear(); /* Every sound point has one; an empty text would show that one has not. */
    }
    std::size_t size = std::min<std::size_t>(text.size(), TOC_MGRS_TEXT - 1);
    std::memcpy(out, text.data(), size);
    out[size] = '\0';
}
