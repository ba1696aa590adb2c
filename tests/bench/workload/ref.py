"""What r1, r2 and r3 have to tell of a workload file: the numbers of alerts, by the plainest program.

    ref.py FILE

Event time, in the order of the file, all boundaries inclusive. A deadline that the newest event has
not passed gives no alert.
"""

import json
import sys
from collections import defaultdict, deque
from datetime import datetime, timedelta

WINDOW_MS, HITS, CONFIDENCE = 10_000, 20, 0.95
SEQUENCE_MS, CROWD = 60_000, 900
DEADLINE_MS = 10_000
EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def milliseconds(time):
    return (datetime.fromisoformat(time.replace("Z", "+00:00")) - EPOCH) // timedelta(milliseconds=1)


class Reference:
    def __init__(self):
        self.alerts = {"R1": 0, "R2": 0, "R3": 0}
        self.hits = defaultdict(deque)       # Site: times of sure rockets in the window.
        self.is_armed = defaultdict(lambda: True)
        self.demonstrations = defaultdict(list)  # Site: times of those still open.
        self.waiting = {}                    # Casualties without response, by case.
        self.deadlines = deque()             # (when, case), in order.

    def feed(self, event):
        at, site, data = milliseconds(event["time"]), event["subject"], event["data"]
        self.pass_deadlines(at)
        kind = event["type"]
        if kind == "rocket.detection":
            if data["confidence"] >= CONFIDENCE:
                self.feed_rocket(at, site)
        elif kind == "demonstration.report":
            if data["size"] > CROWD:
                self.demonstrations[site].append(at)
        elif kind == "roadblock.report":
            self.alerts["R2"] += sum(at - begun <= SEQUENCE_MS for begun in self.demonstrations[site])
            self.demonstrations[site] = []
        elif kind == "all-clear.report":
            self.demonstrations[site] = []
        elif kind == "casualty.report":
            self.waiting[data["case"]] = at
            self.deadlines.append((at + DEADLINE_MS, data["case"]))
        elif kind == "response.report":
            self.waiting.pop(data["case"], None)

    def feed_rocket(self, at, site):
        hits = self.hits[site]
        while hits and hits[0] < at - 1 - WINDOW_MS:
            hits.popleft()
        if len(hits) < HITS:
            self.is_armed[site] = True  # Below for the whole millisecond before this one.
        while hits and hits[0] < at - WINDOW_MS:
            hits.popleft()
        hits.append(at)
        if len(hits) >= HITS and self.is_armed[site]:
            self.alerts["R1"] += 1
            self.is_armed[site] = False

    def pass_deadlines(self, at):
        while self.deadlines and self.deadlines[0][0] < at:
            _, case = self.deadlines.popleft()
            self.alerts["R3"] += self.waiting.pop(case, None) is not None


def main():
    reference = Reference()
    with open(sys.argv[1], encoding="utf-8") as file:
        for line in file:
            reference.feed(json.loads(line))
    print(" ".join(f"{rule} {count}" for rule, count in reference.alerts.items()))


if __name__ == "__main__":
    main()
