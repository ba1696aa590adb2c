"""Do told alerts and the oracle's episodes agree?

    compare.py --rules DIR [--types DIR] [--places DIR] [--accept-late 10m] EVENTS ALERTS

ALERTS are records as `tocsin replay` writes them: NDJSON, a CloudEvent each with the alert record in
`data`. The last record of an alert_id says what became of it; cancelled ones are left out. An alert that
is evidence of another is called by its rule, key and begin. Exit 0: the same set of episodes; 1: not, and the
difference is printed.
"""

import argparse
import json
import sys
from collections import Counter

from oracle import told
from rulefile import load_rules
from derived import alert_name
from world import LEVELS, World, accept, fold, fold_name, format_time, parse_time, span_ms

LEVELS_MOST = 20  # Changes that a record tells, besides the level at the begin.


class Record:
    """The episode that the last record of an alert tells of."""

    def __init__(self, data):
        self.rule, self.mode, self.key = data["rule"], data["mode"], data.get("key") or {}
        self.begin = parse_time(data["begin"])
        self.end = parse_time(data["end"]) if data.get("end") else None
        self.count = data["count"]
        self.evidence = [e["id"] for e in data["evidence"]]
        self.levels = [(parse_time(l["since"]), LEVELS.index(l["level"])) for l in data.get("levels", [])]
        self.level = LEVELS.index(data["level"])
        self.how = data["state"] if data["state"] in ("cleared", "expired") else None
        self.is_open = data["open"]


def fold_records(lines):
    """Last record of each alert_id, in order of first appearance, cancelled ones left out. Raises
    ValueError where a record contradicts itself or those before it."""
    last = {}
    for line in lines:
        if not line.strip():
            continue
        data = json.loads(line)["data"]
        before = last.get(data["alert_id"])
        if before and data["seq"] <= before["seq"]:
            raise ValueError(f"seq does not rise: {line}")
        if before and (before["rule"], before["key"]) != (data["rule"], data["key"]):
            raise ValueError(f"an alert changes its rule or key: {line}")
        if (data["state"] == "new") != (before is None):
            raise ValueError(f"new stands first, and once: {line}")
        if data["open"] == bool(data.get("end")) and data["state"] != "cancelled":
            raise ValueError(f"open, and yet an end, or over without one: {line}")
        if data["open"] and data["state"] not in ("new", "update", "escalated", "deescalated"):
            raise ValueError(f"open after its end: {line}")
        last[data["alert_id"]] = data
    records = {i: Record(d) for i, d in last.items() if d["state"] != "cancelled"}
    for which, data in last.items():
        while data.get("merged_into"):  # It goes on as that one.
            data = last[data["merged_into"]]
        if data["alert_id"] in records:
            records.setdefault(which, records[data["alert_id"]])
    for record in records.values():
        name_evidence(record, records)
    return list(dict.fromkeys(records.values()))


def name_evidence(record, records):
    """Alerts among the evidence are called as the oracle calls them; those they rest on first."""
    for i, which in enumerate(record.evidence):
        if which in records:
            name_evidence(records[which], records)
            record.evidence[i] = alert_name(records[which], plain)


def plain(value):
    """A key value as it is compared: places without accents, text without case, numbers by value."""
    return fold(fold_name(value)) if isinstance(value, str) else value


def identity(episode):
    """What makes two episodes the same."""
    key = tuple(sorted((name, plain(value)) for name, value in episode.key.items()))
    return (episode.rule, episode.mode, key, episode.begin, episode.end, levels_of(episode),
            episode.count, evidence_of(episode))


def levels_of(episode):
    """The newest level, and if it ever changed each with its time, as far as a record tells them."""
    levels = [(t, LEVELS[level]) for t, level in episode.levels]
    newest = levels[-1][1] if levels else LEVELS[episode.level]
    return (newest,) + tuple((levels[:1] + levels[1:][-LEVELS_MOST:]) if len(levels) > 1 else ())


def evidence_of(episode):
    """Ids in order. Where alerts are among them they stand as a set: which comes first of one
    millisecond hangs on ids that only the processor knows."""
    ids = episode.evidence
    return tuple(sorted(ids) if any(i.startswith("alert:") for i in ids) else ids)


def words(of):
    rule, mode, key, begin, end, levels, count, evidence = of
    until = format_time(end) if end is not None else "open"
    named = ", ".join(f"{n}={v}" for n, v in key)
    steps = ", ".join([levels[0]] + [f"{level} since {format_time(t)}" for t, level in levels[1:]])
    return (f"{rule} {mode} {{{named}}} {format_time(begin)} .. {until}"
            f"  {steps}  count {count}  {' '.join(evidence)}")


def difference(expected, got):
    """Lines that say what differs; none if nothing does. Times of day stand as written in keys."""
    want, have = Counter(map(identity, expected)), Counter(map(identity, got))
    lines = [f"- expected  {words(i)}" for i in sorted((want - have).elements(), key=str)]
    lines += [f"+ got       {words(i)}" for i in sorted((have - want).elements(), key=str)]
    hows = {}
    for episode in expected:
        hows.setdefault(identity(episode), []).append(episode.how)
    for episode in got:
        how = hows.get(identity(episode))
        if how and episode.how and episode.how not in how:
            lines.append(f"! ended {episode.how}, expected {how[0]}:  {words(identity(episode))}")
    return lines


def main():
    parser = argparse.ArgumentParser(description="compare told alerts with the oracle's episodes")
    parser.add_argument("--rules", required=True)
    parser.add_argument("--types")
    parser.add_argument("--places")
    parser.add_argument("--accept-late", default="10m")
    parser.add_argument("events")
    parser.add_argument("alerts")
    given = parser.parse_args()
    world = World(given.types or given.rules + "/types", given.places or given.rules + "/places")
    with open(given.events, encoding="utf-8") as file:
        events = accept(world, file, span_ms(given.accept_late))
    expected = told(world, load_rules(given.rules, world), events)
    with open(given.alerts, encoding="utf-8") as file:
        lines = difference(expected, fold_records(file))
    for line in lines:
        print(line)
    print(f"{len(expected)} episodes, {len(lines)} differences", file=sys.stderr)
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
