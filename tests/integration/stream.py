"""A stream of records as a mission would write them, good and bad, and what each must come to.

Deterministic from (count, seed, end). Event times fill the SPAN_MS before @end; the rules of rules/
find incidents of every sort in it, most of the rest is noise. What makes it hard: records arrive out
of order, twice, twice with other content, without a readable time, in structured and binary mode,
in every spelling that the formats allow, hours late; and 1 % is poison.
"""
import dataclasses
import datetime
import json
import random
import zlib

SPAN_MS = 40 * 60 * 1000
PARTITIONS = 4
SITES = 40
TOPICS = {"detection": "mission.sensors", "status": "mission.sensors",
          "position": "mission.sensors", "report": "mission.reports"}
POISON_SHARE = 0.01
LATE_COUNT = 20          # Records hours older than any accept_late.
LATE_MS = 5 * 3600 * 1000
LIMIT = 1 << 20          # Bytes of a record that tocsin accepts,
DEPTH = 32               # and how deep it may nest.
CAMPS = [(16.0, 0.0), (17.0, 1.0), (18.0, -1.0)]


@dataclasses.dataclass
class Event:
    """What is true: the envelope with its time in ms, and the data."""
    at_ms: int
    type: str
    key: str
    data: dict
    source: str = ""
    id: str = ""
    mode: str = "actual"
    arrival_ms: int = 0
    is_clockless: bool = False  # It says no readable time: it gets that of its record.

    def cloudevent(self):
        """As an oracle reads it: a CloudEvent, its time in ms precision, UTC."""
        event = {"specversion": "1.0", "id": self.id, "source": self.source, "type": self.type,
                 "time": instant(self.at_ms), "data": self.data}
        if self.mode != "actual":
            event["mode"] = self.mode
        return event


@dataclasses.dataclass
class Record:
    """What is written, and what must come of it."""
    topic: str
    partition: int
    key: bytes
    value: bytes | None
    headers: list
    stored_ms: int                # Kafka timestamp.
    event: Event | None = None    # It counts as this event.
    reason: str | None = None     # It is refused for this.
    sort: str = "event"           # event, repeat, conflict, late, or the sort of poison.
    offset: int = -1              # Known once written.

    @property
    def place(self):
        return (self.topic, self.partition, self.offset)


def instant(at_ms, offset_minutes=0, digits=3, zone="Z"):
    """RFC 3339. More than 3 @digits add what tocsin must cut."""
    moment = (datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=at_ms) +
              datetime.timedelta(minutes=offset_minutes))
    text = moment.strftime("%Y-%m-%dT%H:%M:%S")
    if digits:
        text += f".{moment.microsecond // 1000:03d}" + "9" * (digits - 3)
    if offset_minutes:
        sign = "+" if offset_minutes > 0 else "-"
        hours, minutes = divmod(abs(offset_minutes), 60)
        zone = f"{sign}{hours:02d}:{minutes:02d}"
    return text + zone


def nest(depth):
    return [nest(depth - 1)] if depth > 1 else []


def partition_of(key):
    return zlib.crc32(key.encode()) % PARTITIONS


