"""Rule files as the oracle reads them: YAML in, plain objects out. It trusts the rule: refusing wrong
ones is the processor's work and tested elsewhere."""

import copy
import os
import re
from decimal import ROUND_HALF_UP, Decimal

import cel
from world import (ENVELOPE, LEVELS, distance_mm, documents, fold, fold_name, offset_ms,
                   span_ms)

COMPARES = ("at_least", "more_than", "at_most", "less_than")
WINDOWED = ("count", "count_distinct", "sum", "average", "min", "max", "all_of", "any_kinds", "ratio",
            "percentile", "trend")
MEASURES = ("sum", "average", "min", "max", "percentile")  # Those that look at numbers in a field.
ALERT_FIELDS = ("alert_id", "rule", "level", "location", "mode")
OPERATORS = ("gt", "gte", "lt", "lte", "contains", "startswith", "endswith", "re", "exists")


def millionths(value):
    """A number as whole 10^-6, half away from zero."""
    return int((Decimal(value) * 1_000_000).quantize(Decimal(1), ROUND_HALF_UP))


class Test:
    """One line of `match:`."""

    def __init__(self, key, operands, lists):
        words = key.split("|")
        self.field = words[0]
        self.op = next((w for w in words[1:] if w in OPERATORS), "equal")
        self.is_not = "not" in words
        self.is_all = "all" in words
        self.is_cased = "cased" in words
        if isinstance(operands, str):
            operands = lists(operands[6:]) if operands.startswith("lists.") else [operands]
        self.operands = operands


class Tie:
    """By distance to an event of the alias `to`; or, without it, by key."""

    def __init__(self, spec=None):
        self.to = spec["near"] if spec else None
        self.limit_mm = distance_mm(spec["distance"]) if spec else None


class Alias:
    def __init__(self, name, spec, lists):
        self.name = name
        self.types = spec.get("type")
        self.at = spec.get("at")
        self.near = spec.get("near")
        self.renamed = spec.get("as") or {}
        self.tests = [Test(k, v, lists) for k, v in (spec.get("match") or {}).items()]
        self.where = cel.compile(spec["where"]) if "where" in spec else None
        self.hours = Hours(spec["hours"]) if "hours" in spec else None
        self.alert = AlertOf(spec) if "alert" in spec else None


class AlertOf:
    """What an alias takes of other rules' alerts: the episodes of a rule ("any": of every rule) while they
    are open, or the moment of the change called @state; those that reach @level."""

    def __init__(self, spec):
        self.rule = spec["alert"]
        self.state = spec.get("state")
        self.level = LEVELS.index(spec["level"]) if "level" in spec else None
        self.id = (self.rule, self.state, self.level)


class Hours:
    """`sun`: "day" or "night"; or minutes of the local day, with the offset of the rule or (None) of
    the place."""

    def __init__(self, spec):
        self.sun = self.offset_ms = None
        if spec in ("day", "night"):
            self.sun = spec
            return
        if isinstance(spec, dict):
            self.offset_ms = offset_ms(spec["utc_offset"])
            spec = spec["between"]
        self.from_ms, self.to_ms = (
            60_000 * (60 * int(part[:2]) + int(part[3:])) for part in spec.split("-"))

    def is_open(self, local_ms):
        """Is it that time of day? The begin belongs to it, the end does not."""
        now = local_ms % 86_400_000
        if self.from_ms <= self.to_ms:
            return self.from_ms <= now < self.to_ms
        return now >= self.from_ms or now < self.to_ms


def _names(spec):
    return [spec] if isinstance(spec, str) else list(spec)


def _tied(spec):
    """[(alias, Tie)] of `demo`, `{demo: {near, distance}}` or a list of both."""
    if spec is None:
        return []
    if isinstance(spec, str):
        return [(spec, Tie())]
    if isinstance(spec, list):
        return [pair for item in spec for pair in _tied(item)]
    return [(alias, Tie(how) if how else Tie()) for alias, how in spec.items()]


class Threshold:
    """A number; or one of the key's own, from its place (KIND.PROPERTY) or a list (lists.NAME)."""

    def __init__(self, spec, lists):
        self.number = self.entries = self.property = None
        if re.fullmatch(r"[-+]?[\d.]+([eE][-+]?\d+)?", spec):
            self.number = Decimal(spec)
        elif spec.startswith("lists."):
            self.entries = lists(spec[6:])
        else:
            self.property = spec.split(".", 1)

    def of(self, part, world):
        """The number for the key @part {name: value}; None: it has none, and never holds."""
        if self.number is not None:
            return self.number
        if self.property:
            kind, name = self.property
            wanted = next(v for n, v in part.items() if fold(n) == fold(kind))
            place = next(p for p in world.places if p.kind == fold(kind) and p.id == wanted)
            return Decimal(str(place.properties[name]))
        for entry in self.entries:
            if all(agrees(text, part[n], world) for n, text in entry.items() if n != "threshold"):
                return Decimal(entry["threshold"])
        return None


