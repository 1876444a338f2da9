#!/usr/bin/env bash
# Makes everything that a release hands out, into build/bin/dist. Run by `make dist`.
#
# The same commit gives the same bytes on any machine with the same compilers: times are the
# commit's, archives are sorted and belong to nobody, and no path of this machine gets in.
#
# VERSION  overrules build/dist/version.sh
# WINDOWS_CERTIFICATE, WINDOWS_CERTIFICATE_PASSWORD  PKCS #12 in base64: signs what is for Windows
# ARCHES   the Linux window's architectures (amd64 arm64)
# LDFLAGS  more for the linker, such as the update's address and key
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
VERSION=${VERSION:-$(build/dist/version.sh)}
ARCHES=${ARCHES:-amd64 arm64}
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export VERSION SOURCE_DATE_EPOCH TZ=UTC LC_ALL=C.UTF-8
umask 022
[[ $VERSION =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ ]] || {
	echo "dist: $VERSION is no version like 1.2.3" >&2
	exit 1
}
tools=$(realpath build/.tools)
out=$root/build/bin/dist
work=$(mktemp -d)
trap 'rm -rf "$work" "$root"/rsrc_windows_*.syso' EXIT
rm -rf "$out"
mkdir -p "$out"

say() { echo "dist: $*" >&2; }

# compile OUT WINDOWED OS ARCH [TAGS]: one program.
compile() {
	local to=$1 os=$2 arch=$3 tags=${4:-} flags="-s -w -X main.version=$VERSION ${LDFLAGS:-}"
	say "compiling $(basename "$to") for $os/$arch ${tags:+with a window}"
	local c=() cgo=0
	if [ "$os" = windows ]; then
		"$tools/resources" -version "$VERSION" -title "Headgate${tags:- for the command line}" \
			-file headgate.exe -arch "$arch" -out "rsrc_windows_$arch.syso" .
		[ -z "$tags" ] || flags+=" -H windowsgui"
	elif [ -n "$tags" ]; then
		cgo=1
		[ "$arch" = "$(go env GOHOSTARCH)" ] || mapfile -t c < <(cross "$arch")
	fi
	env "${c[@]}" CGO_ENABLED=$cgo GOOS="$os" GOARCH="$arch" GOFLAGS= GOAMD64=v1 GOARM64=v8.0 \
		go build -trimpath -buildvcs=false -tags "$tags" -ldflags "$flags" -o "$to" .
	rm -f rsrc_windows_*.syso
}

# cross ARCH: the environment in which cgo compiles for another architecture of Linux.
cross() {
	local machine=aarch64-linux-gnu sysroot=$tools/sysroot-$1
	echo "CC=$machine-gcc"
	echo "CGO_CFLAGS=-O2 -g0 --sysroot=$sysroot -ffile-prefix-map=$sysroot=/"
	echo "CGO_LDFLAGS=-O2 --sysroot=$sysroot"
	echo "PKG_CONFIG_SYSROOT_DIR=$sysroot"
	echo "PKG_CONFIG_LIBDIR=$sysroot/usr/lib/$machine/pkgconfig:$sysroot/usr/share/pkgconfig"
}

# dated FOLDER: everything in it is as old as the commit.
dated() { find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +; }

# tarball NAME FOLDER: FOLDER/* as NAME.tar.gz, in a folder NAME.
tarball() {
	dated "$2"
	tar -C "$2" --sort=name --format=ustar --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX \
		--mtime="@$SOURCE_DATE_EPOCH" --transform="s,^\.,$1," -cf - . | gzip -9n >"$out/$1.tar.gz"
}

# zipped NAME FOLDER: the same as NAME.zip.
zipped() {
	mv "$2" "$work/$1"
	dated "$work/$1"
	(cd "$work" && find "$1" -type f | sort | zip -9qX "$out/$1.zip" -@)
	mv "$work/$1" "$2"
}

# papers FOLDER: what every archive has beside the program.
papers() { cp LICENSE README.md CHANGELOG.md "$1/"; }

# filled FILE OUT BINDIR: a text of build/dist/linux with what is known now.
filled() {
	local kind=stable
	[[ $VERSION != *-* ]] || kind=development
	sed -e "s,@VERSION@,$VERSION,; s,@DATE@,$(date -u -d "@$SOURCE_DATE_EPOCH" +%F),; s,@TYPE@,$kind,; s,@BINDIR@,$3," \
		"build/dist/linux/$1" >"$2"
	chmod 644 "$2"
}

# linux_tree FOLDER BINDIR: what belongs to the programs on a Linux desktop, without them.
linux_tree() {
	local to=$1 share=$1/share
	mkdir -p "$to/bin" "$to/lib/systemd/user" "$share"/{applications,metainfo,man/man1,doc/headgate}
	cp build/dist/linux/headgate.desktop "$share/applications/"
	filled app.headgate.Headgate.metainfo.xml "$share/metainfo/app.headgate.Headgate.metainfo.xml" "$2"
	filled headgate.service "$to/lib/systemd/user/headgate.service" "$2"
	filled headgate.1 "$work/headgate.1" "$2"
	gzip -9nc "$work/headgate.1" >"$share/man/man1/headgate.1.gz"
	ln -s headgate.1.gz "$share/man/man1/headgate-server.1.gz"
	local size
	for size in 16 32 48 64 128 256 512; do
		install -Dm644 "build/icon/png/headgate-$size.png" "$share/icons/hicolor/${size}x$size/apps/headgate.png"
	done
	install -Dm644 build/icon/headgate.svg "$share/icons/hicolor/scalable/apps/headgate.svg"
	papers "$share/doc/headgate"
	cp LICENSE "$share/doc/headgate/copyright"
	install -Dm644 /dev/stdin "$share/bash-completion/completions/headgate" < <(completion bash)
	install -Dm644 /dev/stdin "$share/zsh/site-functions/_headgate" < <(completion zsh)
	install -Dm644 /dev/stdin "$share/fish/vendor_completions.d/headgate.fish" < <(completion fish)
	# Bash and fish look for a file of the command's name; zsh's says whom it is for.
	ln -s headgate "$share/bash-completion/completions/headgate-server"
	ln -s headgate.fish "$share/fish/vendor_completions.d/headgate-server.fish"
}

