package autostart_test

import (
	"os"
	"testing"

	"golang.org/x/sys/windows/registry"

	"headgate/app/autostart"
)

const (
	runPath      = `Software\Microsoft\Windows\CurrentVersion\Run`
	approvedPath = `Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run`
)

// ownEntry takes the entry of this name out of Windows' own lists, and puts it back.
func ownEntry(t *testing.T) {
	t.Helper()
	for _, path := range []string{runPath, approvedPath} {
		key, _, err := registry.CreateKey(registry.CURRENT_USER, path, registry.ALL_ACCESS)
		if err != nil {
			t.Fatal(err)
		}
		text, _, noText := key.GetStringValue("Headgate")
		bytes, _, noBytes := key.GetBinaryValue("Headgate")
		_ = key.DeleteValue("Headgate")
		t.Cleanup(func() {
			_ = key.DeleteValue("Headgate")
			switch {
			case noText == nil:
				_ = key.SetStringValue("Headgate", text)
			case noBytes == nil:
				_ = key.SetBinaryValue("Headgate", bytes)
			}
			_ = key.Close()
		})
	}
}

func TestSwitchedOnAndOff(t *testing.T) {
	ownEntry(t)
	old := &autostart.Entry{Program: `C:\not there\Headgate.exe`}
	if err := old.Set(false); err != nil || old.On() {
		t.Fatalf("what is off can't be switched off: %v", err)
	}
	if err := old.Set(true); err != nil || !old.On() {
		t.Fatalf("switched on: %v, %v", old.On(), err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	now := &autostart.Entry{Program: program}
	if err := now.Correct(); err != nil {
		t.Fatal(err)
	}
	key, err := registry.OpenKey(registry.CURRENT_USER, runPath, registry.QUERY_VALUE)
	if err != nil {
		t.Fatal(err)
	}
	defer key.Close()
	if got, _, err := key.GetStringValue("Headgate"); err != nil || got != `"`+program+`" --hidden` {
		t.Errorf("a stale path stays: %q, %v", got, err)
	}

	// As the task manager switches it off.
	approved, _, err := registry.CreateKey(registry.CURRENT_USER, approvedPath, registry.ALL_ACCESS)
	if err != nil {
		t.Fatal(err)
	}
	defer approved.Close()
	if err := approved.SetBinaryValue("Headgate", []byte{3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}); err != nil {
		t.Fatal(err)
	}
	if now.On() {
		t.Error("it is on in spite of the task manager")
	}
	if err := now.Set(true); err != nil || !now.On() {
		t.Errorf("switched on again: %v, %v", now.On(), err)
	}
	if err := now.Set(false); err != nil || now.On() {
		t.Errorf("switched off: %v, %v", now.On(), err)
	}
}
