"""How high the sun stands: the low-precision formula of the Astronomical Almanac, as rules/README.md
("hours") gives it."""

import math

NOON_2000_MS = 946728000000  # 2000-01-01T12:00:00Z
HORIZON = -833000  # Millionths of a degree: the upper rim, bent by the air, on the horizon.


def elevation(at_ms, point):
    """Of the sun's centre at @point (lat, lon, ...), in whole millionths of a degree, half away from
    zero."""
    n = (at_ms - NOON_2000_MS) / 86_400_000
    mean = 280.460 + 0.9856474 * n
    g = math.radians(357.528 + 0.9856003 * n)
    lam = math.radians(mean + 1.915 * math.sin(g) + 0.020 * math.sin(2 * g))
    eps = math.radians(23.439 - 0.0000004 * n)
    sin_dec = math.sin(eps) * math.sin(lam)
    ra = math.degrees(math.atan2(math.cos(eps) * math.sin(lam), math.cos(lam)))
    h = math.radians(280.46061837 + 360.98564736629 * n + point[1] - ra)
    lat = math.radians(point[0])
    sin_el = math.sin(lat) * sin_dec + math.cos(lat) * math.cos(math.asin(sin_dec)) * math.cos(h)
    degrees = math.degrees(math.asin(max(-1.0, min(1.0, sin_el)))) * 1e6
    return int(math.copysign(math.floor(abs(degrees) + 0.5), degrees))


def is_day(at_ms, point):
    return elevation(at_ms, point) >= HORIZON
