"""Do the incidents told hang together? By brute force, from nothing but the records, in the order told.

Open alerts that share evidence, or of which one is evidence of the other, carry one incident: the alert of it
that was told first. What an alert has come to rest on may be known to the processor before update_every lets
it be told; so what is shared by records told so far has to be joined, and what is joined has to share
something by some record. Two that became one are told again under the one name: `incident_was` says so.

What no record shows is allowed for, and no more. An alert that has ended before its incident became another
is told so with its next record or never; then only who was open throughout and joined both tells where that
went. And evidence beyond the hundred that a record quotes joins, too, when it comes.
"""

import json

QUOTED = 100  # So many a record quotes at most.


class Alert:
    def __init__(self, data, is_shadow):
        self.id, self.mode, self.is_shadow = data["alert_id"], data["mode"], is_shadow
        self.new_at = data["new_at"]
        self.incident, self.incident_at, self.is_open = None, None, False
        self.events, self.ever, self.incidents = set(), set(), set()
        self.times, self.unquoted = set(), set()  # Of events; from when till when there are some not quoted.


def events_of(data):
    """What it rests on, as told; itself among it, for who rests on that."""
    events = {(data["mode"], e["source"], e["id"], e["time"]) if e["type"].startswith("alert ") else
              (data["mode"], e["source"], e["id"]) for e in data.get("evidence", [])}
    return events | {("alert", p) for p in data.get("parents", [])} | {("alert", data["alert_id"])}


def resting(a, b, events="events"):
    """Do they share an event, or is one evidence of the other?"""
    mine, others = getattr(a, events), getattr(b, events)
    return any(e[0] != "alert" or e[1] in (a.id, b.id) for e in mine & others)


def may_rest(a, b):
    """By what is quoted, or is there something of the time of what @a does not quote?"""
    return resting(a, b, "ever") or any(
        start <= time <= end for x, y in ((a, b), (b, a)) for start, end in x.unquoted
        for time in y.times | {time for span in y.unquoted for time in span})


class Names:
    """What became of the names of incidents."""

    def __init__(self, records):
        self.became, self.lived = {}, {}  # By what is told; by what alerts told that were open.
        self.skipped = {}  # {(name, name told of before it): what both may have become, untold of the latter}
        told, held = {}, {}  # When the alert named after was told; what open alerts were told of last.
        for data in records:
            was, named = data.get("incident_was"), data["incident"]
            told[named] = (data["incident_at"], named)
            if was:
                self.became.setdefault(was, set()).add(named)
            if was and data["alert_id"] in held:
                self.lived.setdefault(was, set()).add(named)
                until = told.get(was, told[named])  # Not told of at all: look() says so.
                between = [m for m, at in told.items() if told[named] < at < until and m not in held.values()]
                self.skipped.update({(was, m): named for m in between})
            held[data["alert_id"]] = named
            if not data["open"]:
                del held[data["alert_id"]]

    def meet(self, a, b):
        """Are they one by what is told in the end?"""
        return bool(later(a, self.became) & later(b, self.became))

    def lead(self, was, named):
        """Was @named what was to be told of @was, by others than who says so?"""
        return bool(later(was, self.lived) & later(named, self.lived)) or (was, named) in self.skipped

    def skip(self, a, b):
        """Do they meet by what nobody was left to tell? It is known from now on."""
        for was, others in ((a, b), (b, a)):
            for m in later(others, self.became):
                if (was, m) in self.skipped:
                    self.became.setdefault(m, set()).add(self.skipped[was, m])
                    return True
        return False


def later(name, became):
    found, left = {name}, [name]
    while left:
        for more in became.get(left.pop(), set()) - found:
            found.add(more)
            left.append(more)
    return found


def check(lines, shadows=(), is_in_order=True):
    """What is wrong with the incidents of the records @lines, NDJSON; @shadows: rules under trial.
    @is_in_order: no late event took away what was shared before it was told."""
    alerts, wrong = {}, []
    records = [json.loads(line)["data"] for line in lines if line.strip()]
    names = Names(records)
    for data in records:
        one = alerts.setdefault(data["alert_id"], Alert(data, data["rule"] in shadows))
        wrong += look(one, data, alerts, names)
    wrong += look_at_end(alerts)
    if is_in_order:
        wrong += look_at_whole(alerts, names.became)
    return wrong


def look(one, data, alerts, names):
    """@data is the next record of @one."""
    named, was, wrong = data["incident"], one.incident, []
    told = f"{data['rule']} {data['alert_id']} seq {data['seq']}"
    first = alerts.get(named)
    if data.get("incident_was") != (was if was != named else None):
        wrong.append(f"{told}: incident_was {data.get('incident_was')}, before it was {was}")
    if one.is_shadow:
        return wrong + ([f"{told}: of a rule under trial, and not on its own"] if named != one.id else [])
    if first is None or first.is_shadow or first.mode != one.mode:
        return wrong + [f"{told}: incident {named} is no alert told before it"]
    if data["incident_at"] != first.new_at or (not was and data["incident_at"] > one.new_at):
        wrong.append(f"{told}: incident_at {data['incident_at']} of an alert first told {first.new_at}")
    if one.is_open and named != was and (data["incident_at"], named) > (one.incident_at, was):
        wrong.append(f"{told}: incident {named} was told after {was} and stays")
    if not one.is_open and named not in (one.id, was) and not (was and names.lead(was, named)) and not any(
            b.is_open and names.meet(b.incident, named) for b in alerts.values() if not b.is_shadow):
        wrong.append(f"{told}: incident {named} was over")
    one.events = (one.events if one.is_open else set()) | events_of(data)
    one.ever |= one.events
    evidence = data.get("evidence", [])
    one.times |= {e["time"] for e in evidence}
    if len(evidence) == QUOTED and data["count"] > QUOTED:
        one.unquoted.add((evidence[-1]["time"], data["last_event_time"]))
    one.is_open, one.incident, one.incident_at = data["open"], named, data["incident_at"]
    one.incidents.add(named)
    for other in alerts.values():
        if (one.is_open and other.is_open and other is not one and not other.is_shadow and resting(one, other)
                and not names.meet(one.incident, other.incident)
                and not names.skip(one.incident, other.incident)):
            wrong.append(f"{told}: shares evidence with {other.id}, and not the incident")
    return wrong


def look_at_end(alerts):
    """All has been told: nobody is left with two names."""
    still = [a for a in alerts.values() if a.is_open and not a.is_shadow]
    return [f"open at the end and of one incident, called {a.incident} and {b.incident}"
            for i, a in enumerate(still) for b in still[:i] if a.incident != b.incident and resting(a, b)]


def look_at_whole(alerts, became):
    """What carries one name hangs together by what it has ever rested on."""
    wrong = []
    for name in alerts:
        group = [a for a in alerts.values() if any(name in later(i, became) for i in a.incidents)]
        reached = [a for a in group if a.id == name]
        for a in reached:
            reached += [b for b in group if b not in reached and may_rest(a, b)]
        wrong += [f"{a.id} carries the incident {name} and shares nothing with any of it"
                  for a in group if a not in reached]
    return wrong
