"""The world of the random rules, and random streams made to collide: few keys, equal times, repeats,
refused lines, missing fields; times exactly on, one millisecond before and one after what the rules
ask; points exactly at their distances and a millimetre beyond, over the dateline and at a pole."""

import json
import random

import geo
import sun
from world import format_time, parse_time

BEGIN = parse_time("2026-01-01T00:00:00Z")
DAY = 86_400_000
LIMIT_M = 100  # The distance of every pairwise `near`.
TYPES = ("x.a", "x.b", "x.c", "y.d")
POSITIONS = "z.pos"  # Says where a car is.
ANCHORS = [(10.0, 20.0), (0.0, 179.9999), (89.9995, 0.0), (-45.0, -180.0)]
PLACES = [  # Name, where, radius in metres, threshold, offset.
    ("Alpha", ANCHORS[0], 50, 2, "+02:00"), ("Brávo", geo.go(ANCHORS[0], 90, 220), 0, 1, "-03:30"),
    ("Dateline", ANCHORS[1], 25, 3, "+12:00"), ("Pole", (90.0, 0.0), 10, 1.5, "+00:00")]
FENCE = [[20.01, 10.0], [20.02, 10.0], [20.02, 10.01], [20.015, 10.002], [20.01, 10.01], [20.01, 10.0]]
LISTS = {
    "few": [1, 2], "sites": ["A", "C"],
    "limits": [{"site": "A", "threshold": 2}, {"site": "a", "threshold": 1}, {"site": "B", "threshold": 1}],
    "unit-limits": [{"unit": 1, "threshold": 2.5}],
}


def type_documents(with_movers=True):
    fields = {
        "v": {"type": "number", "range": ["-100", "100"]},
        "w": {"type": "number", "range": ["0", "100"]},
        "k": {"type": "number"},
        "n": {"type": "integer"},
        "s": {"type": "text"},
        "c": {"type": "text"},
        "site": {"type": "text"},
        "unit": {"type": "integer"},
        "l": {"type": "list", "values": ["red", "green", "blue"]},
        "b": {"type": "bool"},
        "since": {"type": "time"},
        "pos": {"type": "place"},
        "must": {"type": "text", "required": "true"},
    }
    made = [{"type": name, "title": name, "location": "pos", "fields": fields} for name in TYPES]
    needed = {n: dict(fields[n], required="true") for n in ("c", "pos")}
    positions = dict(made[0], type=POSITIONS, fields=dict(fields, **needed))
    return made + [dict(positions, place=MOVER) if with_movers else positions]


MOVER = {"kind": "car", "name": "c", "speed": "20 m/s", "keep": "5s"}


def place_documents():
    features = []
    for name, (lat, lon), radius, threshold, offset in PLACES:
        features.append({
            "type": "Feature",
            "properties": {"kind": "camp", "name": name, "radius_m": radius, "threshold": threshold,
                           "utc_offset": offset},
            "geometry": {"type": "Point", "coordinates": [lon, lat]}})
    features.append({
        "type": "Feature",
        "properties": {"kind": "camp", "name": "Fence", "threshold": 2, "utc_offset": "+05:45"},
        "geometry": {"type": "Polygon", "coordinates": [FENCE]}})
    return {"type": "FeatureCollection", "features": features}


