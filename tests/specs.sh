#!/bin/sh
# Public schemas and cases that we are held against, from pinned npm packages (node's npm):
#   tests/specs.sh build/dev      makes build/dev/specs, where the tests find them. Does nothing twice.
# sarif-2.1.0.json (OASIS, draft 4), asyncapi-3.0.0.json (draft 7), and cel.jsonl, the conformance
# suite of CEL.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
sarif=@microsoft/jest-sarif@1.0.0-beta.0
asyncapi=@asyncapi/specs@6.11.1
cel=@bufbuild/cel-spec@0.6.1
cel_sha256=37e4b203f5ca5192db73a6095d129fb5e58a262a89309ba32e1840e7a80270e1
specs="$1/specs"
if [ "$(cat "$specs/packages" 2>/dev/null)" = "$sarif $asyncapi $cel" ]; then
    exit 0
fi
rm -rf "$specs"
mkdir -p "$specs"
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
(cd "$room" && npm pack --silent "$sarif" "$asyncapi" "$cel" >/dev/null)
tar -xzOf "$room"/microsoft-jest-sarif-*.tgz package/lib/schemas/sarif-2.1.0-rtm.5.json \
    >"$specs/sarif-2.1.0.json"
tar -xzOf "$room"/asyncapi-specs-*.tgz package/schemas/3.0.0.json >"$specs/asyncapi-3.0.0.json"
echo "$cel_sha256  $room/bufbuild-cel-spec-0.6.1.tgz" | sha256sum --check --quiet
tar -xzf "$room"/bufbuild-cel-spec-*.tgz -C "$room"
node "$here/conformance/cel/cases.mjs" "$room/package" >"$specs/cel.jsonl"
echo "$sarif $asyncapi $cel" >"$specs/packages" # Last: half of them are fetched again.
