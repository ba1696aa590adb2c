#!/usr/bin/env python3
"""What `tocsin check` says of mistakes: every shipped rule with one mistake put in, seeded.

    run.py TOCSIN RULES [--count N] [--seed S] [--jobs J] [--show SORT]

Of each mutant: is the first error on the line and column of the mistake, is the word that stood there
suggested (of misspellings at most two edits away), is there a crash, does `check` accept what `replay` or
`topics -c` (which start as `run` does) refuse, does it accept what `tocsin schema rules` refuses? Exit 0 if
all measures are met: line 98 %, column 95 %, suggestion 90 %, nothing else."""
import argparse
import collections
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jsonschema
import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent))
from sites import sites_of  # noqa: E402

SPELT = {"key", "match", "type", "place", "list", "tag", "topic", "recipient", "word", "alias", "field",
         "part", "value"}
SORTS = sorted(SPELT) + ["shape", "indent", "missing", "duration", "distance", "number", "language", "twice"]
DURATIONS = ["10", "10 m", "ten minutes", "m10", "1.5h", "0m", "-5m", "367d", "5m2h", "10mins", "1h 30m", "5M"]
DISTANCES = ["300", "3 miles", "m", "-3 m", "2 km.", "20041 km", "1,5 km", "3 m 2", "2 KM"]
NUMBERS = ["three", "3x", "1e3", "0x10", "--1", "1.2.3", "many"]
# What is written for a language, and what is meant, if that can be known.
LANGUAGES = {"english": "en", "French": "fr", "fra": "fr", "pt_BR": "pt-BR", "zh_hans": "zh-Hans", "e": None,
             "en-": None, "en-L4tn": None, "fr-FRA": None, "en-GB-Latn": None, "x-sango": None, "f1": None}
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def misspelt(rng, word):
    """One edit, or two if the word is long enough to be known again."""
    for _ in range(2 if len(word) > 5 and rng.random() < 0.4 else 1):
        at = rng.randrange(len(word))
        how = rng.choice(["other", "more", "less"])
        letter = rng.choice(LETTERS)
        if how == "other":
            word = word[:at] + letter + word[at + 1:]
        elif how == "more":
            word = word[:at] + letter + word[at:]
        elif len(word) > 2:
            word = word[:at] + word[at + 1:]
    return word


class Mutant:
    def __init__(self, path, sort, text, line, column, suggestion=None):
        self.path, self.sort, self.text = path, sort, text
        self.line, self.column, self.suggestion = line, column, suggestion


