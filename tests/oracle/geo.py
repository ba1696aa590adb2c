"""Distances for the oracle: geodesic on WGS84, whole millimetres (PyPI `geographiclib`)."""

import math

from geographiclib.geodesic import Geodesic

WGS84 = Geodesic.WGS84
GOLDEN = (math.sqrt(5) - 1) / 2
_near = {}


def metres(a, b):
    """Geodesic metres between the points (lat, lon, ...) @a and @b."""
    key = (a[0], a[1], b[0], b[1])
    if key not in _near:
        if len(_near) > 1_000_000:
            _near.clear()
        _near[key] = WGS84.Inverse(*key, Geodesic.DISTANCE)["s12"]
    return _near[key]


def to_mm(value_m):
    """Whole millimetres, half away from zero."""
    return math.floor(value_m * 1000 + 0.5)


def distance_mm(a, b):
    return to_mm(metres(a, b))


def go(point, azimuth_deg, distance_m):
    """The point @distance_m away from @point in the direction @azimuth_deg."""
    there = WGS84.Direct(point[0], point[1], azimuth_deg, distance_m)
    return (there["lat2"], there["lon2"])


def _unwrap(lon, near):
    """@lon turned by whole circles until it is within half a circle of @near."""
    return lon - 360 * round((lon - near) / 360)


def _inside_ring(ring, point):
    inside = False
    lat, lon = point[0], point[1]
    for (lon1, lat1), (lon2, lat2) in zip(ring, ring[1:]):
        lon1 = _unwrap(lon1, lon)
        lon2 = _unwrap(lon2, lon1)
        if (lat1 > lat) != (lat2 > lat):
            if lon < lon1 + (lat - lat1) * (lon2 - lon1) / (lat2 - lat1):
                inside = not inside
    return inside


def inside_polygon(rings, point):
    """Within the outer ring and in none of the holes; edges are straight in longitude and latitude
    (RFC 7946, 3.1.1)."""
    return _inside_ring(rings[0], point) and not any(_inside_ring(r, point) for r in rings[1:])


def line_metres(line, point):
    """Metres from @point to the nearest point of the line through the (lon, lat) of @line."""
    edges = []
    for (lon1, lat1), (lon2, lat2) in zip(line, line[1:]):
        lon1 = _unwrap(lon1, point[1])
        edges.append(((lat1, lon1), (lat2, _unwrap(lon2, lon1))))
    ends = [(metres(point, a), metres(point, b)) for a, b in edges]
    best = min(min(pair) for pair in ends)
    for (a, b), (to_a, to_b) in zip(edges, ends):
        if (to_a + to_b - metres(a, b)) / 2 < best:  # Else none of its points is nearer.
            best = min(best, _edge_metres(a, b, point))
    return best


def _edge_metres(a, b, point):
    """By golden section: the distance to a short straight edge has one dip."""
    def at(part):
        return metres(point, (a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1])))

    low, high = 0.0, 1.0
    left, right = 1 - GOLDEN, GOLDEN
    at_left, at_right = at(left), at(right)
    for _ in range(60):
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - GOLDEN * (high - low)
            at_left = at(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + GOLDEN * (high - low)
            at_right = at(right)
    return at((low + high) / 2)
