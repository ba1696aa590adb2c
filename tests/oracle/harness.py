"""What the hand cases of test_oracle.py are written in.

A case is a rule (or several, separated by ---), events, and the episodes worked out by hand. Aliases a,
b, c, d are the events of the types x, y, z, w. An event is (type, milliseconds, fields); they are called
e1, e2, .. in the order they stand. "A 1000..11001x e1 e2" reads: key A, holds from 1,000 ms, no longer
at 11,001 ms, expired (c: cleared), resting on e1 and e2; `..open` while it lasts. Of rules with levels
each level follows with the time from which it holds (`low@1000 high@5000`); of several rules the name
stands before (`r1 A ..`), and the alert of r1 that begins at 0 is called r1@0.
"""

import functools
import json
import os
import re
import sys
import types

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
BEGIN = 1767225600000  # 2026-01-01T00:00:00Z
FILES = ("geo", "cel", "sun", "world", "rulefile", "judge", "episodes", "measures", "derived", "oracle")


def load_oracle(changes=()):
    """The oracle's modules, loaded anew; @changes [(old, new)] are made to the one source that has it."""
    kept = {name: sys.modules.pop(name, None) for name in FILES}
    made = types.SimpleNamespace()
    sources = {}
    for name in FILES:
        with open(os.path.join(HERE, name + ".py"), encoding="utf-8") as file:
            sources[name] = file.read()
    for old, new in changes:
        found = [name for name in FILES for _ in range(sources[name].count(old))]
        assert len(found) == 1, f"in {found}: {old}"
        sources[found[0]] = sources[found[0]].replace(old, new)
    try:
        for name, source in sources.items():
            is_plain_geo = name == "geo" and not any(old in GEO_SOURCE for old, _ in changes)
            module = GEO if is_plain_geo else types.ModuleType(name)  # Its distances are kept.
            sys.modules[name] = module
            if not is_plain_geo:
                exec(compile(source, name + ".py", "exec"), module.__dict__)
            setattr(made, name, module)
    finally:
        for name in FILES:
            sys.modules.pop(name)
            if kept[name]:
                sys.modules[name] = kept[name]
    return made


def points():
    sys.path.insert(0, HERE)
    import geo
    return geo


GEO = points()
with open(os.path.join(HERE, "geo.py"), encoding="utf-8") as geo_file:
    GEO_SOURCE = geo_file.read()
BASE = (10.0, 20.0)


def east(metres, of=BASE, **more):
    """A location so many metres east of @of."""
    lat, lon = GEO.go(of, 90, metres) if metres else of
    return dict({"lat": lat, "lon": lon}, **more)


FIELDS = {"v": {"type": "number", "range": ["-100", "100"]}, "w": {"type": "number", "range": ["0", "100"]},
          "s": {"type": "text"}, "n": {"type": "integer"}, "b": {"type": "bool"}, "l": {"type": "list"},
          "site": {"type": "text"}, "alt": {"type": "text"}, "since": {"type": "time"}, "big": {"type": "number"},
          "pos": {"type": "place"}, "other": {"type": "place"}, "must": {"type": "text"}}
PLACES = [
    {"type": "Feature", "properties": {"kind": "camp", "name": "Gao", "radius_m": 50, "aliases": ["Gáwgáw"],
                                       "threshold": 2, "utc_offset": "+02:00"},
     "geometry": {"type": "Point", "coordinates": [20.0, 10.0]}},
    {"type": "Feature", "properties": {"kind": "camp", "name": "Kidal", "threshold": 2.5, "utc_offset": "-03:30"},
     "geometry": {"type": "Point", "coordinates": [east(300)["lon"], east(300)["lat"]]}},
    {"type": "Feature", "properties": {"kind": "camp", "name": "Square", "threshold": 9, "utc_offset": "+00:00"},
     "geometry": {"type": "Polygon", "coordinates": [
         [[30.0, 10.0], [30.01, 10.0], [30.01, 10.01], [30.0, 10.01], [30.0, 10.0]],
         [[30.004, 10.004], [30.006, 10.004], [30.006, 10.006], [30.004, 10.006], [30.004, 10.004]]]}},
    {"type": "Feature", "properties": {"kind": "camp", "name": "Line", "threshold": 9, "utc_offset": "+00:00"},
     "geometry": {"type": "Point", "coordinates": [180.0, 0.0]}},
    {"type": "Feature", "properties": {"kind": "camp", "name": "Pole", "radius_m": 5, "threshold": 9, "utc_offset": "+00:00"},
     "geometry": {"type": "Point", "coordinates": [0.0, 90.0]}},
]
MOVER = {"kind": "unit", "name": "site", "speed": "10 m/s", "keep": "10s"}


