#!/bin/sh
# The Debian package builds, needs what its binaries need, holds what it should, and runs unpacked.
# Not among the tests of ctest: it builds everything once more, optimized. Leaves build/deb/*.deb.
set -eu
cd "$(dirname "$0")/../.."
cmake --preset deb >/dev/null
rm -f build/deb/*.deb
cmake --build --preset deb --target package >&2
deb=$(echo build/deb/tocsin_*.deb)

fail()
{
    echo "deb.sh: $*" >&2
    exit 1
}
depends=$(dpkg-deb -f "$deb" Depends)
for library in libc6 librdkafka1 libjansson4 libuv1 libsimdjson libre2 libgeographiclib libyaml-0 \
    libutf8proc libmicrohttpd libnettle; do
    case "$depends" in
    *"$library"*) ;;
    *) fail "$library is not among what it depends on: $depends" ;;
    esac
done
files=$(dpkg-deb -c "$deb" | awk '{ print $6 }')
for file in usr/bin/tocsin usr/include/tocsin/tocsin.h usr/share/tocsin/rules/ied/ied-cluster.yaml \
    usr/share/man/man1/tocsin.1 usr/share/doc/tocsin/LICENSE; do
    echo "$files" | grep -qx "./$file" || fail "$file is not in it"
done
echo "$files" | grep -q '^\./usr/lib/.*/libtocsin\.so\.' || fail "libtocsin is not in it"
if echo "$files" | grep -v '^\./\(usr/.*\)\?$'; then
    fail "it has files outside /usr"
fi

unpacked=$(mktemp -d)
trap 'rm -rf "$unpacked"' EXIT
dpkg-deb -x "$deb" "$unpacked"
"$unpacked/usr/bin/tocsin" --version >/dev/null
"$unpacked/usr/bin/tocsin" test --quiet "$unpacked/usr/share/tocsin/rules"
dpkg-deb -I "$deb"
