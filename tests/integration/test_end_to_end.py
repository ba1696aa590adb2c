"""The main job on a real broker: records in, stopped and started again in the middle, truth out.

Written by an independent client, read by it, compared with an independent oracle. Then the outcome
is doctored in every way that must be noticed, and it must be noticed.

Where the writer is slower than the reader, inputs are silent at their ends, and what was decided upon
that and ended cannot be corrected after the stop: so idle_after is long in the first run.
"""
import copy
import unittest

import client
import verdict
import kafka
import scene
import stream
import tocsin

STOP_AT = 0.4      # Of all records, committed.
WRITTEN_AT = 0.7   # Of all records, written before the stop; the rest while it is down.


class EndToEnd(unittest.TestCase):
    def test_nothing_is_lost_by_a_stop_in_the_middle(self):
        play = scene.load()
        work = scene.WORK / "end-to-end"
        with kafka.Broker(scene.LIBS, work / "broker") as broker, \
                tocsin.Tocsin(scene.PROGRAM, work / "before", broker.bootstrap,
                              idle_after="1h") as before, \
                tocsin.Tocsin(scene.PROGRAM, work, broker.bootstrap) as processor:
            self.topics_are_created(processor, broker.bootstrap)
            committed = self.run_with_a_stop(before, processor, broker.bootstrap, play)
            outcome = scene.Outcome(broker.bootstrap, processor.app, play)
        wrong, repeats = outcome.wrong(play, lambda at: at[2] >= committed.get(at[:2], at[2] + 1))
        self.assertFalse(wrong, "\n".join(wrong))
        scene.note(f"{len(outcome.alerts)} alert records told {len(outcome.told)} episodes, "
                   f"{len(outcome.dead)} dead and {len(outcome.late)} late letters, {repeats} again")
        self.sabotage_is_noticed(play, outcome)

    def topics_are_created(self, processor, bootstrap):
        status, _ = processor.call("topics", "--create", "--partitions", str(stream.PARTITIONS),
                                   "-c", str(processor.config))
        self.assertEqual(status, 0, processor.tail())
        found = client.topics(bootstrap)
        for name in tocsin.INPUTS:
            self.assertEqual(found.get(name), stream.PARTITIONS, name)
        for name in (f"{processor.app}.dead", f"{processor.app}.late",
                     f"{processor.app}.alerts.open", "alerts.fire"):
            self.assertIn(name, found)

    def run_with_a_stop(self, before, processor, bootstrap, play):
        """Returns the positions that were committed when it had stopped."""
        total = len(play.records)
        first = play.records[:int(total * WRITTEN_AT)]
        with client.Positions(bootstrap, processor.app, tocsin.INPUTS) as positions:
            before.start().wait_ready()
            writer = client.Writer(bootstrap, first)
            tocsin.wait_for(lambda: before.check_alive() or
                            positions.total() >= total * STOP_AT,
                            scene.PATIENCE_S, f"{STOP_AT:.0%} are committed")
            self.assertEqual(before.stop(), 0, before.tail())
            committed = positions.read()
            scene.note(f"stopped at {sum(committed.values())} of {total} records")
            writer.join()
            client.write(bootstrap, play.records[len(first):])
            self.assertLess(sum(committed.values()), total)

            processor.start().wait_ready()
            ends = client.ends(bootstrap, tocsin.INPUTS)
            self.assertEqual(sum(ends.values()), total)
            tocsin.wait_for(lambda: processor.check_alive() or positions.read() == ends,
                            scene.PATIENCE_S, "all is read and committed")
            scene.note("drained")
            scene.wait_told(bootstrap, processor, play, scene.PATIENCE_S)
            self.assertEqual(processor.stop(), 0, processor.tail())
            self.assertEqual(positions.read(), ends)
        return committed

    def sabotage_is_noticed(self, play, outcome):
        """The comparers can say no: each of these outcomes is wrong in one way."""
        def replaced(**change):
            return [outcome.told[0]._replace(**change)] + outcome.told[1:]

        one = outcome.told[0]
        for name, told in {
            "an episode is not told": outcome.told[1:],
            "an episode is told under two ids": outcome.told + outcome.told[:1],
            "another key": replaced(key=(("site", "elsewhere"),)),
            "another mode": replaced(mode="test"),
            "it began a millisecond later": replaced(begin_ms=one.begin_ms + 1),
            "it ended a millisecond later": replaced(end_ms=(one.end_ms or 0) + 1),
            "it ended otherwise": replaced(state="cancelled"),
            "another count": replaced(count=one.count + 1),
            "other evidence": replaced(evidence=one.evidence + ("x",)),
        }.items():
            self.assertTrue(verdict.episodes(play.truth, told), name)
        self.assertTrue(verdict.episodes(play.truth, outcome.told[1:], is_crashed=True))

        def alerts_with(**change):
            last = copy.deepcopy(outcome.last)
            next(record for _, record in last.values()
                 if record["evidence"] and record["mode"] == "actual").update(change)
            return verdict.told_episodes(last, play.by_place())

        self.assertTrue(alerts_with(evidence=[{"topic": "mission.reports", "partition": 0,
                                               "offset": 0, "id": "x"}])[1], "false evidence")
        self.assertTrue(alerts_with(mode="exercise")[1], "an exercise on the topic of the actual")

        is_open = [m for m in outcome.open if m.value() is not None and m.key().decode() in
                   {i for i, (_, record) in outcome.last.items() if record["open"]}]
        victim = is_open[0].key()
        self.assertTrue(verdict.opened([m for m in outcome.open if m.key() != victim], outcome.last),
                        "an open alert is missing in alerts.open")
        closed = {i: (t, dict(r, open=False) if i == victim.decode() else r)
                  for i, (t, r) in outcome.last.items()}
        self.assertTrue(verdict.opened(outcome.open, closed), "one that is over stands there")

        letters = play.kept(lambda record: record.reason)
        at = verdict.place_of(outcome.dead[0])
        for name, expected, dead in (
            ("a dead letter is missing", letters, [m for m in outcome.dead
                                                   if verdict.place_of(m) != at]),
            ("one is there twice", letters, outcome.dead + outcome.dead[:1]),
            ("one has another reason", letters | {at: ("other",) + letters[at][1:]}, outcome.dead),
            ("one has another value", letters | {at: ("not_json", b"other", b"", [])}, outcome.dead),
            ("one is there without need", {a: l for a, l in letters.items() if a != at},
             outcome.dead),
        ):
            self.assertTrue(verdict.kept(expected, dead, lambda _: False)[0], name)


if __name__ == "__main__":
    unittest.main(verbosity=2)
