#!/usr/bin/env python3
"""Fetch what the integration tests need into a folder: the broker (Maven) and a virtual environment
with the Python packages of requirements.txt. Nothing is done twice.

  prepare.py DIR      leaves DIR/kafka and DIR/venv
"""
import hashlib
import pathlib
import subprocess
import sys

import kafka

REQUIREMENTS = pathlib.Path(__file__).resolve().parent / "requirements.txt"


def environment(folder):
    """A virtual environment with exactly these packages."""
    stamp = folder / ".requirements"
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
    subprocess.run([str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet",
                    "--disable-pip-version-check", "-r", str(REQUIREMENTS)], check=True)
    stamp.write_text(wanted)


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    kafka.fetch(folder / "kafka")
    environment(folder / "venv")
    return 0


if __name__ == "__main__":
    sys.exit(main())
