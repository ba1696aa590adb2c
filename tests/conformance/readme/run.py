#!/usr/bin/env python3
"""What rules/README.md says is so: its examples are rules, its walk-through works.

usage: run.py TOCSIN SOURCE_DIR [pack | examples | walk]

pack      `tocsin check` and `tocsin test` over rules/ as it is shipped
examples  every yaml block that begins with `# example: NAME` is added as rules/mine/NAME.yaml, every
          `# example-type: NAME` as rules/types/NAME.yaml; then check and test over all
walk      the sh blocks that begin with `# walk-through` run in order, in a copy of rules/ with the
          examples; each line of the text block that follows must be in their output
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
MARK = re.compile(r"# (example|example-type): ([A-Za-z0-9._-]+)\n|# (walk-through)\n")


def blocks(readme):
    """(kind, name, text, text of the block that follows) of each marked block."""
    found = [(m[1], m[2]) for m in FENCE.finditer(readme)]
    for i, (language, text) in enumerate(found):
        mark = MARK.match(text)
        if mark is None:
            continue
        kind = mark[1] or mark[3]
        following = found[i + 1] if i + 1 < len(found) else ("", "")
        yield kind, mark[2], text, following[1] if following[0] == "text" else ""


def run(command, folder, expected_status=0):
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=300, check=False)
    if done.returncode != expected_status:
        sys.exit(f"{' '.join(command)}: status {done.returncode}\n{done.stdout}")
    return done.stdout


def passed(output):
    """How many tests `tocsin test` says have passed."""
    said = re.search(r"(\d+) tests passed, 0 failed", output)
    if said is None:
        sys.exit(f"tocsin test does not say how many tests have passed:\n{output}")
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
        sys.exit(f"{ran} of {tests} tests of {rules} rules were run")
    print(f"{rules} rules, {tests} tests")


def main():
    tocsin, source = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    part = sys.argv[3] if len(sys.argv) > 3 else "examples"
    with open(os.path.join(source, "rules", "README.md"), encoding="utf-8") as file:
        marked = list(blocks(file.read()))
    examples = [b for b in marked if b[0] in ("example", "example-type")]
    walk = [b for b in marked if b[0] == "walk-through"]
    if len(examples) < 5 or len(walk) < 2:
        sys.exit("the examples or the walk-through of rules/README.md are gone")

    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(os.path.join(source, "rules"), os.path.join(folder, "rules"))
        if part == "pack":
            check_and_test(tocsin, folder)
            return
        os.mkdir(os.path.join(folder, "rules", "mine"))
        for kind, name, text, _ in examples:
            place = "mine" if kind == "example" else "types"
            path = os.path.join(folder, "rules", place, name + ".yaml")
            with open(path, "x", encoding="utf-8") as file:
                file.write(text)
        if part == "examples":
            check_and_test(tocsin, folder)
            return
        os.environ["PATH"] = os.path.dirname(tocsin) + os.pathsep + os.environ["PATH"]
        for _, _, commands, expected in walk:
            output = run(["bash", "-euo", "pipefail", "-c", commands], folder)
            for line in expected.splitlines():
                if line not in output:
                    sys.exit(f"expected: {line}\n{commands}gave:\n{output}")
            print(output, end="")


if __name__ == "__main__":
    main()
