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
import re
import sys
from collections import defaultdict
from fractions import Fraction

import geo
from rulefile import load_rules, millionths, span_ms
from world import World, accept, fold, fold_name, format_time, parse_time

NEVER = float("inf")
EVIDENCE_MOST = 100
VALUE_MOST = 9 * 10**12


# ---- Which events count -------------------------------------------------------------------------

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

    def __init__(self, world, rule, alias):
        self.world, self.rule, self.alias = world, rule, alias

    def condition(self, event):
        """Do the tests of `match:` hold? None: a field is missing and no other test fails."""
        fields = self.world.types[event.type].get("fields") or {}
        results = []
        for test in self.alias.tests:
            of_time = test.field == "time" and "time" not in fields
            of_time = of_time or fields.get(test.field, {}).get("type") == "time"
            results.append(judge_test(test, event, of_time))
        if False in results:
            return False
        return None if None in results else True

    def point(self, event):
        return event.fields.get(self.alias.location[event.type] or "")

    def places(self, event):
        """Ids of the places the event is near; None if it has no location."""
        point = self.point(event)
        if point is None:
            return None
        return [p.id for p in self.alias.places if p.distance_mm(point) <= self.alias.limit_mm]

    def qualifies(self, event):
        if event.type not in self.alias.of_types or self.condition(event) is not True:
            return False
        return not self.alias.near or bool(self.places(event))

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
                keys = [dict(k, **{name: as_key(value)}) for k in keys]
        return keys


def as_key(value):
    return fold(value) if isinstance(value, str) else value


# ---- Episodes -----------------------------------------------------------------------------------

class Episode:
    def __init__(self, begin, end, evidence, how):
        self.begin, self.end, self.evidence, self.how = begin, end, frozenset(evidence), how


class Piece:
    """Whole milliseconds [b, e) in which a rule holds raw, resting on the same evidence throughout."""

    def __init__(self, b, e, evidence, newest):
        self.b, self.e, self.evidence, self.newest = b, e, frozenset(evidence), newest
        self.is_expired = False


class Line:
    """A clearing event: at c, everything it is tied to counts no more."""

    def __init__(self, c, part, tie, point):
        self.c, self.part, self.tie, self.point = c, part, tie, point


class Start:
    """The begin of the stream: what an awaited member was silent since. Is no evidence."""

    def __init__(self, t):
        self.t, self.order = t, (t, b"", b"")


def is_decided(rule, begin, newest):
    """Is a begin told when all is settled up to @newest?"""
    return begin < newest or (begin == newest and told_at_once(rule) and rule.for_ms == 0)


def smooth(run, pieces, cuts, is_answered):
    """From raw to episodes: expire_after, for, keep_firing_for, and the cuts of clear_when."""
    rule = run.rule
    split = []
    for piece in pieces:
        edges = [piece.b] + sorted(c for c in cuts if piece.b < c < piece.e) + [piece.e]
        split += [Piece(b, e, piece.evidence, piece.newest) for b, e in zip(edges, edges[1:])]
    split.sort(key=lambda p: p.b)
    for last, piece in zip(split, split[1:]):  # The newest evidence of the raw stretch so far.
        if last.e == piece.b and piece.b not in cuts and None not in (last.newest, piece.newest):
            piece.newest = max(last.newest, piece.newest)
    if rule.expire_ms is not None:
        for piece in split:
            if piece.newest is not None and piece.newest + rule.expire_ms < piece.e:
                piece.e = piece.newest + rule.expire_ms
                piece.is_expired = True
        split = [piece for piece in split if piece.b < piece.e]
    stretches = []
    for piece in split:
        last = stretches[-1] if stretches else None
        if last and last.e == piece.b and piece.b not in cuts:  # Goes on.
            last.e, last.is_expired = piece.e, piece.is_expired
            last.evidence |= piece.evidence
            last.newest = piece.newest
        else:
            stretches.append(piece)
    stretches = [s for s in stretches if s.e > s.b + rule.for_ms]
    episodes = []
    for s in stretches:
        begin, end = s.b + rule.for_ms, s.e + rule.keep_ms
        if not is_decided(rule, begin, run.newest):
            continue  # Not yet known: no evidence for what it would join either.
        how = "expired" if s.is_expired or not is_answered(s.e) else "cleared"
        if rule.expire_ms is not None and s.newest is not None and s.newest + rule.expire_ms < end:
            end, how = s.newest + rule.expire_ms, "expired"
        cut = min((c for c in cuts if begin < c <= end), default=None)
        if cut is not None:
            end, how = cut, "cleared"
        last = episodes[-1] if episodes else None
        if last and begin <= last.end and not any(last.begin < c <= begin for c in cuts):
            last.end, last.how, last.evidence = end, how, last.evidence | s.evidence
        else:
            episodes.append(Episode(begin, end, s.evidence, how))
    return episodes


