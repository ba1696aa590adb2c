#!/bin/sh
# Install what tocsin needs, on Debian 12:
#   deploy/dependencies.sh build     to build and run it
#   deploy/dependencies.sh test      also to run every test: a JRE and Maven for the broker, Python,
#                                    npm for public schemas
# Asks for nothing that is there already, so it needs no network then. Uses sudo unless root.
set -eu

build="build-essential cmake ninja-build pkg-config libjansson-dev libyaml-dev librdkafka-dev \
libuv1-dev libmicrohttpd-dev libsimdjson-dev libre2-dev libgeographiclib-dev libutf8proc-dev \
libxxhash-dev nettle-dev"
test="libcmocka-dev clang clang-format libclang-rt-14-dev kcat python3-venv maven default-jre-headless procps"

case "${1:-}" in
build) want="$build" ;;
test) want="$build $test" ;;
*)
    echo "usage: deploy/dependencies.sh build|test" >&2
    exit 2
    ;;
esac

missing=""
for package in $want; do
    if ! dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "install ok installed"; then
        missing="$missing $package"
    fi
done
# Debian's npm draws in hundreds of packages; a node from elsewhere does as well.
if [ "$1" = test ] && ! command -v npm >/dev/null; then
    missing="$missing npm"
fi
if [ -z "$missing" ]; then
    exit 0
fi
as_root=""
if [ "$(id -u)" -ne 0 ]; then
    as_root="sudo"
fi
echo "installing:$missing" >&2
$as_root apt-get update -qq
# shellcheck disable=SC2086 # A list of words.
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >&2
