"""Which events count: `match`, `where`, `hours`, `near`, and the keys an event carries."""

import re
from fractions import Fraction

import cel
import sun
from world import fold, fold_name, parse_time

def holds_for(test, value):
    """Does one value (an item, of a list) meet the test?"""
    def same(operand):
        if isinstance(value, bool):
            return operand == ("true" if value else "false")
        if isinstance(value, str):
            return text(value) == text(operand)
        if test.of_time:
            return value == parse_time(operand)
        return Fraction(value) == Fraction(operand if isinstance(value, int) else float(operand))

    def text(given):
        return given if test.is_cased else fold(given)

    def compares(operand):
        if test.of_time:
            return value, parse_time(operand)
        return Fraction(value), Fraction(operand if isinstance(value, int) else float(operand))

    checks = {
        "equal": same,
        "gt": lambda o: compares(o)[0] > compares(o)[1],
        "gte": lambda o: compares(o)[0] >= compares(o)[1],
        "lt": lambda o: compares(o)[0] < compares(o)[1],
        "lte": lambda o: compares(o)[0] <= compares(o)[1],
        "contains": lambda o: text(o) in text(value),
        "startswith": lambda o: text(value).startswith(text(o)),
        "endswith": lambda o: text(value).endswith(text(o)),
        "re": lambda o: re.search(o, value, 0 if test.is_cased else re.IGNORECASE) is not None,
    }
    return any(checks[test.op](operand) for operand in test.operands)


def judge_test(test, event, of_time):
    """True, False, or None if the field it needs is missing."""
    value = event.value(test.field)
    test.of_time = of_time
    if test.op == "exists":
        met = (value is not None) == (test.operands[0] == "true")
    elif value is None:
        return True if test.is_not else None
    elif isinstance(value, list):
        if test.op == "contains":  # Of a list: an item equal to it.
            each = [any(item_equal(test, item, o) for o in test.operands) for item in value]
        else:
            each = [holds_for(test, item) for item in value]
        met = bool(each) and all(each) if test.is_all else any(each)
    else:
        met = holds_for(test, value)
    return met != test.is_not


def item_equal(test, item, operand):
    return item == operand if test.is_cased else fold(item) == fold(operand)


class Judge:
    """Judges events for one alias of a rule."""

    def __init__(self, world, positions, alias):
        self.world, self.positions, self.alias = world, positions, alias
        self.known = {}

    def condition(self, event):
        """Do `match:`, `where:` and the hours hold, as far as they do not ask for a place? None: what
        they need is missing, and nothing else fails."""
        fields = {} if event.alert is not None else self.world.types[event.type].get("fields") or {}
        results = []
        for test in self.alias.tests:
            of_time = test.field == "time" and "time" not in fields
            of_time = of_time or fields.get(test.field, {}).get("type") == "time"
            results.append(judge_test(test, event, of_time))
        if self.alias.where:
            results.append(cel.holds(self.alias.where, lambda name: self.cel_value(event, name)))
        results.append(self.in_hours(event))
        if False in results:
            return False
        return None if None in results else True

    def in_hours(self, event):
        """Is it the time of day, if that is a matter of the event alone?"""
        hours = self.alias.hours
        if hours is None or (hours.sun is None and hours.offset_ms is None):
            return True
        if hours.sun is None:
            return hours.is_open(event.t + hours.offset_ms)
        point = self.point(event)
        if point is None:
            return None
        return sun.is_day(event.t, point) == (hours.sun == "day")

    def point(self, event):
        if event.alert is not None:
            return event.location
        return event.fields.get(self.alias.location[event.type] or "")

    def places(self, event):
        """Ids of the places the event is near, at their hours; None if it has no location."""
        point = self.point(event)
        if point is None:
            return None
        near = [p for p in self.alias.places if p.distance_mm(point) <= self.alias.limit_mm]
        hours = self.alias.hours
        if hours and hours.sun is None and hours.offset_ms is None:
            near = [p for p in near if hours.is_open(event.t + p.offset_ms)]
        found = [p.id for p in near]
        if self.alias.moving:
            kind = self.alias.place_kind
            found += self.positions.near(kind, event, point, self.alias.limit_mm)
        return found

    def is_of(self, event):
        """Is it of the alias's types, or of the alerts it takes?"""
        if self.alias.alert:
            return event.alert is not None and self.alias.alert.id in event.alert
        return event.alert is None and event.type in self.alias.of_types

    def qualifies(self, event):
        if event not in self.known:
            self.known[event] = (
                self.is_of(event) and self.condition(event) is True
                and (not self.alias.near or bool(self.places(event))))
        return self.known[event]

    def keys(self, event, places=None):
        """The parts of the key that the event carries: a dict for each place found; none if one of
        them is missing."""
        keys = [{}]
        for name, field in self.alias.carries.items():
            if field is None:
                found = self.places(event) if places is None else places
                keys = [dict(k, **{name: place}) for k in keys for place in found]
            else:
                value = event.value(field)
                if value is None:
                    return []
                if name in self.alias.moving_names:
                    value = fold_name(value)
                keys = [dict(k, **{name: as_key(value)}) for k in keys]
        return keys

    def cel_value(self, event, name):
        """The field called @name as CEL sees it; None: missing."""
        value = event.value(name)
        if value is None or isinstance(value, tuple):
            return None
        fields = {} if event.alert is not None else self.world.types[event.type].get("fields") or {}
        declared = fields.get(name, {}).get("type")
        if declared == "time" or (name == "time" and declared is None):
            return cel.Time(value)
        if "values" in fields.get(name, {}):  # A word of a closed list has the list's spelling.
            spelling = {fold(v): v for v in fields[name]["values"]}
            return [spelling[fold(v)] for v in value] if declared == "list" else spelling[fold(value)]
        return float(value) if declared == "number" else value


def as_key(value):
    return fold(value) if isinstance(value, str) else value
