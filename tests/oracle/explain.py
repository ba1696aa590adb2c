"""Does `tocsin explain` say what is so? On random rules, streams and instants its verdict must be the truth, and
the clause that it names as failing must be one that the oracle, by brute force, finds unmet.

    explain.py --tocsin PATH [--seed S] [--questions N]     the short form of the tests asks 3,000
    explain.py --tocsin PATH --questions 100000             the long form
    explain.py --tocsin PATH --sabotage                     wrong answers have to be noticed

Counts, pairwise near, sequences, absence, the newest of a series, with late events and without; asked is at the begin and
the end of each episode, a millisecond before, and anywhere.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter

import generate
import oracle
import rulefile
import world
from world import format_time

KINDS = ("event", "latest", "count", "count_distinct", "sum", "average", "min", "max", "sequence", "all_of", "any_kinds",
         "absence", "silence", "near", "cluster")
PACED = {"expire_after", "for"}  # Clauses of what holds raw and yet is not on.


class Keys:
    """The oracle's cases of a set of rules, and what holds when."""

    def __init__(self, known, rules, events):
        self.newest = max((e.t for e in events), default=0)
        self.cases = []
        for rule in rules:
            for part in rule.parts():
                run = oracle.Run(known, part, events)
                for key, case in run.cases.items():
                    spans = [(e.begin, e.end) for e in case.truth()
                             if oracle.Told(part, key, e, self.newest).begin == e.begin]
                    self.cases.append((part, key, case, spans, self.raw(case)))

    @staticmethod
    def raw(case):
        """When the rule holds raw: the truth without the words that pace it. None where a line of
        clear_when leaves that open."""
        rule = case.rule
        if case.run.lines[case.key[0]]:
            return None
        kept = rule.for_ms, rule.keep_ms, rule.expire_ms
        rule.for_ms, rule.keep_ms, rule.expire_ms = 0, 0, None
        try:
            return [(e.begin, e.end) for e in case.truth()]
        finally:
            rule.for_ms, rule.keep_ms, rule.expire_ms = kept

    def window(self, case, m):
        """How many events are in the window of a `count`."""
        events = {e for alias in case.rule.counted for e in case.by_alias[alias]}
        return sum(m - case.rule.within <= e.t <= m for e in events)


def covers(spans, m):
    return any(begin <= m < end for begin, end in spans)


def instants(r, spans, newest, few):
    asked = {m for begin, end in r.sample(spans, min(len(spans), few)) for m in (begin - 1, begin, end - 1, end)}
    asked |= {r.randint(0, int(newest)) if newest < 10**9 else r.randint(int(newest) - 30_000, int(newest)) for _ in range(few)}
    return [int(m) for m in asked if m < newest and m != oracle.NEVER]


def key_text(rule, key):
    parts = [f"{name}={value}" for name, value in zip(rule.group_by, key[1:])]
    return ",".join(([] if key[0] == "actual" else [f"mode={key[0]}"]) + parts)


def wrongs(answer, case, spans, raw, m, keys):
    """What is wrong with @answer, in words."""
    holds = covers(spans, m)
    if answer["holds"] != holds:
        yield f"it says {answer['holds']}, the truth is {holds}"
        return
    failing = [c["clause"] for c in answer["clauses"] if not c["pass"]]
    kept = any(c["clause"] == "keep_firing_for" for c in answer["clauses"])
    if not holds and not failing:
        yield "it does not hold, and no clause fails"
    if holds and failing and not kept:
        yield f"it holds, and {failing} fail"
    if raw is None:
        return
    if holds and kept == covers(raw, m):
        yield "kept on by keep_firing_for" if kept else "held on though nothing holds raw"
    if not holds and failing and (failing[-1] in PACED) != covers(raw, m) and failing[-1] != "line":
        yield f"it names {failing}, raw it {'holds' if covers(raw, m) else 'does not hold'}"
    for clause in answer["clauses"]:
        if clause["clause"] == "count" and clause["value"] != keys.window(case, m):
            yield f"{clause['value']} are counted, {keys.window(case, m)} are in the window"


