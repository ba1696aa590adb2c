#!/bin/sh
# From a fresh clone to green tests: install what is missing, build with AddressSanitizer and
# UndefinedBehaviorSanitizer, run every test. Arguments go to ctest: -R unit, -L integration, ...
set -eu
cd "$(dirname "$0")/.."
deploy/dependencies.sh test
preset=asan
if [ "${CI:-}" = true ]; then
    preset=ci # The same, with warnings as errors.
fi
build=build/$preset
# Python tests run in an environment of their own, with pinned packages.
packages=tests/integration/requirements.txt
if ! cmp -s "$packages" "$build/venv/requirements.txt"; then
    rm -rf "$build/venv"
    mkdir -p "$build"
    python3 -m venv "$build/venv"
    "$build/venv/bin/pip" install --quiet --disable-pip-version-check -r "$packages"
    cp "$packages" "$build/venv/requirements.txt"
fi
cmake --preset "$preset" -DPython3_EXECUTABLE="$PWD/$build/venv/bin/python" >/dev/null
cmake --build --preset "$preset"
exec ctest --test-dir "$build" --output-on-failure "$@"
