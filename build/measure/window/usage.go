//go:build linux

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// usage is what the program and the web view's processes have used, by the name
// of the process.
type usage map[string]share

type share struct {
	ticks int   // of processor time, a hundredth of a second each
	bytes int64 // of memory; what several processes share counts in parts (PSS)
}

// used reads /proc for the program and all its descendants.
func (p *program) used() (usage, error) {
	parents := map[int]int{}
	processes, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	type process struct {
		pid, ticks int
		name       string
	}
	var all []process
	for _, file := range processes {
		content, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		name, rest, _ := strings.Cut(string(content), ") ")
		pid, name, _ := strings.Cut(name, " (")
		fields := strings.Fields(rest)
		id, _ := strconv.Atoi(pid)
		parents[id], _ = strconv.Atoi(fields[1])
		user, _ := strconv.Atoi(fields[11])
		system, _ := strconv.Atoi(fields[12])
		all = append(all, process{id, user + system, name})
	}
	total := usage{}
	for _, one := range all {
		if !descends(parents, one.pid, p.cmd.Process.Pid) {
			continue
		}
		bytes, err := proportional(one.pid)
		if err != nil {
			return nil, err
		}
		so := total[one.name]
		total[one.name] = share{so.ticks + one.ticks, so.bytes + bytes}
	}
	return total, nil
}

func descends(parents map[int]int, pid, from int) bool {
	for ; pid > 1; pid = parents[pid] {
		if pid == from {
			return true
		}
	}
	return false
}

// proportional is the proportional set size of a process.
func proportional(pid int) (int64, error) {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(content)) {
		if rest, found := strings.CutPrefix(line, "Pss:"); found {
			kib, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kib << 10, err
		}
	}
	return 0, fmt.Errorf("process %d: no Pss in smaps_rollup", pid)
}

// since tells what was used in a time.
func (u usage) since(before usage, took time.Duration) string {
	var parts []string
	var cpu float64
	var bytes int64
	for name, now := range u {
		percent := float64(now.ticks-before[name].ticks) / took.Seconds()
		parts = append(parts, fmt.Sprintf("%s %.2f %% %d MB", name, percent, now.bytes/1e6))
		cpu, bytes = cpu+percent, bytes+now.bytes
	}
	slices.Sort(parts)
	return fmt.Sprintf("%.2f %% of a processor, %d MB (%s)", cpu, bytes/1e6, strings.Join(parts, ", "))
}
