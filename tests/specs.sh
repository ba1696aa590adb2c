#!/bin/sh
# Public schemas that what we write is held against, from pinned npm packages (node's npm):
#   tests/specs.sh build/dev      makes build/dev/specs, where the tests find them. Does nothing twice.
# sarif-2.1.0.json (OASIS, draft 4) and asyncapi-3.0.0.json (draft 7).
set -eu
sarif=@microsoft/jest-sarif@1.0.0-beta.0
asyncapi=@asyncapi/specs@6.11.1
specs="$1/specs"
if [ "$(cat "$specs/packages" 2>/dev/null)" = "$sarif $asyncapi" ]; then
    exit 0
fi
rm -rf "$specs"
mkdir -p "$specs"
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
(cd "$room" && npm pack --silent "$sarif" "$asyncapi" >/dev/null)
tar -xzOf "$room"/microsoft-jest-sarif-*.tgz package/lib/schemas/sarif-2.1.0-rtm.5.json \
    >"$specs/sarif-2.1.0.json"
tar -xzOf "$room"/asyncapi-specs-*.tgz package/schemas/3.0.0.json >"$specs/asyncapi-3.0.0.json"
echo "$sarif $asyncapi" >"$specs/packages" # Last: half of them are fetched again.
