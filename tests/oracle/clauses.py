"""Is what a clause of `tocsin explain` says so? Each against the oracle: what lies in the window, what is compared,
what else is asked, what is awaited; the verdict is explain.py's to compare."""

from episodes import NEVER, Start
from judge import as_key
from rulefile import WINDOWED
from oracle import Span
from world import format_time, parse_time

NOT_HERE = ("match", "hours", "near", "field", "group_by", "accept_late")  # It does not qualify, or not count.
OUTLINE_MM = 10  # So exact is the outline of a place.


def ended(event):
    """When an alert that is taken while it is open was over; empty: it is open, or no such."""
    return format_time(event.until) if event.until not in (None, NEVER) else ""


class Clauses:
    """What is so for a case at the millisecond @m; @events: all that were accepted."""

    def __init__(self, case, m, events):
        self.case, self.rule, self.run, self.m = case, case.rule, case.run, m
        self.events, self.newest = events, max(e.t for e in events)
        case.sets = {a: set(case.by_alias[a]) for a in self.rule.counted}
        here = [e for e in case.events() if not isinstance(e, Start)]
        self.counting = [e for e in here if case.counts(e, m, case.dead)]
        self.window = []
        if self.rule.kind in WINDOWED:
            self.window = [e for e in self.counting if case.span(e)[0] <= m < case.span(e)[1]]

    def wrongs(self, answer):
        """What of @answer is not so, in words."""
        for clause in answer["clauses"]:
            name = clause["clause"]
            check = getattr(self, "check_" + name, None)
            if name == self.rule.kind and self.rule.kind in WINDOWED and self.rule.near_mm is None:
                check = self.check_value
            if check is not None:
                for words in check(clause, answer):
                    yield f"{name}: {words}"
        if self.rule.kind in WINDOWED and self.rule.near_mm is None:
            yield from self.check_evidence(answer)
        for event in answer["not_counted"]:
            yield from self.check_not_counted(event)

    # -- windows

    def check_value(self, clause, _):
        value = self.case.value(self.window, self.m, self.case.dead)
        holds = value is not None and self.case.compared(value) is not None
        if clause["pass"] != holds:
            yield f"{value} is compared, which {'is' if holds else 'is not'} enough"
        if value is not None and "value" in clause and abs(clause["value"] - float(value)) > 1e-9 * max(1, abs(value)):
            yield f"{clause['value']} is compared, it is {float(value)}"
        if value is None and self.window and self.rule.kind == "count":
            yield "nothing to compare"
        if self.rule.kind == "ratio" and (clause["of"], clause["to"]) != self.case.parts_of_ratio(self.window):
            yield f"{clause['of']} of {clause['to']}, they are {self.case.parts_of_ratio(self.window)}"
        if self.rule.kind == "trend" and clause["windows"] != len(self.case.usual(self.m, self.case.dead)):
            yield f"{clause['windows']} windows, they are {len(self.case.usual(self.m, self.case.dead))}"

    def check_evidence(self, answer):
        """Exactly what lies in the window is listed."""
        said = sorted((e["alias"], e["time"], self.said_end(e)) for e in answer["events"])
        counted = sorted(
            (a, format_time(e.t), ended(e)) for a in dict.fromkeys(self.rule.counted) for e in self.case.by_alias[a] if e in self.window)
        if [s[:2] for s in said] != [c[:2] for c in counted]:
            yield f"in the window are {said}, by the oracle {counted}"
        elif said != counted:
            yield f"open are {said}, by the oracle {counted}"

    def demanded(self, name):
        starts = [s for s in self.case.starts if self.case.counts(s, self.m, self.case.dead)]
        begun = min([e.t for e in self.counting + starts], default=None)
        demands = {n: (have, met) for n, have, met in self.case.demands(self.window, self.m, begun)}
        return demands.get(name, (None, True))

    def check_demand(self, clause, name):
        have, met = self.demanded(name)
        if clause["pass"] != met:
            yield f"it is {have}, which {'is' if met else 'is not'} enough"
        if "have" in clause and clause["have"] != have:
            yield f"{clause['have']}, it is {have}"

    def check_min_distinct(self, clause, _):
        yield from self.check_demand(clause, f"min_distinct {clause['field']}")

    def check_at_least_events(self, clause, _):
        yield from self.check_demand(clause, "at_least_events")

    def check_known(self, clause, _):
        yield from self.check_demand(clause, "known")

    def check_warm_up(self, clause, _):
        yield from self.check_demand(clause, "warm_up")

    def check_baseline(self, _, __):
        usual = self.case.usual(self.m, self.case.dead)
        if usual and (any(usual) or self.rule.compare in ("at_least", "more_than")):
            yield f"there are windows before: {usual}"

    def check_kind(self, clause, _):
        there = [e for e in self.case.by_alias[clause["event"]] if e in self.window]
        if there:
            yield f"there is {there}"

    check_open = check_kind

    # -- near

    def check_near(self, clause, answer):
        need = self.case.need() if self.rule.kind != "all_of" else len(self.rule.counted)
        best = self.largest([], [(a, e) for a in dict.fromkeys(self.rule.counted)
                                 for e in self.case.by_alias[a] if e in self.window], need)
        if clause["have"] != min(best, need) and self.case.limit is not None or clause["need"] != need < 1000:
            yield f"{clause['have']} of {clause['need']}, by the oracle {best} of {need}"
        if clause["pass"] != (best >= need):
            yield f"{best} of {need} are near each other"
        if "nearest_m" in clause and not self.is_candidate(clause["nearest_m"], answer["events"]):
            yield f"nobody is {clause['nearest_m']} m from the group"

    def is_candidate(self, away_m, group):
        """Is there somebody who is so far from the farthest of the group, and too far to join it?"""
        named = {(e["source"], e["id"]) for e in group}
        members = [e for e in self.window if self.name(e) in named]
        return away_m * 1000 > self.rule.near_mm and any(
            max((self.run.distance(e, c) for c in members), default=0) == round(away_m * 1000)
            for e in self.window) or any(e.alert is not None for e in self.window)

    def name(self, event):
        return (event.source, event.id) if event.alert is None else ("alert", event.id)

    def largest(self, chosen, rest, need):
        """The size of the largest group of different ones, every two near each other, up to @need."""
        best = len(chosen)
        for i, (alias, e) in enumerate(rest):
            if best < need and all(self.differ(alias, e, a, c) and self.run.distance(e, c) <= self.rule.near_mm for a, c in chosen):
                best = max(best, self.largest(chosen + [(alias, e)], rest[i + 1:], need))
        return best

    def differ(self, alias, event, other_alias, other):
        if self.rule.kind == "count":
            return event is not other
        if self.rule.kind == "count_distinct":
            return as_key(event.value(self.rule.field)) != as_key(other.value(self.rule.field))
        return alias != other_alias

    # -- event and sequence

    def completions(self, **changes):
        """Of the sequence up to now, whatever was drawn since; with @changes of the run."""
        kept = {name: getattr(self.run, name) for name in changes}
        vars(self.run).update(changes)
        try:
            done = [(t, evidence) for t, evidence in self.case.completions(self.case.dead, Span()) if t <= self.m]
        finally:
            vars(self.run).update(kept)
        return done

    def check_without(self, _, __):
        if not self.completions(without=[]):
            yield "nothing would complete without it"
        if any(not self.is_gone(evidence) for _, evidence in self.completions()):
            yield "something completes all the same"

    def check_clear_when(self, _, __):
        done = self.completions()
        if not done or not all(self.is_gone(evidence) for _, evidence in done):
            yield f"completed: {done}, a line under all of them there is not"

    def is_gone(self, evidence):
        last = max(evidence, key=lambda e: e.order)
        return not self.case.counts(last, self.m, self.case.dead)

    def check_sequence(self, clause, answer):
        longest = self.longest()
        if not clause["pass"] and clause["steps"] != longest:
            yield f"{clause['steps']} steps, by the oracle {longest}"
        ways = [[e for e in self.case.by_alias[a] if self.is_meant(e, said)]
                for (a, _), said in zip(self.rule.steps, answer["events"])]
        if len(answer["events"]) != clause["steps"] or not self.is_way(ways):
            yield "what is listed is no way to go"

    check_event = check_sequence

    def is_way(self, lists):
        """Is there a choice of one of each list that fits so many steps?"""
        whole, self.rule.steps = self.rule.steps, self.rule.steps[:len(lists)]
        kept, self.run.without = self.run.without, self.run.without if len(lists) == len(whole) else []
        try:
            return not lists or next(self.case.choices(lists, self.case.dead, lists[-1][0].t if lists[-1] else 0), None)
        finally:
            self.rule.steps, self.run.without = whole, kept

    # -- latest and absence

    def check_latest(self, _, answer):
        newest = max((e.t for e, _ in self.case.series if e.t <= self.m), default=None)
        said = [parse_time(e["time"]) for e in answer["events"]]
        if said != ([] if newest is None else [newest]):
            yield f"the newest is of {newest}"

    def check_deadline(self, _, answer):
        field = self.rule.from_field
        starts = [e.fields.get(field, e.t) if field else e.t for e in self.case.by_alias[self.rule.counted[0]]]
        if len(answer["events"]) != sum(s <= self.m for s in starts):
            yield f"clocks run since {starts}"

    def longest(self):
        """So many steps of the sequence have come, and the next has not."""
        case, rule = self.case, self.rule
        whole = rule.steps
        for n in range(len(whole), 0, -1):
            rule.steps = whole[:n]
            lists = [[e for e in case.by_alias[a] if e in self.counting] for a, _ in rule.steps]
            kept, self.run.without = self.run.without, []
            try:
                if next(case.choices(lists, case.dead, self.m), None):
                    return n
            finally:
                rule.steps, self.run.without = whole, kept
        return 0

    # -- what was not counted

    def check_not_counted(self, said):
        name, t = said["clause"], parse_time(said["time"])
        if t > self.m:
            yield f"{said['id']} is still to come"
        alias = said["alias"]
        mine = [e for e in self.case.by_alias[alias] if self.is_meant(e, said)]
        if name in ("within", "open"):
            if not mine or any(e in self.window for e in mine):
                yield f"{said['id']} is in the window"
            if name == "open" and not any(e.until is not None and e.until <= self.m for e in mine):
                yield f"{said['id']} is open, or was never"
        if name == "clear_when" and not any(self.case.dead.get(e, NEVER) <= self.m for e in mine):
            yield f"no line was drawn under {said['id']}"
        if name in NOT_HERE:
            plain = [e for e in mine if e.alert is None]
            if plain and not (self.rule.kind == "latest"):
                yield f"{said['id']} counts, it does not fail {name}"
            yield from self.check_reason(said, alias, name)

    def is_meant(self, event, said):
        """An alert is known by its times: its id is the program's own."""
        if event.alert is None:
            return (event.source, event.id) == (said["source"], said["id"])
        return event.t == parse_time(said["time"]) and self.said_end(said) in ("", ended(event))

    def said_end(self, said):
        """When it was over; empty: it is open, or will be over only after the newest event."""
        end = said.get("end")
        return "" if end is None or parse_time(end) >= self.newest else end

    def check_reason(self, said, alias, name):
        judge = self.run.judges[alias]
        event = next((e for e in self.events if e.alert is None and (e.source, e.id) == (
            said["source"], said["id"])), None)
        if event is None:
            return  # An alert, or one that came too late.
        places = judge.places(event)
        key = {} if judge.alias.place_kind is None else dict(zip(self.rule.group_by, self.case.key[1:]))
        wanted = next((v for n, v in key.items() if judge.alias.carries.get(n, "") is None), None)
        if name == "hours":
            kept, judge.alias.hours = judge.alias.hours, None
            try:
                anyhow = judge.places(event)
            finally:
                judge.alias.hours = kept
            is_open = judge.in_hours(event) is True
            if is_open and not (anyhow and wanted not in places):
                yield f"{said['id']} is within its hours"
        if name == "near" and "away_m" in said:
            places = [p for p in judge.alias.places if wanted is None or p.id == wanted]
            away = min((p.distance_mm(judge.point(event)) for p in places), default=None)
            if away is not None and abs(away - said["away_m"] * 1000) > OUTLINE_MM:
                yield f"{said['id']} is {away} mm away"
            if away is not None and away <= judge.alias.limit_mm:
                yield f"{said['id']} is near"