def ask(program, folder, questions, case):
    path = os.path.join(folder, "questions.tsv")
    with open(path, "w", encoding="utf-8") as file:
        file.writelines("\t".join(line) + "\n" for line in questions)
    late = 600_000 if case.accept_late_ms is None else case.accept_late_ms
    done = subprocess.run(
        [program, "explain", "--json", "--questions", path, "--accept-late", f"{late}ms", "--rules",
         os.path.join(folder, "rules"), "--types", os.path.join(folder, "types"), "--places",
         os.path.join(folder, "places"), os.path.join(folder, "events.ndjson")],
        capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"exit status {done.returncode}\n{done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def spoil(r, answer):
    """A wrong answer: another verdict, another count, a clause that decides nothing."""
    how = r.randrange(3)
    if how == 0:
        answer["holds"] = not answer["holds"]
    elif how == 1 and answer["clauses"][0]["clause"] == "count":
        answer["clauses"][0]["value"] += 1
    else:
        for clause in answer["clauses"]:
            clause["pass"] = not clause["pass"]


def one_round(given, seed, folder, counts, words):
    r = random.Random(seed)
    if seed % 5 == 4:
        case = generate.some_late_case(seed, words)
        case.rules = [rule for rule in case.rules if "trend" not in rule["when"]]
    else:
        case = generate.some_case(seed, KINDS, words)
    case.write(folder)
    known = world.World(os.path.join(folder, "types"), os.path.join(folder, "places"))
    late = 600_000 if case.accept_late_ms is None else case.accept_late_ms
    events = world.accept(known, case.lines, late)
    if not events:
        return
    rules = rulefile.load_rules(os.path.join(folder, "rules"), known)
    keys = Keys(known, rules, events)
    begin = min(e.t for e in events)
    asked = []
    for rule, key, of, spans, raw in keys.cases:
        if any("," in str(v) or "=" in str(v) or "\t" in str(v) for v in key[1:]):
            continue
        for m in instants(r, spans, keys.newest, 4):
            if m >= begin:
                asked.append((of, spans, raw, m, (rule.name, format_time(m), key_text(rule, key))))
    answers = ask(given.tocsin, folder, [a[-1] for a in asked], case)
    if len(answers) != len(asked):
        raise RuntimeError(f"seed {seed}: {len(asked)} asked, {len(answers)} answered")
    for (of, spans, raw, m, question), answer in zip(asked, answers):
        if given.sabotage:
            spoil(r, answer)
        found = list(wrongs(answer, of, spans, raw, m, keys))
        counts["questions"] += 1
        counts["hold" if covers(spans, m) else "do not hold"] += 1
        counts["judged raw, too"] += raw is not None
        for clause in answer["clauses"]:
            counts["FAIL " * (not clause["pass"]) + clause["clause"]] += 1
        if found:
            counts["wrong"] += 1
            if counts["wrong"] <= 10 and not given.sabotage:
                print(f"seed {seed}: {' '.join(question)}: {'; '.join(found)}\n  {json.dumps(answer)[:600]}")
                print("  " + generate.rule_text(next(r for r in case.rules if r["rule"] == question[0])).replace("\n", "\n  "))


def main():
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--tocsin", required=True)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--questions", type=int, default=3000)
    asked.add_argument("--sabotage", action="store_true")
    given = asked.parse_args()
    if given.sabotage:
        given.questions = min(given.questions, 1000)
    counts, seed = Counter(), given.seed
    with tempfile.TemporaryDirectory() as folder:
        while counts["questions"] < given.questions:
            one_round(given, seed, folder, counts, ())
            seed += 1
    for what in sorted(counts):
        print(f"  {what:24} {counts[what]}")
    print(f"seeds {given.seed}..{seed - 1}: {counts['questions']} questions, {counts['wrong']} answered wrong")
    if given.sabotage:  # Some spoilt answers cannot be told from right ones; most must be.
        return 0 if counts["wrong"] > counts["questions"] * 0.6 else 1
    return 1 if counts["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
