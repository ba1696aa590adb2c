#!/usr/bin/env python3
"""What `tocsin describe` says of every shipped rule (shipped.txt) and of each kind (kinds.yaml, kinds.txt).

    run.py TOCSIN RULES [--update]

A line is kept with a digest of its rule's text: a sentence that changed though its rule did not is a
failure, a rule that is new or was edited only a remark. When a sentence changed on purpose, or rules have:
--update, then READ the difference before it is kept."""
import hashlib
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
    return dict(line.split(": ", 1) for line in done.stdout.splitlines())


def digests(what):
    """Of the text of each rule, by its name."""
    what = Path(what)
    found = {}
    for path in [what] if what.is_file() else what.glob("*/*.yaml"):
        for document in re.split(r"^---$", path.read_text(), flags=re.M):
            name = re.search(r"^rule: (\S+)", document, re.M)
            if name:
                found[name[1]] = hashlib.sha256(document.strip().encode()).hexdigest()[:12]
    return found


def fault(name, sentence):
    """Why it is no sentence, or None."""
    if not re.fullmatch(r"[A-Z].*\.", sentence) or "\n" in sentence:
        return f"{name}: no sentence: {sentence}"
    if re.search(r"  | ,|,,|\(\)|\?\)|\bNULL\b|\.\.\.", sentence):
        return f"{name}: a hole in it: {sentence}"
    return None


def main():
    tocsin, rules = sys.argv[1], sys.argv[2]
    wrong = count = unread = 0
    for what, golden in ((rules, HERE / "shipped.txt"), (HERE / "kinds.yaml", HERE / "kinds.txt")):
        said, texts = described(tocsin, rules, what), digests(what)
        count += len(said)
        if sys.argv[3:] == ["--update"]:
            golden.write_text("".join(f"{texts[name]} {name}: {said[name]}\n" for name in sorted(said)))
        kept = {}
        for line in golden.read_text().splitlines():
            digest, name, sentence = re.match(r"(\w+) (\S+): (.*)", line).groups()
            kept[name] = (digest, sentence)
        for name, sentence in said.items():
            trouble = fault(name, sentence)
            digest, read = kept.get(name, ("", ""))
            if digest != texts[name]:
                unread += 1
            elif sentence != read:
                trouble = f"{name} is as it was, its sentence is not\n  read: {read}\n  said: {sentence}"
            if trouble:
                wrong += 1
                print(trouble)
    if unread:
        print(f"{unread} rules are new or were edited: run.py {tocsin} {rules} --update, and read them")
    print(f"{count} rules described, {wrong} wrong")
    return 1 if wrong or count < 20 else 0


if __name__ == "__main__":
    sys.exit(main())
