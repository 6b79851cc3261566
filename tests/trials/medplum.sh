#!/usr/bin/env bash
# Judges the searches of Medplum, a server that none of us wrote, with our personas. Needs the
# counterpart in ../shared/tools/medplum-server (Node, npm), python3 and curl. The HTTP around its
# search engine is bare, so most findings are about that; docs/hapi.md explains them.
#
#   tests/trials/medplum.sh [PORT]
set -euo pipefail
cd "$(dirname "$0")/../.."
port=${1:-8391}
tools=${TOETS_SHARED:-../shared}/tools/medplum-server

if [ ! -x "$tools/start.sh" ]; then
  echo "skipped: $tools is not there" >&2
  exit 0
fi
started=$("$tools/start.sh" "$port")
echo "$started"
pid=${started##*kill }
trap 'kill "${pid%)}"' EXIT

tests/trials/judge.sh medplum "http://127.0.0.1:$port"
