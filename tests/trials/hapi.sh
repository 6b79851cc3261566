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

if [ ! -x "$tools/start.sh" ]; then
  echo "skipped: $tools is not there" >&2
  exit 0
fi
"$tools/start.sh" "$port" R4
trap '"$tools/stop.sh" "$port" >/dev/null' EXIT

tests/trials/judge.sh hapi "http://127.0.0.1:$port/fhir"
