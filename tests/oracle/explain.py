"""Does `tocsin explain` say what is so? On random rules, streams and instants its verdict must be the truth, and
the clause that it names as failing must be one that the oracle, by brute force, finds unmet.

    explain.py --tocsin PATH [--seed S] [--questions N]     the short form of the tests asks 3,000
    explain.py --tocsin PATH --questions 100000             the long form
    explain.py --tocsin PATH --sabotage                     wrong answers have to be noticed

Every kind of rule, alerts as events and all that an event can be asked, with late events and without; asked is at the
begin and the end of each episode, a millisecond before, and anywhere. Beyond the verdict each clause is held against
clauses.py, unless a line tied by distance leaves open what holds raw.
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
from clauses import Clauses
from derived import Alerts
from world import format_time

WORDS = [word for word in generate.WORDS if word != "moving"]
PACED = ("expire_after", "for", "line")  # Clauses of what holds raw and yet is not on.


class Keys:
    """The oracle's cases of a set of rules, and what holds when."""

    def __init__(self, known, rules, events):
        self.newest, self.events = max((e.t for e in events), default=0), events
        self.cases = []
        positions, alerts = world.Positions(known, events), Alerts()
        for rule in rules:
            below = alerts.read_by(rule)
            for part in rule.parts():
                run = oracle.Run(known, part, events, below, positions)
                for key, case in run.cases.items():
                    spans = []
                    for episode in case.truth():
                        told = oracle.Told(part, key, episode, self.newest)
                        alerts.add(rule, told, run.place_of(episode))
                        spans.append((episode.begin, episode.end))
                    self.cases.append((part, key, case, spans))

    @staticmethod
    def unpaced(case, *words):
        """When the rule would hold without @words of what paces it. None where a line tied by distance
        leaves that open."""
        rule = case.rule
        if any(line.tie.to for line in case.run.lines[case.key[0]]):
            return None
        kept = {word: getattr(rule, word) for word in words}
        dead, passed = case.dead, case.passed
        vars(rule).update({word: None if word == "expire_ms" else 0 for word in words})
        try:
            return [(e.begin, e.end) for e in case.truth()]
        finally:
            vars(rule).update(kept)
            case.dead, case.passed = dead, passed


def covers(spans, m):
    return any(begin <= m < end for begin, end in spans)


def instants(r, spans, newest, few):
    asked = {m for begin, end in r.sample(spans, min(len(spans), few)) for m in (begin - 1, begin, end - 1, end)}
    asked |= {r.randint(0, int(newest)) if newest < 10**9 else r.randint(int(newest) - 30_000, int(newest)) for _ in range(few)}
    return [int(m) for m in asked if m < newest and m != oracle.NEVER]


def key_text(rule, key):
    parts = [f"{name}={value}" for name, value in zip(rule.group_by, key[1:]) if name != "mode"]
    parts += [f"milestone={rule.milestone}"] if rule.milestone else []
    return ",".join(([] if key[0] == "actual" else [f"mode={key[0]}"]) + parts)


def wrongs(answer, case, spans, m, keys):
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
    raw = keys.unpaced(case, "for_ms", "keep_ms", "expire_ms")
    if raw is None:
        return
    is_raw = covers(raw, m)
    if holds and kept == is_raw:
        yield "kept on by keep_firing_for" if kept else "held on though nothing holds raw"
    if not holds and failing and (failing[-1] in PACED) != is_raw:
        yield f"it names {failing}, raw it {'holds' if is_raw else 'does not hold'}"
    if "expire_after" in failing and covers(keys.unpaced(case, "for_ms", "keep_ms"), m):
        yield "it has not expired"
    if "for" in failing and not any(b <= m < b + case.rule.for_ms for b, _ in keys.unpaced(case, "for_ms", "keep_ms")):
        yield "it has held for long enough"
    yield from Clauses(case, m, keys.events).wrongs(answer)


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


NUMBERS = ("value", "have", "of", "steps", "windows")


def spoil(r, answer):
    """A wrong answer: another verdict, another number, a clause that decides nothing, another event."""
    how = r.randrange(4)
    numbers = [(c, n) for c in answer["clauses"] for n in NUMBERS if n in c]
    if how == 0:
        answer["holds"] = not answer["holds"]
    elif how == 1 and numbers:
        clause, number = r.choice(numbers)
        clause[number] += 1
    elif how == 2 and answer["events"]:
        answer["events"].pop()
    else:
        for clause in answer["clauses"]:
            clause["pass"] = not clause["pass"]
    return ("verdict", "number", "evidence", "clauses")[how]


def one_round(given, seed, folder, counts):
    r = random.Random(seed)
    kinds = given.kinds.split(",") if given.kinds else generate.KINDS
    if seed % 5 == 4 and not given.kinds:
        case = generate.some_late_case(seed, WORDS)
    else:
        case = generate.some_case(seed, kinds, WORDS)
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
    for rule, key, of, spans in keys.cases:
        if any("," in str(v) or "=" in str(v) or "\t" in str(v) for v in key[1:]):
            continue
        for m in instants(r, spans, keys.newest, 4):
            if m >= begin:
                asked.append((of, spans, m, (rule.name, format_time(m), key_text(rule, key))))
    answers = ask(given.tocsin, folder, [a[-1] for a in asked], case)
    if len(answers) != len(asked):
        raise RuntimeError(f"seed {seed}: {len(asked)} asked, {len(answers)} answered")
    for (of, spans, m, question), answer in zip(asked, answers):
        if given.sabotage and keys.unpaced(of) is None:
            continue
        how = spoil(r, answer) if given.sabotage else None
        found = list(wrongs(answer, of, spans, m, keys))
        rule = next(r for r in case.rules if r["rule"] == question[0])
        counts["questions"] += 1
        counts["verdict alone, for a line"] += keys.unpaced(of) is None
        counts["hold" if covers(spans, m) else "do not hold"] += 1
        for what in {of.rule.kind, *(f"+ {word}" for word in generate.needs(rule))}:
            counts[f"of {what}"] += 1
        for clause in answer["clauses"]:
            counts["FAIL " * (not clause["pass"]) + clause["clause"]] += 1
        for one in answer["not_counted"]:
            counts["not counted: " + one["clause"]] += 1
        if given.sabotage:
            counts[f"{'noticed' if found else 'MISSED'}: wrong {how}"] += 1
        if found:
            counts["wrong"] += 1
            if counts["wrong"] <= 10 and not given.sabotage:
                print(f"seed {seed}: {' '.join(question)}: {'; '.join(found)}\n  {json.dumps(answer)[:900]}")
                print("  " + generate.rule_text(rule).replace("\n", "\n  "))


def main():
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--tocsin", required=True)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--questions", type=int, default=3000)
    asked.add_argument("--kinds", help="only these kinds of rule")
    asked.add_argument("--sabotage", action="store_true")
    given = asked.parse_args()
    if given.sabotage:
        given.questions = min(given.questions, 1000)
    counts, seed = Counter(), given.seed
    with tempfile.TemporaryDirectory() as folder:
        while counts["questions"] < given.questions:
            one_round(given, seed, folder, counts)
            seed += 1
    for what in sorted(counts):
        print(f"  {what:24} {counts[what]}")
    print(f"seeds {given.seed}..{seed - 1}: {counts['questions']} questions, {counts['wrong']} answered wrong")
    if given.sabotage:  # A few spoilt answers cannot be told from right ones.
        return 0 if counts["wrong"] > counts["questions"] * 0.9 else 1
    return 1 if counts["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
