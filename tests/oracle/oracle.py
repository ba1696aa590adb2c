"""The oracle: the "Meaning" of rules/README.md, read aloud in Python.

Slow, obvious and independent of the processor: it knows the rule files, a finite set of events, and
derives every episode by asking at each millisecond at which an answer could change whether the rule
holds. Nothing is incremental. What it says is what `tocsin replay` must have told once the file is
settled up to its newest event time.

    oracle.py --rules DIR [--types DIR] [--places DIR] [--accept-late 10m] FILE
"""

import argparse
import bisect
import itertools
import json
import math
import sys
from collections import defaultdict
from fractions import Fraction

import geo
import measures
from derived import Alerts
from episodes import (NEVER, Line, Piece, Start, is_decided, overlay, set_levels, smooth,
                      told_at_once)
from judge import Judge, as_key
from rulefile import MEASURES, load_rules, millionths
from world import LEVELS, Positions, World, accept, fold, fold_name, format_time, span_ms

EVIDENCE_MOST = 100
VALUE_MOST = 9 * 10**12


class Span:
    """The times after @since and before @before."""

    def __init__(self, since=-NEVER, before=NEVER):
        self.since, self.before = since, before

    def __contains__(self, t):
        return self.since < t < self.before


class KeyCase:
    """One rule and one key: the events that count for it, and what follows from them."""

    def __init__(self, run, key):
        self.run, self.rule, self.key = run, run.rule, key
        self.by_alias = defaultdict(list)  # Of the counted and stepped aliases.
        self.answers = []                  # Times of `expected`.
        self.series = []                   # latest: (event, meets here), of judged series events.
        self.starts = []                   # members: the begin of the stream.
        self.dead = {}                     # From when an event counts no more: a line.
        self.passed = {}                   # warn_at: when the deadline of a clock passed, too.
        part = dict(zip(run.rule.group_by, key[1:]))
        self.limit = run.rule.threshold and run.rule.threshold.of(part, run.world)

    def events(self):
        return {e for events in self.by_alias.values() for e in events} | set(self.starts)

    def counts(self, event, m, dead):
        """Does @event count at the millisecond @m?"""
        return event.t <= m and not dead.get(event, NEVER) <= m

    # -- windowed kinds

    def span(self, event):
        """The milliseconds [b, e) in which an event is in the window: an alert while it is open."""
        if event.until is not None:
            return event.t, event.until
        return event.t, event.t + self.rule.within + 1

    def measure(self, window, m, dead, begun):
        """Does the rule hold raw at @m? The number that is compared (of all_of: True), or None."""
        if not all(is_met for _, _, is_met in self.demands(window, m, begun)):
            return None
        value = self.value(window, m, dead)
        return None if value is None else self.compared(value)

    def demands(self, window, m, begun):
        """(clause, what there is of it, whether that is enough), beside the comparison."""
        rule = self.rule
        for field, least in rule.least_distinct.items():
            values = {as_key(e.value(field)) for e in window if e.value(field) is not None}
            yield f"min_distinct {field}", len(values), len(values) >= least
        if rule.compare in ("at_most", "less_than") and rule.kind in ("count", "count_distinct", "sum"):
            yield "known", begun, begun is not None and m >= begun + rule.within
        if rule.kind in ("average", "percentile", "ratio", "trend"):
            n = self.parts_of_ratio(window)[1] if rule.kind == "ratio" else len(window)
            yield "at_least_events", n, n >= rule.least_events
        if rule.kind == "trend":
            judged = self.run.begin + rule.baseline.warm_up_ms
            yield "warm_up", judged, m >= judged

    def parts_of_ratio(self, window):
        rule = self.rule
        return tuple(sum(any(e in self.sets[a] for a in names) for e in window)
                     for names in (rule.of, rule.to))

    def value(self, window, m, dead):
        """The number that is compared; None: there is nothing to compare."""
        rule, n = self.rule, len(window)
        if rule.kind in ("all_of", "any_kinds"):
            return sum(any(e in self.sets[a] for e in window) for a in rule.counted)
        if rule.kind in ("count", "count_distinct", "sum"):
            if rule.compare in ("at_least", "more_than") and not window:
                return None
            if rule.kind == "count":
                return n
            if rule.kind == "count_distinct":
                return len({as_key(e.value(rule.field)) for e in window})
        elif not window and not (rule.kind == "trend" and rule.least_events == 0):
            return None
        if rule.kind == "ratio":
            of, to = self.parts_of_ratio(window)
            return Fraction(of, to) if to else None
        if rule.kind == "trend":
            usual = self.usual(m, dead)
            if not usual or (rule.compare in ("at_most", "less_than") and not any(usual)):
                return None
            return rounded(measures.trend(n, usual, rule.baseline))
        values = [self.run.millionths[e] for e in window]
        if rule.kind == "average" and (rule.weight or rule.half_life_ms):
            weights = [self.run.weights.get(e, 1) for e in window]
            value = measures.average(
                list(zip([e.t for e in window], weights, values)), rule.half_life_ms)
            return None if value is None else rounded(value / 10**6)
        if rule.kind == "average":
            return Fraction(sum(values), n * 10**6)
        if rule.kind == "percentile":
            return Fraction(measures.percentile(values, rule.rank), 10**6)
        value = {"sum": sum, "min": min, "max": max}[rule.kind](values or [0])
        return Fraction(value, 10**6)

    def compared(self, value):
        """@value if it compares with the threshold (of all_of: True), else None."""
        if self.rule.kind == "all_of":
            return True if value == len(self.rule.counted) else None
        if self.limit is None:
            return None
        limit = self.limit
        if self.rule.kind not in ("count", "count_distinct", "any_kinds"):
            limit = Fraction(millionths(limit), 10**6)
        holds = {"at_least": value >= limit, "more_than": value > limit,
                 "at_most": value <= limit, "less_than": value < limit}[self.rule.compare]
        return value if holds else None

    def usual(self, m, dead):
        """The numbers of the windows before, from the newest, of those that begin within the stream."""
        rule, baseline, begin = self.rule, self.rule.baseline, self.run.begin
        times = sorted(e.t for e in self.events() if self.counts(e, m, dead))
        usual = []
        for i in range(1, baseline.windows + 1):
            low, high = m - rule.within - i * baseline.step_ms, m - i * baseline.step_ms
            if low >= begin:
                usual.append(bisect.bisect_right(times, high) - bisect.bisect_left(times, low))
        return usual

    def moments(self, items, dead):
        """Every millisecond in which the answer may change."""
        rule = self.rule
        points = set()
        for e in items:
            points |= {e.t, dead.get(e, e.t)}
            if isinstance(e, Start) or e.until is None:
                points |= {e.t + rule.within, e.t + rule.within + 1}
            else:
                points |= {e.until, e.t + rule.within}
        if rule.kind == "trend":
            begin, step = self.run.begin, rule.baseline.step_ms
            points.add(begin + rule.baseline.warm_up_ms)
            for i in range(1, rule.baseline.windows + 1):
                points.add(begin + rule.within + i * step)
                points |= {p + i * step for e in items for p in (e.t, e.t + rule.within + 1)}
        return sorted(p for p in points if p <= self.run.newest)

    def windowed(self, dead, span):
        rule = self.rule
        items = sorted((e for e in self.events() if e.t in span), key=lambda e: e.order)
        starts = [e for e in items if isinstance(e, Start)]
        items = [e for e in items if not isinstance(e, Start)]
        self.sets = {a: set(self.by_alias[a]) for a in rule.counted}
        alerts = [e for e in items if e.until is not None]
        plain = [e for e in items if e.until is None]
        times = [e.t for e in plain]
        points = self.moments(starts + items, dead)
        pieces = []
        for m, following in zip(points, points[1:] + [NEVER]):
            low, high = bisect.bisect_left(times, m - rule.within), bisect.bisect_right(times, m)
            window = [e for e in plain[low:high] if self.counts(e, m, dead)]
            window += [e for e in alerts if e.t <= m < e.until and self.counts(e, m, dead)]
            begun = newest = None
            if rule.compare in ("at_most", "less_than"):
                counting = [e.t for e in starts + items if self.counts(e, m, dead)]
                begun = min(counting, default=None)
            value = self.measure(window, m, dead, begun)
            if value is not None:
                counting = window or [e for e in items if self.counts(e, m, dead)]
                newest = max((e.t for e in counting), default=None)
                value = None if rule.kind == "all_of" else to_millionths(value) / 10**6
                pieces.append(Piece(m, following, window, newest, value))
        return pieces

    # -- pairwise near

    def cliques(self):
        """Every smallest fulfilling clique: N events, N events of different values, one event of
        each alias, one event of each of N aliases."""
        rule = self.rule
        if rule.kind in ("count", "count_distinct"):
            choices = [[self.by_alias[rule.counted[0]]] * self.need()]
        elif rule.kind == "all_of":
            choices = [[self.by_alias[a] for a in rule.counted]]
        else:
            choices = [[self.by_alias[a] for a in some]
                       for some in itertools.combinations(rule.counted, self.need())]
        found = set()
        for lists in choices:
            self.extend([], lists, found)
        return found

    def need(self):
        """How many are enough; of a key without a threshold more than there can be."""
        if self.limit is None:
            return 1000
        return int(self.limit) + 1 if self.rule.compare == "more_than" else math.ceil(self.limit)

    def extend(self, chosen, lists, found):
        rule = self.rule
        if not lists:
            found.add(frozenset(chosen))
            return
        for e in lists[0]:
            if rule.kind in ("count", "count_distinct") and chosen and e.order <= chosen[-1].order:
                continue  # Any order of the same events is the same clique.
            if rule.kind == "count_distinct" and any(
                    as_key(e.value(rule.field)) == as_key(c.value(rule.field)) for c in chosen):
                continue
            if all(self.meet(e, c) and self.run.distance(e, c) <= rule.near_mm for c in chosen):
                self.extend(chosen + [e], lists[1:], found)

    def meet(self, a, b):
        """Are they ever in the window together?"""
        return max(a.t, b.t) < min(self.span(a)[1], self.span(b)[1])

    def alive(self, dead, span):
        """[(b, e, clique, newest)]: when all members of a clique are in the window together."""
        spans = []
        for clique in self.run.cliques(self):
            b, e = max(x.t for x in clique), min(self.span(x)[1] for x in clique)
            e = min([e] + [dead[x] for x in clique if x in dead])
            if b < e and b in span:
                spans.append((b, e, clique, b))
        return spans

    def clusters(self, dead, cuts, span):
        """Cliques in order of their begin; each joins every cluster it shares an event with that is
        alive, and not lapsed by expire_after, when it begins."""
        keep, expire = self.rule.keep_ms, self.rule.expire_ms
        clusters = []  # Lists of spans.
        for span in sorted(self.alive(dead, span), key=lambda s: s[0]):
            b, clique = span[0], span[2]
            joined = [c for c in clusters if any(clique & o[2] and b - o[1] <= keep for o in c)
                      and (expire is None or b <= max(o[3] for o in c) + expire)]
            clusters = [c for c in clusters if not any(c is j for j in joined)]
            clusters.append([span] + [o for c in joined for o in c])
        episodes = []
        for spans in clusters:
            events = frozenset().union(*(s[2] for s in spans))
            here = {c for c, evidence in cuts if evidence <= events}  # Itself, not one it shares with.
            episodes += smooth(self.run, overlay(spans), here, lambda e: False)
        return episodes

    # -- latest

    def latest(self, dead, span):
        series = [(e, meets) for e, meets in self.series if e.t in span]
        points = sorted({e.t for e, _ in series} | {dead[e] for e, _ in series if e in dead})
        pieces = []
        for m, following in zip(points, points[1:] + [NEVER]):
            newest = max((e.t for e, _ in series if e.t <= m), default=None)
            met = [e for e, meets in series
                   if e.t == newest and meets and not dead.get(e, NEVER) <= m]
            if met:
                pieces.append(Piece(m, following, met, newest))
        return pieces

    # -- event and sequence

    def fits(self, chosen):
        """Do these events, one a step, complete the sequence?"""
        rule, run = self.rule, self.run
        first, last = chosen[0].t, chosen[-1].t
        if rule.within is not None and last - first > rule.within:
            return False
        of_alias = {}
        for (alias, tie), event in zip(rule.steps, chosen):
            if tie.to and run.apart(alias, event, tie.to, of_alias[tie.to]) > tie.limit_mm:
                return False
            of_alias.setdefault(alias, event)
        for alias, tie, event, part in run.without:
            if first < event.t < last and event.mode == self.key[0] and self.agrees(part):
                if not tie.to or run.apart(alias, event, tie.to, of_alias[tie.to]) <= tie.limit_mm:
                    return False
        return True

    def choices(self, lists, dead, m, chosen=()):
        """All choices of one event a list, in order of (time, source, id), step by step."""
        if not lists:
            if self.fits(chosen):
                yield chosen
            return
        for e in lists[0]:
            if e not in chosen and self.counts(e, m, dead) and (not chosen or chosen[-1].t <= e.t):
                yield from self.choices(lists[1:], dead, m, chosen + (e,))

    def completions(self, dead, span):
        """[(tn, evidence)], as once_per asks."""
        rule = self.rule
        lists = [sorted((e for e in self.by_alias[a] if e.t in span), key=lambda e: e.order)
                 for a, _ in rule.steps]
        within = NEVER if rule.within is None else rule.within

        def first_choice(first, last):
            tried = [first] + lists[1:-1] + [last] if len(lists) > 1 else [first]
            if first and last:
                return next(self.choices(tried, dead, last[0].t), None)
            return None

        done = []
        if rule.once == "onset":
            for e1 in lists[0]:
                for en in lists[-1]:
                    if len(lists) == 1 and en is not e1:
                        continue
                    if 0 <= en.t - e1.t <= within:
                        chosen = first_choice([e1], [en])
                        if chosen:
                            done.append((en.t, frozenset(chosen)))
                            break
        else:
            for en in lists[-1]:
                firsts = [en] if len(lists) == 1 else [
                    e for e in lists[0] if 0 <= en.t - e.t <= within]
                chosen = first_choice(firsts, [en])
                if chosen:
                    done.append((en.t, frozenset(chosen)))
        return done

    def sequence(self, dead, cuts, span):
        rule, done = self.rule, self.completions(dead, span)
        if rule.once != "key":
            episodes = []
            for t, evidence in done:
                here = {c for c, which in cuts if which == evidence or not which}
                end = min([NEVER] + [c for c in here if c > t])
                episodes += smooth(self.run, [Piece(t, end, evidence, t)], here, lambda e: False)
            return episodes
        lines = {c for c, _ in cuts}
        pieces = []
        for t in sorted({t for t, _ in done}):
            end = min([NEVER] + [c for c in lines if c > t] + [u for u, _ in done if u > t])
            pieces.append(Piece(t, end, frozenset().union(*(v for u, v in done if u == t)), t))
        return smooth(self.run, pieces, lines, lambda e: False)

    # -- absence

    def absence(self, dead, span):
        rule = self.rule
        items = sorted((e for e in self.events() if e.t in span), key=lambda e: e.order)
        self.passed = {}
        answers = sorted(t for t in self.answers if t in span)
        if rule.kind == "silence":  # Of beats at one moment, the last.
            items = [e for e in items if isinstance(e, Start)
                     or not any(o.t == e.t and o.order > e.order for o in items)]
        spans = []
        for e in items:
            s = e.fields.get(rule.from_field, e.t) if rule.from_field else e.t
            if rule.kind == "silence":
                answer = next((t for t in answers if t > s), NEVER)
            else:
                answer = next((t for t in answers if t >= s), NEVER)
            due, stop = s + rule.deadline, min(answer, dead.get(e, NEVER))
            self.passed[e] = due
            if rule.warn_at is not None:
                due = s + rule.deadline * rule.warn_at // 100
            if due < min(stop, self.run.newest):  # What is not yet due is no evidence.
                spans.append((due, stop, frozenset([e]), due))
        if rule.expire_ms is not None and rule.kind == "absence":
            spans = self.expire_clocks(sorted(spans, key=lambda s: s[0]))
        return overlay(spans)

    def expire_clocks(self, spans):
        """Clocks are over when what they told has expired: the newest deadline of a chain of which each
        renews the last, plus expire_after."""
        chains = []
        for span in spans:
            if chains and span[0] <= chains[-1][-1][0] + self.rule.expire_ms:
                chains[-1].append(span)
            else:
                chains.append([span])
        return [(due, min(stop, chain[-1][0] + self.rule.expire_ms), evidence, newest)
                for chain in chains for due, stop, evidence, newest in chain]

    # -- all of it

    def agrees(self, part):
        names = self.rule.group_by
        return all(self.key[1 + names.index(n)] == v for n, v in part.items())

    def episodes(self, dead, cuts, span=Span()):
        rule = self.rule
        lines = {c for c, _ in cuts}
        if rule.kind in ("event", "sequence"):
            return self.sequence(dead, cuts, span)
        if rule.near_mm is not None and not rule.group_by:
            return self.clusters(dead, cuts, span)
        if rule.near_mm is not None:
            return smooth(self.run, overlay(self.alive(dead, span)), lines, lambda e: False)
        if rule.kind == "latest":
            dated = {e.t for e, _ in self.series}
            return smooth(self.run, self.latest(dead, span), lines, lambda e: e in dated)
        if rule.kind in ("absence", "silence"):
            answers = set(self.answers)
            return smooth(self.run, self.absence(dead, span), lines, lambda e: e in answers)
        dated = set() if told_at_once(rule) else {e.t for e in self.events() if self.counts(e, e.t, dead)}
        return smooth(self.run, self.windowed(dead, span), lines, lambda e: e in dated)

    def touched(self, line):
        """The events of this key that @line makes count no more."""
        if not line.tie.to:
            return {e for e in self.events() if e.t <= line.c}
        alias = line.tie.to
        return {e for e in self.by_alias[alias] if e.t <= line.c
                and self.run.point_apart(alias, e, line.point) <= line.tie.limit_mm}

    @staticmethod
    def touched_before(episode, dead):
        """What lines up to its begin have touched, while `for` still waited: none of its evidence."""
        return {e for e in episode.evidence if dead.get(e, NEVER) <= episode.begin}

    def truth(self):
        dead, cuts, since = {}, [], -NEVER
        lines = [l for l in self.run.lines[self.key[0]] if self.agrees(l.part)]
        for c in sorted({l.c for l in lines}):
            now = [l for l in lines if l.c == c]
            is_whole = any(not l.tie.to for l in now)
            gone = set().union(*(self.touched(l) for l in now))
            ended = []
            for episode in self.episodes(dead, cuts, Span(since, c)):
                evidence = frozenset().union(*(p.evidence for p in episode.parts if p.since < c))
                evidence -= self.touched_before(episode, dead)
                if episode.begin < c <= episode.end and (is_whole or evidence & gone):
                    ended.append(evidence)
            if is_whole:
                cuts.append((c, frozenset()))
                since = c  # Nothing of before is open, or counts.
            for evidence in ended:
                gone |= {e for e in evidence if e.t <= c}
                cuts.append((c, evidence))
            for e in gone:
                dead.setdefault(e, c)
        episodes = self.episodes(dead, cuts)
        for episode in episodes:
            gone = self.touched_before(episode, dead)
            for piece in [episode] + episode.parts:
                piece.evidence -= gone
            set_levels(self, episode)
        self.dead = dead
        return episodes


