"""`tocsin replay --config`: what a live run told is what the same topics give again, and nothing is touched.

Twelve seconds of a life over several partitions, read by a live run; then the topics are replayed.
"""
import json
import subprocess
import time
import unittest

import client
import scene
import tocsin
from life import Watched, differ, last_of, truth

SECONDS = 12


class ReplayTopics(Watched):
    name = "replay"

    def replay(self, *options):
        """(exit status, stdout lines, stderr)"""
        done = subprocess.run([scene.PROGRAM, "replay", "-c", str(self.processor.config), *options],
                              capture_output=True, text=True, timeout=120)
        return done.returncode, done.stdout.splitlines(), done.stderr

    def refuses(self, words, *options):
        status, lines, said = self.replay(*options)
        self.assertEqual((status, lines), (4, []), said)
        self.assertIn(words, said)

    def everything(self):
        """Every topic's records, and how far the group is."""
        names = [name for name in client.topics(self.broker.bootstrap) if not name.startswith("__")]
        with client.Positions(self.broker.bootstrap, self.processor.app, tocsin.INPUTS) as positions:
            return sorted(names), len(client.read_all(self.broker.bootstrap, names)), positions.total()

    def test_what_a_live_run_told(self):
        self.refuses("there is no such topic")
        self.create_topics()
        tocsin.wait_for(lambda: "no such topic" not in self.replay()[2], 30, "every topic is known")
        self.refuses("the topics hold nothing")
        began_s = time.time()
        live, until_ms = self.live(SECONDS)
        before = self.everything()

        told = truth(live, until_ms)
        self.assertGreater(len(told), 10)
        status, lines, said = self.replay("--by-day")
        self.assertEqual(status, 0, said)
        self.assertFalse(differ(truth(last_of(lines), until_ms), told))
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
        self.assertTrue(differ(truth(last_of(part), until_ms), told), "half of the topics is not all")
        self.refuses("the topics hold nothing stored since then", "--since", "1s")
        self.assertEqual(self.everything(), before, "nothing was written, created or committed")

        self.broker.stop()
        began_s = time.monotonic()
        self.refuses("broker: ", "--timeout", "3s")
        self.assertLess(time.monotonic() - began_s, 20)
        scene.note(f"{sum(told.values())} episodes are the same live and replayed from the topics; seed {scene.SEED}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
