#!/usr/bin/env bash
# Drives clients that stand on libraries which none of us wrote through the whole consulter suite,
# and counts what was found, to hold beside docs/clients.md. Each client is started by
# `toets listen --trigger`; what it needs is installed into target/trials, with its versions pinned.
#
#   tests/trials/clients.sh [plain|fhirpy|hapi ...]      all of them when none is named
#
# TOETS names another binary than target/debug/toets, TEMPO another factor on every wait. The clients
# wait 20 s for an answer: at a tempo below 0.05 a phase is over before they give up.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=$PWD/tests/trials/clients
work=$PWD/target/trials
mkdir -p "$work"
[ -n "${TOETS:-}" ] || { cargo build --quiet; TOETS=target/debug/toets; }

# What starts each client; nothing, with the reason told, where that is not to be had.
prepare() {
  case $1 in
    plain)
      command -v curl >/dev/null || { echo "skipped: no curl" >&2; return 1; }
      trigger=$here/plain.sh ;;
    fhirpy)
      command -v python3 >/dev/null || { echo "skipped: no python3" >&2; return 1; }
      # One that was made elsewhere does not run here.
      "$work/fhirpy/bin/python" -m pip --version >/dev/null 2>&1 || python3 -m venv --clear "$work/fhirpy"
      "$work/fhirpy/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/fhirpy/requirements.txt" ||
        { echo "skipped: fhirpy cannot be installed" >&2; return 1; }
      trigger="'$work/fhirpy/bin/python' '$here/fhirpy/client.py'" ;;
    hapi)
      { command -v mvn && command -v java; } >/dev/null || { echo "skipped: no Maven or no Java" >&2; return 1; }
      mvn -q -B -f "$here/hapi/pom.xml" -Dout="$work/hapi" package || { echo "skipped: the HAPI client cannot be built" >&2; return 1; }
      trigger="java -cp '$work/hapi/hapi-client-1.jar:$work/hapi/lib/*' client.Main" ;;
    *) echo "no client is called $1: plain, fhirpy or hapi" >&2; exit 2 ;;
  esac
}

[ $# -gt 0 ] || set -- plain fhirpy hapi
for client in "$@"; do
  echo "== $client"
  prepare "$client" || continue
  out=reports/client-$client
  rm -rf "$out"
  code=0
  "$TOETS" listen --ci --port 0 --tempo "${TEMPO:-0.1}" --vendor "$client" --trigger "$trigger" --out "$out" >"$work/$client.txt" 2>&1 || code=$?
  echo "exit code $code"
  [ -f "$out/run.json" ] || { cat "$work/$client.txt" >&2; exit 1; }

  # The same evidence gives the same files, with no client.
  before=$(cd "$out" && cksum junit.xml report.html run.json)
  "$TOETS" judge "$out" --ci >/dev/null || true
  after=$(cd "$out" && cksum junit.xml report.html run.json)
  [ "$before" = "$after" ] && echo "judged again: the same" || { echo "judged again: NOT the same" >&2; exit 1; }
  python3 "$here/found.py" "$out"
done
