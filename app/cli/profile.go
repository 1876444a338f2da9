package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
)

// profileVariable names the environment variable with a folder for the profiles
// of one run: files of those who started the program, and never a door that
// others could knock at.
const profileVariable = "HEADGATE_PROFILE"

// profile begins to profile the program; end writes cpu.pprof and heap.pprof.
// Without a folder it does nothing.
func profile(folder string) (end func() error, err error) {
	if folder == "" {
		return func() error { return nil }, nil
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("%s: %w", profileVariable, err)
	}
	cpu, err := os.Create(filepath.Join(folder, "cpu.pprof"))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", profileVariable, err)
	}
	if err := pprof.StartCPUProfile(cpu); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", profileVariable, err), cpu.Close())
	}
	return func() error {
		pprof.StopCPUProfile()
		return errors.Join(cpu.Close(), heapProfile(filepath.Join(folder, "heap.pprof")))
	}, nil
}

// heapProfile writes what is in memory and what was ever allocated.
func heapProfile(path string) error {
	heap, err := os.Create(path)
	if err != nil {
		return err
	}
	runtime.GC()
	return errors.Join(pprof.WriteHeapProfile(heap), heap.Close())
}
