"""The differential: `tocsin replay` against the oracle on random rules and streams.

    run.py --tocsin PATH [--seed S] [--rounds N] [--events M] [--kinds count,sequence] [--all] [--out FOLDER]
    run.py --tocsin PATH --long        a million events in two thousand sets of rules; --part 1/4: the first
                                       quarter of the seeds (four at once; the totals add up)
    run.py --tocsin PATH --sabotage    each of a dozen wrong oracles has to be noticed
    run.py --tocsin PATH --samples     the sample rules of tests/scenario/samples

Each round replays one stream in order, twice shuffled within --accept-late (once with --disorder, which
makes what rests on silence wait and changes nothing else), and every fourth round one with events that come
too late. A mismatch is made as small as it gets, printed, and kept in the output folder. What the program
does not have yet is found out, said aloud, and left out; with --all that is an error. --long does not make
mismatches small: give the seed to a run with --events 500 --rules 3 --rounds 1. Exit 0: none; 1:
mismatches; 2: words are missing and --all was asked.
"""

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
import types
from collections import Counter

import compare
import generate
import incidents
import oracle
import probes
import rulefile
import samples
import world
from generate import Case, shuffled

SAID = types.SimpleNamespace(oracle=oracle, rulefile=rulefile, world=world)
LATENESS_MS = 4000


class Runner:
    """Runs the program and an oracle (@modules: it, or a wrong one) on cases."""

    def __init__(self, tocsin, folder, modules=SAID):
        self.tocsin, self.folder, self.modules = tocsin, folder, modules
        self.known = (None, None, None)
        self.expected = []
        self.doctor = lambda records: records

    def replay(self, case, rules, types_at, places):
        """(exit status, records, what was said on stderr)"""
        late = f"{600_000 if case.accept_late_ms is None else case.accept_late_ms}ms"
        done = subprocess.run(
            [self.tocsin, "replay", "--rules", rules, "--types", types_at, "--places", places,
             "--accept-late", late, "--disorder", f"{case.disorder_ms}ms", os.path.join(self.folder, "events.ndjson")],
            capture_output=True, text=True, timeout=300, check=False)
        return done.returncode, done.stdout.splitlines(), done.stderr

    def refusal(self, case):
        """Why the program does not take these rules; empty if it does."""
        case.write(self.folder)
        status, _, said = self.replay(case, *(os.path.join(self.folder, n) for n in ("rules", "types", "places")))
        return said if status else ""

    def truth(self, case, rules, types_at, places):
        """What the oracle says; of the same rules and the same accepted events it is the same."""
        of = self.modules
        known = of.world.World(types_at, places)
        late = 600_000 if case.accept_late_ms is None else case.accept_late_ms
        events = of.world.accept(known, case.lines, late)
        same = (case.rules, sorted((e.order, e.type, e.mode, str(e.subject), repr(e.fields)) for e in events))
        if self.known[:2] != same or not case.rules:
            self.known = (*same, of.oracle.told(known, of.rulefile.load_rules(rules, known), events))
        return self.known[2]

    def differences(self, case, at=None):
        """What tocsin and the oracle say differently of @case; its rules lie in the folder @at with
        types and places in it, or else are its own."""
        case.write(self.folder)
        rules = at or os.path.join(self.folder, "rules")
        types_at, places = (os.path.join(at or self.folder, n) for n in ("types", "places"))
        self.expected = self.truth(case, rules, types_at, places)
        status, records, said = self.replay(case, rules, types_at, places)
        if status != 0:
            return [f"exit status {status}"] + said.splitlines()[-25:]
        try:
            shadows = [rule["rule"] for rule in case.rules if rule["status"] == "experimental"]
            return (compare.difference(self.expected, compare.fold_records(records))
                    + incidents.check(self.doctor(records), shadows, case.is_in_order))
        except (ValueError, KeyError) as wrong:
            return [f"records: {wrong!r}"]


# ---- Making a mismatch small --------------------------------------------------------------------

