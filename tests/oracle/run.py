"""The differential: `tocsin replay` against the oracle on random rules and streams.

    run.py --tocsin PATH [--seed S] [--rounds N] [--kinds count,sequence] [--out FOLDER]
    run.py --tocsin PATH --samples     the sample rules of tests/scenario/samples

Each round replays one stream in order, twice shuffled within --accept-late (once with --disorder, which
makes what rests on silence wait and changes nothing else), and every fourth round
one with events that come too late. A mismatch is made as small as it gets, printed, and kept in the
output folder. Exit 0: none; 1: mismatches; 2: tocsin failed on a case.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile

import generate
import samples
from compare import difference, fold_records
from generate import Case, shuffled
from oracle import told
from rulefile import load_rules
from world import World, accept

HERE = os.path.dirname(os.path.abspath(__file__))
LATENESS_MS = 4000


class Runner:
    def __init__(self, tocsin, folder):
        self.tocsin, self.folder = tocsin, folder

    def replay(self, case, rules, types, places):
        """(exit status, records, what was said on stderr)"""
        late = f"{600_000 if case.accept_late_ms is None else case.accept_late_ms}ms"
        done = subprocess.run(
            [self.tocsin, "replay", "--rules", rules, "--types", types, "--places", places,
             "--accept-late", late, "--disorder", f"{case.disorder_ms}ms", os.path.join(self.folder, "events.ndjson")],
            capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, done.stdout.splitlines(), done.stderr

    def differences(self, case, at=None):
        """What tocsin and the oracle say differently of @case; its rules lie in the folder @at with
        types and places in it, or else are its own."""
        case.write(self.folder)
        rules = at or os.path.join(self.folder, "rules")
        types, places = (os.path.join(at or self.folder, n) for n in ("types", "places"))
        world = World(types, places)
        late = 600_000 if case.accept_late_ms is None else case.accept_late_ms
        expected = told(world, load_rules(rules, world), accept(world, case.lines, late))
        status, records, said = self.replay(case, rules, types, places)
        self.episodes = len(expected)
        if status != 0:
            return [f"exit status {status}"] + said.splitlines()[-25:]
        try:
            return difference(expected, fold_records(records))
        except (ValueError, KeyError) as wrong:
            return [f"records: {wrong!r}"]


def shrink(runner, case, at):
    """Drop rules, then lines, then what rules say, as long as something still differs."""
    def differs(rules, lines):
        return bool(runner.differences(Case(rules, lines, case.accept_late_ms, case.disorder_ms), at))

    rules, lines = case.rules, case.lines
    for rule in list(rules):
        if differs([rule], lines):
            rules = [rule]
            break
    size = max(1, len(lines) // 2)
    while size:
        i = 0
        while i < len(lines):
            fewer = lines[:i] + lines[i + size:]
            if differs(rules, fewer):
                lines = fewer
            else:
                i += size
        size //= 2
    if len(rules) == 1:
        rule = rules[0]
        for word in ("for", "keep_firing_for", "expire_after", "clear_when"):
            if word in rule["alert"]:
                fewer = dict(rule, alert={k: v for k, v in rule["alert"].items() if k != word})
                if loads(runner, fewer, case, lines) and differs([fewer], lines):
                    rule = fewer
        for name, spec in rule["events"].items():
            if "match" in spec:
                plain = {k: v for k, v in spec.items() if k != "match"}
                fewer = dict(rule, events=dict(rule["events"], **{name: plain}))
                if differs([fewer], lines):
                    rule = fewer
        rules = [rule]
    return Case(rules, lines, case.accept_late_ms, case.disorder_ms)


def loads(runner, rule, case, lines):
    found = runner.differences(Case([rule], lines, case.accept_late_ms, case.disorder_ms))
    return not (found and found[0].startswith("exit status"))


def report(runner, case, title, out, at=None):
    small = shrink(runner, case, at)
    lines = runner.differences(small, at)
    text = [f"== {title}"] + [generate.rule_text(r) for r in small.rules] + small.lines + lines
    print("\n".join(text), flush=True)
    if out:
        folder = os.path.join(out, title.replace(" ", "-").replace(",", ""))
        small.write(folder)
        with open(os.path.join(folder, "difference.txt"), "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")


def random_rounds(runner, given):
    wrong = episodes = 0
    kinds = given.kinds.split(",") if given.kinds else generate.KINDS
    for seed in range(given.seed, given.seed + given.rounds):
        r = random.Random(-seed)
        case = generate.some_case(seed, kinds)
        cases = [("in order", case)]
        for title, disorder_ms in [("shuffled", 0), ("shuffled, waited for", LATENESS_MS)]:
            order = shuffled(r, case.lines, LATENESS_MS)
            cases.append((title, Case(case.rules, order, LATENESS_MS, disorder_ms)))
        if seed % 4 == 0 and not given.kinds:
            cases.append(("too late", generate.some_late_case(seed)))
        for title, one in cases:
            if runner.differences(one):
                wrong += 1
                report(runner, one, f"seed {seed}, {title}", given.out)
                break  # One mismatch of a seed is enough to read.
            episodes += runner.episodes
        if wrong >= given.most:
            break
    print(f"seeds {given.seed}..{seed}: {episodes} episodes agree, {wrong} mismatches")
    return wrong


def main():
    parser = argparse.ArgumentParser(description="tocsin against the oracle")
    parser.add_argument("--tocsin", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--kinds", help="only these kinds of rule")
    parser.add_argument("--most", type=int, default=5, help="stop after so many mismatches")
    parser.add_argument("--out", help="folder to keep mismatches in")
    parser.add_argument("--samples", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        runner = Runner(given.tocsin, folder)
        print(f"seed {given.seed}", flush=True)
        if given.samples:
            wrong = samples.rounds(runner, given, report)
        else:
            wrong = random_rounds(runner, given)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
