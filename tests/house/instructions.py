#!/usr/bin/env python3
"""processor/expr/INSTRUCTIONS.md is what processor/expr/cel_op.def says; and rules/README.md names
every function that an expression can call.

usage: instructions.py SOURCE_DIR [--write]
"""
import pathlib
import re
import sys

HEAD = """# The instructions of the machine that runs expressions

Written by `tests/house/instructions.py --write` from `cel_op.def`, which also gives the enum, the depth of the stack
and the disassembler. *pops* and *pushes*: values on the stack (n: as many as the operand says). How a
program reads: `toc_cel_disassemble`.

| instruction | operand | pops | pushes | does |
|---|---|---|---|---|
"""


ROW = re.compile(r'^TOC_CEL_OP\((\w+), "([^"]+)", (-?\d), (\d), (\w+),\s*"([^"]+)"\)', re.M)


def words(literal):
    return literal.replace("|", "\\|")


def table(source):
    text = (source / "processor/expr/cel_op.def").read_text(encoding="utf-8")
    lines = []
    for _, name, pops, pushes, operand, does in ROW.findall(text):
        operand = "" if operand == "NONE" else operand.lower()
        pops = "n" if pops == "-1" else pops
        lines.append(f"| `{words(name)}` | {operand} | {pops} | {pushes} | {words(does)} |\n")
    if len(lines) != len(re.findall(r"^TOC_CEL_OP\(", text, re.M)):
        sys.exit("cel_op.def has a row that cannot be read")
    return HEAD + "".join(lines)


def functions(source):
    """Names of the functions and methods in both tables."""
    names = set()
    for path, macro in (("cel_func.def", "TOC_CEL_FN"), ("cel_builtin.def", "TOC_CEL_BUILTIN")):
        text = (source / "processor/expr" / path).read_text(encoding="utf-8")
        names |= {m[1] for m in re.finditer(macro + r'\((?:GLOBAL|METHOD), "([^"]+)"', text)}
    return names


def main():
    source = pathlib.Path(sys.argv[1])
    page = source / "processor/expr/INSTRUCTIONS.md"
    made = table(source)
    if "--write" in sys.argv:
        page.write_text(made, encoding="utf-8")
        return
    readme = (source / "rules/README.md").read_text(encoding="utf-8")
    untold = sorted(n for n in functions(source) if not re.search(rf"[`.]{re.escape(n)}[`(]", readme))
    if untold:
        sys.exit(f"rules/README.md does not name {', '.join(untold)}")
    if page.read_text(encoding="utf-8") != made:
        sys.exit(f"{page} is not what cel_op.def says: run {sys.argv[0]} {source} --write")
    print(f"{made.count(chr(10)) - HEAD.count(chr(10))} instructions, "
          f"{len(functions(source))} functions")


main()