class Setting:
    """When a stream is, and its grid: begin, length, step and lateness in milliseconds. At @turn (the
    middle) the sun rises or sets at the first anchor, or a minute begins."""

    def __init__(self, r, span_ms, step_ms=500, lateness_ms=4000):
        self.span_ms, self.step_ms, self.lateness_ms = span_ms, step_ms, lateness_ms
        turns = [BEGIN, BEGIN + DAY // 3, *sun_turns()] if step_ms == 500 else [BEGIN + span_ms // 2]
        self.turn = r.choice(turns)
        self.begin = self.turn - span_ms // 2 // step_ms * step_ms

    def minute(self, offset_minutes, later=0):
        """The time of day ("08:00") of the whole minute next to the middle, so many minutes later."""
        at = round(self.turn / 60_000) + offset_minutes + later
        return f"{at // 60 % 24:02d}:{at % 60:02d}"


def sun_turns(known=[]):  # pylint: disable=dangerous-default-value
    """The first millisecond of a day and of a night at the first anchor."""
    for low, high in [] if known else [(0, DAY // 2), (DAY // 2, DAY)]:
        low, high = BEGIN + low, BEGIN + high
        before = sun.is_day(low, ANCHORS[0])
        while high - low > 1:
            middle = (low + high) // 2
            if sun.is_day(middle, ANCHORS[0]) == before:
                low = middle
            else:
                high = middle
        known.append(high)
    return known


def some_point(r):
    where = r.random()
    if where < 0.08:
        return {"lat": 10.001, "lon": 20.0101}  # Inside the fence.
    if where < 0.16:
        return {"lat": 10.008, "lon": 20.015}   # Between its horns, some 300 m outside.
    lat, lon = r.choice(ANCHORS if r.random() < 0.3 else ANCHORS[:1])
    exact = r.choice([0, 0, LIMIT_M, LIMIT_M + 0.0008, LIMIT_M - 0.0008, 60, 110, 110.0008, 150, 150.0008,
                      149.9992, 170, 170.0008])
    lat, lon = geo.go((lat, lon), r.choice([0, 90, 90, 180, 270, 33]), exact) if exact else (lat, lon)
    point = {"lat": lat, "lon": lon}
    if r.random() < 0.1:
        point["error_m"] = 20
    if r.random() < 0.4:
        point["alt_m"] = r.choice([120, 119.999, 120.0004, 40, -500, -500.001, 100_000.5, "high"])
    return point


CHOICES = {
    "v": [-1.5, 0, 1, 2, 0.1, 0.2, 0.3, 2.5, -0.1, 1.999999], "w": [0, 1, 2, 0.1, 0.7, 3],
    "k": [1, 1, 2, 0.5, 0, 2499, 1666, -1],
    "n": [1, 2, 3], "s": ["ab", "Ab", "cab", "x", "STRASSE", "straße"],
    "c": ["p", "P", "q", "r"], "site": ["A", "a", "A", "B"], "unit": [1, 1, 2],
    "l": [["red"], ["Red", "green"], ["blue", "green"], []], "b": [True, True, False],
}


def some_fields(r):
    data = {"must": "yes"}
    for name, values in CHOICES.items():
        if r.random() < 0.9:
            data[name] = r.choice(values)
    if r.random() < 0.9:
        data["pos"] = some_point(r)
    return data


def some_position(r):
    """The fields of a car that says where it is: mostly where others are measured from."""
    data = dict(some_fields(r), c=r.choice(["p", "P", "Q", "q"]))
    lat, lon = ANCHORS[0]
    if r.random() < 0.7:
        data["pos"] = r.choice([{"lat": lat, "lon": lon}, {"lat": lat, "lon": lon, "error_m": 10}])
    return data


def some_events(r, count, setting, is_moving=False):
    """Records in order of time. Every time is on the grid, or a millisecond beside. With many positions if
    @is_moving."""
    events = []
    for i in range(count):
        at = setting.begin + setting.step_ms * r.randint(0, setting.span_ms // setting.step_ms)
        at = setting.turn if r.random() < 0.08 else at
        at += r.choice([0, 0, 0, 0, -1, 1])
        is_position = is_moving and r.random() < 0.35
        data = some_position(r) if is_position else some_fields(r)
        if r.random() < 0.4:
            data["since"] = format_time(at - r.choice([0, 1, 500, 1000, 1999, 2000, 2001, -1000]))
        record = {"specversion": "1.0", "id": f"e{i}", "source": r.choice(["/s/1", "/s/2"]),
                  "type": POSITIONS if is_position else r.choice(TYPES + (POSITIONS,)), "time": format_time(at), "data": data}
        if r.random() < 0.8:
            record["subject"] = r.choice(["u", "U", "w"])
        if r.random() < 0.08:
            record["mode"] = r.choice(["exercise", "test", "actual"])
        events.append(record)
    events.sort(key=lambda e: e["time"])
    lines = []
    for record in events:
        lines.append(json.dumps(record, ensure_ascii=r.random() < 0.5))
        if r.random() < 0.04:  # The same again, or the same identity with other words.
            lines.append(json.dumps(dict(record, data=some_fields(r)) if r.random() < 0.3 else record))
        if r.random() < 0.03:  # Refused.
            wrong = dict(record, id=record["id"] + "x")
            wrong.update(r.choice([{"type": "x.unknown"}, {"data": {}}, {"time": "yesterday"}, {"id": 7}]))
            lines.append(json.dumps(wrong))
    return lines


def line_time(line):
    try:
        return parse_time(json.loads(line)["time"]) or 0
    except (ValueError, KeyError):
        return 0


def shuffled(r, lines, lateness_ms):
    """@lines in another order, none more than @lateness_ms behind the newest before it. Of those with one
    identity the first stays first: it is the one that counts."""
    order = sorted((line_time(line) + r.uniform(0, lateness_ms), i) for i, line in enumerate(lines))
    same = {}
    for i, line in enumerate(lines):
        same.setdefault(str(json.loads(line).get("id")), []).append(i)
    return [lines[same[str(json.loads(lines[i]).get("id"))].pop(0)] for _, i in order]


def one_each(lines):
    """Without repeats, whose first is another in another order."""
    return list({json.loads(line).get("id"): line for line in lines}.values())


if __name__ == "__main__":
    print(*some_events(random.Random(1), 5, Setting(random.Random(1), 25_000)), sep="\n")
