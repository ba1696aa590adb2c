#!/usr/bin/env python3
"""C and C++ are formatted as .clang-format says, and no line is longer than a hundred columns.

usage: format.py CLANG_FORMAT SOURCE_DIR       exit status 77: another version than the one we use

clang-format leaves comments and long strings alone; a line with a string may be longer.
"""
import pathlib
import re
import subprocess
import sys

VERSION = "14"
COLUMNS = 100


def complaints(program, source, **given):
    done = subprocess.run([program, "--dry-run", "-Werror", "--style=file", *given.pop("files", [])],
                          cwd=source, text=True, capture_output=True, check=False, **given)
    return re.findall(r"^(.*?:\d+:\d+): error", done.stderr, re.M)


def main():
    program, source = sys.argv[1], pathlib.Path(sys.argv[2])
    said = subprocess.run([program, "--version"], text=True, capture_output=True, check=True).stdout
    if f"version {VERSION}." not in said:
        print(f"clang-format {VERSION} decides, this is {said}")
        sys.exit(77)
    files = [file for folder in ("include", "processor", "tests")
             for file in sorted((source / folder).rglob("*")) if file.suffix in (".c", ".h", ".cpp")]
    if len(files) < 150:
        sys.exit(f"only {len(files)} files")
    wrong = complaints(program, source, files=files)
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if len(line) > COLUMNS and '"' not in line:
                wrong.append(f"{file}:{number}: {len(line)} columns")
    if wrong:
        sys.exit("\n".join(wrong + ["clang-format -i --style=file FILE puts most of it right"]))
    if not complaints(program, source, files=["--assume-filename=processor/base/text.c"],
                      input="int main(void) {\n  return 0;\n}\n"):
        sys.exit("a brace and an indent that are wrong are not noticed")


if __name__ == "__main__":
    main()
