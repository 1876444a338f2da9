#!/usr/bin/env bash
# The deb in a Debian of its own: installed by apt, used in a window, upgraded over an older
# version while it runs, removed. Wants root and, the first time, the network.
cd "$(dirname "$0")/../../.." || exit 1
. build/dist/test/world.sh

[ "$(id -u)" -eq 0 ] || die "a folder of its own as / needs root"
deb=$(one 'headgate_*_linux_amd64.deb')
version=$(dpkg-deb -f "$deb" Version)
base=build/.tools/debian-bookworm.tar
if [ ! -e "$base" ]; then
	say "fetching a bare Debian"
	debootstrap --variant=minbase bookworm "$work/base" http://deb.debian.org/debian >"$work/debootstrap.log" 2>&1 ||
		die "$(tail -n 20 "$work/debootstrap.log")"
	tar -C "$work/base" -cf "$base.new" . && mv "$base.new" "$base"
	rm -rf "$work/base"
fi
root=$work/root
mkdir "$root"
tar -C "$root" -xpf "$base"
for folder in proc dev; do
	mount --rbind --make-rslave "/$folder" "$root/$folder"
	at_end "umount -R -l '$root/$folder'"
done
cp /etc/resolv.conf "$root/etc/resolv.conf"
cp /etc/apt/sources.list.d/debian.sources "$root/etc/apt/sources.list.d/" 2>/dev/null && : >"$root/etc/apt/sources.list"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" # no services here
chmod 755 "$root/usr/sbin/policy-rc.d"
within() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
apt() { within apt-get -qq -o Dpkg::Use-Pty=0 "$@" >"$work/apt.log" 2>&1 || die "$(tail -n 30 "$work/apt.log")"; }
within useradd -m ada
# Whose screen and bus stand outside; both are reached by abstract sockets.
export DISPLAY=:$((100 + $$ % 800)) DBUS_SESSION_BUS_ADDRESS=unix:abstract=headgate-test-$$
# Not a function: `kill $!` would reach the shell that waits for it, and not the program.
ada=(chroot --userspec=ada:ada "$root" env -i PATH=/usr/bin:/bin HOME=/home/ada USER=ada LANG=C.UTF-8
	DISPLAY="$DISPLAY" DBUS_SESSION_BUS_ADDRESS="$DBUS_SESSION_BUS_ADDRESS"
	HEADGATE_ADDR=127.0.0.1:18001 HEADGATE_ADMIN_ADDR=127.0.0.1:18002)
gateway=http://127.0.0.1:18001/v1

# An older version: the same program that calls itself older, with a file that is gone since.
old=$work/old
dpkg-deb -R "$deb" "$old"
CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=0.0.1" -o "$old/usr/bin/headgate-server" .
sed -i 's/^Version: .*/Version: 0.0.1-1/' "$old/DEBIAN/control"
echo gone >"$old/usr/share/doc/headgate/OLD"
rm -f "$old/DEBIAN/md5sums"
dpkg-deb --root-owner-group -Zgzip -z1 -b "$old" "$root/root/old.deb" >/dev/null
cp "$deb" "$root/root/new.deb"
[ "$version" != 0.0.1-1 ]

say "installing with apt"
apt update
apt install -y --no-install-recommends /root/old.deb
[ "$("${ada[@]}" headgate-server version)" = "headgate 0.0.1" ] || die "not the older version"
"${ada[@]}" sh -c 'command -v headgate headgate-server' >/dev/null
within apt-get -qq -s install headgate >/dev/null
! ldd_missing=$(within ldd /usr/bin/headgate | grep 'not found') || die "libraries are missing: $ldd_missing"
passed "apt installs it, with all that it needs"

upstreams "$root/home/ada/config.json"
"${ada[@]}" headgate-server import /home/ada/config.json >/dev/null

