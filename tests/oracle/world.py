"""What the oracle knows of the world: event types, places, and which events are accepted.

Written from rules/README.md alone; shares nothing with the processor. PyYAML's BaseLoader leaves
every scalar text, so NO and 0071 stay as written.
"""

import glob
import json
import math
import os
import re
import unicodedata
from bisect import bisect_right
from collections import defaultdict
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import yaml

import geo

LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
ENVELOPE = ("id", "source", "type", "time", "subject", "mode")
MODES = ("actual", "exercise", "test")
LEVELS = ("informational", "low", "medium", "high", "critical")
SPAN = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def span_ms(text):
    """Milliseconds of "90s", "1h30m", "250ms"."""
    return sum(int(n) * SPAN[unit] for n, unit in re.findall(r"(\d+)(ms|[smhd])", text))


def offset_ms(text):
    """Milliseconds of "+02:00", "-03:30"."""
    sign, hours, minutes = re.fullmatch(r"([+-])(\d\d):(\d\d)", text).groups()
    return (1 if sign == "+" else -1) * 60_000 * (60 * int(hours) + int(minutes))


def distance_mm(text):
    """Millimetres of "300 m", "1.5 km"."""
    number, unit = re.fullmatch(r"([\d.]+)\s*(m|km)", text).groups()
    return int(Decimal(number) * (1000 if unit == "m" else 1_000_000))


def fold(text):
    """Text as it is compared: without case."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def fold_name(text):
    """A place's name as it is compared: without case and accents."""
    plain = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", plain.casefold())


_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)")


def parse_time(text):
    """RFC 3339 to whole milliseconds (finer digits are cut), or None."""
    found = _TIME.fullmatch(text) if isinstance(text, str) else None
    if not found:
        return None
    year, month, day, hour, minute, second = (int(found.group(i)) for i in range(1, 7))
    ms = int(((found.group(7) or "") + "000")[:3])
    if second == 60:
        second, ms = 59, 999
    try:
        at = datetime(year, month, day, hour, minute, second, tzinfo=timezone.utc)
    except ValueError:
        return None
    zone = found.group(8)
    if zone in "Zz":
        shift = 0
    else:
        if int(zone[1:3]) > 23 or int(zone[4:]) > 59:
            return None
        shift = (int(zone[1:3]) * 60 + int(zone[4:])) * (1 if zone[0] == "+" else -1)
    return (at - EPOCH) // timedelta(milliseconds=1) + ms - shift * 60000


def format_time(at_ms):
    at = EPOCH + timedelta(milliseconds=at_ms)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at_ms % 1000:03d}Z"


def documents(path):
    """The YAML documents of a file, or of all *.yaml files of a folder, every scalar text."""
    files = [path]
    if os.path.isdir(path):
        files = sorted(glob.glob(os.path.join(path, "*.yaml")))
    for name in files:
        with open(name, encoding="utf-8") as file:
            yield from (d for d in yaml.load_all(file, Loader=LOADER) if d)


class Place:
    def __init__(self, feature):
        about = feature["properties"]
        self.kind = fold(about["kind"])
        self.name = about["name"]
        self.id = fold_name(self.name)
        self.names = {self.id} | {fold_name(a) for a in about.get("aliases", [])}
        self.radius_m = float(about.get("radius_m", 0))
        self.properties = about
        self.offset_ms = offset_ms(about["utc_offset"]) if "utc_offset" in about else None
        self.known = {}  # Distances found.
        self.shape = feature["geometry"]["type"]
        self.coordinates = feature["geometry"]["coordinates"]

    def distance_mm(self, point):
        """Whole millimetres from @point to the outline, 0 inside; the point's error is taken off."""
        if point not in self.known:
            self.known[point] = self.measure_mm(point)
        return self.known[point]

    def measure_mm(self, point):
        if self.shape == "Point":
            lon, lat = self.coordinates[:2]
            away = geo.metres(point, (lat, lon)) - self.radius_m
        elif self.shape == "LineString":
            away = geo.line_metres([c[:2] for c in self.coordinates], point)
        else:
            polygons = [self.coordinates] if self.shape == "Polygon" else self.coordinates
            polygons = [[[c[:2] for c in ring] for ring in rings] for rings in polygons]
            if any(geo.inside_polygon(rings, point) for rings in polygons):
                return 0
            away = min(geo.line_metres(ring, point) for rings in polygons for ring in rings)
        return max(0, geo.to_mm(away - point[2]))


