#!/bin/sh
# Puts `toets` of one version into a folder and prints the folder: the file of a
# release when there is one for this machine, held against the checksums of that
# release; otherwise built from the tag. Takes TOETS_VERSION (`v0.1.0`), TOETS_SOURCE
# (the address of the repository) and, when that is to be pinned too, TOETS_SHA256.
set -eu
: "${TOETS_VERSION:?say which version, for example v0.1.0}"
: "${TOETS_SOURCE:?say where Toets is kept, for example https://github.com/OWNER/toets}"
folder="${1:-$HOME/.toets/$TOETS_VERSION}"
mkdir -p "$folder"

case "$(uname -s) $(uname -m)" in
  "Linux x86_64") file=toets-x86_64-unknown-linux-musl ;;
  "Linux aarch64") file=toets-aarch64-unknown-linux-musl ;;
  "Darwin x86_64") file=toets-x86_64-apple-darwin ;;
  "Darwin arm64") file=toets-aarch64-apple-darwin ;;
  MINGW*x86_64 | MSYS*x86_64) file=toets-x86_64-pc-windows-msvc.exe ;;
  *) file= ;;
esac

sum() { if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1; }
get() { curl --fail --silent --show-error --location --proto '=https,file' --retry 3 --output "$2" "$1"; }

releases="${TOETS_RELEASES:-$TOETS_SOURCE/releases/download}"
if [ -n "$file" ] && get "$releases/$TOETS_VERSION/SHA256SUMS" "$folder/SHA256SUMS"; then
  get "$releases/$TOETS_VERSION/$file" "$folder/$file"
  told="$(grep " \*\{0,1\}$file\$" "$folder/SHA256SUMS" | cut -d ' ' -f 1)"
  is="$(sum "$folder/$file")"
  for wanted in "$told" "${TOETS_SHA256:-$told}"; do
    if [ -z "$wanted" ] || [ "$is" != "$wanted" ]; then
      rm -f "$folder/$file"
      echo "error: $file of $TOETS_VERSION has SHA-256 $is, and not ${wanted:-any that the release names}" >&2
      exit 4
    fi
  done
  case "$file" in *.exe) name=toets.exe ;; *) name=toets ;; esac
  mv "$folder/$file" "$folder/$name"
  chmod +x "$folder/$name"
elif [ -n "${TOETS_SHA256:-}" ]; then
  echo "error: there is no file of $TOETS_VERSION for this machine, so its SHA-256 cannot be held" >&2
  exit 4
else
  echo "note: no file of $TOETS_VERSION for this machine; it is built from the tag" >&2
  cargo install --locked --git "$TOETS_SOURCE" --tag "$TOETS_VERSION" --root "$folder" toets >&2
  mv "$folder"/bin/toets* "$folder"/
fi
echo "$folder"
