"""Pattern-matching cases of the field, as facts: `tocsin replay` on the events of other engines' own tests.

    run.py --tocsin PROGRAM [-v]

A case (flink.yaml, esper.yaml, siddhi.yaml, eql.yaml) holds the events (NAME@MS, with value=.. and key=.., else k), the
matches their authors expect (`theirs`), the same question as a rule of ours, and the episodes it must give (`ours`).
Where the two differ, `differs` says why; where they do not, it must be missing. Each case is fed in the order
given, backwards, and, where a `|` stands, also cut there: what the first part alone tells must be told by the whole too, under the same id.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

import yaml

START = "2026-03-01T06:00:00.000Z"
HERE = os.path.dirname(os.path.abspath(__file__))
TYPE = {"type": "case.event", "title": "An event of a case",
        "fields": {"name": {"type": "text", "required": True}, "key": {"type": "text"}, "value": {"type": "number"}}}


def stamp(ms):
    hours, rest = divmod(ms, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"2026-03-01T{6 + hours:02}:{minutes:02}:{rest // 1000:02}.{rest % 1000:03}Z"


def ms_of(text):
    hours, minutes, seconds = re.match(r"2026-03-01T(\d\d):(\d\d):([\d.]+)Z", text).groups()
    return round((int(hours) - 6) * 3_600_000 + int(minutes) * 60_000 + float(seconds) * 1000)


def event(word):
    place, _, fields = word.partition(":")
    name, at = place.split("@")
    data = {"name": name.rstrip("0123456789"), "key": "k"}
    for field in filter(None, fields.split(",")):
        key, value = field.split("=")
        data[key] = float(value) if key == "value" else value
    return {"specversion": "1.0", "id": name, "source": "/case", "type": "case.event", "time": stamp(int(at)),
            "data": data}


def rule_of(case):
    """The rule around the case's `when`: a letter of the events is an alias, unless the case has its own."""
    named = set(re.findall(r"[a-z_]+", json.dumps(case["when"])))
    letters = {word.split("@")[0].rstrip("0123456789") for word in case["events"].split() if word != "|"}
    aliases = {letter: {"type": "case.event", "match": {"name": letter}} for letter in sorted(letters | named)
               if len(letter) == 1}
    aliases.update(case.get("aliases", {}))
    windowed = set(case["when"]) & {"count", "all_of", "any_kinds"}
    return {"rule": "case", "title": "Case", "status": "experimental", "level": "low",
            "events": {name: alias for name, alias in aliases.items() if name in named}, "when": case["when"],
            "alert": {"topic": "alerts.case"} | ({} if windowed else {"expire_after": "1h"})}


class Runner:
    def __init__(self, tocsin, folder):
        self.tocsin, self.folder = tocsin, folder
        os.makedirs(os.path.join(folder, "types"), exist_ok=True)
        os.makedirs(os.path.join(folder, "places"), exist_ok=True)
        with open(os.path.join(folder, "types", "case.event.yaml"), "w") as file:
            yaml.safe_dump(TYPE, file, sort_keys=False)

    def replay(self, rule, events, until):
        """{alert id: its newest record}"""
        with open(os.path.join(self.folder, "rule.yaml"), "w") as file:
            yaml.safe_dump(rule, file, sort_keys=False)
        if until:
            events = events + [{**event(f"zz@{until}"), "id": "the end"}]
        with open(os.path.join(self.folder, "events.ndjson"), "w") as file:
            file.writelines(json.dumps(one) + "\n" for one in events)
        done = subprocess.run(
            [self.tocsin, "replay", "--quiet", "--rules", os.path.join(self.folder, "rule.yaml"),
             "--types", os.path.join(self.folder, "types"), "--places", os.path.join(self.folder, "places"),
             os.path.join(self.folder, "events.ndjson")], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"exit status {done.returncode}\n{done.stderr}")
        newest = {}
        for line in done.stdout.splitlines():
            record = json.loads(line)["data"]
            newest[record["alert_id"]] = record
        return {name: record for name, record in newest.items() if record["state"] != "cancelled"}


def told(records):
    return sorted((ms_of(r["begin"]), tuple(sorted(e["id"] for e in r["evidence"])),
                   ms_of(r["end"]) if "end" in r else None) for r in records.values())


def findings(runner, case):
    words = case["events"].split()
    events = [event(word) for word in words if word != "|"]
    ours = sorted((one["begin"], tuple(sorted(one["evidence"].split())), one.get("end")) for one in case["ours"])
    ends = any(end is not None for _, _, end in ours)
    until = max([case.get("until", 0)] + [end + 1 for _, _, end in ours if end is not None])

    def bare(list_of):  # An end is compared where the case states one.
        return list_of if ends else [(begin, evidence) for begin, evidence, _ in list_of]

    rule = rule_of(case)
    for how, fed in (("in the order given", events), ("backwards", events[::-1])):
        got = told(runner.replay(rule, fed, until))
        if bare(got) != bare(ours):
            yield f"{how}: expected {bare(ours)}, told {bare(got)}"
    if "|" in words:
        part = runner.replay(rule, events[:words.index("|")], None)
        for name in set(part) - set(runner.replay(rule, events, until)):
            yield f"cut: the first part tells {name}, the whole does not"
    theirs = sorted(tuple(sorted(match.split())) for match in case["theirs"])
    if (theirs == sorted(evidence for _, evidence, _ in ours)) == ("differs" in case):
        yield "`differs` must be there exactly where the matches differ"


def main():
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--tocsin", required=True)
    asked.add_argument("-v", "--verbose", action="store_true", help="name each case, and why it differs")
    options = asked.parse_args()
    failed = total = differ = 0
    with tempfile.TemporaryDirectory() as folder:
        runner = Runner(options.tocsin, folder)
        for name in ("flink", "esper", "siddhi", "eql"):
            with open(os.path.join(HERE, name + ".yaml")) as file:
                cases = yaml.safe_load(file)
            for case in cases:
                found = list(findings(runner, case))
                total, differ, failed = total + 1, differ + ("differs" in case), failed + bool(found)
                if options.verbose or found:
                    print(f"{name}: {case['case']}" + (f"\n    differs: {case['differs']}" if "differs" in case else ""))
                for line in found:
                    print(f"    {line}")
            print(f"{name}: {len(cases)} cases")
        # It can fail: a case told a millisecond later than it is must be found out.
        case = dict(cases[0], ours=[dict(cases[0]["ours"][0], begin=cases[0]["ours"][0]["begin"] + 1)])
        if not list(findings(runner, case)):
            print("a doctored case passed")
            failed += 1
    print(f"{total} cases, {failed} failed; {total - differ} with the same matches, {differ} that differ, each with its reason")
    return 1 if failed or total < 40 else 0


if __name__ == "__main__":
    sys.exit(main())
