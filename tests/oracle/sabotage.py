"""Would the differential notice? Oracles that are wrong in one place each, against the program: each has to
give a mismatch within a few rounds, or the run proves nothing."""

import json
import types

import generate
from harness import load_oracle

# What is wrong, the change, kinds of rule that show it, words that have to be built.
SORTS = [
    ("a window one millisecond too short", "bisect.bisect_left(times, m - rule.within)",
     "bisect.bisect_right(times, m - rule.within)", "count,sum", ""),
    ("a deadline one millisecond too late", "due, stop = s + rule.deadline,",
     "due, stop = s + rule.deadline + 1,", "absence", ""),
    ("negation ignored", "if first < event.t < last and", "if False and", "sequence", ""),
    ("negation at its own ends, too", "if first < event.t < last and", "if first <= event.t <= last and",
     "sequence", ""),
    ("keys compared with case", "return fold(value) if isinstance(value, str) else value", "return value",
     "count,latest", ""),
    ("exercises mixed with the actual", 'self.mode = record.get("mode", "actual")', 'self.mode = "actual"',
     "count,event", ""),
    ("a watermark too early: what is dated now is decided",
     "begin == newest and told_at_once(rule) and rule.for_ms == 0", "begin == newest", "average,absence,count", ""),
    ("a chain taken for a clique", "for c in chosen):\n                self.extend",
     "for c in chosen[-1:]):\n                self.extend", "near,cluster", ""),
    ("an end that clear_when does not draw", "(c for c in cuts if begin < c <= end)",
     "(c for c in cuts if False)", "count,event", ""),
    ("keep_firing_for forgotten", "s.e + rule.keep_ms\n", "s.e\n", "count,average", ""),
    ("expire_after after the first evidence", "piece.newest = max(newest, piece.newest)", "piece.newest = newest",
     "count,any_kinds", ""),
    ("a repeat counted", "or (event.source, event.id) in seen", "", "count,sum", ""),
    ("a wrong median", "ordered[half:half + 1] if len(ordered) % 2 else ordered[half - 1:half + 1]",
     "ordered[half:half + 1]", "trend", "trend"),
    ("a window of the baseline before the stream", "if low >= begin:", "if True:", "trend", "trend"),
    ("half-life ignored", "weight *= power_of_two(Fraction(t - newest, half_life_ms))", "pass", "weighted", "weighted"),
    ("a rank one too high", "rank = -(-rank_thousandths * len(ordered) // 100_000)",
     "rank = min(len(ordered), rank_thousandths * len(ordered) // 100_000 + 1)", "percentile", "percentile"),
    ("a ratio upside down", "for names in (rule.of, rule.to))", "for names in (rule.to, rule.of))", "ratio", "ratio"),
    ("day and night mixed up", "return elevation(at_ms, point) >= HORIZON", "return elevation(at_ms, point) < HORIZON",
     "count,event", "sun"),
    ("hours with their end", "return self.from_ms <= now < self.to_ms", "return self.from_ms <= now <= self.to_ms",
     "count,event,latest", "clock"),
    ("a moving place without age", "- way_mm)", ")", "moving", "moving"),
    ("the newest position by its id, not by its time", "sorted(events, key=lambda e: e.order)",
     "sorted(events, key=lambda e: e.order[1:])", "moving", "moving"),
    ("a position kept a millisecond too short", "if age_ms > mover.keep_ms:", "if age_ms >= mover.keep_ms:",
     "moving", "moving"),
    ("the first threshold of a list for all", "if all(agrees(text, part[n], world) for n, text in entry.items() "
     'if n != "threshold"):', "if True:", "own", "own"),
    ("a level one too low", "level for when, level in rule.escalate", "level - 1 for when, level in rule.escalate",
     "count,sum", "escalate"),
    ("a level that never falls", "if not episode.levels or episode.levels[-1][1] != now:",
     "if not episode.levels or episode.levels[-1][1] < now:", "count,average", "escalate"),
    ("no warning before the deadline", "due = s + rule.deadline * rule.warn_at // 100", "pass", "absence,milestones", "warn_at"),
    ("an alert taken a millisecond after its end", "if e.t <= m < e.until and", "if e.t <= m <= e.until and",
     "count,all_of", "alert"),
    ("a missing field met by `where`", "    except Missing:\n        return None", "    except Missing:\n        return True",
     "count,event", "where"),
]


