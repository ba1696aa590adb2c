"""Alerts as events: what a rule sees of the episodes of others."""

from world import LEVELS, place_part

SOURCE = b"tocsin"


class AlertEvent:
    """An alert as another rule sees it; alert: in which ways it is read; until (ms): while it is open it
    takes part, None: only its moment counts."""

    def __init__(self, told, t, until, location, number):
        self.alert, self.t, self.until = set(), t, until
        self.location = location and (location[0], location[1], 0, location[3])
        self.mode, self.type = told.mode, None
        self.id = alert_name(told)
        key = [str(v).encode() for v in told.key.values()]
        name = b"\0".join([told.rule.encode(), b"%020d" % told.begin] + key + [b"%06d" % number])
        self.order = (t, SOURCE, name)
        self.fields = dict(told.key, rule=told.rule, level=LEVELS[told.own_level], alert_id=self.id,
                           mode=told.mode, time=t)

    def value(self, name):
        whole, _, part = name.partition(".")
        return place_part(self.location, part) if whole == "location" and part else self.fields.get(name)

    def __repr__(self):
        return f"{self.id}@{self.t}"


def alert_name(told, plain=lambda value: value):
    """What stands for the alert's id, which only the processor knows: two of one rule, key and begin are told apart
    by what they say themselves, not where they are evidence."""
    key = ",".join(f"{n}={plain(v)}" for n, v in sorted(told.key.items()))
    return f"alert:{told.rule}/{told.mode}/{key}/{told.begin}"


class Alerts:
    """The episodes found so far."""

    def __init__(self):
        self.known = []  # (rule, told, location)
        self.read_as = {}  # By the way of reading: events.
        self.made = {}     # An alert seen at the same time is one event, whoever reads it.

    def add(self, rule, told, location):
        told.own_level = rule.level
        self.known.append((rule, told, location))

    def read_by(self, rule):
        """The alert events that the aliases of @rule take."""
        ways = {a.alert.id: a.alert for a in rule.aliases.values() if a.alert}
        return list(dict.fromkeys(
            event for of in ways.values() for event in self.read(of, rule.is_experimental)))

    def read(self, of, by_experimental):
        """An experimental rule reads all; others, by `any`, leave the alerts of experimental ones out."""
        way = of.id, by_experimental
        if way not in self.read_as:
            self.read_as[way] = [
                self.event(told, t, until, location)
                for rule, told, location in self.known
                if (not rule.is_over_any and (by_experimental or not rule.is_experimental)
                    if of.rule == "any" else rule.name == of.rule)
                for t, until in moments(of, told)]
            for event in self.read_as[way]:
                event.alert.add(of.id)
        return self.read_as[way]

    def event(self, told, t, until, location):
        which = (id(told), t, until)  # Two of one name are two.
        if which not in self.made:
            self.made[which] = AlertEvent(told, t, until, location, len(self.made))
        return self.made[which]


def moments(of, told):
    """[(t, until)]: when such an alert is seen."""
    end = float("inf") if told.end is None else told.end
    if of.state in ("cleared", "expired"):
        return [(told.end, None)] if told.how == of.state else []
    if of.state in ("escalated", "deescalated"):
        changes = zip(told.levels, told.levels[1:])
        return [(t, None) for (_, before), (t, now) in changes
                if (now > before) == (of.state == "escalated")]
    if of.level is not None:
        reached = [t for t, level in told.levels if level >= of.level]
        return [(reached[0], end)] if reached else []
    return [(told.begin, end)]