class Maker:
    """Mutants of the rule files of @rules."""

    def __init__(self, rules, seed):
        self.rng, self.rules = random.Random(seed), Path(rules)
        self.files = {}
        known = []
        for path in sorted(self.rules.glob("*/*.yaml")):
            if path.parent.name in ("types", "lists", "places"):
                continue
            text = path.read_text()
            self.files[path] = (text, collections.defaultdict(list))
            for site in sites_of(text):
                self.files[path][1][site.sort].append(site)
            known.append(text)
        known += [p.read_text() for p in [*self.rules.glob("*.yaml"), *self.rules.glob("types/*.yaml"),
                                          *self.rules.glob("places/*"), *self.rules.glob("lists/*")]]
        # A misspelling that is another word of the field is no misspelling.
        self.words = {w.lower() for text in known for w in re.findall(r"[\w.*-]+", text)}
        self.words |= {"min", "max", "sum", "for", "near", "at", "as", "of", "event", "latest"}

    def make(self):
        """One of a sort; every sort is as likely, and so is every file that can have it."""
        sort = self.rng.choice(SORTS)
        paths = [path for path, (_, sites) in self.files.items() if sites[sort] or sort in ("indent", "twice")]
        while True:
            path = self.rng.choice(paths)
            text, sites = self.files[path]
            if sort in ("indent", "twice"):
                mutant = (self.indent if sort == "indent" else self.twice)(path, text)
            else:
                mutant = self.at(path, sort, text, self.rng.choice(sites[sort]))
            if mutant is not None and mutant.text != text:
                return mutant

    def replaced(self, path, site, text, by, suggestion=None):
        return Mutant(path, site.sort, text[:site.begin] + by + text[site.end:], site.line, site.column, suggestion)

    def at(self, path, sort, text, site):
        was = text[site.begin:site.end]
        if sort in SPELT:
            return self.spelling(path, text, site, was)
        if sort == "missing":
            return self.missing(path, text, site)
        if sort == "shape":
            other = self.rng.choice(["{ a: b }", "[[1]]", "{ a: [b] }"])
            return self.replaced(path, site, text, other) if "\n" not in was and was[0] not in "[{" else (
                self.replaced(path, site, text, "nothing") if "\n" not in was and was[0] == "{" else None)
        if sort == "language":
            written, meant = self.rng.choice(list(LANGUAGES.items()))
            return self.replaced(path, site, text, written, meant)
        return self.replaced(path, site, text, self.rng.choice(
            {"duration": DURATIONS, "distance": DISTANCES, "number": NUMBERS}[sort]))

    def spelling(self, path, text, site, was):
        """In one word of it: `lists.NAME` and `field|modifier` have two."""
        begin, part = 0, was
        if site.sort == "list":
            begin, part = 6, was[6:]
        elif site.sort == "match":
            parts = was.split("|")
            index = self.rng.randrange(len(parts))
            begin, part = sum(len(p) + 1 for p in parts[:index]), parts[index]
        elif "*" in was:
            return None
        word = misspelt(self.rng, part) if len(part) > 1 else part
        if not part[:1].isalpha():
            return None
        if word == part or word.lower() in self.words or not re.fullmatch(r"[A-Za-z_][\w.*-]*", word):
            return None
        whole = was[:begin] + word + was[begin + len(part):]
        mutant = self.replaced(path, site, text, whole, was if site.sort == "list" else part)
        mutant.column += 0 if site.sort == "list" else begin
        return mutant

    def missing(self, path, text, site):
        begin, end = site.begin, site.end
        if text[text.rfind("\n", 0, begin) + 1:begin].strip(" -") == "":  # A block: the lines of it.
            first = text.rfind("\n", 0, begin) + 1
            if "-" in text[first:begin]:
                return None  # It would take the dash along.
            end = begin + len(text[begin:end].rstrip(" \n"))  # A block ends where the next begins.
            last = text.find("\n", end)
            text = text[:first] + text[last + 1:]
        else:  # A flow: up to the comma.
            rest = re.match(r"\s*,\s*", text[end:])
            before = re.search(r"\s*,\s*$", text[:begin])
            if rest:
                end += rest.end()
            elif before:
                begin = before.start()
            text = text[:begin] + text[end:]
        line, column = site.parent
        gone = self.files[path][0].count("\n") - text.count("\n")
        return Mutant(path, "missing", text, line - (gone if line > site.line else 0), column)

    def indent(self, path, text):
        """A key of a block moves one or more blanks in or out."""
        lines = text.splitlines(keepends=True)
        number = self.rng.randrange(1, len(lines))
        line = lines[number]
        shift = self.rng.choice([-2, -1, 1, 2, 3])
        blanks = len(line) - len(line.lstrip(" "))
        if not re.match(r" *[\w|]+:( |$)", line) or line.startswith("#") or blanks + shift < 0:
            return None
        lines[number] = " " * (blanks + shift) + line.lstrip(" ")
        mutated = "".join(lines)
        try:  # It may mean the same still.
            if list(yaml.load_all(mutated, yaml.BaseLoader)) == list(yaml.load_all(text, yaml.BaseLoader)):
                return None
        except yaml.YAMLError:
            pass
        return Mutant(path, "indent", mutated, number + 1, blanks + shift + 1)

    def twice(self, path, text):
        """A line of a block stands twice."""
        lines = text.splitlines(keepends=True)
        number = self.rng.randrange(1, len(lines))
        if not re.match(r" *[\w|]+: \S.*[^|>]$", lines[number].rstrip("\n")) or lines[number].count("{") != \
                lines[number].count("}") or lines[number].count("[") != lines[number].count("]"):
            return None
        lines.insert(number, lines[number])
        blanks = len(lines[number]) - len(lines[number].lstrip(" "))
        return Mutant(path, "twice", "".join(lines), number + 2, blanks + 1)


