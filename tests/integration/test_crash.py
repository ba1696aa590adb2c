"""Killed (kill -9) again and again, and the broker restarted under it: nothing is lost, and nothing
is told that is not so. What was told and not committed may be told again. If the broker is away for
longer than a session, tocsin gives up its lane and ends; it is started again, as a service manager
does."""
import unittest

import client
import kafka
import scene
import stream
import tocsin

KILLS = (0.15, 0.3, 0.5, 0.75)  # Of all records, committed.
BROKER_AT = 0.6                 # The broker stops and starts again there.


class Crash(unittest.TestCase):
    def test_nothing_is_lost_by_crashes(self):
        play = scene.load()
        work = scene.WORK / "crash"
        total = len(play.records)
        with kafka.Broker(scene.LIBS, work / "broker") as broker, \
                tocsin.Tocsin(scene.PROGRAM, work, broker.bootstrap) as processor:
            status, _ = processor.call("topics", "--create", "--partitions", str(stream.PARTITIONS),
                                       "-c", str(processor.config))
            self.assertEqual(status, 0, processor.tail())
            processor.start().wait_ready()
            writer = client.Writer(broker.bootstrap, play.records)
            with client.Positions(broker.bootstrap, processor.app, tocsin.INPUTS) as positions:
                for share in sorted(KILLS + (BROKER_AT,)):
                    tocsin.wait_for(lambda: processor.keep_up() or
                                    positions.total() >= share * total,
                                    scene.PATIENCE_S, f"{share:.0%} are committed")
                    if share == BROKER_AT:
                        broker.stop()
                        broker.start()
                        scene.note("broker restarted")
                    else:
                        processor.kill()
                        scene.note(f"killed at {share:.0%}")
                        processor.start()
                writer.join()
                ends = client.ends(broker.bootstrap, tocsin.INPUTS)
                self.assertEqual(sum(ends.values()), total)
                tocsin.wait_for(lambda: processor.keep_up() or positions.read() == ends,
                                scene.PATIENCE_S, "all is read and committed")
            scene.note("drained")
            scene.wait_told(broker.bootstrap, processor, play, scene.PATIENCE_S,
                            is_crashed=True)
            self.assertEqual(processor.stop(), 0, processor.tail())
            outcome = scene.Outcome(broker.bootstrap, processor.app, play)
        wrong, repeats = outcome.wrong(play, lambda at: True, is_crashed=True)
        self.assertFalse(wrong, "\n".join(wrong))
        again = len(outcome.told) - len(set(outcome.told))
        scene.note(f"{repeats} letters and {again} episodes again")


if __name__ == "__main__":
    unittest.main(verbosity=2)
