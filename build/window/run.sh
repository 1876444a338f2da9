#!/bin/sh
# Runs a command on a virtual screen with a message bus of its own.
# usage: build/window/run.sh HEADGATE_PROGRAM PICTURE_FOLDER SECONDS COMMAND [ARGUMENT ...]
set -eu
headgate=$(realpath "$1")
mkdir -p "$2"
pictures=$(realpath "$2")
seconds=$3
command=$(realpath "$4")
shift 4
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
cd "$(dirname "$0")"
# -noreset: a screen that forgets everything when its last client leaves would
# throw out the window manager that is just coming in.
# Nothing of this person's session gets in: no settings, no bus, no screen.
env -i PATH=/usr/local/bin:/usr/bin:/bin HOME="$home" LANG=C.UTF-8 NO_AT_BRIDGE=0 \
	HEADGATE_BINARY="$headgate" HEADGATE_PICTURES="$pictures" \
	timeout "$seconds" xvfb-run -a -s "-screen 0 1280x900x24 -noreset" dbus-run-session -- sh -c '
	until xdotool getdisplaygeometry >/dev/null 2>&1; do sleep 0.1; done
	openbox &
	manager=$!
	status=0
	"$@" || status=$?
	kill "$manager" 2>/dev/null || true
	exit $status' run "$command" "$@" 2>&1
