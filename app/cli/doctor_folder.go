package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"runtime"
)

// Free space, in bytes, below which the folder is in danger, or soon is.
const (
	leastRoom = 100 << 20
	someRoom  = 1 << 30
)

// lookAtFolder tells whether the folder can be used, and whether it is there.
func (x *examination) lookAtFolder() (usable, there bool) {
	const check = "data folder"
	info, err := os.Stat(x.folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		x.note(check, levelWarn, x.folder+" isn't there yet", "the first start makes it")
		return true, false
	case err != nil:
		x.note(check, levelFail, err.Error(), "make it readable to you, or give another with --data")
		return false, false
	case !info.IsDir():
		x.note(check, levelFail, x.folder+" is a file", "give a folder with --data or HEADGATE_DATA")
		return false, false
	}
	probe, err := os.CreateTemp(x.folder, ".doctor-*")
	if err != nil {
		x.note(check, levelFail, "nothing can be written there: "+err.Error(), "give it to the user that runs Headgate, or check the disk")
		return false, true
	}
	_ = probe.Close()
	_ = os.Remove(probe.Name())
	switch others := info.Mode().Perm() & 0o077; {
	case runtime.GOOS != "windows" && others != 0:
		x.note(check, levelWarn, fmt.Sprintf("%s is open to others (%v)", x.folder, info.Mode().Perm()), "chmod 700 "+x.folder)
	default:
		x.note(check, levelOK, x.folder+" is yours, and can be written", "")
	}
	free, err := freeSpace(x.folder)
	room := fmt.Sprintf("%d MiB free", free>>20)
	switch {
	case err != nil:
		x.note("disk", levelWarn, "its free space can't be told: "+err.Error(), "")
	case free < leastRoom:
		x.note("disk", levelFail, room, "make room: calls go on, but the log and changes may be lost")
	case free < someRoom:
		x.note("disk", levelWarn, room, "make room soon, or keep the call log for a shorter time")
	default:
		x.note("disk", levelOK, room, "")
	}
	return true, true
}

// lookAtPort tells whether the gateway could open there.
func (x *examination) lookAtPort(address string) {
	listener, err := net.Listen("tcp", address)
	if err == nil {
		_ = listener.Close()
		x.note("port", levelOK, address+" is free", "")
		return
	}
	says := fmt.Sprintf("%s can't be had: %s", address, reason(err))
	if who := holderOf(address); who != "" {
		says += "; it is " + who
	}
	x.note("port", levelFail, says, "end that program, or choose another address: Settings → Gateway, HEADGATE_ADDR")
}

// holderOf tells who listens at an address, or how to find out.
func holderOf(address string) string {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return ""
	}
	if who := listenerOf(port); who != "" {
		return "held by " + who
	}
	switch runtime.GOOS {
	case "windows":
		return "told by: netstat -ano | findstr :" + port
	case "darwin":
		return "told by: lsof -nP -iTCP:" + port + " -sTCP:LISTEN"
	}
	return "another user's; told by: sudo ss -ltnp 'sport = :" + port + "'"
}
