"""Random rule sets and random streams, made to collide.

Few keys, windows of seconds and counts of one to four; times exactly on, one millisecond before and
one after every boundary; equal times, repeats, refused lines, missing fields; points exactly at the
distance and a millimetre beyond, over the dateline and at a pole. The same seed gives the same case.

    generate.py SEED DIR     writes DIR/rules, DIR/types, DIR/places and DIR/events.ndjson
"""

import json
import os
import random
import re
import sys

import geo
from world import format_time, parse_time

BEGIN = parse_time("2026-01-01T00:00:00Z")
WITHIN = ["1s", "2s", "5s", "10s"]
LIMIT_M = 100  # The distance of every pairwise `near`.
TYPES = ("x.a", "x.b", "x.c", "y.d")
KINDS = ("event", "latest", "count", "count_distinct", "sum", "average", "min", "max", "sequence",
         "all_of", "any_kinds", "absence", "silence", "near", "cluster")
ANCHORS = [(10.0, 20.0), (0.0, 179.9999), (89.9995, 0.0), (-45.0, -180.0)]
PLACES = [("Alpha", ANCHORS[0], 50), ("Brávo", geo.go(ANCHORS[0], 90, 220), 0),
          ("Dateline", ANCHORS[1], 25), ("Pole", (90.0, 0.0), 10)]


