"""Rule files as the oracle reads them: YAML in, plain objects out. It trusts the rule: refusing wrong
ones is the processor's work and tested elsewhere."""

import os
import re
from decimal import ROUND_HALF_UP, Decimal

from world import ENVELOPE, documents, fold, fold_name

SPAN = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
COMPARES = ("at_least", "more_than", "at_most", "less_than")
WINDOWED = ("count", "count_distinct", "sum", "average", "min", "max", "all_of", "any_kinds")
OPERATORS = ("gt", "gte", "lt", "lte", "contains", "startswith", "endswith", "re", "exists")


def span_ms(text):
    """Milliseconds of "90s", "1h30m", "250ms"."""
    return sum(int(n) * SPAN[unit] for n, unit in re.findall(r"(\d+)(ms|[smhd])", text))


def distance_mm(text):
    """Millimetres of "300 m", "1.5 km"."""
    number, unit = re.fullmatch(r"([\d.]+)\s*(m|km)", text).groups()
    return int(Decimal(number) * (1000 if unit == "m" else 1_000_000))


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
        self.types = spec["type"]
        self.at = spec.get("at")
        self.near = spec.get("near")
        self.renamed = spec.get("as") or {}
        self.tests = [Test(k, v, lists) for k, v in (spec.get("match") or {}).items()]


def _tied(spec):
    """[(alias, Tie)] of `demo`, `{demo: {near, distance}}` or a list of both."""
    if spec is None:
        return []
    if isinstance(spec, str):
        return [(spec, Tie())]
    if isinstance(spec, list):
        return [pair for item in spec for pair in _tied(item)]
    return [(alias, Tie(how) if how else Tie()) for alias, how in spec.items()]


class Rule:
    def __init__(self, document, world, lists):
        when, alert = document["when"], document["alert"]
        self.name = document["rule"]
        self.aliases = {n: Alias(n, s, lists) for n, s in document["events"].items()}
        self.group_by = list(when.get("group_by") or [])
        self.within = span_ms(when["within"]) if "within" in when else None
        self.compare = next((c for c in COMPARES if c in when), None)
        self.threshold = Decimal(when[self.compare]) if self.compare else None
        self.field = self.from_field = self.members = self.near_mm = None
        self.steps, self.counted = [], []
        self.without = _tied(when.get("without"))
        self.kind = next(k for k in ("event", "latest", "sequence", "absence") + WINDOWED if k in when)
        what = when[self.kind]
        if self.kind in ("event", "sequence"):
            self.steps = _tied(what)
            self.counted = [alias for alias, _ in self.steps]
        elif self.kind == "absence":
            self.kind = "silence" if "every" in what else "absence"
            self.deadline = span_ms(what.get("every") or what.get("deadline"))
            self.expected = what["expected"]
            self.from_field = what.get("from")
            self.counted = [what.get("after", self.expected)]
        elif isinstance(what, dict):
            self.counted, self.field = [what["of"]], what["field"]
        else:
            self.counted = [what] if isinstance(what, str) else what
        self._near(when, world)
        self._members(when, lists)
        self.once = when.get("once_per")
        if self.once is None:
            self.once = "key" if self.group_by else "event"
        self.clear = _tied(alert.get("clear_when"))
        self.for_ms = span_ms(alert.get("for", ""))
        self.keep_ms = span_ms(alert.get("keep_firing_for", ""))
        self.expire_ms = span_ms(alert["expire_after"]) if "expire_after" in alert else None
        self._bind(world)

    def _near(self, when, world):
        near = when.get("near")
        if near and "place" in near:
            for alias in self.aliases.values():
                alias.near = alias.near or near
        elif near:
            self.near_mm = distance_mm(near["distance"])
        for alias in self.aliases.values():
            alias.place_kind, alias.places = None, []
            if alias.near:
                alias.places = [p for p in world.places if p.kind == fold(alias.near["place"])]
                if not alias.places:
                    named = fold_name(alias.near["place"])
                    alias.places = [p for p in world.places if named in p.names]
                alias.place_kind = alias.places[0].kind
                alias.limit_mm = distance_mm(alias.near["distance"])
        if near and "place" in near:
            kind = next(a.place_kind for a in self.aliases.values() if a.near is near)
            if kind not in [fold(name) for name in self.group_by]:
                self.group_by.append(kind)

    def _members(self, when, lists):
        if "members" in when:
            entries = lists(when["members"][6:]) if isinstance(when["members"], str) else when["members"]
            self.members = [e if isinstance(e, dict) else {self.group_by[0]: e} for e in entries]

    def _bind(self, world):
        """Which part of the key each alias carries: {name: field, or None for the place}."""
        for alias in self.aliases.values():
            alias.of_types = set(world.types_of(alias.types))
            declared = [world.types[t].get("fields") or {} for t in alias.of_types]
            alias.location = {t: alias.at or world.types[t].get("location") for t in alias.of_types}
            alias.carries = {}
            for name in self.group_by:
                if name in alias.renamed:
                    alias.carries[name] = alias.renamed[name]
                elif alias.place_kind and fold(name) == alias.place_kind:
                    alias.carries[name] = None
                elif all(name in fields or name in ENVELOPE for fields in declared):
                    alias.carries[name] = name
            value = world.types[next(iter(alias.of_types))].get("fields", {}).get(self.field or "")
            if alias.name in self.counted and value:
                least = (value.get("range") or [None])[0]
                self.is_rising = least not in (None, "", "null") and float(least) >= 0


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
    return [Rule(d, world, lists) for file in files for d in documents(file) if "rule" in d]
