#!/usr/bin/env bash
# Adds checksums and the update's manifest to a folder of release files, and makes a draft
# of the release VERSION in the GitHub repository REPOSITORY out of them.
# usage: build/dist/publish.sh FOLDER
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=$(realpath "$1")

# What the changelog says of this version, or of what isn't released yet.
awk -v version="$VERSION" '
	/^## \[/ { on = index($0, "[" version "]") || (!found && index($0, "[Unreleased]")); if (on) found = 1; next }
	on { print }' CHANGELOG.md >"$folder/notes.md"

files=()
for file in "$folder"/headgate*; do files+=("$file"); done
if [ -n "${HEADGATE_RELEASE_KEY:-}" ]; then
	go run ./build/release manifest -version "$VERSION" -date "$(git log -1 --format=%cI)" \
		-page "https://github.com/$REPOSITORY/releases/tag/v$VERSION" \
		-base "https://github.com/$REPOSITORY/releases/download/v$VERSION" \
		-notes "$folder/notes.md" -out "$folder" "${files[@]}"
	files+=("$folder/manifest.json" "$folder/manifest.json.minisig")
else
	echo "publish: no key: this release has no manifest, and nobody updates to it by itself" >&2
fi
(cd "$folder" && sha256sum -- $(printf '%s\n' "${files[@]##*/}" | LC_ALL=C sort) >SHA256SUMS)
kind=()
[[ $VERSION != *-* ]] || kind=(--prerelease)
gh release create "v$VERSION" --repo "$REPOSITORY" --draft --verify-tag "${kind[@]}" \
	--title "Headgate $VERSION" --notes-file "$folder/notes.md" "${files[@]}" "$folder/SHA256SUMS"
