#!/usr/bin/env bash
# Runs all checks and tests, one make target after the other, and counts.
# Each step's output is kept in build/.out/NAME.log and shown when it fails.
set -uo pipefail
cd "$(dirname "$0")/.."

steps="setup-test format vet static errors assignments security icons packaging bindings
	types eslint prettier frontend budget go fuzz soak browser client window"
logs=build/.out
# No step takes a quarter of this on a slow machine; a hanging one must end.
limit=1200

export CI=${CI:-true} NO_COLOR=1
rm -rf "$logs"
mkdir -p "$logs"

# tally LOG passed|failed: how many tests the tools say they ran in this step.
# Go: its top-level test functions; vitest, node and the browser tests: their sums.
tally() {
	awk -v want="$2" '
		{ gsub(/\033\[[0-9;]*m/, "") }
		/^--- PASS:/ { n["passed"]++ }
		/^--- FAIL:/ { n["failed"]++ }
		/^ *Tests +[0-9]/ || /^[0-9]+ passed, [0-9]+ failed$/ {
			for (i = 2; i <= NF; i++) if ($i ~ /^(passed|failed)/) n[substr($i, 1, 6)] += $(i - 1)
		}
		/^(# |ℹ )pass [0-9]+$/ { n["passed"] += $NF }
		/^(# |ℹ )fail [0-9]+$/ { n["failed"] += $NF }
		END { print n[want] + 0 }' "$1"
}

passed=0 failed=0 broken=()
for step in $steps; do
	target=test-$step
	[ "$step" != setup-test ] || target=$step
	printf '%-14s ' "$step"
	began=$(date +%s%N)
	timeout "$limit" make --no-print-directory "$target" >"$logs/$step.log" 2>&1 </dev/null
	status=$?
	took=$(($(date +%s%N) - began))
	took=$(printf '%d.%01ds' $((took / 1000000000)) $((took / 100000000 % 10)))
	good=$(tally "$logs/$step.log" passed)
	bad=$(tally "$logs/$step.log" failed)
	tests=
	[ $((good + bad)) -eq 0 ] || tests="$good of $((good + bad)) tests"
	# A step without tests of its own is one check; one that fails without
	# naming a test is one failure.
	if [ $status -eq 0 ] && [ "$bad" -eq 0 ]; then
		[ "$good" -gt 0 ] || good=1
		printf 'ok      %8s  %s\n' "$took" "$tests"
	else
		[ "$bad" -gt 0 ] || bad=1
		printf 'FAILED  %8s  %s\n' "$took" "$tests"
		broken+=("$step")
		echo "---- the end of $logs/$step.log (exit $status):"
		grep -vE '^ *(=== (RUN|PAUSE|CONT|NAME)|--- PASS)' "$logs/$step.log" | tail -n 150
		echo "---- end of $step"
	fi
	passed=$((passed + good))
	failed=$((failed + bad))
	if [ "$step" = setup-test ] && [ $status -ne 0 ]; then
		echo "nothing can run without the setup"
		break
	fi
done

if [ ${#broken[@]} -gt 0 ]; then
	echo "FAILED: ${broken[*]}  (alone: make test-<name>)"
fi
echo "Counted are the tests that the tools ran, and 1 for each step that is a single check:"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