class Mover:
    """What a type says of the places that move: its events tell where one of @kind, called by the field
    @name, is."""

    def __init__(self, spec):
        self.kind, self.name = fold(spec["kind"]), spec["name"]
        number, unit = re.fullmatch(r"([\d.]+)\s*(m/s|km/h)", spec["speed"]).groups()
        self.mm_an_hour = round(Decimal(number) * (3_600_000 if unit == "m/s" else 1_000_000))
        self.keep_ms = span_ms(spec["keep"])


class Positions:
    """Where the places that move are, as a set of accepted events tells."""

    def __init__(self, world, events):
        self.world = world
        self.told = defaultdict(list)  # (kind, mode) -> names; (kind, mode, name) -> [(order, event)].
        for event in sorted(events, key=lambda e: e.order):
            mover = world.movers.get(event.type)
            point = mover and event.fields.get(world.types[event.type].get("location") or "")
            name = mover and event.value(mover.name)
            if point is None or name is None:
                continue
            key = (mover.kind, event.mode, fold_name(name))
            if key not in self.told:
                self.told[key[:2]].append(key[2])
            self.told[key].append(event)

    def own_name(self, event):
        """(kind, name) of what the event itself reports, or None."""
        mover = self.world.movers.get(event.type)
        name = mover and event.value(mover.name)
        return None if name is None else (mover.kind, fold_name(name))

    def near(self, kind, event, point, limit_mm):
        """Names of those of @kind that are within the distance of @point at the time of the event."""
        names = self.told.get((kind, event.mode), [])
        return [n for n in names if (kind, n) != self.own_name(event)
                and self.distance_mm(kind, n, event, point) <= limit_mm]

    def distance_mm(self, kind, name, event, point):
        """Whole millimetres to the disc in which it may be by now; endless if nobody knows."""
        said = self.told[kind, event.mode, name]
        at = bisect_right([e.t for e in said], event.t)
        if not at:
            return float("inf")
        newest = said[at - 1]
        mover, age_ms = self.world.movers[newest.type], event.t - newest.t
        if age_ms > mover.keep_ms:
            return float("inf")
        centre = newest.fields[self.world.types[newest.type]["location"]]
        way_mm = (mover.mm_an_hour * age_ms + 1_800_000) // 3_600_000  # Half away from zero.
        return max(0, geo.distance_mm(point, centre) - geo.to_mm(point[2]) - geo.to_mm(centre[2]) - way_mm)


class World:
    """Event types and places, as declared."""

    def __init__(self, types=None, places=None):
        self.types = {}
        self.places = []
        self.movers = {}  # By type.
        for document in documents(types) if types else []:
            self.add_type(document)
        if places and os.path.isdir(places):
            for name in sorted(glob.glob(os.path.join(places, "*.geojson"))):
                with open(name, encoding="utf-8") as file:
                    self.add_places(json.load(file))

    def add_type(self, document):
        self.types[document["type"]] = document
        if "location" not in document:
            places = [n for n, f in (document.get("fields") or {}).items() if f["type"] == "place"]
            document["location"] = places[0] if len(places) == 1 else None
        if "place" in document:
            self.movers[document["type"]] = Mover(document["place"])

    def moving_kinds(self):
        return {mover.kind for mover in self.movers.values()}

    def add_places(self, collection):
        features = collection.get("features", [collection])
        self.places += [Place(feature) for feature in features]

    def types_of(self, patterns):
        """Names of the declared types that a type, a pattern such as `x.*` or a list of them covers."""
        patterns = [patterns] if isinstance(patterns, str) else patterns
        return [name for name in self.types
                if any(name == p or (p.endswith("*") and name.startswith(p[:-1])) for p in patterns)]


PARTS = ("lat", "lon", "error_m", "alt_m")


def place_part(point, part):
    value = point[PARTS.index(part)] if isinstance(point, tuple) and part in PARTS else None
    return value if value is None else float(value)


