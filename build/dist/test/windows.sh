#!/usr/bin/env bash
# What is for Windows, under Wine: the server answers calls and keeps its databases, the
# installer installs and uninstalls without a word, and the tray's icon is clicked.
cd "$(dirname "$0")/../../.." || exit 1
. build/dist/test/world.sh

export WINEPREFIX=$work/wine WINEDEBUG=-all WINEARCH=win64 LANG=C.UTF-8
# No browser and no .NET are wanted.
export WINEDLLOVERRIDES="mscoree,mshtml,winemenubuilder.exe="
unset DISPLAY
x86_64-w64-mingw32-gcc -shared -O2 -s -o "$work/bcryptprimitives.dll" build/dist/test/bcryptprimitives.c -ladvapi32
display=:$((100 + $$ % 800))
Xvfb $display -screen 0 1280x900x24 -nolisten tcp -ac >"$work/xvfb.log" 2>&1 &
at_end "kill $!"
export DISPLAY=$display
until_true 20 "the screen" xdotool getdisplaygeometry
timeout 120 wineboot -i >"$work/boot.log" 2>&1
at_end "wineserver -k"
timeout 60 wine reg add 'HKCU\Software\Wine' /v Version /d win10 /f >/dev/null 2>&1 # Wine says 7 by itself
cp "$work/bcryptprimitives.dll" "$WINEPREFIX/drive_c/windows/system32/"
home=$WINEPREFIX/drive_c/users/$(id -un)
programs=$home/AppData/Local/Programs/Headgate
win() { timeout 120 wine "$@"; }
# registry KEY [VALUE]: what it holds.
registry() { win reg query "$1" ${2+/v "$2"} 2>/dev/null | tr -d '\r'; }

