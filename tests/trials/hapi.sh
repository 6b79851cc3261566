#!/usr/bin/env bash
# Judges HAPI FHIR, a server that none of us wrote, with our personas. Needs the
# counterpart in ../shared/tools/hapi-fhir-server (Java, Maven), python3 and curl; docs/hapi.md
# explains every finding.
#
#   tests/trials/hapi.sh [R4|STU3] [PORT]
set -euo pipefail
cd "$(dirname "$0")/../.."
fhir=${1:-R4}
port=${2:-8411}
tools=${TOETS_SHARED:-../shared}/tools/hapi-fhir-server

if [ ! -x "$tools/start.sh" ]; then
  echo "skipped: $tools is not there" >&2
  exit 0
fi
"$tools/start.sh" "$port" "$fhir"
trap '"$tools/stop.sh" "$port" >/dev/null' EXIT

name=hapi
[ "$fhir" = R4 ] || name=hapi-stu3
tests/trials/judge.sh "$name" "http://127.0.0.1:$port/fhir" "$fhir"
