"""What an operator sees of `tocsin run`: health, metrics, log, exit status."""
import json
import time
import unittest

import client
import kafka
import scene
import stream
import tocsin


class Service(unittest.TestCase):
    def setUp(self):
        self.work = scene.WORK / "service"
        self.broker = kafka.Broker(scene.LIBS, self.work / "broker").start()
        self.addCleanup(self.broker.stop)
        self.processor = tocsin.Tocsin(scene.PROGRAM, self.work, self.broker.bootstrap)
        self.addCleanup(self.processor.__exit__)

    def create_topics(self):
        status, listed = self.processor.call("topics", "--create", "--partitions",
                                             str(stream.PARTITIONS),
                                             "-c", str(self.processor.config))
        self.assertEqual(status, 0, self.processor.tail())
        return listed

    def test_topics_are_listed_and_created_once(self):
        status, listed = self.processor.call("topics", "-c", str(self.processor.config))
        self.assertEqual(status, 0)
        names = {line.split("\t")[0] for line in listed.splitlines()}
        self.assertEqual(client.topics(self.broker.bootstrap), {}, "listing creates nothing")
        self.create_topics()
        self.create_topics()  # There already: that is no error.
        self.assertEqual(set(client.topics(self.broker.bootstrap)), names)

    def test_without_its_topics_it_says_so_and_stops(self):
        self.processor.start()
        code = tocsin.wait_for(lambda: self.processor.process.poll(), 60, "it ends by itself")
        self.assertEqual(code, 4, self.processor.tail())
        self.assertEqual(client.topics(self.broker.bootstrap), {}, "it creates none")

    def test_a_life(self):
        """Not ready without a broker; ready with it; counts what it did; ends with 0."""
        self.create_topics()
        self.broker.stop()
        self.processor.start()
        tocsin.wait_for(lambda: self.processor.check_alive() or
                        self.processor.page("/livez")[0] == 200, 60, "/livez is 200")
        self.assertEqual(self.processor.page("/readyz")[0], 503)
        self.broker.start()
        self.processor.wait_ready()

        before = self.processor.metrics()
        self.assertTrue(all(name.startswith("tocsin_") or name.startswith("process_")
                            for name in before), sorted(before))
        records = self.breaches(int(time.time() * 1000))
        client.write(self.broker.bootstrap, records)
        told = tocsin.wait_for(
            lambda: self.processor.check_alive() or
            client.read_all(self.broker.bootstrap, ["alerts.fire"]), 60, "an alert is told", 0.3)
        self.assertEqual(json.loads(told[0].value())["data"]["rule"], "breach")
        with client.Positions(self.broker.bootstrap, self.processor.app, tocsin.INPUTS) as positions:
            tocsin.wait_for(lambda: positions.total() == len(records), 30, "all is committed")
        after = self.processor.metrics()
        grown = {name for name, samples in after.items()
                 if sum(value for _, value in samples) > sum(v for _, v in before.get(name, []))}
        self.assertTrue(grown, "no counter has moved")
        self.assertEqual(self.processor.page("/livez")[0], 200)
        self.assertEqual(self.processor.page("/nothing")[0], 404)
        self.assertEqual(self.processor.stop(), 0, self.processor.tail())
        self.assertEqual(self.processor.page("/livez")[0], 0)

    @staticmethod
    def breaches(now_ms):
        events = [stream.Event(now_ms - 1000 + number, "report.breach", "site-00",
                               {"site": "site-00", "location": {"lat": 16.0, "lon": 0.0}},
                               "/service", f"breach-{number}") for number in range(5)]
        return [stream.Record("mission.reports", 0, b"site-00", stream.dump(event.cloudevent()), [],
                              now_ms, event) for event in events]


if __name__ == "__main__":
    unittest.main(verbosity=2)
