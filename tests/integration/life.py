"""A life that a live run watches: what happens, moment by moment, what is told of it, and when that is decided."""
import collections
import json
import random
import time
import unittest

import yaml

import client
import kafka
import scene
import stream
import tocsin
import verdict

RATE = 40  # Events a second.
LATE_MS = 2000
SENSORS = yaml.safe_load((tocsin.RULES / "lists" / "sensors.yaml").read_text())


class Life:
    """What happens, moment by moment."""

    def __init__(self, seed):
        self.random, self.serial, self.cases = random.Random(seed), 0, []
        self.beats = dict.fromkeys(SENSORS, 0.0)

    def site(self):
        return f"site-{self.random.randrange(6):02d}"

    def place(self, site):
        number = int(site[-2:])
        return {"lat": round(12 + number * 0.5 + self.random.uniform(-0.02, 0.02), 5),
                "lon": round(self.random.uniform(-0.02, 0.02), 5)}

    def event(self, now_s):
        due = min(self.beats, key=self.beats.get)
        if now_s - self.beats[due] > (60 if self.serial % 7 == 0 else 15) or self.beats[due] == 0:
            self.beats[due] = now_s
            return self.make(now_s, "status.sensor", due, sensor=due)
        site, r = self.site(), self.random
        if r.random() < 0.05 and self.cases:
            case = self.cases.pop(r.randrange(len(self.cases)))
            return self.make(now_s, "report.answer", case, site=site, case=case)
        sort = r.choice(("impact", "sighting", "crowd", "block", "calm", "wound", "drone", "mood", "device", "breach"))
        if sort == "wound":
            self.cases.append(f"case-{self.serial}")
            return self.make(now_s, "report.wound", site, site=site, case=self.cases[-1], persons=r.randint(0, 3))
        fields = {"impact": ("detection.impact", dict(confidence=round(r.random(), 2), location=self.place(site))),
                  "sighting": ("report.sighting", dict(observer=f"o-{r.randrange(4)}")),
                  "crowd": ("report.crowd", dict(size=r.randint(0, 1500))),
                  "block": ("report.block", {}),
                  "calm": ("report.calm", dict(location=self.place(site))),
                  "mood": ("report.mood", dict(score=round(r.uniform(-1, 1), 2))),
                  "device": ("report.device", dict(outcome=r.choice(("found", "hoax")), location=self.place(site))),
                  "breach": ("report.breach", dict(location=self.place(site)))}
        if sort == "drone":
            track = f"t-{r.randrange(4)}"
            return self.make(now_s, "detection.drone", track, track=track, altitude=r.randint(0, 300))
        if sort == "calm" and r.random() < 0.8:
            sort = "block"
        return self.make(now_s, fields[sort][0], site, site=site, **fields[sort][1])

    def make(self, now_s, kind, key, **data):
        self.serial += 1
        at_ms = int(now_s * 1000) - self.random.randint(0, LATE_MS)
        return stream.Event(at_ms, kind, key, data, "/live", f"live-{self.serial}")


def record_of(event):
    topic = "mission.reports" if event.type.startswith("report.") else "mission.sensors"
    return stream.Record(topic, stream.partition_of(event.key), event.key.encode(), stream.dump(event.cloudevent()), [],
                         int(time.time() * 1000), event)


def truth(records, until_ms):
    """Episodes that were over by then, whole; of others that they had begun. @records: alert_id -> its last."""
    found = collections.Counter()
    for r in records.values():
        begin, end = verdict.milliseconds(r["begin"]), verdict.milliseconds(r.get("end"))
        if r["state"] == "cancelled" or begin >= until_ms:
            continue
        is_over = end is not None and end < until_ms
        found[r["rule"], verdict.fold(r["key"]), begin,
              (end, r["count"], r.get("end_reason")) if is_over else "open"] += 1
    return found


def last_of(lines):
    """alert_id -> the last of the records on @lines."""
    last = {}
    for line in lines:
        data = json.loads(line)["data"]
        last[data["alert_id"]] = data
    return last


class Watched(unittest.TestCase):
    """A broker, and a tocsin that watches."""
    name = None

    def setUp(self):
        self.work = scene.WORK / self.name
        self.broker = kafka.Broker(scene.LIBS, self.work / "broker").start()
        self.addCleanup(self.broker.stop)
        self.processor = tocsin.Tocsin(scene.PROGRAM, self.work, self.broker.bootstrap)
        self.addCleanup(self.processor.__exit__)

    def create_topics(self):
        status, _ = self.processor.call("topics", "--create", "--partitions", str(stream.PARTITIONS),
                                        "-c", str(self.processor.config))
        self.assertEqual(status, 0, self.processor.tail())

    def live(self, seconds):
        """A live run over what happens meanwhile: (alert_id -> last record, when the last event happened)."""
        _, listed = self.processor.call("topics", "-c", str(self.processor.config))
        self.processor.start().wait_ready()
        life, end_s = Life(scene.SEED), time.time() + seconds
        while time.time() < end_s:  # Life goes on, whatever is read of it meanwhile.
            began = time.time()
            client.write(self.broker.bootstrap, [record_of(life.event(time.time())) for _ in range(RATE // 4)])
            time.sleep(max(0, 0.25 - (time.time() - began)))

        def is_past():
            """Every partition's time is beyond what the last event can still decide."""
            self.processor.check_alive()
            times = [value for _, value in self.processor.metrics()["tocsin_partition_time_seconds"]]
            return times and min(times) > end_s + 15
        tocsin.wait_for(is_past, 120, "silence has carried the clock on", 0.5)
        self.assertEqual(self.processor.stop(), 0, self.processor.tail())
        alerts = [line.split("\t")[0] for line in listed.splitlines() if line.split("\t")[1:2] == ["alerts"]]
        told = verdict.last_told(client.read_all(self.broker.bootstrap, alerts))
        return {alert: record for alert, (_, record) in told.items()}, int(end_s * 1000)


def differ(told, true):
    return verdict.few([f"lost {one}" for one in sorted((true - told), key=str)] +
                       [f"too many {one}" for one in sorted((told - true), key=str)])
