package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// diskFaults are what a disk answers to the calls by which SQLite writes.
var diskFaults = []struct{ call, answer string }{
	{"pwrite64", "ENOSPC"}, {"pwrite64", "EIO"}, {"fsync", "EIO"}, {"fdatasync", "EIO"}, {"ftruncate", "EIO"}, {"openat", "ENOSPC"},
}

// failingDisk lets single writes fail, one after the other and some at a time, under a
// server that is called and saved to: no call may fail, no database be set aside, what
// was said to be saved must be there after a kill, and once the disk is well again
// everything must be, without a restart.
func failingDisk(ctx context.Context, o options) (ok bool, err error) {
	tracer, err := exec.LookPath("strace")
	if err != nil {
		return false, err
	}
	l, err := newLives(ctx, o)
	if err != nil {
		return false, err
	}
	defer func() { l.end(ok) }()
	if err := l.program.start(); err != nil { // with its files
		return false, err
	}
	l.live(ctx, time.Second)
	if err := l.program.kill(); err != nil {
		return false, err
	}
	failed := 0
	for _, fault := range diskFaults {
		for _, file := range []string{configFile, callsFile} {
			for _, n := range []int{2, 5, 9, 14, 20} {
				under := []string{tracer, "-f", "-qqq", "-e", "trace=" + fault.call, "-o", os.DevNull, "-e", fmt.Sprintf("inject=%s:error=%s:when=%d..%d", fault.call, fault.answer, n, n+n/4)}
				for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
					under = append(under, "-P", filepath.Join(l.program.folder, file+suffix))
				}
				refused, err := l.lifeUnder(ctx, under, fmt.Sprintf("%s of %s, %s from the %d. on", fault.call, file, fault.answer, n))
				if err != nil {
					return false, err
				}
				failed += refused
			}
		}
		fmt.Printf("%s %s: %d saves refused so far, %d faults\n", fault.call, fault.answer, failed, len(l.faults))
	}
	if err := l.look(ctx); err != nil {
		return false, err
	}
	for _, fault := range l.faults {
		fmt.Println("WRONG:", fault)
	}
	return len(l.faults) == 0, nil
}

// killTraced kills the server and not its tracer, which would leave it behind and ends
// by itself.
func (l *lives) killTraced() error {
	tracer := l.program.command.Process.Pid
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", tracer, tracer))
	if err != nil {
		return err
	}
	var server int
	if _, err := fmt.Sscan(string(children), &server); err != nil {
		return fmt.Errorf("the tracer's children are %q: %w", children, err)
	}
	err = syscall.Kill(server, syscall.SIGKILL)
	<-l.program.ended
	return err
}

// lifeUnder is a life with a disk that fails for a while, and its end. It returns how
// many saves failed.
func (l *lives) lifeUnder(ctx context.Context, under []string, what string) (refused int, err error) {
	before := len(l.faults)
	defer func() {
		for i := before; i < len(l.faults); i++ {
			l.faults[i] = what + ": " + l.faults[i]
		}
	}()
	l.program.under = under
	err = l.program.start()
	l.program.under = nil
	if err != nil { // the first writes may be those of a start, which says so and ends
		return 1, nil
	}
	defer func() { err = errors.Join(err, l.killTraced()) }()
	page, err := logIn(ctx, l.program.admin)
	if err != nil {
		return 1, nil
	}
	defer page.close()
	if err := l.compare(ctx, page); err != nil {
		return 1, nil
	}
	calling, end := context.WithCancel(ctx)
	over := make(chan struct{})
	go func() {
		defer close(over)
		l.call(calling)
	}()
	well := 0
	for tries := 0; tries < 60 && well < 8; tries++ {
		well++
		if err := l.save(ctx, page); err != nil {
			refused, well = refused+1, 0
			if err := l.compare(ctx, page); err != nil {
				l.wrong("the settings can't be read: %v", err)
			}
		}
	}
	if well < 8 {
		l.wrong("saves still fail once the disk is well")
	}
	for late := time.Now().Add(30 * time.Second); ; pause(ctx, 100*time.Millisecond) {
		var health struct {
			Error   string `json:"error"`
			Dropped int    `json:"dropped"`
		}
		err := page.rpc(ctx, "Calls/Health", &health)
		if err == nil && health.Error == "" && health.Dropped == 0 {
			break
		}
		if time.Now().After(late) {
			l.wrong("the log is not well: %+v, %v", health, err)
			break
		}
	}
	end()
	<-over
	return refused, nil
}
