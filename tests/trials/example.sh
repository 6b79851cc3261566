#!/usr/bin/env bash
# Makes docs/examples/consulter again: what a run of a client leaves behind. The client is the
# built-in one as a tool, `toets consult`, started for each phase; what a tester said of its
# screens is in said.json there, and screen.png beside it is what `toets consult` shows.
#
#   tests/trials/example.sh        TOETS names another binary than target/debug/toets
#
# Needs Chromium as live.py does, for the picture of the report.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ -n "${TOETS:-}" ] || { cargo build --quiet; TOETS=$PWD/target/debug/toets; }
unset TOETS_TOKEN
export TOETS
out=docs/examples/consulter
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT

code=0
"$TOETS" listen care-plan empty --ci --port 0 --tempo 0.2 --vendor "Example EPD" --attest "$out/said.json" \
  --trigger '"$TOETS" consult --url "$TOETS_URL" --bsn "$TOETS_BSN" --tempo 0.2' --out "$made/run" >"$made/told" 2>&1 || code=$?
[ "$code" = 1 ] || { cat "$made/told" >&2; echo "exit code $code, and 1 was expected: the tester said no once" >&2; exit 1; }
cmp -s "$out/screen.png" "$made/run/blobs/$(sha256sum <"$out/screen.png" | cut -d' ' -f1)" ||
  { echo "the picture is not kept by its digest" >&2; exit 1; }

cp "$made/run/run.json" "$made/run/junit.xml" "$made/run/report.html" "$out/"
python3 tests/trials/shot.py "$made/run/report.html" "$out/report.png"

# Nothing of this machine, no token, no number that could be the BSN of somebody.
token=$(sed -n 's/^token  *//p' "$made/told")
[ -n "$token" ] || { echo "the table told no token" >&2; exit 1; }
for text in "$token" "$made" "$PWD" "$HOME/"; do
  if grep -rFn -- "$text" "$out"; then echo "must not be in the example: $text" >&2; exit 1; fi
done
# 468542000 is the SNOMED code of a device.
{ grep -ohE '\b[0-9]{9}\b' "$out"/*.json "$out"/*.xml "$out"/*.html || true; } | sort -u | while read -r number; do
  sum=0
  for at in 0 1 2 3 4 5 6 7; do sum=$((sum + (9 - at) * ${number:at:1})); done
  if [ $(((sum - ${number:8:1}) % 11)) = 0 ] && [ "${number:0:4}" != 9999 ] && [ "$number" != 468542000 ]; then
    echo "passes the eleven-test and is no test BSN: $number" >&2; exit 1
  fi
done
size=$(cat "$out"/* | wc -c)
echo "$size bytes"
[ "$size" -lt 1000000 ] || { echo "that is too much for a repository" >&2; exit 1; }
