"""Random rule sets over random streams (streams.py), made to collide.

Windows of seconds and counts of one to four; every kind and word of the language; rules over the alerts
of rules. The same seed gives the same case.

    generate.py SEED DIR     writes DIR/rules, DIR/types, DIR/places, and DIR/events.ndjson
"""

import json
import os
import random
import re
import sys

import streams
from streams import LIMIT_M, Setting, one_each, shuffled, some_events
from world import format_time

KINDS = ("event", "latest", "count", "count_distinct", "sum", "average", "min", "max", "sequence",
         "all_of", "any_kinds", "absence", "silence", "near", "cluster", "ratio", "percentile", "weighted",
         "trend", "milestones", "own", "moving")
OVER = ("event", "count", "count_distinct", "sequence", "all_of", "any_kinds", "absence", "near", "ratio")  # Kinds of rules over the alerts of others.
WORDS = ("ratio", "percentile", "weighted", "at_least_events", "min_distinct", "trend", "own", "where", "sun",
         "clock", "moving", "escalate", "milestones", "warn_at", "alert", "state", "any")
LEVELS = ("informational", "low", "medium", "high", "critical")
MEASURED = ("sum", "average", "min", "max", "percentile", "weighted")
COMPARED = MEASURED + ("count", "count_distinct", "any_kinds", "ratio", "trend")


def needs(rule):
    """The words of WORDS that @rule is made of."""
    when, aliases = rule["when"], rule["events"].values()
    found = {w for w in ("ratio", "percentile", "trend", "at_least_events", "min_distinct") if w in when}
    absence = when.get("absence", {})
    found |= {w for w in ("milestones", "warn_at") if w in absence}
    found |= {"escalate"} if "escalate" in rule["alert"] else set()
    if "half_life" in str(when.get("average")) or "weight" in str(when.get("average")):
        found.add("weighted")
    if any(re.match(r"lists|camp", str(when.get(w))) for w in ("at_least", "more_than", "at_most", "less_than")):
        found.add("own")
    for alias in list(aliases) + [when]:
        if alias.get("near", {}).get("place") == streams.MOVER["kind"]:
            found.add("moving")
        found |= {w for w in ("where", "alert", "state") if w in alias}
        found |= {"any"} if alias.get("alert") == "any" else set()
        if "hours" in alias:
            found.add("sun" if alias["hours"] in ("day", "night") else "clock")
    return found


# ---- Rules --------------------------------------------------------------------------------------

def some_match(r, setting):
    tests = [
        ("w|gte", "1"), ("w|gt", "0"), ("w|lt", "3"), ("v|lte", "2"), ("v|gt|not", "1"), ("n", "1"),
        ("n", ["1", "2"]), ("n|not", "3"), ("s", ["ab", "x"]), ("s|contains", "AB"),
        ("s|startswith", ["A", "st"]), ("s|endswith", "b"), ("s|re", "^a?b|ss"), ("s|cased", "Ab"),
        ("s|contains|cased", "ab"), ("s", "strasse"), ("s|not", "x"), ("l", "RED"),
        ("l|all", ["red", "green"]), ("l|contains", "green"), ("l|not", "blue"), ("b", "true"),
        ("b|not", "false"), ("w|exists", "true"), ("subject|exists", "true"), ("subject", "U"),
        ("since|exists", "false"), ("n", "lists.few"), ("source", "/s/1"),
        ("since|gte", format_time(setting.turn)), ("time|lt", format_time(setting.turn + 8000)),
        ("pos.alt_m|lt", "120"), ("pos.alt_m|gte|not", "120"), ("pos.alt_m|exists", "true"), ("pos.lat|gt", "10"),
    ]
    return dict(r.sample(tests, r.choice([0, 0, 0, 1, 1, 2])))