class Bench:
    """Runs the program on mutants, each in a place of its own beside the types, places and lists."""

    def __init__(self, tocsin, rules, schema):
        self.tocsin, self.rules, self.schema = tocsin, Path(rules).resolve(), schema
        self.whole = self.needs_others()

    def run(self, *words):
        return subprocess.run([self.tocsin, *map(str, words)], capture_output=True, text=True, timeout=120,
                              check=False, env={**os.environ, "NO_COLOR": "1"})

    def needs_others(self):
        """Rule files that do not load alone: they name other rules."""
        return {path for path in self.rules.glob("*/*.yaml") if path.parent.name not in ("types", "lists", "places")
                and self.run("check", "-q", path).returncode == 3}

    def lay(self, room, mutant):
        for path in self.rules.iterdir():
            if path.name in ("types", "places", "lists") or path.suffix == ".yaml":
                (room / path.name).symlink_to(path)
        if mutant.path.resolve() in self.whole:
            for path in self.rules.glob("*/*.yaml"):
                if path.parent.name not in ("types", "lists", "places") and path != mutant.path.resolve():
                    (room / path.parent.name).mkdir(exist_ok=True)
                    (room / path.parent.name / path.name).symlink_to(path)
        target = room / mutant.path.parent.name / mutant.path.name
        target.parent.mkdir(exist_ok=True)
        target.write_text(mutant.text)
        return room if mutant.path.resolve() in self.whole else target

    def judge(self, mutant):
        """What is wrong about what is said: a set of words; and the findings."""
        with tempfile.TemporaryDirectory() as folder:
            room = Path(folder) / "rules"
            room.mkdir()
            rules = self.lay(room, mutant)
            done = self.run("check", "-q", rules, "--format", "json")
            if done.returncode not in (0, 3):
                return {"crash"}, done.stderr
            findings = [f for f in json.loads(done.stdout)["findings"] if f["severity"] == "error"]
            faults = set()
            if done.returncode == 0:
                faults |= {"line", "column", "accepted"}
                (Path(folder) / "tocsin.yaml").write_text(
                    f"app: mutant\nrules: {rules}\ntypes: {self.rules}/types\nplaces: {self.rules}/places\n"
                    "kafka: { bootstrap: 127.0.0.1:1 }\nhttp: { port: 0 }\ninputs: { a: { topics: [a] } }\n")
                for words in (("replay", "-q", "--rules", rules, "/dev/null"),
                              ("topics", "-c", Path(folder) / "tocsin.yaml")):
                    if self.run(*words).returncode != 0:
                        faults.add("refused by " + words[0])
                if self.is_refused_by_schema(mutant.text):
                    faults.add("refused by the schema")
                return faults, findings
            first = findings[0]
            if mutant.sort == "indent" and first["line"] == mutant.line + 1:
                # A line and the one below disagree: either may be the one that is wrong.
                lines = mutant.text.splitlines()
                mutant.line += 1
                mutant.column = len(lines[mutant.line - 1]) - len(lines[mutant.line - 1].lstrip(" -")) + 1
            if first["line"] != mutant.line or Path(first["file"]).name != mutant.path.name:
                faults |= {"line", "column"}
            elif first["column"] != mutant.column:
                faults.add("column")
            if mutant.suggestion is not None and first.get("suggestion") != mutant.suggestion:
                faults.add("suggestion")
            if len(findings) > 1:
                faults.add("more than one")
            return faults, findings

    def is_refused_by_schema(self, text):
        return not all(self.schema.is_valid(rule) for rule in yaml.load_all(text, yaml.BaseLoader) if rule)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tocsin")
    parser.add_argument("rules")
    parser.add_argument("--count", type=int, default=2500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--show", help="print what fell short, of one sort or `all`")
    args = parser.parse_args()
    written = subprocess.run([args.tocsin, "schema", "rules", "--rules", args.rules], capture_output=True, text=True,
                             check=True)
    bench = Bench(args.tocsin, args.rules, jsonschema.Draft202012Validator(json.loads(written.stdout)))
    maker, seen = Maker(args.rules, args.seed), {}
    while len(seen) < args.count:
        mutant = maker.make()
        seen.setdefault((mutant.path, mutant.text), mutant)
    mutants = list(seen.values())
    with ThreadPoolExecutor(args.jobs) as pool:
        verdicts = list(pool.map(bench.judge, mutants))

    table = collections.defaultdict(collections.Counter)
    for mutant, (faults, findings) in zip(mutants, verdicts):
        table[mutant.sort]["all"] += 1
        table[mutant.sort]["spelt"] += mutant.suggestion is not None
        table[mutant.sort].update(faults)
        if args.show in ("all", mutant.sort) and faults - ({"more than one"} if args.show == "all" else set()):
            print(f"--- {mutant.sort} {mutant.path.name} wanted {mutant.line}:{mutant.column} "
                  f"{mutant.suggestion or ''}: {sorted(faults)}\n    {mutant.text.splitlines()[mutant.line - 1]}")
            for f in findings[:3] if isinstance(findings, list) else [findings]:
                print(f"    {f}" if isinstance(f, str) else f"    {f['line']}:{f['column']} {f['code']} "
                      f"{f['message']} [{f.get('suggestion', '')}]")
    total = sum(table.values(), collections.Counter())
    print(f"seed {args.seed}, {len(mutants)} mutants of {len(maker.files)} files")
    print(f"{'':10} {'mutants':>8} {'line':>8} {'column':>8} {'meant':>8} {'1 finding':>9} {'accepted':>8}")
    for sort, counts in [*sorted(table.items()), ("all", total)]:
        def share(fault, of):
            return f"{100 * (1 - counts[fault] / counts[of]):7.1f}%" if counts[of] else f"{'':8}"
        print(f"{sort:10} {counts['all']:8} {share('line', 'all')} {share('column', 'all')} "
              f"{share('suggestion', 'spelt')}  {share('more than one', 'all')} {counts['accepted']:8}")
    bad = {fault: n for fault, n in total.items() if fault == "crash" or fault.startswith("refused")}
    print(f"crashes, accepted but refused elsewhere: {bad or 'none'}")
    met = (total["line"] <= 0.02 * total["all"] and total["column"] <= 0.05 * total["all"]
           and total["suggestion"] <= 0.10 * total["spelt"] and not bad)
    print(f"{int(met)} passed, {int(not met)} failed")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
