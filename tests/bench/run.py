"""How tocsin compares with a program written for just these three rules.

    run.py --tocsin PATH [--events 1000000] [--seed 1] [--pairs 5] [--no-ref]

Builds the workload's generator and floor, checks that reference, floor and tocsin tell the same
numbers of alerts, then measures floor and tocsin in turns (so that a busy machine slows both) and
prints the CPU time an event, the ratio, and the peak memory at one and five times the events, with
--accept-late 0s and 10m. Exit 0: the numbers agree; 1: they do not.
"""

import argparse
import json
import os
import platform
import re
import resource
import statistics
import subprocess
import sys
import tempfile
from collections import Counter

HERE = os.path.dirname(os.path.abspath(__file__))
WORKLOAD = os.path.join(HERE, "workload")
LATENESS = ("0s", "10m")


def build(folder):
    gen, floor = os.path.join(folder, "gen"), os.path.join(folder, "floor")
    subprocess.run(["cc", "-O2", "-std=c17", "-D_POSIX_C_SOURCE=200809L",
                    os.path.join(WORKLOAD, "gen.c"), "-o", gen], check=True)
    subprocess.run(["c++", "-O3", "-std=c++17", os.path.join(WORKLOAD, "floor.cpp"), "-o", floor,
                    "-lsimdjson"], check=True)
    return gen, floor


def measure(command, out):
    """(CPU seconds of user and system, peak memory in MiB) of one run; stdout goes to @out."""
    with open(out, "wb") as file:
        child = subprocess.Popen(command, stdout=file, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{command[0]} ended with {child.returncode}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def replay(tocsin, lateness, file):
    return [tocsin, "replay", "--rules", os.path.join(WORKLOAD, "rules"), "--types",
            os.path.join(WORKLOAD, "types"), "--accept-late", lateness, file]


def told(path):
    """Alerts told `new` and not cancelled, by rule, as reference and floor print them."""
    rule_of, cancelled = {}, set()
    with open(path, encoding="utf-8") as file:
        for line in file:
            data = json.loads(line)["data"]
            if data["state"] == "new":
                rule_of[data["alert_id"]] = data["rule"]
            elif data["state"] == "cancelled":
                cancelled.add(data["alert_id"])
            else:
                cancelled.discard(data["alert_id"])
    counts = Counter(rule for alert, rule in rule_of.items() if alert not in cancelled)
    return " ".join(f"R{n} {counts[f'r{n}']}" for n in (1, 2, 3))


def make(gen, count, seed, path):
    with open(path, "wb") as file:
        subprocess.run([gen, str(count), str(seed)], stdout=file, check=True)


def version(command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]
    except (OSError, subprocess.CalledProcessError, IndexError):
        return "unknown"


def print_machine(tocsin):
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            cpu = re.search(r"model name\s*:\s*(.*)", file.read()).group(1)
    except (OSError, AttributeError):
        cpu = platform.processor()
    print(f"machine     {cpu}, {os.cpu_count()} cores, Linux {platform.release()}")
    print(f"compiler    {version(['cc', '--version'])}")
    print(f"simdjson    {version(['pkg-config', '--modversion', 'simdjson'])}")
    print(f"tocsin      {version([tocsin, '--version'])}, {version(['git', '-C', HERE, 'rev-parse', '--short', 'HEAD'])}")


def check(given, gen, floor, folder):
    """Do all three agree?"""
    file, out = os.path.join(folder, "events"), os.path.join(folder, "out")
    make(gen, given.events, given.seed, file)
    answers = {}
    measure([floor, file], out)
    with open(out, encoding="utf-8") as told_by_floor:
        answers["floor"] = told_by_floor.read().strip()
    if not given.no_ref:
        answers["reference"] = version([sys.executable, os.path.join(WORKLOAD, "ref.py"), file])
    for lateness in LATENESS:
        measure(replay(given.tocsin, lateness, file), out)
        answers[f"tocsin {lateness}"] = told(out)
    for name, answer in answers.items():
        print(f"{name:<12}{answer}")
    return len(set(answers.values())) == 1


def main():
    parser = argparse.ArgumentParser(description="tocsin beside the floor on the measuring workload")
    parser.add_argument("--tocsin", required=True)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pairs", type=int, default=5, help="0: compare the numbers only")
    parser.add_argument("--no-ref", action="store_true", help="leave out the slow reference")
    given = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    print_machine(given.tocsin)
    with tempfile.TemporaryDirectory() as folder:
        gen, floor = build(folder)
        agree = check(given, gen, floor, folder)
        file, out = os.path.join(folder, "events"), os.path.join(folder, "out")
        for lateness in LATENESS if given.pairs else ():
            floors, ours = [], []
            for _ in range(given.pairs):
                floors.append(measure([floor, file], out)[0])
                ours.append(measure(replay(given.tocsin, lateness, file), out)[0])
            per_event = [statistics.median(runs) / given.events * 1e9 for runs in (floors, ours)]
            print(f"CPU, --accept-late {lateness:<4} floor {per_event[0]:.0f} ns an event, "
                  f"tocsin {per_event[1]:.0f} ns, ratio {per_event[1] / per_event[0]:.2f} "
                  f"(median of {given.pairs} pairs)", flush=True)
        for times in (1, 5) if given.pairs else ():
            make(gen, times * given.events, given.seed, file)
            peaks = [measure(replay(given.tocsin, lateness, file), out)[1] for lateness in LATENESS]
            print(f"peak memory at {times * given.events} events: " + ", ".join(
                f"{peak:.1f} MiB with {lateness}" for peak, lateness in zip(peaks, LATENESS)), flush=True)
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
