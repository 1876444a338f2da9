package autostart

import (
	"strings"

	"golang.org/x/sys/windows/registry"
)

// The value's name is the installer's, too, which removes it.
const (
	runKey      = `Software\Microsoft\Windows\CurrentVersion\Run`
	approvedKey = `Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run`
	valueName   = "Headgate"
)

func (e *Entry) read() (program string, on bool) {
	key, err := registry.OpenKey(registry.CURRENT_USER, runKey, registry.QUERY_VALUE)
	if err != nil {
		return "", false
	}
	defer key.Close()
	command, _, err := key.GetStringValue(valueName)
	if err != nil {
		return "", false
	}
	program, _, _ = strings.Cut(strings.TrimPrefix(command, `"`), `"`)
	return program, !switchedOff()
}

// switchedOff: the task manager switches an entry off beside it, by an odd first byte.
func switchedOff() bool {
	key, err := registry.OpenKey(registry.CURRENT_USER, approvedKey, registry.QUERY_VALUE)
	if err != nil {
		return false
	}
	defer key.Close()
	state, _, err := key.GetBinaryValue(valueName)
	return err == nil && len(state) > 0 && state[0]&1 == 1
}

func (e *Entry) write() error {
	key, _, err := registry.CreateKey(registry.CURRENT_USER, runKey, registry.SET_VALUE)
	if err != nil {
		return err
	}
	defer key.Close()
	_ = deleteValue(approvedKey) // may not be there
	return key.SetStringValue(valueName, `"`+e.Program+`" `+Hidden)
}

func (e *Entry) remove() error {
	_ = deleteValue(approvedKey) // may not be there
	return deleteValue(runKey)
}

func deleteValue(path string) error {
	key, err := registry.OpenKey(registry.CURRENT_USER, path, registry.SET_VALUE)
	if err != nil {
		return err
	}
	defer key.Close()
	return key.DeleteValue(valueName)
}