def some_where(r, setting):
    return r.choice([
        "w > 0.5", "w >= 1.0 && n != 3", "n == 1 || v < 0.0", "!(v > 1.0)", "has(w) && w <= 2.0", "!has(s)",
        's == "ab" || s == "x"', 's.startsWith("a")', 's.matches("^a?b|ss")', 'size(s) > 2 || b',
        's in ["ab", "Ab"]', "n in [1, 2]", "n % 2 == 1", "n * 2 - 1 > 2", "v / w > 0.5", "6 / (n - 1) > 3",
        "n + 0.5 > 2.0", 'l.exists(i, i == "red")', 'l.all(i, i != "blue")', "size(l) == 1", '"green" in l',
        "b ? w > 0.5 : n > 1", 's.lowerAscii() == "ab"', "-v > 0.0", 'site + "!" == "A!"',
        f'since > timestamp("{format_time(setting.turn)}")', "has(since) && time - since >= duration(\"1s\")",
        "pos.alt_m < 120.0", "!has(pos.alt_m) || pos.alt_m > 100.5", "pos.alt_m - 119.0 > v || pos.error_m > 0.0",
    ])


class Maker:
    """Makes one rule. @below: rules whose alerts it may read; @words: what may be used."""

    def __init__(self, r, kind, setting, words, below=()):
        self.r, self.kind, self.setting, self.words, self.below = r, kind, setting, words, below
        self.unit = "h" if setting.step_ms > 60_000 else "s"
        self.events, self.when, self.alert = {}, {}, {"topic": "alerts.random"}
        self.group, self.near = [], None
        self.is_sparse = kind == "moving"
        self.level = r.choice(LEVELS[:4])

    def some(self, *numbers):
        """A span of so many seconds, or hours of a stream of days."""
        number = self.r.choice(numbers)
        if isinstance(number, str):
            return number if self.unit == "s" else "30m"
        return f"{number}{self.unit}"

    def is_chance(self, word, part):
        """Shall the word be used?"""
        return self.r.random() < part and word in self.words

    def alias(self, name, may_be_alert=True, **more):
        r = self.r
        if self.below and may_be_alert and r.random() < 0.6:
            return self.alert_alias(name)
        is_rare = self.kind in ("near", "cluster", "sequence", "all_of", "trend") or self.is_sparse  # Takes many.
        spec = {"type": r.choice(["*", "*", "x.*", "x.a"] if is_rare else [
            "x.a", "x.b", "x.c", "x.*", ["x.a", "y.d"], "*"])}
        match = some_match(r, self.setting) if not is_rare or r.random() < 0.4 else None
        if match:
            spec["match"] = match
        if self.is_chance("where", 0.15):
            spec["where"] = some_where(r, self.setting)
        self.add_hours(spec)
        spec.update(more)
        self.events[name] = spec
        return name

    def alert_alias(self, name):
        r, rule = self.r, self.r.choice(self.below)
        spec = {"alert": rule["rule"]}
        is_first = not any("alert" in spec for spec in self.events.values())
        if is_first and name != "over" and self.kind in ("event", "count", "count_distinct") and self.is_chance("any", 0.3):
            self.below = ()  # Beside `any` no alert is taken a second time.
            spec["alert"] = "any"
            if r.random() < 0.6 and "escalate" in self.words:
                spec["level"] = r.choice(LEVELS[1:])
        elif self.is_chance("state", 0.2):
            spec["state"] = r.choice(["cleared", "expired"] + ["escalated", "deescalated"] * ("escalate" in rule["alert"]))
        if spec["alert"] != "any" and "site" in names_of(rule) and r.random() < 0.2:
            spec["match"] = {"site": "A"}
        elif r.random() < 0.2:
            spec["match"] = r.choice([{"level": ["medium", "high"]}, {"location.alt_m|lt|not": "100"}])
        self.events[name] = spec
        return name

    def add_hours(self, spec):
        r, setting = self.r, self.setting
        if self.is_chance("sun", 0.06):
            spec["hours"] = r.choice(["day", "night"])
        elif self.is_chance("clock", 0.1):
            offset = r.choice([0, 345, -210])
            sign = "-" if offset < 0 else "+"
            spec["hours"] = {"between": self.some_hours(offset),
                             "utc_offset": f"{sign}{abs(offset) // 60:02d}:{abs(offset) % 60:02d}"}

    def some_hours(self, offset):
        turn, other = self.setting.minute(offset), self.setting.minute(offset, self.r.randint(1, 140) * self.r.choice([-1, 1]))
        return self.r.choice([f"{turn}-{other}", f"{other}-{turn}"])

    def is_over(self):
        return any("alert" in spec for spec in self.events.values())

    def choose_key(self, is_needed=False):
        r = self.r
        groups = [["site"], ["site"], ["unit"], ["site", "unit"], ["subject"], ["c"]]
        groups = [g for g in groups if self.is_carried(g)] + ([] if is_needed else [[], []])
        self.group = r.choice(groups or [["mode"]])
        if self.group and not self.is_over() and r.random() < 0.1:
            self.group = ["label"]
        if r.random() < 0.2:
            self.choose_place()
        self.finish_key()

    def is_carried(self, group):
        """Does every alert among its events have these parts of a key? Of all_of one event is enough."""
        if self.kind == "all_of" and any("type" in spec for spec in self.events.values()):
            return True
        rules = {rule["rule"]: names_of(rule) for rule in self.below}
        return all(set(group) <= set(rules.get(spec["alert"], []))
                   for spec in self.events.values() if "alert" in spec)

    def choose_moving(self):
        """Near a place that moves: every event; or the first, and the others name it."""
        r = self.r
        kind = streams.MOVER["kind"]
        self.near = {"place": kind, "distance": "100 m"}
        self.group = r.choice([[], [], ["site"], ["mode"]])
        if self.kind not in ("near", "cluster") and r.random() < 0.4:
            self.when["near"] = self.near
        else:
            names = list(self.events)
            is_mixed = len(names) > 1 and r.random() < 0.5
            for name in names:
                self.events[name].update({"as": {kind: "c"}} if is_mixed and name != "one" else {"near": self.near})
            if self.kind != "cluster" and (is_mixed or not self.group or r.random() < 0.7):
                self.group = self.group + [kind]
        self.finish_key()

    def choose_place(self):
        r = self.r
        self.near = {"place": r.choice(["camp", "camp", "Alpha"]), "distance": "100 m"}
        kind = "camp"
        if self.kind != "latest" and not self.is_over() and self.is_chance("moving", 0.35):
            kind = streams.MOVER["kind"]
            self.near["place"] = kind
        if self.kind not in ("near", "cluster") and r.random() < 0.6:
            self.when["near"] = self.near
            if r.random() < 0.5:
                self.group = []
        else:
            for spec in self.events.values():
                spec["near"] = self.near
            if r.random() < 0.5:
                self.group = [name for name in self.group if name != "label"] + [kind]
        for spec in self.events.values():
            if kind == "camp" and "hours" not in spec and self.is_chance("clock", 0.25):
                spec["hours"] = self.some_hours(r.choice([120, -210, 345]))

    def finish_key(self):
        if self.group:
            self.when["group_by"] = self.group
        if "label" in self.group:
            for spec in self.events.values():
                spec["as"] = {"label": "c"}

    def has_key(self):
        return bool(self.group) or "place" in self.when.get("near", {})

    def ending(self, name, tied_to):
        """A reference to an ending event, tied by key or by distance."""
        by_distance = tied_to and (not self.has_key() or self.r.random() < 0.3)
        self.alias(name, self.has_key() and self.is_ending_alert() and not self.is_moving())
        if "label" in self.group:
            self.events[name]["as"] = {"label": "c"}
        elif self.near and "place" not in self.when.get("near", {}):
            self.events[name]["near"] = self.near
        if by_distance:
            return {name: {"near": tied_to, "distance": f"{LIMIT_M} m"}}
        return name

    def is_moving(self):
        return bool(self.near) and self.near["place"] == streams.MOVER["kind"]

    def is_ending_alert(self):
        """Have all rules below the whole key? Then the alert of any of them is tied by it."""
        return bool(self.group) and all(set(self.group) & set(names_of(rule)) for rule in self.below)

    def pace(self, needs_end=False, tied_to=None, allow_clear=True):
        r = self.r
        can_clear = allow_clear and (self.has_key() or tied_to)
        ends = needs_end and r.choice(["clear", "expire", "both"])
        if can_clear and (r.random() < 0.3 or ends in ("clear", "both")):
            self.alert["clear_when"] = self.ending("over", tied_to)
        if r.random() < 0.25 or ends in ("expire", "both") or (needs_end and not can_clear):
            self.alert["expire_after"] = self.some(1, 2, 5, "500ms")
        if self.kind in ("event", "sequence", "absence", "silence", "milestones"):
            return  # These have no `for` and no `keep_firing_for`.
        if r.random() < 0.2:
            self.alert["for"] = self.some("500ms", 1, 2)
        if r.random() < 0.3 and not ("for" in self.alert and self.kind == "cluster"):  # Refused.
            self.alert["keep_firing_for"] = self.some("500ms", 1, 3)

    def compare(self, lows, highs=None):
        """A comparison; those from above only if @highs."""
        words = ["at_least", "more_than"] + (["at_most", "less_than"] if highs else [])
        word = self.r.choice(words)
        self.when[word] = self.r.choice(highs if word in ("at_most", "less_than") else lows)
        return word

    def choose_what(self):
        """The kind and its events. Returns the alias that others may be tied to by distance."""
        r, kind, when = self.r, self.kind, self.when
        if kind in ("event", "latest", "count"):
            when[kind] = self.alias("one", kind != "latest")
        elif kind == "count_distinct":
            when[kind] = {"of": self.alias("one"), "field": r.choice(["s", "n", "c", "source"])}
            if self.is_over():
                when[kind]["field"] = r.choice(["rule", "level"])
        elif kind in ("sum", "average", "min", "max", "percentile", "weighted"):
            what = {"of": self.alias("one", False, type=r.choice(["x.a", "x.*"])),
                    "field": r.choice(["v", "w", "w", "n"])}
            if kind == "percentile":
                what["p"] = r.choice(["50", "50", "90", "100", "25", "33.333", "66.667", "66.666", "0.001"])
            if kind == "weighted":
                extra = r.choice([["half_life"], ["weight"], ["half_life", "weight"]])
                what.update({w: {"half_life": self.some("500ms", 1, 2), "weight": r.choice(["k", "k", "w"])}[w]
                             for w in extra})
            when["average" if kind == "weighted" else kind] = what
        elif kind == "ratio":
            names = [self.alias(n) for n in ["one", "two", "three"][:r.choice([2, 3])]]
            when[kind] = {"of": r.choice([names[0], names[:1], names[:2]]),
                          "to": r.choice([names, names[1:], names[-1]])}
        elif kind == "trend":
            when[kind] = {"count": self.alias("one", False)}
        elif kind == "sequence":
            return self.choose_steps()
        elif kind in ("all_of", "any_kinds"):
            when[kind] = [self.alias(n) for n in ["one", "two", "three"][:r.choice([2, 3])]]
        elif kind == "absence":
            when["absence"] = {"after": self.alias("one"), "expected": self.alias("answer"),
                               "deadline": self.some(1, 2, 3)}
        elif kind == "milestones":
            names = [self.alias(n, False) for n in ["answer", "second", "third"][:r.choice([1, 2, 2, 3])]]
            when["absence"] = {"after": self.alias("one", False),
                               "milestones": {n: self.some(1, 2, 3, 5) for n in names}}
        elif kind == "silence":
            when["absence"] = {"expected": self.alias("one", False), "every": self.some(1, 2, 5)}
        else:  # near, cluster
            self.choose_pairwise()
        if kind in ("absence", "milestones"):
            if r.random() < 0.3 and "type" in self.events["one"]:
                when["absence"]["from"] = "since"
            if self.is_chance("warn_at", 0.4):
                when["absence"]["warn_at"] = r.choice(["50%", "70%", "1%", "99%", "33%"])
        return "one"

    def choose_steps(self):
        r = self.r
        names = [self.alias(n) for n in ["one", "two", "three"][:r.choice([2, 2, 3])]]
        if r.random() < 0.1:
            names = ["one", "one"]
        steps = list(names)
        if len(set(names)) == len(names):
            for i in range(1, len(names)):
                if r.random() < 0.3:
                    steps[i] = {names[i]: {"near": r.choice(names[:i]), "distance": f"{LIMIT_M} m"}}
        self.when["sequence"] = steps
        if r.random() < 0.5:
            self.when["once_per"] = r.choice(["onset", "key"])
        return r.choice(names)

    def choose_pairwise(self):
        r, when = self.r, self.when
        inner = r.choice(["count", "count", "count_distinct", "all_of", "any_kinds"])
        if inner == "count":
            when["count"] = self.alias("one")
        elif inner == "count_distinct":
            when[inner] = {"of": self.alias("one", False), "field": "n"}
        else:
            when[inner] = [self.alias(n) for n in ["one", "two", "three"][:r.choice([2, 3])]]
        when["near"] = {"distance": f"{LIMIT_M} m"}
        if inner != "all_of":
            word = self.compare(["2"] if inner == "any_kinds" else ["2", "2", "3"])
            if word == "more_than":
                when[word] = "1"

    def choose_threshold(self):
        r, kind, when = self.r, self.kind, self.when
        word = "at_least"
        if kind == "any_kinds":
            word = self.compare(["2"])
            when[word] = "1" if word == "more_than" else "2"
        elif kind in ("count", "count_distinct"):
            word = self.compare(["1", "2", "3"], ["1", "2"])
        elif kind in MEASURED:
            word = self.compare(["0.3", "1", "2", "0.1", "2.5"], ["0.3", "1", "0", "2.5", "1.999999"])
        elif kind == "ratio":
            word = self.compare(["0.5", "0.333333", "0.333334", "0.25"], ["0.5", "0.666667", "0.666666"])
            if r.random() < 0.2 and word in ("at_least", "less_than"):  # Others would be always or never so.
                when[word] = "1"
        elif kind == "trend":
            word = self.compare(["1", "2", "1.5", "0.5", "0.674491"], ["1", "0.5", "0", "2"])
            self.choose_baseline()
        return word

    def choose_baseline(self):
        r, when = self.r, self.when
        within = r.choice([1, 2])
        when["within"] = f"{within}{self.unit}"
        base = when["baseline"] = {}
        if self.unit == "h":
            base["same_hours_of"] = r.choice(["1d", "2d", "3d"])
        else:
            base["last"] = f"{within * r.choice([2, 3, 5])}s"
        method = r.choice([None, "ratio", "robust_z", "ewma"])
        if method:
            base["method"] = method
        if r.random() < 0.5:
            base["floor"] = r.choice(["0.5", "0.1", "2"])
        if method == "ewma" and r.random() < 0.5:
            base["alpha"] = r.choice(["0.5", "0.1", "0.9"])
        if r.random() < 0.6:
            when["warm_up"] = self.some(1, 3, 6)

    def choose_own(self):
        """A threshold of the key's own, on another kind."""
        r, when = self.r, self.when
        self.kind = r.choice(["count", "count", "sum", "average", "max", "min"] + ["near"] * (r.random() < 0.3))
        self.choose_what()
        word = self.compare(["1"], ["1"] if self.kind != "near" else None)
        if self.kind == "near":
            for other in ("at_least", "more_than", "all_of", "any_kinds", "count_distinct"):
                when.pop(other, None)
            when["count"], word = "one", "at_least"
            self.events = {"one": self.events["one"]}
        if r.random() < 0.5:
            self.near = {"place": "camp", "distance": "100 m"}
            if self.kind == "near":
                self.events["one"]["near"] = self.near
            else:
                when["near"] = self.near
            self.group = r.choice([["camp"], ["camp", "site"]])
            when[word] = "camp.threshold"
        else:
            self.group, when[word] = r.choice([
                (["site"], "lists.limits"), (["unit", "site"], "lists.limits"), (["unit"], "lists.unit-limits")])
        self.finish_key()
        return word

    def add_least(self):
        r, when = self.r, self.when
        if self.kind in ("ratio", "percentile", "average", "weighted", "trend") and self.is_chance("at_least_events", 0.3):
            when["at_least_events"] = r.choice(["1", "2", "3"] + ["0", "0"] * (self.kind == "trend"))
        is_windowed = self.kind in COMPARED + ("all_of",)
        if is_windowed and not self.is_over() and self.is_chance("min_distinct", 0.12):
            when["min_distinct"] = r.choice([{"s": "2"}, {"n": "2"}, {"source": "2"}, {"c": "2", "s": "1"}])

    def add_escalate(self):
        if not self.is_chance("escalate", 0.3):
            return
        r = self.r
        when = ["count >= 2", "count > 2", "count == 3", "count % 2 == 0"]
        if self.kind in COMPARED:
            when += ["value >= 2.0", "value < 1.5", "value == 1.0", "value > 1.0 && count > 1"]
        if "site" in self.group:
            when += ['site.lowerAscii() == "a"', 'site.lowerAscii() == "b" && count > 1']
        if "unit" in self.group:
            when += ["unit == 1"]
        if self.kind not in ("sequence", "silence") and "type" in self.events.get("one", {}):
            when += ["one.w > 1.0", "one.n == 1 || count >= 3", "has(one.w) && one.w >= 2.0", 'one.s == "ab"',
                     "!(one.v > 0.5)"]
        self.alert["escalate"] = [{"when": w, "level": r.choice(LEVELS[LEVELS.index(self.level) + 1:])}
                                  for w in r.sample(when, r.choice([1, 1, 2]))]

    def make(self, allow_ends=True):
        r, when = self.r, self.when
        is_own, is_moving = self.kind == "own", self.kind == "moving"
        if is_moving:
            self.below = ()
            self.kind = r.choice([k for k in KINDS[:18] if k != "latest" and (k not in WORDS or k in self.words)])
        if is_own:
            tied_to, word = "one", self.choose_own()
        else:
            tied_to = self.choose_what()
            word = self.choose_threshold()
        kind = self.kind
        self.add_least()
        if is_moving:
            self.choose_moving()
        elif kind == "cluster":
            if r.random() < 0.2:
                for spec in self.events.values():
                    spec["near"] = {"place": "camp", "distance": "100 m"}
        elif not is_own:
            self.choose_key(is_needed=kind in ("absence", "silence", "near", "milestones"))
            if kind == "near" and not self.group:
                self.group = ["site"] if self.is_carried(["site"]) else ["mode"]
                self.finish_key()
        if kind not in ("event", "latest", "absence", "silence", "milestones", "trend"):
            when["within"] = self.some(1, 2, 5, 10)
        members = kind == "silence" and r.random() < 0.5
        if word in ("at_most", "less_than"):
            if kind in ("count", "count_distinct", "sum"):
                members = members or r.random() < 0.4
            tied_to = None
        if members and self.group == ["site"] and not self.near and not self.is_over():
            when["members"] = "lists.sites"
        if kind in ("silence", "trend", "milestones"):
            tied_to = None
        is_from = kind in ("absence", "milestones") and "from" in when["absence"]
        needs_end = kind in ("event", "sequence", "latest", "absence", "milestones")
        self.pace(needs_end, tied_to, allow_clear=allow_ends and not is_from)
        if when.get("sequence") == ["one", "one"]:
            tied_to = None  # `without` is near one step, not two.
        if kind == "sequence" and allow_ends and r.random() < 0.5 and (tied_to or self.has_key()):
            when["without"] = self.ending("stop", tied_to)
        self.add_escalate()
        self.alert["update_every"] = self.some("1ms", "1ms", "1s", 10)
        return {"rule": "random", "title": "Made at random", "version": "1", "status": "deprecated",
                "level": self.level, "events": self.events, "when": when, "alert": self.alert}


