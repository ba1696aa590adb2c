"""Reload of a thousand rules under load, on a real broker: nothing is lost, rules that are not edited go
on as if nothing had happened, the loop hardly stands still (measured, not judged).

    python3 test_reload.py          as ctest integration/reload does
"""
import collections
import json
import os
import random
import re
import shutil
import signal
import subprocess
import time
import unittest
import urllib.request

import yaml

import client
import kafka
import scene
import stream
import tocsin
import verdict

RULES = int(os.environ.get("TOCSIN_RELOAD_RULES", "1000"))
BURSTS = int(os.environ.get("TOCSIN_RELOAD_BURSTS", "80"))
RELOADS = 8
SITES = 10
EDITED = 40  # Of these rules one or the other changes at each reload; all others never do.


def rule(number, at_least, within="10s", title="Breaches"):
    """One in ten fires, the others wait."""
    return {"rule": f"bulk-{number:04}", "title": title, "status": "deprecated", "level": "low",
            "events": {"a": {"type": "report.breach", "match": {"site": f"site-{number % SITES:02}"}}},
            "when": {"count": "a", "at_least": at_least, "within": within, "group_by": ["site"]},
            "alert": {"topic": "alerts.fire"}}


def first_rules():
    return {number: rule(number, 2 + number // 10 % 5 if number // SITES % 10 == 0 else 60)
            for number in range(RULES)}


def breaches(end_ms, seed):
    chance = random.Random(seed)
    events = []
    for burst in range(BURSTS):
        for site in range(SITES):
            for _ in range(chance.randint(1, 8)):
                at_ms = end_ms - (BURSTS - burst) * 25_000 + chance.randint(0, 3000)
                events.append((at_ms, f"site-{site:02}"))
    events.sort()
    return [stream.Event(at_ms, "report.breach", site, {"site": site, "location": {"lat": 16.0, "lon": 0.0}},
                         "/reload", f"breach-{number}") for number, (at_ms, site) in enumerate(events)]


class Reload(unittest.TestCase):
    def setUp(self):
        self.work = scene.WORK / "reload"
        shutil.rmtree(self.work, ignore_errors=True)
        self.rules = self.work / "rules"
        shutil.copytree(tocsin.RULES, self.rules)
        (self.rules / "rules.yaml").unlink()
        self.broker = kafka.Broker(scene.LIBS, self.work / "broker").start()
        self.addCleanup(self.broker.stop)
        self.processor = tocsin.Tocsin(scene.PROGRAM, self.work, self.broker.bootstrap)
        self.addCleanup(self.processor.__exit__)
        config = yaml.safe_load(self.processor.config.read_text())
        config["rules"] = str(self.rules)
        self.processor.config.write_text(yaml.safe_dump(config))

    def write(self, rules):
        text = "---\n".join(yaml.safe_dump(one, sort_keys=False) for one in rules.values())
        beside = self.rules / "bulk.yaml.new"
        beside.write_text(text)
        beside.rename(self.rules / "bulk.yaml")

    def post(self, query=""):
        request = urllib.request.Request(f"http://127.0.0.1:{self.processor.port}/reload{query}", method="POST")
        with urllib.request.urlopen(request, timeout=5) as answer:
            self.assertEqual(answer.status, 202)

    def outcome(self):
        """(status, text) once the reload that was asked for is done."""
        def done():
            self.processor.check_alive()
            status, text = self.processor.page("/reload")
            return (status, text) if status in (200, 422) else None
        return tocsin.wait_for(done, 60, "/reload is done", 0.01)

    def taken(self):
        return sum(value for _, value in self.processor.metrics()["tocsin_input_taken_total"])

    def reload(self, rules, by_signal=False):
        before = self.processor.log.read_text().count("reload.done")
        self.write(rules)
        if by_signal:
            self.processor.process.send_signal(signal.SIGHUP)
            tocsin.wait_for(lambda: self.processor.check_alive() or
                            self.processor.log.read_text().count("reload.done") > before, 60, "SIGHUP reloads", 0.02)
        else:
            self.post()
        status, text = self.outcome()
        self.assertEqual(status, 200, text)
        return text

    def bundle(self):
        return self.processor.metrics()["tocsin_rules_info"][0][0]["bundle"]

    def replayed(self, events, rules):
        """What `tocsin replay` says of the rules that never changed."""
        self.write(rules)
        file = self.work / "events.ndjson"
        file.write_bytes(b"".join(stream.dump(event.cloudevent()) + b"\n" for event in events))
        done = subprocess.run([scene.PROGRAM, "replay", "--quiet", "--rules", str(self.rules), "--accept-late", "2h",
                               "--disorder", "5s", str(file)], stdout=subprocess.PIPE, check=True)
        last = {}
        for line in done.stdout.splitlines():
            record = json.loads(line)["data"]
            last[record["alert_id"]] = record
        return last

    def test_under_load(self):
        rules = first_rules()
        self.write(rules)
        status, _ = self.processor.call("topics", "--create", "--partitions", "2", "-c", str(self.processor.config))
        self.assertEqual(status, 0, self.processor.tail())
        self.processor.start().wait_ready()
        events = breaches(int(time.time() * 1000) - 60_000, scene.SEED)
        records = [stream.Record("mission.reports", 0, event.key.encode(), stream.dump(event.cloudevent()), [],
                                 event.at_ms, event) for event in events]
        writer = client.Writer(self.broker.bootstrap, records)

        during, chance = 0, random.Random(scene.SEED)
        for turn in range(RELOADS):
            taken = tocsin.wait_for(lambda least=turn * len(records) // (RELOADS + 2):
                                    self.processor.check_alive() or
                                    (self.taken() if self.taken() >= least else None) or (turn == 0 and 1),
                                    scene.PATIENCE_S, "the stream is read", 0.02)
            edited = dict(rules)
            threshold, window, gone = chance.sample(range(EDITED), 3)
            edited[threshold] = rule(threshold, 3 + turn % 3)
            edited[window] = rule(window, 3, within=f"{11 + turn}s")
            edited[EDITED + 1] = dict(rules[EDITED + 1], title=f"Breaches, turn {turn}")  # No meaning changes.
            del edited[gone]
            edited[RULES + turn] = rule(RULES + turn, 3)
            bundle = self.bundle()
            text = self.reload(edited, by_signal=turn % 2 == 1)
            self.assertIn(f"bundle {bundle} -> {self.bundle()}\n", text)
            self.assertNotEqual(bundle, self.bundle())
            self.assertIn(f"bulk-{RULES + turn:04}: added", text)
            kept = int(re.search(r"(\d+) kept", text)[1])
            self.assertGreaterEqual(kept, RULES - 10, text)
            during += taken < len(records)
            rules_now = edited
        self.assertGreater(during, RELOADS // 2, "the reloads came when the stream was over")

        bundle = self.bundle()

        # A broken file changes nothing and says where it is wrong; a dry run changes nothing either.
        broken = dict(rules_now)
        broken[EDITED + 2] = dict(rules[EDITED + 2], level="hihg")
        self.write(broken)
        self.post()
        status, text = self.outcome()
        self.assertEqual(status, 422, text)
        self.assertIn("bulk.yaml:", text)
        self.assertIn('did you mean "high"?', text)
        dry = dict(rules_now)
        dry[EDITED + 2] = rule(EDITED + 2, 7)
        self.write(dry)
        self.post("?dry_run=1")
        status, text = self.outcome()
        self.assertEqual(status, 200)
        self.assertIn("dry run, nothing has changed", text)
        self.assertIn(f"bulk-{EDITED + 2:04}: windows", text)
        self.assertRegex(text, f"bundle {bundle} -> [0-9a-f]{{64}}\n")
        self.assertEqual(self.bundle(), bundle)
        self.write(rules_now)
        for query in ("", "?dry_run=1"):
            self.post(query)
            status, text = self.outcome()
            self.assertEqual(status, 200, text)
            self.assertIn(f"the same bundle, nothing to do: {bundle}\n", text)
            self.assertIn(f" {RULES} kept, 0 windows, 0 reset, 0 added, 0 removed\n", text)
            self.assertNotIn("stood still", text)
        log = self.processor.log.read_text()
        self.assertIn(f"reload.same bundle={bundle}", log)
        self.assertRegex(log, r"run\.start .*bundle=[0-9a-f]{64} ")

        # Why, and why not, from the running processor.
        status, text = self.processor.page(f"/explain?rule=bulk-{EDITED + 5:04}&key=site%3Dsite-05")
        self.assertEqual(status, 200, text)
        self.assertRegex(text, r"(?s)^bulk-0045 site=site-05 at .*: (does not hold\n  FAIL|holds since .*\n  PASS) count: ")
        self.assertEqual(self.processor.page("/explain?rule=nothing")[0], 404)

        writer.join()
        with client.Positions(self.broker.bootstrap, self.processor.app, tocsin.INPUTS) as positions:
            tocsin.wait_for(lambda: self.processor.check_alive() or positions.total() >= len(records),
                            scene.PATIENCE_S, "all is committed")
        self.assertEqual(self.taken(), len(records), "an event was lost or counted twice")

        steady = {f"bulk-{number:04}" for number in range(EDITED, RULES)}

        def told():
            self.processor.check_alive()
            last = {alert: record for alert, (_, record) in
                    verdict.last_told(client.read_all(self.broker.bootstrap, ["alerts.fire"])).items()
                    if record["rule"] in steady}
            return last if not any(record["open"] for record in last.values()) else None
        last = tocsin.wait_for(told, scene.PATIENCE_S, "every alert has ended", 1)
        self.assertEqual(self.processor.stop(), 0, self.processor.tail())

        expected = self.replayed(events, {n: rules[n] for n in range(EDITED, RULES)})

        def truth(records_of):
            return collections.Counter((r["rule"], r["key"]["site"], r["begin"], r["end"], r["count"])
                                       for r in records_of.values() if r["state"] != "cancelled")
        clock = {alert: record for alert, record in expected.items() if not record["open"]}
        self.assertGreater(len(clock), 100)
        live, alone = truth(last), truth(clock)
        self.assertFalse(alone - live, "the reloads lost these")
        # The file's clock ends with its last event, so what was open then ended only where time went on.
        self.assertLessEqual(sum((live - alone).values()), len(expected) - len(clock))
        self.assertEqual(set(clock) - set(last), set(), "an alert went on under another id")

        stalls = [int(us) for us in re.findall(r"reload\.done .*stall_us=(\d+)", self.processor.log.read_text())]
        scene.note(f"{len(records)} events, {RULES} rules, {len(stalls)} reloads ({during} while events were read), "
                   f"{len(last)} alerts of unedited rules; the loop stood still for "
                   f"{sum(stalls) / len(stalls) / 1000:.1f} ms on average, {max(stalls) / 1000:.1f} ms at most")


if __name__ == "__main__":
    unittest.main(verbosity=2)
