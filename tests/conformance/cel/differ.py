#!/usr/bin/env python3
"""tocsin's expressions against another implementation of CEL, on random ones (generate.py).

    differ.py --evaluate build/dev/tests/conformance/cel/cel_evaluate --seed 1 --count 3000
    differ.py --evaluate ... --reference reference/cel-reference --seed 7 --count 1000000

Without --reference: cel-cpp, by way of the package cel-expr-python (reference.py). The long run is
against cel-go, the reference: `cd reference && go build`. Both say the same, or the disagreement has
a class in disagreements.py; else it fails. To say the same is: both refuse at load, both fail while
running, or both give the same value. -v tells each disagreement."""

import argparse
import collections
import itertools
import pathlib
import sys
import time

import disagreements
import evaluator
import generate

HERE = pathlib.Path(__file__).resolve().parent
AT_ONCE = 10000
SHOWN = 20
SKIPPED = 77  # To ctest: it was not asked.


def outcome(answer):
    if "unsaid" in answer:
        return "unsaid"
    if disagreements.refusal(answer):
        return "refused"
    return "failed" if disagreements.failure(answer) else "value"


def is_same(ours, theirs):
    return outcome(ours) == outcome(theirs) and (
        outcome(ours) != "value" or evaluator.same(ours["value"], theirs["value"])
    )


def doctored(answer):
    """Another answer, to see that it would be noticed."""
    return {**answer, "findings": [], "value": "doctored"}


class Counts:
    def __init__(self, whose):
        self.whose = whose
        self.outcomes, self.classes = collections.Counter(), collections.Counter()
        self.positions = collections.Counter()
        self.unexplained = []
        self.noticed = 0

    def add(self, request, ours, theirs, verbose):
        if outcome(theirs) == "unsaid":
            self.outcomes["unsaid"] += 1
            return
        self.noticed += not is_same(doctored(ours), theirs)
        if is_same(ours, theirs):
            self.outcomes[outcome(ours)] += 1
            if outcome(ours) == "refused":
                first = evaluator.errors_of(ours)[0]
                self.positions[
                    (first["line"], first["column"]) == (theirs["line"], theirs["column"])
                ] += 1
            return
        name = disagreements.explain(self.whose, request, ours, theirs)
        self.classes[name] += 1
        if name is None:
            self.unexplained.append((len(request["expr"]), request, ours, theirs))
        if verbose:
            print(f"{name}: {request['expr']}\n  ours   {ours}\n  theirs {theirs}")


def command_of(reference):
    return [sys.executable, str(HERE / "reference.py")] if reference is None else [reference]


def run(args):
    counts = Counts(disagreements.GO if args.reference else disagreements.CPP)
    requests = generate.cases(args.seed, args.count)
    while batch := list(itertools.islice(requests, AT_ONCE)):
        ours = evaluator.evaluate([args.evaluate], batch)
        theirs = evaluator.evaluate(command_of(args.reference), batch)
        for request, our, their in zip(batch, ours, theirs, strict=True):
            counts.add(request, our, their, args.verbose)
    return counts


def report(counts, args, seconds):
    same = sum(counts.outcomes.values()) - counts.outcomes["unsaid"]
    total = same + sum(counts.classes.values())
    print(
        f"seed {args.seed}, with {counts.whose}: {args.count} expressions in {seconds:.0f} s, compared {total}: "
        f"the same {same} ({counts.outcomes['value']} values, {counts.outcomes['failed']} failures, "
        f"{counts.outcomes['refused']} refusals), explained {total - same - len(counts.unexplained)}, "
        f"unexplained {len(counts.unexplained)}"
    )
    if counts.outcomes["unsaid"]:
        print(f"  {counts.outcomes['unsaid']} whose value theirs cannot hand over, not compared")
    print(f"  of the refusals {counts.positions[True]} at the same line and column")
    for name, _, _, reason in disagreements.CLASSES:
        if counts.classes[name]:
            print(f"  explained {counts.classes[name]:6} {name}: {reason}")
    for _, request, ours, theirs in sorted(counts.unexplained, key=lambda one: one[0])[:SHOWN]:
        print(
            f"  UNEXPLAINED {request['expr']}\n    values {request['values']}\n"
            f"    ours   {ours}\n    theirs {theirs}"
        )
    if counts.noticed != total:
        print(f"  of {total} doctored answers only {counts.noticed} were noticed")
    return bool(counts.unexplained) or counts.noticed != total or total == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--evaluate", required=True, help="the program cel_evaluate")
    parser.add_argument("--reference", help="a program like it with cel-go behind it")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=3000)
    parser.add_argument("-v", "--verbose", action="store_true")
    args = parser.parse_args()
    if args.reference is None:
        try:
            import cel_expr_python  # noqa: F401  Only whether it is there.
        except ImportError:
            print("no cel-expr-python: run tests/venv.sh BUILD, or give --reference")
            sys.exit(SKIPPED)
    began = time.monotonic()
    counts = run(args)
    sys.exit(report(counts, args, time.monotonic() - began))


if __name__ == "__main__":
    main()
