#!/usr/bin/env bash
# What is in the release's files, read by tools other than those that made them.
cd "$(dirname "$0")/../../.." || exit 1
. build/dist/test/world.sh

(cd "$dist" && sha256sum --quiet -c SHA256SUMS && [ "$(wc -l <SHA256SUMS)" -eq "$(($(ls | wc -l) - 1))" ])
passed "SHA256SUMS names every file"

cat >"$work/wanted" <<-END
	/usr/bin/headgate
	/usr/bin/headgate-server
	/usr/lib/systemd/user/headgate.service
	/usr/share/applications/headgate.desktop
	/usr/share/bash-completion/completions/headgate
	/usr/share/bash-completion/completions/headgate-server
	/usr/share/doc/headgate/CHANGELOG.md
	/usr/share/doc/headgate/LICENSE
	/usr/share/doc/headgate/README.md
	/usr/share/doc/headgate/copyright
	/usr/share/fish/vendor_completions.d/headgate-server.fish
	/usr/share/fish/vendor_completions.d/headgate.fish
	/usr/share/headgate/installed-by
	$(printf '/usr/share/icons/hicolor/%s/apps/headgate.png\n' 128x128 16x16 256x256 32x32 48x48 512x512 64x64)
	/usr/share/icons/hicolor/scalable/apps/headgate.svg
	/usr/share/man/man1/headgate-server.1.gz
	/usr/share/man/man1/headgate.1.gz
	/usr/share/metainfo/app.headgate.Headgate.metainfo.xml
	/usr/share/zsh/site-functions/_headgate
END
sort -o "$work/wanted" "$work/wanted"
same() { diff "$work/wanted" <(sort -u) || die "$1 has other files"; }
for arch in amd64 arm64; do
	deb=$(one "headgate_*_linux_$arch.deb")
	dpkg-deb --fsys-tarfile "$deb" | tar t | sed 's,^\.,,; /\/$/d' | same "$deb"
	[ "$(dpkg-deb -f "$deb" Architecture)" = $arch ] || die "$deb is for another architecture"
	rpm=$(one "headgate_*_linux_$arch.rpm")
	rpm -qp --qf '[%{FILEMODES:perms} %{FILENAMES}\n]' "$rpm" 2>/dev/null | sed -n 's/^[-l][^ ]* //p' | same "$rpm"
	rpm -qp --requires "$rpm" 2>/dev/null | grep -q libwebkit2gtk-4.1 || die "$rpm doesn't ask for the web view"
	arch_package=$(one "headgate_*_linux_$arch.pkg.tar.zst")
	bsdtar -tf "$arch_package" | sed '/\/$/d; /^\./d; s,^,/,' | same "$arch_package"
	bsdtar -xOf "$arch_package" .PKGINFO | grep -q '^depend = webkit2gtk-4.1$' || die "$arch_package doesn't ask for the web view"
	for by in "apt:$(dpkg-deb --fsys-tarfile "$deb" | tar xO ./usr/share/headgate/installed-by)" \
		"pacman:$(bsdtar -xOf "$arch_package" usr/share/headgate/installed-by)"; do
		[ "${by%%:*}" = "${by#*:}" ] || die "a package says it was installed by ${by#*:}"
	done
done
passed "deb, rpm and Arch packages have the same files for both architectures"

for arch in amd64 arm64; do
	machine=x86-64
	[ $arch = amd64 ] || machine=aarch64
	tar -C "$work" -xzf "$(one "headgate_*_linux_$arch.tar.gz")"
	file -b "$work"/headgate_*_linux_$arch/bin/headgate | grep -E "$machine|$arch" >/dev/null || die "not for $arch"
	tar -C "$work" -xzf "$(one "headgate-server_*_linux_$arch.tar.gz")"
	file -b "$work"/headgate-server_*_linux_$arch/headgate-server | grep -q 'statically linked' || die "the server is linked dynamically"
	tar -tzf "$(one "headgate-server_*_darwin_$arch.tar.gz")" | grep -q '/headgate-server$'
	unzip -qqt "$(one "headgate-server_*_windows_$arch.zip")"
	unzip -qqt "$(one "headgate_*_windows_$arch.zip")"
done
"$work"/headgate-server_*_linux_amd64/headgate-server version
passed "archives, and the server is static"

if command -v qemu-aarch64-static >/dev/null; then
	qemu-aarch64-static "$work"/headgate-server_*_linux_arm64/headgate-server version
	passed "the arm64 server runs (qemu)"
fi

# The archive as its reader uses it: in ~/.local, by somebody who isn't root.
upstreams "$work/config.json"
home=$work/home
mkdir -p "$home/.local"
install -d -m 700 "$home/.local/share" "$home/.local/share/headgate" # as an earlier version left it
tar -C "$home/.local" --strip-components=1 -xzf "$(one 'headgate_*_linux_amd64.tar.gz')"
as_person=(env -i HOME="$home" PATH="$home/.local/bin:/usr/bin:/bin" XDG_RUNTIME_DIR="$home/run" LANG=C.UTF-8
	HEADGATE_ADDR=127.0.0.1:18051 HEADGATE_ADMIN_ADDR=127.0.0.1:18052)
[ "$(stat -c %a "$home/.local/share/headgate")" = 700 ] || die "the archive opens the data folder to others"
if [ "$(id -u)" -eq 0 ]; then
	chmod 711 "$work"
	chown -R 65534:65534 "$home"
	as_person=(setpriv --reuid=65534 --regid=65534 --clear-groups "${as_person[@]}")
fi
"${as_person[@]}" install -d -m 700 "$home/run"
"${as_person[@]}" desktop-file-validate "$home/.local/share/applications/headgate.desktop"
unit=$home/.local/share/systemd/user/headgate.service
"${as_person[@]}" systemd-analyze --user --man=no verify "$unit" >"$work/unit.log" 2>&1 || die "$(cat "$work/unit.log")"
! grep -F headgate "$work/unit.log" || die "systemd doesn't understand the unit"
start=$(sed -n 's/^ExecStart=//p' "$unit")
"${as_person[@]}" headgate-server import "$work/config.json" >/dev/null
program_log=$work/serve.log
# shellcheck disable=SC2086 # a list of words
"${as_person[@]}" ${start//%h/$home} >"$program_log" 2>&1 &
server=$!
at_end "kill $server"
until_true 30 "a call" ask http://127.0.0.1:18051/v1
"${as_person[@]}" headgate-server quit >/dev/null
until_true 30 "the program's end" bash -c "! kill -0 $server"
[ -z "$(find "$home" ! -path "$home/.local/*" ! -path "$home/run*" -type f)" ] || die "files lie outside ~/.local"
passed "the archive in ~/.local: its unit is good, and what it starts answers a call"

node - "$(one 'headgate_*_sbom.cdx.json')" <<-'END'
	const bom = JSON.parse(require('node:fs').readFileSync(process.argv[2]))
	const names = bom.components.map((c) => (c.group ? `${c.group}/` : '') + c.name)
	for (const name of ['github.com/wailsapp/wails/v2', 'modernc.org/sqlite', 'svelte', 'std'])
	  if (!names.includes(name)) throw new Error(`the SBOM lacks ${name}`)
	const refs = new Set([...bom.components.map((c) => c['bom-ref']), 'headgate'])
	for (const { ref, dependsOn } of bom.dependencies)
	  for (const r of [ref, ...dependsOn]) if (!refs.has(r)) throw new Error(`the SBOM names ${r} and doesn't say what it is`)
	console.log(`    ${names.length} components`)
END
passed "SBOM"