completion() { "$work/server/linux_$(go env GOHOSTARCH)/headgate-server" completion "$1"; }

# package FORMAT ARCH SUFFIX BY: one package of $work/root; BY updates what it installs.
package() {
	say "packing headgate_${VERSION}_linux_$2.$3"
	mkdir -p "$work/root/usr/share/headgate" # in ~/.local that is a person's data folder
	echo "$4" >"$work/root/usr/share/headgate/installed-by"
	dated "$work/root"
	(cd "$work" && ARCH=$2 "$tools/nfpm" package -f "$root/build/dist/nfpm.yaml" \
		-p "$1" -t "$out/headgate_${VERSION}_linux_$2.$3" >"$work/nfpm.log") || {
		cat "$work/nfpm.log" >&2
		exit 1
	}
}

build/setup.sh dist "$ARCHES"
say "version $VERSION of $(date -u -d "@$SOURCE_DATE_EPOCH" +%FT%TZ)"
npm --prefix frontend --silent run build >"$work/vite.log" 2>&1 || {
	cat "$work/vite.log" >&2
	exit 1
}

for os in linux darwin windows; do
	for arch in amd64 arm64; do
		to=$work/server/${os}_$arch
		mkdir -p "$to"
		papers "$to"
		name=headgate-server_${VERSION}_${os}_$arch
		if [ "$os" = windows ]; then
			compile "$to/headgate-server.exe" $os $arch
			build/dist/sign.sh "$to/headgate-server.exe"
			zipped "$name" "$to"
		else
			compile "$to/headgate-server" $os $arch
			tarball "$name" "$to"
		fi
	done
done

for arch in $ARCHES; do
	rm -rf "$work/root" "$work/tree"
	linux_tree "$work/root/usr" /usr/bin
	compile "$work/root/usr/bin/headgate" linux "$arch" desktop,production,webkit2_41
	cp "$work/server/linux_$arch/headgate-server" "$work/root/usr/bin/"
	package deb "$arch" deb apt
	package rpm "$arch" rpm dnf
	package archlinux "$arch" pkg.tar.zst pacman
	linux_tree "$work/tree" %h/.local/bin
	# Where systemd looks for a user's units below ~/.local.
	mkdir -p "$work/tree/share/systemd"
	mv "$work/tree/lib/systemd/user" "$work/tree/share/systemd/"
	rm -r "$work/tree/lib"
	cp "$work"/root/usr/bin/* "$work/tree/bin/"
	tarball "headgate_${VERSION}_linux_$arch" "$work/tree"
done

numbers=${VERSION%%-*}.0
for arch in amd64 arm64; do
	to=$work/windows_$arch
	mkdir -p "$to/bin"
	compile "$to/Headgate.exe" windows $arch desktop,production
	cp "$work/server/windows_$arch/headgate-server.exe" "$to/bin/headgate.exe"
	build/dist/sign.sh "$to/Headgate.exe" "$to/bin/headgate.exe"
	sed 's/$/\r/' LICENSE >"$to/LICENSE.txt"
	zipped "headgate_${VERSION}_windows_$arch" "$to"
	say "packing headgate_${VERSION}_windows_${arch}_setup.exe"
	# Every Windows for arm64 runs a 32-bit installer; a 64-bit one wants Windows 11.
	target=x86-unicode
	[ $arch = arm64 ] || target=amd64-unicode
	dated "$to"
	makensis -V2 -WX -DTARGET=$target -DVERSION="$VERSION" -DNUMBERS="$numbers" -DPROGRAMS="$to" \
		-DSIZE="$(du -sk --apparent-size "$to" | cut -f 1)" \
		-DWEBVIEW="$(go list -m -f '{{.Dir}}' github.com/wailsapp/wails/v2)/internal/webview2runtime/MicrosoftEdgeWebview2Setup.exe" \
		-DSIGN="$root/build/dist/sign.sh" \
		-DOUT="$out/headgate_${VERSION}_windows_${arch}_setup.exe" build/windows/installer/headgate.nsi >&2
	build/dist/sign.sh "$out/headgate_${VERSION}_windows_${arch}_setup.exe"
done

say "listing what is inside"
node build/dist/sbom.mjs "$tools/cyclonedx-gomod" "$work"/server/{linux_amd64,darwin_arm64}/headgate-server \
	"$work/windows_amd64/Headgate.exe" "$work/root/usr/bin/headgate" >"$out/headgate_${VERSION}_sbom.cdx.json"
(cd "$out" && sha256sum -- * >"$work/sums" && mv "$work/sums" SHA256SUMS)
chmod 644 "$out"/*
ls -l "$out" >&2