def agrees(text, value, world):
    """Is @value of a key what a list writes as @text?"""
    if isinstance(value, bool):
        return fold(text) == ("true" if value else "false")
    if isinstance(value, str):
        places = [p for p in world.places if fold_name(text) in p.names]
        return value == fold(text) or any(value == p.id for p in places)
    return value == Decimal(text)


class Rule:
    def __init__(self, document, world, lists):
        when, alert = document["when"], document["alert"]
        self.name = document["rule"]
        self.level = LEVELS.index(document.get("level", "low"))
        self.is_experimental = document.get("status") == "experimental"
        self.aliases = {n: Alias(n, s, lists) for n, s in document["events"].items()}
        self.group_by = list(when.get("group_by") or [])
        self.within = span_ms(when["within"]) if "within" in when else None
        self.compare = next((c for c in COMPARES if c in when), None)
        self.threshold = Threshold(when[self.compare], lists) if self.compare else None
        self.field = self.from_field = self.members = self.near_mm = None
        self.half_life_ms = self.weight = self.warn_at = self.milestones = self.milestone = None
        self.steps, self.counted, self.to = [], [], []
        self.is_rising = self.is_over_any = False
        self.without = _tied(when.get("without"))
        self.kind = next(k for k in ("event", "latest", "sequence", "absence") + WINDOWED if k in when)
        what = when[self.kind]
        if self.kind in ("event", "sequence"):
            self.steps = _tied(what)
            self.counted = [alias for alias, _ in self.steps]
        elif self.kind == "absence":
            self.kind = "silence" if "every" in what else "absence"
            self.expected = what.get("expected")
            self.deadline = span_ms(what.get("every") or what.get("deadline") or "")
            self.milestones = what.get("milestones")
            self.warn_at = int(what["warn_at"].rstrip("%")) if "warn_at" in what else None
            self.from_field = what.get("from")
            self.counted = [what.get("after", self.expected)]
        elif self.kind == "ratio":
            self.of, self.to = (_names(what[word]) for word in ("of", "to"))
            self.counted = list(dict.fromkeys(self.of + self.to))
        elif self.kind == "trend":
            self.counted = [what["count"]]
            self.baseline = Baseline(when, self.within)
        elif isinstance(what, dict):
            self.counted, self.field = [what["of"]], what["field"]
            self.half_life_ms = span_ms(what["half_life"]) if "half_life" in what else None
            self.weight = what.get("weight")
            self.rank = int(Decimal(what["p"]) * 1000) if "p" in what else None  # In thousandths.
        else:
            self.counted = _names(what)
        self.least_events = int(when.get("at_least_events", 1))
        self.least_distinct = {f: int(n) for f, n in (when.get("min_distinct") or {}).items()}
        self._near(when, world)
        self._members(when, lists)
        self.once = when.get("once_per")
        if self.once is None:
            self.once = "key" if self.group_by else "event"
        self.clear = _tied(alert.get("clear_when"))
        self.for_ms = span_ms(alert.get("for", ""))
        self.keep_ms = span_ms(alert.get("keep_firing_for", ""))
        self.expire_ms = span_ms(alert["expire_after"]) if "expire_after" in alert else None
        self.escalate = [(cel.compile(step["when"]), LEVELS.index(step["level"]))
                         for step in alert.get("escalate") or [] if "when" in step]
        self.document = document

    def rests_on(self):
        """The rules whose alerts it reads; "any" among them."""
        return {a.alert.rule for a in self.aliases.values() if a.alert}

    def parts(self):
        """One rule for each milestone, or itself."""
        if not self.milestones:
            return [self]
        made = []
        for name, deadline in self.milestones.items():
            part = copy.copy(self)
            part.milestone, part.expected, part.deadline = name, name, span_ms(deadline)
            made.append(part)
        return made

    def _near(self, when, world):
        near = when.get("near")
        if near and "place" in near:
            for alias in self.aliases.values():
                alias.near = alias.near or near
        elif near:
            self.near_mm = distance_mm(near["distance"])
        for alias in self.aliases.values():
            alias.place_kind, alias.places, alias.moving = None, [], False
            if alias.near:
                alias.places = [p for p in world.places if p.kind == fold(alias.near["place"])]
                alias.moving = fold(alias.near["place"]) in world.moving_kinds()
                if not alias.places and not alias.moving:
                    named = fold_name(alias.near["place"].rpartition(".")[2])
                    alias.places = [p for p in world.places if named in p.names]
                alias.place_kind = alias.places[0].kind if alias.places else fold(alias.near["place"])
                alias.limit_mm = distance_mm(alias.near["distance"])
        if near and "place" in near:
            kind = next(a.place_kind for a in self.aliases.values() if a.near is near)
            if kind not in [fold(name) for name in self.group_by]:
                self.group_by.append(kind)

    def moving_names(self, rules):
        """Parts of its key that name places that move, as those of the rules it reads (in @rules) may."""
        moving = {n for n in self.group_by for a in self.aliases.values() if a.moving and fold(n) == a.place_kind}
        below = [rules[n] for n in self.rests_on() if n in rules]
        return moving.union(*(b.moving_names(rules) for b in below)) & set(self.group_by)

    def _members(self, when, lists):
        if "members" in when:
            entries = lists(when["members"][6:]) if isinstance(when["members"], str) else when["members"]
            self.members = [e if isinstance(e, dict) else {self.group_by[0]: e} for e in entries]

    def bind(self, world, rules):
        """Which part of the key each alias carries: {name: field, or None for the place}. @rules: those
        whose alerts may be read, by name."""
        for alias in self.aliases.values():
            alias.moving_names = self.moving_names(rules)
            if alias.alert:
                below = rules.get(alias.alert.rule)
                names = [n for n in below.group_by] if below else []
                names += ["milestone"] if below and below.milestones else []
                declared = [set(names) | set(ALERT_FIELDS)]
                alias.of_types = set()
            else:
                alias.of_types = set(world.types_of(alias.types))
                declared = [world.types[t].get("fields") or {} for t in alias.of_types]
            alias.location = {t: alias.at or world.types[t].get("location") for t in alias.of_types}
            alias.carries = {}
            for name in self.group_by:
                if name in alias.renamed:
                    alias.carries[name] = alias.renamed[name]
                elif alias.place_kind and fold(name) == alias.place_kind:
                    alias.carries[name] = None
                elif all(name in fields or (name in ENVELOPE and not alias.alert) for fields in declared):
                    alias.carries[name] = name
            if alias.name in self.counted and alias.of_types:
                value = world.types[next(iter(alias.of_types))].get("fields", {}).get(self.field or "")
                least = ((value or {}).get("range") or [None])[0]
                self.is_rising = least not in (None, "", "null") and float(least) >= 0


