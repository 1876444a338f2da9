package autostart_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"headgate/app/autostart"
)

// Each test has a configuration folder of its own.
func folder(t *testing.T) (file string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "not yet there")
	t.Setenv("XDG_CONFIG_HOME", dir)
	return filepath.Join(dir, "autostart", "headgate.desktop")
}

func program(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte("#!/bin/sh\nprintf '%s\\n' \"$0 $*\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestSwitchedOnAndOff(t *testing.T) {
	file := folder(t)
	e := &autostart.Entry{Program: program(t, "headgate")}
	if e.On() {
		t.Error("it is on though nobody switched it on")
	}
	if err := e.Set(false); err != nil {
		t.Errorf("what is off can't be switched off: %v", err)
	}
	for range 2 {
		if err := e.Set(true); err != nil || !e.On() {
			t.Fatalf("switched on: %v, %v", e.On(), err)
		}
	}
	content, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(content), "TryExec="+e.Program+"\n") {
		t.Errorf("a removed program would be started: %s, %v", content, err)
	}
	for _, line := range []string{"Hidden=true", "X-GNOME-Autostart-enabled=false"} { // as desktops' settings do
		if err := os.WriteFile(file, append(content, []byte(line+"\n")...), 0o600); err != nil {
			t.Fatal(err)
		}
		if e.On() {
			t.Errorf("it is on in spite of %s", line)
		}
	}
	if err := e.Set(false); err != nil || e.On() {
		t.Errorf("switched off: %v, %v", e.On(), err)
	}
	if left, _ := os.ReadDir(filepath.Dir(file)); len(left) > 0 {
		t.Errorf("there are leftovers: %v", left)
	}
}

// Names that mean something to a shell or to the file's format.
func TestNamesArriveWhole(t *testing.T) {
	for _, name := range []string{"headgate", "head gate", `a"b`, "a$HOME", "a`id`", `a\b`, `a\n`, "標題"} {
		file := folder(t)
		e := &autostart.Entry{Program: program(t, name)}
		if err := e.Set(true); err != nil {
			t.Fatal(err)
		}
		// What GLib makes of it, on a machine that has its tool.
		if gio, err := exec.LookPath("gio"); err == nil {
			out, err := exec.Command(gio, "launch", file).CombinedOutput()
			if want := e.Program + " " + autostart.Hidden + "\n"; err != nil || string(out) != want {
				t.Errorf("started as %q, want %q (%v)", out, want, err)
			}
		}
		if err := os.Remove(e.Program); err != nil {
			t.Fatal(err)
		}
		moved := &autostart.Entry{Program: program(t, "moved")}
		if err := moved.Correct(); err != nil {
			t.Fatal(err)
		}
		content, _ := os.ReadFile(file)
		if !strings.Contains(string(content), moved.Program) {
			t.Errorf("%s: what it pointed at wasn't understood: %s", name, content)
		}
	}
}

func TestStalePathIsCorrected(t *testing.T) {
	folder(t)
	old := &autostart.Entry{Program: program(t, "old")}
	now := &autostart.Entry{Program: program(t, "now")}
	points := func() string {
		content, _ := os.ReadFile(filepath.Join(os.Getenv("XDG_CONFIG_HOME"), "autostart", "headgate.desktop"))
		return string(content)
	}
	if err := now.Correct(); err != nil || now.On() {
		t.Errorf("what was off is on: %v", err)
	}
	if err := old.Set(true); err != nil {
		t.Fatal(err)
	}
	if err := now.Correct(); err != nil || !strings.Contains(points(), old.Program) {
		t.Errorf("another program that is there was replaced: %s, %v", points(), err)
	}
	if err := os.Remove(old.Program); err != nil {
		t.Fatal(err)
	}
	if err := now.Correct(); err != nil || !strings.Contains(points(), now.Program) || !now.On() {
		t.Errorf("a stale path stays: %s, %v", points(), err)
	}
}

func TestFolderThatCannotBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("XDG_CONFIG_HOME", file)
	e := &autostart.Entry{Program: "/usr/bin/headgate"}
	if err := e.Set(true); err == nil || e.On() {
		t.Errorf("got %v, on: %v", err, e.On())
	}
}

func TestHere(t *testing.T) {
	e, err := autostart.Here()
	if err != nil || !filepath.IsAbs(e.Program) {
		t.Errorf("%+v, %v", e, err)
	}
	t.Setenv("APPIMAGE", "/home/me/Headgate.AppImage")
	if e, err := autostart.Here(); err != nil || e.Program != "/home/me/Headgate.AppImage" {
		t.Errorf("%+v, %v", e, err)
	}
}
