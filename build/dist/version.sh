#!/usr/bin/env bash
# Prints the version of this checkout (SemVer): that of its tag, v1.2.3, or, between tags,
# wails.json's with the number of commits and the last one's name.
set -euo pipefail
cd "$(dirname "$0")/../.."
dirty=
[ -z "$(git status --porcelain --untracked-files=no 2>/dev/null)" ] || dirty=.changed
if [ -z "$dirty" ] && tag=$(git describe --tags --exact-match --match 'v[0-9]*.[0-9]*.[0-9]*' 2>/dev/null); then
	echo "${tag#v}"
else
	number=$(sed -n 's/.*"productVersion": *"\([^"]*\)".*/\1/p' wails.json)
	echo "$number-dev.$(git rev-list --count HEAD 2>/dev/null || echo 0)$dirty"
fi
