#!/usr/bin/env bash
# Judges HAPI FHIR, a server that none of us wrote, with our personas. Needs the
# counterpart in ../shared/tools/hapi-fhir-server (Java, Maven), python3 and curl; docs/hapi.md
# explains every finding.
#
#   tests/trials/hapi.sh [PORT]
set -euo pipefail
cd "$(dirname "$0")/../.."
port=${1:-8411}
tools=${TOETS_SHARED:-../shared}/tools/hapi-fhir-server
base=http://127.0.0.1:$port/fhir

if [ ! -x "$tools/start.sh" ]; then
  echo "skipped: $tools is not there" >&2
  exit 0
fi
"$tools/start.sh" "$port" R4
trap '"$tools/stop.sh" "$port" >/dev/null' EXIT

for file in fixtures/*/r4/*.json; do
  name=$(basename "$file" .json)
  type=${name%%-*}
  id=${name#*-}
  curl -sf -o /dev/null -X PUT -H 'Content-Type: application/fhir+json' --data-binary @"$file" "$base/$type/$id" \
    || { echo "could not load $file" >&2; exit 1; }
done

cargo build --release --quiet
out=reports/hapi
rm -rf "$out"
code=0
target/release/toets run --url "$base" --auth none --out "$out" --ci || code=$?
echo "exit code $code"

# Findings by requirement and code, to hold beside docs/hapi.md.
python3 - "$out/run.json" <<'PY'
import collections, json, sys
run = json.load(open(sys.argv[1]))
count = collections.Counter((e["req"], f["code"], e["effect"]) for e in run["expectations"] for f in e["findings"])
for (req, code, effect), n in sorted(count.items()):
    print(f"{req}  {code:32} {effect:8} {n}")
PY
