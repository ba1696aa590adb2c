#!/usr/bin/env python3
"""What `tocsin describe` says of every shipped rule (shipped.txt) and of each kind (kinds.yaml, kinds.txt).

    run.py TOCSIN RULES [--update]

When a rule or a sentence changed on purpose: --update, then READ the difference before it is kept."""
import difflib
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def described(tocsin, rules, what):
    done = subprocess.run([tocsin, "describe", what, "--types", f"{rules}/types", "--places", f"{rules}/places"],
                          capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{what}: exit {done.returncode}\n{done.stderr}")
    return sorted(done.stdout.splitlines(keepends=True))


def fault(line):
    """Why it is no sentence, or None."""
    name, _, sentence = line.rstrip("\n").partition(": ")
    if not re.fullmatch(r"[A-Z].*\.", sentence) or "\n" in sentence:
        return f"{name}: no sentence: {sentence}"
    if re.search(r"  | ,|,,|\(\)|\?\)|\bNULL\b|\.\.\.", sentence):
        return f"{name}: a hole in it: {sentence}"
    return None


def main():
    tocsin, rules = sys.argv[1], sys.argv[2]
    wrong = count = 0
    for what, golden in ((rules, HERE / "shipped.txt"), (HERE / "kinds.yaml", HERE / "kinds.txt")):
        lines = described(tocsin, rules, what)
        count += len(lines)
        if sys.argv[3:] == ["--update"]:
            golden.write_text("".join(lines))
        for trouble in filter(None, map(fault, lines)):
            wrong += 1
            print(trouble)
        difference = list(difflib.unified_diff(golden.read_text().splitlines(keepends=True), lines,
                                               golden.name, "said now", n=0))
        if difference:
            wrong += 1
            print("".join(difference) + f"if that reads right: run.py {tocsin} {rules} --update")
    print(f"{count} rules described, {wrong} wrong")
    return 1 if wrong or count < 20 else 0


if __name__ == "__main__":
    sys.exit(main())
