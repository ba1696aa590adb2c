"""Is the oracle to be trusted? Every line of the "Meaning" (rules/README.md) as hand-computed cases, on
both sides of each boundary; and sabotage: each of many wrong oracles has to fail a case.

The cases stand in cases.py and cases_more.py, what they are written in in harness.py.
"""

import unittest

import cases
import cases_more
from harness import CASES, answer, load_oracle


class Meaning(unittest.TestCase):
    """Every case, and every case in another order of arrival."""

    def test_cases(self):
        oracle = load_oracle()
        for name, rule, events, expected, options in CASES:
            with self.subTest(name):
                self.assertEqual(answer(oracle, rule, events, **options), expected)

    def test_names_are_unique(self):
        names = [name for name, *_ in CASES]
        self.assertEqual(len(names), len(set(names)))

    def test_order_of_arrival_does_not_matter(self):
        oracle = load_oracle()
        for name, rule, events, expected, options in CASES:
            ids = [f.get("id") for _, _, f in events if "id" in f]
            if options or len(ids) != len(set(ids)):
                continue
            named = [(k, t, dict(f, id=f.get("id", f"e{i + 1}"))) for i, (k, t, f) in enumerate(events)]
            with self.subTest(name):
                self.assertEqual(answer(oracle, rule, named[::-1]), expected)