def type_documents():
    fields = {
        "v": {"type": "number", "range": ["-100", "100"]},
        "w": {"type": "number", "range": ["0", "100"]},
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
    return [{"type": name, "title": name, "location": "pos", "fields": fields} for name in TYPES]


def place_documents():
    features = []
    for name, (lat, lon), radius in PLACES:
        features.append({
            "type": "Feature",
            "properties": {"kind": "camp", "name": name, "radius_m": radius},
            "geometry": {"type": "Point", "coordinates": [lon, lat]}})
    ring = [[20.01, 10.0], [20.02, 10.0], [20.02, 10.01], [20.015, 10.002], [20.01, 10.01], [20.01, 10.0]]
    features.append({"type": "Feature", "properties": {"kind": "camp", "name": "Fence"},
                     "geometry": {"type": "Polygon", "coordinates": [ring]}})
    return {"type": "FeatureCollection", "features": features}


# ---- Streams ------------------------------------------------------------------------------------

def some_point(r):
    where = r.random()
    if where < 0.08:
        return {"lat": 10.001, "lon": 20.0101}  # Inside the fence.
    if where < 0.16:
        return {"lat": 10.008, "lon": 20.015}   # Between its horns, some 300 m outside.
    lat, lon = r.choice(ANCHORS if r.random() < 0.3 else ANCHORS[:1])
    exact = r.choice([0, 0, LIMIT_M, LIMIT_M + 0.0008, LIMIT_M - 0.0008, 60, 150, 150.0008, 149.9992, 170, 170.0008])
    lat, lon = geo.go((lat, lon), r.choice([0, 90, 90, 180, 270, 33]), exact) if exact else (lat, lon)
    point = {"lat": lat, "lon": lon}
    if r.random() < 0.1:
        point["error_m"] = 20
    return point


def some_fields(r):
    data = {"must": "yes"}
    choices = {
        "v": [-1.5, 0, 1, 2, 0.1, 0.2, 0.3, 2.5, -0.1], "w": [0, 1, 2, 0.1, 0.7, 3],
        "n": [1, 2, 3], "s": ["ab", "Ab", "cab", "x", "STRASSE", "straße"],
        "c": ["p", "P", "q", "r"], "site": ["A", "a", "A", "B"], "unit": [1, 1, 2],
        "l": [["red"], ["Red", "green"], ["blue", "green"], []], "b": [True, True, False],
    }
    for name, values in choices.items():
        if r.random() < 0.9:
            data[name] = r.choice(values)
    if r.random() < 0.9:
        data["pos"] = some_point(r)
    return data


def some_events(r, count, span_s=25):
    """Records in order of time. Every time is a whole or half second, or a millisecond beside."""
    events = []
    for i in range(count):
        at = BEGIN + 500 * r.randint(0, 2 * span_s) + r.choice([0, 0, 0, 0, -1, 1])
        data = some_fields(r)
        if r.random() < 0.4:
            data["since"] = format_time(at - r.choice([0, 1, 500, 1000, 1999, 2000, 2001, -1000]))
        record = {"specversion": "1.0", "id": f"e{i}", "source": r.choice(["/s/1", "/s/2"]),
                  "type": r.choice(TYPES), "time": format_time(at), "data": data}
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
    """@lines in another order, none more than @lateness_ms behind the newest before it."""
    return [line for _, line in sorted(
        (line_time(line) + r.uniform(0, lateness_ms), line) for line in lines)]


# ---- Rules --------------------------------------------------------------------------------------

def some_match(r, allow_missing=True):
    tests = [
        ("w|gte", "1"), ("w|gt", "0"), ("w|lt", "3"), ("v|lte", "2"), ("v|gt|not", "1"), ("n", "1"),
        ("n", ["1", "2"]), ("n|not", "3"), ("s", ["ab", "x"]), ("s|contains", "AB"),
        ("s|startswith", ["A", "st"]), ("s|endswith", "b"), ("s|re", "^a?b|ss"), ("s|cased", "Ab"),
        ("s|contains|cased", "ab"), ("s", "strasse"), ("s|not", "x"), ("l", "RED"),
        ("l|all", ["red", "green"]), ("l|contains", "green"), ("l|not", "blue"), ("b", "true"),
        ("b|not", "false"), ("w|exists", "true"), ("subject|exists", "true"), ("subject", "U"),
        ("since|exists", "false"), ("n", "lists.few"), ("source", "/s/1"),
        ("since|gte", format_time(BEGIN + 10_000)), ("time|lt", format_time(BEGIN + 20_000)),
    ]
    return dict(r.sample(tests, r.choice([0, 0, 0, 1, 1, 2])))


class Maker:
    """Makes one rule."""

    def __init__(self, r, kind):
        self.r, self.kind, self.events = r, kind, {}
        self.when, self.alert = {}, {"topic": "alerts.random"}
        self.group = []
        self.is_place = False

    def alias(self, name, **more):
        spec = {"type": self.r.choice(["x.a", "x.b", "x.c", "x.*", ["x.a", "y.d"], "*"])}
        match = some_match(self.r)
        if match:
            spec["match"] = match
        spec.update(more)
        self.events[name] = spec
        return name

    def choose_key(self, is_needed=False):
        r = self.r
        self.group = r.choice([["site"], ["site"], ["unit"], ["site", "unit"], ["subject"], ["c"]] + (
            [] if is_needed else [[], []]))
        if self.group and r.random() < 0.1:
            self.group = ["label"]
        near = {"place": r.choice(["camp", "camp", "Alpha"]), "distance": "100 m"}
        if r.random() < 0.2:
            self.is_place = True
            if self.kind not in ("near", "cluster") and r.random() < 0.6:
                self.when["near"] = near
                if r.random() < 0.5:
                    self.group = []
            else:
                for spec in self.events.values():
                    spec["near"] = near
                if r.random() < 0.5:
                    self.group = [name for name in self.group if name != "label"] + ["camp"]
        self.finish_key()

    def finish_key(self):
        if self.group:
            self.when["group_by"] = self.group
        if "label" in self.group:
            for spec in self.events.values():
                spec["as"] = {"label": "c"}

    def has_key(self):
        return bool(self.group) or "near" in self.when and "place" in self.when["near"]

    def ending(self, name, tied_to):
        """A reference to an ending event, tied by key or by distance."""
        r = self.r
        by_distance = tied_to and (not self.has_key() or r.random() < 0.3)
        self.alias(name)
        if "label" in self.group:
            self.events[name]["as"] = {"label": "c"}
        elif "camp" in self.group or (self.is_place and "near" not in self.when):
            self.events[name]["near"] = {"place": "camp", "distance": "100 m"}
        if by_distance:
            return {name: {"near": tied_to, "distance": f"{LIMIT_M} m"}}
        return name

    def pace(self, needs_end=False, tied_to=None, allow_clear=True):
        r = self.r
        can_clear = allow_clear and (self.has_key() or tied_to)
        ends = needs_end and r.choice(["clear", "expire", "both"])
        if can_clear and (r.random() < 0.3 or ends in ("clear", "both")):
            self.alert["clear_when"] = self.ending("over", tied_to)
        if r.random() < 0.25 or ends in ("expire", "both") or (needs_end and not can_clear):
            self.alert["expire_after"] = r.choice(["1s", "2s", "5s", "500ms"])
        if self.kind in ("event", "sequence", "absence", "silence"):
            return  # These have no `for` and no `keep_firing_for`.
        if r.random() < 0.2:
            self.alert["for"] = r.choice(["500ms", "1s", "2s"])
        if r.random() < 0.3:
            self.alert["keep_firing_for"] = r.choice(["500ms", "1s", "3s"])

    def compare(self, lows, highs=None):
        """A comparison; those from above only if @highs."""
        words = ["at_least", "more_than"] + (["at_most", "less_than"] if highs else [])
        word = self.r.choice(words)
        self.when[word] = self.r.choice(highs if word in ("at_most", "less_than") else lows)
        return word

    def make(self, allow_ends=True):
        r, kind, when = self.r, self.kind, self.when
        tied_to, is_ended, members = "one", False, False
        word = "at_least"
        if kind in ("event", "latest", "count"):
            when[kind] = self.alias("one")
        elif kind == "count_distinct":
            when[kind] = {"of": self.alias("one"), "field": r.choice(["s", "n", "c", "source"])}
        elif kind in ("sum", "average", "min", "max"):
            when[kind] = {"of": self.alias("one", type=r.choice(["x.a", "x.*"])),
                          "field": r.choice(["v", "w", "w", "n"])}
        elif kind == "sequence":
            names = [self.alias(n) for n in ["one", "two", "three"][:r.choice([2, 2, 3])]]
            if r.random() < 0.1:
                names = ["one", "one"]
            steps = list(names)
            if len(set(names)) == len(names):
                for i in range(1, len(names)):
                    if r.random() < 0.3:
                        steps[i] = {names[i]: {"near": r.choice(names[:i]), "distance": f"{LIMIT_M} m"}}
            when[kind] = steps
            tied_to = r.choice(names)
            if r.random() < 0.5:
                when["once_per"] = r.choice(["onset", "key"])
        elif kind in ("all_of", "any_kinds"):
            names = [self.alias(n) for n in ["one", "two", "three"][:r.choice([2, 3])]]
            when[kind] = names
        elif kind == "absence":
            when["absence"] = {"after": self.alias("one"), "expected": self.alias("answer"),
                               "deadline": r.choice(["1s", "2s", "3s"])}
            if r.random() < 0.3:
                when["absence"]["from"] = "since"
        elif kind == "silence":
            when["absence"] = {"expected": self.alias("one"), "every": r.choice(["1s", "2s", "5s"])}
            members = r.random() < 0.5
        else:  # near, cluster
            inner = r.choice(["count", "count", "count_distinct", "all_of", "any_kinds"])
            if inner == "count":
                when["count"] = self.alias("one")
            elif inner == "count_distinct":
                when[inner] = {"of": self.alias("one"), "field": "n"}
            else:
                when[inner] = [self.alias(n) for n in ["one", "two", "three"][:r.choice([2, 3])]]
            when["near"] = {"distance": f"{LIMIT_M} m"}
            if inner != "all_of":
                word = self.compare(["2"] if inner == "any_kinds" else ["2", "2", "3"])
                if word == "more_than":
                    when[word] = "1"
            tied_to = "one"
        if kind == "any_kinds":
            word = self.compare(["2"])
            when[word] = "1" if word == "more_than" else "2"
        elif kind in ("count", "count_distinct"):
            word = self.compare(["1", "2", "3"], ["1", "2"])
            if when.get("less_than") == "0":
                when["less_than"] = "1"
        elif kind in ("sum", "average", "min", "max"):
            word = self.compare(["0.3", "1", "2", "0.1", "2.5"], ["0.3", "1", "0", "2.5"])
        if kind == "cluster":
            if r.random() < 0.2:
                for spec in self.events.values():
                    spec["near"] = {"place": "camp", "distance": "100 m"}
        else:
            self.choose_key(is_needed=kind in ("absence", "silence", "near"))
            if kind == "near" and not self.group:
                self.group = ["site"]
                self.finish_key()
        if kind not in ("event", "latest", "absence", "silence"):
            when["within"] = r.choice(WITHIN)
        from_above = word in ("at_most", "less_than")
        if from_above and kind in ("count", "count_distinct", "sum"):
            members = members or r.random() < 0.4
            tied_to = None
        if members and self.group == ["site"] and not self.is_place:
            when["members"] = "lists.sites"
        if kind == "silence":
            tied_to = None
        is_from = kind == "absence" and "from" in when["absence"]
        needs_end = kind in ("event", "sequence", "latest", "absence")
        self.pace(needs_end, tied_to, allow_clear=allow_ends and not is_from)
        if when.get("sequence") == ["one", "one"]:
            tied_to = None  # `without` is near one step, not two.
        if kind == "sequence" and allow_ends and r.random() < 0.5 and (tied_to or self.has_key()):
            when["without"] = self.ending("stop", tied_to)
        return {"rule": "random", "title": "Made at random", "version": "1", "status": "experimental",
                "level": "low", "events": self.events, "when": when, "alert": self.alert}


def some_rule(r, kind, name, allow_ends=True):
    rule = Maker(r, kind).make(allow_ends)
    rule["rule"] = name
    return rule


# ---- Files --------------------------------------------------------------------------------------

def yaml_text(value):
    """One-line YAML; scalars plain where YAML reads them as text without doubt."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k}: {yaml_text(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(yaml_text, value)) + "]"
    return value if re.fullmatch(r"[\w/][\w ./-]*|-?[\d.]+", value) else json.dumps(value)


def rule_text(rule):
    return "".join(f"{key}: {yaml_text(value)}\n" for key, value in rule.items())


class Case:
    """Rules and the lines of a stream, and the folder they are written to."""

    def __init__(self, rules, lines, accept_late_ms=None, disorder_ms=0):
        self.rules, self.lines = rules, lines
        self.accept_late_ms, self.disorder_ms = accept_late_ms, disorder_ms

    def write(self, folder):
        for name in ("rules/lists", "types", "places"):
            os.makedirs(os.path.join(folder, name), exist_ok=True)
        for name, text in [
                ("types/types.yaml", "---\n".join(map(rule_text, type_documents()))),
                ("places/places.geojson", json.dumps(place_documents())),
                ("rules/lists/few.yaml", "[1, 2]\n"), ("rules/lists/sites.yaml", "[A, C]\n"),
                ("rules/rules.yaml", "---\n".join(map(rule_text, self.rules))),
                ("events.ndjson", "".join(line + "\n" for line in self.lines))]:
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)


def some_case(seed, kinds=KINDS, events=30):
    """The case of @seed: half a dozen rules, one stream in order of time."""
    r = random.Random(seed)
    rules = [some_rule(r, r.choice(kinds), f"rule-{i}") for i in range(6)]
    return Case(rules, some_events(r, r.randint(3, events)))


def some_late_case(seed, accept_late_ms=2000):
    """A case whose stream holds events that come too late. An event too late may yet end an open
    alert or fire a rule of kind `event`, which depends on the log; so there are no such rules."""
    r = random.Random(seed)
    kinds = [k for k in KINDS if k not in ("event", "absence", "silence")]
    rules = [some_rule(r, r.choice(kinds), f"rule-{i}", allow_ends=False) for i in range(6)]
    lines = some_events(r, r.randint(10, 30))
    unique = list({json.loads(line).get("id"): line for line in lines}.values())
    return Case(rules, shuffled(r, unique, 3 * accept_late_ms), accept_late_ms)


def main():
    seed, folder = sys.argv[1:]
    some_case(int(seed)).write(folder)
    print(f"seed {seed}")


if __name__ == "__main__":
    main()
