#!/bin/sh
# What the whole suite costs: R4 and STU3, both actors, each run a process of its own, with the
# waits at the tempo of the self-test. Prints wall time and peak memory; decides nothing but that
# each run ends with 0. Needs a release build, and python3 or GNU time to see the peak.
#
#   cargo build --release && benches/whole.sh [RUNS]     # medians of so many runs, 3 when left out
#   TOETS=path/to/toets benches/whole.sh
set -eu
cd "$(dirname "$0")/.."
runs=${1:-3}
toets=${TOETS:-${CARGO_TARGET_DIR:-target}/release/toets}

skip() {
  echo "skipped: $*" >&2
  exit 0
}
case $runs in '' | *[!0-9]* | 0) echo "usage: benches/whole.sh [RUNS]" >&2; exit 2 ;; esac
[ -x "$toets" ] || skip "$toets is not there: cargo build --release, or name another with TOETS"

if python3 -c 'import os; os.wait4' 2>/dev/null; then
  meter=python3
elif gnu=$(command -v time) && "$gnu" --version 2>&1 | grep -q GNU; then
  meter=gnu
else
  skip "nothing here tells the peak memory of a process: python3 or GNU time is needed"
fi

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
trap 'exit 1' HUP INT TERM

# FILE COMMAND…: runs it, writes "seconds kilobytes" to FILE, and gives its exit code on.
measure() {
  file=$1
  shift
  case $meter in
    gnu) "$gnu" -q -f '%e %M' -o "$file" "$@" ;;
    python3)
      python3 - "$file" "$@" <<'PY'
import os, sys, time
start = time.monotonic()
child = os.spawnv(os.P_NOWAIT, sys.argv[2], sys.argv[2:])
_, status, usage = os.wait4(child, 0)
wall = time.monotonic() - start
# Kilobytes, but bytes on macOS.
peak = usage.ru_maxrss // (1024 if sys.platform == "darwin" else 1)
open(sys.argv[1], "w").write(f"{wall:.3f} {peak}\n")
sys.exit(os.waitstatus_to_exitcode(status) & 255)
PY
      ;;
  esac
}

# The middle of the numbers on standard input.
median() {
  sort -n | awk '{ at[NR] = $1 } END { print at[int((NR + 1) / 2)] }'
}

wrong=0
for fhir in R4 STU3; do
  for actor in provider consulter; do
    : >"$out/all"
    run=1
    while [ "$run" -le "$runs" ]; do
      code=0
      measure "$out/one" "$toets" run --fhir "$fhir" --actor "$actor" --tempo 0.01 --ci --out "$out/report" \
        >"$out/said" 2>&1 || code=$?
      if [ "$code" -ne 0 ]; then
        wrong=1
        echo "$fhir $actor ended with $code:" >&2
        tail -n 15 "$out/said" >&2
      fi
      [ ! -s "$out/one" ] || cat "$out/one" >>"$out/all"
      rm -rf "$out/one" "$out/report"
      run=$((run + 1))
    done
    if [ -s "$out/all" ]; then
      wall=$(cut -d' ' -f1 "$out/all" | median)
      peak=$(cut -d' ' -f2 "$out/all" | median)
      echo "$fhir $actor $wall $peak" >>"$out/table"
    fi
  done
done
[ -s "$out/table" ] || { echo "nothing was measured" >&2; exit 1; }

echo "$toets, medians of $runs runs, by $meter; the baseline is the R4 provider"
awk '
  BEGIN { print "| | wall s | beside the baseline | peak MB | beside the baseline |\n|---|---|---|---|---|" }
  NR == 1 { wall = $3; peak = $4 }
  {
    printf "| %s %s | %.2f | %.2f | %.0f | %.2f |\n", $1, $2, $3, $3 / wall, $4 / 1024, $4 / peak
    walls += $3; peaks += $4; if ($4 > most) most = $4
  }
  END {
    printf "| all | %.2f | %.2f | %.0f together, %.0f at most | %.2f |\n", walls, walls / wall, peaks / 1024, most / 1024, peaks / peak
    print "aim: 5 s in all, and 150 MB as the peak of any"
  }' "$out/table"
exit $wrong