# Each makes the oracle wrong in one place.
SABOTAGE = [
    ("points |= {e.t + rule.within, e.t + rule.within + 1}", "points |= {e.t + rule.within}"),
    ("bisect.bisect_left(times, m - rule.within)", "bisect.bisect_right(times, m - rule.within)"),
    ("return event.t, event.t + self.rule.within + 1", "return event.t, event.t + self.rule.within"),
    ("return met != test.is_not", "return met"),
    ("return True if test.is_not else None", "return None"),
    ("given if test.is_cased else fold(given)", "given"),
    ("0 if test.is_cased else re.IGNORECASE", "0"),
    ("bool(each) and all(each) if test.is_all", "all(each) if test.is_all"),
    ("return item == operand if test.is_cased else fold(item) == fold(operand)", "return operand in item"),
    ("if False in results:\n            return False", "if None not in results and False in results:\n            return False"),
    ("p.distance_mm(point) <= self.alias.limit_mm", "p.distance_mm(point) < self.alias.limit_mm"),
    ("if value is None:\n                    return []", "if value is None:\n                    continue"),
    ("return fold(value) if isinstance(value, str) else value", "return value"),
    ("if rule.expire_ms is not None and newest is not None and", "if False and"),
    ("(waits or piece.b not in cuts)", "True"),
    ("(waits or piece.b not in cuts)", "piece.b not in cuts"),
    ("piece.newest = max(newest, piece.newest)", "pass"),
    ("s.e > s.b + rule.for_ms", "s.e >= s.b + rule.for_ms"),
    ("begin, end = s.b + rule.for_ms,", "begin, end = s.b,"),
    ("s.e + rule.keep_ms\n", "s.e\n"),
    ("s.newest + rule.expire_ms < end:", "False:"),
    ("begin <= last.end and", "begin < last.end and"),
    ("and not any(last.begin < c <= begin for c in cuts)", ""),
    ("(c for c in cuts if begin < c <= end)", "(c for c in cuts if begin < c < end)"),
    ("return event.t <= m and not dead.get(event, NEVER) <= m", "return event.t <= m"),
    ("return event.t <= m and not dead.get(event, NEVER) <= m", "return event.t <= m and not dead.get(event, NEVER) < m"),
    ("m >= begun + rule.within", "m >= begun"),
    ("len({as_key(e.value(rule.field)) for e in window})", "len(window)"),
    ("Fraction(sum(values), n * 10**6)", "Fraction(sum(values), 10**6)"),
    ('"sum": sum, "min": min, "max": max', '"sum": sum, "min": max, "max": min'),
    ('"at_least": value >= limit', '"at_least": value > limit'),
    ('"more_than": value > limit', '"more_than": value >= limit'),
    ('"at_most": value <= limit', '"at_most": value < limit'),
    ('"less_than": value < limit', '"less_than": value <= limit'),
    ("value == len(self.rule.counted)", "value > 0"),
    ("self.run.distance(e, c) <= rule.near_mm", "self.run.distance(e, c) < rule.near_mm"),
    ("self.run.distance(e, c) <= rule.near_mm", "True"),
    ("for c in chosen):\n                self.extend", "for c in chosen[-1:]):\n                self.extend"),
    ("any(clique & o[2] and b", "any(b"),
    ("b - o[1] <= keep for o in c)", "b - o[1] < keep for o in c)"),
    ("b - o[1] <= keep for o in c)", "b - o[1] <= 0 for o in c)"),
    ("and (expire is None or b <= max(o[3] for o in c) + expire)]", "]"),
    ("b <= max(o[3] for o in c) + expire", "b < max(o[3] for o in c) + expire"),
    ("[span] + [o for c in joined for o in c]", "[span] + (joined[0] if joined else [])"),
    ("newest = max((e.t for e, _ in series if e.t <= m), default=None)\n            met", "newest = max((e.t for e, v in series if e.t <= m and v), default=None)\n            met"),
    ("and meets and not dead.get(e, NEVER) <= m]", "and meets]"),
    ("if meets is None or (meets and places is None):", "if meets and places is None:"),
    ("if meets is None or (meets and places is None):", "if meets is None:"),
    ("and last - first > rule.within:", "and last - first >= rule.within:"),
    ("if tie.to and run.apart(alias, event, tie.to, of_alias[tie.to]) > tie.limit_mm:", "if False:"),
    ("if first < event.t < last and", "if first <= event.t < last and"),
    ("if first < event.t < last and", "if first < event.t <= last and"),
    ("if first < event.t < last and", "if False and"),
    ("event.mode == self.key[0] and self.agrees(part):", "self.agrees(part):"),
    ("event.mode == self.key[0] and self.agrees(part):", "event.mode == self.key[0]:"),
    ("if e not in chosen and self.counts", "if self.counts"),
    ("chosen[-1].t <= e.t", "chosen[-1].t < e.t"),
    ("chosen[-1].t <= e.t", "True"),
    ('if rule.once == "onset":', "if False:"),
    ("done.append((en.t, frozenset(chosen)))\n                            break", "done.append((en.t, frozenset(chosen)))"),
    ('if rule.once != "key":', "if True:"),
    ("answer = next((t for t in answers if t > s), NEVER)", "answer = next((t for t in answers if t >= s), NEVER)"),
    ("answer = next((t for t in answers if t >= s), NEVER)", "answer = next((t for t in answers if t > s), NEVER)"),
    ("if due < min(stop, self.run.newest):", "if due < stop:"),
    ("spans = self.expire_clocks(sorted(spans, key=lambda s: s[0]))", "pass"),
    ("due, stop = s + rule.deadline,", "due, stop = s + rule.deadline + 1,"),
    ("min(answer, dead.get(e, NEVER))", "answer"),
    ("if rule.from_field else e.t", "if False else e.t"),
    ("lambda e: e in answers", "lambda e: False"),
    ("lambda e: e in dated)\n        if rule.kind in", "lambda e: False)\n        if rule.kind in"),
    ("dated = set() if told_at_once(rule) else", "dated = set() if True else"),
    ("dated = set() if told_at_once(rule) else", "dated = set() if False else"),
    ("return all(self.key[1 + names.index(n)] == v for n, v in part.items())", "return True"),
    ("return {e for e in self.events() if e.t <= line.c}", "return {e for e in self.events() if e.t < line.c}"),
    ("return {e for e in self.events() if e.t <= line.c}", "return self.events()"),
    ("e, line.point) <= line.tie.limit_mm", "e, line.point) < line.tie.limit_mm"),
    ("self.run.lines[self.key[0]] if", "sum(self.run.lines.values(), []) if"),
    ("and (is_whole or evidence & gone):", "and is_whole:"),
    ("and (is_whole or evidence & gone):", "and True:"),
    ("gone |= {e for e in evidence if e.t <= c}", "pass"),
    ("for e in gone:\n                dead.setdefault(e, c)", "pass"),
    ("return False\n        if rule.field is None:", "pass\n        if rule.field is None:"),
    ("abs(value) > VALUE_MOST", "False"),
    ("1_000_000 + Fraction(1, 2)", "1_000_000"),
    ('self.case("actual", part).starts', 'self.case("test", part).starts'),
    ("key in self.cases:\n                        self.cases[key].answers.append", "True:\n                        [c.answers.append(event.t) for c in self.cases.values()] or [].append"),
    ("begin == newest and told_at_once(rule) and rule.for_ms == 0", "begin == newest"),
    ("begin == newest and told_at_once(rule) and rule.for_ms == 0", "False"),
    ("begin == newest and told_at_once(rule) and rule.for_ms == 0", "begin == newest and told_at_once(rule)"),
    ("if not is_decided(rule, begin, run.newest):", "if begin > 9e15:"),
    ("self.is_open = episode.end >= newest", "self.is_open = episode.end > newest"),
    ("return rises and rule.is_rising", "return rises"),
    ('rule.kind == "max" and rises', 'rule.kind == "max" and not rises'),
    ('rule.kind == "min" and rule.compare in ("at_most", "less_than")', 'rule.kind == "min"'),
    ("not any(o.t == e.t and o.order > e.order for o in items)", "not any(o.t == e.t and o.order < e.order for o in items)"),
    ("met = judge.keys(event, places) if meets and", "met = judge.keys(event, places) if"),
    ("or (event.source, event.id) in seen", ""),
    ("seen.add((event.source, event.id))", "seen.add((event.source, event.id)); seen.add(('/2', event.id))"),
    ("event.t < newest - accept_late_ms", "event.t <= newest - accept_late_ms"),
    ("event.t < newest - accept_late_ms", "False"),
    ("- self.radius_m", ""),
    ("to_mm(away - point[2])", "to_mm(away)"),
    ("-500 <= value <= 100_000", "-500 < value <= 100_000"),
    ("-500 <= value <= 100_000", "-500 <= value < 100_000"),
    ("math.floor(abs(value) * 1000 + 0.5)", "math.floor(abs(value) * 1000)"),
    ("math.copysign(math.floor(abs(value) * 1000 + 0.5), value)", "math.floor(abs(value) * 1000 + 0.5)"),
    ('PARTS = ("lat", "lon", "error_m", "alt_m")', 'PARTS = ("lon", "lat", "error_m", "alt_m")'),
    ('PARTS = ("lat", "lon", "error_m", "alt_m")', 'PARTS = ("lat", "lon", "alt_m", "error_m")'),
    ('value.get("error_m", 0), altitude(value.get("alt_m")))\n                 if right', 'value.get("error_m", 0), altitude(value.get("alt_m")))\n                 if right and value.get("alt_m", 0) == altitude(value.get("alt_m", 0))'),
    ("(location[0], location[1], 0, location[3])", "(location[0], location[1], 0, None)"),
    ("return 0\n            away", "pass\n            away"),
    ('{self.id} | {fold_name(a) for a in about.get("aliases", [])}', "{self.id}"),
    ('self.mode = record.get("mode", "actual")', 'self.mode = "actual"'),
    ("- shift * 60000", ""),
    ("right = _number(value) and value == int(value)", "right = _number(value)"),
    ('[:3])', '[:3]) + (1 if len(found.group(7) or "") > 3 else 0)'),
    ("and not any(_inside_ring(r, point) for r in rings[1:])", ""),
    ("math.floor(value_m * 1000 + 0.5)", "math.floor(value_m * 1000 + 0.5) // 10 * 10"),
    ('WGS84.Inverse(*key, Geodesic.DISTANCE)["s12"]', "111320 * math.hypot(a[0] - b[0], (a[1] - b[1]) * math.cos(math.radians(a[0])))"),
    ('Decimal(1), ROUND_HALF_UP)', 'Decimal(1), ROUND_HALF_UP) // 1000 * 1000'),
    ('alias.near = alias.near or near', 'pass'),
    ('self.group_by.append(kind)', 'pass'),
    ('self.once = "key" if self.group_by else "event"', 'self.once = "key"'),
    ('self.once = "key" if self.group_by else "event"', 'self.once = "event"'),
]

