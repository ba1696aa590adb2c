#!/usr/bin/env python3
"""The tables of rules/README.md are what the checker reads: made from `tocsin schema rules`.

    reference.py TOCSIN SOURCE_DIR [--update]

A table stands between `<!-- table: BLOCK... -->`, with blocks of processor/rule/keys.def, and `<!-- end -->`;
KINDS are the kinds of `when` and what goes with each, WHEN what stands beside a kind. Every block but those told
in another's words has its table, and every modifier of `match` its line. --update writes the tables."""
import json
import pathlib
import re
import subprocess
import sys

TABLE = re.compile(r"(<!-- table: ([A-Z_ ]+) -->\n).*?(<!-- end -->)", re.S)
COMPARISON = ["at_least", "more_than", "at_most", "less_than"]
TOLD_ELSEWHERE = {"NEAR", "WHEN_NEAR", "HOURS", "TIE", "CAP", "GIVEN"}  # In the rows that take them.

LABEL = {"MEASURE": "a field's"}


def row(*cells):
    return "| " + " | ".join(cells) + " |\n"


def kinds(when):
    """(kind, the words that may stand beside it) in the order of the loader."""
    for branch in when["oneOf"]:
        kind = branch["required"][0]
        yield kind, [o for o in when["properties"] if o != kind and branch["properties"].get(o, True)]


def written(key, schema, blocks):
    """`near: { place, distance }` of a key that takes a block of its own."""
    under = schema.get("$ref", "").removeprefix("#/$defs/")
    if under in ("", "WHEN", "ALERT", "BASELINE", "WHEN_NEAR"):
        return f"`{key}`"
    return f"`{key}: {{ {', '.join(blocks[under]['properties'])} }}`"


def table_of_kinds(blocks):
    when = blocks["WHEN"]
    text = row("kind", "holds", "goes with") + row("---", "---", "---")
    always = set.intersection(*(set(beside) for _, beside in kinds(when)))
    for kind, beside in kinds(when):
        words = [f"`{b}`" for b in beside if b not in always and b not in COMPARISON]
        if COMPARISON[0] in beside:
            words.insert(1, "comparison")
        schema = when["properties"][kind]
        text += row(written(kind, schema, blocks), schema["description"], ", ".join(words))
    return text


def made(names, blocks):
    if names == ["KINDS"]:
        return table_of_kinds(blocks)
    text = row(*["in"] * (len(names) > 1), "key", "meaning") + row(*["---"] * (2 + (len(names) > 1)))
    told = set()
    for name in names:
        barred = {kind for kind, _ in kinds(blocks[name])} if name == "WHEN" else set()
        for key, schema in blocks[name]["properties"].items():
            if key in barred or (key, schema["description"]) in told:
                continue
            told.add((key, schema["description"]))
            must = "Compulsory. " if len(names) == 1 and key in blocks[name]["required"] else ""
            text += row(*[LABEL.get(name, f"`{name.lower()}`")] * (len(names) > 1), written(key, schema, blocks),
                        must + schema["description"])
    return text


def main():
    source = pathlib.Path(sys.argv[2])
    done = subprocess.run([sys.argv[1], "schema", "rules", "--rules", source / "rules"], check=True,
                          capture_output=True, text=True)
    blocks = json.loads(done.stdout)["$defs"]
    page = source / "rules/README.md"
    text = page.read_text(encoding="utf-8")
    now = TABLE.sub(lambda m: m[1] + made(m[2].split(), blocks) + m[3], text)
    if "--update" in sys.argv:
        page.write_text(now, encoding="utf-8")
    elif now != text:
        sys.exit(f"the tables of {page} are not what the checker reads: {sys.argv[0]} .. --update")
    tables = {name for m in TABLE.finditer(text) for name in m[2].split()}
    absent = set(blocks) - TOLD_ELSEWHERE - tables | {"KINDS"} - tables
    if absent:
        sys.exit(f"{page} has no table of {', '.join(sorted(absent))}")
    modifiers = set(re.findall(r"\(\\\\\|\(([a-z|]+)\)\)\*", done.stdout)[0].split("|"))
    untold = {m for m in modifiers if not re.search(rf"^\| .*`{m}`", now, re.M)}
    if untold:
        sys.exit(f"{page} does not tell of the modifiers {', '.join(sorted(untold))}")
    print(f"{len(tables)} tables, {now.count(chr(10))} lines")


main()
