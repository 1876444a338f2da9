#!/usr/bin/env bash
# Runs each fuzz target for a fixed number of inputs, so that it takes as long each
# time: FUZZTIME=1h build/fuzz.sh ./gateway looks for longer, in one package alone.
set -euo pipefail
cd "$(dirname "$0")/.."

for file in $(git ls-files --cached --others --exclude-standard '*_test.go' | xargs grep -l '^func Fuzz' | sort); do
	package=./$(dirname "$file")
	[ $# -eq 0 ] || [[ " $* " == *" $package "* ]] || continue
	for target in $(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' "$file"); do
		# Its seeds are run by go test; minimizing what is only new takes its time.
		go test "$package" -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-2000x}" -fuzzminimizetime 1x -parallel 2 |
			awk -v name="$target" '
				/^(ok|PASS)/ { next } /^fuzz: elapsed/ { last = $0; next } { print; bad = 1 }
				END { print "--- " (bad ? "FAIL" : "PASS") ": " name " (" last ")"; exit bad }'
	done
done
