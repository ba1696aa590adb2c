"""What the tests share: settings from the environment, the stream and its truth, what was told."""
import hashlib
import os
import pathlib
import pickle
import sys
import tempfile
import time

import client
import verdict
import stream
import tocsin

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "oracle"))
import oracle    # noqa: E402
import rulefile  # noqa: E402
import world     # noqa: E402

COUNT = int(os.environ.get("TOCSIN_EVENTS", "200000"))
SEED = int(os.environ.get("TOCSIN_SEED", "1"))
PATIENCE_S = float(os.environ.get("TOCSIN_PATIENCE", "240"))  # For what the program has to get done.
PROGRAM = os.environ.get("TOCSIN_PROGRAM", "tocsin")
WORK = pathlib.Path(os.environ.get("TOCSIN_WORK") or tempfile.mkdtemp(prefix="tocsin-"))
LIBS = os.environ.get("TOCSIN_KAFKA_LIBS", str(WORK / "kafka"))

TAIL_MS = 6 * 60 * 1000    # The stream ended so long ago that all its deadlines have passed.
FRESH_MS = 30 * 60 * 1000  # A scene so young is used again: live and backlog play the same one.


def note(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def truth(records, settle_ms):
    """What the oracle says of the accepted events once the clock has reached @settle_ms."""
    known = world.World(str(tocsin.RULES / "types"), str(tocsin.RULES / "places"))
    rules = rulefile.load_rules(str(tocsin.RULES), known)
    clock = stream.Event(settle_ms, "position.unit", "", {"unit": "-", "location":
                                                          {"lat": 0, "lon": 0}}, "/clock", "clock")
    events = [record.event for record in records if record.event] + [clock]
    accepted = world.accept(known, (stream.dump(event.cloudevent()) for event in events))
    if len(accepted) != len(events):
        raise AssertionError("the oracle refuses events of the stream")
    found = []
    for told in oracle.told(known, rules, accepted):
        end_ms = told.end
        found.append(verdict.Episode(told.rule, told.mode, verdict.fold(told.key), told.begin,
                                     end_ms, None if end_ms is None else told.how, told.count,
                                     tuple(told.evidence)))
    return found


class Scene:
    """The records, in the order in which they are written, and the episodes that are true."""

    def __init__(self, end_ms):
        self.end_ms = end_ms
        self.records = stream.Generator(COUNT, SEED, end_ms).records()
        note(f"{len(self.records)} records, seed {SEED}, end {end_ms}")
        self.truth = truth(self.records, end_ms + TAIL_MS)
        note(f"{len(self.truth)} episodes")

    def by_place(self):
        return {record.place: record for record in self.records}

    def kept(self, sorts):
        """What verdict.kept() must find of the records that @sorts() picks."""
        return {record.place: (record.reason or "late", record.value, record.key,
                               [(n, v if isinstance(v, bytes) else v.encode())
                                for n, v in record.headers])
                for record in self.records if sorts(record)}


def origin():
    """What a scene follows from, besides count, seed and end: a kept one must follow from the same."""
    files = [pathlib.Path(stream.__file__), pathlib.Path(__file__),
             *pathlib.Path(oracle.__file__).parent.glob("*.py"),
             *(path for path in tocsin.RULES.rglob("*") if path.is_file())]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(files))).hexdigest()[:12]


def load():
    """The scene of this count and seed: made anew unless a young one lies in the work folder."""
    WORK.mkdir(parents=True, exist_ok=True)
    path = WORK / f"scene-{COUNT}-{SEED}-{origin()}.pickle"
    now_ms = int(time.time() * 1000)
    if path.exists():
        with open(path, "rb") as file:
            end_ms, records, episodes = pickle.load(file)
        if now_ms - end_ms < FRESH_MS:
            scene = Scene.__new__(Scene)
            scene.end_ms, scene.records, scene.truth = end_ms, records, episodes
            note(f"the scene of before: {len(records)} records, {len(episodes)} episodes")
            return scene
    scene = Scene(now_ms - TAIL_MS)
    with open(path, "wb") as file:
        pickle.dump((scene.end_ms, scene.records, scene.truth), file)
    return scene


class Outcome:
    """All that an independent client reads of an app, from the beginning."""

    def __init__(self, bootstrap, app, scene):
        names = list(client.topics(bootstrap))
        places = scene.by_place()
        self.alerts = client.read_all(bootstrap, [n for n in names if n.startswith("alerts.")])
        self.open = client.read_all(bootstrap, [f"{app}.alerts.open"])
        self.dead = client.read_all(bootstrap, [f"{app}.dead"])
        self.late = client.read_all(bootstrap, [f"{app}.late"])
        self.last = verdict.last_told(self.alerts)
        self.told, self.odd = verdict.told_episodes(self.last, places)

    def wrong(self, scene, may_repeat, is_crashed=False):
        """Every complaint, and how many letters were repeated."""
        dead, dead_again = verdict.kept(scene.kept(lambda r: r.reason), self.dead, may_repeat)
        late, late_again = verdict.kept(scene.kept(lambda r: r.sort == "late"), self.late, may_repeat)
        return (verdict.few(self.odd) + verdict.episodes(scene.truth, self.told, is_crashed) +
                verdict.opened(self.open, self.last) + dead + late), dead_again + late_again


def wait_told(bootstrap, process, scene, timeout_s, is_crashed=False):
    """Until what is told is the truth. If it never is: an error that says what is wrong."""
    wrong = []

    def is_told():
        process.keep_up()
        names = [n for n in client.topics(bootstrap) if n.startswith("alerts.")]
        told, odd = verdict.told_episodes(verdict.last_told(client.read_all(bootstrap, names)),
                                          scene.by_place())
        wrong[:] = verdict.few(odd) + verdict.episodes(scene.truth, told, is_crashed)
        return not wrong
    try:
        tocsin.wait_for(is_told, timeout_s, "what is told is true", 1)
    except AssertionError as error:
        raise AssertionError("\n".join([str(error), *wrong])) from None
