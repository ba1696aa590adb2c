#!/bin/sh
# A Kafka of your own on this machine and tocsin on it, until Ctrl-C: for trying out real topics.
# One broker (KRaft, loopback, fetched by Maven), its data in build/quickstart; wiped at each start.
# Needs what deploy/dependencies.sh test installs. Arguments: none.
set -eu
cd "$(dirname "$0")/.."
deploy/dependencies.sh test
cmake --preset release >/dev/null
cmake --build --preset release --target tocsin
program=build/release/bin/tocsin
work=build/quickstart
mkdir -p "$work"
: >"$work/broker.out"

python3 tests/integration/kafka.py start --libs build/kafka --dir "$work/broker" \
    >"$work/broker.out" &
broker=$!
trap 'kill "$broker" 2>/dev/null; wait "$broker" 2>/dev/null' EXIT
trap 'exit 0' INT TERM
echo "quickstart: starting Kafka (the first time it is fetched, which takes a minute)" >&2
until grep -q '^bootstrap ' "$work/broker.out"; do
    kill -0 "$broker" 2>/dev/null || { echo "quickstart: Kafka did not start, see $work/broker" >&2; exit 4; }
    sleep 0.3
done
bootstrap=$(sed -n 's/^bootstrap //p' "$work/broker.out")

sed -e "s|127.0.0.1:9092|$bootstrap|" -e "s|^rules: .*|rules: $PWD/rules|" deploy/tocsin.yaml \
    >"$work/tocsin.yaml"
"$program" topics --create --partitions 4 -c "$work/tocsin.yaml" >/dev/null
cat >&2 <<TEXT
quickstart: Kafka on $bootstrap, configuration in $work/tocsin.yaml. In another terminal:
  kcat -b $bootstrap -C -q -t alerts.attack                     what is told
  kcat -b $bootstrap -P -t mission.reports                      what you report, a line each:
    {"specversion":"1.0","id":"1","source":"/me","type":"report.vbied","data":{"location":{"lat":16.25,"lon":-0.03}}}
  kcat -b $bootstrap -C -q -t mission.dead -f '%h %s\n'         what was refused, and why
  curl http://127.0.0.1:9464/metrics
TEXT
"$program" run -c "$work/tocsin.yaml"
