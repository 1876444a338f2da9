#!/usr/bin/env bash
# Makes the release of the last commit twice, from two clean copies in folders of different
# names, and says which files have the same bytes. When all have, build/bin/dist is replaced by
# the first ones.
# FRESH=1 gives the second one an empty cache of compiled packages, so that nothing of the
# first is taken over.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
VERSION=${VERSION:-$(build/dist/version.sh)}
export VERSION
for copy in one another-folder-with-a-longer-name; do
	git clone -q --no-hardlinks "$root" "$work/$copy"
	# What was downloaded or compiled to pack with is no part of the release.
	mkdir -p "$work/$copy/build"
	ln -s "$(realpath "$root/build/.tools")" "$work/$copy/build/.tools"
	[ "$copy" = one ] || [ -z "${FRESH:-}" ] || export GOCACHE=$work/cache
	make -C "$work/$copy" --no-print-directory dist >"$work/log" 2>&1 || {
		tail -n 50 "$work/log"
		exit 1
	}
done
status=0
cd "$work/one/build/bin/dist"
for file in *; do
	if cmp -s "$file" "$work/another-folder-with-a-longer-name/build/bin/dist/$file"; then
		printf 'same bytes  %s  %s\n' "$(sha256sum "$file" | cut -c 1-16)" "$file"
	else
		printf 'DIFFERENT   %16s  %s\n' "" "$file"
		status=1
	fi
done
[ $status = 0 ] || exit $status
rm -rf "$root/build/bin/dist"
mkdir -p "$root/build/bin"
mv "$work/one/build/bin/dist" "$root/build/bin/dist"
