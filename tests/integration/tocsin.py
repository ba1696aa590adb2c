"""The program under test: its configuration, its life, its pages."""
import pathlib
import signal
import subprocess
import time
import urllib.error
import urllib.request

import yaml
from prometheus_client.parser import text_string_to_metric_families

import kafka

RULES = pathlib.Path(__file__).resolve().parent / "rules"
APP = "watch"
INPUTS = {"mission.sensors": ["detection.*", "status.sensor", "position.unit"],
          "mission.reports": ["report.*"]}
# Of every input; what a test changes, it names.
INPUT = {"max_disorder": "5s", "accept_late": "2h", "idle_after": "2s"}


def wait_for(condition, timeout_s, what, pause_s=0.1):
    """Poll until @condition() is true and return what it gave."""
    give_up = time.monotonic() + timeout_s
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > give_up:
            raise AssertionError(f"after {timeout_s} s still not: {what}")
        time.sleep(pause_s)


class Tocsin:
    """`tocsin run` on one configuration; may be started again and again."""

    def __init__(self, program, directory, bootstrap, app=APP, **of_inputs):
        self.program = str(pathlib.Path(program).resolve())
        self.directory = pathlib.Path(directory).resolve()
        self.directory.mkdir(parents=True, exist_ok=True)
        self.app = app
        self.port = kafka.free_port()
        self.process = None
        self.config = self.directory / f"{app}.yaml"
        self.log = self.directory / f"{app}.log"
        self.log.unlink(missing_ok=True)
        inputs = {name.split(".")[1]: {"topics": [name], "types": types} | INPUT | of_inputs
                  for name, types in INPUTS.items()}
        self.config.write_text(yaml.safe_dump({
            "app": app, "rules": str(RULES), "kafka": {"bootstrap": bootstrap},
            "http": {"address": "127.0.0.1", "port": self.port}, "inputs": inputs}))

    def call(self, *arguments):
        """Run another command of the program to its end: (exit status, stdout)."""
        with open(self.log, "ab") as log:
            done = subprocess.run([self.program, *arguments], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=log, timeout=60)
        return done.returncode, done.stdout.decode()

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([self.program, "run", "-c", str(self.config)],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            preexec_fn=kafka.die_with_parent)
        return self

    def page(self, path):
        """(status, text) of an HTTP page; status 0 while nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def check_alive(self):
        code = self.process.poll()
        if code is not None:
            raise AssertionError(f"tocsin ended by itself with {code}; its log ends:\n{self.tail()}")

    def keep_up(self):
        """As a service manager does: start it again if it gave up on the broker (exit status 4)."""
        if self.process.poll() == 4:
            self.start()
        self.check_alive()

    def wait_ready(self, timeout_s=90):
        def is_ready():
            self.check_alive()
            return self.page("/readyz")[0] == 200
        wait_for(is_ready, timeout_s, "/readyz is 200")
        return self

    def metrics(self):
        """name -> [(labels, value)], as a strict parser of the exposition format reads them."""
        status, text = self.page("/metrics")
        if status != 200:
            raise AssertionError(f"/metrics is {status}")
        found = {}
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                found.setdefault(sample.name, []).append((sample.labels, sample.value))
        return found

    def stop(self, timeout_s=60):
        """SIGTERM; returns the exit status."""
        self.check_alive()
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"SIGTERM, and {timeout_s} s later still there; its log ends:\n"
                                 f"{self.tail()}") from None

    def kill(self):
        """kill -9."""
        self.process.kill()
        self.process.wait()

    def tail(self, size=3000):
        return self.log.read_text(errors="replace")[-size:]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process is not None:
            self.kill()
