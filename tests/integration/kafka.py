#!/usr/bin/env python3
"""A real Kafka broker (KRaft, one node, loopback) for tests and for trying things out.

  kafka.py fetch --libs DIR              fetch the broker with Maven; nothing to do if it is there
  kafka.py start --libs DIR --dir DIR    run it until interrupted; prints `bootstrap HOST:PORT`

As a module: `with Broker(libs, directory) as broker: ... broker.bootstrap`. The broker is stopped
when the block is left and dies with its parent, however that ends. Needs a JRE (17) and, to fetch,
Maven; of Python the standard library alone.
"""
import argparse
import base64
import contextlib
import ctypes
import fcntl
import hashlib
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
import uuid

HERE = pathlib.Path(__file__).resolve().parent
POM = HERE / "pom.xml"
PR_SET_PDEATHSIG = 1

# One node, replication factor 1, and nothing that makes a test wait for nothing.
SETTINGS = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "inter.broker.listener.name": "PLAINTEXT",
    "auto.create.topics.enable": "false",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "group.initial.rebalance.delay.ms": "0",
    "num.io.threads": "2",
    "num.network.threads": "2",
    "log.cleaner.dedupe.buffer.size": "16777216",
    "log.cleaner.threads": "1",
    "message.max.bytes": "4194304",  # A test sends records that tocsin must find too large.
    "replica.fetch.max.bytes": "4194304",
}


class BrokerError(RuntimeError):
    """The broker did not start, or died."""


def fetch(libs):
    """Copy the broker's jars into @libs unless those of this pom.xml are there already."""
    libs = pathlib.Path(libs)
    libs.parent.mkdir(parents=True, exist_ok=True)
    stamp = libs / ".pom"
    wanted = hashlib.sha256(POM.read_bytes()).hexdigest()
    with open(libs.parent / (libs.name + ".lock"), "w") as lock:  # Two builds may share a folder.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp.exists() and stamp.read_text() == wanted:
            return libs
        shutil.rmtree(libs, ignore_errors=True)
        subprocess.run(["mvn", "-q", "-B", "-Dstyle.color=never", "-f", str(POM), "dependency:copy-dependencies",
                        "-DincludeScope=runtime", f"-DoutputDirectory={libs.resolve()}"],
                       check=True, stdin=subprocess.DEVNULL)
        stamp.write_text(wanted)
    return libs


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def die_with_parent():
    """In the child, before exec: the kernel ends us when our parent ends, even by kill -9."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def answers(port):
    """Does a broker answer ApiVersions (key 18, version 0) there? It does so once it serves."""
    request = struct.pack(">hhih", 18, 0, 1, -1)
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(struct.pack(">i", len(request)) + request)
            head = connection.recv(10, socket.MSG_WAITALL)
            return len(head) == 10 and struct.unpack(">iih", head)[1:] == (1, 0)
    except OSError:
        return False


class Broker:
    """start() and stop() may alternate: ports and data stay. kill() is kill -9."""

    def __init__(self, libs, directory, settings=None, heap_mb=384):
        self.libs = pathlib.Path(libs).resolve()
        self.directory = pathlib.Path(directory).resolve()
        self.settings = dict(SETTINGS, **(settings or {}))
        self.heap_mb = heap_mb
        self.port = None
        self.process = None

    @property
    def bootstrap(self):
        return f"127.0.0.1:{self.port}"

    @property
    def log(self):
        return self.directory / "broker.log"

    def _java(self, *arguments):
        return ["java", f"-Xmx{self.heap_mb}m", "-XX:+UseSerialGC", "-Djava.awt.headless=true",
                "-Djava.util.logging.SimpleFormatter.format=%1$tFT%1$tT.%1$tL %4$s %3$s %5$s%6$s%n",
                "-cp", f"{self.libs}/*", *arguments]

    def _configure(self):
        """Choose ports, write server.properties, format an empty storage."""
        self.port, controller = free_port(), free_port()
        lines = dict(self.settings)
        lines["listeners"] = f"PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{controller}"
        lines["advertised.listeners"] = f"PLAINTEXT://127.0.0.1:{self.port}"
        lines["controller.quorum.voters"] = f"1@127.0.0.1:{controller}"
        lines["log.dirs"] = str(self.directory / "data")
        shutil.rmtree(self.directory / "data", ignore_errors=True)
        self.directory.mkdir(parents=True, exist_ok=True)
        properties = self.directory / "server.properties"
        properties.write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "A")
        with open(self.log, "ab") as log:
            subprocess.run(self._java("kafka.tools.StorageTool", "format", "-t", cluster,
                                      "-c", str(properties)),
                           check=True, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def _launch(self, ready_s):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self._java("kafka.Kafka", str(self.directory / "server.properties")),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=die_with_parent)
        give_up = time.monotonic() + ready_s
        while self.process.poll() is None:
            if answers(self.port):
                return True
            if time.monotonic() > give_up:
                self.kill()
                raise BrokerError(f"no answer within {ready_s} s, see {self.log}")
            time.sleep(0.1)
        return False

    def start(self, ready_s=120):
        """Returns once the broker serves. Another process may take a free port before the broker
        does: then others are chosen."""
        for _ in range(3):
            is_first = self.port is None
            if is_first:
                self._configure()
            if self._launch(ready_s):
                return self
            if is_first:
                self.port = None
        raise BrokerError(f"the broker ended by itself, see {self.log}")

    def stop(self, grace_s=20):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(grace_s)
        self.kill()

    def kill(self):
        if self.process is not None:
            if self.process.poll() is None:
                self.process.kill()
            self.process.wait()
            self.process = None

    __enter__ = start

    def __exit__(self, *_):
        self.stop()


def main():
    parser = argparse.ArgumentParser(description="Fetch or run a Kafka broker on loopback.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in (("fetch", "fetch the broker's jars"), ("start", "run it until interrupted")):
        command = commands.add_parser(name, help=text)
        command.add_argument("--libs", required=True, help="folder for the broker's jars")
        if name == "start":
            command.add_argument("--dir", required=True,
                                 help="folder for data and log; data in it is wiped")
    arguments = parser.parse_args()
    libs = fetch(arguments.libs)
    if arguments.command == "start":
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        with Broker(libs, arguments.dir) as broker:
            print(f"bootstrap {broker.bootstrap}", flush=True)
            with contextlib.suppress(KeyboardInterrupt):
                code = broker.process.wait()
                raise BrokerError(f"the broker ended with code {code}, see {broker.log}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
