#!/usr/bin/env bash
# The container image without a container engine: the Dockerfile's last stage is put together
# by hand out of the released server, and runs as its user with nothing else in sight.
cd "$(dirname "$0")/../../.." || exit 1
. build/dist/test/world.sh

[ "$(id -u)" -eq 0 ] || die "a folder of its own as / needs root"
last=$(awk '/^FROM /{ text = "" } { text = text $0 "\n" } END { printf "%s", text }' Dockerfile)
# line NAME: what the last stage says after NAME.
line() { sed -n "s/^$1 //p" <<<"$last"; }
[ "$(line FROM)" = scratch ] || die "the image isn't empty at first"
[ "$(line 'COPY --from=program')" = "/root-of-image/ /" ] || die "the image gets more than its one folder"

# What its stage "program" puts there: the same commands, with this program as the compiler's.
root=$work/root-of-image
tar -C "$work" -xzf "$(one 'headgate-server_*_linux_amd64.tar.gz')"
install -D "$work"/headgate-server_*/headgate-server "$root/usr/bin/headgate-server"
commands=$(sed -n '/&& install -d -o/,/^$/p' Dockerfile | sed 's/\\$//; s/^\t*&& /\&\& /' | tr -d '\n' | sed "s,/root-of-image,$root,g")
bash -ec "true $commands"
read -r -a environment < <(line ENV)
user=$(line USER)
# With the image's environment and nothing of this one.
inside=(env -i PATH=/usr/sbin:/usr/bin "${environment[@]}" HEADGATE_ADDR=127.0.0.1:18011 HEADGATE_ADMIN_ADDR=127.0.0.1:18012
	chroot --userspec="$user" "$root" /usr/bin/headgate-server)
[ "${user%%:*}" -gt 0 ] || die "it runs as root"
mapfile -t start < <(line CMD | tr -d '[],"' | tr ' ' '\n')
check=$(sed -n 's/^HEALTHCHECK .* CMD \["\/usr\/bin\/headgate-server", "\(.*\)"\]$/\1/p' <<<"$last")
[ "${start[*]}" = serve ] && [ "$check" = status ] || die "it starts with ${start[*]}, and is checked with $check"

code=0
"${inside[@]}" "$check" >/dev/null 2>&1 || code=$?
[ $code -ne 0 ] || die "the check says that all is well while nothing runs"
upstreams "$root/config.json"
"${inside[@]}" import /config.json >/dev/null
program_log=$work/serve.log
"${inside[@]}" "${start[@]}" >"$program_log" 2>&1 &
server=$!
at_end "kill $server"
until_true 30 "a call in the image" ask http://127.0.0.1:18011/v1
"${inside[@]}" "$check" >/dev/null || die "the check fails while calls are answered"
[ "$(stat -c %u "/proc/$server")" = "${user%%:*}" ] || die "it runs as another user"
# Nothing but the data folder was written.
changed=$(find "$root" -xdev -newer "$work/upstream.log" -type f ! -path "$root/data/*" ! -name config.json)
[ -z "$changed" ] || die "it wrote $changed"
kill "$server"
until_true 60 "its end after SIGTERM" bash -c "! kill -0 $server"
size=$(du -sm "$root/usr" "$root/etc" | awk '{ s += $1 } END { print s }')
passed "the image ($size MB) answers calls as user $user, and its check knows when it does"
