#!/usr/bin/env python3
"""`tocsin test --coverage` finds what no test shows to matter, and nothing else.

    run.py TOCSIN RULES

rules.yaml here is covered in full. Each case plants a gap: it takes tests away or blunts one, and the
clauses that only they showed must be named, at their line, and no others. RULES lends the event types, and
is covered in full itself, but for what EXCUSED names with its reason."""
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

HERE = Path(__file__).resolve().parent
TOCSIN, RULES = sys.argv[1], Path(sys.argv[2])
FOUND = re.compile(r"^.*?:(\d+):\d+: ([\w-]+): (untested|unseen|not tried): (.*?) \((with|without)")


def without(*names):
    """The rules less the tests of these names."""
    kept, dropping = [], False
    for line in (HERE / "rules.yaml").read_text().splitlines(keepends=True):
        if line.startswith("  - name: "):
            dropping = line[10:].strip() in names
        elif not line.startswith("    "):
            dropping = False
        if not dropping:
            kept.append(line)
    return "".join(kept)


def blunted(old, new):
    text = (HERE / "rules.yaml").read_text()
    assert old in text, old
    return text.replace(old, new)


CASES = [
    ("nothing planted", without(), []),
    ("an untested `without`", without("over in between"), [("untested", "without: over")]),
    # An experimental rule may do without a firing test.
    ("an untested deadline", without("nobody came").replace("status: stable", "status: experimental"),
     [("untested", "deadline: 10m, no longer"), ("untested", "expire_after: 6h, no longer"),
      ("untested", "expire_after: 6h, no shorter")]),
    ("an answer that never comes", without("at the last moment")
     .replace("status: stable", "status: experimental"), [("untested", "expected: help")]),
    ("an alert whose time is not looked at",
     blunted("      - { time: 10m, state: new }\n      - { time: 370m, state: expired }\n",
             "      - { state: new }\n"),
     [("unseen", "deadline: 10m, no longer"), ("unseen", "expire_after: 6h, no longer"),
      ("unseen", "expire_after: 6h, no shorter")]),
    ("a window with one side", without("a millisecond later"), [("unseen", "within: 1h, no longer")]),
    ("a number with one side", without("one person less"),
     [("untested", "match: crowd|gte"), ("untested", "crowd|gte: 100")]),
    ("an end that does not come", without("all is over afterwards"),
     [("untested", "clear_when: home")]),
]

# Said for the reader: what ends such an alert ends one that begins in its very millisecond.
FOR_THE_READER = "its own end draws a line"
EXCUSED = {
    ("casevac-restricted", "match: status|not"): FOR_THE_READER,
    ("restriction-at-casevac", "match: status|not"): FOR_THE_READER,
    ("restriction-unresolved", "match: status|not"): FOR_THE_READER,
    ("feed-silent", "match: state"): FOR_THE_READER,
    ("camp-without-eyes", "within: 3m, no longer"): "an alert counts while it is open, whatever `within`",
    ("camp-without-eyes", "within: 3m, no shorter"): "an alert counts while it is open, whatever `within`",
}


def coverage(text, *words):
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "rules.yaml").write_text(text)
        done = subprocess.run(
            [TOCSIN, "test", f"{folder}/rules.yaml", "--types", RULES / "types", "--places",
             RULES / "places", "--coverage", *words],
            capture_output=True, text=True, timeout=300, check=False)
    return done


def try_case(name, text, planted):
    done = coverage(text, "--strict")
    found = [FOUND.match(line) for line in done.stdout.splitlines()]
    if None in found:
        return f"not understood: {done.stdout}{done.stderr}"
    lines = text.splitlines()
    for match in found:  # It points at what it names.
        word = re.split(r"[ :|]", match[4])[0]
        if word not in lines[int(match[1]) - 1]:
            return f"{match[0]}: line {match[1]} is {lines[int(match[1]) - 1]}"
    said = sorted((match[3], match[4]) for match in found)
    if said != sorted(planted) or done.returncode != (1 if planted else 0):
        return f"exit {done.returncode}, said {said}, planted {sorted(planted)}\n{done.stderr}"
    if planted and "without" in planted[0][1] and coverage(text).returncode != 0:
        return "without --strict a gap is no failure"
    return None


def try_shipped():
    done = subprocess.run([TOCSIN, "test", RULES, "--coverage"], capture_output=True, text=True,
                          timeout=1200, check=False)
    found = [FOUND.match(line) for line in done.stdout.splitlines()]
    gaps = {(m[2], m[4]) for m in found if m and m[3] != "not tried"}
    if done.returncode != 0 or None in found:
        return f"exit {done.returncode}: {done.stdout}{done.stderr}"
    if gaps != set(EXCUSED):
        return f"no test shows {sorted(gaps - set(EXCUSED))}; shown after all {sorted(set(EXCUSED) - gaps)}"
    return None


def try_junit():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "out.xml"
        text = blunted("- { time: 60m, state: new, count: 2 }", "- { time: 60m, state: new, count: 3 }")
        done = coverage(text.replace("name: a march alone", "name: '<a> & \"b\"'"), "--junit", path)
        suites = ElementTree.parse(path).getroot()
        cases = suites.findall("testsuite/testcase")
        failed = [case for case in cases if case.find("failure") is not None]
        if (done.returncode != 1 or suites.get("tests") != "9" or suites.get("failures") != "1"
                or [s.get("name") for s in suites] != ["blocked", "answered"] or len(cases) != 9
                or [c.get("name") for c in failed] != ["within the hour"]
                or "count: expected 3, told 2" not in failed[0].find("failure").text
                or '<a> & "b"' not in [c.get("name") for c in cases]):
            return f"exit {done.returncode}: {path.read_text()}"
    if coverage(without(), "--junit", "/nowhere/out.xml").returncode != 4:
        return "a file that cannot be written goes unnoticed"
    return None


def main():
    wrong = 0
    trials = [(name, lambda c=(name, text, planted): try_case(*c)) for name, text, planted in CASES]
    for name, trial in [*trials, ("JUnit", try_junit), ("the rules we ship", try_shipped)]:
        fault = trial()
        print(f"{'ok  ' if fault is None else 'FAIL'} {name}")
        if fault is not None:
            wrong += 1
            print(f"     {fault}")
    print(f"{len(trials) + 2 - wrong} passed, {wrong} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
