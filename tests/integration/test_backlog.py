"""The same records as a backlog: written while a tocsin that ran once is down. The same truth, though
here little lateness is accepted, so that the horizon moves; and a start after that tells nothing
again.

The stream is older than the first run. An input found silent then would have reached the clock of
that run, and the stream would rightly be late: so idle_after is long in the first run."""
import unittest

import client
import kafka
import scene
import stream
import tocsin


class Backlog(unittest.TestCase):
    def test_a_backlog_gives_the_same_episodes(self):
        play = scene.load()
        work = scene.WORK / "backlog"
        late = {"accept_late": "2m", "max_disorder": "20s"}
        with kafka.Broker(scene.LIBS, work / "broker") as broker, \
                tocsin.Tocsin(scene.PROGRAM, work / "before", broker.bootstrap, idle_after="1h",
                              **late) as before, \
                tocsin.Tocsin(scene.PROGRAM, work, broker.bootstrap, **late) as processor:
            status, _ = processor.call("topics", "--create", "--partitions", str(stream.PARTITIONS),
                                       "-c", str(processor.config))
            self.assertEqual(status, 0, processor.tail())
            with client.Positions(broker.bootstrap, processor.app, tocsin.INPUTS) as positions:
                self.run_once_on_nothing(before, positions)
                client.write(broker.bootstrap, play.records)
                ends = client.ends(broker.bootstrap, tocsin.INPUTS)

                processor.start().wait_ready()
                tocsin.wait_for(lambda: processor.check_alive() or positions.read() == ends,
                                scene.PATIENCE_S, "all is read and committed")
                scene.note("drained")
                scene.wait_told(broker.bootstrap, processor, play, scene.PATIENCE_S)
                self.assertEqual(processor.stop(), 0, processor.tail())
            outcome = scene.Outcome(broker.bootstrap, processor.app, play)
            wrong, repeats = outcome.wrong(play, lambda at: False)
            self.assertFalse(wrong, "\n".join(wrong))
            self.assertEqual(repeats, 0)
            self.tells_nothing_again(processor, broker.bootstrap, play, outcome)

    def run_once_on_nothing(self, processor, positions):
        """It must commit where it stands: a new group begins at the ends, and would pass over what
        is written while it is down."""
        processor.start().wait_ready()
        tocsin.wait_for(lambda: processor.check_alive() or
                        all(offset == 0 for offset in positions.read().values()),
                        60, "the first positions are committed")
        self.assertEqual(processor.stop(), 0, processor.tail())

    def tells_nothing_again(self, processor, bootstrap, play, outcome):
        processor.start().wait_ready()
        self.assertEqual(processor.stop(), 0, processor.tail())
        after = scene.Outcome(bootstrap, processor.app, play)
        self.assertEqual(len(after.dead), len(outcome.dead))
        self.assertEqual(len(after.late), len(outcome.late))
        again = [message.value()[:300] for message in after.alerts[len(outcome.alerts):]]
        self.assertEqual(len(after.alerts), len(outcome.alerts), again[:5])


if __name__ == "__main__":
    unittest.main(verbosity=2)
