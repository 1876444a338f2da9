#!/usr/bin/env bash
# Installs what is missing to work on Headgate, and says what it does.
#
# usage: build/setup.sh make | run | test | dist ARCHES | test-dist
#   make  the program make alone
#   run   what building and running the app needs
#   test  that, and what `make test` needs
#   dist  what building and what `make dist` needs, for a Linux window of these architectures
#   test-dist  what `make test` and `make test-dist` need
set -euo pipefail
cd "$(dirname "$0")/.."

run_packages="build-essential pkg-config libgtk-3-dev libwebkit2gtk-4.1-dev"
test_packages="xvfb gnome-keyring xauth xdotool x11-utils openbox imagemagick chromium fonts-noto-cjk dbus at-spi2-core python3-gi gir1.2-atspi-2.0 appstream desktop-file-utils systemd man-db groff-base python3-yaml"
dist_packages="nsis osslsigncode zip xz-utils zstd"
test_dist_packages="debootstrap rpm libarchive-tools unzip file qemu-user-static wine wine64 gcc-mingw-w64-x86-64-win32 sqlite3 curl xvfb xdotool openbox imagemagick dbus bash-completion zsh fish"

say() { echo "setup: $*" >&2; }

fail() {
	say "$*"
	exit 1
}

# packages installs the named Debian packages that aren't there.
packages() {
	[ "$(uname -s)" = Linux ] || return 0
	if ! command -v dpkg-query >/dev/null; then
		say "this is no Debian or Ubuntu: see to it that you have what these packages hold: $*"
		return 0
	fi
	local missing=()
	for name in "$@"; do
		dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed || missing+=("$name")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	local root=()
	if [ "$(id -u)" -ne 0 ]; then
		command -v sudo >/dev/null || fail "these packages are missing, and only root can install them: ${missing[*]}"
		root=(sudo)
	fi
	say "installing packages: ${missing[*]}"
	# Another apt may be at work: wait for it.
	local apt=("${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -qq)
	local log
	log=$(mktemp)
	{ "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 || {
		cat "$log" >&2
		fail "apt could not install the packages"
	}
	rm -f "$log"
}

# at_least HAVE WANT: is version HAVE WANT or later?
at_least() { [ "$(printf '%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

languages() {
	local go_wanted node_wanted=20.19.0
	go_wanted=$(awk '$1 == "go" { print $2 }' go.mod)
	command -v go >/dev/null || fail "Go $go_wanted or later is missing: see https://go.dev/doc/install"
	at_least "$(go env GOVERSION | sed 's/^go//')" "$go_wanted" || fail "Go $go_wanted or later is needed, this is $(go env GOVERSION)"
	command -v node >/dev/null || fail "Node.js $node_wanted or later is missing: see https://nodejs.org"
	at_least "$(node --version | sed 's/^v//')" "$node_wanted" || fail "Node.js $node_wanted or later is needed, this is $(node --version)"
}

# once STAMP FILE COMMAND...: runs COMMAND when FILE isn't what it was the last time.
once() {
	local stamp=$1 file=$2
	shift 2
	local now
	now=$(sha256sum <"$file")
	[ "$(cat "$stamp" 2>/dev/null)" != "$now" ] || return 0
	"$@"
	mkdir -p "$(dirname "$stamp")"
	echo "$now" >"$stamp"
}

node_modules() {
	say "installing the packages of $1"
	npm ci --prefix "$1" --no-audit --no-fund --loglevel=error >&2
}

go_tools() {
	say "building the Go tools"
	mkdir -p build/.tools
	GOBIN=$PWD/build/.tools go -C build/tools install \
		mvdan.cc/gofumpt honnef.co/go/tools/cmd/staticcheck \
		github.com/kisielk/errcheck github.com/gordonklaus/ineffassign ./icon
	# In a module of its own: what it brings along is a hundred modules.
	GOBIN=$PWD/build/.tools go -C build/security install github.com/securego/gosec/v2/cmd/gosec
	go -C build/tools build -o "$PWD/build/.tools/toxiproxy-server" github.com/Shopify/toxiproxy/v2/cmd/server
}

dist_tools() {
	say "building the tools that pack"
	mkdir -p build/.tools
	GOBIN=$PWD/build/.tools go -C build/tools install \
		github.com/goreleaser/nfpm/v2/cmd/nfpm github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod ./resources
}

case ${1:-} in
make)
	packages make
	;;
run | test | dist | test-dist)
	# shellcheck disable=SC2086 # lists of words
	packages $run_packages
	languages
	once frontend/node_modules/.headgate-lock frontend/package-lock.json node_modules frontend
	if [ "$1" = test ]; then
		# shellcheck disable=SC2086
		packages $test_packages
		once build/e2e/node_modules/.headgate-lock build/e2e/package-lock.json node_modules build/e2e
		once build/.tools/.stamp <(go version && cat build/tools/go.mod build/security/go.mod build/tools/icon/*.go) go_tools
	fi
	if [ "$1" = test-dist ]; then
		# shellcheck disable=SC2086
		packages $test_packages $test_dist_packages
	fi
	if [ "$1" = dist ]; then
		# shellcheck disable=SC2086
		packages $dist_packages
		once build/.tools/.stamp-dist <(go version && cat build/tools/go.mod build/tools/resources/*.go) dist_tools
		for arch in $2; do
			[ "$arch" != "$(go env GOHOSTARCH)" ] || continue
			packages gcc-aarch64-linux-gnu libc6-dev-arm64-cross debian-archive-keyring
			build/dist/sysroot.sh "$arch" "build/.tools/sysroot-$arch"
		done
	fi
	;;
*)
	fail "usage: build/setup.sh make | run | test | dist ARCHES | test-dist"
	;;
esac
