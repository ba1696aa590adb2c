#!/usr/bin/env python3
"""What rules/README.md says is so: its examples are rules, its walk-through works.

usage: run.py TOCSIN SOURCE_DIR [pack | examples | walk | wrong]

pack      `tocsin check` and `tocsin test` over rules/ as it is shipped
examples  every yaml block that begins with `# example: NAME` is added as rules/mine/NAME.yaml, every
          `# example-type: NAME` as rules/types/NAME.yaml, and those of examples/ here; then check and test over
          all. What follows a line `# from FILE` stands in that file, line by line. There is no other yaml
walk      the sh blocks that begin with `# walk-through` run in order, in a copy of rules/; each line of the
          text block that follows must be in their output
wrong     of each sort of example one is made wrong, and found out
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
MARK = re.compile(r"# (example|example-type): ([A-Za-z0-9._-]+)\n|# (walk-through)\n|(# from) ")
QUOTED = re.compile(r"^# from ([a-z/.-]+\.yaml).*\n((?:(?!# from ).*\n)+)", re.M)


def blocks(readme):
    """(kind, name, text, text of the block that follows) of each marked block."""
    found = [(m[1], m[2]) for m in FENCE.finditer(readme)]
    for i, (language, text) in enumerate(found):
        mark = MARK.match(text)
        if mark is None:
            if language in ("yaml", "sh", "json"):
                raise Wrong(f"nobody runs this:\n{text}")
            continue
        kind = mark[1] or mark[3] or mark[4]
        following = found[i + 1] if i + 1 < len(found) else ("", "")
        yield kind, mark[2], text, following[1] if following[0] == "text" else ""


class Wrong(Exception):
    """What the page says is not so."""


def run(command, folder, expected_status=0):
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=300, check=False)
    if done.returncode != expected_status:
        raise Wrong(f"{' '.join(command)}: status {done.returncode}\n{done.stdout}")
    return done.stdout


def passed(output):
    """How many tests `tocsin test` says have passed."""
    said = re.search(r"(\d+) tests passed, 0 failed", output)
    if said is None:
        raise Wrong(f"tocsin test does not say how many tests have passed:\n{output}")
    return int(said[1])


def rules_in(folder):
    """How many rules and inline tests the files of a pack folder hold, by their own lines."""
    rules = tests = 0
    for path, folders, names in os.walk(folder):
        folders[:] = [f for f in folders if f not in ("types", "places", "lists")]
        for name in names:
            if name.endswith(".yaml"):
                with open(os.path.join(path, name), encoding="utf-8") as file:
                    text = file.read()
                rules += len(re.findall(r"^rule: ", text, re.M))
                tests += len(re.findall(r"^  - name: ", text, re.M))
    return rules, tests


def check_and_test(tocsin, folder):
    rules, tests = rules_in(os.path.join(folder, "rules"))
    run([tocsin, "check", "--strict", "rules"], folder)
    ran = passed(run([tocsin, "test", "rules"], folder))
    if rules == 0 or ran != tests:
        raise Wrong(f"{ran} of {tests} tests of {rules} rules were run")
    print(f"{rules} rules, {tests} tests")


def stand_in_their_files(text, rules):
    """The lines after each `# from FILE`."""
    for name, lines in QUOTED.findall(text):
        with open(os.path.join(HERE if name.startswith("examples/") else rules, name),
                  encoding="utf-8") as file:
            if "\n" + lines.strip("\n") + "\n" not in file.read():
                raise Wrong(f"not in {name}:\n{lines}")


def verify(tocsin, source, part, page):
    """One part of the page, in a folder of its own."""
    marked = list(blocks(page))
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(os.path.join(source, "rules"), os.path.join(folder, "rules"))
        if part == "pack":
            check_and_test(tocsin, folder)
        if part == "examples":
            shutil.copytree(os.path.join(HERE, "examples"), os.path.join(folder, "rules", "mine"))
            for kind, name, text, _ in marked:
                if kind == "# from":
                    stand_in_their_files(text, os.path.join(folder, "rules"))
                elif kind != "walk-through":
                    place = "mine" if kind == "example" else "types"
                    path = os.path.join(folder, "rules", place, name + ".yaml")
                    with open(path, "x", encoding="utf-8") as file:
                        file.write(text)
            check_and_test(tocsin, folder)
        if part == "walk":
            shutil.copytree(os.path.join(HERE, "examples"),
                            os.path.join(folder, "tests/conformance/readme/examples"))
            for kind, _, commands, expected in marked:
                if kind == "walk-through":
                    output = run(["bash", "-euo", "pipefail", "-c", commands], folder)
                    for line in expected.splitlines():
                        if line not in output:
                            raise Wrong(f"expected: {line}\n{commands}gave:\n{output}")
                    print(output, end="")


WRONG = [  # part, what stands there, what is made of it
    ("examples", "time: 10m, state: new, level: high", "time: 11m, state: new, level: high"),
    ("examples", "confidence|lt|not: 0.5", "confidense|lt|not: 0.5"),
    ("examples", "type: number  ", "type: numbre  "),
    ("examples", "when: { latest: status", "when: { latest: state"),
    ("examples", "warn_at: 70%", "warn_at: 71%"),
    ("examples", "at_least: 500, at_least_events: 3", "at_least: 600, at_least_events: 3"),
    ("examples", "# from casevac/casualty-clock.yaml", "# casevac/casualty-clock.yaml"),
    ("walk", "2 tests passed, 0 failed", "3 tests passed, 0 failed"),
    ("walk", "FAIL min_distinct: 1 different", "FAIL min_distinct: 2 different"),
]


def main():
    tocsin, source = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    part = sys.argv[3] if len(sys.argv) > 3 else "examples"
    os.environ["PATH"] = os.path.dirname(tocsin) + os.pathsep + os.environ["PATH"]
    with open(os.path.join(source, "rules", "README.md"), encoding="utf-8") as file:
        page = file.read()
    if part != "wrong":
        verify(tocsin, source, part, page)
        return
    for doctored, right, wrong in WRONG:
        if right not in page:
            sys.exit(f"it does not stand there any more: {right}")
        try:
            verify(tocsin, source, doctored, page.replace(right, wrong, 1))
        except Wrong:
            continue
        sys.exit(f"{wrong}: nobody notices")
    print(f"{len(WRONG)} wrong examples are found out")


if __name__ == "__main__":
    try:
        main()
    except Wrong as wrong:
        sys.exit(str(wrong))