class Generator:
    def __init__(self, count, seed, end_ms):
        self.random = random.Random(seed)
        self.count = count
        self.scale = count / 200_000
        self.begin_ms = end_ms - SPAN_MS
        self.end_ms = end_ms
        self.events = []
        self.serial = 0

    # What happens.

    def add(self, at_ms, kind, key, **data):
        if not self.begin_ms <= at_ms <= self.end_ms:
            return
        self.events.append(Event(int(at_ms), kind, key, data))

    def moment(self):
        return self.random.randint(self.begin_ms, self.end_ms)

    def site(self, number=None):
        """A site's key, and its name as people write it: text keys are compared without case."""
        number = self.random.randrange(SITES) if number is None else number
        key = f"site-{number:02d}"
        return key, key if self.random.random() < 0.9 else key.upper()

    def near(self, point, radius_deg):
        return {"lat": round(point[0] + self.random.uniform(-radius_deg, radius_deg), 5),
                "lon": round(point[1] + self.random.uniform(-radius_deg, radius_deg), 5)}

    @staticmethod
    def site_point(key):
        number = int(key[-2:])
        return 10 + number // 8 * 0.5, number % 8 * 0.5

    def times(self, base):
        return range(max(3, round(base * self.scale)))

    def salvos(self):
        for _ in self.times(500):
            (key, site), start = self.site(), self.moment()
            spread = self.random.randint(5_000, 40_000)
            for _ in range(self.random.randint(3, 9)):
                self.add(start + self.random.randint(0, spread), "detection.impact", key, site=site,
                         confidence=round(self.random.uniform(0.85, 1), 3),
                         munition=self.random.choice(["rocket", "mortar", "Mortar", "unknown"]))

    def marches(self):
        for _ in self.times(700):
            (key, site), start = self.site(), self.moment()
            for _ in range(self.random.randint(1, 3)):
                self.add(start + self.random.randint(0, 20_000), "report.crowd", key, site=site,
                         size=self.random.randint(700, 2000))
            for _ in range(self.random.randint(0, 2)):
                self.add(start + self.random.randint(0, 90_000), "report.block", key, site=site)
            if self.random.random() < 0.3:
                self.add(start + self.random.randint(0, 90_000), "report.calm", key, site=site,
                         location=self.near(self.site_point(key), 0.02))

    def wounded(self):
        for number in self.times(1500):
            (key, site), start = self.site(), self.moment()
            case = f"case-{number:05d}"
            self.add(start, "report.wound", key, site=site, case=case,
                     persons=self.random.choice([1, 1, 1, 2, 3, 7]))
            if self.random.random() < 0.1:
                self.add(start + self.random.randint(0, 30_000), "report.wound", key, site=site,
                         case=case.upper(), persons=1)
            if self.random.random() < 0.85:
                delay = self.random.choice([self.random.randint(-500, 9_999), 10_000, 10_001,
                                            self.random.randint(0, 60_000)])
                self.add(start + delay, "report.answer", key, site=site, case=case)

    def devices(self):
        spots = CAMPS + [self.site_point(f"site-{n:02d}") for n in range(0, SITES, 5)]
        for _ in self.times(160):
            spot, start = self.random.choice(spots), self.moment()
            reach = self.random.choice([0.005, 0.01, 0.03])
            for _ in range(self.random.randint(1, 5)):
                key, site = self.site()  # Who reports it, not where it lies: any partition.
                self.add(start + self.random.randint(0, 400_000), "report.device", key, site=site,
                         outcome=self.random.choice(["found", "found", "exploded", "hoax"]),
                         location=self.near(spot, reach))

    def sightings(self):
        for _ in self.times(500):
            (key, site), start = self.site(), self.moment()
            for _ in range(self.random.randint(2, 6)):
                data = {"site": site, "observer": self.random.choice("abcdABCD")}
                if self.random.random() < 0.05:
                    del data["observer"]
                self.add(start + self.random.randint(0, 50_000), "report.sighting", key, **data)

    def breaches(self):
        for _ in self.times(200):
            (key, site), start = self.site(), self.moment()
            self.add(start, "report.breach", key, site=site,
                     location=self.near(self.site_point(key), 0.02))

    def drones(self):
        for number in self.times(120):
            track, at = f"track-{number:03d}", self.moment()
            altitude = self.random.uniform(60, 200)
            for _ in range(self.random.randint(10, 60)):
                altitude = max(0.0, altitude + self.random.uniform(-40, 40))
                data = {"track": track, "altitude": round(altitude, 1)}
                if self.random.random() < 0.05:
                    del data["altitude"]
                self.add(at, "detection.drone", track, **data)
                at += self.random.choice([1_000, 2_000, 5_000, self.random.randint(1, 40_000)])

    def moods(self):
        for _ in self.times(5000):
            key, site = self.site()
            self.add(self.moment(), "report.mood", key, site=site,
                     score=round(self.random.uniform(-1, 0.6), 2))

    def heartbeats(self):
        for number in range(10):
            sensor, at = f"sensor-{number:02d}", self.begin_ms + self.random.randint(0, 20_000)
            while at < self.end_ms:
                self.add(at, "status.sensor", sensor, sensor=sensor)
                at += self.random.choice([15_000, 15_000, 18_000, 20_000, 45_000,
                                          self.random.randint(1_000, 90_000)])

    def noise(self, count):
        """Read by no rule, or below every threshold."""
        for _ in range(count):
            key, site = self.site()
            if self.random.random() < 0.2:
                self.add(self.moment(), "detection.impact", key, site=site,
                         confidence=round(self.random.uniform(0, 0.89), 3))
            else:
                self.add(self.moment(), "position.unit", key, unit=f"unit-{key[-2:]}",
                         speed=round(self.random.uniform(0, 30), 1),
                         location=self.near(self.site_point(key), 0.2))

    # How it is reported.

    def report(self, event, number):
        """Who says it, when it arrives, what its clock says."""
        event.source = f"/mission/{event.key}"
        event.id = f"{event.type}-{number}"
        delay = self.random.choices([self.random.randint(0, 1_000),
                                     self.random.randint(0, 8_000),
                                     self.random.randint(0, 55_000)], [90, 8, 2])[0]
        event.arrival_ms = event.at_ms + delay
        if self.random.random() < 0.005:
            event.is_clockless = True
            event.at_ms = event.arrival_ms
        if event.type.startswith("report.") and self.random.random() < 0.01:
            event.mode = "exercise"

    def envelope(self, event):
        text = instant(event.at_ms, *self.random.choices(
            [(0, 3, "Z"), (0, 6, "Z"), (0, 9, "Z"), (330, 3), (-210, 6), (0, 3, "+00:00"),
             (0, 3, "z")], [80, 5, 3, 4, 4, 2, 2])[0])
        if event.is_clockless:
            text = self.random.choice([None, "yesterday", "",
                                       instant(event.arrival_ms + 3 * 86_400_000)])
        envelope = {"specversion": "1.0", "id": event.id, "source": event.source,
                    "type": event.type, "time": text}
        if text is None:
            del envelope["time"]
        if event.mode != "actual":
            envelope["mode"] = event.mode
        return envelope

    def data(self, event):
        """The data with what must not matter: unknown members, optional ones that are wrong."""
        data = dict(event.data)
        if self.random.random() < 0.05:
            data["remarks"] = self.random.choice(
                ["\u202e\u0645\u0631\u062d\u0628\u0627", "\U0001f680 \"quoted\" \\ \n\t", "x" * 3000,
                 {"deep": [[[{"a": [None, True, -0.0, 1e-300]}]]]}, nest(DEPTH - 2)])
        if event.type == "detection.impact" and "munition" not in data:
            if self.random.random() < 0.05:
                data["munition"] = self.random.choice([7, None, "catapult"])
        return data

    def encode(self, event):
        """One record of @event: structured or binary mode."""
        topic = TOPICS[event.type.split(".")[0]]
        envelope, data = self.envelope(event), self.data(event)
        headers = []
        style = {"ensure_ascii": self.random.random() < 0.5,
                 "separators": self.random.choice([(",", ":"), (", ", ": ")])}
        if self.random.random() < 0.1:
            headers = [("content-type", b"application/json")]
            headers += [("ce_" + name, text.encode()) for name, text in envelope.items()]
            value = json.dumps(data, **style)
        else:
            envelope["datacontenttype"] = "application/json"
            members = list((envelope | {"data": data}).items())
            if self.random.random() < 0.1:
                self.random.shuffle(members)
            if self.random.random() < 0.5:
                headers = [("content-type", b"application/cloudevents+json")]
            value = json.dumps(dict(members), **style)
        return Record(topic, partition_of(event.key), event.key.encode(), value.encode(), headers,
                      event.arrival_ms, event)

    def fill(self, record):
        """Make it the largest record there may be."""
        record.headers = []
        whole = good(record.event) | {"data": record.event.data | {"remarks": ""}}
        if record.event.mode != "actual":
            whole["mode"] = record.event.mode
        whole["data"]["remarks"] = "x" * (LIMIT - len(dump(whole)))
        record.value = dump(whole)

    # What is wrong.

    def poison(self, sort, arrival_ms):
        self.serial += 1
        event = Event(arrival_ms, "detection.impact", self.site()[0],
                      {"site": "site-00", "confidence": 1.0}, "/poison", f"poison-{self.serial}")
        value, reason, headers = POISON[sort](self, event)
        return Record(TOPICS["detection"], self.random.randrange(PARTITIONS),
                      self.random.choice([None, b"", event.key.encode()]), value, headers,
                      arrival_ms, None, reason, sort)

    def records(self):
        """All records, in the order in which they are written."""
        for incident in (self.salvos, self.marches, self.wounded, self.devices, self.sightings,
                         self.breaches, self.drones, self.moods, self.heartbeats):
            incident()
        poison_count = round(self.count * POISON_SHARE)
        repeat_count = self.count // 200
        room = self.count - len(self.events) - poison_count - 2 * repeat_count - LATE_COUNT
        if room < 0:
            raise ValueError(f"{self.count} records are too few for the incidents")
        self.noise(room)
        for number, event in enumerate(self.events):
            self.report(event, number)
        records = [self.encode(event) for event in self.events]
        for record in self.random.sample(records, 2):
            self.fill(record)

        # The time of one without a clock would be another: a conflict, not a repeat.
        clocked = [event for event in self.events if not event.is_clockless]
        for sort in ("repeat", "conflict"):
            for event in self.random.sample(clocked, repeat_count):
                again = dataclasses.replace(event, data=dict(event.data))
                again.arrival_ms += self.random.randint(1, 60_000)
                if sort == "conflict":
                    again.at_ms += 7
                    again.data["site"] = "site-99"
                record = self.encode(again)
                record.event, record.sort = None, sort
                records.append(record)

        sorts = list(POISON)
        for number in range(poison_count):
            sort = sorts[number % len(sorts)]
            if sort in LARGE and number >= 2 * len(sorts):  # Two of each kind of a MiB will do.
                sort = "not_json"
            records.append(self.poison(sort, self.moment()))
        for number in range(LATE_COUNT):
            key, site = self.site()
            event = Event(self.begin_ms - LATE_MS + number, "report.sighting", key,
                          {"site": site, "observer": "late"}, "/late", f"late-{number}",
                          arrival_ms=self.end_ms + 60_000)
            record = self.encode(event)
            record.event, record.sort = None, "late"
            records.append(record)
        records.sort(key=lambda record: record.stored_ms)
        return records


