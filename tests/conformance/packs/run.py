#!/usr/bin/env python3
"""The shipped packs over random days, against the oracle.

    run.py --tocsin PATH --rules DIR [--seed S] [--rounds N] [--events N]

Each round makes a stream of the shipped event types, dense around a few places so that rules fire, with
fields missing, other modes, equal times and times right at the rules' spans; every second one is
shuffled within accept-late. The episodes told must be the oracle's (tests/oracle/). One doctored record
must be noticed. Exit 0: all agree; 1: not, and the stream is kept beside the message."""
import argparse
import json
import os
import random
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "oracle"))

# The oracle's, found by the line above.
from compare import difference, fold_records  # noqa: E402
from incidents import check  # noqa: E402
from oracle import told  # noqa: E402
from rulefile import load_rules  # noqa: E402
from world import World, accept, format_time  # noqa: E402

BEGIN_MS = 1_767_225_600_000
MINUTE_MS = 60_000
LATE_MS = 10 * MINUTE_MS
CENTRES = [(16.27167, -0.04472), (16.17, 0.02), (18.44111, 1.40778), (0.5, 29.466667)]
SPANS_MS = [20 * MINUTE_MS, 180 * MINUTE_MS, 1800 * MINUTE_MS, 9 * 1440 * MINUTE_MS]
STEPS_MS = [0, 0, 1, MINUTE_MS, 10 * MINUTE_MS, 30 * MINUTE_MS, 60 * MINUTE_MS]
ALWAYS = {"location", "impact", "origin", "hazard", "outcome"}
NUMBERS = {"crowd": [100, 499, 500, 900], "confidence": [0.2, 0.49, 0.5, 0.7, 0.9],
           "battery": [10, 20, 20.5, 80], "score": [-0.9, -0.5, -0.4, -0.3, 0.4]}


def some_value(r, name, field, at_ms, spread):
    kind, values = field["type"], field.get("values")
    if kind == "place":
        lat, lon = r.choice(CENTRES[:r.choice([1, 1, 2, 4])])
        place = {"lat": round(r.gauss(lat, spread), 6), "lon": round(r.gauss(lon, spread), 6)}
        return place | ({"error_m": r.choice([10, 200])} if r.random() < 0.1 else {})
    if kind == "list":
        return r.sample(values or ["A", "B", "C"], r.randint(0, 2))
    if kind == "text":
        word = r.choice(values[:4] if values and r.random() < 0.7 else values or ["A", "B", "b", "C"])
        return word.upper() if r.random() < 0.1 else word
    if kind == "bool":
        return r.random() < 0.5
    if kind == "time":
        return format_time(at_ms + r.choice([-10, 0, 10]) * MINUTE_MS)
    least, most = (float(bound) for bound in field.get("range", ("0", "10")))
    number = r.choice(NUMBERS.get(name, [r.randint(max(0, int(least)), int(min(most, 8)))]))
    return int(number) if kind == "integer" else number


def some_stream(r, types, rules, count):
    """(time, line) of each event that a few of @rules read, in order of time."""
    read = {t for rule in r.sample(rules, 4) for a in rule.aliases.values() for t in a.of_types}
    chosen = sorted(read | {"report.all_clear"})
    spread, span_ms = r.choice([0.002, 0.01, 0.03]), r.choice(SPANS_MS)
    events, at_ms = [], BEGIN_MS
    for number in range(count):
        near_last = events and r.random() < 0.3
        at_ms = at_ms + r.choice(STEPS_MS) if near_last else BEGIN_MS + r.randrange(span_ms)
        name = r.choice(chosen)
        data = {}
        for field, declared in types[name]["fields"].items():
            is_sure = declared.get("required") == "true" or (field in ALWAYS and r.random() < 0.97)
            if is_sure or r.random() < 0.6:
                data[field] = some_value(r, field, declared, at_ms, spread)
        event = {"specversion": "1.0", "id": f"e{number}", "source": r.choice(["s1", "s2"]),
                 "type": name, "time": format_time(at_ms), "data": data}
        if r.random() < 0.05:
            event["mode"] = "exercise"
        events.append((at_ms, json.dumps(event)))
    return sorted(events, key=lambda e: e[0])


def replay(tocsin, rules, path):
    done = subprocess.run([tocsin, "replay", "--quiet", "--rules", rules, "--accept-late", "10m", path],
                          capture_output=True, text=True, timeout=300, check=False)
    if done.returncode != 0 or done.stderr:
        sys.exit(f"tocsin replay: status {done.returncode}\n{done.stderr}")
    return done.stdout.splitlines()


def check_that_it_can_fail(expected, records):
    """The differences, when one alert is left out."""
    last = json.loads(records[-1])["data"]["alert_id"]
    fewer = [line for line in records if json.loads(line)["data"]["alert_id"] != last]
    if not difference(expected, fold_records(fewer)):
        sys.exit("an alert was left out and nobody noticed")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tocsin", required=True)
    parser.add_argument("--rules", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--events", type=int, default=200)
    given = parser.parse_args()

    world = World(os.path.join(given.rules, "types"), os.path.join(given.rules, "places"))
    # What people do follows the log, not the truth: the oracle has no say in it.
    rules = [rule for rule in load_rules(given.rules, world)
             if not any(a.alert and a.alert.state in ("new", "acked") for a in rule.aliases.values())]
    names = {rule.name for rule in rules}
    fired, episodes = set(), 0
    for seed in range(given.seed, given.seed + given.rounds):
        r = random.Random(seed)
        stream = some_stream(r, world.types, rules, given.events)
        if seed % 2:
            stream.sort(key=lambda e: e[0] + r.randrange(LATE_MS))
        lines = [line for _, line in stream]
        with tempfile.NamedTemporaryFile("w", suffix=".ndjson", delete=False) as file:
            file.write("\n".join(lines) + "\n")
        lines_told = replay(given.tocsin, given.rules, file.name)
        records = [line for line in lines_told if json.loads(line)["data"]["rule"] in names]
        expected = told(world, rules, accept(world, lines, LATE_MS))
        differences = difference(expected, fold_records(records)) + check(lines_told, is_in_order=False)
        if differences:
            sys.exit("\n".join([f"seed {seed}, {file.name}:"] + differences[:20]))
        os.unlink(file.name)
        if expected:
            check_that_it_can_fail(expected, records)
        episodes += len(expected)
        fired |= {episode.rule for episode in expected}
    if episodes == 0:
        sys.exit("no rule ever fired: these streams show nothing")
    print(f"{given.rounds} streams, {episodes} episodes of {len(fired)} of {len(rules)} rules; never: "
          + ", ".join(sorted({rule.name for rule in rules} - fired)))


if __name__ == "__main__":
    main()
