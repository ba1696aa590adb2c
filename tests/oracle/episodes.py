"""From raw to episodes: stretches of whole milliseconds, what paces and ends them, and their levels."""

import cel

NEVER = float("inf")


class Episode:
    def __init__(self, begin, end, how, stretch):
        self.begin, self.end, self.how = begin, end, how
        self.evidence, self.parts = stretch.evidence, list(stretch.parts)
        self.levels = []  # [(since, level)]: at the begin, then each change.


class Piece:
    """Whole milliseconds [b, e) in which a rule holds raw, resting on the same evidence throughout;
    @value: what is compared there."""

    def __init__(self, b, e, evidence, newest, value=None):
        self.b, self.e, self.evidence, self.newest = b, e, frozenset(evidence), newest
        self.value = value
        self.is_expired = False
        self.since = b  # From when it says something of the level: not before `for` is served.


class Stretch:
    """Pieces that follow each other without a gap."""

    def __init__(self, piece):
        self.b, self.evidence, self.parts = piece.b, frozenset(), []
        self.extend(piece)

    def extend(self, piece):
        self.e, self.is_expired, self.newest = piece.e, piece.is_expired, piece.newest
        self.evidence |= piece.evidence
        self.parts.append(piece)


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
        split += [Piece(b, e, piece.evidence, piece.newest, piece.value)
                  for b, e in zip(edges, edges[1:])]
    split.sort(key=lambda p: p.b)
    stretches, raw_end, newest = [], None, None
    for piece in split:
        last = stretches[-1] if stretches else None
        waits = last is not None and piece.b <= last.b + rule.for_ms
        follows = raw_end == piece.b and (waits or piece.b not in cuts)
        raw_end = piece.e
        if follows and None not in (newest, piece.newest):  # Of the raw stretch so far.
            piece.newest = max(newest, piece.newest)
        newest = piece.newest
        if rule.expire_ms is not None and newest is not None and newest + rule.expire_ms < piece.e:
            piece.e = newest + rule.expire_ms
            piece.is_expired = True
            if follows and last and last.e == piece.b == piece.e:
                last.is_expired = True  # It would have gone on.
        if piece.b >= piece.e:
            continue
        if follows and last and last.e == piece.b:
            last.extend(piece)
        else:
            stretches.append(Stretch(piece))
    stretches = [s for s in stretches if s.e > s.b + rule.for_ms]
    episodes = []
    for s in stretches:
        begin, end = s.b + rule.for_ms, s.e + rule.keep_ms
        for part in s.parts:
            part.since = max(part.b, begin)
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
            last.parts += s.parts
        else:
            episodes.append(Episode(begin, end, how, s))
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


# ---- Levels -------------------------------------------------------------------------------------

def set_levels(case, episode):
    """The levels of @episode: what holds changes only where a piece begins or a deadline has passed after
    the warning. Between its stretches the level stays."""
    rule, points = case.rule, {episode.begin}
    points |= {p.since for p in episode.parts}
    points |= {case.passed[e] for e in episode.evidence if e in case.passed}
    episode.levels = []
    for m in sorted(p for p in points if episode.begin <= p < episode.end):
        now = max([base_level(case, episode, m)] + [
            level for when, level in rule.escalate
            if cel.holds(when, lambda name: step_value(case, episode, m, name))])
        if not episode.levels or episode.levels[-1][1] != now:
            episode.levels.append((m, now))


def base_level(case, episode, m):
    """The rule's own; with `warn_at` one lower until a deadline has passed, too."""
    if case.rule.warn_at is None:
        return case.rule.level
    if any(case.passed.get(e, NEVER) <= m for e in episode.evidence):
        return case.rule.level
    return max(0, case.rule.level - 1)


def step_value(case, episode, m, name):
    """What an expression of `escalate` sees under @name at @m; None: nothing."""
    rule = case.rule
    begun = [p for p in episode.parts if p.since <= m]
    evidence = frozenset().union(*(p.evidence for p in begun))
    if name == "count":
        return len({e for e in evidence if not isinstance(e, Start)})
    if name == "value":
        return begun[-1].value
    if name in rule.group_by:
        return case.key[1 + rule.group_by.index(name)]
    if name == "milestone" and rule.milestone:
        return rule.milestone
    alias, _, field = name.partition(".")
    judge = case.run.judges.get(alias)
    of_alias = [e for e in evidence if not isinstance(e, Start) and e in case.by_alias[alias]]
    if not of_alias:
        return None
    return judge.cel_value(max(of_alias, key=lambda e: e.order), field)
