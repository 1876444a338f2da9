#!/usr/bin/env bash
# Unpacks Debian's GTK and WebKitGTK of another architecture into a folder, for a cross
# compiler's --sysroot. Nothing of it is installed: this system's packages stay as they are.
# usage: build/dist/sysroot.sh arm64 FOLDER
set -euo pipefail
arch=$1
folder=$2
suite=bookworm
packages="libc6-dev libgcc-12-dev libstdc++-12-dev libgtk-3-dev libwebkit2gtk-4.1-dev"

stamp="$suite $arch $packages"
[ "$(cat "$folder/.stamp" 2>/dev/null)" != "$stamp" ] || exit 0
rm -rf "$folder"
mkdir -p "$folder"
folder=$(realpath "$folder")
apt=$folder/.apt
mkdir -p "$apt"/{etc/preferences.d,etc/apt.conf.d,lists/partial,cache/archives/partial}
touch "$apt/status"
sources=
for part in "" -updates; do
	sources+="deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian $suite$part main"$'\n'
done
sources+="deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian-security $suite-security main"
echo "$sources" >"$apt/etc/sources.list"
own=(-o "APT::Architecture=$arch" -o "APT::Architectures::=$arch" -o "Dir::Etc=$apt/etc" -o "Dir::State=$apt"
	-o "Dir::State::Lists=$apt/lists" -o "Dir::State::Status=$apt/status" -o "Dir::Cache=$apt/cache"
	-o "APT::Sandbox::User=$(id -un)" -o "APT::Install-Recommends=false" -o "Debug::NoLocking=true")
apt-get -qq "${own[@]}" update
# shellcheck disable=SC2086 # a list of words
apt-get -qq "${own[@]}" install --download-only -y $packages
for deb in "$apt"/cache/archives/*.deb; do dpkg-deb -x "$deb" "$folder"; done
# Absolute links would lead into this system.
find "$folder" -xdev -type l -lname '/*' | while read -r link; do
	ln -snfr "$folder$(readlink "$link")" "$link"
done
find "$folder/usr/share" -mindepth 1 -maxdepth 1 ! -name pkgconfig -exec rm -rf {} +
rm -rf "$apt" "$folder"/usr/{bin,sbin,libexec} "$folder"/usr/lib/{python3,systemd,llvm-*}
echo "$stamp" >"$folder/.stamp"
