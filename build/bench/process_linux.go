package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// cpu is the time that a process has spent on processors so far, of threads that
// have ended too. /proc/PID/stat knows the same in steps of 10 ms only.
func (p *process) cpu() (time.Duration, error) {
	const scheduled = 2 // CPUCLOCK_SCHED
	var now unix.Timespec
	if err := unix.ClockGettime(int32(^p.pid<<3|scheduled), &now); err != nil {
		return 0, fmt.Errorf("CPU time of process %d: %w", p.pid, err)
	}
	return time.Duration(now.Nano()), nil
}

// memory is what a process has in memory now, in bytes.
func (p *process) memory() (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := bytes.Cut(status, []byte("VmRSS:"))
	number, _, ok := bytes.Cut(bytes.TrimSpace(rest), []byte(" kB"))
	if !ok {
		return 0, fmt.Errorf("process %d has no VmRSS", p.pid)
	}
	kib, err := strconv.ParseInt(string(number), 10, 64)
	return kib << 10, err
}

// openFiles is how many a process may have.
func openFiles() int {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return 1024
	}
	return int(min(limit.Max, 1<<20)) // Go raises the soft limit to it
}

// sleepUntil is exact to some 60 µs, where time.Sleep may be a millisecond late.
func sleepUntil(at time.Time) {
	for left := time.Until(at); left > 0; left = time.Until(at) {
		wait := unix.NsecToTimespec(int64(left))
		_ = unix.Nanosleep(&wait, nil)
	}
}

// machine is what this was measured on.
func machine() (model, kernel string) {
	info, _ := os.ReadFile("/proc/cpuinfo")
	_, rest, _ := bytes.Cut(info, []byte("model name"))
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	_, name, _ := bytes.Cut(line, []byte(":"))
	var names unix.Utsname
	_ = unix.Uname(&names)
	return string(bytes.TrimSpace(name)), unix.ByteSliceToString(names.Sysname[:]) + " " + mainRelease(unix.ByteSliceToString(names.Release[:]))
}

// mainRelease leaves out what a distributor appends.
func mainRelease(release string) string {
	main, _, _ := strings.Cut(release, "-")
	return main
}
