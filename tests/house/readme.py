#!/usr/bin/env python3
"""What README.md tells a newcomer to type works, and prints what it says.

usage: readme.py TOCSIN SOURCE_DIR

Every `sh` block runs, in order, in a folder that holds copies of rules/ and deploy/. A `text` block
right after it is what it prints: `...` on a line of its own stands for any lines, within a line for
anything; the stretches between stand in the output line for line. `console` blocks are too long for
here or need a broker; their programs and commands have to exist. The links of all pages lead somewhere.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


def stretches(expected):
    """Patterns, each of consecutive lines."""
    lines = []
    for line in expected.splitlines() + ["..."]:
        if line.strip() != "...":
            lines.append(".*".join(re.escape(part) for part in line.split("...")))
        elif lines:
            yield "^" + "\n".join(lines) + "$"
            lines = []


def missing(expected, output):
    """The first stretch that is not in the output, if any."""
    return next((s for s in stretches(expected) if not re.search(s, output, re.M)), None)


def verify(expected, output):
    absent = missing(expected, output)
    if absent is not None:
        sys.exit(f"README.md promises:\n{expected}\nno such lines: {absent}\nthere was:\n{output}")
    # The comparison itself can fail: any number told otherwise is noticed.
    for digit in re.finditer(r"\d", expected):
        other = str((int(digit[0]) + 1) % 10)
        if missing(expected[:digit.start()] + other + expected[digit.end():], output) is None:
            sys.exit(f"a wrong number is not noticed, at {digit.start()} of:\n{expected}")


def shell(commands, folder):
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", commands], cwd=folder, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300, check=False)
    print(commands, done.stdout, sep="\n")
    if done.returncode != 0:
        sys.exit(f"exit status {done.returncode}")
    return done.stdout


def exists(command, source):
    """A command we only show: a program of this tree, or one of tocsin's commands."""
    words = command.split()
    if words[0] == "tocsin":
        shell(f"tocsin {words[1]} --help", source)
    elif not os.access(os.path.join(source, words[0]), os.X_OK):
        sys.exit(f"no such program: {words[0]}")


def follow_links(source):
    """Every link of every page to another file."""
    seen = 0
    for folder, folders, names in os.walk(source):
        folders[:] = [f for f in folders if not f.startswith((".", "build"))]
        for name in (n for n in names if n.endswith(".md")):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                for target in LINK.findall(file.read()):
                    seen += 1
                    if not os.path.exists(os.path.join(folder, target)):
                        sys.exit(f"{os.path.join(folder, name)}: a link leads nowhere: {target}")
    if seen < 10:
        sys.exit(f"only {seen} links were found")


def main():
    tocsin, source = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    with open(os.path.join(source, "README.md"), encoding="utf-8") as file:
        readme = file.read()
    os.environ["PATH"] = os.path.dirname(tocsin) + os.pathsep + os.environ["PATH"]
    blocks = [(m[1], m[2]) for m in FENCE.finditer(readme)]
    ran = compared = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in ("rules", "deploy"):
            shutil.copytree(os.path.join(source, name), os.path.join(folder, name))
        output = None
        for language, text in blocks:
            if language == "text" and output is not None:
                verify(text, output)
                compared += 1
            output = shell(text, folder) if language == "sh" else None
            ran += language == "sh"
            if language == "console":
                for command in re.findall(r"^\$ (.+)$", text, re.M):
                    exists(command, source)
    if ran < 5 or compared < 4:
        sys.exit(f"{ran} blocks ran, {compared} were compared: the walk-through is gone")
    follow_links(source)
    print(f"{ran} blocks ran, {compared} were compared")


if __name__ == "__main__":
    main()
