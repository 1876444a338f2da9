package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// profileTop is how many lines of each profile are printed.
const profileTop = 45

var notInNames = regexp.MustCompile(`[^A-Za-z0-9]+`)

// profiles runs each scenario on a program of its own, which writes its CPU and
// heap profiles when it ends, and prints where the time went and what was
// allocated.
func (b *bench) profiles(ctx context.Context, chosen []scenario) error {
	for _, s := range chosen {
		into, err := filepath.Abs(filepath.Join(b.profile, strings.Trim(notInNames.ReplaceAllString(s.name, "-"), "-")))
		if err != nil {
			return err
		}
		if err := os.MkdirAll(into, 0o755); err != nil {
			return err
		}
		if err := b.profiled(ctx, s, into); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

func (b *bench) profiled(ctx context.Context, s scenario, into string) error {
	data := filepath.Join(into, "data")
	if err := os.RemoveAll(data); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(data) }()
	if err := b.furnish(ctx, data); err != nil {
		return err
	}
	h, err := b.serve(ctx, data, "127.0.0.1:0", profileVariable+"="+into)
	if err != nil {
		return err
	}
	defer h.stop()
	if err := h.login(); err != nil {
		return err
	}
	c, err := b.one(ctx, s, h)
	if err != nil {
		return err
	}
	h.stop()
	fmt.Printf("\n# %s: %d answers, %.1f µs each while profiled\n\n", s.name, c.answered, cpuOf(&c))
	for _, p := range []struct{ file, sample string }{{"cpu.pprof", "cpu"}, {"heap.pprof", "alloc_objects"}, {"heap.pprof", "alloc_space"}} {
		cmd := exec.CommandContext(ctx, "go", "tool", "pprof", "-top", fmt.Sprintf("-nodecount=%d", profileTop),
			"-sample_index="+p.sample, filepath.Join(into, p.file))
		out, err := cmd.Output()
		if err != nil {
			return fmt.Errorf("read %s: %w", p.file, err)
		}
		if err := os.WriteFile(filepath.Join(into, p.sample+".txt"), out, 0o644); err != nil {
			return err
		}
		fmt.Printf("%s\n", out)
	}
	return nil
}

// profileVariable names the folder that headgate serve writes its profiles to.
const profileVariable = "HEADGATE_PROFILE"