def good(event):
    return {"specversion": "1.0", "id": event.id, "source": event.source, "type": event.type,
            "time": instant(event.at_ms), "data": event.data}


def dump(value):
    return json.dumps(value).encode()


def without(name, reason="envelope"):
    return lambda g, e: (dump({k: v for k, v in good(e).items() if k != name}), reason, [])


def with_envelope(reason="envelope", **members):
    return lambda g, e: (dump(good(e) | members), reason, [])


def with_data(reason, **members):
    return lambda g, e: (dump(good(e) | {"data": {k: v for k, v in (e.data | members).items()
                                                  if v is not ...}}), reason, [])


def with_bytes(reason, find, put):
    """The good record with the first @find replaced: it must be there."""
    def make(generator, event):
        text = dump(good(event))
        assert find in text
        return text.replace(find, put, 1), reason, []
    return make


def headless(generator, event):
    """Binary mode without an id."""
    return (dump(event.data), "envelope",
            [("ce_specversion", b"1.0"), ("ce_source", b"/poison"),
             ("ce_type", event.type.encode()), ("ce_time", instant(event.at_ms).encode()),
             ("content-type", b"application/json")])


def large(size, reason, tail=b""):
    """A record of @size bytes, good but for its size and @tail."""
    def make(generator, event):
        text = dump(good(event) | {"data": event.data | {"remarks": ""}})
        pad = b"x" * (size - len(text) - len(tail))
        return text.replace(b'"remarks": ""', b'"remarks": "' + pad + b'"') + tail, reason, []
    return make


