"""What the oracle knows of the world: event types, places, and which events are accepted.

Written from rules/README.md alone; shares nothing with the processor. PyYAML's BaseLoader leaves
every scalar text, so NO and 0071 stay as written.
"""

import glob
import json
import os
import re
import unicodedata
from datetime import datetime, timedelta, timezone

import yaml

import geo

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
ENVELOPE = ("id", "source", "type", "time", "subject", "mode")
MODES = ("actual", "exercise", "test")


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
            yield from (d for d in yaml.load_all(file, Loader=yaml.BaseLoader) if d)


class Place:
    def __init__(self, feature):
        about = feature["properties"]
        self.kind = fold(about["kind"])
        self.name = about["name"]
        self.id = fold_name(self.name)
        self.names = {self.id} | {fold_name(a) for a in about.get("aliases", [])}
        self.radius_m = float(about.get("radius_m", 0))
        self.shape = feature["geometry"]["type"]
        self.coordinates = feature["geometry"]["coordinates"]

    def distance_mm(self, point):
        """Whole millimetres from @point to the outline, 0 inside; the point's error is taken off."""
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


class World:
    """Event types and places, as declared."""

    def __init__(self, types=None, places=None):
        self.types = {}
        self.places = []
        for document in documents(types) if types else []:
            self.add_type(document)
        if places and os.path.isdir(places):
            for name in sorted(glob.glob(os.path.join(places, "*.geojson"))):
                with open(name, encoding="utf-8") as file:
                    self.add_places(json.load(file))

    def add_type(self, document):
        self.types[document["type"]] = document

    def add_places(self, collection):
        features = collection.get("features", [collection])
        self.places += [Place(feature) for feature in features]

    def types_of(self, patterns):
        """Names of the declared types that a type, a pattern such as `x.*` or a list of them covers."""
        patterns = [patterns] if isinstance(patterns, str) else patterns
        return [name for name in self.types
                if any(name == p or (p.endswith("*") and name.startswith(p[:-1])) for p in patterns)]


class Event:
    """One accepted event. `t` is its time; `order` is (time, source, id)."""

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
        """The field called @name, declared or of the envelope; None if it is missing."""
        if name in self.fields:
            return self.fields[name]
        if name == "time":
            return self.t
        return getattr(self, name) if name in ENVELOPE else None

    def __repr__(self):
        return f"{self.id}@{self.t}"


def _number(value):
    return not isinstance(value, bool) and isinstance(value, (int, float))


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
        value = (value["lat"], value["lon"], value.get("error_m", 0)) if right else None
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