def x(t, **f):
    return ("x", t, f)


def y(t, **f):
    return ("y", t, f)


def z(t, **f):
    return ("z", t, f)


def w(t, **f):
    return ("w", t, f)


def move(t, site, metres, **f):
    """The unit @site says that it is so many metres east."""
    return ("move", t, dict(f, site=site, pos=east(metres, **{"error_m": f.pop("error_m", 0)})))


def tick(t):
    """Nothing but time."""
    return ("tick", t, {})


def record(number, kind, t, fields, world):
    fields = dict(fields)
    made = {"specversion": "1.0", "id": f"e{number}", "source": "/s", "type": kind,
            "time": world.format_time(BEGIN + t)}
    for name in ("id", "source", "subject", "mode", "time"):
        if name in fields:
            made[name] = fields.pop(name)
    fields.setdefault("site", "A")
    made["data"] = {k: v for k, v in fields.items() if v is not None}
    if "since" in fields:
        made["data"]["since"] = world.format_time(BEGIN + fields["since"])
    return json.dumps(made)


@functools.lru_cache(maxsize=None)
def as_json(rules):
    return json.dumps(list(yaml.load_all(rules, Loader=yaml.BaseLoader)))


def parsed(rules):
    return json.loads(as_json(rules))


def answer(oracle, rule, events, accept_late_ms=None):
    """The oracle's episodes, in the notation of the cases."""
    world = oracle.world.World()
    for name in ("x", "y", "z", "w", "tick"):
        world.add_type({"type": name, "location": "pos", "fields": FIELDS})
    world.add_type({"type": "move", "location": "pos", "fields": FIELDS, "place": MOVER})
    world.add_places({"features": PLACES})
    lists = {"sites": ["A", "M"], "few": ["1", "2"],
             "limits": [{"site": "A", "threshold": "2"}, {"site": "a", "threshold": "1"},
                        {"site": "B", "threshold": "3"}]}
    documents = parsed(rule)
    made = []
    for number, document in enumerate(documents):
        document.setdefault("rule", "r" if len(documents) == 1 else f"r{number + 1}")
        document.setdefault("alert", {})
        known = {"a": {"type": "x"}, "b": {"type": "y"}, "c": {"type": "z"}, "d": {"type": "w"}}
        document["events"] = dict(known, **(document.get("events") or {}))
        made.append(oracle.rulefile.Rule(document, world, lists.get))
    lines = [record(i + 1, *event, oracle.world) for i, event in enumerate(events)]
    accepted = oracle.world.accept(world, lines, accept_late_ms)
    found = []
    for episode in oracle.oracle.told(world, oracle.rulefile.in_order(made, world), accepted):
        key = [str(v) for v in episode.key.values()]
        key = ([episode.mode] if episode.mode != "actual" else []) + key
        end = "open" if episode.end is None else f"{episode.end - BEGIN}{episode.how[0].replace('e', 'x')}"
        assert episode.count >= len(episode.evidence)
        words = ["/".join(key).upper() or "-", f"{episode.begin - BEGIN}..{end}"]
        words += [re.sub(r"alert:(.*?)/.*/(.*)", lambda m: f"{m[1]}@{int(m[2]) - BEGIN}", e)
                  for e in episode.evidence]
        if len(episode.levels) > 1 or is_level_asked(made, episode):
            words += [f"{oracle.world.LEVELS[level]}@{t - BEGIN}" for t, level in episode.levels]
        found.append(" ".join(([episode.rule] if len(made) > 1 else []) + words))
    return sorted(found)


def is_level_asked(rules, episode):
    """Of rules with levels, the level is part of the answer even if it never changes."""
    rule = next(r for r in rules if r.name == episode.rule)
    return bool(rule.escalate) or rule.kind == "absence" and rule.warn_at is not None


CASES = []


def case(name, rule, events, *expected, **options):
    CASES.append((name, rule, events, sorted(expected), options))
