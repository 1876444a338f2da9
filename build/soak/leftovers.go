package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"strconv"
	"strings"
	"time"
)

// footprint is what the program holds.
type footprint struct {
	files      int   // open descriptors; -1: this system doesn't tell
	memory     int64 // resident, bytes; -1: this system doesn't tell
	goroutines []string
}

// What may be left of a load: caches that grow once, and a timer that just runs.
const (
	spareFiles      = 6
	spareGoroutines = 4
	spareMemory     = 64 << 20
)

// calm is for how long a program's files must not have become fewer. Connections
// that an upstream has closed are looked for every five seconds.
const calm = 6 * time.Second

// measure looks at the program as soon as connections have stopped to end.
func (p *program) measure(ctx context.Context) (footprint, error) {
	proc := fmt.Sprintf("/proc/%d", p.command.Process.Pid)
	f := footprint{files: math.MaxInt, memory: -1}
	for since := time.Now(); time.Since(since) < calm; pause(ctx, 50*time.Millisecond) {
		entries, err := os.ReadDir(proc + "/fd")
		if errors.Is(err, fs.ErrNotExist) {
			return footprint{files: -1, memory: -1}, nil
		}
		if err != nil {
			return f, err
		}
		if len(entries) < f.files {
			f.files, since = len(entries), time.Now()
		}
	}
	status, err := os.ReadFile(proc + "/status")
	f.memory = resident(status)
	return f, err
}

func resident(status []byte) int64 {
	for line := range bytes.Lines(status) {
		if words := strings.Fields(string(line)); len(words) == 3 && words[0] == "VmRSS:" {
			kilobytes, err := strconv.ParseInt(words[1], 10, 64)
			if err == nil {
				return kilobytes << 10
			}
		}
	}
	return -1
}

// checkLeftovers holds what the program has after the load against what it has
// after a start and a few calls.
func (s *scene) checkLeftovers(r *report, after, fresh footprint) {
	var faults []string
	if after.files > fresh.files+spareFiles {
		faults = append(faults, fmt.Sprintf("%d files are left open, after a start it is %d", after.files, fresh.files))
	}
	if after.memory > 2*fresh.memory+spareMemory {
		faults = append(faults, fmt.Sprintf("%d MiB resident, after a start it is %d", after.memory>>20, fresh.memory>>20))
	}
	if len(after.goroutines) > len(fresh.goroutines)+spareGoroutines {
		count := map[string]int{}
		for _, began := range after.goroutines {
			count[began]++
		}
		for _, began := range fresh.goroutines {
			count[began]--
		}
		for began, n := range count {
			if n > 0 {
				faults = append(faults, fmt.Sprintf("%d goroutines too many of %s", n, began))
			}
		}
	}
	if len(fresh.goroutines) == 0 {
		faults = append(faults, "the server told no goroutines")
	}
	r.check("leftovers", faults, "after the load %d files, %d goroutines, %d MiB; after a start and a few calls %d, %d, %d MiB",
		after.files, len(after.goroutines), after.memory>>20, fresh.files, len(fresh.goroutines), fresh.memory>>20)
}
