package main

import "fmt"

// report prints checks, each with its numbers, and counts them.
type report struct{ passed, failed int }

// mostShown is how many faults of a check are shown.
const mostShown = 8

// check prints one check: what was looked at, and what was wrong with it.
func (r *report) check(name string, faults []string, format string, args ...any) {
	verdict := "pass"
	if len(faults) > 0 {
		verdict = "FAIL"
		r.failed++
	} else {
		r.passed++
	}
	fmt.Printf("%s  %-14s %s\n", verdict, name, fmt.Sprintf(format, args...))
	for i, fault := range faults {
		if i == mostShown {
			fmt.Printf("      … and %d more\n", len(faults)-i)
			break
		}
		fmt.Printf("      %s\n", fault)
	}
}
