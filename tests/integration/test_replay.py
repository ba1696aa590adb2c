"""`tocsin replay --config`: what a live run told is what the same topics give again, and nothing is touched.

Twelve seconds of a life over several partitions, read by a live run; then the topics are replayed.
"""
import json
import subprocess
import time
import unittest

import client
import kafka
import scene
import stream
import tocsin
import verdict
from test_live_replay import Life, last_of, record_of, truth

SECONDS, RATE = 12, 40


class ReplayTopics(unittest.TestCase):
    def setUp(self):
        self.work = scene.WORK / "replay"
        self.broker = kafka.Broker(scene.LIBS, self.work / "broker").start()
        self.addCleanup(self.broker.stop)
        self.processor = tocsin.Tocsin(scene.PROGRAM, self.work, self.broker.bootstrap)
        self.addCleanup(self.processor.__exit__)

    def replay(self, *options):
        """(exit status, stdout lines, stderr)"""
        done = subprocess.run([scene.PROGRAM, "replay", "-c", str(self.processor.config), *options],
                              capture_output=True, text=True, timeout=120)
        return done.returncode, done.stdout.splitlines(), done.stderr

    def refuses(self, words, *options):
        status, lines, said = self.replay(*options)
        self.assertEqual((status, lines), (4, []), said)
        self.assertIn(words, said)

    def live(self):
        """A live run over what happens meanwhile: (alert_id -> last record, when the last event happened)."""
        config = ["-c", str(self.processor.config)]
        _, listed = self.processor.call("topics", *config)
        self.processor.start().wait_ready()
        life, end_s = Life(scene.SEED), time.time() + SECONDS
        while time.time() < end_s:
            client.write(self.broker.bootstrap, [record_of(life.event(time.time())) for _ in range(RATE // 4)])
            time.sleep(0.25)

        def is_past():
            self.processor.check_alive()
            times = [value for _, value in self.processor.metrics()["tocsin_partition_time_seconds"]]
            return times and min(times) > end_s + 15
        tocsin.wait_for(is_past, 120, "silence has carried the clock on", 0.5)
        self.assertEqual(self.processor.stop(), 0, self.processor.tail())
        alerts = [line.split("\t")[0] for line in listed.splitlines() if line.split("\t")[1:2] == ["alerts"]]
        told = verdict.last_told(client.read_all(self.broker.bootstrap, alerts))
        return {alert: record for alert, (_, record) in told.items()}, int(end_s * 1000)

    def everything(self):
        """Every topic's records, and how far the group is."""
        names = [name for name in client.topics(self.broker.bootstrap) if not name.startswith("__")]
        with client.Positions(self.broker.bootstrap, self.processor.app, tocsin.INPUTS) as positions:
            return sorted(names), len(client.read_all(self.broker.bootstrap, names)), positions.total()

    def differ(self, told, true):
        return verdict.few([f"lost {one}" for one in sorted((told - true), key=str)] +
                           [f"too many {one}" for one in sorted((true - told), key=str)])

    def test_what_a_live_run_told(self):
        self.refuses("there is no such topic")
        status, _ = self.processor.call("topics", "--create", "--partitions", str(stream.PARTITIONS),
                                        "-c", str(self.processor.config))
        self.assertEqual(status, 0, self.processor.tail())
        tocsin.wait_for(lambda: "no such topic" not in self.replay()[2], 30, "every topic is known")
        self.refuses("the topics hold nothing")
        began_s = time.time()
        live, until_ms = self.live()
        before = self.everything()

        told = truth(live, until_ms)
        self.assertGreater(len(told), 10)
        status, lines, said = self.replay("--by-day")
        self.assertEqual(status, 0, said)
        self.assertFalse(self.differ(told, truth(last_of(lines), until_ms)))
        self.assertIn("refused 0, late 0", said)
        again = self.replay("--topic", "mission.sensors", "--topic", "mission.reports", "--since",
                            time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(began_s - 1)), "--by-day")[1]
        self.assertEqual([json.loads(line)["id"] for line in lines], [json.loads(line)["id"] for line in again],
                         "the same topics in the same order give the same records")
        _, lines, said = self.replay("--diff", str(tocsin.RULES))
        self.assertIn("gained 0, lost 0", said)
        self.assertEqual(lines, [])
        status, part, said = self.replay("--topic", "mission.sensors")
        self.assertEqual(status, 0, said)
        self.assertTrue(all(e["topic"] == "mission.sensors" for line in part
                            for e in json.loads(line)["data"]["evidence"]))
        self.assertTrue(self.differ(told, truth(last_of(part), until_ms)), "half of the topics is not all")
        self.refuses("the topics hold nothing stored since then", "--since", "1s")
        self.assertEqual(self.everything(), before, "nothing was written, created or committed")

        self.broker.stop()
        began_s = time.monotonic()
        self.refuses("broker: ", "--timeout", "3s")
        self.assertLess(time.monotonic() - began_s, 20)
        scene.note(f"{sum(told.values())} episodes are the same live and replayed from the topics; seed {scene.SEED}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
