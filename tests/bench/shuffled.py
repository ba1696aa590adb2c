"""The measuring workload out of order gives the same episodes as in order.

    shuffled.py --tocsin PATH [--events 1000000] [--seed 1] [--late 600]

Delays each event by a random time of up to --late seconds (so no event is later than that behind the
newest), replays the stream in order and so shuffled, both with --accept-late, folds the records to the
last of each alert, leaves out cancelled ones, and compares rule, key, begin, end, count and evidence.
Exit 0: the same episodes; 1: not.
"""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
from collections import Counter

import run


def episodes(tocsin, path, late_s):
    """Counter of what was told in the end, and CPU seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [tocsin, "replay", "-q", "--rules", os.path.join(run.WORKLOAD, "rules"),
               "--types", os.path.join(run.WORKLOAD, "types"), "--accept-late", f"{late_s}s", path]
    last = {}
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        for line in child.stdout:
            data = json.loads(line)["data"]
            last[data["alert_id"]] = data
    if child.returncode != 0:
        sys.exit(f"tocsin replay: exit {child.returncode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = Counter()
    for data in last.values():
        if data["state"] != "cancelled":
            told[(data["rule"], json.dumps(data["key"]), data["begin"], data.get("end"),
                  data["count"], " ".join(e["id"] for e in data["evidence"]))] += 1
    return told, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def shuffle(path, shuffled, seed, late_s):
    """One event a millisecond: the line's number is its time."""
    chance = random.Random(seed)
    with open(path, encoding="utf-8") as file:
        lines = file.readlines()
    order = sorted(range(len(lines)), key=lambda i: i + chance.random() * late_s * 1000)
    with open(shuffled, "w", encoding="utf-8") as file:
        file.writelines(lines[i] for i in order)


def main():
    parser = argparse.ArgumentParser(description="the workload in order and shuffled")
    parser.add_argument("--tocsin", required=True)
    parser.add_argument("--events", type=int, default=1000000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--late", type=int, default=600, help="seconds")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        gen, _ = run.build(folder)
        path, shuffled = os.path.join(folder, "in-order"), os.path.join(folder, "shuffled")
        run.make(gen, given.events, given.seed, path)
        shuffle(path, shuffled, given.seed, given.late)
        expected, cpu = episodes(given.tocsin, path, given.late)
        got, cpu_shuffled = episodes(given.tocsin, shuffled, given.late)
    print(f"seed {given.seed}: {given.events} events, {sum(expected.values())} episodes in order, "
          f"{sum(got.values())} shuffled by up to {given.late} s; CPU {cpu:.1f} s and {cpu_shuffled:.1f} s")
    for sign, rest in (("-", expected - got), ("+", got - expected)):
        for episode in sorted(rest)[:10]:
            print(sign, *episode[:5])
    return 0 if expected == got and expected else 1


if __name__ == "__main__":
    sys.exit(main())
