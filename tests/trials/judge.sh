#!/usr/bin/env bash
# Loads our personas into the server at a base URL, judges it, judges the stored evidence again,
# and counts the findings, to hold beside docs/hapi.md. What the other trials have in common.
#
#   tests/trials/judge.sh NAME BASE [R4|STU3]
set -euo pipefail
cd "$(dirname "$0")/../.."
name=$1
base=$2
fhir=${3:-R4}

# A release build takes minutes; the debug binary finds the same.
if [ -n "${TOETS_RELEASE:-}" ]; then
  cargo build --release --quiet
  toets=target/release/toets
else
  cargo build --quiet
  toets=target/debug/toets
fi
"$toets" load --url "$base" --fhir "$fhir"

out=reports/$name
rm -rf "$out"
code=0
"$toets" run --url "$base" --fhir "$fhir" --auth none --out "$out" --ci || code=$?
echo "exit code $code"

# The same evidence gives the same files, with no network.
before=$(cd "$out" && cksum junit.xml report.html run.json)
"$toets" judge "$out" --ci >/dev/null || true
after=$(cd "$out" && cksum junit.xml report.html run.json)
[ "$before" = "$after" ] && echo "judged again: the same" || { echo "judged again: NOT the same" >&2; exit 1; }

python3 - "$out/run.json" <<'PY'
import collections, json, sys
run = json.load(open(sys.argv[1]))
print("requirements ", dict(collections.Counter(r["outcome"] for r in run["requirements"] if r["claimed"])))
print("expectations ", dict(collections.Counter(e["outcome"] for e in run["expectations"])))
count = collections.Counter((e["req"], f["code"], e["effect"]) for e in run["expectations"] for f in e["findings"])
for (req, code, effect), n in sorted(count.items()):
    print(f"{req}  {code:32} {effect:8} {n}")
PY
