"""A complex attack on a camp, with the shipped rules: what is told is one incident.

    run.py --tocsin PATH --rules DIR [--update]

attack.ndjson is the morning as sensors and people reported it. told.txt is what the rules of the story told
of it, as somebody read and kept it: time, incident (called by the number of its first alert), state, rule, key.
A vehicle, then rounds, then an assault on Gao are one; a round on Kidal, an exercise and a round hours later are
others; one fired from the same place after the all-clear is of the first, whose place of launch is still on.
--update writes it."""

import argparse
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "oracle"))

import incidents  # noqa: E402


STORY = {"vbied", "impact-warning", "mortar-barrage", "corroborated-fire", "place-of-launch", "complex-attack"}


def line_of(data, numbers):
    key = " ".join(str(v) for v in data["key"].values())
    was = f" was {numbers[data['incident_was']]}" if "incident_was" in data else ""
    mode = "" if data["mode"] == "actual" else f" ({data['mode']})"
    return f"{data['detected_at'][11:19]} [{numbers[data['incident']]}]{was} {data['state']} {data['rule']} {key}{mode}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tocsin", required=True)
    parser.add_argument("--rules", required=True)
    parser.add_argument("--update", action="store_true")
    given = parser.parse_args()
    done = subprocess.run([given.tocsin, "replay", "--quiet", "--rules", given.rules, os.path.join(HERE, "attack.ndjson")],
                          capture_output=True, text=True, timeout=120, check=True)
    lines, numbers = done.stdout.splitlines(), {}
    story = [data for data in (json.loads(line)["data"] for line in lines) if data["rule"] in STORY]
    for data in story:
        numbers.setdefault(data["alert_id"], len(numbers) + 1)
    told = "".join(line_of(data, numbers) + "\n" for data in story)
    path = os.path.join(HERE, "told.txt")
    if given.update:
        with open(path, "w", encoding="utf-8") as file:
            file.write(told)
    with open(path, encoding="utf-8") as file:
        expected = file.read()
    wrong = incidents.check(lines)
    if told != expected or wrong:
        sys.exit("\n".join(["told:", told] + wrong))


if __name__ == "__main__":
    main()