def refed(generator, event):
    """A dead letter that somebody wrote back to its topic, old headers and all."""
    return (b"rockets", "not_json", [("tocsin-reason", b"empty"), ("tocsin-topic", b"elsewhere"),
                                     ("tocsin-partition", b"9"), ("tocsin-offset", b"99"),
                                     ("sender", b"radio room"), ("sender", b"twice")])


# Every sort has one fault, so that there is one right reason.
POISON = {
    "tombstone": lambda g, e: (None, "empty", []),
    "empty": lambda g, e: (b"", "empty", []),
    "not_json": lambda g, e: (b"rockets at the gate, hurry", "not_json", []),
    "refed": refed,
    "truncated": lambda g, e: (dump(good(e))[:-9], "not_json", []),
    "trailing_garbage": lambda g, e: (dump(good(e)) + b"}", "not_json", []),
    "two_documents": lambda g, e: (dump(good(e)) * 2, "not_json", []),
    "nan": with_bytes("not_json", b'"confidence": 1.0', b'"confidence": NaN'),
    "nul_in_text": with_bytes("not_json", b"site-00", b"site\x0000"),
    "nul_after": lambda g, e: (dump(good(e)) + b"\0", "not_json", []),
    "newline_in_text": with_bytes("not_json", b"site-00", b"site\n00"),
    "bad_utf8": with_bytes("not_utf8", b"site-00", b"site-\xff\xfe"),
    "overlong_utf8": with_bytes("not_utf8", b"site-00", b"site-\xc0\xaf"),
    "utf8_surrogate": with_bytes("not_utf8", b"site-00", b"site-\xed\xa0\x80"),
    "latin1": with_bytes("not_utf8", b"site-00", "Ménaka".encode("latin-1")),
    "depth_bomb": lambda g, e: (dump(good(e))[:-2] + b', "deep": ' + b"[" * 10_000 +
                                b"]" * 10_000 + b"}}", "too_deep", []),
    "depth_33": lambda g, e: (dump(good(e))[:-2] + b', "deep": ' + dump(nest(DEPTH - 1)) + b"}}",
                              "too_deep", []),
    "array": lambda g, e: (dump([good(e)]), "not_object", []),
    "scalar": lambda g, e: (b"42", "not_object", []),
    "duplicate_in_data": with_bytes("duplicate_name", b'"site": ', b'"site": "site-01", "site": '),
    "duplicate_escaped": with_bytes("duplicate_name", b'"site": ',
                                    b'"s\\u0069te": "site-01", "site": '),
    "duplicate_in_envelope": with_bytes("duplicate_name", b'"id": ', b'"id": "x", "id": '),
    "duplicate_in_unknown": with_bytes("duplicate_name", b'"site": ',
                                       b'"other": {"a": 1, "a": 2}, "site": '),
    "huge_number": with_bytes("not_ijson", b'"confidence": 1.0', b'"confidence": 1e999'),
    "noncharacter": with_bytes("not_ijson", b"site-00", b"site-\\ufdd0"),
    "lone_surrogate": with_bytes("not_ijson", b"site-00", b"site-\\ud800"),
    "no_id": without("id"),
    "no_source": without("source"),
    "no_type": without("type"),
    "no_specversion": without("specversion"),
    "empty_id": with_envelope(id=""),
    "id_number": with_envelope(id=7),
    "id_long": with_envelope(id="i" * 257),
    "other_specversion": with_envelope(specversion="0.3"),
    "binary_no_id": headless,
    "unknown_type": with_envelope("unknown_type", type="detection.unheard_of"),
    "other_inputs_type": lambda g, e: (dump(good(e) | {"type": "report.block"}), "unknown_type", []),
    "no_required": with_data("missing_field", confidence=...),
    "no_data": without("data", "missing_field"),
    "required_is_text": with_data("wrong_field", confidence="high"),
    "required_out_of_range": with_data("wrong_field", confidence=1.0001),
    "required_is_list": with_data("wrong_field", site=["site-00"]),
    "too_large": large(LIMIT + 1, "too_large"),
    "much_too_large": large(3 * LIMIT, "too_large"),
    "largest_bad": large(LIMIT, "not_json", b"}"),
}
LARGE = ("too_large", "much_too_large", "largest_bad")
