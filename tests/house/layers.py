#!/usr/bin/env python3
"""The layer rule of processor/README.md: a layer knows what it links, and nothing above.

usage: layers.py includes SOURCE_DIR          no file includes a header its layer does not know
       layers.py links BUILD_DIR CMAKE        a call upward does not link
       layers.py pure NM ARCHIVE...           no clock, socket, thread, log, chance in these archives

The first reads what each layer knows from the `toc_layer(NAME USES ...)` lines, and is tried on a
copy with a wrong include as well. The second builds one file that calls the engine: linked as a unit
test of `state` it must fail for that call alone, linked with `engine` it must not.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

LAYER = re.compile(r"^toc_layer\(\s*(\w+)\s*([^)]*)\)", re.M)
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')
IMPURE = re.compile(
    r"^(clock_gettime|gettimeofday|time|localtime(_r)?|nanosleep|sleep|usleep|pthread_create|socket|"
    r"connect|send(to|msg)?|recv(from|msg)?|poll|epoll_\w+|fork|exec\w+|system|popen|getenv|s?rand(om)?(_r)?|"
    r"getrandom|syslog|rd_kafka_\w+|uv_\w+|MHD_\w+)(@.*)?$")


def known(source):
    """Layer -> the layers it may include: itself, what it uses, and what those use."""
    uses = {}
    for file in (source / "processor").glob("*/CMakeLists.txt"):
        for name, rest in LAYER.findall(file.read_text(encoding="utf-8")):
            words = rest.split()
            end = next((i for i, w in enumerate(words) if w in ("SOURCES", "LIBRARIES")), len(words))
            uses[name] = words[1:end] if words[:1] == ["USES"] else []

    def closure(name):
        return {name}.union(*(closure(below) for below in uses[name]))

    return {name: closure(name) for name in uses}


def wrong_includes(source):
    layers = known(source)
    if len(layers) < 10 or layers["base"] != {"base"} or "engine" in layers["state"]:
        sys.exit(f"the layers cannot be read from the toc_layer lines: {layers}")
    wrong, seen = [], 0
    for name, knows in layers.items():
        for folder in (source / "processor" / name, source / "tests" / "unit" / name):
            for file in sorted(folder.rglob("*")):
                if file.suffix not in (".c", ".h", ".cpp", ".def"):
                    continue
                for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
                    found = INCLUDE.match(line)
                    if found is None:
                        continue
                    seen += 1
                    head = found[1].split("/")[0]
                    if "/" in found[1] and (head == ".." or head in layers and head not in knows):
                        wrong.append(f"{file.relative_to(source)}:{number}: {name} knows no {found[1]}")
    if seen < 100:
        sys.exit(f"only {seen} includes were read")
    return wrong


def includes(source):
    source = pathlib.Path(source).resolve()
    wrong = wrong_includes(source)
    if wrong:
        sys.exit("\n".join(wrong))
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder)
        shutil.copytree(source / "processor", copy / "processor")
        shutil.copytree(source / "tests" / "unit", copy / "tests" / "unit")
        spoilt = copy / "processor" / "state" / "ring.c"
        spoilt.write_text('#include "engine/engine.h"\n' + spoilt.read_text(encoding="utf-8"),
                          encoding="utf-8")
        wrong = wrong_includes(copy)
        if wrong != ["processor/state/ring.c:1: state knows no engine/engine.h"]:
            sys.exit(f"an include upward in state/ring.c gave: {wrong}")


def build(folder, cmake, target):
    done = subprocess.run([cmake, "--build", folder, "--target", target], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.returncode, done.stdout


def links(folder, cmake):
    status, said = build(folder, cmake, "house_upward")
    undefined = set(re.findall(r"undefined reference to .(\w+)", said))
    if status == 0 or undefined != {"toc_engine_create"}:
        sys.exit(f"a call from state to engine: status {status}, undefined {undefined}\n{said}")
    status, said = build(folder, cmake, "house_at_home")
    if status != 0:
        sys.exit(f"the same with engine at hand does not link\n{said}")


def pure(nm, archives):
    wrong, seen = [], 0
    for archive in archives:
        asked = subprocess.run([nm, "--undefined-only", "--format=posix", archive], text=True,
                               stdout=subprocess.PIPE, check=True).stdout
        for line in asked.splitlines():
            name = line.split(" ")[0]
            seen += 1
            if IMPURE.match(name):
                wrong.append(f"{archive}: {name}")
    if wrong or seen < 100:
        sys.exit("\n".join(wrong + [f"{seen} symbols were seen"]))
    if not all(IMPURE.match(name) for name in ("time", "clock_gettime@GLIBC_2.17", "uv_run")):
        sys.exit("the list of what is impure is wrong")


if __name__ == "__main__":
    what, rest = sys.argv[1], sys.argv[2:]
    if what == "includes":
        includes(*rest)
    elif what == "links":
        links(*rest)
    else:
        pure(rest[0], rest[1:])