def rounded(value):
    """To 10^-9, half away from zero."""
    return Fraction(measures.billionths(value), 10**9)


def to_millionths(value):
    """Whole 10^-6, half away from zero."""
    exact = abs(Fraction(value)) * 1_000_000 + Fraction(1, 2)
    return (1 if value >= 0 else -1) * (exact.numerator // exact.denominator)


class Run:
    """One rule over a set of events."""

    def __init__(self, world, rule, events, alerts=(), positions=None):
        """@events: the accepted ones; @alerts: those of other rules that its aliases take."""
        self.world, self.rule = world, rule
        positions = positions or Positions(world, events)
        self.judges = {n: Judge(world, positions, a) for n, a in rule.aliases.items()}
        self.cases = {}
        self.millionths, self.weights = {}, {}
        self.without, self.lines = [], defaultdict(list)
        self.newest = max((e.t for e in events), default=None)
        self.begin = min((e.t for e in events), default=None)
        self.known_cliques = {}
        self.gather(sorted(list(events) + list(alerts), key=lambda e: e.order))

    def case(self, mode, part):
        key = (mode,) + tuple(part[n] for n in self.rule.group_by)
        if key not in self.cases:
            self.cases[key] = KeyCase(self, key)
        return self.cases[key]

    def counts_at_all(self, alias, event):
        """What a kind asks beyond qualifying: a field with a value, a location."""
        rule = self.rule
        if rule.near_mm is not None and self.judges[alias].point(event) is None:
            return False
        if rule.field is None:
            return True
        value = event.value(rule.field)
        if value is None or (rule.kind in MEASURES and abs(value) > VALUE_MOST):
            return False
        if rule.weight:
            weight = event.value(rule.weight)
            if weight is None or not 0 <= weight <= VALUE_MOST:
                return False
            self.weights[event] = to_millionths(weight)
        if rule.kind in MEASURES:
            self.millionths[event] = to_millionths(value)
        return True

    def gather(self, events):
        rule = self.rule
        if rule.kind == "latest":
            self.gather_series(events)
        for_every_key = []
        for event in events:
            for alias in dict.fromkeys(rule.counted if rule.kind != "latest" else []):
                judge = self.judges[alias]
                if judge.qualifies(event) and self.counts_at_all(alias, event):
                    for part in judge.keys(event):
                        if len(part) < len(rule.group_by):
                            for_every_key.append((alias, event, part))
                        else:
                            self.case(event.mode, part).by_alias[alias].append(event)
            for alias, tie in rule.without:
                if self.judges[alias].qualifies(event):
                    for part in self.judges[alias].keys(event):
                        self.without.append((alias, tie, event, part))
            for alias, tie in rule.clear:
                if self.judges[alias].qualifies(event):
                    for part in self.judges[alias].keys(event):
                        point = self.judges[alias].point(event)
                        self.lines[event.mode].append(Line(event.t, part, tie, point))
        for alias, event, part in for_every_key:  # all_of: an alert without a part of the key.
            for case in self.cases.values():
                if case.key[0] == event.mode and case.agrees(part):
                    case.by_alias[alias].append(event)
        if rule.members is not None and events:
            for entry in rule.members:
                part = {n: self.member_value(n, entry[n]) for n in rule.group_by}
                self.case("actual", part).starts.append(Start(self.begin))
        if rule.kind in ("absence", "silence"):
            judge = self.judges[rule.expected]
            for event in events:
                for part in judge.keys(event) if judge.qualifies(event) else []:
                    key = (event.mode,) + tuple(part[n] for n in rule.group_by)
                    if key in self.cases:
                        self.cases[key].answers.append(event.t)

    def member_value(self, name, text):
        for alias in self.rule.aliases.values():
            field = alias.carries.get(name, "")
            if field is None:
                return next(p.id for p in alias.places if fold_name(text) in p.names)
            for of_type in alias.of_types if field else []:
                declared = self.world.types[of_type].get("fields", {}).get(field, {})
                if declared.get("type") in ("integer", "number"):
                    return float(text)
        return fold(text)

    def gather_series(self, events):
        rule = self.rule
        judge = self.judges[rule.counted[0]]
        fields = {n: f for n, f in judge.alias.carries.items() if f is not None}
        series = defaultdict(list)  # (mode, fields) -> [(event, keys it meets at)]
        for event in events:
            if not judge.is_of(event):
                continue
            values = {n: event.value(f) for n, f in fields.items()}
            if any(v is None for v in values.values()):
                continue
            meets = judge.condition(event)
            places = judge.places(event) if judge.alias.near else []
            if meets is None or (meets and places is None):
                continue  # It cannot be judged: it changes nothing.
            met = judge.keys(event, places) if meets and (places or not judge.alias.near) else []
            of = (event.mode,) + tuple(sorted((n, as_key(v)) for n, v in values.items()))
            series[of].append((event, met))
        for judged in series.values():
            for event, met in judged:
                for part in met:
                    case = self.case(event.mode, part)
                    case.by_alias[rule.counted[0]].append(event)
                    if not case.series:
                        case.series = [(e, part in keys) for e, keys in judged]

    def cliques(self, case):
        if case.key not in self.known_cliques:
            self.known_cliques[case.key] = case.cliques()
        return self.known_cliques[case.key]

    def distance(self, a, b):
        """Between two counted events, in millimetres (of one alias of each that it counts for)."""
        return geo.distance_mm(self.location(a), self.location(b))

    def location(self, event):
        for alias in self.rule.counted:
            if self.judges[alias].qualifies(event):
                return self.judges[alias].point(event)
        return None

    def place_of(self, episode):
        """The location of the newest evidence that the episode has at its begin and that has one."""
        evidence = frozenset().union(*(p.evidence for p in episode.parts if p.b <= episode.begin))
        for event in sorted(evidence, key=lambda e: e.order, reverse=True):
            point = None if isinstance(event, Start) else self.location(event)
            if point is not None:
                return point
        return None

    def apart(self, alias_a, a, alias_b, b):
        return self.point_apart(alias_a, a, self.judges[alias_b].point(b))

    def point_apart(self, alias, event, point):
        mine = self.judges[alias].point(event)
        return NEVER if mine is None or point is None else geo.distance_mm(mine, point)


# ---- What is told -------------------------------------------------------------------------------

class Told:
    """An episode as told once all is settled up to @newest; times in ms, no end while open."""

    def __init__(self, rule, key, episode, newest):
        self.rule, self.mode = rule.name, key[0]
        self.key = dict(zip(rule.group_by, key[1:]))
        if rule.milestone:
            self.key["milestone"] = rule.milestone
        evidence = sorted((e for e in episode.evidence if not isinstance(e, Start)),
                          key=lambda e: e.order)
        self.begin, self.count = episode.begin, len(evidence)
        self.is_open = episode.end >= newest
        self.end = None if self.is_open else episode.end
        self.evidence = [e.id for e in evidence[:EVIDENCE_MOST]]
        self.how = None if self.is_open else episode.how
        self.levels = told_levels(rule, episode, newest)

    def as_json(self):
        told = dict(vars(self), begin=format_time(self.begin))
        told["end"] = format_time(self.end) if self.end is not None else None
        told["levels"] = [[format_time(t), LEVELS[level]] for t, level in self.levels]
        return told


def told_levels(rule, episode, newest):
    """The changes of level that are decided: a rise that an event brings as a begin is, all else once time
    has passed it."""
    kept = episode.levels[:1]
    for (_, before), (t, level) in zip(episode.levels, episode.levels[1:]):
        is_said = any(e.t == t for e in episode.evidence)
        if is_decided(rule, t, newest) if level > before and is_said else t < newest:
            kept.append((t, level))
    return kept


def told(world, rules, events):
    """Every episode of @rules (each after those it reads) over @events (accepted ones) that is told when
    the watermark of each rule has reached the newest event time."""
    newest = max((e.t for e in events), default=None)
    answer, positions, alerts = [], Positions(world, events), Alerts()
    for rule in rules:
        below = alerts.read_by(rule)
        for part in rule.parts():
            run = Run(world, part, events, below, positions)
            for key, case in run.cases.items():
                for episode in case.truth():
                    answer.append(Told(part, key, episode, newest))
                    alerts.add(rule, answer[-1], run.place_of(episode))
    return sorted(answer, key=lambda t: (t.rule, t.mode, str(t.key), t.begin, t.evidence))


def main():
    parser = argparse.ArgumentParser(description="episodes by brute force, one JSON object a line")
    parser.add_argument("--rules", required=True)
    parser.add_argument("--types")
    parser.add_argument("--places")
    parser.add_argument("--accept-late", default="10m")
    parser.add_argument("file")
    given = parser.parse_args()
    world = World(given.types or given.rules + "/types", given.places or given.rules + "/places")
    rules = load_rules(given.rules, world)
    with open(given.file, encoding="utf-8") as file:
        events = accept(world, file, span_ms(given.accept_late))
    for episode in told(world, rules, events):
        print(json.dumps(episode.as_json(), ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
