"""An independent Kafka client (confluent-kafka): write a stream, read what came of it."""
import threading
import time

from confluent_kafka import (OFFSET_BEGINNING, OFFSET_INVALID, Consumer, KafkaError, KafkaException,
                             Producer, TopicPartition)
from confluent_kafka.admin import AdminClient

TIMEOUT_S = 30


def write(bootstrap, records):
    """Write all, in order; returns when the broker has all. Fills in each record's offset."""
    producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True,
                         "message.max.bytes": 4_000_000, "linger.ms": 20,
                         "queue.buffering.max.messages": 50_000,
                         "queue.buffering.max.kbytes": 65_536})
    failures = []

    def stored(record):
        def on_delivery(error, message):
            if error is not None:
                failures.append(error)
            else:
                record.offset = message.offset()
        return on_delivery

    for record in records:
        while True:
            try:
                producer.produce(record.topic, record.value, record.key,
                                 partition=record.partition, timestamp=record.stored_ms,
                                 headers=record.headers, on_delivery=stored(record))
                break
            except BufferError:  # The queue is full: let it empty.
                producer.poll(0.1)
        producer.poll(0)
    producer.flush()
    if failures:
        raise KafkaException(failures[0])


class Writer(threading.Thread):
    """Writes in the background; join() raises what went wrong."""

    def __init__(self, bootstrap, records):
        super().__init__(daemon=True)
        self.arguments, self.error = (bootstrap, records), None
        self.start()

    def run(self):
        try:
            write(*self.arguments)
        except Exception as error:  # Told by the thread that waits.
            self.error = error

    def join(self, timeout=None):
        super().join(timeout)
        if self.error is not None:
            raise self.error


def reader(bootstrap, **settings):
    return Consumer({"bootstrap.servers": bootstrap, "group.id": "reader",
                     "enable.auto.commit": False, "isolation.level": "read_committed",
                     "enable.partition.eof": True, "auto.offset.reset": "error",
                     "receive.message.max.bytes": 200_000_000} | settings)


def topics(bootstrap):
    """Name -> how many partitions."""
    found = AdminClient({"bootstrap.servers": bootstrap}).list_topics(timeout=TIMEOUT_S).topics
    return {name: len(topic.partitions) for name, topic in found.items()
            if not name.startswith("__")}


def partitions(bootstrap, names):
    counts = topics(bootstrap)
    return [(name, partition) for name in names for partition in range(counts[name])]


def ends(bootstrap, names):
    """(topic, partition) -> the offset that the next record there gets."""
    consumer = reader(bootstrap)
    try:
        return {at: consumer.get_watermark_offsets(TopicPartition(*at), timeout=TIMEOUT_S)[1]
                for at in partitions(bootstrap, names)}
    finally:
        consumer.close()


class Positions:
    """What a group has committed, asked again and again."""

    def __init__(self, bootstrap, group, names):
        self.at = partitions(bootstrap, names)
        self.consumer = reader(bootstrap, **{"group.id": group})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.consumer.close()

    def read(self):
        """(topic, partition) -> committed offset, -1 where there is none."""
        give_up = time.monotonic() + TIMEOUT_S
        while True:
            try:
                found = self.consumer.committed([TopicPartition(*at) for at in self.at],
                                                timeout=TIMEOUT_S)
                break
            except KafkaException:  # A broker that has just come back: ask again.
                if time.monotonic() > give_up:
                    raise
                time.sleep(0.2)
        return {(one.topic, one.partition): -1 if one.offset == OFFSET_INVALID else one.offset
                for one in found}

    def total(self):
        return sum(max(offset, 0) for offset in self.read().values())


def read_all(bootstrap, names, timeout_s=120):
    """Every committed record of these topics, from the beginning to what is the end now; in the
    order of each partition."""
    consumer = reader(bootstrap)
    try:
        at = partitions(bootstrap, names)
        if not at:
            return []
        consumer.assign([TopicPartition(topic, partition, OFFSET_BEGINNING)
                         for topic, partition in at])
        waiting, messages = set(at), []
        give_up = time.monotonic() + timeout_s
        while waiting:
            if time.monotonic() > give_up:
                raise TimeoutError(f"not read to the end: {sorted(waiting)}")
            for message in consumer.consume(1000, 0.2):
                error = message.error()
                if error is None:
                    messages.append(message)
                elif error.code() == KafkaError._PARTITION_EOF:
                    waiting.discard((message.topic(), message.partition()))
                else:
                    raise KafkaException(error)
        return messages
    finally:
        consumer.close()


def headers(message):
    """Name -> text. Of a name that stands twice the last, as most clients have it."""
    return {name: (value or b"").decode() for name, value in message.headers() or []}
