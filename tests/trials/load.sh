#!/usr/bin/env bash
# Writes our personas to HAPI FHIR, a server that none of us wrote, by each way, removes them, and
# judges it: with our personas, and by `--patient` with data that is not ours (docs/own-data.md
# explains what was found). Needs ../shared (HAPI with Java and Maven; the PZP examples), python3 and curl.
#
#   tests/trials/load.sh [PORT]
set -euo pipefail
cd "$(dirname "$0")/../.."
port=${1:-8422}
shared=${TOETS_SHARED:-../shared}
tools=$shared/tools/hapi-fhir-server
examples=$shared/fhir/examples/iknl.fhir.r4.pzp-0.1.3-beta3
base=http://127.0.0.1:$port/fhir
all=(full-plan sparse-plan no-plan long-history represented all-unknown)

if [ ! -x "$tools/start.sh" ] || [ ! -d "$examples" ]; then
  echo "skipped: $tools or $examples is not there" >&2
  exit 0
fi
cargo build --quiet
toets=target/debug/toets
out=$(mktemp -d)
"$tools/start.sh" "$port" R4
trap '"$tools/stop.sh" "$port" >/dev/null; rm -rf "$out"' EXIT

put() { # FILE NAME
  curl -s -o /dev/null -w '%{http_code}' -X PUT -H 'Content-Type: application/fhir+json' --data-binary "$1" "$base/$2"
}
expect() { # CODE COMMAND…
  local wanted=$1 code=0
  shift
  "$@" || code=$?
  [ "$code" = "$wanted" ] || { echo "exit code $code instead of $wanted: $*" >&2; exit 1; }
}

echo "== what is not ours is refused and left"
put '{"resourceType":"Patient","id":"full-plan-patient","active":true}' Patient/full-plan-patient >/dev/null
expect 2 "$toets" load full-plan --url "$base"
expect 0 "$toets" load full-plan --url "$base" --remove
curl -sf -o /dev/null "$base/Patient/full-plan-patient"
curl -sf -o /dev/null -X DELETE "$base/Patient/full-plan-patient"

for how in put transaction post; do
  echo "== by $how"
  expect 0 "$toets" load "${all[@]}" --url "$base" --how "$how" --ids "$out"
  code=0
  "$toets" run --url "$base" --auth none --ci --out "$out/run-$how" >"$out/$how.txt" || code=$?
  grep -E '^(INCOMPLETE|CONFORMANT|NOT CONFORMANT)' "$out/$how.txt" || true
  expect 0 "$toets" load "${all[@]}" --url "$base" --remove --ids "$out"
done

echo "== data that is not ours"
expect 0 "$toets" load no-plan --url "$base"
for file in "$examples"/*.json; do
  name=$(python3 -c 'import json, sys; r = json.load(open(sys.argv[1])); print(r["resourceType"] + "/" + r["id"])' "$file")
  code=$(put "@$file" "$name")
  [[ $code == 20* ]] || { echo "could not load $name: $code" >&2; exit 1; }
done
for patient in F1-ACP-Patient-HendrikHartman P2-ACP-Patient-SamiraVanDerSluijs; do
  code=0
  "$toets" run --url "$base" --auth none --ci --out "$out/$patient" --patient "$patient" || code=$?
  python3 - "$out/$patient/run.json" <<'PY'
import collections, json, sys
run = json.load(open(sys.argv[1]))
reasons = collections.Counter((e["outcome"], (e.get("reason") or {}).get("code", "-")) for e in run["expectations"])
for (outcome, reason), n in sorted(reasons.items()):
    print(f"  {n:4} {outcome:12} {reason}")
for e in run["expectations"]:
    for f in e["findings"]:
        print(f'  {e["key"]}  {e["req"]}  {e["effect"]}  {f["code"]}')
PY
done