class Event:
    """One accepted event. `t` is its time; `order` is (time, source, id)."""

    alert = until = None  # It is no alert.

    def __init__(self, record, fields):
        self.id = record["id"]
        self.source = record["source"]
        self.type = record["type"]
        self.t = parse_time(record["time"])
        self.subject = record.get("subject")
        self.mode = record.get("mode", "actual")
        self.fields = fields
        self.order = (self.t, self.source.encode(), self.id.encode())

    def value(self, name):
        """The field called @name, declared or of the envelope, or a part of a place (pos.alt_m); None if
        it is missing."""
        if name in self.fields:
            return self.fields[name]
        if "." in name:
            return place_part(self.fields.get(name.split(".")[0]), name.split(".")[1])
        if name == "time":
            return self.t
        return getattr(self, name) if name in ENVELOPE else None

    def __repr__(self):
        return f"{self.id}@{self.t}"


def _number(value):
    return not isinstance(value, bool) and isinstance(value, (int, float))


def altitude(value):
    """Metres above the ellipsoid, to the millimetre; None: not given, or wrong. The place stands without it."""
    right = _number(value) and -500 <= value <= 100_000
    return math.copysign(math.floor(abs(value) * 1000 + 0.5), value) / 1000 if right else None


def typed(declared, value):
    """@value as its field's type, or None if it is not of that type."""
    kind = declared["type"]
    if kind == "text":
        right = isinstance(value, str)
    elif kind in ("bool", "boolean"):
        right = isinstance(value, bool)
    elif kind == "integer":
        right = _number(value) and value == int(value)
        value = int(value) if right else value
    elif kind == "number":
        right = _number(value)
    elif kind == "time":
        value = parse_time(value)
        right = value is not None
    elif kind == "list":
        right = isinstance(value, list) and all(isinstance(v, str) for v in value)
    else:
        right = (isinstance(value, dict) and _number(value.get("lat")) and _number(value.get("lon"))
                 and abs(value["lat"]) <= 90 and abs(value["lon"]) <= 180
                 and _number(value.get("error_m", 0)) and value.get("error_m", 0) >= 0)
        value = ((value["lat"], value["lon"], value.get("error_m", 0), altitude(value.get("alt_m")))
                 if right else None)
    if right and declared.get("values"):
        allowed = {fold(v) for v in declared["values"]}
        right = all(fold(v) in allowed for v in (value if kind == "list" else [value]))
    if right and declared.get("range"):
        least, most = (float(v) if v not in ("", "null") else None for v in declared["range"])
        right = (least is None or value >= least) and (most is None or value <= most)
    return value if right else None


def _strict(pairs):
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name stands twice")
    return made


def read_event(world, line):
    """The event of one NDJSON line, or None if it is refused. A file has no clock, so an event
    without a readable time is refused as well."""
    try:
        record = json.loads(line, object_pairs_hook=_strict)
    except ValueError:
        return None
    if not isinstance(record, dict) or record.get("type") not in world.types:
        return None
    for name in ("id", "source", "time"):
        if not isinstance(record.get(name), str) or not record[name]:
            return None
    if parse_time(record["time"]) is None or record.get("mode", "actual") not in MODES:
        return None
    given = record.get("data") or {}
    fields = {}
    for name, declared in (world.types[record["type"]].get("fields") or {}).items():
        value = given.get(name)
        value = typed(declared, value) if value is not None else None
        if value is not None:
            fields[name] = value
        elif declared.get("required") == "true":
            return None
    return Event(record, fields)


def accept(world, lines, accept_late_ms=None):
    """The events of a file in the order they stand in, without what is refused, repeats, and what is
    older than the newest time read before it less @accept_late_ms (None: nothing is too late)."""
    seen, events, newest = set(), [], None
    for line in lines:
        event = read_event(world, line) if line.strip() else None
        if event is None or (event.source, event.id) in seen:
            continue
        seen.add((event.source, event.id))
        if newest is not None and accept_late_ms is not None and event.t < newest - accept_late_ms:
            continue
        newest = event.t if newest is None else max(newest, event.t)
        events.append(event)
    return events