# The server.
unzip -qd "$work" "$(one 'headgate-server_*_windows_amd64.zip')"
server=$(echo "$work"/headgate-server_*/headgate-server.exe)
win "$server" version
upstreams "$work/config.json"
mkdir "$work/data"
data=$(winepath -w "$work/data")
win "$server" doctor --data "$data" | grep -q 'windows on amd64' || die "doctor finds out nothing"
win "$server" import --data "$data" "$(winepath -w "$work/config.json")" >/dev/null
program_log=$work/serve.log
wine "$server" serve --data "$data" --addr 127.0.0.1:18021 --admin 127.0.0.1:18022 >"$program_log" 2>&1 &
at_end "kill $!"
gateway=http://127.0.0.1:18021/v1
until_true 60 "a call under Wine" ask $gateway
for n in $(seq 100); do ask $gateway || die "call $n failed"; done
ls "$work"/data/*.db-wal >/dev/null || die "SQLite doesn't write ahead"
until_true 20 "the last calls in the log" bash -c "[ \$(sqlite3 '$work/data/calls.db' 'select count(*) from calls') -ge 101 ]"
passed "the server answers 101 calls under Wine, SQLite in WAL mode"
wineserver -k
rm -rf "$work/data"

# The installer.
setup=$(one 'headgate_*_windows_amd64_setup.exe')
win reg add 'HKCU\Environment' /v Path /t REG_EXPAND_SZ /d '%USERPROFILE%\first;C:\last' /f >/dev/null 2>&1
win "$setup" /S /STARTUP /PATH /NOWEBVIEW
for file in Headgate.exe bin/headgate.exe uninstall.exe LICENSE.txt; do
	[ -s "$programs/$file" ] || die "the installer left no $file"
done
[ -e "$home/AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Headgate.lnk" ] || die "no shortcut in the Start menu"
in_windows='C:\users\'$(id -un)'\AppData\Local\Programs\Headgate'
# holds KEY VALUE TEXT
holds() { registry "$1" "$2" | grep -qF -- "$3" || die "$1 $2 doesn't hold $3: $(registry "$1" "$2")"; }
holds 'HKCU\Software\Microsoft\Windows\CurrentVersion\Run' Headgate "\"$in_windows\\Headgate.exe\" --hidden"
holds 'HKCU\Software\Classes\headgate\shell\open\command' '' "\"$in_windows\\Headgate.exe\" \"%1\""
holds 'HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\Headgate' QuietUninstallString /S
holds 'HKCU\Environment' Path "%USERPROFILE%\\first;C:\\last;$in_windows\\bin"
win "$programs/bin/headgate.exe" version
passed "the installer: files, Start menu, login, link, PATH"

win "$setup" /S /PATH /NOWEBVIEW
[ "$(registry 'HKCU\Environment' Path | grep -o 'Headgate' | wc -l)" -eq 1 ] || die "twice on the PATH"
registry 'HKCU\Software\Microsoft\Windows\CurrentVersion\Run' Headgate | grep -q -- --hidden || die "an update forgot the start at login"
passed "installed over itself: what was chosen stays"

# A running program is asked to end; one that doesn't is left alone. Wine 8 has no Unix
# sockets, by which programs are asked on Windows: here it is always the second.
mkdir -p "$home/AppData/Roaming/Headgate"
wine "$programs/bin/headgate.exe" serve --addr 127.0.0.1:18021 --admin 127.0.0.1:18022 >"$work/serve.log" 2>&1 &
until_true 60 "the installed server" curl -s http://127.0.0.1:18021/health
code=0
win "$setup" /S /NOWEBVIEW || code=$?
if curl -s http://127.0.0.1:18021/health >/dev/null; then
	[ $code -eq 3 ] || die "the installer says $code while the program runs"
	passed "a program that can't be asked to end is left running, exit code 3"
else
	[ $code -eq 0 ] || die "the installer says $code after the program ended"
	passed "the running program ended before its files were replaced"
fi
wineserver -k

win "$programs/uninstall.exe" /S "_?=$in_windows"
rm -f "$programs/uninstall.exe" # it can't remove itself when it isn't copied first
[ -z "$(find "$programs" -type f 2>/dev/null)" ] || die "files are left: $(find "$programs")"
[ ! -e "$home/AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Headgate.lnk" ] || die "the shortcut is left"
left=$(win reg export HKCU "$(winepath -w "$work/left.reg")" /y >/dev/null 2>&1 && iconv -f utf-16 -t utf-8 "$work/left.reg" | grep -ai headgate | grep -vi "$(basename "$work")" || true)
[ -z "$left" ] || die "left in the registry: $left"
registry 'HKCU\Environment' Path | grep -qF '%USERPROFILE%\first;C:\last' || die "the PATH is another: $(registry 'HKCU\Environment' Path)"
[ -d "$home/AppData/Roaming/Headgate" ] || die "the data went without a question"
passed "uninstalled without a word: nothing is left but the data"

win "$setup" /S /NOWEBVIEW
win "$programs/uninstall.exe" /S /DELETEDATA "_?=$in_windows"
[ ! -e "$home/AppData/Roaming/Headgate" ] || die "the data is left though it was to go"
passed "uninstalled with /DELETEDATA"

# The window's program says what Windows lacks when there is no WebView2, which Wine hasn't.
unzip -qd "$work" "$(one 'headgate_*_windows_amd64.zip')"
program_log=$work/desktop.log
wine "$work"/headgate_*_windows_amd64/Headgate.exe >"$program_log" 2>&1 &
desktop=$!
at_end "kill $desktop"
until_true 60 "words about what is missing" xdotool search --onlyvisible --name '^Headgate$'
sleep 1
mkdir -p build/.out
import -window "$(xdotool search --onlyvisible --name '^Headgate$' | tail -n 1)" build/.out/windows-missing.png
until_true 30 "the dialog's end" bash -c "! xdotool search --onlyvisible --name '^Headgate$' key Escape || ! kill -0 $desktop"
until_true 30 "the program's end" bash -c "! kill -0 $desktop"
grep -q 'WebView2 is missing' "$program_log" || die "the log doesn't say why there is no window"
passed "without WebView2 the window's program says so (build/.out/windows-missing.png)"

# Its tray alone, clicked: Wine shows the icon in a window of its own where no desktop does.
GOOS=windows GOARCH=amd64 CGO_ENABLED=0 go test -c -tags desktop,production,window -o "$work/tray.exe" ./app/desktop
program_log=$work/tray.log
wine "$work/tray.exe" -test.v -test.run '^TestTrayIsClicked$' >"$program_log" 2>&1 &
tray=$!
at_end "kill $tray"
until_true 60 "the tray's test" grep -q 'click until' "$program_log"
until_true 60 "the tray's icon" xdotool search --name '^Wine System Tray$'
place=$(xdotool getwindowgeometry --shell "$(xdotool search --name '^Wine System Tray$' | head -n 1)")
icon() { xdotool mousemove $(($(sed -n 's/^X=//p' <<<"$place") + 9)) $(($(sed -n 's/^Y=//p' <<<"$place") + 10)) click "$1"; }
# clicked THEN BUTTON KEYS...: clicks until the test says THEN.
clicked() {
	local then=$1 button=$2
	shift 2
	for _ in 1 2 3 4 5; do
		icon "$button"
		sleep 1.5
		[ $# -eq 0 ] || xdotool key --delay 200 "$@"
		for _ in $(seq 15); do
			! grep -q "$then" "$program_log" || return 0
			sleep 0.2
		done
		xdotool key Escape Escape
	done
	die "five clicks for '$then' did nothing"
}
clicked 'until the gateway is stopped' 3 Down Down Return
clicked 'click open' 3 Down Down Down Return
clicked 'click quit' 1
clicked '^--- PASS' 3 Up Return
passed "the tray is clicked under Wine: the gateway starts and stops, the window is asked for, quit"
