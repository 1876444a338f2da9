#!/usr/bin/env bash
# Writes frontend/wailsjs from the bound Go methods, or compares.
# usage: build/bindings.sh . | check
#
# A program built with the tag "bindings" writes them by itself when it is run
# beside a wails.json; Wails' own command does the same.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
go build -buildvcs=false -tags bindings,webkit2_41 -o "$out/headgate" .
cp wails.json "$out/"
mkdir "$out/frontend"
(cd "$out" && HEADGATE_DATA=$out/data ./headgate) >"$out/log" 2>&1 || {
	cat "$out/log" >&2
	exit 1
}
if [ -e "$out/data" ]; then
	echo "the program touched its data folder while only its methods were read" >&2
	exit 1
fi
[ -d "$out/frontend/wailsjs/go/api" ] || {
	echo "the bindings program wrote no methods" >&2
	exit 1
}
if [ "${1:-}" = check ]; then
	diff -r frontend/wailsjs "$out/frontend/wailsjs" || {
		echo "frontend/wailsjs isn't what the Go methods give: run \`make bindings\`" >&2
		exit 1
	}
else
	find "$out/frontend/wailsjs" -type f -exec chmod 644 {} +
	rm -rf frontend/wailsjs
	cp -R "$out/frontend/wailsjs" frontend/wailsjs
fi
