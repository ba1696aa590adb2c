#!/usr/bin/env python3
"""The corpus through the program: `tocsin check` must say what each .expect says (README.md), and
exit 3 exactly if something is an error.

check_cli.py TOCSIN [--show]
"""
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
FINDING = re.compile(r"^(.+?):(?:(\d+):)?(?:(\d+):)? (?:note|warning|(error))\[([EW]\d{4})\]: ")
SUGGESTION = re.compile(r'^ +did you mean "(.*)"\?$')


def findings(text, case, is_set):
    """Lines as in .expect, and whether there was an error."""
    lines, has_error = [], False
    for line in text.splitlines():
        found = FINDING.match(line)
        meant = SUGGESTION.match(line)
        if found:
            path = os.path.relpath(found[1], case)
            file = f"{path}:" if is_set else ""
            has_error = has_error or bool(found[4])
            lines.append(f"{file}{found[2] or 0}:{found[3] or 0} {found[5]}")
        elif meant and lines:
            lines[-1] += " " + meant[1]
    return lines, has_error


def cases():
    for folder, suffix in (("rules", ".yaml"), ("config", ".yaml"), ("sets", "")):
        root = os.path.join(HERE, folder)
        for name in sorted(os.listdir(root)) if os.path.isdir(root) else []:
            if name.endswith(".expect"):
                stem = os.path.join(root, name[: -len(".expect")])
                yield folder, stem + suffix, os.path.join(root, name)


def main():
    tocsin = sys.argv[1]
    show = len(sys.argv) > 2 and sys.argv[2] == "--show"
    wrong = count = 0
    for folder, case, expect in cases():
        types = os.path.join(case if folder == "sets" else HERE, "types")
        if not os.path.isdir(types):
            types = os.path.join(HERE, "types")
        command = ["--config", case] if folder == "config" else ["--types", types, case]
        done = subprocess.run([tocsin, "check", *command], capture_output=True, text=True,
                              timeout=60, check=False, env={**os.environ, "NO_COLOR": "1"})
        found, has_error = findings(done.stdout, case, folder == "sets")
        with open(expect, encoding="utf-8") as file:
            wanted = file.read().splitlines()
        count += 1
        if show:
            print(f"== {expect}", *found, sep="\n")
        elif found != wanted or done.returncode != (3 if has_error else 0):
            wrong += 1
            print(f"{case}: exit {done.returncode}", *(f"  wanted {line}" for line in wanted),
                  *(f"  found  {line}" for line in found), done.stderr.strip(), sep="\n")
    print(f"{count} cases, {wrong} wrong")
    return 1 if wrong or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
