#!/bin/sh
# The Python environment of the tests, with the pinned packages of tests/integration/requirements.txt:
#   tests/venv.sh build/dev      makes build/dev/venv, where CMake finds it. Does nothing twice.
set -eu
packages="$(dirname "$0")/integration/requirements.txt"
venv="$1/venv"
if cmp -s "$packages" "$venv/requirements.txt"; then
    exit 0
fi
rm -rf "$venv"
mkdir -p "$1"
python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check -r "$packages"
cp "$packages" "$venv/requirements.txt" # Last: half an environment is made again.