def overlay(spans):
    """Pieces of the union of @spans [(b, e, evidence, newest)]: at each moment, all that is alive."""
    points = sorted({p for b, e, _, _ in spans for p in (b, e)})
    pieces = []
    for m, following in zip(points, points[1:]):
        alive = [s for s in spans if s[0] <= m < s[1]]
        if alive:
            evidence = frozenset().union(*(s[2] for s in alive))
            pieces.append(Piece(m, following, evidence, max(s[3] for s in alive)))
    return pieces


def told_at_once(rule):
    """Kinds that further events can only confirm."""
    rises = rule.compare in ("at_least", "more_than")
    if rule.kind in ("event", "sequence", "latest"):
        return True
    if rule.kind in ("count", "count_distinct", "all_of", "any_kinds"):
        return rises or rule.kind == "all_of"
    if rule.kind == "sum":
        return rises and rule.is_rising
    return (rule.kind == "max" and rises) or (
        rule.kind == "min" and rule.compare in ("at_most", "less_than"))


class KeyCase:
    """One rule and one key: the events that count for it, and what follows from them."""

    def __init__(self, run, key):
        self.run, self.rule, self.key = run, run.rule, key
        self.by_alias = defaultdict(list)  # Of the counted and stepped aliases.
        self.answers = []                  # Times of `expected`.
        self.series = []                   # latest: (event, meets here), of judged series events.
        self.starts = []                   # members: the begin of the stream.

    def events(self):
        return {e for events in self.by_alias.values() for e in events} | set(self.starts)

    def counts(self, event, m, dead):
        """Does @event count at the millisecond @m?"""
        return event.t <= m and not dead.get(event, NEVER) <= m

    # -- windowed kinds

    def window_holds(self, window, m, dead, begun):
        rule, n = self.rule, len(window)
        if rule.kind in ("all_of", "any_kinds"):
            present = sum(any(e in self.sets[a] for e in window) for a in rule.counted)
            return present == len(rule.counted) if rule.kind == "all_of" else self.passes(present)
        is_from_above = rule.compare in ("at_most", "less_than")
        if rule.kind in ("count", "count_distinct", "sum"):
            if is_from_above and (begun is None or m < begun + rule.within):
                return False
            if not is_from_above and not window:
                return False
            if rule.kind == "count":
                return self.passes(n)
            if rule.kind == "count_distinct":
                return self.passes(len({as_key(e.value(rule.field)) for e in window}))
        elif not window:
            return False
        values = [self.run.millionths[e] for e in window]
        limit = millionths(rule.threshold)
        if rule.kind == "average":
            return self.passes(sum(values), limit * n)
        value = {"sum": sum, "min": min, "max": max}[rule.kind](values or [0])
        return self.passes(value, limit)

    def passes(self, value, limit=None):
        limit = self.rule.threshold if limit is None else limit
        return {"at_least": value >= limit, "more_than": value > limit,
                "at_most": value <= limit, "less_than": value < limit}[self.rule.compare]

    def windowed(self, dead, before):
        rule = self.rule
        items = sorted((e for e in self.events() if e.t < before), key=lambda e: e.order)
        starts = [e for e in items if isinstance(e, Start)]
        items = [e for e in items if not isinstance(e, Start)]
        self.sets = {a: set(self.by_alias[a]) for a in rule.counted}
        times = [e.t for e in items]
        points = {p for e in items + starts for p in (e.t, e.t + rule.within, e.t + rule.within + 1)}
        points = sorted(points | {dead[e] for e in items + starts if e in dead})
        pieces = []
        for m, following in zip(points, points[1:] + [NEVER]):
            low, high = bisect.bisect_left(times, m - rule.within), bisect.bisect_right(times, m)
            window = [e for e in items[low:high] if self.counts(e, m, dead)]
            begun = newest = None
            if rule.compare in ("at_most", "less_than"):
                counting = [e.t for e in starts + items[:high] if self.counts(e, m, dead)]
                begun = min(counting, default=None)
            if self.window_holds(window, m, dead, begun):
                counting = window or [e for e in items[:high] if self.counts(e, m, dead)]
                newest = max((e.t for e in counting), default=None)
                pieces.append(Piece(m, following, window, newest))
        return pieces

    # -- pairwise near

    def cliques(self):
        """Every smallest fulfilling clique: N events, N events of different values, one event of
        each alias, one event of each of N aliases."""
        rule = self.rule
        if rule.kind in ("count", "count_distinct"):
            need = int(rule.threshold) + (rule.compare == "more_than")
            choices = [[self.by_alias[rule.counted[0]]] * need]
        elif rule.kind == "all_of":
            choices = [[self.by_alias[a] for a in rule.counted]]
        else:
            need = int(rule.threshold) + (rule.compare == "more_than")
            choices = [[self.by_alias[a] for a in some]
                       for some in itertools.combinations(rule.counted, need)]
        found = set()
        for lists in choices:
            self.extend([], lists, found)
        return found

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
            if all(abs(e.t - c.t) <= rule.within and self.run.distance(e, c) <= rule.near_mm
                   for c in chosen):
                self.extend(chosen + [e], lists[1:], found)

    def alive(self, dead, before):
        """[(b, e, clique, newest)]: when all members of a clique are in the window together."""
        spans = []
        for clique in self.run.cliques(self):
            b, e = max(x.t for x in clique), min(x.t for x in clique) + self.rule.within + 1
            e = min([e] + [dead[x] for x in clique if x in dead])
            if b < e and b < before:
                spans.append((b, e, clique, b))
        return spans

    def clusters(self, dead, cuts, before):
        """Cliques in order of their begin; each joins every cluster it shares an event with that is
        alive, and not lapsed by expire_after, when it begins."""
        keep, expire = self.rule.keep_ms, self.rule.expire_ms
        clusters = []  # Lists of spans.
        for span in sorted(self.alive(dead, before), key=lambda s: s[0]):
            b, clique = span[0], span[2]
            joined = [c for c in clusters if any(clique & o[2] and b - o[1] <= keep for o in c)
                      and (expire is None or b <= max(o[3] for o in c) + expire)]
            clusters = [c for c in clusters if not any(c is j for j in joined)]
            clusters.append([span] + [o for c in joined for o in c])
        episodes = []
        for spans in clusters:
            events = frozenset().union(*(s[2] for s in spans))
            here = {c for c, evidence in cuts if evidence & events}
            episodes += smooth(self.run, overlay(spans), here, lambda e: False)
        return episodes

    # -- latest

    def latest(self, dead, before):
        series = [(e, meets) for e, meets in self.series if e.t < before]
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

    def completions(self, dead, before):
        """[(tn, evidence)], as once_per asks."""
        rule = self.rule
        lists = [sorted((e for e in self.by_alias[a] if e.t < before), key=lambda e: e.order)
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

    def sequence(self, dead, cuts, before):
        rule, done = self.rule, self.completions(dead, before)
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

    def absence(self, dead, before):
        rule = self.rule
        items = sorted((e for e in self.events() if e.t < before), key=lambda e: e.order)
        answers = sorted(t for t in self.answers if t < before)
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

    def episodes(self, dead, cuts, before=NEVER):
        rule = self.rule
        lines = {c for c, _ in cuts}
        if rule.kind in ("event", "sequence"):
            return self.sequence(dead, cuts, before)
        if rule.near_mm is not None and not rule.group_by:
            return self.clusters(dead, cuts, before)
        if rule.near_mm is not None:
            return smooth(self.run, overlay(self.alive(dead, before)), lines, lambda e: False)
        if rule.kind == "latest":
            dated = {e.t for e, _ in self.series}
            return smooth(self.run, self.latest(dead, before), lines, lambda e: e in dated)
        if rule.kind in ("absence", "silence"):
            answers = set(self.answers)
            return smooth(self.run, self.absence(dead, before), lines, lambda e: e in answers)
        dated = set() if told_at_once(rule) else {e.t for e in self.events()}
        return smooth(self.run, self.windowed(dead, before), lines, lambda e: e in dated)

    def touched(self, line):
        """The events of this key that @line makes count no more."""
        if not line.tie.to:
            return {e for e in self.events() if e.t <= line.c}
        alias = line.tie.to
        return {e for e in self.by_alias[alias] if e.t <= line.c
                and self.run.point_apart(alias, e, line.point) <= line.tie.limit_mm}

    def truth(self):
        dead, cuts = {}, []
        lines = [l for l in self.run.lines[self.key[0]] if self.agrees(l.part)]
        for c in sorted({l.c for l in lines}):
            now = [l for l in lines if l.c == c]
            is_whole = any(not l.tie.to for l in now)
            gone = set().union(*(self.touched(l) for l in now))
            ended = []
            for episode in self.episodes(dead, cuts, before=c):
                if episode.begin < c <= episode.end and (is_whole or episode.evidence & gone):
                    ended.append(episode.evidence)
            if is_whole:
                cuts.append((c, frozenset()))
            for evidence in ended:
                gone |= {e for e in evidence if e.t <= c}
                cuts.append((c, evidence))
            for e in gone:
                dead.setdefault(e, c)
        return self.episodes(dead, cuts)


class Run:
    """One rule over a set of events."""

    def __init__(self, world, rule, events):
        self.world, self.rule = world, rule
        self.judges = {n: Judge(world, rule, a) for n, a in rule.aliases.items()}
        self.cases = {}
        self.millionths = {}
        self.without, self.lines = [], defaultdict(list)
        self.newest = max((e.t for e in events), default=None)
        self.known_cliques = {}
        self.gather(sorted(events, key=lambda e: e.order))

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
        if value is None or (rule.kind != "count_distinct" and abs(value) > VALUE_MOST):
            return False
        if rule.kind != "count_distinct":
            exact = abs(Fraction(value)) * 1_000_000 + Fraction(1, 2)
            self.millionths[event] = (1 if value >= 0 else -1) * (exact.numerator // exact.denominator)
        return True

    def gather(self, events):
        rule = self.rule
        if rule.kind == "latest":
            self.gather_series(events)
        for event in events:
            for alias in dict.fromkeys(rule.counted if rule.kind != "latest" else []):
                judge = self.judges[alias]
                if judge.qualifies(event) and self.counts_at_all(alias, event):
                    for part in judge.keys(event):
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
        if rule.members is not None and events:
            for entry in rule.members:
                part = {n: self.member_value(n, entry[n]) for n in rule.group_by}
                self.case("actual", part).starts.append(Start(events[0].t))
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
            if event.type not in judge.alias.of_types:
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

    def apart(self, alias_a, a, alias_b, b):
        return self.point_apart(alias_a, a, self.judges[alias_b].point(b))

    def point_apart(self, alias, event, point):
        mine = self.judges[alias].point(event)
        return NEVER if mine is None or point is None else geo.distance_mm(mine, point)


# ---- What is told -------------------------------------------------------------------------------

class Told:
    """An episode as told once all is settled up to @newest_ms; times in ms, no end while open."""

    def __init__(self, rule, key, episode):
        self.rule, self.mode = rule.name, key[0]
        self.key = dict(zip(rule.group_by, key[1:]))
        evidence = sorted((e for e in episode.evidence if not isinstance(e, Start)),
                          key=lambda e: e.order)
        self.begin, self.count = episode.begin, len(evidence)
        self.end = episode.end
        self.evidence = [e.id for e in evidence[:EVIDENCE_MOST]]
        self.how = episode.how

    def as_json(self):
        told = dict(vars(self), begin=format_time(self.begin))
        told["end"] = format_time(self.end) if self.end is not None else None
        return told


def told(world, rules, events):
    """Every episode of @rules over @events (accepted ones) that is told when the watermark of each
    rule has reached the newest event time."""
    newest = max((e.t for e in events), default=None)
    answer = []
    for rule in rules:
        for key, case in Run(world, rule, events).cases.items():
            for episode in case.truth():
                made = Told(rule, key, episode)
                if made.end >= newest:
                    made.end = made.how = None
                answer.append(made)
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
