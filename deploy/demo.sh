#!/bin/sh
# From a fresh clone to alerts on the screen: install what is missing, build, play the demo.
# Arguments go to `tocsin demo`: --fast, --hold, ...
set -eu
cd "$(dirname "$0")/.."
deploy/dependencies.sh build
cmake --preset release >/dev/null
cmake --build --preset release --target tocsin
exec build/release/bin/tocsin demo --rules rules "$@"