def shrink(runner, case, at):
    """Drop rules, then lines, then what rules say, as long as the same sort of thing still differs."""
    sort = sort_of(runner.differences(case, at))

    def differs(one):
        return sort_of(runner.differences(one, at)) == sort

    for rule in list(case.rules)[::-1]:  # Those that others read come before them.
        fewer = case.of([r for r in case.rules if r is not rule])
        if any(spec.get("alert") == rule["rule"] for r in fewer.rules for spec in r["events"].values()):
            continue
        if fewer.rules and differs(fewer):
            case = fewer
    size = max(1, len(case.lines) // 2)
    while size:
        i = 0
        while i < len(case.lines):
            fewer = case.of(lines=case.lines[:i] + case.lines[i + size:])
            if differs(fewer):
                case = fewer
            else:
                i += size
        size //= 2
    for i in range(len(case.rules)):
        for plainer in plainer_rules(case.rules[i]):
            rules = list(case.rules)
            rules[i] = plainer(rules[i])
            if differs(case.of(rules)):
                case = case.of(rules)
    return case


def sort_of(found):
    """Nothing, a difference, or the code of a refusal."""
    if not found or not found[0].startswith("exit status"):
        return bool(found)
    return re.findall(r"error\[\w+\]", " ".join(found))[:1]


def plainer_rules(rule):
    """Functions that each leave something out of a rule."""
    def without(part, word):
        return lambda r: dict(r, **{part: {k: v for k, v in r[part].items() if k != word}})

    def bare(name, word):
        return lambda r: dict(r, events=dict(r["events"], **{
            name: {k: v for k, v in r["events"][name].items() if k != word}}))

    found = [without("alert", w) for w in ("for", "keep_firing_for", "expire_after", "clear_when", "escalate")]
    found += [without("when", w) for w in ("min_distinct", "at_least_events", "members", "without", "warm_up")]
    return found + [bare(n, w) for n, spec in rule["events"].items() for w in ("match", "where", "hours") if w in spec]


def report(runner, case, title, out, at=None, is_small=True):
    small = shrink(runner, case, at) if is_small else case
    lines = runner.differences(small, at)
    text = [f"== {title}"]
    if is_small:
        text += [generate.rule_text(r) for r in small.rules] + small.lines
    text += lines
    print("\n".join(text), flush=True)
    if out:
        folder = os.path.join(out, title.replace(" ", "-").replace(",", ""))
        small.write(folder)
        with open(os.path.join(folder, "difference.txt"), "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")


# ---- Rounds -------------------------------------------------------------------------------------

def cases_of(seed, given, words):
    """[(title, case)]: one stream in several orders."""
    r = random.Random(-seed)
    kinds = given.kinds.split(",") if given.kinds else generate.KINDS
    case = generate.some_case(seed, kinds, words, given.events, given.rules)
    yield "in order", case
    if seed % 4 == 2:  # Of two at one time either may take away, untold, what the other shared.
        yield "one at a time", case.of(lines=list({time_of(line): line for line in case.lines}.values()),
                                       is_in_order=True)
    for title, disorder_ms in [("shuffled", 0), ("shuffled, waited for", case.lateness_ms)]:
        order = shuffled(r, case.lines, case.lateness_ms)
        yield title, Case(case.rules, order, case.lateness_ms, disorder_ms, words)
    if seed % 4 == 0 and not given.kinds:
        yield "too late", generate.some_late_case(seed, words)


def time_of(line):
    return json.loads(line)["time"]


def random_rounds(runner, given, words):
    wrong, counts, seen, began = 0, Counter(), Counter(), time.monotonic()
    seed = given.seed
    for seed in range(given.seed, given.seed + given.rounds):
        for title, one in cases_of(seed, given, words):
            if runner.differences(one):
                wrong += 1
                report(runner, one, f"seed {seed}, {title}", given.out, is_small=not given.long)
                break  # One mismatch of a seed is enough to read.
            counts["episodes"] += len(runner.expected)
            counts["replays"] += 1
            if title == "in order":
                counts["events"] += len(one.lines)
                counts["rule sets"] += 1
                take_down(one, runner.expected, seen)
        if wrong >= given.most:
            break
        if given.rounds >= 100 and (seed - given.seed) % 100 == 99:
            print(f"  {seed}: {dict(counts)}, {time.monotonic() - began:.0f} s", flush=True)
    for what in sorted({what for what, _ in seen}):
        print(f"  {what:16} {seen[what, 'rules']:6} rules {seen[what, 'episodes']:8} episodes")
    print(f"seeds {given.seed}..{seed}: {counts['rule sets']} sets of rules, {counts['events']} events, "
          f"{counts['replays']} replays, {counts['episodes']} episodes agree, {wrong} mismatches, "
          f"{time.monotonic() - began:.0f} s")
    return wrong


def take_down(case, episodes, seen):
    """How many rules and episodes there were of each kind and word."""
    for rule in case.rules:
        when = rule["when"]
        kind = next(k for k in ("event", "latest", "sequence", "absence") + rulefile.WINDOWED if k in when)
        if "near" in when and "place" not in when["near"]:
            kind += " near" if "group_by" in when else " cluster"
        if kind == "absence":
            kind += " every" if "every" in when["absence"] else ""
        told = [e for e in episodes if e.rule == rule["rule"]]
        for what in [kind] + [f"+ {w}" for w in generate.needs(rule)]:
            seen[what, "rules"] += 1
            seen[what, "episodes"] += len(told)
        seen["+ changed level", "episodes"] += sum(len(e.levels) > 1 for e in told)


def main():
    parser = argparse.ArgumentParser(description="tocsin against the oracle")
    parser.add_argument("--tocsin", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--events", type=int, default=30, help="most events of a stream")
    parser.add_argument("--rules", type=int, default=6, help="rules of a set")
    parser.add_argument("--kinds", help="only these kinds of rule")
    parser.add_argument("--words", help="only these of the later words")
    parser.add_argument("--all", action="store_true", help="the program has to have every word")
    parser.add_argument("--most", type=int, default=5, help="stop after so many mismatches")
    parser.add_argument("--out", help="folder to keep mismatches in")
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--part", default="1/1", help="K/N: of the seeds, the K-th of N parts")
    parser.add_argument("--samples", action="store_true")
    parser.add_argument("--sabotage", action="store_true")
    given = parser.parse_args()
    if given.long:
        given.rounds, given.events, given.rules, given.most = 2000, 500, 3, 2000
    part, parts = map(int, given.part.split("/"))
    first, end = (given.rounds * k // parts for k in (part - 1, part))
    given.seed, given.rounds = given.seed + first, end - first
    with tempfile.TemporaryDirectory() as folder:
        runner = Runner(given.tocsin, folder)
        words = probes.words_built(runner)
        missing = [w for w in generate.WORDS if w not in words]
        if missing:
            print(f"NOT BUILT, LEFT OUT: {' '.join(missing)}", flush=True)
            if given.all:
                return 2
        if given.words is not None:
            words = [w for w in words if w in given.words.split(",")]
        print(f"seed {given.seed}", flush=True)
        if given.samples:
            wrong = samples.rounds(runner, given, report)
        elif given.sabotage:
            import sabotage
            wrong = sabotage.rounds(runner, given, words)
        else:
            wrong = random_rounds(runner, given, words)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