def names_of(rule):
    """What the key of @rule is made of."""
    near = rule["when"].get("near", {})
    kind = {"Alpha": "camp"}.get(near.get("place"), near.get("place"))
    names = list(rule["when"].get("group_by", []))
    return names + ([kind] if kind and kind not in names else [])


def some_rule(r, kind, name, setting, words=WORDS, below=(), allow_ends=True):
    rule = Maker(r, kind, setting, words, below).make(allow_ends)
    rule["rule"] = name
    return rule


# ---- Files --------------------------------------------------------------------------------------

def yaml_text(value):
    """One-line YAML; scalars plain where YAML reads them as text without doubt."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k}: {yaml_text(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(yaml_text, value)) + "]"
    value = str(value)
    return value if re.fullmatch(r"[\w/][\w ./-]*|-?[\d.]+", value) else json.dumps(value)


def rule_text(rule):
    return "".join(f"{key}: {yaml_text(value)}\n" for key, value in rule.items())


class Case:
    """Rules and the lines of a stream, and the folder they are written to."""

    def __init__(self, rules, lines, accept_late_ms=None, disorder_ms=0, words=WORDS, is_in_order=False):
        self.rules, self.lines, self.words = rules, lines, words
        self.accept_late_ms, self.disorder_ms = accept_late_ms, disorder_ms
        self.is_in_order = is_in_order  # And no two events at one time.

    def of(self, rules=None, lines=None, is_in_order=None):
        """The same with other rules or lines."""
        return Case(self.rules if rules is None else rules, self.lines if lines is None else lines,
                    self.accept_late_ms, self.disorder_ms, self.words,
                    self.is_in_order if is_in_order is None else is_in_order)

    def write(self, folder):
        for name in ("rules/lists", "types", "places"):
            os.makedirs(os.path.join(folder, name), exist_ok=True)
        types = streams.type_documents("moving" in self.words)
        for name, text in [
                ("types/types.yaml", "---\n".join(map(rule_text, types))),
                ("places/places.geojson", json.dumps(streams.place_documents())),
                ("rules/rules.yaml", "---\n".join(map(rule_text, self.rules))),
                ("events.ndjson", "".join(line + "\n" for line in self.lines))] + [
                    (f"rules/lists/{name}.yaml", yaml_text(entries) + "\n")
                    for name, entries in streams.LISTS.items()]:
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)


def some_case(seed, kinds=KINDS, words=WORDS, most=30, count=6):
    """The case of @seed: @count rules, one stream in order of time, as dense however long it is."""
    r = random.Random(seed)
    kinds = [k for k in kinds if k not in WORDS or k in words]
    events = r.randint(3, most) if most < 100 else most
    setting = Setting(r, max(25_000, events * 600 // 500 * 500))
    if "trend" in kinds and r.random() < 0.08:
        setting, kinds = Setting(r, 4 * streams.DAY, 3_600_000, 4 * 3_600_000), ["trend", "trend", "count", "average"]
        events = min(events, 200)
    over = count // 3 if "alert" in words and r.random() < 0.6 else 0
    rules = [some_rule(r, r.choice(kinds), f"rule-{i}", setting, words) for i in range(count - over)]
    for i in range(count - over, count):
        kind = r.choice([k for k in OVER if k in kinds] or OVER[:1])
        rules.append(some_rule(r, kind, f"rule-{i}", setting, *readable(rules, words)))
    if r.random() < 0.3:
        rules[-1]["status"] = "experimental"  # Nobody rests on it.
    made = Case(rules, some_events(r, events, setting, any("moving" in needs(rule) for rule in rules)), words=words)
    made.lateness_ms = setting.lateness_ms
    return made


def readable(rules, words):
    """(words, rules) for a rule over alerts: not those of clusters without a key, which are for the rules
    above there until they join another, under ids that no record of the end has."""
    def is_cluster(rule):
        return "distance" in rule["when"].get("near", {}) and not {"place"} & set(rule["when"]["near"]) and (
            not names_of(rule))

    kept = [rule for rule in rules if not is_cluster(rule)]
    if len(kept) < len(rules):
        words = [w for w in words if w != "any"]
    return words, kept


def some_late_case(seed, words=WORDS, accept_late_ms=2000):
    """A case whose stream holds events that come too late. An event too late may yet end an open
    alert or fire a rule of kind `event`, which depends on the log; so there are no such rules."""
    r = random.Random(seed)
    kinds = [k for k in KINDS if k not in ("event", "absence", "silence", "milestones", "moving")]
    kinds = [k for k in kinds if k not in WORDS or k in words]
    setting = Setting(r, 25_000)
    words = [w for w in words if w != "moving"]
    rules = [some_rule(r, r.choice(kinds), f"rule-{i}", setting, words, allow_ends=False) for i in range(6)]
    lines = some_events(r, r.randint(10, 30), setting)
    return Case(rules, shuffled(r, one_each(lines), 3 * accept_late_ms), accept_late_ms, words=words)


def main():
    seed, folder = sys.argv[1:]
    some_case(int(seed)).write(folder)
    print(f"seed {seed}")


if __name__ == "__main__":
    main()