def of_one(records, change):
    """@records, with @change made to every one of the first alert for which it says so."""
    changed, one = [], None
    for line in records:
        record = json.loads(line)
        data = record["data"]
        if one in (None, data["alert_id"]) and change(data):
            one = data["alert_id"]
        changed.append(json.dumps(record))
    return changed


def tear_apart(records):
    """An alert that is of one incident with others tells its own."""
    def change(data):
        is_so = data["incident"] != data["alert_id"]
        data.pop("incident_was", None)
        data.update(incident=data["alert_id"], incident_at=data["new_at"])
        return is_so
    return of_one(records, change)


def throw_together(records):
    """An alert on its own tells the incident of the alert before it."""
    before = []

    def change(data):
        before.append(data)
        return (data["incident"] == data["alert_id"] and len(before) > 1
                and data.update(incident=before[0]["incident"], incident_at=before[0]["incident_at"]) is None)
    return of_one(records, change)


def keep_quiet(records):
    """Two incidents became one, and an alert goes on under the old name."""
    told, was = {}, {}

    def change(data):
        if "incident_was" in data:
            was[data["alert_id"]] = told[data["alert_id"]]
            del data["incident_was"]
        told[data["alert_id"]] = data["incident"], data["incident_at"]
        if data["alert_id"] in was:
            data["incident"], data["incident_at"] = was[data["alert_id"]]
        return data["alert_id"] in was
    return of_one(records, change)


def forget_over(records):
    """What begins when an incident is over still tells the incident."""
    over = []

    def change(data):
        if over and data["incident"] == data["alert_id"] and not over[0]["open"]:
            data.update(incident=over[0]["incident"], incident_at=over[0]["incident_at"])
            return True
        over[:] = over or [data]
        if data["alert_id"] == over[0]["alert_id"]:
            over[:] = [data]
        return False
    return of_one(records, change)


# Records doctored so, against incidents.py.
DOCTORS = [("an incident torn apart", tear_apart), ("two incidents taken for one", throw_together),
           ("an alert left with the old name", keep_quiet), ("an incident that is over goes on", forget_over)]


def rounds(runner, given, words):
    """How many sorts nobody noticed."""
    missed = tried = 0
    for name, doctor in DOCTORS:
        tried += 1
        runner.doctor = doctor
        found = notice_doctored(runner, given, words)
        missed += found is None
        print(f"NOT NOTICED: {name}" if found is None else f"noticed: {name} ({found})", flush=True)
    runner.doctor = lambda records: records
    right = runner.modules
    for name, old, new, kinds, word in SORTS:
        if word and word not in words:
            print(f"left out, {word} is not built: {name}")
            continue
        tried += 1
        made = load_oracle([(old, new)])
        runner.known = (None, None, None)
        runner.modules = types.SimpleNamespace(oracle=made.oracle, rulefile=made.rulefile, world=made.world)
        found = notice(runner, given, kinds.split(","), words, right)
        missed += found is None
        print(f"NOT NOTICED: {name}" if found is None else f"noticed: {name} ({found})", flush=True)
    print(f"sabotage: {tried - missed} of {tried} noticed")
    return missed


def notice_doctored(runner, given, words):
    """Where doctored records were found out first, or None; and that plain ones are not."""
    doctor = runner.doctor
    for seed in range(given.seed, given.seed + max(given.rounds, 200)):
        case = generate.some_case(seed, ["event", "count", "sequence", "cluster"], words, given.events, given.rules)
        case.is_in_order = True
        runner.doctor = doctor
        found = runner.differences(case)
        runner.doctor = lambda records: records
        if found and not runner.differences(case):
            return f"seed {seed}: {found[0]}"
    return None


def notice(runner, given, kinds, words, right):
    """Where the first mismatch was, or None."""
    for seed in range(given.seed, given.seed + max(given.rounds, 200)):
        case = generate.some_case(seed, kinds, words, given.events, given.rules)
        found = runner.differences(case)
        if not found or found[0].startswith("exit"):
            continue
        wrong, runner.modules, runner.known = runner.modules, right, (None, None, None)
        is_sound = not runner.differences(case)
        runner.modules, runner.known = wrong, (None, None, None)
        if is_sound:  # Not if the right oracle differs there, too.
            return f"seed {seed}, {len(found)} differences"
    return None
