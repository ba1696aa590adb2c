#!/bin/sh
# From a fresh clone to green tests: install what is missing, build with AddressSanitizer and
# UndefinedBehaviorSanitizer, run every test. Arguments go to ctest: -R unit, -LE integration, ...
set -eu
cd "$(dirname "$0")/.."
deploy/dependencies.sh test
preset=asan
if [ "${CI:-}" = true ]; then
    preset=ci # The same, with warnings as errors.
fi
tests/venv.sh "build/$preset"
tests/specs.sh "build/$preset"
cmake --preset "$preset" >/dev/null
cmake --build --preset "$preset"
exec ctest --test-dir "build/$preset" --parallel "$(nproc)" --output-on-failure "$@"
