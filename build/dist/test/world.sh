# For the tests of what `make dist` made; read by `. world.sh`, in the repository's root.
# Its upstreams are a server that refuses and one that answers "Hello.".
set -euo pipefail
# shellcheck disable=SC2034 # for who reads this
dist=$PWD/build/bin/dist
api_key=hg-test-key-0123456789
program_log= # what a running program says, shown when the test fails
work=$(mktemp -d)
ends=()

# at_end COMMAND: is run when the test ends, the last one first.
at_end() { ends+=("$*"); }
finish() {
	local status=$? i
	[ $status -eq 0 ] || [ ! -s "$program_log" ] || tail -n 20 "$program_log" >&2
	for ((i = ${#ends[@]} - 1; i >= 0; i--)); do eval "${ends[$i]}" 2>/dev/null || true; done
	[ $status -eq 0 ] || echo "--- FAIL: $(basename "$0")"
	exit $status
}
trap finish EXIT
at_end 'rm -rf --one-file-system "$work"' # a system's folder may be mounted in it

say() { echo "    $*"; }
passed() { echo "--- PASS: $*"; }
die() {
	echo "    $*" >&2
	exit 1
}

# one PATTERN: the one file of the release that fits.
one() {
	local found=("$dist"/$1)
	[ ${#found[@]} -eq 1 ] && [ -e "${found[0]}" ] || die "build/bin/dist has not exactly one $1: run make dist"
	echo "${found[0]}"
}

# until_true SECONDS WHAT COMMAND...: waits for COMMAND to succeed.
until_true() {
	local end=$((SECONDS + $1)) what=$2
	shift 2
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || die "not within the time: $what"
		sleep 0.2
	done
}

# upstreams FILE: starts them and writes a configuration that leads to them.
upstreams() {
	go build -o "$work/upstream" ./gateway/gatewaytest/cmd/upstream
	echo '{"marker":"good","steps":[{"content":["Hel","lo."]}]}' >"$work/good.json"
	"$work/upstream" "$work/good.json" >"$work/upstream.log" &
	at_end "kill $!"
	until_true 30 "the upstream" grep -q '^good ' "$work/upstream.log"
	cat >"$1" <<-END
		{"version": 1,
		 "providers": [
		  {"name": "bad", "dialect": "openai", "base_url": "http://127.0.0.1:9", "models": [{"id": "m1"}]},
		  {"name": "good", "dialect": "openai", "base_url": "$(sed -n 's/^good //p' "$work/upstream.log")",
		   "keys": ["sk-test-0123456789"], "models": [{"id": "m2"}]}],
		 "groups": [{"name": "chat", "policy": "priority", "members": [
		  {"provider": "bad", "model": "m1", "priority": 1}, {"provider": "good", "model": "m2", "priority": 2}]}],
		 "api_keys": [{"name": "test", "key": "$api_key", "groups": ["chat"]}]}
	END
	chmod 644 "$1"
}

# ask BASE: makes a call, which the second member must answer.
ask() {
	curl -sS --max-time 30 -H "Authorization: Bearer $api_key" -H "Content-Type: application/json" \
		-d '{"model":"chat","messages":[{"role":"user","content":"Hi"}]}' "$1/chat/completions" | grep -q '"Hello\."'
}
