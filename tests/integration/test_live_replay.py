"""A replay of what a live run was fed, sorted by time, gives the same episodes.

Events happen now, are sent up to two seconds late and over several partitions; then the topics are read back, sorted by
event time and replayed from a file. Half a minute by default; ten minutes: TOCSIN_LIVE_S=600 python3 test_live_replay.py
"""
import json
import os
import subprocess
import unittest

import client
import scene
import tocsin
import verdict
from life import Watched, differ, last_of, truth

SECONDS = float(os.environ.get("TOCSIN_LIVE_S", "30"))


class LiveReplay(Watched):
    name = "live"

    def replayed(self):
        """The last record of each alert that a replay of the topics gives."""
        messages = client.read_all(self.broker.bootstrap, list(tocsin.INPUTS))
        events = sorted((json.loads(m.value()) for m in messages), key=lambda e: (e["time"], e["source"], e["id"]))
        file = self.work / "fed.ndjson"
        file.write_text("".join(json.dumps(event) + "\n" for event in events))
        done = subprocess.run([scene.PROGRAM, "replay", "--quiet", "--rules", str(tocsin.RULES), "--accept-late", "2h",
                               "--disorder", "5s", str(file)], stdout=subprocess.PIPE, check=True)
        return verdict.milliseconds(events[-1]["time"]), len(events), last_of(done.stdout.splitlines())

    def test_same_episodes(self):
        self.create_topics()
        live, _ = self.live(SECONDS)
        until_ms, count, expected = self.replayed()
        told, true = truth(live, until_ms), truth(expected, until_ms)
        self.assertFalse(differ(told, true))
        self.assertGreater(len(true), 10 if SECONDS < 60 else 100)
        scene.note(f"{SECONDS:.0f} s, {count} events, {sum(true.values())} episodes of {len({k[0] for k in true})} rules "
                   f"are the same live and replayed; seed {scene.SEED}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
