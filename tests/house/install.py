#!/usr/bin/env python3
"""What `cmake --install` leaves behind works without this tree.

usage: install.py BUILD_DIR CC CXX CMAKE SANITIZERS

Installs into a folder of its own; then: what has to be there is there; the program checks and tests
the rules beside it; the headers stand alone as C17 and C++17; and a program of another project,
found by pkg-config and by find_package, warns of three finds on one road. With a library built with
sanitizers the programs are built with the same.
"""
import glob
import os
import pathlib
import re
import subprocess
import sys
import tempfile

STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
WANTED = ["bin/tocsin", "include/tocsin/tocsin.h", "include/tocsin/status.h", "include/tocsin/status.def",
          "share/tocsin/rules/types/report.ordnance.yaml", "share/tocsin/rules/ied/ied-cluster.yaml",
          "share/man/man1/tocsin.1", "share/bash-completion/completions/tocsin",
          "share/doc/tocsin/README.md", "share/doc/tocsin/examples/tocsin.yaml",
          "share/doc/tocsin/examples/README.md"]


def run(*command, status=0, env=None):
    done = subprocess.run([str(word) for word in command], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False, env={**os.environ, **(env or {})})
    if done.returncode != status:
        sys.exit(f"{' '.join(map(str, command))}: status {done.returncode}\n{done.stdout}")
    return done.stdout


def only(pattern):
    found = glob.glob(str(pattern), recursive=True)
    if len(found) != 1:
        sys.exit(f"{pattern}: {found}")
    return pathlib.Path(found[0])


def warns(program, prefix):
    """It warns as it should; and of wrong rules it says what is wrong."""
    told = run(program, prefix / "share" / "tocsin" / "rules")
    if not re.search(r"^new alerts\.ied \{.*\"rule\":\"ied-cluster\".*IED BELT: 3 devices", told, re.M):
        sys.exit(f"three finds, and no warning of a belt:\n{told}")
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(prefix / "share" / "tocsin" / "rules" / "types", os.path.join(folder, "types"))
        pathlib.Path(folder, "broken.yaml").write_text("rule: broken\n", encoding="utf-8")
        said = run(program, folder, status=3)
    if "broken.yaml:1" not in said:
        sys.exit(f"of a broken rule it says:\n{said}")


def headers(prefix, folder, cc, cxx):
    for name in ("tocsin", "status"):
        source = folder / f"{name}_alone.c"
        source.write_text(f"#include <tocsin/{name}.h>\nint {name}_alone = TOC_OK;\n", encoding="utf-8")
        run(cc, "-std=c17", *STRICT, "-I", prefix / "include", "-fsyntax-only", source)
        run(cxx, "-std=c++17", "-x", "c++", *STRICT, "-I", prefix / "include", "-fsyntax-only", source)


def main():
    build, cc, cxx, cmake = sys.argv[1:5]
    sanitize = [f"-fsanitize={sys.argv[5]}"] if sys.argv[5:] and sys.argv[5] else []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        prefix = folder / "there"
        run(cmake, "--install", build, "--prefix", prefix)
        absent = [path for path in WANTED if not (prefix / path).exists()]
        if absent:
            sys.exit(f"not installed: {absent}")
        library = only(prefix / "lib*" / "**" / "libtocsin.so")
        shown = re.findall(r" [A-Z] (\w+)$", run("nm", "-D", "--defined-only", library), re.M)
        if "tocsin_feed" not in shown or any(not s.startswith(("tocsin_", "toc_status")) for s in shown):
            sys.exit(f"libtocsin shows {shown}")

        tocsin, rules = prefix / "bin" / "tocsin", prefix / "share" / "tocsin" / "rules"
        run(tocsin, "check", "--strict", rules)
        run(tocsin, "test", rules)
        headers(prefix, folder, cc, cxx)

        source = pathlib.Path(__file__).resolve().parent / "install"
        found = {"PKG_CONFIG_PATH": str(only(prefix / "**" / "tocsin.pc").parent)}
        flags = run("pkg-config", "--cflags", "--libs", "tocsin", env=found).split()
        run(cc, "-std=c17", *STRICT, *sanitize, source / "embed.c", "-o", folder / "embed", *flags,
            f"-Wl,-rpath,{library.parent}")
        warns(folder / "embed", prefix)

        run(cmake, "-S", source / "consumer", "-B", folder / "consumer", "-G", "Ninja",
            f"-DCMAKE_PREFIX_PATH={prefix}", f"-DCMAKE_C_COMPILER={cc}",
            f"-DCMAKE_C_FLAGS={' '.join(sanitize)}")
        run(cmake, "--build", folder / "consumer")
        warns(folder / "consumer" / "embed", prefix)


if __name__ == "__main__":
    main()