Xvfb "$DISPLAY" -screen 0 1280x900x24 -nolisten tcp -ac >"$work/xvfb.log" 2>&1 &
at_end "kill $!"
until_true 20 "the screen" xdotool getdisplaygeometry
openbox >/dev/null 2>&1 &
at_end "kill $!"
cat >"$work/bus.conf" <<-END
	<busconfig><type>session</type><listen>unix:abstract=headgate-test-$$</listen><auth>EXTERNAL</auth>
	<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/><allow user="*"/></policy></busconfig>
END
dbus-daemon --nofork --config-file="$work/bus.conf" >"$work/bus.log" 2>&1 &
at_end "kill $!"

# start LOG: the window, as ada's desktop would start it. WebKit's processes need /proc and
# /dev/shm, which are mounted above; its sandbox is off in a program that doesn't ask for it.
start() {
	program_log=$work/$1
	"${ada[@]}" headgate >"$program_log" 2>&1 &
	app=$!
	at_end "kill $app"
	until_true 60 "the gateway" ask $gateway
	until_true 60 "the window" xdotool search --onlyvisible --name Headgate
	[ "$(readlink "/proc/$app/exe")" = "$root/usr/bin/headgate" ] || die "what runs is not what is installed"
	window=$(xdotool search --onlyvisible --name Headgate | tail -n 1)
}
end() {
	kill "$app"
	until_true 60 "the program's end" bash -c "! kill -0 $app"
}
# painted PICTURE: the page beside the menu shows something, and the same as a moment ago.
# A page that isn't there, or only its frame, has some 3 colours; text alone has more than 100.
painted() {
	mkdir -p build/.out
	import -window "$window" -crop 940x620+220+130 "$work/seen.png"
	sleep 0.5
	import -window "$window" "$1"
	convert "$1" -crop 940x620+220+130 +repage "$work/now.png"
	[ "$(convert "$work/now.png" -format %k info:)" -gt 100 ] && [ "$(compare -metric AE "$work/seen.png" "$work/now.png" null: 2>&1)" = 0 ]
}
# logged COUNT: so many calls or more are in the log.
logged() {
	until_true 20 "call $1 in the log" bash -c \
		"[ \$(sqlite3 '$root/home/ada/.local/share/headgate/calls.db' 'select count(*) from calls') -ge $1 ]"
}
start first.log
until_true 60 "a painted page (see build/.out/deb-window.png)" painted build/.out/deb-window.png
logged 1
# By keyboard to the page of the calls.
cp "$work/now.png" "$work/first-page.png"
xdotool windowfocus --sync "$window" key ctrl+2
other_page() {
	painted build/.out/deb-calls.png && [ "$(compare -metric AE "$work/first-page.png" "$work/now.png" null: 2>&1)" -gt 1000 ]
}
until_true 30 "the page of calls (see build/.out/deb-calls.png)" other_page
passed "the window shows its pages, and a call is answered and logged (build/.out/deb-*.png)"

say "upgrading while it runs"
apt install -y --no-install-recommends /root/new.deb
ask $gateway || die "the running program was disturbed by the upgrade"
[ ! -e "$root/usr/share/doc/headgate/OLD" ] || die "a file of the older version is left"
end
new=$("${ada[@]}" headgate-server version)
[ "$new" != "headgate 0.0.1" ] || die "the older version is still there"
start second.log
logged 3
end
passed "upgraded to $new over 0.0.1: key, group and log are those of before"

apt install -y --no-install-recommends --allow-downgrades /root/new.deb
apt purge -y headgate
left=$(find "$root" -xdev -iname '*headgate*' ! -path "$root/home/ada/*" ! -path "$root/tmp/*" ! -path "$root/proc/*" ! -path "$root/dev/*")
[ -z "$left" ] || die "left behind: $left"
! grep -rls headgate "$root"/usr/share/applications "$root"/var/lib/dpkg/info "$root"/etc || die "a registration is left"
[ -e "$root/home/ada/.local/share/headgate/headgate.lock" ] || die "the person's data is gone"
passed "purged: nothing is left but the person's data"