# In the later kinds.
SABOTAGE_MORE = [
    ("len(values) >= least", "len(values) > least"),
    ("{as_key(e.value(field)) for e in window if e.value(field) is not None}", "{e.value(field) for e in window if e.value(field) is not None}"),
    ("{as_key(e.value(field)) for e in window if e.value(field) is not None}", "{as_key(e.value(field) or '') for e in window}"),
    ("for names in (rule.of, rule.to))", "for names in (rule.to, rule.of))"),
    ('n = self.parts_of_ratio(window)[1] if rule.kind == "ratio" else len(window)', "n = len(window)"),
    ("return Fraction(of, to)", "return Fraction(round(of / to, 2))"),
    ("n, n >= rule.least_events", "n, True"),
    ("rank = -(-rank_thousandths * len(ordered) // 100_000)", "rank = rank_thousandths * len(ordered) // 100_000 + 1"),
    ("ordered[rank - 1]", "ordered[min(rank, len(ordered) - 1)]"),
    ("weight *= power_of_two(Fraction(t - newest, half_life_ms))", "pass"),
    ("Fraction(t - newest, half_life_ms)", "Fraction(newest - t, half_life_ms)"),
    ("weights = [self.run.weights.get(e, 1) for e in window]", "weights = [1 for e in window]"),
    ("if weight is None or not 0 <= weight <= VALUE_MOST:", "if weight is None or weight > VALUE_MOST:"),
    ("return Fraction(measures.billionths(value), 10**9)", "return value"),
    ("10**9 + Fraction(1, 2)", "10**9"),
    ("judged, m >= judged", "judged, m > judged"),
    ("judged = self.run.begin +", "judged = self.events().pop().t +"),
    ("if low >= begin:", "if low > begin:"),
    ("if low >= begin:", "if True:"),
    ("bisect.bisect_right(times, high) - bisect.bisect_left(times, low)", "bisect.bisect_left(times, high) - bisect.bisect_left(times, low)"),
    ("bisect.bisect_right(times, high) - bisect.bisect_left(times, low)", "bisect.bisect_right(times, high) - bisect.bisect_right(times, low)"),
    ('in ("at_most", "less_than") and not any(usual)):', 'in ("at_most", "less_than") and False):'),
    ('86_400_000 if "same_hours_of" in given else within + 1', '86_400_000 if "same_hours_of" in given else within'),
    ("ordered[half:half + 1] if len(ordered) % 2 else ordered[half - 1:half + 1]", "ordered[half:half + 1]"),
    ('Fraction("1.4826") * spread', "spread"),
    ("return x / max(mean(usual), floor)", "return x / mean(usual) if any(usual) else floor * 0"),
    ("for b in reversed(usual[:-1]):", "for b in usual[:-1]:"),
    ("(1 - alpha) * (variance + alpha * d * d)", "(1 - alpha) * variance + alpha * d * d"),
    ("if all(agrees(text, part[n], world) for n, text in entry.items() if n != \"threshold\"):", "if True:"),
    ("return Decimal(str(place.properties[name]))", "return Decimal(str(world.places[0].properties[name]))"),
    ("if self.limit is None:\n            return None", "if self.limit is None:\n            return value"),
    ("return elevation(at_ms, point) >= HORIZON", "return elevation(at_ms, point) >= 0"),
    ("return elevation(at_ms, point) >= HORIZON", "return elevation(at_ms, point) < HORIZON"),
    ("360.98564736629 * n + point[1] - ra", "360.98564736629 * n - point[1] - ra"),
    ("math.sin(lat) * sin_dec +", "-math.sin(lat) * sin_dec +"),
    ("return self.from_ms <= now < self.to_ms", "return self.from_ms <= now <= self.to_ms"),
    ("return self.from_ms <= now < self.to_ms", "return self.from_ms < now < self.to_ms"),
    ("return now >= self.from_ms or now < self.to_ms", "return False"),
    ("return hours.is_open(event.t + hours.offset_ms)", "return hours.is_open(event.t - hours.offset_ms)"),
    ("if hours.is_open(event.t + p.offset_ms)", "if hours.is_open(event.t + near[0].offset_ms)"),
    ("- way_mm)", ")"),
    ("- geo.to_mm(centre[2]) -", "-"),
    ("fold_name(value)", "value"),
    ("if age_ms > mover.keep_ms:", "if age_ms >= mover.keep_ms:"),
    ("if age_ms > mover.keep_ms:", "if False:"),
    ("at = bisect_right([e.t for e in said], event.t)", "at = len(said)"),
    ("newest = said[at - 1]", "newest = said[0]"),
    ("names = self.told.get((kind, event.mode), [])", 'names = self.told.get((kind, "actual"), [])'),
    ("if (kind, n) != self.own_name(event)\n                and", "if"),
    ("(now > before) == (of.state == \"escalated\")", "False"),
    ("if not episode.levels or episode.levels[-1][1] != now:", "if not episode.levels or episode.levels[-1][1] < now:"),
    ("begun = [p for p in episode.parts if p.since <= m]", "begun = [p for p in episode.parts]"),
    ("return begun[-1].value", "return float(len(evidence))"),
    ("judge.cel_value(max(of_alias,", "judge.cel_value(min(of_alias,"),
    ("level for when, level in rule.escalate", "level - 1 for when, level in rule.escalate"),
    ("now = max([base_level", "now = min([base_level"),
    ("if is_decided(rule, t, newest) if level > before and is_said else t < newest:", "if t < newest:"),
    ("if is_decided(rule, t, newest) if level > before and is_said else t < newest:", "if True:"),
    ("return max(0, case.rule.level - 1)", "return case.rule.level"),
    ("if any(case.passed.get(e, NEVER) <= m for e in episode.evidence):", "if any(case.passed.get(e, NEVER) < m for e in episode.evidence):"),
    ("rule.deadline * rule.warn_at // 100", "-(-rule.deadline * rule.warn_at // 100)"),
    ("part.milestone, part.expected, part.deadline = name, name, span_ms(deadline)", 'part.milestone, part.expected, part.deadline = name, "b", span_ms(deadline)'),
    ("return event.t, event.until", "return event.t, event.until + 1"),
    ("if e.t <= m < e.until and", "if e.t <= m <= e.until and"),
    ("if e.t <= m < e.until and", "if e.t <= m < e.t + rule.within and"),
    ("if case.key[0] == event.mode and case.agrees(part):", "if False:"),
    ("return event.alert is not None and self.alias.alert.id in event.alert", "return event.alert is not None"),
    ("reached = [t for t, level in told.levels if level >= of.level]", "reached = [t for t, level in told.levels]"),
    ("(not rule.is_over_any and (by_experimental", "(True and (by_experimental"),
    ("(by_experimental or not rule.is_experimental)", "True"),
    ("(by_experimental or not rule.is_experimental)", "not rule.is_experimental"),
    ("return [(told.end, None)] if told.how == of.state else []", "return [(told.end, None)] if told.end else []"),
    ("return [(told.end, None)] if told.how == of.state else []", "return [(told.begin, None)] if told.how == of.state else []"),
    ("for p in episode.parts if p.b <= episode.begin))", "for p in episode.parts))"),
    ("if boolean(side(env)) == deciding:\n                    return deciding\n            except CelError as error:\n                wrong = error", "if boolean(side(env)) == deciding:\n                    return deciding\n            except CelError:\n                raise"),
    ("    except Missing:\n        return None", "    except Missing:\n        return True"),
    ("for p in episode.parts if p.since < c))", "for p in episode.parts))"),
    ("for p in episode.parts if p.since < c))", "for p in episode.parts if p.b < c))"),
    ("if self.counts(e, e.t, dead)}", "}"),
    ("if evidence <= events}", "if evidence & events}"),
    ("is_said = any(e.t == t for e in episode.evidence)", "is_said = True"),
    ("key + [b\"%06d\" % number]", "key"),
    ("evidence -= self.touched_before(episode, dead)", "pass"),
    ("which = (id(told), t, until)", "which = (alert_name(told), t, until)"),
    ("if isinstance(event, Start) else self.location(event)", "if isinstance(event, Start) or event.t > episode.begin else self.location(event)"),
]


class Sabotage(unittest.TestCase):
    def test_every_wrong_oracle_is_caught(self):
        for changes, known in ((SABOTAGE, CASES), (SABOTAGE_MORE, CASES[::-1])):  # Likely ones first.
            for change in changes:
                with self.subTest(change):
                    self.assertTrue(self.is_caught(load_oracle([change]), known), "no case notices")

    @staticmethod
    def is_caught(oracle, known):
        for _, rule, events, expected, options in known:
            try:
                if answer(oracle, rule, events, **options) != expected:
                    return True
            except Exception:  # A wrong oracle may also fall over.
                return True
        return False


if __name__ == "__main__":
    unittest.main()
