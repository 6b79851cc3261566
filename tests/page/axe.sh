#!/bin/sh
# Installs axe-core from npm into a folder that is never committed, and prints
# the path of its script: TOETS_AXE="$(tests/page/axe.sh)" cargo test --test page
set -eu
folder="${1:-$(dirname "$0")/../../target/axe}"
mkdir -p "$folder"
cd "$folder"
[ -f package.json ] || printf '{ "private": true }\n' > package.json
[ -f node_modules/axe-core/axe.min.js ] || npm install --no-audit --no-fund --ignore-scripts axe-core@4 >&2
printf '%s/node_modules/axe-core/axe.min.js\n' "$(pwd)"
