"""Random streams for the sample rules of tests/scenario/samples: a cluster of IEDs, a demonstration
followed by a roadblock, a casualty without first aid; times and distances on their boundaries."""

import json
import os
import random

import geo
from generate import Case
from streams import BEGIN, shuffled
from world import format_time

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "scenario", "samples")
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
LATENESS_MS = 3 * HOUR
ANCHORS = [(16.27167, -0.04472), (0.0, 179.999), (89.99, 0.0)]


def place(r, limit_m):
    """At one of three anchors, or exactly @limit_m away, or a millimetre more or less."""
    anchor = r.choice(ANCHORS + ANCHORS[:1] * 4)
    away = r.choice([0, limit_m, limit_m + 0.001, limit_m - 0.001, limit_m / 2, limit_m / 3])
    lat, lon = geo.go(anchor, r.choice([0, 90, 180, 270, 60]), away) if away else anchor
    return {"lat": lat, "lon": lon}


def stream(r, count):
    lines = []
    for i in range(count):
        kind = r.choice(["ordnance", "ordnance", "demonstration", "roadblock", "roadblock", "all_clear",
                         "casualty", "response", "response"])
        at = {"ordnance": 6 * HOUR * r.randint(0, 12), "casualty": 5 * MINUTE * r.randint(0, 60),
              "response": 5 * MINUTE * r.randint(0, 60)}.get(kind, HOUR * r.randint(0, 24))
        data = {}
        if kind == "ordnance":
            data = {"device": r.choice(["ied", "IED", "ied", "mine"]), "location": place(r, 2000)}
            if r.random() < 0.5:
                data["outcome"] = r.choice(["found", "exploded", "hoax"])
        elif kind in ("casualty", "response"):
            data = {"case": r.choice(["c1", "C1", "c2", "c3", "c4"])}
            if kind == "response":
                data["step"] = r.choice(["first_aid", "first_aid", "evacuation"])
        else:
            data = {"location": place(r, 3000)}
        record = {"specversion": "1.0", "id": f"e{i}", "source": "/sample", "type": f"report.{kind}",
                  "time": format_time(BEGIN + at + r.choice([0, 0, 0, -1, 1])), "data": data}
        if r.random() < 0.05:
            record["mode"] = "exercise"
        lines.append(json.dumps(record))
    return sorted(lines, key=lambda line: json.loads(line)["time"])


def rounds(runner, given, report):
    wrong = episodes = 0
    for seed in range(given.seed, given.seed + given.rounds):
        r = random.Random(seed)
        lines = stream(r, r.randint(5, 120))
        for title, order, disorder_ms in [("in order", lines, 0),
                                          ("shuffled", shuffled(r, lines, LATENESS_MS), 0),
                                          ("waited for", shuffled(r, lines, LATENESS_MS), HOUR)]:
            case = Case([], order, LATENESS_MS, disorder_ms)
            if runner.differences(case, FOLDER):
                wrong += 1
                report(runner, case, f"samples, seed {seed}, {title}", given.out, FOLDER)
                break
            episodes += len(runner.expected)
        if wrong >= given.most:
            break
    print(f"samples, seeds {given.seed}..{seed}: {episodes} episodes agree, {wrong} mismatches")
    return wrong