class Baseline:
    """Where the usual number comes from: windows of @within, each @step_ms before the next."""

    def __init__(self, when, within):
        given = when["baseline"]
        span = span_ms(given.get("same_hours_of") or given["last"])
        self.step_ms = 86_400_000 if "same_hours_of" in given else within + 1
        self.windows = span // (86_400_000 if "same_hours_of" in given else within)
        self.method = given.get("method", "ratio")
        self.floor = Decimal(given.get("floor", "1"))
        self.alpha = Decimal(given.get("alpha", "0.3"))
        self.warm_up_ms = span_ms(when["warm_up"]) if "warm_up" in when else span


def load_rules(path, world):
    """The rules of a file or of a folder and those in it (but for types, places and lists)."""

    def lists(name):
        with_lists = os.path.join(path, "lists", name + ".yaml")
        return next(iter(documents(with_lists)))

    files = [path]
    if os.path.isdir(path):
        files = []
        for folder, folders, names in os.walk(path):
            folders[:] = sorted(set(folders) - {"types", "places", "lists"})
            closed = {"tags.yaml", "topics.yaml", "recipients.yaml"}
            files += [os.path.join(folder, n) for n in sorted(set(names) - closed)
                      if n.endswith(".yaml")]
    return in_order([Rule(d, world, lists) for file in files for d in documents(file) if "rule" in d],
                    world)


def in_order(rules, world):
    """@rules, bound, each after those whose alerts it reads; those that read any come last."""
    by_name = {rule.name: rule for rule in rules}
    for rule in rules:
        rule.bind(world, by_name)
    done = []

    def add(rule):
        if rule in done:
            return
        for name in rule.rests_on():
            if name != "any":
                add(by_name[name])
        done.append(rule)

    def is_over_any(rule):
        below = rule.rests_on()
        return "any" in below or any(is_over_any(by_name[n]) for n in below)

    for rule in rules:
        if not is_over_any(rule):
            add(rule)
    for rule in rules:
        rule.is_over_any = is_over_any(rule)
        add(rule)
    return done
