"""What people do about alerts, and silence that never reads as safety, on a real broker."""
import json
import time
import unittest

import yaml

import client
import kafka
import scene
import stream
import tocsin

TYPES = """
type: radar.hit
title: A hit
fields: { site: { type: text, required: true } }
---
type: report.calm
title: All is calm
fields: { site: { type: text, required: true } }
"""
RULES = """
rule: salvo
title: Two hits on one site
status: deprecated
level: high
events: { hit: { type: radar.hit } }
when: { count: hit, at_least: 2, within: %s, group_by: [site] }
alert: { topic: alerts.salvo, update_every: 100ms, keep_firing_for: %s }
"""


def instant(at_ms):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at_ms // 1000)) + f".{at_ms % 1000:03}Z"


class People(unittest.TestCase):
    def begin(self, within, keep):
        """A broker, topics, and tocsin that is ready; two hits within @within are kept on for @keep."""
        name = self.id().rsplit(".", 1)[1]
        work = scene.WORK / "people" / name
        rules = work / "rules"
        (rules / "types").mkdir(parents=True, exist_ok=True)
        (rules / "types" / "types.yaml").write_text(TYPES)
        (rules / "rules.yaml").write_text(RULES % (within, keep))
        self.broker = kafka.Broker(scene.LIBS, work / "broker").start()
        self.addCleanup(self.broker.stop)
        self.processor = tocsin.Tocsin(scene.PROGRAM, work, self.broker.bootstrap, "people")
        self.addCleanup(self.processor.__exit__)
        config = yaml.safe_load(self.processor.config.read_text())
        feed = {"max_disorder": "0s", "accept_late": "10m", "idle_after": "500ms"}
        config |= {"rules": str(rules.resolve()), "inputs": {
            "radar": {"topics": ["mission.radar"], "types": ["radar.*"], "max_age": "3s"} | feed,
            "reports": {"topics": ["mission.reports"], "types": ["report.*"]} | feed}}
        self.processor.config.write_text(yaml.safe_dump(config))
        status, _ = self.processor.call("topics", "--create", "-c", str(self.processor.config))
        self.assertEqual(status, 0, self.processor.tail())
        self.processor.start().wait_ready()
        self.number = 0

    def write(self, topic, key, value, now_ms=None):
        client.write(self.broker.bootstrap,
                     [stream.Record(topic, 0, key.encode(), value, [],
                                    now_ms or int(time.time() * 1000), None)])

    def hit(self, site, count=1):
        for _ in range(count):
            self.number += 1
            now_ms = int(time.time() * 1000)
            self.write("mission.radar", site, stream.dump(
                {"specversion": "1.0", "id": f"hit-{self.number}", "source": "/radar",
                 "type": "radar.hit", "time": instant(now_ms), "data": {"site": site}}), now_ms)

    def act(self, *arguments, status=0):
        got, sent = self.processor.call("act", "-c", str(self.processor.config), "--by", "Lt Traore",
                                        "--post", "TOC", *arguments)
        self.assertEqual(got, status, self.processor.tail())
        return json.loads(sent) if sent else None

    def told(self, site):
        """The records told of @site, in their order."""
        records = [json.loads(message.value())["data"]
                   for message in client.read_all(self.broker.bootstrap, ["alerts.salvo"])]
        return [record for record in records if record["key"] == {"site": site}]

    def wait_told(self, site, what, **members):
        """Until the newest record of @site has these members; that record."""
        def newest():
            self.processor.check_alive()
            records = self.told(site)
            if records and all(records[-1].get(name) == value for name, value in members.items()):
                return records[-1]
            return None
        return tocsin.wait_for(newest, scene.PATIENCE_S, f"{what}: {members}", 0.3)

    def open(self):
        """alert_id -> record of the alerts that alerts.open says are open."""
        rows = {}
        for message in client.read_all(self.broker.bootstrap, ["people.alerts.open"]):
            rows[message.key()] = message.value()
        return {key.decode(): json.loads(value)["data"] for key, value in rows.items() if value}

    def dead(self):
        return [(client.headers(message).get("tocsin-input"),
                 client.headers(message).get("tocsin-reason"))
                for message in client.read_all(self.broker.bootstrap, ["people.dead"])]

    def wait_open(self, ids):
        return tocsin.wait_for(lambda: set(self.open()) == set(ids) and (self.open() or True),
                               scene.PATIENCE_S, f"alerts.open holds {ids}", 0.3)

    def test_acks_all_clears_and_silences(self):
        self.begin("10m", "1h")
        self.hit("north", 2)
        new = self.wait_told("north", "an alert", state="new")

        # By what is said on a radio. Who knows of it stands in every later record, restart or not.
        sent = self.act("ack", new["ref"].lower(), "--note", "on the way")
        self.assertEqual(sent["data"]["alert_id"], new["alert_id"])
        acked = self.wait_told("north", "the ack", state="acked")
        self.assertEqual((acked["seq"], acked["open"]), (2, True))
        self.assertEqual([(a["who"], a["post"], a["note"]) for a in acked["acks"]],
                         [("Lt Traore", "TOC", "on the way")])
        self.assertEqual(self.wait_open([new["alert_id"]])[new["alert_id"]]["acks"], acked["acks"])
        self.assertEqual(self.processor.stop(), 0, self.processor.tail())
        self.processor.start().wait_ready()
        self.hit("north")
        later = self.wait_told("north", "after the restart", count=3)
        self.assertEqual((later["alert_id"], later["seq"], later["acks"]),
                         (new["alert_id"], 3, acked["acks"]))

        # What cannot be done is said, here or in the dead letters.
        self.act("ack", "XXX-0000", status=1)
        self.act("comment", new["ref"], status=2)  # Without a note.
        self.write("people.actions", "x", b"{")
        self.write("people.actions", "x", stream.dump(sent | {
            "id": "2", "data": sent["data"] | {"alert_id": "0" * 32}}))
        tocsin.wait_for(lambda: len(self.dead()) == 2, scene.PATIENCE_S, "two dead letters", 0.3)
        self.assertEqual(self.dead(), [("actions", "not_json"), ("actions", "unknown_alert")])

        # An all-clear is a line: killed and started again, what it cleared does not come back.
        self.act("all_clear", new["alert_id"], "--note", "EOD has been there")
        cleared = self.wait_told("north", "the all-clear", state="cleared")
        self.assertEqual((cleared["open"], cleared["end_reason"], cleared["by"]["note"]),
                         (False, "all_clear", "EOD has been there"))
        self.wait_open([])
        self.processor.kill()
        self.processor.start().wait_ready()
        self.hit("north")
        self.hit("south", 2)  # Told after it was looked at.
        south = self.wait_told("south", "another site", state="new")
        self.assertEqual(self.told("north")[-1], cleared)
        self.hit("north")
        again = self.wait_told("north", "hits after the all-clear", state="new", count=2)
        self.assertNotEqual(again["alert_id"], new["alert_id"])
        self.wait_open([south["alert_id"], again["alert_id"]])

        # A silence swallows nothing, lasts over a restart, and its end is told.
        self.act("silence", "works", "--rule", "salvo", "--key", "site=east", "--for", "1h")
        self.hit("east", 2)
        east = self.wait_told("east", "while silent", state="new")
        self.assertEqual(east.get("suppressed_by"), "silence/works")
        self.processor.kill()
        self.processor.start().wait_ready()
        self.hit("east")
        self.assertEqual(self.wait_told("east", "still silent", count=3).get("suppressed_by"),
                         "silence/works")
        self.act("unsilence", "works")
        self.assertNotIn("suppressed_by", self.wait_told("east", "told again", state="update",
                                                          suppressed_by=None))
        counts = {labels["result"]: value for labels, value in
                  self.processor.metrics()["tocsin_actions_total"]}
        self.assertEqual(counts.get("taken"), 1, counts)
        self.assertEqual(self.processor.stop(), 0, self.processor.tail())

    def test_a_feed_that_is_cut_ends_nothing(self):
        """The silence rule: an emptying window ends nothing while its feed is blind."""
        self.begin("8s", "1s")
        self.hit("north", 2)
        new = self.wait_told("north", "an alert", state="new")
        self.assertNotIn("blind", new)

        # The feed is cut. The window of 8 s empties: it is told what is not known, not that it is over.
        held = self.wait_told("north", "what is not known", blind=["radar"])
        self.assertEqual((held["state"], held["open"]), ("update", True))
        blind = {labels["input"]: value for labels, value in
                 self.processor.metrics()["tocsin_input_blind"]}
        self.assertEqual(blind, {"radar": 1, "reports": 0})

        # Nothing that came of it reads as all clear: not on the topic, not in the picture, and not
        # after a restart that reads back less than the silence has lasted.
        self.assertTrue(all(record["open"] for record in self.told("north")))
        self.assertEqual(self.wait_open([new["alert_id"]])[new["alert_id"]]["blind"], ["radar"])
        self.processor.kill()
        self.processor.start().wait_ready()
        self.act("comment", new["ref"], "--note", "radar 1 has no power")
        noted = self.wait_noted("north")
        self.assertEqual((noted["open"], noted["blind"]), (True, ["radar"]))

        # The feed is back: it goes on, and what is over is over.
        self.hit("south")
        over = self.wait_told("north", "heard again", open=False)
        self.assertEqual((over["alert_id"], over["state"]), (new["alert_id"], "expired"))
        self.wait_open([])
        self.hit("south")
        self.assertNotIn("blind", self.wait_told("south", "it goes on", state="new"))
        self.assertEqual(self.processor.stop(), 0, self.processor.tail())

    def wait_noted(self, site):
        def noted():
            self.processor.check_alive()
            newest = self.told(site)[-1]
            return newest if newest.get("comments") else None
        return tocsin.wait_for(noted, scene.PATIENCE_S, "the comment is told", 0.3)


if __name__ == "__main__":
    unittest.main(verbosity=2)
